//! Handlers that act: a pressed button becomes one [`Press`]; its answer leads back to a page that only shows.
//!
//! In this order, so that strangers cost nothing: the token's shape, where the form comes from, whether the link has this
//! button, the form's number, the form itself.

use axum::extract::multipart::MultipartRejection;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, Multipart, Path, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::desk::{Desk, Web};
use super::fields::{Fields, Malformed};
use super::form::{self, FormFault};
use super::links::{find, message, not_found, page, prefix, unavailable};
use super::look::Depth;
use super::nonce::NonceFault;
use super::pages::{Asked, Draft};
use super::standing::has_button;
use super::token::Token;
use super::visitor::Visitor;
use super::{gate, guard, upload};
use crate::desk::Refused;
use crate::gateway::{Press, Pressed};
use crate::mail::carrier::encode_token;

type Pairs = Vec<(String, String)>;

/// A form without files.
pub async fn form<D: Desk>(
    State(web): State<Web<D>>,
    Path((segment, button)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    pairs: Result<Form<Pairs>, FormRejection>,
) -> Response {
    let fields = pairs.map_err(|_| Malformed).and_then(|Form(pairs)| Fields::of(pairs));
    if button == gate::BUTTON {
        return gate::enter(&web, (&visitor, &headers), &segment, fields).await;
    }
    let desk = match Entered::new(&web, &segment, &button, &headers).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    desk.press(fields).await
}

/// The answer to a question.
pub async fn answer<D: Desk>(
    State(web): State<Web<D>>,
    Path(segment): Path<String>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    with_files(&web, (&segment, "answer"), &headers, form).await
}

/// Words on the ticket's page.
pub async fn reply<D: Desk>(
    State(web): State<Web<D>>,
    Path(segment): Path<String>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    with_files(&web, (&segment, "reply"), &headers, form).await
}

async fn with_files<D: Desk>(
    web: &Web<D>,
    (segment, button): (&str, &str),
    headers: &HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let entered = match Entered::new(web, segment, button, headers).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    // What waits here holds no files yet. The semaphore is never closed.
    let _room = web.uploads.acquire().await;
    let fields = match form {
        Ok(form) => upload::read(form, |nonce| entered.number(nonce) != Err(NonceFault::Forged)).await,
        Err(_) => Err(Malformed),
    };
    entered.press(fields).await
}

/// A form that may be read: its link exists and has this button.
struct Entered<'a, D> {
    web: &'a Web<D>,
    headers: &'a HeaderMap,
    token: Token,
    button: &'a str,
}

impl<'a, D: Desk> Entered<'a, D> {
    async fn new(web: &'a Web<D>, segment: &str, button: &'a str, headers: &'a HeaderMap) -> Result<Self, Response> {
        let token = Token::read(segment).ok_or_else(|| not_found(web, headers))?;
        if !guard::is_our_page(web.desk.site(), web.listens, headers) {
            return Err(message(web, headers, StatusCode::FORBIDDEN, "forbidden"));
        }
        let seen = find(web, token.hash(), Depth::Events).await.map_err(|refused| refused.answer(web, headers))?;
        match has_button(seen.link.purpose, button) {
            true => Ok(Entered { web, headers, token, button }),
            false => Err(not_found(web, headers)),
        }
    }

    fn number(&self, nonce: &str) -> Result<(), NonceFault> {
        self.web.nonces.check(&self.token.hash(), self.button, self.web.now(), nonce)
    }

    /// The form's number, then its meaning, then the act.
    async fn press(&self, fields: Result<Fields, Malformed>) -> Response {
        let Ok(mut fields) = fields else { return self.malformed() };
        if fields.raw("nonce").is_empty() {
            return message(self.web, self.headers, StatusCode::FORBIDDEN, "forbidden");
        }
        let draft = Draft { text: fields.text("text"), delay: fields.raw("delay").into(), answers: fields.raw("answers").into() };
        match self.number(fields.raw("nonce")) {
            Ok(()) => {}
            Err(NonceFault::Forged) => return not_found(self.web, self.headers),
            Err(NonceFault::Old) => return self.again(draft, "form_old", StatusCode::CONFLICT).await,
        }
        match form::button(self.button, &mut fields) {
            Ok(button) => self.act(Press { link: self.token.hash(), nonce: fields.raw("nonce").into(), button }, draft).await,
            Err(FormFault::Malformed) => self.malformed(),
            Err(FormFault::Incomplete("too_large")) => self.again(draft, "too_large", StatusCode::PAYLOAD_TOO_LARGE).await,
            Err(FormFault::Incomplete(word)) => self.again(draft, word, StatusCode::BAD_REQUEST).await,
        }
    }

    async fn act(&self, press: Press, draft: Draft) -> Response {
        match self.web.desk.press(press).await {
            Ok(Pressed::Done { rate: Some(rate), .. }) => self.see_other(&encode_token(&rate), self.button),
            Ok(Pressed::Done { .. }) => self.see_other(self.token.as_str(), self.button),
            Ok(Pressed::AlreadyDone { .. }) => self.see_other(self.token.as_str(), "already"),
            Ok(Pressed::LinkSent) => self.see_other(self.token.as_str(), "fresh_link"),
            Ok(Pressed::Refused { refused, .. }) => self.refused(draft, refused).await,
            Ok(Pressed::NotFound) => not_found(self.web, self.headers),
            Err(fault) => {
                tracing::warn!(%fault, "a button could not be pressed");
                unavailable(self.web, self.headers)
            }
        }
    }

    fn malformed(&self) -> Response {
        message(self.web, self.headers, StatusCode::BAD_REQUEST, "malformed")
    }

    /// The same page with what was written, and what is wrong.
    async fn again(&self, draft: Draft, word: &'static str, status: StatusCode) -> Response {
        self.back(Asked { draft, error: Some(word), ..Asked::default() }, status).await
    }

    /// The page as it is now, why it was not done, and what was written: nothing is lost.
    async fn refused(&self, draft: Draft, refused: Vec<Refused>) -> Response {
        self.back(Asked { draft, refused, ..Asked::default() }, StatusCode::CONFLICT).await
    }

    async fn back(&self, asked: Asked, status: StatusCode) -> Response {
        let asked = Asked { pressed: self.button.to_owned(), ..asked };
        match find(self.web, self.token.hash(), Depth::Mails(self.web.desk.site().limits)).await {
            Ok(seen) => page(self.web, &self.token, &seen, &asked, status),
            Err(refused) => refused.answer(self.web, self.headers),
        }
    }

    /// On to a page that may be loaded again (RFC 9110 section 15.4.4); its address is ours whatever was sent (C17).
    fn see_other(&self, token: &str, done: &str) -> Response {
        let place = format!("{}/l/{token}?done={done}", prefix(&self.web.desk.site().base_url));
        let mut response = StatusCode::SEE_OTHER.into_response();
        if let Ok(place) = HeaderValue::try_from(place) {
            response.headers_mut().insert(LOCATION, place);
        }
        response
    }
}
