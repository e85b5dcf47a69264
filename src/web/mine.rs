//! The list of a requester's own tickets, signed in.

use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::agents::views::{ListView, Row};
use super::desk::{Desk, Web};
use super::links::{self, prefix, unavailable};
use super::pages::{Frame, Maker, View, notices};
use super::sign_in::see_other;
use super::tickets::{Way, own_bar};
use super::visitor::Visitor;
use crate::notifications::names;
use crate::store::Backend;

/// Tickets on one page.
const ROWS: usize = 40;

/// What stands behind the question mark of the list.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Question {
    before: Option<String>,
    done: Option<String>,
}

/// One's tickets, newest first.
pub async fn list<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    question: Query<Question>,
    headers: HeaderMap,
) -> Response {
    let Some(person) = visitor.person.clone() else { return see_other(&web, "/sign-in") };
    let below = question.before.as_deref().and_then(|before| before.parse().ok());
    let found = web.desk.look(move |reads| {
        let organisation = reads.organisation()?;
        let language = reads.person(&person)?.and_then(|person| person.language);
        Ok::<_, Backend>((reads.tickets_of(&person, below, ROWS)?, organisation, language))
    });
    let Ok(Ok((tickets, organisation, language))) = found.await else { return unavailable(&web, &headers) };
    let wanted = language.iter().map(String::as_str).chain(visitor.wanted.split([',', ';'])).chain([&*web.desk.site().language]);
    let language = web.texts.language(wanted.map(str::trim));
    let (words, start) = (web.texts.words(&language), prefix(&web.desk.site().base_url));
    let row = |ticket: &crate::desk::Ticket| Row {
        url: format!("{start}{}", Way::Mine(ticket.id).path()),
        number: format!("#{}", ticket.id),
        title: names::title(&ticket.title),
        status: words.term("status", ticket.status.word()).to_owned(),
        word: ticket.status.word().to_owned(),
        requester: String::new(),
        place: organisation.service(&ticket.service).map(|service| service.name.clone()).unwrap_or_default(),
        assignee: ticket.assignee.as_ref().and_then(|who| organisation.agent(who)).map(|agent| agent.name.clone()).unwrap_or_default(),
        at: words.date(ticket.updated_at, &web.desk.site().zone),
        iso: ticket.updated_at.to_string(),
        ..Row::default()
    };
    let more = tickets.last().filter(|_| tickets.len() == ROWS).map(|last| format!("{start}/my?before={}", last.id));
    let view = ListView {
        heading: words.say("page.my.heading", &[]),
        rows: tickets.iter().map(row).collect(),
        more: more.unwrap_or_default(),
        empty: words.say("page.my.empty", &[]),
        ..ListView::default()
    };
    let frame = Maker::of(&web).frame(language.clone(), view.heading.clone());
    let frame = Frame { bar: Some(own_bar(&web, &visitor)), notices: notices(words, question.done.as_deref()), ..frame };
    links::rendered(&web, StatusCode::OK, web.texts.render("list", &View { frame, own: view }))
}
