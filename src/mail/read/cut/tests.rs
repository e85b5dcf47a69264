//! What goes where, by small texts; whole mails are in `tests/reading/fixtures/reply`.

use super::super::lines::{join, plain};
use super::*;

fn cut(text: &str) -> Split {
    split(&plain(text), About::default())
}

#[test]
fn starters() {
    for quote in [
        "On Mon, 3 Mar 2025 at 10:12, Jean <jean@ville.test> wrote:\n> hello",
        "Le lun. 3 mars 2025 à 10:12, Jean Dupont\n<jean@ville.test> a écrit :\n\n> bonjour",
        "Le 3 mars 2025 à 10:12, Jean <jean@ville.test> a écrit\u{a0}:\n\nbonjour\nà vous",
        "-----Message d'origine-----\nDe : Jean\nbonjour",
        "________________________________\nDe : Jean Dupont <jean@ville.test>\nEnvoyé : lundi 3 mars 2025 10:12\nÀ : Support\nObjet : imprimante\n\nbonjour",
        "From: Jean\nSent: Monday\nTo: Support\nSubject: printer\n\nhello",
        "*De :* Jean\n*Envoyé :* lundi\n*À :* Support\n*Objet :* imprimante\n\nbonjour",
        "De : Jean Envoyé : lundi 3 mars À : Support Objet : imprimante\nbonjour",
        "Am 03.03.2025 um 10:12 schrieb Jean:\n> hallo",
        "El lun, 3 mar 2025 a las 10:12, Jean (<jean@ville.test>) escribió:\n> hola",
        "2013/8/5 Foo Bar <foo@bar.test>\n> hi",
        "---------- Forwarded message ---------\nFrom: a\n\nhello",
    ] {
        let parts = cut(&format!("New words\n\n{quote}"));
        assert_eq!((parts.reply.as_str(), parts.quoted.as_str()), ("New words", quote), "{quote}");
    }
}

#[test]
fn c24_nothing_is_ever_cut_to_nothing() {
    for text in [
        "> all quoted",
        "On 3 March Jean wrote:\n> hi",
        "-- \nJean",
        "Sent from my iPhone",
        "From: a\nSent: b\nTo: c\nSubject: d\n\nbody",
        "---------- Forwarded message ---------\nFrom: a\n\nhello",
    ] {
        let parts = cut(text);
        assert!(!parts.reply.is_empty() && parts.said.is_empty(), "{text:?} {parts:?}");
    }
}

#[test]
fn g08_answers_below_a_quotation_stay_alone() {
    for text in [
        "On 3 March 2025 at 10:12, Jean wrote:\n> one?\n> two?\n\nYes and no.",
        "Yes and no.\n\nOn 3 March 2025 at 10:12, Jean wrote:\n> one?",
    ] {
        assert_eq!(cut(text).reply, "Yes and no.", "{text}");
    }
    let wrapped = cut("Hello\n\nOn 3 March 2025 at 10:12, Jean wrote:\n> one?\n\nRegards from me to you all");
    assert_eq!(wrapped.reply, "Hello\n\nRegards from me to you all");
}

#[test]
fn g08_answers_between_are_shown_below_their_questions() {
    let parts = cut("On 3 March 2025 Jean wrote:\n> one?\nYes.\n> two?\nNo.\n> bye\n-- \nMe");
    assert_eq!(parts.reply, "> one?\nYes.\n> two?\nNo.");
    assert_eq!((parts.said.as_str(), parts.signature.as_str()), ("Yes.\n\nNo.", "-- \nMe"));
    assert_eq!(parts.quoted, "On 3 March 2025 Jean wrote:\n\n> bye");
    let kinds: Vec<PartKind> = parts.parts.iter().map(|part| part.kind).collect();
    use PartKind::{New, Question, Quoted, Signature};
    assert_eq!(kinds, [Quoted, Question, New, Question, New, Quoted, Signature]);
}

#[test]
fn g08_a_phrase_quoted_by_hand_is_shown() {
    let parts = cut("> Error 42\nWhat does it mean?");
    assert_eq!((parts.reply.as_str(), parts.said.as_str()), ("> Error 42\nWhat does it mean?", "What does it mean?"));
}

#[test]
fn g08_answers_announced_inside_an_unmarked_quotation_are_shown() {
    let text = "Bonjour, mes réponses ci-dessous en rouge.\n\nDe : Jean\nEnvoyé : lundi\nÀ : Support\nObjet : x\n\nQuel modèle ? LX-200";
    let parts = cut(text);
    assert!(parts.reply.contains("LX-200") && !parts.said.contains("LX-200"), "{parts:?}");
}

#[test]
fn words_that_only_look_like_it() {
    for text in [
        "On Monday I wrote: it is broken.\nStill so",
        "Le lundi 3 mars il a écrit une note.\nEt alors",
        "Date : 3 mars\nObjet : panne\nSalle : 12",
        "We said -- well -- nothing",
        "From: the beginning it failed",
        "Code:\n\n```\n####\nx\n####\n```\nEnd",
        "One\n\n----- Enter Feedback Below -----\n\nAll is well here, thank you for asking me.",
    ] {
        assert_eq!(cut(text).said, text);
    }
}

#[test]
fn signatures() {
    for (signature, farewell, text) in [
        ("-- \nJean\n+33 1", "", "Bonjour\n-- \nJean\n+33 1\n\nLe 3 mars 2025, Marc <m@x.test> a écrit :\n> x"),
        ("Envoyé de mon iPhone", "", "Bonjour\n\nEnvoyé de mon iPhone\n\n> x"),
        (
            "Direction\n01 23 45 67 89",
            "\n\nCordialement,\n\nJean Dupont",
            "Bonjour\n\nCordialement,\n\nJean Dupont\nDirection\n01 23 45 67 89",
        ),
        ("", "\n\nKind regards\nJean", "Bonjour\n\nKind regards\nJean\n\nFrom: a\nSent: b\nTo: c\nSubject: d\n\nbody"),
        ("/Jean", "", "Bonjour\n\n/Jean"),
        ("-----------\nJean Dupont\n01 23 45 67 89", "", "Bonjour\n\n-----------\nJean Dupont\n01 23 45 67 89"),
    ] {
        let parts = cut(text);
        assert_eq!(
            (parts.reply, parts.signature.as_str(), parts.said.as_str()),
            (format!("Bonjour{farewell}"), signature, "Bonjour"),
            "{text}"
        );
    }
}

#[test]
fn a_card_below_the_authors_own_name() {
    let about = About { author: Some("Jean Dupont"), forward: false };
    let parts = split(&plain("Bonjour à vous\n\nDUPONT Jean\nService technique\n01 23 45 67 89"), about);
    assert_eq!((parts.reply.as_str(), parts.signature.as_str()), ("Bonjour à vous\n\nDUPONT Jean", "Service technique\n01 23 45 67 89"));
}

#[test]
fn what_machines_added() {
    let text = "ATTENTION : ce message provient de l'extérieur.\n\nBonjour\n\nCe message et toutes les pièces jointes sont confidentiels et établis pour eux.\nSans garantie.";
    let parts = cut(text);
    assert_eq!(parts.reply, "Bonjour");
    assert_eq!(parts.parts.iter().filter(|part| part.kind == PartKind::Footer).count(), 2);
    let list = cut("Hello\n\n_______________________________________________\nfolk mailing list\nfolk@lists.x.test");
    assert_eq!(list.reply, "Hello");
}

#[test]
fn forwards_are_told_from_quotes() {
    let kind = |text: &str, forward: bool| split(&plain(text), About { author: None, forward }).parts.last().map(|part| part.kind);
    assert_eq!(kind("FYI\n\n---------- Forwarded message ---------\nFrom: a\n\nhello", false), Some(PartKind::Forwarded));
    let outlook = "FYI\n\nFrom: a\nSent: b\nTo: c\nSubject: d\n\nbody";
    assert_eq!((kind(outlook, true), kind(outlook, false)), (Some(PartKind::Forwarded), Some(PartKind::Quoted)));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn g08_the_parts_joined_are_the_text(lines in proptest::collection::vec(0..PIECES.len(), 0..30)) {
        let text = lines.into_iter().map(|at| PIECES[at]).collect::<Vec<_>>().join("\n");
        let lines = plain(&text);
        let split = split(&lines, About { author: Some("Jean Dupont"), forward: false });
        proptest::prop_assert_eq!(split.parts.iter().map(|part| part.text.as_str()).collect::<String>(), text.clone());
        proptest::prop_assert_eq!(join(&lines), text.clone());
        proptest::prop_assert!(text.trim().is_empty() || !split.reply.is_empty());
        proptest::prop_assert!(split.parts.windows(2).all(|pair| pair[0].kind != pair[1].kind));
    }
}

/// Lines that mean something, in any order.
const PIECES: &[&str] = &[
    "",
    "",
    "Hello there",
    "> quoted",
    ">> deeper",
    "On 3 March 2025 at 10:12, Jean <j@x.test> wrote:",
    "-- ",
    "Jean Dupont",
    "01 23 45 67 89",
    "Best regards,",
    "Sent from my iPhone",
    "From: a@x.test",
    "Sent: 3 March 2025",
    "To: b",
    "Subject: c",
    "-----Original Message-----",
    "---------- Forwarded message ---------",
    "________________________________",
    "This email and any attachments are confidential and so on and on.",
    "Yes On Wed, Apr 4, 2012 at 3:59 PM, me@x.test wrote:",
    "<",
    "> wrote:",
    "JD> old",
    "/Jean",
    "Merci",
    "见下",
    "[EXTERNAL] caution",
];
