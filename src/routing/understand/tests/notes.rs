//! Notes stay inside, whatever stands around them.

use super::*;

const NOTES: [&str; 5] = ["#note", "#Note.", "- #privé", "＃ note :", "#note le client ment"];
const NOTE_LINES: [&str; 18] = [
    "#refuser",
    "#canned vpn",
    "#wait 3d",
    "#transférer logistique",
    "#urgent",
    "#fusionner 12",
    "le client ment",
    "",
    "#clore",
    "#ask",
    "#prendre",
    "#rouvrir",
    "#libérer",
    "#assign zoe",
    "#reply",
    "#invite a@x.org",
    "#prendre svp",
    "#banane",
];

#[test]
fn p3_a_note_never_becomes_public() {
    let secret = "le client ment";
    for text in [
        "#note\nle client ment",
        "le client ment\n#note",
        "#note le client ment",
        "#note: le client ment",
        "#note:le client ment",
        "# note\nle client ment",
        "＃Note\u{a0}: le client ment",
        "#note voir #12 le client ment",
        "#prendre #note\nle client ment",
        "#note\n#clore\nle client ment",
        "#clore\n#note le client ment",
        "#note\n#ask le client ment ?\nle client ment",
        "#note\n#rouvrir\nle client ment",
        "#nite\nle client ment",
        "#notes le client ment",
        "Bonjour,\n#note\nle client ment",
        "Bonjour,\n- #privé : le client ment\nVoilà.",
        "#bananes #note\nle client ment",
        "#reply #note\nle client ment",
        "#libérer le client ment",
    ] {
        for action in agent(text).actions {
            let leaked = match action {
                Action::Reply(words) | Action::Reopen(words) | Action::ProposeClosure(words) => words.text.contains(secret),
                Action::Ask(words) => words.text != "le client ment ?",
                _ => false,
            };
            assert!(!leaked, "{text:?}");
        }
    }
    let internal = read("karim@desk.test", &free(), "le client ment", |asked| asked.internal = true);
    assert_eq!(internal.actions, [Action::Note(words(secret))]);
    let forced = read("karim@desk.test", &free(), "#répondre\nBonjour", |asked| asked.internal = true);
    assert_eq!(forced.actions, [Action::Reply(words("Bonjour"))]);
}

#[test]
fn p3_files_of_a_note_stay_with_the_note() {
    let file =
        Attached { part: 2, name: "contrat.pdf".into(), content_type: "application/pdf".into(), size: 1, content_id: None, span: None };
    let source = Some(Source { instance: 1, message_id: None, attachments: vec![file] });
    let understood = read("karim@desk.test", &free(), "#clore Fait.\n#note\nVoir le contrat.", |asked| asked.words.source = source);
    let files = |words: &Words| words.source.as_ref().map(|source| source.attachments.len());
    let [Action::ProposeClosure(solution), Action::Note(note)] = &understood.actions[..] else { panic!("{understood:?}") };
    assert_eq!((files(solution), files(note)), (Some(0), Some(1)));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn inv_wherever_a_note_is_asked_for_nothing_is_said_in_public(
        lines in proptest::collection::vec(0..NOTE_LINES.len(), 0..7),
        at in 0..7usize,
        note in 0..NOTES.len(),
    ) {
        let mut lines: Vec<&str> = lines.into_iter().map(|line| NOTE_LINES[line]).collect();
        lines.insert(at.min(lines.len()), NOTES[note]);
        for action in agent(&lines.join("\n")).actions {
            if let Action::Reply(words) | Action::Reopen(words) | Action::ProposeClosure(words) | Action::Ask(words) | Action::Refuse(words) | Action::Canned { words, .. } = action {
                proptest::prop_assert!(!words.text.contains("le client ment"), "{:?}", lines);
            }
        }
    }
}
