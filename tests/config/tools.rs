//! Tools beside the daemon: articles in and out, rules tried, figures, backup, export.

use crate::Place;

const ORGANISATION: &str = "articles = \"articles\"\n[[service]]\nkey = \"dsi\"\nname = \"DSI\"\ncategory = [{ key = \"wifi\", name = \"Wifi\" }]\n\
    [[agent]]\naddress = \"ag1@desk.test\"\nname = \"Karim\"\nmember = [{ service = \"dsi\" }]\n\
    [[rule]]\nname = \"hotspot\"\nsubject = \"wi-?fi\"\ncategory = \"dsi/wifi\"\n";
const ARTICLE: &str = "+++\nnumber = 3\ntitle = \"Wifi\"\nlanguage = \"fr\"\n+++\n\nOubliez le réseau.\n";
const MAIL: &str = "From: alice@cust.test\nTo: support@desk.test\nSubject: Le WiFi\nMessage-ID: <1@cust.test>\n\nEn panne.\n";

fn place() -> Place {
    let place = Place::with(&[]);
    place.write("organisation.toml", ORGANISATION);
    std::fs::create_dir(place.path("articles")).unwrap();
    place.write("articles/wifi.md", ARTICLE);
    place.write("mail.eml", MAIL);
    assert_eq!(place.guichet(&["org", "apply"]).code, Some(0));
    place
}

#[test]
fn p8_articles_come_from_files_and_go_back_to_them() {
    let place = place();
    let told = place.guichet(&["org", "export", "--articles", "out"]);
    assert!(told.out.contains("articles = \"articles\""), "{told:?}");
    assert_eq!(std::fs::read_to_string(place.path("out/wifi.md")).unwrap(), ARTICLE);
    place.write("articles/twice.md", ARTICLE);
    let told = place.guichet(&["org", "apply"]);
    assert_eq!(told.code, Some(2));
    assert!(told.err.contains("articles/wifi.md:2:1: number: 3 is the number of twice.md already"), "{told:?}");
}

#[test]
fn row78_rules_are_tried_and_a_bad_pattern_names_file_line_and_key() {
    let place = place();
    let told = place.guichet(&["rules", "try", "mail.eml"]);
    assert!(told.out.contains("hotspot") && told.out.contains("\"WiFi\"") && told.out.contains("category dsi/wifi"), "{told:?}");
    place.write("organisation.toml", &ORGANISATION.replace("wi-?fi", "wi(fi"));
    let told = place.guichet(&["rules", "try", "mail.eml"]);
    assert_eq!(told.code, Some(2));
    assert!(told.err.contains("organisation.toml:12:11: rule[0].subject: this is no pattern: unclosed group"), "{told:?}");
}

#[test]
fn p9_backup_export_and_figures_of_what_came() {
    let place = place();
    assert_eq!(place.guichet(&["ingest", "mail.eml"]).code, Some(0));
    let told = place.guichet(&["backup", "copy.db"]);
    assert!(told.out.contains("1 mails, checked") && crate::mode(&place.path("copy.db")) == 0o600, "{told:?}");
    assert_eq!(place.guichet(&["export", "--to", "all"]).code, Some(0));
    let line = std::fs::read_to_string(place.path("all/tickets.jsonl")).unwrap();
    let ticket: serde_json::Value = serde_json::from_str(line.trim()).unwrap();
    assert_eq!((&ticket["ticket"]["category"], &ticket["events"][0]["text"]), (&"wifi".into(), &"En panne.".into()));
    assert_eq!(std::fs::read_dir(place.path("all/mails")).unwrap().count(), 1);
    assert_eq!(place.guichet(&["export", "--ticket", "9"]).code, Some(1));
    let told = place.guichet(&["stats", "--csv"]);
    assert!(told.out.contains("all,\"\",1,1,0,0,0,0,0,0,") && told.out.contains("category,\"dsi/wifi\",1,"), "{told:?}");
    assert_eq!(place.guichet(&["stats", "--service", "x"]).code, Some(2));
}

#[test]
fn row84_what_is_overdue_is_told_and_deleted() {
    let place = place();
    assert_eq!(place.guichet(&["ingest", "mail.eml"]).code, Some(0));
    let told = place.guichet(&["purge", "--dry-run"]);
    assert!(told.code == Some(2) && told.err.contains("[retention]"), "{told:?}");
    let kept = std::fs::read_to_string(place.path("guichet.toml")).unwrap();
    place.write("guichet.toml", &format!("{kept}\n[retention]\nticket_days = 3\n"));
    let told = place.guichet(&["check"]);
    assert!(told.code == Some(2) && told.err.contains("retention.ticket_days: not longer than policy.reopen_days"), "{told:?}");
    place.write("guichet.toml", &format!("{kept}\n[retention]\nmail_days = 30\nticket_days = 365\n"));
    let told = place.guichet(&["purge", "--dry-run"]);
    assert_eq!(told.out.trim(), "overdue: 0 raw mails, 0 tickets, 0 letters, 0 decisions");
    let told = place.guichet(&["purge", "--json"]);
    assert_eq!(told.out.trim(), r#"{"deleted":{"letters":0,"mails":0,"rows":0,"tickets":0,"traces":0}}"#);
}
