//! A receiving SMTP server on loopback. By default it takes everything; rules say at which step it does something else.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto::ring};
use tokio_util::task::AbortOnDropHandle;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// After the final dot.
    Dot,
    /// At QUIT.
    Bye,
}

#[derive(Debug, Clone)]
pub enum Act {
    /// This reply instead of the usual one; with its line ends when it holds some.
    Say(String),
    /// Closes the connection.
    Drop,
    /// Never answers.
    Stall,
    /// Answers as usual when [`Server::release`] is called.
    Hold,
}

/// At `step`, for lines that hold `about`, `act`; `left` times.
struct Rule {
    step: Step,
    about: &'static str,
    act: Act,
    left: usize,
}

/// A mail that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    pub from: String,
    pub to: String,
    /// The octets between DATA's reply and the final dot, as they crossed the wire.
    pub wire: Vec<u8>,
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    taken: Vec<Taken>,
    lines: Vec<String>,
    packets: Vec<String>,
    connections: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Tls {
    None,
    Start,
    Implicit,
}

pub struct Server {
    pub address: SocketAddr,
    house: Arc<House>,
    ca: Option<tempfile::NamedTempFile>,
    _listening: AbortOnDropHandle<()>,
}

struct House {
    state: Mutex<State>,
    features: Vec<&'static str>,
    tls: Tls,
    acceptor: Option<TlsAcceptor>,
    held: Notify,
    arrived: Notify,
}

impl Server {
    /// A relay of the usual kind, unencrypted.
    pub async fn start() -> Server {
        Server::with(&["PIPELINING", "8BITMIME", "SIZE 10000000"]).await
    }

    /// With these features in its EHLO reply.
    pub async fn with(features: &[&'static str]) -> Server {
        Server::listen(features, Tls::None).await
    }

    /// Offers STARTTLS; what is in `features` holds before and after.
    pub async fn starttls(features: &[&'static str]) -> Server {
        Server::listen(features, Tls::Start).await
    }

    /// TLS from the first octet.
    pub async fn implicit(features: &[&'static str]) -> Server {
        Server::listen(features, Tls::Implicit).await
    }

    async fn listen(features: &[&'static str], tls: Tls) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (acceptor, ca) = if tls == Tls::None { (None, None) } else { certified() };
        let (state, held, arrived) = (Mutex::default(), Notify::new(), Notify::new());
        let house = Arc::new(House { state, features: features.to_vec(), tls, acceptor, held, arrived });
        let listening = tokio::spawn(accept(listener, house.clone()));
        Server { address, house, ca, _listening: AbortOnDropHandle::new(listening) }
    }

    /// The file of the authority that its certificate is valid by.
    pub fn ca_file(&self) -> PathBuf {
        self.ca.as_ref().unwrap().path().to_owned()
    }

    /// From now on: at `step`, for lines that hold `about`, `act`; `times` times.
    pub fn at(&self, step: Step, about: &'static str, act: Act, times: usize) {
        self.house.state().rules.push(Rule { step, about, act, left: times });
    }

    /// One other reply, once.
    pub fn once(&self, step: Step, reply: &str) {
        self.at(step, "", Act::Say(reply.to_owned()), 1);
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.house.state().taken.clone()
    }

    pub fn connections(&self) -> usize {
        self.house.state().connections
    }

    /// Command lines that begin with `verb`.
    pub fn count(&self, verb: &str) -> usize {
        self.house.state().lines.iter().filter(|line| line.starts_with(verb)).count()
    }

    pub fn lines(&self) -> Vec<String> {
        self.house.state().lines.clone()
    }

    /// What came with one read.
    pub fn packets(&self) -> Vec<String> {
        self.house.state().packets.clone()
    }

    /// Waits until a rule held something.
    pub async fn holding(&self) {
        self.house.arrived.notified().await;
    }

    pub fn release(&self) {
        self.house.held.notify_one();
    }
}

fn certified() -> (Option<TlsAcceptor>, Option<tempfile::NamedTempFile>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let ca = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(ca.path(), made.cert.pem()).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    (Some(TlsAcceptor::from(Arc::new(config))), Some(ca))
}

async fn accept(listener: TcpListener, house: Arc<House>) {
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).unwrap();
        house.state().connections += 1;
        let house = house.clone();
        // Clients hang up at will: that is what is tested.
        tokio::spawn(async move { serve(stream, house).await.ok() });
    }
}

trait Way: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Way for T {}

struct Talk {
    house: Arc<House>,
    way: Box<dyn Way>,
    ahead: Vec<u8>,
    /// Accepted with MAIL and with RCPT.
    from: Option<String>,
    to: Option<String>,
}

/// The rule that applies, if any.
enum Turn {
    Usual,
    Said,
}

async fn serve(stream: TcpStream, house: Arc<House>) -> io::Result<()> {
    let way: Box<dyn Way> = match (&house.acceptor, house.tls) {
        (Some(acceptor), Tls::Implicit) => Box::new(acceptor.accept(stream).await?),
        _ => Box::new(stream),
    };
    let mut talk = Talk { house, way, ahead: Vec::new(), from: None, to: None };
    talk.answer(Step::Greeting, "", "220 relay.test").await?;
    loop {
        let line = talk.line().await?;
        talk.house.state().lines.push(line.clone());
        let verb = line.split([' ', '\r']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => talk.ehlo(&line).await?,
            "STARTTLS" => {
                talk.answer(Step::StartTls, &line, "220 go ahead").await?;
                let acceptor = talk.house.acceptor.clone().unwrap();
                talk.way = Box::new(acceptor.accept(talk.way).await?);
                talk.ahead.clear();
            }
            "AUTH" => talk.auth(&line).await?,
            "MAIL" if talk.from.is_some() => talk.say("503 5.5.1 nested MAIL").await?,
            "MAIL" => talk.from = talk.take(Step::Mail, &line).await?,
            "RCPT" | "DATA" if talk.from.is_none() => talk.say("503 5.5.1 MAIL first").await?,
            "RCPT" => talk.to = talk.take(Step::Rcpt, &line).await?,
            "DATA" => talk.data(&line).await?,
            "RSET" => {
                (talk.from, talk.to) = (None, None);
                talk.say("250 ok").await?;
            }
            "QUIT" => return talk.answer(Step::Bye, &line, "221 bye").await,
            _ => talk.say("250 ok").await?,
        }
    }
}

impl Talk {
    async fn ehlo(&mut self, line: &str) -> io::Result<()> {
        let mut features: Vec<&str> = self.house.features.clone();
        if self.house.tls == Tls::Start {
            features.push("STARTTLS");
        }
        let mut reply = String::from("250-relay.test greets you\r\n");
        features.iter().for_each(|feature| reply += &format!("250-{feature}\r\n"));
        self.answer(Step::Ehlo, line, &(reply + "250 HELP")).await
    }

    /// Takes any credentials; LOGIN asks twice.
    async fn auth(&mut self, line: &str) -> io::Result<()> {
        if line.starts_with("AUTH LOGIN") {
            for challenge in ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] {
                self.say(challenge).await?;
                let answer = self.line().await?;
                self.house.state().lines.push(format!("LOGIN {answer}"));
            }
        }
        self.answer(Step::Auth, line, "235 2.7.0 welcome").await?;
        let rejected = line.contains("XOAUTH2") && self.house.state().lines.last().is_some_and(|last| last == "challenged");
        if rejected {
            let answer = self.line().await?;
            self.house.state().lines.push(format!("XOAUTH2 {answer}"));
            self.say("535 5.7.8 token expired").await?;
        }
        Ok(())
    }

    /// The address of an accepted MAIL or RCPT.
    async fn take(&mut self, step: Step, line: &str) -> io::Result<Option<String>> {
        let usual = matches!(self.turn(step, line).await?, Turn::Usual);
        if usual {
            self.say("250 2.1.0 ok").await?;
        }
        let address = line.split(['<', '>']).nth(1).unwrap_or_default();
        Ok(usual.then(|| address.to_owned()))
    }

    async fn data(&mut self, line: &str) -> io::Result<()> {
        if self.to.is_none() {
            return self.say("503 5.5.1 nobody to send to").await;
        }
        if matches!(self.turn(Step::Data, line).await?, Turn::Said) {
            return Ok(());
        }
        self.say("354 go").await?;
        let wire = self.until_dot().await?;
        let taken = Taken { from: self.from.take().unwrap_or_default(), to: self.to.take().unwrap_or_default(), wire };
        self.house.state().taken.push(taken.clone());
        match self.turn(Step::Dot, &taken.to).await? {
            Turn::Usual => self.say("250 2.0.0 taken").await,
            Turn::Said => {
                self.house.state().taken.pop();
                Ok(())
            }
        }
    }

    /// Raw octets up to the final dot.
    async fn until_dot(&mut self) -> io::Result<Vec<u8>> {
        let mut wire = Vec::new();
        loop {
            let line = self.octets().await?;
            if line == b".\r\n" {
                return Ok(wire);
            }
            wire.extend(line);
        }
    }

    async fn answer(&mut self, step: Step, line: &str, usual: &str) -> io::Result<()> {
        match self.turn(step, line).await? {
            Turn::Usual => self.say(usual).await,
            Turn::Said => Ok(()),
        }
    }

    async fn turn(&mut self, step: Step, line: &str) -> io::Result<Turn> {
        match self.house.rule(step, line) {
            None => Ok(Turn::Usual),
            Some(Act::Drop) => Err(io::ErrorKind::ConnectionAborted.into()),
            Some(Act::Stall) => {
                // Until the client hangs up.
                while self.way.read_u8().await.is_ok() {}
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            Some(Act::Hold) => {
                self.house.arrived.notify_one();
                self.house.held.notified().await;
                Ok(Turn::Usual)
            }
            Some(Act::Say(text)) => {
                if text.starts_with("334") {
                    self.house.state().lines.push("challenged".into());
                }
                self.say(&text).await?;
                Ok(Turn::Said)
            }
        }
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        self.way.write_all(format!("{text}\r\n").as_bytes()).await?;
        self.way.flush().await
    }

    async fn line(&mut self) -> io::Result<String> {
        let octets = self.octets().await?;
        Ok(String::from_utf8_lossy(&octets).trim_end().to_owned())
    }

    /// Up to a LF.
    async fn octets(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.ahead.iter().position(|b| *b == b'\n') {
                return Ok(self.ahead.drain(..=end).collect());
            }
            let before = self.ahead.len();
            self.ahead.reserve(64 << 10);
            if self.way.read_buf(&mut self.ahead).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let packet = String::from_utf8_lossy(&self.ahead[before..]).into_owned();
            self.house.state().packets.push(packet);
        }
    }
}

impl House {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn rule(&self, step: Step, line: &str) -> Option<Act> {
        let mut state = self.state();
        let rule = state.rules.iter_mut().find(|rule| rule.step == step && rule.left > 0 && line.contains(rule.about))?;
        rule.left -= 1;
        Some(rule.act.clone())
    }
}
