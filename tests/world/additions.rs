//! A request that may go on with another (CAPABILITIES row 19): asked about, never merged unasked, never across people.

use guichet::desk::Visibility;
use guichet::gateway::{Button, Pressed};
use guichet::store::{Disposition, Reads};
use jiff::SignedDuration;

use crate::world::{Mail, Sent, World, address, is, site};

/// Alice writes twice; her second acknowledgement.
fn twice(world: &mut World) -> Sent {
    world.receives(&Mail::new("alice@cust.test").subject("Imprimante en panne"));
    world.sent();
    world.receives(&Mail::new("alice@cust.test").subject("L'imprimante est encore en panne").text("Elle fume, maintenant."));
    world.sent().into_iter().find(|sent| sent.to == "alice@cust.test").unwrap()
}

#[test]
fn row19_a_like_request_is_asked_about_and_one_click_adds_it() {
    let mut world = World::new();
    let ack = twice(&mut world);
    assert!(
        ack.text.contains("#1 · Imprimante en panne") && ack.text.contains("«\u{a0}#ajout 1\u{a0}»") && ack.html.contains("#ajout 1"),
        "{}",
        ack.text
    );
    assert_eq!((world.status(1), world.status(2)), ("free", "free"), "nothing is merged unasked");
    let Pressed::Done { done, .. } = world.presses(&ack.links[0], Button::Confirm) else { panic!("added") };
    assert_eq!((done, world.status(2)), (vec!["merged".to_owned()], "merged"));
    let events = world.gateway.store().events(1).unwrap();
    let said = events.iter().find(|event| event.text.as_deref() == Some("Elle fume, maintenant.")).unwrap();
    assert_eq!((said.visibility, said.actor.person.clone()), (Visibility::Public, Some(address("alice@cust.test"))));
    let told = world.sent();
    assert!(told.iter().any(|sent| sent.to == "ag1@desk.test" && sent.subject.contains("#1-") && sent.text.contains("Elle fume")));
    assert!(told.iter().all(|sent| sent.to != "alice@cust.test"), "she has the words, and pressed the button");
    assert!(!matches!(world.presses(&ack.links[0], Button::Confirm), Pressed::Done { .. }), "once");
    world.receives(&ack.answered_by("alice@cust.test", "Et elle sent mauvais."));
    assert_eq!(world.happened(1).last(), Some(&"replied"), "her answers go on there");
}

#[test]
fn row19_a_plain_answer_adds_it_with_its_words() {
    let mut world = World::new();
    let ack = twice(&mut world);
    world.receives(&ack.answered_by("alice@cust.test", "#ajout 1\n\nC'est la même, au deuxième."));
    assert_eq!(world.status(2), "merged");
    let events = world.gateway.store().events(1).unwrap();
    let said: Vec<_> = events.iter().filter_map(|event| event.text.as_deref()).collect();
    assert!(said.contains(&"Elle fume, maintenant.") && said.contains(&"C'est la même, au deuxième."), "{said:?}");
    assert!(world.letter_to("alice@cust.test").text.contains("joint à votre autre demande"));
}

#[test]
fn row19_never_across_people_and_never_to_what_is_over() {
    let mut world = World::new();
    world.receives(&Mail::new("bob@cust.test").subject("Imprimante en panne").cc("alice@cust.test"));
    world.receives(&Mail::new("alice@cust.test").subject("Imprimante en panne"));
    let ack = world.letter_to_any("alice@cust.test");
    assert!(!ack.text.contains("#ajout"), "{}", ack.text);
    let handled = world.receives(&ack.answered_by("alice@cust.test", "#ajout 1"));
    assert_eq!((world.status(1), world.status(2)), ("free", "free"), "{}", handled.reason);
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").subject("Imprimante en panne"));
    world.acts("ag1@desk.test", 1, "spam", &[]);
    world.acts("ag1@desk.test", 1, "undo", &[]);
    world.acts("ag1@desk.test", 1, "refuse", &[("reason", "Pas ici.")]);
    world.acts("ag1@desk.test", 1, "close", &[("text", "Changée.")]);
    let approval = world.letter_to_any("alice@cust.test");
    world.presses(&approval.links[0], Button::Approve);
    world.receives(&Mail::new("alice@cust.test").subject("Imprimante en panne"));
    assert!(!world.letter_to_any("alice@cust.test").text.contains("#ajout"));
}

#[test]
fn row19_not_after_the_hours_not_for_other_subjects_and_not_where_it_is_off() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").subject("Imprimante en panne"));
    world.receives(&Mail::new("alice@cust.test").subject("Mon badge ne marche plus"));
    assert!(!world.letter_to_any("alice@cust.test").text.contains("#ajout"));
    world.later(SignedDuration::from_hours(25));
    world.receives(&Mail::new("alice@cust.test").subject("Imprimante en panne"));
    assert!(!world.letter_to_any("alice@cust.test").text.contains("#ajout"));
    let mut site = site();
    site.policy.addition_hours = 0;
    let mut world = World::with(site);
    assert!(!twice(&mut world).text.contains("#ajout"));
    let mut world = World::new();
    world.receives(&Mail::new("eve@cust.test").subject("Imprimante en panne").unproven());
    let second = world.receives(&Mail::new("eve@cust.test").subject("Imprimante en panne").unproven());
    assert!(is(&second, Disposition::New, "new"));
    assert!(world.sent().iter().all(|sent| !sent.text.contains("#ajout")), "an unproven sender is shown nothing");
}
