//! What an agent's commands came to: a receipt with a way back, or a text that waits with ways on.

use jiff::Timestamp;
use serde_json::json;

use super::super::Gateway;
use super::super::case::Case;
use super::super::effects::{Decided, Fault};
use crate::address::Address;
use crate::desk::{Action, Actor, Outcome, Refused, Ticket, What, undo};
use crate::notifications::{Because, Extra, MailKind, Notice, Ways};
use crate::routing::understand::{Understood, offers};
use crate::store::{Change, Disposition, Store};

impl<S: Store> Gateway<S> {
    /// An agent's commands that could not all be done: nothing is, the text waits, one mail says why and how to go on.
    pub(super) fn hold_draft(
        &mut self,
        case: &mut Case<'_>,
        ticket: &Ticket,
        understood: Understood,
        refused: Vec<Refused>,
    ) -> Result<Change, Fault> {
        let refused = if refused.is_empty() { understood.refused.clone() } else { refused };
        case.note("refused", json!(refused));
        let mut change = case.ends(Disposition::Held, "commands-refused", Some(ticket.id));
        let Some(to) = case.identity.address().cloned().filter(|_| !case.waiting.old) else { return Ok(change) };
        let ways = Ways { instance: case.waiting.instance, offers: offers::offers(&understood, &refused), ..Ways::default() };
        let extra = Extra::Commands { done: vec![], refused, draft: understood.text.clone(), ways };
        let nothing = Outcome { ticket: Some(ticket.clone()), done: vec![], refused: vec![] };
        let notice = Notice { to, kind: MailKind::CommandRefused, because: Because::Author, extra };
        let to = notice.to.clone();
        self.add(&mut change, Decided { before: Some(ticket), outcome: &nothing, extra: vec![notice], silent: false, unanswered: None })?;
        self.answer_to(&mut change, case, (&to, Some(ticket)), understood.questions)?;
        Ok(change)
    }

    /// One short mail to whoever wrote commands that were done, with the way back.
    pub(in crate::gateway) fn receipt(&self, understood: &Understood, outcome: &Outcome, actor: &Actor) -> Result<Vec<Notice>, Fault> {
        let Some(to) = actor.person.clone().filter(|_| understood.was_commands) else { return Ok(vec![]) };
        let refused = |action: &&Action| outcome.refused.iter().any(|refused| refused.action == action.word());
        let done = understood.actions.iter().filter(|action| !refused(action)).map(|action| action.word().to_owned()).collect();
        let last = outcome.done.last().map(|event| event.seq);
        let away = self.given_away(outcome)?;
        let deputy = away.as_ref().and_then(|(who, _)| self.organisation.deputy(who)).filter(|deputy| deputy.address != to);
        let offers = deputy.map(|deputy| format!("#assign {}", deputy.address)).into_iter().collect();
        let undo = last.filter(|_| undo::can_be_undone(&outcome.done));
        let ways = Ways { undo, away, offers, time: self.misses_time(outcome), ..Ways::default() };
        let extra = Extra::Commands { done, refused: outcome.refused.clone(), draft: String::new(), ways };
        Ok(vec![Notice { to, kind: MailKind::Receipt, because: Because::Author, extra }])
    }

    /// Was a solution proposed without the time that the service wants to know?
    fn misses_time(&self, outcome: &Outcome) -> bool {
        let proposed = outcome.done.iter().any(|event| matches!(event.what, What::ClosureProposed { .. }));
        proposed && outcome.ticket.as_ref().is_some_and(|ticket| self.organisation.misses_time(ticket))
    }

    /// Somebody got the ticket who is away, and until when.
    fn given_away(&self, outcome: &Outcome) -> Result<Option<(Address, Timestamp)>, Fault> {
        let given = outcome.done.iter().rev().find_map(|event| match &event.what {
            What::Assigned { to, .. } => Some((to, event.at)),
            _ => None,
        });
        let Some((who, at)) = given else { return Ok(None) };
        let away = self.store.preferences(who)?.away_until.filter(|until| at < *until);
        Ok(away.map(|until| (who.clone(), until)))
    }
}
