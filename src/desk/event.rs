//! What happened: immutable, complete, in order. A ticket is the fold of its events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ticket::{Ticket, TicketId};
use super::what::What;
use crate::address::Address;
use crate::proof::Level;

/// One change of one ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Which ticket.
    pub ticket: TicketId,
    /// Its number in the ticket, from 1.
    pub seq: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// Who, by which door, how surely.
    pub actor: Actor,
    /// What.
    pub what: What,
    /// The person's own words, if any.
    pub text: Option<String>,
    /// Who may see it.
    pub visibility: Visibility,
    /// The mail (or form) that it came with: where attachments and the full text are found.
    pub source: Option<Source>,
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Actor {
    /// The person; `None` is the clock or an import.
    pub person: Option<Address>,
    /// The name that they write under.
    pub name: Option<String>,
    /// By which door.
    pub door: Door,
    /// How surely it is them.
    pub level: Level,
    /// In which role: role follows the thread that was answered (CASEBOOK D12); `None` lets the desk choose the highest.
    pub as_participant: bool,
}

/// The way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// A mail.
    Mail,
    /// A mailed link, used by its owner.
    Link,
    /// A page behind a sign-in.
    Page,
    /// The command line.
    Cli,
    /// Time passed.
    Clock,
}

/// What a person wrote, with what came along.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Words {
    /// New words only: no quotes, no signature, no command lines.
    pub text: String,
    /// The mail or form that they came in.
    pub source: Option<Source>,
    /// Who has this mail already, because they stood in its To or Cc.
    pub reached: Vec<Address>,
}

/// Where an event's words came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Row of the raw mail in the ledger.
    pub instance: u64,
    /// The mail's own `Message-ID`, without brackets; readers' threads continue from it.
    pub message_id: Option<String>,
    /// Files in it, in order.
    pub attachments: Vec<Attached>,
}

/// A file that came with an event; its bytes are a part of the raw mail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attached {
    /// Part number in the raw mail.
    pub part: u32,
    /// Display name.
    pub name: String,
    /// `type/subtype`.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    /// `Content-ID`, when the text shows it inline.
    pub content_id: Option<String>,
    /// Where its base64 stands in the raw mail, when it may be copied as it is into a mail of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<(u64, u64)>,
}

/// Who may see an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Participants (guests from their own beginning on) and agents of the service.
    Public,
    /// Agents of the service only: notes, unproven words, join requests.
    Agents,
}

impl Event {
    /// May somebody who takes part see it? Owners see what is public, guests what came after them and the mail that brought them,
    /// which they have.
    pub fn is_shown(&self, ticket: &Ticket, person: &Address) -> bool {
        let guest = ticket.guest(person).is_some_and(|guest| guest.since <= self.seq || self.reached().contains(person));
        self.visibility == Visibility::Public && (ticket.is_owner(person) || guest)
    }

    /// Those who have the words of this event already, from the mail that brought them.
    pub fn reached(&self) -> &[Address] {
        match &self.what {
            What::Opened { reached, .. }
            | What::Replied { reached }
            | What::Answered { reached, .. }
            | What::ClosureProposed { reached, .. }
            | What::Ended { reached }
            | What::ClosureRefused { reached, .. }
            | What::Reopened { reached, .. }
            | What::Refused { reached } => reached,
            _ => &[],
        }
    }
}

impl Actor {
    /// A person by a door, at a level.
    pub fn person(address: Address, name: Option<String>, door: Door, level: Level) -> Actor {
        Actor { person: Some(address), name, door, level, as_participant: false }
    }

    /// Nobody: time passed.
    pub fn clock() -> Actor {
        Actor { person: None, name: None, door: Door::Clock, level: Level::Proven, as_participant: false }
    }
}
