//! Mails in quick succession: mere news of a ticket, soon after other news of it, waits for more, and one mail tells all.
//!
//! Promises: nothing is lost and the order is kept, for what waits is kept as the numbers of its events, and told by the next mail
//! that goes at once or when its time has come, whichever is first; a mail and the end of its wait are one commit. Whoever
//! has acted on the ticket since they were told last is in a conversation, and hears at once; so does whoever must answer
//! something. Excludes: first mails about a ticket, questions, answers (see `MailKind::is_news`).

use jiff::{SignedDuration, Timestamp};

use super::Gateway;
use super::effects::Fault;
use crate::address::Address;
use crate::desk::{Attention, Event, Outcome, Ticket, TicketId, What};
use crate::notifications::{Because, Extra, MailKind, Notice, Scene};
use crate::store::{Backend, Cause, Change, PutOff, Store, Waits};

/// Mails that one tick writes; the next goes on.
const BUNDLES_MAX: usize = 500;

impl<S: Store> Gateway<S> {
    /// Writes a mail, perhaps with what waited, or puts its news off; answers the word of the latter.
    pub(super) fn tell_in_time(&mut self, change: &mut Change, scene: &Scene<'_>, notice: &Notice) -> Result<Option<&'static str>, Fault> {
        let (ticket, reader) = (scene.ticket.id, &notice.to);
        if !self.may_bundle(scene, notice) {
            return self.write(change, scene, notice).map(|()| None);
        }
        if let Some(put_off) = self.put_off(scene, notice)? {
            change.put_off.push(Waits::From(put_off));
            return Ok(Some("put-off"));
        }
        let waits = self.store.put_off(ticket, reader)?;
        if waits.is_empty() {
            return self.write(change, scene, notice).map(|()| None);
        }
        change.put_off.push(Waits::Over(ticket, reader.clone()));
        let waited = events_of(scene.before, &waits);
        if waited.iter().any(is_note) && !notice.kind.is_internal() {
            // An answer to what agents said among themselves stays there, an answer to this may not.
            self.write_bundle(change, scene.ticket, (reader, scene.before, &waited))?;
            return self.write(change, scene, notice).map(|()| None);
        }
        self.write_with(change, scene, notice, waited).map(|()| None)
    }

    /// Nothing waits for a reader before their first mail, and what their place on the ticket does not explain is told at once.
    fn may_bundle(&self, scene: &Scene<'_>, notice: &Notice) -> bool {
        let groups = self.site.policy.group_minutes > 0 && !scene.before.is_empty();
        groups && notice.kind.tells_events() && self.hears(scene.ticket, &notice.to).is_some()
    }

    /// Until when, if news waits.
    fn put_off(&self, scene: &Scene<'_>, notice: &Notice) -> Result<Option<PutOff>, Backend> {
        let (Some(first), Some(last), Extra::None, true) = (scene.done.first(), scene.done.last(), &notice.extra, notice.kind.is_news())
        else {
            return Ok(None);
        };
        let told = self.store.last_of(scene.ticket.id, &notice.to, MailKind::SPOKEN.map(MailKind::word))?;
        let Some(told) = told.filter(|told| !has_acted(scene.before, &notice.to, *told)) else { return Ok(None) };
        let due_at = told + SignedDuration::from_mins(i64::from(self.site.policy.group_minutes));
        let put_off = PutOff { ticket: scene.ticket.id, person: notice.to.clone(), events: (first.seq, last.seq), due_at };
        Ok((scene.now < due_at.as_second()).then_some(put_off))
    }

    /// Writes the news that a decision puts off: a preview shows it as it will be told.
    pub(super) fn show_put_off(&mut self, change: &mut Change, outcome: &Outcome) -> Result<(), Fault> {
        let Some(ticket) = &outcome.ticket else { return Ok(()) };
        for waits in std::mem::take(&mut change.put_off) {
            if let Waits::From(PutOff { ticket: id, person, .. }) = waits
                && id == ticket.id
            {
                let before = self.store.events(id)?;
                self.write_bundle(change, ticket, (&person, &before, &outcome.done))?;
            }
        }
        Ok(())
    }

    /// Writes what has waited long enough. Answers how many mails.
    pub(super) fn bundles(&mut self, now: Timestamp) -> Result<usize, Backend> {
        let mut written = 0;
        for (ticket, person) in self.store.put_off_until(now, BUNDLES_MAX)? {
            written += usize::from(self.tell_bundle(ticket, &person, now)?);
        }
        Ok(written)
    }

    fn tell_bundle(&mut self, id: TicketId, person: &Address, now: Timestamp) -> Result<bool, Backend> {
        let waits = self.store.put_off(id, person)?;
        let first = waits.first().map_or(0, |waits| waits.events.0);
        let mut change = Change::new(Cause::Named(format!("bundle/{id}/{person}/{first}")), now);
        change.put_off.push(Waits::Over(id, person.clone()));
        if let Some(ticket) = self.store.ticket(id)? {
            let events = self.store.events(id)?;
            let before = events.iter().take_while(|event| event.seq < first).count();
            self.write_bundle(&mut change, &ticket, (person, &events[..before], &events_of(&events, &waits)))?;
        }
        self.passed(&change)
    }

    /// One mail of what waited. Who has left meanwhile, or wants to hear nothing, hears nothing more.
    fn write_bundle(&mut self, change: &mut Change, ticket: &Ticket, waited: (&Address, &[Event], &[Event])) -> Result<(), Fault> {
        let (person, before, done) = waited;
        let Some(because) = self.hears(ticket, person) else { return Ok(()) };
        let inside = matches!(because, Because::Assignee | Because::Monitoring);
        let kind = if inside && done.iter().any(is_note) { MailKind::Note } else { MailKind::Update };
        let notice = Notice { to: person.clone(), kind, because, extra: Extra::None };
        if self.kept_back(&notice, change)?.is_some() {
            return Ok(());
        }
        let (site, organisation) = (self.site.clone(), self.organisation.clone());
        let scene = Scene { site: &site, organisation: &organisation, ticket, before, done, now: change.at.as_second() };
        self.write(change, &scene, &notice)
    }

    /// Why somebody hears of a ticket as it is now.
    fn hears(&self, ticket: &Ticket, person: &Address) -> Option<Because> {
        let in_charge = || ticket.assignee.as_ref() == Some(person) && self.organisation.agent(person).is_some();
        match () {
            () if ticket.attention(person) == Attention::Muted => None,
            () if ticket.requester == *person => Some(Because::Requester),
            () if ticket.beneficiary.as_ref() == Some(person) => Some(Because::Beneficiary),
            () if in_charge() => Some(Because::Assignee),
            () if self.organisation.membership(person, &ticket.service).is_some() => Some(Because::Monitoring),
            () => ticket.guest(person).map(|_| Because::Guest),
        }
    }
}

/// Did they act on the ticket since they were told?
fn has_acted(before: &[Event], person: &Address, told: Timestamp) -> bool {
    before.iter().rev().take_while(|event| event.at >= told).any(|event| event.actor.person.as_ref() == Some(person))
}

fn events_of(events: &[Event], waits: &[PutOff]) -> Vec<Event> {
    let waited = |event: &&Event| waits.iter().any(|PutOff { events: (first, last), .. }| (first..=last).contains(&&event.seq));
    events.iter().filter(waited).cloned().collect()
}

fn is_note(event: &Event) -> bool {
    matches!(event.what, What::Noted)
}
