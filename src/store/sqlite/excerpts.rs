//! What letters take from kept mails: noted when they are queued, put in place when they are claimed.

use rusqlite::{Connection, Row, params};

use super::values::Id;
use crate::mail::{Excerpt, Letter};

/// Notes the excerpts of a letter. A mail that is not here cannot be quoted: an error.
pub fn write(connection: &Connection, letter: u64, excerpts: &[(usize, Excerpt)]) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO excerpts (letter, number, at, raw, first, past) VALUES (?1, ?2, ?3, (SELECT raw FROM ledger WHERE id = ?4), ?5, ?6)",
    )?;
    for (number, (at, Excerpt { instance, span })) in excerpts.iter().enumerate() {
        insert.execute(params![Id(letter), Id(number as u64), Id(*at as u64), Id(*instance), Id(span.0), Id(span.1)])?;
    }
    Ok(())
}

/// Puts the excerpts of a letter in their places.
pub fn fill(connection: &Connection, id: u64, mut letter: Letter) -> rusqlite::Result<Letter> {
    let mut select = connection.prepare_cached("SELECT at, raw, first, past FROM excerpts WHERE letter = ?1 ORDER BY number")?;
    letter.excerpts = select.query_map([Id(id)], excerpt_of)?.collect::<Result<_, _>>()?;
    letter.whole(|excerpt| bytes(connection, excerpt))
}

/// Here `instance` is the number of the raw mail itself.
fn excerpt_of(row: &Row) -> rusqlite::Result<(usize, Excerpt)> {
    let number = |column: &str| Ok::<_, rusqlite::Error>(row.get::<_, Id>(column)?.0);
    let at = usize::try_from(number("at")?).unwrap_or(usize::MAX);
    Ok((at, Excerpt { instance: number("raw")?, span: (number("first")?, number("past")?) }))
}

/// Without loading the rest of the mail.
fn bytes(connection: &Connection, Excerpt { instance, span }: Excerpt) -> rusqlite::Result<Vec<u8>> {
    let blob = connection.blob_open("main", "raws", "bytes", i64::try_from(instance).unwrap_or(i64::MAX), true)?;
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(blob.len());
    let (first, past) = (place(span.0), place(span.1));
    let mut bytes = vec![0; past.saturating_sub(first)];
    blob.read_at_exact(&mut bytes, first)?;
    Ok(bytes)
}
