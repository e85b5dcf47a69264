//! Prepared answers that an agent keeps for themselves: one form for all of them, with a row for a new one.

use axum::extract::{Extension, Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::inside::Inside;
use super::preferences::posted;
use crate::desk::canned::VARIABLES;
use crate::desk::{Canned, Preferences};
use crate::mail::commands::fold;
use crate::notifications::Words;
use crate::web::desk::{Desk, Web};
use crate::web::fields::Fields;
use crate::web::links::{prefix, unavailable};
use crate::web::pages::{FieldView, FormPage, Notice};
use crate::web::sign_in::see_other;
use crate::web::visitor::Visitor;

/// Answers that somebody may keep.
const ANSWERS_MAX: usize = 30;
/// Characters of an answer.
const TEXT_MAX: usize = 5000;
/// Characters of a key.
const KEY_MAX: usize = 40;

/// The rows of the form: keys and texts.
pub struct Typed(Vec<(String, String)>);

impl Typed {
    /// As they are kept.
    pub fn of(answers: &[Canned]) -> Typed {
        Typed(answers.iter().map(|canned| (canned.key.clone(), canned.text.clone())).collect())
    }

    /// As they were filled in; rows that were emptied are gone.
    fn read(fields: &Fields) -> Typed {
        let row = |n: usize| {
            let key: String = fold(&fields.text(&format!("key-{n}"))).chars().take(KEY_MAX).collect();
            let text: String = fields.text(&format!("text-{n}")).chars().take(TEXT_MAX).collect();
            (key.trim_start_matches('#').to_owned(), text)
        };
        Typed((0..ANSWERS_MAX).map(row).filter(|(key, text)| !key.is_empty() || !text.is_empty()).collect())
    }

    /// The answers, or the stable word of what is wrong and with what.
    fn answers(&self) -> Result<Vec<Canned>, (&'static str, String)> {
        let mut answers: Vec<Canned> = Vec::new();
        for (key, text) in &self.0 {
            let word = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
            let canned = Canned { key: key.clone(), title: title(key, text), service: None, text: text.clone() };
            match canned.unknown() {
                _ if !word => return Err(("answer_key", key.clone())),
                _ if text.is_empty() => return Err(("answer_text", key.clone())),
                _ if answers.iter().any(|other| other.key == *key) => return Err(("answer_twice", key.clone())),
                Some(name) => return Err(("answer_variable", format!("{{{{{name}}}}}"))),
                None => answers.push(canned),
            }
        }
        Ok(answers)
    }
}

/// What a list of answers calls it: the key, and how it begins.
fn title(key: &str, text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{key} · {}…", line[..end].trim_end()),
        None => format!("{key} · {line}"),
    }
}

/// The form.
pub fn form<D: Desk>(web: &Web<D>, visitor: &Visitor, inside: &Inside, typed: &Typed) -> FormPage {
    let words = inside.words(web);
    let rows = typed.0.iter().enumerate().flat_map(|(n, (key, text))| row(words, n, (key, text)));
    let fresh = row(words, typed.0.len(), ("", "")).into_iter().filter(|_| typed.0.len() < ANSWERS_MAX);
    let variables = VARIABLES.map(|name| format!("{{{{{name}}}}}")).join(" ");
    FormPage {
        heading: words.say("page.preferences.answers", &[]),
        intro: vec![words.say("page.preferences.answers_hint", &[("variables", &variables)])],
        asks: rows.chain(fresh).collect(),
        action: format!("{}/desk/answers", prefix(&web.desk.site().base_url)),
        press: "answers".into(),
        nonce: web.nonces.fresh(&visitor.key(), "answers", web.now()),
        button: words.say("page.preferences.answers_save", &[]),
        ..FormPage::default()
    }
}

fn row(words: &Words, n: usize, (key, text): (&str, &str)) -> [FieldView; 2] {
    let field = |name: String, label: &str, kind: &'static str, value: &str| FieldView {
        name,
        label: words.say(&format!("page.preferences.{label}"), &[("key", key)]),
        kind,
        value: value.to_owned(),
        ..FieldView::default()
    };
    let (label, said) = if key.is_empty() { ("answer_new", "answer_new_text") } else { ("answer_key", "answer_text") };
    [field(format!("key-{n}"), label, "line", key), field(format!("text-{n}"), said, "text", text)]
}

/// It comes back: all is kept, or nothing is and the form says why.
pub async fn save<D: Desk>(State(web): State<Web<D>>, Extension(visitor): Extension<Visitor>, request: Request) -> Response {
    let headers = request.headers().clone();
    let (inside, fields) = match posted(&web, (&visitor, &headers), request, "answers").await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let typed = Typed::read(&fields);
    let answers = match typed.answers() {
        Ok(answers) => answers,
        Err((word, what)) => {
            let text = inside.words(&web).say(&format!("page.error.{word}"), &[("what", &what)]);
            let page = form(&web, &visitor, &inside, &typed);
            return inside.form(&web, &visitor, (page, vec![Notice { tone: "bad", text }]), StatusCode::BAD_REQUEST);
        }
    };
    let preferences = Preferences { answers, ..inside.preferences.clone() };
    let (person, nonce) = (inside.person.clone(), fields.raw("nonce").to_owned());
    match web.desk.change(move |gateway| gateway.prefer(&person, &preferences, &nonce)).await {
        Ok(()) => see_other(&web, "/desk/preferences?done=answers_kept"),
        Err(_) => unavailable(&web, &headers),
    }
}
