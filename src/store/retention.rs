//! What is deleted when its time is over, and what is remembered of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Backend, TokenHash};
use crate::address::Address;
use crate::desk::TicketId;

/// What is to be deleted: each that lies longer than since then; `None`: nothing of the kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overdue {
    /// Raw mails: of tickets that ended and did not change since, and mails that had no effect.
    pub mails: Option<Timestamp>,
    /// Tickets that ended and did not change since, with everything of theirs.
    pub tickets: Option<Timestamp>,
    /// Letters that left or never will: their bytes, and the whole of those that are about no ticket.
    pub letters: Option<Timestamp>,
    /// Decisions in full, as `guichet why` tells them.
    pub traces: Option<Timestamp>,
}

/// How much was deleted, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swept {
    /// Raw mails.
    pub mails: u64,
    /// Tickets.
    pub tickets: u64,
    /// Rows of deleted tickets.
    pub rows: u64,
    /// Letters.
    pub letters: u64,
    /// Decisions in full.
    pub traces: u64,
}

impl Swept {
    /// Was there nothing to do?
    pub fn is_nothing(&self) -> bool {
        *self == Swept::default()
    }

    /// Both together.
    pub fn and(self, other: Swept) -> Swept {
        Swept {
            mails: self.mails + other.mails,
            tickets: self.tickets + other.tickets,
            rows: self.rows + other.rows,
            letters: self.letters + other.letters,
            traces: self.traces + other.traces,
        }
    }
}

/// Whoever is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Their address.
    pub person: Address,
    /// Their name, as far as it is known.
    pub name: Option<String>,
    /// Who they are from now on: nobody whom anybody knows.
    pub pseudonym: Address,
}

/// What there was, and what is overdue.
pub trait RetentionReads {
    /// When a ticket was deleted, if it was.
    fn purged(&self, ticket: TicketId) -> Result<Option<Timestamp>, Backend>;
    /// Did this link lead to a ticket that was deleted?
    fn was_link(&self, hash: &TokenHash) -> Result<bool, Backend>;
    /// Rows of the ledger whose mails that person wrote, above that one; ascending.
    fn mails_from(&self, person: &Address, above: u64, limit: usize) -> Result<Vec<u64>, Backend>;
    /// How much is overdue: reads as long as it takes.
    fn overdue(&self, overdue: &Overdue) -> Result<Swept, Backend>;
}
