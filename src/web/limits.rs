//! How often somebody may ask for mails from the pages: counted here, whatever cookies they throw away (CASEBOOK C20, C22).
//!
//! Promises: a bounded memory; when it is full, newcomers share one count. Who is over a limit gets the same answer as
//! everybody, and no mail.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::address::Address;

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// Asks of one client.
    Client(IpAddr),
    /// Mails to one address.
    Address(Address),
    /// Asks about one ticket.
    Ticket(u64),
    /// Everybody.
    All,
}

impl Key {
    /// At most, within an hour and within a day.
    fn most(&self) -> (u32, u32) {
        match self {
            Key::Client(_) => (20, 100),
            Key::Address(_) => (3, 10),
            Key::Ticket(_) => (3, 20),
            Key::All => (200, 2000),
        }
    }
}

/// Keys that are remembered.
const KEYS_MAX: usize = 20_000;
/// How often counts that are over are looked for when there is no room: looking through all of them at each new key would
/// be a flood of its own.
const SWEEP_SECONDS: i64 = 60;

#[derive(Debug, Clone, Copy)]
struct Count {
    hour_began: Timestamp,
    in_hour: u32,
    day_began: Timestamp,
    in_day: u32,
}

/// All counts.
#[derive(Debug, Default)]
pub struct Limits {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    by_key: HashMap<Key, Count>,
    /// When those that were over were last looked for.
    swept: Option<Timestamp>,
}

impl Limits {
    /// Counts one ask under all these keys; false when any of them is over its limit. What is over is not counted on, so
    /// that nobody can keep somebody else out for longer.
    pub fn allow(&self, keys: &[Key], now: Timestamp) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let keys: Vec<Key> = keys.iter().map(|key| counts.room(key, now)).collect();
        let fits = keys.iter().all(|key| {
            let (hour, day) = key.most();
            counts.by_key.get(key).is_none_or(|count| count.at(now).in_hour < hour && count.at(now).in_day < day)
        });
        if fits {
            for key in keys {
                let count = counts.by_key.entry(key).or_insert(Count { hour_began: now, in_hour: 0, day_began: now, in_day: 0 });
                *count = count.at(now);
                count.in_hour += 1;
                count.in_day += 1;
            }
        }
        fits
    }
}

impl Count {
    /// As it stands now: what is over starts again.
    fn at(self, now: Timestamp) -> Count {
        let over = |began: Timestamp, hours: i64| now.duration_since(began) >= SignedDuration::from_hours(hours);
        let mut count = self;
        if over(count.hour_began, 1) {
            (count.hour_began, count.in_hour) = (now, 0);
        }
        if over(count.day_began, 24) {
            (count.day_began, count.in_day) = (now, 0);
        }
        count
    }
}

impl Counts {
    /// The key itself when there is room for it, else everybody's.
    fn room(&mut self, key: &Key, now: Timestamp) -> Key {
        if self.by_key.contains_key(key) {
            return key.clone();
        }
        let rested = |swept: Timestamp| now.duration_since(swept).as_secs().abs() >= SWEEP_SECONDS;
        if self.by_key.len() >= KEYS_MAX && self.swept.is_none_or(rested) {
            self.swept = Some(now);
            self.by_key.retain(|_, count| now.duration_since(count.day_began) < SignedDuration::from_hours(24));
        }
        if self.by_key.len() < KEYS_MAX { key.clone() } else { Key::All }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c22_three_an_hour_and_ten_a_day_for_an_address() {
        let (limits, start) = (Limits::default(), Timestamp::from_second(1_800_000_000).unwrap());
        let address = Key::Address(Address::parse("alice@cust.test").unwrap());
        let asks =
            |hour: i64| (0..200).filter(|_| limits.allow(std::slice::from_ref(&address), start + SignedDuration::from_hours(hour))).count();
        assert_eq!((0..6).map(asks).collect::<Vec<_>>(), [3, 3, 3, 1, 0, 0]);
        assert_eq!(asks(25), 3);
    }

    #[test]
    fn c20_a_flood_of_clients_is_bounded_and_shares_one_count() {
        let (limits, now) = (Limits::default(), Timestamp::from_second(1_800_000_000).unwrap());
        let client = |n: u32| Key::Client(IpAddr::V4(n.into()));
        let allowed = (0..100_000).filter(|n| limits.allow(&[client(*n), Key::All], now)).count();
        assert_eq!(allowed, 200);
        let alone = (0..100_000).filter(|n| limits.allow(&[client(*n)], now)).count();
        assert!(limits.counts.lock().unwrap().by_key.len() <= KEYS_MAX + 1 && alone <= KEYS_MAX, "{alone}");
    }
}
