//! What was changed by page, and an organisation file that knows nothing of it.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use guichet::address::Address;
use guichet::desk::Staffing;
use guichet::store::sqlite::Sqlite;
use guichet::store::{Access, Cause, Change, Reads, Store};
use jiff::Timestamp;

use super::beside::Daemon;
use super::{Desk, until};

impl Desk {
    /// The file is applied, then Zoé joins by page.
    fn staffed() -> Desk {
        let desk = Desk::new();
        assert_eq!(desk.says(&["org", "apply"]).0, Some(0));
        let [by, agent] = ["ag1@desk.test", "zoe@desk.test"].map(|who| Address::parse(who).unwrap());
        let what = Staffing::Joins { agent, name: "Zoé Petit".into(), may: vec![] };
        let access = vec![Access::Staffed { by, service: "dsi".into(), what }];
        let mut store = Sqlite::open(&desk.path("state/guichet.db")).unwrap();
        store.commit(&Change { access, ..Change::new(Cause::Named("page".into()), Timestamp::now()) }).unwrap();
        desk
    }

    fn agents(&self) -> usize {
        self.reader().organisation().unwrap().agents.len()
    }
}

#[test]
fn row75_a_file_undoes_what_was_changed_by_page_only_when_told_to() {
    let desk = Desk::staffed();
    let (code, said) = desk.says(&["org", "apply"]);
    assert!(code == Some(2) && said.contains("Zoé Petit joined dsi") && said.contains("--undo-pages"), "{said}");
    assert_eq!(desk.agents(), 2);
    let ours = std::fs::read_to_string(desk.path("organisation.toml")).unwrap();
    std::fs::write(desk.path("organisation.toml"), desk.says(&["org", "export"]).1).unwrap();
    assert_eq!((desk.says(&["org", "apply"]).0, desk.agents()), (Some(0), 2), "what is exported holds what was changed by page");
    let desk = Desk::staffed();
    std::fs::write(desk.path("organisation.toml"), ours).unwrap();
    assert_eq!((desk.says(&["org", "apply", "--undo-pages"]).0, desk.agents()), (Some(0), 1));
}

#[test]
fn row75_nor_does_a_daemon_that_reads_its_file_again() {
    let desk = Desk::staffed();
    let mut daemon = Daemon(desk.command(&["run"], "").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    until("the daemon's socket", || std::os::unix::net::UnixStream::connect(desk.path("state/guichet.sock")).is_ok());
    let said = daemon.0.stderr.take().unwrap();
    std::process::Command::new("kill").args(["-HUP", &daemon.0.id().to_string()]).status().unwrap();
    let line = BufReader::new(said).lines().map(Result::unwrap).find(|line| line.contains("stays as it was")).unwrap();
    assert!(line.contains("Zoé Petit joined dsi") && line.contains("--undo-pages"), "{line}");
    assert_eq!(desk.agents(), 2);
}
