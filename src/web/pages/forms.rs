//! Forms that are made of fields, and the pages of whoever has no ticket before them.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::maker::Maker;
use super::views::{Entry, Frame, Notice, View};
use crate::notifications::Words;
use crate::web::desk::{Desk, Web};
use crate::web::links::{self, prefix};
use crate::web::upload::{ALL_MAX, FILE_MAX};
use crate::web::visitor::Visitor;

/// One field of a form.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FieldView {
    pub name: String,
    pub label: String,
    /// One more line; empty where none is needed.
    pub hint: String,
    /// `line`, `email`, `text`, `people`, `select`, `radio`, `check`, `checks`, `date`, `number` or `hidden`.
    pub kind: &'static str,
    pub value: String,
    pub choices: Vec<ChoiceView>,
    pub must: bool,
    /// What is wrong; empty when nothing is.
    pub error: String,
}

/// One thing to choose.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ChoiceView {
    pub value: String,
    pub label: String,
    pub hint: String,
    pub chosen: bool,
}

/// A page with one form.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FormPage {
    pub heading: String,
    pub intro: Vec<String>,
    /// What changed since the form was opened.
    pub changes: Vec<Entry>,
    /// Mails as they would be sent.
    pub letters: Vec<LetterView>,
    /// What may help before the form is sent.
    pub near: Vec<WayView>,
    pub asks: Vec<FieldView>,
    pub action: String,
    pub press: String,
    pub nonce: String,
    /// The ticket as the form was made for it; empty elsewhere.
    pub version: String,
    pub button: String,
    /// The button ends something.
    pub grave: bool,
    /// It takes files.
    pub files: bool,
    pub file_max: String,
    pub all_max: String,
    /// Label of the button that shows what would be sent; empty where nothing is.
    pub preview: String,
    /// Where one came from, and its name.
    pub back: String,
    pub back_label: String,
}

/// A link of ours.
#[derive(Debug, Clone, Default, Serialize)]
pub struct WayView {
    pub url: String,
    pub label: String,
    /// One more sentence; may be empty.
    pub hint: String,
}

/// A mail as it would be sent.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LetterView {
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// A page for a browser of which nothing but its language is known.
pub struct Outside<'a, D> {
    pub web: &'a Web<D>,
    pub visitor: &'a Visitor,
    pub language: String,
}

impl<'a, D: Desk> Outside<'a, D> {
    pub fn new(web: &'a Web<D>, visitor: &'a Visitor) -> Self {
        let accepted = visitor.wanted.split(',').map(|range| range.split(';').next().unwrap_or(range).trim());
        let language = web.texts.language(accepted.chain([&*web.desk.site().language]));
        Outside { web, visitor, language }
    }

    pub fn words(&self) -> &'a Words {
        self.web.texts.words(&self.language)
    }

    /// A field with its label, and what is wrong with it.
    pub fn field(&self, name: &'static str, error: Option<&'static str>) -> FieldView {
        field(self.words(), name, error)
    }

    /// A form of that name that posts to that path.
    pub fn form(&self, name: &str, path: &str) -> FormPage {
        let site = self.web.desk.site();
        let values = [("desk", site.name.as_str()), ("address", site.desk.address.as_str())];
        let say = |part: &str| self.words().say(&format!("page.{name}.{part}"), &values);
        FormPage {
            heading: say("heading"),
            intro: vec![say("intro")],
            action: format!("{}{path}", prefix(&site.base_url)),
            press: name.to_owned(),
            nonce: self.web.nonces.fresh(&self.visitor.key(), name, self.web.now()),
            button: say("button"),
            file_max: self.words().size(FILE_MAX as u64),
            all_max: self.words().size(ALL_MAX as u64),
            ..FormPage::default()
        }
    }

    /// The page as an answer; `done` is the stable word of what was just done.
    pub fn show(&self, page: FormPage, done: Option<&str>, status: StatusCode) -> Response {
        let maker = Maker::of(self.web);
        let frame = Frame { notices: notices(self.words(), done), ..maker.frame(self.language.clone(), page.heading.clone()) };
        links::rendered(self.web, status, self.web.texts.render("form", &View { frame, own: page }))
    }
}

/// A field with its label, and what is wrong with it.
pub fn field(words: &Words, name: &str, error: Option<&'static str>) -> FieldView {
    let hint = words.get(&format!("page.hint.{name}")).unwrap_or_default().to_owned();
    let label = words.get(&format!("page.field.{name}")).map_or_else(|| words.term("field", name).to_owned(), str::to_owned);
    let error = error.map(|word| words.say(&format!("page.error.{word}"), &[])).unwrap_or_default();
    FieldView { name: name.to_owned(), label, hint, kind: "line", error, ..FieldView::default() }
}

/// What was just done, if there is a sentence for it.
pub fn notices(words: &Words, done: Option<&str>) -> Vec<Notice> {
    let done = done.and_then(|word| words.get(&format!("page.done.{word}")).or_else(|| words.get(&format!("done.{word}"))));
    done.map(|text| Notice { tone: "good", text: text.to_owned() }).into_iter().collect()
}
