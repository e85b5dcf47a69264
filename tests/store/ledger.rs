//! Mails kept, marks, and what became of each.

use guichet::ports::{Kept, Mark};
use guichet::store::sqlite::Sqlite;
use guichet::store::{Cause, Change, CommitFault, Disposition, Reads, Store};
use serde_json::json;

use crate::samples::*;

fn mark(epoch: u32, uid: u32) -> Mark {
    Mark { epoch, uid, old_until: 3, began_at: at(-9) }
}

fn outcome(cause: u64, handled: guichet::store::Handled) -> Change {
    Change { handled: Some(handled), ..Change::new(Cause::Mail(cause), at(1)) }
}

#[test]
fn a_kept_mail_comes_back_as_it_was_and_moves_the_mark() {
    let mut store = Sqlite::memory().unwrap();
    store.set_mark("support", "INBOX", mark(7, 4)).unwrap();
    let cut = guichet::ports::Arrival { cut_from: Some(99_000_000), old: true, ..arrival(origin(7, 5), "big") };
    let kept = store.keep(&[cut, arrival(origin(7, 9), "two")]).unwrap();
    assert_eq!(kept, [Kept { instance: 1, known: false }, Kept { instance: 2, known: false }]);
    let first = store.instance(1).unwrap().unwrap();
    assert_eq!((first.origin, first.received_at, first.size), (origin(7, 5), at(0), 99_000_000));
    assert!(first.cut && first.old && first.handled.is_none());
    assert_eq!(store.raw(2).unwrap().unwrap(), b"two");
    assert_eq!(store.mark("support", "INBOX").unwrap(), Some(mark(7, 9)));
    assert_eq!(store.mark("support", "Archive").unwrap(), None);
    assert_eq!(store.accounted("support", "INBOX", 7).unwrap(), [5, 9]);
    assert_eq!(store.accounted("support", "INBOX", 8).unwrap(), [0; 0]);
}

#[test]
fn a_mark_never_goes_back_and_other_epochs_leave_it() {
    let mut store = Sqlite::memory().unwrap();
    store.set_mark("support", "INBOX", mark(7, 10)).unwrap();
    store.keep(&[arrival(origin(7, 6), "late"), arrival(origin(6, 50), "older epoch")]).unwrap();
    assert_eq!(store.mark("support", "INBOX").unwrap(), Some(mark(7, 10)));
}

#[test]
fn what_was_kept_is_unsettled_until_the_server_was_told() {
    let mut store = Sqlite::memory().unwrap();
    store.keep(&[arrival(origin(7, 5), "a"), arrival(origin(7, 6), "b")]).unwrap();
    assert_eq!(store.unsettled("support", "INBOX", 7).unwrap(), [5, 6]);
    store.settled("support", "INBOX", 7, &[5]).unwrap();
    store.settled("elsewhere", "INBOX", 7, &[6]).unwrap();
    assert_eq!(store.unsettled("support", "INBOX", 7).unwrap(), [6]);
}

#[test]
fn j11_the_same_origin_twice_is_one_row() {
    let mut store = Sqlite::memory().unwrap();
    let once = store.keep(&[arrival(origin(7, 5), "a"), arrival(origin(7, 5), "a")]).unwrap();
    assert_eq!(once, [Kept { instance: 1, known: false }, Kept { instance: 1, known: true }]);
    let named = |name: &str| guichet::ports::Origin { name: name.into(), ..origin(0, 0) };
    let maildir = store.keep(&[arrival(named("x"), "m"), arrival(named("y"), "m"), arrival(named("x"), "m")]).unwrap();
    assert_eq!(maildir.iter().map(|kept| kept.known).collect::<Vec<_>>(), [false, false, true]);
}

#[test]
fn h01_same_bytes_of_another_epoch_are_known_and_stored_once() {
    let mut store = Sqlite::memory().unwrap();
    store.keep(&[arrival(origin(7, 5), "a mail")]).unwrap();
    store.commit(&outcome(1, handled(Disposition::New))).unwrap();
    let again = store.keep(&[arrival(origin(8, 1), "a mail"), arrival(origin(8, 2), "a new one")]).unwrap();
    assert_eq!(again.iter().map(|kept| kept.known).collect::<Vec<_>>(), [true, false]);
    let copy = store.instance(again[0].instance).unwrap().unwrap().handled.unwrap();
    assert_eq!((copy.disposition, copy.reason.as_str(), copy.ticket), (Disposition::Ignored, "same-bytes", Some(1)));
    assert_eq!(store.raw(again[0].instance).unwrap().unwrap(), b"a mail");
    // Two copies in one epoch, or in two mailboxes, are two mails: what they are is not decided here.
    let other = guichet::ports::Origin { mailbox: "sales".into(), ..origin(3, 1) };
    let copies = store.keep(&[arrival(origin(8, 3), "a new one"), arrival(other, "a mail")]).unwrap();
    assert!(copies.iter().all(|kept| !kept.known));
}

#[test]
fn h09_cut_mails_of_other_sizes_are_not_the_same() {
    let mut store = Sqlite::memory().unwrap();
    let cut = |epoch, size| guichet::ports::Arrival { cut_from: Some(size), ..arrival(origin(epoch, 1), "start") };
    let kept = store.keep(&[cut(1, 100), cut(2, 200), cut(3, 100)]).unwrap();
    assert_eq!(kept.iter().map(|kept| kept.known).collect::<Vec<_>>(), [false, false, true]);
}

#[test]
fn h03_a_vanished_message_has_a_row_and_may_come_back() {
    let mut store = Sqlite::memory().unwrap();
    store.set_mark("support", "INBOX", mark(7, 4)).unwrap();
    store.vanished(&[origin(7, 5), origin(7, 6)], at(3)).unwrap();
    let row = store.instance(1).unwrap().unwrap();
    assert_eq!((row.received_at, row.handled.unwrap().reason.as_str()), (at(3), "vanished"));
    assert_eq!((store.raw(1).unwrap(), store.mark("support", "INBOX").unwrap()), (None, Some(mark(7, 6))));
    let back = store.keep(&[arrival(origin(7, 5), "here after all")]).unwrap();
    assert!(!back[0].known);
    store.vanished(&[origin(7, 5)], at(4)).unwrap();
    assert_eq!(store.instance(back[0].instance).unwrap().unwrap().handled, None);
    assert_eq!(store.accounted("support", "INBOX", 7).unwrap(), [5, 6]);
}

#[test]
fn inv2_a_mail_has_one_outcome() {
    let mut store = Sqlite::memory().unwrap();
    store.keep(&[arrival(origin(7, 5), "a")]).unwrap();
    store.commit(&outcome(1, handled(Disposition::New))).unwrap();
    assert_eq!(store.instance(1).unwrap().unwrap().handled, Some(handled(Disposition::New)));
    let mut second = outcome(1, handled(Disposition::Held));
    second.letters.push(letter(1, 1, true));
    assert!(matches!(store.commit(&second), Err(CommitFault::AlreadyDone)));
    assert_eq!(store.letter(1).unwrap(), None);
    assert_eq!(store.twins("m1@cust.test").unwrap().len(), 1);
    // A mail that no row tells of has no effect either.
    assert!(matches!(store.commit(&outcome(77, handled(Disposition::New))), Err(CommitFault::AlreadyDone)));
}

#[test]
fn a_replayed_mail_remembers_what_was_decided_before() {
    let mut store = Sqlite::memory().unwrap();
    store.keep(&[arrival(origin(7, 5), "a")]).unwrap();
    let parked = guichet::store::Handled { reason: "panic".into(), ..handled(Disposition::Parked) };
    store.commit(&outcome(1, parked)).unwrap();
    store.reopen_instance(1).unwrap();
    assert_eq!(store.instances(None, 9).unwrap().len(), 1);
    assert_eq!(store.twins("m1@cust.test").unwrap(), []);
    store.commit(&outcome(1, handled(Disposition::New))).unwrap();
    let trace = store.instance(1).unwrap().unwrap().handled.unwrap().trace;
    assert_eq!(trace["why"], json!(["because", 1]));
    assert_eq!(trace["earlier"][0]["reason"], "panic");
    store.reopen_instance(1).unwrap();
    store.commit(&outcome(1, handled(Disposition::Held))).unwrap();
    let trace = store.instance(1).unwrap().unwrap().handled.unwrap().trace;
    assert_eq!(trace["earlier"].as_array().map(Vec::len), Some(2));
}

#[test]
fn k01_attempts_are_counted_before_work_begins() {
    let mut store = Sqlite::memory().unwrap();
    store.keep(&[arrival(origin(7, 5), "a"), arrival(origin(7, 6), "b")]).unwrap();
    store.commit(&outcome(2, handled(Disposition::New))).unwrap();
    assert_eq!(store.resume().unwrap().len(), 1);
    let waiting = store.resume().unwrap();
    assert_eq!((waiting[0].id, waiting[0].attempts), (1, 2));
}

#[test]
fn p31_an_administrator_finds_instances_by_any_name() {
    let mut store = Sqlite::memory().unwrap();
    let sales = guichet::ports::Origin { mailbox: "sales/eu".into(), ..origin(7, 5) };
    store.keep(&[arrival(origin(7, 5), "a"), arrival(sales, "b"), arrival(origin(8, 5), "c")]).unwrap();
    store.commit(&outcome(2, handled(Disposition::New))).unwrap();
    let found = |what: &str| store.find_instances(what).unwrap().iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(found("5"), [3, 2, 1]);
    assert_eq!(found("support/5"), [3, 1]);
    assert_eq!(found("sales/eu/5"), [2]);
    assert_eq!(found("#3"), [3]);
    assert_eq!(found(" <m1@cust.test> "), [2]);
    assert_eq!(found("m1@cust.test"), [2]);
    assert_eq!(found("nothing' OR 1=1"), [0; 0]);
    assert_eq!(store.instance(u64::MAX).unwrap(), None);
}

#[test]
fn inv12_the_ledger_adds_up() {
    let mut store = Sqlite::memory().unwrap();
    let dispositions = [Disposition::New, Disposition::Attached, Disposition::Held, Disposition::Ignored, Disposition::Parked];
    for (uid, disposition) in (1..).zip(dispositions) {
        store.keep(&[arrival(origin(7, uid), &format!("mail {uid}"))]).unwrap();
        store.commit(&outcome(u64::from(uid), handled(disposition))).unwrap();
    }
    let sales = guichet::ports::Origin { mailbox: "sales".into(), ..origin(7, 5) };
    store.keep(&[arrival(sales, "waits")]).unwrap();
    let all = store.count(None).unwrap();
    assert_eq!(all.all, all.attached + all.new + all.held + all.ignored + all.parked + all.waiting);
    assert_eq!((all.all, store.count(Some("support")).unwrap().all, store.count(Some("sales")).unwrap().waiting), (6, 5, 1));
    assert_eq!(store.count(Some("nowhere")).unwrap().all, 0);
    assert_eq!(store.instances(Some(Disposition::Held), 9).unwrap()[0].id, 3);
}

#[test]
fn e16_mails_of_one_sender_are_counted() {
    let mut store = Sqlite::memory().unwrap();
    for uid in 1..=3 {
        store
            .keep(&[guichet::ports::Arrival { received_at: at(i64::from(uid)), ..arrival(origin(7, uid), &format!("mail {uid}")) }])
            .unwrap();
        let reason = if uid == 2 { "wrong-tag" } else { "reply" };
        let handled = guichet::store::Handled { reason: reason.into(), ..handled(Disposition::New) };
        store.commit(&outcome(u64::from(uid), handled)).unwrap();
    }
    assert_eq!(store.from_since(&alice(), None, at(2)).unwrap(), 2);
    assert_eq!(store.from_since(&alice(), Some("wrong-tag"), at(0)).unwrap(), 1);
    assert_eq!(store.from_since(&who("bob@cust.test"), None, at(0)).unwrap(), 0);
}

#[test]
fn files_of_a_form_get_their_outcome_with_it() {
    let mut store = Sqlite::memory().unwrap();
    store.keep(&[arrival(origin(0, 0), "form"), arrival(origin(7, 1), "file")]).unwrap();
    let form = |name: &str, instances: &[u64]| {
        let also_handled = instances.iter().map(|id| (*id, handled(Disposition::Attached))).collect();
        Change { also_handled, ..Change::new(Cause::Named(name.into()), at(1)) }
    };
    store.commit(&form("form/1", &[2])).unwrap();
    assert!(matches!(store.commit(&form("form/2", &[1, 2])), Err(CommitFault::AlreadyDone)));
    let waiting = store.instances(None, 9).unwrap();
    assert_eq!(waiting.iter().map(|row| row.id).collect::<Vec<_>>(), [1]);
}
