//! The page of a service, for those who manage something of it: categories with their templates, agents with what they may
//! do, permanent guests. It shows what the organisation file says, and where in the file each thing stands.
//!
//! Excludes: changing it. The file owns all of this; `guichet org apply` tells what changes, and a page beside it would be a
//! second hand on the same pen.

use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;

use super::inside::{Inside, enter};
use crate::address::Address;
use crate::desk::{Agent, Category, Membership, Privilege, Service};
use crate::notifications::Words;
use crate::store::Backend;
use crate::web::desk::{Desk, Web};
use crate::web::links::{self, not_found, prefix};
use crate::web::pages::{View, WayView};
use crate::web::visitor::Visitor;

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
    headers: HeaderMap,
) -> Response {
    let wanted = key.clone();
    let found = enter(&web, (&visitor, &headers), move |reads, inside| {
        let mut away = Vec::new();
        for (agent, _) in inside.organisation.members(&wanted) {
            away.extend(reads.preferences(&agent.address)?.away_until.map(|until| (agent.address.clone(), until)));
        }
        Ok::<_, Backend>(away)
    });
    let (inside, away) = match found.await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let Some(service) = inside.organisation.service(&key).filter(|_| may_see(&inside, &key)) else { return not_found(&web, &headers) };
    let words = inside.words(&web);
    let until = |who: &Address| {
        let until = away.iter().find(|(agent, until)| agent == who && web.now() < *until);
        until.map(|(_, until)| words.say("page.service.away", &[("until", &words.date(*until, &web.desk.site().zone))])).unwrap_or_default()
    };
    let members = inside.organisation.members(&key);
    let view = ServiceView {
        heading: service.name.clone(),
        hint: words.say("page.service.hint", &[]),
        addresses: service.addresses.iter().map(Address::to_string).collect(),
        categories: service
            .categories
            .iter()
            .map(|category| category_view(words, service, category, &web.desk.site().desk.address))
            .collect(),
        agents: members.map(|(agent, member)| AgentView { away: until(&agent.address), ..agent_view(words, agent, member) }).collect(),
        guests: service.permanent_guests.iter().map(Address::to_string).collect(),
        place: format!("[[service]] key = \"{}\"", service.key),
    };
    let frame = inside.frame(&web, &visitor, ("preferences", &view.heading));
    links::rendered(&web, StatusCode::OK, web.texts.render("service", &View { frame, own: view }))
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
        place: format!("[[service]] key = \"{}\" → [[service.category]] key = \"{}\"", service.key, category.key),
    }
}

fn agent_view(words: &Words, agent: &Agent, member: &Membership) -> AgentView {
    let may: Vec<&str> = member.may.iter().map(|may| words.term("page.privilege", may.word())).collect();
    AgentView {
        name: agent.name.clone(),
        address: agent.address.to_string(),
        may: if may.is_empty() { words.say("page.service.may_nothing", &[]) } else { may.join(", ") },
        hears: words.say(&format!("page.hears.{}", member.hears.word()), &[]),
        away: String::new(),
        place: format!("[[agent]] address = \"{}\" → member {{ service = \"{}\" }}", agent.address, member.service),
    }
}
