//! Searches: candidates come newest first along an index, and a bounded number of them is looked at, so that no search
//! takes long; whoever wants to look further back goes on from where it ended.

use jiff::Timestamp;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, Rows, params};

use super::search::quoted;
use super::values::{Id, Who, json};
use super::{lists, people};
use crate::address::Address;
use crate::desk::{Ticket, TicketId};
use crate::store::{Found, Order, Person, Place, Search, Shelf};

/// Every status, as the column has it.
const STATUSES: [&str; 10] = [
    "free",
    "in_progress",
    "waiting_for_information",
    "postponed",
    "awaiting_approval",
    "approved",
    "expired",
    "cancelled",
    "refused",
    "merged",
];
/// Tickets that one search looks at.
const LOOKS: usize = 4000;
/// Events that one search steps through.
const EVENTS: usize = 100_000;
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
    match search.words.is_empty() && search.person.is_none() {
        true => listed(connection, search, (from, below)),
        false => leaped(connection, search, (from, below)),
    }
}

/// Without words and people it is a list, read along the index of statuses and services.
fn listed(connection: &Connection, search: &Search, (from, below): (TicketId, TicketId)) -> rusqlite::Result<Found> {
    let asked = |word: &&&str| search.status.is_empty() || search.status.iter().any(|status| status == **word);
    let shelf = Shelf {
        services: search.services.clone(),
        status: STATUSES.iter().filter(asked).copied().collect(),
        order: Order::Newest,
        after: Some(Place { changed_at: Timestamp::UNIX_EPOCH, id: below }),
        limit: search.limit,
        ..Shelf::default()
    };
    let mut tickets = lists::shelf(connection, &shelf)?;
    let further = tickets.last().filter(|last| tickets.len() == search.limit && last.id > from).map(|last| last.id);
    tickets.retain(|ticket| ticket.id >= from);
    Ok(Found { tickets, further })
}

/// Words and people each have their tickets in order; those that all of them have are found by stepping through them side
/// by side, so that a page of results costs no more in a large base than in a small one.
fn leaped(connection: &Connection, search: &Search, (from, below): (TicketId, TicketId)) -> rusqlite::Result<Found> {
    let words: Vec<String> = quoted(&search.words).collect();
    let mut selects = Vec::new();
    for _ in &words {
        let sql = "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid >= ?2 AND rowid < ?3 ORDER BY rowid DESC";
        selects.push(connection.prepare_cached(sql)?);
    }
    let key = |id: TicketId| i64::try_from(id).ok().and_then(|id| id.checked_mul(1 << SEQ_BITS)).unwrap_or(i64::MAX);
    let mut streams = Vec::new();
    for (select, word) in selects.iter_mut().zip(&words) {
        streams.push(Stream::Words(select.query(params![word, key(from), key(below)])?));
    }
    if let Some(start) = &search.person {
        let mut theirs = theirs(connection, start, below)?;
        theirs.retain(|id| *id >= from);
        streams.push(Stream::People(theirs.into_iter()));
    }
    let (mut found, mut fitting) = (Found::default(), Fitting::of(connection, search)?);
    let mut steps = Steps { streams, left: EVENTS };
    for _ in 0..LOOKS {
        let Some(id) = steps.next()? else {
            // At the end of what there is, nothing is further; after too many steps there may be more.
            found.further = found.further.filter(|_| steps.left == 0);
            return Ok(found);
        };
        found.tickets.extend(fitting.ticket(id)?);
        found.further = Some(id);
        if found.tickets.len() >= search.limit || steps.left == 0 {
            return Ok(found);
        }
    }
    Ok(found)
}

/// Numbers of tickets, falling.
enum Stream<'a> {
    Words(Rows<'a>),
    People(std::vec::IntoIter<TicketId>),
}

impl Stream<'_> {
    fn next(&mut self) -> rusqlite::Result<Option<TicketId>> {
        match self {
            Stream::Words(rows) => rows.next()?.map(|row| Ok(row.get::<_, Id>(0)?.0 >> SEQ_BITS)).transpose(),
            Stream::People(ids) => Ok(ids.next()),
        }
    }
}

/// Several streams side by side, and how many steps may still be made.
struct Steps<'a> {
    streams: Vec<Stream<'a>>,
    left: usize,
}

impl Steps<'_> {
    /// The next ticket that all streams have; each is left behind it. None: there is no other, or it is too far.
    fn next(&mut self) -> rusqlite::Result<Option<TicketId>> {
        let Some(mut wanted) = self.step(0)? else { return Ok(None) };
        let mut agreed = 1;
        let mut at = 0;
        while agreed < self.streams.len() {
            at = (at + 1) % self.streams.len();
            let mut here = self.step(at)?;
            while here.is_some_and(|id| id > wanted) {
                here = self.step(at)?;
            }
            let Some(id) = here else { return Ok(None) };
            agreed = if id == wanted { agreed + 1 } else { 1 };
            wanted = id;
        }
        Ok(Some(wanted))
    }

    fn step(&mut self, at: usize) -> rusqlite::Result<Option<TicketId>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        self.streams[at].next()
    }
}

/// Judges candidates by their columns, and reads those that fit.
struct Fitting<'a> {
    select: CachedStatement<'a>,
    values: Vec<String>,
    last: TicketId,
}

impl<'a> Fitting<'a> {
    fn of(connection: &'a Connection, search: &Search) -> rusqlite::Result<Fitting<'a>> {
        let list = |n: usize| vec!["?"; n].join(",");
        let status = if search.status.is_empty() { String::new() } else { format!(" AND status IN ({})", list(search.status.len())) };
        let sql = format!("SELECT state FROM tickets WHERE service IN ({}){status} AND id = ?", list(search.services.len()));
        let values = search.services.iter().chain(&search.status).cloned().collect();
        Ok(Fitting { select: connection.prepare_cached(&sql)?, values, last: 0 })
    }

    /// Several words of a ticket bring it several times: it is found once.
    fn ticket(&mut self, id: TicketId) -> rusqlite::Result<Option<Ticket>> {
        if std::mem::replace(&mut self.last, id) == id {
            return Ok(None);
        }
        for (at, value) in (1..).zip(&self.values) {
            self.select.raw_bind_parameter(at, value)?;
        }
        self.select.raw_bind_parameter(self.values.len() + 1, Id(id))?;
        let mut rows = self.select.raw_query();
        rows.next()?.map(|row| json(row, "state")).transpose()
    }
}

/// Tickets of the people that a beginning may mean, newest first.
fn theirs(connection: &Connection, start: &str, below: TicketId) -> rusqlite::Result<Vec<TicketId>> {
    let mut theirs = Vec::new();
    for person in like(connection, start, PEOPLE)? {
        theirs.extend(lists::of_person(connection, &person.address, Some(below), LOOKS)?.into_iter().map(|ticket| ticket.id));
    }
    theirs.sort_unstable_by(|a, b| b.cmp(a));
    theirs.dedup();
    Ok(theirs)
}

/// The number below which tickets are looked for.
fn bounded(connection: &Connection, search: &Search) -> rusqlite::Result<TicketId> {
    let until = match search.until {
        Some(until) => first_since(connection, until)?,
        None => u64::try_from(i64::MAX).unwrap_or(u64::MAX),
    };
    Ok(search.below.map_or(until, |below| below.min(until)))
}

/// The number of the first ticket that was opened at or after a time: numbers follow time, so halving finds it.
pub(super) fn first_since(connection: &Connection, since: Timestamp) -> rusqlite::Result<TicketId> {
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
