//! What time itself will do to a ticket, and when: one thing after the other, each known beforehand.
//!
//! Promises: nobody is written to outside of the service's hours, but for a ticket that comes back at its date; what was missed while
//! nothing ran is done once, the last of it; what is long past is history, and brings nothing. Excludes: doing it (see `gateway::tick`).

use jiff::Timestamp;

use super::action::Action;
use super::calendar::Times;
use super::policy::{Delays, Ladder};
use super::promise::{self, Promise, Stage};
use super::ticket::{Status, Ticket};

/// Working days after which what should have been told is told no more: nobody hears of a whole archive that was imported.
const HISTORY_DAYS: u16 = 20;
/// The same for promises: a site that begins to promise something has many tickets that were late long before.
const NEWS_DAYS: u16 = 2;

/// What the store must know to find a ticket when its time comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wake {
    /// When time has something to do with it.
    pub at: Option<Timestamp>,
    /// The nearest promise that is not kept.
    pub due: Option<Timestamp>,
}

/// When to look at a ticket next.
pub fn wake(ticket: &Ticket, times: Times<'_>, now: Timestamp) -> Wake {
    Wake { at: next(ticket, times, now).map(|(at, _)| at), due: promise::next_due(ticket, times) }
}

/// What time does next, and when: in the past when it was missed.
pub fn next(ticket: &Ticket, times: Times<'_>, now: Timestamp) -> Option<(Timestamp, Action)> {
    if let Status::Postponed { until } = ticket.status {
        return Some((until, Action::Recall));
    }
    let calendar = times.of(&ticket.service);
    let fresh = |at: Timestamp, days: u16| at >= now || now <= calendar.days_after(at, days);
    let reminders = reminder(ticket, times).into_iter().map(|step| (step, HISTORY_DAYS));
    let steps = reminders.chain(alerts(ticket, times, now).into_iter().map(|step| (step, NEWS_DAYS)));
    let told = steps.map(|((at, action), days)| (calendar.opens(at), action, days)).filter(|(at, _, days)| fresh(*at, *days));
    told.map(|(at, action, _)| (at, action)).min_by_key(|(at, _)| *at)
}

/// When an unanswered question, or proposal, ends the request; none: never.
pub fn ends(ticket: &Ticket, times: Times<'_>) -> Option<Timestamp> {
    let ladder = ladder(ticket, times)?;
    let calendar = times.of(&ticket.service);
    (ladder.end > 0).then(|| calendar.opens(calendar.days_after(still_since(ticket), ladder.end)))
}

/// Who must answer, or take it, is reminded step by step, then what nobody answered ends.
fn reminder(ticket: &Ticket, times: Times<'_>) -> Option<(Timestamp, Action)> {
    let ladder = ladder(ticket, times)?;
    let told = usize::from(ticket.details.reminders);
    let (days, action) = match ladder.remind.get(told) {
        Some(days) => (*days, Action::Remind),
        None if ladder.end > 0 && told > 0 => (ladder.end, Action::Expire),
        None => return None,
    };
    let calendar = times.of(&ticket.service);
    Some((calendar.days_after(still_since(ticket), days), action))
}

fn ladder(ticket: &Ticket, times: Times<'_>) -> Option<Ladder> {
    let own = times.organisation.service(&ticket.service).map_or_else(Delays::default, |service| service.delays.clone());
    match ticket.status {
        Status::Free => Some(own.pool(times.policy)),
        Status::WaitingForInformation { .. } => Some(own.question(times.policy)),
        Status::AwaitingApproval { .. } => Some(own.approval(times.policy)),
        _ => None,
    }
}

/// Since when nobody has said or done anything; not while the requester is away.
fn still_since(ticket: &Ticket) -> Timestamp {
    let still = ticket.details.still_since.unwrap_or(ticket.updated_at);
    let waits = matches!(ticket.status, Status::WaitingForInformation { .. } | Status::AwaitingApproval { .. });
    ticket.details.away_until.filter(|_| waits).map_or(still, |back| back.max(still))
}

/// Warnings before a promise, and its breach; of what was missed, the last.
fn alerts(ticket: &Ticket, times: Times<'_>, now: Timestamp) -> Vec<(Timestamp, Action)> {
    let mut alerts = Vec::new();
    for promise in Promise::ALL {
        let stages = [Stage::Late, Stage::Soon].map(|stage| (stage, promise::due(ticket, promise, stage, times)));
        let told = |stage: Stage| ticket.details.alerted.iter().any(|(known, gone)| *known == promise && *gone >= stage);
        for (stage, at) in stages {
            let Some(at) = at.filter(|_| !told(stage)) else { continue };
            alerts.push((at, Action::Alert(promise, stage)));
            if at <= now {
                break;
            }
        }
    }
    alerts
}
