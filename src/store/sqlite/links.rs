//! Capability links, by the hash of their token.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::values::{At, Id, Named, Who};
use crate::desk::TicketId;
use crate::store::{Link, TokenHash};

const COLUMNS: &str = "hash, purpose, person, ticket, request, issued_at, expires_at, ended_at";

/// A new link.
pub fn write(connection: &Connection, link: &Link) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO links (hash, purpose, person, ticket, request, issued_at, expires_at, ended_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let Link { hash, purpose, person, ticket, request, issued_at, expires_at, ended_at } = link;
    let (issued, expires, ended) = (At(*issued_at), At(*expires_at), ended_at.map(At));
    insert.execute(params![hash, Named(*purpose), person.as_str(), Id(*ticket), Id(*request), issued, expires, ended])?;
    Ok(())
}

/// Ends a live link; false: there is none.
pub fn end(connection: &Connection, hash: &TokenHash, at: Timestamp) -> rusqlite::Result<bool> {
    let mut update = connection.prepare_cached("UPDATE links SET ended_at = ?2 WHERE hash = ?1 AND ended_at IS NULL")?;
    Ok(update.execute(params![hash, At(at)])? == 1)
}

/// A link, live or ended.
pub fn one(connection: &Connection, hash: &TokenHash) -> rusqlite::Result<Option<Link>> {
    connection.prepare_cached(&format!("SELECT {COLUMNS} FROM links WHERE hash = ?1"))?.query_row([hash], link_of).optional()
}

/// What a link offers to do.
pub fn write_offer(connection: &Connection, hash: &TokenHash, text: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("INSERT INTO offers (hash, text) VALUES (?1, ?2)")?.execute(params![hash, text])?;
    Ok(())
}

/// What a link offers to do, if anything.
pub fn offer(connection: &Connection, hash: &TokenHash) -> rusqlite::Result<Option<String>> {
    connection.prepare_cached("SELECT text FROM offers WHERE hash = ?1")?.query_row([hash], |row| row.get(0)).optional()
}

/// Live links of a ticket, oldest first. Expired ones are among them: time is not known here.
pub fn of(connection: &Connection, ticket: TicketId) -> rusqlite::Result<Vec<Link>> {
    let sql = format!("SELECT {COLUMNS} FROM links WHERE ticket = ?1 AND ended_at IS NULL ORDER BY issued_at, hash");
    connection.prepare_cached(&sql)?.query_map([Id(ticket)], link_of)?.collect()
}

fn link_of(row: &Row) -> rusqlite::Result<Link> {
    Ok(Link {
        hash: row.get(0)?,
        purpose: row.get::<_, Named<_>>(1)?.0,
        person: row.get::<_, Who>(2)?.0,
        ticket: row.get::<_, Id>(3)?.0,
        request: row.get::<_, Id>(4)?.0,
        issued_at: row.get::<_, At>(5)?.0,
        expires_at: row.get::<_, At>(6)?.0,
        ended_at: row.get::<_, Option<At>>(7)?.map(|at| at.0),
    })
}
