//! Signing in by a mailed key, and out again; following a ticket up by its number. No passwords anywhere.
//!
//! Promises: the answer and the time that it takes say nothing of who is known here (CASEBOOK C20, C21): the mail is
//! written after the answer is on its way.

use axum::RequestExt;
use axum::extract::rejection::ExtensionRejection;
use axum::extract::{Extension, Form, FromRequest, Query, Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::caller::{Cookie, Jar, Peer};
use super::desk::{Desk, Web};
use super::fields::Fields;
use super::guard;
use super::limits::Key;
use super::links::{message, prefix, unavailable};
use super::pages::{FieldView, FormPage, Outside};
use super::visitor::{Visitor, set};
use crate::address::Address;
use crate::gateway::Wanted;

/// A form of the pages that strangers see, as it came, with whoever sent it.
pub struct Posted {
    pub visitor: Visitor,
    peer: Option<Peer>,
    pub headers: HeaderMap,
    pairs: Option<Vec<(String, String)>>,
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = ExtensionRejection;

    async fn from_request(mut request: Request, state: &S) -> Result<Posted, ExtensionRejection> {
        let Extension(visitor) = request.extract_parts().await?;
        let (peer, headers) = (request.extensions().get::<Peer>().copied(), request.headers().clone());
        let pairs = Form::from_request(request, state).await.ok().map(|Form(pairs)| pairs);
        Ok(Posted { visitor, peer, headers, pairs })
    }
}

impl Posted {
    /// Its fields: it comes from our own page, with its number, and has each field once.
    pub fn fields<D: Desk>(&self, web: &Web<D>, press: &str) -> Result<Fields, Box<Response>> {
        let refuse = |status, word| Err(Box::new(message(web, &self.headers, status, word)));
        if !guard::is_our_page(web.desk.site(), web.listens, &self.headers) {
            return refuse(StatusCode::FORBIDDEN, "forbidden");
        }
        let fields = self.pairs.clone().and_then(|pairs| Fields::of(pairs).ok());
        let Some(fields) = fields.filter(|fields| fields.raw("press") == press) else {
            return refuse(StatusCode::BAD_REQUEST, "malformed");
        };
        match web.nonces.check(&self.visitor.key(), press, web.now(), fields.raw("nonce")) {
            Ok(()) => Ok(fields),
            Err(_) => refuse(StatusCode::FORBIDDEN, "forbidden"),
        }
    }

    /// Whose limits it counts for.
    fn client<D: Desk>(&self, web: &Web<D>) -> Key {
        Key::Client(web.front.client(self.peer, &self.headers))
    }
}

/// What may stand behind the question mark.
#[derive(Debug, Default, Deserialize)]
pub struct Question {
    /// What was just done.
    done: Option<String>,
    /// What is to stand in the field.
    address: Option<String>,
}

/// The page that asks for an address.
pub async fn ask<D: Desk>(State(web): State<Web<D>>, Extension(visitor): Extension<Visitor>, question: Query<Question>) -> Response {
    if visitor.person.is_some() {
        return see_other(&web, "/desk");
    }
    let typed: String = question.address.as_deref().unwrap_or_default().chars().take(300).collect();
    sign_in_page(&web, &visitor, (question.done.as_deref(), None, &typed), StatusCode::OK)
}

fn sign_in_page<D: Desk>(
    web: &Web<D>,
    visitor: &Visitor,
    (done, error, typed): (Option<&str>, Option<&'static str>, &str),
    status: StatusCode,
) -> Response {
    let outside = Outside::new(web, visitor);
    let address = FieldView { value: typed.to_owned(), kind: "email", must: true, ..outside.field("address", error) };
    let page = FormPage { asks: vec![address], ..outside.form("sign_in", "/sign-in") };
    outside.show(page, done, status)
}

/// An address: a key goes there, if its owner is known here.
pub async fn asked<D: Desk>(State(web): State<Web<D>>, posted: Posted) -> Response {
    let fields = match posted.fields(&web, "sign_in") {
        Ok(fields) => fields,
        Err(response) => return *response,
    };
    let typed = fields.text("address");
    let Ok(to) = Address::parse(&typed) else {
        return sign_in_page(&web, &posted.visitor, (None, Some("address_wrong"), &typed), StatusCode::BAD_REQUEST);
    };
    if web.limits.allow(&[posted.client(&web), Key::Address(to.clone()), Key::All], web.now()) {
        let wanted = Wanted { to, browser: posted.visitor.browser, request: None };
        later(&web, move |gateway| gateway.mail_key(&wanted).map(drop));
    } else {
        tracing::warn!("too many keys were asked for; none is mailed for a while");
    }
    see_other(&web, "/sign-in?done=key_sent")
}

/// Ends the session of this browser.
pub async fn leave<D: Desk>(State(web): State<Web<D>>, posted: Posted) -> Response {
    if let Err(response) = posted.fields(&web, "sign_out") {
        return *response;
    }
    let Posted { visitor, headers, .. } = posted;
    if let (Some(person), Some(session)) = (visitor.person.clone(), visitor.session.clone())
        && web.desk.change(move |gateway| gateway.end_session(&person, session.id)).await.is_err()
    {
        return unavailable(&web, &headers);
    }
    let mut response = see_other(&web, "/sign-in?done=signed_out");
    set(&mut response, Jar::of(web.desk.site(), &headers).write(Cookie::Session, "", 0));
    response
}

/// The page that asks for a number and an address.
pub async fn follow<D: Desk>(State(web): State<Web<D>>, Extension(visitor): Extension<Visitor>, question: Query<Question>) -> Response {
    follow_page(&web, &visitor, (question.done.as_deref(), None), ("", ""))
}

fn follow_page<D: Desk>(
    web: &Web<D>,
    visitor: &Visitor,
    (done, error): (Option<&str>, Option<&'static str>),
    (number, address): (&str, &str),
) -> Response {
    let outside = Outside::new(web, visitor);
    let number =
        FieldView { value: number.to_owned(), must: true, ..outside.field("number", error.filter(|word| *word == "number_wrong")) };
    let error = error.filter(|word| *word == "address_wrong");
    let address = FieldView { value: address.to_owned(), kind: "email", must: true, ..outside.field("address", error) };
    let status = if number.error.is_empty() && address.error.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let page = FormPage { asks: vec![number, address], ..outside.form("follow_up", "/follow-up") };
    outside.show(page, done, status)
}

/// A number and an address: if they belong together, the link of the ticket goes there.
pub async fn followed<D: Desk>(State(web): State<Web<D>>, posted: Posted) -> Response {
    let fields = match posted.fields(&web, "follow_up") {
        Ok(fields) => fields,
        Err(response) => return *response,
    };
    let (number, typed) = (fields.text("number"), fields.text("address"));
    let Ok(ticket) = number.trim_start_matches('#').parse::<u64>() else {
        return follow_page(&web, &posted.visitor, (None, Some("number_wrong")), (&number, &typed));
    };
    let Ok(person) = Address::parse(&typed) else {
        return follow_page(&web, &posted.visitor, (None, Some("address_wrong")), (&number, &typed));
    };
    let keys = [posted.client(&web), Key::Ticket(ticket), Key::Address(person.clone()), Key::All];
    if web.limits.allow(&keys, web.now()) {
        later(&web, move |gateway| gateway.follow_up(ticket, &person));
    }
    see_other(&web, "/follow-up?done=link_sent")
}

/// Does something on the gateway's thread after the answer.
pub fn later<D: Desk, R: Send + 'static>(
    web: &Web<D>,
    job: impl FnOnce(&mut super::desk::Door) -> Result<R, crate::store::Backend> + Send + 'static,
) {
    let desk = web.desk.clone();
    tokio::spawn(async move {
        if let Err(fault) = desk.change(job).await {
            tracing::warn!(%fault, "a mail that was asked for on a page could not be written");
        }
    });
}

/// On to a page of ours.
pub fn see_other<D: Desk>(web: &Web<D>, path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(place) = HeaderValue::try_from(format!("{}{path}", prefix(&web.desk.site().base_url))) {
        response.headers_mut().insert(LOCATION, place);
    }
    response
}
