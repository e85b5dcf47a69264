//! Full-text search over conversations: FTS5, without accents, every word a literal one.

use rusqlite::{Connection, params};

use crate::desk::{Event, What};

/// Words of a query that count; the rest is ignored.
const WORDS_MAX: usize = 16;

/// Indexes the words of an event under its key.
pub fn index(connection: &Connection, key: i64, event: &Event) -> rusqlite::Result<()> {
    let title = match &event.what {
        What::Opened { title, .. } | What::Rerooted { title, .. } => Some(title.as_str()),
        _ => None,
    };
    let words: Vec<&str> = title.into_iter().chain(event.text.as_deref()).filter(|text| !text.is_empty()).collect();
    if words.is_empty() {
        return Ok(());
    }
    connection.prepare_cached("INSERT INTO words (rowid, text) VALUES (?1, ?2)")?.execute(params![key, words.join("\n")])?;
    Ok(())
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
