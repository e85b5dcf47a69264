//! The page of a ticket and its files, for whoever is signed in: its agents at the desk, its participants on their own pages.

use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::agents::ticket::board;
use super::agents::views::{BoardView, ButtonView};
use super::desk::{Desk, Web};
use super::files::download;
use super::links::{self, not_found, unavailable};
use super::look::{Depth, file_of};
use super::pages::{Maker, Placed, View, notices};
use super::sign_in::{Posted, see_other};
use super::tickets::{Loaded, Way, load};
use super::visitor::Visitor;

/// What stands behind the question mark.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    /// The whole conversation.
    all: Option<String>,
    /// What was just done.
    done: Option<String>,
}

/// The page of a ticket.
pub async fn show<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    way: Way,
    asked: Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let loaded = match load(&web, (&visitor, &headers), (way, Depth::Mails(web.desk.site().limits))).await {
        Ok(loaded) => loaded,
        Err(response) => return response,
    };
    let (words, all) = (loaded.words(&web), asked.all.is_some());
    let title = if loaded.inside.is_some() { "page.board.title" } else { "page.ticket.title" };
    let frame = loaded.frame(&web, &visitor, (&words.say(title, &[]), notices(words, asked.done.as_deref())));
    let mail = history_button(&web, &visitor, &loaded);
    let page = match loaded.inside {
        Some(_) => web.texts.render("board", &View { frame, own: BoardView { mail, ..board(&web, &visitor, &loaded, all) } }),
        None => {
            let ways = links::ways(&web, &loaded);
            let placed = Placed { place: loaded.place(&web), key: loaded.key(&visitor), mail: Some(mail), ways };
            Maker::of(&web).own_ticket(&loaded.seen, (placed, frame), all)
        }
    };
    links::rendered(&web, StatusCode::OK, page)
}

/// The press of the button that mails the whole ticket.
const HISTORY: &str = "history";

/// The button that mails the whole ticket to whoever looks at it.
fn history_button<D: Desk>(web: &Web<D>, visitor: &Visitor, loaded: &Loaded) -> ButtonView {
    ButtonView {
        action: format!("{}/{HISTORY}", loaded.place(web)),
        press: HISTORY.to_owned(),
        nonce: web.nonces.fresh(&visitor.key(), HISTORY, web.now()),
        label: loaded.words(web).say("page.ticket.mail_history", &[]),
        ..ButtonView::default()
    }
}

/// Mails the whole ticket to whoever pressed, as far as they may see it.
pub async fn mail_history<D: Desk>(State(web): State<Web<D>>, way: Way, posted: Posted) -> Response {
    let fields = match posted.fields(&web, HISTORY) {
        Ok(fields) => fields,
        Err(response) => return *response,
    };
    let loaded = match load(&web, (&posted.visitor, &posted.headers), (way, Depth::Events)).await {
        Ok(loaded) => loaded,
        Err(response) => return response,
    };
    let (id, person, nonce) = (loaded.seen.ticket.id, loaded.person.clone(), fields.raw("nonce").to_owned());
    match web.desk.change(move |gateway| gateway.mail_history(id, &person, &nonce)).await {
        Ok(()) => see_other(&web, &format!("{}?done=history_sent", loaded.way.path())),
        Err(_) => unavailable(&web, &posted.headers),
    }
}

/// A file of an event that they may see.
pub async fn file<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    way: Way,
    Path((_, event, number)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let (Ok(event), Ok(number)) = (event.parse::<u64>(), number.parse::<u32>()) else { return not_found(&web, &headers) };
    let loaded = match load(&web, (&visitor, &headers), (way, Depth::Events)).await {
        Ok(loaded) => loaded,
        Err(response) => return response,
    };
    let Some(event) = loaded.seen.events.iter().find(|known| known.seq == event).cloned() else { return not_found(&web, &headers) };
    let found = web.desk.look(move |reads| file_of(reads, &event, number));
    match found.await {
        Ok(Ok(Some((name, bytes)))) => download(&name, bytes),
        Ok(Ok(None)) => not_found(&web, &headers),
        _ => unavailable(&web, &headers),
    }
}

impl Asked {
    /// What was just done.
    pub fn done(&self) -> Option<&str> {
        self.done.as_deref()
    }
}
