//! What agents put in order: properties, tickets that belong together, what is no request, and acts taken back.

use jiff::SignedDuration;

use super::super::action::{Action, Undo};
use super::super::details::{Attention, Property};
use super::super::event::{Visibility, Words};
use super::super::privileges::Role;
use super::super::ticket::{Ticket, TicketId};
use super::super::what::What;
use super::super::why::Why;
use super::{Desk, must_be_open};
use crate::address::Address;

/// Characters of a title, a phone number, a device.
const LINE_MAX: usize = 200;

impl Desk<'_> {
    /// Whoever asked may say where it belongs, once: later that is for agents.
    pub(super) fn sort_own(&mut self, ticket: &Ticket, category: String) -> Result<(), Why> {
        must_be_open(ticket)?;
        match self.rules.organisation.category(&ticket.service, &category) {
            Some(_) if ticket.category.is_empty() => {
                let before = Property::Category(String::new());
                self.categorise(ticket, before, category)
            }
            _ => Err(Why::NothingToDo),
        }
    }

    pub(super) fn sort(&mut self, ticket: &Ticket, role: Role, action: Action) -> Result<(), Why> {
        match action {
            Action::Set(property) => self.set(ticket, property),
            Action::Merge { into, whose, confirmed, .. } => self.merge(ticket, into, whose.filter(|_| !confirmed)),
            Action::Addition { to } => self.merge(ticket, to, None),
            Action::Link { to } => self.link(ticket, to),
            Action::Split { seq, into } => self.split(ticket, seq, into),
            Action::Spam => self.spam(ticket),
            Action::Attend(attention) => self.attend(ticket, role, attention),
            Action::Undo(undo) => self.undo(ticket, undo),
            _ => Err(Why::NothingToDo),
        }
    }

    fn set(&mut self, ticket: &Ticket, property: Property) -> Result<(), Why> {
        must_be_open(ticket)?;
        let after = self.valid(ticket, property)?;
        let before = ticket.property(&after);
        let confirms = ticket.details.found.iter().any(|word| word == after.word());
        match &after {
            _ if before == after && !confirms => Err(Why::NothingToDo),
            Property::Requester(_) => self.pass_on(ticket, before, after),
            Property::Category(key) => self.categorise(ticket, before, key.clone()),
            _ => self.happen(What::Changed { before, after }),
        }
    }

    /// Whoever follows all tickets of a category joins those that become its.
    fn categorise(&mut self, ticket: &Ticket, before: Property, key: String) -> Result<(), Why> {
        let permanent = self.rules.organisation.category(&ticket.service, &key).map_or(&[][..], |category| &category.permanent_guests);
        let guests: Vec<Address> = permanent.iter().filter(|guest| !ticket.is_participant(guest)).cloned().collect();
        self.happen(What::Changed { before, after: Property::Category(key) })?;
        if guests.is_empty() { Ok(()) } else { self.happen(What::Joined { guests }) }
    }

    /// Somebody passed the request on for its author: agents alone may, and whoever held it until now goes on following.
    fn pass_on(&mut self, ticket: &Ticket, before: Property, after: Property) -> Result<(), Why> {
        let member = |who: &Address| self.rules.organisation.membership(who, &ticket.service).is_some();
        if !self.actor.person.as_ref().is_some_and(member) {
            return Err(Why::NotAllowed);
        }
        let who = ticket.requester.clone();
        let stays = match member(&who) {
            true => What::Attended { before: ticket.attention(&who), after: Attention::Following, who },
            false => What::Joined { guests: vec![who] },
        };
        self.happen(What::Changed { before, after })?;
        match stays {
            What::Attended { .. } => self.say(stays, Words::default(), Visibility::Agents),
            stays => self.happen(stays),
        }
    }

    /// The property as it is kept: on one line, and naming what there is.
    fn valid(&self, ticket: &Ticket, property: Property) -> Result<Property, Why> {
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LINE_MAX).collect::<String>();
        Ok(match property {
            Property::Title(title) if title.trim().is_empty() => return Err(Why::TextMissing),
            Property::Title(title) => Property::Title(line(&title)),
            Property::Phone(phone) => Property::Phone(line(&phone)),
            Property::Equipment(equipment) => Property::Equipment(line(&equipment)),
            Property::Category(key) => {
                let service = self.rules.organisation.service(&ticket.service);
                let known = |service: &&super::super::Service| key.is_empty() || service.categories.iter().any(|other| other.key == key);
                match service.filter(known) {
                    Some(_) => Property::Category(key),
                    None => return Err(Why::NoSuchPlace { text: key, known: vec![] }),
                }
            }
            // Who asks for themselves has no beneficiary.
            Property::Beneficiary(who) => Property::Beneficiary(who.filter(|who| *who != ticket.requester)),
            named @ (Property::Urgency(_) | Property::Impact(_) | Property::Kind(_) | Property::Requester(_)) => named,
            Property::Field { key, value } => {
                let wanted = self.rules.organisation.fields(&ticket.service, &ticket.category);
                match wanted.iter().find(|wanted| wanted.key == key) {
                    Some(wanted) => wanted.property(line(&value)),
                    None => {
                        let known = wanted.iter().map(|wanted| wanted.name.clone()).collect();
                        return Err(Why::NoSuchField { text: key, known });
                    }
                }
            }
        })
    }

    /// `other` is whose the other ticket is, unless the agent has said that they know.
    fn merge(&mut self, ticket: &Ticket, into: TicketId, other: Option<Address>) -> Result<(), Why> {
        must_be_open(ticket)?;
        match other.filter(|whose| *whose != ticket.requester) {
            _ if into == ticket.id => Err(Why::NothingToDo),
            _ if !ticket.details.children.is_empty() => Err(Why::Nested { ticket: ticket.id }),
            Some(whose) => Err(Why::OtherRequester { ticket: into, whose }),
            None => self.happen(What::Merged { into }),
        }
    }

    fn link(&mut self, ticket: &Ticket, to: TicketId) -> Result<(), Why> {
        if to == ticket.id || ticket.details.linked.contains(&to) { Err(Why::NothingToDo) } else { self.happen(What::Linked { to }) }
    }

    /// The words are named by then: whoever opens the new ticket has found them.
    fn split(&mut self, ticket: &Ticket, seq: Option<u64>, into: TicketId) -> Result<(), Why> {
        match seq.filter(|seq| (1..=ticket.version).contains(seq)) {
            Some(seq) => self.say(What::Split { into, seq }, Words::default(), Visibility::Agents),
            None => Err(Why::TextMissing),
        }
    }

    /// Nobody is told: whoever sent it learns nothing, not even that somebody reads there.
    fn spam(&mut self, ticket: &Ticket) -> Result<(), Why> {
        match ticket.details.spam {
            false => self.say(What::Spammed, Words::default(), Visibility::Agents),
            true => Err(Why::NothingToDo),
        }
    }

    /// Following all of a ticket is for agents; a participant follows it already.
    fn attend(&mut self, ticket: &Ticket, role: Role, after: Attention) -> Result<(), Why> {
        let Some(who) = self.actor.person.clone() else { return Err(Why::NotAllowed) };
        let before = ticket.attention(&who);
        let after = if after == Attention::Following && role != Role::Agent { Attention::Usual } else { after };
        match before == after {
            true => Err(Why::NothingToDo),
            false => self.say(What::Attended { who, before, after }, Words::default(), Visibility::Agents),
        }
    }

    /// One's own last act, while it is the last.
    fn undo(&mut self, ticket: &Ticket, undo: Option<Box<Undo>>) -> Result<(), Why> {
        let Some(undo) = undo else { return Err(Why::NothingToUndo) };
        let Undo { first, acts, by, back } = *undo;
        let span = SignedDuration::from_hours(i64::from(self.rules.policy.undo_hours));
        let timely = self.now.duration_since(ticket.updated_at) <= span;
        match self.actor.person == Some(by) && timely && back.id == ticket.id && back.version + 1 == first {
            true => self.happen(What::Undone { first, acts, back: Box::new(back) }),
            false => Err(Why::NothingToUndo),
        }
    }
}
