//! What a link leads to, as far as its owner may see it: read in one go, beside the writer.
//!
//! Promises: public events alone, and for a guest none from before they joined but the mail that brought them, whoever
//! the owner is elsewhere in the house (CASEBOOK B01). Excludes: whether the link still works (see [`super::standing`]).

use std::collections::BTreeMap;

use super::sanitise::{Safe, sanitise};
use crate::desk::{Event, Organisation, Status, Ticket, TicketId, Visibility};
use crate::mail::{self, Limits};
use crate::store::{Backend, Link, Reads, TokenHash};

/// How many merges are followed.
const MERGES_MAX: usize = 16;
/// Bytes of a mail beyond which its HTML is not looked at for a page; the words of the event are shown instead.
const RAW_MAX: u64 = 4 << 20;
/// Mails whose HTML is looked at for one page, newest first.
const HTML_MAX: usize = 40;

/// A link and what it leads to.
#[derive(Debug)]
pub struct Seen {
    /// The capability.
    pub link: Link,
    /// The ticket as it is now; after a merge the one where it goes on.
    pub ticket: Ticket,
    /// Who is an agent, and what services are called.
    pub organisation: Organisation,
    /// What the link's owner may see, oldest first.
    pub events: Vec<Event>,
    /// The language that the owner writes in.
    pub language: Option<String>,
    /// HTML that says the very words of an event, by its number.
    pub html: BTreeMap<u64, Safe>,
}

/// How much of the ticket is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Who, what, when.
    Events,
    /// Also the mails, for their HTML.
    Mails,
}

/// Follows a link; `None` when there is none.
pub fn see(reads: &dyn Reads, hash: &TokenHash, depth: Depth) -> Result<Option<Seen>, Backend> {
    let Some(link) = reads.link(hash)? else { return Ok(None) };
    let Some(ticket) = head(reads, link.ticket)? else { return Ok(None) };
    let mut events = reads.events(ticket.id)?;
    events.retain(|event| may_see(&ticket, &link, event));
    let language = reads.person(&link.person)?.and_then(|person| person.language);
    let html = if depth == Depth::Mails { html(reads, &events)? } else { BTreeMap::new() };
    Ok(Some(Seen { organisation: reads.organisation()?, link, ticket, events, language, html }))
}

/// The ticket where a merged one goes on.
fn head(reads: &dyn Reads, mut id: TicketId) -> Result<Option<Ticket>, Backend> {
    for _ in 0..MERGES_MAX {
        let Some(ticket) = reads.ticket(id)? else { return Ok(None) };
        match ticket.status {
            Status::Closed { end: crate::desk::End::Merged(into), .. } => id = into,
            _ => return Ok(Some(ticket)),
        }
    }
    Ok(None)
}

/// Owners see what is public, guests what came after them, and the mail that brought them, which they have.
fn may_see(ticket: &Ticket, link: &Link, event: &Event) -> bool {
    let guest = ticket.guest(&link.person).is_some_and(|guest| guest.since <= event.seq || event.reached().contains(&link.person));
    event.visibility == Visibility::Public && (ticket.is_owner(&link.person) || guest)
}

fn html(reads: &dyn Reads, events: &[Event]) -> Result<BTreeMap<u64, Safe>, Backend> {
    let mut found = BTreeMap::new();
    for event in events.iter().rev().filter(|event| event.text.is_some()).take(HTML_MAX) {
        if let Some(safe) = html_of(reads, event)? {
            found.insert(event.seq, safe);
        }
    }
    Ok(found)
}

/// Quotes, signatures, links and what was taken out of the words must not come back by the HTML of the same mail: it is
/// shown when it says the same, otherwise the words alone are (CASEBOOK B01, C12, C15, G06).
fn html_of(reads: &dyn Reads, event: &Event) -> Result<Option<Safe>, Backend> {
    let (Some(source), Some(text)) = (&event.source, &event.text) else { return Ok(None) };
    let small = reads.instance(source.instance)?.is_some_and(|instance| instance.size <= RAW_MAX && !instance.cut);
    let raw = if small { reads.raw(source.instance)? } else { None };
    let html = raw.and_then(|raw| mail::read(&raw, &Limits::default()).html);
    let safe = html.and_then(|html| sanitise(&html));
    Ok(safe.filter(|safe| same_words(&mail::read::html_text(safe.as_str()), text)))
}

/// Equal but for spaces and list marks.
fn same_words(html: &str, text: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    words(html) == words(text)
}
