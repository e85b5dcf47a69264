//! A ticket is the fold of its events: nothing about it is known that no event says.

use jiff::Timestamp;

use super::details::{Attention, Property};
use super::event::Event;
use super::ticket::{End, Guest, Status, Ticket};
use super::what::What;
use crate::address::Address;

/// The ticket that some events make; `None` unless they begin with an opening.
pub fn fold(events: &[Event]) -> Option<Ticket> {
    let (first, rest) = events.split_first()?;
    let mut ticket = begun(first)?;
    for event in rest {
        ticket.apply(event);
    }
    Some(ticket)
}

/// The ticket that an opening makes.
pub(super) fn begun(event: &Event) -> Option<Ticket> {
    let What::Opened { title, service, category, requester, beneficiary, guests, language, urgency, root_message_id, told, .. } =
        &event.what
    else {
        return None;
    };
    Some(Ticket {
        id: event.ticket,
        version: event.seq,
        title: title.clone(),
        service: service.clone(),
        category: category.clone(),
        requester: requester.clone(),
        beneficiary: beneficiary.clone(),
        guests: guests.iter().map(|address| Guest { address: address.clone(), since: event.seq }).collect(),
        status: Status::Free,
        assignee: None,
        taken_at: None,
        urgency: *urgency,
        language: language.clone(),
        opened_at: event.at,
        updated_at: event.at,
        first_response_at: None,
        reopened: 0,
        reopenings: vec![],
        requests: 0,
        rating: None,
        root_message_id: root_message_id.clone(),
        details: told.as_deref().cloned().unwrap_or_default(),
    })
}

impl Ticket {
    /// Becomes what the event says.
    pub(super) fn apply(&mut self, event: &Event) {
        self.version = event.seq;
        self.count_silence(event);
        self.updated_at = event.at;
        let actor = event.actor.person.as_ref();
        if self.first_response_at.is_none() && is_response(&event.what) && !event.actor.as_participant {
            self.first_response_at = Some(event.at);
        }
        match &event.what {
            What::Joined { guests } => self.welcome(guests, event.seq),
            What::Left { guest } => self.guests.retain(|other| other.address != *guest),
            What::Taken { .. } => self.hand_to(actor.cloned(), event.at),
            What::Assigned { to, .. } => self.hand_to(Some(to.clone()), event.at),
            What::Released { .. } => {
                self.hand_to(None, event.at);
                self.status = Status::Free;
            }
            What::InformationRequested { request } => {
                self.requests = *request;
                self.status = Status::WaitingForInformation { request: *request, asked_by: who(actor, &self.requester), since: event.at };
            }
            What::Answered { keeps, .. } | What::ClosureRefused { keeps, .. } => self.come_back(*keeps),
            What::ClosureProposed { request, .. } => {
                self.requests = *request;
                self.status = Status::AwaitingApproval { request: *request, proposed_by: who(actor, &self.requester), since: event.at };
            }
            What::ClosureApproved { .. } | What::Solved { .. } | What::Ended { .. } => {
                self.status = Status::Closed { end: End::Approved, at: event.at }
            }
            What::Cancelled => self.status = Status::Closed { end: End::Cancelled, at: event.at },
            What::Merged { into } => self.status = Status::Closed { end: End::Merged(*into), at: event.at },
            What::Rated(rating) => self.rating = Some(rating.clone()),
            What::Reopened { keeps, .. } => self.reopen(*keeps, event.at),
            What::Rerooted { requester, title, root_message_id, guests } => {
                self.title = title.clone();
                self.root_message_id = root_message_id.clone();
                self.reroot(requester, guests, event.seq);
            }
            What::Absorbed { guests, .. } => self.welcome(guests, event.seq),
            What::Undone { back, .. } => self.go_back(back),
            What::Opened { .. } | What::Replied { .. } | What::Unverified | What::Noted | What::Filed | What::JoinRequested { .. } => {}
            what => self.apply_upkeep(what, event),
        }
        self.keep_time(event.at);
    }

    /// What machines bring, and what time does, is no word from anybody: the silence goes on.
    fn count_silence(&mut self, event: &Event) {
        match &event.what {
            What::Reminded | What::Alerted { .. } | What::Away { .. } | What::Filed | What::Unverified | What::ChildSpoke { .. } => {
                self.details.still_since.get_or_insert(self.updated_at);
            }
            _ => (self.details.still_since, self.details.reminders) = (None, 0),
        }
    }

    /// What agents do besides handling: the rest of the events.
    fn apply_upkeep(&mut self, what: &What, event: &Event) {
        match what {
            What::Refused { .. } => self.status = Status::Closed { end: End::Refused, at: event.at },
            What::Postponed { until } => self.status = Status::Postponed { until: *until },
            What::Recalled { keeps } => self.come_back(*keeps),
            What::Reminded => self.details.reminders = self.details.reminders.saturating_add(1),
            What::Spent { minutes } => self.details.minutes = self.details.minutes.saturating_add(*minutes),
            What::Alerted { promise, stage } => self.details.alerted.push((*promise, *stage)),
            What::Away { until } => self.details.away_until = Some(*until),
            What::Expired => self.status = Status::Closed { end: End::Expired, at: event.at },
            What::Transferred { service, category, from, guests, .. } => {
                if from.0 != *service {
                    self.details.came_from = Some(from.clone());
                    self.details.moves = self.details.moves.saturating_add(1);
                }
                self.service = service.clone();
                self.category = category.clone();
                self.assignee = None;
                self.taken_at = None;
                self.status = Status::Free;
                self.welcome(guests, event.seq);
            }
            What::Changed { after, .. } => self.set(after),
            What::Linked { to } | What::Split { into: to, .. } => self.details.linked.push(*to),
            What::ParentChanged { after, .. } => self.details.parent = *after,
            What::OutageChanged { after, .. } => self.details.outage = after.clone(),
            What::ChildChanged { child, joins: true } => self.details.children.push(*child),
            What::ChildChanged { child, joins: false } => self.details.children.retain(|known| known != child),
            What::Spammed => {
                self.details.spam = true;
                self.status = Status::Closed { end: End::Cancelled, at: event.at };
            }
            What::Attended { who, after, .. } => self.attend(who, *after),
            // The others change nothing, or are applied above.
            _ => {}
        }
    }

    /// In progress with an assignee, free without: no other pair exists for an open ticket that waits for nobody.
    fn open_status(&self) -> Status {
        if self.assignee.is_some() { Status::InProgress } else { Status::Free }
    }

    fn hand_to(&mut self, who: Option<Address>, at: Timestamp) {
        self.taken_at = who.as_ref().map(|_| at);
        self.assignee = who;
        if matches!(self.status, Status::Free | Status::InProgress | Status::Postponed { .. }) {
            self.status = self.open_status();
        }
    }

    fn welcome(&mut self, people: &[Address], since: u64) {
        for address in people {
            if !self.is_participant(address) {
                self.guests.push(Guest { address: address.clone(), since });
            }
        }
    }

    /// To its assignee, or to the pool.
    fn come_back(&mut self, keeps: bool) {
        if !keeps {
            self.assignee = None;
            self.taken_at = None;
        }
        self.status = self.open_status();
    }

    fn reopen(&mut self, keeps: bool, at: Timestamp) {
        self.come_back(keeps);
        self.reopened += 1;
        self.reopenings.push(at);
        self.rating = None;
    }

    /// As it was before an act. Numbers that links are bound to are never given twice.
    fn go_back(&mut self, back: &Ticket) {
        let (version, updated_at, requests) = (self.version, self.updated_at, self.requests);
        *self = Ticket { version, updated_at, requests, ..back.clone() };
    }

    fn set(&mut self, property: &Property) {
        match property.clone() {
            Property::Title(title) => self.title = title,
            Property::Urgency(urgency) => {
                self.urgency = urgency;
                self.details.found.retain(|word| word != "urgency");
            }
            Property::Category(category) => self.category = category,
            Property::Beneficiary(beneficiary) => {
                self.guests.retain(|guest| Some(&guest.address) != beneficiary.as_ref());
                self.beneficiary = beneficiary;
            }
            Property::Requester(who) => {
                self.guests.retain(|guest| guest.address != who);
                self.beneficiary = self.beneficiary.take().filter(|other| *other != who);
                self.requester = who;
            }
            stated => self.details.state(stated),
        }
    }

    fn attend(&mut self, who: &Address, attention: Attention) {
        self.details.attention.retain(|(other, _)| other != who);
        if attention != Attention::Usual {
            self.details.attention.push((who.clone(), attention));
        }
    }

    /// The first author becomes the requester; who was it until now follows.
    fn reroot(&mut self, requester: &Address, guests: &[Address], since: u64) {
        let before = std::mem::replace(&mut self.requester, requester.clone());
        self.guests.retain(|guest| guest.address != *requester);
        self.welcome(&[before], 1);
        self.welcome(guests, since);
    }
}

fn is_response(what: &What) -> bool {
    matches!(
        what,
        What::Taken { .. } | What::Replied { .. } | What::InformationRequested { .. } | What::ClosureProposed { .. } | What::Refused { .. }
    )
}

fn who(actor: Option<&Address>, otherwise: &Address) -> Address {
    actor.unwrap_or(otherwise).clone()
}
