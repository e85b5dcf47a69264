//! Full-text search over conversations: FTS5, without accents, every word a literal one. Indexing takes a twelfth of the writer's
//! time, so that it comes after the mails that wait.

use rusqlite::{Connection, params};

use super::tickets::event_of;
use crate::desk::{Event, What};

/// Words of a query that count; the rest is ignored.
const WORDS_MAX: usize = 16;

/// Notes that an event is to be indexed.
pub fn note(connection: &Connection, key: i64, event: &Event) -> rusqlite::Result<()> {
    if words(event).next().is_some() {
        connection.prepare_cached("INSERT INTO unindexed (id) VALUES (?1)")?.execute([key])?;
    }
    Ok(())
}

/// Indexes some events that were noted; how many.
pub fn index(connection: &Connection, most: u32) -> rusqlite::Result<usize> {
    let mut select = connection.prepare_cached("SELECT e.* FROM unindexed JOIN events e USING (id) LIMIT ?1")?;
    let noted: Vec<(i64, Event)> = select.query_map([most], |row| Ok((row.get("id")?, event_of(row)?)))?.collect::<Result<_, _>>()?;
    let mut insert = connection.prepare_cached("INSERT INTO words (rowid, text) VALUES (?1, ?2)")?;
    let mut done = connection.prepare_cached("DELETE FROM unindexed WHERE id = ?1")?;
    for (key, event) in &noted {
        insert.execute(params![key, words(event).collect::<Vec<_>>().join("\n")])?;
        done.execute([key])?;
    }
    Ok(noted.len())
}

/// Title and text.
fn words(event: &Event) -> impl Iterator<Item = &str> {
    let title = match &event.what {
        What::Opened { title, .. } | What::Rerooted { title, .. } => Some(title.as_str()),
        _ => None,
    };
    title.into_iter().chain(event.text.as_deref()).filter(|text| !text.is_empty())
}

/// Each word as an FTS5 string that also finds its longer forms (there is no stemming): nothing of it is syntax.
pub fn quoted(words: &str) -> impl Iterator<Item = String> {
    let letters = |word: &&str| word.chars().any(char::is_alphanumeric);
    let words = words.split(|c: char| c.is_whitespace() || c.is_control()).filter(letters).take(WORDS_MAX);
    words.map(|word| format!("\"{}\"*", word.replace('"', "\"\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_literal() {
        let found: Vec<String> = quoted("l'imprimante  AND a\"b x:y - \u{0} !").collect();
        assert_eq!(found, ["\"l'imprimante\"*", "\"AND\"*", "\"a\"\"b\"*", "\"x:y\"*"]);
        assert_eq!(quoted(&"a ".repeat(99)).count(), WORDS_MAX);
    }
}
