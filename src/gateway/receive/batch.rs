//! An answer to a mailed list: commands for several tickets in one mail, all of them or none.

use serde_json::json;

use super::super::Gateway;
use super::super::case::Case;
use super::super::effects::{Decided, Fault};
use super::super::pairs::{Decision, with_people};
use super::super::wishes::may_command;
use super::conversation::doubt;
use crate::address::Address;
use crate::desk::{Action, Actor, Door, Outcome, Refused, Role, Ticket, TicketId, Why, Words, privileges};
use crate::notifications::{Answer, Because, Extra, MailKind, Notice, Ways};
use crate::routing::understand::{Asked, Moment, Understood, understand};
use crate::store::{Change, Disposition, Store};

/// One ticket's part.
struct Share {
    ticket: Ticket,
    understood: Understood,
    outcome: Outcome,
}

impl<S: Store> Gateway<S> {
    /// Does what each line asks; one that cannot be done holds them all.
    pub(super) fn batch(&mut self, case: &mut Case<'_>, author: &Address, lines: Vec<(TicketId, String)>) -> Result<Change, Fault> {
        let name = self.organisation.agent(author).map(|agent| agent.name.clone());
        let actor = Actor::person(author.clone(), name, Door::Mail, case.identity.level);
        case.note("batch", json!(lines.iter().map(|(id, _)| id).collect::<Vec<_>>()));
        let mut shares = Vec::with_capacity(lines.len());
        for (id, said) in lines {
            match self.share(case, &actor, id, &said)? {
                Ok(share) => shares.push(share),
                Err(written) => {
                    let mut change = case.ends(Disposition::Held, "commands-refused", None);
                    self.mail_answers(&mut change, case, author, vec![Answer::NoTicket(written)])?;
                    return Ok(change);
                }
            }
        }
        let wrong = shares.iter().position(|share| !share.outcome.all_done() || share.outcome.done.is_empty() || share.understood.held);
        match wrong {
            Some(at) => self.refuse_batch(case, author, shares.swap_remove(at)),
            None => self.do_batch(case, &actor, &shares),
        }
    }

    /// What the lines of one ticket come to; its number when it does not exist for this agent.
    fn share(&mut self, case: &Case<'_>, actor: &Actor, id: TicketId, said: &str) -> Result<Result<Share, String>, Fault> {
        let ticket = super::super::facts::head(&self.store, id)?;
        let theirs = |ticket: &Ticket| privileges::role(ticket, actor, &self.organisation) == Role::Agent;
        let Some(ticket) = ticket.filter(theirs) else { return Ok(Err(format!("#{id}"))) };
        let Some(author) = actor.person.clone() else { return Ok(Err(format!("#{id}"))) };
        let organisation = self.answering(&ticket, &author, may_command(said))?;
        let understood = understand(&Asked {
            words: Words { text: said.to_owned(), source: None, reached: vec![] },
            shown: said.to_owned(),
            role: Role::Agent,
            level: case.identity.level,
            author,
            ticket: &ticket,
            organisation: &organisation,
            internal: false,
            automatic: false,
            at: Moment { now: case.now, zone: &self.site.zone },
            doubt: doubt(case),
        });
        let mut outcome = self.decided(&ticket, understood.actions.clone(), actor, case.now)?;
        outcome.refused.extend(understood.refused.iter().cloned());
        Ok(Ok(Share { ticket, understood, outcome }))
    }

    fn refuse_batch(&mut self, case: &mut Case<'_>, author: &Address, share: Share) -> Result<Change, Fault> {
        let Share { ticket, outcome, .. } = share;
        let nothing = || vec![Refused { action: "command".into(), why: Why::NothingToDo }];
        let refused = if outcome.refused.is_empty() { nothing() } else { outcome.refused };
        case.note("refused", json!(refused));
        let mut change = case.ends(Disposition::Held, "commands-refused", Some(ticket.id));
        let extra = Extra::Commands { done: vec![], refused, draft: case.mail.said.clone(), ways: Ways::default() };
        let notice = Notice { to: author.clone(), kind: MailKind::CommandRefused, because: Because::Author, extra };
        let nothing = Outcome { ticket: Some(ticket.clone()), done: vec![], refused: vec![] };
        self.add(&mut change, Decided { before: Some(&ticket), outcome: &nothing, extra: vec![notice], silent: false, unanswered: None })?;
        Ok(change)
    }

    fn do_batch(&mut self, case: &mut Case<'_>, actor: &Actor, shares: &[Share]) -> Result<Change, Fault> {
        let mut change = case.ends(Disposition::Attached, "batch", shares.first().map(|share| share.ticket.id));
        let mut answers = Vec::with_capacity(shares.len());
        for Share { ticket, outcome, .. } in shares {
            let decided = Decided { before: Some(ticket), outcome, extra: vec![], silent: case.waiting.old, unanswered: None };
            self.add(&mut change, decided)?;
        }
        // What they do elsewhere comes after all of them: it may be to one another.
        for Share { ticket, understood, outcome } in shares {
            let with_people = with_people(&understood.actions);
            self.follow(&mut change, &Decision { before: ticket, outcome, actor, with_people })?;
            let verbs = understood.actions.iter().map(|action: &Action| action.word().to_owned()).collect();
            answers.push(Answer::Done(self.row(outcome.ticket.as_ref().unwrap_or(ticket)), verbs));
        }
        if let Some(author) = actor.person.as_ref().filter(|_| !case.waiting.old) {
            self.mail_answers(&mut change, case, author, answers)?;
        }
        Ok(change)
    }
}
