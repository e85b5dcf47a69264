//! Figures of a service, mailed to its head once the week or the month is over, where the organisation file asks for them.
//!
//! Promises: each while is mailed once, in the service's working hours; what was over while the desk was not running is mailed when it
//! runs again, the last while alone. Excludes: what is counted (see `desk::figures`), and in which words.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::Gateway;
use super::effects::Fault;
use crate::address::Address;
use crate::desk::figures::{Fact, Figures, Rhythm, While, figures};
use crate::desk::{Service, staffing};
use crate::notifications::{Because, Extra, MailKind, Notice, Periodic};
use crate::store::{Backend, Cause, Change, CommitFault, Store};

impl<S: Store> Gateway<S> {
    /// Mails the figures of whiles that are over.
    pub(super) fn periodic_figures(&mut self) -> Result<usize, Backend> {
        let (now, organisation) = (self.clock.now(), self.organisation.clone());
        let mut mailed = 0;
        for service in organisation.services.iter().filter(|service| !service.figures.is_empty() || service.other.is_some()) {
            if !self.times().of(&service.key).is_open(now) {
                continue;
            }
            for rhythm in &service.figures {
                let word = format!("figures/{}/{}", service.key, rhythm.word());
                let write = |gateway: &mut Self, change: &mut _, from| gateway.write_figures(change, service, (*rhythm, from));
                mailed += usize::from(self.once_over(*rhythm, &word, write)?);
            }
            if let Some(category) = &service.other {
                let write = |gateway: &mut Self, change: &mut _, from| gateway.write_digest(change, (service, category), from);
                mailed += usize::from(self.once_over(Rhythm::Monthly, &format!("other/{}", service.key), write)?);
            }
        }
        Ok(mailed)
    }

    /// Writes what is told of the last while that is over, from its first day on, unless it was.
    fn once_over<F>(&mut self, rhythm: Rhythm, word: &str, write: F) -> Result<bool, Backend>
    where
        F: FnOnce(&mut Self, &mut Change, Date) -> Result<(), Fault>,
    {
        let now = self.clock.now();
        let from = rhythm.last(now.to_zoned(self.site.zone.clone()).date());
        let cause = format!("{word}/{from}");
        if self.store.was_done(&cause)? {
            return Ok(false);
        }
        let mut change = Change::new(Cause::Named(cause), now);
        write(self, &mut change, from)?;
        match self.store.commit(&change) {
            Ok(()) => Ok(!change.letters.is_empty()),
            Err(CommitFault::AlreadyDone) => Ok(false),
            Err(fault) => Err(Backend(fault.to_string())),
        }
    }

    /// A while in which nothing came is not mailed.
    fn write_figures(&mut self, change: &mut Change, service: &Service, (rhythm, from): (Rhythm, Date)) -> Result<(), Fault> {
        let (before, after) = (rhythm.before(from), rhythm.after(from));
        let facts = self.store.facts(std::slice::from_ref(&service.key), self.begins(before))?;
        let open_now = self.counted(&facts, change.at, change.at).ages;
        let periodic = Periodic {
            organisation: self.organisation.clone(),
            service: service.key.clone(),
            rhythm,
            days: (from, after.yesterday().unwrap_or(after)),
            now: Figures { ages: open_now, ..self.counted(&facts, self.begins(from), self.begins(after)).discreet() },
            before: self.counted(&facts, self.begins(before), self.begins(from)).discreet(),
        };
        if periodic.now.all.opened == 0 && periodic.now.ages.iter().all(|(_, n)| *n == 0) {
            return Ok(());
        }
        for to in self.heads(service) {
            let extra = Extra::Figures(Box::new(periodic.clone()));
            self.write_figures_to(change, Notice { to, kind: MailKind::Figures, because: Because::Administrator, extra })?;
        }
        Ok(())
    }

    pub(super) fn write_figures_to(&mut self, change: &mut Change, notice: Notice) -> Result<(), Fault> {
        if self.kept_back(&notice, change)?.is_none() { self.write_apart(change, &notice) } else { Ok(()) }
    }

    fn counted(&self, facts: &[Fact], since: Timestamp, until: Timestamp) -> Figures {
        // The end is the beginning of what comes after.
        figures(facts, &While { since, now: until - SignedDuration::from_nanos(1), zone: &self.site.zone })
    }

    pub(super) fn begins(&self, day: Date) -> Timestamp {
        day.to_zoned(self.site.zone.clone()).map_or(Timestamp::UNIX_EPOCH, |begins| begins.timestamp())
    }

    /// Its head, or whoever manages it.
    pub(super) fn heads(&self, service: &Service) -> Vec<Address> {
        match &service.head {
            Some(head) => vec![head.clone()],
            None => staffing::managers(&self.organisation, &service.key).map(|agent| agent.address.clone()).collect(),
        }
    }
}
