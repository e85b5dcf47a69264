//! Pointers at tickets: Message-IDs, Thread-Index roots, and where each reader's own thread stands.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::values::{Id, Who};
use crate::address::Address;
use crate::desk::TicketId;
use crate::store::{How, KnownId, Seen, Thread};

/// Remembers an id; what we know better stays: sent before seen before quoted.
pub fn write(connection: &Connection, known: &KnownId) -> rusqlite::Result<()> {
    let how = HOWS.iter().position(|how| *how == known.how).unwrap_or_default();
    connection
        .prepare_cached(
            "INSERT INTO known (id, ticket, how, person) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET how = excluded.how, person = excluded.person WHERE excluded.how > how",
        )?
        .execute(params![known.id, Id(known.ticket), how as i64, known.person.as_ref().map(Address::as_str)])?;
    Ok(())
}

/// By their number in the column.
const HOWS: [How; 3] = [How::Quoted, How::Seen, How::Sent];

/// Where ids point, in the order asked; each id's tickets in order.
pub fn known(connection: &Connection, ids: &[String]) -> rusqlite::Result<Vec<KnownId>> {
    let mut select = connection.prepare_cached("SELECT id, ticket, how, person FROM known WHERE id = ?1 ORDER BY ticket")?;
    let mut known = vec![];
    for id in ids {
        for row in select.query_map([id], known_of)? {
            known.push(row?);
        }
    }
    Ok(known)
}

fn known_of(row: &Row) -> rusqlite::Result<KnownId> {
    let (how, person): (usize, Option<Who>) = (row.get::<_, u32>(2)? as usize, row.get(3)?);
    let how = *HOWS.get(how).ok_or(rusqlite::Error::IntegralValueOutOfRange(2, how as i64))?;
    Ok(KnownId { id: row.get(0)?, ticket: row.get::<_, Id>(1)?.0, how, person: person.map(|who| who.0) })
}

/// Remembers a Thread-Index root.
pub fn write_thread(connection: &Connection, root: &[u8], ticket: TicketId) -> rusqlite::Result<()> {
    connection.prepare_cached("INSERT OR IGNORE INTO threads (root, ticket) VALUES (?1, ?2)")?.execute(params![root, Id(ticket)])?;
    Ok(())
}

/// Where a Thread-Index root points.
pub fn threads(connection: &Connection, root: &[u8]) -> rusqlite::Result<Vec<TicketId>> {
    let mut select = connection.prepare_cached("SELECT ticket FROM threads WHERE root = ?1 ORDER BY ticket")?;
    select.query_map([root], |row| Ok(row.get::<_, Id>(0)?.0))?.collect()
}

/// A person has one more mail of a conversation.
pub fn write_seen(connection: &Connection, seen: &Seen) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO seen (ticket, person, first, last) VALUES (?1, ?2, ?3, ?3) ON CONFLICT DO UPDATE SET last = excluded.last",
        )?
        .execute(params![Id(seen.ticket), seen.person.as_str(), seen.message_id])?;
    Ok(())
}

/// Where a reader's own thread stands.
pub fn thread(connection: &Connection, ticket: TicketId, person: &Address) -> rusqlite::Result<Thread> {
    let mut select = connection.prepare_cached("SELECT first, last FROM seen WHERE ticket = ?1 AND person = ?2")?;
    let thread = |row: &Row| Ok(Thread { first: Some(row.get(0)?), last: Some(row.get(1)?) });
    Ok(select.query_row(params![Id(ticket), person.as_str()], thread).optional()?.unwrap_or_default())
}
