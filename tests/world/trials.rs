//! Trials: what a mail would do, and mails that all go to one address.

use guichet::site::Site;
use guichet::store::{Disposition, Reads};

use crate::world::{Mail, World, address, site};

#[test]
fn row86_a_mail_on_trial_tells_what_it_would_do_and_does_nothing() {
    let mut world = World::new();
    let raw = Mail::new("alice@cust.test").raw(world.now()).replace('\n', "\r\n").into_bytes();
    let would = world.gateway.would(raw).unwrap();
    assert_eq!((would.outcome, would.reason.as_str(), would.ticket), (Disposition::New, "new", Some(1)));
    let to: Vec<&str> = would.letters.iter().map(|(to, _)| to.as_str()).collect();
    assert!(to.contains(&"alice@cust.test") && to.contains(&"ag1@desk.test"), "{to:?}");
    assert_eq!(would.letters.iter().find(|(to, _)| to.as_str() == "alice@cust.test").unwrap().1, "acknowledgement");
    assert!(world.gateway.store().ticket(1).unwrap().is_none());
    assert_eq!((world.gateway.store().count(None).unwrap().all, world.deliver()), (0, 0));
    let handled = world.receives(&Mail::new("bob@cust.test"));
    assert_eq!(handled.ticket, Some(1), "the number was not used up");
}

#[test]
fn row86_a_command_on_trial_changes_nothing() {
    let (mut world, _, alert) = World::taken(&Mail::new("alice@cust.test"));
    let before = world.happened(1);
    let raw = alert.answered_by("ag1@desk.test", "#clore\nToner changé.").raw(world.now()).replace('\n', "\r\n").into_bytes();
    let would = world.gateway.would(raw).unwrap();
    assert!(would.letters.contains(&(address("alice@cust.test"), "closure_approval".into())), "{would:?}");
    assert_eq!((world.happened(1), world.status(1)), (before, "in_progress"));
}

#[test]
fn row86_each_mail_says_for_whom_it_was_while_another_gets_all() {
    let mut world = World::with(Site { redirect_to: Some(address("trial@desk.test")), ..site() });
    world.receives(&Mail::new("alice@cust.test"));
    for sent in world.sent() {
        let line = format!("destiné à {}", sent.to);
        assert!(sent.text.contains(&line) && sent.html.contains(&line), "{}", sent.text);
    }
    let mut plain = World::new();
    plain.receives(&Mail::new("alice@cust.test"));
    assert!(plain.sent().iter().all(|sent| !sent.text.contains("Essai") && !sent.html.contains("Essai")));
}
