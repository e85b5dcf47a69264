//! A ticket as it stands: the fold of its events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::details::{Attention, Details, Property};
use crate::address::Address;

/// The number that people see: `#123`.
pub type TicketId = u64;

/// One request, from first mail to agreed closure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// The number that people see.
    pub id: TicketId,
    /// Number of the last event: a commit on an older one is stale.
    pub version: u64,
    /// One line.
    pub title: String,
    /// Key of the service that handles it.
    pub service: String,
    /// Key of the category inside the service; empty is "to sort".
    pub category: String,
    /// Who opened it, and decides on its closure.
    pub requester: Address,
    /// Who has the problem, when not the requester; same rights.
    pub beneficiary: Option<Address>,
    /// Who follows and may comment.
    pub guests: Vec<Guest>,
    /// Where it stands.
    pub status: Status,
    /// The agent in charge.
    pub assignee: Option<Address>,
    /// Since when it is theirs.
    pub taken_at: Option<Timestamp>,
    /// Urgency, with the reason that was given for it.
    pub urgency: Urgency,
    /// ISO 639-1 code of the language that it was opened in.
    pub language: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When the last event happened.
    pub updated_at: Timestamp,
    /// First human words or act of an agent, for the service level.
    pub first_response_at: Option<Timestamp>,
    /// How many times it was reopened.
    pub reopened: u32,
    /// When: a day has a limit.
    pub reopenings: Vec<Timestamp>,
    /// How many closure proposals and information requests were made: the number of the next one is this plus one.
    pub requests: u64,
    /// The requester's judgement, while the ticket is closed.
    pub rating: Option<Rating>,
    /// The message that started the conversation, without brackets: root of everyone's thread.
    pub root_message_id: Option<String>,
    /// What is seldom known, and then said apart.
    #[serde(default, skip_serializing_if = "Details::is_empty")]
    pub details: Details,
}

/// Somebody who follows a ticket, from a moment on: the past is not theirs to see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guest {
    /// Who.
    pub address: Address,
    /// Number of the event that made them a guest: events before it are hidden from them.
    pub since: u64,
}

/// Where a ticket stands. Each end keeps when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    /// In the common pool (libre).
    Free,
    /// An agent works on it (en cours).
    InProgress,
    /// A question waits for the requester (en attente d'information).
    WaitingForInformation {
        /// Number of the question.
        request: u64,
        /// Who asked.
        asked_by: Address,
        /// When.
        since: Timestamp,
    },
    /// Comes back at a date (reporté).
    Postponed {
        /// When it comes back.
        until: Timestamp,
    },
    /// A solution waits for the requester's agreement (résolu, en attente de votre accord).
    AwaitingApproval {
        /// Number of the proposal: links and addresses are bound to it.
        request: u64,
        /// Who proposed.
        proposed_by: Address,
        /// When.
        since: Timestamp,
    },
    /// Over.
    Closed {
        /// How it ended.
        end: End,
        /// When.
        at: Timestamp,
    },
}

/// How a ticket ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "into")]
pub enum End {
    /// The requester agreed (clos).
    Approved,
    /// No answer came in time (clos sans réponse).
    Expired,
    /// The requester took it back (annulé).
    Cancelled,
    /// The service does not do this (refusé).
    Refused,
    /// It goes on in another ticket (fusionné).
    Merged(TicketId),
}

/// The requester's judgement, 1 to 5 each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// Of the delay.
    pub delay: u8,
    /// Of the answers.
    pub answers: u8,
    /// In the requester's words; may be empty.
    pub comment: String,
}

/// How urgent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// It can wait.
    Low,
    /// As most.
    #[default]
    Medium,
    /// Work stands still.
    High,
}

impl Urgency {
    /// A stable word, as [`Status::word`].
    pub fn word(self) -> &'static str {
        match self {
            Urgency::Low => "low",
            Urgency::Medium => "medium",
            Urgency::High => "high",
        }
    }
}

impl Status {
    /// A stable word, used in the store, in template file names and in `--json`.
    pub fn word(&self) -> &'static str {
        match self {
            Status::Free => "free",
            Status::InProgress => "in_progress",
            Status::WaitingForInformation { .. } => "waiting_for_information",
            Status::Postponed { .. } => "postponed",
            Status::AwaitingApproval { .. } => "awaiting_approval",
            Status::Closed { end, .. } => end.word(),
        }
    }

    /// Stable words of the statuses that are no end.
    pub const OPEN: [&'static str; 5] = ["free", "in_progress", "waiting_for_information", "postponed", "awaiting_approval"];

    /// Not at an end.
    pub fn is_open(&self) -> bool {
        !matches!(self, Status::Closed { .. })
    }
}

impl End {
    /// A stable word, as [`Status::word`].
    pub fn word(self) -> &'static str {
        match self {
            End::Approved => "approved",
            End::Expired => "expired",
            End::Cancelled => "cancelled",
            End::Refused => "refused",
            End::Merged(_) => "merged",
        }
    }
}

impl Ticket {
    /// Requester or beneficiary: who decides on the closure.
    pub fn is_owner(&self, person: &Address) -> bool {
        self.requester == *person || self.beneficiary.as_ref() == Some(person)
    }

    /// The guest of that address, if any.
    pub fn guest(&self, person: &Address) -> Option<&Guest> {
        self.guests.iter().find(|guest| guest.address == *person)
    }

    /// How much somebody wants to hear of it.
    pub fn attention(&self, person: &Address) -> Attention {
        self.details.attention.iter().find(|(who, _)| who == person).map_or(Attention::Usual, |(_, attention)| *attention)
    }

    /// The present value of a property of the same kind.
    pub fn property(&self, like: &Property) -> Property {
        match like {
            Property::Title(_) => Property::Title(self.title.clone()),
            Property::Urgency(_) => Property::Urgency(self.urgency),
            Property::Impact(_) => Property::Impact(self.details.impact),
            Property::Kind(_) => Property::Kind(self.details.kind),
            Property::Category(_) => Property::Category(self.category.clone()),
            Property::Beneficiary(_) => Property::Beneficiary(self.beneficiary.clone()),
            Property::Phone(_) => Property::Phone(self.details.phone.clone()),
            Property::Equipment(_) => Property::Equipment(self.details.equipment.clone()),
            Property::Field { key, .. } => Property::Field { key: key.clone(), value: self.details.field(key).to_owned() },
            Property::Requester(_) => Property::Requester(self.requester.clone()),
        }
    }

    /// Who must act was told again of what waits now.
    pub fn is_reminded(&self) -> bool {
        self.details.reminders > 0
    }

    /// What everybody is told of the outage that this is, until a solution is proposed.
    pub fn outage(&self) -> Option<&str> {
        let over = matches!(self.status, Status::AwaitingApproval { .. } | Status::Closed { .. });
        self.details.outage.as_deref().filter(|_| !over)
    }

    /// Requester, beneficiary or guest.
    pub fn is_participant(&self, person: &Address) -> bool {
        self.is_owner(person) || self.guest(person).is_some()
    }

    /// Requester, beneficiary, guests: in that order, each once.
    pub fn participants(&self) -> Vec<&Address> {
        let owners = std::iter::once(&self.requester).chain(self.beneficiary.iter().filter(|who| **who != self.requester));
        let guests = self.guests.iter().map(|guest| &guest.address).filter(|who| !self.is_owner(who));
        owners.chain(guests).collect()
    }
}
