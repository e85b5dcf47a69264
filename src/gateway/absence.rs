//! Absences that an agent's own mailbox announces: proposed to that agent, and noted when they say so themselves.
//!
//! Promises: a machine's mail notes nothing and gets no answer; what is proposed is a new mail to the agent, once for each absence
//! and at most once in a few days, so that no two machines talk. Excludes: when somebody is back by what their mail says (see
//! `mail::read`), and what an absence changes.

use jiff::SignedDuration;

use super::Gateway;
use super::access::{Entered, short};
use super::case::Case;
use super::effects::Fault;
use crate::address::Address;
use crate::desk::form::morning;
use crate::desk::{Preferences, Proposed};
use crate::mail::Kind;
use crate::notifications::{Because, Extra, MailKind, Notice};
use crate::proof::Level;
use crate::store::{Access, Backend, Cause, Change, Gate, GateFor, Store};

/// How long somebody is left in peace after a proposal, whatever else their mailbox announces.
const PEACE: SignedDuration = SignedDuration::from_hours(7 * 24);

impl<S: Store> Gateway<S> {
    /// Proposes to the agent whose mailbox answers that it is away to note it, in the commit of that answer.
    pub(super) fn propose_absence(&mut self, change: &mut Change, case: &Case<'_>) -> Result<(), Fault> {
        let (Some(back), Some(agent)) = (case.mail.returns, self.whose_absence(case)) else { return Ok(()) };
        let Ok(until) = morning(back).to_zoned(self.site.zone.clone()).map(|morning| morning.timestamp()) else { return Ok(()) };
        let known = self.store.preferences(&agent)?;
        if until <= case.now || !known.is_news(until, case.now - PEACE) {
            return Ok(());
        }
        let url = self.confirming_key(change, (GateFor::Absence, &agent), case.now);
        let notice =
            Notice { to: agent.clone(), kind: MailKind::AbsenceProposed, because: Because::Author, extra: Extra::Absence { url, back } };
        if self.kept_back(&notice, change)?.is_some() {
            return Ok(());
        }
        let preferences = Preferences { proposed: Some(Proposed { until, at: case.now }), ..known };
        change.access.push(Access::Preferred(agent, Box::new(preferences)));
        self.write_apart(change, &notice)
    }

    /// The agent, where nothing speaks against its being their mailbox.
    fn whose_absence(&self, case: &Case<'_>) -> Option<Address> {
        let believed = case.mail.kind == Kind::AutoReply && case.identity.level > Level::Failed && !case.waiting.old;
        let agent = self.organisation.agent(case.identity.address().filter(|_| believed)?)?;
        (!agent.disabled).then(|| agent.address.clone())
    }

    /// The agent says that it is so. Pressed twice, it has one effect.
    pub(super) fn confirm_absence(&mut self, gate: &Gate) -> Result<Entered, Backend> {
        let (known, now) = (self.store.preferences(&gate.person)?, self.clock.now());
        let until = known.proposed.as_ref().map(|proposed| proposed.until).filter(|until| *until > now);
        let (Some(until), Some(_)) = (until, self.organisation.agent(&gate.person)) else { return Ok(Entered::Over) };
        let mut change = Change::new(Cause::Named(format!("absence/{}", short(&gate.hash))), now);
        let preferences = Preferences { away_until: Some(until), ..known };
        change.access = vec![Access::Used(gate.hash), Access::Preferred(gate.person.clone(), Box::new(preferences))];
        Ok(if self.passed(&change)? { Entered::Absent } else { Entered::Over })
    }
}
