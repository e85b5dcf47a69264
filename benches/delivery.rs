//! How fast mails become bytes, and how fast they leave: `cargo bench --bench delivery -- [HOST:PORT] [LETTERS]`.
//!
//! Without a sink's address one is opened here, on a thread of its own. The sink must offer PIPELINING, and be on
//! loopback. The outbox is in memory: what is measured is delivery alone.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::Context;
use guichet::address::{Address, Mailbox};
use guichet::delivery::{Relay, Security, Transport, run};
use guichet::mail::{Auto, Letter, Outgoing, compose};
use guichet::ports::{Attempt, Outbox, Queued, Unavailable, Verdict};
use tokio_util::sync::CancellationToken;

/// Mails composed for one figure.
const COMPOSED: usize = 20_000;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let sink = arguments.next().map_or_else(open_sink, Ok)?;
    let count: usize = arguments.next().map_or(Ok(5000), |count| count.parse())?;
    let start = Instant::now();
    let octets: usize = (0..COMPOSED).map(|n| letter(n).map(|letter| letter.bytes.len()).unwrap_or_default()).sum();
    let each = start.elapsed() / u32::try_from(COMPOSED)?;
    println!("compose: {each:?} a mail of {} octets", octets / COMPOSED);
    for connections in [1, 2, 4] {
        let letters: Vec<Letter> = (0..count).map(letter).collect::<anyhow::Result<_>>()?;
        let (host, port) = sink.rsplit_once(':').context("HOST:PORT")?;
        let relay = Relay { connections, ..Relay::new(host, port.parse()?, Security::PlainLoopback, "bench.test") };
        let start = Instant::now();
        tokio::runtime::Runtime::new()?.block_on(deliver(letters, relay))?;
        let seconds = start.elapsed().as_secs_f64();
        println!("deliver: {connections} connections, {count} letters in {seconds:.3} s: {:.0} a second", count as f64 / seconds);
    }
    Ok(())
}

async fn deliver(letters: Vec<Letter>, relay: Relay) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let count = letters.len();
    let due = letters.into_iter().zip(1..).map(|(letter, id)| Queued { id, letter, attempts: 0 }).collect();
    let outbox = Arc::new(Memory { due: Mutex::new(due), left: AtomicUsize::new(count), sent: AtomicUsize::new(0), stop: stop.clone() });
    run(outbox.clone(), Transport::Smtp(Box::new(relay)), stop).await;
    anyhow::ensure!(outbox.sent.load(Ordering::SeqCst) == count, "not all letters were sent");
    Ok(())
}

/// An outbox that stops delivery when all its letters have ended.
struct Memory {
    due: Mutex<VecDeque<Queued>>,
    left: AtomicUsize,
    sent: AtomicUsize,
    stop: CancellationToken,
}

impl Outbox for Memory {
    async fn claim(&self, limit: usize) -> Result<Vec<Queued>, Unavailable> {
        let mut due = self.due.lock().map_err(|fault| Unavailable(fault.to_string()))?;
        let count = limit.min(due.len());
        Ok(due.drain(..count).collect())
    }

    async fn ended(&self, verdicts: Vec<Verdict>) -> Result<(), Unavailable> {
        let sent = verdicts.iter().filter(|verdict| verdict.end == Attempt::Sent).count();
        self.sent.fetch_add(sent, Ordering::SeqCst);
        if self.left.fetch_sub(verdicts.len(), Ordering::SeqCst) == verdicts.len() {
            self.stop.cancel();
        }
        Ok(())
    }

    async fn woken(&self) {
        std::future::pending().await
    }
}

/// About 3 KB: text and HTML that say the same.
fn letter(n: usize) -> anyhow::Result<Letter> {
    let line = "Votre demande a été prise en charge par Zoé : elle vous répondra avant demain midi. ";
    let text = format!("Bonjour,\n\n{}\n\nLe support\n", line.repeat(12));
    let html = format!("<p>Bonjour,</p>\n<p>{}</p>\n<p>Le support</p>\n", line.repeat(12));
    let mail = Outgoing {
        message_id: format!("g{n}.abcdefghijklmnopqrst.aabcdefghijklmnopqrst@desk.test"),
        from: Mailbox::new(Some("Karim (Support DSI)"), Address::parse("support@desk.test")?),
        to: Mailbox::new(Some("Alice"), Address::parse(&format!("alice{n}@cust.test"))?),
        shown_cc: Vec::new(),
        reply_to: Some(Address::parse("support+t42.0.aabcdefghijklmnopqrst@desk.test")?),
        envelope_from: Some(Address::parse("support+b42.0.aabcdefghijklmnopqrst@desk.test")?),
        date: 1_795_000_000,
        subject: format!("[#{n}] Imprimante du 2e étage en panne"),
        in_reply_to: Some("q1@cust.test".into()),
        references: vec!["q0@cust.test".into(), "q1@cust.test".into()],
        thread_index: None,
        auto: Auto::Replied,
        language: "fr".into(),
        unsubscribe: None,
        text,
        html: Some(html),
        files: Vec::new(),
    };
    Ok(compose(&mail)?)
}

/// Takes everything as fast as it comes; its address.
fn open_sink() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || swallow(&stream));
        }
    });
    Ok(address)
}

fn swallow(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut lines, mut out, mut line, mut data) = (BufReader::new(stream), b"220 sink\r\n".to_vec(), Vec::new(), false);
    loop {
        if lines.buffer().is_empty() && !out.is_empty() {
            (&*stream).write_all(&out)?;
            out.clear();
        }
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        match (data, line.get(..4).unwrap_or(&line)) {
            (true, b".\r\n") => (data, _) = (false, out.extend(b"250 taken\r\n")),
            (true, _) => (),
            (false, b"EHLO") => out.extend(b"250-sink\r\n250 PIPELINING\r\n"),
            (false, b"DATA") => (data, _) = (true, out.extend(b"354 go\r\n")),
            (false, b"QUIT") => return (&*stream).write_all(b"221 bye\r\n"),
            (false, _) => out.extend(b"250 ok\r\n"),
        }
    }
}
