//! What is kept no longer than the site wants: mails first, then tickets; numbers, links and late answers stay understood.

use guichet::desk::What;
use guichet::gateway::effects::token_hash;
use guichet::mail::carrier::decode_token;
use guichet::site::{Retention, Site};
use guichet::store::sqlite::Sqlite;
use guichet::store::{Disposition, Reads, RetentionReads, Swept, TicketQuery};
use jiff::{SignedDuration, Timestamp};

use crate::world::{Mail, Sent, World, organisation, site};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn keeping(retention: Retention) -> Site {
    Site { retention, ..site() }
}

fn for_a_season() -> Site {
    keeping(Retention { mail_days: 30, ticket_days: 90, letter_days: 60, trace_days: 60 })
}

/// Alice's request, which she takes back; her acknowledgement.
fn ended(world: &mut World) -> Sent {
    world.receives(&Mail::new("Alice Martin <alice@cust.test>"));
    let ack = world.letter_to("alice@cust.test");
    world.receives(&ack.answered_by("alice@cust.test", "#annuler"));
    assert_eq!(world.status(1), "cancelled");
    world.sent();
    ack
}

/// Lets so many days pass, and ticks until nothing is left to do.
fn days(world: &mut World, days: i32) {
    world.later(DAY * days);
    for _ in 0..20 {
        world.ticks();
    }
    world.sent();
}

#[test]
fn row84_nothing_is_deleted_unless_the_site_says_so() {
    let mut world = World::new();
    ended(&mut world);
    days(&mut world, 4000);
    assert!(world.gateway.store().raw(1).unwrap().is_some());
    assert_eq!(world.status(1), "cancelled");
    assert_eq!(world.gateway.sweep().unwrap(), Swept::default());
}

#[test]
fn row84_mails_go_first_and_the_words_stay() {
    let mut world = World::with(for_a_season());
    ended(&mut world);
    world.receives(&Mail::new("bob@cust.test").subject("Encore ouvert"));
    days(&mut world, 29);
    assert!(world.gateway.store().raw(1).unwrap().is_some());
    days(&mut world, 2);
    assert_eq!(world.gateway.store().raw(1).unwrap(), None);
    assert!(world.gateway.store().raw(3).unwrap().is_some(), "an open ticket keeps its mails");
    assert!(world.gateway.store().events(1).unwrap()[0].text.as_deref().unwrap().contains("imprimante"));
}

#[test]
fn row84_a_mail_that_is_deleted_is_not_handled_again() {
    let mut world = World::with(for_a_season());
    ended(&mut world);
    days(&mut world, 31);
    assert_eq!(guichet::gateway::replay(&mut world.gateway, 1).unwrap(), None);
}

#[test]
fn l13_after_its_time_a_ticket_leaves_nothing_but_its_number() {
    let mut world = World::with(for_a_season());
    ended(&mut world);
    days(&mut world, 91);
    let store = world.gateway.store();
    assert!(store.ticket(1).unwrap().is_none() && store.events(1).unwrap().is_empty());
    assert!(store.letters(Some(1), 10).unwrap().is_empty() && store.links(1).unwrap().is_empty());
    assert!(store.purged(1).unwrap().is_some());
    let row = store.instance(1).unwrap().unwrap().handled.unwrap();
    assert!(row.from.is_none() && row.message_id.is_none() && row.trace.is_null());
    assert!(store.person(&crate::world::address("alice@cust.test")).unwrap().is_none());
    let words = TicketQuery { words: Some("imprimante".into()), limit: 9, ..TicketQuery::default() };
    assert!(store.tickets(&words).unwrap().is_empty());
}

#[test]
fn row84_a_late_answer_begins_a_new_ticket_and_says_why() {
    let mut world = World::with(for_a_season());
    let ack = ended(&mut world);
    days(&mut world, 91);
    let handled = world.receives(&ack.answered_by("alice@cust.test", "Elle est encore en panne."));
    assert_eq!((handled.disposition, handled.ticket), (Disposition::New, Some(2)), "no number is given twice");
    let what = world.gateway.store().events(2).unwrap()[0].what.clone();
    assert!(matches!(what, What::Opened { related: Some(1), .. }));
    let sent = world.sent();
    let to = |who: &str| sent.iter().find(|sent| sent.to == who).unwrap();
    assert!(to("alice@cust.test").text.contains("clos depuis longtemps"), "{}", to("alice@cust.test").text);
    assert!(to("ag1@desk.test").text.contains("#1"), "{}", to("ag1@desk.test").text);
}

#[test]
fn row84_old_links_are_still_known_as_links() {
    let mut world = World::with(for_a_season());
    let ack = ended(&mut world);
    let hashes: Vec<_> = ack.links.iter().map(|token| token_hash(&decode_token(token).unwrap())).collect();
    assert!(!hashes.is_empty());
    days(&mut world, 91);
    for hash in hashes {
        assert!(world.gateway.store().link(&hash).unwrap().is_none());
        assert!(world.gateway.store().was_link(&hash).unwrap());
    }
}

#[test]
fn row84_what_changes_again_stays_again() {
    let mut world = World::with(for_a_season());
    let ack = ended(&mut world);
    world.later(DAY * 10);
    world.receives(&ack.answered_by("alice@cust.test", "#rouvrir\nFinalement, si."));
    assert_eq!(world.status(1), "free");
    days(&mut world, 200);
    assert!(world.gateway.store().ticket(1).unwrap().is_some());
}

#[test]
fn row84_mails_without_effect_go_too() {
    let mut world = World::with(for_a_season());
    let absence = Mail::new("eve@other.test").header("Auto-Submitted", "auto-replied").subject("Absence");
    let handled = world.receives(&absence);
    assert_eq!((handled.disposition, handled.ticket), (Disposition::Ignored, None), "{}", handled.reason);
    days(&mut world, 31);
    assert_eq!(world.gateway.store().raw(1).unwrap(), None);
    assert_eq!(world.gateway.store().instance(1).unwrap().unwrap().handled.unwrap().from, None);
}

#[test]
fn row84_how_much_is_overdue_is_told_beforehand() {
    let mut world = World::with(for_a_season());
    ended(&mut world);
    world.later(DAY * 91);
    let now = Timestamp::from_second(world.now()).unwrap();
    let due = guichet::gateway::retention::overdue(&for_a_season().retention, now);
    let told = world.gateway.store().overdue(&due).unwrap();
    assert_eq!((told.tickets, told.mails), (1, 2), "{told:?}");
    assert!(told.letters > 0 && told.traces == 2, "{told:?}");
    let mut done = Swept::default();
    while let Some(swept) = Some(world.gateway.sweep().unwrap()).filter(|swept| !swept.is_nothing()) {
        done = done.and(swept);
    }
    assert_eq!((done.tickets, done.mails), (told.tickets, told.mails));
    assert_eq!(world.gateway.store().overdue(&due).unwrap(), Swept::default());
}

/// The files of a database hold nothing of what was deleted (CASEBOOK L13).
#[test]
fn l13_deleted_content_is_overwritten_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guichet.db");
    let mut world = World::bare(for_a_season(), Sqlite::open(&path).unwrap());
    world.gateway.apply_organisation(organisation()).unwrap();
    world.receives(&Mail::new("Alice Martin <alice@cust.test>").text(&"secretissime ".repeat(3000)));
    let ack = world.letter_to("alice@cust.test");
    world.receives(&ack.answered_by("alice@cust.test", "#annuler"));
    world.sent();
    days(&mut world, 91);
    let held = |path: &std::path::Path, word: &[u8]| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(word.len()).any(|window| window == word)
    };
    for place in [path.clone(), folder.path().join("guichet.db-wal")] {
        for word in ["secretissime", "alice@cust.test", "Alice Martin"] {
            assert!(!held(&place, word.as_bytes()), "{word} in {}", place.display());
        }
    }
}
