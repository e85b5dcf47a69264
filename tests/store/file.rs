//! The file: opened, locked, copied, damaged, read beside the writer.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use guichet::store::sqlite::{Reader, Sqlite};
use guichet::store::{Cause, Reads, Store};
use rusqlite::Connection;

use crate::samples::*;

fn desk(folder: &tempfile::TempDir) -> (PathBuf, Sqlite) {
    let path = folder.path().join("desk.db");
    let mut store = Sqlite::open(&path).unwrap();
    store.keep(&[arrival(origin(7, 5), "a")]).unwrap();
    let (id, letter) = (store.next_ticket().unwrap(), store.next_letter().unwrap());
    store.commit(&whole(Cause::Named("a".into()), id, letter)).unwrap();
    (path, store)
}

#[test]
fn j03_what_was_committed_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let (path, store) = desk(&folder);
    let name = store.instance_name().unwrap();
    drop(store);
    let mut store = Sqlite::open(&path).unwrap();
    assert_eq!((store.ticket(1).unwrap(), store.raw(1).unwrap()), (Some(ticket(1, 1)), Some(b"a".to_vec())));
    assert_eq!((store.next_ticket().unwrap(), store.next_letter().unwrap(), store.instance_name().unwrap()), (2, 2, name));
}

#[test]
fn j03_commits_wait_for_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _store) = desk(&folder);
    let mode: String = Connection::open(&path).unwrap().query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn j11_a_second_program_is_refused_until_the_first_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (path, store) = desk(&folder);
    let refused = Sqlite::open(&path).unwrap_err().0;
    assert!(refused.contains(&format!("process {} has this database open", std::process::id())), "{refused}");
    drop(store);
    Sqlite::open(&path).unwrap();
}

#[test]
fn j11_where_locks_fail_the_later_of_two_writers_writes_and_the_earlier_stops() {
    let folder = tempfile::tempdir().unwrap();
    let (path, mut earlier) = desk(&folder);
    // As on a file system that does not share its locks.
    std::fs::remove_file(path.with_file_name("desk.db.lock")).unwrap();
    let mut later = Sqlite::open(&path).unwrap();
    let refused = earlier.commit(&whole(Cause::Named("b".into()), 2, 2)).unwrap_err().to_string();
    assert!(refused.contains("another program"), "{refused}");
    assert!(earlier.keep(&[arrival(origin(7, 2), "b")]).is_err() && earlier.begin().is_err() && earlier.is_lost());
    later.commit(&whole(Cause::Named("b".into()), 2, 2)).unwrap();
}

#[test]
fn j06_a_reader_neither_waits_nor_makes_the_writer_wait() {
    let folder = tempfile::tempdir().unwrap();
    let (path, mut store) = desk(&folder);
    let slow = Connection::open(&path).unwrap();
    slow.execute_batch("BEGIN; SELECT count(*) FROM tickets;").unwrap();
    let readers = store.readers(1).unwrap();
    store.commit(&whole(Cause::Named("b".into()), 2, 2)).unwrap();
    assert!(readers.with(|reader| reader.ticket(2)).unwrap().is_some());
    store.begin().unwrap();
    store.commit(&whole(Cause::Named("c".into()), 3, 3)).unwrap();
    assert_eq!(readers.with(|reader| reader.ticket(3)).unwrap(), None);
    store.end().unwrap();
    assert!(readers.with(|reader| reader.ticket(3)).unwrap().is_some());
    let seen: i64 = slow.query_row("SELECT count(*) FROM tickets", [], |row| row.get(0)).unwrap();
    assert_eq!(seen, 1);
}

#[test]
fn readers_come_back_after_a_panic_and_serve_many_threads() {
    let folder = tempfile::tempdir().unwrap();
    let (_path, store) = desk(&folder);
    let readers = store.readers(2).unwrap();
    for _ in 0..3 {
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| readers.with(|_| panic!("a page is broken"))));
        assert!(panicked.is_err());
    }
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert!(readers.with(|reader| reader.ticket(1)).unwrap().is_some()));
        }
    });
    assert!(Sqlite::memory().unwrap().readers(1).is_err());
    assert!(Reader::open(Path::new("/nowhere/desk.db")).is_err());
}

#[test]
fn j20_a_copy_is_whole_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let (path, mut store) = desk(&folder);
    let copy = folder.path().join("copy.db");
    fs::write(&copy, "an older copy").unwrap();
    Reader::open(&path).unwrap().backup(&copy).unwrap();
    store.commit(&whole(Cause::Named("b".into()), 2, 2)).unwrap();
    let copied = Sqlite::open(&copy).unwrap();
    assert_eq!((copied.ticket(1).unwrap().is_some(), copied.ticket(2).unwrap()), (true, None));
    let later = folder.path().join("later.db");
    store.backup(&later).unwrap();
    assert!(Reader::open(&later).unwrap().ticket(2).unwrap().is_some());
    assert!(!folder.path().join("later.db.part").exists());
}

#[test]
fn l12_files_are_for_their_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (path, store) = desk(&folder);
    store.backup(&folder.path().join("copy.db")).unwrap();
    let names = ["desk.db", "desk.db-wal", "desk.db-shm", "desk.db.lock", "copy.db"];
    let modes = names.map(|name| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777);
    assert_eq!(modes, [0o600; 5]);
    drop(store);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let _store = Sqlite::open(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn j09_a_damaged_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (path, store) = desk(&folder);
    drop(store);
    let whole = fs::read(&path).unwrap();
    let mut torn = whole.clone();
    torn[whole.len() / 2..].fill(0xA5);
    fs::write(&path, torn).unwrap();
    assert!(Sqlite::open(&path).is_err());
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(Sqlite::open(&path).is_err());
    fs::write(&path, "this was never a database, but a text of some length").unwrap();
    assert!(Sqlite::open(&path).unwrap_err().0.contains("desk.db"));
}

#[test]
fn j15_a_newer_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (path, store) = desk(&folder);
    drop(store);
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 9999").unwrap();
    assert!(Sqlite::open(&path).unwrap_err().0.contains("newer program"));
}

#[test]
fn j17_a_place_that_cannot_be_written_is_refused() {
    assert!(Sqlite::open(Path::new("/proc/desk.db")).is_err());
}
