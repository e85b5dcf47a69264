//! Floods from many senders: most strangers wait together, unanswered, and nobody else does.

use guichet::desk::Door;
use guichet::gateway::{Decider, Decision, Settled, Word};
use guichet::site::{Brakes, Site, Trust};
use guichet::store::{Disposition, Reads};
use jiff::SignedDuration;

use crate::batches::received;
use crate::world::*;

/// Mails of the flood, and one honest mail among how many.
const FLOOD: usize = 5_000;
const ONE_IN: usize = 250;

fn world(strangers_per_hour: u32) -> World {
    let brakes = Brakes { strangers_per_hour, ..Brakes::default() };
    let trust = Trust { internal_domains: vec!["school.test".into()], ..site().trust };
    World::with(Site { brakes, trust, ..site() })
}

fn stranger(number: usize) -> Mail {
    Mail::new(&format!("m{number}@d{}.evil.test", number % 50)).subject(&format!("Offer {number}")).unproven()
}

fn word() -> Word {
    Word { decision: Decision::Junk, by: Decider::Agent(address("ag1@desk.test"), Door::Page) }
}

/// The mails that tell an agent of a crowd.
fn digests(sent: &[Sent]) -> usize {
    sent.iter().filter(|sent| sent.to == "ag1@desk.test" && sent.text.contains("personnes encore inconnues")).count()
}

#[test]
fn e16_of_five_thousand_strangers_most_wait_and_honest_mails_do_not() {
    let mut world = world(200);
    world.receives(&Mail::new("alice@cust.test"));
    let first = world.sent();
    let to = |person: &str| first.iter().find(|sent| sent.to == person).unwrap();
    let (ack, alert) = (to("alice@cust.test"), to("ag1@desk.test"));
    world.later(SignedDuration::from_hours(20));
    let honest = |number: usize| match number % 4 {
        0 => Mail::new("alice@cust.test").subject(&format!("Screen {number}")),
        1 => ack.answered_by("alice@cust.test", &format!("Still so, {number}.")),
        2 => Mail::new(&format!("pupil{number}@school.test")).subject("Keyboard").unproven(),
        _ => alert.answered_by("ag1@desk.test", &format!("On my way, {number}.")),
    };
    let mixed = |number: usize| [Some(stranger(number)), number.is_multiple_of(ONE_IN).then(|| honest(number / ONE_IN))];
    let mails: Vec<Mail> = (0..FLOOD).flat_map(mixed).flatten().collect();
    let outcomes = received(&mut world, &mails, 64);
    let is_honest = |mail: &Mail| !mail.domain().ends_with("evil.test");
    let count = |honest: bool, wanted: &[Disposition]| {
        mails.iter().zip(&outcomes).filter(|(mail, outcome)| is_honest(mail) == honest && wanted.contains(outcome)).count()
    };
    assert_eq!(count(true, &[Disposition::New, Disposition::Attached]), FLOOD / ONE_IN);
    assert_eq!((count(false, &[Disposition::New]), count(false, &[Disposition::Held])), (200, FLOOD - 200));
    world.deliver();
    let sent = world.sent();
    let answered = sent.iter().filter(|sent| sent.to.ends_with("evil.test")).count();
    assert_eq!((answered, digests(&sent)), (200, 1), "nobody who waits is answered, and one mail tells of them all");
}

#[test]
fn e16_a_crowd_is_one_bundle_that_is_put_away_at_once() {
    let mut world = world(3);
    let mails: Vec<Mail> = (0..12).map(stranger).collect();
    received(&mut world, &mails, 5);
    let waiting = world.gateway.store().instances(Some(Disposition::Held), 99).unwrap();
    assert_eq!(waiting.len(), 9);
    assert!(waiting.iter().all(|row| row.handled.as_ref().unwrap().reason == "crowd"));
    assert!(matches!(world.gateway.settle_bundle(waiting[4].id, &word()).unwrap(), Settled::Done { .. }));
    assert_eq!(world.gateway.store().count(None).unwrap().held, 0);
}

#[test]
fn e16_who_was_a_stranger_an_hour_ago_is_known() {
    let mut world = world(2);
    assert!(is(&world.receives(&stranger(1)), Disposition::New, "new"));
    let ack = world.sent().into_iter().find(|sent| sent.to == "m1@d1.evil.test").unwrap();
    world.receives(&stranger(2));
    // One of the crowd, who is let in no more often than others; on their own ticket everybody goes on.
    assert!(is(&world.receives(&stranger(1)), Disposition::Held, "crowd"));
    assert!(is(&world.receives(&stranger(3)), Disposition::Held, "crowd"));
    assert_eq!(world.receives(&ack.answered_by("m1@d1.evil.test", "And the lamp, too.")).disposition, Disposition::Attached);
    assert_eq!(digests(&world.sent()), 1);
    world.later(SignedDuration::from_hours(1));
    for mail in [stranger(1), stranger(4), stranger(5)] {
        assert!(is(&world.receives(&mail), Disposition::New, "new"));
    }
    assert!(is(&world.receives(&stranger(6)), Disposition::Held, "crowd"));
    assert_eq!(digests(&world.sent()), 1, "an hour later it is news again");
}

#[test]
fn e16_what_is_only_tried_counts_for_nothing_and_nought_is_no_limit() {
    let mut world = world(1);
    for number in 0..3 {
        let would = world.gateway.would(stranger(number).raw(world.now()).replace('\n', "\r\n").into_bytes()).unwrap();
        assert_eq!(would.outcome, Disposition::New);
    }
    assert_eq!(world.receives(&stranger(9)).disposition, Disposition::New);
    let mut open = self::world(0);
    assert!(received(&mut open, &(0..300).map(stranger).collect::<Vec<_>>(), 50).iter().all(|outcome| *outcome == Disposition::New));
}
