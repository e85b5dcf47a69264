//! Brings what is in the WAL into the database, on a thread and a connection of its own: copying tens of megabytes and
//! syncing them would keep the writer from its mails.
//!
//! Promises: the WAL stays bounded: when the thread does not keep up, the writer does the rest itself. A failed
//! checkpoint loses nothing, it is tried again at the next one.

use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use rusqlite::hooks::Wal;
use rusqlite::{Connection, ErrorCode};

use super::open;
use crate::store::Backend;

/// Pages added to the WAL after which the thread is woken: 32 MiB. More often, and pages that change all the time would be
/// written again and again.
const WAKE: i32 = 4_000;
/// Pages from which on the writer checkpoints itself, so that the WAL begins anew: 128 MiB.
const FULL: i32 = 16_000;

/// The thread; it ends when the writer's connection is closed, and dropping this waits for it.
#[derive(Debug)]
pub struct Checkpoints(Option<JoinHandle<()>>);

impl Checkpoints {
    /// Starts the thread beside a writer.
    pub fn start(path: &Path, writer: &mut Connection) -> Result<Checkpoints, Backend> {
        let (waker, woken) = sync_channel(1);
        let path = path.to_owned();
        let thread = std::thread::Builder::new().name("checkpoint".into()).spawn(move || run(&path, &woken));
        let thread = thread.map_err(|fault| Backend(fault.to_string()))?;
        let mut growth = Growth::default();
        writer.wal_hook(Some(move |wal: &mut Wal, pages| {
            match growth.reached(pages) {
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
    /// What a commit calls for that leaves so many pages.
    fn reached(&mut self, pages: i32) -> Reached {
        if pages < self.woken {
            self.woken = 0;
        }
        match pages {
            FULL.. => Reached::Full,
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

fn run(path: &Path, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        if let Err(Backend(fault)) = open::checkpointer(path).and_then(|connection| checkpoint(&connection)) {
            tracing::warn!(fault, "the WAL could not be brought into the database; the next commit tries again");
        }
    }
}

fn checkpoint(connection: &Connection) -> Result<(), Backend> {
    Ok(connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn woken_each_time_it_has_grown() {
        let mut growth = Growth::default();
        let reached = [10, 4_000, 4_100, 7_999, 8_000, 16_000, 17_000, 5, 3_999, 4_000].map(|pages| growth.reached(pages));
        use Reached::{Full, Nothing, Wake};
        assert_eq!(reached, [Nothing, Wake, Nothing, Nothing, Wake, Full, Full, Nothing, Nothing, Wake]);
    }
}
