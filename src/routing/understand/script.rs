//! The commands of one mail, read together: whose text is it, and do they agree with each other?

use super::answers::is_polite;
use super::questions::{Question, question};
use super::{Asked, arguments};
use crate::desk::catalogue::{self, Spec, Takes};
use crate::desk::{Action, Refused, Role, Why, Words};
use crate::mail::commands::{CommandLine, Commands};

/// What the commands of a mail ask for.
pub struct Read {
    /// In the catalogue's order.
    pub actions: Vec<Action>,
    /// What is to be answered by mail.
    pub questions: Vec<Question>,
}

/// What all commands of a mail ask for; or everything that is wrong with them, and what may be answered all the same.
pub fn read(asked: &Asked<'_>, found: &Commands) -> Result<Read, (Vec<Refused>, Vec<Question>)> {
    let (mut questions, mut wrong) = (Vec::new(), Vec::new());
    let (asking, doing): (Vec<&CommandLine>, Vec<&CommandLine>) = found.lines.iter().partition(|line| asks(line, asked.role));
    for line in asking {
        match meant(line, asked.role).map_or(Err(Why::NotAllowed), |spec| question(spec, line, asked.at)) {
            Ok(question) => questions.push(question),
            Err(why) => wrong.push(refused(meant(line, asked.role).map_or("command", |spec| spec.verb), why)),
        }
    }
    let wishes = match wishes(asked.role, &doing) {
        Ok(wishes) if wrong.is_empty() => wishes,
        Ok(_) => return Err((wrong, questions)),
        Err(more) => return Err((wrong.into_iter().chain(more).collect(), questions)),
    };
    let mut script = Script::new(asked, found, &wishes);
    // A prepared answer is a part of the text: it comes before whatever takes that.
    let (prepared, others): (Vec<_>, Vec<_>) = wishes.iter().partition(|wish| wish.spec.takes == Takes::Answer && script.has_taker);
    for wish in prepared.into_iter().chain(others) {
        script.carry(wish);
    }
    script.speak();
    if script.actions.is_empty() && script.refused.is_empty() && questions.is_empty() {
        script.refused.extend(wishes.first().map(|wish| refused(wish.spec.verb, Why::TextMissing)));
    }
    match script.finish() {
        Ok(actions) => Ok(Read { actions, questions }),
        Err(refused) => Err((refused, questions)),
    }
}

fn meant(line: &CommandLine, role: Role) -> Option<&'static Spec> {
    catalogue::find_for(&line.word, role)
}

fn asks(line: &CommandLine, role: Role) -> bool {
    meant(line, role).is_some_and(|spec| spec.is_question() && spec.commands.contains(&role))
}

/// One command, found in the catalogue.
#[derive(Debug)]
pub struct Wish<'a> {
    /// What it means.
    pub spec: &'static Spec,
    /// The word that was written.
    pub word: &'a str,
    /// What stands beside it.
    pub args: &'a str,
}

/// Which catalogue lines are meant; each once, none that contradicts another.
fn wishes<'a>(role: Role, lines: &[&'a CommandLine]) -> Result<Vec<Wish<'a>>, Vec<Refused>> {
    let (mut wishes, mut wrong) = (Vec::<Wish<'_>>::new(), Vec::new());
    for line in lines {
        match meant(line, role) {
            None => wrong.push(refused("command", Why::UnknownCommand { word: line.word.clone(), near: catalogue::near(&line.word) })),
            Some(spec) if !spec.commands.contains(&role) => wrong.push(refused(spec.verb, Why::NotAllowed)),
            Some(spec) => {
                let contradicted = wishes.iter().find(|other| contradict(other, (spec, &line.args)));
                if let Some(other) = contradicted {
                    wrong.push(refused(spec.verb, Why::Contradiction { with: other.spec.verb.to_owned() }));
                }
                if !wishes.iter().any(|other| other.spec.verb == spec.verb && other.args == line.args) {
                    wishes.push(Wish { spec, word: &line.word, args: &line.args });
                }
            }
        }
    }
    if wrong.is_empty() { Ok(wishes) } else { Err(wrong) }
}

/// Of each of these a mail may ask one.
const EXCLUSIVE: [&[&str]; 14] = [
    &["take", "assign", "release", "transfer", "back"],
    &["ask", "close", "faq", "cancel", "leave", "refuse", "postpone", "transfer", "back", "merge", "addition", "spam"],
    &["reopen", "close", "faq", "cancel", "leave", "refuse", "merge", "spam"],
    &["release", "ask", "close", "faq", "postpone"],
    &["broadcast", "outage", "ask", "close", "faq", "refuse"],
    &["broadcast", "note"],
    &["outage", "note"],
    &["outage", "outage_over"],
    // Asking, closing and postponing take the ticket.
    &["assign", "ask", "close", "faq", "postpone"],
    &["note", "reply"],
    &["note", "canned"],
    &["faq", "canned"],
    &["recall", "postpone"],
    &["mute", "unmute", "follow"],
];

/// Each of these may be asked once; of the others, twice with different words is twice.
const ONCE: [&str; 14] = [
    "impact",
    "kind",
    "parent",
    "requester",
    "assign",
    "transfer",
    "postpone",
    "urgency",
    "category",
    "title",
    "beneficiary",
    "phone",
    "equipment",
    "merge",
];

fn contradict(one: &Wish<'_>, other: (&Spec, &str)) -> bool {
    let (a, b) = (one.spec.verb, other.0.verb);
    match a == b {
        true => ONCE.contains(&a) && one.args != other.1,
        // What takes back an act stands alone.
        false => a == "undo" || b == "undo" || EXCLUSIVE.iter().any(|group| group.contains(&a) && group.contains(&b)),
    }
}

/// Texts beside these are for agents, unless `#reply` says otherwise.
const AMONG_AGENTS: [&str; 11] = ["note", "release", "assign", "transfer", "back", "postpone", "merge", "link", "parent", "split", "spam"];

struct Script<'a> {
    asked: &'a Asked<'a>,
    /// Words on the lines of commands that only speak, then the text beside the commands, until a command takes it.
    text: Option<String>,
    /// It was said to be a note: no command may take it.
    note: bool,
    /// What nobody takes is for agents.
    among_agents: bool,
    /// A question, a solution or a reason takes it.
    has_taker: bool,
    /// The ticket is to be followed.
    follow: bool,
    /// It goes to others.
    moves: bool,
    actions: Vec<Action>,
    refused: Vec<Refused>,
}

impl<'a> Script<'a> {
    fn new(asked: &'a Asked<'a>, found: &Commands, wishes: &[Wish<'_>]) -> Script<'a> {
        let has = |verbs: &[&str]| wishes.iter().any(|wish| verbs.contains(&wish.spec.verb));
        let agent = asked.role == Role::Agent;
        let spoken = wishes.iter().filter(|wish| matches!(wish.spec.verb, "note" | "reply" | "release")).map(|wish| wish.args);
        let text = spoken.chain([found.rest.as_str()]).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
        Script {
            asked,
            text: Some(text),
            note: agent && has(&["note"]),
            among_agents: agent && !has(&["reply", "canned"]) && (has(&AMONG_AGENTS) || asked.internal),
            has_taker: has(&["ask", "close", "faq", "refuse", "broadcast", "outage"]),
            follow: has(&["follow"]),
            moves: has(&["transfer"]),
            actions: vec![],
            refused: vec![],
        }
    }

    fn carry(&mut self, wish: &Wish<'_>) {
        let Wish { spec, args, .. } = wish;
        let action = match spec.verb {
            "reopen" => Ok(Action::Reopen(self.words(args, !self.note && !self.has_taker))),
            "ask" | "close" | "refuse" | "broadcast" | "outage" => self.with_text(spec, args),
            "back" => Ok(Action::Back(self.words(args, true))),
            "faq" => self.faq(args),
            "canned" => match arguments::canned(self.asked, args) {
                Ok(canned) if self.has_taker => return self.begin_with(&canned.text),
                Ok(canned) => Ok(Action::Canned { key: canned.key.clone(), words: self.words("", true) }),
                Err(why) => Err(why),
            },
            _ if spec.takes == Takes::Nothing && !args.is_empty() && !is_polite(args) => Err(Why::Unexpected { text: (*args).to_owned() }),
            // Whoever transfers and follows stays as a guest.
            "follow" if self.moves => return,
            // Notes and replies only say whose the text is.
            "note" | "reply" => return,
            _ => arguments::action(self.asked, wish, self.follow).map(|(action, rest)| {
                self.begin_with(&rest);
                action
            }),
        };
        match action {
            Ok(action) => self.actions.push(action),
            Err(why) => self.refused.push(refused(spec.verb, why)),
        }
    }

    /// An article, and words that follow it. Its text is a solution: no other command may take the mail's.
    fn faq(&mut self, args: &str) -> Result<Action, Why> {
        match args.trim() {
            "" => Err(Why::NoSuchArticle { text: String::new(), near: vec![] }),
            article => Ok(Action::Faq { article: article.to_owned(), words: self.words("", !self.note) }),
        }
    }

    /// Words that stand before the text.
    fn begin_with(&mut self, words: &str) {
        if let Some(text) = self.text.as_mut().filter(|_| !words.is_empty()) {
            *text = [words, text.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
        }
    }

    /// A question, a solution or a reason: never the words of a note, never mere courtesy (`#close please`, CASEBOOK D09).
    fn with_text(&mut self, spec: &Spec, args: &str) -> Result<Action, Why> {
        let words = self.words(args, !self.note);
        match () {
            () if is_polite(&words.text) => Err(Why::TextMissing),
            () if spec.verb == "ask" => Ok(Action::Ask(words)),
            () if spec.verb == "refuse" => Ok(Action::Refuse(words)),
            () if spec.verb == "outage" => Ok(Action::Outage(words)),
            () if spec.verb == "broadcast" => Ok(Action::Broadcast(words)),
            () => Ok(Action::ProposeClosure(words)),
        }
    }

    /// The words on a command's own line, with the mail's text and files when it may have them.
    fn words(&mut self, args: &str, with_text: bool) -> Words {
        let mut words = self.asked.words.clone();
        let text = if with_text { self.text.take().unwrap_or_default() } else { String::new() };
        let args = if is_polite(args) && !text.is_empty() { "" } else { args };
        words.text = [args, &text].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
        if let Some(source) = words.source.as_mut().filter(|_| !with_text) {
            source.attachments.clear();
        }
        words
    }

    /// The text that no command took, if there is any: no empty comment is made (CASEBOOK D13).
    fn speak(&mut self) {
        let Some(text) = self.text.take() else { return };
        let words = Words { text, ..self.asked.words.clone() };
        let files = words.source.as_ref().is_some_and(|source| source.attachments.iter().any(|file| file.content_id.is_none()));
        if !words.text.trim().is_empty() || files {
            self.actions.push(if self.among_agents { Action::Note(words) } else { Action::Reply(words) });
        }
    }

    fn finish(self) -> Result<Vec<Action>, Vec<Refused>> {
        let Script { asked, mut actions, refused, .. } = self;
        if !refused.is_empty() {
            return Err(refused);
        }
        // To take what one has already is no reason to hold back the rest.
        let has_it = asked.ticket.assignee.as_ref() == Some(&asked.author);
        if has_it && actions.len() > 1 {
            actions.retain(|action| *action != Action::Take);
        }
        actions.sort_by_key(|action| catalogue::spec(action.word()).map(Spec::rank));
        Ok(actions)
    }
}

fn refused(action: &str, why: Why) -> Refused {
    Refused { action: action.to_owned(), why }
}
