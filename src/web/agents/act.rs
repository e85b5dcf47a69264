//! Forms of actions, shown and pressed: for agents, for participants, and for owners of links.
//!
//! A form comes back with what was typed when something is missing, when it is not possible any more, and when somebody
//! else acted since it was made: then also with what happened.

use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use crate::desk::catalogue::spec;
use crate::desk::{Door, Refused, Spec};
use crate::gateway::{Act, Acted, Preview};
use crate::mail::File;
use crate::notifications::{names, refusals};
use crate::web::agents::offered::GRAVE;
use crate::web::desk::{Desk, Web};
use crate::web::fields::Fields;
use crate::web::guard;
use crate::web::links::{self, message, not_found, unavailable};
use crate::web::look::Depth;
use crate::web::nonce::NonceFault;
use crate::web::pages::{Entry, FormPage, LetterView, Notice, Teller, View};
use crate::web::sign_in::see_other;
use crate::web::tickets::{Loaded, Way, load, read_form};
use crate::web::upload::{ALL_MAX, FILE_MAX};
use crate::web::visitor::Visitor;

/// Actions that tell the requester something: what they will get is shown first, if one wants.
const PREVIEWED: &[&str] = &["ask", "close", "broadcast", "reply", "canned", "refuse", "postpone", "transfer", "reopen"];
/// Words that go out under the agent's signature.
const SIGNED: &[&str] = &["ask", "close", "broadcast", "reply", "canned", "refuse"];
/// Actions that carry files.
const WITH_FILES: &[&str] = &["reply", "note", "ask", "close", "answer"];

/// The form of an action, filled with what was typed.
pub fn act_form<D: Desk>(web: &Web<D>, visitor: &Visitor, loaded: &Loaded, (spec, typed): (&Spec, &[(String, String)])) -> FormPage {
    let (words, place) = (loaded.words(web), loaded.place(web));
    let help = words.get(&format!("page.act.{}", spec.verb)).unwrap_or_default();
    let previewed = loaded.inside.is_some() && PREVIEWED.contains(&spec.verb);
    FormPage {
        heading: words.term("verb", spec.verb).to_owned(),
        intro: Some(help.to_owned()).filter(|help| !help.is_empty()).into_iter().collect(),
        asks: loaded.asks(web, spec, typed),
        action: format!("{place}/do/{}", spec.verb),
        press: spec.verb.to_owned(),
        nonce: web.nonces.fresh(&loaded.key(visitor), spec.verb, web.now()),
        version: loaded.seen.ticket.version.to_string(),
        button: words.term("verb", spec.verb).to_owned(),
        grave: GRAVE.contains(&spec.verb),
        files: WITH_FILES.contains(&spec.verb),
        file_max: words.size(FILE_MAX as u64),
        all_max: words.size(ALL_MAX as u64),
        preview: if previewed { words.say("page.form.preview", &[]) } else { String::new() },
        back: place,
        back_label: words.say("page.form.back", &[("number", &format!("#{}", loaded.seen.ticket.id))]),
        ..FormPage::default()
    }
}

fn page<D: Desk>(
    web: &Web<D>,
    visitor: &Visitor,
    loaded: &Loaded,
    (page, notices, status): (FormPage, Vec<Notice>, StatusCode),
) -> Response {
    let words = loaded.words(web);
    let mut frame = loaded.frame(web, visitor, (&words.say("page.board.title", &[]), notices));
    frame.subject = names::title(&loaded.seen.ticket.title);
    links::rendered(web, status, web.texts.render("form", &View { frame, own: page }))
}

/// A form, as the ticket is now.
pub async fn form<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    way: Way,
    Path((_, verb)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    show(&web, (&visitor, &headers), (way, &verb)).await
}

async fn show<D: Desk>(web: &Web<D>, by: (&Visitor, &HeaderMap), (way, verb): (Way, &str)) -> Response {
    let loaded = match load(web, by, (way, Depth::Events)).await {
        Ok(loaded) => loaded,
        Err(response) => return response,
    };
    match loaded.possible(web).into_iter().find(|spec| spec.verb == verb) {
        Some(spec) => page(web, by.0, &loaded, (act_form(web, by.0, &loaded, (spec, &[])), vec![], StatusCode::OK)),
        // What was possible when the page was shown may be over: the ticket says so.
        None if spec(verb).is_some() => see_other(web, &loaded.way.path()),
        None => not_found(web, by.1),
    }
}

/// A form comes back.
pub async fn act<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    way: Way,
    Path((_, verb)): Path<(String, String)>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    press(&web, (&visitor, &headers), (way, &verb), request).await
}

async fn press<D: Desk>(web: &Web<D>, by: (&Visitor, &HeaderMap), (way, verb): (Way, &str), request: Request) -> Response {
    let (visitor, headers) = by;
    if !guard::is_our_page(web.desk.site(), web.listens, headers) {
        return message(web, headers, StatusCode::FORBIDDEN, "forbidden");
    }
    let Some(spec) = spec(verb).filter(|spec| spec.form.is_some() && (!way.leaves_out(verb) || matches!(way, Way::Mine(_)))) else {
        return not_found(web, headers);
    };
    let loaded = match load(web, by, (way, Depth::Events)).await {
        Ok(loaded) => loaded,
        Err(response) => return response,
    };
    let key = loaded.key(visitor);
    let number = |nonce: &str| web.nonces.check(&key, verb, web.now(), nonce);
    let Ok(mut fields) = read_form(web, request, |nonce| number(nonce) != Err(NonceFault::Forged)).await else {
        return message(web, headers, StatusCode::BAD_REQUEST, "malformed");
    };
    let pressed = fields.raw("press").to_owned();
    if !is_whole(spec, &fields) || (pressed != verb && pressed != "preview") {
        return message(web, headers, StatusCode::BAD_REQUEST, "malformed");
    }
    let pairs = pairs(spec, &fields);
    let form = Pressed { web, visitor, loaded, spec, pairs };
    match number(fields.raw("nonce")) {
        Ok(()) => {}
        Err(NonceFault::Forged) => return message(web, headers, StatusCode::FORBIDDEN, "forbidden"),
        Err(NonceFault::Old) => return form.again(StatusCode::CONFLICT, "form_old"),
    }
    if fields.too_large {
        return form.again(StatusCode::PAYLOAD_TOO_LARGE, "too_large");
    }
    let files = std::mem::take(&mut fields.files);
    let act = form.act((fields.raw("nonce"), fields.raw("version")), files);
    match pressed == "preview" {
        true => form.preview(act, headers).await,
        false => form.done(act, headers).await,
    }
}

/// Only the fields of this form, besides those that every form has. The page of a participant calls a reason `text`.
fn is_whole(spec: &Spec, fields: &Fields) -> bool {
    let mut known = vec!["nonce", "press", "version", "text"];
    known.extend(spec.form.unwrap_or_default().iter().map(|field| field.name));
    !fields.has_others_than(&known) && (fields.files.is_empty() || WITH_FILES.contains(&spec.verb))
}

fn pairs(spec: &Spec, fields: &Fields) -> Vec<(String, String)> {
    let of = |name: &str| match fields.text(name) {
        text if text.is_empty() && name == "reason" => fields.text("text"),
        text => text,
    };
    spec.form.unwrap_or_default().iter().map(|field| (field.name.to_owned(), of(field.name))).filter(|(_, text)| !text.is_empty()).collect()
}

/// A form that came back.
struct Pressed<'a, D> {
    web: &'a Web<D>,
    visitor: &'a Visitor,
    loaded: Loaded,
    spec: &'static Spec,
    pairs: Vec<(String, String)>,
}

impl<D: Desk> Pressed<'_, D> {
    fn act(&self, (nonce, version): (&str, &str), files: Vec<File>) -> Act {
        let signature = self.loaded.inside.as_ref().map_or("", |inside| inside.preferences.signature.trim());
        let mut fields = self.pairs.clone();
        if !signature.is_empty() && SIGNED.contains(&self.spec.verb) {
            let said = fields.iter_mut().filter(|(name, _)| matches!(name.as_str(), "text" | "reason"));
            said.for_each(|(_, text)| *text = format!("{}\n\n{signature}", text.trim_end()));
        }
        let asks = self.spec.form.is_some_and(|form| !form.is_empty());
        Act {
            person: self.loaded.person.clone(),
            as_participant: self.loaded.inside.is_none(),
            door: if matches!(self.loaded.way, Way::Link(_)) { Door::Link } else { Door::Page },
            ticket: self.loaded.seen.ticket.id,
            // A button alone says what it wants: the desk itself says who was faster.
            seen: version.parse().ok().filter(|_| asks),
            nonce: nonce.to_owned(),
            verb: self.spec.verb.to_owned(),
            fields,
            files,
        }
    }

    async fn done(&self, act: Act, headers: &HeaderMap) -> Response {
        let path = self.loaded.way.path();
        match self.web.desk.change(move |gateway| gateway.act(&act)).await {
            Ok(Acted::Done { opened: Some(opened), .. }) if self.loaded.inside.is_some() => {
                see_other(self.web, &format!("{}?done={}", Way::Desk(opened).path(), self.spec.verb))
            }
            Ok(Acted::Done { .. }) if self.is_left() => see_other(self.web, "/desk?done=transfer"),
            Ok(Acted::Done { .. }) => see_other(self.web, &format!("{path}?done={}", self.spec.verb)),
            Ok(Acted::AlreadyDone { .. }) => see_other(self.web, &format!("{path}?done=already")),
            Ok(Acted::Changed { since, .. }) => self.stale(&since).await,
            Ok(Acted::Refused { refused, .. }) => self.refused(&refused).await,
            Ok(Acted::NotFound) => not_found(self.web, headers),
            Err(fault) => {
                tracing::warn!(%fault, "a form could not be taken");
                unavailable(self.web, headers)
            }
        }
    }

    /// Is the ticket perhaps somebody else's now?
    fn is_left(&self) -> bool {
        let place = self.pairs.iter().find(|(name, _)| name == "place").map(|(_, place)| place.split('/').next().unwrap_or_default());
        let services = self.loaded.inside.as_ref().map(|inside| &inside.services);
        place.zip(services).is_some_and(|(service, services)| !services.iter().any(|mine| mine == service))
    }

    async fn preview(&self, act: Act, headers: &HeaderMap) -> Response {
        match self.web.desk.change(move |gateway| gateway.preview(&act)).await {
            Ok(Ok(letters)) => {
                let form = act_form(self.web, self.visitor, &self.loaded, (self.spec, &self.pairs));
                let shown = letters.iter().filter(|letter| self.loaded.seen.ticket.is_participant(&letter.to)).map(letter).collect();
                page(self.web, self.visitor, &self.loaded, (FormPage { letters: shown, ..form }, vec![], StatusCode::OK))
            }
            Ok(Err(refused)) => self.refused(&refused).await,
            Err(_) => unavailable(self.web, headers),
        }
    }

    /// The same form with what was typed, and what is wrong.
    fn again(&self, status: StatusCode, word: &str) -> Response {
        let text = self.loaded.words(self.web).say(&format!("page.error.{word}"), &[]);
        let form = act_form(self.web, self.visitor, &self.loaded, (self.spec, &self.pairs));
        page(self.web, self.visitor, &self.loaded, (form, vec![Notice { tone: "bad", text }], status))
    }

    /// The ticket as it is now, for a page that says what changed; nothing when it cannot be read.
    async fn now(&self) -> Option<Loaded> {
        load(self.web, (self.visitor, &HeaderMap::new()), (self.loaded.way.clone(), Depth::Events)).await.ok()
    }

    async fn stale(&self, since: &[crate::desk::Event]) -> Response {
        let now = self.now().await;
        let loaded = now.as_ref().unwrap_or(&self.loaded);
        let place = loaded.place(self.web);
        let teller = Teller { words: loaded.words(self.web), scene: loaded.scene(self.web), seen: &loaded.seen, place };
        let visible = since.iter().filter(|event| loaded.seen.events.iter().any(|seen| seen.seq == event.seq));
        let changes: Vec<Entry> = visible.filter_map(|event| teller.entry(event)).collect();
        let form = FormPage { changes, ..act_form(self.web, self.visitor, loaded, (self.spec, &self.pairs)) };
        let text = loaded.words(self.web).say("page.error.changed", &[]);
        page(self.web, self.visitor, loaded, (form, vec![Notice { tone: "bad", text }], StatusCode::CONFLICT))
    }

    async fn refused(&self, refused: &[Refused]) -> Response {
        let now = self.now().await;
        let loaded = now.as_ref().unwrap_or(&self.loaded);
        let (words, scene) = (loaded.words(self.web), loaded.scene(self.web));
        let told = refused.iter().map(|refused| Notice { tone: "bad", text: refusals::sentence(words, &scene, refused) }).collect();
        let form = act_form(self.web, self.visitor, loaded, (self.spec, &self.pairs));
        page(self.web, self.visitor, loaded, (form, told, StatusCode::CONFLICT))
    }
}

fn letter(preview: &Preview) -> LetterView {
    LetterView { to: preview.to.to_string(), subject: preview.subject.clone(), text: hide(&preview.text) }
}

/// Links of a mail that is only shown lead nowhere: they are not shown.
fn hide(text: &str) -> String {
    let line = |line: &str| if line.contains("/l/") { "[…]".to_owned() } else { line.to_owned() };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
