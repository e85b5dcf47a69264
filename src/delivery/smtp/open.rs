//! From a host name to a session that takes letters: connect, TLS, greeting, EHLO, AUTH.
//!
//! Promises: nothing secret goes over a way that is not encrypted and verified, or local; whatever goes wrong here is the
//! relay's trouble and no letter's.
//! Excludes: letters (see [`super::hand_over`]).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use secrecy::ExposeSecret;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;

use super::reply::Reply;
use super::wire::{Way, Wire, WireFault};
use crate::delivery::relay::{Login, Patience, Relay, Security};
use crate::tls;

/// Unacknowledged data after this long means that the other side is gone.
const GONE: Duration = Duration::from_secs(60);
/// A silent connection is felt for after this long, also so that no router forgets it while we wait after the dot.
const SILENCE: Duration = Duration::from_secs(60);
/// The wait for the reply to QUIT: it changes nothing any more.
const QUIT: Duration = Duration::from_secs(5);
/// Challenges answered in one AUTH: LOGIN has two.
const CHALLENGES: usize = 3;

/// Why the relay takes no letters now.
#[derive(Debug, thiserror::Error)]
pub enum RelayFault {
    /// The host name has no address, or none answers.
    #[error("cannot connect to the relay: {0}")]
    Connect(io::Error),
    /// No TCP connection, or no TLS handshake in time.
    #[error("cannot connect to the relay within {0:?}")]
    Slow(Duration),
    /// The certificate is not valid for the host, or TLS fails otherwise.
    #[error("no verified TLS with the relay: {0}")]
    Tls(io::Error),
    /// The host is no host name.
    #[error("{0:?} is no host name")]
    Name(String),
    /// Unencrypted, to another machine.
    #[error("unencrypted SMTP is for this machine only, and {0} is another")]
    NotLocal(SocketAddr),
    /// STARTTLS is wanted and not offered.
    #[error("the relay does not offer STARTTLS")]
    NoStartTls,
    /// No way to log in that both sides know.
    #[error("the relay offers no {0}")]
    NoMechanism(&'static str),
    /// The token source failed.
    #[error("no access token for the relay: {0}")]
    Token(String),
    /// The relay said no: to the connection, to the greeting, to the login.
    #[error("the relay refused {step}: {}", .reply.one_line())]
    Refused {
        /// The command.
        step: &'static str,
        /// Its answer.
        reply: Reply,
    },
    /// The connection broke.
    #[error(transparent)]
    Wire(#[from] WireFault),
}

/// What the relay can do, by its EHLO reply (RFC 5321 section 4.1.1.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Features {
    /// Several commands at once (RFC 2920).
    pub pipelining: bool,
    /// Addresses outside ASCII (RFC 6531).
    pub smtputf8: bool,
    /// Octets of a mail that are taken; `None` when it does not say (RFC 1870).
    pub size: Option<u64>,
    /// TLS can begin (RFC 3207).
    pub starttls: bool,
    /// Ways to log in, upper case (RFC 4954).
    pub auth: Vec<String>,
}

/// A relay that listens to us.
pub struct Session {
    pub(super) wire: Wire,
    pub(super) features: Features,
    pub(super) patience: Patience,
    /// Letters handed over so far.
    pub(super) letters: u32,
    /// The final dot of the letter in hand was sent.
    pub(super) dotted: bool,
    /// No other letter can go over this connection.
    pub(super) broken: bool,
}

impl Session {
    /// Connects, encrypts as told, greets and logs in.
    pub async fn open(relay: &Relay) -> Result<Session, RelayFault> {
        let patience = relay.patience;
        let stream = connect(relay).await?;
        let (wire, features) = match &relay.security {
            Security::PlainLoopback => greeted(Wire::new(Box::new(stream)), relay).await?,
            Security::Implicit(config) => greeted(Wire::new(encrypt(Box::new(stream), config, relay).await?), relay).await?,
            Security::StartTls(config) => starttls(greeted(Wire::new(Box::new(stream)), relay).await?, config, relay).await?,
        };
        let mut session = Session { wire, features, patience, letters: 0, dotted: false, broken: false };
        session.log_in(&relay.login).await?;
        Ok(session)
    }

    /// Says good-bye, and waits a moment for the answer.
    pub async fn quit(mut self) {
        // The letters are through: what happens to this connection now is of no interest.
        let _ = self.wire.command("QUIT\r\n", QUIT.min(self.patience.command)).await;
    }

    async fn log_in(&mut self, login: &Login) -> Result<(), RelayFault> {
        let (mechanism, credentials) = match login {
            Login::None => return Ok(()),
            Login::Password { user, password } => {
                let offered = [Mechanism::Plain, Mechanism::Login].into_iter().find(|mechanism| self.offers(*mechanism));
                let secret = password.expose_secret().to_owned();
                (offered.ok_or(RelayFault::NoMechanism("AUTH PLAIN or LOGIN"))?, Credentials::new(user.clone(), secret))
            }
            Login::Token { user, source } => {
                let mechanism = Some(Mechanism::Xoauth2).filter(|mechanism| self.offers(*mechanism));
                let mechanism = mechanism.ok_or(RelayFault::NoMechanism("AUTH XOAUTH2"))?;
                let token = source().await.map_err(RelayFault::Token)?;
                (mechanism, Credentials::new(user.clone(), token.expose_secret().to_owned()))
            }
        };
        self.authenticate(mechanism, &credentials).await
    }

    fn offers(&self, mechanism: Mechanism) -> bool {
        self.features.auth.iter().any(|offered| *offered == mechanism.to_string())
    }

    async fn authenticate(&mut self, mechanism: Mechanism, credentials: &Credentials) -> Result<(), RelayFault> {
        let initial = mechanism.supports_initial_response().then(|| mechanism.response(credentials, None).ok()).flatten();
        let initial = initial.map(|initial| format!(" {}", BASE64_STANDARD.encode(initial))).unwrap_or_default();
        let mut reply = self.wire.command(&format!("AUTH {mechanism}{initial}\r\n"), self.patience.command).await?;
        for _ in 0..CHALLENGES {
            if reply.code != 334 {
                break;
            }
            // A challenge that we cannot answer is XOAUTH2's error report: an empty line asks for the refusal itself.
            let answer = answer(mechanism, credentials, &reply).unwrap_or_default();
            reply = self.wire.command(&format!("{}\r\n", BASE64_STANDARD.encode(answer)), self.patience.command).await?;
        }
        expect("AUTH", reply)
    }
}

fn answer(mechanism: Mechanism, credentials: &Credentials, reply: &Reply) -> Option<String> {
    let challenge = BASE64_STANDARD.decode(reply.lines.first()?).ok()?;
    mechanism.response(credentials, Some(std::str::from_utf8(&challenge).ok()?)).ok()
}

/// The first address that answers. A loopback-only way looks at no other address.
async fn connect(relay: &Relay) -> Result<TcpStream, RelayFault> {
    let patience = relay.patience.connect;
    let lookup = timeout(patience, lookup_host((relay.host.as_str(), relay.port)));
    let addresses = lookup.await.map_err(|_| RelayFault::Slow(patience))?.map_err(RelayFault::Connect)?;
    let mut fault = RelayFault::Connect(io::ErrorKind::AddrNotAvailable.into());
    for address in addresses {
        if matches!(relay.security, Security::PlainLoopback) && !address.ip().is_loopback() {
            return Err(RelayFault::NotLocal(address));
        }
        fault = match timeout(patience, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return tuned(stream).map_err(RelayFault::Connect),
            Ok(Err(error)) => RelayFault::Connect(error),
            Err(_) => RelayFault::Slow(patience),
        };
    }
    Err(fault)
}

/// Without Nagle's algorithm: waiting for a full packet costs 44 ms a mail. A peer that is gone is noticed.
fn tuned(stream: TcpStream) -> io::Result<TcpStream> {
    stream.set_nodelay(true)?;
    let socket = socket2::SockRef::from(&stream);
    socket.set_tcp_keepalive(&socket2::TcpKeepalive::new().with_time(SILENCE).with_interval(SILENCE / 3))?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(GONE))?;
    Ok(stream)
}

async fn encrypt(way: Box<dyn Way>, config: &Arc<ClientConfig>, relay: &Relay) -> Result<Box<dyn Way>, RelayFault> {
    let patience = relay.patience.connect;
    let name = tls::server_name(&relay.host).map_err(|_| RelayFault::Name(relay.host.clone()))?;
    let handshake = timeout(patience, TlsConnector::from(config.clone()).connect(name, way));
    let stream = handshake.await.map_err(|_| RelayFault::Slow(patience))?.map_err(RelayFault::Tls)?;
    Ok(Box::new(stream))
}

async fn greeted(mut wire: Wire, relay: &Relay) -> Result<(Wire, Features), RelayFault> {
    expect("the connection", wire.reply(relay.patience.command).await?)?;
    let features = ehlo(&mut wire, relay).await?;
    Ok((wire, features))
}

/// What was learned before TLS is forgotten (RFC 3207 section 4.2).
async fn starttls(
    (mut wire, features): (Wire, Features),
    config: &Arc<ClientConfig>,
    relay: &Relay,
) -> Result<(Wire, Features), RelayFault> {
    if !features.starttls {
        return Err(RelayFault::NoStartTls);
    }
    expect("STARTTLS", wire.command("STARTTLS\r\n", relay.patience.command).await?)?;
    let mut wire = Wire::new(encrypt(wire.into_way()?, config, relay).await?);
    let features = ehlo(&mut wire, relay).await?;
    Ok((wire, features))
}

async fn ehlo(wire: &mut Wire, relay: &Relay) -> Result<Features, RelayFault> {
    let hello: String = relay.hello.chars().filter(char::is_ascii_graphic).collect();
    let reply = wire.command(&format!("EHLO {hello}\r\n"), relay.patience.command).await?;
    let features = Features::of(&reply);
    expect("EHLO", reply).map(|()| features)
}

fn expect(step: &'static str, reply: Reply) -> Result<(), RelayFault> {
    if reply.is_positive() { Ok(()) } else { Err(RelayFault::Refused { step, reply }) }
}

impl Features {
    fn of(reply: &Reply) -> Features {
        let mut features = Features::default();
        for line in reply.lines.iter().skip(1) {
            let line = line.to_ascii_uppercase();
            let mut words = line.split([' ', '=']);
            match words.next().unwrap_or_default() {
                "PIPELINING" => features.pipelining = true,
                "SMTPUTF8" => features.smtputf8 = true,
                "STARTTLS" => features.starttls = true,
                // 0 means that there is no fixed limit.
                "SIZE" => features.size = words.next().and_then(|size| size.parse().ok()).filter(|size| *size > 0),
                "AUTH" => features.auth.extend(words.map(str::to_owned)),
                _ => (),
            }
        }
        features
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i09_features_as_relays_write_them() {
        let lines = ["relay.test greets you", "pipelining", "SIZE 5000000", "AUTH LOGIN PLAIN", "AUTH=XOAUTH2", "SMTPUTF8", "X-ODD"];
        let features = Features::of(&Reply { code: 250, lines: lines.map(str::to_owned).to_vec() });
        assert!(features.pipelining && features.smtputf8 && !features.starttls);
        assert_eq!((features.size, features.auth.len()), (Some(5_000_000), 3));
        let poor = Features::of(&Reply { code: 250, lines: vec!["PIPELINING".into(), "SIZE 0".into()] });
        assert_eq!(poor, Features::default());
    }
}
