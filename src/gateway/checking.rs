//! Signatures of mails about which nothing else decides, checked beside the reader: other mails do not wait for names of
//! the world, and neither does the gateway.
//!
//! A mail that waits for its check may be overtaken; in any order the same mails give the same tickets.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::case::Waiting;
use super::receive::Unread;
use super::syncs::Syncs;
use super::thread::Job;
use crate::mail::Incoming;
use crate::ports::{Signatures, Signed};
use crate::routing::identity::undecided;
use crate::site::Site;

/// Batches that are checked side by side: each may wait for its names.
const CHECKERS: usize = 3;
/// Batches that wait for a checker; then the reader waits, too, so that memory stays bounded.
const WAITING_MAX: usize = 8;

/// Mails that were read, on their way to the gateway.
pub(super) struct Read {
    pub mails: Vec<Waiting>,
    pub read: Vec<Result<Incoming, Unread>>,
    pub jobs: mpsc::Sender<Job>,
    pub syncs: Syncs,
}

impl Read {
    /// Passes them on; `held` is let go when they are handled.
    pub(super) fn hand_on<T: Send + 'static>(self, held: T) {
        let Read { mails, read, jobs, syncs } = self;
        if mails.is_empty() {
            return;
        }
        let job: Job = Box::new(move |gateway| {
            match gateway.receive_read(&mails, &read) {
                Ok(_) => syncs.ask(),
                // They are kept: the next resume handles them.
                Err(fault) => tracing::error!(fault = %fault, waiting = mails.len(), "kept mails could not be handled yet"),
            }
            drop(held);
        });
        // A gateway that is gone has left the mails kept, too.
        drop(jobs.blocking_send(job));
    }

    /// Those that need no check, and those that do.
    pub(super) fn parted(self, site: &Site) -> (Read, Read) {
        let Read { mails, read, jobs, syncs } = self;
        let needs = |(waiting, mail): &(Waiting, Result<Incoming, Unread>)| needs_check(waiting, mail.as_ref().ok(), site);
        let (later, now): (Vec<_>, Vec<_>) = mails.into_iter().zip(read).partition(needs);
        let of = |pairs: Vec<(Waiting, Result<Incoming, Unread>)>| {
            let (mails, read) = pairs.into_iter().unzip();
            Read { mails, read, jobs: jobs.clone(), syncs: syncs.clone() }
        };
        (of(now), of(later))
    }
}

fn needs_check(waiting: &Waiting, mail: Option<&Incoming>, site: &Site) -> bool {
    // Of a mail that was cut nothing can be told: its body is not whole.
    !waiting.cut && mail.is_some_and(|mail| undecided(mail, site).is_some())
}

/// Starts the checkers. They end when the last sender is gone.
pub(super) fn start(signatures: &Arc<dyn Signatures>, site: &Arc<Site>) -> std::io::Result<SyncSender<Read>> {
    let (sender, batches) = sync_channel::<Read>(WAITING_MAX);
    let batches = Arc::new(Mutex::new(batches));
    for number in 0..CHECKERS {
        let (batches, signatures, site) = (batches.clone(), signatures.clone(), site.clone());
        let work = move || {
            while let Some(mut batch) = next(&batches) {
                check(&*signatures, &site, &batch.mails, &mut batch.read);
                batch.hand_on(());
            }
        };
        std::thread::Builder::new().name(format!("checker-{number}")).spawn(work)?;
    }
    Ok(sender)
}

fn next(batches: &Mutex<Receiver<Read>>) -> Option<Read> {
    batches.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Checks those mails that need it, and notes what was found.
pub(super) fn check(signatures: &dyn Signatures, site: &Site, waiting: &[Waiting], mails: &mut [Result<Incoming, Unread>]) {
    let open: Vec<usize> = (0..mails.len()).filter(|at| needs_check(&waiting[*at], mails[*at].as_ref().ok(), site)).collect();
    let signed = |at: &usize| Some(Signed { raw: &waiting[*at].raw, author: mails[*at].as_ref().ok()?.from.address()?.clone() });
    let asked: Vec<Signed<'_>> = open.iter().filter_map(signed).collect();
    if asked.is_empty() {
        return;
    }
    for (at, verdict) in open.iter().zip(signatures.check(&asked)) {
        if let Ok(mail) = &mut mails[*at] {
            mail.checked = Some(verdict);
        }
    }
}
