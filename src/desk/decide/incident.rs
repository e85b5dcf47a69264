//! Incidents: a ticket with others as its parts. What is said there for all, and proposed, is said and proposed on each.
//!
//! Promises: one level; words alone go from one ticket to another, never what came with them. Excludes: the other tickets (see `gateway`).

use super::super::event::{Visibility, Words};
use super::super::ticket::{Status, Ticket, TicketId};
use super::super::what::What;
use super::super::why::Why;
use super::{Desk, must_be_open, must_have_text, wrong_status};

/// Characters that everybody is told of an outage.
const OUTAGE_MAX: usize = 1000;

impl Desk<'_> {
    pub(super) fn set_parent(&mut self, ticket: &Ticket, after: Option<TicketId>) -> Result<(), Why> {
        let before = ticket.details.parent;
        match after {
            _ if before == after || after == Some(ticket.id) => Err(Why::NothingToDo),
            Some(_) if before.is_some() || !ticket.details.children.is_empty() => Err(Why::Nested { ticket: ticket.id }),
            _ => self.say(What::ParentChanged { before, after }, Words::default(), Visibility::Agents),
        }
    }

    pub(super) fn set_child(&mut self, ticket: &Ticket, child: TicketId, joins: bool) -> Result<(), Why> {
        match () {
            () if child == ticket.id || ticket.details.children.contains(&child) == joins => Err(Why::NothingToDo),
            () if joins && ticket.details.parent.is_some() => Err(Why::Nested { ticket: ticket.id }),
            () => self.say(What::ChildChanged { child, joins }, Words::default(), Visibility::Agents),
        }
    }

    pub(super) fn broadcast(&mut self, ticket: &Ticket, words: Words) -> Result<(), Why> {
        must_have_text(&words)?;
        if ticket.details.children.is_empty() {
            return Err(Why::NothingToDo);
        }
        self.say(What::Replied { reached: words.reached.clone() }, words, Visibility::Public)?;
        self.pass_on_words(ticket)
    }

    /// What was just said is for the tickets of this incident, too.
    pub(super) fn pass_on_words(&mut self, ticket: &Ticket) -> Result<(), Why> {
        match ticket.details.children.clone() {
            none if none.is_empty() => Ok(()),
            to => self.say(What::PassedOn { to }, Words::default(), Visibility::Agents),
        }
    }

    /// Parts of an incident are no outages of their own.
    pub(super) fn declare_outage(&mut self, ticket: &Ticket, words: &Words) -> Result<(), Why> {
        must_be_open(ticket)?;
        must_have_text(words)?;
        match ticket.details.parent {
            Some(_) => Err(Why::Nested { ticket: ticket.id }),
            None => self.set_outage(ticket, Some(words.text.trim().chars().take(OUTAGE_MAX).collect())),
        }
    }

    pub(super) fn set_outage(&mut self, ticket: &Ticket, after: Option<String>) -> Result<(), Why> {
        let before = ticket.details.outage.clone();
        match before == after {
            true => Err(Why::NothingToDo),
            false => self.say(What::OutageChanged { before, after }, Words::default(), Visibility::Agents),
        }
    }

    /// Whoever handles the incident speaks here, and takes the ticket from nobody.
    pub(super) fn heed(&mut self, ticket: &Ticket, words: Words, closes: bool) -> Result<(), Why> {
        must_be_open(ticket)?;
        self.actor.as_participant = false;
        match (closes, &ticket.status) {
            (true, Status::AwaitingApproval { .. }) => Err(wrong_status(ticket)),
            (true, _) => self.say(What::ClosureProposed { request: ticket.requests + 1, reached: vec![] }, words, Visibility::Public),
            (false, _) => self.say(What::Replied { reached: vec![] }, words, Visibility::Public),
        }
    }

    pub(super) fn child_spoke(&mut self, ticket: &Ticket, child: TicketId) -> Result<(), Why> {
        match ticket.details.children.contains(&child) {
            true => self.say(What::ChildSpoke { child }, Words::default(), Visibility::Agents),
            false => Err(Why::NothingToDo),
        }
    }
}
