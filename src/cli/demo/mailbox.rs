//! A villager's mailbox on disk, as their mail program sees it: what arrived, what they sent.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context;
use mail_parser::{Addr, Address as List, Message, MessageParser, MimeHeaders};

use crate::address::Address;

/// Folders of a mailbox that are shown: what arrived, read or not, and copies of what was sent.
const FOLDERS: [&str; 3] = ["new", "cur", "sent"];

/// One mail of a mailbox.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Its file's name, which is its name in addresses of pages.
    pub name: String,
    /// Their own.
    pub sent: bool,
    /// Sender as shown.
    pub from: String,
    /// Recipients as shown.
    pub to: Vec<Address>,
    /// In copy.
    pub cc: Vec<Address>,
    /// Where an answer goes.
    pub reply_to: Option<Address>,
    /// Subject.
    pub subject: String,
    /// Message-ID without brackets.
    pub message_id: String,
    /// Seconds of the epoch.
    pub date: i64,
    /// The text part.
    pub text: String,
    /// The HTML part, when there is one.
    pub html: Option<String>,
    /// Names and contents of files.
    pub files: Vec<(String, Vec<u8>)>,
}

/// All mails of a mailbox, newest first.
pub fn list(home: &Path) -> anyhow::Result<Vec<Mail>> {
    let mut found: Vec<(SystemTime, PathBuf, bool)> = Vec::new();
    for folder in FOLDERS {
        let Ok(entries) = std::fs::read_dir(home.join(folder)) else { continue };
        for entry in entries.flatten() {
            let at = entry.metadata().and_then(|file| file.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
            found.push((at, entry.path(), folder == "sent"));
        }
    }
    found.sort();
    found.iter().rev().map(|(_, path, sent)| read(path, *sent)).collect()
}

/// One mail, by its file's name.
pub fn one(home: &Path, name: &str) -> anyhow::Result<Option<Mail>> {
    // Only names that are there: nothing of an address of a page becomes a path.
    Ok(list(home)?.into_iter().find(|mail| mail.name == name))
}

fn read(path: &Path, sent: bool) -> anyhow::Result<Mail> {
    let raw = std::fs::read(path)?;
    let message = MessageParser::default().parse(&raw).with_context(|| format!("{} is no mail", path.display()))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let shown = |one: &Addr<'_>| match one.name() {
        Some(name) => format!("{name} <{}>", one.address().unwrap_or_default()),
        None => one.address().unwrap_or_default().to_owned(),
    };
    Ok(Mail {
        name,
        sent,
        from: message.from().and_then(|from| from.first()).map(shown).unwrap_or_default(),
        to: addresses(message.to()),
        cc: addresses(message.cc()),
        reply_to: addresses(message.reply_to().or(message.from())).into_iter().next(),
        subject: message.subject().unwrap_or_default().to_owned(),
        message_id: message.message_id().unwrap_or_default().to_owned(),
        date: message.date().map_or(0, |date| date.to_timestamp()),
        text: message.body_text(0).map(|text| text.into_owned()).unwrap_or_default(),
        html: html(&message),
        files: message.attachments().filter_map(|part| Some((part.attachment_name()?.to_owned(), part.contents().to_vec()))).collect(),
    })
}

fn html(message: &Message<'_>) -> Option<String> {
    // Of a mail without HTML the library makes some from its text: then the text is shown as it is.
    message.html_part(0).filter(|part| part.is_text_html()).and_then(|_| message.body_html(0)).map(|html| html.into_owned())
}

fn addresses(list: Option<&List<'_>>) -> Vec<Address> {
    list.map(|list| list.iter().filter_map(|one| Address::parse(one.address()?).ok()).collect()).unwrap_or_default()
}
