//! Mailed keys, sessions and preferences.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::values::{At, Id, Named, Who, Word, as_json, json};
use super::{articles, staffing};
use crate::address::Address;
use crate::desk::Preferences;
use crate::store::{Access, CommitFault, Gate, GateFor, Request, Session, TokenHash};

const SESSION: &str = "id, hash, previous, person, browser, began_at, renewed_at, expires_at, ended_at";

impl Word for GateFor {
    const WORDS: &'static [(Self, &'static str)] =
        &[(GateFor::SignIn, "sign_in"), (GateFor::Request, "request"), (GateFor::Absence, "absence"), (GateFor::Same, "same")];
}

/// What a change does here.
pub fn write(connection: &Connection, access: &Access, at: Timestamp) -> Result<(), CommitFault> {
    match access {
        Access::Gate(gate) => Ok(write_gate(connection, gate)?),
        Access::Used(hash) => {
            let mut update =
                connection.prepare_cached("UPDATE gates SET ended_at = ?2, raw = NULL WHERE hash = ?1 AND ended_at IS NULL")?;
            if update.execute(params![hash, At(at)])? == 1 { Ok(()) } else { Err(CommitFault::AlreadyDone) }
        }
        Access::Session(session) => Ok(write_session(connection, session)?),
        Access::Renewed { id, hash, expires_at } => {
            let mut update = connection.prepare_cached(
                "UPDATE sessions SET previous = hash, hash = ?2, renewed_at = ?3, expires_at = ?4 WHERE id = ?1 AND ended_at IS NULL",
            )?;
            update.execute(params![Id(*id), hash, At(at), At(*expires_at)])?;
            Ok(())
        }
        Access::Ended(id) => {
            connection
                .prepare_cached("UPDATE sessions SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL")?
                .execute(params![Id(*id), At(at)])?;
            Ok(())
        }
        Access::Preferred(person, preferences) => {
            let mut upsert = connection
                .prepare_cached("INSERT INTO preferences (person, body) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET body = excluded.body")?;
            upsert.execute(params![person.as_str(), as_json(preferences)?])?;
            Ok(())
        }
        Access::Wrote(editor, article) => Ok(articles::edit(connection, article, editor, at)?),
        Access::Dropped(number) => Ok(articles::remove(connection, *number)?),
        Access::Staffed { by, service, what } => Ok(staffing::change(connection, by, (service, what), at)?),
    }
}

/// A new key; those whose time is over go, with what was filled in.
fn write_gate(connection: &Connection, gate: &Gate) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM gates WHERE expires_at < ?1")?.execute([At(gate.issued_at)])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO gates (hash, what, person, browser, issued_at, expires_at, form, raw) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let form = gate.request.as_ref().map(as_json).transpose()?;
    let raw = gate.request.as_ref().and_then(|request| request.raw.as_deref());
    let (issued, expires) = (At(gate.issued_at), At(gate.expires_at));
    insert.execute(params![gate.hash, Named(gate.what), gate.person.as_str(), gate.browser, issued, expires, form, raw])?;
    Ok(())
}

fn write_session(connection: &Connection, session: &Session) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM sessions WHERE person = ?1 AND (expires_at < ?2 OR ended_at IS NOT NULL)")?
        .execute(params![session.person.as_str(), At(session.began_at)])?;
    let mut insert = connection
        .prepare_cached("INSERT INTO sessions (hash, person, browser, began_at, renewed_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let (began, renewed, expires) = (At(session.began_at), At(session.renewed_at), At(session.expires_at));
    insert.execute(params![session.hash, session.person.as_str(), session.browser, began, renewed, expires])?;
    Ok(())
}

/// A mailed key.
pub fn gate(connection: &Connection, hash: &TokenHash) -> rusqlite::Result<Option<Gate>> {
    let sql = "SELECT what, person, browser, issued_at, expires_at, ended_at, form, raw FROM gates WHERE hash = ?1";
    let of = |row: &Row| {
        let request: Option<Request> =
            if row.get_ref("form")?.as_str_or_null().unwrap_or_default().is_some() { Some(json(row, "form")?) } else { None };
        let raw: Option<Vec<u8>> = row.get("raw")?;
        Ok(Gate {
            hash: *hash,
            what: row.get::<_, Named<_>>("what")?.0,
            person: row.get::<_, Who>("person")?.0,
            browser: row.get("browser")?,
            issued_at: row.get::<_, At>("issued_at")?.0,
            expires_at: row.get::<_, At>("expires_at")?.0,
            ended_at: row.get::<_, Option<At>>("ended_at")?.map(|at| at.0),
            request: request.map(|request| Request { raw, ..request }),
        })
    };
    connection.prepare_cached(sql)?.query_row([hash], of).optional()
}

/// Bytes of what waits for its proof.
pub fn waiting_bytes(connection: &Connection) -> rusqlite::Result<u64> {
    let sql = "SELECT coalesce(sum(coalesce(length(raw), 0) + coalesce(length(form), 0)), 0) FROM gates";
    connection.prepare_cached(sql)?.query_row([], |row| Ok(row.get::<_, Id>(0)?.0))
}

/// A session by its cookie, or by the one before.
pub fn session(connection: &Connection, hash: &TokenHash) -> rusqlite::Result<Option<Session>> {
    let by = |column: &str| {
        let sql = format!("SELECT {SESSION} FROM sessions WHERE {column} = ?1");
        connection.prepare_cached(&sql)?.query_row([hash], session_of).optional()
    };
    match by("hash")? {
        Some(session) => Ok(Some(session)),
        None => by("previous"),
    }
}

/// Somebody's sessions, newest first.
pub fn sessions(connection: &Connection, person: &Address) -> rusqlite::Result<Vec<Session>> {
    let sql = format!("SELECT {SESSION} FROM sessions WHERE person = ?1 AND ended_at IS NULL ORDER BY id DESC");
    connection.prepare_cached(&sql)?.query_map([person.as_str()], session_of)?.collect()
}

fn session_of(row: &Row) -> rusqlite::Result<Session> {
    Ok(Session {
        id: row.get::<_, Id>(0)?.0,
        hash: row.get(1)?,
        previous: row.get(2)?,
        person: row.get::<_, Who>(3)?.0,
        browser: row.get(4)?,
        began_at: row.get::<_, At>(5)?.0,
        renewed_at: row.get::<_, At>(6)?.0,
        expires_at: row.get::<_, At>(7)?.0,
        ended_at: row.get::<_, Option<At>>(8)?.map(|at| at.0),
    })
}

/// What somebody prefers.
pub fn preferences(connection: &Connection, person: &Address) -> rusqlite::Result<Preferences> {
    let found =
        connection.prepare_cached("SELECT body FROM preferences WHERE person = ?1")?.query_row([person.as_str()], |row| json(row, "body"));
    Ok(found.optional()?.unwrap_or_default())
}

/// Everybody's preferences.
pub fn all_preferences(connection: &Connection) -> rusqlite::Result<Vec<(Address, Preferences)>> {
    let mut select = connection.prepare_cached("SELECT person, body FROM preferences")?;
    select.query_map([], |row| Ok((row.get::<_, Who>(0)?.0, json(row, "body")?)))?.collect()
}
