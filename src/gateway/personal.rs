//! What is known of somebody: everything of theirs in two files, for themselves; and how it is forgotten.
//!
//! Promises: somebody gets what they may see as a participant, whoever they are elsewhere in the house. A ticket outlives its
//! people: whoever is forgotten is somebody else in it, whom nobody can write to.
//! Excludes: who asks (see `receive::questions` and the command line).

use serde_json::{Value, json};

use super::Gateway;
use crate::address::Address;
use crate::desk::{Event, Ticket, TicketId};
use crate::notifications::Personal;
use crate::store::{Backend, Erasure, Reads, Store};

/// Bytes of text that are mailed at most, in each of two files.
pub const PERSONAL_MAX: usize = 4 << 20;
/// Tickets that are read at once.
const PAGE: usize = 100;

/// Somebody's tickets as they may see them, newest first, up to about so many bytes of text.
pub fn personal(reads: &dyn Reads, who: &Address, most: usize) -> Result<Personal, Backend> {
    let (mut told, mut text, mut more) = (Vec::new(), String::new(), false);
    each_of(reads, who, |ticket| {
        let mut events = reads.events(ticket.id)?;
        events.retain(|event| event.is_shown(ticket, who));
        let written = as_text(ticket, &events);
        more = text.len() + written.len() > most && !told.is_empty();
        if !more {
            text.push_str(&written);
            told.push(as_json(ticket, &events));
        }
        Ok(!more)
    })?;
    let known = reads.person(who)?.map(|person| json!({"name": person.name, "language": person.language}));
    let tickets = told.len();
    let also = reads.preferences(who)?.also;
    let all = json!({"person": who, "also": also, "known": known, "tickets": told});
    Ok(Personal { tickets, more, json: format!("{all:#}\n"), text })
}

/// Looks at somebody's tickets, newest first, until it has seen enough.
fn each_of(reads: &dyn Reads, who: &Address, mut look: impl FnMut(&Ticket) -> Result<bool, Backend>) -> Result<(), Backend> {
    let mut below = None;
    loop {
        let page = reads.tickets_of(who, below, PAGE)?;
        for ticket in &page {
            if !look(ticket)? {
                return Ok(());
            }
        }
        if page.len() < PAGE {
            return Ok(());
        }
        below = page.last().map(|ticket| ticket.id);
    }
}

fn as_json(ticket: &Ticket, events: &[Event]) -> Value {
    let event = |event: &Event| {
        let files = event.source.iter().flat_map(|source| &source.attachments).map(|file| json!({"name": file.name, "bytes": file.size}));
        json!({
            "at": event.at, "who": event.actor.person, "what": event.what.word(), "text": event.text,
            "files": files.collect::<Vec<_>>(),
        })
    };
    json!({
        "number": ticket.id, "title": ticket.title, "status": ticket.status.word(), "service": ticket.service, "category": ticket.category,
        "requester": ticket.requester, "beneficiary": ticket.beneficiary, "phone": ticket.details.phone,
        "equipment": ticket.details.equipment, "fields": ticket.details.fields, "opened_at": ticket.opened_at, "rating": ticket.rating,
        "events": events.iter().map(event).collect::<Vec<_>>(),
    })
}

/// The words, as they were said.
fn as_text(ticket: &Ticket, events: &[Event]) -> String {
    let mut text = format!("#{}  {}\n\n", ticket.id, ticket.title);
    for event in events {
        let Some(said) = event.text.as_ref().filter(|said| !said.is_empty()) else { continue };
        let who = event.actor.person.as_ref().map_or("-", |who| who.as_str());
        text.push_str(&format!("{}  {who}\n{said}\n\n", event.at.strftime("%Y-%m-%d %H:%M")));
    }
    text
}

/// Why somebody cannot be forgotten yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// They are an agent: the organisation file names them.
    Agent,
    /// They take part in tickets that are open, or have one in charge.
    Open(Vec<TicketId>),
}

/// What keeps somebody from being forgotten, if anything does.
pub fn bound(reads: &dyn Reads, who: &Address) -> Result<Option<Bound>, Backend> {
    if reads.organisation()?.agent(who).is_some() {
        return Ok(Some(Bound::Agent));
    }
    let mut open = Vec::new();
    each_of(reads, who, |ticket| {
        open.extend(ticket.status.is_open().then_some(ticket.id));
        Ok(true)
    })?;
    Ok((!open.is_empty()).then_some(Bound::Open(open)))
}

impl<S: Store> Gateway<S> {
    /// Forgets a portion of what is known of somebody; nothing: nothing is left. Refuses while anything keeps them.
    pub fn erase(&mut self, erasure: &Erasure) -> Result<u64, Backend> {
        if bound(&self.store, &erasure.person)?.is_some() || self.site.is_own(&erasure.person) {
            return Err(Backend("this person is an agent, takes part in open tickets, or is the desk itself".into()));
        }
        self.store.erase(erasure)
    }
}
