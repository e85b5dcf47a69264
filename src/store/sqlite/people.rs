//! People as we know them, and the organisation.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::access;
use super::values::{Who, as_json, json};
use crate::address::Address;
use crate::desk::Organisation;
use crate::store::Person;

/// Inserts or replaces.
pub fn write(connection: &Connection, person: &Person) -> rusqlite::Result<()> {
    let mut upsert = connection.prepare_cached(
        "INSERT INTO people (address, name, language, failures, suppressed, is_list, blocked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO UPDATE SET name = excluded.name, language = excluded.language, failures = excluded.failures,
                                   suppressed = excluded.suppressed, is_list = excluded.is_list,
                                   blocked = excluded.blocked",
    )?;
    let Person { address, name, language, failures, suppressed, is_list, blocked } = person;
    upsert.execute(params![address.as_str(), name, language, failures, suppressed, is_list, blocked])?;
    Ok(())
}

/// Somebody.
pub fn one(connection: &Connection, address: &Address) -> rusqlite::Result<Option<Person>> {
    let sql = "SELECT address, name, language, failures, suppressed, is_list, blocked FROM people WHERE address = ?1";
    let mut select = connection.prepare_cached(sql)?;
    select.query_row([address.as_str()], person_of).optional()
}

fn person_of(row: &Row) -> rusqlite::Result<Person> {
    Ok(Person {
        address: row.get::<_, Who>(0)?.0,
        name: row.get(1)?,
        language: row.get(2)?,
        failures: row.get(3)?,
        suppressed: row.get(4)?,
        is_list: row.get(5)?,
        blocked: row.get(6)?,
    })
}

/// The organisation as last applied, with what its agents chose for themselves; empty before the first time.
pub fn organisation(connection: &Connection) -> rusqlite::Result<Organisation> {
    let found = connection.prepare_cached("SELECT body FROM organisation")?.query_row([], |row| json(row, "body")).optional()?;
    let mut organisation: Organisation = found.unwrap_or_default();
    for (person, preferences) in access::all_preferences(connection)? {
        organisation.prefer(&person, &preferences);
    }
    Ok(organisation)
}

/// Replaces the organisation.
pub fn apply_organisation(connection: &Connection, organisation: &Organisation) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO organisation (id, version, body) VALUES (1, 1, ?1)
             ON CONFLICT DO UPDATE SET version = version + 1, body = excluded.body",
        )?
        .execute([as_json(organisation)?])?;
    Ok(())
}
