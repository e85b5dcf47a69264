//! What a decision about one ticket does to others, and to people: in the same commit.

use super::Gateway;
use super::effects::{Decided, Fault};
use super::incident::stepped;
use crate::address::Address;
use crate::desk::{Action, Actor, Details, Event, Opening, Outcome, Ticket, TicketId, Urgency, Visibility, What, Words, decide_all};
use crate::store::{Change, Person, Store};

/// A decision, and the wishes that led to it.
pub struct Decision<'a> {
    /// The ticket before.
    pub before: &'a Ticket,
    /// What was decided.
    pub outcome: &'a Outcome,
    /// Who acted.
    pub actor: &'a Actor,
    /// The people of a merged ticket come along.
    pub with_people: bool,
}

/// Does a merge among these bring the people along?
pub fn with_people(actions: &[Action]) -> bool {
    actions.iter().any(|action| matches!(action, Action::Merge { with_people: true, .. }))
}

impl<S: Store> Gateway<S> {
    /// Adds to a change what the decision does elsewhere.
    pub(super) fn follow(&mut self, change: &mut Change, decision: &Decision<'_>) -> Result<(), Fault> {
        let Decision { before, outcome, actor, with_people } = decision;
        self.echo(change, before, outcome)?;
        let anybodys = |what: &What| matches!(what, What::Undone { .. } | What::Merged { .. });
        for event in outcome.done.iter().filter(|event| !event.actor.as_participant || anybodys(&event.what)) {
            match &event.what {
                What::Merged { into } if event.actor.as_participant => self.carry_over(change, decision, *into)?,
                What::Merged { into } => {
                    let people = before.participants().into_iter().filter(|_| *with_people).cloned().collect();
                    let absorb = Action::Absorb { from: before.id, guests: people, said: vec![] };
                    self.also(change, *into, vec![absorb], actor)?;
                }
                What::Linked { to } => self.also(change, *to, vec![Action::Link { to: before.id }], actor)?,
                What::ParentChanged { before: left, after } => {
                    let incident = after.or(*left).unwrap_or_default();
                    self.also(change, incident, vec![Action::Child { child: before.id, joins: after.is_some() }], actor)?;
                }
                What::PassedOn { to } => self.pass_on(change, decision, to)?,
                What::Split { into, seq } => self.open_split(change, decision, (*into, *seq))?,
                What::Spammed => self.block(change, &before.requester, true)?,
                What::Reopened { .. } if before.details.spam => self.block(change, &before.requester, false)?,
                What::Undone { first, acts, .. } => {
                    self.undo_elsewhere(change, before.id, *first, actor)?;
                    if acts.iter().any(|act| act == "spammed") {
                        self.block(change, &before.requester, false)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Actions on another ticket, by the same person, in the same commit.
    pub(super) fn also(&mut self, change: &mut Change, id: TicketId, actions: Vec<Action>, actor: &Actor) -> Result<(), Fault> {
        let known = match stepped(change, id) {
            Some(stepped) => Some(stepped),
            None => self.store.ticket(id)?,
        };
        let Some(other) = known else { return Ok(()) };
        let outcome = decide_all(Some(&other), actions, actor, self.rules(), change.at);
        self.add(change, Decided { before: Some(&other), outcome: &outcome, extra: vec![], silent: false, unanswered: None })?;
        Ok(())
    }

    /// What was said on a request goes along when its requester says that it is an addition to another.
    fn carry_over(&mut self, change: &mut Change, decision: &Decision<'_>, into: TicketId) -> Result<(), Fault> {
        let from = decision.before.id;
        let before = self.store.events(from)?;
        let events = before.into_iter().chain(decision.outcome.done.iter().cloned());
        let said = events.filter(|event| event.text.is_some() && event.visibility == Visibility::Public).collect();
        self.also(change, into, vec![Action::Absorb { from, guests: vec![], said }], decision.actor)
    }

    fn undo_elsewhere(&mut self, change: &mut Change, id: TicketId, first: u64, actor: &Actor) -> Result<(), Fault> {
        let Some(person) = &actor.person else { return Ok(()) };
        for event in self.store.events(id)?.iter().filter(|event| event.seq >= first) {
            if let Some((other, undo)) = self.partner(id, event, person)? {
                self.also(change, other.id, vec![Action::Undo(Some(Box::new(undo)))], actor)?;
            }
            let told = if let What::PassedOn { to } = &event.what { &to[..] } else { &[] };
            for other in told {
                if let Some(undo) = self.same_act(*other, event, person)? {
                    self.also(change, *other, vec![Action::Undo(Some(Box::new(undo)))], actor)?;
                }
            }
        }
        Ok(())
    }

    /// The words open a ticket of their own, for whoever said them; the two know of each other.
    fn open_split(&mut self, change: &mut Change, decision: &Decision<'_>, (into, seq): (TicketId, u64)) -> Result<(), Fault> {
        let Decision { before, actor, .. } = decision;
        let events = self.store.events(before.id)?;
        let Some(Event { actor: author, text: Some(text), source, .. }) = events.into_iter().find(|event| event.seq == seq) else {
            return Ok(());
        };
        let Some(requester) = author.person else { return Ok(()) };
        let opening = Opening {
            id: into,
            title: before.title.clone(),
            service: before.service.clone(),
            category: before.category.clone(),
            requester,
            beneficiary: None,
            guests: vec![],
            language: before.language.clone(),
            urgency: Urgency::Medium,
            words: Words { text, source, reached: vec![] },
            related: None,
            late: false,
            told: Details::default(),
        };
        let actions = vec![Action::Open(Box::new(opening)), Action::Link { to: before.id }];
        let outcome = decide_all(None, actions, actor, self.rules(), change.at);
        self.add(change, Decided { before: None, outcome: &outcome, extra: vec![], silent: false, unanswered: None })?;
        Ok(())
    }

    fn block(&self, change: &mut Change, who: &Address, blocked: bool) -> Result<(), Fault> {
        let known = self.store.person(who)?.unwrap_or_else(|| Person::unknown(who.clone()));
        change.people.retain(|person| person.address != *who);
        change.people.push(Person { blocked, ..known });
        Ok(())
    }
}
