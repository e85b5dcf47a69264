//! A mail that we are about to write: values, before they become bytes.

use crate::address::{Address, Mailbox};

/// One mail to one person. [`super::compose`] makes its final bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// `Message-ID` without brackets, signed and unique (see [`super::Carrier`]).
    pub message_id: String,
    /// `From`: always an address of the desk.
    pub from: Mailbox,
    /// The one envelope recipient.
    pub to: Mailbox,
    /// Others shown in `Cc`, who get their own copies; empty in `gateway` mode.
    pub shown_cc: Vec<Mailbox>,
    /// `Reply-To`: the per-person signed address, or the desk's.
    pub reply_to: Option<Address>,
    /// Envelope sender (VERP); `None` is the null path `<>`.
    pub envelope_from: Option<Address>,
    /// `Date`, seconds of the Unix epoch.
    pub date: i64,
    /// Subject, any Unicode; control characters are removed.
    pub subject: String,
    /// `In-Reply-To`: the last mail of the thread that this reader has seen.
    pub in_reply_to: Option<String>,
    /// `References`, oldest first; shortened to the first and the last twenty.
    pub references: Vec<String>,
    /// Microsoft's `Thread-Index`, base64, when the conversation has one to continue.
    pub thread_index: Option<String>,
    /// `Auto-Submitted` (RFC 3834 section 5): what made us write.
    pub auto: Auto,
    /// `Content-Language`, ISO 639-1.
    pub language: String,
    /// `List-Unsubscribe` target, only where leaving makes sense.
    pub unsubscribe: Option<String>,
    /// The text part, lines ended by `\n`.
    pub text: String,
    /// The HTML part, or none.
    pub html: Option<String>,
    /// Files that travel along.
    pub files: Vec<File>,
}

/// Who speaks in a mail of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auto {
    /// A person's words: no marks.
    Human,
    /// A machine's answer to one mail: `auto-replied`, and `X-Auto-Response-Suppress: All`.
    Replied,
    /// A machine's own message: `auto-generated`, and `X-Auto-Response-Suppress: All`.
    Generated,
}

/// A file in a mail of ours.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Display name; controls are removed.
    pub name: String,
    /// `type/subtype`; anything malformed becomes `application/octet-stream`.
    pub content_type: String,
    /// `Content-ID` for an image that the HTML shows as `cid:…`.
    pub content_id: Option<String>,
    /// The decoded bytes.
    pub bytes: Vec<u8>,
}

/// A mail ready for the wire, as the outbox keeps it: retries are byte-identical.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// `Message-ID` without brackets.
    pub message_id: String,
    /// Envelope sender; `None` is `<>`.
    pub envelope_from: Option<Address>,
    /// Envelope recipient.
    pub envelope_to: Address,
    /// Headers and body, 7-bit, CRLF.
    pub bytes: Vec<u8>,
}
