//! Transactions: a write alone is one `IMMEDIATE` transaction with its own sync; commits in a batch share one, and their sync may
//! come later, from another thread. They have no
//! savepoints: each would make the full-text index flush what it gathered, and keep a second journal of pages. A fault
//! undoes the whole batch instead, and its changes are committed one by one.
//! Deferred transactions do not exist here: their upgrade fails at once when somebody else wrote (CASEBOOK J06).

use rusqlite::{Connection, ffi};

use super::disk::Sync;
use super::{Sqlite, change, outbox, search};
use crate::mail::Letter;
use crate::store::{Backend, Change, CommitFault};

const OPEN: &str = "BEGIN IMMEDIATE";
const CLOSE: &str = "COMMIT";

/// Events that are indexed at once: more than a change has, few enough that nobody waits.
const INDEXED: u32 = 32;

/// An open transaction; dropped before it was closed, nothing of it remains.
struct Scope<'a> {
    connection: &'a Connection,
    closed: bool,
}

impl<'a> Scope<'a> {
    fn open(connection: &'a Connection) -> rusqlite::Result<Scope<'a>> {
        run(connection, OPEN)?;
        Ok(Scope { connection, closed: false })
    }

    fn close(mut self) -> rusqlite::Result<()> {
        failing_sync()?;
        run(self.connection, CLOSE)?;
        self.closed = true;
        Ok(())
    }
}

impl Drop for Scope<'_> {
    fn drop(&mut self) {
        // On a full disk SQLite has rolled back by itself: then there is nothing left to undo.
        if self.closed || self.connection.is_autocommit() {
            return;
        }
        if let Err(fault) = run(self.connection, "ROLLBACK") {
            tracing::error!(%fault, "a write could not be undone");
        }
    }
}

/// A lone change, or the first of several: its words are found at once.
fn written(connection: &Connection, change: &Change) -> Result<(), CommitFault> {
    change::write(connection, change)?;
    search::index(connection, INDEXED)?;
    Ok(())
}

fn unfilled(change: &Change) -> usize {
    change.letters.iter().filter(|letter| letter.letter.is_none()).count()
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

/// Where tests let a sync fail as a dying disk would.
fn failing_sync() -> rusqlite::Result<()> {
    fail::fail_point!("store::sync", |_| Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR_FSYNC), None)));
    Ok(())
}

fn is_sync_fault(fault: &rusqlite::Error) -> bool {
    let syncs = [ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_DIR_FSYNC];
    fault.sqlite_error().is_some_and(|error| syncs.contains(&error.extended_code))
}

impl Sqlite {
    /// Commits a change: in the batch if there is one, else alone.
    pub(super) fn write_change(&mut self, change: &Change) -> Result<(), CommitFault> {
        self.last_letter = change.letters.iter().map(|letter| letter.id).fold(self.last_letter, u64::max);
        if !self.batch {
            return match unfilled(change) {
                0 => self.write(Sync::Now, |connection| written(connection, change)),
                _ => Err(Backend("a letter without bytes outside of a batch".into()).into()),
            };
        }
        self.usable()?;
        self.changes += 1;
        self.unfilled += unfilled(change);
        let write = if self.changes == 1 { written } else { change::write };
        write(&self.connection, change).map_err(|fault| {
            self.abandon_batch();
            match fault {
                CommitFault::Backend(fault) => CommitFault::Backend(fault),
                _ => CommitFault::Torn,
            }
        })
    }

    /// Runs a write whole or not at all.
    fn write<T, E: From<Backend>>(&mut self, sync: Sync, work: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        self.usable()?;
        self.will_sync(sync)?;
        let scope = Scope::open(&self.connection).map_err(Backend::from)?;
        if let Err(fault) = self.lease.check(&self.connection) {
            self.ousted = true;
            return Err(fault.into());
        }
        let ended = match work(&self.connection) {
            Ok(value) => scope.close().map(|()| {
                self.disk.wrote(self.last_letter, sync);
                value
            }),
            Err(fault) => {
                drop(scope);
                self.given_ticket = 0;
                return Err(fault);
            }
        };
        ended.map_err(|fault| self.broken(fault).into())
    }

    /// Runs a write that must be durable when it returns: in a batch that somebody left open it would not be.
    pub(super) fn write_alone<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T, Backend>) -> Result<T, Backend> {
        self.abandon_left_open();
        self.write(Sync::Now, work)
    }

    fn abandon_left_open(&mut self) {
        if self.batch {
            tracing::warn!("a batch was left open; it is undone");
            self.abandon_batch();
        }
    }

    /// Runs a write that outlives the program, but perhaps not the machine: the next synced one makes it durable, or
    /// [`Sqlite::sync`].
    pub(super) fn write_unsynced<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T, Backend>) -> Result<T, Backend> {
        self.abandon_left_open();
        self.write(Sync::Later, work)
    }

    /// SQLite takes this only between transactions.
    fn will_sync(&mut self, sync: Sync) -> Result<(), Backend> {
        if self.sync != sync {
            let pragma = match sync {
                Sync::Now => "PRAGMA synchronous = FULL",
                Sync::Later => "PRAGMA synchronous = NORMAL",
            };
            run(&self.connection, pragma)?;
            self.sync = sync;
        }
        Ok(())
    }

    /// Indexes words of events that came in batches; false when none is left. For when there is nothing else to do.
    pub fn index_some(&mut self) -> Result<bool, Backend> {
        if !self.connection.prepare_cached("SELECT 1 FROM unindexed")?.exists([])? {
            return Ok(false);
        }
        self.write_unsynced(|connection| Ok(search::index(connection, INDEXED)?)).map(|indexed| indexed > 0)
    }

    /// Makes durable what was written without a sync: for when there is nothing else to do.
    pub(super) fn sync_now(&self) -> Result<(), Backend> {
        match self.disk.is_behind() {
            true => self.disk.sync(),
            false => Ok(()),
        }
    }

    pub(super) fn begin_batch(&mut self) -> Result<(), Backend> {
        self.abandon_batch();
        self.usable()?;
        self.will_sync(Sync::Later)?;
        run(&self.connection, OPEN)?;
        if let Err(fault) = self.lease.check(&self.connection) {
            self.ousted = true;
            self.abandon_batch();
            return Err(fault);
        }
        (self.batch, self.changes, self.unfilled) = (true, 0, 0);
        Ok(())
    }

    pub(super) fn fill_letters(&mut self, letters: &[(u64, Letter)]) -> Result<(), Backend> {
        self.usable()?;
        letters.iter().try_for_each(|(id, letter)| outbox::fill(&self.connection, *id, letter))?;
        self.unfilled = self.unfilled.saturating_sub(letters.len());
        Ok(())
    }

    pub(super) fn end_batch(&mut self) -> Result<(), Backend> {
        let usable = match (self.batch, self.unfilled) {
            (false, _) => Err(Backend("no batch was begun".into())),
            (true, 0) => self.usable(),
            (true, missing) => Err(Backend(format!("{missing} letters of the batch have no bytes"))),
        };
        if let Err(fault) = usable {
            self.abandon_batch();
            return Err(fault);
        }
        self.batch = false;
        let ended = failing_sync().and_then(|()| run(&self.connection, CLOSE));
        ended.map_err(|fault| self.broken(fault))?;
        self.disk.wrote(self.last_letter, Sync::Later);
        Ok(())
    }

    /// Undoes a batch that was begun and not ended, as after a panic between the two.
    pub(super) fn abandon_batch(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(fault) = run(&self.connection, "ROLLBACK")
        {
            tracing::error!(%fault, "a batch could not be undone");
        }
        self.batch = false;
        self.given_ticket = 0;
    }

    fn usable(&self) -> Result<(), Backend> {
        match (self.disk.is_unsure(), self.batch && self.connection.is_autocommit()) {
            (true, _) => Err(Backend("a sync to the disk failed: restart after looking at the disk".into())),
            (_, true) => Err(Backend("an earlier fault undid the batch".into())),
            _ => Ok(()),
        }
    }

    /// A close failed: nothing of the transaction may stand, and after a failed sync nothing more is written. A failed
    /// `COMMIT` may leave its transaction open.
    fn broken(&mut self, fault: rusqlite::Error) -> Backend {
        if is_sync_fault(&fault) {
            self.disk.doubt();
        }
        if !self.batch {
            self.abandon_batch();
        }
        self.given_ticket = 0;
        fault.into()
    }
}
