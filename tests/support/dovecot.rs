//! A real Dovecot for tests and benches: its own configuration, mails and ports in a temporary folder; stopped when
//! dropped. Accounts are made by being named; all have the password [`PASSWORD`]. Works as root (mails belong to the
//! user `dovecot` then) and as any other user.

#![allow(dead_code, clippy::unwrap_used)] // each test binary uses its part; a server that does not start ends the test

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The password of every account.
pub const PASSWORD: &str = "sesame";

/// Where Debian installs the program.
const PROGRAM: &str = "/usr/sbin/dovecot";

pub struct Dovecot {
    dir: TempDir,
    child: Option<Child>,
    /// IMAP with STARTTLS, on 127.0.0.1; plain logins are allowed.
    pub imap: u16,
    /// IMAP over TLS.
    pub imaps: u16,
    /// LMTP (RFC 2033).
    pub lmtp: u16,
}

impl Dovecot {
    /// Starts it, and returns when it answers.
    pub fn start() -> Dovecot {
        let dir = TempDir::with_prefix("dovecot").unwrap();
        // As root, Dovecot's unprivileged processes must reach the mails.
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let (imap, imaps, lmtp) = free_ports();
        let mut server = Dovecot { dir, child: None, imap, imaps, lmtp };
        std::fs::create_dir(server.mails()).unwrap();
        server.own(&server.mails());
        server.make_certificate();
        std::fs::write(server.configuration(), server.settings()).unwrap();
        server.run();
        server
    }

    /// The certificate, which is its own authority, for `localhost`.
    pub fn certificate(&self) -> PathBuf {
        self.dir.path().join("certificate.pem")
    }

    /// The Maildir of an account's INBOX.
    pub fn maildir(&self, user: &str) -> PathBuf {
        self.mails().join(user)
    }

    /// Puts a mail into an account's INBOX as a delivery agent would; its INTERNALDATE is now.
    pub fn deliver(&self, user: &str, mail: &[u8]) {
        self.deliver_to(user, "", mail);
    }

    /// The same for a folder.
    pub fn deliver_to(&self, user: &str, folder: &str, mail: &[u8]) {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let home = self.maildir(user);
        let place = if folder.is_empty() { home.clone() } else { home.join(format!(".{folder}")) };
        for dir in ["tmp", "new", "cur"] {
            if !place.join(dir).exists() {
                std::fs::create_dir_all(place.join(dir)).unwrap();
                for made in [&home, &place, &place.join(dir)] {
                    self.own(made);
                }
            }
        }
        let name = format!("{}.M{}P{}.test", jiff::Timestamp::now().as_second(), COUNT.fetch_add(1, Ordering::Relaxed), std::process::id());
        let written = place.join("tmp").join(&name);
        std::fs::write(&written, mail).unwrap();
        self.own(&written);
        std::fs::rename(written, place.join("new").join(name)).unwrap();
    }

    /// Mails in a folder, as files.
    pub fn count(&self, user: &str, folder: &str) -> usize {
        let home = self.maildir(user);
        let place = if folder.is_empty() { home } else { home.join(format!(".{folder}")) };
        ["new", "cur"].iter().filter_map(|dir| std::fs::read_dir(place.join(dir)).ok()).map(Iterator::count).sum()
    }

    /// Gives a folder another UIDVALIDITY, as a restore from backup would. Only while it is stopped.
    pub fn change_uid_validity(&self, user: &str) {
        assert!(self.child.is_none(), "stop it first");
        for file in ["dovecot-uidlist", "dovecot.index", "dovecot.index.cache", "dovecot.index.log"] {
            let _ = std::fs::remove_file(self.maildir(user).join(file));
        }
        // Dovecot numbers epochs by the second: a second one within it would get the same number.
        let list = self.maildir(user).join("dovecot-uidlist");
        std::fs::write(&list, format!("3 V{} N1 G{:032x}\n", jiff::Timestamp::now().as_second() + 1000, 7)).unwrap();
        self.own(&list);
    }

    /// Stops it with all its processes; connections break.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = Command::new(PROGRAM).arg("-c").arg(self.configuration()).arg("stop").stderr(Stdio::null()).status();
            let _ = child.wait();
        }
    }

    /// Starts it again on the same ports.
    pub fn run(&mut self) {
        let child = Command::new(PROGRAM).arg("-F").arg("-c").arg(self.configuration()).stdout(Stdio::null()).spawn();
        self.child = Some(child.expect("Dovecot (package dovecot-imapd) must be installed"));
        let deadline = Instant::now() + Duration::from_secs(30);
        for port in [self.imap, self.imaps, self.lmtp] {
            while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
                assert!(Instant::now() < deadline, "Dovecot does not answer: {}", self.log());
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// What it logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    fn mails(&self) -> PathBuf {
        self.dir.path().join("mails")
    }

    fn configuration(&self) -> PathBuf {
        self.dir.path().join("dovecot.conf")
    }

    fn is_root(&self) -> bool {
        std::fs::metadata(self.dir.path()).unwrap().uid() == 0
    }

    fn own(&self, path: &Path) {
        if self.is_root() {
            let (uid, gid) = dovecot_user();
            chown(path, Some(uid), Some(gid)).unwrap();
        }
    }

    fn make_certificate(&self) {
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
            ])
            .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
            .arg(self.dir.path().join("key.pem"))
            .arg("-out")
            .arg(self.certificate())
            .stderr(Stdio::null())
            .status();
        assert!(made.unwrap().success(), "openssl makes a certificate");
    }

    fn settings(&self) -> String {
        let dir = self.dir.path().display();
        let (imap, imaps, lmtp) = (self.imap, self.imaps, self.lmtp);
        let who = if self.is_root() {
            let (uid, gid) = dovecot_user();
            format!("mail_uid={uid}\nmail_gid={gid}\n")
        } else {
            let user = std::env::var("USER").unwrap_or_else(|_| "nobody".into());
            format!("default_internal_user={user}\ndefault_login_user={user}\ndefault_internal_group={user}\n")
        };
        format!(
            "base_dir={dir}/run\nstate_dir={dir}/run\nlog_path={dir}/log\nprotocols=imap lmtp\nlisten=127.0.0.1\n\
             ssl=yes\nssl_cert=<{dir}/certificate.pem\nssl_key=<{dir}/key.pem\ndisable_plaintext_auth=no\nfirst_valid_uid=1\n\
             mail_location=maildir:{dir}/mails/%u\nmail_max_userip_connections=1000\n{who}\
             passdb {{\n driver=static\n args=password={PASSWORD}\n}}\n\
             userdb {{\n driver=static\n args=home={dir}/mails/%u allow_all_users=yes\n}}\n\
             service imap-login {{\n chroot=\n inet_listener imap {{\n port={imap}\n }}\n inet_listener imaps {{\n port={imaps}\n ssl=yes\n }}\n}}\n\
             service lmtp {{\n inet_listener lmtp {{\n port={lmtp}\n }}\n}}\n\
             service anvil {{\n chroot=\n}}\nservice stats {{\n chroot=\n}}\n"
        )
    }
}

impl Drop for Dovecot {
    /// At once: an orderly stop takes more than a second. Its other processes end when the first is gone.
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Three ports that are free now.
fn free_ports() -> (u16, u16, u16) {
    let bound: Vec<TcpListener> = (0..3).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let port = |n: usize| bound[n].local_addr().unwrap().port();
    (port(0), port(1), port(2))
}

fn dovecot_user() -> (u32, u32) {
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let line = users.lines().find(|l| l.starts_with("dovecot:")).expect("Debian's dovecot package makes the user");
    let number = |n: usize| line.split(':').nth(n).unwrap().parse().unwrap();
    (number(2), number(3))
}
