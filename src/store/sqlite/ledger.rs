//! The ledger: what became of each message instance.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use serde_json::{Map, Value, json};

use super::values::{At, Id, Named, Who, as_json};
use crate::address::Address;
use crate::ports::Origin;
use crate::store::{Disposition, Handled, Instance, LedgerCount};

/// A query of whole rows; conditions follow.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT l.id, f.mailbox, f.folder, l.epoch, l.uid, l.name, l.received_at, l.size, l.cut, l.old, l.attempts,
                    l.outcome, l.reason, l.ticket, l.sender, l.message_id, l.date, l.body_hash, t.trace
             FROM ledger l JOIN folders f ON f.id = l.folder LEFT JOIN traces t ON t.instance = l.id ",
            $rest
        )
    };
}

fn rows(connection: &Connection, sql: &str, params: impl Params) -> rusqlite::Result<Vec<Instance>> {
    connection.prepare_cached(sql)?.query_map(params, instance_of)?.collect()
}

fn instance_of(row: &Row) -> rusqlite::Result<Instance> {
    let origin = Origin {
        mailbox: row.get("mailbox")?,
        folder: row.get("folder")?,
        epoch: row.get("epoch")?,
        uid: row.get("uid")?,
        name: row.get("name")?,
    };
    let outcome: Option<Named<Disposition>> = row.get("outcome")?;
    Ok(Instance {
        id: row.get::<_, Id>("id")?.0,
        origin,
        received_at: row.get::<_, At>("received_at")?.0,
        size: row.get::<_, Id>("size")?.0,
        cut: row.get("cut")?,
        old: row.get("old")?,
        attempts: row.get("attempts")?,
        handled: outcome.map(|Named(disposition)| handled_of(row, disposition)).transpose()?,
    })
}

fn handled_of(row: &Row, disposition: Disposition) -> rusqlite::Result<Handled> {
    let trace: Option<String> = row.get("trace")?;
    Ok(Handled {
        disposition,
        reason: row.get("reason")?,
        ticket: row.get::<_, Option<Id>>("ticket")?.map(|id| id.0),
        from: row.get::<_, Option<Who>>("sender")?.map(|who| who.0),
        message_id: row.get("message_id")?,
        date: row.get("date")?,
        body_hash: row.get::<_, Option<[u8; 32]>>("body_hash")?.unwrap_or_default(),
        trace: trace.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null),
    })
}

/// A row.
pub fn one(connection: &Connection, id: u64) -> rusqlite::Result<Option<Instance>> {
    connection.prepare_cached(select!("WHERE l.id = ?1"))?.query_row([Id(id)], instance_of).optional()
}

/// Instances of one Message-ID that are looked at: whoever sends the same id for ever does not make each mail slower.
const TWINS_MAX: u32 = 100;

/// Handled instances of a Message-ID, oldest first.
pub fn twins(connection: &Connection, message_id: &str) -> rusqlite::Result<Vec<Instance>> {
    let sql = select!("WHERE l.message_id = ?1 AND l.outcome IS NOT NULL ORDER BY l.id LIMIT ?2");
    rows(connection, sql, params![message_id, TWINS_MAX])
}

/// Rows as an administrator names them, newest first: `#row`, `mailbox/uid`, `uid`, or a Message-ID with or without its
/// brackets.
pub fn find(connection: &Connection, what: &str) -> rusqlite::Result<Vec<Instance>> {
    let what = what.trim();
    if let Some(id) = what.strip_prefix('#').and_then(|id| id.parse().ok()) {
        return Ok(one(connection, id)?.into_iter().collect());
    }
    if let Ok(uid) = what.parse::<u32>() {
        return rows(connection, select!("WHERE l.uid = ?1 ORDER BY l.id DESC"), [uid]);
    }
    if let Some((mailbox, uid)) = what.rsplit_once('/').and_then(|(mailbox, uid)| Some((mailbox, uid.parse::<u32>().ok()?))) {
        let found = rows(connection, select!("WHERE f.mailbox = ?1 AND l.uid = ?2 ORDER BY l.id DESC"), params![mailbox, uid])?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let id = what.strip_prefix('<').unwrap_or(what);
    rows(connection, select!("WHERE l.message_id = ?1 ORDER BY l.id DESC"), [id.strip_suffix('>').unwrap_or(id)])
}

/// Rows of one disposition, or that wait; newest first.
pub fn of(connection: &Connection, disposition: Option<Disposition>, limit: usize) -> rusqlite::Result<Vec<Instance>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    rows(connection, select!("WHERE l.outcome IS ?1 ORDER BY l.id DESC LIMIT ?2"), params![disposition.map(Named), limit])
}

/// The bytes of an instance.
pub fn raw(connection: &Connection, instance: u64) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = "SELECT bytes FROM raws WHERE id = (SELECT raw FROM ledger WHERE id = ?1)";
    connection.prepare_cached(sql)?.query_row([Id(instance)], |row| row.get(0)).optional()
}

/// Instances of an author since then, by reason.
pub fn from_since(connection: &Connection, from: &Address, reason: Option<&str>, since: Timestamp) -> rusqlite::Result<u32> {
    let sql = match reason {
        Some(_) => "SELECT count(*) FROM ledger WHERE sender = ?1 AND received_at >= ?2 AND reason = ?3",
        None => "SELECT count(*) FROM ledger WHERE sender = ?1 AND received_at >= ?2 AND ?3 IS NULL",
    };
    connection.prepare_cached(sql)?.query_row(params![from.as_str(), At(since), reason], |row| row.get(0))
}

/// Counts, of one mailbox or all.
pub fn count(connection: &Connection, mailbox: Option<&str>) -> rusqlite::Result<LedgerCount> {
    let sql = match mailbox {
        Some(_) => "SELECT outcome, count(*) FROM ledger WHERE folder IN (SELECT id FROM folders WHERE mailbox = ?1) GROUP BY outcome",
        None => "SELECT outcome, count(*) FROM ledger WHERE ?1 IS NULL GROUP BY outcome",
    };
    let mut count = LedgerCount::default();
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query([mailbox])?;
    while let Some(row) = rows.next()? {
        let (outcome, number) = (row.get::<_, Option<Named<Disposition>>>(0)?, row.get::<_, Id>(1)?.0);
        count.all += number;
        *place(&mut count, outcome.map(|outcome| outcome.0)) += number;
    }
    Ok(count)
}

fn place(count: &mut LedgerCount, outcome: Option<Disposition>) -> &mut u64 {
    match outcome {
        Some(Disposition::Attached) => &mut count.attached,
        Some(Disposition::New) => &mut count.new,
        Some(Disposition::Held) => &mut count.held,
        Some(Disposition::Ignored) => &mut count.ignored,
        Some(Disposition::Parked) => &mut count.parked,
        None => &mut count.waiting,
    }
}

/// One more attempt on all that wait; answers with them, oldest first.
pub fn resume(connection: &Connection) -> rusqlite::Result<Vec<Instance>> {
    connection.prepare_cached("UPDATE ledger SET attempts = attempts + 1 WHERE outcome IS NULL")?.execute([])?;
    rows(connection, select!("WHERE l.outcome IS NULL ORDER BY l.id"), [])
}

/// Gives an instance that waits its outcome; false: it had one.
pub fn handle(connection: &Connection, instance: u64, handled: &Handled) -> rusqlite::Result<bool> {
    let mut update = connection.prepare_cached(
        "UPDATE ledger SET outcome = ?2, reason = ?3, ticket = ?4, sender = ?5, message_id = ?6, date = ?7, body_hash = ?8
         WHERE id = ?1 AND outcome IS NULL",
    )?;
    let Handled { disposition, reason, ticket, from, message_id, date, body_hash, trace } = handled;
    let sender = from.as_ref().map(Address::as_str);
    let known = params![Id(instance), Named(*disposition), reason, ticket.map(Id), sender, message_id, date, body_hash];
    if update.execute(known)? == 0 {
        return Ok(false);
    }
    note(connection, instance, trace)?;
    Ok(true)
}

/// Gives an instance that waits for a decision another outcome; false: it waits no longer.
pub fn release(connection: &Connection, instance: u64, handled: &Handled) -> rusqlite::Result<bool> {
    let held = one(connection, instance)?.and_then(|row| row.handled).is_some_and(|known| known.disposition == Disposition::Held);
    if !held {
        return Ok(false);
    }
    reopen(connection, instance)?;
    handle(connection, instance, handled)
}

fn note(connection: &Connection, instance: u64, trace: &Value) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO traces (instance, trace) VALUES (?1, ?2)")?;
    if insert.execute(params![Id(instance), as_json(trace)?])? == 1 {
        return Ok(());
    }
    let mut whole = object(trace.clone());
    if let Some(earlier) = object(trace_of(connection, instance)?).remove("earlier") {
        whole.insert("earlier".into(), earlier);
    }
    set_trace(connection, instance, &Value::Object(whole))
}

/// Makes an instance wait again from its first attempt; what became of it before is listed in its trace under `earlier`.
pub fn reopen(connection: &Connection, id: u64) -> rusqlite::Result<()> {
    let Some(handled) = one(connection, id)?.and_then(|instance| instance.handled) else { return Ok(()) };
    let mut trace = object(handled.trace);
    let mut earlier = match trace.remove("earlier") {
        Some(Value::Array(earlier)) => earlier,
        _ => vec![],
    };
    let ticket = handled.ticket;
    earlier.push(json!({"disposition": handled.disposition, "reason": handled.reason, "ticket": ticket, "trace": trace}));
    set_trace(connection, id, &json!({ "earlier": earlier }))?;
    connection
        .prepare_cached("UPDATE ledger SET outcome = NULL, reason = NULL, ticket = NULL, attempts = 0 WHERE id = ?1")?
        .execute([Id(id)])?;
    Ok(())
}

fn trace_of(connection: &Connection, instance: u64) -> rusqlite::Result<Value> {
    let mut select = connection.prepare_cached("SELECT trace FROM traces WHERE instance = ?1")?;
    let text: String = select.query_row([Id(instance)], |row| row.get(0))?;
    Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
}

fn set_trace(connection: &Connection, instance: u64, trace: &Value) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO traces (instance, trace) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET trace = excluded.trace")?
        .execute(params![Id(instance), as_json(trace)?])?;
    Ok(())
}

fn object(trace: Value) -> Map<String, Value> {
    match trace {
        Value::Object(fields) => fields,
        Value::Null => Map::new(),
        other => Map::from_iter([("decision".to_owned(), other)]),
    }
}
