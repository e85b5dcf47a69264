//! What a link leads to, as far as its owner may see it: read in one go, beside the writer.
//!
//! Promises: public events alone, and for a guest none from before they joined but the mail that brought them, whoever
//! the owner is elsewhere in the house (CASEBOOK B01). Excludes: whether the link still works (see [`super::standing`]).

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::files::may_be_image;
use super::sanitise::{Safe, sanitise};
use crate::address::Address;
use crate::desk::{End, Event, Organisation, Purpose, Source, Status, Ticket, TicketId, What};
use crate::knowledge::Article;
use crate::mail::{self, Limits};
use crate::store::{Backend, Link, Reads, TokenHash};

/// How many merges are followed.
const MERGES_MAX: usize = 16;
/// Bytes of mails whose HTML is looked at for one page, newest first; of others the words are shown.
const RAW_MAX: u64 = 16 << 20;
/// Mails whose HTML is looked at for one page.
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
    /// What the link offers to do, in the words of a mail of its owner.
    pub offer: Option<String>,
    /// The article that the link is about.
    pub article: Option<Article>,
    /// HTML that says the very words of an event, by its number.
    pub html: BTreeMap<u64, Safe>,
    /// Pictures of signatures, by the number of their event: parts, names and sizes.
    pub folded: BTreeMap<u64, Vec<Picture>>,
}

/// A picture that is no part of what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub part: u32,
    pub name: String,
    pub size: u64,
}

/// How much of the ticket is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Who, what, when.
    Events,
    /// Also the mails, within these limits, for their HTML.
    Mails(Limits),
}

/// Follows a link; `None` when there is none.
pub fn see(reads: &dyn Reads, hash: &TokenHash, depth: Depth) -> Result<Option<Seen>, Backend> {
    let Some(link) = reads.link(hash)? else { return Ok(None) };
    let Some(ticket) = head(reads, link.ticket)? else { return Ok(None) };
    let mut events = reads.events(ticket.id)?;
    events.retain(|event| event.is_shown(&ticket, &link.person));
    let language = reads.person(&link.person)?.and_then(|person| person.language);
    let (html, folded) = shown(reads, &link, (&events, depth))?;
    let offer = if matches!(link.purpose, Purpose::Draft | Purpose::Sort | Purpose::Addition) { reads.offer(&link.hash)? } else { None };
    let article = if link.purpose == Purpose::Solved { reads.article(link.request)? } else { None };
    let article = article.map(|known| known.article).filter(|article| !article.internal);
    Ok(Some(Seen { organisation: reads.organisation()?, link, ticket, events, language, offer, article, html, folded }))
}

/// A ticket as somebody signed in may see it: everything as an agent, else as the owner of a link to it would. `None`: they
/// have no part in it.
pub fn see_as(reads: &dyn Reads, person: &Address, (id, as_agent): (TicketId, bool), depth: Depth) -> Result<Option<Seen>, Backend> {
    let Some(ticket) = head(reads, id)? else { return Ok(None) };
    if !as_agent && !ticket.is_participant(person) {
        return Ok(None);
    }
    let link = Link {
        hash: TokenHash::default(),
        purpose: Purpose::View,
        person: person.clone(),
        ticket: ticket.id,
        request: 0,
        issued_at: ticket.opened_at,
        expires_at: Timestamp::MAX,
        ended_at: None,
    };
    let mut events = reads.events(ticket.id)?;
    events.retain(|event| as_agent || event.is_shown(&ticket, person));
    let language = reads.person(person)?.and_then(|person| person.language);
    let (html, folded) = shown(reads, &link, (&events, depth))?;
    Ok(Some(Seen { organisation: reads.organisation()?, link, ticket, events, language, html, folded, offer: None, article: None }))
}

/// The ticket where a merged one goes on.
fn head(reads: &dyn Reads, mut id: TicketId) -> Result<Option<Ticket>, Backend> {
    for _ in 0..MERGES_MAX {
        let Some(ticket) = reads.ticket(id)? else { return Ok(None) };
        match ticket.status {
            Status::Closed { end: End::Merged(into), .. } => id = into,
            _ => return Ok(Some(ticket)),
        }
    }
    Ok(None)
}

/// Does the page of this link show the words and files of this event? A ticket's page shows all, others what they ask
/// about.
pub fn shows(link: &Link, event: &Event) -> bool {
    match (link.purpose, &event.what) {
        (Purpose::View, _) => true,
        (Purpose::Approve | Purpose::RefuseClosure, What::ClosureProposed { request, .. }) => *request == link.request,
        (Purpose::Answer, What::InformationRequested { request }) => *request == link.request,
        _ => false,
    }
}

type Shown = (BTreeMap<u64, Safe>, BTreeMap<u64, Vec<Picture>>);

/// What the mails of these events show besides their words.
fn shown(reads: &dyn Reads, link: &Link, (events, depth): (&[Event], Depth)) -> Result<Shown, Backend> {
    let (mut html, mut folded, mut room) = (BTreeMap::new(), BTreeMap::new(), RAW_MAX);
    let Depth::Mails(limits) = depth else { return Ok((html, folded)) };
    for event in events.iter().rev().filter(|event| event.text.is_some() && shows(link, event)).take(HTML_MAX) {
        let Some(source) = &event.source else { continue };
        let size = reads.instance(source.instance)?.filter(|instance| !instance.cut && instance.size <= room).map(|instance| instance.size);
        let Some(size) = size else { continue };
        room -= size;
        let Some(raw) = reads.raw(source.instance)? else { continue };
        let mail = mail::read(&raw, &limits);
        html.extend(html_of(&mail, event, &limits).map(|safe| (event.seq, safe)));
        folded.insert(event.seq, pictures(&mail, source));
    }
    Ok((html, folded))
}

/// Pictures of a mail that its event leaves out: they stand in a signature, mail after mail.
fn pictures(mail: &mail::Incoming, source: &Source) -> Vec<Picture> {
    let left_out = |file: &&mail::Attachment| file.inline && source.attachments.iter().all(|kept| kept.part != file.part);
    let picture = |file: &mail::Attachment| Picture { part: file.part, name: file.name.clone(), size: file.size };
    mail.attachments.iter().filter(left_out).filter(|file| may_be_image(&file.content_type)).map(picture).collect()
}

/// The name and the content of a file that came with an event's mail: an attachment, or a folded picture.
pub fn file_of(reads: &dyn Reads, event: &Event, number: u32) -> Result<Option<(String, Vec<u8>)>, Backend> {
    let Some(source) = &event.source else { return Ok(None) };
    let Some(raw) = reads.raw(source.instance)? else { return Ok(None) };
    let attached = source.attachments.iter().find(|file| file.part == number).map(|file| file.name.clone());
    let folded =
        || pictures(&mail::read(&raw, &Limits::default()), source).into_iter().find(|file| file.part == number).map(|file| file.name);
    let name = attached.or_else(folded);
    Ok(name.and_then(|name| Some((name, mail::read::part(&raw, number)?))))
}

/// Quotes, signatures, links and what was taken out of the words must not come back by the HTML of the same mail: it is
/// shown when it says the same, otherwise the words alone are (CASEBOOK B01, C12, C15, G06).
fn html_of(mail: &mail::Incoming, event: &Event, limits: &Limits) -> Option<Safe> {
    let safe = sanitise(mail.html.as_deref()?, limits)?;
    same_words(&mail::read::html_text(safe.as_str()), event.text.as_deref()?).then_some(safe)
}

/// Equal but for spaces.
fn same_words(html: &str, text: &str) -> bool {
    html.split_whitespace().eq(text.split_whitespace())
}
