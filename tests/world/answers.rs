//! Prepared answers: variables, and answers that agents keep for themselves.

use guichet::desk::{Canned, Preferences};
use guichet::gateway::Acted;
use guichet::store::{Disposition, Reads};

use crate::world::{Mail, World, address, is, organisation};

const TEXT: &str = "Bonjour {{requester}},\nVotre demande {{number}} est lue par {{agent}} ({{service}}).";

fn canned(key: &str, text: &str) -> Canned {
    Canned { key: key.into(), title: key.into(), service: None, text: text.into() }
}

/// Alice Martin's ticket, where `vpn` has variables.
fn prepared() -> (World, crate::world::Sent) {
    let mut world = World::new();
    let mut organisation = organisation();
    organisation.answers[0].text = TEXT.into();
    world.gateway.apply_organisation(organisation).unwrap();
    let alert = world.opened();
    (world, alert)
}

#[test]
fn row72_variables_are_filled_by_mail_and_by_page() {
    let (mut world, alert) = prepared();
    world.receives(&alert.answered_by("ag1@desk.test", "#réponse vpn\nKarim"));
    let told = world.letter_to("alice@cust.test").text;
    assert!(told.contains("Bonjour Alice Martin,") && told.contains("Votre demande #1 est lue par Karim Benali (Support DSI)."), "{told}");
    world.later(jiff::SignedDuration::from_mins(10));
    assert!(matches!(world.acts("ag2@desk.test", 1, "canned", &[("answer", "vpn"), ("text", "")]), Acted::Done { .. }));
    assert!(world.letter_to("alice@cust.test").text.contains("est lue par Marie Leroy"));
    world.receives(&alert.answered_by("ag1@desk.test", "#réponse vpn\n#clore\nVoilà {{agent}}."));
    let solution = world.letter_to("alice@cust.test").text;
    assert!(solution.contains("Votre demande #1 est lue par Karim Benali") && solution.contains("Voilà {{agent}}."), "{solution}");
}

#[test]
fn row72_an_agent_s_own_answers_are_theirs_alone() {
    let (mut world, alert) = prepared();
    let kept = Preferences { answers: vec![canned("ecran", "Rebranchez l’écran, {{requester}}.")], ..Preferences::default() };
    world.gateway.prefer(&address("ag1@desk.test"), &kept, "1").unwrap();
    let refused = world.receives(&alert.answered_by("ag2@desk.test", "#réponse ecran"));
    assert!(is(&refused, Disposition::Held, "commands-refused"));
    assert!(!world.letter_to("ag2@desk.test").text.contains("Rebranchez"));
    assert!(matches!(world.acts("ag2@desk.test", 1, "canned", &[("answer", "ecran")]), Acted::Refused { .. }));
    world.sent();
    world.receives(&alert.answered_by("ag1@desk.test", "#réponse ecran"));
    assert!(world.letter_to("alice@cust.test").text.contains("Rebranchez l’écran, Alice Martin."));
    let known = world.gateway.store().organisation().unwrap();
    assert!(!toml::to_string(&known).unwrap().contains("Rebranchez"), "no file says it");
    // A new organisation file leaves them.
    world.gateway.apply_organisation(organisation()).unwrap();
    world.receives(&Mail::new("alice@cust.test").subject("Écran"));
    assert!(matches!(world.acts("ag1@desk.test", 2, "canned", &[("answer", "ecran")]), Acted::Done { .. }));
}
