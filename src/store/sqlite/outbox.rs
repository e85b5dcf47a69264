//! The outbox: letters with their final bytes, and where each stands.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::excerpts;
use super::values::{At, Id, Named, Who};
use crate::address::Address;
use crate::desk::TicketId;
use crate::mail::Letter;
use crate::store::{Claimed, LetterRow, LetterState, LetterUpdate, NewLetter};

/// Written as the index `outbox_due` says it, so that the index serves.
const DUE: &str = "state IN ('queued', 'unknown')";
const COLUMNS: &str = "id, ticket, person, kind, message_id, state, attempts, due_at, queued_at, reply";

/// The last letter's number, also of one that was deleted; 0 when there is none.
pub fn last(connection: &Connection) -> rusqlite::Result<u64> {
    let sql = "SELECT max(coalesce((SELECT max(id) FROM outbox), 0),
                          coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'letter'), 0))";
    connection.prepare_cached(sql)?.query_row([], |row| Ok(row.get::<_, Id>(0)?.0))
}

/// Queues a letter, due at once.
pub fn write(connection: &Connection, new: &NewLetter, at: Timestamp) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO outbox (id, ticket, person, kind, auto, message_id, state, attempts, due_at, queued_at, reply)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', 0, ?7, ?7, '')",
    )?;
    let NewLetter { id, ticket, person, kind, auto, message_id, letter } = new;
    insert.execute(params![Id(*id), ticket.map(Id), person.as_str(), kind, auto, message_id, At(at)])?;
    if let Some(letter) = letter {
        fill(connection, *id, letter)?;
    }
    if *auto {
        number(connection, "", at)?;
        number(connection, person.as_str(), at)?;
    }
    Ok(())
}

/// The bytes of a queued letter.
pub fn fill(connection: &Connection, id: u64, letter: &Letter) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached("INSERT INTO letters (id, envelope_from, envelope_to, bytes) VALUES (?1, ?2, ?3, ?4)")?;
    let from = letter.envelope_from.as_ref().map(Address::as_str);
    insert.execute(params![Id(id), from, letter.envelope_to.as_str(), letter.bytes])?;
    excerpts::write(connection, id, &letter.excerpts)
}

/// Numbers an automatic mail among those to that person. A clock that was set back does not disturb the order.
fn number(connection: &Connection, person: &str, at: Timestamp) -> rusqlite::Result<()> {
    let last = last_auto(connection, person)?;
    let at = last.as_ref().map_or(at, |(last, _)| at.max(*last));
    let n = last.map_or(1, |(_, n)| n + 1);
    connection.prepare_cached("INSERT INTO autos (person, at, n) VALUES (?1, ?2, ?3)")?.execute(params![person, At(at), n])?;
    Ok(())
}

fn last_auto(connection: &Connection, person: &str) -> rusqlite::Result<Option<(Timestamp, i64)>> {
    let mut select = connection.prepare_cached("SELECT at, n FROM autos WHERE person = ?1 ORDER BY at DESC, n DESC LIMIT 1")?;
    select.query_row([person], |row| Ok((row.get::<_, At>(0)?.0, row.get(1)?))).optional()
}

/// Automatic mails queued since then: the last number minus the first, plus one.
pub fn auto_since(connection: &Connection, person: Option<&Address>, since: Timestamp) -> rusqlite::Result<u32> {
    let person = person.map_or("", Address::as_str);
    let mut select = connection.prepare_cached("SELECT n FROM autos WHERE person = ?1 AND at >= ?2 ORDER BY at, n LIMIT 1")?;
    let first: Option<i64> = select.query_row(params![person, At(since)], |row| row.get(0)).optional()?;
    let last = last_auto(connection, person)?;
    let count = first.zip(last).map_or(0, |(first, (_, last))| last - first + 1);
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// When the last letter was queued to that person about that ticket.
pub fn last_letter(connection: &Connection, ticket: TicketId, person: &Address) -> rusqlite::Result<Option<Timestamp>> {
    let mut select =
        connection.prepare_cached("SELECT queued_at FROM outbox WHERE ticket = ?1 AND person = ?2 ORDER BY id DESC LIMIT 1")?;
    select.query_row(params![Id(ticket), person.as_str()], |row| Ok(row.get::<_, At>(0)?.0)).optional()
}

/// The same of two kinds.
pub fn last_of(connection: &Connection, about: (TicketId, &Address), kinds: [&str; 2]) -> rusqlite::Result<Option<Timestamp>> {
    let sql = "SELECT queued_at FROM outbox WHERE ticket = ?1 AND person = ?2 AND kind IN (?3, ?4) ORDER BY id DESC LIMIT 1";
    let params = params![Id(about.0), about.1.as_str(), kinds[0], kinds[1]];
    connection.prepare_cached(sql)?.query_row(params, |row| Ok(row.get::<_, At>(0)?.0)).optional()
}

/// Letters of a ticket or all, oldest first.
pub fn list(connection: &Connection, ticket: Option<TicketId>, limit: usize) -> rusqlite::Result<Vec<LetterRow>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    match ticket {
        Some(ticket) => rows(connection, "WHERE ticket = ?1 ORDER BY id LIMIT ?2", params![Id(ticket), limit]),
        None => rows(connection, "ORDER BY id LIMIT ?1", [limit]),
    }
}

/// The row of a letter.
pub fn one(connection: &Connection, id: u64) -> rusqlite::Result<Option<LetterRow>> {
    Ok(rows(connection, "WHERE id = ?1", [Id(id)])?.pop())
}

/// The row of a letter by its Message-ID.
pub fn by_message_id(connection: &Connection, message_id: &str) -> rusqlite::Result<Option<LetterRow>> {
    Ok(rows(connection, "WHERE message_id = ?1 ORDER BY id LIMIT 1", [message_id])?.pop())
}

fn rows(connection: &Connection, rest: &str, params: impl Params) -> rusqlite::Result<Vec<LetterRow>> {
    connection.prepare_cached(&format!("SELECT {COLUMNS} FROM outbox {rest}"))?.query_map(params, row_of)?.collect()
}

fn row_of(row: &Row) -> rusqlite::Result<LetterRow> {
    Ok(LetterRow {
        id: row.get::<_, Id>(0)?.0,
        ticket: row.get::<_, Option<Id>>(1)?.map(|id| id.0),
        person: row.get::<_, Who>(2)?.0,
        kind: row.get(3)?,
        message_id: row.get(4)?,
        state: row.get::<_, Named<_>>(5)?.0,
        attempts: row.get(6)?,
        due_at: row.get::<_, At>(7)?.0,
        queued_at: row.get::<_, At>(8)?.0,
        reply: row.get(9)?,
    })
}

/// The bytes of a letter.
pub fn bytes(connection: &Connection, id: u64) -> rusqlite::Result<Option<Letter>> {
    let mut select = connection.prepare_cached(
        "SELECT o.message_id, l.envelope_from, l.envelope_to, l.bytes FROM letters l JOIN outbox o ON o.id = l.id WHERE l.id = ?1",
    )?;
    let letter = select.query_row([Id(id)], letter_of).optional()?;
    letter.map(|letter| excerpts::fill(connection, id, letter)).transpose()
}

fn letter_of(row: &Row) -> rusqlite::Result<Letter> {
    Ok(Letter {
        message_id: row.get(0)?,
        envelope_from: row.get::<_, Option<Who>>(1)?.map(|who| who.0),
        envelope_to: row.get::<_, Who>(2)?.0,
        bytes: row.get(3)?,
        excerpts: Vec::new(),
    })
}

/// Above the number of any letter.
pub const ALL: u64 = i64::MAX as u64;

/// When the next letter is due, of those up to a number. Asked before a claim, so that an idle desk writes nothing.
pub fn next_due(connection: &Connection, last: u64) -> rusqlite::Result<Option<Timestamp>> {
    let mut select = connection.prepare_cached(&format!("SELECT due_at FROM outbox WHERE {DUE} AND id <= ?1 ORDER BY due_at LIMIT 1"))?;
    select.query_row([Id(last)], |row| Ok(row.get::<_, At>(0)?.0)).optional()
}

/// Bytes of letters that are claimed at once, but for the last one: what is claimed lies in memory.
const CLAIMED_MAX: u64 = 8 << 20;

/// Claims due letters, the longest due first: of those up to a number, so many at most.
pub fn claim(connection: &Connection, now: Timestamp, (last, limit): (u64, usize)) -> rusqlite::Result<Vec<Claimed>> {
    let sql = format!(
        "SELECT id, attempts, (SELECT length(bytes) FROM letters l WHERE l.id = o.id)
                + (SELECT coalesce(sum(past - first), 0) FROM excerpts WHERE letter = o.id)
         FROM outbox o WHERE {DUE} AND due_at <= ?1 AND id <= ?2 ORDER BY due_at, id LIMIT ?3"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let due = |row: &Row| Ok((Claimed { id: row.get::<_, Id>(0)?.0, attempts: row.get(1)? }, row.get::<_, Id>(2)?.0));
    let due: Vec<(Claimed, u64)> =
        connection.prepare_cached(&sql)?.query_map(params![At(now), Id(last), limit], due)?.collect::<Result<_, _>>()?;
    let mut update = connection.prepare_cached("UPDATE outbox SET state = 'sending' WHERE id = ?1")?;
    let mut claimed = Vec::with_capacity(due.len());
    let mut bytes_left = CLAIMED_MAX;
    for (letter, size) in due {
        if bytes_left == 0 {
            break;
        }
        update.execute([Id(letter.id)])?;
        bytes_left = bytes_left.saturating_sub(size);
        claimed.push(letter);
    }
    Ok(claimed)
}

/// What was claimed when the program died may have gone out.
pub fn unclaim(connection: &Connection, due_at: Timestamp) -> rusqlite::Result<u64> {
    let mut update = connection.prepare_cached("UPDATE outbox SET state = 'unknown', due_at = ?1 WHERE state = 'sending'")?;
    Ok(update.execute([At(due_at)])? as u64)
}

/// How letters go on.
pub fn delivered(connection: &Connection, updates: &[LetterUpdate]) -> rusqlite::Result<()> {
    let mut update = connection.prepare_cached("UPDATE outbox SET state = ?2, attempts = ?3, due_at = ?4, reply = ?5 WHERE id = ?1")?;
    for LetterUpdate { id, state, attempts, due_at, reply } in updates {
        update.execute(params![Id(*id), Named(*state), attempts, At(*due_at), reply])?;
    }
    Ok(())
}

/// What a bounce says of a delivery.
pub fn bounced(connection: &Connection, id: u64, state: LetterState) -> rusqlite::Result<()> {
    connection.prepare_cached("UPDATE outbox SET state = ?2 WHERE id = ?1")?.execute(params![Id(id), Named(state)])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::Sqlite;

    #[test]
    fn the_index_of_due_letters_serves() {
        let store = Sqlite::memory().unwrap();
        let sql = format!("EXPLAIN QUERY PLAN SELECT id FROM outbox WHERE {DUE} AND due_at <= 1 AND id <= 9 ORDER BY due_at, id");
        let plan: String = store.connection.query_row(&sql, [], |row| row.get(3)).unwrap();
        assert!(plan.contains("outbox_due"), "{plan}");
    }
}
