//! Which actions somebody may do on a ticket now: what a page shows, and what it posts can be done.
//!
//! Promises: each action is tried on the desk itself with something plausible, so that no page offers what would be
//! refused, and none hides what would be done. Excludes: what depends on what is filled in.

use jiff::Timestamp;

use super::action::{Action, Transfer};
use super::catalogue::{CATALOGUE, Spec};
use super::decide::{Rules, decide_all};
use super::details::{Attention, Property};
use super::event::{Actor, Event, Words};
use super::priority::RequestKind;
use super::ticket::{Rating, Ticket, Urgency};
use super::undo::last_act;
use super::why::Why;
use crate::address::Address;

/// The actions that the actor may do now, in the catalogue's order. `events` are all of the ticket's, for what may be
/// taken back.
pub fn possible(ticket: &Ticket, events: &[Event], actor: &Actor, rules: Rules<'_>, now: Timestamp) -> Vec<&'static Spec> {
    let may = |spec: &&Spec| {
        let Some(action) = plausible(spec.verb, ticket, events, (actor, rules, now)) else { return false };
        let outcome = decide_all(Some(ticket), vec![action], actor, rules, now);
        outcome.refused.iter().all(|refused| matches!(refused.why, Why::OtherRequester { .. }))
    };
    CATALOGUE.iter().filter(|spec| spec.form.is_some()).filter(may).collect()
}

/// The action with something in its fields that is not there yet; `None` where there is nothing to choose.
fn plausible(verb: &str, ticket: &Ticket, events: &[Event], by: (&Actor, Rules<'_>, Timestamp)) -> Option<Action> {
    let (actor, rules, now) = by;
    let words = || Words { text: ".".into(), ..Words::default() };
    let attend = |attention| Some(Action::Attend(attention));
    Some(match verb {
        "reply" => Action::Reply(words()),
        "note" => Action::Note(words()),
        "answer" => Action::Answer(words()),
        "take" => Action::Take,
        "release" => Action::Release,
        "recall" => Action::Recall,
        "ask" => Action::Ask(words()),
        // An article becomes a proposal.
        "close" | "faq" => Action::ProposeClosure(words()),
        "refuse" => Action::Refuse(words()),
        "approve" => Action::Approve(ticket.requests),
        "refuse_closure" => Action::RefuseClosure(ticket.requests, words()),
        "rate" => Action::Rate(another(ticket)),
        "reopen" => Action::Reopen(words()),
        "cancel" => Action::Cancel,
        "spam" => Action::Spam,
        "postpone" => Action::Postpone(now + jiff::SignedDuration::from_hours(1), words()),
        "follow" => return attend(Attention::Following),
        "mute" => return attend(Attention::Muted),
        "unmute" => return attend(Attention::Usual),
        "leave" => Action::Leave(actor.person.clone()?),
        "remove" => Action::Remove(ticket.guests.first()?.address.clone()),
        "invite" => Action::Invite(vec![nobody(ticket)?]),
        "link" => Action::Link { to: 0 },
        "merge" => Action::Merge { into: 0, whose: None, confirmed: false, with_people: false },
        "parent" => Action::Parent { to: if ticket.details.parent.is_some() { None } else { Some(0) } },
        "broadcast" => Action::Broadcast(words()),
        "outage" => Action::Outage(words()),
        "outage_over" => Action::OutageOver,
        "split" => Action::Split { seq: Some(ticket.version), into: 0 },
        "undo" => Action::Undo(Some(Box::new(last_act(events, actor.person.as_ref()?).ok()?))),
        "canned" => {
            let key = rules.organisation.answers_of(&ticket.service, actor.person.as_ref()).first()?.key.clone();
            Action::Canned { key, words: Words::default() }
        }
        "assign" => Action::Assign(other_agent(ticket, actor, rules)?),
        "transfer" => elsewhere(ticket, rules)?,
        "back" => Action::Back(words()),
        "spend" => Action::Spend(1),
        property => Action::Set(changed(property, ticket, rules)?),
    })
}

fn another(ticket: &Ticket) -> Rating {
    let delay = if ticket.rating.as_ref().is_some_and(|rating| rating.delay == 1) { 2 } else { 1 };
    Rating { delay, answers: 1, comment: String::new() }
}

fn nobody(ticket: &Ticket) -> Option<Address> {
    let people = (0..=ticket.guests.len() + 2).filter_map(|n| Address::parse(&format!("somebody{n}@example.org")).ok());
    people.into_iter().find(|who| !ticket.is_participant(who))
}

fn other_agent(ticket: &Ticket, actor: &Actor, rules: Rules<'_>) -> Option<Address> {
    let mut members = rules.organisation.members(&ticket.service).map(|(agent, _)| &agent.address);
    members.find(|who| Some(*who) != actor.person.as_ref() && Some(*who) != ticket.assignee.as_ref()).cloned()
}

fn elsewhere(ticket: &Ticket, rules: Rules<'_>) -> Option<Action> {
    let place = |service: &str, category: &str| {
        let transfer = Transfer { service: service.into(), category: category.into(), follow: false, words: Words::default() };
        Action::Transfer(Box::new(transfer))
    };
    let other = rules.organisation.services.iter().find(|service| service.key != ticket.service);
    let own = rules.organisation.service(&ticket.service);
    let category = || own?.categories.iter().find(|category| category.key != ticket.category);
    other.map(|service| place(&service.key, "")).or_else(|| category().map(|category| place(&ticket.service, &category.key)))
}

fn changed(property: &str, ticket: &Ticket, rules: Rules<'_>) -> Option<Property> {
    Some(match property {
        "title" => Property::Title(format!("{}.", ticket.title)),
        "phone" => Property::Phone(format!("{}0", ticket.details.phone)),
        "equipment" => Property::Equipment(format!("{}0", ticket.details.equipment)),
        "urgency" => Property::Urgency(if ticket.urgency == Urgency::High { Urgency::Low } else { Urgency::High }),
        "impact" => Property::Impact(if ticket.details.impact == Some(Urgency::High) { None } else { Some(Urgency::High) }),
        "kind" => Property::Kind(if ticket.details.kind.is_some() { None } else { Some(RequestKind::Incident) }),
        "beneficiary" => Property::Beneficiary(nobody(ticket)),
        "requester" => Property::Requester(nobody(ticket)?),
        "field" => {
            let wanted = &rules.organisation.category(&ticket.service, &ticket.category)?.fields;
            let own = wanted.iter().find(|wanted| !matches!(wanted.key.as_str(), "phone" | "equipment"))?;
            own.property(format!("{}0", ticket.details.field(&own.key)))
        }
        "category" => {
            let known = &rules.organisation.service(&ticket.service)?.categories;
            Property::Category(known.iter().find(|category| category.key != ticket.category)?.key.clone())
        }
        _ => return None,
    })
}
