//! What agents do with a ticket that is open.

use jiff::{SignedDuration, Timestamp};

use super::super::action::Transfer;
use super::super::event::{Door, Visibility, Words};
use super::super::ticket::{Status, Ticket};
use super::super::what::What;
use super::super::why::Why;
use super::{Desk, must_be_open, must_have_content, must_have_text, wrong_status};
use crate::address::Address;

/// Minutes that are told at once: a week of days and nights.
const MINUTES_MAX: u32 = 7 * 24 * 60;

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
        let ends = match self.rules.organisation.is_light(&ticket.service, &ticket.category) {
            true => What::Ended { reached },
            false => What::ClosureProposed { request: ticket.requests + 1, reached },
        };
        self.say(ends, words, Visibility::Public)?;
        self.pass_on_words(ticket)
    }

    /// Put aside until a date; it is in somebody's hands then.
    pub(super) fn postpone(&mut self, ticket: &Ticket, until: Timestamp, words: Words) -> Result<(), Why> {
        must_be_open(ticket)?;
        let furthest = SignedDuration::from_hours(24 * i64::from(self.rules.policy.postpone_days));
        if until <= self.now || until.duration_since(self.now) > furthest {
            return Err(Why::NotThen);
        }
        self.take_first(ticket)?;
        self.happen(What::Postponed { until })?;
        self.note_beside(words)
    }

    pub(super) fn recall(&mut self, ticket: &Ticket) -> Result<(), Why> {
        match ticket.status {
            Status::Postponed { until } if self.actor.door == Door::Clock && until > self.now => Err(Why::NothingToDo),
            Status::Postponed { .. } => self.happen(What::Recalled { keeps: self.keeps(ticket) }),
            _ => Err(wrong_status(ticket)),
        }
    }

    /// Others handle it: it is free there, what was asked is asked no longer, and who follows all their tickets joins.
    pub(super) fn transfer(&mut self, ticket: &Ticket, transfer: Transfer) -> Result<(), Why> {
        must_be_open(ticket)?;
        let Transfer { service, category, follow, words } = transfer;
        let known = self.rules.organisation.service(&service);
        if !known.is_some_and(|known| category.is_empty() || known.categories.iter().any(|other| other.key == category)) {
            return Err(Why::NoSuchPlace { text: format!("{service}/{category}"), known: vec![] });
        }
        if (&service, &category) == (&ticket.service, &ticket.category) {
            return Err(Why::NothingToDo);
        }
        let stays = self.actor.person.clone().filter(|_| follow);
        let mut guests: Vec<Address> = Vec::new();
        for guest in self.rules.organisation.permanent_guests(&service, &category).cloned().chain(stays) {
            if !ticket.is_participant(&guest) && !guests.contains(&guest) {
                guests.push(guest);
            }
        }
        let from = (ticket.service.clone(), ticket.category.clone());
        self.happen(What::Transferred { service, category, from, assignee: ticket.assignee.clone(), guests })?;
        self.note_beside(words)
    }

    /// To the service that it came from: it was not for us, and why.
    pub(super) fn back(&mut self, ticket: &Ticket, words: Words) -> Result<(), Why> {
        must_have_text(&words)?;
        let Some((service, category)) = ticket.details.came_from.clone() else { return Err(Why::NothingToDo) };
        self.transfer(ticket, Transfer { service, category, follow: false, words })
    }

    /// Time is told of at any moment, and never stands in the way of anything.
    pub(super) fn spend(&mut self, minutes: u32) -> Result<(), Why> {
        match minutes {
            1..=MINUTES_MAX => self.say(What::Spent { minutes }, Words::default(), Visibility::Agents),
            _ => Err(Why::NotAValue { text: minutes.to_string() }),
        }
    }

    /// Words beside an act that are for agents only.
    fn note_beside(&mut self, words: Words) -> Result<(), Why> {
        if must_have_content(&words).is_ok() { self.say(What::Noted, words, Visibility::Agents) } else { Ok(()) }
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
