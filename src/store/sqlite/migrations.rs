//! The schema's history: numbered files, each applied once, whole or not at all (CASEBOOK J15). Append-only.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::{backup, lock};
use crate::store::Backend;

/// One file each; the schema's version is how many were applied (`user_version`).
const MIGRATIONS: &[&str] = &[
    include_str!("../../../data/migrations/001-memory.sql"),
    include_str!("../../../data/migrations/002-excerpts.sql"),
    include_str!("../../../data/migrations/003-pages.sql"),
    include_str!("../../../data/migrations/004-acts.sql"),
    include_str!("../../../data/migrations/005-unindexed.sql"),
    include_str!("../../../data/migrations/006-attended.sql"),
    include_str!("../../../data/migrations/007-clock.sql"),
    include_str!("../../../data/migrations/008-articles.sql"),
    include_str!("../../../data/migrations/009-retention.sql"),
    include_str!("../../../data/migrations/010-staffing.sql"),
    include_str!("../../../data/migrations/011-outages.sql"),
    include_str!("../../../data/migrations/012-put-off.sql"),
];
/// `application_id` of our files: "Guic". It keeps us from writing into somebody else's database.
const OURS: i64 = 0x4775_6963;

/// Brings a database to this program's schema. An older file is copied first, beside itself, as `<database>.before-<n>`.
pub fn run(connection: &mut Connection, path: Option<&Path>) -> Result<(), Backend> {
    apply(connection, path, MIGRATIONS)
}

fn apply(connection: &mut Connection, path: Option<&Path>, migrations: &[&str]) -> Result<(), Backend> {
    let applied = applied(connection, migrations.len())?;
    let pending = migrations.get(applied..).unwrap_or_default();
    if let (Some(path), 1.., false) = (path, applied, pending.is_empty()) {
        backup::copy(connection, &lock::beside(path, &format!("before-{}", applied + 1)))?;
    }
    for (number, sql) in (applied + 1..).zip(pending) {
        step(connection, number, sql)?;
    }
    Ok(())
}

/// How many were applied; refuses what this program cannot know.
fn applied(connection: &Connection, known: usize) -> Result<usize, Backend> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let version = pragma("user_version")?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && pragma("application_id")? != OURS {
        return Err(Backend("this file is a database of another program".into()));
    }
    match usize::try_from(version) {
        Ok(version) if version <= known => Ok(version),
        _ => Err(Backend(format!("the database has schema {version}, this program knows {known}: use the newer program"))),
    }
}

fn step(connection: &mut Connection, number: usize, sql: &str) -> Result<(), Backend> {
    let step = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    step.execute_batch(sql)?;
    fail::fail_point!("store::migration", |_| Err(Backend("stopped by a test".into())));
    step.execute_batch(&format!("PRAGMA application_id = {OURS}; PRAGMA user_version = {number};"))?;
    step.execute("INSERT OR IGNORE INTO meta (key, value) VALUES ('instance', lower(hex(randomblob(16))))", [])?;
    step.commit()?;
    Ok(())
}

/// The database's own name, drawn at its first migration.
pub fn instance_name(connection: &Connection) -> Result<String, Backend> {
    let name = connection.query_row("SELECT value FROM meta WHERE key = 'instance'", [], |row| row.get(0)).optional()?;
    name.ok_or_else(|| Backend("the database has lost its name".into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::open;

    const FIRST: &str = "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT); CREATE TABLE one (x);";

    #[test]
    fn j15_a_broken_step_leaves_nothing_and_is_tried_again() {
        let mut connection = open::memory().unwrap();
        apply(&mut connection, None, &[FIRST]).unwrap();
        assert!(apply(&mut connection, None, &[FIRST, "CREATE TABLE two (x); CREATE TABLE one (x);"]).is_err());
        assert_eq!(applied(&connection, 1).unwrap(), 1);
        assert!(connection.prepare("SELECT x FROM two").is_err());
        apply(&mut connection, None, &[FIRST, "CREATE TABLE two (x);"]).unwrap();
        assert_eq!(applied(&connection, 2).unwrap(), 2);
    }

    #[test]
    fn j15_a_newer_file_and_a_strangers_file_are_refused() {
        let mut connection = open::memory().unwrap();
        apply(&mut connection, None, &[FIRST, "CREATE TABLE two (x);"]).unwrap();
        assert!(apply(&mut connection, None, &[FIRST]).unwrap_err().0.contains("newer program"));
        let mut foreign = open::memory().unwrap();
        foreign.execute_batch("CREATE TABLE theirs (x);").unwrap();
        assert!(run(&mut foreign, None).unwrap_err().0.contains("another program"));
    }

    #[test]
    fn an_older_file_is_copied_before_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.db");
        let mut connection = open::writer(&path).unwrap();
        apply(&mut connection, Some(&path), &[FIRST]).unwrap();
        connection.execute("INSERT INTO one VALUES (7)", []).unwrap();
        apply(&mut connection, Some(&path), &[FIRST, "DROP TABLE one;"]).unwrap();
        let copy = Connection::open(lock::beside(&path, "before-2")).unwrap();
        assert_eq!(copy.query_row("SELECT x FROM one", [], |row| row.get::<_, i64>(0)).unwrap(), 7);
    }
}
