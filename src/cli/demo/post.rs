//! The village's mail clients: they write mails into the desk's Maildir, and read what arrives in each person's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use mail_parser::{MessageParser, MimeHeaders};

use crate::address::{Address, Mailbox};
use crate::mail::{self, Auto, File, Outgoing};

/// How long a mail may take from one mailbox to the next before the demo gives up.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a person looks into their mailbox.
const LOOK: Duration = Duration::from_millis(20);

/// A mail in somebody's mailbox, as their client shows it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Whose mailbox.
    pub to: Address,
    /// Sender as shown.
    pub from: String,
    /// Subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// Message-ID without brackets.
    pub message_id: String,
    /// Where an answer goes.
    pub reply_to: Vec<Address>,
    /// Names of files in it.
    pub files: Vec<String>,
}

/// All mailboxes of the village.
#[derive(Clone)]
pub struct Post {
    root: PathBuf,
    desk: Mailbox,
    written: Arc<AtomicU32>,
}

impl Post {
    /// Mailboxes below `root`, one folder an address; the desk's is made here.
    pub fn new(root: &Path, desk: Mailbox) -> anyhow::Result<Post> {
        for folder in ["new", "cur", "tmp"] {
            std::fs::create_dir_all(root.join(desk.address.as_str()).join(folder))?;
        }
        Ok(Post { root: root.to_owned(), desk, written: Arc::default() })
    }

    /// The desk.
    pub fn desk(&self) -> &Mailbox {
        &self.desk
    }

    /// The desk's own Maildir.
    pub fn desk_maildir(&self) -> PathBuf {
        self.root.join(self.desk.address.as_str())
    }

    /// Somebody's client sends a mail to the desk; answers with its Message-ID.
    pub fn write(&self, letter: &Draft<'_>) -> anyhow::Result<String> {
        let (message_id, bytes) = self.compose(letter)?;
        self.put(&self.desk_maildir(), "new", &bytes)?;
        Ok(message_id)
    }

    /// Somebody's client sends a mail to whoever it names: the desk, other villagers; and keeps a copy.
    pub fn dispatch(&self, letter: &Draft<'_>) -> anyhow::Result<()> {
        let (_, bytes) = self.compose(letter)?;
        let recipients: Vec<&Address> = std::iter::once(&letter.to).chain(&letter.cc).collect();
        if recipients.iter().any(|to| to.without_tag().0 == self.desk.address) {
            self.put(&self.desk_maildir(), "new", &bytes)?;
        }
        for home in recipients.iter().map(|to| self.root.join(to.as_str())).filter(|home| home.is_dir() && *home != self.desk_maildir()) {
            self.put(&home, "new", &bytes)?;
        }
        self.put(&self.root.join(letter.from.address.as_str()), "sent", &bytes)
    }

    fn compose(&self, letter: &Draft<'_>) -> anyhow::Result<(String, Vec<u8>)> {
        let number = self.written.fetch_add(1, Ordering::Relaxed) + 1;
        let message_id = format!("{number}.{}.{}@village.test", jiff::Timestamp::now().as_microsecond(), letter.from.address.local());
        let mail = Outgoing {
            message_id: message_id.clone(),
            from: letter.from.clone(),
            to: Mailbox::new(None, letter.to.clone()),
            shown_cc: letter.cc.iter().map(|address| Mailbox::new(None, address.clone())).collect(),
            reply_to: None,
            envelope_from: Some(letter.from.address.clone()),
            date: jiff::Timestamp::now().as_second(),
            subject: letter.subject.to_owned(),
            in_reply_to: letter.answers.map(str::to_owned),
            references: letter.answers.map(str::to_owned).into_iter().collect(),
            thread_index: None,
            auto: Auto::Human,
            language: "fr".into(),
            unsubscribe: None,
            text: letter.text.to_owned(),
            html: None,
            files: letter.files.to_vec(),
        };
        Ok((message_id, mail::compose(&mail)?.bytes))
    }

    /// Into a folder of a Maildir: written aside, then renamed.
    fn put(&self, home: &Path, folder: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}.{number}.village", jiff::Timestamp::now().as_microsecond());
        for folder in ["tmp", folder] {
            std::fs::create_dir_all(home.join(folder))?;
        }
        let draft = home.join("tmp").join(&name);
        std::fs::write(&draft, bytes)?;
        Ok(std::fs::rename(draft, home.join(folder).join(&name))?)
    }

    /// Waits until exactly these people got one mail each, and reads them; `known` are the files that were there before.
    pub async fn arrive(&self, told: &[Address], known: &mut std::collections::HashSet<PathBuf>) -> anyhow::Result<Vec<Seen>> {
        let started = Instant::now();
        let mut seen: Vec<Seen> = Vec::new();
        while seen.len() < told.len() {
            if started.elapsed() > PATIENCE {
                bail!("waited for mails to {told:?}, got only {:?}", seen.iter().map(|seen| &seen.to).collect::<Vec<_>>());
            }
            tokio::time::sleep(LOOK).await;
            seen.extend(self.fresh(known)?);
        }
        let mut to: Vec<Address> = seen.iter().map(|seen| seen.to.clone()).collect();
        to.sort();
        if to != told {
            bail!("mails went to {to:?}, not to {told:?}");
        }
        seen.sort_by(|a, b| a.to.cmp(&b.to));
        Ok(seen)
    }

    /// Mails that nobody has looked at yet.
    pub fn fresh(&self, known: &mut std::collections::HashSet<PathBuf>) -> anyhow::Result<Vec<Seen>> {
        let mut seen = Vec::new();
        for home in std::fs::read_dir(&self.root)?.flatten() {
            let Ok(owner) = Address::parse(&home.file_name().to_string_lossy()) else { continue };
            if owner == self.desk.address {
                continue;
            }
            let Ok(mails) = std::fs::read_dir(home.path().join("new")) else { continue };
            for path in mails.flatten().map(|entry| entry.path()).filter(|path| known.insert(path.clone())) {
                seen.push(read(&owner, &std::fs::read(&path)?).with_context(|| format!("{}", path.display()))?);
            }
        }
        Ok(seen)
    }
}

/// A mail that somebody of the village writes.
pub struct Draft<'a> {
    /// Who.
    pub from: Mailbox,
    /// To the desk, or to what was answered.
    pub to: Address,
    /// In copy.
    pub cc: Vec<Address>,
    /// Subject.
    pub subject: &'a str,
    /// Words.
    pub text: &'a str,
    /// Message-ID of what it answers.
    pub answers: Option<&'a str>,
    /// Files.
    pub files: &'a [File],
}

fn read(owner: &Address, raw: &[u8]) -> anyhow::Result<Seen> {
    let message = MessageParser::default().parse(raw).context("unreadable mail")?;
    let shown = |one: &mail_parser::Addr<'_>| format!("{} <{}>", one.name().unwrap_or_default(), one.address().unwrap_or_default());
    let replies = message.reply_to().or(message.from());
    Ok(Seen {
        to: owner.clone(),
        from: message.from().and_then(|from| from.first()).map(shown).unwrap_or_default(),
        subject: message.subject().unwrap_or_default().to_owned(),
        text: message.body_text(0).map(|text| text.into_owned()).unwrap_or_default(),
        message_id: message.message_id().unwrap_or_default().to_owned(),
        reply_to: replies.map(|list| list.iter().filter_map(|one| Address::parse(one.address()?).ok()).collect()).unwrap_or_default(),
        files: message.attachments().filter_map(|part| part.attachment_name().map(str::to_owned)).collect(),
    })
}
