//! Articles and their words.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::values::{At, Id, Who, as_json, json};
use crate::address::Address;
use crate::knowledge::{Article, Filed, Known};

const COLUMNS: &str = "body, file, hash, editor";
/// Words of one search.
const WORDS_MAX: usize = 20;

/// Takes over what files say. A file that did not change leaves what a page wrote since.
pub fn apply(connection: &Connection, filed: &[Filed], at: Timestamp) -> rusqlite::Result<()> {
    let known = all(connection)?;
    let gone = known.iter().filter(|known| known.file.is_some() && filed.iter().all(|filed| filed.article.number != known.article.number));
    gone.map(|known| known.article.number).try_for_each(|number| remove(connection, number))?;
    for Filed { article, file, hash } in filed {
        let same = |known: &&Known| known.article.number == article.number && known.file.as_ref().is_some_and(|(_, old)| old == hash);
        if known.iter().any(|known| same(&known)) {
            continue;
        }
        put(connection, article, at)?;
        let mut update = connection.prepare_cached("UPDATE articles SET file = ?2, hash = ?3, editor = NULL WHERE number = ?1")?;
        update.execute(params![Id(article.number), file, hash])?;
    }
    Ok(())
}

/// Somebody wrote an article by page.
pub fn edit(connection: &Connection, article: &Article, editor: &Address, at: Timestamp) -> rusqlite::Result<()> {
    put(connection, article, at)?;
    let mut update = connection.prepare_cached("UPDATE articles SET editor = ?2 WHERE number = ?1")?;
    update.execute(params![Id(article.number), editor.as_str()])?;
    Ok(())
}

/// An article goes, with its words.
pub fn remove(connection: &Connection, number: u64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM articles WHERE number = ?1")?.execute([Id(number)])?;
    connection.prepare_cached("DELETE FROM article_words WHERE rowid = ?1")?.execute([Id(number)])?;
    Ok(())
}

fn put(connection: &Connection, article: &Article, at: Timestamp) -> rusqlite::Result<()> {
    let mut upsert = connection.prepare_cached(
        "INSERT INTO articles (number, body, changed_at) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET body = excluded.body, changed_at = excluded.changed_at",
    )?;
    upsert.execute(params![Id(article.number), as_json(article)?, At(at)])?;
    connection.prepare_cached("DELETE FROM article_words WHERE rowid = ?1")?.execute([Id(article.number)])?;
    let mut insert = connection.prepare_cached("INSERT INTO article_words (rowid, title, words, text) VALUES (?1, ?2, ?3, ?4)")?;
    insert.execute(params![Id(article.number), article.title, article.words.join(" "), article.text])?;
    Ok(())
}

/// One article.
pub fn one(connection: &Connection, number: u64) -> rusqlite::Result<Option<Known>> {
    let sql = format!("SELECT {COLUMNS} FROM articles WHERE number = ?1");
    connection.prepare_cached(&sql)?.query_row([Id(number)], known_of).optional()
}

/// All of them, by number.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<Known>> {
    connection.prepare_cached(&format!("SELECT {COLUMNS} FROM articles ORDER BY number"))?.query_map([], known_of)?.collect()
}

/// Articles with any of some words, the likeliest first: what stands in a title or among the words counts more than the text.
pub fn like(connection: &Connection, words: &[String], limit: usize) -> rusqlite::Result<Vec<Article>> {
    // Letters and digits alone: nothing of a stranger's is a query.
    let plain = |word: &String| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let terms: Vec<String> =
        words.iter().map(plain).filter(|word| !word.is_empty()).take(WORDS_MAX).map(|word| format!("\"{word}\"*")).collect();
    // Many sites have none, and each new mail asks.
    if terms.is_empty() || !connection.prepare_cached("SELECT 1 FROM articles LIMIT 1")?.exists([])? {
        return Ok(vec![]);
    }
    let sql = "SELECT body FROM article_words JOIN articles ON number = article_words.rowid
               WHERE article_words MATCH ?1 ORDER BY bm25(article_words, 5.0, 5.0, 1.0) LIMIT ?2";
    let mut select = connection.prepare_cached(sql)?;
    select.query_map(params![terms.join(" OR "), Id(limit as u64)], |row| json(row, "body"))?.collect()
}

fn known_of(row: &Row) -> rusqlite::Result<Known> {
    let (file, hash): (Option<String>, Option<String>) = (row.get("file")?, row.get("hash")?);
    Ok(Known { article: json(row, "body")?, file: file.zip(hash), editor: row.get::<_, Option<Who>>("editor")?.map(|who| who.0) })
}
