//! A folder in Maildir format as a source: a file in `new` is kept, then moved to `cur` as read (maildir(5)). Nothing
//! is deleted. Reads no mail.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::cut::kept_length;
use crate::gateway::ports::{Arrival, Keeper, Origin, Unavailable};

/// Mails and bytes that are kept at once.
const BATCH_MAILS: usize = 64;
const BATCH_BYTES: u64 = 8 * 1024 * 1024;
/// Pause after a failed pass.
const RETRY: Duration = Duration::from_secs(30);

/// A Maildir as the configuration means it.
#[derive(Debug, Clone)]
pub struct MaildirSource {
    /// Its name in the configuration, log and ledger.
    pub name: String,
    /// The folder with `new`, `cur` and `tmp` in it.
    pub path: PathBuf,
    /// How often `new` is looked at.
    pub poll: Duration,
    /// Larger mails (bytes) are cut to their headers and 64 KiB.
    pub max_mail: u64,
}

impl MaildirSource {
    /// A source with the defaults: looked at every 2 s, mails of 25 MiB at most.
    pub fn new(name: &str, path: impl Into<PathBuf>) -> Self {
        MaildirSource { name: name.to_owned(), path: path.into(), poll: Duration::from_secs(2), max_mail: 25 * 1024 * 1024 }
    }
}

/// Why a pass ended early. What it kept until then is kept.
#[derive(Debug, thiserror::Error)]
pub enum MaildirFault {
    /// A file or folder cannot be read or moved.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// Our own store cannot take mails; nothing was moved.
    #[error(transparent)]
    Keeper(#[from] Unavailable),
}

/// Reads a Maildir until `shutdown`. Never fails: faults are logged, and tried again.
pub async fn watch<K: Keeper>(source: MaildirSource, keeper: Arc<K>, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        let pause = match pass(&source, &*keeper).await {
            Ok(_) => source.poll,
            Err(fault) => {
                tracing::warn!(mailbox = source.name, %fault, pause_s = RETRY.as_secs(), "the Maildir is not read for now");
                RETRY.max(source.poll)
            }
        };
        tokio::select! { () = shutdown.cancelled() => return, () = tokio::time::sleep(pause) => {} }
    }
}

/// Reads what lies in `new` now, once. Says how many mails were kept.
///
/// # Errors
/// The first file that cannot be read or moved, or a keeper that cannot keep.
pub async fn pass<K: Keeper>(source: &MaildirSource, keeper: &K) -> Result<usize, MaildirFault> {
    let mut waiting = blocking(&source.path, {
        let new = source.path.join("new");
        move || names(&new)
    })
    .await?;
    let mut count = 0;
    while !waiting.is_empty() {
        let (reader, list) = (source.clone(), waiting);
        let (batch, rest) = blocking(&source.path, move || Ok(read_batch(&reader, list))).await?;
        waiting = rest;
        let (files, arrivals): (Vec<PathBuf>, Vec<Arrival>) = batch.into_iter().unzip();
        if arrivals.is_empty() {
            continue;
        }
        count += keeper.keep(arrivals).await?.len();
        let cur = source.path.join("cur");
        blocking(&source.path, move || files.iter().try_for_each(|file| move_to(&cur, file))).await?;
    }
    keeper.polled(&source.name).await?;
    Ok(count)
}

/// Runs file work off the async threads.
async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> Result<T, MaildirFault> + Send + 'static,
) -> Result<T, MaildirFault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(e) => Err(MaildirFault::File(path.to_owned(), io::Error::other(e))),
    }
}

/// Files in a folder in the order of delivery: names begin with the time.
fn names(new: &Path) -> Result<Vec<PathBuf>, MaildirFault> {
    let fault = |e| MaildirFault::File(new.to_owned(), e);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(new).map_err(fault)? {
        let entry = entry.map_err(fault)?;
        // Dot files are no mails (maildir(5)); links and pipes are no mails of ours.
        let is_mail = entry.file_type().is_ok_and(|t| t.is_file()) && !entry.file_name().to_string_lossy().starts_with('.');
        if is_mail {
            files.push(entry.path());
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// The first files that fit a batch, and the rest. A file that cannot be read is left out, not in the others' way.
fn read_batch(source: &MaildirSource, mut files: Vec<PathBuf>) -> (Vec<(PathBuf, Arrival)>, Vec<PathBuf>) {
    let (mut batch, mut bytes, mut taken) = (Vec::new(), 0, 0);
    for file in &files {
        if taken == BATCH_MAILS || bytes >= BATCH_BYTES {
            break;
        }
        taken += 1;
        match read(source, file) {
            Ok(arrival) => {
                bytes += arrival.raw.len() as u64;
                batch.push((file.clone(), arrival));
            }
            // Another reader was quicker: theirs.
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::error!(mailbox = source.name, file = %file.display(), %error, "a mail cannot be read"),
        }
    }
    let rest = files.split_off(taken);
    (batch, rest)
}

fn read(source: &MaildirSource, file: &Path) -> io::Result<Arrival> {
    use io::Read as _;
    let mut open = std::fs::File::open(file)?;
    let about = open.metadata()?;
    let cut_from = (about.len() > source.max_mail).then_some(about.len());
    let mut raw = Vec::with_capacity(usize::try_from(about.len().min(source.max_mail)).unwrap_or(0));
    open.by_ref().take(source.max_mail).read_to_end(&mut raw)?;
    if cut_from.is_some() {
        raw.truncate(kept_length(&raw));
        raw.shrink_to_fit();
    }
    let received_at = about.modified().ok().and_then(|t| Timestamp::try_from(t).ok()).unwrap_or_else(Timestamp::now);
    let origin = Origin { mailbox: source.name.clone(), folder: String::new(), epoch: 0, uid: 0, name: unique(file) };
    Ok(Arrival { cut_from, ..Arrival::new(origin, received_at, raw) })
}

/// The unique part of a file name: without the flags after the colon.
fn unique(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.split(':').next().unwrap_or_default().to_owned()
}

fn move_to(cur: &Path, file: &Path) -> Result<(), MaildirFault> {
    match std::fs::rename(file, cur.join(format!("{}:2,S", unique(file)))) {
        // Another reader moved it meanwhile; it is kept all the same.
        Err(e) if e.kind() == io::ErrorKind::NotFound && cur.is_dir() => Ok(()),
        other => other.map_err(|e| MaildirFault::File(file.to_owned(), e)),
    }
}
