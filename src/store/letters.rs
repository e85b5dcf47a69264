//! Letters as the outbox has them: before they are queued, while they wait, and after an attempt.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::desk::TicketId;
use crate::mail::Letter;

/// A mail to be queued.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLetter {
    /// Its row, allotted by [`Store::next_letter`](super::Store::next_letter) so that VERP can carry it.
    pub id: u64,
    /// What it is about.
    pub ticket: Option<TicketId>,
    /// Who it is for (envelope recipient too).
    pub person: Address,
    /// Template key: `ack`, `update`…
    pub kind: String,
    /// A machine speaks: it counts for the brakes.
    pub auto: bool,
    /// Message-ID without brackets.
    pub message_id: String,
    /// The bytes; none: they come with [`Store::fill`](super::Store::fill) before the batch ends.
    pub letter: Option<Letter>,
}

/// Where a letter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterState {
    /// Waits for its time.
    Queued,
    /// Claimed for an attempt.
    Sending,
    /// Accepted by the relay.
    Sent,
    /// Refused for good by the relay, or by an authentic bounce.
    Refused,
    /// The connection was lost after the final dot: it may have gone out.
    Unknown,
    /// The retry lifetime is over.
    GivenUp,
    /// Never to be sent (frozen or suppressed recipient).
    Suppressed,
}

/// A row of the outbox without its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct LetterRow {
    /// Its number.
    pub id: u64,
    /// What it is about.
    pub ticket: Option<TicketId>,
    /// Who it is for.
    pub person: Address,
    /// Template key.
    pub kind: String,
    /// Message-ID without brackets.
    pub message_id: String,
    /// Where it stands.
    pub state: LetterState,
    /// Attempts so far.
    pub attempts: u32,
    /// Earliest time of the next attempt.
    pub due_at: Timestamp,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// The relay's last words.
    pub reply: String,
}

/// A letter that is claimed for an attempt; its bytes are loaded apart, beside the writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimed {
    /// Its row.
    pub id: u64,
    /// Attempts before this one.
    pub attempts: u32,
}

/// How a letter goes on after an attempt: decided by the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterUpdate {
    /// Its row.
    pub id: u64,
    /// Where it stands now.
    pub state: LetterState,
    /// Attempts so far.
    pub attempts: u32,
    /// Next attempt, for queued and unknown ones.
    pub due_at: Timestamp,
    /// The relay's words.
    pub reply: String,
}

/// News of a ticket that a reader gets a little later, in one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutOff {
    /// About which ticket.
    pub ticket: TicketId,
    /// Whom.
    pub person: Address,
    /// Numbers of the events, the first and the last.
    pub events: (u64, u64),
    /// When they are told at the latest.
    pub due_at: Timestamp,
}

/// How a change touches what is put off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waits {
    /// From now on, besides what waits already.
    From(PutOff),
    /// All that waited is told now, or never: its reader left.
    Over(TicketId, Address),
}
