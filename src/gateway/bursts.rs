//! Bursts of like requests: the service's agents are told once, with the way to declare an outage.
//!
//! Promises: no mail waits for it; what was undone, merged or closed since does not count; a known outage is no news. Excludes: what a
//! burst is (see `desk::burst`).

use jiff::{SignedDuration, Timestamp};

use super::Gateway;
use super::effects::Fault;
use crate::address::Address;
use crate::desk::burst::{self, Place, WEEKS};
use crate::desk::{Monitoring, Ticket};
use crate::notifications::{Because, Burst, Extra, MailKind, Notice};
use crate::store::{Backend, Cause, Change, Store};

/// Tickets that the mail names.
const NAMED: usize = 20;

impl<S: Store> Gateway<S> {
    /// Tells of the bursts that nobody was told of. Answers how many.
    pub(super) fn bursts(&mut self, now: Timestamp) -> Result<usize, Backend> {
        let mut told = 0;
        for (place, tickets, usual) in self.watch.busy(now, &self.site.policy) {
            let mut known: Vec<Ticket> = Vec::with_capacity(tickets.len());
            for id in tickets {
                known.extend(self.store.ticket(id)?.filter(|ticket| ticket.status.is_open() && is_of(ticket, &place)));
            }
            let usual = match usual {
                Some(usual) => usual,
                None => self.usual(&place, now)?,
            };
            if burst::is_burst(known.len(), usual, &self.site.policy) {
                self.watch.told(&place);
                told += usize::from(self.tell_burst(&place, &known, usual)?);
            }
        }
        Ok(told)
    }

    /// What is usual there at this hour of the week: the mean of the weeks before, rounded up.
    fn usual(&mut self, place: &Place, now: Timestamp) -> Result<usize, Backend> {
        let mut all = 0;
        for week in 1..=WEEKS {
            let then = now - SignedDuration::from_hours(week * 7 * 24);
            all += self.store.opened((&place.0, &place.1), [then - burst::span(&self.site.policy), then])?;
        }
        let usual = all.div_ceil(WEEKS as usize);
        self.watch.learn(place, usual, now);
        Ok(usual)
    }

    fn tell_burst(&mut self, place: &Place, known: &[Ticket], usual: usize) -> Result<bool, Backend> {
        let covers = |outage: &Ticket| outage.service == place.0 && (outage.category.is_empty() || outage.category == place.1);
        if self.store.outages()?.iter().any(covers) {
            return Ok(false);
        }
        let Some(first) = known.first() else { return Ok(false) };
        let mut change = Change::new(Cause::Named(format!("burst/{}", first.id)), self.clock.now());
        self.write_burst(&mut change, place, (known, usual))?;
        self.passed(&change)
    }

    fn write_burst(&mut self, change: &mut Change, place: &Place, (known, usual): (&[Ticket], usize)) -> Result<(), Fault> {
        let named = self.organisation.place(&place.0, &place.1);
        let rows: Vec<_> = known.iter().take(NAMED).map(|ticket| self.row(ticket)).collect();
        let burst = Burst { place: named, people: known.len(), minutes: self.site.policy.burst_minutes, usual, rows };
        for to in self.who_hears(place) {
            let extra = Extra::Burst(burst.clone());
            let notice = Notice { to, kind: MailKind::Burst, because: Because::Monitoring, extra };
            if self.kept_back(&notice, change)?.is_none() {
                self.write_apart(change, &notice)?;
            }
        }
        Ok(())
    }

    /// Agents who hear of new tickets there, or else all of them; and its head.
    fn who_hears(&self, (service, category): &Place) -> Vec<Address> {
        let members = |least| self.organisation.members(service).filter(move |(_, member)| member.hears_of(category) >= least);
        let least = if members(Monitoring::Creation).next().is_some() { Monitoring::Creation } else { Monitoring::Never };
        let head = self.organisation.service(service).and_then(|service| service.head.clone());
        let mut all: Vec<Address> = members(least).map(|(agent, _)| agent.address.clone()).collect();
        all.extend(head.filter(|head| !all.contains(head) && self.organisation.membership(head, service).is_some()));
        all
    }
}

fn is_of(ticket: &Ticket, place: &Place) -> bool {
    ticket.service == place.0 && ticket.category == place.1
}
