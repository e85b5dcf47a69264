//! What a site says of its relay: where it is, how the way to it is secured, who we are there, and how patient we are.
//!
//! Promises: there is no "encrypt if possible": a way is encrypted and verified, or it ends on this machine.
//! Excludes: connecting (see [`super::smtp`]).

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio_rustls::rustls::ClientConfig;

/// A relay that takes our mails.
#[derive(Debug, Clone)]
pub struct Relay {
    /// Host name, as its certificate has it.
    pub host: String,
    /// TCP port: 465 for implicit TLS, 587 for STARTTLS.
    pub port: u16,
    /// How the way there is secured.
    pub security: Security,
    /// Who we are there.
    pub login: Login,
    /// The name that we greet with (RFC 5321 section 4.1.1.1): a host name, or an address literal.
    pub hello: String,
    /// Connections at the same time.
    pub connections: usize,
    /// Letters over one connection before it is made new: relays lose patience with long ones.
    pub recycle_after: u32,
    /// How long we wait for what.
    pub patience: Patience,
}

impl Relay {
    /// A relay without login, with two connections that are made new after 50 letters, and the usual patience.
    pub fn new(host: &str, port: u16, security: Security, hello: &str) -> Relay {
        let (host, hello) = (host.to_owned(), hello.to_owned());
        Relay { host, port, security, login: Login::None, hello, connections: 2, recycle_after: 50, patience: Patience::default() }
    }
}

/// How the way to the relay is secured.
#[derive(Debug, Clone)]
pub enum Security {
    /// TLS from the first octet (RFC 8314 section 3.3).
    Implicit(Arc<ClientConfig>),
    /// TLS after STARTTLS (RFC 3207); a relay that does not offer it gets nothing.
    StartTls(Arc<ClientConfig>),
    /// No TLS, and only when the host is this machine.
    PlainLoopback,
}

/// Who we are at the relay.
#[derive(Clone)]
pub enum Login {
    /// Nobody: the relay knows us by our address.
    None,
    /// By AUTH PLAIN, or LOGIN where only that is offered.
    Password {
        /// The user's name.
        user: String,
        /// The password.
        password: SecretString,
    },
    /// By AUTH XOAUTH2, with a fresh token for each connection.
    Token {
        /// The mailbox's user name.
        user: String,
        /// Gives the token.
        source: TokenSource,
    },
}

/// Gives an access token, or says why not. Asked at each connection: the source itself keeps what is still valid.
pub type TokenSource = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<SecretString, String>> + Send>> + Send + Sync>;

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Login::None => "None",
            Login::Password { .. } => "Password",
            Login::Token { .. } => "Token",
        })
    }
}

/// How long we wait for what, and how long we leave a relay in trouble alone. The waits for SMTP are totals for a whole
/// reply, so that a server which sends an octet now and then gains nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a TCP connection, and again for the TLS handshake.
    pub connect: Duration,
    /// For the reply to a command (RFC 5321 section 4.5.3.2.1 to 4: five minutes).
    pub command: Duration,
    /// For a block of 64 KiB of the mail to be taken, and for the reply to DATA (section 4.5.3.2.5: two minutes).
    pub data: Duration,
    /// For the reply after the final dot (section 4.5.3.2.6: ten minutes).
    pub dot: Duration,
    /// A connection without letters is closed after this.
    pub idle: Duration,
    /// When stopping: for the letter in hand.
    pub grace: Duration,
    /// The first pause after trouble with the relay itself; each next one is twice as long…
    pub pause: Duration,
    /// … up to this.
    pub pause_max: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Patience {
            connect: seconds(30),
            command: seconds(300),
            data: seconds(120),
            dot: seconds(600),
            idle: seconds(60),
            grace: seconds(20),
            pause: seconds(5),
            pause_max: seconds(300),
        }
    }
}
