//! What points at tickets: Message-IDs, and what people saw last of a conversation.

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::desk::TicketId;

/// A Message-ID that points at a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownId {
    /// Without brackets.
    pub id: String,
    /// Where it points.
    pub ticket: TicketId,
    /// How we know it.
    pub how: How,
    /// Seen: its author. Sent: its recipient.
    pub person: Option<Address>,
}

/// How a Message-ID became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Quoted in References or In-Reply-To of a mail that we saw: a ghost.
    Quoted,
    /// A mail that we saw.
    Seen,
    /// A mail that we sent.
    Sent,
}

/// The last mail of a conversation that a person has: written, received from another, or sent by us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which conversation.
    pub ticket: TicketId,
    /// Who.
    pub person: Address,
    /// Message-ID without brackets.
    pub message_id: String,
}
