//! The whole ticket in one mail, for whoever may see it, as far as they may.

use crate::world::{Mail, World, address};

/// Alice's ticket with words before and after Bob joined, and a note.
fn told() -> World {
    let (mut world, ack, alert) = World::taken(&Mail::new("alice@cust.test"));
    world.receives(&ack.answered_by("alice@cust.test", "C'est au deuxième étage."));
    world.receives(&alert.answered_by("ag1@desk.test", "#note\nElle exagère un peu."));
    world.receives(&alert.answered_by("ag1@desk.test", "#invite bob@cust.test"));
    world.receives(&ack.answered_by("alice@cust.test", "Bob est mon voisin."));
    world.sent();
    world
}

#[test]
fn row21_the_asker_alone_gets_all_that_they_may_see() {
    let mut world = told();
    let before = world.happened(1).len();
    world.receives(&Mail::new("alice@cust.test").subject("").text("#historique 1"));
    let whole = world.letter_to("alice@cust.test");
    assert!(whole.text.contains("imprimante du deuxième") && whole.text.contains("Bob est mon voisin"), "{}", whole.text);
    assert!(whole.text.contains("a pris le ticket") || whole.text.contains("prend"), "{}", whole.text);
    assert!(!whole.text.contains("exagère") && !whole.html.contains("exagère"), "{}", whole.text);
    assert!(whole.links.is_empty(), "no capability");
    world.receives(&Mail::new("bob@cust.test").subject("").text("#history 1"));
    let bobs = world.letter_to("bob@cust.test").text;
    assert!(bobs.contains("Bob est mon voisin") && !bobs.contains("au deuxième étage"), "{bobs}");
    world.receives(&Mail::new("ag2@desk.test").subject("").text("#historique 1"));
    let agents = world.letter_to("ag2@desk.test").text;
    assert!(agents.contains("exagère") && agents.contains("au deuxième étage"), "{agents}");
    assert_eq!(world.happened(1).len(), before, "nothing happens to the ticket");
}

#[test]
fn row21_an_answer_to_notes_among_the_history_stays_among_agents() {
    let mut world = told();
    world.receives(&Mail::new("ag2@desk.test").subject("").text("#historique 1"));
    let whole = world.letter_to("ag2@desk.test");
    world.receives(&whole.answered_by("ag2@desk.test", "Elle exagère toujours."));
    assert_eq!(world.happened(1).last(), Some(&"noted"));
    assert!(!world.recipients().contains(&"alice@cust.test".to_owned()));
    world.receives(&Mail::new("alice@cust.test").subject("").text("#historique 1"));
    let hers = world.letter_to("alice@cust.test");
    world.receives(&hers.answered_by("alice@cust.test", "Il manque une page."));
    assert_eq!(world.happened(1).last(), Some(&"replied"));
}

#[test]
fn row21_strangers_learn_nothing() {
    let mut world = told();
    world.receives(&Mail::new("eve@other.test").subject("").text("#historique 1"));
    let answer = world.letter_to("eve@other.test");
    assert!(!answer.text.contains("imprimante"), "{}", answer.text);
    world.gateway.mail_history(1, &address("eve@other.test"), "n").unwrap();
    world.gateway.mail_history(99, &address("alice@cust.test"), "m").unwrap();
    assert_eq!(world.deliver(), 0);
}

#[test]
fn row21_on_the_ticket_itself_and_by_page() {
    let (mut world, ack, _) = World::taken(&Mail::new("alice@cust.test"));
    world.receives(&ack.answered_by("alice@cust.test", "#historique"));
    assert!(world.letter_to("alice@cust.test").text.contains("imprimante du deuxième"));
    world.gateway.mail_history(1, &address("alice@cust.test"), "n").unwrap();
    world.gateway.mail_history(1, &address("alice@cust.test"), "n").unwrap();
    world.deliver();
    assert_eq!(world.recipients(), ["alice@cust.test"], "once for each press");
}
