//! Whatever is decided, in any order: the events say it all.

use guichet::address::Address;
use guichet::desk::undo::last_act;
use guichet::desk::{Action, Actor, Attention, Event, Property, Rating, Status, Ticket, Transfer, Words, fold};
use guichet::proof::Level;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::office::{Office, address, person, words};

const PEOPLE: [&str; 10] = ["alice", "ben", "bob", "carol", "karim", "marie", "nina", "jo", "dora", "mallory"];

/// A wish, by numbers: whose, which, with what, after how long, how surely.
#[derive(Debug, Clone)]
struct Wish {
    who: usize,
    kind: usize,
    other: usize,
    request: u64,
    hours: i64,
    level: Level,
    as_participant: bool,
}

fn wish() -> impl Strategy<Value = Wish> {
    let level = prop_oneof![8 => Just(Level::Proven), 1 => Just(Level::Claimed), 1 => Just(Level::Failed)];
    (0..PEOPLE.len(), 0..20usize, 0..PEOPLE.len(), 1..5u64, 0..60i64, level, any::<bool>()).prop_map(
        |(who, kind, other, request, hours, level, as_participant)| Wish { who, kind, other, request, hours, level, as_participant },
    )
}

fn action(wish: &Wish, said: &[Event]) -> Action {
    let other: Address = address(PEOPLE[wish.other]);
    let text: Words = words(if wish.request == 4 { "" } else { "Des mots." });
    match wish.kind {
        0 => Action::Reply(text),
        1 => Action::Note(text),
        2 => Action::File(text),
        3 => Action::Take,
        4 => Action::Assign(other),
        5 => Action::Release,
        6 => Action::Ask(text),
        7 => Action::Answer(text),
        8 | 9 => Action::ProposeClosure(text),
        10 => Action::Approve(wish.request),
        11 => Action::RefuseClosure(wish.request, text),
        12 => Action::Rate(Rating { delay: wish.request as u8, answers: wish.other as u8, comment: String::new() }),
        13 => Action::Reopen(text),
        14 if wish.request == 1 => Action::Cancel,
        14 | 15 => Action::Invite(vec![other, address("carol")]),
        16 => Action::Leave(other),
        17 => Action::Reroot { title: "Début".into(), words: text, guests: vec![other] },
        18 => sorting(wish, said),
        _ if wish.request == 1 => Action::Continue { into: 7 },
        _ => Action::Absorb { from: 7, guests: vec![other], said: said[1..said.len().min(3)].to_vec() },
    }
}

/// What agents put in order.
fn sorting(wish: &Wish, said: &[Event]) -> Action {
    let other: Address = address(PEOPLE[wish.other]);
    let at = said.last().map_or(Timestamp::UNIX_EPOCH, |event| event.at) + SignedDuration::from_hours(wish.hours);
    let place = if wish.request == 1 { "logistique" } else { "dsi" };
    let transfer = Transfer { service: place.into(), category: String::new(), follow: wish.as_participant, words: words("Pour vous.") };
    match wish.other + 10 * wish.request as usize % 20 {
        0 => Action::Refuse(words("Pas ici.")),
        1 | 2 => Action::Postpone(at, words("")),
        3 => Action::Recall,
        4 => Action::Transfer(Box::new(transfer)),
        5 => Action::Set(Property::Title(format!("Titre {}", wish.request))),
        6 => Action::Set(Property::Beneficiary(Some(other))),
        7 => Action::Link { to: wish.request },
        8 => Action::Split { seq: Some(1), into: 9 },
        9 if wish.request == 1 => Action::Spam,
        10..=12 => Action::Attend(Attention::Muted),
        13 => Action::Remove(other),
        14 => Action::Canned { key: "vpn".into(), words: words("") },
        15 => Action::Merge { into: 8, whose: Some(other), confirmed: wish.hours > 30, with_people: false },
        _ => Action::Undo(said.last().and_then(|last| last_act(said, last.actor.person.as_ref()?).ok()).map(Box::new)),
    }
}

/// What no ticket may ever be.
fn consistent(ticket: &Ticket) -> Result<(), TestCaseError> {
    match ticket.status {
        Status::Free => prop_assert!(ticket.assignee.is_none()),
        Status::InProgress | Status::WaitingForInformation { .. } | Status::AwaitingApproval { .. } => {
            prop_assert!(ticket.assignee.is_some())
        }
        _ => {}
    }
    if let Status::WaitingForInformation { request, .. } | Status::AwaitingApproval { request, .. } = ticket.status {
        prop_assert_eq!(request, ticket.requests);
    }
    let participants = ticket.participants();
    prop_assert!(ticket.guests.iter().all(|guest| !ticket.is_owner(&guest.address) && guest.since <= ticket.version));
    prop_assert_eq!(participants.iter().collect::<std::collections::BTreeSet<_>>().len(), participants.len());
    prop_assert!(ticket.rating.is_none() || !ticket.status.is_open());
    prop_assert_eq!(ticket.assignee.is_some(), ticket.taken_at.is_some());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn inv_folding_all_events_gives_the_ticket(wishes in prop::collection::vec(wish(), 1..60)) {
        let mut office = Office::with_ticket();
        for wish in wishes {
            office.later(wish.hours);
            let actor = Actor { level: wish.level, as_participant: wish.as_participant, ..person(PEOPLE[wish.who]) };
            let before = office.ticket.clone();
            let outcome = office.acts(&actor, vec![action(&wish, &office.events)]);
            prop_assert_eq!(outcome.done.is_empty(), !outcome.all_done(), "done or refused, never both nor neither");
            prop_assert!(!outcome.done.is_empty() || outcome.ticket == before, "a refusal changes nothing");
            consistent(office.ticket())?;
        }
        let numbers: Vec<u64> = office.events.iter().map(|event| event.seq).collect();
        prop_assert_eq!(numbers, (1..=office.ticket().version).collect::<Vec<_>>());
        let written = serde_json::to_string(&office.events).unwrap();
        prop_assert_eq!(fold(&serde_json::from_str::<Vec<Event>>(&written).unwrap()), office.ticket);
    }
}
