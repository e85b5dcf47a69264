//! What was understood of a mail: plain values, in the terms of RFC 5322.

use std::time::Duration;

use serde::Serialize;

use super::authentication::Verdict;
use crate::address::{Address, Mailbox};

/// A mail as understood. Everything is cleaned for display: no NUL, no controls but newline and tab, valid Unicode.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Incoming {
    /// Who wrote, by the one `From` field; see [`Author`].
    pub from: Author,
    /// `From` as it was written, decoded: to be shown where it names nobody, never an identity. At most 200 bytes.
    pub from_written: String,
    /// `Reply-To`, first mailbox: a delivery address, never an identity.
    pub reply_to: Option<Mailbox>,
    /// `To`, at most [`Limits::recipients`] with `cc`.
    pub to: Vec<Mailbox>,
    /// `Cc`.
    pub cc: Vec<Mailbox>,
    /// Envelope addresses that our server noted (`Delivered-To`, `X-Original-To`, `Envelope-To`), newest first.
    pub delivered_to: Vec<Address>,
    /// The decoded subject on one line, prefixes included; empty when missing.
    pub subject: String,
    /// The subject without `Re:`, `TR :`, `[EXTERNAL]`, list and ticket tags.
    pub subject_core: String,
    /// `Date` as claimed, in seconds of the Unix epoch; `None` when absent or impossible.
    pub date: Option<i64>,
    /// `Message-ID` without brackets; `None` when missing or malformed.
    pub message_id: Option<String>,
    /// Ids of `In-Reply-To`, without brackets.
    pub in_reply_to: Vec<String>,
    /// Ids of `References`, oldest first, without brackets; the first and last fifty of a flood.
    pub references: Vec<String>,
    /// Microsoft's `Thread-Index`, decoded; its first 22 bytes name the conversation.
    pub thread_index: Option<Vec<u8>>,
    /// Person, or which machine, and by what evidence.
    pub kind: Kind,
    /// What sort of person or machine, finer than `kind`.
    pub nature: Nature,
    /// Each sign that led to `kind`, for `guichet why`.
    pub evidence: Vec<String>,
    /// For an absence: the day from which the author can be reached again, where French or English words say it.
    pub returns: Option<jiff::civil::Date>,
    /// ISO 639-1 code (`fr`, `en`), when the text is long enough to tell or a header says it.
    pub language: Option<String>,
    /// The whole readable text: `text/plain`, or HTML rendered.
    pub text: String,
    /// The plain text beside it, where that says something else and the HTML is shown (CASEBOOK F14).
    pub other: Option<String>,
    /// What a reader is shown of `text`: the new words, and what inline answers answer; never empty when `text` is not.
    pub reply: String,
    /// The new words alone, without what they answer and without a farewell: what commands and short answers are read from. Empty
    /// when nobody wrote anything new.
    pub said: String,
    /// All of `text`, in order: the parts joined are the text.
    pub parts: Vec<Part>,
    /// What was folded as quoted from earlier mails.
    pub quoted: String,
    /// What was folded as the sender's signature.
    pub signature: String,
    /// The HTML part as it came, unsafe: only for the sanitiser.
    #[serde(skip)]
    pub html: Option<String>,
    /// Attachments and inline images, in order.
    pub attachments: Vec<Attachment>,
    /// Every leaf of the mail, and what became of it, in order.
    pub manifest: Vec<Leaf>,
    /// For [`Kind::Bounce`]: what the report says.
    pub bounce: Option<Bounce>,
    /// `Authentication-Results` fields, topmost first, unparsed: believed only for configured servers.
    #[serde(skip)]
    pub authentication_results: Vec<String>,
    /// What our own check of its signatures found: set beside the reader, by whoever may ask for keys; `None` where nobody did.
    #[serde(skip)]
    pub checked: Option<Verdict>,
    /// `Return-Path` as our server noted it: `Some(None)` is the null path `<>`.
    #[serde(skip)]
    pub return_path: Option<Option<String>>,
    /// How many `Received` fields: hops.
    pub hops: usize,
    /// `Importance`/`X-Priority` says high.
    pub important: bool,
    /// A list's id (`List-Id`) when it came through one.
    pub list_id: Option<String>,
    /// What was odd: unknown charset, cut structure, disagreeing parts…
    pub remarks: Vec<Remark>,
}

/// The author by the `From` field, or why there is none.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// No `From`, or no address in it.
    #[default]
    Missing,
    /// Exactly one field with exactly one valid address.
    One(Mailbox),
    /// Several fields, several mailboxes, or bytes that two parsers would read differently. Never an identity.
    Ambiguous(String),
}

impl Author {
    /// The one address, if there is exactly one.
    pub fn address(&self) -> Option<&Address> {
        match self {
            Author::One(mailbox) => Some(&mailbox.address),
            _ => None,
        }
    }
}

/// A stretch of the text, whole lines in nearly all cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Whose words these are, and what for.
    pub kind: PartKind,
    /// Exactly as in the text, line ends included.
    pub text: String,
}

/// What a stretch of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// New words of the author.
    New,
    /// "Best regards," and the author's name: said, but nothing is read from it.
    Farewell,
    /// Quoted, and answered right below: shown above its answer.
    Question,
    /// Quoted from earlier mails of the conversation.
    Quoted,
    /// Passed on from somewhere else.
    Forwarded,
    /// The author's card, or what their device added.
    Signature,
    /// What machines on the way added: legal notes, a list's footer, a gateway's banner.
    Footer,
}

impl PartKind {
    /// Shown to readers, unless nothing but the rest is there.
    pub fn is_shown(self) -> bool {
        matches!(self, PartKind::New | PartKind::Farewell | PartKind::Question)
    }
}

/// Person or machine (FIELD.md 5.1 is the table of evidence).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A person, as far as anything shows.
    #[default]
    Human,
    /// An absence message or another answering machine.
    AutoReply,
    /// A delivery report (RFC 3464) or one in an older dialect.
    Bounce,
    /// Through a mailing list, or bulk.
    List,
    /// A notification, a read receipt, a feedback report, a calendar answer.
    System,
}

impl Kind {
    /// Everything but a person: stored, never answered, never a command.
    pub fn is_automatic(self) -> bool {
        self != Kind::Human
    }
}

/// What sort of person or machine wrote; each belongs to one [`Kind`], but for calendars, which people send, too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nature {
    /// A person, as far as anything shows.
    #[default]
    Person,
    /// Somebody is away ([`Kind::AutoReply`]).
    Absence,
    /// A machine acknowledges ([`Kind::AutoReply`]).
    Answer,
    /// A machine asks for a proof that we are a person ([`Kind::AutoReply`]). We never give one.
    Challenge,
    /// A delivery report ([`Kind::Bounce`]).
    Report,
    /// A list, or bulk ([`Kind::List`]).
    List,
    /// A read receipt, RFC 8098 ([`Kind::System`]).
    Receipt,
    /// A complaint about one of our mails, RFC 5965 ([`Kind::System`]).
    Complaint,
    /// An invitation or its answer, RFC 6047: [`Kind::Human`] when somebody wrote words with an invitation, else
    /// [`Kind::System`].
    Calendar,
    /// A program tells something ([`Kind::System`]).
    Notification,
}

/// A leaf of the mail that is not its text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attachment {
    /// Number of the part, stable whatever the limits: with the raw bytes it finds the content again (see `read::part`).
    pub part: u32,
    /// A safe display name, never empty, 150 characters at most.
    pub name: String,
    /// `type/subtype`, lower case.
    pub content_type: String,
    /// Decoded size in bytes.
    pub size: u64,
    /// Where its base64 stands in the mail (first byte, and the one after the last), when a mail of ours may copy it as it is:
    /// CR LF, lines of at most 76, the alphabet alone.
    #[serde(skip)]
    pub span: Option<(u64, u64)>,
    /// Lower-case hex SHA-256 of the decoded bytes; only filled by `inspect`, empty otherwise.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sha256: String,
    /// Shown inside the text by its `Content-ID`.
    pub inline: bool,
    /// `Content-ID` without brackets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
}

/// One leaf of the mail's structure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leaf {
    /// Number of the part; see [`Attachment::part`].
    pub part: u32,
    /// `type/subtype`, lower case.
    pub content_type: String,
    /// Decoded size in bytes for files, bytes as they travelled for texts.
    pub size: u64,
    /// What became of it.
    pub fate: Fate,
    /// Why, in a stable word: `text`, `alternative`, `empty`, `winmail`, `too-many-files`…
    pub why: &'static str,
}

/// What became of a leaf. None of it is lost: the mail itself is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It is (part of) the text.
    Shown,
    /// It is an attachment.
    Kept,
    /// Nothing new is in it, or what is in it was taken out.
    Folded,
    /// A limit was reached.
    Refused,
}

/// What a delivery report says of one recipient (RFC 3464 section 2.3).
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Bounce {
    /// `Final-Recipient`, else `Original-Recipient`, else found in the text; the first failed one.
    pub recipient: Option<String>,
    /// All recipients that the report names, `recipient` first.
    pub recipients: Vec<String>,
    /// `Status`, as `5.1.1`.
    pub status: Option<String>,
    /// `Action`: failed, delayed, delivered, relayed, expanded.
    pub action: Option<String>,
    /// No retry will help. `None` when the report does not say.
    pub permanent: Option<bool>,
    /// The address itself is bad: no mail will ever reach it. A full mailbox or a refused text is not.
    pub hard: bool,
    /// Why, in a stable word of `data/automatic/reasons.toml`: `unknown-user`, `mailbox-full`…
    pub reason: Option<String>,
    /// What the last server said, on one line, 500 characters at most.
    pub diagnosis: Option<String>,
    /// Message-IDs found in the returned headers: only our signed ones correlate.
    pub original_ids: Vec<String>,
}

/// Something odd that was seen while reading; a word for machines, never an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// A stable word: `charset-guessed`, `depth-cut`, `parts-cut`, `from-ambiguous`…
    pub code: &'static str,
    /// What it was about: a part, a label; at most 200 bytes of foreign text.
    pub about: String,
}

/// Bounds of one mail, enforced before the resource is spent (CASEBOOK section 3, rows 32–35).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one mail. Larger: headers and the first 64 KiB, held.
    pub size: u64,
    /// Nesting of multiparts and attached messages.
    pub depth: u32,
    /// Parts looked at.
    pub parts: u32,
    /// Addresses read of To and Cc together.
    pub recipients: usize,
    /// Bytes of the header block that are read.
    pub header: usize,
    /// Bytes of one field that are read.
    pub field: usize,
    /// Bytes of HTML that are rendered; larger is a file, and the text part is shown.
    pub html: usize,
    /// Elements of HTML inside each other; of deeper HTML only the text is shown.
    pub html_depth: usize,
    /// Links in HTML; of more only the text is shown.
    pub html_links: usize,
    /// Bytes of text that are shown; of more, the beginning is, and the whole is a file.
    pub text: usize,
    /// Attachments kept.
    pub attachments: usize,
    /// Ids of References that are read, half of them from each end.
    pub references: usize,
    /// Bytes that the mail and what is decoded of it may take at once; what would need more stays a closed file.
    pub memory: u64,
    /// How long reading may take; a mail that takes longer is parked. Whoever reads keeps it: see `gateway::receive`.
    pub time: Duration,
    /// Starts of the program that may end while a mail is handled; then it is parked.
    pub tries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            size: 25 << 20,
            depth: 32,
            parts: 500,
            recipients: 200,
            header: 256 << 10,
            field: 32 << 10,
            html: 1 << 20,
            html_depth: 256,
            html_links: 500,
            text: 1 << 20,
            attachments: 50,
            references: 100,
            memory: 200 << 20,
            time: Duration::from_secs(5),
            tries: 3,
        }
    }
}
