//! What somebody wants: imperatives, before anyone has said yes.

use jiff::Timestamp;

use super::details::{Attention, Details, Property};
use super::event::{Event, Words};
use super::promise::{Promise, Stage};
use super::ticket::{Rating, Ticket, TicketId, Urgency};
use crate::address::Address;

/// One wish about one ticket.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Begin a ticket.
    Open(Box<Opening>),
    /// Public words, to everybody in the conversation.
    Reply(Words),
    /// Words for agents only.
    Note(Words),
    /// An automatic mail, or words that could not become what they meant: agents may read them on the ticket, no more.
    /// Allowed to anybody at any level and in any status, and without any other effect.
    File(Words),
    /// Make it mine.
    Take,
    /// Give it to an agent.
    Assign(Address),
    /// Put it back into the pool.
    Release,
    /// Ask the requester for information.
    Ask(Words),
    /// Answer the open question.
    Answer(Words),
    /// Propose that it is solved: the words are the solution.
    ProposeClosure(Words),
    /// Agree to the proposal of that number.
    Approve(u64),
    /// Refuse the proposal of that number; the words are the reason, mandatory.
    RefuseClosure(u64, Words),
    /// Agree that an article solved it: nothing was proposed before.
    Solve {
        /// Its number.
        article: u64,
    },
    /// Propose an article as the solution; whoever knows articles makes it a proposal.
    Faq {
        /// As it was written: its number.
        article: String,
        /// What is added; may be empty.
        words: Words,
    },
    /// Say where one's own request belongs, while it has no category.
    Sort {
        /// Key of the category.
        category: String,
    },
    /// Judge a closed ticket.
    Rate(Rating),
    /// Bring it back from its end.
    Reopen(Words),
    /// Take it back (requester).
    Cancel,
    /// Make people guests.
    Invite(Vec<Address>),
    /// Leave as guest, or remove one.
    Leave(Address),
    /// A stranger holds a valid pointer: ask the agents.
    RequestJoin(Words),
    /// The beginning of the conversation arrived after its answers.
    Reroot {
        /// One line.
        title: String,
        /// The words of the beginning.
        words: Words,
        /// To and Cc of it.
        guests: Vec<Address>,
    },
    /// Go on in another ticket of the same conversation (only fresh, untouched ones: see `decide`).
    Continue {
        /// Which.
        into: TicketId,
    },
    /// Go on in another ticket: when its requester is the same, or when the agent says that they know (CASEBOOK B12).
    Merge {
        /// Which.
        into: TicketId,
        /// Its requester; none: nobody looked, and it counts as the same.
        whose: Option<Address>,
        /// The agent knows that it is somebody else's.
        confirmed: bool,
        /// The people of this ticket become guests of the other: never unless said.
        with_people: bool,
    },
    /// It is no request of its own, but goes on with another of the same requester, who says so: whoever looked found that it is theirs.
    Addition {
        /// Which.
        to: TicketId,
    },
    /// The service does not do this: the words are the reason, mandatory.
    Refuse(Words),
    /// Put it aside until a date; words stay among agents.
    Postpone(Timestamp, Words),
    /// Who must answer is asked again, or the pool is told again (the clock).
    Remind,
    /// No answer came in time (the clock).
    Expire,
    /// A promise is nearly, or quite, broken (the clock).
    Alert(Promise, Stage),
    /// Whoever is asked is away until then: their own absence message says so.
    Away(Timestamp, Words),
    /// Bring it back before its date, or at it (the clock).
    Recall,
    /// Let others handle it.
    Transfer(Box<Transfer>),
    /// Give it back to the service that it came from; the words are the reason, mandatory, and stay among agents.
    Back(Words),
    /// So many minutes were worked on it.
    Spend(u32),
    /// Give a property another value.
    Set(Property),
    /// Send a prepared answer, with words of one's own after it.
    Canned {
        /// Its key in the organisation.
        key: String,
        /// What is added; may be empty.
        words: Words,
    },
    /// It has to do with another ticket.
    Link {
        /// Which.
        to: TicketId,
    },
    /// It is a part of an incident; none: no longer.
    Parent {
        /// Which.
        to: Option<TicketId>,
    },
    /// Another ticket became, or is no longer, a part of this incident.
    Child {
        /// Which.
        child: TicketId,
        /// It became one.
        joins: bool,
    },
    /// Public words to the people of this incident, and to those of each of its tickets.
    Broadcast(Words),
    /// It is a known outage: everybody who writes meanwhile is told these words.
    Outage(Words),
    /// It is one no longer.
    OutageOver,
    /// What an agent said to all on its incident is said here.
    Heed {
        /// What.
        words: Words,
        /// It was proposed as the solution.
        closes: bool,
    },
    /// Somebody wrote on a ticket of this incident (the desk itself).
    ChildSpoke {
        /// Which.
        child: TicketId,
    },
    /// Let some words go on as a ticket of their own.
    Split {
        /// The event whose words they are; `None`: the last words of a participant.
        seq: Option<u64>,
        /// The number of the new ticket, given by whoever opens it.
        into: TicketId,
    },
    /// It is no request at all.
    Spam,
    /// Hear more, or less, of it.
    Attend(Attention),
    /// Remove a guest.
    Remove(Address),
    /// Take back one's last act.
    Undo(Option<Box<Undo>>),
    /// Take over another ticket's participants.
    Absorb {
        /// Which.
        from: TicketId,
        /// Its participants.
        guests: Vec<Address>,
        /// Its words: they are said again here, by whom and when they were said.
        said: Vec<Event>,
    },
}

/// Where a ticket goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Transfer {
    /// Key of the service.
    pub service: String,
    /// Key of the category there; empty is "to sort".
    pub category: String,
    /// Whoever transfers it stays to follow it, as a guest.
    pub follow: bool,
    /// Why, among agents; may be empty.
    pub words: Words,
}

/// An act that can be taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct Undo {
    /// Number of its first event.
    pub first: u64,
    /// Its events' stable words.
    pub acts: Vec<String>,
    /// Who did it.
    pub by: Address,
    /// The ticket before it.
    pub back: Ticket,
}

/// How a ticket begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// The number it gets.
    pub id: TicketId,
    /// One line.
    pub title: String,
    /// Service key.
    pub service: String,
    /// Category key; empty is "to sort".
    pub category: String,
    /// Who asks.
    pub requester: Address,
    /// Who has the problem, when another.
    pub beneficiary: Option<Address>,
    /// Guests from the first moment.
    pub guests: Vec<Address>,
    /// ISO 639-1.
    pub language: String,
    /// How urgent.
    pub urgency: Urgency,
    /// The request itself.
    pub words: Words,
    /// The ticket that it was meant for: agents see it.
    pub related: Option<TicketId>,
    /// That one was its author's, and is at its end: they may be told why this is another.
    pub late: bool,
    /// What the request tells besides: phone, equipment, fields.
    pub told: Details,
}

impl Action {
    /// A stable word: the verb of the catalogue.
    pub fn word(&self) -> &'static str {
        match self {
            Action::Open(_) => "open",
            Action::Reply(_) => "reply",
            Action::Note(_) => "note",
            Action::File(_) => "file",
            Action::Take => "take",
            Action::Assign(_) => "assign",
            Action::Release => "release",
            Action::Ask(_) => "ask",
            Action::Answer(_) => "answer",
            Action::ProposeClosure(_) => "close",
            Action::Approve(_) => "approve",
            Action::RefuseClosure(..) => "refuse_closure",
            Action::Solve { .. } => "solve",
            Action::Faq { .. } => "faq",
            Action::Sort { .. } => "sort",
            Action::Rate(_) => "rate",
            Action::Reopen(_) => "reopen",
            Action::Cancel => "cancel",
            Action::Invite(_) => "invite",
            Action::Leave(_) => "leave",
            Action::RequestJoin(_) => "request_join",
            Action::Reroot { .. } => "reroot",
            Action::Continue { .. } => "continue",
            Action::Merge { .. } => "merge",
            Action::Addition { .. } => "addition",
            Action::Absorb { .. } => "absorb",
            Action::Refuse(_) => "refuse",
            Action::Postpone(..) => "postpone",
            Action::Recall => "recall",
            Action::Remind => "remind",
            Action::Expire => "expire",
            Action::Alert(..) => "alert",
            Action::Away(..) => "away",
            Action::Transfer(_) => "transfer",
            Action::Back(_) => "back",
            Action::Spend(_) => "spend",
            Action::Set(property) => property.word(),
            Action::Canned { .. } => "canned",
            Action::Link { .. } => "link",
            Action::Parent { .. } => "parent",
            Action::Child { .. } => "child",
            Action::Broadcast(_) => "broadcast",
            Action::Outage(_) => "outage",
            Action::OutageOver => "outage_over",
            Action::Heed { .. } => "heed",
            Action::ChildSpoke { .. } => "child_spoke",
            Action::Split { .. } => "split",
            Action::Spam => "spam",
            Action::Attend(attention) => attention.word(),
            Action::Remove(_) => "remove",
            Action::Undo(_) => "undo",
        }
    }
}
