//! The mail with its links once more: for whoever lost it, and for whoever answered a proposal with words that decide nothing.

use super::effects::Fault;
use super::{Gateway, facts};
use crate::address::Address;
use crate::desk::{Actor, Outcome, Status, Ticket, TicketId, What};
use crate::notifications::{Because, Extra, MailKind, Notice, Scene};
use crate::store::{Backend, Cause, Change, CommitFault, Store};

impl<S: Store> Gateway<S> {
    /// Free words never decide a closure: whoever may decide gets the links again, once for each proposal (CASEBOOK D15).
    pub(super) fn links_again(&mut self, change: &mut Change, outcome: &Outcome, actor: &Actor) -> Result<(), Fault> {
        let (Some(ticket), Some(person)) = (&outcome.ticket, &actor.person) else { return Ok(()) };
        let Status::AwaitingApproval { since, .. } = ticket.status else { return Ok(()) };
        let replied = outcome.done.iter().any(|event| matches!(event.what, What::Replied { .. }));
        if !replied || !ticket.is_owner(person) || change.letters.iter().any(|letter| letter.person == *person) {
            return Ok(());
        }
        let letters = self.store.letters(Some(ticket.id), usize::MAX)?;
        let asked = |kind: &str| kind == MailKind::ClosureApproval.word();
        let times = letters.iter().filter(|letter| asked(&letter.kind) && letter.person == *person && letter.queued_at >= since).count();
        if times > 1 { Ok(()) } else { self.mail_again(change, ticket, person) }
    }

    /// Mails the whole ticket to somebody who may see it, as far as they may; to nobody else.
    pub fn mail_history(&mut self, ticket: TicketId, person: &Address, nonce: &str) -> Result<(), Backend> {
        let Some(ticket) = self.seen_by(person, ticket)? else { return Ok(()) };
        let mut change = Change::new(Cause::Named(format!("form/{nonce}")), self.clock.now());
        self.history(&mut change, &ticket, person)?;
        match self.store.commit(&change) {
            Ok(()) | Err(CommitFault::AlreadyDone) => Ok(()),
            Err(fault) => Err(Backend(fault.to_string())),
        }
    }

    /// A ticket, merges followed, for those who take part and the agents of its service alone.
    pub(super) fn seen_by(&self, who: &Address, ticket: TicketId) -> Result<Option<Ticket>, Backend> {
        let theirs = |ticket: &Ticket| ticket.is_participant(who) || self.organisation.membership(who, &ticket.service).is_some();
        Ok(facts::head(&self.store, ticket)?.filter(theirs))
    }

    /// Everything of a ticket that somebody may see, in one mail.
    pub(super) fn history(&mut self, change: &mut Change, ticket: &Ticket, person: &Address) -> Result<(), Fault> {
        let events = self.store.events(ticket.id)?;
        let (site, organisation) = (self.site.clone(), self.organisation.clone());
        let now = change.at.as_second();
        let scene = Scene { site: &site, organisation: &organisation, ticket, before: &events, done: &[], now };
        let notice = Notice { to: person.clone(), kind: MailKind::History, because: Because::Author, extra: Extra::None };
        match self.kept_back(&notice, change)? {
            None => self.write(change, &scene, &notice),
            Some(_) => Ok(()),
        }
    }

    /// Mails somebody what waits for them on a ticket, with fresh links: the proposal, the question, or the way to its page.
    pub(super) fn mail_again(&mut self, change: &mut Change, ticket: &Ticket, person: &Address) -> Result<(), Fault> {
        let events = self.store.events(ticket.id)?;
        let owner = ticket.is_owner(person);
        let waits = |what: &What| match ticket.status {
            Status::AwaitingApproval { request: open, .. } => matches!(what, What::ClosureProposed { request, .. } if *request == open),
            Status::WaitingForInformation { request: open, .. } => {
                matches!(what, What::InformationRequested { request } if *request == open)
            }
            _ => false,
        };
        let at = events.iter().position(|event| owner && waits(&event.what));
        let kind = match (&ticket.status, at) {
            (Status::AwaitingApproval { .. }, Some(_)) => MailKind::ClosureApproval,
            (_, Some(_)) => MailKind::Question,
            (_, None) => MailKind::FreshLink,
        };
        let (before, done) = match at {
            Some(at) => (&events[..at], &events[at..=at]),
            None => (&events[..], &events[..0]),
        };
        let (site, organisation) = (self.site.clone(), self.organisation.clone());
        let scene = Scene { site: &site, organisation: &organisation, ticket, before, done, now: change.at.as_second() };
        let because = if owner { Because::Requester } else { Because::Author };
        let notice = Notice { to: person.clone(), kind, because, extra: Extra::None };
        match self.kept_back(&notice, change)? {
            None => self.write(change, &scene, &notice),
            Some(_) => Ok(()),
        }
    }
}
