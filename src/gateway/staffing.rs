//! What whoever manages a service changes of its staff by page: checked, told to all who manage it, and one commit.
//!
//! Promises: a form that was made from an older organisation changes nothing; who leaves leaves no ticket behind; everybody who manages
//! the service, before or after, and whoever it is about, gets a mail of it.
//! Excludes: what an organisation file says about it later (see `cli::org`), and how the forms look.

use std::collections::{BTreeMap, BTreeSet};

use super::Gateway;
use super::effects::{Decided, Fault};
use crate::address::Address;
use crate::desk::{
    Action, Door, Organisation, Preferences, Privilege, Rules, Staffing, Ticket, TicketId, Unfit, decide_all, privileges, staffing,
};
use crate::notifications::{Answer, Because, Extra, MailKind, Notice};
use crate::store::{Access, Backend, Cause, Change, CommitFault, Order, Shelf, Store};

/// Tickets that one agent may leave behind at once.
const TICKETS_MAX: usize = 2000;

/// A form about a service's staff.
#[derive(Debug, Clone, PartialEq)]
pub struct Manage {
    /// Who is signed in.
    pub by: Address,
    /// Key of the service.
    pub service: String,
    /// The organisation's version that the form was made from.
    pub seen: u64,
    /// The form's own number: pressed twice, it acts once.
    pub nonce: String,
    /// What it changes.
    pub what: Vec<Staffing>,
    /// Who gets the open tickets of whoever leaves.
    pub heirs: Heirs,
}

/// Who gets which tickets; nobody: they are free.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Heirs {
    /// All that are not named.
    pub usual: Option<Address>,
    /// Single ones.
    pub each: BTreeMap<TicketId, Option<Address>>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Managed {
    /// It is so, now or since the form was pressed before.
    Done,
    /// The organisation changed since the form was made; nothing was done.
    Changed,
    /// It cannot be done.
    Refused(Unfit),
    /// They do not manage this service.
    NotAllowed,
}

impl<S: Store> Gateway<S> {
    /// Does what a form about a service's staff asks, or says why not.
    pub fn manage(&mut self, form: &Manage) -> Result<Managed, Backend> {
        if self.store.was_done(&format!("form/{}", form.nonce))? {
            return Ok(Managed::Done);
        }
        if !privileges::manages(&self.organisation, &form.by, &form.service) {
            return Ok(Managed::NotAllowed);
        }
        if self.store.organisation_version()? != form.seen {
            return Ok(Managed::Changed);
        }
        if let Some(unfit) = self.unfit(form) {
            return Ok(Managed::Refused(unfit));
        }
        let mut change = Change::new(Cause::Named(format!("form/{}", form.nonce)), self.clock.now());
        if let Err(unfit) = self.staff(&mut change, form)? {
            return Ok(Managed::Refused(unfit));
        }
        match self.store.commit(&change) {
            Ok(()) | Err(CommitFault::AlreadyDone) => {}
            Err(fault) => return Err(Backend(fault.to_string())),
        }
        self.organisation = std::sync::Arc::new(self.store.organisation()?);
        Ok(Managed::Done)
    }

    fn unfit(&self, form: &Manage) -> Option<Unfit> {
        let own = |what: &Staffing| what.agent().into_iter().chain(what.guests()).any(|who| self.site.is_own(who));
        match form.what.as_slice() {
            [] => Some(Unfit::Unchanged),
            all if all.iter().any(own) => Some(Unfit::Own),
            all => all.iter().find_map(|what| what.fits(&form.service, &self.organisation).err()),
        }
    }

    /// Everything that the form does; or why its tickets cannot go where they should.
    fn staff(&mut self, change: &mut Change, form: &Manage) -> Result<Result<(), Unfit>, Fault> {
        let before = self.organisation.clone();
        let mut after = Organisation::clone(&before);
        let mut handed = Vec::new();
        for what in &form.what {
            what.apply(&form.service, &mut after);
            match what {
                Staffing::Leaves { agent } => match self.hand_over(change, form, agent)? {
                    Ok(tickets) => handed = tickets,
                    Err(unfit) => return Ok(Err(unfit)),
                },
                Staffing::Away { agent, until } => {
                    let preferences = Preferences { away_until: *until, ..self.store.preferences(agent)? };
                    change.access.push(Access::Preferred(agent.clone(), Box::new(preferences)));
                }
                _ => {}
            }
            change.access.push(Access::Staffed { by: form.by.clone(), service: form.service.clone(), what: what.clone() });
        }
        self.tell_managers(change, form, (&before, &after), handed)?;
        Ok(Ok(()))
    }

    /// Whoever manages the service may give away what somebody leaves behind, whatever else they may do.
    fn hand_over(&mut self, change: &mut Change, form: &Manage, leaver: &Address) -> Result<Result<Vec<Ticket>, Unfit>, Fault> {
        let trusted = trusting(&self.organisation, &form.by, &form.service);
        let actor = self.signed_in(&form.by, false, Door::Page)?;
        let shelf = Shelf { order: Order::Oldest, limit: TICKETS_MAX, ..Shelf::in_charge(&form.service, leaver) };
        let mut handed = Vec::new();
        for ticket in self.store.shelf(&shelf)? {
            let action = match form.heirs.each.get(&ticket.id).unwrap_or(&form.heirs.usual) {
                Some(heir) if heir == leaver => return Ok(Err(Unfit::Successor)),
                Some(heir) => Action::Assign(heir.clone()),
                None => Action::Release,
            };
            let rules = Rules { organisation: &trusted, ..self.rules() };
            let outcome = decide_all(Some(&ticket), vec![action], &actor, rules, change.at);
            if !outcome.all_done() {
                return Ok(Err(Unfit::Successor));
            }
            self.add(change, Decided { before: Some(&ticket), outcome: &outcome, extra: vec![], silent: false, unanswered: None })?;
            handed.extend(outcome.ticket);
        }
        Ok(Ok(handed))
    }

    fn tell_managers(
        &mut self,
        change: &mut Change,
        form: &Manage,
        (before, after): (&Organisation, &Organisation),
        handed: Vec<Ticket>,
    ) -> Result<(), Fault> {
        let managers = [before, after].into_iter().flat_map(|organisation| staffing::managers(organisation, &form.service));
        let concerned = form.what.iter().filter_map(Staffing::agent);
        let readers: BTreeSet<Address> = managers.map(|agent| &agent.address).chain(concerned).cloned().collect();
        let name = |who: &Address| {
            let known = [after, before].into_iter().find_map(|organisation| organisation.agent(who));
            known.map_or_else(|| who.to_string(), |agent| agent.name.clone())
        };
        let names = form.what.iter().filter_map(Staffing::agent).map(name).collect();
        let answer = Answer::Staffed {
            service: after.service(&form.service).map_or_else(|| form.service.clone(), |service| service.name.clone()),
            by: name(&form.by),
            what: form.what.iter().map(|what| what.named(&form.service, after)).collect(),
            names,
            handed: handed.iter().map(|ticket| (ticket.id, ticket.assignee.as_ref().map(name))).collect(),
        };
        for to in readers {
            let extra = Extra::Answers { answers: vec![answer.clone()], asked_in: None };
            let notice = Notice { to, kind: MailKind::ServiceChanged, because: Because::Administrator, extra };
            if self.kept_back(&notice, change)?.is_none() {
                self.write_apart(change, &notice)?;
            }
        }
        Ok(())
    }
}

/// The organisation in which a manager may also give away tickets of others.
fn trusting(organisation: &Organisation, manager: &Address, service: &str) -> Organisation {
    let mut trusted = organisation.clone();
    let theirs = trusted.agents.iter_mut().filter(|agent| agent.address == *manager).flat_map(|agent| &mut agent.memberships);
    theirs.filter(|member| member.service == service).for_each(|member| member.may.extend([Privilege::TakeAssigned, Privilege::Assign]));
    trusted
}
