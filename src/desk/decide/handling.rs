//! What agents do with a ticket that is open.

use super::super::action::Why;
use super::super::event::{Visibility, What, Words};
use super::super::ticket::Ticket;
use super::{Desk, must_be_open, must_have_text};
use crate::address::Address;

impl Desk<'_> {
    pub(super) fn take(&mut self, ticket: &Ticket) -> Result<(), Why> {
        must_be_open(ticket)?;
        if self.has(ticket) { Err(Why::NothingToDo) } else { self.happen(What::Taken { before: ticket.assignee.clone() }) }
    }

    pub(super) fn assign(&mut self, ticket: &Ticket, to: Address) -> Result<(), Why> {
        must_be_open(ticket)?;
        let before = ticket.assignee.clone();
        match () {
            () if before.as_ref() == Some(&to) => Err(Why::NothingToDo),
            () if self.actor.person.as_ref() == Some(&to) => self.take(ticket),
            () if self.rules.organisation.membership(&to, &ticket.service).is_none() => Err(Why::NotAnAgent { who: to.to_string() }),
            () => self.happen(What::Assigned { to, before }),
        }
    }

    pub(super) fn release(&mut self, ticket: &Ticket) -> Result<(), Why> {
        must_be_open(ticket)?;
        match ticket.assignee.clone() {
            None => Err(Why::NothingToDo),
            before => self.happen(What::Released { before }),
        }
    }

    pub(super) fn ask(&mut self, ticket: &Ticket, words: Words) -> Result<(), Why> {
        must_be_open(ticket)?;
        must_have_text(&words)?;
        self.take_first(ticket)?;
        self.say(What::InformationRequested { request: ticket.requests + 1 }, words, Visibility::Public)
    }

    pub(super) fn propose_closure(&mut self, ticket: &Ticket, words: Words) -> Result<(), Why> {
        must_be_open(ticket)?;
        must_have_text(&words)?;
        self.take_first(ticket)?;
        let reached = words.reached.clone();
        self.say(What::ClosureProposed { request: ticket.requests + 1, reached }, words, Visibility::Public)
    }

    /// Asking and closing take the ticket when somebody else, or nobody, has it: one act.
    fn take_first(&mut self, ticket: &Ticket) -> Result<(), Why> {
        if self.has(ticket) { Ok(()) } else { self.take(ticket) }
    }

    /// Does the assignee still work here? What comes back to somebody who left goes to the pool.
    pub(super) fn keeps(&self, ticket: &Ticket) -> bool {
        let organisation = self.rules.organisation;
        ticket.assignee.as_ref().is_some_and(|agent| organisation.membership(agent, &ticket.service).is_some())
    }

    fn has(&self, ticket: &Ticket) -> bool {
        ticket.assignee.is_some() && ticket.assignee == self.actor.person
    }
}
