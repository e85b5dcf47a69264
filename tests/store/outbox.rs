//! Letters: queued with their cause, claimed once, and never lost.

use guichet::store::sqlite::Sqlite;
use guichet::store::{Cause, Change, LetterState, LetterUpdate, NewLetter, PutOff, Reads, Store, Waits};

use crate::samples::*;

fn desk(letters: u64) -> Sqlite {
    let mut store = Sqlite::memory().unwrap();
    for id in 1..=letters {
        let change = Change { letters: vec![letter(id, 1, id % 2 == 0)], ..Change::new(Cause::Named(id.to_string()), at(id as i64)) };
        store.commit(&change).unwrap();
    }
    store
}

fn update(id: u64, state: LetterState, due: i64) -> LetterUpdate {
    LetterUpdate { id, state, attempts: 1, due_at: at(due), reply: "451 later".into() }
}

#[test]
fn letters_are_claimed_once_when_due_oldest_first() {
    let mut store = desk(3);
    assert_eq!(store.next_due().unwrap(), Some(at(1)));
    assert_eq!(store.claim(at(0), 9).unwrap(), []);
    let first = store.claim(at(2), 1).unwrap();
    let loaded = store.load(&first).unwrap();
    assert_eq!((loaded[0].id, loaded[0].attempts, &loaded[0].letter), (1, 0, &letter(1, 1, false).letter.unwrap()));
    assert_eq!(store.claim(at(2), 9).unwrap().iter().map(|letter| letter.id).collect::<Vec<_>>(), [2]);
    assert_eq!(store.claim(at(2), 9).unwrap(), []);
    assert_eq!(store.letter(1).unwrap().unwrap().state, LetterState::Sending);
}

#[test]
fn i03_letters_go_on_as_the_gateway_decides() {
    let mut store = desk(3);
    store.claim(at(9), 9).unwrap();
    store.delivered(&[update(1, LetterState::Sent, 0), update(2, LetterState::Queued, 60), update(3, LetterState::Unknown, 50)]).unwrap();
    assert_eq!(store.next_due().unwrap(), Some(at(50)));
    let again = store.claim(at(70), 9).unwrap();
    assert_eq!(again.iter().map(|letter| (letter.id, letter.attempts)).collect::<Vec<_>>(), [(3, 1), (2, 1)]);
    let row = store.letter(1).unwrap().unwrap();
    assert_eq!((row.state, row.reply.as_str(), row.queued_at), (LetterState::Sent, "451 later", at(1)));
    assert_eq!(store.next_due().unwrap(), None);
}

#[test]
fn i05_what_was_claimed_when_the_program_died_is_unknown() {
    let mut store = desk(2);
    store.claim(at(1), 9).unwrap();
    assert_eq!(store.unclaim(at(30)).unwrap(), 1);
    let row = store.letter(1).unwrap().unwrap();
    assert_eq!((row.state, row.due_at), (LetterState::Unknown, at(30)));
    assert_eq!(store.unclaim(at(40)).unwrap(), 0);
}

#[test]
fn e21_a_bounce_ends_a_delivery() {
    let mut store = desk(1);
    store.commit(&Change { bounced: vec![(1, LetterState::Refused)], ..Change::new(Cause::Named("bounce".into()), at(2)) }).unwrap();
    assert_eq!(store.letter_of("l1@desk.test").unwrap().unwrap().state, LetterState::Refused);
    assert_eq!(store.letter_of("l2@desk.test").unwrap(), None);
    assert_eq!(store.claim(at(9), 9).unwrap(), []);
}

#[test]
fn letters_are_found_by_ticket_and_person() {
    let mut store = desk(3);
    store.commit(&Change { letters: vec![letter(9, 2, false)], ..Change::new(Cause::Named("other".into()), at(9)) }).unwrap();
    let found = |ticket, limit| store.letters(ticket, limit).unwrap().iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!((found(Some(1), 2), found(Some(2), 9), found(None, 9)), (vec![1, 2], vec![9], vec![1, 2, 3, 9]));
    assert_eq!(store.last_letter(1, &alice()).unwrap(), Some(at(3)));
    assert_eq!(store.last_letter(3, &alice()).unwrap(), None);
}

#[test]
fn e12_automatic_letters_are_counted_per_person_and_in_all() {
    let mut store = desk(9);
    let bob = guichet::store::NewLetter { person: who("bob@cust.test"), ..letter(10, 1, true) };
    // The clock was set back; nothing is lost from the count.
    store.commit(&Change { letters: vec![bob], ..Change::new(Cause::Named("bob".into()), at(3)) }).unwrap();
    assert_eq!(store.auto_since(Some(&alice()), at(0)).unwrap(), 4);
    assert_eq!(store.auto_since(Some(&alice()), at(4)).unwrap(), 3);
    assert_eq!((store.auto_since(None, at(4)).unwrap(), store.auto_since(None, at(99)).unwrap()), (4, 0));
    assert_eq!(store.auto_since(Some(&who("bob@cust.test")), at(3)).unwrap(), 1);
    assert_eq!(store.auto_since(Some(&who("carol@cust.test")), at(0)).unwrap(), 0);
}

#[test]
fn i05_a_letter_of_a_batch_is_claimed_only_when_the_disk_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(&folder.path().join("desk.db")).unwrap();
    let of = |id| Change { letters: vec![letter(id, 1, false)], ..Change::new(Cause::Named(format!("cause {id}")), at(1)) };
    let batch = |store: &mut Sqlite, id| {
        store.begin().unwrap();
        store.commit(&of(id)).unwrap();
        store.end().unwrap();
    };
    let claimed = |store: &mut Sqlite| store.claim(at(9), 9).unwrap().iter().map(|letter| letter.id).collect::<Vec<_>>();
    batch(&mut store, 1);
    assert_eq!((store.next_due().unwrap(), store.next_claim().unwrap(), claimed(&mut store)), (Some(at(1)), None, vec![]));
    let disk = store.disk();
    std::thread::spawn(move || disk.sync()).join().unwrap().unwrap();
    assert_eq!((store.next_claim().unwrap(), claimed(&mut store)), (Some(at(1)), vec![1]));
    batch(&mut store, 2);
    store.sync().unwrap();
    assert_eq!(claimed(&mut store), [2]);
    batch(&mut store, 3);
    store.commit(&of(4)).unwrap();
    assert_eq!(claimed(&mut store), [3, 4], "a write with a sync brings what came before it");
    batch(&mut store, 5);
    drop(store);
    let mut store = Sqlite::open(&folder.path().join("desk.db")).unwrap();
    assert_eq!(claimed(&mut store), [5]);
}

#[test]
fn bytes_may_come_later_in_a_batch_but_not_never() {
    let mut store = desk(1);
    let bare = |id| {
        let letters = vec![guichet::store::NewLetter { letter: None, ..letter(id, 1, true) }];
        Change { letters, ..Change::new(Cause::Named(format!("bare {id}")), at(9)) }
    };
    assert!(store.commit(&bare(2)).is_err(), "there is no batch that could bring its bytes");
    store.begin().unwrap();
    store.commit(&bare(2)).unwrap();
    assert!(store.end().is_err());
    assert_eq!(store.letter(2).unwrap(), None, "nothing of the batch stays");
    store.begin().unwrap();
    store.commit(&bare(2)).unwrap();
    store.fill(&[(2, letter(2, 1, true).letter.unwrap())]).unwrap();
    store.end().unwrap();
    assert_eq!(store.letter_bytes(2).unwrap(), letter(2, 1, true).letter);
}

#[test]
fn row68_what_is_put_off_is_told_when_due_and_then_no_more() {
    let mut store = Sqlite::memory().unwrap();
    let bob = who("bob@cust.test");
    let put_off = |person: &guichet::address::Address, events, due| PutOff { ticket: 1, person: person.clone(), events, due_at: at(due) };
    let waits = [put_off(&bob, (5, 5), 90), put_off(&alice(), (3, 4), 70), put_off(&alice(), (2, 2), 60)];
    let put_off = waits.iter().cloned().map(Waits::From).collect();
    store.commit(&Change { put_off, ..Change::new(Cause::Named("a".into()), at(1)) }).unwrap();
    assert_eq!(store.put_off_until(at(59), 9).unwrap(), []);
    assert_eq!(store.put_off_until(at(90), 9).unwrap(), [(1, alice()), (1, bob.clone())]);
    assert_eq!(store.put_off_until(at(90), 1).unwrap(), [(1, alice())]);
    assert_eq!(store.put_off(1, &alice()).unwrap(), [waits[2].clone(), waits[1].clone()]);
    let put_off = vec![Waits::Over(1, alice())];
    store.commit(&Change { put_off, ..Change::new(Cause::Named("b".into()), at(2)) }).unwrap();
    assert_eq!((store.put_off(1, &alice()).unwrap(), store.put_off_until(at(90), 9).unwrap()), (vec![], vec![(1, bob)]));
}

#[test]
fn row68_the_last_news_is_of_the_kinds_that_are_asked_for() {
    let mut store = Sqlite::memory().unwrap();
    for (id, kind) in [(1, "update"), (2, "note"), (3, "receipt")] {
        let letters = vec![NewLetter { kind: kind.into(), ..letter(id, 1, false) }];
        store.commit(&Change { letters, ..Change::new(Cause::Named(kind.into()), at(id as i64)) }).unwrap();
    }
    assert_eq!(store.last_of(1, &alice(), ["update", "note"]).unwrap(), Some(at(2)));
    assert_eq!(store.last_of(1, &alice(), ["update", "taken"]).unwrap(), Some(at(1)));
    assert_eq!(store.last_of(2, &alice(), ["update", "note"]).unwrap(), None);
}
