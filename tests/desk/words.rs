//! The catalogue, as people read it: each language has a label and a help for each action, and the manual is made of them.

use std::fs;
use std::path::Path;

use guichet::desk::catalogue::everything;
use guichet::desk::{Input, Spec};

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
        for Spec { verb, words, .. } in everything() {
            assert!(labels.get(*verb).and_then(toml::Value::as_str).is_some_and(|label| !label.is_empty()), "{language}: {verb}");
            assert_eq!(helps.contains_key(*verb), !words.is_empty(), "{language}: {verb}");
            assert!(words.is_empty() || words.iter().any(|(spoken, words)| *spoken == language && !words.is_empty()), "{language}: {verb}");
        }
        assert_eq!(helps.len(), everything().filter(|spec| !spec.words.is_empty()).count());
    }
}

fn table(language: &str) -> String {
    let (helps, spelt) = (sentences(language, "help"), sentences(language, "spelt"));
    let row = |spec: &Spec| {
        let mut sorted: Vec<_> = spec.words.to_vec();
        sorted.sort_by_key(|(spoken, _)| *spoken != language);
        let mut words: Vec<String> = Vec::new();
        for word in sorted.iter().flat_map(|(_, words)| words.iter()).map(|word| format!("`#{word}`")) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        let taught = spelt.get(words[0].trim_matches(['`', '#'])).and_then(toml::Value::as_str);
        let first = taught.map_or_else(|| words[0].clone(), |word| format!("`#{word}`"));
        format!("| {first} | {} | {} |\n", helps[spec.verb].as_str().unwrap(), words[1..].join(" "))
    };
    let rows: String = everything().filter(|spec| !spec.words.is_empty()).map(row).collect();
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

#[test]
fn p1_p25_every_form_field_and_choice_has_its_label_and_no_other_has() {
    for language in ["fr", "en"] {
        let (labels, choices) = (sentences(language, "field"), sentences(language, "choice"));
        let fields: Vec<_> = everything().flat_map(|spec| spec.form.unwrap_or_default()).collect();
        for field in &fields {
            assert!(labels.get(field.name).and_then(toml::Value::as_str).is_some_and(|label| !label.is_empty()), "{}", field.name);
            if let Input::Choice(words) = field.input {
                let known = choices[field.name].as_table().unwrap();
                assert!(words.iter().all(|word| known.contains_key(*word)) && known.len() == words.len(), "{}", field.name);
            }
        }
        assert!(labels.keys().all(|label| fields.iter().any(|field| field.name == label)), "{language}");
    }
}

#[test]
fn p1_p25_everything_that_happens_has_its_words() {
    for language in ["fr", "en"] {
        let (facts, acts) = (sentences(language, "fact"), sentences(language, "act"));
        let source = file("src/desk/what.rs");
        let (_, word) = source.split_once("pub fn word(&self)").unwrap();
        let words: Vec<&str> =
            word.split('"').skip(1).step_by(2).filter(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')).collect();
        assert!(words.len() > 30, "{words:?}");
        for word in words {
            assert!(acts.contains_key(word), "{language}: {word}");
            let said_by_its_words = ["opened", "replied", "unverified", "noted", "filed", "changed", "attended", "alerted"].contains(&word);
            assert!(said_by_its_words || facts.contains_key(word), "{language}: {word}");
        }
    }
}

/// The sources of the stories, folded: `#libérer` counts as `#liberer`.
fn stories() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/world");
    let sources = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    guichet::mail::commands::fold(&sources.map(|path| fs::read_to_string(path).unwrap()).collect::<String>())
}

#[test]
fn p1_p25_each_action_has_a_story_by_mail_and_one_by_page() {
    let stories = stories();
    let told = |pattern: &str| regex::Regex::new(pattern).unwrap().is_match(&stories);
    for spec in everything() {
        let words = spec.words.iter().flat_map(|(_, words)| words.iter());
        let by_mail = spec.words.is_empty() || words.map(|word| format!(r"#{}\b", regex::escape(word))).any(|pattern| told(&pattern));
        assert!(by_mail, "no story writes {}", spec.verb);
        // A page's form comes to the gateway as `act`; what links and requesters decide has buttons of its own.
        let button = ["approve", "refuse_closure", "answer", "rate", "reopen", "cancel", "leave"].contains(&spec.verb);
        let by_page = spec.form.is_none() || button || told(&format!(r#"acts?(_on)?\([^;]{{0,90}}"{}""#, spec.verb));
        assert!(by_page, "no story presses {}", spec.verb);
    }
    for button in ["approve", "refuseclosure", "answer", "rate"] {
        assert!(told(&format!(r"button::{button}\b")), "no story presses {button}");
    }
}

/// Everything that mails and pages say in a language, as one text.
fn said(language: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("templates/{language}/mail"));
    let mails = fs::read_dir(folder).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    mails
        .chain([file(&format!("templates/{language}/words.toml"))])
        .flat_map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn the_guides_speak_in_the_words_of_mails_and_pages() {
    // What people themselves say, or their own programs do.
    let theirs = ["Répondre à tous", "Transférer", "oui", "yes"];
    let fold = guichet::mail::commands::fold;
    let word = regex::Regex::new(r"`#([^\d`\s][^`\s]*)|^    #([^\d\s]\S*)").unwrap();
    for (guide, language, quotes) in
        [("demandeur", "fr", ['«', '»']), ("requester", "en", ['“', '”']), ("gestionnaire", "fr", ['«', '»']), ("agent", "en", ['“', '”'])]
    {
        let (text, said) = (file(&format!("docs/guide-{guide}.md")), said(language));
        let quoted = text.split(quotes[0]).skip(1).filter_map(|rest| rest.split_once(quotes[1])).map(|(quoted, _)| quoted);
        for quoted in quoted.map(|quoted| quoted.split_whitespace().collect::<Vec<_>>().join(" ")) {
            let plain = quoted.split(" : #").next().unwrap().split(": #").next().unwrap();
            assert!(theirs.contains(&plain) || said.contains(plain), "{guide}: {quoted}");
        }
        for found in text.lines().flat_map(|line| word.captures_iter(line)) {
            let word = found.get(1).or(found.get(2)).unwrap().as_str();
            let known = ["mot", "word"].contains(&word) || guichet::desk::catalogue::find(&fold(word)).is_some();
            assert!(known, "{guide}: #{word}");
        }
    }
}
