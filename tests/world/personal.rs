//! Everything of somebody, given to themselves alone, and forgotten when it must be.

use guichet::desk::Status;
use guichet::gateway::personal::{Bound, bound};
use guichet::store::{Disposition, Erasure, PageReads, Reads, Search, TicketQuery};

use crate::world::{Checked, Mail, World, address};

/// Alice's ticket that Bob was asked into, with a note, and one of Bob's own that ended.
fn lived() -> World {
    let (mut world, ack, alert) = World::taken(&Mail::new("alice@cust.test"));
    world.receives(&alert.answered_by("ag1@desk.test", "#note\nElle exagère un peu."));
    world.receives(&alert.answered_by("ag1@desk.test", "#invite bob@cust.test"));
    world.receives(&ack.answered_by("alice@cust.test", "Bob est mon voisin."));
    world.receives(&Mail::new("Bob Dupont <bob@cust.test>").subject("Une souris").text("Ma souris, dit Bob Dupont, est morte."));
    world.sent();
    world
}

#[test]
fn row84_whoever_asks_gets_their_own_as_they_may_see_it() {
    let mut world = lived();
    world.receives(&Mail::new("bob@cust.test").subject("").text("#mes-données"));
    let answer = world.letter_to("bob@cust.test");
    assert!(answer.text.contains("Vos demandes (2)"), "{}", answer.text);
    let files = answer.contents();
    assert_eq!(files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["data.txt", "data.json"]);
    let text = &files[0].1;
    assert!(text.contains("souris") && text.contains("mon voisin"), "{text}");
    assert!(!text.contains("deuxième étage") && !text.contains("exagère"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&files[1].1).unwrap();
    assert_eq!((&json["person"], json["tickets"].as_array().unwrap().len()), (&"bob@cust.test".into(), 2));
}

#[test]
fn row84_an_agent_gets_what_is_theirs_and_not_the_desks() {
    let mut world = lived();
    world.receives(&Mail::new("ag1@desk.test").subject("").text("#my-data"));
    let answer = world.letter_to("ag1@desk.test");
    assert!(answer.text.contains("(0)"), "{}", answer.text);
    assert!(!answer.contents()[0].1.contains("souris"));
}

#[test]
fn row84_nobody_gets_them_who_is_not_proven() {
    let mut world = lived();
    let forged = Mail { checked: Checked::Nothing, ..Mail::new("bob@cust.test").subject("").text("#mes-données") };
    world.receives(&forged);
    assert!(world.sent().iter().all(|sent| sent.contents().is_empty()));
}

fn bob() -> Erasure {
    Erasure { person: address("bob@cust.test"), name: Some("Bob Dupont".into()), pseudonym: address("person-1a2b@erased.invalid") }
}

/// Bob has no part in anything open any more.
fn over(world: &mut World) {
    let cancelled = world.acts("bob@cust.test", 2, "cancel", &[]);
    let left = world.acts("bob@cust.test", 1, "leave", &[]);
    assert_eq!((world.status(2), world.ticket(1).guests.len()), ("cancelled", 0), "{cancelled:?} {left:?}");
}

#[test]
fn row84_agents_and_people_of_open_tickets_stay() {
    let mut world = lived();
    let store = world.gateway.store();
    assert_eq!(bound(store, &address("ag1@desk.test")).unwrap(), Some(Bound::Agent));
    assert_eq!(bound(store, &address("bob@cust.test")).unwrap(), Some(Bound::Open(vec![2, 1])));
    assert!(world.gateway.erase(&bob()).is_err());
}

#[test]
fn row84_whoever_is_erased_is_nowhere_and_the_tickets_live_on() {
    let mut world = lived();
    let held = world.receives(&Mail { checked: Checked::Fail, ..Mail::new("bob@cust.test").subject("Faux") });
    assert_eq!(held.disposition, Disposition::Held);
    over(&mut world);
    world.sent();
    while world.gateway.erase(&bob()).unwrap() > 0 {}
    world.check();
    let store = world.gateway.store();
    assert_eq!(store.ticket(2).unwrap().unwrap().requester.as_str(), "person-1a2b@erased.invalid");
    assert!(matches!(store.ticket(1).unwrap().unwrap().status, Status::InProgress));
    assert!(store.person(&address("bob@cust.test")).unwrap().is_none());
    let all = format!("{:?}{:?}", store.events(1).unwrap(), store.events(2).unwrap());
    assert!(!all.contains("bob@") && !all.contains("Bob Dupont") && all.contains("est morte"), "{all}");
    assert!(store.letters(None, 1000).unwrap().iter().all(|letter| letter.person.as_str() != "bob@cust.test"));
    let instances = store.find_instances("support/1").unwrap();
    assert!(store.raw(instances[0].id).unwrap().is_some(), "other people's mails stay");
    assert!(store.instances(Some(Disposition::Held), 9).unwrap().is_empty());
    let named = TicketQuery { words: Some("Dupont".into()), limit: 9, ..TicketQuery::default() };
    assert!(store.tickets(&named).unwrap().is_empty());
    let words = Search { words: "souris".into(), services: vec!["dsi".into()], limit: 9, ..Search::default() };
    world.gateway.store_mut().index_some().unwrap();
    assert_eq!(world.gateway.store().search(&words).unwrap().tickets.len(), 1);
}

#[test]
fn row84_nobody_is_written_to_in_their_place() {
    let mut world = lived();
    over(&mut world);
    while world.gateway.erase(&bob()).unwrap() > 0 {}
    world.sent();
    let acted = world.acts("ag1@desk.test", 2, "reopen", &[("text", "Si, finalement.")]);
    assert!(world.ticket(2).status.is_open(), "{acted:?}");
    assert!(world.recipients().iter().all(|to| !to.ends_with(".invalid")));
}
