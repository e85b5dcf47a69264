//! The gateway's own thread: the one writer. Jobs come by a bounded channel and run one after the other. Beside it a
//! second thread reads kept mails, so that the next ones are understood while these are committed.
//!
//! A panic in a job, and a store that can write no more, end the thread, and with it the program (see `cli::run`): no zombie
//! that serves pages but reads no mail (CASEBOOK J16).

use std::sync::Arc;
use std::sync::mpsc::{SendError, SyncSender};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::Handle as Runtime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;

use super::Gateway;
use super::case::Waiting;
use super::checking::{self, Read};
use super::receive::read_all;
use super::syncs::Syncs;
use crate::ports::{Arrival, Kept, Signatures};
use crate::site::Site;
use crate::store::sqlite::Sqlite;
use crate::store::{Backend, Disposition, Store};

/// Something to do on the gateway's thread.
pub(super) type Job = Box<dyn FnOnce(&mut Gateway<Sqlite>) + Send>;

/// Batches of mails between being kept and being handled: one that is read while one is committed, and one more so that
/// neither waits. What is under way lies in memory.
pub(super) const BATCHES_UNDER_WAY: usize = 3;
/// Jobs that wait at most; senders then wait too, so that a flood of mail stays on its server.
const JOBS_MAX: usize = 64;
/// Without a job for so long, there is time for what nobody waits for: longer than a server takes for the next mails, and than the disk
/// may hold everybody up.
const QUIET: Duration = Duration::from_millis(100);
/// Waiting mails that are loaded at once when the program resumes.
const RESUME_BATCH: usize = 64;

/// Starts the thread. It ends, and closes the store, when the last sender is gone.
pub(super) fn start(mut gateway: Gateway<Sqlite>, under_way: Arc<Semaphore>) -> std::io::Result<(mpsc::Sender<Job>, JoinHandle<()>)> {
    let (jobs, mut queue) = mpsc::channel::<Job>(JOBS_MAX);
    let runtime = Runtime::current();
    let thread = std::thread::Builder::new().name("gateway".into()).spawn(move || {
        while let Some(job) = runtime.block_on(next(&mut queue, &mut gateway, &under_way)) {
            job(&mut gateway);
            if gateway.store().is_lost() {
                tracing::error!("nothing more can be written: the program ends, so that it is begun anew");
                break;
            }
        }
    })?;
    Ok((jobs, thread))
}

/// The next job; what may wait for a quiet moment is done when none has come for a while.
async fn next(queue: &mut mpsc::Receiver<Job>, gateway: &mut Gateway<Sqlite>, under_way: &Semaphore) -> Option<Job> {
    if let Ok(job) = timeout(QUIET, queue.recv()).await {
        return job;
    }
    loop {
        let store = gateway.store_mut();
        let quiet = under_way.available_permits() == BATCHES_UNDER_WAY;
        let indexed = if quiet { store.index_some() } else { Ok(false) };
        match indexed.and_then(|more| if more { Ok(true) } else { store.sync().map(|()| false) }) {
            Ok(true) => {}
            Ok(false) => return queue.recv().await,
            Err(fault) => {
                tracing::error!(%fault, "verdicts of letters or words of tickets wait for the next write");
                return queue.recv().await;
            }
        }
        if let Ok(job) = queue.try_recv() {
            return Some(job);
        }
    }
}

/// Mails that were kept together, on their way through the reader back to the gateway.
pub(super) struct Batch {
    mails: Vec<Waiting>,
    way: Way,
}

/// What a batch takes along: the way back, which keeps the gateway's thread alive for it, and its place among those
/// that are under way.
pub(super) struct Way {
    pub jobs: mpsc::Sender<Job>,
    pub syncs: Syncs,
    pub place: OwnedSemaphorePermit,
}

/// Starts the reader, and the checkers where there is somebody who checks. It ends when the last sender is gone.
pub(super) fn start_reader(site: &Arc<Site>, signatures: Option<&Arc<dyn Signatures>>) -> std::io::Result<std::sync::mpsc::Sender<Batch>> {
    let (sender, batches) = std::sync::mpsc::channel::<Batch>();
    let checkers = match signatures {
        Some(signatures) if site.trust.check_signatures => Some(checking::start(signatures, site)?),
        _ => None,
    };
    let site = site.clone();
    std::thread::Builder::new()
        .name("reader".into())
        .spawn(move || batches.into_iter().for_each(|batch| read(batch, &site, checkers.as_ref())))?;
    Ok(sender)
}

fn read(Batch { mails, way: Way { jobs, syncs, place } }: Batch, site: &Site, checkers: Option<&SyncSender<Read>>) {
    let read = read_all(&mails, &site.limits);
    let all = Read { mails, read, jobs, syncs };
    let Some(checkers) = checkers else { return all.hand_on(place) };
    let (now, later) = all.parted(site);
    now.hand_on(place);
    if !later.mails.is_empty()
        && let Err(SendError(unchecked)) = checkers.send(later)
    {
        // Nobody checks any more: then nothing is proven, and all is handled.
        unchecked.hand_on(());
    }
}

/// Keeps mails, and passes them to the reader. The server is told when the disk has them, while we think.
pub(super) fn keep(
    gateway: &mut Gateway<Sqlite>,
    arrivals: Vec<Arrival>,
    way: Way,
    reader: &std::sync::mpsc::Sender<Batch>,
) -> Result<Vec<Kept>, Backend> {
    let kept = gateway.store_mut().keep_unsynced(&arrivals)?;
    fail::fail_point!("kept", |_| std::process::abort());
    let fresh = arrivals.into_iter().zip(&kept).filter(|(_, kept)| !kept.known);
    let mails: Vec<Waiting> = fresh.map(|(arrival, kept)| waiting(arrival, kept)).collect();
    if !mails.is_empty() {
        reader.send(Batch { mails, way }).map_err(|_| Backend("the reader's thread is gone".into()))?;
    }
    Ok(kept)
}

fn waiting(arrival: Arrival, kept: &Kept) -> Waiting {
    Waiting {
        instance: kept.instance,
        received_at: arrival.received_at,
        old: arrival.old,
        cut: arrival.cut_from.is_some(),
        raw: Arc::new(arrival.raw),
    }
}

/// Handles what was kept and not handled when the program ended. A mail that was there at several starts is handled
/// alone, then parked: it may be what ends the program.
pub fn resume<S: Store>(gateway: &mut Gateway<S>) -> Result<usize, Backend> {
    let tries = gateway.site.limits.tries;
    let all = gateway.store_mut().resume()?;
    let (suspect, rest): (Vec<_>, Vec<_>) = all.iter().partition(|instance| instance.attempts > 1);
    for batch in rest.chunks(RESUME_BATCH) {
        let batch = load(gateway, batch)?;
        gateway.receive(&batch)?;
    }
    for instance in &suspect {
        let one = load(gateway, std::slice::from_ref(instance))?;
        match instance.attempts > tries {
            true => one.iter().try_for_each(|waiting| gateway.park(waiting, "ended-the-program").map(|_| ()))?,
            false => drop(gateway.receive(&one)?),
        }
    }
    Ok(all.len())
}

pub(super) fn load<S: Store>(gateway: &Gateway<S>, instances: &[&crate::store::Instance]) -> Result<Vec<Waiting>, Backend> {
    let mut loaded = Vec::with_capacity(instances.len());
    for instance in instances {
        let raw = gateway.store().raw(instance.id)?.unwrap_or_default();
        let Some(instance) = gateway.store().instance(instance.id)? else { continue };
        loaded.push(Waiting {
            instance: instance.id,
            received_at: instance.received_at,
            old: instance.old,
            cut: instance.cut,
            raw: raw.into(),
        });
    }
    Ok(loaded)
}

/// Handles an instance again, after a fix or on an administrator's word.
pub fn replay<S: Store>(gateway: &mut Gateway<S>, instance: u64) -> Result<Option<Disposition>, Backend> {
    let Some(row) = gateway.store().instance(instance)? else { return Ok(None) };
    if gateway.store().raw(instance)?.is_none() {
        return Ok(None);
    }
    gateway.store_mut().reopen_instance(instance)?;
    let one = load(gateway, &[&row])?;
    Ok(gateway.receive(&one)?.first().copied())
}
