//! Who gets a ticket by itself, where its category says so.
//!
//! Promises: only somebody who is there gets it; in turns, nobody is passed over, whoever came or went meanwhile.
//! Excludes: who is there, and how much they have (given).

use serde::{Deserialize, Serialize};

use crate::address::Address;

/// How the desk chooses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignment {
    /// Nobody: it waits in the common pool.
    #[default]
    None,
    /// One after the other.
    Cyclic,
    /// Whoever has the fewest open tickets.
    LeastLoad,
    /// Whoever had the requester's last one; otherwise whoever has the fewest.
    SameAgent,
}

impl Assignment {
    /// Does it matter how much each agent has?
    pub fn counts_load(self) -> bool {
        matches!(self, Assignment::LeastLoad | Assignment::SameAgent)
    }
}

/// Somebody of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub who: Address,
    /// Open tickets in their charge, where the rule counts them.
    pub open: usize,
    /// At work, and not a party to the ticket.
    pub there: bool,
}

/// What was before.
#[derive(Debug, Clone, Copy, Default)]
pub struct Before<'a> {
    /// Whose turn it was last.
    pub turn: Option<&'a Address>,
    /// Who had the requester's last ticket.
    pub same: Option<&'a Address>,
}

/// Who gets it, of all agents of the service in their order.
pub fn choose(rule: Assignment, all: &[Candidate], before: Before<'_>) -> Option<Address> {
    let there = || all.iter().filter(|candidate| candidate.there);
    let least = || there().min_by_key(|candidate| candidate.open);
    let chosen = match rule {
        Assignment::None => None,
        Assignment::LeastLoad => least(),
        Assignment::SameAgent => there().find(|candidate| Some(&candidate.who) == before.same).or_else(least),
        Assignment::Cyclic => {
            let last = all.iter().position(|candidate| Some(&candidate.who) == before.turn);
            let (done, next) = all.split_at(last.map_or(0, |last| last + 1));
            next.iter().chain(done).find(|candidate| candidate.there)
        }
    };
    chosen.map(|candidate| candidate.who.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row37_nobody_is_passed_over_and_nobody_away_is_chosen() {
        let who = |name: &str| Address::parse(&format!("{name}@desk.test")).unwrap();
        let all = |spec: &[(&str, usize, bool)]| -> Vec<Candidate> {
            spec.iter().map(|(name, open, there)| Candidate { who: who(name), open: *open, there: *there }).collect()
        };
        let (a, b, c) = (who("a"), who("b"), who("c"));
        let three = all(&[("a", 2, true), ("b", 1, true), ("c", 1, true)]);
        let turn = |last: &Address, all: &[Candidate]| choose(Assignment::Cyclic, all, Before { turn: Some(last), same: None });
        assert_eq!(choose(Assignment::Cyclic, &three, Before::default()), Some(a.clone()));
        assert_eq!((turn(&a, &three), turn(&b, &three), turn(&c, &three)), (Some(b.clone()), Some(c.clone()), Some(a.clone())));
        let without_b = all(&[("a", 2, true), ("b", 1, false), ("c", 1, true)]);
        assert_eq!((turn(&a, &without_b), turn(&who("gone"), &without_b)), (Some(c.clone()), Some(a.clone())));
        assert_eq!(choose(Assignment::LeastLoad, &without_b, Before::default()), Some(c.clone()));
        let same = |who| choose(Assignment::SameAgent, &without_b, Before { turn: None, same: Some(who) });
        assert_eq!((same(&a), same(&b)), (Some(a.clone()), Some(c)));
        assert_eq!(turn(&a, &all(&[("a", 0, true), ("b", 0, false)])), Some(a), "alone, always");
        assert_eq!(turn(&b, &all(&[("a", 0, false)])), None);
        assert_eq!(choose(Assignment::None, &three, Before::default()), None);
    }
}
