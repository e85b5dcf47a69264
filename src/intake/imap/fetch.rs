//! From UIDs to arrivals, in batches, the next batch asked for while the last one is being kept. Bodies are asked for in pieces, so that no size that a server claims is believed, and
//! memory stays flat. Only BODY.PEEK: reading leaves no trace in the mailbox.

use std::collections::{BTreeMap, VecDeque};

use async_imap::imap_proto::RequestId;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::fault::Fault;
use super::listing::{Seen, seen};
use super::name;
use super::session::{Done, Session};
use crate::gateway::ports::{Arrival, Origin};
use crate::intake::cut::kept_length;

/// Bytes of a mail that are asked for at once. Below the guard's cap for literals.
pub const PIECE: usize = 512 * 1024;
/// Mails a batch at most.
const BATCH_MAILS: usize = 128;
/// Bytes a batch is planned for.
const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// Batches asked for at once.
const AHEAD: usize = 2;

/// Mails in ascending order of UID, and what became of each UID up to the last.
#[derive(Debug, Default)]
pub struct Batch {
    pub arrivals: Vec<Arrival>,
    /// Listed, but not to be had.
    pub vanished: Vec<u32>,
}

/// Which mails to fetch, and what is said of them.
#[derive(Debug, Clone)]
pub struct Errand {
    pub mailbox: String,
    pub folder: String,
    pub epoch: u32,
    /// UIDs up to this one lay there before the first connection.
    pub old_until: u32,
    /// Larger mails are cut, bytes.
    pub max_mail: u64,
}

impl Errand {
    /// Where a mail of this errand lies.
    pub fn origin(&self, uid: u32) -> Origin {
        Origin { mailbox: self.mailbox.clone(), folder: self.folder.clone(), epoch: self.epoch, uid, name: String::new() }
    }

    fn arrival(&self, uid: u32, mail: Mail, cut_from: Option<u64>) -> Arrival {
        let old = uid <= self.old_until;
        Arrival { cut_from, old, ..Arrival::new(self.origin(uid), mail.received_at, mail.raw) }
    }
}

/// Fetches these mails and hands them over in batches, until all are, the keeper hangs up, or we are to stop.
pub async fn fetch(
    session: &mut Session,
    errand: &Errand,
    uids: &[u32],
    hand_over: mpsc::Sender<Batch>,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let mut rest = uids;
    let mut size = BatchSize::default();
    let mut fetching = Fetching { session, errand, hand_over, asked: VecDeque::new(), mails: BTreeMap::new() };
    loop {
        while fetching.asked.len() < AHEAD && !rest.is_empty() && !stop.is_cancelled() {
            let (now, later) = rest.split_at(size.mails.min(rest.len()));
            fetching.ask(now).await?;
            rest = later;
        }
        let Some(got) = fetching.receive().await? else { return Ok(()) };
        size.learn(&got);
        let mut round = vec![got];
        if round[0].is_incomplete() {
            // What is missing is asked for when nothing else is under way, and batches stay in order.
            while let Some(next) = fetching.receive().await? {
                round.push(next);
            }
        }
        for got in round {
            if !fetching.deliver(got).await? {
                return Ok(());
            }
        }
    }
}

/// How many mails the next batch asks for: few at first, then what fits the bytes.
#[derive(Debug)]
struct BatchSize {
    mails: usize,
}

impl Default for BatchSize {
    fn default() -> Self {
        BatchSize { mails: 16 }
    }
}

impl BatchSize {
    fn learn(&mut self, got: &Got) {
        let bytes: usize = got.mails.values().map(|m| m.raw.len()).sum();
        let average = bytes / got.mails.len().max(1) + 1;
        self.mails = (BATCH_BYTES / average).min(self.mails * 2).clamp(4, BATCH_MAILS);
    }
}

/// A command that is under way.
#[derive(Debug)]
struct Asked {
    id: RequestId,
    uids: Vec<u32>,
    /// How it ended, when it ended before one that was asked earlier.
    done: Option<Done>,
}

/// A mail, or its first piece.
#[derive(Debug)]
struct Mail {
    received_at: Timestamp,
    raw: Vec<u8>,
}

impl Mail {
    /// A full piece: there may be more.
    fn may_go_on(&self) -> bool {
        self.raw.len() >= PIECE
    }
}

/// What came of a command.
#[derive(Debug)]
struct Got {
    uids: Vec<u32>,
    mails: BTreeMap<u32, Mail>,
    /// The server refused to serve all: what is missing may still be had one by one.
    refused: bool,
}

impl Got {
    fn is_incomplete(&self) -> bool {
        self.mails.values().any(Mail::may_go_on) || (self.refused && self.mails.len() < self.uids.len())
    }
}

struct Fetching<'a> {
    session: &'a mut Session,
    errand: &'a Errand,
    hand_over: mpsc::Sender<Batch>,
    /// Under way, oldest first.
    asked: VecDeque<Asked>,
    /// What came for them so far.
    mails: BTreeMap<u32, Mail>,
}

impl Fetching<'_> {
    async fn ask(&mut self, uids: &[u32]) -> Result<(), Fault> {
        let command = format!("UID FETCH {} (UID INTERNALDATE BODY.PEEK[]<0.{PIECE}>)", name::set(uids));
        let id = self.session.send(&command).await?;
        self.asked.push_back(Asked { id, uids: uids.to_vec(), done: None });
        Ok(())
    }

    /// What came of the oldest command, when it has ended; `None` when none is under way.
    async fn receive(&mut self) -> Result<Option<Got>, Fault> {
        loop {
            match self.asked.pop_front() {
                None => return Ok(None),
                Some(Asked { uids, done: Some(done), .. }) => return self.got(uids, done).map(Some),
                Some(waiting) => self.asked.push_front(waiting),
            }
            let open: Vec<usize> = (0..self.asked.len()).filter(|&n| self.asked[n].done.is_none()).collect();
            let ids: Vec<&RequestId> = open.iter().map(|&n| &self.asked[n].id).collect();
            let (asked, mails) = (&self.asked, &mut self.mails);
            let (which, done) = self
                .session
                .collect_any(&ids, |response| {
                    let Some(Seen { uid: Some(uid), date, body: Some(body), .. }) = seen(response) else { return false };
                    if mails.contains_key(&uid) || !asked.iter().any(|a| a.uids.binary_search(&uid).is_ok()) {
                        return false;
                    }
                    mails.insert(uid, Mail { received_at: date.unwrap_or_else(Timestamp::now), raw: body.to_vec() });
                    true
                })
                .await?;
            self.asked[open[which]].done = Some(done);
        }
    }

    fn got(&mut self, uids: Vec<u32>, done: Done) -> Result<Got, Fault> {
        if let Done::Bad { said } = done {
            return Err(Fault::Refused { command: "UID FETCH", said });
        }
        let mails = uids.iter().filter_map(|uid| self.mails.remove_entry(uid)).collect();
        Ok(Got { uids, mails, refused: matches!(done, Done::No { .. }) })
    }

    /// Hands a command's mails over. Says whether somebody still takes them.
    async fn deliver(&mut self, mut got: Got) -> Result<bool, Fault> {
        let mut batch = Batch::default();
        for uid in std::mem::take(&mut got.uids) {
            match got.mails.remove(&uid) {
                Some(mail) if mail.may_go_on() => {
                    // One large mail at a time: those before it leave first.
                    if self.hand_over.send(std::mem::take(&mut batch)).await.is_err() {
                        return Ok(false);
                    }
                    match self.complete(uid, mail).await? {
                        Some(arrival) => batch.arrivals.push(arrival),
                        None => batch.vanished.push(uid),
                    }
                    if self.hand_over.send(std::mem::take(&mut batch)).await.is_err() {
                        return Ok(false);
                    }
                }
                Some(mail) => batch.arrivals.push(self.finish(uid, mail)),
                None => match if got.refused { self.single(uid).await? } else { None } {
                    Some(arrival) => batch.arrivals.push(arrival),
                    None => batch.vanished.push(uid),
                },
            }
        }
        Ok(self.hand_over.send(batch).await.is_ok())
    }

    fn finish(&self, uid: u32, mut mail: Mail) -> Arrival {
        let whole = mail.raw.len() as u64;
        let cut_from = (whole > self.errand.max_mail).then_some(whole);
        if cut_from.is_some() {
            mail.raw.truncate(kept_length(&mail.raw));
        }
        self.errand.arrival(uid, mail, cut_from)
    }

    /// A mail that its batch did not bring, by itself.
    async fn single(&mut self, uid: u32) -> Result<Option<Arrival>, Fault> {
        self.ask(&[uid]).await?;
        let got = self.receive().await?;
        match got.and_then(|mut got| got.mails.remove(&uid)) {
            Some(mail) if mail.may_go_on() => self.complete(uid, mail).await,
            Some(mail) => Ok(Some(self.finish(uid, mail))),
            None => Ok(None),
        }
    }

    /// The rest of a mail, piece by piece; of an oversized one only what is kept of it. `None` when it vanishes.
    async fn complete(&mut self, uid: u32, mut mail: Mail) -> Result<Option<Arrival>, Fault> {
        let claimed = self.size(uid).await?;
        if claimed <= self.errand.max_mail {
            mail.raw.reserve_exact(usize::try_from(claimed).unwrap_or(0).saturating_sub(mail.raw.len()));
        }
        let mut more = mail.may_go_on();
        while more && claimed.max(mail.raw.len() as u64) <= self.errand.max_mail {
            match self.piece(uid, mail.raw.len(), &mut mail.raw).await? {
                Some(length) => more = length >= PIECE,
                None => return Ok(None),
            }
        }
        let seen = mail.raw.len() as u64;
        if !more && seen <= self.errand.max_mail {
            return Ok(Some(self.errand.arrival(uid, mail, None)));
        }
        mail.raw.truncate(kept_length(&mail.raw));
        mail.raw.shrink_to_fit();
        Ok(Some(self.errand.arrival(uid, mail, Some(claimed.max(seen)))))
    }

    /// The size that the server claims.
    async fn size(&mut self, uid: u32) -> Result<u64, Fault> {
        let mut claimed = 0;
        let command = format!("UID FETCH {uid} (UID RFC822.SIZE)");
        let done = self
            .session
            .run(&command, |response| match seen(response) {
                Some(Seen { uid: Some(u), size: Some(size), .. }) if u == uid => {
                    claimed = u64::from(size);
                    true
                }
                _ => false,
            })
            .await?;
        done.ok("UID FETCH").map(|()| claimed)
    }

    /// Appends a piece; says its length, or `None` when there is none to be had.
    async fn piece(&mut self, uid: u32, offset: usize, raw: &mut Vec<u8>) -> Result<Option<usize>, Fault> {
        let mut length = None;
        let command = format!("UID FETCH {uid} (UID BODY.PEEK[]<{offset}.{PIECE}>)");
        let done = self
            .session
            .run(&command, |response| match seen(response) {
                Some(Seen { uid: Some(u), body: Some(body), .. }) if u == uid && length.is_none() => {
                    raw.extend_from_slice(body);
                    length = Some(body.len());
                    true
                }
                _ => false,
            })
            .await?;
        done.ok("UID FETCH").map(|()| length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_grow_to_what_fits() {
        let got = |size: usize, count: u32| Got {
            uids: vec![],
            mails: (0..count).map(|n| (n, Mail { received_at: Timestamp::UNIX_EPOCH, raw: vec![0; size] })).collect(),
            refused: false,
        };
        let mut size = BatchSize::default();
        let mails = |size: &mut BatchSize, g: Got| {
            size.learn(&g);
            size.mails
        };
        assert_eq!(mails(&mut size, got(1000, 16)), 32);
        assert_eq!(mails(&mut size, got(1000, 32)), 64);
        assert_eq!(mails(&mut size, got(1000, 64)), 128);
        assert_eq!(mails(&mut size, got(1000, 128)), 128);
        assert_eq!(mails(&mut size, got(PIECE, 64)), 15);
        assert_eq!(mails(&mut size, got(0, 0)), 30);
    }
}
