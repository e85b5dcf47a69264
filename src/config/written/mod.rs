//! `guichet.toml` as written: one struct per section, one field per key. Unknown keys are faults.
//!
//! What a value may be by itself is checked here by its type; what it may be beside others is checked in `meant`.

mod accounts;

pub use accounts::*;

use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::tz::TimeZone;
use serde::Deserialize;

use super::network::Network;
use super::units::{Lasting, Size};
use crate::address::Address;
use crate::desk::Policy;
use crate::site::{Brakes, Retention, Trust};

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // the sections' own docs say it
pub struct Written {
    pub site: Site,
    pub web: Web,
    #[serde(default)]
    pub imap: Vec<Imap>,
    #[serde(default)]
    pub maildir: Vec<Maildir>,
    pub smtp: Option<Smtp>,
    pub delivery: Option<Delivery>,
    #[serde(default)]
    pub trust: Trust,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub brakes: Brakes,
    #[serde(default)]
    pub policy: Policy,
    #[serde(default)]
    pub retention: Retention,
    #[serde(default)]
    pub log: Log,
}

/// `[site]`: who the desk is, and where it keeps things. Relative paths start at the file's folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// What people call the desk; the name beside its address in every mail.
    #[serde(default = "Site::name")]
    pub name: String,
    /// The desk's address.
    pub address: Address,
    /// Other addresses that reach the same mailboxes.
    #[serde(default)]
    pub aliases: Vec<Address>,
    /// ISO 639-1 of people who have not shown any language.
    #[serde(default = "Site::language")]
    pub language: String,
    /// IANA time zone of the desk: dates in mails and pages.
    #[serde(default = "Site::zone", with = "jiff::fmt::serde::tz::required")]
    pub zone: TimeZone,
    /// Does the mail server deliver `desk+anything@` to the desk's mailbox?
    #[serde(default = "yes")]
    pub plus_addressing: bool,
    /// Whom conversation mails show in Cc.
    #[serde(default)]
    pub recipients: Recipients,
    /// Folder of the database and the signing key.
    #[serde(default = "Site::state")]
    pub state: PathBuf,
    /// Signing keys, when they are not `signing.key` in the state folder.
    pub key_file: Option<PathBuf>,
    /// Services, categories, agents.
    #[serde(default = "Site::organisation")]
    pub organisation: PathBuf,
    /// Folder of templates that replace built-in ones.
    pub templates: Option<PathBuf>,
}

impl Site {
    fn name() -> String {
        "Support".to_owned()
    }

    fn language() -> String {
        "en".to_owned()
    }

    fn zone() -> TimeZone {
        // The zones are in the program, so this one is always found.
        TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)
    }

    fn state() -> PathBuf {
        "/var/lib/guichet".into()
    }

    fn organisation() -> PathBuf {
        "organisation.toml".into()
    }
}

fn yes() -> bool {
    true
}

/// Whom conversation mails show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipients {
    /// The reader alone; all answers come through the desk.
    #[default]
    Gateway,
    /// The other participants too, so that reply-all reaches them at once.
    Visible,
}

/// `[web]`: links and pages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Web {
    /// Start of every link in a mail.
    pub base_url: String,
    /// Where the pages are served, behind a proxy that does the TLS.
    #[serde(default = "Web::listen")]
    pub listen: SocketAddr,
    /// Proxies whose `X-Forwarded-For` is believed: addresses or networks.
    #[serde(default = "Web::trusted_proxies")]
    pub trusted_proxies: Vec<Network>,
    /// The header in which such a proxy names the address of whoever it has signed in; none: nobody is believed.
    pub sso_header: Option<String>,
}

impl Web {
    fn listen() -> SocketAddr {
        ([127, 0, 0, 1], 8025).into()
    }

    fn trusted_proxies() -> Vec<Network> {
        Network::loopback().to_vec()
    }
}

/// `[limits]`: bounds of one mail.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Its size. Of a larger one the headers and the first 64 KiB are kept, and it is held.
    pub size: Size,
    /// Nesting.
    pub depth: u32,
    /// Parts.
    pub parts: u32,
    /// Addresses of To and Cc.
    pub recipients: usize,
    /// Header block.
    pub header: Size,
    /// One field.
    pub field: Size,
    /// HTML that is rendered.
    pub html: Size,
    /// Elements of HTML inside each other.
    pub html_depth: usize,
    /// Links of HTML.
    pub html_links: usize,
    /// Text that is shown.
    pub text: Size,
    /// Attachments kept.
    pub attachments: usize,
    /// Ids of References.
    pub references: usize,
    /// What reading a mail may hold at once.
    pub memory: Size,
    /// How long reading a mail may take.
    pub time: Lasting,
    /// Ends of the program after which a mail is parked.
    pub tries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let usual = crate::mail::Limits::default();
        Limits {
            size: Size(usual.size),
            depth: usual.depth,
            parts: usual.parts,
            recipients: usual.recipients,
            header: Size(usual.header as u64),
            field: Size(usual.field as u64),
            html: Size(usual.html as u64),
            html_depth: usual.html_depth,
            html_links: usual.html_links,
            text: Size(usual.text as u64),
            attachments: usual.attachments,
            references: usual.references,
            memory: Size(usual.memory),
            time: Lasting(usual.time),
            tries: usual.tries,
        }
    }
}

impl Limits {
    /// As the reader of mails takes them.
    pub fn meant(self) -> crate::mail::Limits {
        let usize = |size: Size| usize::try_from(size.0).unwrap_or(usize::MAX);
        crate::mail::Limits {
            size: self.size.0,
            depth: self.depth,
            parts: self.parts,
            recipients: self.recipients,
            header: usize(self.header),
            field: usize(self.field),
            html: usize(self.html),
            html_depth: self.html_depth,
            html_links: self.html_links,
            text: usize(self.text),
            attachments: self.attachments,
            references: self.references,
            memory: self.memory.0,
            time: self.time.0,
            tries: self.tries,
        }
    }
}

/// `[log]`: what is written to standard error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Lines for people or for machines.
    pub format: LogFormat,
    /// From which level on.
    pub level: LogLevel,
}

/// Lines for people or for machines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One readable line per event.
    #[default]
    Text,
    /// One JSON object per event.
    Json,
}

/// From which level on events are logged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// What failed.
    Error,
    /// … and what may go wrong.
    Warn,
    /// … and what happens.
    #[default]
    Info,
    /// … and how.
    Debug,
}
