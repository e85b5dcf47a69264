//! The whole command language, line by line.

use super::*;

fn transfer(service: &str, category: &str, follow: bool) -> Action {
    Action::Transfer(Box::new(crate::desk::Transfer { service: service.into(), category: category.into(), follow, words: words("") }))
}

fn merge(confirmed: bool, with_people: bool) -> Action {
    Action::Merge { into: 12, whose: None, confirmed, with_people }
}

#[test]
fn p17_p25_the_whole_language_in_both_tongues() {
    use crate::desk::{Attention, Property};
    let until = |text: &str| Action::Postpone(text.parse().unwrap(), words(""));
    let set = Action::Set;
    let note = |text: &str| Action::Note(words(text));
    let reply = |text: &str| Action::Reply(words(text));
    let table = [
        ("#refuser\nCe n'est pas pour nous.", vec![Action::Refuse(words("Ce n'est pas pour nous."))]),
        ("#reject Not ours.", vec![Action::Refuse(words("Not ours."))]),
        ("#reporter lundi", vec![until("2026-01-12T07:00:00Z")]),
        ("#wait 3d", vec![until("2026-01-08T07:00:00Z")]),
        ("#wait until monday\nToner ordered.", vec![note("Toner ordered."), until("2026-01-12T07:00:00Z")]),
        ("#attendre 3j toner commandé", vec![note("toner commandé"), until("2026-01-08T07:00:00Z")]),
        ("#reporter 15/10 #répondre\nJe reviens vers vous.", vec![reply("Je reviens vers vous."), until("2026-10-15T06:00:00Z")]),
        ("#reprendre", vec![Action::Recall]),
        ("#transférer logistique", vec![transfer("logistique", "", false)]),
        ("#move colis\nPour vous.", vec![note("Pour vous."), transfer("logistique", "colis", false)]),
        ("#transférer Logistique #suivre", vec![transfer("logistique", "", true)]),
        ("#transfer dsi/reseau", vec![transfer("dsi", "reseau", false)]),
        ("#transfer poste", vec![transfer("dsi", "poste", false)]),
        ("#fusionner #12", vec![merge(false, false)]),
        ("#merge 12 with all", vec![merge(false, true)]),
        ("#merge 12 !", vec![merge(true, false)]),
        ("#lier 12", vec![Action::Link { to: 12 }]),
        ("#séparer", vec![Action::Split { seq: None, into: 0 }]),
        ("#spam", vec![Action::Spam]),
        ("#suivre", vec![Action::Attend(Attention::Following)]),
        ("#mute", vec![Action::Attend(Attention::Muted)]),
        ("#annuler", vec![Action::Undo(None)]),
        ("#undo", vec![Action::Undo(None)]),
        ("#urgent", vec![set(Property::Urgency(Urgency::High))]),
        ("#prendre #urgent\nJ'arrive.", vec![Action::Take, set(Property::Urgency(Urgency::High)), reply("J'arrive.")]),
        ("#priorité basse", vec![set(Property::Urgency(Urgency::Low))]),
        ("#urgent la production est arrêtée", vec![set(Property::Urgency(Urgency::High)), reply("la production est arrêtée")]),
        ("#catégorie réseau", vec![set(Property::Category("reseau".into()))]),
        ("#category none", vec![set(Property::Category(String::new()))]),
        ("#titre Imprimante du 2e", vec![set(Property::Title("Imprimante du 2e".into()))]),
        ("#pour carol@cust.test", vec![set(Property::Beneficiary(Some(address("carol@cust.test"))))]),
        ("#for bob", vec![set(Property::Beneficiary(Some(address("bob@cust.test"))))]),
        ("#tél 01 23 45", vec![set(Property::Phone("01 23 45".into()))]),
        ("#matériel PC-12", vec![set(Property::Equipment("PC-12".into()))]),
        ("#retirer bob", vec![Action::Remove(address("bob@cust.test"))]),
        ("#réponse vpn", vec![Action::Canned { key: "vpn".into(), words: words("") }]),
        ("#canned VPN\nKarim", vec![Action::Canned { key: "vpn".into(), words: words("Karim") }]),
        ("#clore #réponse vpn", vec![Action::ProposeClosure(words("Redémarrez le VPN."))]),
        ("#canned vpn\n#close\nEt voilà.", vec![Action::ProposeClosure(words("Redémarrez le VPN.\n\nEt voilà."))]),
        ("#fusionner 12\nMême panne.", vec![note("Même panne."), merge(false, false)]),
    ];
    for (text, actions) in table {
        let understood = agent(text);
        assert_eq!(understood.actions, actions, "{text:?}: {:?}", understood.refused);
        assert!(!understood.held && understood.refused.is_empty(), "{text:?}");
    }
}

#[test]
fn d09_what_is_wrong_is_said_and_holds_everything() {
    let table = [
        ("#reporter hier", Why::NotADate { text: "hier".into() }),
        ("#wait", Why::NotADate { text: String::new() }),
        ("#wait 15/10/2025", Why::NotThen),
        ("#refuser", Why::TextMissing),
        (
            "#transférer compta",
            Why::NoSuchPlace {
                text: "compta".into(),
                known: ["Support DSI", "Réseau", "Poste de travail", "Logistique", "Colis", "Réseau de livraison"]
                    .map(String::from)
                    .to_vec(),
            },
        ),
        ("#transférer reseau", Why::WhichPlace { candidates: vec!["dsi/reseau".into(), "logistique/reseau".into()] }),
        ("#catégorie colis", Why::NoSuchPlace { text: "colis".into(), known: vec!["Réseau".into(), "Poste de travail".into()] }),
        ("#urgence extrême", Why::NotAValue { text: "extrême".into() }),
        ("#fusionner demain", Why::NoSuchTicket { text: "demain".into() }),
        ("#fusionner 12 peut-être", Why::Unexpected { text: "peut-etre".into() }),
        ("#réponse wifi", Why::NoSuchAnswer { text: "wifi".into(), known: vec!["vpn".into()] }),
        ("#undo #take", Why::Contradiction { with: "undo".into() }),
        ("#clore #attendre 3j\nFait.", Why::Contradiction { with: "close".into() }),
        ("#clore #transférer logistique\nFait.", Why::Contradiction { with: "close".into() }),
        ("#titre", Why::TextMissing),
        ("#retirer zoe", Why::NotAnAddress { text: "zoe".into() }),
        ("#absent bientôt", Why::NotADate { text: "bientôt".into() }),
        ("#liste n'importe quoi", Why::NotAValue { text: "n'importe quoi".into() }),
    ];
    for (text, why) in table {
        let understood = agent(text);
        assert!(understood.actions.is_empty() && understood.held, "{text:?}: {:?}", understood.actions);
        assert_eq!(understood.refused.first().map(|refused| &refused.why), Some(&why), "{text:?}");
    }
}

#[test]
fn questions_are_answered_also_when_the_rest_is_held() {
    use questions::{Listing, Question};
    let asked = |text: &str| agent(text).questions;
    assert_eq!(asked("#aide"), [Question::Help]);
    assert_eq!(asked("#status"), [Question::Status(None)]);
    assert_eq!(asked("#état #12"), [Question::Status(Some(12))]);
    assert_eq!(asked("#liste"), [Question::List(Listing::Mine)]);
    assert_eq!(asked("#list late\n#list free"), [Question::List(Listing::Late), Question::List(Listing::Free)]);
    assert_eq!(asked("#chercher imprimante deuxième"), [Question::Search("imprimante deuxième".into())]);
    assert_eq!(asked("#absent jusqu'à lundi"), [Question::Absent(Some("2026-01-12T07:00:00Z".parse().unwrap()))]);
    assert_eq!(asked("#absent non"), [Question::Absent(None)]);
    assert_eq!(asked("#langue anglais"), [Question::Language("en".into())]);
    let held = agent("#aide\n#clroe\nFait.");
    assert!(held.held && held.actions.is_empty() && held.questions == [Question::Help]);
    let alone = agent("#aide");
    assert!(!alone.was_commands && alone.actions.is_empty() && !alone.held, "a question alone leaves no comment and no receipt");
    assert_eq!(alice(&free(), "#status").questions, [Question::Status(None)]);
    assert_eq!(alice(&free(), "#liste").questions, [Question::List(Listing::Mine)], "one's own requests are everybody's");
    assert_eq!(alice(&free(), "#rapport").actions, [Action::Reply(words("#rapport"))], "reports are for agents");
}

#[test]
fn p21_p22_requesters_set_their_own_fields() {
    use crate::desk::{Attention, Property, Urgency};
    let one = |text: &str| alice(&free(), text).actions;
    assert_eq!(one("#tel 01 23"), [Action::Set(Property::Phone("01 23".into()))]);
    assert_eq!(one("#pour ben@cust.test"), [Action::Set(Property::Beneficiary(Some(address("ben@cust.test"))))]);
    assert_eq!(one("#muet"), [Action::Attend(Attention::Muted)]);
    assert_eq!(one("#urgent"), [Action::Set(Property::Urgency(Urgency::High))], "what it comes to, agents judge by the impact");
    assert_eq!(one("#annuler"), [Action::Cancel]);
}

#[test]
fn d09_ways_on_are_the_same_lines_put_right_and_never_let_a_note_out() {
    let ways = |text: &str| {
        let understood = agent(text);
        offers::offers(&understood, &understood.refused)
    };
    assert_eq!(ways("#clroe\nFait."), ["#clore", "#reply", "#note"]);
    assert_eq!(ways("#clroe"), ["#clore"]);
    assert_eq!(agent("#note\n\nBonjour\n#note\nle client ment\nà demain").actions.len(), 1, "a note in a note is one");
    assert_eq!(ways("#assigner marie"), ["#assigner m.leroy@desk.test", "#assigner m.petit@desk.test"]);
    assert_eq!(ways("#transférer reseau\nx"), ["#transferer dsi/reseau", "#transferer logistique/reseau", "#reply", "#note"]);
    assert_eq!(ways("#note\n#clroe\nle client ment"), ["#note\n#clore", "#note"]);
    assert_eq!(ways("Bonjour\n#note\nle client ment\nà demain"), ["#note"], "nobody knows where the note ends");
}
