//! The page of a service, for those who manage something of it: categories with their templates, agents with what they may
//! do, permanent guests, what was changed by page. It says where in the organisation file each thing stands.
//!
//! Excludes: changing it. What its managers may change has forms (see `staff`); all else is the file's.

use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::inside::{Inside, enter};
use crate::address::Address;
use crate::desk::{Agent, Category, Membership, Organisation, Privilege, Service, Staffing, privileges};
use crate::notifications::{Words, staffed};
use crate::store::{Backend, Staffed};
use crate::web::desk::{Desk, Web};
use crate::web::links::{self, not_found, percent, prefix};
use crate::web::pages::{Frame, Line, View, WayView};
use crate::web::ticket_page::Asked;
use crate::web::visitor::Visitor;

/// Changes that the page tells.
const CHANGES: usize = 20;
/// What lets somebody see the page.
const MANAGES: [Privilege; 3] = [Privilege::ManageAgents, Privilege::ManageCategories, Privilege::ManageArticles];

/// Everything about a service.
#[derive(Debug, Default, Serialize)]
pub struct ServiceView {
    pub heading: String,
    pub hint: String,
    /// Addresses that lead here; may be empty.
    pub addresses: Vec<String>,
    pub categories: Vec<CategoryView>,
    pub agents: Vec<AgentView>,
    pub guests: Vec<String>,
    /// What was changed by page, newest first.
    pub changes: Vec<Line>,
    /// Where an agent is added, and guests are changed; empty for whoever may not.
    pub join: String,
    pub change_guests: String,
    /// Where the service stands in the file.
    pub place: String,
}

/// A category.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CategoryView {
    pub name: String,
    pub about: String,
    /// Address that leads here; may be empty.
    pub address: String,
    /// Lines of its template, those that must be filled in marked.
    pub fields: Vec<String>,
    /// Who follows all of it; may be empty.
    pub guests: Vec<String>,
    pub place: String,
}

/// An agent of the service.
#[derive(Debug, Clone, Default, Serialize)]
pub struct AgentView {
    pub name: String,
    pub address: String,
    /// What they may do, in words.
    pub may: String,
    pub hears: String,
    /// Until when they are away; may be empty.
    pub away: String,
    pub place: String,
    /// Where it is changed, and where they leave; empty for whoever may not.
    pub change: String,
    pub leave: String,
}

/// Services whose pages an agent may see.
pub fn managed<D: Desk>(web: &Web<D>, inside: &Inside) -> Vec<WayView> {
    let manages = |key: &&String| may_see(inside, key);
    let way = |key: &String| WayView {
        url: format!("{}/desk/services/{key}", prefix(&web.desk.site().base_url)),
        label: inside.organisation.service(key).map_or_else(|| key.clone(), |service| service.name.clone()),
        ..WayView::default()
    };
    inside.services.iter().filter(manages).map(way).collect()
}

fn may_see(inside: &Inside, service: &str) -> bool {
    let membership = inside.organisation.membership(&inside.person, service);
    membership.is_some_and(|member| member.may.iter().any(|may| MANAGES.contains(may)))
}

/// The page; for others there is none.
pub async fn show<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    Path(key): Path<String>,
    asked: Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let wanted = key.clone();
    let found = enter(&web, (&visitor, &headers), move |reads, inside| {
        let mut away = Vec::new();
        for (agent, _) in inside.organisation.members(&wanted) {
            away.extend(reads.preferences(&agent.address)?.away_until.map(|until| (agent.address.clone(), until)));
        }
        Ok::<_, Backend>((away, reads.staffed(&wanted, CHANGES)?))
    });
    let (inside, (away, staffed)) = match found.await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let Some(service) = inside.organisation.service(&key).filter(|_| may_see(&inside, &key)) else { return not_found(&web, &headers) };
    let words = inside.words(&web);
    let until = |who: &Address| {
        let until = away.iter().find(|(agent, until)| agent == who && web.now() < *until);
        until.map(|(_, until)| words.say("page.service.away", &[("until", &words.date(*until, &web.desk.site().zone))])).unwrap_or_default()
    };
    let start = format!("{}/desk/services/{key}", prefix(&web.desk.site().base_url));
    let manages = privileges::manages(&inside.organisation, &inside.person, &key);
    let way = |path: &str| if manages { format!("{start}/{path}") } else { String::new() };
    let agent = |agent: &Agent, member: &Membership| {
        let named = percent(agent.address.as_str());
        let ways = (way(&format!("may/{named}")), way(&format!("leave/{named}")));
        AgentView { away: until(&agent.address), change: ways.0, leave: ways.1, ..agent_view(words, &inside.organisation, (agent, member)) }
    };
    let zone = &web.desk.site().zone;
    let line = |one: &Staffed| Line {
        at: words.date(one.at, zone),
        iso: one.at.to_string(),
        text: format!("{} : {}", inside.name(&one.by), changed(words, zone, &inside, one)),
    };
    let view = ServiceView {
        heading: service.name.clone(),
        hint: words.say(if manages { "page.service.hint_manager" } else { "page.service.hint" }, &[]),
        addresses: service.addresses.iter().map(Address::to_string).collect(),
        categories: service
            .categories
            .iter()
            .map(|category| category_view(words, service, category, &web.desk.site().desk.address))
            .collect(),
        agents: inside.organisation.members(&key).map(|(one, member)| agent(one, member)).collect(),
        guests: service.permanent_guests.iter().map(Address::to_string).collect(),
        changes: staffed.iter().map(line).collect(),
        join: way("join"),
        change_guests: way("guests"),
        place: format!("[[service]] key = \"{}\"", service.key),
    };
    let frame = inside.frame(&web, &visitor, ("preferences", &view.heading));
    let frame = Frame { notices: inside.notices(&web, asked.done()), ..frame };
    links::rendered(&web, StatusCode::OK, web.texts.render("service", &View { frame, own: view }))
}

/// What changed, in one line.
pub fn changed(words: &Words, zone: &TimeZone, inside: &Inside, one: &Staffed) -> String {
    let name = match &one.what {
        Staffing::Joins { name, .. } => name.clone(),
        what => what.agent().map(|agent| inside.name(agent)).unwrap_or_default(),
    };
    let what = one.what.named(&one.service, &inside.organisation);
    staffed::line(words, zone, &what, &name).join(" ")
}

fn category_view(words: &Words, service: &Service, category: &Category, desk: &Address) -> CategoryView {
    let field = |wanted: &crate::desk::Wanted| match wanted.must {
        true => words.say("page.service.must", &[("name", &wanted.name)]),
        false => wanted.name.clone(),
    };
    let address = category.tag.as_ref().and_then(|tag| desk.with_tag(tag).ok());
    CategoryView {
        name: category.name.clone(),
        about: category.about.clone(),
        address: address.map(|address| address.to_string()).unwrap_or_default(),
        fields: category.fields.iter().map(field).collect(),
        guests: category.permanent_guests.iter().map(Address::to_string).collect(),
        place: format!("[[service]] key = \"{}\" → [[service.category]] key = \"{}\"", service.key, category.key),
    }
}

fn agent_view(words: &Words, organisation: &Organisation, (agent, member): (&Agent, &Membership)) -> AgentView {
    AgentView {
        name: agent.name.clone(),
        address: agent.address.to_string(),
        may: staffed::may(words, &member.may),
        hears: staffed::hears(words, organisation, member),
        place: format!("[[agent]] address = \"{}\" → member {{ service = \"{}\" }}", agent.address, member.service),
        ..AgentView::default()
    }
}
