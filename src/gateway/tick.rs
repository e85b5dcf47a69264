//! What time brings: postponed tickets come back, whoever must answer is reminded and what nobody answers ends, promises that are
//! nearly broken are told, agents get their reports. The daemon calls now and then; nothing here waits.
//!
//! Promises: what was missed while nothing ran is done once; a clock that was set back brings nothing until it is right again; nothing
//! ends for want of an answer before every mailbox was read to the time of its end. Excludes: what is due when (see `desk::clock`).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Gateway;
use super::effects::Decided;
use crate::desk::{Action, Actor, Ticket, Times, Wake, clock, decide_all};
use crate::store::{Backend, Cause, Change, CommitFault, Store};

/// Tickets that one tick looks at; the next goes on.
const TICK_MAX: usize = 500;
/// How far a clock may be behind what was written before, and still count as right (CASEBOOK L07).
const BEHIND: SignedDuration = SignedDuration::from_mins(5);
/// When to look again at what could not be done now.
const LATER: SignedDuration = SignedDuration::from_mins(10);

/// What time has shown so far.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The latest time known; none before the first look.
    latest: Option<Timestamp>,
    /// Mailboxes, and when each was last read to its end.
    heard: BTreeMap<String, Option<Timestamp>>,
}

impl<S: Store> Gateway<S> {
    /// Does what is due. Answers how many things were.
    pub fn tick(&mut self) -> Result<usize, Backend> {
        let now = self.clock.now();
        if self.told.latest.is_none() {
            self.store.wind_all()?;
        }
        if self.is_behind(now)? {
            tracing::error!("the clock is behind what was written before: nothing is due, and no link is taken, until it is right");
            return Ok(0);
        }
        self.told.latest = Some(now);
        let (mut done, mut later) = (0, Vec::new());
        for id in self.store.waking(now, TICK_MAX)? {
            let Some(ticket) = self.store.ticket(id)? else { continue };
            let happened = match self.due(&ticket, now)? {
                Some(action) => self.brings(&ticket, action)?,
                None => false,
            };
            match happened {
                true => done += 1,
                // What could not be done now is looked at again; never at once, or nothing else would be.
                false => later.push((id, self.later(&ticket, now))),
            }
        }
        self.store.wind(&later)?;
        self.sweep_now_and_then()?;
        Ok(done + self.reports()? + self.bursts(now)? + self.bundles(now)?)
    }

    /// These mailboxes are watched: until each was read, nothing is known of what came.
    pub fn watches(&mut self, mailboxes: &[String]) {
        self.told.heard = mailboxes.iter().map(|mailbox| (mailbox.clone(), None)).collect();
    }

    /// A mailbox was read to its end. Answers when.
    pub fn polled(&mut self, mailbox: &str) -> Timestamp {
        let now = self.clock.now();
        if let Some(heard) = self.told.heard.get_mut(mailbox) {
            *heard = Some(now);
        }
        now
    }

    /// Is the clock earlier than it may be?
    pub(super) fn is_behind(&self, now: Timestamp) -> Result<bool, Backend> {
        let latest = self.told.latest.max(self.store.last_written()?);
        Ok(latest.is_some_and(|latest| now < latest - BEHIND))
    }

    /// Working time as the rules have it now.
    pub(super) fn times(&self) -> Times<'_> {
        Times { organisation: &self.organisation, policy: &self.site.policy, zone: &self.site.zone }
    }

    /// When to look at a ticket next.
    pub(super) fn wake(&self, ticket: &Ticket, now: Timestamp) -> Wake {
        clock::wake(ticket, self.times(), now)
    }

    fn later(&self, ticket: &Ticket, now: Timestamp) -> Wake {
        let wake = self.wake(ticket, now);
        let soonest = self.times().of(&ticket.service).opens(now + LATER);
        Wake { at: wake.at.map(|at| if at <= now { soonest } else { at }), ..wake }
    }

    /// What is due for a ticket now: nobody is written to at night, and what came in time counts, however late it is read.
    fn due(&self, ticket: &Ticket, now: Timestamp) -> Result<Option<Action>, Backend> {
        let Some((at, action)) = clock::next(ticket, self.times(), now).filter(|(at, _)| *at <= now) else { return Ok(None) };
        let told = match action {
            Action::Recall => true,
            Action::Expire if !self.heard_until(at)? => false,
            _ => self.times().of(&ticket.service).is_open(now),
        };
        Ok(told.then_some(action))
    }

    /// Was everything read that came until then (CASEBOOK J21)?
    fn heard_until(&self, at: Timestamp) -> Result<bool, Backend> {
        let read = self.told.heard.values().all(|heard| heard.is_some_and(|heard| heard >= at));
        Ok(read && self.store.instances(None, 1)?.is_empty())
    }

    fn brings(&mut self, ticket: &Ticket, action: Action) -> Result<bool, Backend> {
        let now = self.clock.now();
        let name = format!("{}/{}/{}", action.word(), ticket.id, ticket.version);
        let outcome = decide_all(Some(ticket), vec![action], &Actor::clock(), self.rules(), now);
        if outcome.done.is_empty() {
            return Ok(false);
        }
        let mut change = Change::new(Cause::Named(name), now);
        let decided = Decided { before: Some(ticket), outcome: &outcome, extra: vec![], silent: false, unanswered: None };
        self.add(&mut change, decided)?;
        self.passed(&change)
    }

    /// Did it happen now?
    pub(super) fn passed(&mut self, change: &Change) -> Result<bool, Backend> {
        match self.store.commit(change) {
            Ok(()) => Ok(true),
            Err(CommitFault::AlreadyDone | CommitFault::Stale(_)) => Ok(false),
            Err(CommitFault::Backend(fault)) => Err(fault),
            Err(fault) => Err(Backend(fault.to_string())),
        }
    }
}
