//! What the async rooms need of the gateway: keeping mails, and the outbox. Values and two traits, so that intake and
//! delivery are tested against a fake and know no rules.

use std::future::Future;

use jiff::Timestamp;

use crate::address::Address;
use crate::mail::Letter;
use crate::mail::authentication;

/// Where a message instance lies in the world.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// The mailbox's name in the configuration; `stdin` or `page` for what has no mailbox.
    pub mailbox: String,
    /// The IMAP folder; empty otherwise.
    pub folder: String,
    /// UIDVALIDITY (RFC 9051 section 2.3.1.1); 0 otherwise.
    pub epoch: u32,
    /// UID; 0 otherwise.
    pub uid: u32,
    /// Maildir's unique name, or the content hash of a submitted mail; empty for IMAP.
    pub name: String,
}

/// A mail as it came, about to be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// Where it lies.
    pub origin: Origin,
    /// When our server got it (INTERNALDATE, file time).
    pub received_at: Timestamp,
    /// The bytes; for an oversized mail the headers and the first 64 KiB.
    pub raw: Vec<u8>,
    /// The whole size in bytes, when `raw` was cut.
    pub cut_from: Option<u64>,
    /// It lay there before the first connection: stored, never answered.
    pub old: bool,
    /// BLAKE3 of `raw`: computed where mails come in, not where they are written one after the other.
    pub hash: [u8; 32],
}

impl Arrival {
    /// A whole new mail.
    pub fn new(origin: Origin, received_at: Timestamp, raw: Vec<u8>) -> Arrival {
        let hash = *blake3::hash(&raw).as_bytes();
        Arrival { origin, received_at, raw, cut_from: None, old: false, hash }
    }
}

/// A mail that is durable here now: its server may be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its row in the ledger.
    pub instance: u64,
    /// It was here before (same origin, or same bytes from an earlier epoch of the same mailbox).
    pub known: bool,
}

/// How far a folder was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// UIDVALIDITY that the UIDs belong to.
    pub epoch: u32,
    /// Highest UID kept, or where reading began.
    pub uid: u32,
    /// UIDs up to this one lay there before the first connection: never answered.
    pub old_until: u32,
    /// When the first connection was made; kept when UIDVALIDITY changes, so that what is older stays unanswered then too.
    pub began_at: Timestamp,
}

/// The gateway cannot serve now (disk full, stopping). Nothing was changed; try again later.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the store cannot serve now: {0}")]
pub struct Unavailable(pub String);

/// What intake needs.
pub trait Keeper: Send + Sync + 'static {
    /// How far a folder was read; `None` before the first connection.
    fn mark(&self, mailbox: &str, folder: &str) -> impl Future<Output = Result<Option<Mark>, Unavailable>> + Send;
    /// Sets where reading begins (first connection, or a new UIDVALIDITY).
    fn set_mark(&self, mailbox: &str, folder: &str, mark: Mark) -> impl Future<Output = Result<(), Unavailable>> + Send;
    /// Keeps mails; when it returns they are durable, the folder's mark has moved on, and the gateway will handle them.
    /// Answers in the order given.
    fn keep(&self, arrivals: Vec<Arrival>) -> impl Future<Output = Result<Vec<Kept>, Unavailable>> + Send;
    /// A message was listed by the server, and gone when fetched: the ledger says so.
    fn vanished(&self, origins: Vec<Origin>) -> impl Future<Output = Result<(), Unavailable>> + Send;
    /// UIDs of that epoch that are kept but whose server was not told yet (flag or MOVE failed earlier).
    fn unsettled(&self, mailbox: &str, folder: &str, epoch: u32) -> impl Future<Output = Result<Vec<u32>, Unavailable>> + Send;
    /// The server was told (flagged or moved) of these UIDs.
    fn settled(&self, mailbox: &str, folder: &str, epoch: u32, uids: Vec<u32>) -> impl Future<Output = Result<(), Unavailable>> + Send;
    /// All UIDs of that epoch that the ledger knows, for the reconciliation.
    fn accounted(&self, mailbox: &str, folder: &str, epoch: u32) -> impl Future<Output = Result<Vec<u32>, Unavailable>> + Send;
    /// A full pass over the mailbox ended now (also when nothing was new): health is measured from it.
    fn polled(&self, mailbox: &str) -> impl Future<Output = Result<(), Unavailable>> + Send;
}

/// A letter of the outbox, claimed for one attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Queued {
    /// Its row.
    pub id: u64,
    /// What goes over the wire.
    pub letter: Letter,
    /// Attempts before this one.
    pub attempts: u32,
}

/// How an attempt ended, for one letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The row.
    pub id: u64,
    /// How.
    pub end: Attempt,
    /// The server's reply, one line, 200 bytes at most, for agents.
    pub reply: String,
}

/// The end of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Attempt {
    /// Accepted after the final dot.
    Sent,
    /// Refused for good: this recipient, or this mail.
    Refused,
    /// Not now: try again later.
    Later,
    /// The connection was lost after the final dot: it may have gone out (RFC 5321 section 4.5.3.2.6).
    Unknown,
    /// The relay itself is in trouble (no connection, no authentication, quota): not this letter's fault, the attempt
    /// does not count.
    RelayDown,
}

/// What delivery needs.
pub trait Outbox: Send + Sync + 'static {
    /// Claims letters that are due, at most `limit`, oldest first; they stay claimed until a verdict.
    fn claim(&self, limit: usize) -> impl Future<Output = Result<Vec<Queued>, Unavailable>> + Send;
    /// Records how attempts ended; back-off and giving up are decided by the gateway.
    fn ended(&self, verdicts: Vec<Verdict>) -> impl Future<Output = Result<(), Unavailable>> + Send;
    /// Returns when letters may have become due: at a commit, or when the next retry's time comes.
    fn woken(&self) -> impl Future<Output = ()> + Send;
}

/// A mail whose signatures are to be checked.
#[derive(Debug, Clone)]
pub struct Signed<'a> {
    /// Its bytes as they came.
    pub raw: &'a [u8],
    /// The one author of `From`.
    pub author: Address,
}

/// Who checks DKIM signatures.
pub trait Signatures: Send + Sync + 'static {
    /// What the signatures of each mail prove, in the order given: never a failure. Takes seconds at most, and may block.
    fn check(&self, mails: &[Signed<'_>]) -> Vec<authentication::Verdict>;
}
