//! Rules on new mails, categories for some, confidential ones, likely ones (CAPABILITIES rows 8, 77, 78; PRODUCT P37), and one's
//! own tickets by mail (row 27).

use guichet::desk::Organisation;
use guichet::gateway::{Button, Pressed};
use guichet::store::Disposition::*;
use guichet::store::Reads;

use crate::world::{Mail, World, is, organisation};

fn world(rules: &str) -> World {
    let mut world = World::new();
    let rules: Organisation = toml::from_str(rules).unwrap();
    world.gateway.apply_organisation(Organisation { rules: rules.rules, ..organisation() }).unwrap();
    world
}

#[test]
fn row78_rules_sort_new_mails_and_why_tells_which() {
    let mut world = world(
        "[[rule]]\nname = 'wifi'\nsubject = 'wi-?fi'\ncategory = 'dsi/reseau'\nurgency = 'high'\n[[rule]]\nname = 'toner'\nbody = 'toner'\ncategory = 'logistique'\n",
    );
    let handled = world.receives(&Mail::new("alice@cust.test").subject("Plus de Wifi").text("Et plus de toner."));
    let ticket = world.ticket(1);
    assert_eq!((ticket.service.as_str(), ticket.category.as_str(), ticket.urgency.word()), ("dsi", "reseau", "high"));
    let told = handled.trace["rules"].to_string();
    assert!(told.contains("\"rule\":\"wifi\"") && told.contains("Wifi") && told.contains("\"rule\":\"toner\""), "{told}");
    world.receives(&Mail::from("bob@cust.test").to("support+reseau@desk.test").subject("Toner").text("Plus de toner."));
    assert_eq!(world.ticket(2).category, "reseau", "the address comes first");
    world.receives(&Mail::new("bob@cust.test").subject("[Réseau] cable").text("Plus de toner."));
    assert_eq!(world.ticket(3).category, "reseau", "then the tag of the subject");
}

#[test]
fn row78_junk_is_stored_held_mail_waits_and_answers_are_never_ruled() {
    let mut world = world(
        "[[rule]]\nname = 'ads'\nheader = '^x-spam-flag: yes'\njunk = true\n[[rule]]\nname = 'odd'\nattachment = '[.]exe$'\nfrom = 'eve@'\nhold = true\n[[rule]]\nname = 'look'\nfrom = 'eve@'\nsubject = 'facture'\nhold = true\n",
    );
    assert!(is(&world.receives(&Mail::new("shop@x.test").header("X-Spam-Flag", "YES")), Ignored, "rule-junk"));
    assert!(is(&world.receives(&Mail::new("eve@cust.test").subject("Facture")), Held, "rule-hold"));
    assert!(world.letter_to("ag1@desk.test").text.contains("une règle du service demande une décision"));
    world.receives(&Mail::new("alice@cust.test"));
    let ack = world.letter_to_any("alice@cust.test");
    let answer = ack.answered_by("alice@cust.test", "Toujours rien.").header("X-Spam-Flag", "YES");
    assert!(is(&world.receives(&answer), Attached, "reply"));
}

#[test]
fn row77_what_is_for_some_is_for_nobody_else() {
    let mut world = World::new();
    let mut changed = organisation();
    changed.services[0].categories[0].only_domains = vec!["cust.test".into()];
    world.gateway.apply_organisation(changed).unwrap();
    world.receives(&Mail::from("alice@cust.test").to("support+reseau@desk.test"));
    world.receives(&Mail::from("bob@elsewhere.test").to("support+reseau@desk.test"));
    assert_eq!((world.ticket(1).category.as_str(), world.ticket(2).category.as_str()), ("reseau", ""));
}

#[test]
fn row77_mails_about_confidential_requests_say_nothing_of_them() {
    let mut world = World::new();
    let mut changed = organisation();
    changed.services[0].categories[0].confidential = true;
    world.gateway.apply_organisation(changed).unwrap();
    let secret = "Harcèlement au service achats";
    world.receives(&Mail::from("alice@cust.test").to("support+reseau@desk.test").cc("bob@cust.test").subject(secret).text(secret));
    let sent = world.sent();
    let tells = |text: &str| text.contains("achats") || text.contains("Harc");
    assert!(sent.iter().all(|sent| ![&sent.text, &sent.html, &sent.subject].into_iter().any(|text| tells(text))));
    let alert = sent.iter().rfind(|sent| sent.to == "ag1@desk.test").unwrap();
    assert!(alert.text.contains("https://desk.test/desk/t/1") && alert.subject.contains("Demande confidentielle"), "{}", alert.text);
    world.receives(&alert.answered_by("ag1@desk.test", "#info\nQui aux achats ?"));
    let question = world.letter_to_any("alice@cust.test");
    assert!(!question.text.contains("achats") && question.text.contains("https://desk.test/my/t/1") && !question.links.is_empty());
    world.receives(&Mail::new("ag1@desk.test").subject("?").text("#liste"));
    assert!(!world.letter_to("ag1@desk.test").text.contains("achats"));
}

#[test]
fn row8_an_unsorted_request_is_sorted_by_one_click_of_its_author() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").subject("Le réseau est lent"));
    let ack = world.letter_to_any("alice@cust.test");
    assert!(ack.text.contains("Réseau\u{a0}: https://desk.test/l/"), "{}", ack.text);
    assert!(matches!(world.presses(&ack.links[1], Button::Confirm), Pressed::Done { .. }));
    assert_eq!(world.ticket(1).category, "reseau");
    assert!(matches!(world.presses(&ack.links[1], Button::Confirm), Pressed::Refused { .. }), "once");
    world.receives(&Mail::new("bob@cust.test").subject("Le réseau est lent"));
    let ack = world.letter_to_any("bob@cust.test");
    world.acts("ag1@desk.test", 2, "category", &[("category", "reseau")]);
    world.acts("ag1@desk.test", 2, "category", &[("category", "")]);
    assert!(matches!(world.presses(&ack.links[1], Button::Confirm), Pressed::Done { .. }), "as long as it has none");
}

#[test]
fn row27_everybody_gets_their_own_tickets_by_mail() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").subject("Premier").cc("bob@cust.test"));
    world.receives(&Mail::new("carl@cust.test").subject("Autre"));
    world.sent();
    for (who, sees) in [("alice@cust.test", true), ("bob@cust.test", true), ("carl@cust.test", false)] {
        world.receives(&Mail::new(who).subject("?").text("#mes tickets"));
        let list = world.letter_to(who).text;
        assert!(list.contains("Vos demandes") && list.contains("#1 Premier") == sees && !list.contains("une ligne par ticket"), "{list}");
    }
    assert_eq!(world.gateway.store().count(None).unwrap().new, 2, "questions open nothing");
}
