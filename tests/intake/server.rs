//! An IMAP server in the test's hands. By itself it behaves; a script may answer any command in its place, and a
//! connection may be cut after any byte. It remembers all commands, and objects to those that intake must never send.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use guichet::gateway::ports::Arrival;
use guichet::intake::imap::{ImapMailbox, Pace, Secret, Security, Start};
use secrecy::SecretString;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::keeper::FakeKeeper;

/// A command as a script sees it. The greeting is asked for by an empty line.
pub struct Ask<'a> {
    /// Which connection, from 1.
    pub connection: usize,
    pub tag: &'a str,
    pub line: &'a str,
}

/// What a script does instead of the server.
pub enum Act {
    /// Sends this, then goes on as before.
    Say(Vec<u8>),
    /// Sends this and hangs up.
    Last(Vec<u8>),
    /// Sends this and is silent for ever.
    Stall(Vec<u8>),
}

impl Act {
    pub fn say(text: impl Into<Vec<u8>>) -> Option<Act> {
        Some(Act::Say(text.into()))
    }

    pub fn last(text: impl Into<Vec<u8>>) -> Option<Act> {
        Some(Act::Last(text.into()))
    }

    pub fn stall(text: impl Into<Vec<u8>>) -> Option<Act> {
        Some(Act::Stall(text.into()))
    }
}

type Script = Box<dyn Fn(&Ask<'_>, &mut Mailbox) -> Option<Act> + Send + Sync>;

/// How a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    Close,
    Reset,
    Bye,
    Stall,
}

#[derive(Debug, Clone)]
pub struct Mail {
    pub raw: Vec<u8>,
    pub deleted: bool,
}

/// What lies on the server.
#[derive(Debug)]
pub struct Mailbox {
    pub validity: Option<u32>,
    pub next: u32,
    pub mails: BTreeMap<u32, Mail>,
    pub archive: Vec<Vec<u8>>,
    pub archive_exists: bool,
    pub flagged: Vec<u32>,
    pub extensions: &'static str,
    /// All commands, without tags.
    pub log: Vec<String>,
    /// Commands that no intake may send.
    pub objections: Vec<String>,
    pub connections: usize,
    pub bytes_sent: usize,
}

impl Mailbox {
    pub fn add(&mut self, raw: impl Into<Vec<u8>>) -> u32 {
        let uid = self.next;
        self.mails.insert(uid, Mail { raw: raw.into(), deleted: false });
        self.next += 1;
        uid
    }

    pub fn count(&self, prefix: &str) -> usize {
        self.log.iter().filter(|l| l.starts_with(prefix)).count()
    }
}

pub struct Server {
    pub port: u16,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    mailbox: Mutex<Mailbox>,
    script: Script,
    /// Cuts the first connection after so many bytes.
    cut: Option<(usize, Cut)>,
    news: watch::Sender<u64>,
    keeper: Arc<FakeKeeper>,
}

impl Server {
    /// A server with these mails that behaves.
    pub async fn with(mails: usize) -> Server {
        Server::scripted(mails, |_, _| None).await
    }

    /// A server with these mails, and a script that may answer first.
    pub async fn scripted(mails: usize, script: impl Fn(&Ask<'_>, &mut Mailbox) -> Option<Act> + Send + Sync + 'static) -> Server {
        Server::start(mails, Box::new(script), None).await
    }

    /// A server whose first connection is cut.
    pub async fn cut(mails: usize, after: usize, how: Cut) -> Server {
        Server::start(mails, Box::new(|_, _| None), Some((after, how))).await
    }

    async fn start(mails: usize, script: Script, cut: Option<(usize, Cut)>) -> Server {
        let mut mailbox = Mailbox {
            validity: Some(77),
            next: 1,
            mails: BTreeMap::new(),
            archive: Vec::new(),
            archive_exists: false,
            flagged: Vec::new(),
            extensions: "IDLE MOVE UIDPLUS",
            log: Vec::new(),
            objections: Vec::new(),
            connections: 0,
            bytes_sent: 0,
        };
        (0..mails).for_each(|n| {
            mailbox.add(mail(n));
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (mailbox, news, keeper) = (Mutex::new(mailbox), watch::Sender::new(0), Arc::new(FakeKeeper::default()));
        let shared = Arc::new(Shared { mailbox, script, cut, news, keeper });
        let task = tokio::spawn(accept(listener, shared.clone()));
        Server { port, shared, task }
    }

    pub fn mailbox(&self) -> MutexGuard<'_, Mailbox> {
        self.shared.mailbox.lock().unwrap()
    }

    /// The keeper that this server's mails must be in before it is told of them.
    pub fn keeper(&self) -> Arc<FakeKeeper> {
        self.shared.keeper.clone()
    }

    /// A new mail, with a word to whoever is idle.
    pub fn receives(&self, raw: impl Into<Vec<u8>>) {
        self.mailbox().add(raw);
        self.shared.news.send_modify(|n| *n += 1);
    }

    /// How intake sees it: from the first mail on, with short pauses.
    pub fn config(&self) -> ImapMailbox {
        let secret = Secret::Password(SecretString::from("sesame".to_owned()));
        let mut config = ImapMailbox::new("support", "127.0.0.1", "anna", secret);
        config.port = self.port;
        config.security = Security::Plain { allow_remote: false };
        config.start = Start::All;
        let retry = (Duration::from_millis(1), Duration::from_millis(5));
        config.pace = Pace { retry, step: Duration::from_secs(10), ..Pace::default() };
        config
    }

    /// Fails when intake sent what it must never send.
    #[track_caller]
    pub fn is_content(&self) {
        assert!(self.mailbox().objections.is_empty(), "{:?}", self.mailbox().objections);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub fn mail(n: usize) -> Vec<u8> {
    format!("From: a@cust.test\r\nSubject: mail {n}\r\n\r\nHello {n}.\r\n").into_bytes()
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).unwrap();
        let connection = {
            let mut mailbox = shared.mailbox.lock().unwrap();
            mailbox.connections += 1;
            mailbox.connections
        };
        connections.spawn(serve(stream, connection, shared.clone()));
    }
}

struct Connection {
    number: usize,
    shared: Arc<Shared>,
    lines: tokio::io::Lines<BufReader<OwnedReadHalf>>,
    out: tokio::net::tcp::OwnedWriteHalf,
    /// New mails that this connection was not told of yet.
    news: watch::Receiver<u64>,
    sent: usize,
}

async fn serve(stream: TcpStream, number: usize, shared: Arc<Shared>) {
    let (read, out) = stream.into_split();
    let news = shared.news.subscribe();
    let mut connection = Connection { number, shared, news, lines: BufReader::new(read).lines(), out, sent: 0 };
    // An end of any kind: the stream is dropped.
    let _ = connection.run().await;
}

/// The connection is over.
struct Over;

impl Connection {
    async fn run(&mut self) -> Result<(), Over> {
        self.answer("*", "").await?;
        loop {
            let line = self.line().await?;
            let (tag, command) = line.split_once(' ').unwrap_or((&line, ""));
            self.answer(tag, command).await?;
        }
    }

    async fn line(&mut self) -> Result<String, Over> {
        self.lines.next_line().await.ok().flatten().ok_or(Over)
    }

    async fn answer(&mut self, tag: &str, line: &str) -> Result<(), Over> {
        let act = {
            let mut mailbox = self.shared.mailbox.lock().unwrap();
            if !line.is_empty() {
                mailbox.log.push(line.to_owned());
            }
            (self.shared.script)(&Ask { connection: self.number, tag, line }, &mut mailbox)
        };
        match act {
            Some(Act::Say(bytes)) => self.send(&bytes).await,
            Some(Act::Last(bytes)) => {
                self.send(&bytes).await?;
                Err(Over)
            }
            Some(Act::Stall(bytes)) => {
                self.send(&bytes).await?;
                self.stall().await
            }
            None if line == "IDLE" => self.idle(tag).await,
            None if line.starts_with("AUTHENTICATE ") => {
                self.send(b"+ \r\n").await?;
                let proof = self.line().await?;
                self.shared.mailbox.lock().unwrap().log.push(proof);
                self.send(format!("{tag} OK welcome\r\n").as_bytes()).await
            }
            None => {
                let reply = reply(&mut self.shared.mailbox.lock().unwrap(), &self.shared.keeper, tag, line);
                self.send(&reply).await?;
                if line == "LOGOUT" { Err(Over) } else { Ok(()) }
            }
        }
    }

    async fn idle(&mut self, tag: &str) -> Result<(), Over> {
        self.send(b"+ idling\r\n").await?;
        loop {
            tokio::select! {
                line = self.lines.next_line() => {
                    line.ok().flatten().ok_or(Over)?;
                    return self.send(format!("{tag} OK idle is over\r\n").as_bytes()).await;
                }
                _ = self.news.changed() => {
                    let exists = self.shared.mailbox.lock().unwrap().mails.len();
                    self.send(format!("* {exists} EXISTS\r\n").as_bytes()).await?;
                }
            }
        }
    }

    /// Reads and says nothing more, until the other side hangs up.
    async fn stall(&mut self) -> Result<(), Over> {
        loop {
            self.line().await?;
        }
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), Over> {
        let cut = self.shared.cut.filter(|_| self.number == 1);
        match cut {
            Some((after, how)) if self.sent + bytes.len() > after => {
                let left = &bytes[..after - self.sent];
                self.out.write_all(left).await.map_err(|_| Over)?;
                match how {
                    Cut::Close => {}
                    // What was sent may be lost with a reset, as on a real network.
                    Cut::Reset => self.out.as_ref().set_zero_linger().unwrap(),
                    Cut::Bye => self.out.write_all(b"* BYE going down\r\n").await.map_err(|_| Over)?,
                    Cut::Stall => self.stall().await?,
                }
                Err(Over)
            }
            _ => {
                self.sent += bytes.len();
                self.shared.mailbox.lock().unwrap().bytes_sent += bytes.len();
                self.out.write_all(bytes).await.map_err(|_| Over)
            }
        }
    }
}

/// What a server that behaves says.
fn reply(mailbox: &mut Mailbox, keeper: &FakeKeeper, tag: &str, line: &str) -> Vec<u8> {
    let ok = |mut body: Vec<u8>| {
        body.extend(format!("{tag} OK done\r\n").into_bytes());
        body
    };
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        [""] => b"* OK ready\r\n".to_vec(),
        ["CAPABILITY"] => ok(format!("* CAPABILITY IMAP4rev1 {}\r\n", mailbox.extensions).into_bytes()),
        ["LOGIN", ..] | ["NOOP"] => ok(Vec::new()),
        ["LOGOUT"] => ok(b"* BYE goodbye\r\n".to_vec()),
        ["SELECT", ..] => ok(selected(mailbox)),
        ["CREATE", _] => {
            mailbox.archive_exists = true;
            ok(Vec::new())
        }
        ["UID", "FETCH", set, ..] if !line.contains("BODY[") => ok(fetched(mailbox, set, line)),
        ["UID", "STORE", set, "+FLAGS.SILENT", flag] => {
            stored(mailbox, keeper, set, flag);
            ok(Vec::new())
        }
        ["UID", verb @ ("MOVE" | "COPY"), set, _folder] => {
            if !mailbox.archive_exists {
                return format!("{tag} NO [TRYCREATE] no such folder\r\n").into_bytes();
            }
            archived(mailbox, keeper, set, *verb == "MOVE");
            ok(Vec::new())
        }
        ["UID", "EXPUNGE", set] => {
            for uid in uids(mailbox, set) {
                mailbox.mails.retain(|u, m| *u != uid || !m.deleted);
            }
            ok(Vec::new())
        }
        _ => {
            mailbox.objections.push(line.to_owned());
            format!("{tag} BAD never send this\r\n").into_bytes()
        }
    }
}

fn selected(mailbox: &Mailbox) -> Vec<u8> {
    let validity = mailbox.validity.map(|v| format!("* OK [UIDVALIDITY {v}] valid\r\n")).unwrap_or_default();
    format!("* {} EXISTS\r\n{validity}* OK [UIDNEXT {}] next\r\n", mailbox.mails.len(), mailbox.next).into_bytes()
}

/// UIDs of a set that exist; `n:*` has the last one even when it lies below n (RFC 9051 section 6.4.9).
pub fn uids(mailbox: &Mailbox, set: &str) -> Vec<u32> {
    let last = mailbox.mails.keys().last().copied().unwrap_or(0);
    let number = |text: &str| if text == "*" { last } else { text.parse().unwrap() };
    let within = |uid: u32| {
        set.split(',').any(|part| {
            let (a, b) = part.split_once(':').unwrap_or((part, part));
            let (a, b) = (number(a), number(b));
            (a.min(b)..=a.max(b)).contains(&uid)
        })
    };
    mailbox.mails.keys().copied().filter(|uid| within(*uid)).collect()
}

fn fetched(mailbox: &Mailbox, set: &str, line: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for uid in uids(mailbox, set) {
        let mail = &mailbox.mails[&uid];
        let sequence = mailbox.mails.keys().position(|u| *u == uid).unwrap() + 1;
        out.extend(format!("* {sequence} FETCH (UID {uid}").into_bytes());
        if line.contains("RFC822.SIZE") {
            out.extend(format!(" RFC822.SIZE {}", mail.raw.len()).into_bytes());
        }
        if line.contains("INTERNALDATE") {
            out.extend(b" INTERNALDATE \"21-Nov-2026 10:00:00 +0000\"");
        }
        if let Some((_, partial)) = line.split_once("BODY.PEEK[]<") {
            let (offset, length) = partial.trim_end_matches(">)").split_once('.').unwrap();
            let (offset, length): (usize, usize) = (offset.parse().unwrap(), length.parse().unwrap());
            let piece = mail.raw.get(offset..(offset + length).min(mail.raw.len())).unwrap_or_default();
            out.extend(format!(" BODY[]<{offset}> {{{}}}\r\n", piece.len()).into_bytes());
            out.extend(piece);
        }
        out.extend(b")\r\n");
    }
    out
}

/// INV1: whatever the server is told of is kept, under its very number and with its very bytes.
fn check_kept(mailbox: &mut Mailbox, keeper: &FakeKeeper, uid: u32) {
    let raw = &mailbox.mails[&uid].raw;
    // Of an oversized mail the beginning is kept.
    let same = |kept: &Arrival| kept.raw == *raw || (kept.cut_from.is_some() && raw.starts_with(&kept.raw));
    if !keeper.ledger().kept().iter().any(|a| a.origin.uid == uid && same(a)) {
        mailbox.objections.push(format!("told of {uid} before it was kept"));
    }
}

fn stored(mailbox: &mut Mailbox, keeper: &FakeKeeper, set: &str, flag: &str) {
    for uid in uids(mailbox, set) {
        check_kept(mailbox, keeper, uid);
        mailbox.mails.get_mut(&uid).unwrap().deleted |= flag == "(\\Deleted)";
        mailbox.flagged.push(uid);
    }
}

fn archived(mailbox: &mut Mailbox, keeper: &FakeKeeper, set: &str, remove: bool) {
    for uid in uids(mailbox, set) {
        check_kept(mailbox, keeper, uid);
        mailbox.archive.push(mailbox.mails[&uid].raw.clone());
        if remove {
            mailbox.mails.remove(&uid);
        }
    }
}
