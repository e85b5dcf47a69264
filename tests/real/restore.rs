//! A backup of yesterday in the place of the database, and a mailbox of today.

use guichet::store::Reads;

use super::{Desk, USER, stop, until};

impl Desk {
    /// A mail that is handled, answered and in the archive, while the daemon runs for it.
    fn handles(&self, number: usize, (tickets, letters, archived): (u64, u64, usize)) {
        let child = self.run();
        self.write(number);
        until("the ticket", || self.count().new == tickets);
        until("both mails", || self.sink.accepted() == letters);
        until("the archive", || self.server.count(USER, "Archive") == archived);
        stop(child);
    }

    fn says(&self, args: &[&str]) -> String {
        let output = self.command(args).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{said}");
        said
    }
}

#[test]
fn j10_what_came_since_the_backup_is_filed_once_more_and_nobody_is_answered() {
    let desk = Desk::new();
    stop(desk.run());
    desk.handles(0, (1, 2, 1));
    let backup = desk.folder.path().join("monday.db").display().to_string();
    desk.says(&["backup", &backup]);
    desk.handles(1, (2, 4, 2));
    assert!(!desk.reader().unwrap().links(1).unwrap().is_empty());
    // Without its key the backup would know none of the addresses that it mailed.
    let key = desk.folder.path().join("state/signing.key");
    std::fs::rename(&key, key.with_extension("away")).unwrap();
    assert!(!desk.command(&["restore", &backup]).output().unwrap().status.success());
    assert_eq!(desk.count().new, 2);
    std::fs::rename(key.with_extension("away"), &key).unwrap();
    let said = desk.says(&["restore", &backup]);
    assert!(said.contains("before-restore") && said.contains("0 unexplained"), "{said}");
    let reader = desk.reader().unwrap();
    assert_eq!(reader.ticket(2).unwrap().unwrap().title, "Panne 1", "what came since is there again");
    assert_eq!((reader.links(1).unwrap(), reader.letters(Some(2), 9).unwrap().len()), (vec![], 0));
    // Once more changes nothing.
    desk.says(&["reconcile", "--handled-since", "2020-01-01T00:00:00Z"]);
    assert_eq!((desk.count().new, desk.sink.accepted()), (2, 4));
    // And it goes on, with answers.
    desk.handles(2, (3, 6, 3));
    assert!(desk.folder.path().join("state/guichet.db.before-restore").exists());
}
