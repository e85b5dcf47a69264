//! A new request from a page: the category first, then the words. Whoever is not signed in proves it by a mailed link
//! before any agent sees anything.

use axum::extract::{Extension, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::caller::Peer;
use super::desk::{Desk, Web};
use super::fields::Fields;
use super::guard;
use super::limits::Key;
use super::links::{self, message, not_found, prefix, unavailable};
use super::pages::{ChooseView, FieldView, FormPage, Frame, Maker, Outside, PlaceView, View, WayView, notices};
use super::sign_in::see_other;
use super::tickets::{own_bar, read_form};
use super::visitor::Visitor;
use crate::address::Address;
use crate::desk::{Actor, Door, Organisation};
use crate::gateway::Wanted;
use crate::gateway::request::Opens;
use crate::proof::Level;
use crate::store::Request as Filled;

/// Bytes of the files of a request whose author nobody has proven yet.
const FILES_MAX: usize = 10_000_000;
/// Stands for no category in an address.
const NONE: &str = "-";

/// What stands behind the question mark.
#[derive(Debug, Default, Deserialize)]
pub struct Question {
    done: Option<String>,
}

/// Which kind of request.
pub async fn choose<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    question: Query<Question>,
    headers: HeaderMap,
) -> Response {
    let Ok(Ok(organisation)) = web.desk.look(|reads| reads.organisation()).await else { return unavailable(&web, &headers) };
    let outside = Outside::new(&web, &visitor);
    let (words, start) = (outside.words(), prefix(&web.desk.site().base_url));
    let view = ChooseView {
        heading: words.say("page.new.heading", &[]),
        intro: words.say("page.new.choose", &[]),
        places: organisation.services.iter().map(|service| place(words, start, service)).collect(),
        sign_in: if visitor.person.is_none() { format!("{start}/sign-in") } else { String::new() },
    };
    let frame = Maker::of(&web).frame(outside.language.clone(), view.heading.clone());
    let bar = visitor.person.is_some().then(|| own_bar(&web, &visitor));
    let frame = Frame { bar, notices: notices(words, question.done.as_deref()), ..frame };
    links::rendered(&web, StatusCode::OK, web.texts.render("choose", &View { frame, own: view }))
}

fn place(words: &crate::notifications::Words, start: &str, service: &crate::desk::Service) -> PlaceView {
    let way = |key: &str, label: &str, hint: &str| {
        let url = format!("{start}/new/{}/{key}", service.key);
        WayView { url, label: label.to_owned(), hint: hint.to_owned() }
    };
    let categories = service.categories.iter().map(|category| way(&category.key, &category.name, &category.about));
    let other = way(NONE, &words.say("page.new.other", &[]), "");
    let ways = categories.chain([other]).collect();
    PlaceView { name: service.name.clone(), ways }
}

/// The words of it.
pub async fn ask<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    Path((service, category)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Ok(Ok(organisation)) = web.desk.look(|reads| reads.organisation()).await else { return unavailable(&web, &headers) };
    match label(&organisation, &service, &category) {
        Some(label) => form(&web, &visitor, (&service, &category, &label), (&Fields::default(), None)),
        None => not_found(&web, &headers),
    }
}

/// What a place is called; none when there is no such place.
fn label(organisation: &Organisation, service: &str, category: &str) -> Option<String> {
    let service = organisation.service(service)?;
    if category == NONE {
        return Some(service.name.clone());
    }
    let category = service.categories.iter().find(|known| known.key == category)?;
    let about = if category.about.is_empty() { String::new() } else { format!(" : {}", category.about) };
    Some(format!("{} / {}{about}", service.name, category.name))
}

fn form<D: Desk>(
    web: &Web<D>,
    visitor: &Visitor,
    (service, category, label): (&str, &str, &str),
    (typed, wrong): (&Fields, Option<&'static str>),
) -> Response {
    let outside = Outside::new(web, visitor);
    let words = outside.words();
    let of = |name: &'static str, kind: &'static str, wrongs: &[&str]| {
        let error = wrong.filter(|wrong| wrongs.contains(wrong));
        FieldView { kind, must: name != "name", value: typed.text(name), ..outside.field(name, error) }
    };
    let mut asks = vec![of("title", "line", &["title_missing"]), of("text", "text", &["text_missing"])];
    if visitor.person.is_none() {
        asks.push(of("address", "email", &["address_wrong"]));
        asks.push(of("name", "line", &[]));
    }
    let proven = if visitor.person.is_some() { "page.new.intro_known" } else { "page.new.intro" };
    let page = FormPage {
        intro: vec![label.to_owned(), words.say(proven, &[])],
        asks,
        files: true,
        all_max: words.size(FILES_MAX as u64),
        file_max: words.size(FILES_MAX as u64),
        back: format!("{}/new", prefix(&web.desk.site().base_url)),
        back_label: words.say("page.new.back", &[]),
        ..outside.form("new", &format!("/new/{service}/{category}"))
    };
    let status = if wrong.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let frame = Maker::of(web).frame(outside.language.clone(), page.heading.clone());
    let frame = Frame { bar: visitor.person.is_some().then(|| own_bar(web, visitor)), ..frame };
    links::rendered(web, status, web.texts.render("form", &View { frame, own: page }))
}

/// It comes back.
pub async fn asked<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    Path((service, category)): Path<(String, String)>,
    peer: Option<Extension<Peer>>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    if !guard::is_our_page(web.desk.site(), web.listens, &headers) {
        return message(&web, &headers, StatusCode::FORBIDDEN, "forbidden");
    }
    let Ok(Ok(organisation)) = web.desk.look(|reads| reads.organisation()).await else { return unavailable(&web, &headers) };
    let Some(label) = label(&organisation, &service, &category) else { return not_found(&web, &headers) };
    let is_ours = |nonce: &str| web.nonces.check(&visitor.key(), "new", web.now(), nonce).is_ok();
    let Some(fields) = read_form(&web, request, is_ours).await.ok().filter(|fields| fields.raw("press") == "new") else {
        return message(&web, &headers, StatusCode::BAD_REQUEST, "malformed");
    };
    if !is_ours(fields.raw("nonce")) {
        return message(&web, &headers, StatusCode::FORBIDDEN, "forbidden");
    }
    let place = (service.as_str(), category.as_str(), label.as_str());
    let large = fields.too_large || fields.files.iter().map(size).sum::<usize>() > FILES_MAX;
    let wrong = match () {
        () if fields.text("title").is_empty() => Some("title_missing"),
        () if fields.text("text").is_empty() => Some("text_missing"),
        () if large => Some("too_large"),
        () if visitor.person.is_none() && Address::parse(&fields.text("address")).is_err() => Some("address_wrong"),
        () => None,
    };
    match wrong {
        Some(word) => form(&web, &visitor, place, (&fields, Some(word))),
        None => take(&web, (&visitor, &headers, peer.map(|Extension(peer)| peer)), place, fields).await,
    }
}

fn size(file: &crate::mail::File) -> usize {
    match &file.content {
        crate::mail::Content::Bytes(bytes) => bytes.len(),
        crate::mail::Content::Excerpt(_) => 0,
    }
}

/// A whole request: of somebody signed in, a ticket; of others, a mail with a key that proves it.
async fn take<D: Desk>(
    web: &Web<D>,
    (visitor, headers, peer): (&Visitor, &HeaderMap, Option<Peer>),
    (service, category, _): (&str, &str, &str),
    mut fields: Fields,
) -> Response {
    let outside = Outside::new(web, visitor);
    let filled = Filled {
        title: fields.text("title"),
        service: service.to_owned(),
        category: if category == NONE { String::new() } else { category.to_owned() },
        text: fields.text("text"),
        name: fields.text("name"),
        language: outside.language.clone(),
        held: None,
        raw: None,
    };
    let (cause, files) = (format!("form/{}", fields.raw("nonce")), std::mem::take(&mut fields.files));
    if let Some(person) = visitor.person.clone() {
        let actor = Actor::person(person.clone(), None, Door::Page, Level::Proven);
        let opened = web.desk.change(move |gateway| {
            let raw = if files.is_empty() { None } else { Some(gateway.carrying(&person, (&filled.title, &filled.text), &files)?) };
            let actor = Actor { as_participant: true, ..actor };
            gateway.open_request(&Filled { raw, ..filled }, &Opens { actor, requester: &person, cause, used: None })
        });
        return match opened.await {
            Ok(Some((ticket, _))) => see_other(web, &format!("/my/t/{}?done=open", ticket.id)),
            Ok(None) => see_other(web, "/my?done=already"),
            Err(_) => unavailable(web, headers),
        };
    }
    let Ok(to) = Address::parse(&fields.text("address")) else { return message(web, headers, StatusCode::BAD_REQUEST, "malformed") };
    let client = web.front.client(peer, headers);
    if web.limits.allow(&[Key::Client(client), Key::Address(to.clone()), Key::All], web.now()) {
        let browser = visitor.browser;
        super::sign_in::later(web, move |gateway| {
            let raw = if files.is_empty() { None } else { Some(gateway.carrying(&to, (&filled.title, &filled.text), &files)?) };
            gateway.mail_key(&Wanted { to, browser, request: Some(Filled { raw, ..filled }) })
        });
    }
    see_other(web, "/new?done=proof_sent")
}
