//! What can be told afterwards: who did what, by which door and evidence; and that one who floods holds up nobody else.

use guichet::store::{Disposition, Reads};

use crate::world::{Mail, World, is};

#[test]
fn l14_each_change_tells_who_by_which_door_and_nothing_told_changes() {
    let (mut world, ack, alert) = World::taken(&Mail::new("alice@cust.test"));
    world.receives(&alert.answered_by("ag1@desk.test", "#urgent\n#note\nPatron."));
    world.acts("ag1@desk.test", 1, "title", &[("title", "Imprimante du deuxième")]);
    let before = world.gateway.store().events(1).unwrap();
    let handled = world.receives(&ack.answered_by("alice@cust.test", "C'est au deuxième étage."));
    let after = world.gateway.store().events(1).unwrap();
    assert_eq!(after[..before.len()], before[..], "what was told stays as it was");
    for (event, number) in after.iter().zip(1..) {
        assert_eq!(event.seq, number, "no event is missing");
        assert!(event.actor.person.is_some(), "{event:?}");
    }
    let reply = after.last().unwrap();
    let source = reply.source.as_ref().unwrap();
    assert!(source.message_id.is_some() && world.gateway.store().raw(source.instance).unwrap().is_some(), "the mail is named, and there");
    let trace = handled.trace;
    assert!(trace["level"] == "proven" && !trace["evidence"].as_array().unwrap().is_empty(), "{trace}");
}

#[test]
fn k12_a_flood_waits_by_itself_and_an_honest_mail_does_not() {
    let mut world = World::new();
    for n in 0..60 {
        world.receives(&Mail::new("flood@other.test").subject(&format!("Offre {n}")));
        world.later(jiff::SignedDuration::from_secs(-299));
    }
    let honest = world.receives(&Mail::new("alice@cust.test"));
    assert!(is(&honest, Disposition::New, "new"));
    assert!(world.gateway.store().count(None).unwrap().held >= 39, "the rest of the flood waits in one bundle");
}
