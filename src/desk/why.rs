//! What was not done, and why not: values that templates put into words.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ticket::TicketId;
use crate::address::Address;
use crate::proof::Level;

/// What was not done, and why: a value that templates put into words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    /// The action's stable word (see [`Action::word`]).
    pub action: String,
    /// Why.
    pub why: Why,
}

/// Why not. Each variant has a sentence in each language (`templates/<lang>/words.toml`, `refused.<word>`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// The actor's role or privileges do not allow it.
    NotAllowed,
    /// The sender is not proven enough.
    NotProven {
        /// What it takes.
        needs: Level,
    },
    /// The ticket's status does not allow it.
    WrongStatus {
        /// Where it stands ([`super::Status::word`]).
        status: String,
    },
    /// Somebody was faster.
    AlreadyTaken {
        /// Who.
        by: Address,
        /// When.
        at: Timestamp,
    },
    /// The question or proposal is no longer the open one: this was decided about it.
    NoLongerOpen {
        /// The number that was meant.
        request: u64,
    },
    /// Words are mandatory here.
    TextMissing,
    /// No agent of the service has that name or address.
    NotAnAgent {
        /// What was written.
        who: String,
    },
    /// More than one agent has that name.
    Ambiguous {
        /// Who it may be.
        candidates: Vec<Address>,
    },
    /// The reopening window is over, or the daily limit is reached.
    TooLate,
    /// It was reopened too often today.
    TooOften,
    /// That is no address.
    NotAnAddress {
        /// What was written.
        text: String,
    },
    /// A command that keeps words among agents stands inside the text: nobody knows where its words end.
    Misplaced {
        /// What was written.
        word: String,
    },
    /// Two commands that exclude each other.
    Contradiction {
        /// The other one's action.
        with: String,
    },
    /// Words after a command that takes none.
    Unexpected {
        /// What was written.
        text: String,
    },
    /// Marks run from 1 to 5.
    BadMark,
    /// Too many newcomers at once.
    TooMany {
        /// How many may come.
        limit: usize,
    },
    /// No such word; these are near.
    UnknownCommand {
        /// What was written.
        word: String,
        /// Near matches.
        near: Vec<String>,
    },
    /// The ticket changed meanwhile, or nothing would change.
    NothingToDo,
    /// That is no date, or no duration.
    NotADate {
        /// What was written.
        text: String,
    },
    /// That date is past, or further away than a ticket may wait.
    NotThen,
    /// There is no such service or category.
    NoSuchPlace {
        /// What was written.
        text: String,
        /// What there is, by the names that people read.
        known: Vec<String>,
    },
    /// More than one service or category has that name.
    WhichPlace {
        /// Those.
        candidates: Vec<String>,
    },
    /// That value does not exist.
    NotAValue {
        /// What was written.
        text: String,
    },
    /// There is no such ticket, for this person.
    NoSuchTicket {
        /// What was written.
        text: String,
    },
    /// The other ticket is somebody else's: the agent must say that they know.
    OtherRequester {
        /// Which ticket.
        ticket: TicketId,
        /// Whose.
        whose: Address,
    },
    /// One level of incidents: that ticket is a part of one already, or has parts of its own.
    Nested {
        /// Which.
        ticket: TicketId,
    },
    /// There is no such prepared answer.
    NoSuchAnswer {
        /// What was written.
        text: String,
        /// Keys of those that there are.
        known: Vec<String>,
    },
    /// There is no such article for participants; these may be meant.
    NoSuchArticle {
        /// What was written.
        text: String,
        /// Numbers and titles.
        near: Vec<(u64, String)>,
    },
    /// The ticket's category has no such field.
    NoSuchField {
        /// What was written.
        text: String,
        /// Names of those that there are.
        known: Vec<String>,
    },
    /// The mail is not of today: commands are carried out within a day of being written (CASEBOOK D07).
    OldMail,
    /// Text and HTML of the mail say different things: nobody knows which commands were written (CASEBOOK D04).
    TwoVoices,
    /// They did nothing last that can be taken back.
    NothingToUndo,
    /// Something followed from the act.
    Followed {
        /// Stable word of the event that did ([`super::What::word`]).
        what: String,
        /// When.
        at: Timestamp,
    },
}
