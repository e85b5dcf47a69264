//! Syncs to the disk beside the gateway's thread, which goes on with the next mails: what was written about the last ones is
//! made durable here, and then the outbox hears of their letters.
//!
//! Promises: whoever asks is served by a sync that began later; several that ask meanwhile share one.
//! Excludes: which letters may go out before (none: [`Store::claim`](crate::store::Store::claim) knows).

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use tokio::sync::Notify;

use crate::store::sqlite::Disk;

/// Asks for syncs. Cheap to clone; the thread ends when all are gone.
#[derive(Clone)]
pub(super) struct Syncs(SyncSender<()>);

impl Syncs {
    /// Starts the thread.
    pub fn start(disk: Arc<Disk>, outbox: Arc<Notify>) -> std::io::Result<Syncs> {
        let (sender, asked) = sync_channel(1);
        let work = move || {
            while asked.recv().is_ok() {
                match disk.sync() {
                    Ok(()) => outbox.notify_waiters(),
                    Err(fault) => tracing::error!(%fault, "letters stay: what was decided may not be on the disk"),
                }
            }
        };
        std::thread::Builder::new().name("syncs".into()).spawn(work)?;
        Ok(Syncs(sender))
    }

    /// Asks for a sync, and waits for nothing.
    pub fn ask(&self) {
        // One that waits already has not begun, and serves this one, too. Without the thread the outbox wakes by itself.
        self.0.try_send(()).ok();
    }
}
