//! One line for each thing that happened, "Karim Benali took the ticket", and for each thing that a request tells besides
//! its words, in the reader's language.
//!
//! Excludes: the words that people wrote (see [`super::views`]).

use super::language::Words;
use super::shown::{self, Position};
use super::{MailKind, Notice, Scene, names};
use crate::address::Address;
use crate::desk::{Attention, Details, Event, Property, What};

/// The line for an event, or none where its words, or the mail's own text, say it.
pub fn fact(words: &Words, scene: &Scene<'_>, event: &Event, notice: &Notice) -> Option<String> {
    if let What::Opened { related: Some(related), late, .. } = &event.what {
        // Only agents may know of a ticket that the reader may have no part in; its author is told why this is another one.
        return match shown::position(scene, &notice.to) {
            Position::Agent => Some(words.say("fact.related", &[("whom", &format!("#{related}"))])),
            _ if *late && event.actor.person.as_ref() == Some(&notice.to) => Some(words.say("fact.too_late", &[])),
            _ => None,
        };
    }
    if leads(notice.kind, &event.what) {
        return None;
    }
    let who = event.actor.person.as_ref().map_or_else(|| scene.site.name.clone(), |person| names::label(scene, person));
    let (key, whom) = match &event.what {
        What::Opened { .. } | What::Replied { .. } | What::Unverified | What::Noted | What::Filed => return None,
        What::Changed { .. } | What::Postponed { .. } | What::Transferred { .. } | What::Undone { .. } | What::Attended { .. } => {
            return Some(upkeep(words, scene, event, &who));
        }
        What::Joined { guests } if guests.contains(&notice.to) => ("fact.invited", String::new()),
        What::Joined { guests } => ("fact.joined", list(scene, guests)),
        What::Left { guest } if event.actor.person.as_ref() == Some(guest) => ("fact.left", names::label(scene, guest)),
        What::Left { guest } => ("fact.removed", names::label(scene, guest)),
        What::JoinRequested { stranger } => ("fact.join_requested", names::label(scene, stranger)),
        What::Taken { .. } => ("fact.taken", String::new()),
        What::Assigned { to, .. } if event.actor.person.is_none() => ("fact.assigned_by_rule", names::label(scene, to)),
        What::Assigned { to, .. } => ("fact.assigned", names::label(scene, to)),
        What::Released { .. } => ("fact.released", String::new()),
        What::InformationRequested { .. } => ("fact.information_requested", names::label(scene, &scene.ticket.requester)),
        What::Answered { .. } => ("fact.answered", String::new()),
        What::ClosureProposed { .. } => ("fact.closure_proposed", names::label(scene, &scene.ticket.requester)),
        What::ClosureApproved { .. } => ("fact.closure_approved", String::new()),
        What::ClosureRefused { .. } => ("fact.closure_refused", String::new()),
        What::Ended { .. } => ("fact.ended", String::new()),
        What::Solved { article } => ("fact.solved", article.to_string()),
        What::Rated(rating) => return Some(rated(words, &who, rating)),
        What::Reopened { .. } => ("fact.reopened", String::new()),
        What::Cancelled => ("fact.cancelled", String::new()),
        What::Rerooted { requester, .. } => ("fact.rerooted", names::label(scene, requester)),
        What::Merged { into } => ("fact.merged", format!("#{into}")),
        What::Absorbed { from, .. } => ("fact.absorbed", format!("#{from}")),
        What::Refused { .. } => ("fact.refused", String::new()),
        What::Recalled { .. } if event.actor.person.is_none() => ("fact.recalled_in_time", String::new()),
        What::Recalled { .. } => ("fact.recalled", String::new()),
        What::Reminded => ("fact.reminded", String::new()),
        What::Expired => ("fact.expired", String::new()),
        What::Alerted { promise, stage } => return Some(words.say(&format!("fact.{}_{}", promise.word(), stage.word()), &[])),
        What::Spent { minutes } => ("fact.spent", duration(*minutes)),
        What::Away { until } => ("fact.away", words.date(*until, &scene.site.zone)),
        What::Linked { to } => ("fact.linked", format!("#{to}")),
        What::Split { into, .. } => ("fact.split", format!("#{into}")),
        What::Spammed => ("fact.spammed", String::new()),
        What::ParentChanged { after: Some(to), .. } => ("fact.parent_changed", format!("#{to}")),
        What::ParentChanged { before, .. } => ("fact.no_parent", before.map(|id| format!("#{id}")).unwrap_or_default()),
        What::ChildChanged { child, joins } => (if *joins { "fact.child_changed" } else { "fact.no_child" }, format!("#{child}")),
        What::OutageChanged { after: Some(text), .. } => ("fact.outage_changed", names::title(text)),
        What::OutageChanged { .. } => ("fact.outage_over", String::new()),
        What::PassedOn { to } => ("fact.passed_on", to.iter().map(|id| format!("#{id}")).collect::<Vec<_>>().join(", ")),
        What::ChildSpoke { child } => ("fact.child_spoke", format!("#{child}")),
    };
    Some(words.say(key, &[("who", &who), ("whom", &whom)]))
}

/// Is this event what the mail's own text is about?
fn leads(kind: MailKind, what: &What) -> bool {
    matches!(
        (kind, what),
        (MailKind::NewTicket, What::Opened { .. })
            | (MailKind::Acknowledgement, What::Changed { after: Property::Requester(_), .. })
            | (MailKind::Taken, What::Taken { .. } | What::Assigned { .. })
            | (MailKind::Assigned, What::Assigned { .. })
            | (MailKind::Released, What::Released { .. })
            | (MailKind::Question, What::InformationRequested { .. })
            | (MailKind::ClosureApproval, What::ClosureProposed { .. })
            | (MailKind::Closed, What::ClosureApproved { .. } | What::Ended { .. })
            | (MailKind::Expired, What::Expired)
            | (MailKind::NewTicket, What::Reminded)
            | (MailKind::ClosureRefused, What::ClosureRefused { .. })
            | (MailKind::Reopened, What::Reopened { .. })
            | (MailKind::Cancelled, What::Cancelled)
            | (MailKind::Refused, What::Refused { .. })
            | (MailKind::Postponed, What::Postponed { .. })
            | (MailKind::Recalled, What::Recalled { .. })
            | (MailKind::Transferred, What::Transferred { .. })
            | (MailKind::Merged, What::Merged { .. })
            | (MailKind::JoinRequest, What::JoinRequested { .. })
    )
}

/// What agents put in order, with what it was about.
fn upkeep(words: &Words, scene: &Scene<'_>, event: &Event, who: &str) -> String {
    match &event.what {
        What::Postponed { until } => words.say("fact.postponed", &[("who", who), ("whom", &words.date(*until, &scene.site.zone))]),
        What::Transferred { service, category, .. } => {
            words.say("fact.transferred", &[("who", who), ("whom", &scene.organisation.place(service, category))])
        }
        What::Undone { acts, .. } => {
            let acts = acts.iter().map(|act| words.term("act", act)).collect::<Vec<_>>().join(", ");
            words.say("fact.undone", &[("who", who), ("whom", &acts)])
        }
        What::Attended { after, .. } => words.say(attention(*after), &[("who", who)]),
        What::Changed { before, after } => {
            let values = [value(words, scene, before), value(words, scene, after)];
            let what = match after {
                Property::Field { key, .. } => field(scene, key),
                known => words.term("property", known.word()).to_owned(),
            };
            let named = [("who", who), ("what", what.as_str()), ("before", &values[0]), ("whom", &values[1])];
            words.say(if values[0].is_empty() { "fact.set" } else { "fact.changed" }, &named)
        }
        _ => String::new(),
    }
}

/// Working time as both languages write it.
pub fn duration(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes:02}"),
    }
}

fn attention(attention: Attention) -> &'static str {
    match attention {
        Attention::Usual => "fact.unmuted",
        Attention::Muted => "fact.muted",
        Attention::Following => "fact.following",
    }
}

/// The name of a line of the category's template.
pub fn field(scene: &Scene<'_>, key: &str) -> String {
    let category = scene.organisation.category(&scene.ticket.service, &scene.ticket.category);
    let wanted = category.and_then(|category| category.fields.iter().find(|wanted| wanted.key == key));
    wanted.map_or(key, |wanted| wanted.name.as_str()).to_owned()
}

/// A property's value as people read it; an empty one is in words.
fn value(words: &Words, scene: &Scene<'_>, property: &Property) -> String {
    match property {
        Property::Title(text) | Property::Phone(text) | Property::Equipment(text) => names::title(text),
        Property::Urgency(urgency) => words.term("urgency", urgency.word()).to_owned(),
        Property::Impact(impact) => impact.map(|impact| words.term("choice.impact", impact.word()).to_owned()).unwrap_or_default(),
        Property::Kind(kind) => kind.map(|kind| words.term("choice.kind", kind.word()).to_owned()).unwrap_or_default(),
        Property::Category(key) if key.is_empty() => String::new(),
        Property::Category(key) => {
            let known = scene.organisation.service(&scene.ticket.service);
            known.and_then(|known| known.categories.iter().find(|other| other.key == *key)).map_or(key, |known| &known.name).clone()
        }
        Property::Field { value, .. } => names::title(value),
        Property::Requester(who) => names::label(scene, who),
        Property::Beneficiary(who) => who.as_ref().map(|who| names::label(scene, who)).unwrap_or_default(),
    }
}

/// How urgent its people say that it is; agents read beside it what it concerns and whose turn it is, where that differs.
pub fn urgency(words: &Words, scene: &Scene<'_>, agent: bool) -> String {
    let (ticket, priority) = (scene.ticket, scene.organisation.priority(scene.ticket));
    let urgency = words.term("urgency", ticket.urgency.word());
    match ticket.details.impact {
        _ if !agent => urgency.to_owned(),
        None if priority == ticket.urgency => urgency.to_owned(),
        None if ticket.stated_urgency() != ticket.urgency => words.say("priority.hint", &[("urgency", urgency)]),
        None => words.say("priority.capped", &[("urgency", urgency), ("priority", words.term("urgency", priority.word()))]),
        Some(impact) => {
            let (impact, priority) = (words.term("choice.impact", impact.word()), words.term("urgency", priority.word()));
            words.say("priority.both", &[("urgency", urgency), ("impact", impact), ("priority", priority)])
        }
    }
}

/// What a request tells besides its words: names and values, in the template's order. For agents and owners alone.
pub fn known(words: &Words, scene: &Scene<'_>) -> Vec<(String, String)> {
    let details = &scene.ticket.details;
    let wanted = scene.organisation.fields(&scene.ticket.service, &scene.ticket.category);
    let own = ["phone", "equipment"].into_iter().filter(|key| wanted.iter().all(|wanted| wanted.key != *key));
    let others = details.fields.iter().map(|(key, _)| key.as_str()).filter(|key| wanted.iter().all(|wanted| wanted.key != *key));
    let named = own.map(|key| (key, words.term("field", key))).chain(others.map(|key| (key, key)));
    let all = named.chain(wanted.iter().map(|wanted| (wanted.key.as_str(), wanted.name.as_str())));
    let known = all.filter(|(key, _)| !details.field(key).is_empty());
    known.map(|(key, name)| (name.to_owned(), known_value(words, details, key))).collect()
}

fn known_value(words: &Words, details: &Details, key: &str) -> String {
    let value = names::title(details.field(key));
    if details.found.iter().any(|found| found == key) { words.say("field_found.line", &[("value", &value)]) } else { value }
}

fn rated(words: &Words, who: &str, rating: &crate::desk::Rating) -> String {
    let (delay, answers) = (rating.delay.to_string(), rating.answers.to_string());
    words.say("fact.rated", &[("who", who), ("delay", &delay), ("answers", &answers)])
}

fn list(scene: &Scene<'_>, people: &[Address]) -> String {
    people.iter().map(|person| names::label(scene, person)).collect::<Vec<_>>().join(", ")
}
