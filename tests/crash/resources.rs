//! What the running program may cost while others try to make it dear (CASEBOOK group K).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use guichet::store::Reads;

use super::beside::Daemon;
use super::{Desk, GUICHET, until};

/// Bytes of a large mail's file, of which many arrive at once.
const LARGE: usize = 18 << 20;

impl Desk {
    /// A mail with a file, put where the daemon finds it.
    fn drops(&self, number: usize, file: &[u8]) {
        let base64 = data_encoding::BASE64_MIME.encode(file);
        let text = format!(
            "From: Alice <alice{number}@cust.test>\r\nTo: support@desk.test\r\nMessage-ID: <large{number}@cust.test>\r\nSubject: Plan {number}\r\n\
             Date: Mon, 05 Jan 2026 09:00:00 +0000\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nVoir le plan.\r\n--b\r\n\
             Content-Type: application/octet-stream; name=plan.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n{base64}\r\n--b--\r\n"
        );
        std::fs::write(self.path(&format!("inbox/tmp/{number}")), text).unwrap();
        std::fs::rename(self.path(&format!("inbox/tmp/{number}")), self.path(&format!("inbox/new/{number}"))).unwrap();
    }

    fn tickets(&self) -> u64 {
        self.reader().count(None).unwrap().new
    }

    fn port(&self) -> u16 {
        let text = std::fs::read_to_string(self.path("guichet.toml")).unwrap();
        text.split("127.0.0.1:").nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    }
}

/// A line of `/proc/<pid>/status`, in KiB.
fn status(pid: u32, name: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    text.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap()
}

/// Processor time that a process has used, in clock ticks (proc(5): fields 14 and 15).
fn ticks(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[test]
fn k05_eight_large_mails_at_once_fit_the_memory() {
    let desk = Desk::new();
    let inner = data_encoding::BASE64_MIME.encode(&vec![0xA5; LARGE * 3 / 4]);
    for number in 0..8 {
        desk.drops(number, &inner.as_bytes()[..LARGE]);
    }
    let daemon = Daemon::of(&desk);
    until("eight tickets", || desk.tickets() == 8);
    let peak = status(daemon.id(), "VmHWM:");
    assert!(peak < 512 << 10, "{peak} KiB at the most");
}

#[test]
fn k06_clients_without_end_take_no_file_from_the_mailbox_and_no_time() {
    let desk = Desk::new();
    let run = format!("ulimit -n 64; exec {GUICHET} --config {} run", desk.path("guichet.toml").display());
    let daemon = Daemon::up(&desk, Command::new("bash").args(["-c", &run]));
    let clients: Vec<TcpStream> = (0..200).map(|_| TcpStream::connect(("127.0.0.1", desk.port())).unwrap()).collect();
    let (before, began) = (ticks(daemon.id()), std::time::Instant::now());
    desk.drops(1, b"small");
    until("a mail beside two hundred clients", || desk.tickets() == 1);
    until("a second to pass", || began.elapsed() > Duration::from_secs(1));
    // A hundred ticks are a second of one core.
    let (used, seconds) = (ticks(daemon.id()) - before, began.elapsed().as_secs());
    assert!(used < 50 * (seconds + 1), "{used} ticks in {seconds} s");
    // Who waited is served when others have gone.
    drop(clients);
    let mut last = TcpStream::connect(("127.0.0.1", desk.port())).unwrap();
    last.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    last.write_all(format!("GET /health HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n", desk.port()).as_bytes()).unwrap();
    let mut answer = String::new();
    last.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
