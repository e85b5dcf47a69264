//! Requests from addresses behind which several people write.

use guichet::store::Reads;

use crate::world::{Mail, World, address};

fn reception() -> World {
    let mut world = World::new();
    let mut organisation = world.gateway.store().organisation().unwrap();
    organisation.shared = vec![address("accueil@cust.test")];
    world.gateway.apply_organisation(organisation).unwrap();
    world
}

#[test]
fn row4_whoever_writes_from_a_shared_address_is_asked_who_they_are_and_nothing_waits() {
    let mut world = reception();
    world.receives(&Mail::new("Accueil <accueil@cust.test>"));
    let sent = world.sent();
    let to = |who: &str| sent.iter().find(|sent| sent.to == who).unwrap();
    let ack = to("accueil@cust.test");
    let page = format!("https://desk.test/l/{}/do/beneficiary", ack.links[0]);
    assert!(ack.text.contains(&page) && ack.html.contains(&page), "{}", ack.text);
    assert!(to("ag1@desk.test").text.contains("imprimante"), "the agents have it already");
    let acted = world.acts("accueil@cust.test", 1, "beneficiary", &[("beneficiary", "zoe@cust.test")]);
    assert_eq!(world.ticket(1).beneficiary, Some(address("zoe@cust.test")), "{acted:?}");
    assert!(world.recipients().contains(&"zoe@cust.test".to_owned()), "she hears that it is hers");
}

#[test]
fn row4_nobody_else_is_asked_nor_whoever_says_it_at_once() {
    let mut world = reception();
    world.receives(&Mail::new("alice@cust.test"));
    assert!(!world.letter_to("alice@cust.test").text.contains("/do/beneficiary"));
    world.receives(&Mail::new("accueil@cust.test").text("Pour : zoe@cust.test\n\nSon poste ne démarre plus."));
    let ack = world.letter_to("accueil@cust.test");
    assert!(!ack.text.contains("/do/beneficiary"), "{}", ack.text);
}
