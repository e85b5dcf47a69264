//! The memory in one SQLite file: one connection that writes, and read-only ones beside it (see [`Readers`]).
//!
//! Promises: what returned without error is on the disk (WAL, `synchronous=FULL`), but batches of commits, and claims and verdicts
//! of letters, which are with the next write, [`Store::sync`] or [`Disk::sync`]; no letter is claimed before the disk has it; every
//! write is one `IMMEDIATE` transaction, a batch of commits too; a fault or a panic inside a write leaves nothing of it behind.
//! There is no second store for tests: [`Sqlite::memory`] is this very code on `:memory:`, so that what tests see is what
//! a site gets, constraints and SQL included. Excludes: rules, clocks.

mod access;
mod articles;
mod backup;
mod change;
mod checkpoint;
mod disk;
mod erasing;
mod excerpts;
mod figures;
mod finding;
mod ids;
mod keep;
mod lease;
mod ledger;
mod links;
mod lists;
mod lock;
mod migrations;
mod open;
mod outbox;
mod people;
mod put_off;
mod reader;
mod reads;
mod restoring;
mod search;
mod staffing;
mod sweeping;
mod tickets;
mod values;
mod waking;
mod writing;

pub use disk::Disk;
use disk::Sync;
pub use reader::{Reader, Readers};
pub use restoring::{Restored, replace};

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Backend, Change, Claimed, CommitFault, Erasure, Instance, LetterUpdate, Overdue, Store, Swept};
use crate::desk::{Organisation, TicketId, Wake};
use crate::knowledge::Filed;
use crate::mail::Letter;
use crate::ports::{Arrival, Kept, Mark, Origin};

/// The one writer of a database file (or of a database in memory).
#[derive(Debug)]
pub struct Sqlite {
    /// Closed first: the thread below ends with it.
    connection: Connection,
    /// None in memory.
    _checkpoints: Option<checkpoint::Checkpoints>,
    /// A batch was begun and not ended.
    batch: bool,
    /// Changes of the batch so far.
    changes: usize,
    /// Letters of the batch that have no bytes yet.
    unfilled: usize,
    /// What the connection does at the end of a write.
    sync: Sync,
    disk: Arc<Disk>,
    lease: lease::Lease,
    /// Another writer has come.
    ousted: bool,
    /// Something was deleted since the write-ahead log last began anew for it.
    swept: bool,
    /// The last ticket number given out and perhaps not committed yet.
    given_ticket: TicketId,
    /// The last letter number given out.
    given_letter: u64,
    /// The last letter number written.
    last_letter: u64,
    /// The file, and the lock that keeps other programs away from it; none in memory.
    place: Option<(PathBuf, lock::Lock)>,
}

impl Sqlite {
    /// Opens or makes a database file, migrates it when it is older than this program, and locks it. Refuses a second
    /// opening, a file of a newer program, a broken file, and a file system without locks or WAL.
    pub fn open(path: &Path) -> Result<Sqlite, Backend> {
        let lock = lock::Lock::take(path)?;
        let mut connection = open::writer(path)?;
        migrations::run(&mut connection, Some(path))?;
        let checkpoints = checkpoint::Checkpoints::start(path, &mut connection)?;
        let (disk, place) = (Arc::new(Disk::under(Some(path))), Some((path.to_owned(), lock)));
        let store = Sqlite { _checkpoints: Some(checkpoints), disk, place, ..Sqlite::over(connection)? };
        // The lease was written with a sync, and all before it.
        store.disk.wrote(store.last_letter, Sync::Now);
        Ok(store)
    }

    /// A database in memory, gone when it is dropped.
    pub fn memory() -> Result<Sqlite, Backend> {
        let mut connection = open::memory()?;
        migrations::run(&mut connection, None)?;
        Sqlite::over(connection)
    }

    fn over(connection: Connection) -> Result<Sqlite, Backend> {
        let (given_letter, lease) = (outbox::last(&connection)?, lease::Lease::take(&connection)?);
        let disk = Arc::new(Disk::under(None));
        disk.wrote(given_letter, Sync::Now);
        Ok(Sqlite {
            connection,
            _checkpoints: None,
            batch: false,
            changes: 0,
            unfilled: 0,
            sync: Sync::Now,
            disk,
            lease,
            ousted: false,
            swept: false,
            given_ticket: 0,
            given_letter,
            last_letter: given_letter,
            place: None,
        })
    }

    /// Read-only connections to the same file; there are none to a database in memory.
    pub fn readers(&self, connections: usize) -> Result<Readers, Backend> {
        let (path, _) = self.place.as_ref().ok_or_else(|| Backend("a database in memory has no readers".into()))?;
        Readers::open(path, connections)
    }

    /// Nothing will be written any more until the file is opened anew: a sync failed, or another writer has come.
    pub fn is_lost(&self) -> bool {
        self.ousted || self.disk.is_unsure()
    }

    /// The disk under it, to be waited for from other threads.
    pub fn disk(&self) -> Arc<Disk> {
        self.disk.clone()
    }

    /// As [`Store::keep`], but for the sync: nobody may be told before [`Disk::sync`] has returned.
    pub fn keep_unsynced(&mut self, arrivals: &[Arrival]) -> Result<Vec<Kept>, Backend> {
        self.write_unsynced(|connection| Ok(keep::keep(connection, arrivals)?))
    }

    /// The random name that this database got when it was made: 32 hexadecimal digits.
    pub fn instance_name(&self) -> Result<String, Backend> {
        migrations::instance_name(&self.connection)
    }

    /// Writes a consistent copy into a new file beside others' work; see [`Reader::backup`].
    pub fn backup(&self, to: &Path) -> Result<(), Backend> {
        backup::copy(&self.connection, to)
    }
}

impl Store for Sqlite {
    fn next_ticket(&mut self) -> Result<TicketId, Backend> {
        self.given_ticket = tickets::last(&self.connection)?.max(self.given_ticket) + 1;
        Ok(self.given_ticket)
    }

    fn next_letter(&mut self) -> Result<u64, Backend> {
        self.given_letter += 1;
        Ok(self.given_letter)
    }

    fn keep(&mut self, arrivals: &[Arrival]) -> Result<Vec<Kept>, Backend> {
        self.write_alone(|connection| Ok(keep::keep(connection, arrivals)?))
    }

    fn vanished(&mut self, origins: &[Origin], at: Timestamp) -> Result<(), Backend> {
        self.write_alone(|connection| Ok(keep::vanished(connection, origins, at)?))
    }

    fn commit(&mut self, change: &Change) -> Result<(), CommitFault> {
        self.write_change(change)
    }

    fn begin(&mut self) -> Result<(), Backend> {
        self.begin_batch()
    }

    fn fill(&mut self, letters: &[(u64, Letter)]) -> Result<(), Backend> {
        self.fill_letters(letters)
    }

    fn end(&mut self) -> Result<(), Backend> {
        self.end_batch()
    }

    fn sync(&mut self) -> Result<(), Backend> {
        self.sync_now()
    }

    fn abandon(&mut self) {
        self.abandon_batch();
    }

    fn resume(&mut self) -> Result<Vec<Instance>, Backend> {
        self.write_alone(|connection| Ok(ledger::resume(connection)?))
    }

    fn reopen_instance(&mut self, id: u64) -> Result<(), Backend> {
        self.write_alone(|connection| Ok(ledger::reopen(connection, id)?))
    }

    fn claim(&mut self, now: Timestamp, limit: usize) -> Result<Vec<Claimed>, Backend> {
        let durable = self.disk.letter();
        match self.next_claim()?.is_some_and(|due| due <= now) {
            // Lost with the machine's power, a claimed letter would go out once more, as one whose verdict was lost does.
            true => self.write_unsynced(|connection| Ok(outbox::claim(connection, now, (durable, limit))?)),
            false => Ok(vec![]),
        }
    }

    fn next_claim(&self) -> Result<Option<Timestamp>, Backend> {
        Ok(outbox::next_due(&self.connection, self.disk.letter())?)
    }

    fn unclaim(&mut self, due_at: Timestamp) -> Result<u64, Backend> {
        self.write_alone(|connection| Ok(outbox::unclaim(connection, due_at)?))
    }

    fn delivered(&mut self, updates: &[LetterUpdate]) -> Result<(), Backend> {
        self.write_unsynced(|connection| Ok(outbox::delivered(connection, updates)?))
    }

    fn set_mark(&mut self, mailbox: &str, folder: &str, mark: Mark) -> Result<(), Backend> {
        self.write_alone(|connection| Ok(keep::set_mark(connection, mailbox, folder, mark)?))
    }

    fn settled(&mut self, mailbox: &str, folder: &str, epoch: u32, uids: &[u32]) -> Result<(), Backend> {
        self.write_alone(|connection| Ok(keep::settled(connection, (mailbox, folder), epoch, uids)?))
    }

    fn wind(&mut self, wakes: &[(TicketId, Wake)]) -> Result<(), Backend> {
        self.write_unsynced(|connection| Ok(wakes.iter().try_for_each(|(ticket, wake)| waking::wind(connection, *ticket, *wake))?))
    }

    fn wind_all(&mut self) -> Result<(), Backend> {
        self.write_unsynced(|connection| Ok(waking::wind_all(connection)?))
    }

    fn apply_organisation(&mut self, organisation: &Organisation) -> Result<(), Backend> {
        self.write_alone(|connection| Ok(staffing::apply(connection, organisation)?))
    }

    fn apply_articles(&mut self, filed: &[Filed], at: Timestamp) -> Result<(), Backend> {
        self.write_alone(|connection| Ok(articles::apply(connection, filed, at)?))
    }

    fn erase(&mut self, erasure: &Erasure) -> Result<u64, Backend> {
        self.forgetting(|store| store.write_alone(|connection| Ok(erasing::some(connection, erasure)?)))
    }

    fn sweep(&mut self, overdue: &Overdue, now: Timestamp) -> Result<Swept, Backend> {
        self.sweep_some(overdue, now)
    }
}
