//! What a service promises: the time to a first human answer and to a solution, in its working time.
//!
//! Promises: the most particular target counts, a category's before its service's; the clock runs while the service has the ticket, and
//! stands while the requester is waited for and while it is put aside; a ticket that is reopened goes on where it stood.
//! Excludes: who is told, and when (see `clock`).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, Times};
use super::priority::RequestKind;
use super::ticket::{Status, Ticket, Urgency};

/// What is promised for some tickets. Times are working time: `4h`, `1h 30m`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// For this priority, which is the urgency where nobody has told an impact; none: for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    /// For this kind of request; none: for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<RequestKind>,
    /// Until a human answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<SignedDuration>,
    /// Until a solution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<SignedDuration>,
}

/// One of the two promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// A human answers.
    Response,
    /// It is solved.
    Resolution,
}

/// How far a promise is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Three quarters of its time are gone.
    Soon,
    /// All of it.
    Late,
}

/// A time in which the clock stood still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub from: Timestamp,
    /// Until when; none: it still stands.
    pub to: Option<Timestamp>,
}

impl Promise {
    /// Both.
    pub const ALL: [Promise; 2] = [Promise::Response, Promise::Resolution];

    /// A stable word.
    pub fn word(self) -> &'static str {
        match self {
            Promise::Response => "response",
            Promise::Resolution => "resolution",
        }
    }
}

impl Stage {
    /// A stable word.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Soon => "soon",
            Stage::Late => "late",
        }
    }

    fn part_of(self, time: SignedDuration) -> SignedDuration {
        match self {
            Stage::Soon => time / 4 * 3,
            Stage::Late => time,
        }
    }
}

impl Target {
    fn time(&self, promise: Promise) -> Option<SignedDuration> {
        match promise {
            Promise::Response => self.response,
            Promise::Resolution => self.resolution,
        }
    }
}

impl Status {
    /// The service has to do something.
    pub fn is_running(&self) -> bool {
        matches!(self, Status::Free | Status::InProgress)
    }
}

impl Ticket {
    /// The clock of its promises stands or runs on, as its status has it now.
    pub(super) fn keep_time(&mut self, at: Timestamp) {
        let running = self.status.is_running();
        match self.details.paused.last_mut() {
            Some(pause) if pause.to.is_none() && running => pause.to = Some(at),
            Some(Pause { to: None, .. }) => {}
            _ if running => {}
            _ => self.details.paused.push(Pause { from: at, to: None }),
        }
    }

    /// Was it kept, or broken in the end?
    fn is_kept(&self, promise: Promise) -> bool {
        match promise {
            Promise::Response => self.first_response_at.is_some(),
            Promise::Resolution => !self.status.is_open(),
        }
    }
}

/// When a stage of a promise is reached, if nothing changes; none: nothing is promised, it is kept, or its clock stands.
pub fn due(ticket: &Ticket, promise: Promise, stage: Stage, times: Times<'_>) -> Option<Timestamp> {
    if ticket.is_kept(promise) || !ticket.status.is_running() {
        return None;
    }
    let time = promised(ticket, promise, times)?;
    Some(reached(ticket, stage.part_of(time), &times.of(&ticket.service)))
}

/// The nearest promise that is not kept.
pub fn next_due(ticket: &Ticket, times: Times<'_>) -> Option<Timestamp> {
    Promise::ALL.into_iter().filter_map(|promise| due(ticket, promise, Stage::Late, times)).min()
}

/// The time that is promised for a ticket: by its category, or else by its service; the first target that fits.
pub fn promised(ticket: &Ticket, promise: Promise, times: Times<'_>) -> Option<SignedDuration> {
    let service = times.organisation.service(&ticket.service)?;
    let category = service.categories.iter().find(|category| category.key == ticket.category);
    if category.is_some_and(|category| category.light) {
        return None;
    }
    let targets = category.into_iter().flat_map(|category| &category.targets).chain(&service.targets);
    let (priority, kind) = (times.organisation.priority(ticket), times.organisation.kind(ticket));
    let fits =
        |target: &&Target| target.urgency.is_none_or(|urgency| urgency == priority) && (target.kind.is_none() || target.kind == kind);
    targets.filter(fits).find_map(|target| target.time(promise))
}

/// When that much working time of the ticket's own has passed: pauses count for nothing.
fn reached(ticket: &Ticket, time: SignedDuration, calendar: &Calendar<'_>) -> Timestamp {
    let (mut from, mut left) = (ticket.opened_at, time);
    for pause in &ticket.details.paused {
        let passed = calendar.between(from, pause.from);
        if passed >= left {
            break;
        }
        let Some(to) = pause.to else { break };
        (from, left) = (to, left - passed);
    }
    calendar.add(from, left)
}
