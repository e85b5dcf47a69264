//! Mails as they come: raw bytes, ledger rows, and how far each folder was read.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::values::{At, Id};
use crate::ports::{Arrival, Kept, Mark, Origin};

/// Rows for mails, with their bytes; marks moved on.
pub fn keep(connection: &Connection, arrivals: &[Arrival]) -> rusqlite::Result<Vec<Kept>> {
    let mut next = next_instance(connection)?;
    let mut kept = Vec::with_capacity(arrivals.len());
    for arrival in arrivals {
        let folder = folder(connection, &arrival.origin.mailbox, &arrival.origin.folder)?;
        kept.push(keep_one(connection, folder, &mut next, arrival)?);
        fail::fail_point!("store::kept", |_| Err(rusqlite::Error::InvalidQuery));
        note_uid(connection, folder, &arrival.origin, true)?;
    }
    Ok(kept)
}

/// Rows without bytes for messages that were gone; an origin that has a row keeps it.
pub fn vanished(connection: &Connection, origins: &[Origin], at: Timestamp) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO ledger (folder, epoch, uid, name, received_at, size, cut, old, outcome, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, 0, 'ignored', 'vanished') ON CONFLICT DO NOTHING",
    )?;
    for origin in origins {
        let folder = folder(connection, &origin.mailbox, &origin.folder)?;
        insert.execute(params![folder, origin.epoch, origin.uid, origin.name, At(at)])?;
        note_uid(connection, folder, origin, false)?;
    }
    Ok(())
}

/// Rows are numbered without gaps as long as none fails; the first also numbers its bytes.
fn next_instance(connection: &Connection) -> rusqlite::Result<u64> {
    connection.prepare_cached("SELECT coalesce(max(id), 0) + 1 FROM ledger")?.query_row([], |row| Ok(row.get::<_, Id>(0)?.0))
}

fn keep_one(connection: &Connection, folder: i64, next: &mut u64, arrival: &Arrival) -> rusqlite::Result<Kept> {
    let mail = Mail { folder, arrival, size: arrival.cut_from.unwrap_or(arrival.raw.len() as u64), hash: arrival.hash };
    match same_origin(connection, folder, &arrival.origin)? {
        Some((instance, false)) => return Ok(Kept { instance, known: true }),
        // It was gone when it was fetched first, and is back: now it is a mail like others.
        Some((instance, true)) => {
            connection.prepare_cached("DELETE FROM ledger WHERE id = ?1")?.execute([Id(instance)])?;
        }
        None => {}
    }
    let instance = *next;
    *next += 1;
    let twin = same_bytes(connection, &mail)?;
    let kept = twin.as_ref().map(|twin| twin.raw);
    let moved = twin.filter(|twin| twin.same_mailbox && twin.epoch != arrival.origin.epoch);
    let raw = match kept {
        Some(Some(raw)) => Some(raw),
        // Deleted when its time was over, and nothing will be done with this one either.
        Some(None) if moved.is_some() => None,
        _ => Some(store_bytes(connection, instance, &arrival.raw)?),
    };
    insert(connection, &mail, instance, raw)?;
    if let Some(twin) = &moved {
        ignore_copy(connection, instance, twin)?;
    }
    Ok(Kept { instance, known: moved.is_some() })
}

/// A mail about to get its row.
struct Mail<'a> {
    folder: i64,
    arrival: &'a Arrival,
    size: u64,
    hash: [u8; 32],
}

/// An earlier instance of the same bytes.
struct Twin {
    id: u64,
    /// None: deleted.
    raw: Option<u64>,
    epoch: u32,
    ticket: Option<u64>,
    same_mailbox: bool,
}

/// The row of that very origin, and whether the message had vanished.
fn same_origin(connection: &Connection, folder: i64, origin: &Origin) -> rusqlite::Result<Option<(u64, bool)>> {
    let mut select = connection.prepare_cached(
        "SELECT id, hash IS NULL AND outcome = 'ignored' AND reason = 'vanished' FROM ledger
         WHERE folder = ?1 AND epoch = ?2 AND uid = ?3 AND name = ?4",
    )?;
    let found = params![folder, origin.epoch, origin.uid, origin.name];
    select.query_row(found, |row| Ok((row.get::<_, Id>(0)?.0, row.get::<_, Option<bool>>(1)?.unwrap_or(false)))).optional()
}

/// The same bytes, best from another epoch of the same mailbox: a new UIDVALIDITY does not make new mail (CASEBOOK H01).
fn same_bytes(connection: &Connection, mail: &Mail) -> rusqlite::Result<Option<Twin>> {
    let mut select = connection.prepare_cached(
        "SELECT l.id, l.raw, l.epoch, l.ticket, f.mailbox = ?3 FROM ledger l JOIN folders f ON f.id = l.folder
         WHERE l.hash = ?1 AND l.size = ?2 ORDER BY f.mailbox = ?3 DESC, l.epoch = ?4, l.id LIMIT 1",
    )?;
    let origin = &mail.arrival.origin;
    let twin = |row: &Row| {
        let (raw, ticket) = (row.get::<_, Option<Id>>(1)?.map(|id| id.0), row.get::<_, Option<Id>>(3)?.map(|id| id.0));
        Ok(Twin { id: row.get::<_, Id>(0)?.0, raw, epoch: row.get(2)?, ticket, same_mailbox: row.get(4)? })
    };
    select.query_row(params![mail.hash, Id(mail.size), origin.mailbox, origin.epoch], twin).optional()
}

fn store_bytes(connection: &Connection, id: u64, bytes: &[u8]) -> rusqlite::Result<u64> {
    connection.prepare_cached("INSERT INTO raws (id, bytes) VALUES (?1, ?2)")?.execute(params![Id(id), bytes])?;
    Ok(id)
}

fn insert(connection: &Connection, mail: &Mail, instance: u64, raw: Option<u64>) -> rusqlite::Result<()> {
    let Arrival { origin, received_at, cut_from, old, .. } = mail.arrival;
    let mut insert = connection.prepare_cached(
        "INSERT INTO ledger (id, folder, epoch, uid, name, received_at, size, cut, old, hash, raw)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    let (at, size, cut) = (At(*received_at), Id(mail.size), cut_from.is_some());
    insert.execute(params![
        Id(instance),
        mail.folder,
        origin.epoch,
        origin.uid,
        origin.name,
        at,
        size,
        cut,
        old,
        mail.hash,
        raw.map(Id)
    ])?;
    Ok(())
}

fn ignore_copy(connection: &Connection, instance: u64, twin: &Twin) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE ledger SET outcome = 'ignored', reason = 'same-bytes', ticket = ?2 WHERE id = ?1")?
        .execute(params![Id(instance), twin.ticket.map(Id)])?;
    let trace = format!("{{\"same_as\":{}}}", twin.id);
    connection.prepare_cached("INSERT INTO traces (instance, trace) VALUES (?1, ?2)")?.execute(params![Id(instance), trace])?;
    Ok(())
}

/// The row of a folder, made when it is new.
pub fn folder(connection: &Connection, mailbox: &str, folder: &str) -> rusqlite::Result<i64> {
    if let Some(id) = known_folder(connection, mailbox, folder)? {
        return Ok(id);
    }
    connection.prepare_cached("INSERT INTO folders (mailbox, folder) VALUES (?1, ?2)")?.execute([mailbox, folder])?;
    Ok(connection.last_insert_rowid())
}

fn known_folder(connection: &Connection, mailbox: &str, folder: &str) -> rusqlite::Result<Option<i64>> {
    let mut select = connection.prepare_cached("SELECT id FROM folders WHERE mailbox = ?1 AND folder = ?2")?;
    select.query_row([mailbox, folder], |row| row.get(0)).optional()
}

/// What has a UID moves its folder's mark on, and the server is to be told of what was kept.
fn note_uid(connection: &Connection, folder: i64, origin: &Origin, kept: bool) -> rusqlite::Result<()> {
    if origin.uid == 0 {
        return Ok(());
    }
    connection.prepare_cached("UPDATE folders SET uid = ?3 WHERE id = ?1 AND epoch = ?2 AND uid < ?3")?.execute(params![
        folder,
        origin.epoch,
        origin.uid
    ])?;
    if kept {
        connection.prepare_cached("INSERT OR IGNORE INTO unsettled (folder, epoch, uid) VALUES (?1, ?2, ?3)")?.execute(params![
            folder,
            origin.epoch,
            origin.uid
        ])?;
    }
    Ok(())
}

/// Where reading of a folder begins.
pub fn set_mark(connection: &Connection, mailbox: &str, name: &str, mark: Mark) -> rusqlite::Result<()> {
    let folder = folder(connection, mailbox, name)?;
    connection.prepare_cached("UPDATE folders SET epoch = ?2, uid = ?3, old_until = ?4, began_at = ?5 WHERE id = ?1")?.execute(params![
        folder,
        mark.epoch,
        mark.uid,
        mark.old_until,
        At(mark.began_at)
    ])?;
    Ok(())
}

/// How far a folder was read.
pub fn mark(connection: &Connection, mailbox: &str, folder: &str) -> rusqlite::Result<Option<Mark>> {
    let mut select = connection
        .prepare_cached("SELECT epoch, uid, old_until, began_at FROM folders WHERE mailbox = ?1 AND folder = ?2 AND epoch IS NOT NULL")?;
    let mark = |row: &Row| Ok(Mark { epoch: row.get(0)?, uid: row.get(1)?, old_until: row.get(2)?, began_at: row.get::<_, At>(3)?.0 });
    select.query_row([mailbox, folder], mark).optional()
}

/// Of the newest rows, how many there are, and how many had vanished.
pub fn lately_vanished(connection: &Connection) -> rusqlite::Result<(u64, u64)> {
    let sql = "SELECT count(*), coalesce(sum(reason = 'vanished'), 0) FROM (SELECT reason FROM ledger ORDER BY id DESC LIMIT 1000)";
    connection.prepare_cached(sql)?.query_row([], |row| Ok((row.get::<_, Id>(0)?.0, row.get::<_, Id>(1)?.0)))
}

/// When the newest mail of a mailbox came, by the last row of each of its folders.
pub fn last_arrival(connection: &Connection, mailbox: &str) -> rusqlite::Result<Option<Timestamp>> {
    let sql = "SELECT max((SELECT received_at FROM ledger WHERE folder = f.id ORDER BY epoch DESC, uid DESC LIMIT 1))
               FROM folders f WHERE mailbox = ?1";
    connection.prepare_cached(sql)?.query_row([mailbox], |row| Ok(row.get::<_, Option<At>>(0)?.map(|at| at.0)))
}

/// The server was told.
pub fn settled(connection: &Connection, place: (&str, &str), epoch: u32, uids: &[u32]) -> rusqlite::Result<()> {
    let Some(folder) = known_folder(connection, place.0, place.1)? else { return Ok(()) };
    let mut delete = connection.prepare_cached("DELETE FROM unsettled WHERE folder = ?1 AND epoch = ?2 AND uid = ?3")?;
    for uid in uids {
        delete.execute(params![folder, epoch, uid])?;
    }
    Ok(())
}

/// UIDs that are kept, and their server was not told yet; ascending.
pub fn unsettled(connection: &Connection, place: (&str, &str), epoch: u32) -> rusqlite::Result<Vec<u32>> {
    let sql =
        "SELECT uid FROM unsettled WHERE folder = (SELECT id FROM folders WHERE mailbox = ?1 AND folder = ?2) AND epoch = ?3 ORDER BY uid";
    connection.prepare_cached(sql)?.query_map(params![place.0, place.1, epoch], |row| row.get(0))?.collect()
}

/// All UIDs of that epoch in the ledger; ascending.
pub fn accounted(connection: &Connection, place: (&str, &str), epoch: u32) -> rusqlite::Result<Vec<u32>> {
    let sql =
        "SELECT uid FROM ledger WHERE folder = (SELECT id FROM folders WHERE mailbox = ?1 AND folder = ?2) AND epoch = ?3 ORDER BY uid";
    connection.prepare_cached(sql)?.query_map(params![place.0, place.1, epoch], |row| row.get(0))?.collect()
}
