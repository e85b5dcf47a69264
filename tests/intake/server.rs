//! An IMAP server in the test's hands. By itself it behaves; a script may answer any command in its place, and a
//! connection may be cut after any byte. It remembers all commands, and objects to those that intake must never send.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use guichet::intake::imap::{ImapMailbox, Pace, Secret, Security, Start};
use secrecy::SecretString;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::keeper::FakeKeeper;
use crate::model::reply;
pub use crate::model::{Mailbox, mail};

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
