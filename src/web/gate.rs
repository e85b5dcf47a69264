//! Mailed keys: the page with the button, and what the button does. Looking at a key does not use it up (CASEBOOK C01).

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::tz::TimeZone;

use super::caller::{Cookie, Jar};
use super::desk::{Desk, Web};
use super::fields::{Fields, Malformed};
use super::guard;
use super::links::{message, not_found, unavailable};
use super::pages::{FormPage, LetterView, Outside};
use super::sign_in::see_other;
use super::token::Token;
use super::visitor::{SESSION_DAYS, Visitor, set};
use crate::desk::{Organisation, Preferences};
use crate::gateway::{Entered, Using};
use crate::mail::carrier::encode_token;
use crate::notifications::{Words, names};
use crate::store::{Backend, Gate, GateFor, Request};

/// The one button of a key's page.
pub const BUTTON: &str = "enter";

/// The page of a key; none when there is no such key.
pub async fn show<D: Desk>(web: &Web<D>, visitor: &Visitor, headers: &HeaderMap, token: &Token) -> Response {
    let hash = token.hash();
    let found = web.desk.look(move |reads| {
        let gate = reads.gate(&hash)?;
        let asks = gate.as_ref().filter(|gate| [GateFor::Absence, GateFor::Same].contains(&gate.what));
        let asked = asks.map(|gate| reads.preferences(&gate.person)).transpose()?.unwrap_or_default();
        Ok::<_, Backend>(gate.map(|gate| Found { gate, asked }).zip(Some(reads.organisation()?)))
    });
    match found.await {
        Ok(Ok(Some((found, organisation)))) => page(web, visitor, headers, (token, &found, &organisation)),
        Ok(Ok(None)) => not_found(web, headers),
        _ => unavailable(web, headers),
    }
}

/// A key, and what it is about.
struct Found {
    gate: Gate,
    /// What its owner is asked, where they confirm it by it.
    asked: Preferences,
}

fn page<D: Desk>(
    web: &Web<D>,
    visitor: &Visitor,
    headers: &HeaderMap,
    (token, Found { gate, asked }, organisation): (&Token, &Found, &Organisation),
) -> Response {
    let outdated = gate.what == GateFor::Same && asked.claimed_at(gate.issued_at).is_none();
    if gate.ended_at.is_some() || gate.expires_at <= web.now() || outdated {
        return message(web, headers, StatusCode::GONE, "key_over");
    }
    if gate.what == GateFor::SignIn && gate.browser != visitor.browser {
        return message(web, headers, StatusCode::OK, "other_browser");
    }
    let outside = Outside::new(web, visitor);
    let held = gate.request.as_ref().is_some_and(|request| request.held.is_some());
    let name = match gate.what {
        GateFor::SignIn => "enter",
        GateFor::Request if held => "vouch",
        GateFor::Request => "prove",
        GateFor::Absence => "absence",
        GateFor::Same => "same",
    };
    let form = outside.form(name, &format!("/l/{}/{BUTTON}", token.as_str()));
    let intro = question(outside.words(), gate, (asked, &web.desk.site().zone)).map_or(form.intro.clone(), |said| vec![said]);
    let letters = gate.request.iter().map(|request| LetterView {
        to: String::new(),
        subject: names::title(&request.title),
        text: whole(outside.words(), request, organisation),
    });
    let nonce = web.nonces.fresh(&token.hash(), BUTTON, web.now());
    let page = FormPage { press: BUTTON.to_owned(), nonce, letters: letters.collect(), intro, ..form };
    outside.show(page, None, StatusCode::OK)
}

/// What is confirmed, where that is more than its owner knows.
fn question(words: &Words, gate: &Gate, (asked, zone): (&Preferences, &TimeZone)) -> Option<String> {
    match (gate.what, &asked.proposed, asked.claimed_at(gate.issued_at)) {
        (GateFor::Absence, Some(proposed), _) => {
            let until = words.day(proposed.until.to_zoned(zone.clone()).date());
            Some(words.say("page.absence.until", &[("until", &until)]))
        }
        (GateFor::Same, _, Some(by)) => Some(words.say("page.same.by", &[("address", by.as_str())])),
        _ => None,
    }
}

/// The words of a request, and below them what was answered.
fn whole(words: &Words, request: &Request, organisation: &Organisation) -> String {
    let wanted = organisation.fields(&request.service, &request.category);
    let line = |(key, value): &(String, String)| {
        let name = wanted.iter().find(|wanted| wanted.key == *key).map(|wanted| wanted.name.as_str())?;
        Some(words.say("page.new.told", &[("name", name), ("value", value)]))
    };
    let told: Vec<String> = request.told.iter().filter_map(line).collect();
    [request.text.trim(), &told.join("\n")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// The button was pressed.
pub async fn enter<D: Desk>(
    web: &Web<D>,
    (visitor, headers): (&Visitor, &HeaderMap),
    segment: &str,
    fields: Result<Fields, Malformed>,
) -> Response {
    let Some(token) = Token::read(segment) else { return not_found(web, headers) };
    if !guard::is_our_page(web.desk.site(), web.listens, headers) {
        return message(web, headers, StatusCode::FORBIDDEN, "forbidden");
    }
    let Some(fields) = fields.ok().filter(|fields| fields.raw("press") == BUTTON) else {
        return message(web, headers, StatusCode::BAD_REQUEST, "malformed");
    };
    if web.nonces.check(&token.hash(), BUTTON, web.now(), fields.raw("nonce")).is_err() {
        return message(web, headers, StatusCode::FORBIDDEN, "forbidden");
    }
    let using = Using { key: token.hash(), browser: visitor.browser, called: visitor.called.clone() };
    match web.desk.change(move |gateway| gateway.enter(&using)).await {
        Ok(Entered::Session(session)) => {
            let mut response = see_other(web, "/desk");
            set(&mut response, Jar::of(web.desk.site(), headers).write(Cookie::Session, &encode_token(&session), SESSION_DAYS));
            response
        }
        Ok(Entered::Opened(link)) => see_other(web, &format!("/l/{}?done=open", encode_token(&link))),
        Ok(Entered::Confirmed) => message(web, headers, StatusCode::OK, "vouched"),
        Ok(Entered::Absent) => message(web, headers, StatusCode::OK, "absent"),
        Ok(Entered::Same) => message(web, headers, StatusCode::OK, "same_known"),
        Ok(Entered::Over) => message(web, headers, StatusCode::GONE, "key_over"),
        Ok(Entered::OtherBrowser) => message(web, headers, StatusCode::CONFLICT, "other_browser"),
        Err(_) => unavailable(web, headers),
    }
}
