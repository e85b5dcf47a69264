//! Lists page by page, searches with what narrows them down, keys and sessions.

use guichet::address::Address;
use guichet::desk::{Preferences, Status, Wake};
use guichet::store::sqlite::Sqlite;
use guichet::store::{
    Access, Cause, Change, CommitFault, Gate, GateFor, Order, PageReads, Person, Place, Reads, Search, Session, Shelf, Step, Store,
};
use jiff::SignedDuration;

use crate::samples::*;

/// Tickets 1 to n: even ones in progress, the others free; two services in turns of four; each is its own day.
fn desk(n: u64) -> Sqlite {
    let mut store = Sqlite::memory().unwrap();
    for id in 1..=n {
        let mut ticket = ticket(id, 1);
        ticket.service = if id % 4 < 2 { "dsi".into() } else { "rh".into() };
        ticket.status = if id.is_multiple_of(2) { Status::InProgress } else { Status::Free };
        ticket.assignee = id.is_multiple_of(2).then(|| who("ag1@desk.test"));
        ticket.requester = who(&format!("user{}@cust.test", id % 3));
        ticket.opened_at = at(0) + SignedDuration::from_hours(24 * i64::try_from(id).unwrap());
        // The later it was opened, the earlier it changed last.
        ticket.updated_at = at(9_000_000) - SignedDuration::from_secs(i64::try_from(id).unwrap());
        let text = format!("imprimante en panne, dossier{} {}", id % 5, if id.is_multiple_of(7) { "urgent" } else { "" });
        let step = Step { expected: None, events: vec![event(id, 1, opened(id, "Objet"), &text)], ticket, wake: Wake::default() };
        let people =
            vec![Person { name: Some(format!("Ursule {}", id % 3)), ..Person::unknown(who(&format!("user{}@cust.test", id % 3))) }];
        store.commit(&Change { steps: vec![step], people, ..Change::new(Cause::Named(format!("open/{id}")), at(1)) }).unwrap();
    }
    store
}

fn who(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn shelf(status: &[&'static str], order: Order) -> Shelf {
    Shelf { services: vec!["dsi".into(), "rh".into()], status: status.to_vec(), order, limit: 7, ..Shelf::default() }
}

/// All pages of a list, one after the other.
fn pages(store: &Sqlite, mut shelf: Shelf) -> Vec<u64> {
    let mut all = Vec::new();
    loop {
        let page = store.shelf(&shelf).unwrap();
        let Some(last) = page.last() else { return all };
        shelf.after = Some(Place { changed_at: last.updated_at, id: last.id });
        all.extend(page.iter().map(|ticket| ticket.id));
    }
}

#[test]
fn pages_of_a_list_make_the_whole_list_in_each_order() {
    let store = desk(60);
    let even: Vec<u64> = (1..=60).filter(|id| id % 2 == 0).collect();
    let falling: Vec<u64> = even.iter().rev().copied().collect();
    assert_eq!(pages(&store, shelf(&["in_progress"], Order::Oldest)), even);
    assert_eq!(pages(&store, shelf(&["in_progress"], Order::Newest)), falling);
    assert_eq!(pages(&store, shelf(&["in_progress"], Order::Changed)), even, "the oldest changed last");
    assert_eq!(pages(&store, shelf(&["in_progress", "free"], Order::Newest)), (1..=60).rev().collect::<Vec<_>>());
    let mine = Shelf { assignee: Some(who("ag1@desk.test")), ..shelf(&["in_progress", "free"], Order::Oldest) };
    assert_eq!(pages(&store, mine.clone()), even);
    assert_eq!(store.shelf_count(&mine, 100).unwrap(), 30);
    assert_eq!(store.shelf_count(&mine, 9).unwrap(), 9);
    let one = Shelf { services: vec!["rh".into()], ..shelf(&["free"], Order::Oldest) };
    assert!(pages(&store, one).iter().all(|id| id % 4 == 3));
    let unanswered = Shelf { unanswered: true, ..shelf(&[], Order::Oldest) };
    assert_eq!(pages(&store, unanswered).len(), 60);
    assert_eq!(
        store.tickets_of(&who("user1@cust.test"), Some(20), 3).unwrap().iter().map(|ticket| ticket.id).collect::<Vec<_>>(),
        [19, 16, 13]
    );
}

fn found(store: &Sqlite, search: Search) -> Vec<u64> {
    let mut all = Vec::new();
    let mut search = Search {
        services: if search.services.is_empty() { vec!["dsi".into(), "rh".into()] } else { search.services.clone() },
        limit: 4,
        ..search
    };
    loop {
        let found = store.search(&search).unwrap();
        all.extend(found.tickets.iter().map(|ticket| ticket.id));
        match found.further {
            Some(further) => search.below = Some(further),
            None => return all,
        }
    }
}

#[test]
fn searches_go_on_where_they_ended_and_combine() {
    let store = desk(60);
    let of = |filter: &dyn Fn(u64) -> bool| (1..=60).rev().filter(|id| filter(*id)).collect::<Vec<u64>>();
    let words = |words: &str| Search { words: words.into(), ..Search::default() };
    assert_eq!(found(&store, words("imprimante")), of(&|_| true));
    assert_eq!(found(&store, words("dossier2 imprimante")), of(&|id| id % 5 == 2));
    assert_eq!(found(&store, words("urgent dossier2")), of(&|id| id % 35 == 7));
    assert_eq!(found(&store, words("urgent nulle")), [0; 0]);
    let narrowed = Search { status: vec!["free".into()], services: vec!["rh".into()], ..words("imprim") };
    assert_eq!(found(&store, narrowed), of(&|id| id % 4 == 3));
    let person = |start: &str| Search { person: Some(start.into()), ..Search::default() };
    for start in ["user1@cust.test", "user1", "URSULE 1"] {
        assert_eq!(found(&store, person(start)), of(&|id| id % 3 == 1), "{start}");
    }
    assert_eq!(found(&store, person("nobody")), [0; 0]);
    assert_eq!(found(&store, Search { words: "urgent".into(), ..person("user0") }), of(&|id| id % 21 == 0));
    let day = |n: i64| Some(at(0) + SignedDuration::from_hours(24 * n));
    let dated = Search { since: day(10), until: day(20), ..Search::default() };
    assert_eq!(found(&store, dated), (10..20).rev().collect::<Vec<u64>>());
    assert_eq!(found(&store, Search { status: vec!["refused".into()], ..Search::default() }), [0; 0]);
}

#[test]
fn c10_keys_and_sessions_are_kept_by_their_hash_and_work_once() {
    let mut store = desk(1);
    let gate = Gate {
        hash: [1; 32],
        what: GateFor::SignIn,
        person: who("ag1@desk.test"),
        browser: [2; 32],
        issued_at: at(1),
        expires_at: at(600),
        ended_at: None,
        request: None,
    };
    let mut commit = |name: &str, now: i64, access: Vec<Access>| {
        let change = Change { access, ..Change::new(Cause::Named(name.into()), at(now)) };
        (store.commit(&change), store.gate(&[1; 32]).unwrap(), store.session(&[3; 32]).unwrap())
    };
    let (kept, known, _) = commit("gate", 1, vec![Access::Gate(Box::new(gate.clone()))]);
    assert!(kept.is_ok() && known == Some(gate));
    let session = Session {
        id: 0,
        hash: [3; 32],
        previous: None,
        person: who("ag1@desk.test"),
        browser: "Firefox".into(),
        began_at: at(2),
        renewed_at: at(2),
        expires_at: at(900),
        ended_at: None,
    };
    let enter = || vec![Access::Used([1; 32]), Access::Session(Box::new(session.clone()))];
    assert!(commit("enter", 2, enter()).0.is_ok());
    assert!(matches!(commit("again", 3, enter()).0, Err(CommitFault::AlreadyDone)));
    let (_, _, before) = commit("renew", 4, vec![Access::Renewed { id: 1, hash: [4; 32], expires_at: at(950) }]);
    assert_eq!(before.map(|session| (session.hash, session.previous)), Some(([4; 32], Some([3; 32]))));
    let (_, _, ended) = commit("end", 5, vec![Access::Ended(1)]);
    assert_eq!(ended.unwrap().ended_at, Some(at(5)));
    let chosen = Preferences { language: Some("en".into()), signature: "K.".into(), ..Preferences::default() };
    let preferred = Change {
        access: vec![Access::Preferred(who("ag1@desk.test"), Box::new(chosen.clone()))],
        ..Change::new(Cause::Named("p".into()), at(6))
    };
    store.commit(&preferred).unwrap();
    assert_eq!(store.preferences(&who("ag1@desk.test")).unwrap(), chosen);
    assert!(store.sessions(&who("ag1@desk.test")).unwrap().is_empty());
    assert!(store.person(&who("user1@cust.test")).unwrap().is_some());
}
