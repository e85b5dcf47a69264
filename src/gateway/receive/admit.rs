//! A stranger whose mail an agent lets in: they become a guest, and their words are said.

use super::super::Gateway;
use super::super::case::Case;
use super::super::effects::Fault;
use super::super::held::Decider;
use super::conversation::Heard;
use crate::desk::{Action, Actor, Outcome, Role, Ticket, decide_all};
use crate::proof::Level;
use crate::routing::understand::Understood;
use crate::store::{Change, Store};

impl<S: Store> Gateway<S> {
    /// Both in one commit: the agent's invitation, and what the newcomer wrote. On a ticket that is over, agents read it.
    pub(super) fn admit(&mut self, case: &mut Case<'_>, ticket: &Ticket) -> Result<Change, Fault> {
        let Some(Decider::Agent(agent, door)) = case.word.as_ref().map(|word| word.by.clone()) else {
            return self.hold(case, "join-request", Some(ticket));
        };
        let Some(author) = case.identity.address().cloned() else { return self.hold(case, "no-author", Some(ticket)) };
        let name = self.organisation.agent(&agent).map(|agent| agent.name.clone());
        let by = Actor::person(agent, name, door, Level::Proven);
        let invited = decide_all(Some(ticket), vec![Action::Invite(vec![author])], &by, self.rules(), case.now);
        let Some(joined) = invited.ticket.filter(|_| !invited.done.is_empty()) else { return self.file(case, ticket, "admitted") };
        let actor = self.actor(case, Role::Guest);
        let words = case.words(self.redacted(case)?);
        let said = decide_all(Some(&joined), vec![Action::Reply(words)], &actor, self.rules(), case.now);
        let done = invited.done.into_iter().chain(said.done).collect();
        let outcome = Outcome { ticket: said.ticket, done, refused: said.refused };
        let understood = Understood::default();
        let heard = Heard { understood, outcome, role: Role::Guest, absorbed: vec![], actor, with_people: false };
        let mut change = self.conclude(case, ticket, heard)?;
        if let Some(handled) = change.handled.as_mut() {
            handled.reason = "admitted".into();
        }
        Ok(change)
    }
}
