//! Categories with a light flow: suggestions and feedback are answered, and that is all.

use guichet::desk::{Category, Target};
use guichet::store::Reads;
use jiff::SignedDuration;

use crate::world::{Mail, Sent, World};

/// Alice's suggestion, taken by ag1; her acknowledgement and ag1's alert.
fn suggested() -> (World, Sent, Sent) {
    let mut world = World::new();
    let mut organisation = world.gateway.store().organisation().unwrap();
    let light = Category { key: "idees".into(), name: "Idées".into(), tag: Some("idees".into()), light: true, ..Category::default() };
    organisation.services[0].categories.push(light);
    organisation.services[0].targets = vec![Target { response: Some(SignedDuration::from_hours(4)), ..Target::default() }];
    world.gateway.apply_organisation(organisation).unwrap();
    world.receives(&Mail::from("alice@cust.test").to("support+idees@desk.test").subject("Une idée"));
    let sent = world.sent();
    let to = |person: &str| sent.iter().find(|sent| sent.to == person).unwrap().clone();
    (world, to("alice@cust.test"), to("ag1@desk.test"))
}

#[test]
fn row87_closing_asks_nobody_and_nothing_is_rated() {
    let (mut world, _, alert) = suggested();
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nMerci, nous y penserons."));
    assert_eq!((world.status(1), world.happened(1).last()), ("approved", Some(&"ended")));
    let closed = world.letter_to("alice@cust.test");
    assert!(closed.text.contains("Merci, nous y penserons.") && closed.text.contains("Votre demande est close"), "{}", closed.text);
    assert!(closed.links.is_empty() && closed.decisions.is_empty(), "{}", closed.text);
    let rated = world.acts("alice@cust.test", 1, "rate", &[("delay", "5"), ("answers", "5")]);
    assert!(world.ticket(1).rating.is_none(), "{rated:?}");
}

#[test]
fn row87_nothing_is_promised() {
    let (mut world, ack, _) = suggested();
    assert!(!ack.text.contains("prévue avant"), "{}", ack.text);
    world.later(SignedDuration::from_hours(24 * 5));
    world.ticks();
    assert!(!world.happened(1).contains(&"alerted"));
}

#[test]
fn row87_a_late_word_brings_it_back() {
    let (mut world, ack, alert) = suggested();
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nMerci, c’est une bonne idée."));
    world.sent();
    world.receives(&ack.answered_by("alice@cust.test", "Encore un mot : pensez aux daltoniens."));
    assert_eq!(world.status(1), "in_progress");
}
