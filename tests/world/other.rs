//! What comes into a service's "other" category (CAPABILITIES row 9): counts for its head, once a month.

use guichet::desk::Organisation;
use jiff::SignedDuration;

use crate::world::{Mail, Sent, World, address, organisation};

/// January of a service that names where what fits no other ends up.
fn january(other: Option<&str>) -> World {
    let mut world = World::new();
    let mut organisation: Organisation = organisation();
    organisation.services[0].other = other.map(str::to_owned);
    organisation.services[0].head = Some(address("ag1@desk.test"));
    world.gateway.apply_organisation(organisation).unwrap();
    world.ticks();
    for (who, subject) in [
        ("alice@cust.test", "Badge perdu"),
        ("bob@cust.test", "Mon badge ne marche plus"),
        ("carol@cust.test", "Un badge pour l'étage 3"),
        ("alice@cust.test", "Vitre cassée"),
    ] {
        world.receives(&Mail::new(who).subject(subject));
    }
    world.receives(&Mail::new("bob@cust.test").to("support+reseau@desk.test").subject("Badge réseau"));
    world.sent();
    world
}

/// What Karim is mailed besides once the month is over.
fn told(world: &mut World) -> Vec<Sent> {
    world.later(SignedDuration::from_hours(24 * 28));
    world.ticks();
    world.sent().into_iter().filter(|sent| sent.subject.contains("ce qui y est arrivé")).collect()
}

#[test]
fn row09_words_and_people_of_a_month_go_to_the_head_once() {
    let mut world = january(Some(""));
    let sent = told(&mut world);
    assert_eq!(sent.iter().map(|sent| sent.to.as_str()).collect::<Vec<_>>(), ["ag1@desk.test"]);
    let text = &sent[0].text;
    assert!(text.contains("Tickets arrivés\u{a0}: 4 ce mois-là, 0 le mois d’avant"), "{text}");
    assert!(text.contains("- badge\u{a0}: tickets 3, personnes 3") && !text.contains("vitre"), "of several people: {text}");
    assert!(text.contains("- alice@cust.test\u{a0}: 2") && !text.contains("- bob@cust.test"), "more than once: {text}");
    assert!(text.contains("name = \"Badge\"") && text.contains("category = \"dsi/badge\""), "{text}");
    assert!(sent[0].html.contains("[[service.category]]") && sent[0].html.contains("<table"));
    assert!(told(&mut world).is_empty(), "a month in which nothing came is not mailed");
}

#[test]
fn row09_the_lines_that_are_proposed_are_good_ones() {
    let mut world = january(Some(""));
    let text = told(&mut world).remove(0).text;
    let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    let rule = lines.iter().position(|line| *line == "[[rule]]").unwrap();
    let file = format!("[[service]]\nkey = \"dsi\"\nname = \"DSI\"\n{}\n{}\n", lines[..rule].join("\n"), lines[rule..].join("\n"));
    let read: Organisation = toml::from_str(&file).unwrap();
    assert_eq!((read.services[0].categories[0].key.as_str(), read.rules[0].category.as_deref()), ("badge", Some("dsi/badge")));
}

#[test]
fn row09_silent_unless_the_service_names_its_category_and_of_that_one_alone() {
    assert!(told(&mut january(None)).is_empty());
    let sent = told(&mut january(Some("reseau")));
    assert!(sent[0].text.contains("Tickets arrivés\u{a0}: 1 ce mois-là"), "{}", sent[0].text);
}
