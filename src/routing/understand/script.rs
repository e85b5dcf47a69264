//! The commands of one mail, read together: whose text is it, and do they agree with each other?

use super::answers::is_polite;
use super::{Asked, people};
use crate::desk::catalogue::{self, Spec, Takes};
use crate::desk::{Action, Refused, Role, Why, Words};
use crate::mail::commands::{CommandLine, Commands};

/// The actions that all commands of a mail ask for, in the catalogue's order; or everything that is wrong with them.
pub fn actions(asked: &Asked<'_>, found: &Commands) -> Result<Vec<Action>, Vec<Refused>> {
    let wishes = wishes(asked.role, &found.lines)?;
    let mut script = Script::new(asked, found, &wishes);
    for wish in &wishes {
        script.carry(wish);
    }
    script.speak();
    if script.actions.is_empty() && script.refused.is_empty() {
        script.refused.extend(wishes.first().map(|wish| refused(wish.spec.verb, Why::TextMissing)));
    }
    script.finish()
}

/// One command, found in the catalogue.
struct Wish<'a> {
    spec: &'static Spec,
    args: &'a str,
}

/// Which catalogue lines are meant; each once, none that contradicts another.
fn wishes(role: Role, lines: &[CommandLine]) -> Result<Vec<Wish<'_>>, Vec<Refused>> {
    let (mut wishes, mut wrong) = (Vec::<Wish<'_>>::new(), Vec::new());
    for line in lines {
        match catalogue::find_for(&line.word, role) {
            None => wrong.push(refused("command", Why::UnknownCommand { word: line.word.clone(), near: catalogue::near(&line.word) })),
            Some(spec) if !spec.commands.contains(&role) => wrong.push(refused(spec.verb, Why::NotAllowed)),
            Some(spec) => {
                let contradicted = wishes.iter().find(|other| contradict(other, (spec, &line.args)));
                if let Some(other) = contradicted {
                    wrong.push(refused(spec.verb, Why::Contradiction { with: other.spec.verb.to_owned() }));
                }
                if !wishes.iter().any(|other| other.spec.verb == spec.verb && other.args == line.args) {
                    wishes.push(Wish { spec, args: &line.args });
                }
            }
        }
    }
    if wrong.is_empty() { Ok(wishes) } else { Err(wrong) }
}

/// Of each of these a mail may ask one.
const EXCLUSIVE: [&[&str]; 6] = [
    &["take", "assign", "release"],
    &["ask", "close", "cancel", "leave"],
    &["reopen", "close", "cancel", "leave"],
    &["release", "ask", "close"],
    // Asking and closing take the ticket.
    &["assign", "ask", "close"],
    &["note", "reply"],
];

fn contradict(one: &Wish<'_>, other: (&Spec, &str)) -> bool {
    let (a, b) = (one.spec.verb, other.0.verb);
    match a == b {
        true => a == "assign" && one.args != other.1,
        false => EXCLUSIVE.iter().any(|group| group.contains(&a) && group.contains(&b)),
    }
}

struct Script<'a> {
    asked: &'a Asked<'a>,
    /// Words on the lines of commands that only speak, then the text beside the commands, until a command takes it.
    text: Option<String>,
    /// It was said to be a note: no command may take it.
    note: bool,
    /// What nobody takes is for agents.
    among_agents: bool,
    /// A question or solution takes it.
    has_taker: bool,
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
            among_agents: agent && !has(&["reply"]) && (has(&["note", "release", "assign"]) || asked.internal),
            has_taker: has(&["ask", "close"]),
            actions: vec![],
            refused: vec![],
        }
    }

    fn carry(&mut self, wish: &Wish<'_>) {
        let Wish { spec, args } = wish;
        let action = match spec.verb {
            "assign" => people::agent(self.asked, args).map(Action::Assign),
            "invite" => people::addresses(args).map(Action::Invite),
            "release" => Ok(Action::Release),
            "reopen" => Ok(Action::Reopen(self.words(args, !self.note && !self.has_taker))),
            "ask" | "close" => self.with_text(spec, args),
            _ if spec.takes == Takes::Nothing && !args.is_empty() && !is_polite(args) => Err(Why::Unexpected { text: (*args).to_owned() }),
            "take" => Ok(Action::Take),
            "cancel" => Ok(Action::Cancel),
            "leave" => Ok(Action::Leave(self.asked.author.clone())),
            // Notes and replies only say whose the text is.
            _ => return,
        };
        match action {
            Ok(action) => self.actions.push(action),
            Err(why) => self.refused.push(refused(spec.verb, why)),
        }
    }

    /// A question or a solution: never the words of a note, never mere courtesy (`#close please`, CASEBOOK D09).
    fn with_text(&mut self, spec: &Spec, args: &str) -> Result<Action, Why> {
        let words = self.words(args, !self.note);
        match () {
            () if is_polite(&words.text) => Err(Why::TextMissing),
            () if spec.verb == "ask" => Ok(Action::Ask(words)),
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
