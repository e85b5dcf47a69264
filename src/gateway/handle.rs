//! The gateway from outside its thread: jobs go in by a bounded channel, answers come back. Async rooms hold a clone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};

use super::Gateway;
use super::held::{Settled, Word};
use super::press::{Press, Pressed};
use super::syncs::Syncs;
use super::thread::{self, BATCHES_UNDER_WAY, Batch, Job, Way};
use crate::ports::{Arrival, Keeper, Kept, Mark, Origin, Outbox, Queued, Unavailable, Verdict};
use crate::site::Site;
use crate::store::sqlite::{Disk, Readers, Sqlite};
use crate::store::{Backend, Reads, Store};

/// How long the outbox sleeps at most between two looks at what is due.
const LOOK_SECONDS: u64 = 60;

/// A way to the gateway's thread, and to read-only connections beside it. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    jobs: mpsc::Sender<Job>,
    reader: std::sync::mpsc::Sender<Batch>,
    syncs: Syncs,
    under_way: Arc<Semaphore>,
    readers: Arc<Readers>,
    disk: Arc<Disk>,
    site: Arc<Site>,
    outbox: Arc<Notify>,
    polls: Arc<Mutex<BTreeMap<String, Timestamp>>>,
}

impl Handle {
    /// Starts the gateway's thread, from within a runtime. The thread ends when all handles are gone.
    pub fn start(gateway: Gateway<Sqlite>, readers: Readers) -> std::io::Result<(Handle, JoinHandle<()>)> {
        let site = gateway.site().clone();
        let reader = thread::start_reader(&site, gateway.signatures())?;
        let under_way = Arc::new(Semaphore::new(BATCHES_UNDER_WAY));
        let (disk, readers, outbox) = (gateway.store().disk(), Arc::new(readers), Arc::new(Notify::new()));
        let syncs = Syncs::start(disk.clone(), outbox.clone())?;
        let (jobs, joined) = thread::start(gateway, under_way.clone())?;
        Ok((Handle { jobs, reader, syncs, under_way, readers, disk, site, outbox, polls: Arc::default() }, joined))
    }

    /// The site.
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// Does something on the gateway's thread. A caller that stops waiting does not undo it.
    pub async fn run<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Gateway<Sqlite>) -> Result<R, Backend> + Send + 'static,
    ) -> Result<R, Unavailable> {
        let (say, answer) = oneshot::channel();
        let job: Job = Box::new(move |gateway| drop(say.send(job(gateway))));
        self.jobs.send(job).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?.map_err(|fault| Unavailable(fault.to_string()))
    }

    /// Presses a button: one decision, one commit. Durable when it returns.
    pub async fn press(&self, press: Press) -> Result<Pressed, Unavailable> {
        let pressed = self.run(move |gateway| gateway.press(&press)).await;
        self.outbox.notify_waiters();
        pressed
    }

    /// The same, and wakes the outbox: the job may have written mails.
    pub async fn change<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Gateway<Sqlite>) -> Result<R, Backend> + Send + 'static,
    ) -> Result<R, Unavailable> {
        let changed = self.run(job).await;
        self.outbox.notify_waiters();
        changed
    }

    /// Settles a mail that waits for a person's decision: one commit. Durable when it returns.
    pub async fn held(&self, instance: u64, word: Word) -> Result<Settled, Unavailable> {
        self.change(move |gateway| gateway.settle(instance, &word)).await
    }

    /// Lets time pass: what is due happens.
    pub async fn tick(&self) -> Result<usize, Unavailable> {
        let ticked = self.run(|gateway| gateway.tick()).await;
        if ticked.as_ref().is_ok_and(|recalled| *recalled > 0) {
            self.outbox.notify_waiters();
        }
        ticked
    }

    /// Waits until the disk has what was written so far.
    async fn synced(&self) -> Result<(), Unavailable> {
        let disk = self.disk.clone();
        let synced = tokio::task::spawn_blocking(move || disk.sync()).await.map_err(|_| stopped())?;
        synced.map_err(|fault| Unavailable(fault.to_string()))
    }

    /// Reads beside the writer, on a thread of its own.
    pub async fn look<R: Send + 'static>(&self, question: impl FnOnce(&dyn Reads) -> R + Send + 'static) -> Result<R, Unavailable> {
        let readers = self.readers.clone();
        tokio::task::spawn_blocking(move || readers.with(|reader| question(reader))).await.map_err(|_| stopped())
    }

    /// Handles what was kept and not handled before.
    pub async fn resume(&self) -> Result<usize, Unavailable> {
        let resumed = self.run(thread::resume).await;
        self.outbox.notify_waiters();
        resumed
    }

    /// These mailboxes are watched from now on.
    pub async fn watches(&self, mailboxes: Vec<String>) -> Result<(), Unavailable> {
        self.run(move |gateway| {
            gateway.watches(&mailboxes);
            Ok(())
        })
        .await
    }

    /// When each mailbox was last read to its end.
    pub fn polls(&self) -> BTreeMap<String, Timestamp> {
        self.polls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn stopped() -> Unavailable {
    Unavailable("the gateway is stopping".into())
}

impl Keeper for Handle {
    async fn mark(&self, mailbox: &str, folder: &str) -> Result<Option<Mark>, Unavailable> {
        let (mailbox, folder) = (mailbox.to_owned(), folder.to_owned());
        self.run(move |gateway| gateway.store().mark(&mailbox, &folder)).await
    }

    async fn set_mark(&self, mailbox: &str, folder: &str, mark: Mark) -> Result<(), Unavailable> {
        let (mailbox, folder) = (mailbox.to_owned(), folder.to_owned());
        self.run(move |gateway| gateway.store_mut().set_mark(&mailbox, &folder, mark)).await
    }

    async fn keep(&self, arrivals: Vec<Arrival>) -> Result<Vec<Kept>, Unavailable> {
        let place = self.under_way.clone().acquire_owned().await.map_err(|_| stopped())?;
        let way = Way { jobs: self.jobs.clone(), syncs: self.syncs.clone(), place };
        let reader = self.reader.clone();
        let kept = self.run(move |gateway| thread::keep(gateway, arrivals, way, &reader)).await?;
        self.synced().await?;
        Ok(kept)
    }

    async fn vanished(&self, origins: Vec<Origin>) -> Result<(), Unavailable> {
        self.run(move |gateway| {
            let now = gateway.now();
            gateway.store_mut().vanished(&origins, now)
        })
        .await
    }

    async fn unsettled(&self, mailbox: &str, folder: &str, epoch: u32) -> Result<Vec<u32>, Unavailable> {
        let (mailbox, folder) = (mailbox.to_owned(), folder.to_owned());
        self.run(move |gateway| gateway.store().unsettled(&mailbox, &folder, epoch)).await
    }

    async fn settled(&self, mailbox: &str, folder: &str, epoch: u32, uids: Vec<u32>) -> Result<(), Unavailable> {
        let (mailbox, folder) = (mailbox.to_owned(), folder.to_owned());
        self.run(move |gateway| gateway.store_mut().settled(&mailbox, &folder, epoch, &uids)).await
    }

    async fn accounted(&self, mailbox: &str, folder: &str, epoch: u32) -> Result<Vec<u32>, Unavailable> {
        let (mailbox, folder) = (mailbox.to_owned(), folder.to_owned());
        self.run(move |gateway| gateway.store().accounted(&mailbox, &folder, epoch)).await
    }

    async fn polled(&self, mailbox: &str) -> Result<(), Unavailable> {
        let name = mailbox.to_owned();
        let now = self.run(move |gateway| Ok(gateway.polled(&name))).await?;
        self.polls.lock().unwrap_or_else(PoisonError::into_inner).insert(mailbox.to_owned(), now);
        Ok(())
    }
}

impl Outbox for Handle {
    async fn claim(&self, limit: usize) -> Result<Vec<Queued>, Unavailable> {
        let claimed = self.run(move |gateway| gateway.claim(limit)).await?;
        if claimed.is_empty() {
            return Ok(Vec::new());
        }
        let letters = claimed.clone();
        match self.look(move |reads| reads.load(&letters)).await? {
            Ok(letters) => Ok(letters),
            // What is claimed must not stay so until the next start.
            Err(fault) => {
                tracing::warn!(%fault, "letters are loaded by the writer");
                self.run(move |gateway| gateway.store().load(&claimed)).await
            }
        }
    }

    async fn ended(&self, verdicts: Vec<Verdict>) -> Result<(), Unavailable> {
        self.run(move |gateway| gateway.ended(&verdicts)).await
    }

    async fn woken(&self) {
        let woken = self.outbox.notified();
        let due = self.run(|gateway| Ok((gateway.next_claim()?, gateway.now()))).await;
        let pause = match due {
            Ok((Some(due), now)) => Duration::try_from(due.duration_since(now)).unwrap_or(Duration::ZERO),
            _ => Duration::from_secs(LOOK_SECONDS),
        };
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(pause.min(Duration::from_secs(LOOK_SECONDS))) => {}
        }
    }
}
