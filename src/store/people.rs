//! Whom we know, where each reader's thread stands, and what links let people do.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::desk::{Purpose, TicketId};

/// Where a reader's own thread stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Thread {
    /// First mail of the conversation that they have.
    pub first: Option<String>,
    /// Last one.
    pub last: Option<String>,
}

/// Somebody we know of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub address: Address,
    /// As they write it.
    pub name: Option<String>,
    /// ISO 639-1: the language they write in.
    pub language: Option<String>,
    /// Permanent delivery failures reported by authentic bounces since the last success.
    pub failures: u32,
    /// No notifications to this address until a person clears it (two hard failures).
    pub suppressed: bool,
    /// Mails of this address came through a list: it never joins a ticket.
    pub is_list: bool,
    /// An agent called something of theirs spam: nothing that they send becomes a ticket.
    #[serde(default)]
    pub blocked: bool,
}

/// SHA-256 of a link's token.
pub type TokenHash = [u8; 32];

/// A capability: what one person may do about one ticket by pressing a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// SHA-256 of the 32 random bytes.
    pub hash: TokenHash,
    /// What for.
    pub purpose: Purpose,
    /// Whose.
    pub person: Address,
    /// About which ticket.
    pub ticket: TicketId,
    /// Number of the closure proposal or question it is bound to; 0 for the others.
    pub request: u64,
    /// When it was made.
    pub issued_at: Timestamp,
    /// From when on it only explains.
    pub expires_at: Timestamp,
    /// When it was used up or revoked.
    pub ended_at: Option<Timestamp>,
}
