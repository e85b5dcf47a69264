//! What a mail on a ticket asks for: commands of agents (all or nothing), the few words of participants, strict one-word
//! agreements, or plain words. Commands come from proven people only; a stranger's are text.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::address::Address;
use crate::desk::catalogue::{self, By, Spec, Takes};
use crate::desk::{Action, Organisation, Refused, Role, Status, Ticket, Why, Words};
use crate::mail::commands::{self, CommandLine, Commands, fold};
use crate::proof::Level;

/// Words beyond which an answer is never read as a mere yes (FIELD 4.3).
const ANSWER_WORDS: usize = 6;

/// What is known of a mail whose ticket is found.
pub struct Asked<'a> {
    /// The new words.
    pub words: Words,
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
    /// There were commands: one receipt follows.
    pub was_commands: bool,
    /// Nothing may be done or relayed: the text waits for its author.
    pub held: bool,
    /// Mere thanks: never reopens.
    pub courtesy: bool,
}

#[derive(Debug, Deserialize)]
struct Answers {
    yes: Vec<String>,
    #[serde(rename = "no")]
    _no: Vec<String>,
    thanks: Vec<String>,
}

static ANSWERS: LazyLock<Answers> = LazyLock::new(|| {
    let empty = || Answers { yes: vec![], _no: vec![], thanks: vec![] };
    toml::from_str(include_str!("../../data/markers/answers.toml")).unwrap_or_else(|_| empty())
});

/// Reads the mail's wishes.
pub fn understand(asked: &Asked<'_>) -> Understood {
    let found = match asked.automatic {
        true => Commands { lines: vec![], rest: asked.words.text.clone() },
        false => commands::find(&asked.words.text),
    };
    let may_command = asked.level == Level::Proven && asked.role != Role::Stranger;
    match asked.role {
        _ if found.lines.is_empty() || !may_command => plain(asked),
        Role::Agent => command(asked, found),
        _ => participant(asked, found),
    }
}

/// No commands: an agreement, thanks, or words.
fn plain(asked: &Asked<'_>) -> Understood {
    let text = asked.words.text.clone();
    let short = folded_answer(&text);
    let owner = asked.role == Role::Owner && asked.level == Level::Proven;
    if let (Status::AwaitingApproval { request, .. }, Some(short), true) = (&asked.ticket.status, &short, owner)
        && ANSWERS.yes.contains(short)
    {
        return Understood { actions: vec![Action::Approve(*request)], text, ..Understood::default() };
    }
    let courtesy = !asked.ticket.status.is_open() && short.is_some_and(|short| ANSWERS.thanks.contains(&short));
    let words = asked.words.clone();
    let action = match (asked.role, asked.internal) {
        _ if courtesy => Action::File(words),
        (Role::Agent, true) => Action::Note(words),
        _ => Action::Reply(words),
    };
    Understood { actions: vec![action], text, courtesy, ..Understood::default() }
}

/// A short answer, folded; `None` when it is longer or asks something.
fn folded_answer(text: &str) -> Option<String> {
    if text.contains('?') || text.split_whitespace().count() > ANSWER_WORDS {
        return None;
    }
    let folded = fold(text).replace('’', "'");
    let words: String = folded.chars().map(|c| if matches!(c, ',' | '.' | '!' | ';' | ':') { ' ' } else { c }).collect();
    Some(words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Participants have a few words; other lines that look like commands are their text (CASEBOOK D05).
fn participant(asked: &Asked<'_>, found: Commands) -> Understood {
    let own = |spec: &Spec| match spec.by {
        By::Agents => false,
        By::Everybody => true,
        By::Owners | By::OwnersAndAgents => asked.role == Role::Owner,
    };
    let all_own = found.lines.iter().all(|line| catalogue::find(&line.word).is_some_and(own));
    if all_own { command(asked, found) } else { plain(asked) }
}

fn command(asked: &Asked<'_>, found: Commands) -> Understood {
    let words = Words { text: found.rest.clone(), ..asked.words.clone() };
    let mut script = Script { asked, words: Some(words), first: vec![], refused: vec![], speech: Speech::Public };
    for line in &found.lines {
        script.line(line);
    }
    let text = found.rest;
    if !script.refused.is_empty() {
        return Understood { refused: script.refused, text, was_commands: true, held: true, ..Understood::default() };
    }
    Understood { actions: script.finish(), text, was_commands: true, ..Understood::default() }
}

/// Who hears the text that stands beside the commands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speech {
    Public,
    Agents,
}

struct Script<'a> {
    asked: &'a Asked<'a>,
    /// The text, until a command takes it.
    words: Option<Words>,
    first: Vec<Action>,
    refused: Vec<Refused>,
    speech: Speech,
}

impl Script<'_> {
    fn line(&mut self, line: &CommandLine) {
        let Some(spec) = catalogue::find(&line.word) else {
            let why = Why::UnknownCommand { word: line.word.clone(), near: catalogue::near(&line.word) };
            return self.refuse(&line.word, why);
        };
        match spec.takes {
            Takes::Nothing => self.simple(spec, line),
            Takes::Text => self.with_text(spec, line),
            Takes::Agent => self.assign(line),
            Takes::Addresses => self.invite(line),
            Takes::Note => {
                self.speech = Speech::Agents;
                self.append(&line.args);
                if spec.verb == "release" {
                    self.first.push(Action::Release);
                }
            }
        }
    }

    fn simple(&mut self, spec: &Spec, line: &CommandLine) {
        match spec.verb {
            "take" => self.first.push(Action::Take),
            "cancel" => self.first.push(Action::Cancel),
            "leave" if self.asked.role == Role::Guest => self.first.push(Action::Leave(self.asked.author.clone())),
            "leave" => self.refuse(spec.verb, Why::NothingToDo),
            "reopen" => match self.words.take() {
                Some(words) => self.first.push(Action::Reopen(words)),
                None => self.refuse(spec.verb, Why::NothingToDo),
            },
            _ => {}
        }
        self.append(&line.args);
    }

    fn with_text(&mut self, spec: &Spec, line: &CommandLine) {
        self.append(&line.args);
        match self.words.take() {
            Some(words) if !words.text.trim().is_empty() => {
                let action = if spec.verb == "ask" { Action::Ask(words) } else { Action::ProposeClosure(words) };
                self.first.push(action);
            }
            Some(_) => self.refuse(spec.verb, Why::TextMissing),
            None => self.refuse(spec.verb, Why::NothingToDo),
        }
    }

    fn assign(&mut self, line: &CommandLine) {
        match self.agent(&line.args) {
            Ok(agent) => self.first.push(Action::Assign(agent)),
            Err(why) => self.refuse("assign", why),
        }
    }

    fn invite(&mut self, line: &CommandLine) {
        let people: Result<Vec<Address>, _> =
            line.args.split([',', ' ', ';']).filter(|part| !part.is_empty()).map(Address::parse).collect();
        match people {
            Ok(people) if !people.is_empty() => self.first.push(Action::Invite(people)),
            _ => self.refuse("invite", Why::NotAnAddress { text: line.args.clone() }),
        }
    }

    /// An agent of the service by address, by "me", or by an unmistakable part of the name.
    fn agent(&self, who: &str) -> Result<Address, Why> {
        let folded = fold(who.trim_start_matches('@'));
        if matches!(folded.as_str(), "moi" | "me") {
            return Ok(self.asked.author.clone());
        }
        let is = |name: &str, address: &Address| {
            let name = fold(name);
            address.as_str() == folded
                || address.local() == folded
                || name.starts_with(&folded)
                || name.split(' ').any(|part| part.starts_with(&folded))
        };
        let members = self.asked.organisation.members(&self.asked.ticket.service);
        let found: Vec<Address> =
            members.filter(|(agent, _)| is(&agent.name, &agent.address)).map(|(agent, _)| agent.address.clone()).collect();
        match found.as_slice() {
            [one] if !folded.is_empty() => Ok(one.clone()),
            [] => Err(Why::NotAnAgent { who: who.to_owned() }),
            _ if folded.is_empty() => Err(Why::NotAnAgent { who: String::new() }),
            _ => Err(Why::Ambiguous { candidates: found }),
        }
    }

    fn append(&mut self, args: &str) {
        let Some(words) = self.words.as_mut().filter(|_| !args.is_empty()) else { return };
        words.text = [args, &words.text].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
    }

    fn refuse(&mut self, action: &str, why: Why) {
        self.refused.push(Refused { action: action.to_owned(), why });
    }

    /// The commands, then the text that none of them took.
    fn finish(self) -> Vec<Action> {
        let mut actions = self.first;
        let Some(words) = self.words.filter(|words| has_content(words)) else { return actions };
        let action = match (self.speech, self.asked.role, self.asked.internal) {
            (Speech::Agents, Role::Agent, _) | (_, Role::Agent, true) => Action::Note(words),
            _ => Action::Reply(words),
        };
        actions.push(action);
        actions
    }
}

fn has_content(words: &Words) -> bool {
    !words.text.trim().is_empty()
        || words.source.as_ref().is_some_and(|source| source.attachments.iter().any(|file| file.content_id.is_none()))
}
