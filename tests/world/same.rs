//! Several addresses of one person (CAPABILITIES row 88): said from one mailbox, confirmed from the other.

use guichet::gateway::Entered;
use guichet::store::{Disposition, Erasure, PageReads, Reads};
use jiff::SignedDuration;

use crate::proofs::enters;
use crate::world::{Mail, Sent, World, address, is};

const HOME: &str = "alice@home.test";

/// Alice has asked for something, and says that she also writes from home.
fn said() -> (World, Sent, Vec<Sent>) {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let ack = world.letter_to("alice@cust.test");
    world.receives(&Mail::new("alice@cust.test").subject("").text("#aussi-moi alice@home.test"));
    let sent = world.sent();
    (world, ack, sent)
}

fn to_home(sent: &[Sent]) -> &Sent {
    sent.iter().find(|sent| sent.to == HOME).unwrap()
}

fn also(world: &World, who: &str) -> Vec<String> {
    world.gateway.store().preferences(&address(who)).unwrap().also.iter().map(ToString::to_string).collect()
}

#[test]
fn row88_two_addresses_are_one_person_when_both_mailboxes_have_said_so() {
    let (mut world, ack, sent) = said();
    assert_eq!(sent.len(), 2, "{sent:?}");
    let answer = sent.iter().find(|sent| sent.to == "alice@cust.test").unwrap();
    assert!(answer.text.contains("Nous écrivons à alice@home.test"), "{}", answer.text);
    let asked = to_home(&sent);
    assert!(asked.text.contains("alice@cust.test nous dit") && !asked.text.contains("Imprimante"), "{}", asked.text);
    let before = world.receives(&ack.answered_by(HOME, "De chez moi."));
    assert!(is(&before, Disposition::Held, "join-request"), "one mailbox is not enough");
    world.sent();
    assert_eq!(enters(&mut world, &asked.links[0]), Entered::Same);
    assert_eq!((also(&world, "alice@cust.test"), also(&world, HOME)), (vec![HOME.into()], vec!["alice@cust.test".into()]));
    let handled = world.receives(&ack.answered_by(HOME, "Toujours de chez moi."));
    assert_eq!((handled.disposition, handled.ticket), (Disposition::Attached, Some(1)));
    assert!(handled.trace.to_string().contains("acts_as"), "{}", handled.trace);
    let said = world.gateway.store().events(1).unwrap().pop().unwrap();
    assert_eq!(said.actor.person, Some(address("alice@cust.test")));
    assert!(world.sent().iter().all(|sent| !["alice@cust.test", HOME].contains(&sent.to.as_str())), "nobody hears their own words");
    assert_eq!(enters(&mut world, &asked.links[0]), Entered::Over, "a key works once");
}

#[test]
fn row88_a_key_agrees_to_the_one_that_its_mail_names_and_to_nobody_else() {
    let (mut world, _, sent) = said();
    world.later(SignedDuration::from_mins(5));
    world.receives(&Mail::new("mallory@other.test").subject("").text("#also-me alice@home.test"));
    let later = world.sent();
    assert_eq!(enters(&mut world, &to_home(&sent).links[0]), Entered::Over, "Alice's mail is no answer to Mallory");
    assert!(also(&world, HOME).is_empty() && also(&world, "mallory@other.test").is_empty());
    assert_eq!(enters(&mut world, &to_home(&later).links[0]), Entered::Same);
    assert_eq!(also(&world, HOME), ["mallory@other.test"]);
}

#[test]
fn row88_one_line_from_either_address_ends_it() {
    let (mut world, ack, sent) = said();
    enters(&mut world, &to_home(&sent).links[0]);
    world.receives(&Mail::new(HOME).subject("").text("#also-me no"));
    assert!(also(&world, "alice@cust.test").is_empty() && also(&world, HOME).is_empty());
    let handled = world.receives(&ack.answered_by(HOME, "De chez moi."));
    assert!(is(&handled, Disposition::Held, "join-request"));
}

#[test]
fn row88_nobody_takes_an_agents_address_and_no_mailbox_is_asked_again_and_again() {
    let (mut world, _, _) = said();
    world.receives(&Mail::new("alice@cust.test").subject("").text("#aussi-moi alice@home.test"));
    world.receives(&Mail::new("alice@cust.test").subject("").text("#aussi-moi ag1@desk.test"));
    world.receives(&Mail::new("alice@cust.test").subject("").text("#aussi-moi support@desk.test"));
    let sent = world.sent();
    assert!(sent.iter().all(|sent| sent.to == "alice@cust.test") && sent.len() == 3, "{sent:?}");
    world.later(SignedDuration::from_hours(25));
    world.receives(&Mail::new("alice@cust.test").subject("").text("#aussi-moi alice@home.test"));
    assert_eq!(world.sent().len(), 2);
    world.receives(&Mail::new("ag1@desk.test").subject("").text("#also-me karim@home.test"));
    assert!(world.sent().iter().all(|sent| sent.to != "karim@home.test"));
}

#[test]
fn row84_row88_whoever_is_erased_is_nobodys_other_address() {
    let (mut world, _, sent) = said();
    enters(&mut world, &to_home(&sent).links[0]);
    let erasure = Erasure { person: address(HOME), name: None, pseudonym: address("person-1a2b@erased.invalid") };
    while world.gateway.erase(&erasure).unwrap() > 0 {}
    assert!(also(&world, "alice@cust.test").is_empty());
    world.receives(&Mail::new("alice@cust.test").subject("").text("#aussi-moi alice@home.test"));
    let waiting = Erasure { person: address("alice@cust.test"), ..erasure };
    world.acts("alice@cust.test", 1, "cancel", &[]);
    while world.gateway.erase(&waiting).unwrap() > 0 {}
    assert_eq!(world.gateway.store().preferences(&address(HOME)).unwrap().claimed, None);
}
