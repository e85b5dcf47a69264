//! Who looks at the agents' desk, read anew for each page: an agent, their services, how much waits.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;

use super::list::Kind;
use crate::address::Address;
use crate::desk::{Organisation, Preferences, Status};
use crate::notifications::Words;
use crate::store::{Backend, Disposition, Reads};
use crate::web::desk::{Desk, Web};
use crate::web::links::{self, prefix, unavailable};
use crate::web::pages::{Bar, BarLink, FormPage, Frame, Maker, Notice, View, notices};
use crate::web::sign_in::see_other;
use crate::web::visitor::Visitor;

/// Up to which number waiting things are counted on each page.
const COUNT_MAX: usize = 100;

/// An agent at their desk.
pub struct Inside {
    pub person: Address,
    pub organisation: Organisation,
    /// Keys of their services.
    pub services: Vec<String>,
    pub language: String,
    pub preferences: Preferences,
    counts: Vec<(Kind, usize)>,
    held: usize,
    /// When they look.
    pub now: Timestamp,
}

impl Inside {
    /// None: no agent.
    pub fn read(reads: &dyn Reads, person: &Address, fallback: &str, now: Timestamp) -> Result<Option<Inside>, Backend> {
        let organisation = reads.organisation()?;
        let Some(agent) = organisation.agent(person) else { return Ok(None) };
        let services: Vec<String> = agent.memberships.iter().map(|member| member.service.clone()).collect();
        let known = || reads.person(person).ok().flatten().and_then(|person| person.language);
        let language = agent.language.clone().or_else(known).unwrap_or_else(|| fallback.to_owned());
        let counted = [Kind::Pool, Kind::Mine, Kind::Overdue, Kind::Unanswered, Kind::Waiting];
        let mut counts = Vec::new();
        for kind in counted {
            counts.push((kind, reads.shelf_count(&kind.shelf(person, &services, now), COUNT_MAX)?));
        }
        let held = reads.instances(Some(Disposition::Held), COUNT_MAX)?.len();
        let (person, preferences) = (person.clone(), reads.preferences(person)?);
        Ok(Some(Inside { person, organisation, services, language, preferences, counts, held, now }))
    }

    /// The words of their language.
    pub fn words<'a, D>(&self, web: &'a Web<D>) -> &'a Words {
        web.texts.words(&web.texts.language([self.language.as_str()]))
    }

    /// What stands around each page.
    pub fn frame<D: Desk>(&self, web: &Web<D>, visitor: &Visitor, (current, title): (&str, &str)) -> Frame {
        let (words, start) = (self.words(web), prefix(&web.desk.site().base_url));
        let link = |word: &str, count: usize| BarLink {
            url: format!("{start}/desk/{word}"),
            label: words.say(&format!("page.bar.{word}"), &[]),
            count: match count {
                0 => String::new(),
                COUNT_MAX.. => format!("{}+", COUNT_MAX - 1),
                count => count.to_string(),
            },
            current: current == word,
        };
        let lists = self.counts.iter().map(|(kind, count)| link(kind.word(), *count));
        let links = lists
            .chain([link("service", 0), link("held", self.held), link("closed", 0), link("articles", 0), link("figures", 0)])
            .collect();
        let name = self.organisation.agent(&self.person).map(|agent| agent.name.clone()).unwrap_or_default();
        let bar = Bar {
            who: name,
            agent: true,
            links,
            search: format!("{start}/desk/search"),
            new: format!("{start}/desk/new"),
            preferences: format!("{start}/desk/preferences"),
            mine: format!("{start}/my"),
            sign_out: format!("{start}/sign-out"),
            nonce: web.nonces.fresh(&visitor.key(), "sign_out", web.now()),
            by_proxy: visitor.session.is_none(),
            ..Bar::default()
        };
        let language = web.texts.language([self.language.as_str()]);
        Frame { bar: Some(bar), wide: true, ..Maker::of(web).frame(language, title.to_owned()) }
    }

    /// A page with one form.
    pub fn form<D: Desk>(&self, web: &Web<D>, visitor: &Visitor, (page, notices): (FormPage, Vec<Notice>), status: StatusCode) -> Response {
        let frame = Frame { notices, ..self.frame(web, visitor, ("", &page.heading)) };
        links::rendered(web, status, web.texts.render("form", &View { frame, own: page }))
    }

    /// What was just done.
    pub fn notices<D>(&self, web: &Web<D>, done: Option<&str>) -> Vec<Notice> {
        notices(self.words(web), done)
    }

    /// The name of whoever is in charge of that address, or the address.
    pub fn name(&self, person: &Address) -> String {
        self.organisation.agent(person).map_or_else(|| person.to_string(), |agent| agent.name.clone())
    }
}

/// Lets an agent in, and reads what the page needs in the same go; others are led to where they may be.
pub async fn enter<D: Desk, R: Send + 'static>(
    web: &Web<D>,
    (visitor, headers): (&Visitor, &HeaderMap),
    question: impl FnOnce(&dyn Reads, &Inside) -> Result<R, Backend> + Send + 'static,
) -> Result<(Inside, R), Response> {
    let Some(person) = visitor.person.clone() else { return Err(see_other(web, "/sign-in")) };
    let (fallback, now) = (web.desk.site().language.clone(), web.now());
    let found = web.desk.look(move |reads| {
        let Some(inside) = Inside::read(reads, &person, &fallback, now)? else { return Ok::<_, Backend>(None) };
        let answer = question(reads, &inside)?;
        Ok(Some((inside, answer)))
    });
    match found.await {
        Ok(Ok(Some(found))) => Ok(found),
        Ok(Ok(None)) => Err(see_other(web, "/my")),
        Ok(Err(fault)) => {
            tracing::error!(%fault, "a page of the desk could not be read");
            Err(unavailable(web, headers))
        }
        Err(_) => Err(unavailable(web, headers)),
    }
}

/// Statuses of tickets that are not at an end.
pub fn open() -> Vec<&'static str> {
    Status::OPEN.to_vec()
}
