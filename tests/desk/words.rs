//! The catalogue, as people read it: each language has a label and a help for each action, and the manual is made of them.

use std::fs;
use std::path::Path;

use guichet::desk::{CATALOGUE, Spec};

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn sentences(language: &str, section: &str) -> toml::Table {
    let words: toml::Table = file(&format!("templates/{language}/words.toml")).parse().unwrap();
    words[section].as_table().unwrap().clone()
}

#[test]
fn every_action_has_a_label_and_every_command_a_help() {
    for language in ["fr", "en"] {
        let (labels, helps) = (sentences(language, "verb"), sentences(language, "help"));
        for Spec { verb, words, .. } in CATALOGUE {
            assert!(labels.get(*verb).and_then(toml::Value::as_str).is_some_and(|label| !label.is_empty()), "{language}: {verb}");
            assert_eq!(helps.contains_key(*verb), !words.is_empty(), "{language}: {verb}");
            assert!(words.is_empty() || words.iter().any(|(spoken, _)| *spoken == language), "{language}: {verb}");
        }
        assert_eq!(helps.len(), CATALOGUE.iter().filter(|spec| !spec.words.is_empty()).count());
    }
}

fn table(language: &str) -> String {
    let helps = sentences(language, "help");
    let row = |spec: &Spec| {
        let mut sorted: Vec<_> = spec.words.to_vec();
        sorted.sort_by_key(|(spoken, _)| *spoken != language);
        let mut words: Vec<String> = Vec::new();
        for word in sorted.iter().flat_map(|(_, words)| words.iter()).map(|word| format!("`#{word}`")) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        format!("| {} | {} | {} |\n", words[0], helps[spec.verb].as_str().unwrap(), words[1..].join(" "))
    };
    let rows: String = CATALOGUE.iter().filter(|spec| !spec.words.is_empty()).map(row).collect();
    let head = if language == "fr" { "| écrire | ce qui se passe | ou bien |" } else { "| write | what happens | or |" };
    format!("{head}\n|---|---|---|\n{rows}")
}

/// `GUICHET_WRITE_DOCS=1 cargo test --test desk` writes the tables anew.
#[test]
fn the_manual_shows_the_catalogue() {
    let mut manual = file("docs/commands.md");
    for language in ["fr", "en"] {
        let begin = manual.find(&format!("<!-- commands {language} -->\n")).unwrap() + format!("<!-- commands {language} -->\n").len();
        let end = begin + manual[begin..].find("<!-- end -->").unwrap();
        manual.replace_range(begin..end, &table(language));
    }
    if std::env::var_os("GUICHET_WRITE_DOCS").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md"), &manual).unwrap();
    }
    assert_eq!(file("docs/commands.md"), manual, "write it anew with GUICHET_WRITE_DOCS=1");
}
