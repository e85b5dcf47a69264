//! Who writes: each program that opens the database as its writer takes the next number, and each transaction of the
//! writer makes sure that its number is still the last (CASEBOOK J11). The lock on the file keeps a second writer away where
//! locks work; this stops the first one where they do not (network file systems, a file put in the other's place).
//!
//! Promises: of two writers, only the later one writes.

use rusqlite::{Connection, OptionalExtension};

use crate::store::Backend;

/// The number of this writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease(i64);

impl Lease {
    /// Takes the next number.
    pub fn take(connection: &Connection) -> rusqlite::Result<Lease> {
        let sql = "INSERT INTO meta (key, value) VALUES ('writer', '1')
                   ON CONFLICT DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING CAST(value AS INTEGER)";
        connection.query_row(sql, [], |row| row.get(0)).map(Lease)
    }

    /// Refuses when another writer has come since. To be asked inside the transaction that it guards.
    pub fn check(self, connection: &Connection) -> Result<(), Backend> {
        let mut select = connection.prepare_cached("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'writer'")?;
        match select.query_row([], |row| row.get(0)).optional()?.map(Lease) {
            Some(last) if last == self => Ok(()),
            _ => Err(Backend("another program has begun to write this database: this one writes nothing more".into())),
        }
    }
}
