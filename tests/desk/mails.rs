//! What each action makes the desk say: each mail that it causes has its texts in every language, and they can be filled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use guichet::address::Mailbox;
use guichet::desk::{Actor, CATALOGUE};
use guichet::notifications::{Mint, Reader, Scene, Templates, draft, notices};

use crate::office::{Office, person};
use crate::site::site;
use crate::transitions::{STATUSES, TABLE, action};

/// Actions that tell nobody in this office: only whoever acts is concerned, or others chose not to hear of them.
const SILENT: [&str; 6] = ["follow", "mute", "note", "recall", "reroot", "spam"];

struct Same;

impl Mint for Same {
    fn token(&mut self) -> [u8; 32] {
        [7; 32]
    }
    fn salt(&mut self) -> [u8; 12] {
        [7; 12]
    }
}

#[test]
fn p1_p25_each_action_has_its_mails_in_every_language() {
    let (templates, site) = (Templates::load(None).unwrap(), site());
    let mut told: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in TABLE.lines().filter(|row| !row.is_empty()) {
        let cells: Vec<&str> = row.split_whitespace().collect();
        let kinds = told.entry(cells[1]).or_default();
        for status in STATUSES {
            let office = Office::at(status);
            let actor = if cells[0] == "clock" { Actor::clock() } else { person(cells[0]) };
            let outcome = office.tries(&actor, vec![action(cells[1], office.ticket().requests)]);
            let Some(ticket) = outcome.ticket.as_ref().filter(|_| !outcome.done.is_empty()) else { continue };
            let (organisation, now) = (&office.organisation, office.now.as_second());
            let scene = Scene { site: &site, organisation, ticket, before: &office.events, done: &outcome.done, now };
            for notice in notices(&scene) {
                kinds.insert(notice.kind.word());
                for language in ["fr", "en"] {
                    for form in ["txt", "html"] {
                        let file = format!("templates/{language}/mail/{}.{form}", notice.kind.word());
                        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file).exists(), "{}: {file}", cells[1]);
                    }
                    let mailbox = Mailbox::new(None, notice.to.clone());
                    let reader = Reader { mailbox, language: language.into(), thread: (None, None), letter: 1, waited: vec![] };
                    let mail = draft(&templates, &notice, &scene, &reader, &mut Same).finish(&templates).unwrap();
                    assert!(mail.text.len() > 50 && !mail.subject.is_empty(), "{} in {language}", cells[1]);
                }
            }
        }
    }
    let silent: Vec<&str> = CATALOGUE.iter().map(|spec| spec.verb).filter(|verb| told.get(verb).is_some_and(BTreeSet::is_empty)).collect();
    assert_eq!(silent.iter().collect::<BTreeSet<_>>(), SILENT.iter().collect::<BTreeSet<_>>(), "{told:?}");
}
