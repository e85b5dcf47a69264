//! The real program between real servers: Dovecot on one side, an SMTP server on the other.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../support/dovecot.rs"]
mod dovecot;
#[path = "../../benches/end_to_end/sink.rs"]
#[allow(dead_code)]
mod sink;

mod doctor;
mod restore;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use guichet::store::sqlite::Reader;
use guichet::store::{LedgerCount, LetterState, Reads};

const GUICHET: &str = env!("CARGO_BIN_EXE_guichet");
const USER: &str = "support";

struct Desk {
    server: dovecot::Dovecot,
    sink: sink::Sink,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk { server: dovecot::Dovecot::start(), sink: sink::Sink::start(), folder: tempfile::tempdir().unwrap() };
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let text = format!(
            "[site]\nname = \"Support\"\naddress = \"support@desk.test\"\nstate = \"state\"\norganisation = \"organisation.toml\"\n\
             [web]\nbase_url = \"http://127.0.0.1:{port}\"\nlisten = \"127.0.0.1:{port}\"\n\
             [[imap]]\nname = \"support\"\nhost = \"localhost\"\nport = {}\nca_file = \"{}\"\nuser = \"{USER}\"\npassword = \"{}\"\n\
             [smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\n[trust]\ninternal_domains = [\"cust.test\"]\n\
             [brakes]\nfrom_one_per_hour = 100000\nauto_per_hour = 100000\nauto_per_day = 100000\nall_per_hour = 100000\nprompt_answers = 100000\n[log]\nlevel = \"error\"\n",
            desk.server.imaps,
            desk.server.certificate().display(),
            dovecot::PASSWORD,
            desk.sink.port
        );
        std::fs::write(desk.folder.path().join("guichet.toml"), text).unwrap();
        let organisation = "[[service]]\nkey = \"dsi\"\nname = \"Support\"\n[[agent]]\naddress = \"ag1@desk.test\"\nname = \"Karim\"\nmember = [{ service = \"dsi\" }]\n";
        std::fs::write(desk.folder.path().join("organisation.toml"), organisation).unwrap();
        desk
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(GUICHET);
        command.arg("--config").arg(self.folder.path().join("guichet.toml")).args(args).stdin(Stdio::null());
        command
    }

    fn run(&self) -> Child {
        let child = self.command(&["run"]).spawn().unwrap();
        until("the first pass", || self.reader().is_some_and(|reader| reader.mark("support", "INBOX").is_ok_and(|mark| mark.is_some())));
        child
    }

    fn reader(&self) -> Option<Reader> {
        Reader::open(&self.folder.path().join("state/guichet.db")).ok()
    }

    fn count(&self) -> LedgerCount {
        self.reader().and_then(|reader| reader.count(None).ok()).unwrap_or_default()
    }

    fn write(&self, number: usize) {
        let mail = format!(
            "From: Alice <alice{number}@cust.test>\r\nTo: support@desk.test\r\nMessage-ID: <r{number}@cust.test>\r\n\
             Date: Mon, 05 Jan 2026 08:00:00 +0000\r\nSubject: Panne {number}\r\n\r\nBonjour, message {number}.\r\n"
        );
        self.server.deliver(USER, mail.as_bytes());
    }
}

/// Ticks until it holds; the point is what is waited for, not the time.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let (started, (_keep, tick)) = (Instant::now(), std::sync::mpsc::channel::<()>());
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(120), "waited two minutes for {what}");
        let _ = tick.recv_timeout(Duration::from_millis(20));
    }
}

fn stop(mut child: Child) {
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(child.wait().unwrap().success(), "a stop is no failure");
}

#[test]
fn p30_p50_a_mail_in_dovecot_becomes_a_ticket_and_its_answers_reach_smtp() {
    let desk = Desk::new();
    desk.write(0);
    let child = desk.run();
    // What lay there before the first connection is neither imported nor answered.
    desk.write(1);
    until("the ticket", || desk.count().new == 1);
    until("both mails", || desk.sink.accepted() == 2);
    until("the archive", || desk.server.count(USER, "Archive") == 1);
    assert_eq!(desk.server.count(USER, ""), 1, "the old mail lies where it lay");
    stop(child);
    let reconciled = desk.command(&["reconcile"]).output().unwrap();
    let said = String::from_utf8_lossy(&reconciled.stdout).into_owned();
    assert!(said.contains("0 unexplained") && reconciled.status.success(), "{said}");
}

#[test]
fn j01_h14_killed_and_cut_off_amid_a_backlog_each_mail_is_a_ticket_once() {
    const MAILS: usize = 300;
    let mut desk = Desk::new();
    stop(desk.run());
    (0..MAILS).for_each(|number| desk.write(number));
    // kill -9 when some, but not all, are handled; then the mail server dies too.
    let mut child = desk.run();
    until("some tickets", || desk.count().new >= 20);
    child.kill().unwrap();
    child.wait().unwrap();
    let child = desk.run();
    desk.server.stop();
    desk.server.run();
    until("all tickets", || desk.count().new as usize == MAILS);
    until("a quiet outbox", || {
        let letters = desk.reader().unwrap().letters(None, usize::MAX).unwrap();
        letters.len() == 2 * MAILS && letters.iter().all(|letter| matches!(letter.state, LetterState::Sent | LetterState::Unknown))
    });
    until("an empty inbox", || desk.server.count(USER, "") == 0);
    stop(child);
    let count = desk.count();
    assert_eq!((count.all as usize, count.new as usize, count.waiting, count.parked), (MAILS, MAILS, 0, 0));
    assert_eq!(desk.server.count(USER, "Archive"), MAILS);
    // Each letter once, but for what was under way when the program died: unknown, and said so.
    let letters = desk.reader().unwrap().letters(None, usize::MAX).unwrap();
    let unknown = letters.iter().filter(|letter| letter.state == LetterState::Unknown).count();
    let accepted = desk.sink.accepted() as usize;
    assert!(
        accepted >= letters.len() - unknown && accepted <= letters.len(),
        "{accepted} accepted, {unknown} unknown of {}",
        letters.len()
    );
}

#[test]
fn l18_told_to_stop_amid_a_backlog_it_stops_in_time_and_goes_on_later() {
    const MAILS: usize = 200;
    let desk = Desk::new();
    stop(desk.run());
    (0..MAILS).for_each(|number| desk.write(number));
    let child = desk.run();
    until("some tickets", || desk.count().new >= 10);
    let told = Instant::now();
    stop(child);
    assert!(told.elapsed() < Duration::from_secs(20), "took {:?}", told.elapsed());
    let child = desk.run();
    until("all tickets", || desk.count().new as usize == MAILS);
    until("an empty inbox", || desk.server.count(USER, "") == 0);
    stop(child);
    let count = desk.count();
    assert_eq!((count.all as usize, count.waiting, count.parked), (MAILS, 0, 0));
}
