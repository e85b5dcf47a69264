//! People as we know them, and the organisation.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::values::Who;
use super::{access, staffing};
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
    let mut organisation = staffing::declared(connection)?;
    for (person, preferences) in access::all_preferences(connection)? {
        organisation.prefer(&person, &preferences);
    }
    Ok(organisation)
}
