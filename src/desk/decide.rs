//! The one place where tickets change.
//!
//! Each action is decided on the ticket as the one before it left it; a refused one changes nothing and does not stop the
//! others. Who needs all or nothing looks at [`Outcome::all_done`] before committing.

use jiff::{SignedDuration, Timestamp};

use super::action::{Action, Opening, Refused, Why};
use super::event::{Actor, Event, Visibility, What, Words};
use super::fold::begun;
use super::organisation::{Organisation, Policy};
use super::privileges::{Role, forbidden, role};
use super::ticket::{End, Rating, Status, Ticket, TicketId};
use crate::address::Address;
use crate::proof::Level;

/// What came of some actions: the ticket as it becomes, what happened, what did not.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The ticket afterwards; `None` when there was none and none was opened.
    pub ticket: Option<Ticket>,
    /// What happened, in order.
    pub done: Vec<Event>,
    /// What did not, and why.
    pub refused: Vec<Refused>,
}

impl Outcome {
    /// Nothing was refused.
    pub fn all_done(&self) -> bool {
        self.refused.is_empty()
    }
}

/// The rules that a decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Services and agents.
    pub organisation: &'a Organisation,
    /// The site's choices.
    pub policy: &'a Policy,
}

/// Decides on actions of one actor about one ticket, in order.
pub fn decide_all(ticket: Option<&Ticket>, actions: Vec<Action>, actor: &Actor, rules: Rules<'_>, now: Timestamp) -> Outcome {
    let mut desk = Desk { ticket: ticket.cloned(), done: vec![], actor, rules, now };
    let mut refused = Vec::new();
    for action in actions {
        let word = action.word();
        if let Err(why) = desk.decide(action) {
            refused.push(Refused { action: word.to_owned(), why });
        }
    }
    Outcome { ticket: desk.ticket, done: desk.done, refused }
}

struct Desk<'a> {
    ticket: Option<Ticket>,
    done: Vec<Event>,
    actor: &'a Actor,
    rules: Rules<'a>,
    now: Timestamp,
}

impl Desk<'_> {
    fn decide(&mut self, action: Action) -> Result<(), Why> {
        let Some(ticket) = self.ticket.clone() else {
            return match action {
                Action::Open(opening) => self.open(*opening),
                _ => Err(Why::NothingToDo),
            };
        };
        let role = role(&ticket, self.actor, self.rules.organisation);
        if let Some(why) = forbidden(&action, role, &ticket, (self.actor, self.rules.organisation)) {
            return Err(why);
        }
        match action {
            Action::Open(_) => Err(Why::NothingToDo),
            Action::Reply(words) => self.reply(&ticket, role, words),
            Action::Note(words) => self.say(What::Noted, words, Visibility::Agents),
            Action::File(words) => self.say(What::Filed, words, Visibility::Agents),
            Action::RequestJoin(words) => self.request_join(words),
            Action::Answer(words) => self.answer(&ticket, words),
            Action::Take | Action::Assign(_) | Action::Release | Action::Ask(_) | Action::ProposeClosure(_) => self.handle(&ticket, action),
            Action::Approve(request) => self.approve(&ticket, request),
            Action::RefuseClosure(request, words) => self.refuse_closure(&ticket, request, words),
            Action::Rate(rating) => self.rate(&ticket, rating),
            Action::Reopen(words) => self.reopen(&ticket, role, words),
            Action::Cancel => self.while_open(&ticket, What::Cancelled),
            Action::Invite(people) => self.invite(&ticket, &people),
            Action::Leave(who) => self.leave(&ticket, role, who),
            Action::Reroot { title, words, guests } => self.reroot(title, words, guests),
            Action::Merge { into } => self.while_open(&ticket, What::Merged { into }),
            Action::Absorb { from, guests, said } => self.absorb(from, guests, said),
        }
    }

    fn open(&mut self, opening: Opening) -> Result<(), Why> {
        let Opening { id, title, service, category, requester, beneficiary, guests, language, urgency, words, related } = opening;
        let permanent = self.rules.organisation.service(&service).map(|service| service.permanent_guests.clone()).unwrap_or_default();
        let mut everybody: Vec<Address> = Vec::new();
        for guest in guests.into_iter().chain(permanent) {
            if guest != requester && beneficiary.as_ref() != Some(&guest) && !everybody.contains(&guest) {
                everybody.push(guest);
            }
        }
        let root_message_id = words.source.as_ref().and_then(|source| source.message_id.clone());
        let reached = words.reached.clone();
        let what = What::Opened {
            title,
            service,
            category,
            requester,
            beneficiary,
            guests: everybody,
            language,
            urgency,
            reached,
            related,
            root_message_id,
        };
        let event = self.event(id, 1, what, words, Visibility::Public);
        self.ticket = begun(&event);
        self.done.push(event);
        Ok(())
    }

    fn event(&self, ticket: TicketId, seq: u64, what: What, words: Words, visibility: Visibility) -> Event {
        let text = Some(words.text.trim().to_owned()).filter(|text| !text.is_empty());
        Event { ticket, seq, at: self.now, actor: self.actor.clone(), what, text, visibility, source: words.source }
    }

    /// Something happened: it is an event, and the ticket becomes what it says.
    fn say(&mut self, what: What, words: Words, visibility: Visibility) -> Result<(), Why> {
        let Some(ticket) = &self.ticket else { return Err(Why::NothingToDo) };
        let event = self.event(ticket.id, ticket.version + 1, what, words, visibility);
        if let Some(ticket) = self.ticket.as_mut() {
            ticket.apply(&event);
        }
        self.done.push(event);
        Ok(())
    }

    fn happen(&mut self, what: What) -> Result<(), Why> {
        self.say(what, Words::default(), Visibility::Public)
    }

    fn while_open(&mut self, ticket: &Ticket, what: What) -> Result<(), Why> {
        self.must_be_open(ticket)?;
        self.happen(what)
    }

    fn must_be_open(&self, ticket: &Ticket) -> Result<(), Why> {
        if ticket.status.is_open() { Ok(()) } else { Err(wrong_status(ticket)) }
    }

    /// Plain words: an answer when a question waits, a reopening when the ticket is over, a comment otherwise.
    fn reply(&mut self, ticket: &Ticket, role: Role, words: Words) -> Result<(), Why> {
        let reached = words.reached.clone();
        if self.actor.level < Level::Proven {
            return match role {
                Role::Agent => Err(Why::NotProven { needs: Level::Proven }),
                _ => self.say(What::Unverified, words, Visibility::Agents),
            };
        }
        match (&ticket.status, role) {
            (Status::WaitingForInformation { .. }, Role::Owner | Role::Guest) => self.answer(ticket, words),
            (Status::Closed { .. }, Role::Owner) => self.reopen(ticket, role, words),
            _ => self.say(What::Replied { reached }, words, Visibility::Public),
        }
    }

    fn request_join(&mut self, words: Words) -> Result<(), Why> {
        let Some(stranger) = self.actor.person.clone() else { return Err(Why::NotAllowed) };
        self.say(What::JoinRequested { stranger }, words, Visibility::Agents)
    }

    fn answer(&mut self, ticket: &Ticket, words: Words) -> Result<(), Why> {
        let Status::WaitingForInformation { request, .. } = ticket.status else { return Err(wrong_status(ticket)) };
        if !has_words(&words) {
            return Err(Why::TextMissing);
        }
        let reached = words.reached.clone();
        self.say(What::Answered { request, reached }, words, Visibility::Public)
    }

    /// What agents do with a ticket. Asking and closing take it first when somebody else, or nobody, has it: one act.
    fn handle(&mut self, ticket: &Ticket, action: Action) -> Result<(), Why> {
        self.must_be_open(ticket)?;
        let before = ticket.assignee.clone();
        let mine = before.is_some() && before == self.actor.person;
        match action {
            Action::Take if mine => Err(Why::NothingToDo),
            Action::Take => self.happen(What::Taken { before }),
            Action::Assign(to) if Some(&to) == before.as_ref() => Err(Why::NothingToDo),
            Action::Assign(to) if self.rules.organisation.membership(&to, &ticket.service).is_none() => {
                Err(Why::NotAnAgent { who: to.to_string() })
            }
            Action::Assign(to) => self.happen(What::Assigned { to, before }),
            Action::Release if before.is_none() => Err(Why::NothingToDo),
            Action::Release => self.happen(What::Released { before }),
            Action::Ask(words) | Action::ProposeClosure(words) if words.text.trim().is_empty() => Err(Why::TextMissing),
            Action::Ask(words) => {
                self.take_first(mine, before)?;
                self.say(What::InformationRequested { request: ticket.requests + 1 }, words, Visibility::Public)
            }
            Action::ProposeClosure(words) => {
                self.take_first(mine, before)?;
                let reached = words.reached.clone();
                self.say(What::ClosureProposed { request: ticket.requests + 1, reached }, words, Visibility::Public)
            }
            _ => Err(Why::NothingToDo),
        }
    }

    fn take_first(&mut self, mine: bool, before: Option<Address>) -> Result<(), Why> {
        if mine { Ok(()) } else { self.happen(What::Taken { before }) }
    }

    fn approve(&mut self, ticket: &Ticket, request: u64) -> Result<(), Why> {
        open_request(ticket, request)?;
        self.happen(What::ClosureApproved { request })
    }

    fn refuse_closure(&mut self, ticket: &Ticket, request: u64, words: Words) -> Result<(), Why> {
        open_request(ticket, request)?;
        if words.text.trim().is_empty() {
            return Err(Why::TextMissing);
        }
        let reached = words.reached.clone();
        self.say(What::ClosureRefused { request, reached }, words, Visibility::Public)
    }

    fn rate(&mut self, ticket: &Ticket, rating: Rating) -> Result<(), Why> {
        let Status::Closed { at, end } = &ticket.status else { return Err(wrong_status(ticket)) };
        if matches!(end, End::Merged(_) | End::Cancelled | End::Refused) {
            return Err(wrong_status(ticket));
        }
        if !(1..=5).contains(&rating.delay) || !(1..=5).contains(&rating.answers) {
            return Err(Why::BadMark);
        }
        if ticket.rating.is_some() && self.now.duration_since(*at) > SignedDuration::from_hours(24 * RATING_DAYS) {
            return Err(Why::TooLate);
        }
        self.happen(What::Rated(rating))
    }

    fn reopen(&mut self, ticket: &Ticket, role: Role, words: Words) -> Result<(), Why> {
        let Status::Closed { at, end } = ticket.status else { return Err(wrong_status(ticket)) };
        if matches!(end, End::Merged(_)) {
            return Err(wrong_status(ticket));
        }
        let window = SignedDuration::from_hours(24 * i64::from(self.rules.policy.reopen_days));
        let day_ago = self.now - SignedDuration::from_hours(24);
        let today = ticket.reopenings.iter().filter(|at| **at > day_ago).count();
        if role == Role::Owner && (self.now.duration_since(at) > window || today >= self.rules.policy.reopens_a_day as usize) {
            return Err(if today >= self.rules.policy.reopens_a_day as usize { Why::TooOften } else { Why::TooLate });
        }
        let keeps = ticket.assignee.as_ref().is_some_and(|agent| self.rules.organisation.membership(agent, &ticket.service).is_some());
        let reached = words.reached.clone();
        self.say(What::Reopened { reached, keeps }, words, Visibility::Public)
    }

    fn invite(&mut self, ticket: &Ticket, people: &[Address]) -> Result<(), Why> {
        self.must_be_open(ticket)?;
        let mut guests: Vec<Address> = Vec::new();
        for who in people {
            if !ticket.is_participant(who) && !guests.contains(who) {
                guests.push(who.clone());
            }
        }
        let policy = self.rules.policy;
        if guests.is_empty() {
            return Err(Why::NothingToDo);
        }
        if guests.len() > policy.newcomers_per_mail {
            return Err(Why::TooMany { limit: policy.newcomers_per_mail });
        }
        if ticket.guests.len() + guests.len() > policy.guests_per_ticket {
            return Err(Why::TooMany { limit: policy.guests_per_ticket });
        }
        self.happen(What::Joined { guests })
    }

    /// Guests leave by themselves; owners and agents may remove them.
    fn leave(&mut self, ticket: &Ticket, role: Role, guest: Address) -> Result<(), Why> {
        let own = self.actor.person.as_ref() == Some(&guest);
        if !own && role == Role::Guest {
            return Err(Why::NotAllowed);
        }
        if ticket.guest(&guest).is_none() {
            return Err(Why::NothingToDo);
        }
        self.happen(What::Left { guest })
    }

    fn reroot(&mut self, title: String, words: Words, guests: Vec<Address>) -> Result<(), Why> {
        let Some(requester) = self.actor.person.clone() else { return Err(Why::NotAllowed) };
        let root_message_id = words.source.as_ref().and_then(|source| source.message_id.clone());
        let guests = guests.into_iter().filter(|guest| *guest != requester).collect();
        self.say(What::Rerooted { requester, title, root_message_id, guests }, words, Visibility::Public)
    }

    fn absorb(&mut self, from: TicketId, guests: Vec<Address>, said: Vec<Event>) -> Result<(), Why> {
        self.happen(What::Absorbed { from, guests })?;
        for Event { actor, text, source, visibility, .. } in said {
            let Some(ticket) = &self.ticket else { return Err(Why::NothingToDo) };
            let everybody = ticket.participants().into_iter().cloned().collect();
            let words = Words { text: text.unwrap_or_default(), source, reached: vec![] };
            let mut event = self.event(ticket.id, ticket.version + 1, What::Replied { reached: everybody }, words, visibility);
            event.actor = actor;
            if let Some(ticket) = self.ticket.as_mut() {
                ticket.apply(&event);
            }
            self.done.push(event);
        }
        Ok(())
    }
}

/// Days after the end in which a rating may be corrected (CAPABILITIES C58).
const RATING_DAYS: i64 = 7;

fn has_words(words: &Words) -> bool {
    !words.text.trim().is_empty() || words.source.as_ref().is_some_and(|source| !source.attachments.is_empty())
}

fn open_request(ticket: &Ticket, request: u64) -> Result<(), Why> {
    match ticket.status {
        Status::AwaitingApproval { request: open, .. } if open == request => Ok(()),
        _ => Err(Why::NoLongerOpen { request }),
    }
}

fn wrong_status(ticket: &Ticket) -> Why {
    Why::WrongStatus { status: ticket.status.word().to_owned() }
}
