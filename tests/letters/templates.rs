//! Every text in every language, and the site's own texts over them.

use std::path::Path;

use guichet::desk::catalogue;
use guichet::mail::Auto;
use guichet::notifications::{MailKind, TemplateFault, TemplateFile, Templates};

use crate::desk::templates;
use crate::gallery::gallery;

fn file(path: &str, text: &str) -> TemplateFile {
    TemplateFile { path: path.into(), bytes: text.into() }
}

fn lines(faults: &[TemplateFault]) -> Vec<String> {
    faults.iter().map(TemplateFault::to_string).collect()
}

#[test]
fn every_mail_renders_in_every_language() {
    assert_eq!(lines(&templates().check()), [""; 0]);
    assert_eq!(templates().languages().collect::<Vec<_>>(), ["en", "fr"]);
    assert_eq!(templates().language(["pt", "FR-ca"]), "fr");
    assert_eq!(templates().language(["pt"]), "en");
}

#[test]
fn languages_have_the_same_sentences() {
    let (french, english) = (templates().words("fr"), templates().words("en"));
    assert_eq!(english.differences(french), [""; 0]);
    assert_eq!(french.differences(english), [""; 0]);
}

#[test]
fn every_stable_word_and_key_has_its_sentence() {
    let words = templates().words("fr");
    let verbs = catalogue::everything().map(|spec| spec.verb).flat_map(|verb| [format!("verb.{verb}"), format!("done.{verb}")]);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/notifications");
    let literal =
        regex::Regex::new(r#""((?:because|block|expect|fact|hello|mailto|marker|others|preview|refused|size|stop)\.[a-z_]+)""#).unwrap();
    let said = regex::Regex::new(r#"say\("([a-z_]+)", &\["#).unwrap();
    let mut keys: Vec<String> = verbs.collect();
    for entry in std::fs::read_dir(source).unwrap() {
        let code = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        keys.extend(literal.captures_iter(&code).map(|found| found[1].to_owned()));
        keys.extend(said.captures_iter(&code).map(|found| format!("refused.{}", &found[1])));
    }
    assert!(keys.len() > 70, "{keys:?}");
    let missing: Vec<&String> = keys.iter().filter(|key| words.get(key).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_site_may_replace_a_text_and_add_a_language() {
    let own = Templates::load([file("fr/mail/taken.txt", "Subject: {{subject}}\n\nC'est parti.\n")]).unwrap();
    assert_eq!(lines(&own.check()), [""; 0]);
    let taken = gallery().into_iter().find(|picture| picture.notice.kind == MailKind::Taken).unwrap();
    let reader = crate::desk::reader(&taken.notice.to, "fr");
    let written = crate::desk::write(&own, &taken.notice, &taken.desk.scene(), &reader, &mut crate::desk::Count::default()).unwrap();
    assert_eq!((written.mail.text.as_str(), written.mail.auto), ("C'est parti.\n", Auto::Generated));
    let german = lines(&Templates::load([file("de/mail/taken.txt", "Subject: {{subject}}\n\nLos.\n")]).unwrap_err());
    assert!(german.contains(&"de/mail/taken.html: is missing".to_owned()), "{german:?}");
    assert!(german.contains(&"de/words.toml: is missing".to_owned()), "{german:?}");
}

#[test]
fn broken_texts_are_found_before_any_mail_is_due() {
    let faults = |path: &str, text: &str| match Templates::load([file(path, text)]) {
        Ok(templates) => lines(&templates.check()),
        Err(faults) => lines(&faults),
    };
    for (path, text, expected) in [
        ("fr/mail/update.txt", "Subject: x\n\n{{#if words}}\noops", "fr/mail/update.txt: line 4: "),
        ("fr/mail/update.txt", "Subject: x\n\n\n{{nobody}}\n", "fr/mail/update.txt: line 4: "),
        ("en/mail/update.html", "{{#if owner}}\n{{nobody}}\n{{/if}}", "en/mail/update.html: line 2: "),
        ("en/mail/update.html", "{{> nothing}}", "en/mail/update.html: "),
        ("fr/mail/update.txt", "Hello\n", "fr/mail/update.txt: line 1: the text begins with `Subject: `"),
        ("fr/mail/updates.txt", "Subject: x\n", "fr/mail/updates.txt: no mail is written with this file"),
        ("layout/mail/top.html", "a\n{{#each}}", "layout/mail/top.html: line 2: "),
        ("layout/mail/end.txt", "{{nobody}}", "layout/mail/end.txt: line 1: "),
        ("fr/words.toml", "[because]\nguest = 'x {y}'\n[oops\n", "fr/words.toml: TOML parse error at line 3"),
        ("en/words.toml", "[hello]\nplain = 'Hi'\n", "en/words.toml: `because.guest` is missing"),
    ] {
        let found = faults(path, text);
        assert!(found.iter().any(|fault| fault.contains(expected)), "{path} {text:?}: {found:?}");
    }
    let latin = Templates::load([TemplateFile { path: "fr/mail/update.txt".into(), bytes: vec![b'S', 0xe9] }]).unwrap_err();
    assert_eq!(lines(&latin)[0], "fr/mail/update.txt: is no UTF-8");
}

#[test]
fn row68_mails_that_can_tell_more_show_facts_and_words() {
    for kind in MailKind::ALL.into_iter().filter(|kind| kind.tells_events()) {
        for path in ["en", "fr"]
            .into_iter()
            .flat_map(|language| ["txt", "html"].map(|end| format!("templates/{language}/mail/{}.{end}", kind.word())))
        {
            let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).unwrap();
            assert!(text.contains("{{> facts}}") && text.contains("{{> words}}"), "{path}");
        }
    }
}
