//! How a ticket ends, and comes back.

use jiff::{SignedDuration, Timestamp};

use super::super::event::{Visibility, Words};
use super::super::privileges::Role;
use super::super::promise::{Promise, Stage};
use super::super::ticket::{End, Rating, Status, Ticket};
use super::super::what::What;
use super::super::why::Why;
use super::{Desk, must_be_open, must_have_text, wrong_status};

/// How long after the end a judgement may be corrected (CAPABILITIES row 58).
const CORRECTION: SignedDuration = SignedDuration::from_hours(24 * 7);
/// The day in which reopenings are counted.
const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Desk<'_> {
    pub(super) fn approve(&mut self, ticket: &Ticket, request: u64) -> Result<(), Why> {
        must_be_current(ticket, request)?;
        self.happen(What::ClosureApproved { request })
    }

    pub(super) fn refuse_closure(&mut self, ticket: &Ticket, request: u64, words: Words) -> Result<(), Why> {
        must_be_current(ticket, request)?;
        must_have_text(&words)?;
        self.say(What::ClosureRefused { request, keeps: self.keeps(ticket), reached: words.reached.clone() }, words, Visibility::Public)
    }

    /// Whoever asked found the answer by themselves: nobody needs to propose anything.
    pub(super) fn solve(&mut self, ticket: &Ticket, article: u64) -> Result<(), Why> {
        must_be_open(ticket)?;
        self.happen(What::Solved { article })
    }

    /// What was handled to an end may be judged; a judgement may be corrected for a while.
    pub(super) fn rate(&mut self, ticket: &Ticket, rating: Rating) -> Result<(), Why> {
        let Status::Closed { at, end: End::Approved | End::Expired } = ticket.status else { return Err(wrong_status(ticket)) };
        if self.rules.organisation.is_light(&ticket.service, &ticket.category) {
            return Err(wrong_status(ticket));
        }
        if ![rating.delay, rating.answers].iter().all(|mark| (1..=5).contains(mark)) {
            return Err(Why::BadMark);
        }
        match &ticket.rating {
            Some(before) if *before == rating => Err(Why::NothingToDo),
            Some(_) if self.now.duration_since(at) > CORRECTION => Err(Why::TooLate),
            _ => self.happen(What::Rated(rating)),
        }
    }

    pub(super) fn refuse(&mut self, ticket: &Ticket, words: Words) -> Result<(), Why> {
        must_be_open(ticket)?;
        must_have_text(&words)?;
        self.say(What::Refused { reached: words.reached.clone() }, words, Visibility::Public)
    }

    pub(super) fn cancel(&mut self, ticket: &Ticket) -> Result<(), Why> {
        must_be_open(ticket)?;
        self.happen(What::Cancelled)
    }

    /// Whoever must act is told again; the pool once.
    pub(super) fn remind(&mut self, ticket: &Ticket) -> Result<(), Why> {
        match ticket.status {
            Status::Free if ticket.is_reminded() => Err(Why::NothingToDo),
            Status::Free | Status::WaitingForInformation { .. } | Status::AwaitingApproval { .. } => self.happen(What::Reminded),
            _ => Err(wrong_status(ticket)),
        }
    }

    /// Agents hear once how far a promise is gone, and its requester nothing.
    pub(super) fn alert(&mut self, ticket: &Ticket, promise: Promise, stage: Stage) -> Result<(), Why> {
        match ticket.details.alerted.contains(&(promise, stage)) {
            _ if !ticket.status.is_running() => Err(wrong_status(ticket)),
            true => Err(Why::NothingToDo),
            false => self.say(What::Alerted { promise, stage }, Words::default(), Visibility::Agents),
        }
    }

    /// Whoever is asked cannot answer before: reminders wait as long as a ticket may.
    pub(super) fn away(&mut self, ticket: &Ticket, until: Timestamp, words: Words) -> Result<(), Why> {
        let furthest = self.now + SignedDuration::from_hours(24 * i64::from(self.rules.policy.postpone_days));
        match ticket.status {
            Status::WaitingForInformation { .. } | Status::AwaitingApproval { .. } if until > self.now => {
                self.say(What::Away { until: until.min(furthest) }, words, Visibility::Agents)
            }
            _ => Err(Why::NothingToDo),
        }
    }

    /// Nobody's request ends unanswered without a reminder before.
    pub(super) fn expire(&mut self, ticket: &Ticket) -> Result<(), Why> {
        match ticket.status {
            Status::WaitingForInformation { .. } | Status::AwaitingApproval { .. } if ticket.is_reminded() => self.happen(What::Expired),
            _ => Err(wrong_status(ticket)),
        }
    }

    /// Back to its assignee, or to the pool when they left. Owners have a window and a daily limit (CASEBOOK E03).
    pub(super) fn reopen(&mut self, ticket: &Ticket, role: Role, words: Words) -> Result<(), Why> {
        let Status::Closed { at, end } = ticket.status else { return Err(wrong_status(ticket)) };
        if matches!(end, End::Merged(_)) || (ticket.details.spam && role != Role::Agent) {
            return Err(wrong_status(ticket));
        }
        if role == Role::Owner {
            self.must_be_timely(ticket, self.now.duration_since(at))?;
        }
        self.say(What::Reopened { reached: words.reached.clone(), keeps: self.keeps(ticket) }, words, Visibility::Public)
    }

    fn must_be_timely(&self, ticket: &Ticket, since_end: SignedDuration) -> Result<(), Why> {
        let policy = self.rules.policy;
        let today = ticket.reopenings.iter().filter(|at| self.now.duration_since(**at) < DAY).count();
        match () {
            () if since_end > DAY * i32::from(policy.reopen_days) => Err(Why::TooLate),
            () if today >= policy.reopens_a_day as usize => Err(Why::TooOften),
            () => Ok(()),
        }
    }
}

/// One proposal, one decision: the first wins, and a number that is no longer open decides nothing (CASEBOOK C05, C06).
fn must_be_current(ticket: &Ticket, request: u64) -> Result<(), Why> {
    match ticket.status {
        Status::AwaitingApproval { request: open, .. } if open == request => Ok(()),
        _ => Err(Why::NoLongerOpen { request }),
    }
}
