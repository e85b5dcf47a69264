//! Commands beside a running daemon, and without one: the same effect, by the same words.

use std::os::unix::fs::PermissionsExt;
use std::process::Child;

use guichet::store::{Disposition, Reads};

use super::{Desk, until};

/// A daemon that is up, killed when the test is over.
pub struct Daemon(pub Child);

impl Daemon {
    pub fn of(desk: &Desk) -> Daemon {
        Daemon::up(desk, &mut desk.command(&["run"], ""))
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Begun by that command.
    pub fn up(desk: &Desk, command: &mut std::process::Command) -> Daemon {
        let daemon = Daemon(command.spawn().unwrap());
        until("the daemon's socket", || std::os::unix::net::UnixStream::connect(desk.path("state/guichet.sock")).is_ok());
        daemon
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn held(desk: &Desk) -> Vec<u64> {
    desk.reader().instances(Some(Disposition::Held), 10).unwrap().iter().map(|row| row.id).collect()
}

impl Desk {
    /// What a command says, and its exit code.
    pub(super) fn says(&self, args: &[&str]) -> (Option<i32>, String) {
        let output = self.command(args, "").output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    }

    /// Three strangers who answer alice's request.
    fn strangers(&self) {
        self.ingest("");
        for number in 0..3 {
            let text = format!(
                "From: Carol <c{number}@other.test>\r\nTo: support@desk.test\r\nMessage-ID: <c{number}@other.test>\r\nIn-Reply-To: <m0@cust.test>\r\n\
                 Subject: Re: Panne {number}\r\nDate: Mon, 05 Jan 2026 09:00:00 +0000\r\n\r\nMoi aussi, dit Carol.\r\n"
            );
            std::fs::write(self.path(&format!("c{number}.eml")), text).unwrap();
            let path = self.path(&format!("c{number}.eml")).display().to_string();
            assert_eq!(self.says(&["ingest", &path]).0, Some(0));
        }
    }

    /// Decides about all three.
    fn decides(&self) {
        let waiting = held(self);
        assert_eq!(waiting.len(), 3);
        let (code, listed) = self.says(&["held", "list"]);
        assert!(code == Some(0) && listed.contains("join-request") && listed.contains("Re: Panne 2"), "{listed}");
        let number = waiting[0].to_string();
        assert!(self.says(&["held", "show", &number]).1.contains("Moi aussi, dit Carol."));
        let (code, refused) = self.says(&["held", "admit", &number, "--as", "mallory@evil.test"]);
        assert!(code == Some(2) && refused.contains("no agent who may decide"), "{refused}");
        for (at, verb, outcome) in
            [(0, "admit", "attached, ticket #"), (1, "split", "new ticket, ticket #"), (2, "junk", "stored without effect")]
        {
            let (code, said) = self.says(&["held", verb, &waiting[at].to_string(), "--as", "ag1@desk.test"]);
            assert!(code == Some(0) && said.contains(outcome), "{verb}: {said}");
        }
        assert_eq!(held(self), Vec::<u64>::new());
        let (code, again) = self.says(&["held", "junk", &number, "--as", "ag1@desk.test", "--json"]);
        assert!(code == Some(1) && again.contains("\"settled\":\"not_held\""), "{again}");
    }

    fn applies(&self) {
        let file = std::fs::read_to_string(self.path("organisation.toml")).unwrap();
        std::fs::write(self.path("organisation.toml"), file.replace("\"Karim\"", "\"Karim Benali\"")).unwrap();
        let (code, said) = self.says(&["org", "apply"]);
        assert!(code == Some(0) && said.contains("Stored (services: 1, agents: 1)"), "{said}");
        assert_eq!(self.reader().organisation().unwrap().agents[0].name, "Karim Benali");
    }
}

#[test]
fn commands_work_without_a_daemon() {
    let desk = Desk::new();
    desk.strangers();
    desk.decides();
    desk.applies();
    assert_eq!(desk.says(&["replay", "#1"]).0, Some(1), "it had its effect");
}

#[test]
fn commands_work_beside_a_daemon_and_are_its_users_alone() {
    let desk = Desk::new();
    desk.strangers();
    let daemon = Daemon::of(&desk);
    let mode = std::fs::metadata(desk.path("state/guichet.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    desk.decides();
    desk.applies();
    // A mail that could not be handled goes through the daemon once more.
    let first = held(&desk);
    assert_eq!(first, Vec::<u64>::new());
    let (code, said) = desk.says(&["replay", "--parked"]);
    assert!(code == Some(1) && said.contains("nothing to handle again"), "{said}");
    // Whoever talks nonsense is told so, and nobody else is disturbed.
    assert!(talk(&desk, "GET / HTTP/1.1\r\n\r\n").contains("of another version"));
    assert!(talk(&desk, "{\"replay\":[1,2,3]}\n").contains("replayed"));
    drop(daemon);
    // What a killed daemon left is no daemon.
    assert!(desk.path("state/guichet.sock").exists());
    assert_eq!(desk.says(&["org", "apply"]).0, Some(0));
}

fn talk(desk: &Desk, line: &str) -> String {
    use std::io::{Read, Write};
    let mut daemon = std::os::unix::net::UnixStream::connect(desk.path("state/guichet.sock")).unwrap();
    daemon.write_all(line.as_bytes()).unwrap();
    let mut said = String::new();
    daemon.read_to_string(&mut said).unwrap();
    said
}

#[test]
fn l11_a_copy_on_another_machine_starts_nothing_until_somebody_says_that_it_lives_there() {
    let desk = Desk::new();
    drop(Daemon::of(&desk));
    let home = desk.path("state/home.json");
    let mut known: serde_json::Value = serde_json::from_slice(&std::fs::read(&home).unwrap()).unwrap();
    known["host"] = "production".into();
    known["file"] = 1.into();
    std::fs::write(&home, known.to_string()).unwrap();
    let (code, said) = desk.says(&["run"]);
    assert!(code == Some(2) && said.contains("at home on production") && said.contains("--moved"), "{said}");
    let daemon = Daemon(desk.command(&["run", "--moved"], "").spawn().unwrap());
    until("the daemon", || std::os::unix::net::UnixStream::connect(desk.path("state/guichet.sock")).is_ok());
    drop(daemon);
    drop(Daemon::of(&desk));
}
