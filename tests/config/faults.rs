//! Everything that is wrong is told in one line each: file, line, column, key, reason. Exit code 2, nothing started.

use crate::{GOOD, Place};

/// The fault that `guichet check` tells of a change, which must be the only one.
fn one_fault(changes: &[(&str, &str)]) -> String {
    let place = Place::with(changes);
    let told = place.guichet(&["check"]);
    assert_eq!((told.code, told.out.as_str()), (Some(2), ""), "{told:?}");
    assert_eq!(told.err.lines().count(), 1, "{told:?}");
    assert!(!told.err.contains("hunter2"), "{told:?}");
    assert!(!place.path("state/guichet.db").exists());
    told.err.trim_end().to_owned()
}

#[test]
fn a_good_configuration_has_no_fault() {
    let told = Place::with(&[]).guichet(&["check"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert_eq!(told.err, "");
}

#[test]
fn each_fault_names_its_place_and_its_key() {
    let cases = [
        ("[smtp]", "usr = \"a\"\n[smtp]", "guichet.toml:11:1: imap[0].usr: unknown field `usr`"),
        ("host = \"smtp", "port = \"abc\"\nhost = \"smtp", "guichet.toml:12:8: smtp.port: invalid type: string \"abc\", expected u16"),
        ("host = \"smtp", "port = 99999\nhost = \"smtp", "guichet.toml:12:8: smtp.port: invalid value: integer `99999`"),
        ("support@desk.test", "support", "guichet.toml:2:11: site.address: an address looks like name@example.org"),
        ("https://desk.test", "http://desk.test", "guichet.toml:5:12: web.base_url: links carry rights: https:// is needed"),
        ("https://desk.test", "desk.test", "guichet.toml:5:12: web.base_url: a base URL looks like"),
        ("name = \"support\"", "name = \"stdin\"", "guichet.toml:7:8: imap[0].name: this name is taken"),
        ("name = \"support\"", "name = \"a b\"", "guichet.toml:7:8: imap[0].name: a name is one word"),
        ("name = \"support\"\n", "", "guichet.toml:6:1: imap[0].name: missing field `name`"),
        ("[web]", "[wbe]\n[web]", "guichet.toml:4:2: wbe: unknown field `wbe`"),
        ("[web]", "templates = \"nowhere\"\n[web]", "guichet.toml:4:13: site.templates: there is no folder"),
        ("[web]", "zone = \"Paris\"\n[web]", "guichet.toml:4:8: site.zone: "),
        ("[web]", "recipients = \"all\"\n[web]", "guichet.toml:4:14: site.recipients: unknown variant `all`"),
        ("[smtp]", "poll = \"2\"\n[smtp]", "guichet.toml:11:8: imap[0].poll: a time looks like"),
        ("[smtp]", "idle = \"1h\"\n[smtp]", "guichet.toml:11:8: imap[0].idle: longer than 29m"),
        ("[smtp]", "start = \"then\"\n[smtp]", "guichet.toml:11:9: imap[0].start: start is"),
        ("[smtp]", "archive = \"INBOX\"\n[smtp]", "guichet.toml:11:11: imap[0].archive: the archive may not be"),
        ("[smtp]", "security = \"plain\"\n[smtp]", "guichet.toml:11:12: imap[0].security: without TLS"),
        ("[smtp]", "[limits]\nsize = \"25MB\"\n[smtp]", "guichet.toml:12:8: limits.size: a size looks like"),
        ("[smtp]", "[trust]\ninternal_domains = [\"x y\"]\n[smtp]", "guichet.toml:12:20: trust.internal_domains: a domain looks like"),
        ("[smtp]", "[delivery]\nmaildir = \"out\"\n[smtp]", "guichet.toml:11:1: delivery: [smtp] and [delivery] exclude each other"),
        ("[smtp]", "[[maildir]]\nname = \"m\"\npath = \"none\"\n[smtp]", "guichet.toml:13:8: maildir[0].path: there is no such folder"),
        ("[smtp]", "[smtp]\nsecurity = \"plain\"", "guichet.toml:12:12: smtp.security: without TLS"),
        ("[smtp]", "[smtp]\nca_file = \"none.pem\"", "guichet.toml:12:11: smtp.ca_file: the CA file"),
        ("[smtp]", "[smtp]\nhello = \"a\\r\\nQUIT\"", "guichet.toml:12:9: smtp.hello: a host name"),
        ("[site]\n", "[site\n", "guichet.toml:1:6: "),
    ];
    for (old, new, expected) in cases {
        let told = one_fault(&[(old, new)]);
        assert!(told.starts_with(expected), "{new:?}\n{told}\n{expected}");
    }
}

#[test]
fn a_missing_secret_names_its_key_and_where_it_was_looked_for() {
    let file = "password = { file = \"password\" }";
    let cases = [
        ("{ file = \"gone\" }", "guichet.toml:10:12: imap[0].password: the secret cannot be read: "),
        ("{ env = \"NO_SUCH_VARIABLE\" }", "guichet.toml:10:12: imap[0].password: the environment variable NO_SUCH_VARIABLE is not set"),
        ("{ credential = \"imap\" }", "guichet.toml:10:12: imap[0].password: the credential imap is missing: $CREDENTIALS_DIRECTORY"),
        ("{ flie = \"password\" }", "guichet.toml:10:12: imap[0].password: a secret is { file"),
        ("12345", "guichet.toml:10:12: imap[0].password: a secret is { file"),
    ];
    for (secret, expected) in cases {
        let told = one_fault(&[(file, &format!("password = {secret}"))]);
        assert!(told.starts_with(expected), "{told}");
    }
    let told = one_fault(&[(&format!("{file}\n[smtp]"), "[smtp]")]);
    assert!(told.starts_with("guichet.toml:9:8: imap[0].user: exactly one of password"), "{told}");
}

#[test]
fn secrets_come_from_the_environment_and_from_systemd() {
    let file = "password = { file = \"password\" }";
    let place = Place::with(&[(file, "password = { env = \"DESK_PASSWORD\" }"), (file, "password = { credential = \"password\" }")]);
    let folder = place.folder.path().to_str().unwrap().to_owned();
    let told = place.guichet_with(&["check"], &[("DESK_PASSWORD", "x"), ("CREDENTIALS_DIRECTORY", &folder)]);
    assert_eq!(told.code, Some(0), "{told:?}");
}

#[test]
fn a_template_of_the_site_that_cannot_be_rendered_is_a_fault() {
    let place = Place::with(&[("[web]", "templates = \"texts\"\n[web]")]);
    std::fs::create_dir_all(place.path("texts/fr/mail")).unwrap();
    assert_eq!(place.guichet(&["check"]).code, Some(0), "an empty folder replaces nothing");
    place.write("texts/fr/mail/closed.txt", "Subject: x\n\n{{no_such_thing}}\n");
    let told = place.guichet(&["check"]);
    assert_eq!(told.code, Some(2), "{told:?}");
    assert!(told.err.contains("fr/mail/closed.txt") && told.err.contains("no_such_thing"), "{told:?}");
    let told = one_fault(&[("[web]", "language = \"xx\"\n[web]")]);
    assert_eq!(told, "guichet.toml:4:12: site.language: there are no templates in this language");
}

#[test]
fn all_faults_are_told_at_once_in_the_order_of_the_file() {
    let changes = [("support@desk.test", "support"), ("host = \"imap", "hots = \"imap"), ("[smtp]\n", "[smtp]\nport = true\n")];
    let told = Place::with(&changes).guichet(&["check"]);
    let keys: Vec<&str> = told.err.lines().filter_map(|line| line.split(": ").nth(1)).collect();
    assert_eq!((told.code, keys), (Some(2), vec!["site.address", "imap[0].host", "imap[0].hots", "smtp.port"]), "{told:?}");
    let second = [("https", "http"), ("name = \"support\"", "name = \"\""), ("[smtp]\n", "[smtp]\nsecurity = \"plain\"\n")];
    let told = Place::with(&second).guichet(&["check"]);
    let keys: Vec<&str> = told.err.lines().filter_map(|line| line.split(": ").nth(1)).collect();
    assert_eq!((told.code, keys), (Some(2), vec!["web.base_url", "imap[0].name", "smtp.security"]), "{told:?}");
}

#[test]
fn faults_as_json_are_on_standard_output() {
    let told = Place::with(&[("https", "http")]).guichet(&["check", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(told.code, Some(2));
    assert_eq!(value["faults"][0]["key"], "web.base_url");
    assert_eq!((value["faults"][0]["line"].as_u64(), value["faults"][0]["column"].as_u64()), (Some(5), Some(12)));
}

#[test]
fn no_configuration_and_no_such_command_are_exit_code_2_too() {
    let told = Place::empty().guichet(&["check", "--config", "gone.toml"]);
    assert_eq!(told.code, Some(2));
    assert!(told.err.starts_with("gone.toml: the configuration cannot be read"), "{told:?}");
    assert_eq!(Place::empty().guichet(&["chekc"]).code, Some(2));
    assert_eq!(Place::empty().guichet(&["--help"]).code, Some(0));
}

#[test]
fn the_signing_key_is_never_replaced_behind_a_database() {
    let place = Place::with(&[]);
    std::fs::remove_file(place.path("state/signing.key")).unwrap();
    let told = place.guichet(&["check"]);
    assert!(told.err.contains("site.key_file: there is no signing key at "), "{told:?}");
    place.write("state/guichet.db", "");
    place.write("organisation.toml", ORGANISATION);
    let told = place.guichet(&["org", "apply"]);
    assert_eq!(told.code, Some(2), "{told:?}");
    assert!(!place.path("state/signing.key").exists());
}

#[test]
fn l12_a_password_that_others_may_read_is_warned_of() {
    let place = Place::with(&[]);
    assert_eq!(place.guichet(&["check"]).err, "");
    place.chmod("password", 0o644);
    let told = place.guichet(&["check"]);
    assert_eq!(told.code, Some(0));
    assert!(told.err.starts_with("warning: guichet.toml:10:12: imap[0].password: others may read the secret in password;"), "{told:?}");
    place.write("guichet.toml", &GOOD.replace("{ file = \"password\" }", "\"hunter2\""));
    place.chmod("guichet.toml", 0o644);
    let told = place.guichet(&["check"]);
    assert!(told.err.contains("smtp.password: others may read the secret in guichet.toml"), "{told:?}");
    assert!(!told.err.contains("hunter2") && !told.out.contains("hunter2"), "{told:?}");
}

const ORGANISATION: &str = r#"[[service]]
key = "dsi"
name = "DSI"
[[agent]]
address = "karim@desk.test"
name = "Karim"
[[agent.member]]
service = "dsi"
"#;

#[test]
fn an_organisation_with_faults_is_not_stored() {
    let place = Place::with(&[]);
    let faulty = r#"[[service]]
key = "dsi"
name = "DSI"
addresses = ["dsi@elsewhere.test"]
permanent_guests = ["support+x@desk.test"]
[[service.category]]
key = "net"
name = "Network"
tag = "t1.0.aaaaaaaaaaaaaaaaaaaaa"
[[service]]
key = "dsi"
name = ""
[[agent]]
address = "support@desk.test"
name = "Karim"
[[agent]]
address = "karim@desk.test"
name = "Karim"
language = "french"
[[agent.member]]
service = "dis"
[[agent.member]]
service = "dsi"
[[agent]]
address = "Karim@Desk.test"
name = "Karim"
[[answer]]
key = "vpn"
title = "VPN"
service = "none"
text = "Hello {{requester}}, your {{password}}"
"#;
    place.write("organisation.toml", faulty);
    let told = place.guichet(&["org", "apply"]);
    let heads: Vec<String> = told.err.lines().map(|line| line.splitn(3, ": ").take(2).collect::<Vec<_>>().join(": ")).collect();
    let expected = [
        "organisation.toml:4:14: service[0].addresses[0]",
        "organisation.toml:5:21: service[0].permanent_guests[0]",
        "organisation.toml:9:7: service[0].category[0].tag",
        "organisation.toml:11:7: service[1].key",
        "organisation.toml:12:8: service[1].name",
        "organisation.toml:14:11: agent[0].address",
        "organisation.toml:19:12: agent[1].language",
        "organisation.toml:21:11: agent[1].member[0].service",
        "organisation.toml:25:11: agent[2].address",
        "organisation.toml:30:11: answer[0].service",
        "organisation.toml:31:8: answer[0].text",
    ];
    assert_eq!(told.code, Some(2));
    assert_eq!(heads, expected, "{}", told.err);
    assert!(told.err.contains("there is no {{password}}: known are {{requester}}, {{number}}, {{agent}}, {{service}}"), "{}", told.err);
    assert!(!place.path("state/guichet.db").exists());
    let told = place.guichet(&["check"]);
    assert_eq!(told.code, Some(2), "check reads it too");
}

#[test]
fn an_organisation_goes_in_and_comes_out() {
    let place = Place::with(&[]);
    place.write("organisation.toml", ORGANISATION);
    let told = place.guichet(&["org", "apply", "--dry-run"]);
    assert_eq!(
        (told.code, told.out.as_str()),
        (Some(0), "service added: dsi\nagent added: Karim\nAll is well (services: 1, agents: 1).\n"),
        "{told:?}"
    );
    assert!(!place.path("state/guichet.db").exists());
    assert_eq!(place.guichet(&["org", "apply"]).code, Some(0));
    let exported = place.guichet(&["org", "export"]);
    assert_eq!(exported.code, Some(0), "{exported:?}");
    place.write("again.toml", &exported.out);
    let told = place.guichet(&["org", "apply", "again.toml", "--json"]);
    assert_eq!(told.out, "{\"agents\":1,\"changes\":[],\"services\":1,\"stored\":true}\n", "{told:?}");
    assert_eq!(place.guichet(&["org", "export"]).out, exported.out);
}
