//! Tickets, events, pointers, people, links: what a change writes, and that it writes it once.

use guichet::desk::{Guest, Organisation, Status, Wake, What};
use guichet::store::sqlite::Sqlite;
use guichet::store::{Cause, Change, Claimed, CommitFault, How, KnownId, PageReads, Person, Reads, Seen, Step, Store, TicketQuery};

use crate::samples::*;

fn named(name: &str) -> Cause {
    Cause::Named(name.into())
}

fn opened_desk() -> Sqlite {
    let mut store = Sqlite::memory().unwrap();
    let (id, letter) = (store.next_ticket().unwrap(), store.next_letter().unwrap());
    store.commit(&whole(named("form/1"), id, letter)).unwrap();
    store
}

#[test]
fn a_change_is_there_whole() {
    let store = opened_desk();
    assert_eq!(store.ticket(1).unwrap(), Some(ticket(1, 1)));
    assert_eq!(store.events(1).unwrap(), open_step(1, "Bonjour, l'imprimante fume").events);
    assert_eq!(store.events(2).unwrap(), []);
    assert_eq!(store.threads(&[9; 22]).unwrap(), [1]);
    assert_eq!(store.person(&alice()).unwrap().unwrap().language.as_deref(), Some("fr"));
    assert_eq!((store.link(&[1; 32]).unwrap(), store.links(1).unwrap()), (Some(link(1, 1)), vec![link(1, 1)]));
    assert_eq!(store.letter_bytes(1).unwrap(), letter(1, 1, true).letter);
    let (huge, none) = (u64::MAX, store.ticket(u64::MAX).unwrap());
    assert_eq!((none, store.events(huge).unwrap(), store.links(huge).unwrap()), (None, vec![], vec![]));
}

#[test]
fn inv2_a_named_cause_has_one_effect() {
    let mut store = opened_desk();
    assert!(matches!(store.commit(&whole(named("form/1"), 2, 2)), Err(CommitFault::AlreadyDone)));
    assert_eq!((store.ticket(2).unwrap(), store.letter(2).unwrap()), (None, None));
}

#[test]
fn j12_an_older_version_is_stale_and_changes_nothing() {
    let mut store = opened_desk();
    let reply = |text: &str| Step {
        expected: Some(1),
        ticket: ticket(1, 2),
        events: vec![event(1, 2, What::Replied { reached: vec![] }, text)],
        wake: Wake::default(),
    };
    let change = |name: &str, text: &str| Change { steps: vec![reply(text)], ..Change::new(named(name), at(2)) };
    store.commit(&change("a", "first")).unwrap();
    assert!(matches!(store.commit(&change("b", "second")), Err(CommitFault::Stale(1))));
    assert_eq!(store.events(1).unwrap().len(), 2);
    // The cause was not taken: deciding again works.
    let again = Step { expected: Some(2), ticket: ticket(1, 3), events: vec![event(1, 3, What::Noted, "second")], wake: Wake::default() };
    store.commit(&Change { steps: vec![again], ..Change::new(named("b"), at(3)) }).unwrap();
    assert!(matches!(store.commit(&whole(named("c"), 1, 9)), Err(CommitFault::Stale(1))));
}

#[test]
fn tickets_are_found_when_their_time_comes() {
    let mut store = opened_desk();
    let wake = |seconds: Option<i64>| Wake { at: seconds.map(at), due: None };
    assert!(store.waking(at(9), 9).unwrap().is_empty());
    let wound = Step { expected: Some(1), ticket: ticket(1, 2), events: vec![], wake: wake(Some(5)) };
    store.commit(&Change { steps: vec![wound], ..Change::new(named("wind"), at(2)) }).unwrap();
    assert_eq!((store.waking(at(4), 9).unwrap(), store.waking(at(5), 9).unwrap()), (vec![], vec![1]));
    store.wind(&[(1, wake(None))]).unwrap();
    assert!(store.waking(at(9), 9).unwrap().is_empty());
    store.wind_all().unwrap();
    assert_eq!(store.waking(at(0), 9).unwrap(), [1], "under other rules everything open is looked at");
    let late = guichet::store::Shelf { services: vec!["dsi".into()], due: Some(at(8)), limit: 9, ..Default::default() };
    assert!(store.shelf(&late).unwrap().is_empty());
    store.wind(&[(1, Wake { at: None, due: Some(at(7)) })]).unwrap();
    assert_eq!((store.shelf(&late).unwrap().len(), store.shelf_count(&late, 9).unwrap()), (1, 1));
}

#[test]
fn numbers_are_unique_within_and_across_batches() {
    let mut store = opened_desk();
    assert_eq!((store.next_ticket().unwrap(), store.next_ticket().unwrap()), (2, 3));
    assert_eq!((store.next_letter().unwrap(), store.next_letter().unwrap()), (2, 3));
    store.begin().unwrap();
    store.commit(&whole(named("a"), 4, 4)).unwrap();
    assert_eq!(store.next_ticket().unwrap(), 5);
    // What never became durable leaves no gap among the numbers that people see.
    store.begin().unwrap();
    assert_eq!((store.next_ticket().unwrap(), store.next_letter().unwrap()), (2, 4));
}

#[test]
fn a_batch_is_durable_or_never_was() {
    let mut store = Sqlite::memory().unwrap();
    store.begin().unwrap();
    store.commit(&whole(named("a"), 1, 1)).unwrap();
    let mut failing = whole(named("b"), 2, 2);
    failing.used.push([200; 32]);
    assert!(matches!(store.commit(&failing), Err(CommitFault::Torn)));
    assert!(store.end().is_err());
    assert_eq!([1, 2].map(|id| store.ticket(id).unwrap().is_some()), [false, false]);
    store.commit(&whole(named("a"), 1, 1)).unwrap();
    assert!(matches!(store.commit(&failing), Err(CommitFault::AlreadyDone)));
    store.begin().unwrap();
    store.commit(&whole(named("d"), 4, 4)).unwrap();
    store.begin().unwrap();
    store.end().unwrap();
    assert_eq!(store.ticket(4).unwrap(), None);
}

#[test]
fn inv1_what_is_kept_beside_an_abandoned_batch_is_durable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    let mut store = Sqlite::open(&path).unwrap();
    store.begin().unwrap();
    store.commit(&whole(named("a"), 1, 1)).unwrap();
    // A fault or a panic kept the batch from its end; meanwhile a mail comes, and its server is told.
    store.keep(&[arrival(origin(7, 1), "mail")]).unwrap();
    assert!(store.end().is_err());
    assert_eq!(store.ticket(1).unwrap(), None);
    drop(store);
    let mut store = Sqlite::open(&path).unwrap();
    assert!(store.raw(1).unwrap().is_some());
    store.begin().unwrap();
    store.commit(&whole(named("a"), 1, 1)).unwrap();
    store.abandon();
    assert_eq!(store.ticket(1).unwrap(), None);
    store.commit(&whole(named("a"), 1, 1)).unwrap();
    store.abandon();
    assert!(store.ticket(1).unwrap().is_some());
}

#[test]
fn c07_a_link_is_used_once() {
    let mut store = opened_desk();
    let using = |name: &str| Change { used: vec![[1; 32]], ..Change::new(named(name), at(5)) };
    store.commit(&using("a")).unwrap();
    assert!(matches!(store.commit(&using("b")), Err(CommitFault::AlreadyDone)));
    assert_eq!(store.link(&[1; 32]).unwrap().unwrap().ended_at, Some(at(5)));
    assert_eq!(store.links(1).unwrap(), []);
    let mut revoking = Change::new(named("c"), at(6));
    (revoking.links, revoking.revoked) = (vec![link(2, 1)], vec![[1; 32], [3; 32]]);
    store.commit(&revoking).unwrap();
    assert_eq!((store.link(&[1; 32]).unwrap().unwrap().ended_at, store.links(1).unwrap().len()), (Some(at(5)), 1));
}

#[test]
fn a_known_id_may_point_at_several_tickets_and_keeps_its_best_reason() {
    let mut store = opened_desk();
    let known = |ticket, how| KnownId { id: "m1@cust.test".into(), ticket, how, person: None };
    let mut change = whole(named("b"), 2, 2);
    change.ids = vec![known(1, How::Quoted), known(2, How::Sent), known(2, How::Quoted)];
    store.commit(&change).unwrap();
    let found = store.known(&["x@y".into(), "m1@cust.test".into()]).unwrap();
    assert_eq!(found, [KnownId { person: Some(alice()), ..known(1, How::Seen) }, known(2, How::Sent)]);
}

#[test]
fn a_readers_thread_keeps_its_first_mail_and_moves_its_last() {
    let mut store = opened_desk();
    let mut change = Change::new(named("b"), at(2));
    change.seen = ["s2@desk.test", "s3@desk.test"].map(|id| Seen { ticket: 1, person: alice(), message_id: id.into() }).into();
    store.commit(&change).unwrap();
    let thread = store.thread(1, &alice()).unwrap();
    assert_eq!((thread.first.as_deref(), thread.last.as_deref()), (Some("m1@cust.test"), Some("s3@desk.test")));
    assert_eq!(store.thread(2, &alice()).unwrap(), guichet::store::Thread::default());
}

#[test]
fn people_and_the_organisation_are_replaced() {
    let mut store = opened_desk();
    let gone = Person { address: alice(), name: None, language: None, failures: 2, suppressed: true, is_list: true, blocked: true };
    store.commit(&Change { people: vec![gone.clone()], ..Change::new(named("b"), at(2)) }).unwrap();
    assert_eq!(store.person(&alice()).unwrap(), Some(gone));
    assert_eq!(store.organisation().unwrap(), Organisation::default());
    let service =
        guichet::desk::Service { key: "dsi".into(), name: "Support".into(), permanent_guests: vec![alice()], ..Default::default() };
    let organisation = Organisation { services: vec![service], ..Organisation::default() };
    store.apply_organisation(&organisation).unwrap();
    store.apply_organisation(&organisation).unwrap();
    assert_eq!(store.organisation().unwrap(), organisation);
}

#[test]
fn tickets_are_listed_newest_first_by_each_condition() {
    let mut store = Sqlite::memory().unwrap();
    for id in 1..=4 {
        store.commit(&whole(named(&format!("open/{id}")), id, id)).unwrap();
    }
    let mut taken = ticket(2, 2);
    (taken.status, taken.assignee, taken.service) = (Status::InProgress, Some(who("ag1@desk.test")), "rh".into());
    taken.guests = vec![Guest { address: who("bob@cust.test"), since: 2 }];
    let step = |ticket, expected| Step { expected: Some(expected), ticket, events: vec![], wake: Wake::default() };
    store.commit(&Change { steps: vec![step(taken.clone(), 1)], ..Change::new(named("take"), at(2)) }).unwrap();
    let found = |query: TicketQuery| store.tickets(&query).unwrap().iter().map(|ticket| ticket.id).collect::<Vec<_>>();
    let all = TicketQuery { limit: 9, ..TicketQuery::default() };
    assert_eq!(found(all.clone()), [4, 3, 2, 1]);
    assert_eq!(found(TicketQuery { before: Some(4), limit: 2, ..all.clone() }), [3, 2]);
    assert_eq!(found(TicketQuery { status: vec!["free".into(), "closed".into()], ..all.clone() }), [4, 3, 1]);
    assert_eq!(found(TicketQuery { assignee: Some(who("ag1@desk.test")), ..all.clone() }), [2]);
    assert_eq!(found(TicketQuery { service: Some("rh".into()), person: Some(alice()), ..all.clone() }), [2]);
    assert_eq!(found(TicketQuery { person: Some(who("bob@cust.test")), ..all.clone() }), [2]);
    taken.version = 3;
    taken.guests.clear();
    store.commit(&Change { steps: vec![step(taken, 2)], ..Change::new(named("leave"), at(3)) }).unwrap();
    let of_bob = TicketQuery { person: Some(who("bob@cust.test")), ..all };
    assert_eq!(store.tickets(&of_bob).unwrap(), []);
}

#[test]
fn a_letter_takes_its_files_from_the_kept_mail() {
    use guichet::mail::Excerpt;
    let mut store = Sqlite::memory().unwrap();
    let kept = store.keep(&[arrival(origin(7, 1), "head aGVsbG8= tail")]).unwrap();
    let mut change = whole(named("a"), 1, 1);
    let letter = change.letters[0].letter.as_mut().unwrap();
    letter.bytes = b"before, after".to_vec();
    letter.excerpts = vec![(8, Excerpt { instance: kept[0].instance, span: (5, 13) })];
    store.commit(&change).unwrap();
    let bytes = |letter: guichet::mail::Letter| String::from_utf8(letter.bytes).unwrap();
    let id = change.letters[0].id;
    assert_eq!(bytes(store.letter_bytes(id).unwrap().unwrap()), "before, aGVsbG8=after");
    assert_eq!(bytes(store.load(&[Claimed { id, attempts: 0 }]).unwrap().remove(0).letter), "before, aGVsbG8=after");
    let mut foreign = whole(named("b"), 2, 2);
    foreign.letters[0].letter.as_mut().unwrap().excerpts = vec![(0, Excerpt { instance: 99, span: (0, 1) })];
    assert!(store.commit(&foreign).is_err(), "what is not kept cannot be copied");
}
