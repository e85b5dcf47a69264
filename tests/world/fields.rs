//! What requests tell besides their words, and requests that agents pass on.

use guichet::desk::Property;
use guichet::gateway::{Acted, Button, Pressed};
use guichet::store::{Disposition, Reads};

use crate::world::{Mail, World, address};

const TR: &str = "Pour ouverture.\n\n________________________________\nDe : Marie Dupont <marie@cust.test>\nEnvoyé : lundi 5 janvier 2026 08:55\nÀ : Karim Benali <ag1@desk.test>\nObjet : Écran noir\n\nMon écran reste noir.\nMarie\n";

fn forwarded(text: &str) -> Mail {
    Mail::new("Karim Benali <ag1@desk.test>").subject("TR : Écran noir").text(text)
}

#[test]
fn p38_missing_fields_are_asked_for_and_read_from_the_answer() {
    let mut world = World::new();
    world.receives(
        &Mail::from("alice@cust.test").to("support+reseau@desk.test").subject("Plus de réseau").text("Bonjour,\nPrise : B-12\nMerci"),
    );
    let sent = world.sent();
    let ack = sent.iter().find(|sent| sent.to == "alice@cust.test").unwrap();
    assert!(ack.text.contains("Téléphone\u{a0}:") && !ack.text.contains("Numéro de prise"), "only what is missing: {}", ack.text);
    assert!(ack.html.contains("Téléphone"), "{}", ack.html);
    let alert = sent.iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    assert!(alert.text.contains("Numéro de prise\u{a0}: B-12"), "{}", alert.text);
    world.receives(&ack.answered_by("alice@cust.test", "Téléphone : 01 23 45 67 89\nPrise : B-13"));
    let ticket = world.ticket(1);
    assert_eq!((ticket.details.field("phone"), ticket.details.field("prise")), ("01 23 45 67 89", "B-13"));
    assert_eq!(world.happened(1), ["opened", "replied", "changed", "changed"]);
    let told = world.letter_to_any("ag1@desk.test");
    assert!(told.text.contains("01 23 45 67 89") && told.text.contains("Numéro de prise"), "{}", told.text);
}

#[test]
fn p22_a_number_in_a_signature_is_proposed_to_agents_alone() {
    let mut world = World::new();
    world.receives(
        &Mail::new("alice@cust.test")
            .cc("bob@cust.test")
            .text("PC-0042 ne démarre plus.\n\n-- \nAlice Martin\nFax : 01 11 11 11 11\nTél : 01.23.45.67.89\n"),
    );
    let details = world.ticket(1).details;
    assert_eq!((details.phone.as_str(), details.equipment.as_str(), details.found.len()), ("01 23 45 67 89", "PC-0042", 2));
    let sent = world.sent();
    let alert = sent.iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    assert!(alert.text.contains("Téléphone\u{a0}: 01 23 45 67 89 (trouvé dans le texte, à vérifier)"), "{}", alert.text);
    assert!(sent.iter().filter(|sent| sent.to.ends_with("cust.test")).all(|sent| !sent.text.contains("01 23 45")), "never to guests");
    // By mail, or by page: then it is stated.
    world.receives(&alert.answered_by("ag1@desk.test", "#tel 01 23 45 67 89"));
    assert_eq!(world.ticket(1).details.found, ["equipment"]);
    assert!(matches!(world.acts("ag1@desk.test", 1, "equipment", &[("equipment", "PC-0043")]), Acted::Done { .. }));
    assert_eq!((world.ticket(1).details.equipment.as_str(), world.ticket(1).details.found.len()), ("PC-0043", 0));
}

#[test]
fn p22_a_field_by_command_and_by_page_and_what_is_none() {
    let mut world = World::new();
    let alert = world.opened();
    let refused = world.receives(&alert.answered_by("ag1@desk.test", "#champ prise B-12"));
    assert_eq!(refused.disposition, Disposition::Held);
    assert!(world.letter_to("ag1@desk.test").text.contains("n’a pas de champ"));
    world.receives(&alert.answered_by("ag1@desk.test", "#catégorie réseau"));
    world.receives(&alert.answered_by("ag1@desk.test", "#champ prise : B-12"));
    assert_eq!(world.ticket(1).details.field("prise"), "B-12");
    assert!(matches!(world.acts("ag1@desk.test", 1, "field", &[("field", "prise"), ("value", "B-14")]), Acted::Done { .. }));
    assert_eq!(world.ticket(1).property(&Property::Field { key: "prise".into(), value: String::new() }).word(), "field");
    assert_eq!(world.ticket(1).details.field("prise"), "B-14");
    assert!(matches!(world.acts("ag1@desk.test", 1, "field", &[("field", "étage"), ("value", "2")]), Acted::Refused { .. }));
}

#[test]
fn p36_a_forwarded_mail_is_proposed_and_one_press_makes_it_its_authors() {
    let mut world = World::new();
    world.receives(&forwarded(TR));
    let sent = world.sent();
    assert!(sent.iter().all(|sent| sent.to != "marie@cust.test"), "D06: nobody is written to before");
    let proposed = sent.iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    assert!(proposed.text.contains("Ouvrir au nom de marie@cust.test"), "{}", proposed.text);
    assert_eq!((proposed.links.len(), sent.iter().filter(|sent| sent.to == "ag1@desk.test").count()), (1, 1), "no acknowledgement besides");
    assert!(matches!(world.presses(&proposed.links[0], Button::Confirm), Pressed::Done { .. }));
    let ticket = world.ticket(1);
    assert_eq!(ticket.requester, address("marie@cust.test"));
    assert_eq!(ticket.attention(&address("ag1@desk.test")), guichet::desk::Attention::Following, "he follows it");
    let ack = world.letter_to("marie@cust.test");
    assert!(ack.text.contains("Une demande a été faite pour vous") && ack.text.contains("Mon écran reste noir."), "{}", ack.text);
    assert!(!ack.text.contains("Pour ouverture"), "what he said of it stays among agents: {}", ack.text);
    world.receives(&ack.answered_by("marie@cust.test", "Toujours noir."));
    assert_eq!(world.happened(1).last(), Some(&"replied"));
    assert!(world.recipients().contains(&"ag1@desk.test".to_owned()));
}

#[test]
fn p36_the_command_in_the_same_mail_confirms() {
    let mut world = World::new();
    world.receives(&forwarded(&format!("#demandeur\n#prendre\n#tel 4512\n{TR}")));
    let ticket = world.ticket(1);
    assert_eq!((ticket.requester.as_str(), ticket.status.word()), ("marie@cust.test", "in_progress"));
    assert_eq!(ticket.details.phone, "4512");
    let events = world.gateway.store().events(1).unwrap();
    assert!(events[0].text.as_deref().unwrap().contains("Mon écran reste noir."), "{:?}", events[0].text);
    assert!(!events[0].text.as_deref().unwrap().contains("Pour ouverture"), "{:?}", events[0].text);
    let sent = world.sent();
    let receipt = sent.iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    assert!(receipt.text.contains("C’est fait") && receipt.text.contains("Le ticket est à vous."), "{}", receipt.text);
    assert!(sent.iter().find(|sent| sent.to == "marie@cust.test").unwrap().text.contains("Une demande a été faite pour vous"));
}

#[test]
fn p36_a_call_by_phone_is_opened_for_whoever_called() {
    let mut world = World::new();
    world.receives(
        &Mail::new("ag1@desk.test").subject("Mot de passe").text("#demandeur marie@cust.test\n#clore\nMot de passe remis à zéro."),
    );
    assert_eq!((world.ticket(1).requester.as_str(), world.status(1)), ("marie@cust.test", "awaiting_approval"));
    let asked = world.letter_to_any("marie@cust.test");
    assert!(asked.text.contains("Mot de passe remis à zéro."), "{}", asked.text);
}

#[test]
fn p36_nobody_but_an_agent_passes_on_and_nothing_wrong_is_guessed() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").subject("TR : Écran noir").text(&format!("#demandeur\n{TR}")));
    assert_eq!(world.ticket(1).requester, address("alice@cust.test"));
    assert!(world.recipients().iter().all(|to| to != "marie@cust.test"));
    assert!(matches!(world.acts("alice@cust.test", 1, "requester", &[("requester", "marie@cust.test")]), Acted::Refused { .. }));
    // Two authors: the bare command says neither.
    let two = TR.replace("Envoyé", "De : mallory@evil.test\nEnvoyé");
    world.receives(&forwarded(&format!("#demandeur\n{two}")));
    assert_eq!(world.ticket(2).requester, address("ag1@desk.test"));
    let told = world.letter_to("ag1@desk.test");
    assert_eq!(told.links.len(), 2, "{}", told.text);
    // By page.
    assert!(matches!(world.acts("ag2@desk.test", 2, "requester", &[("requester", "marie@cust.test")]), Acted::Done { .. }));
    assert_eq!(world.ticket(2).requester, address("marie@cust.test"));
}

#[test]
fn p36_an_attached_message_names_its_author_first() {
    let mut world = World::new();
    let body = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n#demandeur\n--b\nContent-Type: message/rfc822\nContent-Disposition: attachment; filename=m.eml\n\nFrom: Marie Dupont <marie@cust.test>\nTo: ag1@desk.test\nSubject: Ecran noir\nMessage-ID: <x1@cust.test>\nContent-Type: text/plain; charset=utf-8\n\nMon écran reste noir.\n--b--\n";
    world.receives(&Mail::new("ag1@desk.test").subject("TR : Écran noir").body(body));
    assert_eq!(world.ticket(1).requester, address("marie@cust.test"));
    let text = world.gateway.store().events(1).unwrap()[0].text.clone().unwrap();
    assert!(text.contains("Mon écran reste noir."), "{text}");
}
