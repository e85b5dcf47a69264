//! Mails that repeat their conversation without a mark that says so.

use guichet::desk::Event;
use guichet::store::Reads;

use crate::world::{Mail, Sent, World};

/// A ticket on which an agent asked two things; what the requester got.
fn asked(world: &mut World) -> Sent {
    world.receives(&Mail::new("alice@cust.test"));
    let alert = world.letter_to_any("ag1@desk.test");
    world.receives(
        &alert.answered_by("ag1@desk.test", "Quel est le numéro de l'imprimante en panne ?\nDepuis quand ne répond-elle plus du tout ?"),
    );
    world.letter_to("alice@cust.test")
}

fn last(world: &World) -> Event {
    world.gateway.store().events(1).unwrap().into_iter().rfind(|event| event.text.is_some()).unwrap()
}

#[test]
fn g08_answers_typed_into_an_unmarked_quotation_are_heard() {
    let mut world = World::new();
    let letter = asked(&mut world);
    let edited = letter.text.replace("panne ?", "panne ?\nLa deux cent dix-sept");
    assert_ne!(edited, letter.text);
    let outlook =
        "________________________________\nDe : Support\nEnvoyé : lundi 5 janvier 2026 09:00\nÀ : alice@cust.test\nObjet : Imprimante\n\n";
    let reply = letter.answered_by("alice@cust.test", "").text(&format!("Bonjour, voilà.\n\n{outlook}{edited}"));
    world.receives(&reply);
    let event = last(&world);
    let said = event.text.unwrap();
    assert!(said.starts_with("Bonjour, voilà.") && said.contains("panne ?\nLa deux cent dix-sept"), "{said}");
    assert!(!said.contains("Envoyé"), "{said}");
}

#[test]
fn c24_our_own_words_are_folded_without_any_mark() {
    let mut world = World::new();
    let letter = asked(&mut world);
    let reply = letter.answered_by("alice@cust.test", "").text(&format!("La 217, depuis hier.\n\n{}", letter.text));
    world.receives(&reply);
    assert_eq!(last(&world).text.as_deref(), Some("La 217, depuis hier."));
}
