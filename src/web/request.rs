//! A new request from a page: the category first, then the lines of its template and the words. Whoever is not signed in proves it by a mailed link
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
use super::pages::{ChooseView, FieldView, FormPage, Frame, Maker, Notice, Outside, PlaceView, View, WayView, notices};
use super::sign_in::see_other;
use super::template;
use super::tickets::{own_bar, read_form};
use super::visitor::Visitor;
use crate::address::Address;
use crate::desk::{Actor, Door, Organisation, Ticket, Wanted};
use crate::gateway::articles::suggested;
use crate::gateway::{self, request::Opens};
use crate::knowledge::{Article, Subject};
use crate::notifications::Words;
use crate::proof::Level;
use crate::store::{Backend, Request as Filled};

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
    let found = web.desk.look(|reads| Ok::<_, Backend>((reads.organisation()?, reads.outages()?))).await;
    let Ok(Ok((organisation, known))) = found else { return unavailable(&web, &headers) };
    let outside = Outside::new(&web, &visitor);
    let (words, start) = (outside.words(), prefix(&web.desk.site().base_url));
    let view = ChooseView {
        heading: words.say("page.new.heading", &[]),
        intro: words.say("page.new.choose", &[]),
        places: organisation.services.iter().map(|service| place(words, start, service, visitor.person.as_ref())).collect(),
        sign_in: if visitor.person.is_none() { format!("{start}/sign-in") } else { String::new() },
    };
    let frame = Maker::of(&web).frame(outside.language.clone(), view.heading.clone());
    let bar = visitor.person.is_some().then(|| own_bar(&web, &visitor));
    let known = outages(words, &organisation, &known, |_| true);
    let frame = Frame { bar, notices: notices(words, question.done.as_deref()).into_iter().chain(known).collect(), ..frame };
    links::rendered(&web, StatusCode::OK, web.texts.render("choose", &View { frame, own: view }))
}

/// Known outages, for whoever is about to ask.
fn outages(words: &Words, organisation: &Organisation, known: &[Ticket], covers: impl Fn(&Ticket) -> bool) -> Vec<Notice> {
    let told = known.iter().filter(|outage| covers(outage)).filter_map(|outage| Some((outage, outage.outage()?)));
    let say = |(outage, text): (&Ticket, &str)| {
        let service = organisation.place(&outage.service, &outage.category);
        Notice { tone: "bad", text: words.say("page.new.outage", &[("service", &service), ("text", text)]) }
    };
    told.map(say).collect()
}

/// What is only for some people is shown to whoever is signed in as one of them.
fn place(words: &Words, start: &str, service: &crate::desk::Service, who: Option<&Address>) -> PlaceView {
    let way = |key: &str, label: &str, hint: &str| {
        let url = format!("{start}/new/{}/{key}", service.key);
        WayView { url, label: label.to_owned(), hint: hint.to_owned() }
    };
    let open = service.categories.iter().filter(|category| category.is_for(who));
    let categories = open.map(|category| way(&category.key, &category.name, &category.about));
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
    let found = web.desk.look(|reads| Ok::<_, Backend>((reads.organisation()?, reads.outages()?))).await;
    let Ok(Ok((organisation, known))) = found else { return unavailable(&web, &headers) };
    match Kind::find(&organisation, (&service, &category), visitor.person.as_ref()) {
        Some(mut kind) => {
            let outside = Outside::new(&web, &visitor);
            kind.outages = outages(outside.words(), &organisation, &known, |outage| outage.service == service);
            form(&web, &visitor, &kind, (&Fields::default(), &[]))
        }
        None => not_found(&web, &headers),
    }
}

/// A kind of request: where it goes, and what it should tell.
struct Kind {
    service: String,
    /// Empty where there is no category.
    category: String,
    /// What it is called, with what belongs there.
    label: String,
    wanted: Vec<Wanted>,
    /// Outages that it may be about.
    outages: Vec<Notice>,
}

impl Kind {
    /// None when there is no such place.
    fn find(organisation: &Organisation, (service, category): (&str, &str), who: Option<&Address>) -> Option<Kind> {
        let service = organisation.service(service)?;
        if category == NONE {
            return Some(Kind {
                service: service.key.clone(),
                category: String::new(),
                label: service.name.clone(),
                wanted: vec![],
                outages: vec![],
            });
        }
        let category = service.categories.iter().find(|known| known.key == category && known.is_for(who))?;
        let about = if category.about.is_empty() { String::new() } else { format!(" : {}", category.about) };
        Some(Kind {
            service: service.key.clone(),
            category: category.key.clone(),
            label: format!("{} / {}{about}", service.name, category.name),
            wanted: category.fields.clone(),
            outages: vec![],
        })
    }

    fn path(&self) -> String {
        let category = if self.category.is_empty() { NONE } else { &self.category };
        format!("/new/{}/{category}", self.service)
    }

    /// What is wrong with a form that came back, in the order of its fields.
    fn wrongs(&self, fields: &Fields, signed_in: bool) -> Vec<Wrong> {
        let missing = |name: &str| fields.text(name).is_empty();
        let large = fields.too_large || fields.files.iter().map(size).sum::<usize>() > FILES_MAX;
        let mut wrongs: Vec<Wrong> = Vec::new();
        let mut wrong = |is: bool, field: &str, word: &'static str| wrongs.extend(is.then(|| Wrong { field: field.to_owned(), word }));
        wrong(missing("title"), "title", "title_missing");
        for name in template::missing(&self.wanted, fields) {
            wrong(true, &name, "field_missing");
        }
        wrong(missing("text"), "text", "text_missing");
        wrong(large, "file", "too_large");
        wrong(!signed_in && Address::parse(&fields.text("address")).is_err(), "address", "address_wrong");
        wrongs
    }
}

/// What is wrong with a field, as a stable word.
struct Wrong {
    field: String,
    word: &'static str,
}

fn form<D: Desk>(web: &Web<D>, visitor: &Visitor, kind: &Kind, (typed, wrongs): (&Fields, &[Wrong])) -> Response {
    let outside = Outside::new(web, visitor);
    let words = outside.words();
    let wrong = |name: &str| wrongs.iter().find(|wrong| wrong.field == name).map(|wrong| wrong.word);
    let of = |name: &'static str, kind: &'static str| FieldView {
        kind,
        must: name != "name",
        value: typed.text(name),
        ..outside.field(name, wrong(name))
    };
    let mut asks = vec![of("title", "line")];
    asks.extend(template::asks(words, &kind.wanted, typed, &wrong));
    asks.push(of("text", "text"));
    if visitor.person.is_none() {
        asks.extend([of("address", "email"), of("name", "line")]);
    }
    let proven = if visitor.person.is_some() { "page.new.intro_known" } else { "page.new.intro" };
    let page = FormPage {
        intro: vec![kind.label.clone(), words.say(proven, &[])],
        asks,
        files: true,
        all_max: words.size(FILES_MAX as u64),
        file_max: words.size(FILES_MAX as u64),
        back: format!("{}/new", prefix(&web.desk.site().base_url)),
        back_label: words.say("page.new.back", &[]),
        ..outside.form("new", &kind.path())
    };
    let status = if wrongs.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let kept = (!wrongs.is_empty()).then(|| if wrong("file").is_some() { "page.error.too_large" } else { "page.new.kept" });
    let kept = kept.map(|key| Notice { tone: "bad", text: words.say(key, &[]) });
    let notices = kept.into_iter().chain(kind.outages.iter().cloned()).collect();
    let frame = Maker::of(web).frame(outside.language.clone(), page.heading.clone());
    let frame = Frame { bar: visitor.person.is_some().then(|| own_bar(web, visitor)), notices, ..frame };
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
    let Some(kind) = Kind::find(&organisation, (&service, &category), visitor.person.as_ref()) else { return not_found(&web, &headers) };
    let is_ours = |nonce: &str| web.nonces.check(&visitor.key(), "new", web.now(), nonce).is_ok();
    let Some(fields) = read_form(&web, request, is_ours).await.ok().filter(|fields| fields.raw("press") == "new") else {
        return message(&web, &headers, StatusCode::BAD_REQUEST, "malformed");
    };
    if !is_ours(fields.raw("nonce")) {
        return message(&web, &headers, StatusCode::FORBIDDEN, "forbidden");
    }
    let peer = peer.map(|Extension(peer)| peer);
    match kind.wrongs(&fields, visitor.person.is_some()).as_slice() {
        [] if fields.files.is_empty() && fields.raw("reviewed").is_empty() => review(&web, (&visitor, &headers, peer), &kind, fields).await,
        [] => take(&web, (&visitor, &headers, peer), &kind, fields).await,
        wrongs => form(&web, &visitor, &kind, (&fields, wrongs)),
    }
}

fn size(file: &crate::mail::File) -> usize {
    match &file.content {
        crate::mail::Content::Bytes(bytes) => bytes.len(),
        crate::mail::Content::Excerpt(_) => 0,
    }
}

/// Articles that may help, once, before the request goes: files are chosen once, so a request with files goes at once.
async fn review<D: Desk>(
    web: &Web<D>,
    (visitor, headers, peer): (&Visitor, &HeaderMap, Option<Peer>),
    kind: &Kind,
    fields: Fields,
) -> Response {
    let language = Outside::new(web, visitor).language;
    let (title, service, category) = (fields.text("title"), kind.service.clone(), kind.category.clone());
    let found = web.desk.look(move |reads| {
        let subject = Subject { title: &title, language: &language, service: &service, category: &category };
        suggested(reads, &reads.organisation()?, subject)
    });
    match found.await {
        Ok(Ok(articles)) if !articles.is_empty() => reviewed(web, visitor, kind, (&fields, &articles)),
        // Rather no suggestion than no request.
        _ => take(web, (visitor, headers, peer), kind, fields).await,
    }
}

fn reviewed<D: Desk>(web: &Web<D>, visitor: &Visitor, kind: &Kind, (typed, articles): (&Fields, &[Article])) -> Response {
    let outside = Outside::new(web, visitor);
    let (words, start) = (outside.words(), prefix(&web.desk.site().base_url));
    let told = kind.wanted.iter().map(template::named);
    let own = ["title", "text", "address", "name"].map(str::to_owned).into_iter();
    let hidden = |name: String| FieldView { kind: "hidden", value: typed.text(&name), name, ..FieldView::default() };
    let seen = FieldView { kind: "hidden", value: "1".into(), name: "reviewed".into(), ..FieldView::default() };
    let way = |article: &Article| WayView {
        url: format!("{start}/articles/{}", article.number),
        label: article.title.clone(),
        hint: article.answer(),
    };
    let page = FormPage {
        heading: words.say("page.new.review_heading", &[]),
        intro: vec![kind.label.clone(), words.say("page.new.review", &[])],
        near: articles.iter().map(way).collect(),
        asks: own.chain(told).map(hidden).chain([seen]).collect(),
        button: words.say("page.new.review_button", &[]),
        ..outside.form("new", &kind.path())
    };
    let frame = Maker::of(web).frame(outside.language.clone(), page.heading.clone());
    let frame = Frame { bar: visitor.person.is_some().then(|| own_bar(web, visitor)), ..frame };
    links::rendered(web, StatusCode::OK, web.texts.render("form", &View { frame, own: page }))
}

/// A whole request: of somebody signed in, a ticket; of others, a mail with a key that proves it.
async fn take<D: Desk>(
    web: &Web<D>,
    (visitor, headers, peer): (&Visitor, &HeaderMap, Option<Peer>),
    kind: &Kind,
    mut fields: Fields,
) -> Response {
    let outside = Outside::new(web, visitor);
    let filled = Filled {
        title: fields.text("title"),
        service: kind.service.clone(),
        category: kind.category.clone(),
        text: fields.text("text"),
        name: fields.text("name"),
        language: outside.language.clone(),
        told: template::told(&kind.wanted, &fields),
        ..Filled::default()
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
            gateway.mail_key(&gateway::Wanted { to, browser, request: Some(Filled { raw, ..filled }) })
        });
    }
    see_other(web, "/new?done=proof_sent")
}
