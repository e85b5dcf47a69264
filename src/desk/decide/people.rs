//! Who belongs to a ticket, and which tickets are one.

use super::super::event::{Event, Visibility, Words};
use super::super::privileges::Role;
use super::super::ticket::{Status, Ticket, TicketId};
use super::super::what::What;
use super::super::why::Why;
use super::{Desk, must_be_open, wrong_status};
use crate::address::Address;

impl Desk<'_> {
    pub(super) fn invite(&mut self, ticket: &Ticket, people: &[Address]) -> Result<(), Why> {
        must_be_open(ticket)?;
        let mut guests: Vec<Address> = Vec::new();
        for who in people {
            if !ticket.is_participant(who) && !guests.contains(who) {
                guests.push(who.clone());
            }
        }
        let policy = self.rules.policy;
        match guests.len() {
            0 => Err(Why::NothingToDo),
            many if many > policy.newcomers_per_mail => Err(Why::TooMany { limit: policy.newcomers_per_mail }),
            many if ticket.guests.len() + many > policy.guests_per_ticket => Err(Why::TooMany { limit: policy.guests_per_ticket }),
            _ => self.happen(What::Joined { guests }),
        }
    }

    /// Guests leave by themselves; owners and agents may remove them.
    pub(super) fn leave(&mut self, ticket: &Ticket, role: Role, guest: Address) -> Result<(), Why> {
        let own = self.actor.person.as_ref() == Some(&guest);
        match () {
            () if role == Role::Guest && !own => Err(Why::NotAllowed),
            () if ticket.guest(&guest).is_none() => Err(Why::NothingToDo),
            () => self.happen(What::Left { guest }),
        }
    }

    /// The beginning of the conversation came late: its author is the requester, its title the title.
    pub(super) fn reroot(&mut self, ticket: &Ticket, beginning: (String, Vec<Address>), words: Words) -> Result<(), Why> {
        must_be_untouched(ticket)?;
        let Some(requester) = self.actor.person.clone() else { return Err(Why::NotAllowed) };
        let (title, mut guests) = beginning;
        guests.retain(|guest| *guest != requester);
        let root_message_id = words.source.as_ref().and_then(|source| source.message_id.clone());
        self.say(What::Rerooted { requester, title, root_message_id, guests }, words, Visibility::Public)
    }

    /// Fresh tickets of one conversation become one.
    pub(super) fn go_on(&mut self, ticket: &Ticket, into: TicketId) -> Result<(), Why> {
        must_be_untouched(ticket)?;
        if into == ticket.id { Err(Why::NothingToDo) } else { self.happen(What::Merged { into }) }
    }

    /// Another ticket goes on here: its people join, its words are said again by whom and when they were said.
    pub(super) fn absorb(&mut self, ticket: &Ticket, other: (TicketId, Vec<Address>), said: Vec<Event>) -> Result<(), Why> {
        let (from, guests) = other;
        if from == ticket.id {
            return Err(Why::NothingToDo);
        }
        self.happen(What::Absorbed { from, guests })?;
        for Event { actor, text, source, visibility, .. } in said {
            let Some(ticket) = &self.ticket else { return Err(Why::NothingToDo) };
            let reached = ticket.participants().into_iter().cloned().collect();
            let words = Words { text: text.unwrap_or_default(), source, reached: vec![] };
            let event = self.event((ticket.id, ticket.version + 1), What::Replied { reached }, words, visibility);
            self.happened(Event { actor, ..event });
        }
        Ok(())
    }
}

/// Only what nobody works on yet may become a part of something else.
fn must_be_untouched(ticket: &Ticket) -> Result<(), Why> {
    if ticket.status == Status::Free && ticket.assignee.is_none() { Ok(()) } else { Err(wrong_status(ticket)) }
}
