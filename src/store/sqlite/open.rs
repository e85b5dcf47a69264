//! Opening connections: file modes, pragmas, and what is refused.

use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::store::Backend;

/// SQLite 3.51.3: before it, a reset of the WAL could damage the file (sqlite.org/wal.html#walresetbug).
const OLDEST_SQLITE: i32 = 3_051_003;
/// Files up to this size, in bytes, are checked whole at each start; larger ones would delay it by seconds.
const CHECKED_AT_OPEN: u64 = 1 << 30;
/// How long a connection waits for another's lock (CASEBOOK section 3, row 40).
const BUSY: Duration = Duration::from_secs(5);
/// Statements kept ready; there are about a hundred different ones.
const STATEMENTS: usize = 256;

/// Pragmas of a new file; later ones have no effect on an old file. Large pages spare links between the pages of a mail,
/// and the memory that goes with each page: with 8 KiB the idle program keeps 5 MiB more.
const NEW_FILE: &str = "PRAGMA page_size = 16384; PRAGMA auto_vacuum = NONE;";
/// Pragmas of the writer. Deleted content is overwritten where that costs no write of its own (the full-text index deletes at each merge). The cache is in KiB (negative); when the WAL begins anew (see `checkpoint`) it is cut to 128 MiB.
const WRITER: &str = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = FAST; PRAGMA cache_size = -8192;
    PRAGMA journal_size_limit = 134217728; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;";
const READER: &str = "PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;";

/// The connection that writes. Makes the file for its owner alone (CASEBOOK L12); SQLite gives the WAL the same mode.
pub fn writer(path: &Path) -> Result<Connection, Backend> {
    new_enough()?;
    let existing = path.metadata().map(|file| file.len()).unwrap_or(0);
    private_file(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|fault| at(path, fault))?;
    prepare(&connection, NEW_FILE).map_err(|fault| at(path, fault))?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(|fault| at(path, fault))?;
    if mode != "wal" {
        return Err(Backend(format!("{}: this file system cannot share memory between programs (WAL): use a local disk", path.display())));
    }
    prepare(&connection, WRITER).map_err(|fault| at(path, fault))?;
    if existing > 0 && existing <= CHECKED_AT_OPEN {
        check(&connection, path)?;
    }
    Ok(connection)
}

/// A connection that only reads, beside the writer.
pub fn reader(path: &Path) -> Result<Connection, Backend> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|fault| at(path, fault))?;
    prepare(&connection, READER)?;
    Ok(connection)
}

/// A connection that brings the WAL into the database, and syncs it.
pub fn checkpointer(path: &Path) -> Result<Connection, Backend> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|fault| at(path, fault))?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;")?;
    Ok(connection)
}

/// A database that is nowhere.
pub fn memory() -> Result<Connection, Backend> {
    new_enough()?;
    let connection = Connection::open_in_memory()?;
    prepare(&connection, WRITER)?;
    Ok(connection)
}

/// A file of this user alone, made when it is not there.
pub fn private_file(path: &Path) -> Result<fs::File, Backend> {
    let fault = |fault: std::io::Error| Backend(format!("{}: {fault}", path.display()));
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path).map_err(fault)?;
    file.set_permissions(Permissions::from_mode(0o600)).map_err(fault)?;
    Ok(file)
}

fn new_enough() -> Result<(), Backend> {
    match rusqlite::version_number() {
        found if found >= OLDEST_SQLITE => Ok(()),
        _ => Err(Backend(format!("SQLite {} can damage its files: 3.51.3 or newer is needed", rusqlite::version()))),
    }
}

fn prepare(connection: &Connection, pragmas: &str) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // SQLite is built with STAT4 here: without this guarantee it would plan a statement anew whenever other values are
    // bound to it, which was a fifth of the time of a commit.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(pragmas)
}

/// Refuses a damaged file before any mail is taken (CASEBOOK J09).
fn check(connection: &Connection, path: &Path) -> Result<(), Backend> {
    let said: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|fault| at(path, fault))?;
    // The pages that it looked at are not the ones that the next mails need.
    connection.execute_batch("PRAGMA shrink_memory")?;
    match said.as_str() {
        "ok" => Ok(()),
        _ => Err(Backend(format!("{}: the database is damaged: restore a backup", path.display()))),
    }
}

fn at(path: &Path, fault: rusqlite::Error) -> Backend {
    let Backend(text) = fault.into();
    Backend(format!("{}: {text}", path.display()))
}
