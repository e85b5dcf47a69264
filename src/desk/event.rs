//! What happened: immutable, complete, in order. A ticket is the fold of its events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ticket::{Attention, Details, Property, Rating, Ticket, TicketId, Urgency};
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

/// The change itself, with before and after where a person might ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// It began.
    Opened {
        /// One line.
        title: String,
        /// Service key.
        service: String,
        /// Category key.
        category: String,
        /// Who asks.
        requester: Address,
        /// Who has the problem, when another.
        beneficiary: Option<Address>,
        /// Guests from the first moment: Cc of the first mail, permanent guests.
        guests: Vec<Address>,
        /// ISO 639-1.
        language: String,
        /// How urgent.
        urgency: Urgency,
        /// Whoever stood in To or Cc.
        reached: Vec<Address>,
        /// An ended ticket that this one answers too late: agents see it.
        related: Option<TicketId>,
        /// The `Message-ID` of the mail that began it.
        root_message_id: Option<String>,
        /// What the request tells besides its words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        told: Option<Box<Details>>,
    },
    /// Public words.
    Replied {
        /// Who has this mail already.
        reached: Vec<Address>,
    },
    /// Words of a participant that nobody proved: agents see them at once, nobody else until released.
    Unverified,
    /// Words for agents only.
    Noted,
    /// An automatic mail, or words without effect: for agents only.
    Filed,
    /// People became guests.
    Joined {
        /// Who.
        guests: Vec<Address>,
    },
    /// A guest left, or was removed by another.
    Left {
        /// Who.
        guest: Address,
    },
    /// A stranger with a valid pointer asks to join; agents decide.
    JoinRequested {
        /// Who.
        stranger: Address,
    },
    /// An agent took it.
    Taken {
        /// Who had it before.
        before: Option<Address>,
    },
    /// It was given to an agent.
    Assigned {
        /// Who has it now.
        to: Address,
        /// Who had it before.
        before: Option<Address>,
    },
    /// It is free again.
    Released {
        /// Who had it.
        before: Option<Address>,
    },
    /// A question to the requester.
    InformationRequested {
        /// Its number in the ticket.
        request: u64,
    },
    /// The answer to it.
    Answered {
        /// The question's number.
        request: u64,
        /// Its assignee goes on; otherwise it is free.
        keeps: bool,
        /// Who has this mail already.
        reached: Vec<Address>,
    },
    /// A solution, for the requester's agreement.
    ClosureProposed {
        /// Its number in the ticket.
        request: u64,
        /// Who has this mail already: words in it, not the question.
        reached: Vec<Address>,
    },
    /// Agreed.
    ClosureApproved {
        /// The proposal's number.
        request: u64,
    },
    /// Not solved; the reason is the event's text.
    ClosureRefused {
        /// The proposal's number.
        request: u64,
        /// Its assignee goes on; otherwise it is free.
        keeps: bool,
        /// Who has this mail already.
        reached: Vec<Address>,
    },
    /// Judged.
    Rated(Rating),
    /// Back from an end.
    Reopened {
        /// Its assignee has it again; otherwise it is free.
        keeps: bool,
        /// Who has this mail already.
        reached: Vec<Address>,
    },
    /// Taken back by the requester.
    Cancelled,
    /// An earlier mail of the same conversation arrived late: it is the beginning now.
    Rerooted {
        /// Who wrote first.
        requester: Address,
        /// In which words.
        title: String,
        /// Its `Message-ID`.
        root_message_id: Option<String>,
        /// Whoever stood in To or Cc of it.
        guests: Vec<Address>,
    },
    /// It goes on in another ticket.
    Merged {
        /// Which.
        into: TicketId,
    },
    /// Another ticket goes on here; its words were taken over.
    Absorbed {
        /// Which.
        from: TicketId,
        /// Participants that came along.
        guests: Vec<Address>,
    },
    /// The service does not do this; the reason is the event's text.
    Refused {
        /// Who has this mail already.
        reached: Vec<Address>,
    },
    /// Work goes on at a date.
    Postponed {
        /// When it comes back.
        until: Timestamp,
    },
    /// It came back before its date, or at it.
    Recalled {
        /// Its assignee has it again; otherwise it is free.
        keeps: bool,
    },
    /// Who must answer was asked again, or the pool was told again.
    Reminded,
    /// No answer came in time.
    Expired,
    /// Others handle it now; nobody of them has it yet.
    Transferred {
        /// Key of the service that handles it now.
        service: String,
        /// Key of the category there; empty is "to sort".
        category: String,
        /// Service and category before.
        from: (String, String),
        /// Who had it.
        assignee: Option<Address>,
        /// Permanent guests of the new service, and who stays to follow it.
        guests: Vec<Address>,
    },
    /// A property has another value.
    Changed {
        /// Before.
        before: Property,
        /// Now.
        after: Property,
    },
    /// It has to do with another ticket, which says the same of this one.
    Linked {
        /// Which.
        to: TicketId,
    },
    /// Words of this ticket went on as a ticket of their own.
    Split {
        /// Which.
        into: TicketId,
        /// The event whose words they are.
        seq: u64,
    },
    /// It was no request; nobody is told, its sender is blocked.
    Spammed,
    /// Somebody wants to hear more, or less, of it.
    Attended {
        /// Who.
        who: Address,
        /// Before.
        before: Attention,
        /// Now.
        after: Attention,
    },
    /// The last act was taken back by whoever did it.
    Undone {
        /// Number of its first event.
        first: u64,
        /// Stable words of its events.
        acts: Vec<String>,
        /// The ticket before that act.
        back: Box<Ticket>,
    },
}

impl Event {
    /// Those who have the words of this event already, from the mail that brought them.
    pub fn reached(&self) -> &[Address] {
        match &self.what {
            What::Opened { reached, .. }
            | What::Replied { reached }
            | What::Answered { reached, .. }
            | What::ClosureProposed { reached, .. }
            | What::ClosureRefused { reached, .. }
            | What::Reopened { reached, .. }
            | What::Refused { reached } => reached,
            _ => &[],
        }
    }
}

impl What {
    /// A stable word, used in the store, in `--json` and as template key.
    pub fn word(&self) -> &'static str {
        match self {
            What::Opened { .. } => "opened",
            What::Replied { .. } => "replied",
            What::Unverified => "unverified",
            What::Noted => "noted",
            What::Filed => "filed",
            What::Joined { .. } => "joined",
            What::Left { .. } => "left",
            What::JoinRequested { .. } => "join_requested",
            What::Taken { .. } => "taken",
            What::Assigned { .. } => "assigned",
            What::Released { .. } => "released",
            What::InformationRequested { .. } => "information_requested",
            What::Answered { .. } => "answered",
            What::ClosureProposed { .. } => "closure_proposed",
            What::ClosureApproved { .. } => "closure_approved",
            What::ClosureRefused { .. } => "closure_refused",
            What::Rated(_) => "rated",
            What::Reopened { .. } => "reopened",
            What::Cancelled => "cancelled",
            What::Rerooted { .. } => "rerooted",
            What::Merged { .. } => "merged",
            What::Absorbed { .. } => "absorbed",
            What::Refused { .. } => "refused",
            What::Postponed { .. } => "postponed",
            What::Recalled { .. } => "recalled",
            What::Reminded => "reminded",
            What::Expired => "expired",
            What::Transferred { .. } => "transferred",
            What::Changed { .. } => "changed",
            What::Linked { .. } => "linked",
            What::Split { .. } => "split",
            What::Spammed => "spammed",
            What::Attended { .. } => "attended",
            What::Undone { .. } => "undone",
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
