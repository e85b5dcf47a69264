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
fn row44_what_was_sent_to_the_wrong_service_goes_back_with_a_reason_and_ping_pong_is_told() {
    let mut world = World::new();
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#retour\nCe n'est pas pour nous."));
    assert!(world.letter_to("ag1@desk.test").text.contains("Rien n’a été fait"), "it came from nowhere");
    world.receives(&alert.answered_by("ag1@desk.test", "#transférer logistique\nC'est une livraison."));
    let moved = world.letter_to("ag9@desk.test");
    world.receives(&moved.answered_by("ag9@desk.test", "#back"));
    assert_eq!(world.ticket(1).service, "logistique", "a reason is needed");
    world.receives(&moved.answered_by("ag9@desk.test", "#back\nThe cable is theirs."));
    assert_eq!((world.ticket(1).service.as_str(), world.status(1)), ("dsi", "free"));
    let sent = world.sent();
    let told = sent.iter().rev().find(|sent| sent.to == "ag1@desk.test").unwrap();
    assert!(told.text.contains("a changé 2 fois de service") && told.text.contains("The cable is theirs."), "{}", told.text);
    assert!(
        sent.iter()
            .filter(|sent| sent.to == "alice@cust.test")
            .all(|sent| !sent.text.contains("The cable") && !sent.text.contains("2 fois"))
    );
    assert!(matches!(world.acts("ag1@desk.test", 1, "back", &[("reason", "Si, lisez la suite.")]), Acted::Done { .. }));
    assert_eq!((world.ticket(1).service.as_str(), world.ticket(1).details.moves), ("logistique", 3));
}

#[test]
fn row74_time_spent_is_for_agents_and_adds_up() {
    let mut world = World::new();
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#temps 20min\n#clore\nToner changé."));
    assert_eq!((world.ticket(1).details.minutes, world.status(1)), (20, "awaiting_approval"));
    assert!(world.sent().iter().filter(|sent| sent.to == "alice@cust.test").all(|sent| !sent.text.contains("20 min")));
    assert!(matches!(world.acts("ag1@desk.test", 1, "spend", &[("time", "1h10")]), Acted::Done { .. }));
    assert_eq!(world.ticket(1).details.minutes, 90);
    world.receives(&alert.answered_by("ag1@desk.test", "#temps longtemps"));
    assert_eq!(world.ticket(1).details.minutes, 90);
}

#[test]
fn row74_a_service_that_wants_the_time_reminds_in_the_receipt_and_waits_for_nothing() {
    let reminds = |text: &str| {
        let mut world = World::new();
        let mut organisation = world.gateway.store().organisation().unwrap();
        organisation.services[0].wants_time = true;
        world.gateway.apply_organisation(organisation).unwrap();
        let alert = world.opened();
        world.receives(&alert.answered_by("ag1@desk.test", text));
        let sent = world.sent();
        assert!(sent.iter().all(|sent| sent.to != "alice@cust.test" || !sent.text.contains("temps")));
        (world.status(1), sent.iter().any(|sent| sent.to == "ag1@desk.test" && sent.text.contains("#temps 20min")))
    };
    assert_eq!(reminds("#clore\nToner changé."), ("awaiting_approval", true));
    assert_eq!(reminds("#temps 20min\n#clore\nToner changé."), ("awaiting_approval", false));
    assert_eq!(reminds("#prendre"), ("in_progress", false));
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
