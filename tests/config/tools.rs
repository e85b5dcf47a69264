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

#[test]
fn row84_somebodys_data_is_given_out_and_they_are_forgotten() {
    let place = place();
    assert_eq!(place.guichet(&["ingest", "mail.eml"]).code, Some(0));
    let told = place.guichet(&["person", "export", "alice@cust.test", "--to", "alice"]);
    assert_eq!(told.out.trim(), "1 tickets, 1 mails: written", "{told:?}");
    let data: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(place.path("alice/data.json")).unwrap()).unwrap();
    assert_eq!((&data["tickets"][0]["title"], &data["tickets"][0]["events"][0]["text"]), (&"Le WiFi".into(), &"En panne.".into()));
    assert_eq!(std::fs::read_dir(place.path("alice/mails")).unwrap().count(), 1);
    assert_eq!(place.guichet(&["person", "export", "eve@cust.test", "--to", "eve"]).code, Some(1));
    for (who, why) in [("alice@cust.test", "open tickets; end them, or remove them there: #1"), ("ag1@desk.test", "is an agent")] {
        let told = place.guichet(&["person", "erase", who, "--yes"]);
        assert!(told.code == Some(2) && told.err.contains(why), "{told:?}");
    }
    let told = place.guichet(&["person", "erase", "bob@cust.test"]);
    assert!(told.code == Some(0) && told.out.starts_with("0 tickets, 0 mails: would be erased"), "{told:?}");
    assert_eq!(place.guichet(&["person", "erase", "bob@cust.test", "--yes"]).out.trim(), "0 tickets, 0 mails: erased");
}

#[test]
fn row86_a_mail_tells_what_it_would_do() {
    let place = place();
    let told = place.guichet(&["ingest", "--dry-run", "mail.eml"]);
    assert!(told.out.starts_with("it would be: new ticket (new), ticket #1"), "{told:?}");
    assert!(told.out.contains("a mail to ag1@desk.test: new_ticket"), "{told:?}");
    assert_eq!(place.guichet(&["ticket", "list"]).out, "");
}

#[test]
fn row86_while_all_mails_go_to_one_address_check_says_so() {
    let place = place();
    let text = std::fs::read_to_string(place.path("guichet.toml")).unwrap();
    place.write("guichet.toml", &format!("{text}\n[delivery]\nredirect_to = \"trial@desk.test\"\n"));
    let told = place.guichet(&["check"]);
    assert!(told.code == Some(0) && told.err.contains("delivery.redirect_to: every mail goes to trial@desk.test alone"), "{told:?}");
    place.write("guichet.toml", &format!("{text}\n[delivery]\nmaildir = \"out\"\nredirect_to = \"support@desk.test\"\n"));
    let told = place.guichet(&["check"]);
    assert!(told.err.contains("it would write to itself") && told.err.contains("exclude each other"), "{told:?}");
}
