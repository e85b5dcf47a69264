//! Who visits a page: a browser, and perhaps somebody signed in.
//!
//! Promises: a session is known by the hash of its cookie alone, ends strictly, gets another cookie every quarter of an
//! hour, and nobody who was disabled has one. Excludes: what the signed-in may do, which the gateway decides each time.

use axum::extract::{Request, State};
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use jiff::SignedDuration;

use super::caller::{Cookie, Jar, Peer};
use super::desk::{Desk, Web};
use crate::address::Address;
use crate::desk::Organisation;
use crate::gateway::effects::token_hash;
use crate::mail::carrier::{decode_token, encode_token};
use crate::store::{Reads, Session, TokenHash};

/// How old a session's cookie gets.
const RENEW: SignedDuration = SignedDuration::from_mins(15);
/// How long the cookie before still works, for what was asked at the same time.
const GRACE: SignedDuration = SignedDuration::from_mins(2);
/// Days that a browser keeps our cookies.
pub const BROWSER_DAYS: u32 = 30;
/// Days that a session may last (the gateway ends it earlier when nobody uses it).
pub const SESSION_DAYS: u32 = 14;

/// Whoever visits.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who is signed in.
    pub person: Option<Address>,
    /// Their session; none when a proxy of ours signed them in.
    pub session: Option<Session>,
    /// Hash of the browser's cookie.
    pub browser: TokenHash,
    /// Its cookie, when it is to be set.
    fresh: Option<String>,
    /// The session's cookie is to be renewed.
    old: bool,
    /// What the browser calls itself.
    pub called: String,
    /// What people here read first (`Accept-Language`).
    pub wanted: String,
}

impl Visitor {
    /// The number that forms of this visitor are bound to.
    pub fn key(&self) -> TokenHash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.browser).update(self.person.as_ref().map_or("", Address::as_str).as_bytes());
        *hasher.finalize().as_bytes()
    }

    /// Reads who it is.
    pub async fn of<D: Desk>(web: &Web<D>, headers: &HeaderMap, peer: Option<Peer>) -> Visitor {
        let jar = Jar::of(web.desk.site(), headers);
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let token = |cookie| jar.read(headers, cookie).and_then(decode_token);
        let (browser, fresh) = match token(Cookie::Browser) {
            Some(token) => (token_hash(&token), None),
            None => match random() {
                Some(token) => (token_hash(&token), Some(encode_token(&token))),
                None => (TokenHash::default(), None),
            },
        };
        let by_proxy = web.front.signed_in(peer, headers);
        let cookie = token(Cookie::Session).map(|token| token_hash(&token)).filter(|_| by_proxy.is_none());
        let (person, session, old) = known(web, by_proxy, cookie).await;
        Visitor {
            person,
            session,
            browser,
            fresh,
            old,
            called: called(&text(USER_AGENT)),
            wanted: text(axum::http::header::ACCEPT_LANGUAGE),
        }
    }
}

/// The person, if they may come in still.
async fn known<D: Desk>(web: &Web<D>, by_proxy: Option<Address>, cookie: Option<TokenHash>) -> (Option<Address>, Option<Session>, bool) {
    if by_proxy.is_none() && cookie.is_none() {
        return (None, None, false);
    }
    let now = web.now();
    let found = web.desk.look(move |reads| {
        let session = cookie.and_then(|cookie| reads.session(&cookie).ok().flatten());
        let live = session.filter(|session| session.ended_at.is_none() && now < session.expires_at);
        let live = live.filter(|session| Some(session.hash) == cookie || now.duration_since(session.renewed_at) < GRACE);
        let organisation = reads.organisation().ok()?;
        let (person, session) = match (by_proxy, live) {
            (Some(person), _) => (person, None),
            (None, Some(session)) => (session.person.clone(), Some(session)),
            (None, None) => return None,
        };
        may_enter(&organisation, reads, &person).then_some((person, session))
    });
    match found.await {
        Ok(Some((person, session))) => {
            let old =
                session.as_ref().is_some_and(|session| Some(session.hash) == cookie && now.duration_since(session.renewed_at) > RENEW);
            (Some(person), session, old)
        }
        _ => (None, None, false),
    }
}

fn may_enter(organisation: &Organisation, reads: &dyn Reads, person: &Address) -> bool {
    !organisation.is_disabled(person) && (organisation.agent(person).is_some() || reads.has_tickets(person).unwrap_or(false))
}

/// Puts the visitor into the request, and their cookies into the answer.
pub async fn visit<D: Desk>(State(web): State<Web<D>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let (visitor, jar) = (Visitor::of(&web, request.headers(), peer).await, Jar::of(web.desk.site(), request.headers()));
    let shows = request.method() == Method::GET;
    // A link's page needs no cookie of its own.
    let by_link = request.uri().path().contains("/l/");
    request.extensions_mut().insert(visitor.clone());
    let mut response = next.run(request).await;
    if let Some(fresh) = visitor.fresh.as_ref().filter(|_| !by_link) {
        set(&mut response, jar.write(Cookie::Browser, fresh, BROWSER_DAYS));
    }
    if let Some(session) = visitor.session.filter(|_| visitor.old && shows) {
        let renewed = web.desk.change(move |gateway| gateway.renew(&session.hash)).await;
        if let Ok(Some(token)) = renewed {
            set(&mut response, jar.write(Cookie::Session, &encode_token(&token), SESSION_DAYS));
        }
    }
    response
}

/// Adds a cookie to an answer.
pub fn set(response: &mut Response, cookie: String) {
    if let Ok(value) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// A browser's name and system, as far as it tells.
fn called(agent: &str) -> String {
    let first = |known: &[(&str, &str)]| known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| (*name).to_owned());
    let browser = first(&[("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]);
    let system = ["Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux"].into_iter().find(|system| agent.contains(system));
    let known: Vec<String> = browser.into_iter().chain(system.map(str::to_owned)).collect();
    if known.is_empty() { agent.to_owned() } else { known.join(", ") }
}

fn random() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok().map(|()| bytes)
}
