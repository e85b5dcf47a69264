//! Tickets that the desk gives by itself, and people who are away.

use guichet::desk::assignment::Assignment;
use guichet::gateway::{Acted, Button, Pressed};
use guichet::store::Reads;

use crate::world::{Mail, World, address};

fn giving(rule: Assignment) -> World {
    let mut world = World::with_nadia();
    let mut organisation = world.gateway.store().organisation().unwrap();
    organisation.services[0].categories[0].assign = Some(rule);
    organisation.agents[0].deputy = Some(address("ag3@desk.test"));
    world.gateway.apply_organisation(organisation).unwrap();
    world
}

/// A request to the network; who has it then.
fn asks(world: &mut World, person: &str) -> String {
    world.receives(&Mail::from(person).to("support+reseau@desk.test").subject("Plus de réseau"));
    let last = world.last_ticket();
    world.ticket(last).assignee.map(|who| who.to_string()).unwrap_or_default()
}

#[test]
fn row37_new_tickets_go_round_among_those_who_are_there() {
    let mut world = giving(Assignment::Cyclic);
    assert_eq!(asks(&mut world, "alice@cust.test"), "ag1@desk.test");
    let told = world.sent();
    let to = |person: &str| told.iter().find(|sent| sent.to == person).unwrap();
    assert!(to("ag1@desk.test").text.contains("Ce ticket vous est confié d’office"), "{}", to("ag1@desk.test").text);
    assert!(to("alice@cust.test").text.contains("sous le numéro #1"), "{}", to("alice@cust.test").text);
    assert_eq!((asks(&mut world, "bob@cust.test"), asks(&mut world, "carol@cust.test")), ("ag2@desk.test".into(), "ag3@desk.test".into()));
    world.receives(&Mail::new("ag1@desk.test").text("#absent jusqu'au 12/10"));
    assert!(world.sent().iter().any(|sent| sent.text.contains("Votre absence est notée")));
    assert_eq!(asks(&mut world, "dan@cust.test"), "ag2@desk.test", "Karim is away");
    assert_eq!(asks(&mut world, "ag3@desk.test"), "ag2@desk.test", "never the author, nor whoever is away");
    assert!(world.happened(1).ends_with(&["opened", "assigned"]), "{:?}", world.happened(1));
    assert!(world.ticket(1).first_response_at.is_none(), "no human has answered");
    // What is to sort waits in the pool until it is sorted.
    world.receives(&Mail::new("eve@cust.test"));
    let sorted = world.last_ticket();
    assert_eq!(world.status(sorted), "free");
    assert!(matches!(world.acts("ag2@desk.test", sorted, "category", &[("category", "reseau")]), Acted::Done { .. }));
    assert_eq!(world.ticket(sorted).assignee, Some(address("ag3@desk.test")), "Marie sorted it");
}

#[test]
fn row37_the_fewest_or_the_same_as_last_time() {
    let mut world = giving(Assignment::SameAgent);
    assert_eq!(asks(&mut world, "alice@cust.test"), "ag1@desk.test");
    assert_eq!((asks(&mut world, "bob@cust.test"), asks(&mut world, "carol@cust.test")), ("ag2@desk.test".into(), "ag3@desk.test".into()));
    assert_eq!(asks(&mut world, "bob@cust.test"), "ag2@desk.test");
    let mut world = giving(Assignment::None);
    assert_eq!(asks(&mut world, "alice@cust.test"), "");
}

#[test]
fn row38_whoever_gives_a_ticket_to_somebody_away_is_told_and_offered_the_deputy() {
    let mut world = World::with_nadia();
    let mut organisation = world.gateway.store().organisation().unwrap();
    organisation.agents[0].deputy = Some(address("ag3@desk.test"));
    world.gateway.apply_organisation(organisation).unwrap();
    world.receives(&Mail::new("ag1@desk.test").text("#absent jusqu'au 12/10"));
    world.receives(&Mail::new("Alice Martin <alice@cust.test>"));
    let alert = world.sent().into_iter().rev().find(|sent| sent.to == "ag2@desk.test").unwrap();
    world.receives(&alert.answered_by("ag2@desk.test", "#assigner karim"));
    let receipt = world.letter_to("ag2@desk.test");
    assert!(
        receipt.text.contains("Karim Benali est absent·e jusqu’au") && receipt.text.contains("Confier plutôt à Nadia Roux"),
        "{}",
        receipt.text
    );
    assert!(matches!(world.presses(&receipt.links[0], Button::Confirm), Pressed::Done { .. }));
    assert_eq!(world.ticket(1).assignee, Some(address("ag3@desk.test")));
}
