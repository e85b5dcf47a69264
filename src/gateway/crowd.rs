//! Floods from many senders (CASEBOOK E16): people whom nobody knew an hour ago are counted, and above a number their new
//! requests wait together.
//!
//! Promises: whoever was known before, colleagues, agents, and every mail that belongs to a ticket pass; agents hear of it once an
//! hour. What is remembered is bounded by the number, and forgotten when the program ends. Excludes: floods of one sender (see
//! `routing::guard`), deciding what waits (see [`super::held`]).

use jiff::{SignedDuration, Timestamp};

use super::Gateway;
use super::case::Case;
use crate::address::Address;
use crate::store::{Person, Store};

/// Why requests of people wait of whom too many came at once: they are one bundle.
pub const CROWD: &str = "crowd";

/// How long somebody is new.
const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// Who was new lately, and when agents heard of too many.
#[derive(Debug, Clone, Default)]
pub struct Crowd {
    let_in: Vec<Newcomer>,
    told: Option<(Timestamp, u64)>,
}

#[derive(Debug, Clone)]
struct Newcomer {
    at: Timestamp,
    who: Address,
    instance: u64,
}

impl Crowd {
    /// Forgets who is not new any more.
    fn forget(&mut self, now: Timestamp) {
        self.let_in.retain(|newcomer| newcomer.at > now - WINDOW);
    }

    /// One more, unless there were too many in the hour before; the same mail counts once, however often it is decided about.
    fn lets_in(&mut self, case: &Case<'_>, who: &Address, most: usize) -> bool {
        let (at, instance) = (case.waiting.received_at, case.waiting.instance);
        if self.let_in.iter().any(|newcomer| newcomer.instance == instance) {
            return true;
        }
        let room = self.let_in.len() < most;
        if room {
            self.let_in.push(Newcomer { at, who: who.clone(), instance });
        }
        room
    }

    /// Did somebody write for the first time within the hour?
    fn has(&self, who: &Address) -> bool {
        self.let_in.iter().any(|newcomer| newcomer.who == *who)
    }

    /// Are agents told of this mail? Of the first that waits, once an hour.
    pub(super) fn is_news(&mut self, case: &Case<'_>) -> bool {
        let (now, instance) = (case.now, case.waiting.instance);
        let lately = self.told.is_some_and(|(at, first)| first != instance && now.duration_since(at) < WINDOW);
        if !lately {
            self.told = Some((now, instance));
        }
        !lately
    }
}

impl<S: Store> Gateway<S> {
    /// Does this new request come from one stranger too many? `known` is what we remember of its author.
    pub(super) fn is_one_too_many(&mut self, case: &Case<'_>, who: &Address, known: Option<&Person>) -> bool {
        let most = self.site.brakes.strangers_per_hour as usize;
        self.crowd.forget(case.waiting.received_at);
        let stranger = (known.is_none() || self.crowd.has(who)) && self.organisation.agent(who).is_none() && !self.site.is_colleague(who);
        let counts = most > 0 && stranger && case.word.is_none() && !case.waiting.old;
        counts && !self.crowd.lets_in(case, who, most)
    }
}
