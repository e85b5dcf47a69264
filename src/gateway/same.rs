//! Several addresses of one person: said from one mailbox, confirmed from the other, undone from either.
//!
//! Promises: nobody speaks for an address whose mailbox has not agreed by a key of its own, which agrees to the one that its mail names and
//! to nobody else; agents' addresses, lists and the desk's own take no
//! part; tickets stay whose they are: whoever answers one from another address of theirs counts as the one of the ticket, no more.
//! Excludes: how sure it is who wrote (that stays as it was, see `routing::identity`).

use jiff::SignedDuration;

use super::access::{Entered, short};
use super::case::Case;
use super::effects::Fault;
use super::{Gateway, facts};
use crate::address::Address;
use crate::desk::{Claimed, Preferences, Role};
use crate::notifications::{Answer, Because, Extra, MailKind, Notice};
use crate::routing::{Candidate, newcomers};
use crate::store::{Access, Backend, Cause, Change, Gate, GateFor, Store};

/// Addresses of one person besides the one in question.
const OTHERS_MAX: usize = 5;
/// How long a mailbox is not asked again about the same address.
const PEACE: SignedDuration = SignedDuration::from_hours(24);

impl<S: Store> Gateway<S> {
    /// Somebody says that an address is theirs, too (its mailbox is asked), or that no other is. What to answer.
    pub(super) fn same(&mut self, change: &mut Change, who: &Address, other: Option<Address>) -> Result<Answer, Fault> {
        match other {
            Some(other) => {
                self.ask_other(change, who, &other)?;
                Ok(Answer::SameAsked(other))
            }
            None => {
                self.part(change, who)?;
                Ok(Answer::SameEnded)
            }
        }
    }

    /// A new mail to the other address, once in a while. The asker is answered the same, whatever comes of it.
    fn ask_other(&mut self, change: &mut Change, who: &Address, other: &Address) -> Result<(), Fault> {
        let (known, now) = (self.store.preferences(other)?, change.at);
        let asked = known.claimed.as_ref().is_some_and(|claimed| claimed.by == *who && claimed.at + PEACE > now);
        if asked || !self.may_be_same(who, other)? {
            return Ok(());
        }
        let url = self.confirming_key(change, (GateFor::Same, other), now);
        let extra = Extra::Same { url, by: who.clone() };
        let notice = Notice { to: other.clone(), kind: MailKind::SamePerson, because: Because::Author, extra };
        if self.kept_back(&notice, change)?.is_some() {
            return Ok(());
        }
        let claimed = Some(Claimed { by: who.clone(), at: now });
        self.prefers(change, other, |known| Preferences { claimed, ..known })?;
        self.write_apart(change, &notice)
    }

    /// People's own addresses alone: an agent's would lend the rights of one to the other.
    fn may_be_same(&self, who: &Address, other: &Address) -> Result<bool, Backend> {
        for address in [who, other] {
            let works = self.organisation.agent(address).is_some() || self.organisation.shared.contains(address);
            let list = self.store.person(address)?.is_some_and(|person| person.is_list);
            if works || list || self.site.is_own(address) || newcomers::is_robot(address) {
                return Ok(false);
            }
        }
        Ok(who != other)
    }

    /// The other mailbox agrees. Pressed twice, it has one effect.
    pub(super) fn confirm_same(&mut self, gate: &Gate) -> Result<Entered, Backend> {
        let (here, known) = (&gate.person, self.store.preferences(&gate.person)?);
        let Some(there) = known.claimed_at(gate.issued_at).cloned() else { return Ok(Entered::Over) };
        let others = self.store.preferences(&there)?;
        if known.also.len().max(others.also.len()) >= OTHERS_MAX || !self.may_be_same(&there, here)? {
            return Ok(Entered::Over);
        }
        let mut change = Change::new(Cause::Named(format!("same/{}", short(&gate.hash))), self.clock.now());
        let here_too = Preferences { claimed: None, also: with(known.also, &there), ..known };
        let there_too = Preferences { also: with(others.also, here), ..others };
        let preferred = [(here, here_too), (&there, there_too)].map(|(who, known)| Access::Preferred(who.clone(), Box::new(known)));
        change.access = std::iter::once(Access::Used(gate.hash)).chain(preferred).collect();
        Ok(if self.passed(&change)? { Entered::Same } else { Entered::Over })
    }

    /// No other address is theirs any more, from either side.
    fn part(&self, change: &mut Change, who: &Address) -> Result<(), Fault> {
        for other in self.store.preferences(who)?.also {
            self.prefers(change, &other, |known| Preferences { also: without(known.also, who), ..known })?;
        }
        self.prefers(change, who, |known| Preferences { also: vec![], ..known })
    }

    /// The author is nobody to the tickets that the mail points to, but somebody by another address of theirs: then they are that
    /// one. Says whether that is so.
    pub(super) fn acts_as_another(&self, case: &mut Case<'_>, candidates: &[Candidate]) -> Result<bool, Backend> {
        let strange = !candidates.is_empty() && candidates.iter().all(|candidate| candidate.role == Role::Stranger);
        let Some(author) = case.identity.address().filter(|_| strange) else { return Ok(false) };
        let takes_part = |other: &&Address| {
            let role = |candidate: &Candidate| facts::role(&candidate.ticket, &self.organisation, Some(other));
            candidates.iter().any(|candidate| matches!(role(candidate), Role::Owner | Role::Guest))
        };
        let also = self.store.preferences(author)?.also;
        let Some(other) = also.iter().find(takes_part).filter(|other| self.organisation.agent(other).is_none()) else { return Ok(false) };
        case.note("acts_as", serde_json::json!(other));
        if let Some(who) = &mut case.identity.who {
            who.address = other.clone();
        }
        Ok(true)
    }
}

fn without(mut also: Vec<Address>, other: &Address) -> Vec<Address> {
    also.retain(|known| known != other);
    also
}

fn with(mut also: Vec<Address>, other: &Address) -> Vec<Address> {
    if !also.contains(other) {
        also.push(other.clone());
    }
    also
}
