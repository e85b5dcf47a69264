//! Tickets that the desk gives by itself, where their category says so: a new one, one that was transferred, one that was sorted.

use super::Gateway;
use super::effects::Fault;
use crate::address::Address;
use crate::desk::assignment::{Assignment, Before, Candidate, choose};
use crate::desk::{Action, Actor, Event, Outcome, Privilege, Property, Status, Ticket, What, decide_all};
use crate::store::{Change, Shelf, Store};

/// Open tickets that are counted for one agent.
const LOAD_MAX: usize = 1000;
/// Tickets of a requester among which their last agent is looked for.
const LAST_TICKETS: usize = 20;

impl<S: Store> Gateway<S> {
    /// The same with the assignment that the rule makes of it; none where there is nothing to give, or nobody to have it.
    pub(super) fn given(&self, change: &mut Change, outcome: &Outcome) -> Result<Option<Outcome>, Fault> {
        let Some(ticket) = outcome.ticket.as_ref().filter(|ticket| is_to_give(ticket, &outcome.done)) else { return Ok(None) };
        let rule = self.organisation.assignment(&ticket.service, &ticket.category);
        if rule == Assignment::None {
            return Ok(None);
        }
        let place = format!("{}/{}", ticket.service, ticket.category);
        let turn = self.turn(change, &place)?;
        let same = if rule == Assignment::SameAgent { self.last_agent(ticket)? } else { None };
        let all = self.candidates((change, rule), ticket, &outcome.done)?;
        let Some(who) = choose(rule, &all, Before { turn: turn.as_ref(), same: same.as_ref() }) else { return Ok(None) };
        let assigned = decide_all(Some(ticket), vec![Action::Assign(who.clone())], &Actor::clock(), self.rules(), change.at);
        change.turns.push((place, who));
        let done = outcome.done.iter().cloned().chain(assigned.done).collect();
        Ok(Some(Outcome { ticket: assigned.ticket, done, refused: outcome.refused.clone() }))
    }

    fn turn(&self, change: &Change, place: &str) -> Result<Option<Address>, Fault> {
        let now = change.turns.iter().rev().find(|(known, _)| known == place).map(|(_, who)| who.clone());
        Ok(match now {
            Some(who) => Some(who),
            None => self.store.turn(place)?,
        })
    }

    /// Agents of the service who take tickets. Who is away, or has asked for it themselves, gets none. What each has is
    /// counted where the rule asks for it.
    fn candidates(&self, (change, rule): (&Change, Assignment), ticket: &Ticket, done: &[Event]) -> Result<Vec<Candidate>, Fault> {
        let mut all = Vec::new();
        for (agent, member) in self.organisation.members(&ticket.service).filter(|(_, member)| member.may.contains(&Privilege::TakeFree)) {
            let who = agent.address.clone();
            let party = ticket.is_participant(&who) || done.iter().any(|event| event.actor.person.as_ref() == Some(&who));
            let there = !party && !self.store.preferences(&who)?.is_away(change.at);
            let open = if rule.counts_load() { self.load_of(&who, &member.service)? } else { 0 };
            all.push(Candidate { open, who, there });
        }
        Ok(all)
    }

    fn load_of(&self, who: &Address, service: &str) -> Result<usize, Fault> {
        Ok(self.store.shelf_count(&Shelf::in_charge(service, who), LOAD_MAX)?)
    }

    fn last_agent(&self, ticket: &Ticket) -> Result<Option<Address>, Fault> {
        let before = self.store.tickets_of(&ticket.requester, Some(ticket.id), LAST_TICKETS)?;
        let same = before.into_iter().filter(|other| other.service == ticket.service && other.requester == ticket.requester);
        Ok(same.into_iter().find_map(|other| other.assignee))
    }
}

/// It came here just now, and nobody has it.
fn is_to_give(ticket: &Ticket, done: &[Event]) -> bool {
    let came = |event: &Event| {
        matches!(event.what, What::Opened { .. } | What::Transferred { .. } | What::Changed { after: Property::Category(_), .. })
    };
    ticket.status == Status::Free && ticket.assignee.is_none() && done.iter().any(came)
}
