//! A ticket before somebody who may see it: an agent at the desk, a participant who is signed in, or the owner of a link.
//! What they may do is what the desk itself would do now, and each form is made of the catalogue's fields.

use axum::extract::multipart::Multipart;
use axum::extract::{Form, FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::Response;
use jiff::Timestamp;

use super::agents::inside::Inside;
use super::desk::{Desk, Web};
use super::fields::{Fields, Malformed};
use super::links::{NoPage, not_found, prefix, purged, unavailable};
use super::look::{Depth, Seen, see, see_as};
use super::pages::{Bar, Frame, Maker, Notice};
use super::sign_in::see_other;
use super::standing::{Standing, standing};
use super::token::Token;
use super::visitor::Visitor;
use super::{choices, upload};
use crate::address::Address;
use crate::desk::{Actor, Door, Event, Purpose, Rules, Spec, Ticket, TicketId, possible};
use crate::gateway::articles::suggested;
use crate::knowledge::{Article, Subject};
use crate::notifications::{Scene, Words};
use crate::proof::Level;
use crate::store::{Backend, LetterRow, Person, Reads, TokenHash};

/// Letters that a ticket's page shows.
const LETTERS: usize = 2000;
/// Tickets of an incident that its page names by their titles; the others by their numbers.
const FAMILY: usize = 500;

/// By which way somebody comes to a ticket.
#[derive(Debug, Clone)]
pub enum Way {
    /// As an agent of its service.
    Desk(TicketId),
    /// As a participant, signed in.
    Mine(TicketId),
    /// By a mailed link.
    Link(Token),
}

impl Way {
    /// Its path, without the site's prefix.
    pub fn path(&self) -> String {
        match self {
            Way::Desk(id) => format!("/desk/t/{id}"),
            Way::Mine(id) => format!("/my/t/{id}"),
            Way::Link(token) => format!("/l/{}", token.as_str()),
        }
    }

    /// The way that a parameter of a route is named for: `/desk/t/{desk}`, `/my/t/{mine}`, `/l/{token}`.
    fn read(name: &str, value: &str) -> Option<Way> {
        match name {
            "desk" => value.parse().ok().map(Way::Desk),
            "mine" => value.parse().ok().map(Way::Mine),
            "token" => Token::read(value).map(Way::Link),
            _ => None,
        }
    }

    fn door(&self) -> Door {
        if matches!(self, Way::Link(_)) { Door::Link } else { Door::Page }
    }

    /// Actions that never go this way: whoever holds a forwarded link decides nothing (CASEBOOK C14), and what has its own
    /// form on the page needs no other.
    pub fn leaves_out(&self, verb: &str) -> bool {
        let decides = matches!(verb, "approve" | "refuse_closure" | "rate" | "answer");
        match self {
            Way::Desk(_) => decides,
            Way::Mine(_) => matches!(verb, "reply" | "reopen" | "cancel" | "leave" | "answer"),
            Way::Link(_) => decides || matches!(verb, "reply" | "reopen" | "cancel" | "leave"),
        }
    }
}

/// Whatever names no ticket is not there.
impl<D: Desk> FromRequestParts<Web<D>> for Way {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web<D>) -> Result<Way, Response> {
        let params = RawPathParams::from_request_parts(parts, web).await.ok();
        let way = params.as_ref().and_then(|params| params.iter().find_map(|(name, value)| Way::read(name, value)));
        way.ok_or_else(|| not_found(web, &parts.headers))
    }
}

/// Everything that a ticket's page is made of.
pub struct Loaded {
    pub way: Way,
    pub person: Address,
    /// The agent's desk around it.
    pub inside: Option<Inside>,
    pub seen: Seen,
    /// Everything that happened, for what may be taken back.
    pub all: Vec<Event>,
    /// Mails of ours about it (agents).
    pub letters: Vec<LetterRow>,
    /// Who takes part, as far as they are known (agents).
    pub people: Vec<Person>,
    /// Numbers and titles of the articles that a solution may be made of (agents).
    pub articles: Vec<(u64, String)>,
    /// The incident and its tickets, as far as the agent handles them.
    pub family: Vec<Ticket>,
    /// Agents who are away.
    pub away: Vec<(Address, Timestamp)>,
}

enum Found {
    No,
    Purged,
    Elsewhere(TicketId),
    Here(Box<Loaded>),
}

/// Reads it, or says where else to go.
pub async fn load<D: Desk>(
    web: &Web<D>,
    (visitor, headers): (&Visitor, &HeaderMap),
    (way, depth): (Way, Depth),
) -> Result<Loaded, Response> {
    if let Way::Link(token) = &way {
        return by_link(web, headers, (token.clone(), depth)).await;
    }
    let Some(person) = visitor.person.clone() else { return Err(see_other(web, "/sign-in")) };
    let (fallback, asked, now) = (web.desk.site().language.clone(), way.clone(), web.now());
    let found = web.desk.look(move |reads| read(reads, &person, (asked, depth), (&fallback, now)));
    match found.await {
        Ok(Ok(Found::Here(loaded))) => Ok(*loaded),
        Ok(Ok(Found::Elsewhere(id))) => Err(see_other(web, &Way::path(&elsewhere(&way, id)))),
        Ok(Ok(Found::No)) => Err(not_found(web, headers)),
        Ok(Ok(Found::Purged)) => Err(purged(web, headers)),
        Ok(Err(fault)) => {
            tracing::error!(%fault, "a ticket's page could not be read");
            Err(unavailable(web, headers))
        }
        Err(_) => Err(unavailable(web, headers)),
    }
}

fn elsewhere(way: &Way, id: TicketId) -> Way {
    match way {
        Way::Desk(_) => Way::Desk(id),
        _ => Way::Mine(id),
    }
}

fn read(reads: &dyn Reads, person: &Address, (way, depth): (Way, Depth), (fallback, now): (&str, Timestamp)) -> Result<Found, Backend> {
    let (id, as_agent) = match way {
        Way::Desk(id) => (id, true),
        Way::Mine(id) => (id, false),
        Way::Link(_) => return Ok(Found::No),
    };
    let Some(seen) = see_as(reads, person, (id, as_agent), depth)? else {
        return Ok(if reads.purged(id)?.is_some() { Found::Purged } else { Found::No });
    };
    if seen.ticket.id != id {
        return Ok(Found::Elsewhere(seen.ticket.id));
    }
    let inside = if as_agent { Inside::read(reads, person, fallback, now)? } else { None };
    if as_agent && !inside.as_ref().is_some_and(|inside| inside.services.contains(&seen.ticket.service)) {
        return Ok(Found::No);
    }
    let letters = if as_agent { reads.letters(Some(id), LETTERS)? } else { vec![] };
    let mut people = Vec::new();
    for who in seen.ticket.participants().into_iter().filter(|_| as_agent) {
        people.extend(reads.person(who)?);
    }
    let mut away = Vec::new();
    for (agent, _) in seen.organisation.members(&seen.ticket.service).filter(|_| as_agent) {
        away.extend(reads.preferences(&agent.address)?.away_until.map(|until| (agent.address.clone(), until)));
    }
    let articles = if as_agent { articles(reads, &seen)? } else { vec![] };
    let family = inside.as_ref().map_or(Ok(vec![]), |inside| family(reads, inside, &seen.ticket))?;
    let all = reads.events(id)?;
    Ok(Found::Here(Box::new(Loaded { way, person: person.clone(), inside, seen, all, letters, people, articles, family, away })))
}

/// The incident of a ticket, and the tickets of an incident.
fn family(reads: &dyn Reads, inside: &Inside, ticket: &Ticket) -> Result<Vec<Ticket>, Backend> {
    let mut family = Vec::new();
    for id in ticket.details.parent.iter().chain(ticket.details.children.iter().take(FAMILY)) {
        family.extend(reads.ticket(*id)?.filter(|other| inside.services.contains(&other.service)));
    }
    Ok(family)
}

/// Public articles, those that fit the ticket before the others.
fn articles(reads: &dyn Reads, seen: &Seen) -> Result<Vec<(u64, String)>, Backend> {
    let Ticket { title, language, service, category, .. } = &seen.ticket;
    let first = suggested(reads, &seen.organisation, Subject { title, language, service, category })?;
    let mut all: Vec<Article> = reads.articles()?.into_iter().map(|known| known.article).filter(|article| !article.internal).collect();
    all.sort_by_key(|article| first.iter().position(|fits| fits.number == article.number).unwrap_or(usize::MAX));
    Ok(all.into_iter().map(|article| (article.number, format!("{} ({})", article.title, article.number))).collect())
}

async fn by_link<D: Desk>(web: &Web<D>, headers: &HeaderMap, (token, depth): (Token, Depth)) -> Result<Loaded, Response> {
    let (hash, now) = (token.hash(), web.now());
    let found = web.desk.look(move |reads| {
        let Some(seen) = see(reads, &hash, depth)? else { return Ok::<_, Backend>(None) };
        let live = seen.link.purpose == Purpose::View && standing(&seen, now) == Standing::Live;
        let all = reads.events(seen.ticket.id)?;
        Ok(Some((seen, all)).filter(|_| live))
    });
    match found.await {
        Ok(Ok(Some((seen, all)))) => {
            let person = seen.link.person.clone();
            Ok(Loaded {
                way: Way::Link(token),
                person,
                inside: None,
                seen,
                all,
                letters: vec![],
                people: vec![],
                articles: vec![],
                family: vec![],
                away: vec![],
            })
        }
        Ok(Ok(None)) => Err(NoPage::NotFound.answer(web, headers)),
        _ => Err(NoPage::Unavailable.answer(web, headers)),
    }
}

impl Loaded {
    /// The path of its page.
    pub fn place<D: Desk>(&self, web: &Web<D>) -> String {
        format!("{}{}", prefix(&web.desk.site().base_url), self.way.path())
    }

    /// The number that its forms are bound to.
    pub fn key(&self, visitor: &Visitor) -> TokenHash {
        match &self.way {
            Way::Link(token) => token.hash(),
            _ => visitor.key(),
        }
    }

    /// The code of the reader's language.
    pub fn language<D: Desk>(&self, web: &Web<D>) -> String {
        let own = self.inside.as_ref().map(|inside| &inside.language).or(self.seen.language.as_ref());
        web.texts.language(own.map(String::as_str).into_iter().chain([&*self.seen.ticket.language, &*web.desk.site().language]))
    }

    /// The words of it.
    pub fn words<'a, D: Desk>(&self, web: &'a Web<D>) -> &'a Words {
        web.texts.words(&self.language(web))
    }

    /// The ticket as texts tell of it.
    pub fn scene<'a, D: Desk>(&'a self, web: &'a Web<D>) -> Scene<'a> {
        let Seen { ticket, organisation, events, .. } = &self.seen;
        Scene { site: web.desk.site(), organisation, ticket, before: events, done: &[], now: web.now().as_second() }
    }

    /// What they may do now, in the catalogue's order.
    pub fn possible<D: Desk>(&self, web: &Web<D>) -> Vec<&'static Spec> {
        let actor = Actor::person(self.person.clone(), None, self.way.door(), Level::Proven);
        let actor = Actor { as_participant: self.inside.is_none(), ..actor };
        let rules = Rules { organisation: &self.seen.organisation, policy: &web.desk.site().policy };
        let specs = possible(&self.seen.ticket, &self.all, &actor, rules, web.now());
        let nothing = |spec: &Spec| spec.verb == "faq" && self.articles.is_empty();
        specs.into_iter().filter(|spec| !self.way.leaves_out(spec.verb) && !nothing(spec)).collect()
    }

    /// What stands around its pages.
    pub fn frame<D: Desk>(&self, web: &Web<D>, visitor: &Visitor, (title, notices): (&str, Vec<Notice>)) -> Frame {
        let ticket = &self.seen.ticket;
        let number = format!("#{}", ticket.id);
        match &self.inside {
            Some(inside) => Frame { notices, number, ..inside.frame(web, visitor, ("", title)) },
            None => {
                let bar = matches!(self.way, Way::Mine(_)).then(|| own_bar(web, visitor));
                Frame { notices, number, bar, ..Maker::of(web).frame(self.language(web), title.to_owned()) }
            }
        }
    }

    /// The values that an action's fields have before anything is filled in.
    pub fn asks<D: Desk>(&self, web: &Web<D>, spec: &Spec, typed: &[(String, String)]) -> Vec<super::pages::FieldView> {
        choices::asks(&choices::About { loaded: self, words: self.words(web), zone: &web.desk.site().zone, now: web.now(), typed }, spec)
    }
}

/// The bar of somebody who is signed in and no agent, or looks at their own requests.
pub fn own_bar<D: Desk>(web: &Web<D>, visitor: &Visitor) -> Bar {
    let start = prefix(&web.desk.site().base_url);
    Bar {
        who: visitor.person.as_ref().map(Address::to_string).unwrap_or_default(),
        mine: format!("{start}/my"),
        new: format!("{start}/new"),
        sign_out: format!("{start}/sign-out"),
        nonce: web.nonces.fresh(&visitor.key(), "sign_out", web.now()),
        by_proxy: visitor.session.is_none(),
        ..Bar::default()
    }
}

/// Reads a form, with or without files; `is_ours` judges its number before any file is kept.
pub async fn read_form<D: Desk>(web: &Web<D>, request: Request, is_ours: impl Fn(&str) -> bool) -> Result<Fields, Malformed> {
    let multipart = request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
    if multipart {
        let _room = web.uploads.acquire().await;
        let form = Multipart::from_request(request, &()).await.map_err(|_| Malformed)?;
        return upload::read(form, is_ours).await;
    }
    let Form(pairs) = Form::<Vec<(String, String)>>::from_request(request, &()).await.map_err(|_| Malformed)?;
    Fields::of(pairs)
}
