//! Searches: candidates come newest first along an index, and a bounded number of them is looked at, so that no search
//! takes long; whoever wants to look further back goes on from where it ended.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::search::quoted;
use super::values::{Id, Who, json};
use super::{lists, people};
use crate::address::Address;
use crate::desk::{Ticket, TicketId};
use crate::store::{Found, Person, Search};

/// Tickets that one search looks at.
const LOOKS: usize = 4000;
/// Events that one search goes through for each word.
const EVENTS: usize = 200_000;
/// People that a beginning may mean.
const PEOPLE: usize = 10;
/// Bits of an event's key that hold its number in the ticket (see `tickets`).
const SEQ_BITS: u32 = 20;

/// A search.
pub fn search(connection: &Connection, search: &Search) -> rusqlite::Result<Found> {
    let below = bounded(connection, search)?;
    let from = match search.since {
        Some(since) => first_since(connection, since)?,
        None => 0,
    };
    let (candidates, exhausted) = candidates(connection, search, (from, below))?;
    let mut found = Found::default();
    let last = candidates.last().copied();
    for id in candidates {
        let Some(ticket) = super::tickets::one(connection, id)? else { continue };
        if fits(search, &ticket) {
            found.tickets.push(ticket);
        }
        if found.tickets.len() >= search.limit {
            found.further = Some(id);
            return Ok(found);
        }
    }
    found.further = last.filter(|_| !exhausted);
    Ok(found)
}

/// The number below which tickets are looked for.
fn bounded(connection: &Connection, search: &Search) -> rusqlite::Result<TicketId> {
    let until = match search.until {
        Some(until) => first_since(connection, until)?,
        None => u64::try_from(i64::MAX).unwrap_or(u64::MAX),
    };
    Ok(search.below.map_or(until, |below| below.min(until)))
}

/// What the columns of a candidate do not say.
fn fits(search: &Search, ticket: &Ticket) -> bool {
    let status = search.status.is_empty() || search.status.iter().any(|word| word == ticket.status.word());
    let opened = |at: Timestamp| search.since.is_none_or(|since| at >= since) && search.until.is_none_or(|until| at < until);
    status && search.services.contains(&ticket.service) && opened(ticket.opened_at)
}

/// Numbers of tickets that may fit, newest first, and whether these are all.
fn candidates(connection: &Connection, search: &Search, (from, below): (TicketId, TicketId)) -> rusqlite::Result<(Vec<TicketId>, bool)> {
    let words: Vec<String> = quoted(&search.words).collect();
    let mut sets: Vec<Vec<TicketId>> = Vec::new();
    let mut all = true;
    if let Some(start) = &search.person {
        let mut theirs = Vec::new();
        for person in like(connection, start, PEOPLE)? {
            theirs.extend(lists::of_person(connection, &person.address, Some(below), LOOKS)?.into_iter().map(|ticket| ticket.id));
        }
        theirs.sort_unstable_by(|a, b| b.cmp(a));
        theirs.dedup();
        sets.push(theirs);
    }
    if words.is_empty() && sets.is_empty() {
        let mut select = connection.prepare_cached("SELECT id FROM tickets WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3")?;
        let ids: Vec<TicketId> = select
            .query_map(params![Id(from), Id(below), Id(LOOKS as u64)], |row| Ok(row.get::<_, Id>(0)?.0))?
            .collect::<Result<_, _>>()?;
        let exhausted = ids.len() < LOOKS;
        return Ok((ids, exhausted));
    }
    let mut select =
        connection.prepare_cached("SELECT rowid FROM words WHERE words MATCH ?1 AND rowid >= ?2 AND rowid < ?3 ORDER BY rowid DESC")?;
    let key = |id: TicketId| i64::try_from(id).ok().and_then(|id| id.checked_mul(1 << SEQ_BITS)).unwrap_or(i64::MAX);
    for word in words {
        let mut ids: Vec<TicketId> = Vec::new();
        let rows = select.query_map(params![word, key(from), key(below)], |row| Ok(row.get::<_, Id>(0)?.0 >> SEQ_BITS))?;
        for id in rows.take(EVENTS) {
            let id = id?;
            if ids.last() != Some(&id) {
                ids.push(id);
            }
        }
        sets.push(ids);
    }
    let mut common = sets.pop().unwrap_or_default();
    for set in sets {
        common.retain(|id| set.binary_search_by(|other| id.cmp(other)).is_ok());
    }
    common.retain(|id| *id >= from && *id < below);
    if common.len() > LOOKS {
        common.truncate(LOOKS);
        all = false;
    }
    Ok((common, all))
}

/// The number of the first ticket that was opened at or after a time: numbers follow time, so halving finds it.
fn first_since(connection: &Connection, since: Timestamp) -> rusqlite::Result<TicketId> {
    let mut select = connection.prepare_cached("SELECT state FROM tickets WHERE id >= ?1 ORDER BY id LIMIT 1")?;
    let (mut low, mut high) = (0, super::tickets::last(connection)? + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let ticket: Option<Ticket> = select.query_row([Id(middle)], |row| json(row, "state")).optional()?;
        match ticket {
            Some(ticket) if ticket.opened_at < since => low = ticket.id + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

/// People whose address or name begins so.
pub fn like(connection: &Connection, start: &str, limit: usize) -> rusqlite::Result<Vec<Person>> {
    let start = start.trim();
    if start.is_empty() {
        return Ok(vec![]);
    }
    if let Ok(address) = Address::parse(start) {
        let known = people::one(connection, &address)?;
        return Ok(vec![known.unwrap_or(Person {
            address,
            name: None,
            language: None,
            failures: 0,
            suppressed: false,
            is_list: false,
            blocked: false,
        })]);
    }
    let (start, end) = (start.to_lowercase(), format!("{}\u{10ffff}", start.to_lowercase()));
    let mut found: Vec<Person> = Vec::new();
    for sql in [
        "SELECT address FROM people WHERE address >= ?1 AND address < ?2 ORDER BY address LIMIT ?3",
        "SELECT address FROM people WHERE name IS NOT NULL AND name >= ?1 COLLATE NOCASE AND name < ?2 COLLATE NOCASE ORDER BY name COLLATE NOCASE LIMIT ?3",
    ] {
        let mut select = connection.prepare_cached(sql)?;
        let rows = select.query_map(params![start, end, Id(limit as u64)], |row: &Row| Ok(row.get::<_, Who>(0)?.0))?;
        for address in rows {
            let address = address?;
            if found.iter().all(|known| known.address != address) {
                found.extend(people::one(connection, &address)?);
            }
        }
    }
    found.truncate(limit);
    Ok(found)
}
