//! What actions must know of other tickets and of the past before the desk decides: whose the other ticket is, which words
//! go on, what the last act was. Nothing is read for actions that need none of it.

use std::borrow::Cow;

use super::Gateway;
use super::effects::Fault;
use crate::address::Address;
use crate::desk::undo::last_act;
use crate::desk::{Action, Actor, Event, Organisation, Refused, Role, Ticket, TicketId, Undo, Visibility, What, Why, privileges};
use crate::notifications::names::clean_name;
use crate::store::{Backend, Store};

impl<S: Store> Gateway<S> {
    /// Fills in what the actions lack; those that cannot be filled in are refused.
    pub(super) fn informed(&mut self, ticket: &Ticket, actions: Vec<Action>, actor: &Actor) -> Result<(Vec<Action>, Vec<Refused>), Fault> {
        let (mut known, mut refused) = (Vec::with_capacity(actions.len()), Vec::new());
        for action in actions {
            let word = action.word();
            match self.inform(ticket, action, actor)? {
                Ok(action) => known.push(action),
                Err(why) => refused.push(Refused { action: word.to_owned(), why }),
            }
        }
        Ok((known, refused))
    }

    fn inform(&mut self, ticket: &Ticket, action: Action, actor: &Actor) -> Result<Result<Action, Why>, Fault> {
        Ok(match action {
            Action::Merge { into, confirmed, with_people, .. } => match self.other(actor, into)? {
                Some(other) => Ok(Action::Merge { into: other.id, whose: Some(other.requester), confirmed, with_people }),
                None => Err(no_such(into)),
            },
            Action::Link { to } => match self.other(actor, to)? {
                Some(other) => Ok(Action::Link { to: other.id }),
                None => Err(no_such(to)),
            },
            Action::Addition { to } => self.addition(ticket, actor, to)?,
            Action::Parent { to: Some(to) } => self.incident(actor, to)?,
            Action::Faq { article, words } => self.article_for(ticket, &article, words)?,
            Action::Split { seq, .. } => self.splitting(ticket, seq)?,
            Action::Undo(None) => self.undoable(ticket, actor)?.map(|undo| Action::Undo(Some(Box::new(undo)))),
            other => Ok(other),
        })
    }

    /// The organisation as an agent's commands on a ticket need it: with prepared answers filled in, where `wanted`.
    pub(super) fn answering(&self, ticket: &Ticket, agent: &Address, wanted: bool) -> Result<Cow<'_, Organisation>, Backend> {
        if !wanted {
            return Ok(Cow::Borrowed(&self.organisation));
        }
        let requester = &ticket.requester;
        let name = match self.organisation.agent(requester) {
            Some(agent) => Some(agent.name.clone()),
            None => self.store.person(requester)?.and_then(|person| clean_name(&person.name?, requester)),
        };
        let name = name.unwrap_or_else(|| requester.to_string());
        Ok(Cow::Owned(self.organisation.answering(ticket, agent, &name)))
    }

    /// Another ticket, merges followed, that the actor handles as well; to anybody else it does not exist.
    pub(super) fn other(&self, actor: &Actor, id: TicketId) -> Result<Option<Ticket>, Fault> {
        let found = super::facts::head(&self.store, id)?;
        Ok(found.filter(|other| privileges::role(other, actor, &self.organisation) == Role::Agent))
    }

    /// Another open request of the same person, who says so themselves.
    fn addition(&self, ticket: &Ticket, actor: &Actor, to: TicketId) -> Result<Result<Action, Why>, Fault> {
        let other = super::facts::head(&self.store, to)?;
        let owns = |other: &Ticket| actor.person.as_ref().is_some_and(|who| other.is_owner(who)) && other.requester == ticket.requester;
        let other = other.filter(|other| other.status.is_open() && owns(other));
        Ok(other.map(|other| Action::Addition { to: other.id }).ok_or_else(|| no_such(to)))
    }

    /// The words that go on by themselves: those that were named, else the last of a participant.
    fn splitting(&mut self, ticket: &Ticket, seq: Option<u64>) -> Result<Result<Action, Why>, Fault> {
        let events = self.store.events(ticket.id)?;
        let said = |event: &&Event| {
            let author = event.actor.person.as_ref();
            let theirs = author.is_some_and(|who| ticket.is_participant(who)) && event.seq > 1;
            event.visibility == Visibility::Public && event.text.is_some() && theirs && seq.is_none_or(|seq| event.seq == seq)
        };
        let Some(found) = events.iter().rev().find(said) else { return Ok(Err(Why::TextMissing)) };
        Ok(Ok(Action::Split { seq: Some(found.seq), into: self.store.next_ticket()? }))
    }

    /// The actor's last act, when it can be taken back here and on the other ticket that it touched.
    pub(super) fn undoable(&self, ticket: &Ticket, actor: &Actor) -> Result<Result<Undo, Why>, Fault> {
        let Some(person) = &actor.person else { return Ok(Err(Why::NothingToUndo)) };
        let events = self.store.events(ticket.id)?;
        let undo = match last_act(&events, person) {
            Ok(undo) => undo,
            Err(why) => return Ok(Err(why)),
        };
        for event in events.iter().filter(|event| event.seq >= undo.first) {
            let pairs = matches!(event.what, What::Merged { .. } | What::Absorbed { .. });
            if pairs && self.partner(ticket.id, event, person)?.is_none() {
                return Ok(Err(Why::Followed { what: event.what.word().to_owned(), at: event.at }));
            }
        }
        Ok(Ok(undo))
    }

    /// The other side of an act that touched two tickets, while it is the last act there too.
    pub(super) fn partner(&self, id: TicketId, event: &Event, person: &Address) -> Result<Option<(Ticket, Undo)>, Fault> {
        let other = match &event.what {
            What::Merged { into } => *into,
            What::Absorbed { from, .. } => *from,
            What::Linked { to } => *to,
            What::ParentChanged { before, after } => after.or(*before).unwrap_or_default(),
            What::ChildChanged { child, .. } => *child,
            _ => return Ok(None),
        };
        let Some(other) = self.store.ticket(other)? else { return Ok(None) };
        let events = self.store.events(other.id)?;
        let Ok(undo) = last_act(&events, person) else { return Ok(None) };
        let points_back = |event: &Event| match &event.what {
            What::Merged { into: back } | What::Absorbed { from: back, .. } | What::Linked { to: back } => *back == id,
            What::ParentChanged { before, after } => after.or(*before) == Some(id),
            What::ChildChanged { child, .. } => *child == id,
            _ => false,
        };
        let same = events.iter().any(|known| known.seq >= undo.first && points_back(known) && known.at == event.at);
        Ok(same.then_some((other, undo)))
    }

    /// What an act did on another ticket besides, while it is their last act there.
    pub(super) fn same_act(&self, other: TicketId, event: &Event, person: &Address) -> Result<Option<Undo>, Fault> {
        let events = self.store.events(other)?;
        let undo = last_act(&events, person).ok();
        Ok(undo.filter(|undo| events.iter().any(|known| known.seq >= undo.first && known.at == event.at)))
    }
}

/// Do these words perhaps command something?
pub(super) fn may_command(text: &str) -> bool {
    text.contains(['#', '＃'])
}

fn no_such(id: TicketId) -> Why {
    Why::NoSuchTicket { text: format!("#{id}") }
}
