//! Bursts: many people ask for the same kind of thing at once. That is how an outage begins (CAPABILITIES row 22).
//!
//! Promises: one person counts once; a burst is told of once, and ends when fewer than a burst have asked for a while. What is usual
//! is given: the same while of the weeks before, so that Monday at nine is compared with Mondays at nine.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::policy::Policy;
use super::ticket::{Ticket, TicketId};
use crate::address::Address;

/// People of one while that are remembered; more make no difference.
const PEOPLE_MAX: usize = 200;
/// Weeks that tell what is usual.
pub const WEEKS: i64 = 4;

/// Who asked lately, by service and category. Nothing of it outlives the program.
#[derive(Debug, Default)]
pub struct Watch {
    places: BTreeMap<Place, Lately>,
}

/// Keys of a service and of a category; an empty one is "to sort".
pub type Place = (String, String);

#[derive(Debug, Default)]
struct Lately {
    asked: Vec<Asked>,
    /// How many tickets are usual, and when that was counted.
    usual: Option<(usize, Timestamp)>,
    told: bool,
}

#[derive(Debug)]
struct Asked {
    at: Timestamp,
    who: Address,
    ticket: TicketId,
}

impl Watch {
    /// A ticket was opened.
    pub fn opened(&mut self, ticket: &Ticket, policy: &Policy) {
        if policy.burst_people == 0 {
            return;
        }
        let lately = self.places.entry((ticket.service.clone(), ticket.category.clone())).or_default();
        lately.forget(ticket.opened_at, policy);
        // A number that is given again was not taken: that decision was undone, or only tried.
        lately.asked.retain(|known| known.ticket != ticket.id);
        if lately.asked.len() < PEOPLE_MAX && lately.asked.iter().all(|known| known.who != ticket.requester) {
            lately.asked.push(Asked { at: ticket.opened_at, who: ticket.requester.clone(), ticket: ticket.id });
        }
    }

    /// Places where enough people asked that nobody was told of, with their tickets, and what is usual there if that is known.
    pub fn busy(&mut self, now: Timestamp, policy: &Policy) -> Vec<(Place, Vec<TicketId>, Option<usize>)> {
        let span = span(policy);
        self.places.values_mut().for_each(|lately| lately.forget(now, policy));
        let busy = self.places.iter().filter(|(_, lately)| !lately.told && lately.asked.len() >= policy.burst_people);
        let usual = |lately: &Lately| lately.usual.filter(|(_, counted)| now.duration_since(*counted) < span).map(|(usual, _)| usual);
        let tickets = |lately: &Lately| lately.asked.iter().map(|asked| asked.ticket).collect();
        busy.map(|(place, lately)| (place.clone(), tickets(lately), usual(lately))).collect()
    }

    /// So many tickets are usual there now.
    pub fn learn(&mut self, place: &Place, usual: usize, now: Timestamp) {
        if let Some(lately) = self.places.get_mut(place) {
            lately.usual = Some((usual, now));
        }
    }

    /// Somebody knows.
    pub fn told(&mut self, place: &Place) {
        if let Some(lately) = self.places.get_mut(place) {
            lately.told = true;
        }
    }
}

impl Lately {
    /// What is longer ago than the while counts no more; a burst is over then.
    fn forget(&mut self, now: Timestamp, policy: &Policy) {
        self.asked.retain(|asked| now.duration_since(asked.at) < span(policy));
        self.told &= self.asked.len() >= policy.burst_people;
    }
}

/// The while in which people are counted.
pub fn span(policy: &Policy) -> SignedDuration {
    SignedDuration::from_mins(i64::from(policy.burst_minutes))
}

/// Is that many more than usual?
pub fn is_burst(people: usize, usual: usize, policy: &Policy) -> bool {
    policy.burst_people > 0 && people >= policy.burst_people && people >= usual.saturating_mul(policy.burst_factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row22_enough_and_more_than_usual() {
        let policy = Policy::default();
        for (people, usual, burst) in [(4, 0, false), (5, 0, true), (5, 1, true), (5, 2, false), (8, 2, true), (39, 10, false)] {
            assert_eq!(is_burst(people, usual, &policy), burst, "{people} where {usual} are usual");
        }
        assert!(!is_burst(100, 0, &Policy { burst_people: 0, ..Policy::default() }), "switched off");
    }
}
