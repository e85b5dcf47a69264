//! An incident and its tickets: what is said to all reaches each one's own people by its own mail, and what they answer stays there.
//!
//! Promises: from one ticket to another go an agent's words and numbers, and nothing else: no name, address, file or mail.

use super::Gateway;
use super::effects::{Decided, Fault};
use super::facts;
use super::pairs::Decision;
use crate::desk::{Action, Actor, Event, Outcome, Ticket, TicketId, What, Why, Words, decide_all};
use crate::store::{Change, Store};

impl<S: Store> Gateway<S> {
    /// The incident that a ticket is to become a part of: open, of one level, and handled by the actor as well.
    pub(super) fn incident(&self, actor: &Actor, to: TicketId) -> Result<Result<Action, Why>, Fault> {
        Ok(match self.other(actor, to)? {
            None => Err(Why::NoSuchTicket { text: format!("#{to}") }),
            Some(other) if other.details.parent.is_some() => Err(Why::Nested { ticket: other.id }),
            Some(other) if !other.status.is_open() => Err(Why::WrongStatus { status: other.status.word().to_owned() }),
            Some(other) => Ok(Action::Parent { to: Some(other.id) }),
        })
    }

    /// What an agent said to all is said on each ticket of the incident.
    pub(super) fn pass_on(&mut self, change: &mut Change, decision: &Decision<'_>, to: &[TicketId]) -> Result<(), Fault> {
        let said = |event: &&Event| matches!(event.what, What::Replied { .. } | What::ClosureProposed { .. });
        let Some(event) = decision.outcome.done.iter().rev().find(said) else { return Ok(()) };
        let closes = matches!(event.what, What::ClosureProposed { .. });
        // The mail that it came in stays where it is: it may show other people's words.
        let words = Words { text: event.text.clone().unwrap_or_default(), ..Words::default() };
        for id in to {
            self.also(change, *id, vec![Action::Heed { words: words.clone(), closes }], decision.actor)?;
        }
        Ok(())
    }

    /// Agents of an incident see that somebody of one of its tickets wrote; whoever is in charge is told, unless they are told already.
    pub(super) fn echo(&mut self, change: &mut Change, before: &Ticket, outcome: &Outcome) -> Result<(), Fault> {
        let Some(parent) = before.details.parent.filter(|_| outcome.done.iter().any(wrote)) else { return Ok(()) };
        let Some(parent) = facts::head(&self.store, parent)? else { return Ok(()) };
        let parent = stepped(change, parent.id).unwrap_or(parent);
        let outcome = decide_all(Some(&parent), vec![Action::ChildSpoke { child: before.id }], &Actor::clock(), self.rules(), change.at);
        let silent = parent.assignee.as_ref().is_some_and(|assignee| change.tells(assignee));
        self.add(change, Decided { before: Some(&parent), outcome: &outcome, extra: vec![], silent, unanswered: None })?;
        Ok(())
    }
}

/// A ticket as this change has left it so far; none: it is not touched yet.
pub(super) fn stepped(change: &Change, id: TicketId) -> Option<Ticket> {
    change.steps.iter().rev().find(|step| step.ticket.id == id).map(|step| step.ticket.clone())
}

fn wrote(event: &Event) -> bool {
    let words = matches!(
        event.what,
        What::Replied { .. } | What::Unverified | What::Answered { .. } | What::ClosureRefused { .. } | What::Reopened { .. }
    );
    event.actor.as_participant && words
}
