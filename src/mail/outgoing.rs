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
    /// What is in it.
    pub content: Content,
}

/// Where the bytes of a file come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// The decoded bytes.
    Bytes(Vec<u8>),
    /// Base64 as it stands in a kept mail, fit to be copied (see `Attachment::span`).
    Excerpt(Excerpt),
}

/// Bytes of a kept mail, by its instance in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excerpt {
    /// Which mail.
    pub instance: u64,
    /// The first byte, and the one after the last.
    pub span: (u64, u64),
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
    /// Headers and body, 7-bit, CRLF; excerpts are missing until it is [whole](Letter::whole).
    pub bytes: Vec<u8>,
    /// What belongs into `bytes` before which of them, in order: files that are kept already are not stored twice.
    pub excerpts: Vec<(usize, Excerpt)>,
}

impl Letter {
    /// Puts the excerpts in their places. The same mails give the same bytes each time.
    pub fn whole<E>(mut self, mut fetch: impl FnMut(Excerpt) -> Result<Vec<u8>, E>) -> Result<Letter, E> {
        if self.excerpts.is_empty() {
            return Ok(self);
        }
        let excerpts = std::mem::take(&mut self.excerpts);
        let copied: u64 = excerpts.iter().map(|(_, excerpt)| excerpt.span.1.saturating_sub(excerpt.span.0)).sum();
        let mut bytes = Vec::with_capacity(self.bytes.len() + usize::try_from(copied).unwrap_or(0));
        let mut done = 0;
        for (at, excerpt) in excerpts {
            let at = at.clamp(done, self.bytes.len());
            bytes.extend_from_slice(&self.bytes[done..at]);
            bytes.extend(fetch(excerpt)?);
            done = at;
        }
        bytes.extend_from_slice(&self.bytes[done..]);
        self.bytes = bytes;
        Ok(self)
    }
}
