//! Where a ticket stands, and what it waits for and from whom, in the reader's language.

use super::views::{Detail, StatusView};
use crate::address::Address;
use crate::desk::{Status, Ticket};
use crate::notifications::{Scene, Words, facts, names};

/// The status line.
pub fn status(words: &Words, scene: &Scene<'_>, reader: &Address) -> StatusView {
    let ticket = scene.ticket;
    let word = ticket.status.word();
    let reader = if ticket.is_owner(reader) { "owner" } else { "guest" };
    let key = match &ticket.status {
        Status::WaitingForInformation { .. } | Status::AwaitingApproval { .. } => format!("page.waiting.{word}_{reader}"),
        _ => format!("page.waiting.{word}"),
    };
    let at = |at| words.date(at, &scene.site.zone);
    let (who, when) = match &ticket.status {
        Status::WaitingForInformation { asked_by, since, .. } => (Some(asked_by), at(*since)),
        Status::AwaitingApproval { proposed_by, since, .. } => (Some(proposed_by), at(*since)),
        Status::Postponed { until } => (ticket.assignee.as_ref(), at(*until)),
        Status::Closed { at: end, .. } => (ticket.assignee.as_ref(), at(*end)),
        Status::Free | Status::InProgress => (ticket.assignee.as_ref(), String::new()),
    };
    let who = who.map_or_else(|| service(scene), |who| names::label(scene, who));
    let values = [("who", &*who), ("at", &when), ("requester", &names::label(scene, &ticket.requester))];
    StatusView { word, label: words.term("status", word).to_owned(), sentence: words.say(&key, &values) }
}

/// What stands beside: service, category, who is in charge, since when; what the request tells besides its words, where the
/// reader `may_know`.
pub fn details(words: &Words, scene: &Scene<'_>, may_know: bool) -> Vec<Detail> {
    let ticket = scene.ticket;
    let detail = |key: &str, value: String| Detail { name: words.say(&format!("page.detail.{key}"), &[]), value };
    let person = |who: &Address| names::label(scene, who);
    let mut details =
        vec![detail("opened", words.date(ticket.opened_at, &scene.site.zone)), detail("requester", person(&ticket.requester))];
    details.extend(ticket.beneficiary.iter().map(|who| detail("beneficiary", person(who))));
    details.push(detail("service", service(scene)));
    details.extend(category(scene, ticket).map(|name| detail("category", name)));
    details.extend(ticket.assignee.iter().map(|who| detail("assignee", person(who))));
    if may_know && ticket.details.minutes > 0 {
        details.push(detail("time", facts::duration(ticket.details.minutes)));
    }
    let told = facts::known(words, scene).into_iter().filter(|_| may_know);
    details.extend(told.map(|(name, value)| Detail { name, value }));
    details
}

/// What the ticket's service is called.
pub fn service(scene: &Scene<'_>) -> String {
    scene.organisation.service(&scene.ticket.service).map_or_else(|| scene.site.name.clone(), |service| service.name.clone())
}

fn category(scene: &Scene<'_>, ticket: &Ticket) -> Option<String> {
    let service = scene.organisation.service(&ticket.service)?;
    service.categories.iter().find(|category| category.key == ticket.category).map(|category| category.name.clone())
}
