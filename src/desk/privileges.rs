//! Who may do what: one table, used by mail, link, page and command line alike.

use super::action::{Action, Why};
use super::event::Actor;
use super::organisation::{Organisation, Privilege};
use super::ticket::{Status, Ticket};
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
}

/// The role of an actor. Who is both agent and participant acts as what they answered to (CASEBOOK D12).
pub fn role(ticket: &Ticket, actor: &Actor, organisation: &Organisation) -> Role {
    let Some(person) = &actor.person else { return Role::Agent };
    let agent = organisation.membership(person, &ticket.service).is_some();
    match () {
        () if agent && !actor.as_participant => Role::Agent,
        () if ticket.is_owner(person) => Role::Owner,
        () if ticket.guest(person).is_some() => Role::Guest,
        () if agent => Role::Agent,
        () => Role::Stranger,
    }
}

/// Why an actor may not do this at all, whatever the status; `None` when they may.
pub fn forbidden(action: &Action, role: Role, ticket: &Ticket, by: (&Actor, &Organisation)) -> Option<Why> {
    let (actor, organisation) = by;
    if actor.level == Level::Failed && !matches!(action, Action::File(_)) {
        return Some(Why::NotProven { needs: Level::Proven });
    }
    if !roles(action).contains(&role) {
        return Some(Why::NotAllowed);
    }
    if actor.level < needs(action) {
        return Some(Why::NotProven { needs: needs(action) });
    }
    if role != Role::Agent {
        return None;
    }
    let Some(person) = &actor.person else { return None };
    let membership = organisation.membership(person, &ticket.service)?;
    let needed = privilege(action, ticket, actor)?;
    (!membership.may.contains(&needed)).then_some(match (needed, &ticket.assignee, ticket.taken_at) {
        (Privilege::TakeAssigned, Some(by), Some(at)) => Why::AlreadyTaken { by: by.clone(), at },
        _ => Why::NotAllowed,
    })
}

/// The roles that may ever do this.
fn roles(action: &Action) -> &'static [Role] {
    use Role::{Agent, Guest, Owner, Stranger};
    match action {
        Action::Open(_) | Action::RequestJoin(_) => &[Owner, Guest, Agent, Stranger],
        Action::File(_) => &[Owner, Guest, Agent, Stranger],
        Action::Reply(_) | Action::Invite(_) | Action::Leave(_) => &[Owner, Guest, Agent],
        Action::Answer(_) => &[Owner, Guest],
        Action::Note(_) | Action::Take | Action::Assign(_) | Action::Release | Action::Ask(_) | Action::ProposeClosure(_) => &[Agent],
        Action::Approve(_) | Action::RefuseClosure(..) | Action::Rate(_) | Action::Cancel => &[Owner],
        Action::Reopen(_) => &[Owner, Agent],
        Action::Reroot { .. } | Action::Merge { .. } | Action::Absorb { .. } => &[Owner, Guest],
    }
}

/// The level that this needs. A participant's comment needs a claim (agents see it, marked); all else needs proof.
pub fn needs(action: &Action) -> Level {
    match action {
        Action::File(_) => Level::Failed,
        Action::Open(_) | Action::Reply(_) | Action::RequestJoin(_) => Level::Claimed,
        _ => Level::Proven,
    }
}

/// The privilege that an agent needs.
fn privilege(action: &Action, ticket: &Ticket, actor: &Actor) -> Option<Privilege> {
    let of_another = ticket.assignee.is_some() && ticket.assignee != actor.person;
    match action {
        Action::Take | Action::Ask(_) | Action::ProposeClosure(_) if of_another => Some(Privilege::TakeAssigned),
        Action::Take | Action::Ask(_) | Action::ProposeClosure(_) if ticket.status == Status::Free => Some(Privilege::TakeFree),
        Action::Assign(_) => Some(Privilege::Assign),
        Action::Release if of_another => Some(Privilege::TakeAssigned),
        Action::Reopen(_) => Some(Privilege::Reopen),
        _ => None,
    }
}
