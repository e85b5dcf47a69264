//! Loads what the pure rules of routing ask for.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::case::Case;
use crate::address::Address;
use crate::desk::{Door, Organisation, Role, Status, Ticket, TicketId, What};
use crate::mail::{self, Carrier, Keys, Limits, Voice};
use crate::notifications::MailKind;
use crate::routing::route::By;
use crate::routing::{Candidate, Facts};
use crate::site::Site;
use crate::store::{Backend, Disposition, How, Instance, KnownId, Reads};

/// How many merges are followed before a chain counts as a knot.
const MERGES_MAX: usize = 16;

/// Letters that are read again beside a mail that answers them, and how large, in bytes.
const LETTERS_MAX: usize = 2;
const LETTER_MAX: usize = 256 << 10;
/// Words of a ticket that are compared with a mail: the newest ones.
const SAID_MAX: usize = 10;

/// What the guard asks for.
pub fn facts(reads: &impl Reads, organisation: &Organisation, case: &Case<'_>) -> Result<Facts, Backend> {
    let mut facts = Facts::default();
    if let Some(twin) = reads.twins(&case.message_id)?.iter().find(|twin| is_copy(twin, case)) {
        facts.copy_of = Some(twin.id);
    }
    facts.sent_by_us = sent_by_us(reads, &case.message_id)?;
    if let Some(author) = case.identity.address() {
        let hour = case.now - SignedDuration::from_hours(1);
        facts.agent = organisation.agent(author).is_some();
        facts.from_author = reads.from_since(author, None, hour)?;
        facts.wrong_tags = reads.from_since(author, Some("wrong-tag"), hour)?;
    }
    Ok(facts)
}

/// What was said in a conversation, as somebody who answers it may repeat it: the letters that this mail answers, and the last words
/// of the ticket.
pub fn said(reads: &impl Reads, case: &Case<'_>, ticket: TicketId, limits: &Limits) -> Result<Vec<String>, Backend> {
    let mut texts = Vec::new();
    for id in case.pointers.ids.iter().take(LETTERS_MAX) {
        let Some(row) = reads.letter_of(id)? else { continue };
        let letter = reads.letter_bytes(row.id)?.filter(|letter| letter.bytes.len() <= LETTER_MAX);
        texts.extend(letter.map(|letter| mail::read(&letter.bytes, limits).text));
    }
    let events = reads.events(ticket)?;
    texts.extend(events.into_iter().rev().filter_map(|event| event.text).take(SAID_MAX));
    Ok(texts)
}

/// Type and size of the pictures that the mails of a ticket showed.
pub fn pictures(reads: &impl Reads, ticket: TicketId) -> Result<Vec<(String, u64)>, Backend> {
    let files = reads.events(ticket)?.into_iter().filter_map(|event| event.source).flat_map(|source| source.attachments);
    Ok(files.filter(|file| file.content_id.is_some()).map(|file| (file.content_type, file.size)).collect())
}

/// Our own ids are of our shape; the outbox knows them all.
fn sent_by_us(reads: &impl Reads, id: &str) -> Result<bool, Backend> {
    Ok(Carrier::in_message_id(id).is_some() && reads.letter_of(id)?.is_some())
}

/// The same mail by another way: same id, author and date; its body may differ by a list's footer, but then the earlier
/// one must have had its effect, so that nobody mutes a mail by sending its id first (CASEBOOK A24, FIELD B04).
fn is_copy(twin: &Instance, case: &Case<'_>) -> bool {
    let Some(handled) = &twin.handled else { return false };
    let same = handled.from.as_ref() == case.identity.address() && handled.date == case.mail.date;
    let effective = matches!(handled.disposition, Disposition::Attached | Disposition::New) && handled.reason != "unverified";
    twin.id != case.waiting.instance && same && (handled.body_hash == case.body_hash || (effective && case.mail.message_id.is_some()))
}

/// Where the mail's pointers lead.
#[derive(Debug, Default)]
pub struct Pointed {
    /// Tickets, merges followed, each once by its best pointer.
    pub candidates: Vec<Candidate>,
    /// One that was deleted.
    pub purged: Option<TicketId>,
}

/// Follows the mail's pointers.
pub fn pointed(reads: &impl Reads, organisation: &Organisation, case: &Case<'_>, site: &Site) -> Result<Pointed, Backend> {
    let mut found: Vec<(TicketId, By, i64)> = Vec::new();
    signed(reads, organisation, case, &site.keys, &mut found)?;
    by_ids(reads, case, &mut found)?;
    if let Some((number, check)) = &case.pointers.subject
        && site.keys.checks(*number, check)
    {
        found.push((*number, By::SubjectTag, 0));
    }
    if let Some(root) = &case.pointers.thread_root {
        found.extend(reads.threads(root)?.into_iter().map(|id| (id, By::ThreadIndex, 0)));
    }
    found.sort_by_key(|(_, by, _)| *by);
    let Pointed { mut candidates, mut purged } = Pointed::default();
    for (id, by, depth) in found {
        let Some(ticket) = head(reads, id)? else {
            purged = purged.or(reads.purged(id)?.map(|_| id));
            continue;
        };
        if let Some(again) = candidates.iter_mut().find(|candidate| candidate.ticket.id == ticket.id) {
            again.depth = again.depth.max(depth);
            continue;
        }
        let author = case.identity.address();
        let role = match role(&ticket, organisation, author) {
            Role::Owner if is_member(&ticket, organisation, author) && voice(reads, organisation, case, site)? != Voice::Own => Role::Agent,
            role => role,
        };
        let fresh = is_fresh(reads, &ticket)?;
        candidates.push(Candidate { ticket, by, role, fresh, depth });
    }
    Ok(Pointed { candidates, purged })
}

/// The ticket that a person chose for a mail.
pub fn chosen(reads: &impl Reads, organisation: &Organisation, case: &Case<'_>, id: TicketId) -> Result<Option<Candidate>, Backend> {
    let Some(ticket) = head(reads, id)? else { return Ok(None) };
    let role = role(&ticket, organisation, case.identity.address());
    Ok((ticket.id == id).then_some(Candidate { ticket, by: By::Chosen, role, fresh: false, depth: 0 }))
}

/// Carriers whose MAC fits the author or somebody of the ticket: a forwarded address still names its thread.
fn signed(
    reads: &impl Reads,
    organisation: &Organisation,
    case: &Case<'_>,
    keys: &Keys,
    found: &mut Vec<(TicketId, By, i64)>,
) -> Result<(), Backend> {
    for carrier in case.pointers.tags.iter().chain(&case.pointers.signed_ids) {
        if carrier.purpose == crate::mail::carrier::Purpose::Envelope || found.iter().any(|(id, ..)| *id == carrier.number) {
            continue;
        }
        let for_author = case.identity.address().is_some_and(|author| keys.made_for(carrier, author));
        let for_somebody = || -> Result<bool, Backend> {
            let Some(ticket) = reads.ticket(carrier.number)? else { return Ok(false) };
            let agents = organisation.agents.iter().map(|agent| &agent.address);
            Ok(ticket.participants().into_iter().chain(agents).any(|person| keys.made_for(carrier, person)))
        };
        if for_author || for_somebody()? {
            found.push((carrier.number, By::Signed, 0));
        }
    }
    Ok(())
}

fn by_ids(reads: &impl Reads, case: &Case<'_>, found: &mut Vec<(TicketId, By, i64)>) -> Result<(), Backend> {
    let mut ids = case.pointers.ids.clone();
    ids.extend(case.pointers.own_id.clone());
    for KnownId { id, ticket, how, .. } in reads.known(&ids)? {
        let own = case.pointers.own_id.as_ref() == Some(&id);
        let depth = case.pointers.ids.iter().position(|other| *other == id).map_or(-1, |index| index as i64);
        match (own, how) {
            (true, How::Quoted) => found.push((ticket, By::Ghost, -1)),
            (true, _) => {}
            (false, How::Quoted) => found.push((ticket, By::QuotedId, depth)),
            (false, How::Seen | How::Sent) => found.push((ticket, By::KnownId, depth)),
        }
    }
    Ok(())
}

/// The living end of a chain of merges.
pub fn head(reads: &impl Reads, id: TicketId) -> Result<Option<Ticket>, Backend> {
    let mut next = Some(id);
    for _ in 0..MERGES_MAX {
        let Some(id) = next else { return Ok(None) };
        let Some(ticket) = reads.ticket(id)? else { return Ok(None) };
        match ticket.status {
            Status::Closed { end: crate::desk::End::Merged(into), .. } => next = Some(into),
            _ => return Ok(Some(ticket)),
        }
    }
    Ok(None)
}

/// In whose part the author answers: what the reply address says that was mailed to them, or the letter that they answer.
pub fn voice(reads: &impl Reads, organisation: &Organisation, case: &Case<'_>, site: &Site) -> Result<Voice, Backend> {
    let Some(author) = case.identity.address() else { return Ok(Voice::Own) };
    let theirs: Vec<Voice> = case.pointers.tags.iter().filter(|tag| site.keys.made_for(tag, author)).map(Carrier::voice).collect();
    // Of two, the one that fewer people hear.
    let told = [Voice::Note, Voice::Agent, Voice::Own].into_iter().find(|voice| theirs.contains(voice));
    let Some(answered) = case.pointers.ids.first().filter(|_| told.is_none() && !site.plus_addressing) else {
        return Ok(told.unwrap_or(Voice::Own));
    };
    let letter = reads.letter_of(answered)?;
    let kind = letter.and_then(|letter| MailKind::ALL.into_iter().find(|kind| kind.word() == letter.kind));
    Ok(match kind {
        Some(kind) if kind.is_internal() || kind == MailKind::History && organisation.agent(author).is_some() => Voice::Note,
        Some(kind) if kind.is_for_agents() => Voice::Agent,
        _ => Voice::Own,
    })
}

/// What somebody is to a ticket; its owner who is also an agent counts as its owner, until their mail answers one that was written to
/// the agent ([`voice`]).
pub fn role(ticket: &Ticket, organisation: &Organisation, who: Option<&Address>) -> Role {
    match who {
        Some(who) if ticket.is_owner(who) => Role::Owner,
        Some(_) if is_member(ticket, organisation, who) => Role::Agent,
        Some(who) if ticket.guest(who).is_some() => Role::Guest,
        _ => Role::Stranger,
    }
}

fn is_member(ticket: &Ticket, organisation: &Organisation, who: Option<&Address>) -> bool {
    who.is_some_and(|who| organisation.membership(who, &ticket.service).is_some())
}

/// Only mails of participants made it what it is.
fn is_fresh(reads: &impl Reads, ticket: &Ticket) -> Result<bool, Backend> {
    if ticket.status != Status::Free || ticket.assignee.is_some() {
        return Ok(false);
    }
    let mails_only = |what: &What| {
        matches!(
            what,
            What::Opened { .. }
                | What::Replied { .. }
                | What::Unverified
                | What::Filed
                | What::Joined { .. }
                | What::Rerooted { .. }
                | What::Absorbed { .. }
        )
    };
    Ok(reads.events(ticket.id)?.iter().all(|event| event.actor.door == Door::Mail && mails_only(&event.what)))
}

/// Start of the day-long and hour-long windows of the brakes.
pub fn since_hours(now: Timestamp, hours: i64) -> Timestamp {
    now - SignedDuration::from_hours(hours)
}

/// The candidates as `guichet why` shows them.
pub fn told(candidates: &[Candidate]) -> serde_json::Value {
    candidates.iter().map(|candidate| json!({"ticket": candidate.ticket.id, "by": candidate.by, "fresh": candidate.fresh})).collect()
}
