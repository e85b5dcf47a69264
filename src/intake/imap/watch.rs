//! Keeps a mailbox read: connects, passes over its folders, waits for news, and begins again after any fault. IDLE is
//! only a hint; the poll does not depend on it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::fault::Fault;
use super::login::login;
use super::pass::{Folder, Reading, open};
use super::reconcile::compare;
use super::session::{Session, Wake};
use super::{ImapMailbox, Secret};
use crate::gateway::ports::Keeper;

/// Idle wake-ups without a new mail before they are slowed down: a server that cries wolf must not keep us running.
const CRIES: u32 = 8;

/// Reads a mailbox until `shutdown`. Never fails: faults are logged, and tried again.
pub async fn watch<K: Keeper>(mailbox: ImapMailbox, keeper: Arc<K>, shutdown: CancellationToken) {
    let mut watch =
        Watch { backoff: Backoff::new(mailbox.pace.retry), compared: None, mailbox: &mailbox, keeper: &*keeper, shutdown: &shutdown };
    while !shutdown.is_cancelled() {
        // The parser beneath is foreign code on foreign bytes: should it panic, the connection is lost, not the mailbox.
        let connection = AssertUnwindSafe(watch.connection()).catch_unwind();
        let end = tokio::select! { biased; () = shutdown.cancelled() => return, end = connection => end };
        let fault = match end {
            Ok(Ok(())) => return,
            Ok(Err(fault)) => fault,
            Err(_) => Fault::Unusable("its reader panicked".to_owned()),
        };
        let pause = watch.pause(&fault);
        tokio::select! { () = shutdown.cancelled() => return, () = tokio::time::sleep(pause) => {} }
    }
}

struct Watch<'a, K> {
    mailbox: &'a ImapMailbox,
    keeper: &'a K,
    shutdown: &'a CancellationToken,
    backoff: Backoff,
    /// When server and ledger were last compared.
    compared: Option<Instant>,
}

impl<K: Keeper> Watch<'_, K> {
    /// One connection, until it breaks or we stop.
    async fn connection(&mut self) -> Result<(), Fault> {
        let mut session = login(self.mailbox).await?;
        tracing::info!(mailbox = self.mailbox.name, idle = session.extensions.idle, "connected");
        let mut folders: Vec<Folder> = self.mailbox.folders.iter().map(|name| Folder::new(name)).collect();
        let mut cries = 0;
        let mut wake = Wake::Time;
        loop {
            let came = self.pass(&mut session, &mut folders, wake).await?;
            self.keeper.polled(&self.mailbox.name).await?;
            self.backoff.succeeded();
            cries = if came > 0 { 0 } else { cries + u32::from(wake == Wake::News) };
            if cries > CRIES {
                tokio::time::sleep(self.mailbox.pace.retry.0 * (cries - CRIES).min(10)).await;
            }
            wake = session.wait(self.mailbox.pace.poll.min(self.mailbox.pace.idle), self.shutdown).await?;
            if wake == Wake::Stop {
                session.logout().await;
                return Ok(());
            }
        }
    }

    /// Over all folders; the first comes last, so that IDLE listens on it. News is of the first alone.
    async fn pass(&mut self, session: &mut Session, folders: &mut [Folder], wake: Wake) -> Result<usize, Fault> {
        let mut came = 0;
        let count = if wake == Wake::News { 1 } else { folders.len() };
        let compare_now = wake == Wake::Time && self.compared.is_none_or(|then| then.elapsed() >= self.mailbox.pace.reconcile);
        for folder in folders[..count].iter_mut().rev() {
            let mark = match folder.mark {
                Some(mark) if wake == Wake::News => mark,
                _ => open(session, self.mailbox, self.keeper, folder).await?,
            };
            let (mailbox, keeper, stop) = (self.mailbox, self.keeper, self.shutdown);
            came += Reading { session, mailbox, keeper, stop, folder, mark }.pass().await?;
            if compare_now && !stop.is_cancelled() {
                let mark = folder.mark.unwrap_or(mark);
                came += compare(Reading { session, mailbox, keeper, stop, folder, mark }).await?.fetched;
            }
        }
        if compare_now {
            self.compared = Some(Instant::now());
        }
        Ok(came)
    }

    /// Logs a fault, and says how long to wait.
    fn pause(&mut self, fault: &Fault) -> std::time::Duration {
        let mailbox = &self.mailbox.name;
        if let Fault::Login(_) = fault {
            let attempts = if matches!(self.mailbox.secret, Secret::Token(_)) { 2 } else { 1 };
            let pause = self.backoff.refused(Instant::now(), attempts, chance());
            if self.backoff.is_alarming() {
                tracing::error!(mailbox, %fault, pause_s = pause.as_secs(), "the mailbox cannot be read until its account is put right");
            } else {
                tracing::warn!(mailbox, %fault, pause_s = pause.as_secs(), "the mailbox is not read for now");
            }
            return pause;
        }
        let pause = self.backoff.failed(chance());
        tracing::warn!(mailbox, %fault, pause_ms = pause.as_millis(), "the mailbox is not read for now");
        pause
    }
}

/// A number in 0..=1. Without a source of chance, the middle.
fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |n| f64::from(n) / f64::from(u32::MAX))
}
