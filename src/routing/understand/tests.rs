//! What mails ask for, as they are written.

mod language;
mod notes;
mod people;

use super::*;
use crate::desk::{Actor, Attached, Door, Opening, Policy, Rules, Source, Urgency, decide_all};
use jiff::Timestamp;

const ORGANISATION: &str = r#"
answer = [{ key = "vpn", title = "Le VPN", text = "Redémarrez le VPN." }]
[[service]]
key = "dsi"
name = "Support DSI"
category = [{ key = "reseau", name = "Réseau" }, { key = "poste", name = "Poste de travail" }]
[[service]]
key = "logistique"
name = "Logistique"
category = [{ key = "colis", name = "Colis" }, { key = "reseau", name = "Réseau de livraison" }]
[[agent]]
address = "karim@desk.test"
name = "Karim Benali"
member = [{ service = "dsi" }]
[[agent]]
address = "m.leroy@desk.test"
name = "Marie Leroy"
member = [{ service = "dsi" }]
[[agent]]
address = "m.petit@desk.test"
name = "Marie-Anne Petit"
member = [{ service = "dsi" }]
[[agent]]
address = "zoe@desk.test"
name = "Zoé Durand"
member = [{ service = "dsi" }]
[[agent]]
address = "jo@desk.test"
name = "Jo Martin"
member = [{ service = "logistique" }]
"#;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn words(text: &str) -> Words {
    Words { text: text.into(), ..Words::default() }
}

fn organisation() -> Organisation {
    toml::from_str(ORGANISATION).unwrap()
}

fn ticket(acts: Vec<(&str, Action)>) -> Ticket {
    let opening = Opening {
        id: 1,
        title: "t".into(),
        service: "dsi".into(),
        category: String::new(),
        requester: address("alice@cust.test"),
        beneficiary: None,
        guests: vec![address("bob@cust.test")],
        language: "fr".into(),
        urgency: Urgency::Medium,
        words: words("x"),
        related: None,
        late: false,
        told: Default::default(),
    };
    let mut ticket = None;
    for (who, action) in [("alice@cust.test", Action::Open(Box::new(opening)))].into_iter().chain(acts) {
        let actor = Actor::person(address(who), None, Door::Mail, Level::Proven);
        let rules = Rules { organisation: &organisation(), policy: &Policy::default() };
        ticket = decide_all(ticket.as_ref(), vec![action], &actor, rules, Timestamp::UNIX_EPOCH).ticket;
    }
    ticket.unwrap()
}

fn free() -> Ticket {
    ticket(vec![])
}

fn proposed() -> Ticket {
    ticket(vec![("karim@desk.test", Action::ProposeClosure(words("Fait.")))])
}

fn closed() -> Ticket {
    ticket(vec![("karim@desk.test", Action::ProposeClosure(words("Fait."))), ("alice@cust.test", Action::Approve(1))])
}

/// Reads a mail of that person, in their role, with what `change` makes of the circumstances.
fn read(who: &str, ticket: &Ticket, text: &str, change: impl FnOnce(&mut Asked<'_>)) -> Understood {
    let author = address(who);
    let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
    let organisation = organisation();
    let role = match () {
        () if organisation.membership(&author, "dsi").is_some() => Role::Agent,
        () if ticket.is_owner(&author) => Role::Owner,
        () if ticket.guest(&author).is_some() => Role::Guest,
        () => Role::Stranger,
    };
    let (words, shown, level, internal, automatic) = (words(text), text.to_owned(), Level::Proven, false, false);
    let mut asked = Asked {
        words,
        shown,
        role,
        level,
        author,
        ticket,
        organisation: &organisation,
        internal,
        automatic,
        at: Moment { now: Timestamp::from_second(1_767_600_000).unwrap(), zone: &zone },
        doubt: None,
    };
    change(&mut asked);
    understand(&asked)
}

fn agent(text: &str) -> Understood {
    read("karim@desk.test", &free(), text, |_| {})
}

fn alice(ticket: &Ticket, text: &str) -> Understood {
    read("alice@cust.test", ticket, text, |_| {})
}

#[test]
fn p4_p9_what_agents_write_is_what_they_mean() {
    let table = [
        ("Bonjour, je regarde.", vec![Action::Reply(words("Bonjour, je regarde."))]),
        ("#prendre", vec![Action::Take]),
        ("# Take.", vec![Action::Take]),
        ("#prendre\n\nBonjour, je regarde.", vec![Action::Take, Action::Reply(words("Bonjour, je regarde."))]),
        ("Je regarde.\n\n* #jeprends*", vec![Action::Take, Action::Reply(words("Je regarde."))]),
        ("#take please", vec![Action::Take]),
        ("#clore\nToner changé.", vec![Action::ProposeClosure(words("Toner changé."))]),
        ("#close Toner changé.", vec![Action::ProposeClosure(words("Toner changé."))]),
        ("Toner changé.\n#RÉSOLU", vec![Action::ProposeClosure(words("Toner changé."))]),
        ("#close please\nToner changé.", vec![Action::ProposeClosure(words("Toner changé."))]),
        ("#prendre #clore\nToner changé.", vec![Action::Take, Action::ProposeClosure(words("Toner changé."))]),
        ("#ask\nQuel étage ?", vec![Action::Ask(words("Quel étage ?"))]),
        ("#note\nContrat expiré.", vec![Action::Note(words("Contrat expiré."))]),
        ("#note : voir #123", vec![Action::Note(words("voir #123"))]),
        ("Contrat expiré.\n#interne", vec![Action::Note(words("Contrat expiré."))]),
        ("#prendre\n#note\nContrat expiré.", vec![Action::Take, Action::Note(words("Contrat expiré."))]),
        ("#libérer\nJe pars.", vec![Action::Release, Action::Note(words("Je pars."))]),
        ("#libérer #répondre\nJe pars.", vec![Action::Release, Action::Reply(words("Je pars."))]),
        ("#assigner zoé\nPeux-tu voir ?", vec![Action::Assign(address("zoe@desk.test")), Action::Note(words("Peux-tu voir ?"))]),
        ("#rouvrir Ça recommence", vec![Action::Reopen(words("Ça recommence"))]),
        (
            "#inviter a@x.org, Bob <b@x.org>\nVenez.",
            vec![Action::Invite(vec![address("a@x.org"), address("b@x.org")]), Action::Reply(words("Venez."))],
        ),
        (
            "#note Entre nous. \n#clore Toner changé.",
            vec![Action::ProposeClosure(words("Toner changé.")), Action::Note(words("Entre nous."))],
        ),
        ("#rouvrir\n#ask\nEncore ?", vec![Action::Reopen(words("")), Action::Ask(words("Encore ?"))]),
        ("#take\n#take", vec![Action::Take]),
        ("# Point du jour\n\nTout va bien.", vec![Action::Reply(words("# Point du jour\n\nTout va bien."))]),
        ("voir #123 et #clore plus tard", vec![Action::Reply(words("voir #123 et #clore plus tard"))]),
        ("Bonjour\n#clore\nou pas", vec![Action::Reply(words("Bonjour\n#clore\nou pas"))]),
        ("> #clore\n\nVu.", vec![Action::Reply(words("> #clore\n\nVu."))]),
    ];
    for (text, actions) in table {
        let understood = agent(text);
        assert_eq!(understood.actions, actions, "{text:?}: {:?}", understood.refused);
        assert!(!understood.held && understood.refused.is_empty(), "{text:?}");
    }
}

#[test]
fn d09_whole_mail_or_nothing() {
    let near = |word: &str, near: &[&str]| Why::UnknownCommand { word: word.into(), near: near.iter().map(|n| (*n).into()).collect() };
    let against = |with: &str| Why::Contradiction { with: with.into() };
    let table = [
        ("#clsoe\nFait.", near("clsoe", &["close"])),
        ("#clroe", near("clroe", &["clore"])),
        ("#bananes\nFait.", near("bananes", &[])),
        ("#prendre\n#bananes\nFait.", near("bananes", &[])),
        ("#assign", Why::NotAnAgent { who: String::new() }),
        ("#assign jo", Why::NotAnAgent { who: "jo".into() }),
        ("#close please", Why::TextMissing),
        ("#close", Why::TextMissing),
        ("#ask\n\n", Why::TextMissing),
        ("#note", Why::TextMissing),
        ("#close\n#ask\nAlors ?", against("close")),
        ("#take #release\nx", against("take")),
        ("#assign zoe\n#assign karim", against("assign")),
        ("#note #reply\nx", against("note")),
        ("#libérer\n#clore\nx", against("release")),
        ("#prendre le client est pénible", Why::Unexpected { text: "le client est pénible".into() }),
        ("#invite personne", Why::NotAnAddress { text: "personne".into() }),
        ("#cancel", Why::NotAllowed),
    ];
    for (text, why) in table {
        let understood = agent(text);
        assert!(understood.actions.is_empty() && understood.held && understood.was_commands, "{text:?}: {:?}", understood.actions);
        assert_eq!(understood.refused.first().map(|refused| &refused.why), Some(&why), "{text:?}");
    }
}

#[test]
fn p7_one_agent_is_meant_or_none() {
    let assigned = |who: &str| agent(&format!("#assign {who}"));
    for (written, who) in [
        ("marie leroy", "m.leroy"),
        ("Leroy", "m.leroy"),
        ("ler", "m.leroy"),
        ("m.petit", "m.petit"),
        ("Petit.", "m.petit"),
        ("ZOE", "zoe"),
        ("zoé@desk.test", "zoe"),
        ("Zoé Durand <zoe@desk.test>", "zoe"),
        ("zoe@desk.test<mailto:zoe@desk.test>", "zoe"),
        ("@karim", "karim"),
        ("moi", "karim"),
        ("me", "karim"),
    ] {
        assert_eq!(assigned(written).actions, [Action::Assign(address(&format!("{who}@desk.test")))], "{written}");
    }
    let both = Why::Ambiguous { candidates: vec![address("m.leroy@desk.test"), address("m.petit@desk.test")] };
    for written in ["marie", "mar", "m"] {
        assert_eq!(assigned(written).refused[0].why, both, "{written}");
    }
    for nobody in ["nadia", "jo@desk.test", "desk.test"] {
        assert_eq!(assigned(nobody).refused[0].why, Why::NotAnAgent { who: nobody.into() });
    }
}

#[test]
fn d13_commands_alone_make_no_comment() {
    assert_eq!(agent("#prendre\n\n").actions, [Action::Take]);
    let logo =
        Attached { part: 2, name: "logo.png".into(), content_type: "image/png".into(), size: 1, content_id: Some("l".into()), span: None };
    let source = Some(Source { instance: 1, message_id: None, attachments: vec![logo] });
    assert_eq!(read("karim@desk.test", &free(), "#prendre", |asked| asked.words.source = source).actions, [Action::Take]);
}

#[test]
fn to_take_what_one_has_holds_nothing_back() {
    let mine = ticket(vec![("karim@desk.test", Action::Take)]);
    let read = |text: &str| read("karim@desk.test", &mine, text, |_| {}).actions;
    assert_eq!(read("#prendre\nJe regarde."), [Action::Reply(words("Je regarde."))]);
    assert_eq!(read("#prendre"), [Action::Take], "alone, the desk says that he has it");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn inv_a_mail_without_commands_is_said_whole(text in "[a-zé #\n.*-]{0,60}") {
        let understood = alice(&free(), &text);
        if let [Action::Reply(words)] = &understood.actions[..] && !understood.was_commands {
            proptest::prop_assert_eq!(&words.text, &text);
        } else {
            proptest::prop_assert!(understood.was_commands && !understood.held);
        }
    }
}
