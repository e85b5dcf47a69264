//! Numbers for a watcher, in the text format of Prometheus. For programs on this machine alone: to others there is no such page.

use std::fmt::Write as _;

use axum::extract::{Extension, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::caller::Peer;
use super::desk::{Desk, Web};
use super::links::{not_found, unavailable};
use crate::store::{Backend, Reads};

/// Text format 0.0.4.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The numbers; nothing of a person or a ticket is among them.
pub async fn metrics<D: Desk>(State(web): State<Web<D>>, peer: Option<Extension<Peer>>, headers: HeaderMap) -> Response {
    // Through a proxy of this machine comes the world.
    let near = peer.is_some_and(|Extension(peer)| peer.0.ip().is_loopback()) && !headers.contains_key("x-forwarded-for");
    if !near {
        return not_found(&web, &headers);
    }
    let now = web.now();
    let Ok(Ok((mails, late))) = web.desk.look(move |reads| counted(reads, now)).await else { return unavailable(&web, &headers) };
    let mut text = String::new();
    sample(&mut text, ("guichet_build_info", "gauge"), &format!("{{version=\"{}\"}}", env!("CARGO_PKG_VERSION")), 1);
    for (outcome, n) in mails {
        sample(&mut text, ("guichet_mails", "gauge"), &format!("{{outcome=\"{outcome}\"}}"), n);
    }
    sample(&mut text, ("guichet_outbox_late_seconds", "gauge"), "", late);
    sample(&mut text, ("guichet_redirected", "gauge"), "", u8::from(web.desk.site().redirect_to.is_some()));
    for (name, at) in web.desk.polls() {
        let label = name.replace(['\\', '"', '\n'], "_");
        sample(&mut text, ("guichet_mailbox_age_seconds", "gauge"), &format!("{{mailbox=\"{label}\"}}"), now.duration_since(at).as_secs());
    }
    let mut response = text.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(FORMAT));
    response
}

type Counted = ([(&'static str, u64); 6], i64);

/// Mails by outcome, and for how many seconds the first letter is overdue.
fn counted(reads: &dyn Reads, now: jiff::Timestamp) -> Result<Counted, Backend> {
    let count = reads.count(None)?;
    let mails = [
        ("attached", count.attached),
        ("new", count.new),
        ("held", count.held),
        ("ignored", count.ignored),
        ("parked", count.parked),
        ("waiting", count.waiting),
    ];
    let late = reads.next_due()?.map_or(0, |due| now.duration_since(due).as_secs().max(0));
    Ok((mails, late))
}

fn sample(text: &mut String, (name, kind): (&str, &str), labels: &str, value: impl std::fmt::Display) {
    if !text.contains(&format!("# TYPE {name} ")) {
        let _ = writeln!(text, "# TYPE {name} {kind}");
    }
    let _ = writeln!(text, "{name}{labels} {value}");
}
