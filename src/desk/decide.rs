//! The one place where tickets change.
//!
//! Each action is decided on the ticket as the one before it left it; a refused one changes nothing and does not stop the
//! others. Who needs all or nothing looks at [`Outcome::all_done`] before committing.

mod ending;
mod handling;
mod incident;
mod people;
mod sorting;
mod speaking;

use jiff::Timestamp;

use super::action::Action;
use super::event::{Actor, Event, Visibility, Words};
use super::organisation::Organisation;
use super::policy::Policy;
use super::privileges::{Role, forbidden, role};
use super::ticket::{Ticket, TicketId};
use super::what::What;
use super::why::{Refused, Why};
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
    let mut desk = Desk { ticket: ticket.cloned(), done: vec![], actor: actor.clone(), rules, now };
    let mut refused = Vec::new();
    for action in actions {
        let word = action.word();
        if let Err(why) = desk.decide(action, actor) {
            refused.push(Refused { action: word.to_owned(), why });
        }
    }
    Outcome { ticket: desk.ticket, done: desk.done, refused }
}

/// The ticket on the desk while it is decided about.
struct Desk<'a> {
    ticket: Option<Ticket>,
    done: Vec<Event>,
    /// As events record it: whether as participant or as agent is settled.
    actor: Actor,
    rules: Rules<'a>,
    now: Timestamp,
}

impl Desk<'_> {
    fn decide(&mut self, action: Action, actor: &Actor) -> Result<(), Why> {
        let Some(ticket) = self.ticket.clone() else {
            return match action {
                Action::Open(_) if actor.level == Level::Failed => Err(Why::NotProven { needs: Level::Claimed }),
                Action::Open(opening) => self.open(*opening),
                _ => Err(Why::NothingToDo),
            };
        };
        let role = role(&ticket, actor, self.rules.organisation);
        if let Some(why) = forbidden(&action, role, &ticket, (actor, self.rules.organisation)) {
            return Err(why);
        }
        self.actor.as_participant = role != Role::Agent;
        self.carry_out(action, &ticket, role)
    }

    fn carry_out(&mut self, action: Action, ticket: &Ticket, role: Role) -> Result<(), Why> {
        match action {
            Action::Open(_) => Err(Why::NothingToDo),
            Action::Reply(words) => self.reply(ticket, role, words),
            Action::Note(words) => self.note(words),
            Action::File(words) => self.say(What::Filed, words, Visibility::Agents),
            Action::RequestJoin(words) => self.request_join(words),
            Action::Answer(words) => self.answer(ticket, words),
            Action::Take => self.take(ticket),
            Action::Assign(to) => self.assign(ticket, to),
            Action::Release => self.release(ticket),
            Action::Ask(words) => self.ask(ticket, words),
            Action::ProposeClosure(words) => self.propose_closure(ticket, words),
            Action::Approve(request) => self.approve(ticket, request),
            Action::RefuseClosure(request, words) => self.refuse_closure(ticket, request, words),
            Action::Sort { category } => self.sort_own(ticket, category),
            Action::Solve { article } => self.solve(ticket, article),
            Action::Rate(rating) => self.rate(ticket, rating),
            Action::Reopen(words) => self.reopen(ticket, role, words),
            Action::Cancel => self.cancel(ticket),
            Action::Invite(people) => self.invite(ticket, &people),
            Action::Leave(who) => self.leave(ticket, role, who),
            Action::Reroot { title, words, guests } => self.reroot(ticket, (title, guests), words),
            Action::Continue { into } => self.go_on(ticket, into),
            Action::Absorb { from, guests, said } => self.absorb(ticket, (from, guests), said),
            Action::Refuse(words) => self.refuse(ticket, words),
            Action::Postpone(until, words) => self.postpone(ticket, until, words),
            Action::Recall => self.recall(ticket),
            Action::Remind => self.remind(ticket),
            Action::Expire => self.expire(ticket),
            Action::Alert(promise, stage) => self.alert(ticket, promise, stage),
            Action::Away(until, words) => self.away(ticket, until, words),
            Action::Transfer(transfer) => self.transfer(ticket, *transfer),
            Action::Back(words) => self.back(ticket, words),
            Action::Spend(minutes) => self.spend(minutes),
            Action::Canned { key, words } => self.canned(ticket, role, &key, words),
            Action::Remove(who) => self.leave(ticket, role, who),
            Action::Parent { to } => self.set_parent(ticket, to),
            Action::Child { child, joins } => self.set_child(ticket, child, joins),
            Action::Broadcast(words) => self.broadcast(ticket, words),
            Action::Outage(words) => self.declare_outage(ticket, &words),
            Action::OutageOver => self.set_outage(ticket, None),
            Action::Heed { words, closes } => self.heed(ticket, words, closes),
            Action::ChildSpoke { child } => self.child_spoke(ticket, child),
            other => self.sort(ticket, role, other),
        }
    }

    fn event(&self, place: (TicketId, u64), what: What, words: Words, visibility: Visibility) -> Event {
        let (ticket, seq) = place;
        let text = Some(words.text.trim().to_owned()).filter(|text| !text.is_empty());
        Event { ticket, seq, at: self.now, actor: self.actor.clone(), what, text, visibility, source: words.source }
    }

    /// Something happened: it is an event, and the ticket becomes what it says.
    fn say(&mut self, what: What, words: Words, visibility: Visibility) -> Result<(), Why> {
        let Some(ticket) = &self.ticket else { return Err(Why::NothingToDo) };
        let event = self.event((ticket.id, ticket.version + 1), what, words, visibility);
        self.happened(event);
        Ok(())
    }

    fn happen(&mut self, what: What) -> Result<(), Why> {
        self.say(what, Words::default(), Visibility::Public)
    }

    fn happened(&mut self, event: Event) {
        if let Some(ticket) = self.ticket.as_mut() {
            ticket.apply(&event);
        }
        self.done.push(event);
    }
}

fn must_be_open(ticket: &Ticket) -> Result<(), Why> {
    if ticket.status.is_open() { Ok(()) } else { Err(wrong_status(ticket)) }
}

fn wrong_status(ticket: &Ticket) -> Why {
    Why::WrongStatus { status: ticket.status.word().to_owned() }
}

/// A question, a solution and a reason are made of text.
fn must_have_text(words: &Words) -> Result<(), Why> {
    if words.text.trim().is_empty() { Err(Why::TextMissing) } else { Ok(()) }
}

/// Words to somebody may be a file alone.
fn must_have_content(words: &Words) -> Result<(), Why> {
    let files = words.source.as_ref().is_some_and(|source| !source.attachments.is_empty());
    if files { Ok(()) } else { must_have_text(words) }
}
