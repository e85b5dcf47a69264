//! What stands beside a command: people, places, dates, numbers, values. What follows it on the line goes to the text.

use super::script::Wish;
use super::when::moment;
use super::{Asked, people, places};
use crate::desk::form;
use crate::desk::{Action, Attention, Canned, Property, RequestKind, TicketId, Transfer, Urgency, Why, Words};
use crate::mail::commands::fold;
use crate::routing::fields;

/// The action of a command that is no text, and what of its line belongs to the text.
pub fn action(asked: &Asked<'_>, wish: &Wish<'_>, follow: bool) -> Result<(Action, String), Why> {
    let args = wish.args;
    let action = match wish.spec.verb {
        "take" => Action::Take,
        "release" => Action::Release,
        "recall" => Action::Recall,
        "cancel" => Action::Cancel,
        "spam" => Action::Spam,
        "undo" => Action::Undo(None),
        "leave" => Action::Leave(asked.author.clone()),
        "follow" => Action::Attend(Attention::Following),
        "mute" => Action::Attend(Attention::Muted),
        "unmute" => Action::Attend(Attention::Usual),
        "assign" => Action::Assign(people::agent(asked, args)?),
        "invite" => Action::Invite(people::addresses(args)?),
        "remove" => Action::Remove(people::participant(asked, args)?),
        "transfer" => transfer(asked, args, follow)?,
        "split" => Action::Split { seq: None, into: 0 },
        "link" => Action::Link { to: number(args)?.0 },
        "outage_over" => Action::OutageOver,
        "parent" => Action::Parent { to: parent(args)? },
        "merge" => merge(args)?,
        "addition" => Action::Addition { to: number(args)?.0 },
        "postpone" => {
            let (until, rest) = moment(args, asked.at)?;
            return Ok((Action::Postpone(until, Words::default()), rest.to_owned()));
        }
        "spend" => Action::Spend(form::minutes(args)?),
        "urgency" => return urgency(wish),
        "impact" => Action::Set(Property::Impact(Some(level(args).ok_or_else(|| Why::NotAValue { text: args.to_owned() })?))),
        "kind" => return kind(wish),
        _ => Action::Set(property(asked, wish)?),
    };
    Ok((action, String::new()))
}

fn property(asked: &Asked<'_>, wish: &Wish<'_>) -> Result<Property, Why> {
    let line = || if wish.args.trim().is_empty() { Err(Why::TextMissing) } else { Ok(wish.args.trim().to_owned()) };
    Ok(match wish.spec.verb {
        "title" => Property::Title(line()?),
        "phone" => Property::Phone(line()?),
        "equipment" => Property::Equipment(line()?),
        "field" => fields::named(asked.organisation.fields(&asked.ticket.service, &asked.ticket.category), wish.args)?,
        "requester" => Property::Requester(people::anybody(wish.args)?),
        "category" => Property::Category(places::category(asked.organisation, asked.ticket, wish.args)?),
        _ => Property::Beneficiary(Some(people::participant(asked, wish.args)?)),
    })
}

/// `#urgence haute`, or the value itself: then what follows it is said.
fn urgency(wish: &Wish<'_>) -> Result<(Action, String), Why> {
    let set = |urgency| Action::Set(Property::Urgency(urgency));
    match (level(wish.word), level(wish.args)) {
        (Some(urgency), _) => Ok((set(urgency), wish.args.to_owned())),
        (None, Some(urgency)) => Ok((set(urgency), String::new())),
        (None, None) => Err(Why::NotAValue { text: wish.args.to_owned() }),
    }
}

fn level(word: &str) -> Option<Urgency> {
    match fold(word.trim_matches(['.', '!', ' '])).as_str() {
        "urgent" | "urgente" | "haut" | "haute" | "high" | "eleve" | "elevee" | "fort" | "forte" => Some(Urgency::High),
        "normal" | "normale" | "medium" | "moyen" | "moyenne" => Some(Urgency::Medium),
        "bas" | "basse" | "low" | "faible" => Some(Urgency::Low),
        _ => None,
    }
}

/// `#nature incident`, or the kind itself: then what follows it is said.
fn kind(wish: &Wish<'_>) -> Result<(Action, String), Why> {
    let kind = |word: &str| match fold(word.trim()).as_str() {
        "incident" => Some(RequestKind::Incident),
        "demande" | "request" => Some(RequestKind::Request),
        _ => None,
    };
    let set = |kind| Action::Set(Property::Kind(Some(kind)));
    match (kind(wish.word), kind(wish.args)) {
        (Some(kind), _) => Ok((set(kind), wish.args.to_owned())),
        (None, Some(kind)) => Ok((set(kind), String::new())),
        (None, None) => Err(Why::NotAValue { text: wish.args.to_owned() }),
    }
}

fn transfer(asked: &Asked<'_>, args: &str, follow: bool) -> Result<Action, Why> {
    let (service, category) = places::place(asked.organisation, args)?;
    Ok(Action::Transfer(Box::new(Transfer { service, category, follow, words: Words::default() })))
}

/// `12`, `#12 avec tous`, `#12 !`: a merge of somebody else's ticket is confirmed by the mark.
fn merge(args: &str) -> Result<Action, Why> {
    let (into, rest) = number(args)?;
    let rest = fold(rest);
    let words: Vec<&str> = rest.split_whitespace().collect();
    let known = ["!", "confirmer", "confirm", "oui", "yes", "avec", "with", "tous", "all", "everybody", "tout", "le", "monde"];
    if let Some(strange) = words.iter().find(|word| !known.contains(*word)) {
        return Err(Why::Unexpected { text: (*strange).to_owned() });
    }
    let confirmed = words.iter().any(|word| ["!", "confirmer", "confirm", "oui", "yes"].contains(word));
    let with_people = words.iter().any(|word| ["tous", "all", "everybody", "monde"].contains(word));
    Ok(Action::Merge { into, whose: None, confirmed, with_people })
}

/// `12`, or `non`: it is a part of none any longer.
fn parent(args: &str) -> Result<Option<TicketId>, Why> {
    let none = matches!(fold(args.trim()).as_str(), "non" | "aucun" | "no" | "none" | "off");
    if none { Ok(None) } else { number(args).map(|(to, _)| Some(to)) }
}

fn number(args: &str) -> Result<(TicketId, &str), Why> {
    let rest = args.trim().trim_start_matches(['#', '＃']).trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let number = rest[..end].parse().map_err(|_| Why::NoSuchTicket { text: args.to_owned() })?;
    Ok((number, rest[end..].trim()))
}

/// A prepared answer of the service, by its key or an unmistakable beginning of it.
pub fn canned<'a>(asked: &Asked<'a>, args: &str) -> Result<&'a Canned, Why> {
    let asked_for = fold(args.trim());
    let service: &'a str = &asked.ticket.service;
    let all: Vec<&'a Canned> = asked.organisation.answers_of(service, Some(&asked.author));
    let exact: Vec<&Canned> = all.iter().filter(|canned| fold(&canned.key) == asked_for).copied().collect();
    let begins = || all.iter().filter(|canned| fold(&canned.key).starts_with(&asked_for)).copied().collect::<Vec<_>>();
    match (if exact.is_empty() && !asked_for.is_empty() { begins() } else { exact }).as_slice() {
        [one] => Ok(one),
        _ => Err(Why::NoSuchAnswer { text: args.to_owned(), known: all.iter().map(|canned| canned.key.clone()).collect() }),
    }
}
