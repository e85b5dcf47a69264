//! From a real Dovecot on loopback to committed tickets with every notification accepted by an SMTP sink, alternating with the
//! least program that does the job (`limit e2e`), in the same run; then the latency of one mail, and memory.
//!
//! Reads: GUICHET_LIMIT (that program), GUICHET_MAILS (a folder as gen_mails.py makes it: Maildir/ and manifest.jsonl),
//! GUICHET_BIN (the release binary), ROUNDS (3). `scripts/bench` sets them.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../../tests/support/dovecot.rs"]
mod dovecot;
mod sink;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use guichet::store::sqlite::Reader;
use guichet::store::{LetterState, Reads};

const USER: &str = "support";

fn env(name: &str) -> PathBuf {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run scripts/bench")).into()
}

fn main() {
    let mails = env("GUICHET_MAILS");
    let rounds: usize = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(3);
    let (mut ours, mut limits) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        let limit = limit(&mails);
        let run = throughput(&mails, round == rounds);
        println!("round {round}: limit {limit:.0} mails/s, guichet {:.0} mails/s, peak {} MiB", run.rate, run.peak_mib);
        limits.push(limit);
        ours.push(run.rate);
    }
    let (ours, limit) = (median(ours), median(limits));
    println!("median: guichet {ours:.0} mails/s, limit {limit:.0} mails/s, ratio {:.2}", ours / limit);
    latency();
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

struct Run {
    rate: f64,
    peak_mib: u64,
}

/// A desk of its own: Dovecot, sink, configuration.
struct Desk {
    server: dovecot::Dovecot,
    sink: sink::Sink,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk { server: dovecot::Dovecot::start(), sink: sink::Sink::start(), folder: tempfile::tempdir().unwrap() };
        let page = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let text = format!(
            "[site]\nname = \"Support\"\naddress = \"support@bench.example\"\nstate = \"state\"\norganisation = \"organisation.toml\"\n\
             [web]\nbase_url = \"http://{page}\"\nlisten = \"{page}\"\n\
             [[imap]]\nname = \"support\"\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nuser = \"{USER}\"\npassword = \"{}\"\nafter = \"flag\"\n\
             [smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nconnections = 2\n\
             [trust]\ninternal_domains = [\"client.example\", \"acme.example\", \"mairie.example\"]\n\
             [brakes]\nstrangers_per_hour = 0\nauto_per_hour = 1000000\nauto_per_day = 1000000\nall_per_hour = 1000000\nprompt_answers = 1000000\n[policy]\ngroup_minutes = 0\nburst_people = 0\n[log]\nlevel = \"warn\"\n",
            desk.server.imap,
            dovecot::PASSWORD,
            desk.sink.port
        );
        std::fs::write(desk.folder.path().join("guichet.toml"), text).unwrap();
        let organisation = "[[service]]\nkey = \"support\"\nname = \"Support\"\n[[agent]]\naddress = \"agent@bench.example\"\nname = \"Agent\"\nmember = [{ service = \"support\", hears = \"always\" }]\n";
        std::fs::write(desk.folder.path().join("organisation.toml"), organisation).unwrap();
        desk
    }

    fn run(&self) -> Child {
        let config = self.folder.path().join("guichet.toml");
        Command::new(env("GUICHET_BIN")).args(["run", "--config"]).arg(config).stdout(Stdio::null()).spawn().unwrap()
    }

    fn reader(&self) -> Option<Reader> {
        Reader::open(&self.folder.path().join("state/guichet.db")).ok()
    }

    /// Connects once, so that what comes later is new mail.
    fn first_connection(&self) {
        let mut child = self.run();
        wait(LOOK, || self.reader().is_some_and(|reader| reader.mark("support", "INBOX").is_ok_and(|mark| mark.is_some())));
        stop(&mut child);
    }
}

/// Between two looks at a run.
const LOOK: Duration = Duration::from_millis(10);
/// Between two looks at one mail.
const LOOK_CLOSELY: Duration = Duration::from_millis(1);

fn wait(pause: Duration, mut until: impl FnMut() -> bool) {
    let started = Instant::now();
    while !until() {
        assert!(started.elapsed() < Duration::from_secs(300), "waited five minutes");
        std::thread::sleep(pause);
    }
}

fn stop(child: &mut Child) {
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap();
}

fn fill(server: &dovecot::Dovecot, mails: &Path) -> usize {
    let mut files: Vec<PathBuf> = std::fs::read_dir(mails.join("Maildir/new")).unwrap().flatten().map(|file| file.path()).collect();
    files.sort();
    for file in &files {
        server.deliver(USER, &std::fs::read(file).unwrap());
    }
    files.len()
}

fn throughput(mails: &Path, check: bool) -> Run {
    let desk = Desk::new();
    desk.first_connection();
    let count = fill(&desk.server, mails);
    let started = Instant::now();
    let mut child = desk.run();
    let reader = desk.reader().unwrap();
    // Looking costs the machine something, too: seldom, and at what is cheap to ask.
    wait(LOOK, || reader.mark("support", "INBOX").is_ok_and(|mark| mark.is_some_and(|mark| mark.uid as usize >= count)));
    wait(LOOK, || reader.count(None).is_ok_and(|ledger| ledger.all as usize == count && ledger.waiting == 0));
    let letters = reader.letters(None, usize::MAX).unwrap().len();
    wait(LOOK, || desk.sink.accepted() as usize >= letters);
    let rate = count as f64 / started.elapsed().as_secs_f64();
    let peak_mib = memory(&child, "VmHWM");
    if check {
        correct(&reader, mails);
        println!("letters: {}; memory after the import: {} MiB", desk.sink.accepted(), memory(&child, "VmRSS"));
    }
    stop(&mut child);
    if check {
        let mut idle = desk.run();
        wait(LOOK, || desk.server.log().matches("Login").count() > 2);
        std::thread::sleep(Duration::from_secs(1));
        println!("resident when idle: {} MiB", memory(&idle, "VmRSS"));
        stop(&mut idle);
    }
    Run { rate, peak_mib }
}

fn memory(child: &Child, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Every mail on the ticket that the manifest says, with its token and its charset check in the ticket's words.
fn correct(reader: &Reader, mails: &Path) {
    let manifest = std::fs::read_to_string(mails.join("manifest.jsonl")).unwrap();
    let mut tickets: HashMap<u64, u64> = HashMap::new();
    let (mut right, mut held, mut wrong, mut lost) = (0, 0, 0, 0);
    for line in manifest.lines() {
        let mail: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = mail["message_id"].as_str().unwrap().trim_matches(['<', '>']);
        let Some(handled) = reader.find_instances(id).unwrap().into_iter().next().and_then(|row| row.handled) else {
            lost += 1;
            continue;
        };
        let thread = mail["ticket"].as_u64().unwrap();
        let ticket = handled.ticket.unwrap_or(0);
        let same = *tickets.entry(thread).or_insert(ticket) == ticket && ticket > 0;
        let stranger = handled.reason == "join-request";
        let said = reader
            .events(ticket)
            .unwrap()
            .iter()
            .filter_map(|event| event.text.clone())
            .any(|text| text.contains(mail["token"].as_str().unwrap()) && text.contains(mail["check"].as_str().unwrap()));
        match (same, said, stranger) {
            (true, true, _) => right += 1,
            (true, false, true) => held += 1,
            _ => {
                wrong += 1;
                eprintln!("wrong: {id} {:?} {} ticket {ticket} same {same} said {said}", handled.disposition, handled.reason);
            }
        }
    }
    println!(
        "manifest: {right} right, {held} of strangers held on the right ticket, {wrong} wrong, {lost} lost; {} threads",
        tickets.len()
    );
    assert_eq!((wrong, lost), (0, 0));
    let letters = reader.letters(None, usize::MAX).unwrap();
    assert!(letters.iter().all(|letter| letter.state == LetterState::Sent));
}

fn limit(mails: &Path) -> f64 {
    let server = dovecot::Dovecot::start();
    let sink = sink::Sink::start();
    fill(&server, mails);
    let folder = tempfile::tempdir().unwrap();
    let imap = format!("127.0.0.1:{}", server.imap);
    let smtp = format!("127.0.0.1:{}", sink.port);
    let database = folder.path().join("limit.db");
    let output = Command::new(env("GUICHET_LIMIT"))
        .args(["e2e", &imap, USER, dovecot::PASSWORD])
        .arg(&database)
        .args([&smtp, "64"])
        .output()
        .unwrap();
    let said: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    said["all_sent_mails_per_s"].as_f64().unwrap()
}

/// From the server's IDLE notification to the acknowledgement accepted by SMTP. A wire in the middle notes when the
/// notification passes.
fn latency() {
    let desk = Desk::new();
    let wire = sink::Wire::start(desk.server.imap);
    let config = desk.folder.path().join("guichet.toml");
    let text = std::fs::read_to_string(&config).unwrap().replace(
        &format!("port = {}\nsecurity = \"plain\"\nuser", desk.server.imap),
        &format!("port = {}\nsecurity = \"plain\"\nuser", wire.port),
    );
    std::fs::write(&config, text).unwrap();
    let mut child = desk.run();
    wait(LOOK_CLOSELY, || wire.idling());
    let mut figures = Vec::new();
    for number in 0..30 {
        let before = desk.sink.accepted();
        wire.reset();
        let mail = format!(
            "From: Alice <alice{number}@client.example>\r\nTo: support@bench.example\r\nSubject: Panne {number}\r\nMessage-ID: <l{number}@client.example>\r\nDate: Mon, 02 Mar 2026 08:00:00 +0000\r\n\r\nBonjour, rien ne va plus.\r\n"
        );
        desk.server.deliver(USER, mail.as_bytes());
        wait(LOOK_CLOSELY, || desk.sink.accepted() > before);
        let first = desk.sink.last_batch(before);
        figures.push(first.duration_since(wire.notified()).as_secs_f64() * 1000.0);
        wait(LOOK_CLOSELY, || desk.sink.accepted() >= before + 2);
        wait(LOOK_CLOSELY, || wire.idling());
    }
    stop(&mut child);
    figures.sort_by(f64::total_cmp);
    println!("IDLE notification to first mail accepted: median {:.1} ms, p95 {:.1} ms", figures[15], figures[28]);
}
