//! What is written becomes what the rooms take.

use std::time::Duration;

use guichet::address::Address;
use guichet::config::load;
use guichet::delivery::{Login, Security as RelaySecurity, Transport};
use guichet::intake::imap::{After, Secret, Security, Start};
use secrecy::ExposeSecret;

use crate::Place;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

#[test]
fn the_site_gets_its_own_addresses_and_its_choices() {
    let site = "name = \"Aide\"\naliases = [\"Help+x@desk.test\"]\nrecipients = \"visible\"\nlanguage = \"fr\"\n[web]";
    let trust = "[trust]\nauthserv_ids = [\"MX.desk.test\"]\ninternal_domains = [\"Desk.Test\"]\n[brakes]\nauto_per_day = 7\n[smtp]";
    let place = Place::with(&[("[web]", site), ("https://desk.test", "https://desk.test/x/"), ("[smtp]", trust)]);
    let settings = load(&place.path("guichet.toml")).unwrap();
    let site = settings.site().unwrap();
    assert_eq!(site.own, [address("support@desk.test"), address("help@desk.test")]);
    assert!(site.is_own(&address("support+t1.x@desk.test")));
    assert_eq!((site.base_url.as_str(), site.visible, site.language.as_str()), ("https://desk.test/x", true, "fr"));
    assert_eq!(site.desk.name.as_deref(), Some("Aide"));
    assert_eq!((site.trust.authserv_ids[0].as_str(), site.trust.internal_domains[0].as_str()), ("mx.desk.test", "desk.test"));
    assert_eq!((site.brakes.auto_per_day, site.brakes.auto_per_hour), (7, 10));
    assert_eq!(settings.database, place.path("state/guichet.db"));
}

#[test]
fn mailboxes_and_the_relay_get_their_secrets_and_defaults() {
    let place = Place::with(&[("[smtp]", "[smtp]\nconnections = 4")]);
    let connections = load(&place.path("guichet.toml")).unwrap().connections().unwrap();
    let imap = &connections.imap[0];
    assert_eq!((imap.name.as_str(), imap.port, imap.security), ("support", 993, Security::Implicit));
    assert_eq!((&imap.after, imap.start), (&After::Move("Archive".to_owned()), Start::Now));
    assert!(matches!(&imap.secret, Secret::Password(password) if password.expose_secret() == "hunter2"));
    let Transport::Smtp(relay) = &connections.transport else { panic!("a relay") };
    assert_eq!((relay.port, relay.connections, relay.hello.as_str()), (587, 4, "desk.test"));
    assert!(matches!(relay.security, RelaySecurity::StartTls(_)));
    assert!(matches!(&relay.login, Login::Password { user, .. } if user == "support@desk.test"));
}

#[test]
fn a_mailbox_can_be_told_otherwise() {
    let keys = "security = \"plain\"\nallow_plaintext = true\nafter = \"flag\"\nstart = \"2026-11-01\"\npoll = \"30s\"\nidle = \"5m\"\n\
                folders = [\"INBOX\", \"Junk\"]\n[limits]\nsize = \"1MiB\"\n[smtp]";
    let place = Place::with(&[("[smtp]", keys)]);
    let connections = load(&place.path("guichet.toml")).unwrap().connections().unwrap();
    let imap = &connections.imap[0];
    assert_eq!((imap.port, imap.security), (143, Security::Plain { allow_remote: true }));
    assert_eq!(imap.after, After::Flag("$Processed".to_owned()));
    assert_eq!(imap.start, Start::Since("2026-11-01T00:00:00Z".parse().unwrap()));
    assert_eq!((imap.pace.poll, imap.pace.idle), (Duration::from_secs(30), Duration::from_secs(300)));
    assert_eq!((imap.folders.len(), imap.max_mail), (2, 1 << 20));
}

#[test]
fn a_trial_needs_neither_server() {
    let place = Place::empty();
    std::fs::create_dir(place.path("in")).unwrap();
    let text = "[site]\naddress = \"support@desk.test\"\n[web]\nbase_url = \"http://127.0.0.1:8025\"\n[[maildir]]\nname = \"in\"\n\
                path = \"in\"\n[delivery]\nmaildir = \"out\"\n";
    place.write("guichet.toml", text);
    let connections = load(&place.path("guichet.toml")).unwrap().connections().unwrap();
    assert_eq!((connections.imap.len(), connections.maildir[0].path.clone()), (0, place.path("in")));
    assert!(matches!(&connections.transport, Transport::Maildir(path) if *path == place.path("out")));
}

#[test]
fn tokens_come_from_a_program_or_an_endpoint() {
    let file = "password = { file = \"password\" }\n";
    let oauth = "[smtp.oauth]\ntoken_url = \"https://login.desk.test/token\"\nclient_id = \"c\"\nclient_secret = { file = \"password\" }\n\
                 refresh_token_file = \"refresh\"\n[smtp]";
    let place = Place::with(&[(file, "token_command = [\"echo\", \"a\"]\n"), (file, ""), ("[smtp]", oauth)]);
    let settings = load(&place.path("guichet.toml")).unwrap();
    let missing = settings.connections().unwrap_err().to_string();
    assert!(missing.contains("smtp.oauth.refresh_token_file: the refresh token cannot be read: "), "{missing}");
    place.write("refresh", "r1\n");
    let connections = settings.connections().unwrap();
    assert!(matches!(connections.imap[0].secret, Secret::Token(_)));
    let Transport::Smtp(relay) = &connections.transport else { panic!("a relay") };
    assert!(matches!(&relay.login, Login::Token { user, .. } if user == "support@desk.test"));
}
