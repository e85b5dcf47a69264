//! Who hears of an event, and how we say it. Pure.
//!
//! Promises: [`notices`] names each recipient once per cause, never the author (but for the receipt of a request or of
//! an agreement by mail), never somebody who has the words already (but for questions), never somebody who may not see
//! it; [`draft`] makes one mail to one person, whose links are theirs alone.
//! Excludes: where people, threads and tokens come from (given), brakes and addresses of robots (see `gateway`), and
//! bytes (see `mail::compose`).

mod answers;
mod blocks;
mod confidential;
mod digest;
pub mod due;
mod extras;
pub mod facts;
mod kind;
pub mod language;
mod links;
pub mod names;
mod periodic;
mod recipients;
pub mod refusals;
mod samples;
mod sheets;
mod shown;
pub mod staffed;
pub mod tables;
pub mod templates;
mod views;
mod write;

use crate::address::{Address, Mailbox};
use crate::desk::{Event, Organisation, Purpose, Refused, Ticket, TicketId};
use crate::mail::Outgoing;
use crate::site::Site;

pub use answers::{Answer, Personal, Row};
pub use confidential::is_confidential;
pub use digest::Digest;
pub use kind::MailKind;
pub use language::Words;
pub use periodic::Periodic;
pub use recipients::notices;
pub use templates::{TemplateFile, Templates};
pub use write::{Apart, draft, draft_apart};

/// What happened, as the writer of mails sees it.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The site.
    pub site: &'a Site,
    /// Services and agents.
    pub organisation: &'a Organisation,
    /// The ticket as it is now.
    pub ticket: &'a Ticket,
    /// Everything before, oldest first.
    pub before: &'a [Event],
    /// What happened now.
    pub done: &'a [Event],
    /// Now, seconds of the epoch.
    pub now: i64,
}

impl<'a> Scene<'a> {
    /// Working time as the site and its services have it.
    pub fn times(&self) -> crate::desk::Times<'a> {
        crate::desk::Times { organisation: self.organisation, policy: &self.site.policy, zone: &self.site.zone }
    }
}

/// One mail that should be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// To whom.
    pub to: Address,
    /// Which text.
    pub kind: MailKind,
    /// Why they get it: shown in its last line.
    pub because: Because,
    /// What it tells besides the events.
    pub extra: Extra,
}

impl Because {
    /// A stable word: key of its sentence in `words.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Because::Requester => "requester",
            Because::Beneficiary => "beneficiary",
            Because::Guest => "guest",
            Because::Assignee => "assignee",
            Because::Monitoring => "monitoring",
            Because::Author => "author",
            Because::Administrator => "administrator",
        }
    }
}

/// Why somebody gets a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Because {
    /// They opened the ticket.
    Requester,
    /// It is about their problem.
    Beneficiary,
    /// They follow it.
    Guest,
    /// It is theirs to handle.
    Assignee,
    /// They chose to hear of it.
    Monitoring,
    /// They wrote.
    Author,
    /// They look after the desk.
    Administrator,
}

/// What a mail tells besides the events.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Extra {
    /// Nothing.
    #[default]
    None,
    /// What was done (stable words) and what was refused; the text that waits, if any.
    Commands {
        /// Verbs done.
        done: Vec<String>,
        /// What was not done.
        refused: Vec<Refused>,
        /// The held text.
        draft: String,
        /// How to go on, in one press each.
        ways: Ways,
    },
    /// A mail that waits for a decision.
    Held {
        /// Row in the ledger.
        instance: u64,
        /// The reason's stable word.
        reason: String,
        /// The sender, as they write themselves.
        from: String,
        /// Its subject.
        subject: String,
        /// The beginning of its text.
        excerpt: String,
        /// Whom its author probably is, of those who take part; may be empty.
        likely: String,
        /// Too many came, of its sender or of strangers: one notice for all that follow.
        many: bool,
        /// Their reader hears of no more within the hour.
        last: bool,
    },
    /// What may help a request on, told with its acknowledgement.
    Hints(Hints),
    /// Many people ask for the same kind of thing at once.
    Burst(Burst),
    /// What was asked by mail.
    Answers {
        /// In order.
        answers: Vec<Answer>,
        /// The mail that asked.
        asked_in: Option<String>,
    },
    /// Figures of a while that is over.
    Figures(Box<Periodic>),
    /// What came into a service's "other" category.
    Digest(Box<Digest>),
    /// A key that opens a page: its reader's alone.
    Key {
        /// The whole address.
        url: String,
    },
    /// A key that confirms an absence: its reader's alone.
    Absence {
        /// The whole address.
        url: String,
        /// The first day back.
        back: jiff::civil::Date,
    },
    /// A key that confirms that its reader is also somebody else: its reader's alone.
    Same {
        /// The whole address.
        url: String,
        /// Who says so.
        by: Address,
    },
    /// A key that confirms a mail that waits: its author's alone.
    Confirm {
        /// The whole address.
        url: String,
        /// The subject of that mail, and nothing else of it.
        subject: String,
    },
    /// A mail of ours that did not arrive.
    Bounced {
        /// Whose.
        recipient: Address,
        /// Status code and diagnostic, one line.
        diagnostic: String,
        /// No retry will help.
        permanent: bool,
    },
}

/// What may help a new request on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// Articles that may answer it already.
    pub articles: Vec<Suggested>,
    /// Categories where it may belong: keys and names.
    pub places: Vec<(String, String)>,
    /// An open request of the same person, to which it may be an addition: number and title.
    pub earlier: Option<(TicketId, String)>,
    /// Known outages that it may be about: the tickets' numbers, and what everybody is told.
    pub outages: Vec<(TicketId, String)>,
}

/// Many people ask for the same kind of thing at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Burst {
    /// A service, or a category of it, by name.
    pub place: String,
    /// How many people.
    pub people: usize,
    /// Within how many minutes.
    pub minutes: u16,
    /// How many tickets are usual in that while.
    pub usual: usize,
    /// Their tickets, the first of them first.
    pub rows: Vec<Row>,
}

/// An article that may help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    /// Its number.
    pub number: u64,
    /// One line.
    pub title: String,
    /// The short answer, as plain text.
    pub answer: String,
    /// The short answer says all of it.
    pub whole: bool,
}

/// How to go on after commands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ways {
    /// What was done may be taken back: the number of its last event.
    pub undo: Option<u64>,
    /// The mail whose text waits: its row in the ledger.
    pub instance: u64,
    /// Who got the ticket is away until then.
    pub away: Option<(Address, jiff::Timestamp)>,
    /// A solution was proposed, and the service wants to know the time that it took.
    pub time: bool,
    /// Command lines to put in place of those that could not be done.
    pub offers: Vec<String>,
}

/// Who reads a mail, as we know them.
#[derive(Debug, Clone, PartialEq)]
pub struct Reader {
    /// Address and name.
    pub mailbox: Mailbox,
    /// ISO 639-1 of a language that has templates.
    pub language: String,
    /// First and last mail of this conversation that they have.
    pub thread: (Option<String>, Option<String>),
    /// Row of the letter, for the VERP envelope.
    pub letter: u64,
    /// What happened before, of which they were not told yet: told along, oldest first.
    pub waited: Vec<Event>,
}

/// Chance, as an argument.
pub trait Mint {
    /// 32 fresh random bytes for a link.
    fn token(&mut self) -> [u8; 32];
    /// 12 fresh random bytes for a Message-ID.
    fn salt(&mut self) -> [u8; 12];
}

/// A link that stands in a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedLink {
    /// The token's bytes (stored only as a hash).
    pub token: [u8; 32],
    /// What for.
    pub purpose: Purpose,
    /// About which ticket.
    pub ticket: TicketId,
    /// Closure proposal or question; the act's last event; the mail that waits; 0 otherwise.
    pub request: u64,
    /// What it does instead of what could not be done, in the words of a mail.
    pub offer: Option<String>,
}

/// A mail that is decided, but for its words: whom it reaches, with which headers, and the links in it.
#[derive(Debug)]
pub struct Draft {
    /// The mail; subject, text and HTML are empty yet.
    pub mail: Outgoing,
    /// Its links.
    pub links: Vec<MailedLink>,
    /// Which templates.
    kind: MailKind,
    /// What they say.
    view: views::View,
}

impl Draft {
    /// Puts the words in. Needs nothing but the templates, so that it may happen on another thread.
    pub fn finish(self, templates: &Templates) -> Result<Outgoing, TemplateFault> {
        let templates::Rendered { subject, text, html } = templates.render(&self.mail.language, self.kind, &self.view)?;
        Ok(Outgoing { subject, text, html: Some(html), ..self.mail })
    }
}

/// A template that cannot be rendered: found at start by `check`, not at sending.
#[derive(Debug, thiserror::Error)]
#[error("{template}: {reason}")]
pub struct TemplateFault {
    /// `fr/mail/ack.txt`.
    pub template: String,
    /// What is wrong, with line where known.
    pub reason: String,
}
