//! What somebody does from a page behind a sign-in, or from the command line: a verb of the catalogue with its filled form
//! becomes an action, and goes the way of all actions: decision, mails, one commit.
//!
//! Promises: a form that was made from an older ticket changes nothing: what happened since comes back instead. A preview
//! is what would be sent, and nothing happens. Excludes: who is signed in (given), and how forms look.

use jiff::Timestamp;

use super::Gateway;
use super::effects::{Decided, Fault};
use super::pairs::{Decision, with_people};
use crate::address::Address;
use crate::desk::{
    Action, Actor, Door, Event, Filled, Outcome, Refused, Role, Rules, Ticket, TicketId, decide_all, form, possible, privileges,
};
use crate::mail::{self, File};
use crate::proof::Level;
use crate::store::{Backend, Cause, Change, CommitFault, Store};

/// A pressed form of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// Who is signed in.
    pub person: Address,
    /// They act as requester or guest, though they are an agent too (CASEBOOK D12).
    pub as_participant: bool,
    /// By which door.
    pub door: Door,
    /// About which ticket.
    pub ticket: TicketId,
    /// The ticket's version that the form was made from; none: whatever it is.
    pub seen: Option<u64>,
    /// The form's own number: pressed twice, it acts once.
    pub nonce: String,
    /// Verb of the catalogue.
    pub verb: String,
    /// The form's fields, by the catalogue's names.
    pub fields: Vec<(String, String)>,
    /// Files that came along.
    pub files: Vec<File>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Acted {
    /// It was done.
    Done {
        /// The ticket afterwards.
        ticket: Box<Ticket>,
        /// Stable words of what happened.
        done: Vec<String>,
        /// A ticket that was opened by it.
        opened: Option<TicketId>,
    },
    /// The same form was pressed before: it stands.
    AlreadyDone {
        /// As it is now.
        ticket: Box<Ticket>,
    },
    /// The ticket changed since the form was made; nothing was done.
    Changed {
        /// As it is now.
        ticket: Box<Ticket>,
        /// What happened since.
        since: Vec<Event>,
    },
    /// It was not possible.
    Refused {
        /// As it is now.
        ticket: Box<Ticket>,
        /// Why.
        refused: Vec<Refused>,
    },
    /// There is no such ticket for this person.
    NotFound,
}

/// A mail as it would be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// To whom.
    pub to: Address,
    /// Stable word of the mail's kind.
    pub kind: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// The actions of a form, and the row of its files; or what is wrong with it.
type Wished = Result<(Vec<Action>, Option<u64>), Refused>;

impl<S: Store> Gateway<S> {
    /// Does what a form asks, or says why not.
    pub fn act(&mut self, act: &Act) -> Result<Acted, Backend> {
        let (ticket, actor) = match self.acting(act)? {
            Ok(found) => found,
            Err(acted) => return Ok(acted),
        };
        Ok(self.acted(act, &ticket, &actor)?)
    }

    /// The mails that a form would cause, participants' first. None: it would be refused, for these reasons.
    pub fn preview(&mut self, act: &Act) -> Result<Result<Vec<Preview>, Vec<Refused>>, Backend> {
        let (ticket, actor) = match self.acting(&Act { seen: None, ..act.clone() })? {
            Ok(found) => found,
            Err(_) => return Ok(Err(vec![])),
        };
        Ok(self.previewed(act, &ticket, &actor)?)
    }

    /// What somebody may do on a ticket now: verbs of the catalogue, in its order.
    pub fn possible(&self, person: &Address, as_participant: bool, ticket: &Ticket) -> Result<Vec<&'static str>, Backend> {
        let actor = self.signed_in(person, as_participant, Door::Page)?;
        let events = self.store.events(ticket.id)?;
        let found = possible(ticket, &events, &actor, self.rules(), self.clock.now());
        Ok(found.into_iter().map(|spec| spec.verb).collect())
    }

    pub(super) fn signed_in(&self, person: &Address, as_participant: bool, door: Door) -> Result<Actor, Backend> {
        let known = self.organisation.agent(person).map(|agent| agent.name.clone());
        let name = match known {
            Some(name) => Some(name),
            None => self.store.person(person)?.and_then(|person| person.name),
        };
        Ok(Actor { as_participant, ..Actor::person(person.clone(), name, door, Level::Proven) })
    }

    /// The ticket, for whom it exists, and the actor; or why nothing is done.
    fn acting(&self, act: &Act) -> Result<Result<(Ticket, Actor), Acted>, Backend> {
        let Some(ticket) = self.store.ticket(act.ticket)? else { return Ok(Err(Acted::NotFound)) };
        let actor = self.signed_in(&act.person, act.as_participant, act.door)?;
        if privileges::role(&ticket, &actor, &self.organisation) == Role::Stranger && act.verb != "undo" {
            return Ok(Err(Acted::NotFound));
        }
        // The same form once more finds the ticket changed by itself: that is no news.
        if self.store.was_done(&format!("form/{}", act.nonce))? {
            return Ok(Err(Acted::AlreadyDone { ticket: Box::new(ticket) }));
        }
        match act.seen {
            Some(seen) if seen < ticket.version => {
                let since = self.store.events(ticket.id)?.into_iter().filter(|event| event.seq > seen).collect();
                Ok(Err(Acted::Changed { ticket: Box::new(ticket), since }))
            }
            _ => Ok(Ok((ticket, actor))),
        }
    }

    fn acted(&mut self, act: &Act, ticket: &Ticket, actor: &Actor) -> Result<Acted, Fault> {
        let now = self.clock.now();
        let (actions, kept) = match self.wished(act, ticket)? {
            Ok(found) => found,
            Err(refused) => return Ok(Acted::Refused { ticket: Box::new(ticket.clone()), refused: vec![refused] }),
        };
        let with_people = with_people(&actions);
        let outcome = self.decided(ticket, actions, actor, now)?;
        if outcome.done.is_empty() || !outcome.all_done() {
            return Ok(Acted::Refused { ticket: Box::new(ticket.clone()), refused: outcome.refused });
        }
        let mut change = Change::new(Cause::Named(format!("form/{}", act.nonce)), now);
        self.add(&mut change, Decided { before: Some(ticket), outcome: &outcome, extra: vec![], silent: false, unanswered: None })?;
        self.follow(&mut change, &Decision { before: ticket, outcome: &outcome, actor, with_people })?;
        self.seal(&mut change, kept, ticket.id);
        let opened = change.steps.iter().find(|step| step.expected.is_none()).map(|step| step.ticket.id);
        let done = outcome.done.iter().map(|event| event.what.word().to_owned()).collect();
        let after = Box::new(outcome.ticket.unwrap_or_else(|| ticket.clone()));
        match self.store.commit(&change) {
            Ok(()) => Ok(Acted::Done { ticket: after, done, opened }),
            Err(CommitFault::AlreadyDone) => Ok(Acted::AlreadyDone { ticket: Box::new(ticket.clone()) }),
            Err(CommitFault::Backend(fault)) => Err(fault.into()),
            Err(fault) => Err(Backend(fault.to_string()).into()),
        }
    }

    /// What actions lack is filled in, then the desk decides.
    pub(super) fn decided(&mut self, ticket: &Ticket, actions: Vec<Action>, actor: &Actor, now: Timestamp) -> Result<Outcome, Fault> {
        let (actions, unknown) = self.informed(ticket, actions, actor)?;
        let prepared = actions.iter().any(|action| matches!(action, Action::Canned { .. }));
        let agent = actor.person.as_ref().unwrap_or(&ticket.requester);
        let organisation = self.answering(ticket, agent, prepared)?;
        let rules = Rules { organisation: &organisation, ..self.rules() };
        let mut outcome = decide_all(Some(ticket), actions, actor, rules, now);
        outcome.refused.extend(unknown);
        Ok(outcome)
    }

    /// The action of the form, with its files kept as a mail is.
    fn wished(&mut self, act: &Act, ticket: &Ticket) -> Result<Wished, Fault> {
        let text = act.fields.iter().find(|(name, _)| matches!(name.as_str(), "text" | "reason" | "note"));
        let text = text.map(|(_, text)| text.clone()).unwrap_or_default();
        let (words, kept) = self.form_mail((&act.person, ticket, &act.nonce), (&text, &act.files))?;
        let filled = Filled { pairs: act.fields.clone(), words };
        let zone = self.site.zone.clone();
        let about = form::About { person: &act.person, ticket, zone: &zone };
        Ok(form::action(&act.verb, &filled, about).map(|action| (vec![action], kept)))
    }

    fn previewed(&mut self, act: &Act, ticket: &Ticket, actor: &Actor) -> Result<Result<Vec<Preview>, Vec<Refused>>, Fault> {
        let filled = Filled { pairs: act.fields.clone(), ..Filled::default() };
        let zone = self.site.zone.clone();
        let about = form::About { person: &act.person, ticket, zone: &zone };
        let action = match form::action(&act.verb, &filled, about) {
            Ok(action) => action,
            Err(refused) => return Ok(Err(vec![refused])),
        };
        let now = self.clock.now();
        let actions = vec![action];
        let with_people = with_people(&actions);
        let outcome = self.decided(ticket, actions, actor, now)?;
        if !outcome.all_done() {
            return Ok(Err(outcome.refused));
        }
        // A change that is never committed: its letters are shown, its links lead nowhere.
        let mut change = Change::new(Cause::Named("preview".into()), now);
        self.add(&mut change, Decided { before: Some(ticket), outcome: &outcome, extra: vec![], silent: false, unanswered: None })?;
        self.follow(&mut change, &Decision { before: ticket, outcome: &outcome, actor, with_people })?;
        self.show_put_off(&mut change, &outcome)?;
        let limits = &self.site.limits;
        let shown = change.letters.iter().filter_map(|letter| {
            let read = mail::read(&letter.letter.as_ref()?.bytes, limits);
            Some(Preview { to: letter.person.clone(), kind: letter.kind.clone(), subject: read.subject, text: read.text })
        });
        let mut shown: Vec<Preview> = shown.collect();
        shown.sort_by_key(|preview| !ticket.is_participant(&preview.to));
        Ok(Ok(shown))
    }
}
