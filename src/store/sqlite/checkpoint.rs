//! Brings what is in the WAL into the database, on a thread and a connection of its own: copying tens of megabytes and
//! syncing them would keep the writer from its mails.
//!
//! Promises: the WAL stays bounded: only the writer can let it begin anew, and does so when the thread has left little to
//! copy, or does not keep up. A failed checkpoint loses nothing, it is tried again at the next one.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use rusqlite::hooks::Wal;
use rusqlite::{Connection, ErrorCode};

use super::open;
use crate::store::Backend;

/// Pages added to the WAL after which the thread is woken: 96 MiB. More often, and pages that change all the time would be
/// written again and again: with 32 MiB the system works a fifth longer for the daemon.
const WAKE: i32 = 6_000;
/// Pages from which on the WAL should begin anew: 128 MiB.
const FULL: i32 = 8_000;
/// Pages that the writer copies then: 8 MiB take it some hundredths of a second.
const LITTLE: i32 = 500;
/// Pages from which on the writer copies whatever is left: 256 MiB.
const OVERFULL: i32 = 16_000;

/// The thread; it ends when the writer's connection is closed, and dropping this waits for it.
#[derive(Debug)]
pub struct Checkpoints(Option<JoinHandle<()>>);

impl Checkpoints {
    /// Starts the thread beside a writer.
    pub fn start(path: &Path, writer: &mut Connection) -> Result<Checkpoints, Backend> {
        let (waker, woken) = sync_channel(1);
        let path = path.to_owned();
        let home = Arc::new(AtomicI32::new(0));
        let brought = home.clone();
        let thread = std::thread::Builder::new().name("checkpoint".into()).spawn(move || run(&path, &woken, &brought));
        let thread = thread.map_err(|fault| Backend(fault.to_string()))?;
        let mut growth = Growth::default();
        writer.wal_hook(Some(move |wal: &mut Wal, pages| {
            match growth.reached(pages, home.load(Ordering::Relaxed)) {
                Reached::Nothing => {}
                // Already woken is as good.
                Reached::Wake => drop(waker.try_send(())),
                Reached::Full => finish(wal),
            }
            Ok(())
        }))?;
        Ok(Checkpoints(Some(thread)))
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        if self.0.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that brings the WAL into the database panicked");
        }
    }
}

/// How the WAL grows.
#[derive(Debug, Default)]
struct Growth {
    /// Pages at the last waking.
    woken: i32,
}

#[derive(Debug, PartialEq, Eq)]
enum Reached {
    Nothing,
    Wake,
    Full,
}

impl Growth {
    /// What a commit calls for that leaves so many pages, of which so many are home.
    fn reached(&mut self, pages: i32, home: i32) -> Reached {
        if pages < self.woken {
            self.woken = 0;
        }
        // More than there are: they are of the WAL before.
        let left = if home <= pages { pages - home } else { pages };
        match pages {
            OVERFULL.. => Reached::Full,
            FULL.. if left <= LITTLE => Reached::Full,
            FULL.. => Reached::Wake,
            _ if pages - self.woken >= WAKE => {
                self.woken = pages;
                Reached::Wake
            }
            _ => Reached::Nothing,
        }
    }
}

/// What the thread left, which is little; while it is at work this does nothing, and the next commit tries again.
fn finish(wal: &mut Wal) {
    match wal.checkpoint() {
        Ok(()) => {}
        Err(fault) if fault.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
        Err(fault) => tracing::warn!(%fault, "the WAL could not be brought into the database; the next commit tries again"),
    }
}

fn run(path: &Path, woken: &Receiver<()>, home: &AtomicI32) {
    while woken.recv().is_ok() {
        match open::checkpointer(path).and_then(|connection| checkpoint(&connection)) {
            Ok(pages) => home.store(pages, Ordering::Relaxed),
            Err(Backend(fault)) => tracing::warn!(fault, "the WAL could not be brought into the database; the next commit tries again"),
        }
    }
}

/// Pages of the WAL that are home then; none known when somebody else is at it.
fn checkpoint(connection: &Connection) -> Result<i32, Backend> {
    Ok(connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i32>(2))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Reached::{Full, Nothing, Wake};

    #[test]
    fn woken_each_time_it_has_grown() {
        let mut growth = Growth::default();
        let reached = [10, 6_000, 6_100, 7_999, 5, 5_999, 6_000].map(|pages| growth.reached(pages, 0));
        assert_eq!(reached, [Nothing, Wake, Nothing, Nothing, Nothing, Nothing, Wake]);
    }

    #[test]
    fn the_writer_ends_it_when_little_is_left_or_nobody_else_does() {
        let mut growth = Growth::default();
        let reached = [(8_000, 6_000), (8_500, 8_250), (8_000, -1), (15_999, 10_000), (16_000, 10_000)]
            .map(|(pages, home)| growth.reached(pages, home));
        assert_eq!(reached, [Wake, Full, Wake, Wake, Full]);
    }

    #[test]
    fn what_is_home_of_the_wal_before_does_not_count() {
        assert_eq!(Growth::default().reached(8_100, 9_000), Wake);
    }
}
