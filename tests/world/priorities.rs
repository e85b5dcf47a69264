//! Kinds of requests, urgency, impact and priority (CAPABILITIES rows 7 and 12): nobody must choose, and everybody may say.

use guichet::desk::{Organisation, RequestKind, Target, Urgency};
use guichet::store::Reads;
use jiff::SignedDuration;

use crate::world::{Mail, World, organisation};

/// Incidents of the network's category are answered within an hour, requests within eight.
fn world() -> World {
    let mut organisation: Organisation = organisation();
    let category = &mut organisation.services[0].categories[0];
    category.kind = Some(RequestKind::Incident);
    let target = |kind, hours| Target { kind: Some(kind), response: Some(SignedDuration::from_hours(hours)), ..Target::default() };
    category.targets = vec![target(RequestKind::Incident, 1), target(RequestKind::Request, 8)];
    let mut world = World::new();
    world.gateway.apply_organisation(organisation).unwrap();
    world
}

/// Without the spaces that French has before its colons.
fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

fn priority(world: &World, id: u64) -> Urgency {
    world.gateway.store().organisation().unwrap().priority(&world.ticket(id))
}

#[test]
fn row7_the_category_tells_the_kind_anybody_may_correct_it_and_promises_follow() {
    let mut world = world();
    world.receives(&Mail::from("alice@cust.test").to("support+reseau@desk.test").subject("Une prise de plus"));
    let sent = world.sent();
    let to = |who: &str| sent.iter().find(|sent| sent.to == who).unwrap().clone();
    let (ack, alert) = (to("alice@cust.test"), to("ag1@desk.test"));
    assert!(plain(&alert.text).contains("Nature : incident") && alert.text.contains("à 10:00"), "{}", alert.text);
    assert!(!ack.text.contains("Nature"), "nobody is asked for it");
    world.receives(&ack.answered_by("alice@cust.test", "#demande"));
    assert_eq!(world.ticket(1).details.kind, Some(RequestKind::Request));
    world.sent();
    world.receives(&Mail::new("ag1@desk.test").subject("?").text("#etat 1"));
    world.receives(&alert.answered_by("ag1@desk.test", "#prendre\n#nature incident"));
    assert_eq!(world.ticket(1).details.kind, Some(RequestKind::Incident));
    world.acts("ag1@desk.test", 1, "kind", &[("kind", "request")]);
    assert_eq!(world.ticket(1).details.kind, Some(RequestKind::Request));
}

#[test]
fn row12_users_say_how_urgent_agents_what_it_concerns_and_both_are_shown() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let sent = world.sent();
    let to = |who: &str| sent.iter().find(|sent| sent.to == who).unwrap().clone();
    let (ack, alert) = (to("alice@cust.test"), to("ag1@desk.test"));
    world.receives(&ack.answered_by("alice@cust.test", "#urgence haute"));
    assert_eq!((world.ticket(1).urgency, priority(&world, 1)), (Urgency::High, Urgency::High));
    world.receives(&alert.answered_by("ag1@desk.test", "#impact faible"));
    assert_eq!((world.ticket(1).urgency, priority(&world, 1)), (Urgency::High, Urgency::Medium));
    world.sent();
    world.acts("ag1@desk.test", 1, "assign", &[("agent", "ag2@desk.test")]);
    let assigned = world.letter_to("ag2@desk.test");
    assert!(plain(&assigned.text).contains("haute ; impact : faible ; priorité : normale"), "{}", assigned.text);
    world.acts("ag2@desk.test", 1, "impact", &[("impact", "high")]);
    assert_eq!(priority(&world, 1), Urgency::High);
    world.receives(&ack.answered_by("alice@cust.test", "#impact fort"));
    assert_eq!(world.happened(1).last(), Some(&"replied"), "the impact is for agents: her words are words");
}

#[test]
fn row12_a_category_caps_and_a_mail_programs_mark_is_a_hint() {
    let mut world = World::new();
    let mut capped = organisation();
    capped.services[0].categories[0].priority_max = Some(Urgency::Medium);
    world.gateway.apply_organisation(capped).unwrap();
    world.receives(&Mail::from("alice@cust.test").to("support+reseau@desk.test"));
    world.acts("ag1@desk.test", 1, "urgency", &[("urgency", "high")]);
    assert_eq!((world.ticket(1).urgency, priority(&world, 1)), (Urgency::High, Urgency::Medium));
    world.receives(&Mail::new("bob@cust.test").header("X-Priority", "1"));
    let alert = world.sent().into_iter().rfind(|sent| sent.to == "ag1@desk.test").unwrap();
    assert!(
        plain(&alert.text).contains("Urgence : haute, selon le logiciel de l’expéditeur")
            && !alert.text.contains("Nouvelle demande urgente")
    );
    assert_eq!(priority(&world, 2), Urgency::Medium);
    world.acts("ag1@desk.test", 2, "urgency", &[("urgency", "high")]);
    assert_eq!(priority(&world, 2), Urgency::High, "what is confirmed counts");
}
