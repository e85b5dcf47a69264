//! What the pages remember and ask: mailed keys, sessions, preferences, lists and searches.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Backend, Person, TokenHash};
use crate::address::Address;
use crate::desk::{Preferences, Staffing, Status, Ticket, TicketId};
use crate::knowledge::Article;

/// What a mailed key does when its button is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GateFor {
    /// Opens a session.
    SignIn,
    /// Proves a request that was filled in.
    Request,
    /// Confirms the absence that its owner's mailbox announced.
    Absence,
    /// Confirms that its owner is also the one who said so.
    Same,
}

/// A mailed key. Single use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// SHA-256 of the 32 random bytes.
    pub hash: TokenHash,
    /// What it does.
    pub what: GateFor,
    /// Whose mailbox it proves.
    pub person: Address,
    /// Hash of the cookie of the browser that asked.
    pub browser: TokenHash,
    /// When it was asked for.
    pub issued_at: Timestamp,
    /// From when on it does nothing.
    pub expires_at: Timestamp,
    /// When it was used.
    pub ended_at: Option<Timestamp>,
    /// The request that it proves.
    pub request: Option<Request>,
}

/// A request as it was filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// One line.
    pub title: String,
    /// Key of the service.
    pub service: String,
    /// Key of the category; empty is "to sort".
    pub category: String,
    /// The words.
    pub text: String,
    /// Who writes, as they call themselves; may be empty.
    pub name: String,
    /// ISO 639-1 of the page.
    pub language: String,
    /// Lines of the category's template that were filled in: keys and values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<(String, String)>,
    /// The mail that waits for this proof: then it is that mail which is confirmed, and no new request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<u64>,
    /// Files, as parts of a mail; none where there are none.
    #[serde(skip)]
    pub raw: Option<Vec<u8>>,
}

/// Somebody's stay in one browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its number; 0 before it is stored.
    pub id: u64,
    /// SHA-256 of the cookie.
    pub hash: TokenHash,
    /// Of the cookie before the last renewal.
    pub previous: Option<TokenHash>,
    /// Who.
    pub person: Address,
    /// What the browser calls itself, shortened.
    pub browser: String,
    /// When they signed in.
    pub began_at: Timestamp,
    /// When the cookie was last renewed.
    pub renewed_at: Timestamp,
    /// When it ends unless renewed.
    pub expires_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
}

/// How a change touches what the pages remember.
#[derive(Debug, Clone, PartialEq)]
pub enum Access {
    /// A new key.
    Gate(Box<Gate>),
    /// A key is used up; the commit fails as already done when it was before.
    Used(TokenHash),
    /// A new session.
    Session(Box<Session>),
    /// A session goes on with another cookie, until then.
    Renewed {
        /// Which session.
        id: u64,
        /// The new cookie's hash.
        hash: TokenHash,
        /// Its end unless renewed again.
        expires_at: Timestamp,
    },
    /// A session is over.
    Ended(u64),
    /// What somebody prefers.
    Preferred(Address, Box<Preferences>),
    /// Somebody wrote an article.
    Wrote(Address, Box<Article>),
    /// An article is no more.
    Dropped(u64),
    /// Somebody changed a service's staff.
    Staffed {
        /// Who changed it.
        by: Address,
        /// Key of the service.
        service: String,
        /// What changed.
        what: Staffing,
    },
}

/// What to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TicketQuery {
    /// Status words; empty: all.
    pub status: Vec<String>,
    /// Participant.
    pub person: Option<Address>,
    /// Assignee.
    pub assignee: Option<Address>,
    /// Service key.
    pub service: Option<String>,
    /// Words of the conversation (FTS5, each word quoted).
    pub words: Option<String>,
    /// Only tickets below this number (paging by key, newest first).
    pub before: Option<TicketId>,
    /// At most.
    pub limit: usize,
}

/// In which order a list is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// First opened first.
    #[default]
    Oldest,
    /// Last opened first.
    Newest,
    /// Last changed first.
    Changed,
}

/// Where a page of a list ended: its last ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// When it was changed last.
    pub changed_at: Timestamp,
    /// Its number.
    pub id: TicketId,
}

/// A list of tickets: each is read along an index, however many tickets there are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shelf {
    /// Keys of the services.
    pub services: Vec<String>,
    /// Status words.
    pub status: Vec<&'static str>,
    /// In charge; [`Order::Changed`] is not for these.
    pub assignee: Option<Address>,
    /// Only free ones and ones in progress that nobody has answered yet, whatever `status` says.
    pub unanswered: bool,
    /// Only those whose nearest promise ends by then, whatever `status` says.
    pub due: Option<Timestamp>,
    /// In which order.
    pub order: Order,
    /// What comes after this one.
    pub after: Option<Place>,
    /// At most.
    pub limit: usize,
}

impl Shelf {
    /// Open tickets of a service that somebody has in charge.
    pub fn in_charge(service: &str, who: &Address) -> Shelf {
        let (services, status) = (vec![service.to_owned()], Status::OPEN.to_vec());
        Shelf { services, status, assignee: Some(who.clone()), ..Shelf::default() }
    }
}

/// What is looked for: words, and what narrows them down.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Search {
    /// Words of the conversation, each anywhere in the ticket.
    pub words: String,
    /// Status words; empty: all.
    pub status: Vec<String>,
    /// Keys of the services that may be seen.
    pub services: Vec<String>,
    /// A participant's address, or its beginning, or the beginning of their name.
    pub person: Option<String>,
    /// Opened at or after.
    pub since: Option<Timestamp>,
    /// Opened before.
    pub until: Option<Timestamp>,
    /// Only below this number.
    pub below: Option<TicketId>,
    /// At most.
    pub limit: usize,
}

/// What was found, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// Tickets.
    pub tickets: Vec<Ticket>,
    /// There may be more below this number: one search looks at a bounded number of tickets.
    pub further: Option<TicketId>,
}

/// Questions of the pages.
pub trait PageReads {
    /// A mailed key.
    fn gate(&self, hash: &TokenHash) -> Result<Option<Gate>, Backend>;
    /// Bytes of filled-in requests that wait for their proof.
    fn waiting_bytes(&self) -> Result<u64, Backend>;
    /// A session by its cookie, or by the one before it.
    fn session(&self, hash: &TokenHash) -> Result<Option<Session>, Backend>;
    /// Somebody's sessions that were not ended, newest first. Expired ones are among them: time is not known here.
    fn sessions(&self, person: &Address) -> Result<Vec<Session>, Backend>;
    /// What somebody prefers.
    fn preferences(&self, person: &Address) -> Result<Preferences, Backend>;
    /// Does somebody take part in any ticket?
    fn has_tickets(&self, person: &Address) -> Result<bool, Backend>;
    /// A page of a list.
    fn shelf(&self, shelf: &Shelf) -> Result<Vec<Ticket>, Backend>;
    /// How many are on a list, counted up to `most`.
    fn shelf_count(&self, shelf: &Shelf, most: usize) -> Result<usize, Backend>;
    /// Tickets that somebody takes part in, newest first, below a number.
    fn tickets_of(&self, person: &Address, below: Option<TicketId>, limit: usize) -> Result<Vec<Ticket>, Backend>;
    /// Tickets of which somebody hears more, or less, than usual, newest first.
    fn attended(&self, person: &Address) -> Result<Vec<Ticket>, Backend>;
    /// A search.
    fn search(&self, search: &Search) -> Result<Found, Backend>;
    /// People whose address or name begins so.
    fn people_like(&self, start: &str, limit: usize) -> Result<Vec<Person>, Backend>;
}
