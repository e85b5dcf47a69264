//! Deletes what is kept no longer: a bounded number of rows at a time, found along indexes, so that mails never wait long for it.
//!
//! Promises: what a letter that waits still needs stays; a ticket is gone for everybody at once, and its rows follow, also when the
//! program ends in between; no number is given twice; deleted content is overwritten.
//! Excludes: what is overdue when (the gateway's); unneeded space goes back to the file system by `VACUUM` alone.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::values::{At, Id};
use super::{Sqlite, tickets::SEQ_BITS};
use crate::desk::TicketId;
use crate::store::{Backend, Overdue, Swept, TokenHash};

/// Tickets looked at in one sweep.
const TICKETS: u32 = 20;
/// Rows of one kind deleted in one sweep.
const ROWS: u32 = 200;
/// Of the oldest letters and traces so many are looked at: those that still wait are passed over.
const OLDEST: u32 = 2000;
/// Pages of the full-text index that are written anew when all is deleted: what is left of deleted words goes.
const MERGED: u32 = 500;
/// Letters that may still have to be sent.
const WAITS: &str = "state IN ('queued', 'sending', 'unknown')";
/// Ended tickets whose time is over, as the index `tickets_ended` says it. A merged one stays as long as the one where it goes on.
const ENDED: &str = "t.status IN ('approved', 'expired', 'cancelled', 'refused', 'merged') AND t.updated_at < ?1
    AND NOT EXISTS (SELECT 1 FROM tickets h WHERE t.status = 'merged' AND h.id = json_extract(t.state, '$.status.end.into')
                    AND (h.status NOT IN ('approved', 'expired', 'cancelled', 'refused', 'merged') OR h.updated_at >= ?1))";
/// Mails without effect whose time is over; the planner, which knows nothing of how many there are, is told the index.
const LOOSE: &str = "INDEXED BY ledger_loose WHERE outcome = 'ignored' AND ticket IS NULL AND raw IS NOT NULL AND received_at < ?1";

impl Sqlite {
    /// Deletes some of what is overdue; nothing: nothing is left. For when there is nothing else to do.
    pub(super) fn sweep_some(&mut self, overdue: &Overdue, now: Timestamp) -> Result<Swept, Backend> {
        self.forgetting(|store| store.write_alone(|connection| Ok(sweep(connection, overdue, now)?)))
    }

    /// Deletes so that nothing is left in the file: pages that are freed are overwritten, too. When nothing more was to be deleted,
    /// the log forgets.
    pub(super) fn forgetting<T: Default + PartialEq>(
        &mut self,
        delete: impl FnOnce(&mut Sqlite) -> Result<T, Backend>,
    ) -> Result<T, Backend> {
        self.connection.execute_batch("PRAGMA secure_delete = ON")?;
        let deleted = delete(self);
        self.connection.execute_batch("PRAGMA secure_delete = FAST")?;
        let deleted = deleted?;
        match deleted == T::default() {
            true if std::mem::take(&mut self.swept) => self.forget()?,
            true => {}
            false => self.swept = true,
        }
        Ok(deleted)
    }

    /// What was deleted is still in the write-ahead log, until that begins anew; where a reader is in the way, it does later.
    fn forget(&mut self) -> Result<(), Backend> {
        self.write_alone(|connection| {
            Ok(connection.execute("INSERT INTO words (words, rank) VALUES ('merge', -?1)", [MERGED]).map(drop)?)
        })?;
        Ok(self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }
}

/// Mails first: they are the largest.
fn sweep(connection: &Connection, overdue: &Overdue, now: Timestamp) -> rusqlite::Result<Swept> {
    let mut swept = Swept { rows: remains(connection)?, ..Swept::default() };
    if let Some(before) = overdue.mails {
        swept.mails = mails(connection, before)? + loose(connection, before)?;
    }
    fail::fail_point!("store::swept-mails", |_| Err(rusqlite::Error::InvalidQuery));
    if let Some(before) = overdue.tickets {
        swept.tickets = tickets(connection, before, now)?;
    }
    fail::fail_point!("store::swept-tickets", |_| Err(rusqlite::Error::InvalidQuery));
    if let Some(before) = overdue.letters {
        swept.letters = letters(connection, before)?;
    }
    if let Some(before) = overdue.traces {
        swept.traces = traces(connection, before)?;
    }
    Ok(swept)
}

pub(super) fn ids(connection: &Connection, sql: &str, params: impl rusqlite::Params) -> rusqlite::Result<Vec<u64>> {
    connection.prepare_cached(sql)?.query_map(params, |row| Ok(row.get::<_, Id>(0)?.0))?.collect()
}

/// Mails of ended tickets.
fn mails(connection: &Connection, before: Timestamp) -> rusqlite::Result<u64> {
    let due = format!("SELECT t.id FROM tickets t WHERE t.mails = 1 AND {ENDED} ORDER BY t.updated_at LIMIT ?2");
    let mut erased = 0;
    for ticket in ids(connection, &due, params![At(before), TICKETS])? {
        let kept = ids(connection, "SELECT id FROM ledger WHERE ticket = ?1 AND raw IS NOT NULL LIMIT ?2", params![Id(ticket), ROWS])?;
        let all = kept.len() < ROWS as usize;
        let mut stay = false;
        for instance in kept {
            let gone = erase(connection, instance)?;
            erased += u64::from(gone);
            stay |= !gone;
        }
        if all && !stay {
            connection.prepare_cached("UPDATE tickets SET mails = 0 WHERE id = ?1")?.execute([Id(ticket)])?;
        }
    }
    Ok(erased)
}

/// Mails without effect, with who sent them and why they had none.
fn loose(connection: &Connection, before: Timestamp) -> rusqlite::Result<u64> {
    let due = format!("SELECT id FROM ledger {LOOSE} ORDER BY received_at LIMIT ?2");
    let mut erased = 0;
    for instance in ids(connection, &due, params![At(before), ROWS])? {
        if erase(connection, instance)? {
            erased += 1;
            forget_sender(connection, instance)?;
        }
    }
    Ok(erased)
}

/// The bytes of a mail. False: a letter that waits takes a file from them. The row of the bytes stays, empty: without it the ledger
/// would have to be looked through for others that refer to it.
pub(super) fn erase(connection: &Connection, instance: u64) -> rusqlite::Result<bool> {
    let sql = format!(
        "SELECT 1 FROM excerpts e JOIN outbox o ON o.id = e.letter WHERE e.raw = (SELECT raw FROM ledger WHERE id = ?1) AND o.{WAITS}"
    );
    if connection.prepare_cached(&sql)?.exists([Id(instance)])? {
        return Ok(false);
    }
    let mut select = connection.prepare_cached("SELECT raw, hash FROM ledger WHERE id = ?1 AND raw IS NOT NULL")?;
    let found: Option<(i64, [u8; 32])> = select.query_row([Id(instance)], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((raw, hash)) = found else { return Ok(true) };
    connection.prepare_cached("UPDATE ledger SET raw = NULL WHERE id = ?1")?.execute([Id(instance)])?;
    let shared = connection.prepare_cached("SELECT 1 FROM ledger WHERE hash = ?1 AND raw = ?2")?.exists(params![hash, raw])?;
    if !shared {
        connection.prepare_cached("UPDATE raws SET bytes = x'' WHERE id = ?1")?.execute([raw])?;
    }
    Ok(true)
}

/// What the ledger knows of a mail besides that it came, and what became of it.
pub(super) fn forget_sender(connection: &Connection, instance: u64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM traces WHERE instance = ?1")?.execute([Id(instance)])?;
    let sql = "UPDATE ledger SET sender = NULL, message_id = NULL, body_hash = NULL WHERE id = ?1";
    connection.prepare_cached(sql)?.execute([Id(instance)]).map(drop)
}

/// Ended tickets whose time is over, and that no letter is about which waits.
fn tickets(connection: &Connection, before: Timestamp, now: Timestamp) -> rusqlite::Result<u64> {
    let of = |mails: u8| {
        let sql = format!(
            "SELECT t.id, t.people FROM tickets t WHERE t.mails = {mails} AND {ENDED}
             AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.ticket = t.id AND o.{WAITS}) ORDER BY t.updated_at LIMIT ?2"
        );
        let ticket = |row: &Row| Ok((row.get::<_, Id>(0)?.0, row.get::<_, String>(1)?));
        connection.prepare_cached(&sql)?.query_map(params![At(before), TICKETS], ticket)?.collect::<rusqlite::Result<Vec<_>>>()
    };
    let due: Vec<(TicketId, String)> = of(0)?.into_iter().chain(of(1)?).collect();
    for (ticket, people) in &due {
        bury(connection, *ticket, people, now)?;
    }
    Ok(due.len() as u64)
}

/// A ticket is gone for everybody; its number stays, and that its links were links.
fn bury(connection: &Connection, ticket: TicketId, people: &str, now: Timestamp) -> rusqlite::Result<()> {
    let run = |sql: &str| connection.prepare_cached(sql)?.execute([Id(ticket)]).map(drop);
    run("INSERT OR IGNORE INTO purged_links (hash) SELECT hash FROM links WHERE ticket = ?1")?;
    run("DELETE FROM offers WHERE hash IN (SELECT hash FROM links WHERE ticket = ?1)")?;
    run("DELETE FROM links WHERE ticket = ?1")?;
    connection.prepare_cached("INSERT INTO purged (ticket, at, left) VALUES (?1, ?2, 1)")?.execute(params![Id(ticket), At(now)])?;
    run("DELETE FROM put_off WHERE ticket = ?1")?;
    run("DELETE FROM tickets WHERE id = ?1")?;
    for person in people.lines() {
        connection.prepare_cached("DELETE FROM participants WHERE person = ?1 AND ticket = ?2")?.execute(params![person, Id(ticket)])?;
        forget_person(connection, person)?;
    }
    Ok(())
}

/// Whoever has no ticket any more is not remembered, but that they are not to be written to, or not to be heard.
fn forget_person(connection: &Connection, person: &str) -> rusqlite::Result<()> {
    let has_more = "EXISTS (SELECT 1 FROM participants WHERE person = ?1) OR EXISTS (SELECT 1 FROM preferences WHERE person = ?1)";
    for sql in [
        format!("DELETE FROM autos WHERE person = ?1 AND NOT ({has_more})"),
        format!("DELETE FROM people WHERE address = ?1 AND blocked = 0 AND suppressed = 0 AND is_list = 0 AND NOT ({has_more})"),
        format!("UPDATE people SET name = NULL WHERE address = ?1 AND NOT ({has_more})"),
    ] {
        connection.prepare_cached(&sql)?.execute([person])?;
    }
    Ok(())
}

/// Rows of tickets that are gone; how many. What only points at one stays, so that an answer to it is known as one.
fn remains(connection: &Connection) -> rusqlite::Result<u64> {
    let mut gone = 0;
    for ticket in ids(connection, "SELECT ticket FROM purged WHERE left = 1 LIMIT ?1", [TICKETS])? {
        let rows = events(connection, ticket)? + letters_of(connection, ticket)? + instances_of(connection, ticket)?;
        connection.prepare_cached("DELETE FROM seen WHERE ticket = ?1")?.execute([Id(ticket)])?;
        if rows == 0 {
            connection.prepare_cached("UPDATE purged SET left = 0 WHERE ticket = ?1")?.execute([Id(ticket)])?;
        }
        gone += rows.max(1);
        if gone > u64::from(ROWS) {
            break;
        }
    }
    Ok(gone)
}

/// Events with their words.
fn events(connection: &Connection, ticket: TicketId) -> rusqlite::Result<u64> {
    let first = ticket << SEQ_BITS;
    let range = params![Id(first), Id(first + (1 << SEQ_BITS)), ROWS];
    let due = ids(connection, "SELECT id FROM events WHERE id >= ?1 AND id < ?2 LIMIT ?3", range)?;
    for id in &due {
        for table in ["unindexed WHERE id", "words WHERE rowid", "events WHERE id"] {
            connection.prepare_cached(&format!("DELETE FROM {table} = ?1"))?.execute([Id(*id)])?;
        }
    }
    Ok(due.len() as u64)
}

fn letters_of(connection: &Connection, ticket: TicketId) -> rusqlite::Result<u64> {
    let due = ids(connection, "SELECT id FROM outbox WHERE ticket = ?1 ORDER BY id LIMIT ?2", params![Id(ticket), ROWS])?;
    for letter in &due {
        nobodys(connection, "outbox", *letter)?;
        drop_letter(connection, *letter)?;
    }
    Ok(due.len() as u64)
}

fn instances_of(connection: &Connection, ticket: TicketId) -> rusqlite::Result<u64> {
    let sql = "SELECT id FROM ledger WHERE ticket = ?1 AND (raw IS NOT NULL OR sender IS NOT NULL OR message_id IS NOT NULL) LIMIT ?2";
    let due = ids(connection, sql, params![Id(ticket), ROWS])?;
    for instance in &due {
        erase(connection, *instance)?;
        nobodys(connection, "ledger", *instance)?;
        forget_sender(connection, *instance)?;
    }
    Ok(due.len() as u64)
}

/// A Message-ID still points, but tells of nobody.
fn nobodys(connection: &Connection, table: &str, row: u64) -> rusqlite::Result<()> {
    let sql = format!("UPDATE known SET person = NULL WHERE (id, ticket) = (SELECT message_id, ticket FROM {table} WHERE id = ?1)");
    connection.prepare_cached(&sql)?.execute([Id(row)]).map(drop)
}

/// A letter with its row; its number is never given again.
pub(super) fn drop_letter(connection: &Connection, letter: u64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM letters WHERE id = ?1")?.execute([Id(letter)])?;
    connection.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([Id(letter)])?;
    let sql = "INSERT INTO meta (key, value) VALUES ('letter', ?1)
               ON CONFLICT DO UPDATE SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))";
    connection.prepare_cached(sql)?.execute([letter.to_string()]).map(drop)
}

/// Bytes of letters.
fn letters(connection: &Connection, before: Timestamp) -> rusqlite::Result<u64> {
    let sql = format!(
        "SELECT o.id, o.ticket IS NULL FROM (SELECT id FROM letters ORDER BY id LIMIT {OLDEST}) l JOIN outbox o ON o.id = l.id
         WHERE o.queued_at < ?1 AND NOT o.{WAITS} LIMIT ?2"
    );
    let letter = |row: &Row| Ok((row.get::<_, Id>(0)?.0, row.get::<_, bool>(1)?));
    let due: Vec<_> = connection.prepare_cached(&sql)?.query_map(params![At(before), ROWS], letter)?.collect::<Result<_, _>>()?;
    for (letter, alone) in &due {
        match alone {
            true => drop_letter(connection, *letter)?,
            false => drop(connection.prepare_cached("DELETE FROM letters WHERE id = ?1")?.execute([Id(*letter)])?),
        }
    }
    Ok(due.len() as u64)
}

/// Decisions in full, but of mails that wait for somebody's.
fn traces(connection: &Connection, before: Timestamp) -> rusqlite::Result<u64> {
    let sql = format!(
        "SELECT t.instance FROM (SELECT instance FROM traces ORDER BY instance LIMIT {OLDEST}) t JOIN ledger l ON l.id = t.instance
         WHERE l.received_at < ?1 AND l.outcome IN ('attached', 'new', 'ignored') LIMIT ?2"
    );
    let due = ids(connection, &sql, params![At(before), ROWS])?;
    for instance in &due {
        connection.prepare_cached("DELETE FROM traces WHERE instance = ?1")?.execute([Id(*instance)])?;
    }
    Ok(due.len() as u64)
}

/// When a ticket was deleted.
pub fn purged(connection: &Connection, ticket: TicketId) -> rusqlite::Result<Option<Timestamp>> {
    let mut select = connection.prepare_cached("SELECT at FROM purged WHERE ticket = ?1")?;
    select.query_row([Id(ticket)], |row| Ok(row.get::<_, At>(0)?.0)).optional()
}

/// Did it lead to a deleted ticket?
pub fn was_link(connection: &Connection, hash: &TokenHash) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM purged_links WHERE hash = ?1")?.exists([hash])
}

/// How much is overdue.
pub fn overdue(connection: &Connection, overdue: &Overdue) -> rusqlite::Result<Swept> {
    let count = |sql: &str, before: Option<Timestamp>| match before {
        Some(before) => connection.prepare(sql)?.query_row([At(before)], |row| Ok(row.get::<_, Id>(0)?.0)),
        None => Ok(0),
    };
    let of_tickets = format!("SELECT count(*) FROM tickets t JOIN ledger l ON l.ticket = t.id WHERE l.raw IS NOT NULL AND {ENDED}");
    let letters = format!("SELECT count(*) FROM letters l JOIN outbox o ON o.id = l.id WHERE o.queued_at < ?1 AND NOT o.{WAITS}");
    let traces = "SELECT count(*) FROM traces t JOIN ledger l ON l.id = t.instance
                  WHERE l.received_at < ?1 AND l.outcome IN ('attached', 'new', 'ignored')";
    Ok(Swept {
        mails: count(&of_tickets, overdue.mails)? + count(&format!("SELECT count(*) FROM ledger {LOOSE}"), overdue.mails)?,
        tickets: count(&format!("SELECT count(*) FROM tickets t WHERE {ENDED}"), overdue.tickets)?,
        rows: 0,
        letters: count(&letters, overdue.letters)?,
        traces: count(traces, overdue.traces)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_overdue_is_found_along_indexes() {
        let store = Sqlite::memory().unwrap();
        let found = |sql: &str| {
            let explain = format!("EXPLAIN QUERY PLAN {}", sql.replace("?1", "1").replace("?2", "1"));
            let mut plan = store.connection.prepare(&explain).unwrap();
            plan.query_map([], |row| row.get::<_, String>(3)).unwrap().map(Result::unwrap).collect::<Vec<_>>().join("; ")
        };
        let ended = found(&format!("SELECT t.id FROM tickets t WHERE t.mails = 1 AND {ENDED} ORDER BY t.updated_at LIMIT ?2"));
        assert!(ended.contains("tickets_ended") && !ended.contains("TEMP B-TREE"), "{ended}");
        let loose = found(&format!("SELECT id FROM ledger {LOOSE} ORDER BY received_at LIMIT ?2"));
        assert!(loose.contains("ledger_loose") && !loose.contains("TEMP B-TREE"), "{loose}");
        let mails = found("SELECT id FROM ledger WHERE ticket = ?1 AND raw IS NOT NULL LIMIT ?2");
        assert!(mails.contains("ledger_ticket"), "{mails}");
        for sql in ["DELETE FROM tickets WHERE id = ?1", "DELETE FROM links WHERE ticket = ?1"] {
            let plan = found(sql);
            assert!(!plan.contains("SCAN"), "{plan}");
        }
    }
}
