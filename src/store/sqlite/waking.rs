//! When time has something to do with tickets, found along an index, however many there are; and whose turn it is.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::tickets::is_open;
use super::values::{At, Id};
use crate::address::Address;
use crate::desk::{TicketId, Wake};

/// Tickets whose time has come, the longest overdue first.
pub fn waking(connection: &Connection, now: Timestamp, limit: usize) -> rusqlite::Result<Vec<TicketId>> {
    let mut select = connection.prepare_cached("SELECT id FROM tickets WHERE wake_at <= ?1 ORDER BY wake_at LIMIT ?2")?;
    select.query_map(params![At(now), Id(limit as u64)], |row| Ok(row.get::<_, Id>(0)?.0))?.collect()
}

/// When to look at a ticket next.
pub fn wind(connection: &Connection, ticket: TicketId, wake: Wake) -> rusqlite::Result<()> {
    let mut update = connection.prepare_cached("UPDATE tickets SET wake_at = ?2, due_at = ?3 WHERE id = ?1")?;
    update.execute(params![Id(ticket), wake.at.map(At), wake.due.map(At)]).map(drop)
}

/// All open tickets are looked at soon.
pub fn wind_all(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute(&format!("UPDATE tickets SET wake_at = ?1 WHERE {}", is_open()), [At(Timestamp::UNIX_EPOCH)]).map(drop)
}

/// Whose turn it was last.
pub fn turn(connection: &Connection, place: &str) -> rusqlite::Result<Option<Address>> {
    let mut select = connection.prepare_cached("SELECT person FROM turns WHERE place = ?1")?;
    let person: Option<String> = select.query_row([place], |row| row.get(0)).optional()?;
    Ok(person.and_then(|person| Address::parse(&person).ok()))
}

/// It was theirs.
pub fn take_turn(connection: &Connection, place: &str, person: &Address) -> rusqlite::Result<()> {
    connection.prepare_cached("INSERT OR REPLACE INTO turns (place, person) VALUES (?1, ?2)")?.execute([place, person.as_str()]).map(drop)
}

/// When the last letter was written.
pub fn last_written(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let mut select = connection.prepare_cached("SELECT queued_at FROM outbox ORDER BY id DESC LIMIT 1")?;
    select.query_row([], |row| Ok(row.get::<_, At>(0)?.0)).optional()
}
