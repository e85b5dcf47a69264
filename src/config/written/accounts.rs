//! Where mail comes from, and how it leaves.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::address::Address;
use crate::config::secret::Secret;
use crate::config::units::Lasting;

/// `[[imap]]`: a mailbox on an IMAP server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Imap {
    /// Its name in logs and the ledger; not to be changed later.
    pub name: String,
    /// The server.
    pub host: String,
    /// Its port; 993, or 143 without implicit TLS.
    pub port: Option<u16>,
    /// How the connection is protected.
    #[serde(default = "Encryption::tls")]
    pub security: Encryption,
    /// Passwords may travel unprotected to another machine.
    #[serde(default)]
    pub allow_plaintext: bool,
    /// Certificates (PEM) to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// The account.
    pub user: String,
    /// Its password.
    pub password: Option<Secret>,
    /// A program that prints a bearer token (XOAUTH2), and its arguments.
    pub token_command: Option<Vec<String>>,
    /// A token endpoint (XOAUTH2).
    pub oauth: Option<OAuth>,
    /// Folders to read.
    #[serde(default = "Imap::folders")]
    pub folders: Vec<String>,
    /// Where reading begins at the first connection: `now`, `all`, or a date.
    #[serde(default)]
    pub start: Start,
    /// What the server is told of a mail that is kept.
    #[serde(default)]
    pub after: After,
    /// Folder for [`After::Move`].
    #[serde(default = "Imap::archive")]
    pub archive: String,
    /// Longest time between two looks, whatever IDLE says.
    #[serde(default = "Imap::poll")]
    pub poll: Lasting,
    /// IDLE is renewed this often.
    #[serde(default = "Imap::idle")]
    pub idle: Lasting,
}

impl Imap {
    fn folders() -> Vec<String> {
        vec!["INBOX".to_owned()]
    }

    fn archive() -> String {
        "Archive".to_owned()
    }

    fn poll() -> Lasting {
        Lasting(Duration::from_secs(2 * 60))
    }

    fn idle() -> Lasting {
        Lasting(Duration::from_secs(9 * 60))
    }
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// TLS from the first byte.
    Tls,
    /// TLS before anything else is said.
    Starttls,
    /// None: this machine only, unless an IMAP mailbox's `allow_plaintext` says more.
    Plain,
}

impl Encryption {
    fn tls() -> Self {
        Encryption::Tls
    }

    fn starttls() -> Self {
        Encryption::Starttls
    }
}

/// Where reading begins at the first connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Start {
    /// With the next mail.
    #[default]
    Now,
    /// With the first mail there is.
    All,
    /// With mails that came on that day (UTC) or later.
    Since(jiff::civil::Date),
}

impl TryFrom<String> for Start {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Start, &'static str> {
        match text.as_str() {
            "now" => Ok(Start::Now),
            "all" => Ok(Start::All),
            day => day.parse().map(Start::Since).map_err(|_| "start is \"now\", \"all\" or a day like \"2026-11-01\""),
        }
    }
}

/// What the server is told of a mail that is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// It goes to the archive folder.
    #[default]
    Move,
    /// It gets the keyword `$Processed`.
    Flag,
    /// Nothing.
    Nothing,
}

/// `[imap.oauth]`, `[smtp.oauth]`: an OAuth2 token endpoint (RFC 6749), by refresh token, else by client credentials.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth {
    /// The endpoint.
    pub token_url: String,
    /// The client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Option<Secret>,
    /// A file with a refresh token, which is replaced when the endpoint gives a new one; without it the client's own
    /// credentials are used.
    pub refresh_token_file: Option<PathBuf>,
    /// What is asked for.
    pub scope: Option<String>,
}

/// `[[maildir]]`: a folder in Maildir format.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maildir {
    /// Its name in logs and the ledger; not to be changed later.
    pub name: String,
    /// The folder that holds `new`, `cur` and `tmp`.
    pub path: PathBuf,
    /// Time between two looks.
    #[serde(default = "Maildir::poll")]
    pub poll: Lasting,
}

impl Maildir {
    fn poll() -> Lasting {
        Lasting(Duration::from_secs(2))
    }
}

/// `[smtp]`: the relay that takes our mails.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// The server.
    pub host: String,
    /// Its port; 587, or 465 with implicit TLS, or 25 without any.
    pub port: Option<u16>,
    /// How the connection is protected.
    #[serde(default = "Encryption::starttls")]
    pub security: Encryption,
    /// Certificates (PEM) to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// The account, if the relay asks for one.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// A program that prints a bearer token (XOAUTH2), and its arguments.
    pub token_command: Option<Vec<String>>,
    /// A token endpoint (XOAUTH2).
    pub oauth: Option<OAuth>,
    /// Our name in EHLO; the domain of the desk's address otherwise.
    pub hello: Option<String>,
    /// Connections at once.
    #[serde(default = "Smtp::connections")]
    pub connections: u8,
}

impl Smtp {
    fn connections() -> u8 {
        2
    }
}

/// `[delivery]`: for trials.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Delivery {
    /// Instead of `[smtp]`: mails are written to Maildirs in this folder, nothing leaves the machine.
    pub maildir: Option<PathBuf>,
    /// Every mail goes to this address alone, and says for whom it was.
    pub redirect_to: Option<Address>,
}
