//! Pages speak their reader's language.

use crate::desk::{Behind, texts};
use crate::stories::{opened, path};
use crate::world::{Mail, World};

#[test]
fn every_page_can_be_filled_in_every_language() {
    assert_eq!(texts().check().iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
}

#[tokio::test]
async fn the_language_is_the_persons_then_the_browsers() {
    let mut world = World::new();
    let text = "Hello, the printer on the second floor has been broken since this morning, could you please have a look at it?";
    world.receives(&Mail::new("john@cust.test").subject("Printer broken").text(text));
    let ack = world.letter_to_any("john@cust.test");
    let client = Behind::new(world).client();
    let page = client.ask("GET", &path(&ack.links[0]), &[("accept-language", "fr")]).await;
    assert!(page.has("<html lang=\"en\">") && page.has("Somebody will soon look after your request."), "{}", page.text());
    for (wanted, lang) in [("en-GB,en;q=0.9,fr;q=0.8", "en"), ("de,fr;q=0.5", "fr"), ("de", "fr"), ("", "fr")] {
        let lost = client.ask("GET", "/l/x", &[("accept-language", wanted)]).await;
        assert!(lost.has(&format!("<html lang=\"{lang}\">")), "{wanted}");
    }
}

/// Keys that are put together in the program, not named in a template.
#[test]
fn every_sentence_that_the_program_names_exists() {
    let texts = texts();
    let mut keys: Vec<String> = Vec::new();
    let mut all = |section: &str, words: &[&str]| keys.extend(words.iter().map(|word| format!("page.{section}.{word}")));
    all("error", &["reason_missing", "text_missing", "mark_missing", "too_large", "form_old"]);
    all("done", &["approve", "refuse_closure", "answer", "rate", "reply", "reopen", "cancel", "leave", "fresh_link", "already"]);
    all("waiting", &["free", "in_progress", "postponed", "approved", "expired", "cancelled", "refused", "merged"]);
    for request in ["waiting_for_information", "awaiting_approval"] {
        all("waiting", &[&format!("{request}_owner"), &format!("{request}_guest")]);
    }
    for settled in ["approved", "refused", "answered"] {
        all("over", &[&format!("{settled}_heading"), &format!("{settled}_you"), &format!("{settled}_other")]);
    }
    for over in ["superseded", "moved", "reopened", "expired", "gone"] {
        all("over", &[over, &format!("{over}_heading")]);
    }
    for message in ["home", "not_found", "purged", "forbidden", "malformed", "misdirected", "unavailable", "broken"] {
        all(message, &["heading", "text"]);
    }
    for page in ["closure", "answer", "rate", "ticket", "over"] {
        all(page, &["title"]);
    }
    for language in ["fr", "en"] {
        let missing: Vec<&String> = keys.iter().filter(|key| texts.words(language).get(key).is_none()).collect();
        assert!(missing.is_empty(), "{language}: {missing:?}");
    }
}

#[tokio::test]
async fn a_sites_own_template_with_a_fault_is_found_before_a_reader_finds_it() {
    use guichet::notifications::{TemplateFile, Templates};
    use guichet::web::Texts;
    let file = |path: &str, text: &str| TemplateFile { path: path.into(), bytes: text.as_bytes().to_vec() };
    let load = |file: TemplateFile| {
        let templates = std::sync::Arc::new(Templates::load(None).unwrap());
        Texts::load(templates, [&file])
    };
    let broken = load(file("layout/page/rate.html", "line 1\n{{#if x}}")).unwrap_err();
    assert!(broken[0].to_string().starts_with("layout/page/rate.html: line"), "{}", broken[0]);
    for (text, fault) in [("{{nothing}}", "rate.html"), ("{{say \"page.rate.nothing\"}}", "page.rate.nothing")] {
        let faults = load(file("layout/page/rate.html", text)).unwrap().check();
        assert!(faults.iter().any(|found| found.to_string().contains(fault)), "{faults:?}");
    }
    assert!(opened().desk.client().get("/").await.has("Support"));
}
