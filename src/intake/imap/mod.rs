//! A mailbox on an IMAP server (RFC 3501, RFC 9051): one task each, which fetches what is new, has it kept, and only
//! then tells the server. Uses UIDs alone, never `\Seen`, never a bare EXPUNGE or CLOSE. Reads no mail.
//!
//! Reading order: [`watch()`] keeps a connection alive; `pass` reads a folder once, from where `start` says;
//! `listing`, `fetch` and `settle` are its parts; `session`, `login`, `connect` and `guard` speak to the server.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;

use super::oauth::TokenSource;

mod backoff;
mod connect;
mod fault;
mod fetch;
pub mod guard;
mod listing;
mod login;
mod name;
mod pass;
mod probe;
mod reconcile;
mod recover;
mod session;
mod settle;
mod start;
mod watch;

pub use fault::Fault;
pub use probe::{Found, Probe, find, probe};
pub use reconcile::{Reconciliation, reconcile};
pub use recover::recover;
pub use watch::watch;

/// A mailbox as the configuration means it.
#[derive(Debug, Clone)]
pub struct ImapMailbox {
    /// Its name in the configuration, log and ledger.
    pub name: String,
    /// The server's host name, which its certificate must carry.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// The account.
    pub user: String,
    /// How the account is proven.
    pub secret: Secret,
    /// Folders to read. IDLE listens on the first; the others are found by the poll.
    pub folders: Vec<String>,
    /// Where reading begins at the first connection.
    pub start: Start,
    /// What the server is told of a mail once it is kept.
    pub after: After,
    /// Larger mails (bytes) are cut to their headers and 64 KiB.
    pub max_mail: u64,
    /// Times and deadlines.
    pub pace: Pace,
    /// Certificates (PEM) to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
}

impl ImapMailbox {
    /// A mailbox with the defaults: implicit TLS on port 993, INBOX from now on, handled mails moved to `Archive`,
    /// mails of 25 MiB at most.
    pub fn new(name: &str, host: &str, user: &str, secret: Secret) -> Self {
        ImapMailbox {
            name: name.to_owned(),
            host: host.to_owned(),
            port: 993,
            security: Security::Implicit,
            user: user.to_owned(),
            secret,
            folders: vec!["INBOX".to_owned()],
            start: Start::Now,
            after: After::Move("Archive".to_owned()),
            max_mail: 25 * 1024 * 1024,
            pace: Pace::default(),
            ca_file: None,
        }
    }
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314).
    Implicit,
    /// An upgrade before login; no upgrade, no login.
    StartTls,
    /// None. Refused outside loopback unless allowed here.
    Plain {
        /// The site accepts that passwords and mails travel in clear.
        allow_remote: bool,
    },
}

/// How the account is proven.
#[derive(Debug, Clone)]
pub enum Secret {
    /// LOGIN, or AUTHENTICATE PLAIN where LOGIN cannot carry it.
    Password(SecretString),
    /// AUTHENTICATE XOAUTH2.
    Token(Arc<dyn TokenSource>),
}

/// Where reading begins at the first connection. What lay there before is never answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With the next mail.
    Now,
    /// With the first mail there is.
    All,
    /// With the first mail that the server received then or later.
    Since(Timestamp),
}

/// What the server is told of a mail once it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// It goes to this folder, which is created when missing.
    Move(String),
    /// It gets this keyword.
    Flag(String),
    /// Nothing.
    Nothing,
}

impl After {
    /// The keyword for [`After::Flag`] that other programs know too.
    pub const PROCESSED: &str = "$Processed";
}

/// Times and deadlines of a mailbox.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// A pass begins at least this often, whatever IDLE says: servers go silent without hanging up.
    pub poll: Duration,
    /// IDLE is renewed at least this often. Servers may drop a connection after 30 minutes (RFC 2177), middle boxes
    /// after 10.
    pub idle: Duration,
    /// The server must answer within this time: each response, and each write.
    pub step: Duration,
    /// One round of at most 1,024 mails ends within this time.
    pub round: Duration,
    /// Shortest and longest pause before a new connection.
    pub retry: (Duration, Duration),
    /// Server and ledger are compared this often.
    pub reconcile: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Pace {
            poll: Duration::from_secs(120),
            idle: Duration::from_secs(9 * 60),
            step: Duration::from_secs(60),
            round: Duration::from_secs(30 * 60),
            retry: (Duration::from_secs(1), Duration::from_secs(300)),
            reconcile: Duration::from_secs(24 * 3600),
        }
    }
}
