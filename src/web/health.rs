//! Is the desk alive? For load balancers and for whoever watches: no names but those of the configuration.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::desk::{Desk, Web};

/// Seconds without a full pass over a mailbox after which something is wrong (CASEBOOK L10).
const QUIET_MAX: i64 = 600;

#[derive(Serialize)]
struct Health {
    ok: bool,
    /// The memory answers.
    store: bool,
    mailboxes: Vec<MailboxHealth>,
}

#[derive(Serialize)]
struct MailboxHealth {
    name: String,
    /// Seconds since it was last read to its end.
    polled_seconds_ago: i64,
}

/// 200 when all is well, 503 when a person should look.
pub async fn health<D: Desk>(State(web): State<Web<D>>) -> Response {
    let store = matches!(web.desk.look(|reads| reads.next_due().is_ok()).await, Ok(true));
    let now = web.now();
    let age = |(name, at): (String, jiff::Timestamp)| MailboxHealth { name, polled_seconds_ago: now.duration_since(at).as_secs() };
    let mailboxes: Vec<MailboxHealth> = web.desk.polls().into_iter().map(age).collect();
    let ok = store && mailboxes.iter().all(|mailbox| mailbox.polled_seconds_ago <= QUIET_MAX);
    let status = if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Health { ok, store, mailboxes })).into_response()
}
