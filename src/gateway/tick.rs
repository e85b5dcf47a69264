//! What time brings: postponed tickets come back, reports go out. The daemon calls now and then; nothing here waits.

use super::Gateway;
use super::effects::Decided;
use crate::desk::{Action, Actor, TicketId, decide_all};
use crate::store::{Backend, Cause, Change, CommitFault, Store};

/// Tickets that one tick brings back; the next brings more.
const TICK_MAX: usize = 100;

impl<S: Store> Gateway<S> {
    /// Brings back what is due, and mails reports. Answers how much happened.
    pub fn tick(&mut self) -> Result<usize, Backend> {
        let due = self.store.due(self.clock.now(), TICK_MAX)?;
        let mut recalled = 0;
        for id in due {
            recalled += usize::from(self.recall(id)?);
        }
        Ok(recalled + self.reports()?)
    }

    fn recall(&mut self, id: TicketId) -> Result<bool, Backend> {
        let Some(ticket) = self.store.ticket(id)? else { return Ok(false) };
        let now = self.clock.now();
        let outcome = decide_all(Some(&ticket), vec![Action::Recall], &Actor::clock(), self.rules(), now);
        if outcome.done.is_empty() {
            return Ok(false);
        }
        let mut change = Change::new(Cause::Named(format!("recall/{id}/{}", ticket.version)), now);
        let decided = Decided { before: Some(&ticket), outcome: &outcome, extra: vec![], silent: false, unanswered: None };
        self.add(&mut change, decided)?;
        match self.store.commit(&change) {
            Ok(()) => Ok(true),
            Err(CommitFault::AlreadyDone | CommitFault::Stale(_)) => Ok(false),
            Err(CommitFault::Backend(fault)) => Err(fault),
            Err(fault) => Err(Backend(fault.to_string())),
        }
    }
}
