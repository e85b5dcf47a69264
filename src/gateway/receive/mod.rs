//! A mail's way through the house: read → guard → route → understand → decide → write → one commit.
//!
//! Promises: each waiting instance gets exactly one outcome with its reasons; a mail that panics or fails is parked and
//! the next goes on; mails that wait together are committed together, a lone one at once.

mod admit;
mod batch;
mod commands;
mod conversation;
mod hold;
mod machine;
mod opening;
mod questions;
mod reading;
mod relayed;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::json;

use super::case::{Case, Waiting};
use super::checking::check;
use super::effects::Fault;
use super::held::Word;
use super::{Gateway, facts};
use crate::desk::TicketId;
use crate::mail::{self, Incoming, Kind};
use crate::routing::route::By;
use crate::routing::{Candidate, Guard, Route, guard::guard, route};
use crate::store::{Backend, Change, CommitFault, Disposition, Store};
pub(super) use opening::Meant;

pub use reading::{Read, Unread, read_all};

/// How often a decision is taken again when a ticket changed meanwhile.
const STALE_RETRIES: u32 = 5;

/// A decision that nobody commits.
pub(super) enum Trial {
    /// What would be done.
    Decided(Box<Change>),
    /// It cannot be read, and why.
    Unread(&'static str),
    /// It could not be handled.
    Failed(Fault),
}

impl<S: Store> Gateway<S> {
    /// Decides about a mail, and commits nothing.
    pub(super) fn try_out(&mut self, waiting: &Waiting) -> Result<Trial, Backend> {
        Ok(match self.read(std::slice::from_ref(waiting)).first() {
            Some(Ok(mail)) => match self.consider(waiting, mail) {
                Ok(change) => Trial::Decided(Box::new(change)),
                Err(Fault::Backend(fault)) => return Err(fault),
                Err(fault) => Trial::Failed(fault),
            },
            Some(Err(unread)) => Trial::Unread(unread.reason()),
            None => Trial::Unread("unread"),
        })
    }

    /// Reads kept mails, has their signatures checked where nothing else decides, and handles them. What they came to is durable
    /// when it returns.
    pub fn receive(&mut self, waiting: &[Waiting]) -> Result<Vec<Disposition>, Backend> {
        let mails = self.read(waiting);
        let outcomes = self.receive_read(waiting, &mails)?;
        self.store.sync()?;
        Ok(outcomes)
    }

    fn read(&self, waiting: &[Waiting]) -> Vec<Read> {
        let mut mails = read_all(waiting, &self.site.limits);
        if let Some(signatures) = self.signatures() {
            check(&**signatures, &self.site, waiting, &mut mails);
        }
        mails
    }

    /// Handles kept mails that were read, in order, in one transaction, which is durable at the next sync. On a failure of the
    /// store nothing happened and all still wait.
    pub fn receive_read(&mut self, waiting: &[Waiting], mails: &[Read]) -> Result<Vec<Disposition>, Backend> {
        fail::fail_point!("read", |_| std::process::abort());
        let outcomes = match self.together(waiting, mails) {
            // Somebody else came between, which is rare: each mail has its own transaction then.
            Err(CommitFault::Torn) => waiting.iter().zip(mails).map(|(waiting, mail)| self.handle(waiting, mail)).collect(),
            outcomes => outcomes,
        };
        fail::fail_point!("committed", |_| std::process::abort());
        outcomes.map_err(Backend::from)
    }

    /// All in one transaction, or none. Their letters are written beside, and go in last.
    fn together(&mut self, waiting: &[Waiting], mails: &[Read]) -> Result<Vec<Disposition>, CommitFault> {
        self.store.begin()?;
        if waiting.len() > 1 {
            self.pen.dip();
        }
        let outcomes: Result<Vec<_>, _> = waiting.iter().zip(mails).map(|(waiting, mail)| self.handle(waiting, mail)).collect();
        let letters = self.pen.lift();
        fail::fail_point!("decided", |_| std::process::abort());
        let ended = match (outcomes, letters) {
            (Ok(outcomes), Ok(letters)) => self.store.fill(&letters).map(|()| outcomes).map_err(CommitFault::from),
            (Err(fault), _) => Err(fault),
            // Which mail it belongs to comes out when each has its own transaction.
            (Ok(_), Err(fault)) => {
                tracing::warn!(%fault, "a letter could not be written; its batch is undone");
                Err(CommitFault::Torn)
            }
        };
        match ended {
            Ok(outcomes) => self.store.end().map(|()| outcomes).map_err(CommitFault::from),
            Err(fault) => {
                self.store.abandon();
                Err(fault)
            }
        }
    }

    /// One mail; one that could not be read is parked.
    fn handle(&mut self, waiting: &Waiting, mail: &Read) -> Result<Disposition, CommitFault> {
        let mail = match mail {
            Ok(mail) => mail,
            Err(unread) => return self.park(waiting, unread.reason()),
        };
        for _ in 0..STALE_RETRIES {
            let change = match catch_unwind(AssertUnwindSafe(|| self.consider(waiting, mail))) {
                Ok(Ok(change)) => change,
                Ok(Err(Fault::Backend(fault))) => return Err(fault.into()),
                Ok(Err(fault)) => {
                    tracing::error!(instance = waiting.instance, fault = %fault, "a mail could not be handled; parked");
                    return self.park(waiting, "template-or-compose");
                }
                Err(_) => return self.park(waiting, "gateway-panicked"),
            };
            let disposition = change.handled.as_ref().map_or(Disposition::Parked, |handled| handled.disposition);
            match self.store.commit(&change) {
                Ok(()) => {
                    if !change.access.is_empty() {
                        self.organisation = std::sync::Arc::new(self.store.organisation()?);
                    }
                    return Ok(logged(waiting, &change, disposition));
                }
                Err(CommitFault::AlreadyDone) => return Ok(disposition),
                Err(CommitFault::Stale(_)) => {}
                Err(fault @ (CommitFault::Torn | CommitFault::Backend(_))) => return Err(fault),
            }
        }
        self.park(waiting, "always-stale")
    }

    /// The whole decision about one mail.
    fn consider(&mut self, waiting: &Waiting, mail: &Incoming) -> Result<Change, Fault> {
        let site = self.site.clone();
        let mut case = Case::new(waiting, mail, &site, self.clock.now());
        if waiting.cut {
            return self.hold(&mut case, "too-large", None);
        }
        let known = facts::facts(&self.store, &self.organisation, &case)?;
        match guard(mail, &case.identity, &known, &site) {
            Guard::Pass => {}
            Guard::Ignore(reason) => return Ok(case.ends(Disposition::Ignored, reason, None)),
            Guard::Park(reason) => return Ok(case.ends(Disposition::Parked, reason, None)),
            Guard::Hold(reason) => return self.hold(&mut case, reason, None),
        }
        self.lead(&mut case)
    }

    /// Leads a mail that nothing holds to its ticket, or to a new one.
    pub(in crate::gateway) fn lead(&mut self, case: &mut Case<'_>) -> Result<Change, Fault> {
        let (site, kind) = (self.site.clone(), case.mail.kind);
        if kind == Kind::Bounce {
            return self.bounce(case);
        }
        let mut pointed = facts::pointed(&self.store, &self.organisation, case, &site)?;
        if self.acts_as_another(case, &pointed.candidates)? {
            pointed = facts::pointed(&self.store, &self.organisation, case, &site)?;
        }
        let facts::Pointed { candidates, purged } = pointed;
        let route = match case.word.as_ref().and_then(Word::chosen) {
            Some(id) => Route::Ticket { id, by: By::Chosen, absorb: vec![] },
            None => route(&case.identity, &candidates),
        };
        case.note("candidates", facts::told(&candidates));
        match route {
            Route::Conflict(tickets) => {
                case.note("conflict", json!(tickets));
                self.hold(case, "pointers-disagree", None)
            }
            Route::New if matches!(kind, Kind::AutoReply | Kind::System) && case.word.is_none() => self.machine_alone(case),
            Route::New if case.word.is_some() => self.open(case, purged.map(Meant::Ended)),
            Route::New => match self.asks_the_desk(case)? {
                Some(change) => Ok(change),
                None => self.open(case, purged.map(Meant::Ended)),
            },
            Route::Ticket { id, by, absorb } => {
                case.note("routed", json!({"ticket": id, "by": by, "absorb": absorb}));
                self.read_again(case, id)?;
                let mut found: Vec<Candidate> =
                    candidates.into_iter().filter(|candidate| candidate.ticket.id == id || absorb.contains(&candidate.ticket.id)).collect();
                if by == By::Chosen && found.is_empty() {
                    found.extend(facts::chosen(&self.store, &self.organisation, case, id)?);
                }
                self.join(case, by, found, id)
            }
        }
    }

    /// What the mail repeats of the conversation is told by its texts, surer than by any mark.
    fn read_again(&self, case: &mut Case<'_>, id: TicketId) -> Result<(), Fault> {
        let again = mail::read::beside(&case.mail, || facts::said(&self.store, case, id, &self.site.limits))?;
        if let Some(again) = again {
            case.note("repeats", json!(true));
            case.mail = Cow::Owned(again);
        }
        if case.mail.attachments.iter().any(|file| file.inline) {
            let pictures = facts::pictures(&self.store, id)?;
            let folded =
                mail::read::fold_repeated(case.mail.to_mut(), |kind, size| pictures.iter().any(|known| *known == (kind.to_owned(), size)));
            case.note("pictures_folded", json!(folded));
        }
        Ok(())
    }

    /// Sets a mail aside with its bytes; the next one goes on.
    pub(super) fn park(&mut self, waiting: &Waiting, reason: &str) -> Result<Disposition, CommitFault> {
        let blank = Incoming::default();
        let site = self.site.clone();
        let case = Case::new(waiting, &blank, &site, self.clock.now());
        let mut change = case.ends(Disposition::Parked, reason, None);
        if let Some(handled) = change.handled.as_mut() {
            handled.message_id = None;
        }
        if !waiting.old {
            self.tell_parked(&mut change, &case, reason);
        }
        tracing::error!(instance = waiting.instance, reason, "mail parked: see `guichet why`, then `guichet replay`");
        match self.store.commit(&change) {
            Ok(()) | Err(CommitFault::AlreadyDone) => Ok(Disposition::Parked),
            Err(fault) => Err(fault),
        }
    }
}

fn logged(waiting: &Waiting, change: &Change, disposition: Disposition) -> Disposition {
    if let Some(handled) = &change.handled {
        tracing::debug!(instance = waiting.instance, outcome = ?disposition, reason = %handled.reason, ticket = handled.ticket, letters = change.letters.len(), "mail handled");
    }
    disposition
}
