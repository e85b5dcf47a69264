//! A watch over a mailbox, as `guichet run` starts it.

use std::sync::Arc;

use guichet::intake::imap::{ImapMailbox, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::keeper::{FakeKeeper, Ledger};
use crate::server::Server;

/// A mailbox that is being watched, until stopped.
pub struct Watched {
    pub keeper: Arc<FakeKeeper>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Watched {
    pub fn start(mailbox: ImapMailbox, keeper: Arc<FakeKeeper>) -> Watched {
        let stop = CancellationToken::new();
        let task = tokio::spawn(watch(mailbox, keeper.clone(), stop.clone()));
        Watched { keeper, stop, task }
    }

    /// Stops it in an orderly way.
    pub async fn stop(self) -> Arc<FakeKeeper> {
        self.stop.cancel();
        self.task.await.unwrap();
        self.keeper
    }
}

/// Watches the server until the ledger is as wanted and a pass ended; then nothing that must never be sent was sent.
pub async fn watched_until(server: &Server, config: ImapMailbox, wanted: impl Fn(&Ledger) -> bool) -> Ledger {
    let watched = Watched::start(config, server.keeper());
    let ledger = watched.keeper.until(|l| wanted(l) && l.polled > 0).await;
    watched.stop().await;
    server.is_content();
    ledger
}
