//! Mails that wait for a proof: their author is asked, once, by a link to the address that they claim.

use guichet::gateway::{Entered, Using};
use guichet::store::{Disposition, Reads};
use jiff::SignedDuration;

use crate::world::{Mail, Sent, World, address, is};

/// T1 by alice, taken by ag1; the thread's first id.
fn taken() -> (World, String) {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let alert = world.letter_to_any("ag1@desk.test");
    world.receives(&alert.answered_by("ag1@desk.test", "#prendre"));
    world.sent();
    let root = world.ticket(1).root_message_id.unwrap();
    (world, root)
}

pub fn enters(world: &mut World, token: &str) -> Entered {
    let bytes = guichet::mail::carrier::decode_token(token).unwrap();
    let using = Using { key: guichet::gateway::effects::token_hash(&bytes), browser: [3; 32], called: "Firefox".into() };
    let entered = world.gateway.enter(&using).unwrap();
    world.deliver();
    world.check();
    entered
}

fn asked(sent: &[Sent], who: &str) -> Option<Sent> {
    sent.iter().find(|sent| sent.to == who && sent.subject.contains("Avez-vous écrit")).cloned()
}

#[test]
fn p33_an_agent_confirms_a_mail_that_nothing_proved_by_one_press() {
    let (mut world, root) = taken();
    let mail = Mail::new("ag1@desk.test").reply_to_id(&root).subject("Re: toner").text("#clore\n\nLa cartouche est changée.").unproven();
    assert!(is(&world.receives(&mail), Disposition::Held, "agent-not-proven"));
    let sent = world.sent();
    let link = asked(&sent, "ag1@desk.test").unwrap();
    // Whoever wrote it may not be who reads this: nothing of it is repeated but its subject.
    assert!(link.text.contains("Re: toner") && !link.raw.contains("cartouche") && link.links.len() == 1, "{}", link.text);
    assert!(link.auto.is_some() && link.cc.is_empty());
    assert!(sent.iter().filter(|sent| sent.to == "ag2@desk.test").all(|sent| sent.links.is_empty()));
    assert_eq!(world.status(1), "in_progress");
    assert_eq!(enters(&mut world, &link.links[0]), Entered::Confirmed);
    assert_eq!(world.status(1), "awaiting_approval");
    assert!(world.letter_to_any("alice@cust.test").text.contains("La cartouche est changée."));
    let handled = world.gateway.store().find_instances(mail.id.as_deref().unwrap()).unwrap()[0].handled.clone().unwrap();
    assert!(handled.disposition == Disposition::Attached && handled.trace.to_string().contains("confirmed"), "{}", handled.trace);
    // Once.
    assert_eq!(enters(&mut world, &link.links[0]), Entered::Over);
    assert!(world.sent().is_empty());
}

#[test]
fn a06_b09_forged_mails_ask_the_one_they_name_once_an_hour_and_nobody_else() {
    let (mut world, root) = taken();
    for number in 0..5 {
        let forged = Mail::new("ag1@desk.test").reply_to_id(&root).text(&format!("#clore {number}")).unproven();
        assert!(is(&world.receives(&forged), Disposition::Held, "agent-not-proven"));
    }
    let sent = world.sent();
    assert_eq!(sent.iter().filter(|sent| sent.subject.contains("Avez-vous écrit")).count(), 1);
    assert!(sent.iter().all(|sent| sent.to.ends_with("@desk.test")));
}

#[test]
fn a01_e01_a_failed_check_a_machine_and_a_stranger_are_asked_nothing() {
    let (mut world, root) = taken();
    for mail in [
        Mail::new("ag1@desk.test").reply_to_id(&root).failing(),
        Mail::new("ag1@desk.test").reply_to_id(&root).unproven().header("Auto-Submitted", "auto-replied"),
        Mail::new("carol@other.test").reply_to_id(&root).unproven(),
        Mail::new("carol@other.test").reply_to_id(&root),
    ] {
        world.receives(&mail);
        let sent = world.sent();
        assert!(sent.iter().all(|sent| !sent.subject.contains("Avez-vous écrit")), "{mail:?}");
    }
}

#[test]
fn c07_the_link_ends_and_what_an_agent_settled_meanwhile_stands() {
    let (mut world, root) = taken();
    let held = |world: &mut World| {
        world.receives(&Mail::new("ag1@desk.test").reply_to_id(&root).text("J'arrive.").unproven());
        asked(&world.sent(), "ag1@desk.test").unwrap().links[0].clone()
    };
    let late = held(&mut world);
    world.later(SignedDuration::from_hours(24));
    assert_eq!(enters(&mut world, &late), Entered::Over);
    let settled = held(&mut world);
    let instance = world.gateway.store().instances(Some(Disposition::Held), 1).unwrap()[0].id;
    let by = guichet::gateway::Decider::Agent(address("ag2@desk.test"), guichet::desk::Door::Page);
    world.gateway.settle(instance, &guichet::gateway::Word { decision: guichet::gateway::Decision::Junk, by }).unwrap();
    assert_eq!(enters(&mut world, &settled), Entered::Over);
    assert_eq!(world.gateway.store().instance(instance).unwrap().unwrap().handled.unwrap().disposition, Disposition::Ignored);
}
