//! An agent opens a ticket for somebody who called or came by.

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::inside::{Inside, enter};
use super::preferences::posted;
use crate::address::Address;
use crate::desk::{Actor, Door, Organisation, Wanted};
use crate::gateway::request::Opens;
use crate::proof::Level;
use crate::store::Request as Filled;
use crate::web::desk::{Desk, Web};
use crate::web::fields::Fields;
use crate::web::links::{prefix, unavailable};
use crate::web::pages::{ChoiceView, FieldView, FormPage, Notice, field};
use crate::web::sign_in::see_other;
use crate::web::template;
use crate::web::upload::{ALL_MAX, FILE_MAX};
use crate::web::visitor::Visitor;

/// The field that says for which place the form asks a template's lines.
const ASKED: &str = "asked";

/// The form.
pub async fn show<D: Desk>(State(web): State<Web<D>>, Extension(visitor): Extension<Visitor>, headers: HeaderMap) -> Response {
    match enter(&web, (&visitor, &headers), |_, _| Ok(())).await {
        Ok((inside, ())) => inside.form(&web, &visitor, (form(&web, &visitor, &inside, &Fields::default(), None), vec![]), StatusCode::OK),
        Err(response) => response,
    }
}

fn form<D: Desk>(web: &Web<D>, visitor: &Visitor, inside: &Inside, typed: &Fields, wrong: Option<&'static str>) -> FormPage {
    let words = inside.words(web);
    let value = |name: &str| typed.text(name);
    let of = |name: &'static str, kind: &'static str, must: bool| {
        let error = wrong.filter(|wrong| *wrong == "address_wrong" && name == "requester" || *wrong == "title_missing" && name == "title");
        FieldView { kind, must, value: value(name), ..field(words, name, error) }
    };
    let wanted = wanted(inside, &value("place"));
    // What a caller does not know is asked of the requester by the acknowledgement: nothing here must be filled in.
    let lines = template::asks(words, wanted, typed, &|_| None).into_iter().map(|line| FieldView { must: false, ..line });
    let asked = FieldView { kind: "hidden", name: ASKED.into(), value: value("place"), ..FieldView::default() };
    let mut choices = places(&inside.organisation, &inside.services);
    choices.iter_mut().for_each(|choice| choice.chosen = choice.value == value("place"));
    FormPage {
        heading: words.say("page.new.behalf_heading", &[]),
        intro: vec![words.say("page.new.behalf_intro", &[])],
        asks: [of("requester", "email", true), of("name", "line", false), FieldView { choices, ..of("place", "select", true) }]
            .into_iter()
            .chain(lines)
            .chain([of("title", "line", true), of("text", "text", true), asked])
            .collect(),
        action: format!("{}/desk/new", prefix(&web.desk.site().base_url)),
        press: "new".into(),
        nonce: web.nonces.fresh(&visitor.key(), "new", web.now()),
        button: words.say("page.new.behalf_button", &[]),
        files: true,
        file_max: words.size(FILE_MAX as u64),
        all_max: words.size(ALL_MAX as u64),
        ..FormPage::default()
    }
}

/// The lines of the template of a place.
fn wanted<'a>(inside: &'a Inside, place: &str) -> &'a [Wanted] {
    let (service, category) = place.split_once('/').unwrap_or((place, ""));
    inside.organisation.fields(service, category)
}

/// Services and their categories, as `service/category`.
pub fn places(organisation: &Organisation, services: &[String]) -> Vec<ChoiceView> {
    let mine = organisation.services.iter().filter(|service| services.contains(&service.key));
    let choice = |value: String, label: String| ChoiceView { value, label, ..ChoiceView::default() };
    mine.flat_map(|service| {
        let whole = choice(format!("{}/", service.key), service.name.clone());
        let category = |category: &crate::desk::Category| {
            choice(format!("{}/{}", service.key, category.key), format!("{} / {}", service.name, category.name))
        };
        std::iter::once(whole).chain(service.categories.iter().map(category)).collect::<Vec<_>>()
    })
    .collect()
}

/// It comes back.
pub async fn open<D: Desk>(State(web): State<Web<D>>, Extension(visitor): Extension<Visitor>, request: Request) -> Response {
    let headers = request.headers().clone();
    let (inside, mut fields) = match posted(&web, (&visitor, &headers), request, "new").await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let again = |inside: &Inside, fields: &Fields, word: &'static str| {
        let text = inside.words(&web).say(&format!("page.error.{word}"), &[]);
        let page = form(&web, &visitor, inside, fields, Some(word));
        inside.form(&web, &visitor, (page, vec![Notice { tone: "bad", text }]), StatusCode::BAD_REQUEST)
    };
    let Ok(requester) = Address::parse(&fields.text("requester")) else { return again(&inside, &fields, "address_wrong") };
    if fields.text("title").is_empty() {
        return again(&inside, &fields, "title_missing");
    }
    if fields.too_large {
        return again(&inside, &fields, "too_large");
    }
    let place = fields.text("place");
    let (service, category) = place.split_once('/').unwrap_or((&place, ""));
    if !inside.services.iter().any(|mine| mine == service) {
        return again(&inside, &fields, "place_missing");
    }
    let wanted = wanted(&inside, &place);
    // The category was chosen on this very form: its lines are asked now. Files are chosen once, so a form with files goes at once.
    if !wanted.is_empty() && fields.text(ASKED) != place && fields.files.is_empty() {
        let text = inside.words(&web).say("page.new.behalf_lines", &[]);
        let page = form(&web, &visitor, &inside, &fields, None);
        return inside.form(&web, &visitor, (page, vec![Notice { tone: "good", text }]), StatusCode::OK);
    }
    let filled = Filled {
        title: fields.text("title"),
        service: service.to_owned(),
        category: category.to_owned(),
        text: fields.text("text"),
        name: fields.text("name"),
        told: template::told(wanted, &fields),
        ..Filled::default()
    };
    let actor = Actor::person(inside.person.clone(), Some(inside.name(&inside.person)), Door::Page, Level::Proven);
    let (cause, files) = (format!("form/{}", fields.raw("nonce")), std::mem::take(&mut fields.files));
    let opened = web.desk.change(move |gateway| {
        let raw = if files.is_empty() { None } else { Some(gateway.carrying(&requester, (&filled.title, &filled.text), &files)?) };
        gateway.open_request(&Filled { raw, ..filled }, &Opens { actor, requester: &requester, cause, used: None })
    });
    match opened.await {
        Ok(Some((ticket, _))) => see_other(&web, &format!("/desk/t/{}?done=open", ticket.id)),
        Ok(None) => see_other(&web, "/desk?done=already"),
        Err(_) => unavailable(&web, &headers),
    }
}
