//! Mailboxes and the way out as intake and delivery take them, with their secrets fetched.

use std::path::Path;

use jiff::tz::TimeZone;
use secrecy::SecretString;

use super::fault::{Fault, Faults};
use super::meant::Settings;
use super::secret::Secret;
use super::tokens::{Tokens, for_delivery};
use super::written::{self, After, Encryption, Imap, Smtp, Start};
use crate::address::Address;
use crate::delivery::{Login, Relay, Security, Transport};
use crate::intake::imap::{self, ImapMailbox, Pace};
use crate::intake::maildir::MaildirSource;

/// How mail comes and goes.
#[derive(Debug, Clone)]
pub struct Connections {
    /// Mailboxes on IMAP servers.
    pub imap: Vec<ImapMailbox>,
    /// Folders in Maildir format.
    pub maildir: Vec<MaildirSource>,
    /// Where our mails go.
    pub transport: Transport,
    /// To whom alone, for trials.
    pub redirect_to: Option<Address>,
}

impl Settings {
    /// Fetches every secret. All that are missing are told at once; those that others may read are logged. Connects
    /// nowhere.
    pub fn connections(&self) -> Result<Connections, Faults> {
        let mut fetching = Fetching { settings: self, faults: vec![] };
        let numbered = self.written.imap.iter().enumerate();
        let imap = numbered.filter_map(|(index, imap)| fetching.mailbox(&format!("imap[{index}]"), imap)).collect();
        let maildir = self.written.maildir.iter().map(|maildir| self.maildir(maildir)).collect();
        let transport = match (&self.written.smtp, &self.written.delivery) {
            (Some(smtp), _) => fetching.relay(smtp).map(|relay| Transport::Smtp(Box::new(relay))),
            (None, delivery) => {
                let folder = delivery.as_ref().and_then(|delivery| delivery.maildir.as_ref());
                folder.map(|folder| Transport::Maildir(self.folder.join(folder)))
            }
        };
        for warning in &self.warnings {
            tracing::warn!("{warning}");
        }
        match transport {
            Some(transport) if fetching.faults.is_empty() => Ok(Connections { imap, maildir, transport, redirect_to: self.redirect_to() }),
            _ => Err(Faults(fetching.faults)),
        }
    }

    fn maildir(&self, written: &written::Maildir) -> MaildirSource {
        let path = self.folder.join(&written.path);
        MaildirSource { poll: written.poll.0, max_mail: self.written.limits.size.0, ..MaildirSource::new(&written.name, path) }
    }
}

/// Secrets under way: what could not be found so far.
pub(super) struct Fetching<'a> {
    settings: &'a Settings,
    faults: Vec<Fault>,
}

impl Fetching<'_> {
    fn mailbox(&mut self, section: &str, written: &Imap) -> Option<ImapMailbox> {
        let tokens = Tokens { command: written.token_command.as_deref(), oauth: written.oauth.as_ref() };
        let secret = match &written.password {
            Some(password) => imap::Secret::Password(self.secret(&format!("{section}.password"), password)?),
            None => imap::Secret::Token(self.tokens(section, tokens)?),
        };
        let mailbox = ImapMailbox::new(&written.name, &written.host, &written.user, secret);
        Some(ImapMailbox {
            port: written.port.unwrap_or(if written.security == Encryption::Tls { 993 } else { 143 }),
            security: match written.security {
                Encryption::Tls => imap::Security::Implicit,
                Encryption::Starttls => imap::Security::StartTls,
                Encryption::Plain => imap::Security::Plain { allow_remote: written.allow_plaintext },
            },
            folders: written.folders.clone(),
            start: start(written.start),
            after: match written.after {
                After::Move => imap::After::Move(written.archive.clone()),
                After::Flag => imap::After::Flag(imap::After::PROCESSED.to_owned()),
                After::Nothing => imap::After::Nothing,
            },
            max_mail: self.settings.written.limits.size.0,
            pace: Pace { poll: written.poll.0, idle: written.idle.0, ..Pace::default() },
            ca_file: written.ca_file.as_ref().map(|path| self.settings.folder.join(path)),
            ..mailbox
        })
    }

    fn relay(&mut self, written: &Smtp) -> Option<Relay> {
        let usual_port = match written.security {
            Encryption::Tls => 465,
            Encryption::Starttls => 587,
            Encryption::Plain => 25,
        };
        let login = self.login(written);
        let security = self.security(written)?;
        let hello = written.hello.as_deref().unwrap_or_else(|| self.settings.written.site.address.domain());
        let relay = Relay::new(&written.host, written.port.unwrap_or(usual_port), security, hello);
        Some(Relay { login: login?, connections: usize::from(written.connections), ..relay })
    }

    fn security(&mut self, written: &Smtp) -> Option<Security> {
        let ca_file = written.ca_file.as_ref().map(|path| self.settings.folder.join(path));
        let tls = match written.security {
            Encryption::Plain => return Some(Security::PlainLoopback),
            Encryption::Tls => Security::Implicit,
            Encryption::Starttls => Security::StartTls,
        };
        let config = crate::tls::client_config(ca_file.as_deref());
        self.noted("smtp.ca_file", config.map_err(|fault| fault.to_string())).map(tls)
    }

    fn login(&mut self, written: &Smtp) -> Option<Login> {
        let Some(user) = written.user.clone() else { return Some(Login::None) };
        let tokens = Tokens { command: written.token_command.as_deref(), oauth: written.oauth.as_ref() };
        match &written.password {
            Some(password) => Some(Login::Password { user, password: self.secret("smtp.password", password)? }),
            None => Some(Login::Token { user, source: for_delivery(self.tokens("smtp", tokens)?) }),
        }
    }

    /// Where relative paths start.
    pub(super) fn folder(&self) -> &Path {
        &self.settings.folder
    }

    pub(super) fn secret(&mut self, key: &str, secret: &Secret) -> Option<SecretString> {
        self.noted(key, secret.fetch(&self.settings.folder))
    }

    /// The value, or none and a fault at that key.
    pub(super) fn noted<T>(&mut self, key: &str, result: Result<T, String>) -> Option<T> {
        result.map_err(|reason| self.faults.push(self.settings.fault(key, reason))).ok()
    }
}

/// A day begins at midnight UTC. Days at the end of time, which have no timestamp, are in no mailbox.
fn start(written: Start) -> imap::Start {
    match written {
        Start::Now => imap::Start::Now,
        Start::All => imap::Start::All,
        Start::Since(day) => day.to_zoned(TimeZone::UTC).map_or(imap::Start::Now, |day| imap::Start::Since(day.timestamp())),
    }
}
