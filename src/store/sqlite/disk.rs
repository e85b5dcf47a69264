//! What is on the disk for sure. The writer's own syncs hold the writer up; the write-ahead log may also be synced from
//! another thread, while the writer goes on.
//!
//! Promises: after a failed sync, whoever made it, nothing more is written until the file is opened anew: what the disk
//! holds is uncertain (CASEBOOK J04).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::store::Backend;

/// The disk under a database file. Shared by the writer and by whoever waits for it.
#[derive(Debug)]
pub struct Disk {
    /// None in memory.
    wal: Option<PathBuf>,
    unsure: AtomicBool,
}

impl Disk {
    /// The disk of a database file (in memory: none).
    pub(super) fn under(database: Option<&Path>) -> Disk {
        let wal = database.map(|path| {
            let mut wal = path.to_owned().into_os_string();
            wal.push("-wal");
            PathBuf::from(wal)
        });
        Disk { wal, unsure: AtomicBool::new(false) }
    }

    /// Makes durable what was committed before, synced or not. Blocks; any thread may ask. What has left the log meanwhile
    /// is in the database, which was synced before the log was begun anew.
    pub fn sync(&self) -> Result<(), Backend> {
        let Some(wal) = &self.wal else { return Ok(()) };
        let synced = sync(wal);
        if synced.is_err() {
            self.doubt();
        }
        synced.map_err(|fault| Backend(format!("{}: {fault}", wal.display())))
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
