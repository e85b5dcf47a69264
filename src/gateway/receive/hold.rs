//! Mails that wait for a person: stored, told to agents once an hour per sender and reason, never answered.

use serde_json::json;

use super::super::case::Case;
use super::super::crowd::CROWD;
use super::super::effects::Fault;
use super::super::{Gateway, facts};
use crate::address::Address;
use crate::desk::{Agent, Monitoring, Privilege, Ticket};
use crate::mail::Kind;
use crate::notifications::{Because, Extra, MailKind, Notice, Scene};
use crate::proof::Level;
use crate::routing::guard::FLOOD;
use crate::routing::{newcomers, service};
use crate::store::{Change, Disposition, Request, Store};

/// Characters of a held mail that agents are shown.
const EXCERPT: usize = 1000;

/// Such mails that one agent gets in an hour; `guichet why --held` lists them all (CASEBOOK E16).
const TOLD_PER_HOUR: u32 = 20;

/// Reasons that a proof of the author takes away.
const PROVABLE: [&str; 2] = ["agent-not-proven", "needs-proof"];

/// Characters of a subject that are kept.
const TITLE_MAX: usize = 200;

impl<S: Store> Gateway<S> {
    /// Holds a mail, which may point at a ticket.
    pub(super) fn hold(&mut self, case: &mut Case<'_>, reason: &'static str, ticket: Option<&Ticket>) -> Result<Change, Fault> {
        let likely = ticket.zip(case.identity.address()).and_then(|(ticket, who)| {
            let belongs = ticket.is_participant(who) || self.organisation.agent(who).is_some();
            newcomers::probably(who, &ticket.participants()).filter(|_| !belongs).cloned()
        });
        if let Some(likely) = &likely {
            case.note("probably", json!(likely));
        }
        let asks = self.may_ask_author(case, reason)?;
        let quiet = case.waiting.old || case.word.is_some() || !self.is_news(case, reason)?;
        let told = if quiet { vec![] } else { self.agents_to_tell(case, reason, ticket)? };
        case.note("told", json!(told.iter().map(|(to, _)| to).collect::<Vec<_>>()));
        case.note("author_asked", json!(asks));
        let mut change = case.ends(Disposition::Held, reason, ticket.map(|ticket| ticket.id));
        if let Some(author) = case.identity.address().filter(|_| asks) {
            self.ask_author(&mut change, author, waiting_for_proof(case))?;
        }
        let notices = told.into_iter().map(|(to, last)| Notice {
            to,
            kind: MailKind::HeldMail,
            because: Because::Monitoring,
            extra: extra(case, reason, (likely.as_ref(), last)),
        });
        let notices: Vec<Notice> = notices.collect();
        let Some(ticket) = ticket else {
            notices.iter().try_for_each(|notice| self.write_apart(&mut change, notice))?;
            return Ok(change);
        };
        let (site, organisation) = (self.site.clone(), self.organisation.clone());
        let before = self.store.events(ticket.id)?;
        let scene = Scene { site: &site, organisation: &organisation, ticket, before: &before, done: &[], now: change.at.as_second() };
        notices.iter().try_for_each(|notice| self.write(&mut change, &scene, notice))?;
        Ok(change)
    }

    /// Is its author asked whether it is theirs? Those who take part or handle, once an hour for each reason; never by a mail
    /// that failed a check, and never because of a machine.
    fn may_ask_author(&self, case: &Case<'_>, reason: &str) -> Result<bool, Fault> {
        let unproven = PROVABLE.contains(&reason) && case.identity.level > Level::Failed && case.mail.kind == Kind::Human;
        let Some(author) = case.identity.address().filter(|_| unproven && !case.waiting.old && case.word.is_none()) else {
            return Ok(false);
        };
        let hour = facts::since_hours(case.now, 1);
        let again = self.store.from_since(author, Some(reason), hour)? > 0;
        let braked = self.store.auto_since(Some(author), hour)? >= self.site.brakes.auto_per_hour;
        let nobody = newcomers::is_robot(author) || self.site.is_own(author) || self.organisation.is_disabled(author);
        Ok(!again && !braked && !nobody)
    }

    /// Were agents not told of this sender, or of so many senders, within the hour?
    fn is_news(&mut self, case: &Case<'_>, reason: &str) -> Result<bool, Fault> {
        Ok(match case.identity.address() {
            _ if reason == CROWD => self.crowd.is_news(case),
            Some(author) => self.store.from_since(author, Some(reason), facts::since_hours(case.now, 1))? == 0,
            None => true,
        })
    }

    /// Agents of the service who hear of such things, and whether it is the last within the hour.
    fn agents_to_tell(&self, case: &Case<'_>, reason: &str, ticket: Option<&Ticket>) -> Result<Vec<(Address, bool)>, Fault> {
        let hour = facts::since_hours(case.now, 1);
        let by_address = || service::destination(&case.mail, &self.organisation, &self.site, None).map(|(service, _)| service);
        let Some(key) = ticket.map(|ticket| ticket.service.clone()).or_else(by_address) else { return Ok(vec![]) };
        let mut told = Vec::new();
        for (agent, member) in self.organisation.members(&key) {
            let own = ticket.is_some_and(|ticket| ticket.assignee.as_ref() == Some(&agent.address));
            let before = self.store.auto_since(Some(&agent.address), hour)?;
            if (own || member.hears > Monitoring::Never) && (before < TOLD_PER_HOUR || reason == CROWD) {
                told.push((agent.address.clone(), before + 1 == TOLD_PER_HOUR));
            }
        }
        Ok(told)
    }

    /// Tells those who look after the desk that a mail could not be handled: agents who manage agents, else those of the
    /// first service. A fault here only leaves the mail untold: it is parked all the same, and logged.
    pub(super) fn tell_parked(&mut self, change: &mut Change, case: &Case<'_>, reason: &str) {
        for to in self.administrators() {
            let notice = Notice { to, kind: MailKind::Parked, because: Because::Administrator, extra: extra(case, reason, (None, false)) };
            if let Err(fault) = self.write_apart(change, &notice) {
                tracing::error!(fault = %fault, "nobody could be told of a parked mail");
            }
        }
    }

    fn administrators(&self) -> Vec<Address> {
        let manages =
            |agent: &&Agent| !agent.disabled && agent.memberships.iter().any(|member| member.may.contains(&Privilege::ManageAgents));
        let named: Vec<Address> = self.organisation.agents.iter().filter(manages).map(|agent| agent.address.clone()).collect();
        let first = self.organisation.services.first().map(|service| service.key.as_str()).unwrap_or_default();
        let others = || self.organisation.members(first).map(|(agent, _)| agent.address.clone()).collect();
        if named.is_empty() { others() } else { named }
    }
}

/// What a key confirms, as its page shows it.
fn waiting_for_proof(case: &Case<'_>) -> Request {
    Request {
        title: case.mail.subject.chars().take(TITLE_MAX).collect(),
        text: case.mail.reply.chars().take(EXCERPT).collect(),
        held: Some(case.waiting.instance),
        ..Request::default()
    }
}

fn extra(case: &Case<'_>, reason: &str, (likely, last): (Option<&Address>, bool)) -> Extra {
    Extra::Held {
        instance: case.waiting.instance,
        reason: reason.to_owned(),
        from: case.identity.who.as_ref().map(|who| format!("{} <{}>", who.label(), who.address)).unwrap_or_default(),
        subject: case.mail.subject.clone(),
        excerpt: case.mail.reply.chars().take(EXCERPT).collect(),
        likely: likely.map(ToString::to_string).unwrap_or_default(),
        many: [FLOOD, CROWD].contains(&reason),
        last,
    }
}
