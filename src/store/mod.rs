//! What we remember. Reads, and the few ways to write; all SQL is in [`sqlite`], beside the row mapping it serves.
//!
//! Promises: every write is durable when it returns (a commit inside a batch: when [`Store::end`] returns), all or
//! nothing, and never happens twice for the same cause. State rows and event rows are written together. Excludes: rules. What is written here was decided before.

mod articles;
mod fault;
mod figures;
mod letters;
mod pages;
mod people;
mod pointers;
mod retention;
pub mod sqlite;
mod staffing;

pub use articles::ArticleReads;
pub use fault::{Backend, CommitFault};
pub use figures::FigureReads;
pub use letters::{Claimed, LetterRow, LetterState, LetterUpdate, NewLetter, PutOff, Waits};
pub use pages::{Access, Found, Gate, GateFor, Order, PageReads, Place, Request, Search, Session, Shelf, TicketQuery};
pub use people::{Link, Person, Thread, TokenHash};
pub use pointers::{How, KnownId, Seen};
pub use retention::{Erasure, Overdue, RetentionReads, Swept};
pub use staffing::{Staffed, StaffingReads};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::desk::{Event, Organisation, Ticket, TicketId, Wake};
use crate::knowledge::Filed;
use crate::mail::Letter;

/// Why something is written: unique, so that nothing happens twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A mail: the row of its instance in the ledger. Done when that row has its outcome.
    Mail(u64),
    /// Anything else, by a name of its own: `link/<hash>/approve`, `form/<nonce>`, `reminder/123/4`.
    Named(String),
}

/// All that one cause does.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Why.
    pub cause: Cause,
    /// When it was decided.
    pub at: Timestamp,
    /// For a mail: what became of it.
    pub handled: Option<Handled>,
    /// Outcomes of other instances of the same cause (the files of a form).
    pub also_handled: Vec<(u64, Handled)>,
    /// Other outcomes of instances that waited for a decision; the commit fails as already done when one waits no longer.
    pub released: Vec<(u64, Handled)>,
    /// Tickets that change, with their events.
    pub steps: Vec<Step>,
    /// Message-IDs that point at a ticket from now on.
    pub ids: Vec<KnownId>,
    /// Thread-Index roots (22 bytes) that point at a ticket from now on.
    pub threads: Vec<(Vec<u8>, TicketId)>,
    /// What people saw of a conversation last: their threads continue from it.
    pub seen: Vec<Seen>,
    /// People as we know them now (insert or replace).
    pub people: Vec<Person>,
    /// Links that are used up by this; the commit fails as already done when one was used before.
    pub used: Vec<TokenHash>,
    /// Links that are void from now on.
    pub revoked: Vec<TokenHash>,
    /// New links.
    pub links: Vec<Link>,
    /// What some of the new links offer to do, in the words of a mail.
    pub offers: Vec<(TokenHash, String)>,
    /// Mails to send.
    pub letters: Vec<NewLetter>,
    /// Deliveries that a bounce speaks of: outbox row and how it ended.
    pub bounced: Vec<(u64, LetterState)>,
    /// What the pages remember.
    pub access: Vec<Access>,
    /// News that is put off, or told now.
    pub put_off: Vec<Waits>,
    /// Whose turn it was, by place: a service and its category.
    pub turns: Vec<(String, Address)>,
}

impl Change {
    /// A change that does nothing yet.
    pub fn new(cause: Cause, at: Timestamp) -> Change {
        Change {
            cause,
            at,
            handled: None,
            also_handled: vec![],
            steps: vec![],
            ids: vec![],
            threads: vec![],
            seen: vec![],
            people: vec![],
            used: vec![],
            revoked: vec![],
            links: vec![],
            offers: vec![],
            released: vec![],
            letters: vec![],
            bounced: vec![],
            access: vec![],
            put_off: vec![],
            turns: vec![],
        }
    }

    /// Does somebody hear by it, now or a little later?
    pub fn tells(&self, who: &Address) -> bool {
        let later = |waits: &Waits| matches!(waits, Waits::From(put_off) if put_off.person == *who);
        self.letters.iter().any(|letter| letter.person == *who) || self.put_off.iter().any(later)
    }
}

/// One ticket's part of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its version when it was loaded; `None` for a new ticket.
    pub expected: Option<u64>,
    /// As it becomes.
    pub ticket: Ticket,
    /// What happened, numbered from `expected + 1`.
    pub events: Vec<Event>,
    /// When to look at it next.
    pub wake: Wake,
}

/// What became of a message instance (exactly one each, never none).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// On an existing ticket (also when only agents see it).
    Attached,
    /// A new ticket.
    New,
    /// Waits for a person's decision.
    Held,
    /// Stored, without effect: a copy, an automatic mail, a vanished one.
    Ignored,
    /// It could not be handled; raw bytes kept, an administrator is told, `replay` tries again.
    Parked,
}

/// The outcome of one message instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Handled {
    /// Exactly one.
    pub disposition: Disposition,
    /// A stable word: `reply`, `join-request`, `duplicate`, `sender-check-failed`, `loop`, `absence`…
    pub reason: String,
    /// The ticket it went to, or points at.
    pub ticket: Option<TicketId>,
    /// The author as read, if one.
    pub from: Option<Address>,
    /// Its Message-ID (or the synthetic one), without brackets.
    pub message_id: Option<String>,
    /// `Date` as claimed, seconds of the epoch.
    pub date: Option<i64>,
    /// BLAKE3 of the text that was understood, for telling copies from reused ids.
    pub body_hash: [u8; 32],
    /// The whole decision for `guichet why`: candidates, carrier, level, rules, who was told and who not, and why.
    pub trace: serde_json::Value,
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// Its number.
    pub id: u64,
    /// Where it lay.
    pub origin: crate::ports::Origin,
    /// When our server got it.
    pub received_at: Timestamp,
    /// Whole size in bytes.
    pub size: u64,
    /// It was cut for its size.
    pub cut: bool,
    /// It lay there before the first connection.
    pub old: bool,
    /// How often the program began to handle it and did not survive.
    pub attempts: u32,
    /// What became of it; `None` while it waits.
    pub handled: Option<Handled>,
}

/// How many instances ended how, for reconciliation and `stats`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LedgerCount {
    /// All instances.
    pub all: u64,
    /// By disposition.
    pub attached: u64,
    /// New tickets.
    pub new: u64,
    /// Waiting for a decision.
    pub held: u64,
    /// Without effect.
    pub ignored: u64,
    /// Not handled.
    pub parked: u64,
    /// Not handled yet.
    pub waiting: u64,
}

/// Questions to the memory. A reader connection answers them too, beside the writer.
pub trait Reads: PageReads + ArticleReads + FigureReads + RetentionReads + StaffingReads {
    /// A ticket as it stands.
    fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, Backend>;
    /// Was a cause of that name committed?
    fn was_done(&self, cause: &str) -> Result<bool, Backend>;
    /// Tickets with which time has something to do, the longest overdue first, at most `limit`.
    fn waking(&self, now: Timestamp, limit: usize) -> Result<Vec<TicketId>, Backend>;
    /// Whose turn it was last.
    fn turn(&self, place: &str) -> Result<Option<Address>, Backend>;
    /// When the last letter was written.
    fn last_written(&self) -> Result<Option<Timestamp>, Backend>;
    /// Tickets, newest first.
    fn tickets(&self, query: &TicketQuery) -> Result<Vec<Ticket>, Backend>;
    /// Known outages, the oldest first.
    fn outages(&self) -> Result<Vec<Ticket>, Backend>;
    /// Everything that happened to a ticket, in order.
    fn events(&self, ticket: TicketId) -> Result<Vec<Event>, Backend>;
    /// Where these Message-IDs point; an id may point at several tickets.
    fn known(&self, ids: &[String]) -> Result<Vec<KnownId>, Backend>;
    /// Where a Thread-Index root (22 bytes) points.
    fn threads(&self, root: &[u8]) -> Result<Vec<TicketId>, Backend>;
    /// Handled instances with that Message-ID (real or synthetic), oldest first, a hundred at most.
    fn twins(&self, message_id: &str) -> Result<Vec<Instance>, Backend>;
    /// Where a reader's own thread of a ticket stands.
    fn thread(&self, ticket: TicketId, person: &Address) -> Result<Thread, Backend>;
    /// Somebody.
    fn person(&self, address: &Address) -> Result<Option<Person>, Backend>;
    /// A link by its token's hash.
    fn link(&self, hash: &TokenHash) -> Result<Option<Link>, Backend>;
    /// What a link offers to do, in the words of a mail.
    fn offer(&self, hash: &TokenHash) -> Result<Option<String>, Backend>;
    /// Live links of a ticket.
    fn links(&self, ticket: TicketId) -> Result<Vec<Link>, Backend>;
    /// The organisation as last applied and changed, with what people chose for themselves.
    fn organisation(&self) -> Result<Organisation, Backend>;
    /// Automatic mails queued to that address (`None`: to anybody) since then.
    fn auto_since(&self, person: Option<&Address>, since: Timestamp) -> Result<u32, Backend>;
    /// Instances from that address since then, by reason (`None`: all).
    #[allow(clippy::wrong_self_convention, reason = "from is an author here")]
    fn from_since(&self, from: &Address, reason: Option<&str>, since: Timestamp) -> Result<u32, Backend>;
    /// When the last letter was queued to that person about that ticket.
    fn last_letter(&self, ticket: TicketId, person: &Address) -> Result<Option<Timestamp>, Backend>;
    /// When the last letter of one of these kinds was queued to that person about that ticket.
    fn last_of(&self, ticket: TicketId, person: &Address, kinds: [&str; 2]) -> Result<Option<Timestamp>, Backend>;
    /// What is put off for a reader of a ticket, oldest first.
    fn put_off(&self, ticket: TicketId, person: &Address) -> Result<Vec<PutOff>, Backend>;
    /// Who is to be told of what was put off by now, the longest overdue first, at most `limit`.
    fn put_off_until(&self, now: Timestamp, limit: usize) -> Result<Vec<(TicketId, Address)>, Backend>;
    /// A row of the ledger.
    fn instance(&self, id: u64) -> Result<Option<Instance>, Backend>;
    /// Rows of the ledger by Message-ID, UID (`mailbox/uid` or `uid`) or number, newest first.
    fn find_instances(&self, what: &str) -> Result<Vec<Instance>, Backend>;
    /// Rows of the ledger of one disposition (`None`: still waiting), newest first.
    fn instances(&self, disposition: Option<Disposition>, limit: usize) -> Result<Vec<Instance>, Backend>;
    /// The bytes of an instance.
    fn raw(&self, instance: u64) -> Result<Option<Vec<u8>>, Backend>;
    /// Counts of the ledger, of one mailbox or all.
    fn count(&self, mailbox: Option<&str>) -> Result<LedgerCount, Backend>;
    /// Of the newest rows of the ledger, a thousand at most: how many there are, and how many were gone before they could be fetched.
    fn lately_vanished(&self) -> Result<(u64, u64), Backend>;
    /// When the newest mail of a mailbox came.
    fn last_arrival(&self, mailbox: &str) -> Result<Option<Timestamp>, Backend>;
    /// Letters of a ticket (`None`: all), oldest first, at most `limit`.
    fn letters(&self, ticket: Option<TicketId>, limit: usize) -> Result<Vec<LetterRow>, Backend>;
    /// The row of a letter.
    fn letter(&self, id: u64) -> Result<Option<LetterRow>, Backend>;
    /// The row of a letter by its Message-ID.
    fn letter_of(&self, message_id: &str) -> Result<Option<LetterRow>, Backend>;
    /// The bytes of a letter.
    fn letter_bytes(&self, id: u64) -> Result<Option<Letter>, Backend>;
    /// Claimed letters with their bytes.
    fn load(&self, claimed: &[Claimed]) -> Result<Vec<crate::ports::Queued>, Backend> {
        let load = |Claimed { id, attempts }: &Claimed| {
            let letter = self.letter_bytes(*id)?.ok_or_else(|| Backend(format!("letter {id} has no bytes")))?;
            Ok(crate::ports::Queued { id: *id, letter, attempts: *attempts })
        };
        claimed.iter().map(load).collect()
    }
    /// When the next queued letter is due.
    fn next_due(&self) -> Result<Option<Timestamp>, Backend>;
    /// How far a folder was read.
    fn mark(&self, mailbox: &str, folder: &str) -> Result<Option<crate::ports::Mark>, Backend>;
    /// UIDs of that epoch whose server was not told yet.
    fn unsettled(&self, mailbox: &str, folder: &str, epoch: u32) -> Result<Vec<u32>, Backend>;
    /// All UIDs of that epoch in the ledger.
    fn accounted(&self, mailbox: &str, folder: &str, epoch: u32) -> Result<Vec<u32>, Backend>;
}

/// The ways to write. One thread owns it.
pub trait Store: Reads {
    /// The number that the next ticket gets; unique within and across batches once committed.
    fn next_ticket(&mut self) -> Result<TicketId, Backend>;
    /// The number that the next letter gets; never given twice by one process.
    fn next_letter(&mut self) -> Result<u64, Backend>;
    /// Keeps mails and moves their folders' marks on, durably. Same origin, or same bytes from another epoch of the same
    /// mailbox: known (the latter as a new row, ignored as `same-bytes`).
    fn keep(&mut self, arrivals: &[crate::ports::Arrival]) -> Result<Vec<crate::ports::Kept>, Backend>;
    /// Rows without bytes for messages that were gone when fetched: ignored as `vanished`.
    fn vanished(&mut self, origins: &[crate::ports::Origin], at: Timestamp) -> Result<(), Backend>;
    /// Everything that one cause does, or nothing.
    fn commit(&mut self, change: &Change) -> Result<(), CommitFault>;
    /// Until [`Store::end`], commits share one transaction. A fault undoes all of them
    /// ([`CommitFault::Torn`]). Only commits belong to a batch: any other write (and a second `begin`) abandons it.
    fn begin(&mut self) -> Result<(), Backend>;
    /// The bytes of letters that the batch's commits queued without.
    fn fill(&mut self, letters: &[(u64, Letter)]) -> Result<(), Backend>;
    /// Ends the batch; not while a letter has no bytes. On error nothing of the batch happened. It outlives the program, and
    /// the machine from the next [`Store::sync`] or other write on; before that none of its letters is claimed.
    fn end(&mut self) -> Result<(), Backend>;
    /// Makes durable what is not: the last batches, claims and verdicts of letters. Cheap when all is.
    fn sync(&mut self) -> Result<(), Backend>;
    /// Undoes a batch that was begun and will not be ended; does nothing otherwise.
    fn abandon(&mut self);
    /// Counts one more attempt on instances that are waiting, durably, and answers with all that wait (oldest first).
    fn resume(&mut self) -> Result<Vec<Instance>, Backend>;
    /// Makes an instance wait again (replay); its earlier outcome stays in its trace.
    fn reopen_instance(&mut self, id: u64) -> Result<(), Backend>;
    /// When a letter can be claimed next.
    fn next_claim(&self) -> Result<Option<Timestamp>, Backend>;
    /// Claims due letters, oldest first, a few megabytes at most: those that are durable.
    fn claim(&mut self, now: Timestamp, limit: usize) -> Result<Vec<Claimed>, Backend>;
    /// Letters that were claimed when the program died become unknown, due at `due_at`. Answers how many.
    fn unclaim(&mut self, due_at: Timestamp) -> Result<u64, Backend>;
    /// How letters go on. Outlives the program at once, and the machine with the next synced write.
    fn delivered(&mut self, updates: &[LetterUpdate]) -> Result<(), Backend>;
    /// Sets where reading of a folder begins.
    fn set_mark(&mut self, mailbox: &str, folder: &str, mark: crate::ports::Mark) -> Result<(), Backend>;
    /// The server was told of these UIDs.
    fn settled(&mut self, mailbox: &str, folder: &str, epoch: u32, uids: &[u32]) -> Result<(), Backend>;
    /// Looks at tickets then, which stay as they are.
    fn wind(&mut self, wakes: &[(TicketId, Wake)]) -> Result<(), Backend>;
    /// Looks at all open tickets soon: the rules may be others.
    fn wind_all(&mut self) -> Result<(), Backend>;
    /// Replaces the organisation by what a file says.
    fn apply_organisation(&mut self, organisation: &Organisation) -> Result<(), Backend>;
    /// Takes over articles from files: those whose file changed; those whose file is gone go.
    fn apply_articles(&mut self, filed: &[Filed], at: Timestamp) -> Result<(), Backend>;
    /// Deletes some of what is overdue, few enough rows that nobody waits long; answers with nothing when nothing is left.
    fn sweep(&mut self, overdue: &Overdue, now: Timestamp) -> Result<Swept, Backend>;
    /// Forgets a portion of what is known of somebody; how many rows, 0 when nothing is left.
    fn erase(&mut self, erasure: &Erasure) -> Result<u64, Backend>;
}
