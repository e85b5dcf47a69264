//! Mails that wait for a decision of agents.

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::inside::{Inside, enter};
use super::views::{HeldListView, HeldView};
use crate::desk::Privilege;
use crate::mail::{self, Incoming};
use crate::notifications::names;
use crate::store::{Backend, Disposition, Instance, Reads};
use crate::web::desk::{Desk, Web};
use crate::web::links;
use crate::web::pages::{Frame, View};
use crate::web::tickets::Way;
use crate::web::visitor::Visitor;

/// Mails on the page, newest first.
const MAILS: usize = 30;
/// Characters of a mail that are shown.
const TEXT_MAX: usize = 3000;

/// What waits.
pub async fn list<D: Desk>(State(web): State<Web<D>>, Extension(visitor): Extension<Visitor>, headers: HeaderMap) -> Response {
    let limits = web.desk.site().limits;
    let found = enter(&web, (&visitor, &headers), move |reads, inside| waiting(reads, inside, &limits)).await;
    let (inside, mails) = match found {
        Ok(found) => found,
        Err(response) => return response,
    };
    let words = inside.words(&web);
    let view = HeldListView {
        heading: words.say("page.held.heading", &[]),
        hint: words.say("page.held.hint", &[]),
        empty: words.say("page.held.empty", &[]),
        mails: mails.iter().map(|(instance, mail)| view(&web, &inside, instance, mail)).collect(),
    };
    let frame: Frame = inside.frame(&web, &visitor, ("held", &view.heading));
    links::rendered(&web, StatusCode::OK, web.texts.render("held", &View { frame, own: view }))
}

type Waiting = (Instance, Incoming);

/// Those that point at a ticket of the agent's services, and for whoever looks after the desk those that point at none.
fn waiting(reads: &dyn Reads, inside: &Inside, limits: &mail::Limits) -> Result<Vec<Waiting>, Backend> {
    let mut found = Vec::new();
    for instance in reads.instances(Some(Disposition::Held), MAILS)? {
        let ticket = instance.handled.as_ref().and_then(|handled| handled.ticket);
        let theirs = match ticket {
            Some(id) => reads.ticket(id)?.is_some_and(|ticket| inside.services.contains(&ticket.service)),
            None => looks_after(inside),
        };
        if theirs {
            let raw = reads.raw(instance.id)?.unwrap_or_default();
            found.push((instance, mail::read(&raw, limits)));
        }
    }
    Ok(found)
}

fn looks_after(inside: &Inside) -> bool {
    let first = inside.organisation.services.first().map(|service| &service.key);
    let manages = inside
        .organisation
        .agent(&inside.person)
        .is_some_and(|agent| agent.memberships.iter().any(|member| member.may.contains(&Privilege::ManageAgents)));
    manages || first.is_some_and(|first| inside.services.contains(first))
}

fn view<D: Desk>(web: &Web<D>, inside: &Inside, instance: &Instance, mail: &Incoming) -> HeldView {
    let words = inside.words(web);
    let handled = instance.handled.as_ref();
    let ticket = handled.and_then(|handled| handled.ticket);
    let from = handled.and_then(|handled| handled.from.as_ref()).or_else(|| mail.from.address());
    HeldView {
        number: instance.id.to_string(),
        from: from.map_or_else(|| words.say("page.held.nobody", &[]), ToString::to_string),
        subject: names::title(&mail.subject),
        reason: handled.map(|handled| words.term("held", &handled.reason).to_owned()).unwrap_or_default(),
        at: words.date(instance.received_at, &web.desk.site().zone),
        iso: instance.received_at.to_string(),
        text: mail.reply.chars().take(TEXT_MAX).collect(),
        ticket: ticket.map(|id| format!("#{id}")).unwrap_or_default(),
        ticket_url: ticket.map(|id| format!("{}{}", links::prefix(&web.desk.site().base_url), Way::Desk(id).path())).unwrap_or_default(),
        buttons: vec![],
    }
}
