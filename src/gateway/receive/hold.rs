//! Mails that wait for a person: stored, told to agents once an hour per sender and reason, never answered.

use serde_json::json;

use super::super::case::Case;
use super::super::effects::Fault;
use super::super::{Gateway, facts};
use crate::desk::{Monitoring, Ticket};
use crate::notifications::{Because, Extra, MailKind, Notice, Scene};
use crate::store::{Change, Disposition, Store};

/// Characters of a held mail that agents are shown.
const EXCERPT: usize = 1000;

impl<S: Store> Gateway<S> {
    /// Holds a mail, which may point at a ticket.
    pub(super) fn hold(&mut self, case: &mut Case<'_>, reason: &'static str, ticket: Option<&Ticket>) -> Result<Change, Fault> {
        let told = self.agents_to_tell(case, reason, ticket)?;
        case.note("told", json!(told.iter().map(|notice| notice.to.as_str()).collect::<Vec<_>>()));
        let mut change = case.ends(Disposition::Held, reason, ticket.map(|ticket| ticket.id));
        let Some(ticket) = ticket else { return Ok(change) };
        if case.waiting.old {
            return Ok(change);
        }
        let (site, organisation) = (self.site.clone(), self.organisation.clone());
        let before = self.store.events(ticket.id)?;
        let scene = Scene { site: &site, organisation: &organisation, ticket, before: &before, done: &[], now: change.at.as_second() };
        for notice in &told {
            self.write(&mut change, &scene, notice)?;
        }
        Ok(change)
    }

    /// Agents of the ticket's service who hear of such things; nobody when they were told of this sender within the hour.
    fn agents_to_tell(&self, case: &Case<'_>, reason: &str, ticket: Option<&Ticket>) -> Result<Vec<Notice>, Fault> {
        let hour = facts::since_hours(case.now, 1);
        if let Some(author) = case.identity.address()
            && self.store.from_since(author, Some(reason), hour)? > 0
        {
            return Ok(vec![]);
        }
        let Some(ticket) = ticket else { return Ok(vec![]) };
        let extra = Extra::Held {
            instance: case.waiting.instance,
            reason: reason.to_owned(),
            from: case.identity.who.as_ref().map(|who| format!("{} <{}>", who.label(), who.address)).unwrap_or_default(),
            subject: case.mail.subject.clone(),
            excerpt: case.mail.reply.chars().take(EXCERPT).collect(),
        };
        let hears = |to: &crate::address::Address, hears: Monitoring| ticket.assignee.as_ref() == Some(to) || hears > Monitoring::Never;
        let members = self.organisation.members(&ticket.service).filter(|(agent, member)| hears(&agent.address, member.hears));
        let notice = |to| Notice { to, kind: MailKind::HeldMail, because: Because::Monitoring, extra: extra.clone() };
        Ok(members.map(|(agent, _)| notice(agent.address.clone())).collect())
    }
}
