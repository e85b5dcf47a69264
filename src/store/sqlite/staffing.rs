//! The organisation, and what was changed of it by page.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::values::{At, Id, Who, as_json, json};
use crate::address::Address;
use crate::desk::{Organisation, Staffing};
use crate::store::Staffed;

/// As last applied and changed; empty before the first time.
pub fn declared(connection: &Connection) -> rusqlite::Result<Organisation> {
    let found = connection.prepare_cached("SELECT body FROM organisation")?.query_row([], |row| json(row, "body")).optional()?;
    Ok(found.unwrap_or_default())
}

/// How often it was applied or changed.
pub fn version(connection: &Connection) -> rusqlite::Result<u64> {
    let found = connection.prepare_cached("SELECT version FROM organisation")?.query_row([], |row| row.get::<_, Id>(0)).optional()?;
    Ok(found.map_or(0, |version| version.0))
}

/// Replaces the organisation by what a file says.
pub fn apply(connection: &Connection, organisation: &Organisation) -> rusqlite::Result<()> {
    replace(connection, organisation)?;
    connection.prepare_cached("UPDATE staffing SET settled = 1 WHERE settled = 0")?.execute([])?;
    Ok(())
}

/// Somebody changed a service's staff by page.
pub fn change(connection: &Connection, by: &Address, (service, what): (&str, &Staffing), at: Timestamp) -> rusqlite::Result<()> {
    let mut organisation = declared(connection)?;
    what.apply(service, &mut organisation);
    replace(connection, &organisation)?;
    let mut insert = connection.prepare_cached("INSERT INTO staffing (at, person, service, body) VALUES (?1, ?2, ?3, ?4)")?;
    insert.execute(params![At(at), by.as_str(), service, as_json(what)?])?;
    Ok(())
}

fn replace(connection: &Connection, organisation: &Organisation) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO organisation (id, version, body) VALUES (1, 1, ?1)
             ON CONFLICT DO UPDATE SET version = version + 1, body = excluded.body",
        )?
        .execute([as_json(organisation)?])?;
    Ok(())
}

/// What was changed of a service, newest first.
pub fn of_service(connection: &Connection, service: &str, limit: usize) -> rusqlite::Result<Vec<Staffed>> {
    let sql = "SELECT at, person, service, body FROM staffing WHERE service = ?1 ORDER BY id DESC LIMIT ?2";
    connection.prepare_cached(sql)?.query_map(params![service, Id(limit as u64)], staffed_of)?.collect()
}

/// What was changed since a file was applied, oldest first.
pub fn since_file(connection: &Connection) -> rusqlite::Result<Vec<Staffed>> {
    let sql = "SELECT at, person, service, body FROM staffing WHERE settled = 0 ORDER BY id";
    connection.prepare_cached(sql)?.query_map([], staffed_of)?.collect()
}

fn staffed_of(row: &Row) -> rusqlite::Result<Staffed> {
    Ok(Staffed {
        at: row.get::<_, At>("at")?.0,
        by: row.get::<_, Who>("person")?.0,
        service: row.get("service")?,
        what: json(row, "body")?,
    })
}
