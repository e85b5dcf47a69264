//! The first steps of an administrator: init, check, org apply.

use crate::{Place, mode};

const FLAGS: [&str; 13] = [
    "init",
    "--address",
    "support@desk.test",
    "--imap-host",
    "imap.desk.test",
    "--smtp-host",
    "smtp.desk.test",
    "--base-url",
    "https://desk.test",
    "--agent-address",
    "karim@desk.test",
    "--agent-name",
    "Karim \"K\" Benali",
];

#[test]
fn init_then_a_password_then_all_is_well() {
    let place = Place::empty();
    let told = place.guichet(&FLAGS);
    assert_eq!(told.code, Some(0), "{told:?}");
    let told = place.guichet(&["check"]);
    let keys: Vec<&str> = told.err.lines().filter_map(|line| line.split(": ").nth(1)).collect();
    assert_eq!((told.code, keys), (Some(2), vec!["imap[0].password", "smtp.password"]), "{told:?}");
    place.write("mailbox.password", "hunter2\n");
    let told = place.guichet(&["check"]);
    assert_eq!((told.code, told.out.as_str()), (Some(0), "All is well.\n"), "{told:?}");
    assert_eq!(place.guichet(&["org", "apply"]).code, Some(0));
    let exported = place.guichet(&["org", "export"]);
    assert!(exported.out.contains("Karim \\\"K\\\" Benali") || exported.out.contains("'Karim \"K\" Benali'"), "{exported:?}");
}

#[test]
fn l12_what_init_makes_is_its_owners_alone() {
    let place = Place::empty();
    assert_eq!(place.guichet(&FLAGS).code, Some(0));
    assert_eq!((mode(&place.path("state")), mode(&place.path("state/signing.key"))), (0o700, 0o600));
    assert_eq!((mode(&place.path("guichet.toml")), mode(&place.path("organisation.toml"))), (0o600, 0o600));
}

#[test]
fn init_replaces_nothing_unless_told_and_never_the_key() {
    let place = Place::empty();
    place.guichet(&FLAGS);
    let key = std::fs::read(place.path("state/signing.key")).unwrap();
    let told = place.guichet(&FLAGS);
    assert_eq!(told.code, Some(2));
    assert_eq!(told.err, "guichet: guichet.toml is there already; --force replaces it\n");
    let told = place.guichet(&[&FLAGS[..], &["--force", "--name", "Aide"]].concat());
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(std::fs::read_to_string(place.path("guichet.toml")).unwrap().contains("name = \"Aide\""));
    assert_eq!(std::fs::read(place.path("state/signing.key")).unwrap(), key);
}

#[test]
fn without_a_terminal_every_missing_answer_is_named_and_nothing_is_written() {
    let place = Place::empty();
    let told = place.guichet(&["init", "--address", "support@desk.test"]);
    assert_eq!(told.code, Some(2));
    let expected = "--imap-host, --smtp-host, --base-url, --agent-address, --agent-name";
    assert!(told.err.contains(expected), "{told:?}");
    assert!(std::fs::read_dir(place.folder.path()).unwrap().next().is_none());
}

#[test]
fn an_answer_that_cannot_be_used_writes_nothing() {
    let place = Place::empty();
    let told = place.guichet(&[&FLAGS[..8], &["http://desk.test"], &FLAGS[9..]].concat());
    assert_eq!(told.code, Some(2), "{told:?}");
    assert!(told.err.contains("web.base_url: links carry rights"), "{told:?}");
    assert!(std::fs::read_dir(place.folder.path()).unwrap().next().is_none());
}
