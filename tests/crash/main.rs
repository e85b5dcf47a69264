//! The real program, killed at every numbered point between intake and delivery, then started again: the state equals that
//! of the run that was not killed (CASEBOOK J01, J02, INV10).
#![allow(clippy::unwrap_used, missing_docs)]

mod beside;
mod resources;
mod staffed;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use guichet::store::sqlite::Reader;
use guichet::store::{LetterState, Reads};
use jiff::Timestamp;

const GUICHET: &str = env!("CARGO_BIN_EXE_guichet");

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let text = format!(
            "[site]\nname = \"Support\"\naddress = \"support@desk.test\"\nstate = \"state\"\nlanguage = \"fr\"\norganisation = \"organisation.toml\"\n\
             [web]\nbase_url = \"http://127.0.0.1:{port}\"\nlisten = \"127.0.0.1:{port}\"\n\
             [[maildir]]\nname = \"support\"\npath = \"inbox\"\npoll = \"1s\"\n[delivery]\nmaildir = \"out\"\n\
             [trust]\ninternal_domains = [\"cust.test\", \"desk.test\"]\n[brakes]\nprompt_answers = 100\n[log]\nlevel = \"error\"\n"
        );
        std::fs::write(desk.path("guichet.toml"), text).unwrap();
        let organisation = "[[service]]\nkey = \"dsi\"\nname = \"Support\"\n[[agent]]\naddress = \"ag1@desk.test\"\nname = \"Karim\"\nmember = [{ service = \"dsi\" }]\n";
        std::fs::write(desk.path("organisation.toml"), organisation).unwrap();
        for folder in ["inbox/new", "inbox/cur", "inbox/tmp", "out"] {
            std::fs::create_dir_all(desk.path(folder)).unwrap();
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: &[&str], points: &str) -> Command {
        let mut command = Command::new(GUICHET);
        command.arg("--config").arg(self.path("guichet.toml")).args(args).env("FAILPOINTS", points).stdin(Stdio::null());
        command
    }

    fn ingest(&self, points: &str) -> Output {
        let mails: Vec<String> = (0..5).map(|number| self.mail(number).display().to_string()).collect();
        let mut args = vec!["ingest"];
        args.extend(mails.iter().map(String::as_str));
        self.command(&args, points).output().unwrap()
    }

    /// A new request, an answer to it, another request, an absence, and soon one more answer, of which agents hear a little later.
    fn mail(&self, number: usize) -> PathBuf {
        let extra = match number {
            1 | 4 => "In-Reply-To: <m0@cust.test>\r\n",
            3 => "In-Reply-To: <m0@cust.test>\r\nAuto-Submitted: auto-replied\r\n",
            _ => "",
        };
        let text = format!(
            "From: Alice <alice@cust.test>\r\nTo: support@desk.test\r\nCc: bob@cust.test\r\nMessage-ID: <m{number}@cust.test>\r\n\
             Date: Mon, 05 Jan 2026 08:0{number}:00 +0000\r\nSubject: Imprimante en panne {}\r\n{extra}\r\nBonjour, message {number}.\r\n",
            number / 2
        );
        let path = self.path(&format!("m{number}.eml"));
        std::fs::write(&path, text).unwrap();
        path
    }

    fn reader(&self) -> Reader {
        Reader::open(&self.path("state/guichet.db")).unwrap()
    }

    /// Everything that matters, without times and chance (how promptly a mail came is a matter of time).
    fn state(&self) -> Vec<String> {
        let reader = self.reader();
        let mut state: Vec<String> = Vec::new();
        for number in 0..5 {
            let rows = reader.find_instances(&format!("m{number}@cust.test")).unwrap();
            let outcomes =
                rows.iter().filter_map(|row| row.handled.as_ref()).map(|handled| format!("{:?} {:?}", handled.disposition, handled.ticket));
            state.push(format!("m{number}: {}", outcomes.collect::<Vec<_>>().join("; ")));
        }
        for id in 1..10 {
            let events = reader.events(id).unwrap();
            state.extend(events.iter().map(|event| format!("#{id}.{} {} {:?}", event.seq, event.what.word(), event.text)));
        }
        let mut letters: Vec<String> = reader
            .letters(None, 100)
            .unwrap()
            .iter()
            .map(|letter| format!("{:?} {} {}", letter.ticket, letter.kind, letter.person))
            .collect();
        letters.sort();
        state.extend(letters);
        state
            .extend(reader.put_off_until(Timestamp::MAX, 9).unwrap().iter().map(|(ticket, person)| format!("put off: #{ticket} {person}")));
        state
    }
}

/// Ticks until it holds; the point is what is waited for, not the time.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let (started, (_keep, tick)) = (Instant::now(), std::sync::mpsc::channel::<()>());
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(60), "waited a minute for {what}");
        let _ = tick.recv_timeout(Duration::from_millis(20));
    }
}

#[test]
fn j01_inv10_killed_anywhere_between_intake_and_commit_the_state_is_the_same() {
    let calm = Desk::new();
    assert!(calm.ingest("").status.success());
    let expected = calm.state();
    assert!(expected.iter().any(|line| line.contains("#1.2 replied")), "{expected:#?}");
    assert!(expected.contains(&"put off: #1 ag1@desk.test".into()), "{expected:#?}");
    for point in ["kept", "read", "decided", "committed"] {
        for skipped in 0..5 {
            let desk = Desk::new();
            let killed = desk.ingest(&format!("{point}={skipped}*off->return"));
            assert!(!killed.status.success(), "{point} was reached");
            let again = desk.ingest("");
            assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
            assert_eq!(desk.state(), expected, "killed at {point}, after {skipped}");
        }
    }
}

fn stop(mut child: Child) {
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(child.wait().unwrap().success(), "a stop is no failure");
}

fn delivered(out: &Path) -> Vec<String> {
    let mut mails: Vec<String> = Vec::new();
    for home in std::fs::read_dir(out).unwrap().flatten() {
        let Ok(files) = std::fs::read_dir(home.path().join("new")) else { continue };
        for file in files.flatten() {
            let text = std::fs::read_to_string(file.path()).unwrap();
            mails.extend(text.lines().find(|line| line.starts_with("Message-ID:")).map(str::to_owned));
        }
    }
    mails.sort();
    mails
}

#[test]
fn j02_i06_killed_before_the_verdict_nothing_is_lost_and_the_rest_goes_out_once() {
    let desk = Desk::new();
    assert!(desk.ingest("").status.success());
    let letters = desk.reader().letters(None, 100).unwrap();
    assert!(letters.len() >= 5);
    // The daemon dies right after the first verdicts were written, then runs on.
    let died = desk.command(&["run"], "delivered=return").status().unwrap();
    assert!(!died.success());
    let child = desk.command(&["run"], "").spawn().unwrap();
    let settled = |state| matches!(state, LetterState::Sent | LetterState::Unknown);
    until("the daemon", || std::os::unix::net::UnixStream::connect(desk.path("state/guichet.sock")).is_ok());
    until("all letters", || desk.reader().letters(None, 100).unwrap().iter().all(|letter| settled(letter.state)));
    stop(child);
    let out = delivered(&desk.path("out"));
    let mut once = out.clone();
    once.dedup();
    assert_eq!(out, once, "no letter went out twice");
    // What was under way when the program died waits as unknown; everything else is out.
    let reader = desk.reader();
    let rows = reader.letters(None, 100).unwrap();
    let sent = rows.iter().filter(|row| row.state == LetterState::Sent).count();
    assert!(out.len() >= sent && sent + rows.iter().filter(|row| row.state == LetterState::Unknown).count() == rows.len());
}

#[test]
fn j11_a_second_instance_is_refused() {
    let desk = Desk::new();
    let first = desk.command(&["run"], "").spawn().unwrap();
    until("the database", || desk.path("state/guichet.db").exists() && Reader::open(&desk.path("state/guichet.db")).is_ok());
    let second = desk.command(&["run"], "").output().unwrap();
    assert!(!second.status.success());
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    stop(first);
    assert!(said.contains("has this database open"), "{said}");
}

#[test]
fn p30_a_mail_for_a_running_daemon_goes_through_its_spool() {
    let desk = Desk::new();
    let daemon = desk.command(&["run"], "").spawn().unwrap();
    until("the database", || desk.path("state/spool/new").exists());
    assert!(desk.ingest("").status.success());
    until("the mails to be handled", || desk.reader().count(None).is_ok_and(|count| count.all == 5 && count.waiting == 0));
    stop(daemon);
    assert_eq!(desk.reader().count(None).unwrap().new, 2);
}

#[test]
fn h20_inv8_a_mail_that_panics_the_reader_is_parked_told_and_replayed() {
    let desk = Desk::new();
    assert!(desk.ingest("reader=1*panic->off").status.success(), "the next ones go on");
    let count = desk.reader().count(None).unwrap();
    assert_eq!((count.all, count.parked, count.waiting), (5, 1, 0));
    let told = desk.reader().letters(None, 100).unwrap();
    assert!(told.iter().any(|letter| letter.kind == "parked" && letter.person.as_str() == "ag1@desk.test"));
    let replayed = desk.command(&["replay", "--parked"], "").output().unwrap();
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
    assert_eq!(desk.reader().count(None).unwrap().parked, 0);
    let why = desk.command(&["why", "m0@cust.test", "--json"], "").output().unwrap();
    let said: serde_json::Value = serde_json::from_slice(&why.stdout).unwrap();
    // Its answer came first and opened the ticket; the beginning joins it now.
    assert_eq!((&said["handled"]["disposition"], &said["handled"]["reason"]), (&"attached".into(), &"beginning".into()), "{said}");
}

#[test]
fn the_demo_plays_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Command::new(GUICHET).args(["demo", "--once", "--folder"]).arg(folder.path()).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&demo.stdout).into_owned();
    assert!(demo.status.success(), "{said}\n{}", String::from_utf8_lossy(&demo.stderr));
    assert!(said.contains("ticket #1: approved") && said.contains("accounted for"), "{said}");
}
