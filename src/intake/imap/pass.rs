//! One reading of a folder: list what lies above the mark, fetch it while the keeper makes it durable, and only then
//! tell the server. Whatever breaks on the way, the next pass begins at the mark.

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::ImapMailbox;
use super::fault::Fault;
use super::fetch::{Batch, Errand, fetch};
use super::listing::list;
use super::session::{Selected, Session};
use super::settle::{Place, RETRY, settle};
use super::start::begin;
use crate::gateway::ports::{Keeper, Mark};

/// Mails in one round: fetched, kept, settled. Bounds what a lost connection leaves untold.
const ROUND: usize = 1024;

/// A folder on this connection: how far it is read, and whether its server is still to be told of mails.
#[derive(Debug)]
pub struct Folder {
    pub name: String,
    pub mark: Option<Mark>,
    pub owed: Owed,
}

/// Whether the server may have to be told of mails of earlier passes.
#[derive(Debug, Clone, Copy)]
pub enum Owed {
    /// No.
    Nothing,
    /// Ask the keeper, from then on.
    Since(Instant),
}

impl Folder {
    pub fn new(name: &str) -> Folder {
        Folder { name: name.to_owned(), mark: None, owed: Owed::Since(Instant::now()) }
    }
}

/// A folder that is selected, with the mark to read on from.
#[derive(Debug)]
pub struct Reading<'a, K> {
    pub session: &'a mut Session,
    pub mailbox: &'a ImapMailbox,
    pub keeper: &'a K,
    pub stop: &'a CancellationToken,
    pub folder: &'a mut Folder,
    pub mark: Mark,
}

/// Selects a folder and finds its mark.
pub async fn open<K: Keeper>(session: &mut Session, mailbox: &ImapMailbox, keeper: &K, folder: &mut Folder) -> Result<Mark, Fault> {
    let selected: Selected = session.select(&folder.name).await?;
    if selected.read_only {
        tracing::warn!(mailbox = mailbox.name, folder = folder.name, "the server opens this folder for reading only");
    }
    let mark = begin(session, mailbox, keeper, (&folder.name, selected)).await?;
    folder.mark = Some(mark);
    Ok(mark)
}

impl<K: Keeper> Reading<'_, K> {
    /// Reads all above the mark. Says how many mails came.
    pub async fn pass(mut self) -> Result<usize, Fault> {
        self.session.listening();
        let uids = match self.mark.uid.checked_add(1) {
            Some(first) => list(self.session, first).await?,
            None => Vec::new(),
        };
        self.take(&uids).await?;
        self.pay().await?;
        Ok(uids.len())
    }

    /// Fetches, keeps and settles these mails, round by round.
    pub async fn take(&mut self, uids: &[u32]) -> Result<(), Fault> {
        let most = self.mailbox.pace.round;
        for round in uids.chunks(ROUND) {
            if self.stop.is_cancelled() {
                break;
            }
            timeout(most, self.round(round)).await.map_err(|_| Fault::Silent(most))??;
        }
        Ok(())
    }

    async fn round(&mut self, uids: &[u32]) -> Result<(), Fault> {
        let errand = Errand {
            mailbox: self.mailbox.name.clone(),
            folder: self.folder.name.clone(),
            epoch: self.mark.epoch,
            old_until: self.mark.old_until,
            max_mail: self.mailbox.max_mail,
        };
        let (hand_over, batches) = mpsc::channel(1);
        // Both run to their own end: what was fetched before a connection broke is kept all the same.
        let (fetched, kept) = tokio::join!(fetch(self.session, &errand, uids, hand_over, self.stop), keep(self.keeper, &errand, batches));
        let kept = kept?;
        fetched?;
        self.advance(uids);
        let place = Place { folder: &self.folder.name, epoch: self.mark.epoch };
        if !settle(self.session, self.mailbox, self.keeper, place, kept).await? {
            self.folder.owed = Owed::Since(Instant::now() + RETRY);
        }
        Ok(())
    }

    /// The keeper's mark has moved with the mails; ours also passes those that vanished. When we stopped half-way the
    /// connection ends, and ours with it.
    fn advance(&mut self, uids: &[u32]) {
        self.mark.uid = uids.last().copied().unwrap_or(0).max(self.mark.uid);
        self.folder.mark = Some(self.mark);
    }

    /// Tells the server of mails of earlier passes, when it is time to.
    async fn pay(&mut self) -> Result<(), Fault> {
        let due = matches!(self.folder.owed, Owed::Since(then) if then <= Instant::now());
        if !due || self.stop.is_cancelled() {
            return Ok(());
        }
        let uids = self.keeper.unsettled(&self.mailbox.name, &self.folder.name, self.mark.epoch).await?;
        let place = Place { folder: &self.folder.name, epoch: self.mark.epoch };
        let all = settle(self.session, self.mailbox, self.keeper, place, uids).await?;
        self.folder.owed = if all { Owed::Nothing } else { Owed::Since(Instant::now() + RETRY) };
        Ok(())
    }
}

/// Keeps batches as they come; the UIDs that are durable, also those that were so before.
async fn keep<K: Keeper>(keeper: &K, errand: &Errand, mut batches: mpsc::Receiver<Batch>) -> Result<Vec<u32>, Fault> {
    let mut durable = Vec::new();
    while let Some(batch) = batches.recv().await {
        if !batch.vanished.is_empty() {
            tracing::warn!(
                mailbox = errand.mailbox,
                folder = errand.folder,
                mails = batch.vanished.len(),
                "listed by the server, and gone when fetched"
            );
            keeper.vanished(batch.vanished.iter().map(|&uid| errand.origin(uid)).collect()).await?;
        }
        if !batch.arrivals.is_empty() {
            let uids: Vec<u32> = batch.arrivals.iter().map(|a| a.origin.uid).collect();
            keeper.keep(batch.arrivals).await?;
            durable.extend(uids);
        }
    }
    Ok(durable)
}
