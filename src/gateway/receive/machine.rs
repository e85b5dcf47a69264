//! Mails that no person wrote: filed where they belong, never answered, never reopening, never commanding.

use jiff::Timestamp;

use super::super::Gateway;
use super::super::case::Case;
use super::super::effects::{Decided, Fault};
use crate::desk::{Action, Actor, Door, Outcome, Ticket, decide_all};
use crate::mail::Kind;
use crate::proof::Level;
use crate::store::{Change, Disposition, Store};

impl<S: Store> Gateway<S> {
    /// An automatic mail without a conversation. A proven machine (monitoring) may open a ticket; answers of machines are
    /// kept without effect; what else no person wrote waits for one.
    pub(super) fn machine_alone(&mut self, case: &mut Case<'_>) -> Result<Change, Fault> {
        match case.mail.kind {
            Kind::System if case.identity.level == Level::Proven && case.mail.bounce.is_none() => self.open(case, None),
            Kind::System => self.hold(case, "notification", None),
            _ => {
                let mut change = case.ends(Disposition::Ignored, "automatic-reply", None);
                self.propose_absence(&mut change, case)?;
                Ok(change)
            }
        }
    }

    /// An automatic mail, or one that comes too promptly to be a person's, on its ticket: agents may read it, no more.
    pub(super) fn file(&mut self, case: &mut Case<'_>, ticket: &Ticket, reason: &'static str) -> Result<Change, Fault> {
        let who = case.identity.who.clone();
        let actor = Actor {
            person: who.as_ref().map(|who| who.address.clone()),
            name: who.and_then(|who| who.name),
            door: Door::Mail,
            level: case.identity.level,
            as_participant: true,
        };
        let filed = |action| decide_all(Some(ticket), vec![action], &actor, self.rules(), case.now);
        let words = || case.words(case.mail.reply.clone());
        let away = self.returns(case, ticket).map(|until| filed(Action::Away(until, words()))).filter(Outcome::all_done);
        let silent = away.is_none();
        let outcome = away.unwrap_or_else(|| filed(Action::File(words())));
        let mut change = case.ends(Disposition::Attached, reason, Some(ticket.id));
        self.add(&mut change, Decided { before: Some(ticket), outcome: &outcome, extra: vec![], silent, unanswered: None })?;
        self.propose_absence(&mut change, case)?;
        Ok(change)
    }

    /// When whoever is asked can answer again, as their absence message says.
    fn returns(&self, case: &Case<'_>, ticket: &Ticket) -> Option<Timestamp> {
        let back = case.mail.returns.filter(|_| case.mail.kind == Kind::AutoReply)?;
        let calendar = self.times().of(&ticket.service);
        let morning = back.to_zoned(calendar.zone().clone()).ok()?.timestamp();
        Some(calendar.opens(morning))
    }
}
