//! A mail that waited, settled by a person: let in, made a request of its own, or put away as junk.
//!
//! Promises: the mail goes the same way as all mails, in one commit with its new outcome; settled twice, it has one effect.
//! What an agent lets in counts as its author's words but commands nothing; what its author confirmed counts as proven.
//! Excludes: pages, links and the command line, which ask for it.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Gateway;
use super::case::{Case, Waiting};
use super::crowd::CROWD;
use super::effects::Fault;
use super::receive::{Meant, read_all};
use crate::address::Address;
use crate::desk::{Door, TicketId};
use crate::mail::Incoming;
use crate::routing::guard::FLOOD;
use crate::store::{Backend, Cause, Change, CommitFault, Disposition, Instance, Store};

/// Mails that wait which are looked through for those of one bundle, newest first.
pub const LOOKED_AT: usize = 5_000;
/// Mails of a bundle that one decision settles, oldest first: the next mails of the desk must not wait long.
const BUNDLE_MAX: usize = 200;

/// How often it is decided again when a ticket changed meanwhile.
const STALE_RETRIES: u32 = 5;

/// What is to become of a mail that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It goes where it points, or to that ticket; a stranger becomes a guest there.
    Admit {
        /// Where, when its pointers disagree or lead nowhere.
        ticket: Option<TicketId>,
    },
    /// It becomes a ticket of its own; agents see which one it pointed at.
    Split,
    /// It is nothing: stored, without effect.
    Junk,
}

/// Who decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decider {
    /// An agent of the ticket's service (of any, when there is no ticket), by which door.
    Agent(Address, Door),
    /// The mail's author, who pressed a link that was mailed to the address in `From`.
    Author,
}

/// A decision about a mail that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// What.
    pub decision: Decision,
    /// By whom.
    pub by: Decider,
}

impl Word {
    /// The ticket that was chosen, if one was.
    pub fn chosen(&self) -> Option<TicketId> {
        match self.decision {
            Decision::Admit { ticket } => ticket,
            _ => None,
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// It has its outcome.
    Done {
        /// Which.
        disposition: Disposition,
        /// The ledger's word.
        reason: String,
        /// Where it went.
        ticket: Option<TicketId>,
    },
    /// It does not wait (any more): there is nothing to decide.
    NotHeld,
    /// This person may not decide it.
    NotAllowed,
    /// It cannot go there: the stable word says why (`pointers-disagree`, `no-author`, `commands-refused`…).
    Impossible(String),
}

impl<S: Store> Gateway<S> {
    /// Settles a mail that waits.
    pub fn settle(&mut self, instance: u64, word: &Word) -> Result<Settled, Backend> {
        let Some(row) = self.store.instance(instance)?.filter(is_held) else { return Ok(Settled::NotHeld) };
        if !self.may_decide(&row, &word.by)? {
            return Ok(Settled::NotAllowed);
        }
        let waiting = super::thread::load(self, &[&row])?;
        let mails = read_all(&waiting, &self.site.limits);
        let (Some(waiting), Some(mail)) = (waiting.first(), mails.first()) else { return Ok(Settled::NotHeld) };
        let mail = match mail {
            Ok(mail) => mail,
            Err(unread) => return Ok(Settled::Impossible(unread.reason().into())),
        };
        for _ in 0..STALE_RETRIES {
            match self.settled(&row, word, waiting, mail)? {
                Some(settled) => return Ok(settled),
                None => tracing::debug!(instance, "the ticket changed meanwhile; decided again"),
            }
        }
        Ok(Settled::Impossible("always-stale".into()))
    }

    /// Settles all mails of the bundle that this one waits in, [`BUNDLE_MAX`] at most; what the last of them became.
    pub fn settle_bundle(&mut self, instance: u64, word: &Word) -> Result<Settled, Backend> {
        let Some(row) = self.store.instance(instance)?.filter(is_held) else { return Ok(Settled::NotHeld) };
        let mut ids = vec![row.id];
        if let Some(bundle) = bundle(&row) {
            let waiting = self.store.instances(Some(Disposition::Held), LOOKED_AT)?;
            ids = waiting.iter().filter(|other| self::bundle(other).as_ref() == Some(&bundle)).map(|other| other.id).collect();
        }
        let mut settled = Settled::NotHeld;
        for id in ids.into_iter().rev().take(BUNDLE_MAX) {
            settled = self.settle(id, word)?;
            if settled == Settled::NotAllowed {
                break;
            }
        }
        Ok(settled)
    }

    fn may_decide(&self, row: &Instance, by: &Decider) -> Result<bool, Backend> {
        let Decider::Agent(agent, _) = by else { return Ok(true) };
        if self.organisation.is_disabled(agent) {
            return Ok(false);
        }
        let ticket = match row.handled.as_ref().and_then(|handled| handled.ticket) {
            Some(id) => super::facts::head(&self.store, id)?,
            None => None,
        };
        Ok(match ticket {
            Some(ticket) => self.organisation.membership(agent, &ticket.service).is_some(),
            None => self.organisation.agent(agent).is_some(),
        })
    }

    /// One attempt; `None`: a ticket changed meanwhile.
    fn settled(&mut self, row: &Instance, word: &Word, waiting: &Waiting, mail: &Incoming) -> Result<Option<Settled>, Backend> {
        let mut change = self.settling(row, word, waiting, mail)?;
        let Some(handled) = change.handled.take() else { return Ok(Some(Settled::NotHeld)) };
        if matches!(handled.disposition, Disposition::Held | Disposition::Parked) {
            return Ok(Some(Settled::Impossible(handled.reason)));
        }
        let (disposition, reason, ticket) = (handled.disposition, handled.reason.clone(), handled.ticket);
        change.cause = Cause::Named(format!("held/{}/{}", row.id, data_encoding::HEXLOWER.encode(&self.mint.salt())));
        change.released.push((row.id, handled));
        match self.store.commit(&change) {
            Ok(()) => Ok(Some(Settled::Done { disposition, reason, ticket })),
            Err(CommitFault::AlreadyDone) => Ok(Some(Settled::NotHeld)),
            Err(CommitFault::Stale(_)) => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }

    fn settling(&mut self, row: &Instance, word: &Word, waiting: &Waiting, mail: &Incoming) -> Result<Change, Fault> {
        let site = self.site.clone();
        let mut case = Case::new(waiting, mail, &site, self.clock.now());
        let pointed = row.handled.as_ref().and_then(|handled| handled.ticket);
        let reason = row.handled.as_ref().map(|handled| handled.reason.clone()).unwrap_or_default();
        case.note("held_for", json!(reason));
        case.decided(word.clone());
        match word.decision {
            Decision::Junk => Ok(case.ends(Disposition::Ignored, "junk", pointed)),
            // Its author was told how to go on; what stands in it may be meant for agents alone.
            Decision::Admit { .. } if reason == "commands-refused" => Ok(case.ends(Disposition::Held, "commands-refused", pointed)),
            _ if case.identity.who.is_none() => Ok(case.ends(Disposition::Held, "no-author", pointed)),
            Decision::Admit { .. } => self.lead(&mut case),
            Decision::Split => self.open(&mut case, pointed.map(Meant::Others)),
        }
    }
}

/// Mails that wait together.
#[derive(Debug, PartialEq)]
pub enum Bundle<'a> {
    /// Of one sender, of whom too many came.
    Sender(&'a Address),
    /// Of strangers, of whom too many wrote.
    Strangers,
}

/// The bundle that a mail waits in.
pub fn bundle(row: &Instance) -> Option<Bundle<'_>> {
    let handled = row.handled.as_ref()?;
    match handled.reason.as_str() {
        FLOOD => handled.from.as_ref().map(Bundle::Sender),
        CROWD => Some(Bundle::Strangers),
        _ => None,
    }
}

fn is_held(row: &Instance) -> bool {
    row.handled.as_ref().is_some_and(|handled| handled.disposition == Disposition::Held)
}
