//! Who may do what: one table, used by mail, link, page and command line alike (CASEBOOK D11).
//!
//! Promises: what somebody may do follows from their role on the ticket, the catalogue's line of the action, how sure we
//! are of them, and, for agents, their privileges in the ticket's service.
//! Excludes: what the ticket's status allows (see `decide`).

use super::action::Action;
use super::catalogue::{Spec, spec};
use super::event::{Actor, Door};
use super::organisation::{Organisation, Privilege};
use super::ticket::Ticket;
use super::why::Why;
use crate::address::Address;
use crate::proof::Level;

/// In which role somebody acts on a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Requester or beneficiary.
    Owner,
    /// Guest.
    Guest,
    /// Agent of the ticket's service.
    Agent,
    /// Nobody to this ticket.
    Stranger,
    /// Time itself.
    Clock,
}

/// The role of an actor. Who is both agent and participant acts as what they answered to (CASEBOOK D12): as a
/// participant they are never an agent. A disabled agent is nobody (B13).
pub fn role(ticket: &Ticket, actor: &Actor, organisation: &Organisation) -> Role {
    let Some(person) = &actor.person else {
        return if actor.door == Door::Clock { Role::Clock } else { Role::Stranger };
    };
    match () {
        () if organisation.is_disabled(person) => Role::Stranger,
        () if !actor.as_participant && organisation.membership(person, &ticket.service).is_some() => Role::Agent,
        () if ticket.is_owner(person) => Role::Owner,
        () if ticket.guest(person).is_some() => Role::Guest,
        () => Role::Stranger,
    }
}

/// May somebody change a service's agents and permanent guests?
pub fn manages(organisation: &Organisation, person: &Address, service: &str) -> bool {
    organisation.membership(person, service).is_some_and(|member| member.may.contains(&Privilege::ManageAgents))
}

/// Why an actor may not do this at all, whatever the status; `None` when they may.
pub fn forbidden(action: &Action, role: Role, ticket: &Ticket, by: (&Actor, &Organisation)) -> Option<Why> {
    let (actor, organisation) = by;
    let Some(Spec { roles, needs, .. }) = spec(action.word()) else { return Some(Why::NotAllowed) };
    match () {
        () if actor.level == Level::Failed && *needs > Level::Failed => Some(Why::NotProven { needs: Level::Proven }),
        () if !roles.contains(&role) => Some(Why::NotAllowed),
        () if actor.level < *needs => Some(Why::NotProven { needs: *needs }),
        () if role == Role::Agent => unprivileged(action, ticket, actor, organisation),
        () => None,
    }
}

/// Why an agent's privileges do not allow it.
fn unprivileged(action: &Action, ticket: &Ticket, actor: &Actor, organisation: &Organisation) -> Option<Why> {
    let Some(membership) = actor.person.as_ref().and_then(|person| organisation.membership(person, &ticket.service)) else {
        return Some(Why::NotAllowed);
    };
    let needed = privilege(action, ticket, actor).filter(|needed| !membership.may.contains(needed))?;
    Some(match (needed, &ticket.assignee, ticket.taken_at) {
        (Privilege::TakeAssigned, Some(by), Some(at)) => Why::AlreadyTaken { by: by.clone(), at },
        _ => Why::NotAllowed,
    })
}

/// The privilege that an agent needs, if any. Giving a ticket to oneself is taking it.
fn privilege(action: &Action, ticket: &Ticket, actor: &Actor) -> Option<Privilege> {
    let of_another = ticket.assignee.is_some() && ticket.assignee != actor.person;
    let takes = match action {
        Action::Take | Action::Ask(_) | Action::ProposeClosure(_) | Action::Postpone(..) => true,
        Action::Assign(to) => Some(to) == actor.person.as_ref(),
        _ => false,
    };
    match action {
        _ if takes && of_another => Some(Privilege::TakeAssigned),
        _ if takes && ticket.assignee.is_none() => Some(Privilege::TakeFree),
        _ if takes => None,
        Action::Assign(_) => Some(Privilege::Assign),
        Action::Release | Action::Recall if of_another => Some(Privilege::TakeAssigned),
        Action::Refuse(_) => Some(Privilege::Refuse),
        Action::Transfer(_) | Action::Back(_) => Some(Privilege::Transfer),
        Action::Set(_)
        | Action::Merge { .. }
        | Action::Link { .. }
        | Action::Parent { .. }
        | Action::Outage(_)
        | Action::OutageOver
        | Action::Split { .. }
        | Action::Spam => Some(Privilege::ManageProperties),
        Action::Reopen(_) => Some(Privilege::Reopen),
        _ => None,
    }
}
