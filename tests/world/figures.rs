//! Figures of a service, mailed to its head when a week or a month is over.

use guichet::desk::Privilege;
use guichet::desk::figures::Rhythm;
use jiff::SignedDuration;

use crate::world::{Mail, World, address, organisation};

/// Six requests in a week, five of them Karim's and one Marie's; the service asks for figures.
fn a_week() -> World {
    let mut world = World::new();
    let mut organisation = organisation();
    organisation.services[0].figures = vec![Rhythm::Weekly];
    organisation.services[0].head = Some(address("ag1@desk.test"));
    world.gateway.apply_organisation(organisation).unwrap();
    world.ticks();
    for n in 1..=6 {
        world.receives(&Mail::new("Alice Martin <alice@cust.test>"));
        world.acts(if n == 6 { "ag2@desk.test" } else { "ag1@desk.test" }, n, "reply", &[("text", "Je regarde.")]);
        world.acts(if n == 6 { "ag2@desk.test" } else { "ag1@desk.test" }, n, "take", &[]);
    }
    world.sent();
    world
}

fn days(world: &mut World, days: i64) {
    world.later(SignedDuration::from_hours(24 * days));
}

#[test]
fn row59_figures_of_a_week_go_to_the_head_once_when_it_is_over() {
    let mut world = a_week();
    days(&mut world, 4);
    world.ticks();
    assert!(world.sent().iter().all(|sent| !sent.subject.contains("chiffres")), "the week is not over");
    days(&mut world, 3);
    world.ticks();
    let sent: Vec<_> = world.sent().into_iter().filter(|sent| sent.subject.contains("chiffres")).collect();
    assert_eq!(sent.iter().map(|sent| sent.to.as_str()).collect::<Vec<_>>(), ["ag1@desk.test"]);
    let text = &sent[0].text;
    assert!(
        sent[0].subject.contains("Support DSI\u{a0}: chiffres de la semaine, du lundi 5 janvier 2026 au dimanche 11 janvier 2026"),
        "{}",
        sent[0].subject
    );
    assert!(text.contains("- Arrivés\u{a0}: cette semaine-là 6, la semaine d’avant 0"), "{text}");
    assert!(text.contains("- Karim Benali\u{a0}: Arrivés 5") && !text.contains("Marie Leroy"), "few tell of single people: {text}");
    assert!(sent[0].html.contains("<table") && sent[0].html.contains(">la semaine d’avant</th>"), "and as a table");
    world.later(SignedDuration::from_hours(2));
    world.ticks();
    assert!(world.sent().iter().all(|sent| !sent.subject.contains("chiffres")), "once");
}

#[test]
fn row59_what_was_over_while_nothing_ran_is_mailed_once_and_never_at_night() {
    let mut world = a_week();
    days(&mut world, 9);
    world.later(SignedDuration::from_hours(13));
    world.ticks();
    assert!(world.sent().iter().all(|sent| !sent.subject.contains("chiffres")), "it is night");
    world.later(SignedDuration::from_hours(11));
    world.ticks();
    assert_eq!(world.sent().iter().filter(|sent| sent.subject.contains("chiffres")).count(), 1);
    // Another week without a single new request still tells what is open.
    days(&mut world, 14);
    world.ticks();
    assert_eq!(world.sent().iter().filter(|sent| sent.subject.contains("chiffres")).count(), 1, "the last while alone");
}

#[test]
fn row59_without_a_head_whoever_manages_the_service_gets_them_and_nobody_without_asking() {
    let mut world = World::new();
    let mut organisation = organisation();
    organisation.services[0].figures = vec![Rhythm::Monthly];
    organisation.agents[1].memberships[0].may.push(Privilege::ManageAgents);
    world.gateway.apply_organisation(organisation).unwrap();
    world.receives(&Mail::new("Alice Martin <alice@cust.test>"));
    world.sent();
    days(&mut world, 28);
    world.ticks();
    let sent: Vec<_> = world.sent().into_iter().filter(|sent| sent.subject.contains("chiffres du mois")).collect();
    assert_eq!(sent.iter().map(|sent| sent.to.as_str()).collect::<Vec<_>>(), ["ag2@desk.test"]);
    assert!(!sent[0].text.contains("min /"), "no times of one ticket: {}", sent[0].text);
}
