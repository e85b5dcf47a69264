//! Killed, out of space, on a dying disk: each scene runs in a child process that dies or fails where it is told to, and
//! this process looks at what it left.

use std::path::Path;
use std::process::Command;

use guichet::desk::{End, Status, What};
use guichet::store::sqlite::Sqlite;
use guichet::store::{Cause, Change, Claimed, Disposition, LetterState, LetterUpdate, Overdue, Reads, Step, Store, Swept};
use rusqlite::Connection;

use crate::samples::*;

/// Where a commit or a keep can be stopped.
const IN_COMMIT: [&str; 8] =
    ["store::cause", "store::ticket", "store::steps", "store::pointers", "store::people", "store::links", "store::letters", "store::sync"];

/// One mail kept and committed as ticket 1, another kept: what stands before the accident.
fn before(path: &Path) -> Sqlite {
    let mut store = Sqlite::open(path).unwrap();
    store.keep(&[arrival(origin(7, 1), "first"), arrival(origin(7, 2), "second")]).unwrap();
    store.commit(&second(1)).unwrap();
    store
}

/// The mail of that row opens the ticket of that number.
fn second(id: u64) -> Change {
    Change { handled: Some(handled(Disposition::New)), ..whole(Cause::Mail(id), id, id) }
}

/// Every row of every table, but the database's random name.
fn dump(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'words%' AND name <> 'meta' ORDER BY name";
    let tables: Vec<String> = connection.prepare(tables).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(tables.len() > 15, "{tables:?}");
    let mut all: Vec<String> = tables.iter().flat_map(|table| rows(&connection, table)).collect();
    all.sort();
    all
}

fn rows(connection: &Connection, table: &str) -> Vec<String> {
    let mut select = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = select.column_count();
    let line = |row: &rusqlite::Row| Ok((0..columns).map(|k| format!("{:?}", row.get_ref(k).unwrap())).collect::<Vec<_>>().join("|"));
    select.query_map([], line).unwrap().map(|row| format!("{table}: {}", row.unwrap())).collect()
}

/// Runs a scene below in a process of its own, with a fail point that aborts it or makes it fail. Is it alive at the end?
fn child(scene: &str, path: &Path, point: &str) -> bool {
    command(scene, path, point).output().unwrap().status.success()
}

fn command(scene: &str, path: &Path, point: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--ignored", "--quiet", &format!("crash::{scene}")]);
    command.env("STORE_TEST_DATABASE", path).env("STORE_TEST_POINT", point);
    command
}

/// What the scene is to do; nothing when nobody started it as a scene.
fn told() -> Option<(std::path::PathBuf, String)> {
    Some((std::env::var_os("STORE_TEST_DATABASE")?.into(), std::env::var("STORE_TEST_POINT").ok()?))
}

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn scene_commit() {
    let Some((path, point)) = told() else { return };
    let mut store = before(&path);
    fail::cfg_callback(point, || std::process::abort()).unwrap();
    store.commit(&second(2)).unwrap();
}

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn scene_batch() {
    let Some((path, point)) = told() else { return };
    let mut store = before(&path);
    store.begin().unwrap();
    store.commit(&second(2)).unwrap();
    fail::cfg_callback(point, || std::process::abort()).unwrap();
    store.end().unwrap();
}

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn scene_keep() {
    let Some((path, point)) = told() else { return };
    let mut store = before(&path);
    fail::cfg_callback(point, || std::process::abort()).unwrap();
    store.keep(&[arrival(origin(7, 3), "third")]).unwrap();
}

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn scene_migration() {
    let Some((path, point)) = told() else { return };
    fail::cfg_callback(point, || std::process::abort()).unwrap();
    Sqlite::open(&path).unwrap();
}

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn scene_failing() {
    let Some((path, point)) = told() else { return };
    let mut store = before(&path);
    let was = dump(&path);
    fail::cfg(&point, "return").unwrap();
    assert!(store.commit(&second(2)).is_err());
    fail::remove(&point);
    assert_eq!(dump(&path), was);
    store.commit(&second(2)).unwrap();
}

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn scene_panicking() {
    let Some((path, point)) = told() else { return };
    let mut store = before(&path);
    let was = dump(&path);
    fail::cfg(&point, "panic").unwrap();
    let commit = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| store.commit(&second(2))));
    fail::remove(&point);
    assert!(commit.is_err());
    assert_eq!(dump(&path), was);
    store.begin().unwrap();
    store.commit(&second(2)).unwrap();
    store.end().unwrap();
}

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn scene_failing_sync() {
    let Some((path, point)) = told() else { return };
    let mut store = before(&path);
    let was = dump(&path);
    fail::cfg(&point, "return").unwrap();
    store.begin().unwrap();
    store.commit(&second(2)).unwrap();
    assert!(store.end().is_err());
    fail::remove(&point);
    assert!(store.commit(&second(2)).unwrap_err().to_string().contains("restart"));
    assert!(store.keep(&[arrival(origin(7, 3), "third")]).is_err());
    assert_eq!(dump(&path), was);
}

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn scene_failing_beside() {
    let Some((path, point)) = told() else { return };
    let mut store = before(&path);
    store.keep_unsynced(&[arrival(origin(7, 3), "third")]).unwrap();
    fail::cfg(&point, "return").unwrap();
    assert!(store.disk().sync().is_err(), "nobody may be told that it is kept");
    fail::remove(&point);
    assert!(store.commit(&second(2)).unwrap_err().to_string().contains("restart"));
    assert!(store.keep_unsynced(&[arrival(origin(7, 4), "fourth")]).is_err());
}

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn scene_full() {
    let Some((path, _)) = told() else { return };
    let mut store = before(&path);
    let was = dump(&path);
    assert!(store.keep(&[arrival(origin(7, 3), &"big ".repeat(2_000_000))]).is_err());
    assert_eq!(dump(&path), was);
    // A commit waits in memory for the end of its batch, unless it is larger than the cache.
    for megabytes in [6, 12] {
        store.begin().unwrap();
        let mut large = second(2);
        large.letters[0].letter.as_mut().unwrap().bytes = vec![b'x'; megabytes * 1_000_000];
        assert_eq!(store.commit(&large).is_ok(), megabytes == 6);
        assert!(store.end().is_err(), "a part of the batch could not be written");
        assert_eq!(dump(&path), was);
    }
    store.commit(&second(2)).unwrap();
}

#[test]
fn j01_j13_killed_inside_a_commit_then_done_again_is_as_if_never_killed() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.db");
    before(&whole).commit(&second(2)).unwrap();
    for point in IN_COMMIT {
        let path = folder.path().join(format!("{}.db", point.replace("::", "-")));
        assert!(!child("scene_commit", &path, point), "{point} was not reached");
        let mut store = Sqlite::open(&path).unwrap();
        assert_eq!((store.ticket(2).unwrap(), store.instances(None, 9).unwrap().len()), (None, 1), "{point}");
        store.commit(&second(2)).unwrap();
        drop(store);
        assert_eq!(dump(&path), dump(&whole), "{point}");
    }
}

#[test]
fn j01_killed_before_the_batch_ends_or_while_mails_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    for (scene, point) in [("scene_batch", "store::sync"), ("scene_keep", "store::kept"), ("scene_keep", "store::sync")] {
        let (was, path) = (folder.path().join(format!("{scene}-was.db")), folder.path().join(format!("{scene}{}.db", point.len())));
        drop(before(&was));
        assert!(!child(scene, &path, point), "{scene} {point}");
        drop(Sqlite::open(&path).unwrap());
        assert_eq!(dump(&path), dump(&was), "{scene} {point}");
        std::fs::remove_file(was).unwrap();
    }
}

#[test]
fn j13_a_fault_or_a_panic_inside_a_commit_changes_nothing_and_the_next_one_works() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.db");
    before(&whole).commit(&second(2)).unwrap();
    for (k, point) in IN_COMMIT.iter().enumerate() {
        // A failing sync is another story: see J04.
        let scenes = if *point == "store::sync" { &["scene_panicking"][..] } else { &["scene_panicking", "scene_failing"] };
        for scene in scenes {
            let path = folder.path().join(format!("{scene}{k}.db"));
            assert!(child(scene, &path, point), "{scene} {point}");
            assert_eq!(dump(&path), dump(&whole), "{scene} {point}");
        }
    }
}

#[test]
fn j04_after_a_failed_sync_nothing_is_written_until_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    assert!(child("scene_failing_sync", &path, "store::sync"));
    Sqlite::open(&path).unwrap().commit(&second(2)).unwrap();
}

#[test]
fn j04_nor_after_a_sync_that_failed_beside_the_writer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    assert!(child("scene_failing_beside", &path, "store::sync-beside"));
    Sqlite::open(&path).unwrap().commit(&second(2)).unwrap();
}

#[test]
fn j05_a_full_disk_changes_nothing_and_what_fits_still_works() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    let child = command("scene_full", &path, "");
    // Files of this child cannot grow over 4 MiB: its writes fail as on a full disk.
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 8192; exec \"$@\"", "sh"]).arg(child.get_program()).args(child.get_args());
    limited.envs(child.get_envs().filter_map(|(key, value)| Some((key, value?))));
    assert!(limited.output().unwrap().status.success());
    let mut store = Sqlite::open(&path).unwrap();
    assert!(store.ticket(2).unwrap().is_some());
    assert!(!store.keep(&[arrival(origin(7, 3), &"big ".repeat(2_000_000))]).unwrap()[0].known);
}

#[test]
fn j15_killed_inside_a_migration_begins_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    assert!(!child("scene_migration", &path, "store::migration"));
    before(&path);
}

/// What is overdue a year after [`before`], its ticket having ended.
fn a_year_later() -> (Overdue, jiff::Timestamp) {
    let now = at(365 * 24 * 3600);
    let before = Some(now - jiff::SignedDuration::from_hours(24));
    (Overdue { mails: before, tickets: before, letters: before, traces: before }, now)
}

/// Its ticket ended, and its letter left.
fn over(path: &Path) -> Sqlite {
    let mut store = before(path);
    let mut end = Change::new(Cause::Named("end".into()), at(2));
    let mut ended = ticket(1, 2);
    ended.status = Status::Closed { end: End::Approved, at: at(2) };
    let events = vec![event(1, 2, What::Cancelled, "")];
    end.steps.push(Step { expected: Some(1), ticket: ended, events, wake: Default::default() });
    store.commit(&end).unwrap();
    let claimed = store.claim(at(3), 9).unwrap();
    let sent =
        |letter: &Claimed| LetterUpdate { id: letter.id, state: LetterState::Sent, attempts: 1, due_at: at(3), reply: String::new() };
    store.delivered(&claimed.iter().map(sent).collect::<Vec<_>>()).unwrap();
    store
}

fn sweep_all(store: &mut Sqlite) -> Swept {
    let (overdue, now) = a_year_later();
    let mut all = Swept::default();
    while let Some(swept) = Some(store.sweep(&overdue, now).unwrap()).filter(|swept| !swept.is_nothing()) {
        all = all.and(swept);
    }
    all
}

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn scene_sweep() {
    let Some((path, point)) = told() else { return };
    let mut store = over(&path);
    fail::cfg_callback(point, || std::process::abort()).unwrap();
    sweep_all(&mut store);
}

#[test]
fn row84_killed_while_deleting_then_begun_again_deletes_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.db");
    let swept = sweep_all(&mut over(&whole));
    assert_eq!((swept.tickets, swept.mails, swept.letters), (1, 1, 1));
    for point in ["store::swept-mails", "store::swept-tickets", "store::sync"] {
        let path = folder.path().join(format!("{}.db", point.replace("::", "-")));
        assert!(!child("scene_sweep", &path, point), "{point} was not reached");
        let mut store = Sqlite::open(&path).unwrap();
        assert!(store.raw(2).unwrap().is_some(), "{point}: what waits to be handled stays");
        sweep_all(&mut store);
        drop(store);
        assert_eq!(dump(&path), dump(&whole), "{point}");
    }
    let mut store = Sqlite::open(&whole).unwrap();
    assert_eq!((store.next_ticket().unwrap(), store.next_letter().unwrap()), (2, 2), "no number is given twice");
}
