//! The ticket as its agents see it: the whole conversation with what is for agents set apart, who was told, and what may
//! be done now.

use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::act::act_form;
use super::offered::offered;
use super::views::*;
use crate::address::Address;
use crate::desk::TicketId;
use crate::notifications::{Words, names};
use crate::store::LetterState;
use crate::web::desk::{Desk, Web};
use crate::web::files::download;
use crate::web::links::{self, not_found, unavailable};
use crate::web::look::Depth;
use crate::web::pages::{FormPage, StatusView, Teller, View, WayView, details, notices, status};
use crate::web::tickets::{Loaded, Way, load};
use crate::web::visitor::Visitor;

/// Letters that the page shows, newest first.
const LETTERS_SHOWN: usize = 60;

/// What stands behind the question mark.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    all: Option<String>,
    done: Option<String>,
}

/// The page of a ticket.
pub async fn show<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    asked: Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let Ok(id) = id.parse::<TicketId>() else { return not_found(&web, &headers) };
    let loaded = match load(&web, (&visitor, &headers), (Way::Desk(id), Depth::Mails)).await {
        Ok(loaded) => loaded,
        Err(response) => return response,
    };
    let words = loaded.words(&web);
    let view = board(&web, &visitor, &loaded, asked.all.is_some());
    let frame = loaded.frame(&web, &visitor, (&words.say("page.board.title", &[]), notices(words, asked.done.as_deref())));
    links::rendered(&web, StatusCode::OK, web.texts.render("board", &View { frame, own: view }))
}

fn board<D: Desk>(web: &Web<D>, visitor: &Visitor, loaded: &Loaded, all: bool) -> BoardView {
    let (words, scene, place) = (loaded.words(web), loaded.scene(web), loaded.place(web));
    let teller = Teller { words, scene, seen: &loaded.seen, place: place.clone() };
    let story = teller.story(all);
    let specs = loaded.possible(web);
    let write = |verb: &str| {
        let spec = specs.iter().find(|spec| spec.verb == verb)?;
        Some(act_form(web, visitor, loaded, (*spec, &[])))
    };
    let ticket = &loaded.seen.ticket;
    BoardView {
        heading: names::title(&ticket.title),
        status: standing(words, status(words, &scene, &loaded.person)),
        details: details(words, &scene),
        whole: if story.left_out > 0 || story.cut { format!("{place}?all=1") } else { String::new() },
        earlier: story.left_out.to_string(),
        entries: story.entries,
        offered: offered(web, visitor, loaded, &specs),
        reply: write("reply"),
        note: write("note").map(|form| FormPage { preview: String::new(), ..form }),
        people: people(words, loaded),
        letters: letters(web, words, loaded),
        history: teller.history(),
        linked: ticket
            .details
            .linked
            .iter()
            .map(|id| WayView { url: Way::Desk(*id).path(), label: format!("#{id}"), ..WayView::default() })
            .collect(),
    }
}

/// To agents a free ticket is said to be free; other sentences are true for everybody.
fn standing(words: &Words, status: StatusView) -> StatusView {
    match status.word {
        "free" => StatusView { sentence: words.say("page.board.free", &[]), ..status },
        _ => status,
    }
}

fn people(words: &Words, loaded: &Loaded) -> Vec<PersonView> {
    let ticket = &loaded.seen.ticket;
    let view = |who: &Address| {
        let known = loaded.people.iter().find(|person| person.address == *who);
        let role = match () {
            () if ticket.requester == *who => "requester",
            () if ticket.is_owner(who) => "beneficiary",
            () => "guest",
        };
        let name = known.and_then(|person| person.name.as_deref()).and_then(|name| names::clean_name(name, who)).unwrap_or_default();
        let fails = known.is_some_and(|person| person.suppressed || person.failures > 0);
        let warning = if fails { words.say("page.board.fails", &[]) } else { String::new() };
        PersonView { name, address: who.to_string(), role: words.say(&format!("page.person.{role}"), &[]), warning }
    };
    ticket.participants().into_iter().map(view).collect()
}

fn letters<D: Desk>(web: &Web<D>, words: &Words, loaded: &Loaded) -> Vec<SentView> {
    let word = |state: LetterState| match state {
        LetterState::Queued | LetterState::Sending => "queued",
        LetterState::Sent => "sent",
        LetterState::Refused => "refused",
        LetterState::Unknown => "unknown",
        LetterState::GivenUp => "given_up",
        LetterState::Suppressed => "suppressed",
    };
    let newest = loaded.letters.iter().rev().take(LETTERS_SHOWN);
    newest
        .map(|letter| SentView {
            what: words.term("page.mail", &letter.kind).to_owned(),
            to: loaded.inside.as_ref().map_or_else(|| letter.person.to_string(), |inside| inside.name(&letter.person)),
            state: words.say(&format!("page.letter.{}", word(letter.state)), &[]),
            bad: matches!(letter.state, LetterState::Refused | LetterState::GivenUp | LetterState::Unknown),
            at: words.date(letter.queued_at, &web.desk.site().zone),
            iso: letter.queued_at.to_string(),
            reply: if letter.state == LetterState::Sent { String::new() } else { names::title(&letter.reply) },
        })
        .collect()
}

/// A file of the ticket, for its agents.
pub async fn file<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    Path((id, event, number)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let (Ok(id), Ok(event), Ok(number)) = (id.parse(), event.parse(), number.parse()) else { return not_found(&web, &headers) };
    send_file(&web, (&visitor, &headers), Way::Desk(id), (event, number)).await
}

/// A file of an event that somebody may see.
pub async fn send_file<D: Desk>(
    web: &Web<D>,
    (visitor, headers): (&Visitor, &HeaderMap),
    way: Way,
    (event, number): (u64, u32),
) -> Response {
    let loaded = match load(web, (visitor, headers), (way, Depth::Events)).await {
        Ok(loaded) => loaded,
        Err(response) => return response,
    };
    let source = loaded.seen.events.iter().find(|known| known.seq == event).and_then(|event| event.source.clone());
    let Some((source, file)) = source.and_then(|source| {
        let file = source.attachments.iter().find(|file| file.part == number)?.clone();
        Some((source, file))
    }) else {
        return not_found(web, headers);
    };
    let found = web.desk.look(move |reads| {
        Ok::<_, crate::store::Backend>(reads.raw(source.instance)?.and_then(|raw| crate::mail::read::part(&raw, number)))
    });
    match found.await {
        Ok(Ok(Some(bytes))) => download(&file.name, bytes),
        Ok(Ok(None)) => not_found(web, headers),
        _ => unavailable(web, headers),
    }
}

impl Asked {
    /// What was just done.
    pub fn done(&self) -> Option<&str> {
        self.done.as_deref()
    }

    /// Is the whole conversation asked for?
    pub fn all(&self) -> bool {
        self.all.is_some()
    }
}
