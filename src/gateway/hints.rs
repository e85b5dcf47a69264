//! What may help a new request on, told with its acknowledgement: articles, categories, an earlier request
//! that it may belong to, and outages that are known.
//!
//! Promises: no mail and no ticket waits for any of it, and nothing is done unasked. Excludes: which articles fit (see `articles`).

use jiff::Timestamp;

use super::articles::{suggested, told};
use super::{Gateway, facts};
use crate::desk::{Event, Ticket, What};
use crate::knowledge::{self, Subject};
use crate::notifications::{Extra, Hints, MailKind, Notice};
use crate::routing::places;
use crate::store::{Backend, Store};

/// Requests of the same person that are looked at, the newest first.
const EARLIER: usize = 3;

impl<S: Store> Gateway<S> {
    /// Adds what may help to the acknowledgement of whoever opened the ticket.
    pub(super) fn suggest(&self, notices: &mut [Notice], ticket: &Ticket, (done, now): (&[Event], Timestamp)) -> Result<(), Backend> {
        let outages = if opens(done) { self.known_outages(ticket)? } else { vec![] };
        if !outages.is_empty() {
            let alerts = notices.iter_mut().filter(|notice| notice.kind == MailKind::NewTicket && notice.extra == Extra::None);
            alerts.for_each(|notice| notice.extra = Extra::Hints(Hints { outages: outages.clone(), ..Hints::default() }));
        }
        let acknowledges = |notice: &&mut Notice| notice.kind == MailKind::Acknowledgement && notice.extra == Extra::None;
        let mut acknowledged = notices.iter_mut().filter(acknowledges).peekable();
        if acknowledged.peek().is_none() || self.organisation.is_confidential(&ticket.service, &ticket.category) {
            return Ok(());
        }
        let Ticket { title, language, service, category, .. } = ticket;
        let subject = Subject { title, language, service, category };
        let articles: Vec<_> = suggested(&self.store, &self.organisation, subject)?.iter().map(told).collect();
        let text = done.iter().find_map(|event| event.text.as_deref()).unwrap_or_default();
        let places = if category.is_empty() { places::likely(&self.organisation, ticket, text) } else { vec![] };
        let hints = Hints { articles, places, earlier: self.earlier(ticket, done, now)?, outages };
        if hints != Hints::default() {
            acknowledged.for_each(|notice| notice.extra = Extra::Hints(hints.clone()));
        }
        Ok(())
    }

    /// Outages that a new ticket may be about: of its service, and of its category where both have one.
    fn known_outages(&self, ticket: &Ticket) -> Result<Vec<(u64, String)>, Backend> {
        let covers = |outage: &Ticket| outage.category.is_empty() || ticket.category.is_empty() || outage.category == ticket.category;
        let known = self.store.outages()?.into_iter().filter(|outage| outage.service == ticket.service && covers(outage));
        Ok(known.filter_map(|outage| Some((outage.id, outage.outage()?.to_owned()))).collect())
    }

    /// An open request of the same person that this one may go on with: of the last hours, with a like subject.
    fn earlier(&self, ticket: &Ticket, done: &[Event], now: Timestamp) -> Result<Option<(u64, String)>, Backend> {
        let hours = self.site.policy.addition_hours;
        let theirs = |event: &Event| event.actor.person.as_ref() == Some(&ticket.requester);
        if hours == 0 || !opens(done) || !done.iter().any(theirs) {
            return Ok(None);
        }
        let since = facts::since_hours(now, hours.into());
        let fits = |other: &Ticket| {
            let open = other.requester == ticket.requester && other.status.is_open() && other.updated_at >= since;
            open && !self.organisation.is_confidential(&other.service, &other.category) && knowledge::alike(&other.title, &ticket.title)
        };
        let before = self.store.tickets_of(&ticket.requester, Some(ticket.id), EARLIER)?;
        Ok(before.into_iter().find(fits).map(|other| (other.id, other.title)))
    }
}

fn opens(done: &[Event]) -> bool {
    done.iter().any(|event| matches!(event.what, What::Opened { .. }))
}
