//! What an event changes, with before and after where a person might ask.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::details::{Attention, Details, Property};
use super::promise::{Promise, Stage};
use super::ticket::{Rating, Ticket, TicketId, Urgency};
use crate::address::Address;

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
        /// The ticket that it was meant for: agents see it.
        related: Option<TicketId>,
        /// That one was its author's, and is at its end: they may be told why this is another.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        late: bool,
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
    /// Its agent closed it, and nobody is asked: it has a light flow.
    Ended {
        /// Who has this mail already.
        reached: Vec<Address>,
    },
    /// An article solved it, says its owner.
    Solved {
        /// Its number.
        article: u64,
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
    /// An agent says how long they worked on it.
    Spent {
        /// Minutes.
        minutes: u32,
    },
    /// A promise is nearly, or quite, broken.
    Alerted {
        /// Which.
        promise: Promise,
        /// How far.
        stage: Stage,
    },
    /// Their own absence message says that whoever is asked is away.
    Away {
        /// When they are back.
        until: Timestamp,
    },
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
    /// It became a part of an incident, or is no longer.
    ParentChanged {
        /// Before.
        before: Option<TicketId>,
        /// Now.
        after: Option<TicketId>,
    },
    /// Another ticket became a part of this incident, or is no longer.
    ChildChanged {
        /// Which.
        child: TicketId,
        /// It became one.
        joins: bool,
    },
    /// It became a known outage, is told of otherwise, or is one no longer.
    OutageChanged {
        /// Before.
        before: Option<String>,
        /// Now.
        after: Option<String>,
    },
    /// The words before were said on these tickets, too, to their own people.
    PassedOn {
        /// Which.
        to: Vec<TicketId>,
    },
    /// Somebody wrote on a ticket of this incident.
    ChildSpoke {
        /// Which.
        child: TicketId,
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
            What::Ended { .. } => "ended",
            What::Solved { .. } => "solved",
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
            What::Spent { .. } => "spent",
            What::Alerted { .. } => "alerted",
            What::Away { .. } => "away",
            What::Transferred { .. } => "transferred",
            What::Changed { .. } => "changed",
            What::Linked { .. } => "linked",
            What::ParentChanged { .. } => "parent_changed",
            What::ChildChanged { .. } => "child_changed",
            What::OutageChanged { .. } => "outage_changed",
            What::PassedOn { .. } => "passed_on",
            What::ChildSpoke { .. } => "child_spoke",
            What::Split { .. } => "split",
            What::Spammed => "spammed",
            What::Attended { .. } => "attended",
            What::Undone { .. } => "undone",
        }
    }
}
