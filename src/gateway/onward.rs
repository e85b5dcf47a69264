//! Links that go on after commands: an act taken back, a text that waited said after all. They are an agent's own, and are
//! decided as what they write by mail is.

use super::Gateway;
use super::case::attached;
use super::effects::{Decided, Fault};
use super::pairs::{Decision, with_people};
use super::press::{Button, Press, Pressed};
use super::wishes::may_command;
use crate::desk::{Action, Actor, Door, Outcome, Purpose, Refused, Role, Source, Ticket, Why, Words};
use crate::mail;
use crate::proof::Level;
use crate::routing::understand::{Asked, Moment, Understood, understand};
use crate::store::{Backend, Cause, Change, CommitFault, Disposition, Handled, Link, Store};

impl<S: Store> Gateway<S> {
    /// Presses the button of such a link.
    pub(super) fn press_on(&mut self, link: &Link, press: &Press) -> Result<Pressed, Backend> {
        // Where the act was done, even if that ticket goes on in another.
        let Some(ticket) = self.store.ticket(link.ticket)? else { return Ok(Pressed::NotFound) };
        let agent = self.organisation.agent(&link.person).is_some();
        let owner = link.purpose == Purpose::Undo && ticket.is_participant(&link.person) && !self.organisation.is_disabled(&link.person);
        let over = link.ended_at.is_some() || link.expires_at <= self.clock.now();
        let why = match () {
            () if press.button != Button::Confirm || !(agent || owner) => Some(Why::NotAllowed),
            () if over => Some(Why::NoLongerOpen { request: link.request }),
            () => None,
        };
        if let Some(why) = why {
            return Ok(refused(&ticket, vec![Refused { action: link.purpose.word().to_owned(), why }]));
        }
        let actor = self.actor_of(link, &ticket)?;
        let (understood, kept) = match link.purpose {
            Purpose::Undo => (self.taking_back(link, &ticket, &actor)?, None),
            _ => self.waiting_text(link, &ticket)?,
        };
        if !understood.refused.is_empty() {
            return Ok(refused(&ticket, understood.refused));
        }
        Ok(self.pressed_on(link, press, (&ticket, &actor), (understood, kept))?)
    }

    fn actor_of(&self, link: &Link, ticket: &Ticket) -> Result<Actor, Backend> {
        let name = self.organisation.agent(&link.person).map(|agent| agent.name.clone());
        let as_participant = self.organisation.membership(&link.person, &ticket.service).is_none() && ticket.is_participant(&link.person);
        Ok(Actor { as_participant, ..Actor::person(link.person.clone(), name, Door::Link, Level::Proven) })
    }

    /// That very act, while it is the last: a later one is not what the link was mailed for.
    fn taking_back(&mut self, link: &Link, ticket: &Ticket, actor: &Actor) -> Result<Understood, Fault> {
        let why = match self.undoable(ticket, actor)? {
            Ok(undo) if undo.first <= link.request => {
                return Ok(Understood { actions: vec![Action::Undo(Some(Box::new(undo)))], ..Understood::default() });
            }
            Ok(_) => Why::NothingToUndo,
            Err(why) => why,
        };
        Ok(Understood { refused: vec![Refused { action: "undo".into(), why }], ..Understood::default() })
    }

    /// What the link offers, read as a mail is; with the files of the mail that waits.
    fn waiting_text(&self, link: &Link, ticket: &Ticket) -> Result<(Understood, Option<Handled>), Backend> {
        let text = self.store.offer(&link.hash)?.unwrap_or_default();
        let waits = self.store.instance(link.request)?;
        let raw = self.store.raw(link.request)?;
        let source = waits.as_ref().zip(raw).map(|(row, raw)| Source {
            instance: row.id,
            message_id: row.handled.as_ref().and_then(|handled| handled.message_id.clone()),
            attachments: attached(&mail::read(&raw, &self.site.limits)),
        });
        let words = Words { text: text.clone(), source, reached: vec![] };
        let role = crate::desk::privileges::role(ticket, &self.actor_of(link, ticket)?, &self.organisation);
        let organisation = self.answering(ticket, &link.person, role == Role::Agent && may_command(&text))?;
        let asked = Asked {
            words,
            shown: text,
            role,
            level: Level::Proven,
            author: link.person.clone(),
            ticket,
            organisation: &organisation,
            internal: false,
            automatic: false,
            at: Moment { now: self.clock.now(), zone: &self.site.zone },
            doubt: None,
        };
        let handled = waits.and_then(|row| row.handled);
        Ok((understand(&asked), handled.map(|handled| Handled { disposition: Disposition::Attached, reason: "draft".into(), ..handled })))
    }

    fn pressed_on(
        &mut self,
        link: &Link,
        press: &Press,
        (ticket, actor): (&Ticket, &Actor),
        (understood, kept): (Understood, Option<Handled>),
    ) -> Result<Pressed, Fault> {
        let now = self.clock.now();
        let with_people = with_people(&understood.actions);
        let outcome = self.decided(ticket, understood.actions, actor, now)?;
        if outcome.done.is_empty() || !outcome.all_done() {
            return Ok(refused(ticket, outcome.refused));
        }
        let mut change = Change::new(Cause::Named(format!("form/{}", press.nonce)), now);
        change.used.push(link.hash);
        // The other ways on were for the same text.
        let others = self.store.links(ticket.id)?.into_iter().filter(|other| other.purpose == Purpose::Draft);
        let others = others.filter(|other| link.request > 0 && other.request == link.request && other.hash != link.hash);
        change.revoked.extend(others.map(|other| other.hash));
        change.released.extend(kept.filter(|_| link.request > 0).map(|handled| (link.request, handled)));
        self.add(&mut change, Decided { before: Some(ticket), outcome: &outcome, extra: vec![], silent: false, unanswered: None })?;
        self.follow(&mut change, &Decision { before: ticket, outcome: &outcome, actor, with_people })?;
        self.committed(&change, ticket, outcome)
    }

    fn committed(&mut self, change: &Change, ticket: &Ticket, outcome: Outcome) -> Result<Pressed, Fault> {
        let done = outcome.done.iter().map(|event| event.what.word().to_owned()).collect();
        match self.store.commit(change) {
            Ok(()) => Ok(Pressed::Done { ticket: Box::new(outcome.ticket.unwrap_or_else(|| ticket.clone())), done, rate: None }),
            Err(CommitFault::AlreadyDone) => Ok(Pressed::AlreadyDone { ticket: Box::new(ticket.clone()) }),
            Err(CommitFault::Backend(fault)) => Err(fault.into()),
            Err(fault) => Err(Backend(fault.to_string()).into()),
        }
    }
}

fn refused(ticket: &Ticket, refused: Vec<Refused>) -> Pressed {
    Pressed::Refused { ticket: Box::new(ticket.clone()), refused }
}
