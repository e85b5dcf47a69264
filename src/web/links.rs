//! Handlers that show: a link's page, a file, and the pages that say no. Nothing here changes anything (CASEBOOK C01).

use axum::extract::{Extension, Path, Query, State};
use axum::http::header::{ACCEPT_LANGUAGE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::desk::{Desk, Web};
use super::files::download;
use super::gate;
use super::look::{Depth, Seen, file_of, see, shows};
use super::pages::{Asked, Draft, Maker, Message, WayView};
use super::standing::{Standing, standing};
use super::tickets::{Loaded, Way};
use super::token::Token;
use super::visitor::Visitor;
use crate::desk::{Actor, Door, Purpose, Rules, Spec, possible};
use crate::notifications::Words;
use crate::proof::Level;
use crate::store::{Backend, Reads, TokenHash};

/// What may stand behind the question mark: shown differently, nothing else.
#[derive(Debug, Default, Deserialize)]
pub struct Question {
    /// What was just pressed.
    done: Option<String>,
    /// A mark that a mail's link preselects.
    delay: Option<String>,
    /// Another.
    answers: Option<String>,
    /// The whole conversation.
    all: Option<String>,
}

/// The page of a link.
pub async fn show<D: Desk>(
    State(web): State<Web<D>>,
    Path(segment): Path<String>,
    question: Result<Query<Question>, axum::extract::rejection::QueryRejection>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
) -> Response {
    let Some(token) = Token::read(&segment) else { return not_found(&web, &headers) };
    let Query(question) = question.unwrap_or_default();
    let seen = match find(&web, token.hash(), Depth::Mails(web.desk.site().limits)).await {
        Ok(seen) => seen,
        Err(NoPage::NotFound) => return gate::show(&web, &visitor, &headers, &token).await,
        Err(refused) => return refused.answer(&web, &headers),
    };
    let draft = Draft { delay: question.delay.unwrap_or_default(), answers: question.answers.unwrap_or_default(), ..Draft::default() };
    let ways = ways_of_link(&web, &token, &seen);
    let asked = Asked { draft, done: question.done, all: question.all.is_some(), ways, ..Asked::default() };
    page(&web, &token, &seen, &asked, StatusCode::OK)
}

/// Why there is no page.
pub enum NoPage {
    /// No such link.
    NotFound,
    /// Its ticket was deleted when its time was over.
    Purged,
    /// The memory cannot be asked now.
    Unavailable,
}

impl NoPage {
    /// As an answer.
    pub fn answer<D: Desk>(self, web: &Web<D>, headers: &HeaderMap) -> Response {
        match self {
            NoPage::NotFound => not_found(web, headers),
            NoPage::Purged => purged(web, headers),
            NoPage::Unavailable => unavailable(web, headers),
        }
    }
}

/// What a link leads to now.
pub async fn find<D: Desk>(web: &Web<D>, hash: TokenHash, depth: Depth) -> Result<Seen, NoPage> {
    let found = web.desk.look(move |reads| {
        let seen = see(reads, &hash, depth)?;
        let purged = seen.is_none() && reads.was_link(&hash)?;
        Ok::<_, Backend>((seen, purged))
    });
    match found.await {
        Ok(Ok((Some(seen), _))) => Ok(seen),
        Ok(Ok((None, purged))) => Err(if purged { NoPage::Purged } else { NoPage::NotFound }),
        Ok(Err(fault)) => {
            tracing::error!(%fault, "a page could not be read");
            Err(NoPage::Unavailable)
        }
        Err(fault) => {
            tracing::warn!(%fault, "a page could not be read");
            Err(NoPage::Unavailable)
        }
    }
}

/// A link's page as an answer. A link that does nothing any more is gone, in the words of RFC 9110 section 15.5.11.
pub fn page<D: Desk>(web: &Web<D>, token: &Token, seen: &Seen, asked: &Asked, status: StatusCode) -> Response {
    let maker = Maker::of(web);
    let over = matches!(standing(seen, maker.now), Standing::Expired | Standing::Gone);
    let status = if over && status == StatusCode::OK { StatusCode::GONE } else { status };
    written(status, maker.link(token, seen, asked)).unwrap_or_else(|| broken(web))
}

/// The actions of a participant's page that have a form of their own.
pub fn ways<D: Desk>(web: &Web<D>, loaded: &Loaded) -> Vec<WayView> {
    ways_to(&loaded.possible(web), &loaded.place(web), loaded.words(web))
}

fn ways_to(specs: &[&'static Spec], place: &str, words: &Words) -> Vec<WayView> {
    let way = |spec: &&Spec| WayView {
        url: format!("{place}/do/{}", spec.verb),
        label: words.term("page.own", spec.verb).to_owned(),
        ..WayView::default()
    };
    specs.iter().map(way).collect()
}

/// The same behind a link that shows its ticket.
fn ways_of_link<D: Desk>(web: &Web<D>, token: &Token, seen: &Seen) -> Vec<WayView> {
    if seen.link.purpose != Purpose::View || standing(seen, web.now()) != Standing::Live {
        return vec![];
    }
    let actor = Actor { as_participant: true, ..Actor::person(seen.link.person.clone(), None, Door::Link, Level::Proven) };
    let rules = Rules { organisation: &seen.organisation, policy: &web.desk.site().policy };
    let mut specs = possible(&seen.ticket, &[], &actor, rules, web.now());
    let way = Way::Link(token.clone());
    specs.retain(|spec| !way.leaves_out(spec.verb));
    let wanted = seen.language.iter().map(String::as_str).chain([&*seen.ticket.language, &*web.desk.site().language]);
    let words = web.texts.words(&web.texts.language(wanted));
    ways_to(&specs, &format!("{}{}", prefix(&web.desk.site().base_url), way.path()), words)
}

/// A page that was written, or the page that says that something broke.
pub fn rendered<D: Desk>(web: &Web<D>, status: StatusCode, page: Result<String, crate::notifications::TemplateFault>) -> Response {
    written(status, page).unwrap_or_else(|| broken(web))
}

/// `check` renders every template, so a fault here is one of ours; the reader gets another page.
fn written(status: StatusCode, page: Result<String, crate::notifications::TemplateFault>) -> Option<Response> {
    let fault = match page {
        Ok(html) => return Some((status, Html(html)).into_response()),
        Err(fault) => fault,
    };
    tracing::error!(%fault, "a page could not be written");
    None
}

/// A file of an event that the link's page shows.
pub async fn file<D: Desk>(
    State(web): State<Web<D>>,
    Path((segment, event, number)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let (token, event, number) = (Token::read(&segment), event.parse::<u64>(), number.parse::<u32>());
    let (Some(token), Ok(event), Ok(number)) = (token, event, number) else { return not_found(&web, &headers) };
    let (hash, now) = (token.hash(), web.now());
    let found = web.desk.look(move |reads| {
        let Some(seen) = see(reads, &hash, Depth::Events)? else { return Ok(None) };
        content(reads, &seen, (event, number), now)
    });
    match found.await {
        Ok(Ok(Some((name, bytes)))) => download(&name, bytes),
        Ok(Ok(None)) => not_found(&web, &headers),
        Ok(Err(_)) | Err(_) => unavailable(&web, &headers),
    }
}

type Content = Option<(String, Vec<u8>)>;

fn content(reads: &dyn Reads, seen: &Seen, (event, number): (u64, u32), now: jiff::Timestamp) -> Result<Content, Backend> {
    // A link that is over shows nothing any more (CASEBOOK B15).
    let live = standing(seen, now) == Standing::Live;
    let shown = seen.events.iter().find(|known| known.seq == event).filter(|event| live && shows(&seen.link, event));
    shown.map_or(Ok(None), |event| file_of(reads, event, number))
}

/// What this is, for whoever types the address.
pub async fn home<D: Desk>(State(web): State<Web<D>>, headers: HeaderMap) -> Response {
    message(&web, &headers, StatusCode::OK, "home")
}

/// One answer for whatever is not there: the same bytes, whyever.
pub fn not_found<D: Desk>(web: &Web<D>, headers: &HeaderMap) -> Response {
    message(web, headers, StatusCode::NOT_FOUND, "not_found")
}

/// A ticket that was deleted when its time was over.
pub fn purged<D: Desk>(web: &Web<D>, headers: &HeaderMap) -> Response {
    message(web, headers, StatusCode::GONE, "purged")
}

/// A path that does not exist.
pub fn lost<D: Desk>(web: &Web<D>, headers: &HeaderMap) -> Response {
    not_found(web, headers)
}

/// Another site's name (RFC 9110 section 15.5.20).
pub fn misdirected<D: Desk>(web: &Web<D>, headers: &HeaderMap) -> Response {
    message(web, headers, StatusCode::MISDIRECTED_REQUEST, "misdirected")
}

/// A panic in a handler costs one answer. Its text goes to the log by the panic hook, not to the page.
pub fn broken<D: Desk>(web: &Web<D>) -> Response {
    message(web, &HeaderMap::new(), StatusCode::INTERNAL_SERVER_ERROR, "broken")
}

/// The memory cannot be asked, or nothing can be committed now.
pub fn unavailable<D: Desk>(web: &Web<D>, headers: &HeaderMap) -> Response {
    let mut response = message(web, headers, StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
    response
}

/// A page of one message, in the language that the browser asks for.
pub fn message<D: Desk>(web: &Web<D>, headers: &HeaderMap, status: StatusCode, word: &'static str) -> Response {
    let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let maker = Maker::of(web);
    let page = written(status, maker.message(&Message { word, wanted }));
    page.unwrap_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// The path in front of all our paths: `/help` of `https://desk.example.org/help`.
pub fn prefix(base_url: &str) -> &str {
    let rest = base_url.split_once("://").map_or("", |(_, rest)| rest);
    rest.find('/').map_or("", |at| &rest[at..]).trim_end_matches('/')
}

/// Percent-encoding of everything but letters and digits.
pub fn percent(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
