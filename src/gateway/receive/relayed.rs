//! A new mail of an agent: perhaps somebody else's request passed on, perhaps with commands for the ticket that it opens.
//!
//! Promises: who wrote what is passed on is proposed to the agent, who confirms by a link or names them in a command of the
//! same mail; nobody who merely stands in the text is written to (PRODUCT P36, CASEBOOK D06). What the agent says of it
//! stays among agents. Excludes: mails of anybody else, which open what they say.

use super::super::Gateway;
use super::super::case::Case;
use super::super::effects::Fault;
use super::conversation::{doubt, spoken};
use crate::address::{Address, Mailbox};
use crate::desk::{Action, Actor, Door, Opening, Property, Refused, Role, Ticket, Why, Words, catalogue, decide_all};
use crate::mail::{self, Kind, PartKind, commands};
use crate::notifications::{Because, Extra, MailKind, Notice, Ways};
use crate::proof::Level;
use crate::routing::understand::{Asked, Moment, Understood, understand};
use crate::routing::{forward, redact};
use crate::store::Store;

/// Attached messages that are read.
const INNER_MAX: usize = 3;

/// What an agent's new mail is besides a request.
#[derive(Default)]
pub(super) struct Relayed {
    /// Whose mail it passes on, perhaps.
    proposed: Vec<Mailbox>,
    /// Whose request it is, by the agent's own word.
    pub requester: Option<Mailbox>,
    /// The request itself, when it is not the mail's own words.
    pub text: Option<String>,
    /// What is done besides.
    pub actions: Vec<Action>,
    /// The commands, and what could not be understood of them.
    commands: Option<Understood>,
}

impl<S: Store> Gateway<S> {
    /// Looks at a new mail of an agent; `opening` is what it opens if there is nothing to it.
    pub(super) fn relayed(&self, case: &Case<'_>, opening: &Opening) -> Result<Relayed, Fault> {
        let agent = self.organisation.membership(&opening.requester, &opening.service).is_some();
        let theirs = agent && case.identity.level == Level::Proven && case.mail.kind == Kind::Human && case.word.is_none();
        if !theirs || case.waiting.old || opening.related.is_some() {
            return Ok(Relayed::default());
        }
        let mut relayed = Relayed::default();
        if forward::is_forward(&case.mail) {
            let inner = self.inner(case);
            let own = |who: &Address| self.site.is_own(who) || *who == opening.requester;
            relayed.proposed = forward::authors(&case.mail, &inner, own);
            relayed.text = passed_on(case, inner.first()).filter(|_| !relayed.proposed.is_empty());
        }
        let said = spoken(case);
        if doubt(case).is_none() && !commands::find(&said, |word| catalogue::find(word).is_some()).lines.is_empty() {
            self.obey(case, opening, &said, &mut relayed);
        } else if relayed.text.is_some() && !said.trim().is_empty() {
            relayed.actions.push(Action::Note(Words { text: said, ..Words::default() }));
        }
        Ok(relayed)
    }

    fn inner(&self, case: &Case<'_>) -> Vec<mail::Incoming> {
        let attached = case.mail.attachments.iter().filter(|file| file.content_type == "message/rfc822").take(INNER_MAX);
        attached.filter_map(|file| mail::read::part(&case.waiting.raw, file.part)).map(|raw| mail::read(&raw, &self.site.limits)).collect()
    }

    /// Reads the commands as they would be read on the ticket that the mail opens.
    fn obey(&self, case: &Case<'_>, opening: &Opening, said: &str, relayed: &mut Relayed) {
        let actor = Actor::person(opening.requester.clone(), None, Door::Mail, Level::Proven);
        let opened = decide_all(None, vec![Action::Open(Box::new(opening.clone()))], &actor, self.rules(), case.now);
        let Some(ticket) = opened.ticket else { return };
        let said = named(said, &relayed.proposed);
        let mut understood = self.read_commands(case, &ticket, said);
        if understood.held {
            // The request is opened all the same; what could not be done is told.
            if relayed.text.is_some() {
                relayed.actions.push(Action::Note(Words { text: spoken(case), ..Words::default() }));
            }
            relayed.commands = Some(understood);
            return;
        }
        for action in std::mem::take(&mut understood.actions) {
            self.give(action, relayed, &mut understood);
        }
        relayed.text.get_or_insert_with(String::new);
        relayed.commands = Some(understood).filter(|understood| understood.was_commands);
    }

    fn read_commands(&self, case: &Case<'_>, ticket: &Ticket, said: String) -> Understood {
        let words = Words { text: said.clone(), ..Words::default() };
        understand(&Asked {
            words,
            shown: said,
            role: Role::Agent,
            level: Level::Proven,
            author: ticket.requester.clone(),
            ticket,
            organisation: &self.organisation,
            internal: false,
            automatic: false,
            at: Moment { now: case.now, zone: &self.site.zone },
            doubt: None,
        })
    }

    /// Finds the place of one action in the opening.
    fn give(&self, action: Action, relayed: &mut Relayed, understood: &mut Understood) {
        let word = action.word().to_owned();
        match action {
            Action::Set(Property::Requester(who)) => {
                let known = relayed.proposed.iter().find(|mailbox| mailbox.address == who).cloned();
                relayed.requester = Some(known.unwrap_or_else(|| Mailbox::new(None, who.clone())));
                understood.actions.push(Action::Set(Property::Requester(who)));
            }
            // Beside what is passed on, the agent's own words stay among agents.
            Action::Reply(words) if relayed.text.is_some() => relayed.actions.push(Action::Note(words)),
            Action::Reply(words) => relayed.text = Some(words.text),
            Action::Merge { .. } | Action::Link { .. } | Action::Split { .. } | Action::Undo(_) | Action::Spam => {
                understood.refused.push(Refused { action: word, why: Why::NothingToDo });
            }
            other => {
                understood.actions.push(other.clone());
                relayed.actions.push(other);
            }
        }
    }

    /// What its author is told instead of an acknowledgement: what their commands did, or whose request it may be.
    pub(super) fn told_relay(&self, relayed: &Relayed, author: &Address, refused: &[Refused]) -> Vec<Notice> {
        let notice = |kind, done, refused, offers| Notice {
            to: author.clone(),
            kind,
            because: Because::Author,
            extra: Extra::Commands { done, refused, draft: String::new(), ways: Ways { offers, ..Ways::default() } },
        };
        let offers: Vec<String> = match relayed.requester {
            Some(_) => vec![],
            None => relayed.proposed.iter().map(|mailbox| format!("#requester {}", mailbox.address)).collect(),
        };
        let Some(commands) = &relayed.commands else {
            return if offers.is_empty() { vec![] } else { vec![notice(MailKind::Forwarded, vec![], vec![], offers)] };
        };
        let wrong: Vec<Refused> = commands.refused.iter().chain(refused).cloned().collect();
        let is_done = |action: &&Action| wrong.iter().all(|refused| refused.action != action.word());
        let done = commands.actions.iter().filter(is_done).map(|action| action.word().to_owned());
        let done = std::iter::once("open".to_owned()).chain(done).collect();
        vec![notice(if offers.is_empty() { MailKind::Receipt } else { MailKind::Forwarded }, done, wrong, offers)]
    }
}

/// `#requester` by itself means the one who is proposed.
fn named(said: &str, proposed: &[Mailbox]) -> String {
    let [one] = proposed else { return said.to_owned() };
    let alone = |line: &str| {
        let found = commands::find(line, |_| true).lines;
        matches!(found.as_slice(), [only] if only.args.is_empty() && catalogue::find(&only.word).is_some_and(|spec| spec.verb == "requester"))
    };
    let lines = said.lines().map(|line| if alone(line) { format!("#requester {}", one.address) } else { line.to_owned() });
    lines.collect::<Vec<_>>().join("\n")
}

/// The words that were passed on: all that the agent did not write.
fn passed_on(case: &Case<'_>, inner: Option<&mail::Incoming>) -> Option<String> {
    let theirs = |kind: PartKind| matches!(kind, PartKind::Forwarded | PartKind::Quoted);
    let text: String = case.mail.parts.iter().filter(|part| theirs(part.kind)).map(|part| part.text.as_str()).collect();
    let text = if text.trim().is_empty() { inner.map(|mail| mail.text.clone()).unwrap_or_default() } else { text };
    let text = redact::redact(text.trim(), super::conversation::REDACTED).0.into_owned();
    Some(text).filter(|text| !text.is_empty())
}
