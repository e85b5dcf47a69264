//! The file: opened, locked, killed, full, old, damaged.

use guichet::store::sqlite::Sqlite;
use guichet::store::{Cause, Reads, Store};

use crate::samples::*;

#[test]
fn j03_what_was_committed_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    let mut store = Sqlite::open(&path).unwrap();
    store.keep(&[arrival(origin(7, 5), "a")]).unwrap();
    store.commit(&whole(Cause::Named("a".into()), 1, 1)).unwrap();
    let name = store.instance_name().unwrap();
    drop(store);
    let mut store = Sqlite::open(&path).unwrap();
    assert_eq!((store.ticket(1).unwrap(), store.raw(1).unwrap()), (Some(ticket(1, 1)), Some(b"a".to_vec())));
    assert_eq!((store.next_ticket().unwrap(), store.next_letter().unwrap(), store.instance_name().unwrap()), (2, 2, name));
}
