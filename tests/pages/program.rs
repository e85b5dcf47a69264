//! The real program on loopback: mails in and out through Maildirs, pages over a socket. Nothing of it is in this process.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use guichet::desk::Event;
use guichet::store::Reads;
use guichet::store::sqlite::Reader;
use mail_parser::MessageParser;

const GUICHET: &str = env!("CARGO_BIN_EXE_guichet");

const ORGANISATION: &str = r#"
[[service]]
key = "dsi"
name = "Support DSI"
[[service.category]]
key = "reseau"
name = "Réseau"
[[agent]]
address = "karim@desk.test"
name = "Karim Benali"
language = "fr"
member = [{ service = "dsi", hears = "creation" }]
[[agent]]
address = "jo@desk.test"
name = "Jo Martin"
language = "en"
member = [{ service = "dsi", hears = "creation" }]
"#;

pub struct Program {
    folder: tempfile::TempDir,
    child: Child,
    pub port: u16,
    read: HashSet<PathBuf>,
}

/// A mail as somebody finds it in their mailbox.
#[derive(Debug, Clone)]
pub struct Found {
    pub subject: String,
    pub text: String,
    pub reply_to: String,
    pub message_id: String,
    /// Addresses of our pages in it, without their host, in order.
    pub links: Vec<String>,
    /// Addresses of ours in its text, in order: of "yes" and of "no".
    pub addresses: Vec<String>,
}

impl Program {
    pub fn start() -> Program {
        Program::with(None, "")
    }

    /// With another public address than where it listens, and more lines for `[web]`.
    pub fn with(base: Option<&str>, web: &str) -> Program {
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let base = base.map_or_else(|| format!("http://127.0.0.1:{port}"), str::to_owned);
        let text = format!(
            "[site]\nname = \"Support\"\naddress = \"support@desk.test\"\nstate = \"state\"\nlanguage = \"fr\"\norganisation = \"organisation.toml\"\n\
             [web]\nbase_url = \"{base}\"\nlisten = \"127.0.0.1:{port}\"\n{web}\
             [[maildir]]\nname = \"support\"\npath = \"inbox\"\npoll = \"1s\"\n[delivery]\nmaildir = \"out\"\n\
             [trust]\ninternal_domains = [\"cust.test\", \"desk.test\"]\n[brakes]\nprompt_answers = 100\n[policy]\ngroup_minutes = 0\n[log]\nlevel = \"error\"\n"
        );
        std::fs::write(folder.path().join("guichet.toml"), text).unwrap();
        std::fs::write(folder.path().join("organisation.toml"), ORGANISATION).unwrap();
        for name in ["inbox/new", "inbox/cur", "inbox/tmp", "out"] {
            std::fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        let mut command = Command::new(GUICHET);
        command.arg("--config").arg(folder.path().join("guichet.toml")).arg("run").stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.spawn().unwrap();
        let program = Program { folder, child, port, read: HashSet::new() };
        until("the pages", || TcpStream::connect(("127.0.0.1", port)).ok());
        program
    }

    pub fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A mail arrives: complete in `tmp`, then in `new`, as mail servers deliver.
    pub fn receives(&self, mail: &str) {
        let name = format!("{}.test", blake3_name(mail));
        let (written, new) = (self.path("inbox/tmp").join(&name), self.path("inbox/new").join(&name));
        std::fs::write(&written, mail.replace('\n', "\r\n")).unwrap();
        std::fs::rename(written, new).unwrap();
    }

    /// Somebody answers a mail of ours as mail programs do.
    pub fn answers(&self, who: &str, found: &Found, text: &str) {
        self.receives(&format!(
            "From: {who}\nTo: {}\nSubject: Re: {}\nMessage-ID: <{}@{}>\nIn-Reply-To: <{id}>\nReferences: <{id}>\nDate: {}\n\
             MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n",
            found.reply_to,
            found.subject.replace('\n', " "),
            blake3_name(&format!("{who}{text}{}", found.message_id)),
            who.rsplit('@').next().unwrap().trim_end_matches('>'),
            jiff::Zoned::now().strftime("%a, %d %b %Y %H:%M:%S %z"),
            id = found.message_id,
        ));
    }

    /// Waits for the next mail of that person that says this.
    pub fn mail_to(&mut self, person: &str, says: &str) -> Found {
        let folder = self.path("out").join(person).join("new");
        let (found, path) = until(&format!("a mail to {person} that says {says:?}"), || {
            let unread = std::fs::read_dir(&folder).ok()?.flatten().map(|file| file.path()).filter(|path| !self.read.contains(path));
            unread
                .filter_map(|path| Some((found(&std::fs::read(&path).ok()?)?, path)))
                .find(|(mail, _)| mail.text.contains(says) || mail.subject.contains(says))
        });
        self.read.insert(path);
        found
    }

    pub fn reader(&self) -> Reader {
        Reader::open(&self.path("state/guichet.db")).unwrap()
    }

    pub fn events(&self, ticket: u64) -> Vec<Event> {
        self.reader().events(ticket).unwrap()
    }

    /// What the store holds of a ticket: for telling that nothing changed.
    pub fn state(&self, ticket: u64) -> String {
        let reader = self.reader();
        format!("{:?} {:?}", reader.events(ticket).unwrap(), reader.links(ticket).unwrap())
    }

    /// Waits until the ticket has this status.
    pub fn comes_to(&self, ticket: u64, status: &str) {
        until(&format!("#{ticket} to be {status}"), || {
            let now = self.reader().ticket(ticket).unwrap()?.status.word();
            (now == status).then_some(())
        });
    }

    /// A request over a socket of its own, as scanners make them: its status.
    pub fn request(&self, method: &str, path: &str) -> u16 {
        self.says(&format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}", self.port))
    }

    /// The status of the answer to a request line with its headers.
    pub fn says(&self, head: &str) -> u16 {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(stream, "{head}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

fn blake3_name(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().chars().take(20).collect()
}

fn found(raw: &[u8]) -> Option<Found> {
    let mail = MessageParser::default().parse(raw)?;
    let text = mail.body_text(0)?.into_owned();
    let links = regex::Regex::new(r"http://127\.0\.0\.1:\d+(/\S*)").unwrap();
    let links = links.captures_iter(&text).map(|link| link[1].to_owned()).collect();
    let addresses = regex::Regex::new(r"support\+\S+@desk\.test").unwrap();
    let addresses = addresses.find_iter(&text).map(|address| address.as_str().to_owned()).collect();
    let reply_to = mail.reply_to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or("support@desk.test").to_owned();
    Some(Found { subject: mail.subject()?.to_owned(), text, reply_to, message_id: mail.message_id()?.to_owned(), links, addresses })
}

/// Ticks until there is one; what is waited for counts, not the time.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let (started, (_keep, tick)) = (Instant::now(), std::sync::mpsc::channel::<()>());
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < Duration::from_secs(90), "waited too long for {what}");
        let _ = tick.recv_timeout(Duration::from_millis(30));
    }
}

/// A picture in a file, to be sent from a form.
pub fn photo(folder: &Path) -> PathBuf {
    let path = folder.join("écran.png");
    std::fs::write(&path, crate::stories::png(240, 120)).unwrap();
    path
}
