//! What is on the disk for sure. The writer's own syncs hold the writer up; the write-ahead log may also be synced from
//! another thread, while the writer goes on.
//!
//! Promises: after a failed sync, whoever made it, nothing more is written until the file is opened anew: what the disk
//! holds is uncertain (CASEBOOK J04). What was written without a sync counts as on the disk only after a sync that began
//! later.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::store::Backend;

/// The disk under a database file. Shared by the writer and by whoever waits for it.
#[derive(Debug)]
pub struct Disk {
    /// None in memory.
    wal: Option<PathBuf>,
    unsure: AtomicBool,
    reached: Mutex<Reached>,
}

/// When the disk has what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sync {
    /// When the write has come to its end.
    Now,
    /// After the next [`Disk::sync`], or the next write that syncs. It outlives the program, but perhaps not the machine.
    Later,
}

/// How far writes have come, and how far the disk follows.
#[derive(Debug, Default)]
struct Reached {
    written: Point,
    durable: Point,
}

/// A place in the order of writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Point {
    /// Writes so far.
    writes: u64,
    /// The last letter among them.
    letter: u64,
}

impl Disk {
    /// The disk of a database file (in memory: none).
    pub(super) fn under(database: Option<&Path>) -> Disk {
        let wal = database.map(|path| {
            let mut wal = path.to_owned().into_os_string();
            wal.push("-wal");
            PathBuf::from(wal)
        });
        Disk { wal, unsure: AtomicBool::new(false), reached: Mutex::default() }
    }

    /// A write has come to its end, and letters up to this one with it.
    pub(super) fn wrote(&self, letter: u64, sync: Sync) {
        let mut reached = self.reached();
        reached.written = Point { writes: reached.written.writes + 1, letter };
        if sync == Sync::Now || self.wal.is_none() {
            reached.durable = reached.written;
        }
    }

    /// Is there something written that the disk may not have?
    pub(super) fn is_behind(&self) -> bool {
        let reached = self.reached();
        reached.durable != reached.written
    }

    /// The last letter that the disk has.
    pub(super) fn letter(&self) -> u64 {
        self.reached().durable.letter
    }

    /// Makes durable what was committed before, synced or not. Blocks; any thread may ask. What has left the log meanwhile
    /// is in the database, which was synced before the log was begun anew.
    pub fn sync(&self) -> Result<(), Backend> {
        let Some(wal) = &self.wal else { return Ok(()) };
        let written = self.reached().written;
        let synced = sync(wal);
        match &synced {
            Ok(()) => self.follow(written),
            Err(_) => self.doubt(),
        }
        synced.map_err(|fault| Backend(format!("{}: {fault}", wal.display())))
    }

    fn follow(&self, written: Point) {
        let mut reached = self.reached();
        if written.writes > reached.durable.writes {
            reached.durable = written;
        }
    }

    fn reached(&self) -> MutexGuard<'_, Reached> {
        self.reached.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A sync failed.
    pub(super) fn doubt(&self) {
        self.unsure.store(true, Ordering::Release);
    }

    /// Did a sync fail?
    pub(super) fn is_unsure(&self) -> bool {
        self.unsure.load(Ordering::Acquire)
    }
}

fn sync(wal: &Path) -> std::io::Result<()> {
    fail::fail_point!("store::sync-beside", |_| Err(std::io::Error::other("as a dying disk would")));
    std::fs::File::open(wal)?.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn j04_what_is_written_counts_after_a_sync_that_began_later() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("desk.db");
        std::fs::write(folder.path().join("desk.db-wal"), "log").unwrap();
        let disk = Disk::under(Some(&database));
        disk.wrote(3, Sync::Now);
        disk.wrote(5, Sync::Later);
        assert_eq!((disk.is_behind(), disk.letter()), (true, 3));
        let before = disk.reached().written;
        disk.wrote(7, Sync::Later);
        disk.follow(before);
        assert_eq!((disk.is_behind(), disk.letter()), (true, 5));
        disk.sync().unwrap();
        assert_eq!((disk.is_behind(), disk.letter()), (false, 7));
        disk.follow(before);
        assert_eq!((disk.is_behind(), disk.letter()), (false, 7), "an earlier sync that ends later takes nothing back");
    }

    #[test]
    fn in_memory_there_is_nothing_to_wait_for() {
        let disk = Disk::under(None);
        disk.wrote(5, Sync::Later);
        assert_eq!((disk.is_behind(), disk.letter()), (false, 5));
    }
}
