//! Words of conversations: what people type is never syntax.

use guichet::desk::{Wake, What};
use guichet::store::sqlite::Sqlite;
use guichet::store::{Cause, Change, Reads, Step, Store, TicketQuery};

use crate::samples::*;

fn desk(texts: &[&str]) -> Sqlite {
    let mut store = Sqlite::memory().unwrap();
    for (id, text) in (1..).zip(texts) {
        let step =
            Step { expected: None, ticket: ticket(id, 1), events: vec![event(id, 1, opened(id, "Objet"), text)], wake: Wake::default() };
        store.commit(&Change { steps: vec![step], ..Change::new(Cause::Named(format!("open/{id}")), at(1)) }).unwrap();
    }
    store
}

fn found(store: &Sqlite, words: &str) -> Vec<u64> {
    let query = TicketQuery { words: Some(words.into()), limit: 9, ..TicketQuery::default() };
    store.tickets(&query).unwrap().iter().map(|ticket| ticket.id).collect()
}

#[test]
fn what_looks_like_syntax_is_words() {
    let store = desk(&["l'imprimante fume", "foo-bar", "this AND that", "x:y", "a\"b", "NEAR(one two)"]);
    assert_eq!(found(&store, "l'imprimante"), [1]);
    assert_eq!(found(&store, "foo-bar"), [2]);
    assert_eq!(found(&store, "AND"), [3]);
    assert_eq!(found(&store, "x:y"), [4]);
    assert_eq!(found(&store, "a\"b"), [5]);
    assert_eq!(found(&store, "text:fume"), [0; 0]);
    assert_eq!(found(&store, "fume* OR ^foo"), [0; 0]);
    assert_eq!(found(&store, "\0 * ( \" -"), [6, 5, 4, 3, 2, 1]);
}

#[test]
fn accents_capitals_endings_and_titles() {
    let store = desk(&["Le réseau est coupé", "les imprimantes"]);
    assert_eq!(found(&store, "RESEAU coupe"), [1]);
    assert_eq!(found(&store, "imprimante"), [2]);
    assert_eq!(found(&store, "objet"), [2, 1]);
}

#[test]
fn words_may_stand_in_different_mails_of_a_ticket() {
    let mut store = desk(&["Le réseau est coupé", "le réseau va bien"]);
    let reply = event(1, 2, What::Replied { reached: vec![] }, "redémarré");
    let step = Step { expected: Some(1), ticket: ticket(1, 2), events: vec![reply], wake: Wake::default() };
    store.commit(&Change { steps: vec![step], ..Change::new(Cause::Named("reply".into()), at(2)) }).unwrap();
    assert_eq!(found(&store, "redémarré réseau"), [1]);
}
