//! The annotated examples of deploy/ tell the truth: every key is there, and every default is the default.

use std::collections::BTreeSet;

use guichet::config::read::read;
use guichet::config::written::{Limits, Log, Written};
use guichet::desk::{Organisation, Policy};
use guichet::site::{Brakes, Retention};

use crate::keys::keys_of;

const CONFIGURATION: &str = include_str!("../../deploy/guichet.toml");
const ORGANISATION: &str = include_str!("../../deploy/organisation.toml");

/// The example with the comment marks of keys and sections taken away.
fn uncommented(text: &str) -> String {
    let key = |line: &str| line.split_once(" = ").is_some_and(|(key, _)| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    let bare = |line: &str| line.strip_prefix('#').filter(|bare| bare.starts_with('[') || key(bare)).map(str::to_owned);
    text.lines().map(|line| bare(line).unwrap_or_else(|| line.to_owned())).collect::<Vec<_>>().join("\n")
}

/// All keys of a table and the tables in it, as paths; lists count as their items.
fn keys_in(table: &toml::Table, above: &str, keys: &mut BTreeSet<String>) {
    for (key, value) in table {
        let path = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        items.iter().filter_map(toml::Value::as_table).for_each(|table| keys_in(table, &path, keys));
        keys.insert(path);
    }
}

fn undocumented(keys: Vec<String>, text: &str) -> Vec<String> {
    let mut documented = BTreeSet::new();
    keys_in(&uncommented(text).parse().unwrap(), "", &mut documented);
    keys.into_iter().filter(|key| !documented.contains(key)).collect()
}

#[test]
fn every_key_is_in_the_annotated_example() {
    let keys = keys_of::<Written>();
    assert!(keys.contains(&"imap.oauth.token_url".to_owned()) && keys.contains(&"policy.reopen_days".to_owned()), "{keys:?}");
    assert_eq!(undocumented(keys, CONFIGURATION), Vec::<String>::new());
    let keys = keys_of::<Organisation>();
    assert!(keys.contains(&"agent.member.may".to_owned()), "{keys:?}");
    assert_eq!(undocumented(keys, ORGANISATION), Vec::<String>::new());
}

#[test]
fn the_examples_can_be_read_as_they_are_and_with_every_key() {
    for text in [CONFIGURATION.to_owned(), uncommented(CONFIGURATION)] {
        read::<Written>("deploy/guichet.toml", &text).map(|_| ()).unwrap_or_else(|faults| panic!("{faults}"));
    }
    for text in [ORGANISATION.to_owned(), uncommented(ORGANISATION)] {
        read::<Organisation>("deploy/organisation.toml", &text).map(|_| ()).unwrap_or_else(|faults| panic!("{faults}"));
    }
}

#[test]
fn the_defaults_shown_are_the_defaults() {
    let (plain, _) = read::<Written>("", CONFIGURATION).unwrap();
    let (shown, _) = read::<Written>("", &uncommented(CONFIGURATION)).unwrap();
    assert_eq!((shown.limits, shown.brakes, shown.log), (Limits::default(), Brakes::default(), Log::default()));
    assert_eq!((&shown.policy, shown.retention), (&Policy::default(), Retention::default()));
    let site = |written: &Written| {
        let site = written.site.clone();
        (site.language, site.zone, site.plus_addressing, site.recipients, site.state, site.organisation)
    };
    assert_eq!(site(&shown), site(&plain));
    assert_eq!((shown.web.listen, &shown.web.trusted_proxies), (plain.web.listen, &plain.web.trusted_proxies));
    let imap = |written: &Written| {
        let imap = written.imap[0].clone();
        (imap.security, imap.allow_plaintext, imap.folders, imap.start, imap.after, imap.archive, imap.poll, imap.idle)
    };
    assert_eq!(imap(&shown), imap(&plain));
    let smtp = |written: &Written| written.smtp.as_ref().map(|smtp| (smtp.security, smtp.connections));
    assert_eq!(smtp(&shown), smtp(&plain));
    let agent = |text: &str| {
        let member = read::<Organisation>("", text).unwrap().0.agents[0].memberships[0].clone();
        (member.service, member.may, member.hears)
    };
    assert_eq!(agent(&uncommented(ORGANISATION)), agent(ORGANISATION));
}
