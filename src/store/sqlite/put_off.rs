//! News that readers get a little later, in one mail.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::values::{At, Id, Who};
use crate::address::Address;
use crate::desk::TicketId;
use crate::store::{PutOff, Waits};

/// Writes one part of a change.
pub fn write(connection: &Connection, waits: &Waits) -> rusqlite::Result<()> {
    match waits {
        Waits::From(PutOff { ticket, person, events: (first, last), due_at }) => {
            let sql = "INSERT INTO put_off (ticket, person, first, last, due_at) VALUES (?1, ?2, ?3, ?4, ?5)";
            let params = params![Id(*ticket), person.as_str(), Id(*first), Id(*last), At(*due_at)];
            connection.prepare_cached(sql)?.execute(params).map(drop)
        }
        Waits::Over(ticket, person) => {
            let mut delete = connection.prepare_cached("DELETE FROM put_off WHERE ticket = ?1 AND person = ?2")?;
            delete.execute(params![Id(*ticket), person.as_str()]).map(drop)
        }
    }
}

/// What is put off for a reader of a ticket, oldest first.
pub fn of(connection: &Connection, ticket: TicketId, person: &Address) -> rusqlite::Result<Vec<PutOff>> {
    let sql = "SELECT first, last, due_at FROM put_off WHERE ticket = ?1 AND person = ?2 ORDER BY first";
    let mut select = connection.prepare_cached(sql)?;
    let rows = select.query_map(params![Id(ticket), person.as_str()], |row| {
        let events = (row.get::<_, Id>(0)?.0, row.get::<_, Id>(1)?.0);
        Ok(PutOff { ticket, person: person.clone(), events, due_at: row.get::<_, At>(2)?.0 })
    })?;
    rows.collect()
}

/// Who is to be told by now, the longest overdue first.
pub fn until(connection: &Connection, now: Timestamp, limit: usize) -> rusqlite::Result<Vec<(TicketId, Address)>> {
    let sql = "SELECT ticket, person FROM put_off WHERE due_at <= ?1 GROUP BY ticket, person ORDER BY min(due_at), ticket LIMIT ?2";
    let mut select = connection.prepare_cached(sql)?;
    let rows = select.query_map(params![At(now), Id(limit as u64)], |row| Ok((row.get::<_, Id>(0)?.0, row.get::<_, Who>(1)?.0)))?;
    rows.collect()
}
