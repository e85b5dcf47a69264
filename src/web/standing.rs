//! Whether a link still does what it was made for, and otherwise what happened since: a value that pages put into words.
//!
//! Promises: an end is strict, to the second (CASEBOOK C07); a link that was made for one proposal or question never
//! works for another (C06). The gateway decides again when a button is pressed; this is only what is shown.

use jiff::Timestamp;

use super::look::Seen;
use crate::desk::{Action, Actor, Door, End, Event, Purpose, Rules, Status, Ticket, What, Words, decide_all};
use crate::proof::Level;
use crate::site::Site;

/// What a link is good for now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Standing<'a> {
    /// It does what it was made for.
    Live,
    /// Decided, or answered, by this event.
    Settled(&'a Event),
    /// A later proposal or question took its place.
    Superseded,
    /// The ticket went on, and the question is no longer open.
    Moved,
    /// Its time is over, or it was made void.
    Expired,
    /// Its owner has no part in the ticket any more.
    Gone,
}

/// Judges a link.
pub fn standing(seen: &Seen, now: Timestamp) -> Standing<'_> {
    let (link, ticket) = (&seen.link, &seen.ticket);
    if matches!(link.purpose, Purpose::Undo | Purpose::Draft) {
        return of_commands(seen, now);
    }
    if !ticket.is_participant(&link.person) || seen.organisation.is_disabled(&link.person) {
        return Standing::Gone;
    }
    let expired = link.ended_at.is_some() || link.expires_at <= now;
    match link.purpose {
        Purpose::View if expired => Standing::Expired,
        Purpose::View => Standing::Live,
        Purpose::Rate | Purpose::Solved | Purpose::Sort | Purpose::Addition if !ticket.is_owner(&link.person) => Standing::Gone,
        Purpose::Rate if expired => Standing::Expired,
        Purpose::Rate if matches!(ticket.status, Status::Closed { end: End::Approved | End::Expired, .. }) => Standing::Live,
        Purpose::Rate => Standing::Moved,
        Purpose::Sort | Purpose::Addition if expired => Standing::Expired,
        Purpose::Addition if ticket.status.is_open() && ticket.id == link.ticket => Standing::Live,
        Purpose::Addition => Standing::Moved,
        Purpose::Sort if ticket.status.is_open() && ticket.category.is_empty() => Standing::Live,
        Purpose::Sort => Standing::Moved,
        Purpose::Solved if expired => Standing::Expired,
        Purpose::Solved if ticket.status.is_open() => Standing::Live,
        Purpose::Solved => Standing::Moved,
        Purpose::Approve | Purpose::RefuseClosure | Purpose::Answer => of_request(seen, expired),
        Purpose::Undo | Purpose::Draft => of_commands(seen, now),
    }
}

/// What goes on after commands is for whoever wrote them: an agent, whose tickets these are no more than others'.
fn of_commands(seen: &Seen, now: Timestamp) -> Standing<'_> {
    let link = &seen.link;
    let takes_back = link.purpose == Purpose::Undo && seen.ticket.is_participant(&link.person);
    match seen.organisation.agent(&link.person).is_some() || takes_back {
        false => Standing::Gone,
        true if link.ended_at.is_some() || link.expires_at <= now => Standing::Expired,
        true => Standing::Live,
    }
}

fn of_request(seen: &Seen, expired: bool) -> Standing<'_> {
    let (link, ticket) = (&seen.link, &seen.ticket);
    if link.ticket != ticket.id {
        return Standing::Moved;
    }
    if let Some(event) = seen.events.iter().rev().find(|event| settles(link.purpose, link.request, &event.what)) {
        return Standing::Settled(event);
    }
    match open_request(ticket, link.purpose) {
        Some(open) if open != link.request => Standing::Superseded,
        Some(_) if !ticket.is_owner(&link.person) => Standing::Gone,
        Some(_) if expired => Standing::Expired,
        Some(_) => Standing::Live,
        None => Standing::Moved,
    }
}

/// Does this event decide on the request that a link is bound to?
fn settles(purpose: Purpose, number: u64, what: &What) -> bool {
    match what {
        What::ClosureApproved { request } | What::ClosureRefused { request, .. } => purpose != Purpose::Answer && *request == number,
        What::Answered { request, .. } => purpose == Purpose::Answer && *request == number,
        _ => false,
    }
}

/// The number of the question of that kind that is open now.
fn open_request(ticket: &Ticket, purpose: Purpose) -> Option<u64> {
    match (&ticket.status, purpose) {
        (Status::AwaitingApproval { request, .. }, Purpose::Approve | Purpose::RefuseClosure) => Some(*request),
        (Status::WaitingForInformation { request, .. }, Purpose::Answer) => Some(*request),
        _ => None,
    }
}

/// What the owner of a live ticket link may do on its page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct May {
    /// Write.
    pub reply: bool,
    /// Bring it back from its end.
    pub reopen: bool,
    /// Take it back.
    pub cancel: bool,
    /// Stop following.
    pub leave: bool,
}

/// What the desk would say now: it is asked, and nothing comes of it.
pub fn may(seen: &Seen, site: &Site, now: Timestamp) -> May {
    let (person, ticket) = (&seen.link.person, &seen.ticket);
    let actor = Actor { as_participant: true, ..Actor::person(person.clone(), None, Door::Link, Level::Proven) };
    let rules = Rules { organisation: &seen.organisation, policy: &site.policy };
    let could = |action: Action| !decide_all(Some(ticket), vec![action], &actor, rules, now).done.is_empty();
    let words = || Words { text: "?".into(), ..Words::default() };
    May {
        reply: ticket.status.is_open() && could(Action::Reply(words())),
        reopen: could(Action::Reopen(words())),
        cancel: could(Action::Cancel),
        leave: could(Action::Leave(person.clone())),
    }
}

/// The buttons of a purpose's page; whatever else is posted to it is not found (CASEBOOK C11).
pub fn has_button(purpose: Purpose, button: &str) -> bool {
    let own: &[&str] = match purpose {
        Purpose::Approve | Purpose::RefuseClosure => &["approve", "refuse_closure"],
        Purpose::Answer => &["answer"],
        Purpose::Rate => &["rate"],
        Purpose::Solved => &["solved"],
        Purpose::View => &["reply", "reopen", "cancel", "leave"],
        Purpose::Sort | Purpose::Addition | Purpose::Undo | Purpose::Draft => &["confirm"],
    };
    button == "fresh_link" || own.contains(&button)
}
