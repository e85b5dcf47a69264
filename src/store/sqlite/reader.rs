//! Read-only connections beside the writer. They see what was committed when they ask, and never wait for it.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::{backup, open};
use crate::store::Backend;

/// A connection that only reads. For one thread at a time.
#[derive(Debug)]
pub struct Reader {
    pub(super) connection: Connection,
}

impl Reader {
    /// Opens a database that is there, and up to date.
    pub fn open(path: &Path) -> Result<Reader, Backend> {
        Ok(Reader { connection: open::reader(path)? })
    }

    /// Looks through the whole file for damage (CASEBOOK J09).
    pub fn verify(&self) -> Result<(), Backend> {
        let said: String = self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if said == "ok" { Ok(()) } else { Err(Backend(said)) }
    }

    /// Writes a consistent copy into a new file (`VACUUM INTO`), for its owner alone, synced and then renamed; the writer
    /// works on meanwhile.
    pub fn backup(&self, to: &Path) -> Result<(), Backend> {
        backup::copy(&self.connection, to)
    }
}

/// Readers up to a number, opened when first needed and lent one at a time. Blocks: call it from a thread that may wait.
#[derive(Debug)]
pub struct Readers {
    path: PathBuf,
    shelf: Mutex<Shelf>,
    returned: Condvar,
}

#[derive(Debug)]
struct Shelf {
    free: Vec<Reader>,
    unopened: usize,
}

impl Readers {
    /// At most `connections` readers, at least one: that one is opened now.
    pub fn open(path: &Path, connections: usize) -> Result<Readers, Backend> {
        let shelf = Shelf { free: vec![Reader::open(path)?], unopened: connections.saturating_sub(1) };
        Ok(Readers { path: path.to_owned(), shelf: Mutex::new(shelf), returned: Condvar::new() })
    }

    /// Lends a reader, waiting until one is free; it comes back also when `ask` panics.
    pub fn with<T>(&self, ask: impl FnOnce(&Reader) -> T) -> T {
        let reader = self.take();
        let answer = catch_unwind(AssertUnwindSafe(|| ask(&reader)));
        self.lock().free.push(reader);
        self.returned.notify_one();
        answer.unwrap_or_else(|panic| resume_unwind(panic))
    }

    fn take(&self) -> Reader {
        let mut shelf = self.lock();
        loop {
            if let Some(reader) = shelf.free.pop() {
                return reader;
            }
            if let Some(reader) = self.another(&mut shelf) {
                return reader;
            }
            shelf = self.returned.wait(shelf).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// One more, if there may be. Where it cannot be opened, those that are lent come back.
    fn another(&self, shelf: &mut Shelf) -> Option<Reader> {
        shelf.unopened = shelf.unopened.checked_sub(1)?;
        let opened = Reader::open(&self.path);
        if let Err(fault) = &opened {
            shelf.unopened += 1;
            tracing::warn!(%fault, "one more connection to the database could not be opened");
        }
        opened.ok()
    }

    fn lock(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
