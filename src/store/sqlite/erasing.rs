//! Forgets somebody: in tickets they become another whom nobody knows, and what only tells of them is deleted.
//!
//! Promises: a portion at a time, each whole or not at all, and begun again it goes on; tickets still are what their events say.
//! Excludes: other people's mails, in which they may be named (retention deletes those).

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::sweeping::{drop_letter, erase, forget_sender, ids};
use super::tickets::SEQ_BITS;
use super::values::Id;
use crate::address::Address;
use crate::desk::TicketId;
use crate::store::Erasure;

/// Tickets that are written anew at once.
const TICKETS: u32 = 10;
/// Other rows that are deleted at once.
const ROWS: u32 = 200;

/// A portion; how many rows.
pub fn some(connection: &Connection, erasure: &Erasure) -> rusqlite::Result<u64> {
    let person = erasure.person.as_str();
    // Whoever left a ticket once was written to about it.
    let theirs = "SELECT ticket FROM participants WHERE person = ?1 UNION SELECT ticket FROM seen WHERE person = ?1 LIMIT ?2";
    let due = ids(connection, theirs, params![person, TICKETS])?;
    for ticket in &due {
        rewrite(connection, *ticket, erasure)?;
    }
    if !due.is_empty() {
        return Ok(due.len() as u64);
    }
    let mails = mails_from(connection, &erasure.person, 0, ROWS as usize)?;
    for instance in &mails {
        let ticket = connection.prepare_cached("SELECT ticket FROM ledger WHERE id = ?1")?.query_row([Id(*instance)], |row| row.get(0))?;
        if let Some(Id(ticket)) = ticket {
            rewrite(connection, ticket, erasure)?;
        }
        forget_mail(connection, *instance)?;
    }
    if !mails.is_empty() {
        return Ok(mails.len() as u64);
    }
    let letters = ids(connection, "SELECT id FROM outbox WHERE person = ?1 AND state <> 'sending' LIMIT ?2", params![person, ROWS])?;
    letters.iter().try_for_each(|letter| drop_letter(connection, *letter))?;
    Ok(letters.len() as u64 + rest(connection, person)?)
}

/// Rows of the ledger whose mails somebody wrote.
pub fn mails_from(connection: &Connection, person: &Address, above: u64, limit: usize) -> rusqlite::Result<Vec<u64>> {
    let sql = "SELECT id FROM ledger WHERE sender = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
    ids(connection, sql, params![person.as_str(), Id(above), Id(limit as u64)])
}

/// A mail that waited for a decision waits no longer: there is nothing left to decide about.
fn forget_mail(connection: &Connection, instance: u64) -> rusqlite::Result<()> {
    erase(connection, instance)?;
    forget_sender(connection, instance)?;
    let sql = "UPDATE ledger SET outcome = 'ignored', reason = 'erased' WHERE id = ?1 AND outcome IN ('held', 'parked')";
    connection.prepare_cached(sql)?.execute([Id(instance)]).map(drop)
}

/// A ticket and its events with somebody else in their place, and letters about it, which repeat their words, without bytes.
fn rewrite(connection: &Connection, ticket: TicketId, erasure: &Erasure) -> rusqlite::Result<()> {
    let person = erasure.person.as_str();
    connection.prepare_cached("DELETE FROM seen WHERE ticket = ?1 AND person = ?2")?.execute(params![Id(ticket), person])?;
    let mut select = connection.prepare_cached("SELECT state, people FROM tickets WHERE id = ?1")?;
    let found: Option<(String, String)> = select.query_row([Id(ticket)], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((state, people)) = found else { return Ok(()) };
    let people: Vec<&str> = people.lines().map(|who| if who == person { erasure.pseudonym.as_str() } else { who }).collect();
    let sql = "UPDATE tickets SET state = ?2, people = ?3, requester = iif(requester = ?4, ?5, requester),
               assignee = iif(assignee = ?4, ?5, assignee) WHERE id = ?1";
    let state = erasure.json(&state);
    connection.prepare_cached(sql)?.execute(params![Id(ticket), state, people.join("\n"), person, erasure.pseudonym.as_str()])?;
    connection.prepare_cached("DELETE FROM participants WHERE person = ?1 AND ticket = ?2")?.execute(params![person, Id(ticket)])?;
    if people.contains(&erasure.pseudonym.as_str()) {
        let sql = "INSERT OR IGNORE INTO participants (person, ticket) VALUES (?1, ?2)";
        connection.prepare_cached(sql)?.execute(params![erasure.pseudonym.as_str(), Id(ticket)])?;
    }
    rewrite_events(connection, ticket, erasure)?;
    let sql = "DELETE FROM letters WHERE id IN (SELECT id FROM outbox WHERE ticket = ?1 AND state NOT IN ('queued', 'sending', 'unknown'))";
    connection.prepare_cached(sql)?.execute([Id(ticket)]).map(drop)
}

fn rewrite_events(connection: &Connection, ticket: TicketId, erasure: &Erasure) -> rusqlite::Result<()> {
    let first = ticket << SEQ_BITS;
    for event in ids(connection, "SELECT id FROM events WHERE id >= ?1 AND id < ?2", params![Id(first), Id(first + (1 << SEQ_BITS))])? {
        let mut select = connection.prepare_cached("SELECT body, text FROM events WHERE id = ?1")?;
        let (body, text): (String, Option<String>) = select.query_row([Id(event)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (new_body, new_text) = (erasure.json(&body), text.as_deref().map(|text| erasure.text(text)));
        if (&new_body, &new_text) == (&body, &text) {
            continue;
        }
        let sql = "UPDATE events SET body = ?2, text = ?3, actor = iif(actor = ?4, ?5, actor) WHERE id = ?1";
        let known = params![Id(event), new_body, new_text, erasure.person.as_str(), erasure.pseudonym.as_str()];
        connection.prepare_cached(sql)?.execute(known)?;
        connection.prepare_cached("DELETE FROM words WHERE rowid = ?1")?.execute([Id(event)])?;
        connection.prepare_cached("INSERT OR IGNORE INTO unindexed (id) VALUES (?1)")?.execute([Id(event)])?;
    }
    Ok(())
}

/// What is known of the person alone, wherever it lies: these tables are looked through.
fn rest(connection: &Connection, person: &str) -> rusqlite::Result<u64> {
    let mut gone = 0;
    let named: &dyn ToSql = &format!("%{}%", person.replace(['%', '_'], "_"));
    for (sql, value) in [
        ("UPDATE known SET person = NULL WHERE person = ?1", &person as &dyn ToSql),
        ("INSERT OR IGNORE INTO purged_links (hash) SELECT hash FROM links WHERE person = ?1", &person),
        ("DELETE FROM offers WHERE hash IN (SELECT hash FROM links WHERE person = ?1)", &person),
        ("DELETE FROM links WHERE person = ?1", &person),
        ("DELETE FROM gates WHERE person = ?1", &person),
        ("DELETE FROM sessions WHERE person = ?1", &person),
        ("DELETE FROM preferences WHERE person = ?1", &person),
        (
            "UPDATE preferences SET body = json_set(body, '$.also',
                 json((SELECT json_group_array(value) FROM json_each(preferences.body, '$.also') WHERE value <> ?1)))
             WHERE EXISTS (SELECT 1 FROM json_each(preferences.body, '$.also') WHERE value = ?1)",
            &person,
        ),
        ("UPDATE preferences SET body = json_remove(body, '$.claimed') WHERE body ->> '$.claimed.by' = ?1", &person),
        ("DELETE FROM autos WHERE person = ?1", &person),
        ("DELETE FROM turns WHERE person = ?1", &person),
        ("DELETE FROM put_off WHERE person = ?1", &person),
        ("DELETE FROM people WHERE address = ?1", &person),
        ("DELETE FROM causes WHERE name LIKE ?1", named),
    ] {
        gone += connection.prepare_cached(sql)?.execute([value])? as u64;
    }
    Ok(gone)
}

impl Erasure {
    /// The same JSON with the pseudonym in the person's place; what cannot be read stays.
    fn json(&self, text: &str) -> String {
        let Ok(mut value) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
        self.walk(&mut value);
        value.to_string()
    }

    fn walk(&self, value: &mut Value) {
        match value {
            Value::String(text) if *text == self.person.as_str() => *text = self.pseudonym.to_string(),
            // Another address, however alike.
            Value::String(text) if Address::parse(text).is_ok() => {}
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk(item)),
            Value::Object(fields) => {
                let theirs = fields.get("person").and_then(Value::as_str) == Some(self.person.as_str());
                if let Some(name) = fields.get_mut("name").filter(|name| theirs && name.is_string()) {
                    *name = Value::Null;
                }
                fields.values_mut().for_each(|field| self.walk(field));
            }
            _ => {}
        }
    }

    /// The same text with the pseudonym where their address or their name stands.
    fn text(&self, text: &str) -> String {
        let text = replaced(text, self.person.as_str(), self.pseudonym.as_str());
        match self.name.as_deref().filter(|name| name.chars().count() >= NAME_MIN) {
            Some(name) => replaced(&text, name, self.pseudonym.local()),
            None => text,
        }
    }
}

/// Characters of a name that is looked for in texts: a shorter one is a word like others.
const NAME_MIN: usize = 4;

/// Replaces whole words, whatever their case.
fn replaced(text: &str, what: &str, with: &str) -> String {
    let folded = text.to_ascii_lowercase();
    let what = what.to_ascii_lowercase();
    let part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '@');
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (at, _) in folded.match_indices(&what) {
        let after = at + what.len();
        let ends = |rest: &str| rest.chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '-' && c != '@');
        if at >= from && !text[..at].chars().next_back().is_some_and(part) && ends(&text[after..]) {
            out.push_str(&text[from..at]);
            out.push_str(with);
            from = after;
        }
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn erasure() -> Erasure {
        let address = |text| Address::parse(text).unwrap();
        let (person, pseudonym) = (address("bob@cust.test"), address("person-1a2b@erased.invalid"));
        Erasure { person, name: Some("Bob Martin".into()), pseudonym }
    }

    #[test]
    fn row84_only_the_very_person_is_replaced() {
        for (text, after) in [
            ("Écrivez à Bob@Cust.test, merci.", "Écrivez à person-1a2b@erased.invalid, merci."),
            ("bob@cust.test bob@cust.test", "person-1a2b@erased.invalid person-1a2b@erased.invalid"),
            ("jim.bob@cust.test, bob@cust.test-other", "jim.bob@cust.test, bob@cust.test-other"),
            ("Bob MARTIN part", "person-1a2b part"),
            ("Bobby Martinez et Bob Martine", "Bobby Martinez et Bob Martine"),
        ] {
            assert_eq!(erasure().text(text), after);
        }
    }

    #[test]
    fn row84_addresses_and_names_in_events_are_replaced() {
        let body = r#"{"actor":{"person":"bob@cust.test","name":"Bob M."},"what":{"guests":["bob@cust.test","jim.bob@cust.test"]}}"#;
        let after: Value = serde_json::from_str(&erasure().json(body)).unwrap();
        assert_eq!(after["actor"], serde_json::json!({"person": "person-1a2b@erased.invalid", "name": null}));
        assert_eq!(after["what"]["guests"], serde_json::json!(["person-1a2b@erased.invalid", "jim.bob@cust.test"]));
    }
}
