//! Brings what is in the WAL into the database, on a thread and a connection of its own: copying tens of megabytes and
//! syncing them would keep the writer from its mails.
//!
//! Promises: the WAL stays bounded: when the thread does not keep up, the writer does the rest itself. A failed
//! checkpoint loses nothing, it is tried again at the next one.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use rusqlite::hooks::Wal;

use super::open;
use crate::store::Backend;

/// Pages in the WAL from which on the thread is woken at each commit: 16 MiB.
const WAKE: i32 = 2_000;
/// Pages from which on the writer checkpoints itself, so that the WAL begins anew: 64 MiB.
const FULL: i32 = 8_000;

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
        writer.wal_hook(Some(move |wal: &mut Wal, pages| {
            committed(wal, pages, &waker);
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

fn committed(wal: &mut Wal, pages: i32, waker: &SyncSender<()>) {
    if pages >= FULL {
        if let Err(fault) = wal.checkpoint() {
            tracing::warn!(%fault, "the WAL could not be brought into the database; the next commit tries again");
        }
    } else if pages >= WAKE {
        // Already woken is as good.
        let _ = waker.try_send(());
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
