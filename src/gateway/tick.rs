//! What time brings: postponed tickets come back, whoever must answer is reminded and what nobody answers ends, the pool is told
//! again of what nobody took, agents get their reports. The daemon calls now and then; nothing here waits.

use jiff::Timestamp;

use super::Gateway;
use super::effects::Decided;
use crate::desk::{Action, Actor, Policy, TicketId, calendar, decide_all};
use crate::store::{Backend, Cause, Change, CommitFault, Store};

/// Tickets that one tick changes for one reason; the next goes on.
const TICK_MAX: usize = 100;
/// Working days after which a free ticket is history: nobody is reminded of a whole archive that was imported.
const POOL_OLDEST_DAYS: u16 = 20;

impl<S: Store> Gateway<S> {
    /// Does what is due. Answers how many things were.
    pub fn tick(&mut self) -> Result<usize, Backend> {
        let (now, policy) = (self.clock.now(), self.site.policy.clone());
        let mut done = 0;
        for id in self.store.due("postponed", now, TICK_MAX)? {
            done += usize::from(self.brings(id, &Action::Recall)?);
        }
        if calendar::is_working(&policy, now.to_zoned(self.site.zone.clone()).date()) {
            done += self.linger(now, &policy)?;
        }
        Ok(done + self.reports()?)
    }

    /// What waits too long, in working days: nobody is reminded, and nothing ends, on a day off.
    fn linger(&mut self, now: Timestamp, policy: &Policy) -> Result<usize, Backend> {
        let mut done = 0;
        for (status, days) in [("waiting_for_information", policy.question_days), ("awaiting_approval", policy.approval_days)] {
            let half = calendar::before(policy, now, days.div_ceil(2));
            for id in if days == 0 { vec![] } else { self.store.due(status, half, TICK_MAX)? } {
                let reminded = self.store.ticket(id)?.is_some_and(|ticket| ticket.is_reminded());
                done += usize::from(self.brings(id, if reminded { &Action::Expire } else { &Action::Remind })?);
            }
        }
        if policy.pool_days > 0 {
            let oldest = calendar::before(policy, now, policy.pool_days.saturating_add(POOL_OLDEST_DAYS));
            for id in self.store.due("free", calendar::before(policy, now, policy.pool_days), TICK_MAX)? {
                let fresh = self.store.ticket(id)?.is_some_and(|ticket| ticket.updated_at >= oldest);
                done += usize::from(fresh && self.brings(id, &Action::Remind)?);
            }
        }
        Ok(done)
    }

    fn brings(&mut self, id: TicketId, action: &Action) -> Result<bool, Backend> {
        let Some(ticket) = self.store.ticket(id)? else { return Ok(false) };
        let now = self.clock.now();
        let outcome = decide_all(Some(&ticket), vec![action.clone()], &Actor::clock(), self.rules(), now);
        if outcome.done.is_empty() {
            return Ok(false);
        }
        let mut change = Change::new(Cause::Named(format!("{}/{id}/{}", action.word(), ticket.version)), now);
        let decided = Decided { before: Some(&ticket), outcome: &outcome, extra: vec![], silent: false, unanswered: None };
        self.add(&mut change, decided)?;
        self.passed(&change)
    }

    /// Did it happen now?
    fn passed(&mut self, change: &Change) -> Result<bool, Backend> {
        match self.store.commit(change) {
            Ok(()) => Ok(true),
            Err(CommitFault::AlreadyDone | CommitFault::Stale(_)) => Ok(false),
            Err(CommitFault::Backend(fault)) => Err(fault),
            Err(fault) => Err(Backend(fault.to_string())),
        }
    }
}
