//! Bursts and known outages (CAPABILITIES row 22): told once and at once, announced until the solution, never on an ordinary Monday.

use guichet::desk::Why;
use guichet::gateway::{Acted, Button};
use guichet::store::Reads;
use jiff::SignedDuration;

use crate::world::{Mail, Sent, World, site};

/// So many people write within half an hour.
fn many(world: &mut World, people: usize, subject: &str) {
    for n in 0..people {
        world.receives(&Mail::from(&format!("person{n}@cust.test")).to("support+reseau@desk.test").subject(subject));
    }
}

fn alerts(world: &mut World) -> Vec<Sent> {
    world.ticks();
    world.sent().into_iter().filter(|sent| sent.subject.contains("Beaucoup de demandes")).collect()
}

#[test]
fn row22_a_burst_is_told_once_to_the_service_with_the_way_to_declare_an_outage() {
    let mut world = World::new();
    many(&mut world, 4, "Plus de réseau");
    assert!(alerts(&mut world).is_empty(), "four are not enough");
    world.receives(&Mail::from("person9@cust.test").to("support+reseau@desk.test").subject("Internet ?"));
    let told = alerts(&mut world);
    assert_eq!(told.iter().map(|sent| sent.to.as_str()).collect::<Vec<_>>(), ["ag1@desk.test", "ag2@desk.test"]);
    let text = &told[0].text;
    assert!(
        text.contains("Support DSI / Réseau\u{a0}: 5 personnes en 30 minutes") && text.contains("#5 ") && text.contains("#1 "),
        "{text}"
    );
    assert!(text.contains("https://desk.test/desk/t/1/do/outage") && text.contains("#panne"), "{text}");
    world.receives(&Mail::from("person10@cust.test").to("support+reseau@desk.test").subject("Réseau"));
    assert!(alerts(&mut world).is_empty(), "once for each burst");
    world.later(SignedDuration::from_hours(3));
    assert!(alerts(&mut world).is_empty());
    many(&mut world, 5, "Encore");
    assert_eq!(alerts(&mut world).len(), 2, "a new burst");
}

#[test]
fn row22_mails_that_are_only_tried_make_no_burst() {
    let mut world = World::new();
    let from = |n: usize| Mail::from(&format!("person{n}@cust.test")).to("support+reseau@desk.test").subject("Réseau");
    for n in 0..6 {
        let raw = from(n).raw(world.now()).replace('\n', "\r\n").into_bytes();
        world.gateway.would(raw).unwrap();
    }
    world.receives(&from(9));
    assert!(alerts(&mut world).is_empty());
}

#[test]
fn row22_one_person_old_mail_and_what_was_closed_make_no_burst() {
    let mut world = World::new();
    for _ in 0..6 {
        world.receives(&Mail::from("alice@cust.test").to("support+reseau@desk.test"));
    }
    assert!(alerts(&mut world).is_empty(), "one person");
    let mut world = World::new();
    many(&mut world, 5, "Gagnez un prix");
    world.acts("ag1@desk.test", 3, "spam", &[]);
    assert!(alerts(&mut world).is_empty(), "four that count");
    let mut off = site();
    off.policy.burst_people = 0;
    let mut world = World::with(off);
    many(&mut world, 8, "Plus de réseau");
    assert!(alerts(&mut world).is_empty(), "switched off");
}

#[test]
fn row22_an_ordinary_monday_at_nine_is_no_burst() {
    let mut world = World::new();
    let mut told = 0;
    for week in 0..5 {
        for n in 0..6 {
            world.receives(&Mail::from(&format!("w{week}n{n}@cust.test")).to("support+reseau@desk.test").subject("Mot de passe"));
            world.later(SignedDuration::from_secs(-120));
        }
        told = alerts(&mut world).len();
        world.later(SignedDuration::from_hours(7 * 24) - SignedDuration::from_secs(6 * 180));
    }
    assert_eq!(told, 0, "six are usual by the fifth Monday");
}

#[test]
fn row22_a_declared_outage_is_announced_until_its_solution() {
    let mut world = World::new();
    world.receives(&Mail::from("dave@other.test").to("support+reseau@desk.test").subject("Coupure"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#panne Le réseau du bâtiment B est coupé.\nRetour vers 15 h."));
    assert!(world.sent().iter().all(|sent| sent.to != "dave@other.test"), "who asked first hears nothing by it");
    let writes = |world: &mut World, who: &str, to: &str| {
        world.receives(&Mail::from(who).to(to).subject("Pas d'internet"));
        let sent = world.sent();
        let of = |person: &str| sent.iter().find(|sent| sent.to == person).unwrap().text.clone();
        (of(who), of("ag1@desk.test"))
    };
    let (ack, alert) = writes(&mut world, "alice@cust.test", "support+reseau@desk.test");
    assert!(ack.contains("| Le réseau du bâtiment B est coupé.") && ack.contains("| Retour vers 15 h.") && !ack.contains("#1"), "{ack}");
    assert!(alert.contains("Panne connue en cours\u{a0}: #1") && alert.contains("#parent 1"), "{alert}");
    let (ack, _) = writes(&mut world, "bob@cust.test", "support@desk.test");
    assert!(ack.contains("bâtiment B"), "what is not sorted may be about it");
    assert_eq!(world.gateway.store().outages().unwrap().len(), 1);
    world.acts("ag1@desk.test", 2, "parent", &[("ticket", "1")]);
    world.acts("ag1@desk.test", 1, "close", &[("text", "Le commutateur est remplacé.")]);
    let approval = world.letter_to_any("dave@other.test");
    assert!(!writes(&mut world, "carl@cust.test", "support+reseau@desk.test").0.contains("bâtiment B"), "a solution is there");
    world.presses(&approval.links[1], Button::RefuseClosure { reason: "Non.".into() });
    assert!(writes(&mut world, "eve@cust.test", "support+reseau@desk.test").0.contains("bâtiment B"), "… and was none");
    assert!(matches!(world.acts("ag1@desk.test", 1, "outage_over", &[]), Acted::Done { .. }));
    assert!(!writes(&mut world, "fred@cust.test", "support+reseau@desk.test").0.contains("bâtiment B"));
}

#[test]
fn row22_a_known_outage_is_no_news_and_a_part_of_an_incident_is_none() {
    let mut world = World::new();
    world.receives(&Mail::from("dave@other.test").to("support+reseau@desk.test").subject("Coupure"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.acts("ag1@desk.test", 1, "outage", &[("text", "Le réseau est coupé.")]);
    many(&mut world, 6, "Plus de réseau");
    assert!(alerts(&mut world).is_empty());
    world.acts("ag1@desk.test", 2, "parent", &[("ticket", "1")]);
    let Acted::Refused { refused, .. } = world.acts("ag1@desk.test", 2, "outage", &[("text", "x")]) else { panic!("refused") };
    assert_eq!(refused[0].why, Why::Nested { ticket: 2 });
    world.receives(&alert.answered_by("ag1@desk.test", "#fin-panne"));
    assert!(world.gateway.store().outages().unwrap().is_empty());
}
