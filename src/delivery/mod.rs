//! The outbox out: claims letters, hands them over, reports how it ended.
//!
//! Promises: each claimed letter gets exactly one verdict, also when stopping; one that stalls holds up nobody but its own
//! recipient; a relay in trouble is left alone, and costs no letter an attempt.
//! Excludes: back-off of letters, giving up, and every rule: the gateway's.

mod breaker;
mod maildir;
mod redirected;
mod relay;
mod smtp;
mod stock;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use maildir::folder_name;
pub use redirected::Redirected;
pub use relay::{Login, Patience, Relay, Security, TokenSource};
pub use smtp::RelayFault;

use crate::mail::Letter;
use crate::ports::{Attempt, Outbox, Unavailable, Verdict};
use breaker::{Breaker, Leave};
use stock::Stock;
use worker::{Carrier, Hall, returned, work};

/// Letters claimed at once at most: a tenth of a second's work, so that workers have some while the gateway is busy with a
/// batch of mails. The store gives fewer when they are large.
const CLAIM: usize = 256;
/// Verdicts reported at once.
const REPORT: usize = 256;
/// How long a verdict waits for others while letters go out: each report costs the disk a sync.
const GATHER: Duration = Duration::from_millis(50);
/// The outbox is looked at after this even when nothing woke us.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// The pause when the gateway cannot serve.
const UNAVAILABLE: Duration = Duration::from_secs(1);

/// Where letters go.
#[derive(Debug, Clone)]
pub enum Transport {
    /// To a relay.
    Smtp(Box<Relay>),
    /// Into `<path>/<recipient>/new`, one Maildir for each recipient (see [`folder_name`]).
    Maildir(PathBuf),
}

/// Delivers until `shutdown`; then finishes the letters in hand within their grace, returns those not begun, reports, and
/// says good-bye. Never fails: trouble is a verdict.
pub async fn run(outbox: Arc<impl Outbox>, transport: Transport, shutdown: CancellationToken) {
    let (patience, carriers) = carriers(transport);
    let hall = Arc::new(Hall {
        stock: Stock::default(),
        breaker: Breaker::new(patience.pause, patience.pause_max),
        stop: shutdown.clone(),
        now: CancellationToken::new(),
        idle: patience.idle,
    });
    let (verdicts, heard) = mpsc::channel(REPORT);
    let workers = TaskTracker::new();
    for carrier in carriers {
        workers.spawn(work(hall.clone(), carrier, verdicts.clone()));
    }
    workers.close();
    let reporter = tokio::spawn(report(outbox.clone(), heard, hall.clone()));
    feed(&*outbox, &hall).await;
    let hurry = tokio::spawn(hurry(hall.clone(), patience.grace));
    workers.wait().await;
    for verdict in returned(hall.stock.drain(), "stopping") {
        // The reporter outlives every sender, unless it panicked: then the gateway finds these letters claimed.
        let _ = verdicts.send(verdict).await;
    }
    drop(verdicts);
    if let Err(panic) = reporter.await {
        tracing::error!(%panic, "verdicts of delivery were not reported");
    }
    hurry.abort();
}

/// Ends the patience with letters in hand, and with a store that cannot take verdicts.
async fn hurry(hall: Arc<Hall>, grace: Duration) {
    sleep(grace).await;
    hall.now.cancel();
}

/// Connects, logs in and says good-bye: whether a relay would take our mails, for a check of the configuration.
pub async fn probe(relay: &Relay) -> Result<(), RelayFault> {
    smtp::Session::open(relay).await?.quit().await;
    Ok(())
}

/// Hands one letter over now, as the outbox would: to try the way out.
pub async fn send_one(transport: Transport, letter: Letter) -> (Attempt, String) {
    let (_, mut carriers) = carriers(transport);
    match carriers.first_mut() {
        Some(carrier) => {
            let end = carrier.carry(letter).await;
            carrier.close().await;
            end
        }
        None => (Attempt::RelayDown, String::new()),
    }
}

fn carriers(transport: Transport) -> (Patience, Vec<Carrier>) {
    match transport {
        Transport::Smtp(relay) => {
            let relay: Arc<Relay> = Arc::from(relay);
            (relay.patience, (0..relay.connections.max(1)).map(|_| Carrier::Smtp(relay.clone(), None)).collect())
        }
        Transport::Maildir(path) => (Patience::default(), vec![Carrier::Maildir(Arc::new(path))]),
    }
}

/// Keeps the stock filled until told to stop. A claim under way is never cut off: its letters would stay claimed.
async fn feed(outbox: &impl Outbox, hall: &Hall) {
    while let Some(limit) = hall.stop.run_until_cancelled(wanted(hall)).await {
        match outbox.claim(limit).await {
            Ok(letters) if letters.is_empty() => {
                hall.breaker.untried();
                // `None` and `Err` both mean: look again, or stop.
                let _ = hall.stop.run_until_cancelled(timeout(LOOK_AGAIN, outbox.woken())).await;
            }
            Ok(letters) => hall.stock.put(letters),
            Err(Unavailable(reason)) => {
                hall.breaker.untried();
                tracing::debug!(reason, "no letters can be claimed now");
                let _ = hall.stop.run_until_cancelled(sleep(UNAVAILABLE)).await;
            }
        }
    }
}

/// Waits until more letters are wanted; how many.
async fn wanted(hall: &Hall) -> usize {
    hall.stock.low().await;
    match hall.breaker.leave().await {
        Leave::Many => CLAIM,
        Leave::One => 1,
    }
}

/// Reports verdicts: the last one in hand at once, more together while letters go out.
async fn report(outbox: Arc<impl Outbox>, mut heard: mpsc::Receiver<Verdict>, hall: Arc<Hall>) {
    let mut batch = Vec::with_capacity(REPORT);
    while gather(&mut heard, &hall, &mut batch).await {
        while let Err(Unavailable(reason)) = outbox.ended(batch.clone()).await {
            if hall.now.is_cancelled() {
                tracing::error!(reason, verdicts = batch.len(), "verdicts are lost: the store cannot serve while stopping");
                break;
            }
            tracing::debug!(reason, verdicts = batch.len(), "verdicts wait for the store");
            sleep(UNAVAILABLE).await;
        }
        batch.clear();
    }
}

/// The next verdicts; false when no more come.
async fn gather(heard: &mut mpsc::Receiver<Verdict>, hall: &Hall, batch: &mut Vec<Verdict>) -> bool {
    if heard.recv_many(batch, REPORT).await == 0 {
        return false;
    }
    let due = Instant::now() + GATHER;
    while batch.len() < REPORT && hall.stock.is_busy() {
        let most = REPORT - batch.len();
        // Late, or nobody is left to send: what there is goes.
        if !matches!(timeout_at(due, heard.recv_many(batch, most)).await, Ok(1..)) {
            break;
        }
    }
    true
}
