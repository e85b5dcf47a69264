//! Tickets as they stand, their events, and who takes part.

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde::{Deserialize, Serialize};

use super::search;
use super::values::{At, Id, Named, as_json, json};
use crate::address::Address;
use crate::desk::{Actor, Event, Source, Status, Ticket, TicketId, What};
use crate::store::{CommitFault, Step, TicketQuery};

/// Bits of an event's key that hold its number in the ticket: a million events each.
pub(super) const SEQ_BITS: u32 = 20;

/// The condition that a ticket is at no end.
pub(super) fn is_open() -> String {
    format!("status IN ('{}')", Status::OPEN.join("', '"))
}

/// The last ticket's number, also of one that was deleted; 0 when there is none.
pub fn last(connection: &Connection) -> rusqlite::Result<TicketId> {
    let sql = "SELECT max(coalesce((SELECT max(id) FROM tickets), 0), coalesce((SELECT max(ticket) FROM purged), 0))";
    connection.prepare_cached(sql)?.query_row([], |row| Ok(row.get::<_, Id>(0)?.0))
}

/// A ticket.
pub fn one(connection: &Connection, id: TicketId) -> rusqlite::Result<Option<Ticket>> {
    connection.prepare_cached("SELECT state FROM tickets WHERE id = ?1")?.query_row([Id(id)], |row| json(row, "state")).optional()
}

/// Tickets that fit a query, newest first.
pub fn list(connection: &Connection, query: &TicketQuery) -> rusqlite::Result<Vec<Ticket>> {
    let filter = Filter::of(query);
    let sql = format!("SELECT state FROM tickets WHERE {} ORDER BY id DESC LIMIT {}", filter.sql, query.limit.min(i32::MAX as usize));
    let mut select = connection.prepare_cached(&sql)?;
    select.query_map(params_from_iter(filter.values), |row| json(row, "state"))?.collect()
}

/// Known outages, the oldest first.
pub fn outages(connection: &Connection) -> rusqlite::Result<Vec<Ticket>> {
    // Past ones are only looked up, and not read.
    let told = format!("SELECT id >> {SEQ_BITS} FROM events WHERE kind = 'outage_changed'");
    let sql = format!("SELECT state FROM tickets WHERE id IN ({told}) AND +{} ORDER BY id", is_open());
    let mut select = connection.prepare_cached(&sql)?;
    let mut found = select.query_map([], |row| json::<Ticket>(row, "state"))?.collect::<rusqlite::Result<Vec<_>>>()?;
    found.retain(|ticket| ticket.outage().is_some());
    Ok(found)
}

/// Conditions with their values, in order; only those that were asked for, so that an index can serve them.
struct Filter {
    sql: String,
    values: Vec<Box<dyn ToSql>>,
}

impl Filter {
    fn of(query: &TicketQuery) -> Filter {
        let mut filter = Filter { sql: "1".into(), values: vec![] };
        if !query.status.is_empty() {
            filter.sql += &format!(" AND status IN ({})", vec!["?"; query.status.len()].join(","));
            filter.values.extend(query.status.iter().map(|word| Box::new(word.clone()) as Box<dyn ToSql>));
        }
        filter.and(" AND id IN (SELECT ticket FROM participants WHERE person = ?)", query.person.as_ref().map(Address::to_string));
        filter.and(" AND assignee = ?", query.assignee.as_ref().map(Address::to_string));
        filter.and(" AND service = ?", query.service.clone());
        for word in query.words.iter().flat_map(|words| search::quoted(words)) {
            filter.and(&format!(" AND id IN (SELECT rowid >> {SEQ_BITS} FROM words WHERE words MATCH ?)"), Some(word));
        }
        filter.and(" AND id < ?", query.before.map(Id));
        filter
    }

    fn and(&mut self, sql: &str, value: Option<impl ToSql + 'static>) {
        if let Some(value) = value {
            self.sql += sql;
            self.values.push(Box::new(value));
        }
    }
}

/// Writes one ticket's part of a change.
pub fn write(connection: &Connection, step: &Step) -> Result<(), CommitFault> {
    let known = match step.expected {
        Some(version) => update(connection, step, version)?,
        None => insert(connection, step)?,
    };
    if !known {
        return Err(CommitFault::Stale(step.ticket.id));
    }
    fail::fail_point!("store::ticket", |_| Err(CommitFault::Stale(step.ticket.id)));
    for event in &step.events {
        write_event(connection, event)?;
    }
    Ok(())
}

/// False: the number is taken.
fn insert(connection: &Connection, step: &Step) -> rusqlite::Result<bool> {
    let new = put(
        connection,
        "INSERT INTO tickets (id, version, status, service, requester, assignee, updated_at, people, state, wake_at, due_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING",
        step,
    )?;
    if new {
        join(connection, &step.ticket)?;
    }
    Ok(new)
}

/// False: the version is another.
fn update(connection: &Connection, step: &Step, expected: u64) -> rusqlite::Result<bool> {
    let ticket = &step.ticket;
    let mut select = connection.prepare_cached("SELECT people FROM tickets WHERE id = ?1 AND version = ?2")?;
    let before: Option<String> = select.query_row([Id(ticket.id), Id(expected)], |row| row.get(0)).optional()?;
    let Some(before) = before else { return Ok(false) };
    put(
        connection,
        "UPDATE tickets SET version = ?2, status = ?3, service = ?4, requester = ?5, assignee = ?6, updated_at = ?7, people = ?8,
                state = ?9, wake_at = ?10, due_at = ?11, mails = 1 WHERE id = ?1",
        step,
    )?;
    if people(ticket) != before {
        leave(connection, ticket, &before)?;
        join(connection, ticket)?;
    }
    Ok(true)
}

/// Writes a ticket's columns in their order. False: no row took them.
fn put(connection: &Connection, sql: &str, Step { ticket, wake, .. }: &Step) -> rusqlite::Result<bool> {
    let (requester, assignee) = (ticket.requester.as_str(), ticket.assignee.as_ref().map(Address::as_str));
    let (id, version, status, at) = (Id(ticket.id), Id(ticket.version), ticket.status.word(), At(ticket.updated_at));
    let (people, state, wake_at, due_at) = (people(ticket), as_json(ticket)?, wake.at.map(At), wake.due.map(At));
    let mut put = connection.prepare_cached(sql)?;
    let values = params![id, version, status, ticket.service, requester, assignee, at, people, state, wake_at, due_at];
    Ok(put.execute(values)? == 1)
}

/// Participants in one column, to notice cheaply that they are others now.
fn people(ticket: &Ticket) -> String {
    ticket.participants().into_iter().map(Address::as_str).collect::<Vec<_>>().join("\n")
}

fn join(connection: &Connection, ticket: &Ticket) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO participants (person, ticket) VALUES (?1, ?2)")?;
    ticket.participants().into_iter().try_for_each(|person| insert.execute(params![person.as_str(), Id(ticket.id)]).map(drop))
}

fn leave(connection: &Connection, ticket: &Ticket, before: &str) -> rusqlite::Result<()> {
    let mut delete = connection.prepare_cached("DELETE FROM participants WHERE person = ?1 AND ticket = ?2")?;
    before.lines().try_for_each(|person| delete.execute(params![person, Id(ticket.id)]).map(drop))
}

/// What of an event has no column of its own.
#[derive(Deserialize)]
struct Body {
    actor: Actor,
    what: What,
    source: Option<Source>,
}

/// The same, on its way into the row.
#[derive(Serialize)]
struct Written<'a> {
    actor: &'a Actor,
    what: &'a What,
    source: &'a Option<Source>,
}

fn write_event(connection: &Connection, event: &Event) -> rusqlite::Result<()> {
    let body = Written { actor: &event.actor, what: &event.what, source: &event.source };
    let (kind, actor) = (event.what.word(), event.actor.person.as_ref().map(Address::as_str));
    let instance = event.source.as_ref().map(|source| Id(source.instance));
    let key = key(event.ticket, event.seq);
    connection
        .prepare_cached(
            "INSERT INTO events (id, at, kind, visibility, actor, instance, text, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![key, At(event.at), kind, Named(event.visibility), actor, instance, event.text, as_json(&body)?])?;
    search::note(connection, key, event)
}

/// Everything that happened to a ticket, in order.
pub fn events(connection: &Connection, ticket: TicketId) -> rusqlite::Result<Vec<Event>> {
    let mut select =
        connection.prepare_cached("SELECT id, at, visibility, text, body FROM events WHERE id >= ?1 AND id < ?2 ORDER BY id")?;
    select.query_map([key(ticket, 0), key(ticket.saturating_add(1), 0)], event_of)?.collect()
}

/// An event of its row.
pub fn event_of(row: &Row) -> rusqlite::Result<Event> {
    let Body { actor, what, source } = json(row, "body")?;
    let key = row.get::<_, Id>("id")?.0;
    Ok(Event {
        ticket: key >> SEQ_BITS,
        seq: key & ((1 << SEQ_BITS) - 1),
        at: row.get::<_, At>("at")?.0,
        actor,
        what,
        text: row.get("text")?,
        visibility: row.get::<_, Named<_>>("visibility")?.0,
        source,
    })
}

/// The key of an event. Numbers that no event can have give the last key, which is never used.
fn key(ticket: TicketId, seq: u64) -> i64 {
    let shifted = i64::try_from(ticket).ok().and_then(|ticket| ticket.checked_mul(1 << SEQ_BITS));
    match (shifted, i64::try_from(seq)) {
        (Some(ticket), Ok(seq)) if seq < 1 << SEQ_BITS => ticket + seq,
        _ => i64::MAX,
    }
}
