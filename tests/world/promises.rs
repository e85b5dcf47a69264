//! What a service promises, in its working hours: told, warned of, broken, each once.

use guichet::desk::Organisation;
use guichet::store::{PageReads, Reads, Shelf};
use jiff::{SignedDuration, Timestamp};

use crate::world::{Mail, World};

/// The desk promises an answer within two hours and a solution within eight; Marie is its head.
fn promising() -> World {
    promises(World::new())
}

fn promises(mut world: World) -> World {
    let mut organisation: Organisation = crate::world::organisation();
    organisation.services[0].head = Some(crate::world::address("ag2@desk.test"));
    organisation.services[0].targets = toml::from_str::<std::collections::BTreeMap<String, Vec<guichet::desk::Target>>>(
        "target = [{ urgency = \"high\", response = \"1h\" }, { response = \"2h\", resolution = \"8h\" }]",
    )
    .unwrap()
    .remove("target")
    .unwrap();
    world.gateway.apply_organisation(organisation).unwrap();
    world
}

fn minutes(world: &mut World, minutes: i64) -> usize {
    world.later(SignedDuration::from_mins(minutes));
    world.ticks()
}

fn overdue(world: &World) -> usize {
    let now = Timestamp::from_second(world.now()).unwrap();
    let shelf = Shelf { services: vec!["dsi".into()], due: Some(now), limit: 9, ..Shelf::default() };
    world.gateway.store().shelf(&shelf).unwrap().len()
}

#[test]
fn row60_a_promised_answer_is_told_warned_of_and_escalated_once_each() {
    let mut world = promising();
    world.receives(&Mail::new("Alice Martin <alice@cust.test>"));
    let sent = world.sent();
    let to = |person: &str| sent.iter().find(|sent| sent.to == person).unwrap();
    assert!(to("alice@cust.test").text.contains("réponse est prévue avant lundi 5 janvier 2026 à 11:00"), "{}", to("alice@cust.test").text);
    let alert = to("ag1@desk.test");
    assert!(alert.text.contains("Première réponse promise avant lundi 5 janvier 2026 à 11:00"), "{}", alert.text);
    assert!(alert.text.contains("Solution promise avant lundi 5 janvier 2026 à 17:00"), "{}", alert.text);
    assert!(alert.html.contains("mailto:") && alert.html.contains("%23prendre"), "{}", alert.html);
    assert_eq!((minutes(&mut world, 80), overdue(&world)), (0, 0));
    assert_eq!((minutes(&mut world, 10), minutes(&mut world, 5)), (1, 0), "three quarters, once");
    let warned = world.sent();
    assert_eq!(warned.iter().map(|sent| sent.to.as_str()).collect::<Vec<_>>(), ["ag1@desk.test", "ag2@desk.test"]);
    assert!(warned[0].text.contains("Échéance proche") && warned[0].text.contains("#prendre"), "{}", warned[0].text);
    assert_eq!((minutes(&mut world, 30), minutes(&mut world, 5), overdue(&world)), (1, 0, 1));
    let broken = world.sent();
    assert!(broken[0].text.contains("Échéance dépassée") && broken[0].text.contains("11:00\u{a0}: dépassé"), "{}", broken[0].text);
    world.receives(&broken[0].answered_by("ag1@desk.test", "#prendre"));
    assert_eq!((world.status(1), overdue(&world)), ("in_progress", 0), "an answer: only the solution is left");
    assert_eq!(world.happened(1), ["opened", "alerted", "alerted", "taken"]);
}

#[test]
fn row61_the_clock_of_a_solution_stands_while_others_are_waited_for() {
    let mut world = promising();
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#info\nQuel message s'affiche ?"));
    let asked = world.letter_to("alice@cust.test");
    // Five minutes are gone, and three hours of waiting count for nothing.
    world.later(SignedDuration::from_hours(3));
    world.receives(&asked.answered_by("alice@cust.test", "Erreur 49."));
    world.sent();
    assert_eq!(minutes(&mut world, 20 * 60 + 50), 1, "three quarters of eight hours, on Tuesday");
    let warned = world.sent();
    assert_eq!(warned.iter().map(|sent| sent.to.as_str()).collect::<Vec<_>>(), ["ag1@desk.test"], "who is in charge");
    assert!(warned[0].text.contains("Solution promise avant mardi 6 janvier 2026 à 10:05"), "{}", warned[0].text);
    world.receives(&warned[0].answered_by("ag1@desk.test", "#clore\nToner changé."));
    let solved = world.letter_to_any("alice@cust.test");
    world.receives(&solved.answered_by("alice@cust.test", "oui"));
    assert_eq!((minutes(&mut world, 60 * 24), overdue(&world)), (0, 0), "what is over is not late");
    world.receives(&solved.answered_by("alice@cust.test", "Elle est de nouveau en panne, avec la même erreur 49."));
    assert_eq!(world.status(1), "in_progress");
    world.sent();
    assert_eq!(minutes(&mut world, 60), 1, "reopened, it goes on where it stood");
    let broken = world.sent();
    assert_eq!(broken.iter().map(|sent| sent.to.as_str()).collect::<Vec<_>>(), ["ag1@desk.test", "ag2@desk.test"], "and the head");
}

#[test]
fn row61_nobody_is_warned_at_night_and_what_was_missed_is_told_once() {
    let mut world = promising();
    world.later(SignedDuration::from_mins(8 * 60 + 50));
    world.receives(&Mail::new("Alice Martin <alice@cust.test>"));
    let told = world.letter_to("alice@cust.test").text;
    assert!(told.contains("mardi 6 janvier 2026 à 09:50"), "{told}");
    world.sent();
    assert_eq!((minutes(&mut world, 60), minutes(&mut world, 60 * 12)), (0, 0), "until eight in the morning");
    assert_eq!(minutes(&mut world, 26 * 60), 1, "a day without a look: the breach alone");
    assert!(world.sent()[0].text.contains("Échéance dépassée"));
    assert_eq!(minutes(&mut world, 1), 1, "and that of the solution");
    assert_eq!(minutes(&mut world, 1), 0);
}

#[test]
fn row60_urgency_and_category_have_promises_of_their_own() {
    let mut world = promising();
    let mut organisation = world.gateway.store().organisation().unwrap();
    organisation.services[0].categories[0].targets =
        vec![guichet::desk::Target { response: Some(SignedDuration::from_mins(30)), ..Default::default() }];
    world.gateway.apply_organisation(organisation).unwrap();
    world.receives(&Mail::new("alice@cust.test").header("Importance", "high"));
    let alert = world.letter_to("ag1@desk.test");
    assert!(alert.text.contains("haute, selon le logiciel") && !alert.text.contains("10:00"), "a mark is a hint: {}", alert.text);
    world.later(SignedDuration::from_secs(-300));
    world.receives(&Mail::new("dave@other.test"));
    world.later(SignedDuration::from_secs(-300));
    world.sent();
    world.acts("ag2@desk.test", 2, "urgency", &[("urgency", "high")]);
    world.sent();
    world.acts("ag2@desk.test", 2, "assign", &[("agent", "ag1@desk.test")]);
    world.later(SignedDuration::from_secs(-300));
    assert!(world.letter_to("ag1@desk.test").text.contains("avant lundi 5 janvier 2026 à 10:00"));
    world.receives(&Mail::from("bob@cust.test").to("support+reseau@desk.test"));
    let alert = world.letter_to("ag1@desk.test");
    assert!(alert.text.contains("réponse promise avant lundi 5 janvier 2026 à 09:35"), "{}", alert.text);
    assert!(alert.text.contains("Solution promise avant lundi 5 janvier 2026 à 17:05"), "{}", alert.text);
}

#[test]
fn row61_who_begins_to_promise_is_not_told_of_all_that_was_late_before() {
    let mut world = World::new();
    world.receives(&Mail::new("Alice Martin <alice@cust.test>"));
    world.later(SignedDuration::from_hours(24 * 5));
    world.ticks();
    world.sent();
    let mut world = promises(world);
    assert_eq!((world.ticks(), world.sent().len(), overdue(&world)), (0, 0, 1), "the list of what is late shows it all the same");
}
