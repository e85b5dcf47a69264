//! What a mail on a ticket asks for: commands of agents (all or nothing), the few words of participants, strict short
//! agreements, or plain words.
//!
//! Promises: commands come from proven people of the ticket only, a stranger's or a customer's other lines are text
//! (CASEBOOK D05); what an agent wrote for agents never becomes public: where that is unclear, nothing is done and the
//! text waits (FIELD section 4.2, lesson 5); a short answer decides only when nothing in it can mean anything else (D15).
//! Excludes: whether the ticket and the privileges allow it (the desk decides), and who is told.

mod answers;
mod arguments;
pub mod batch;
pub mod offers;
mod people;
mod places;
pub mod questions;
mod script;
#[cfg(test)]
mod tests;
pub mod when;

use crate::address::Address;
use crate::desk::{Action, Organisation, Refused, Role, Status, Ticket, Why, Words, catalogue};
use crate::mail::commands::{self, CommandLine, Commands};
use crate::proof::Level;

use super::fields;
use answers::Short;
use questions::Question;
pub use when::Moment;

/// What is known of a mail whose ticket is found.
pub struct Asked<'a> {
    /// The new words, and nothing else: what they ask for is read from them.
    pub words: Words,
    /// The same as a reader sees them, with what they answer and a farewell: kept when there are no commands.
    pub shown: String,
    /// What its author is to the ticket.
    pub role: Role,
    /// How surely.
    pub level: Level,
    /// Who wrote.
    pub author: Address,
    /// The ticket.
    pub ticket: &'a Ticket,
    /// For names of agents.
    pub organisation: &'a Organisation,
    /// The thread that is answered stays among agents.
    pub internal: bool,
    /// A list or another machine passed it on: words only.
    pub automatic: bool,
    /// When, by the desk's own clock.
    pub at: Moment<'a>,
    /// Why no command of this mail may be carried out, whoever wrote it.
    pub doubt: Option<Why>,
}

/// What the mail asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Understood {
    /// In order.
    pub actions: Vec<Action>,
    /// What could not be understood; then there are no actions.
    pub refused: Vec<Refused>,
    /// The text without command lines.
    pub text: String,
    /// The command lines, as they were written.
    pub lines: Vec<CommandLine>,
    /// What is to be answered by mail; also when nothing else is done.
    pub questions: Vec<Question>,
    /// There were commands: one receipt follows.
    pub was_commands: bool,
    /// Nothing may be done or relayed: the text waits for its author.
    pub held: bool,
    /// Mere thanks: never reopens, never answers.
    pub courtesy: bool,
}

/// Reads the mail's wishes.
pub fn understand(asked: &Asked<'_>) -> Understood {
    let found = match asked.automatic {
        true => Commands::default(),
        false => commands::find(&asked.words.text, |word| catalogue::find(word).is_some() || !catalogue::near(word).is_empty()),
    };
    let lines = found.lines.clone();
    let understood = match asked.role {
        Role::Agent => agent(asked, found),
        Role::Owner | Role::Guest => participant(asked, found),
        Role::Stranger | Role::Clock => plain(asked),
    };
    Understood { lines, ..understood }
}

/// Agents: the whole mail or nothing.
fn agent(asked: &Asked<'_>, found: Commands) -> Understood {
    // Where the whole mail is a note, a word inside it changes nothing.
    let whole = found.lines.iter().any(is_note);
    if let Some(line) = found.inside.iter().find(|line| is_note(line) && !whole) {
        return held(vec![Refused { action: "note".into(), why: Why::Misplaced { word: line.word.clone() } }], found.rest);
    }
    match () {
        () if found.lines.is_empty() => plain(asked),
        () if asked.level < Level::Proven => {
            held(vec![Refused { action: "command".into(), why: Why::NotProven { needs: Level::Proven } }], found.rest)
        }
        () if asked.doubt.is_some() => {
            let why = asked.doubt.clone().unwrap_or(Why::OldMail);
            held(vec![Refused { action: "command".into(), why }], found.rest)
        }
        () => match script::read(asked, &found) {
            Ok(read) => done(read, found.rest),
            Err((refused, questions)) => Understood { questions, ..held(refused, found.rest) },
        },
    }
}

/// Participants have a few words; whatever else looks like a command is their text.
fn participant(asked: &Asked<'_>, found: Commands) -> Understood {
    // Who passes a request on for its author is an agent, also where it is in their own name until then.
    let may = |verb: &str| verb != "requester" || asked.organisation.membership(&asked.author, &asked.ticket.service).is_some();
    let theirs = |line: &CommandLine| {
        catalogue::find_for(&line.word, asked.role).is_some_and(|spec| spec.commands.contains(&asked.role) && may(spec.verb))
    };
    if found.lines.is_empty() || asked.level < Level::Proven || asked.doubt.is_some() || !found.lines.iter().all(theirs) {
        return plain(asked);
    }
    match script::read(asked, &found) {
        Ok(read) => done(read, found.rest),
        Err(_) => plain(asked),
    }
}

/// No commands: an agreement, thanks, or words.
fn plain(asked: &Asked<'_>) -> Understood {
    let words = Words { text: asked.shown.clone(), ..asked.words.clone() };
    let said = |action| Understood { actions: vec![action], text: asked.shown.clone(), ..Understood::default() };
    let participant = matches!(asked.role, Role::Owner | Role::Guest);
    match (answers::short(&asked.words), &asked.ticket.status) {
        (Some(short), Status::AwaitingApproval { request, .. })
            if short.agrees && asked.role == Role::Owner && asked.level == Level::Proven =>
        {
            said(Action::Approve(*request))
        }
        (Some(Short { thanks: true, .. }), Status::Closed { .. } | Status::WaitingForInformation { .. }) if participant => {
            Understood { courtesy: true, ..said(Action::File(words)) }
        }
        _ if asked.role == Role::Agent && asked.internal => said(Action::Note(words)),
        _ if asked.role == Role::Owner && asked.level == Level::Proven => {
            let told = fields::news(&asked.words.text, asked.ticket, asked.organisation).into_iter().map(Action::Set);
            let actions = std::iter::once(Action::Reply(words)).chain(told).collect();
            Understood { actions, text: asked.shown.clone(), ..Understood::default() }
        }
        _ => said(Action::Reply(words)),
    }
}

fn is_note(line: &CommandLine) -> bool {
    catalogue::find(&line.word).is_some_and(|spec| spec.verb == "note")
}

fn done(read: script::Read, text: String) -> Understood {
    let script::Read { actions, questions } = read;
    // Questions alone get their answers, and no receipt.
    Understood { was_commands: !actions.is_empty(), actions, questions, text, ..Understood::default() }
}

fn held(refused: Vec<Refused>, text: String) -> Understood {
    Understood { refused, text, was_commands: true, held: true, ..Understood::default() }
}
