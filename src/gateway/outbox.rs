//! The outbox from the gateway's side: claims, verdicts, and what follows from them.

use jiff::{SignedDuration, Timestamp};

use super::effects::Fault;
use super::{Gateway, verdict};
use crate::ports::Verdict;
use crate::store::{Backend, Cause, Change, Claimed, CommitFault, LetterState, Store};

/// How long letters that were under way when the program died wait before they go out again (CASEBOOK I05).
const AFTER_CRASH_MINUTES: i64 = 10;

impl<S: Store> Gateway<S> {
    /// Claims letters that are due.
    pub fn claim(&mut self, limit: usize) -> Result<Vec<Claimed>, Backend> {
        let now = self.clock.now();
        self.store.claim(now, limit)
    }

    /// When a letter can be claimed next.
    pub fn next_claim(&self) -> Result<Option<Timestamp>, Backend> {
        self.store.next_claim()
    }

    /// Now, by this gateway's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What became of some attempts. Letters that will never arrive are told to whoever handles their ticket.
    pub fn ended(&mut self, verdicts: &[Verdict]) -> Result<(), Backend> {
        let now = self.clock.now();
        let mut updates = Vec::with_capacity(verdicts.len());
        let mut lost = Vec::new();
        for verdict in verdicts {
            let Some(row) = self.store.letter(verdict.id)? else { continue };
            let update = verdict::after(&row, verdict, now);
            if matches!(update.state, LetterState::Refused | LetterState::GivenUp) {
                lost.push((row, update.reply.clone()));
            }
            updates.push(update);
        }
        self.store.delivered(&updates)?;
        fail::fail_point!("delivered", |_| std::process::abort());
        for (row, reply) in lost {
            self.lost(&row, &reply)?;
        }
        Ok(())
    }

    fn lost(&mut self, row: &crate::store::LetterRow, reply: &str) -> Result<(), Backend> {
        let ticket = match row.ticket {
            Some(id) => self.store.ticket(id)?,
            None => None,
        };
        let change = Change::new(Cause::Named(format!("undelivered/{}", row.id)), self.clock.now());
        let change = match self.undelivered(change, row, ticket.as_ref(), reply) {
            Ok(change) => change,
            Err(Fault::Backend(fault)) => return Err(fault),
            Err(fault) => return Err(Backend(fault.to_string())),
        };
        match self.store.commit(&change) {
            Ok(()) | Err(CommitFault::AlreadyDone) => Ok(()),
            Err(CommitFault::Backend(fault)) => Err(fault),
            Err(fault) => Err(Backend(fault.to_string())),
        }
    }

    /// After a start: what was under way is unknown now, and goes out again after a while with the same Message-ID.
    pub fn recover_outbox(&mut self) -> Result<u64, Backend> {
        let due = self.clock.now() + SignedDuration::from_mins(AFTER_CRASH_MINUTES);
        self.store.unclaim(due)
    }
}
