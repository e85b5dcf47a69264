//! Read-only connections beside the writer. They see what was committed when they ask, and never wait for it.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
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

    /// Writes a consistent copy into a new file (`VACUUM INTO`), for its owner alone, synced and then renamed; the writer
    /// works on meanwhile.
    pub fn backup(&self, to: &Path) -> Result<(), Backend> {
        backup::copy(&self.connection, to)
    }
}

/// A fixed number of readers, lent one at a time. Blocks: call it from a thread that may wait.
#[derive(Debug)]
pub struct Readers {
    free: Mutex<Vec<Reader>>,
    returned: Condvar,
}

impl Readers {
    /// Opens `connections` readers, at least one.
    pub fn open(path: &Path, connections: usize) -> Result<Readers, Backend> {
        let free = (0..connections.max(1)).map(|_| Reader::open(path)).collect::<Result<_, _>>()?;
        Ok(Readers { free: Mutex::new(free), returned: Condvar::new() })
    }

    /// Lends a reader, waiting until one is free; it comes back also when `ask` panics.
    pub fn with<T>(&self, ask: impl FnOnce(&Reader) -> T) -> T {
        let reader = self.take();
        let answer = catch_unwind(AssertUnwindSafe(|| ask(&reader)));
        self.lock().push(reader);
        self.returned.notify_one();
        answer.unwrap_or_else(|panic| resume_unwind(panic))
    }

    fn take(&self) -> Reader {
        let mut free = self.lock();
        loop {
            match free.pop() {
                Some(reader) => return reader,
                None => free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
