//! The paths, and what guards all of them.
//!
//! From outside in: the log line, the headers, the catch for panics, the host, time limits, body limits, the handler.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use super::agents::{act, answers, articles as desk_articles, figures, held, list, opening, preferences, service, staff};
use super::desk::{Desk, Web};
use super::log::{Lines, log};
use super::upload::BODY_MAX;
use super::{articles, guard, health, links, metrics, mine, press, request, sign_in, ticket_page, visitor};

/// The one style sheet. Its address carries a part of its hash, so that it may be kept.
const STYLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/style.css"));
/// For everything but uploads.
const PAGE_TIME: Duration = Duration::from_secs(30);
/// A full form over a slow line.
const UPLOAD_TIME: Duration = Duration::from_secs(600);
/// Bytes of a form without files.
const FORM_MAX: usize = 700 << 10;

/// All paths of the pages.
pub fn router<D: Desk>(web: Web<D>) -> Router {
    let prefix = links::prefix(&web.desk.site().base_url).to_owned();
    let paths = paths(&web);
    let both = if prefix.is_empty() { paths } else { Router::new().nest(&prefix, paths.clone()).merge(paths) };
    let lost = web.clone();
    both.fallback(move |request: Request| async move { links::lost(&lost, request.headers()) })
        .layer(from_fn_with_state(web.clone(), only_our_host::<D>))
        .layer(CatchPanicLayer::custom(move |_: Box<dyn Any + Send>| links::broken(&web)))
        .layer(from_fn_with_state(Arc::<Lines>::default(), log))
}

fn paths<D: Desk>(web: &Web<D>) -> Router {
    let pages = Router::new()
        .route("/", get(links::home::<D>))
        .route("/health", get(health::health::<D>))
        .route("/metrics", get(metrics::metrics::<D>))
        .route("/style.css", get(style))
        .route("/robots.txt", get(|| async { "User-agent: *\nDisallow: /\n" }))
        .route("/l/{token}", get(links::show::<D>))
        .route("/l/{token}/f/{event}/{part}", get(links::file::<D>))
        .route("/l/{token}/{button}", post(press::form::<D>))
        .route("/l/{token}/do/{verb}", get(act::form::<D>))
        .merge(visited())
        .merge(desk())
        .layer(DefaultBodyLimit::max(FORM_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, PAGE_TIME));
    let uploads = Router::new()
        .route("/l/{token}/answer", post(press::answer::<D>))
        .route("/l/{token}/reply", post(press::reply::<D>))
        .route("/l/{token}/do/{verb}", post(act::act::<D>))
        .route("/my/t/{mine}/do/{verb}", post(act::act::<D>))
        .route("/desk/t/{desk}/do/{verb}", post(act::act::<D>))
        .route("/desk/new", post(opening::open::<D>))
        .route("/new/{service}/{category}", post(request::asked::<D>))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, UPLOAD_TIME));
    pages.merge(uploads).layer(from_fn_with_state(web.clone(), visitor::visit::<D>)).with_state(web.clone())
}

/// Pages for whoever has no link: signing in, following up, new requests, one's own tickets.
fn visited<D: Desk>() -> Router<Web<D>> {
    Router::new()
        .route("/sign-in", get(sign_in::ask::<D>).post(sign_in::asked::<D>))
        .route("/sign-out", post(sign_in::leave::<D>))
        .route("/follow-up", get(sign_in::follow::<D>).post(sign_in::followed::<D>))
        .route("/new", get(request::choose::<D>))
        .route("/new/{service}/{category}", get(request::ask::<D>))
        .route("/articles", get(articles::list::<D>))
        .route("/articles/{number}", get(articles::read::<D>))
        .route("/my", get(mine::list::<D>))
        .route("/my/t/{mine}", get(ticket_page::show::<D>))
        .route("/my/t/{mine}/history", post(ticket_page::mail_history::<D>))
        .route("/my/t/{mine}/f/{event}/{part}", get(ticket_page::file::<D>))
        .route("/my/t/{mine}/do/{verb}", get(act::form::<D>))
}

/// The agents' desk.
fn desk<D: Desk>() -> Router<Web<D>> {
    Router::new()
        .route("/desk", get(list::home::<D>))
        .route("/desk/{list}", get(list::list::<D>))
        .route("/desk/search", get(list::search::<D>))
        .route("/desk/held", get(held::list::<D>))
        .route("/desk/held/{id}/{verb}", post(held::decide::<D>))
        .route("/desk/figures", get(figures::show::<D>))
        .route("/desk/figures.csv", get(figures::csv::<D>))
        .route("/desk/articles", get(desk_articles::list::<D>))
        .route("/desk/articles/new", get(desk_articles::new::<D>).post(desk_articles::add::<D>))
        .route("/desk/articles/{number}", get(desk_articles::read::<D>))
        .route("/desk/articles/{number}/edit", get(desk_articles::edit::<D>).post(desk_articles::change::<D>))
        .route("/desk/new", get(opening::show::<D>))
        .route("/desk/preferences", get(preferences::show::<D>).post(preferences::save::<D>))
        .route("/desk/services/{key}", get(service::show::<D>))
        .route("/desk/services/{service}/{task}", get(staff::show::<D>).post(staff::save::<D>))
        .route("/desk/services/{service}/{task}/{agent}", get(staff::show::<D>).post(staff::save::<D>))
        .route("/desk/answers", post(answers::save::<D>))
        .route("/desk/report", post(preferences::report::<D>))
        .route("/desk/sessions/{id}", post(preferences::end::<D>))
        .route("/desk/t/{desk}", get(ticket_page::show::<D>))
        .route("/desk/t/{desk}/history", post(ticket_page::mail_history::<D>))
        .route("/desk/t/{desk}/f/{event}/{part}", get(ticket_page::file::<D>))
        .route("/desk/t/{desk}/do/{verb}", get(act::form::<D>))
}

/// A part of the style sheet's hash.
pub fn style_version() -> String {
    blake3::hash(STYLE.as_bytes()).to_hex().chars().take(8).collect()
}

async fn style() -> Response {
    let mut response = STYLE.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    response
}

/// Whoever asks for another site is not served (CASEBOOK C16); a probe may ask for health and numbers by any name.
async fn only_our_host<D: Desk>(State(web): State<Web<D>>, request: Request, next: Next) -> Response {
    let probe = ["/health", "/metrics"].contains(&request.uri().path());
    match probe || guard::is_our_host(web.desk.site(), web.listens, request.uri(), request.headers()) {
        true => next.run(request).await,
        false => links::misdirected(&web, request.headers()),
    }
}
