//! The ticket as its agents see it: the whole conversation with what is for agents set apart, who was told, and what may
//! be done now.

use super::act::act_form;
use super::offered::offered;
use super::views::*;
use crate::address::Address;
use crate::desk::{End, Status, TicketId};
use crate::notifications::{Scene, Words, due, facts, names};
use crate::store::LetterState;
use crate::web::desk::{Desk, Web};
use crate::web::pages::{Detail, FormPage, StatusView, Teller, WayView, details, status};
use crate::web::tickets::{Loaded, Way};
use crate::web::visitor::Visitor;

/// Letters that the page shows, newest first.
const LETTERS_SHOWN: usize = 60;

/// The page of a ticket at the desk; `all` shows the whole conversation.
pub fn board<D: Desk>(web: &Web<D>, visitor: &Visitor, loaded: &Loaded, all: bool) -> BoardView {
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
        details: details(words, &scene, true).into_iter().chain(turn(words, &scene)).chain(promised(words, &scene)).collect(),
        whole: if story.left_out > 0 || story.cut { format!("{place}?all=1") } else { String::new() },
        earlier: story.left_out.to_string(),
        entries: story.entries,
        offered: offered(web, visitor, loaded, &specs),
        reply: write("reply"),
        note: write("note").map(|form| FormPage { preview: String::new(), ..form }),
        people: people(words, loaded),
        letters: letters(web, words, loaded),
        history: teller.history(),
        mail: ButtonView::default(),
        parent: ticket.details.parent.iter().map(|id| relative(words, loaded, *id)).collect(),
        children: ticket.details.children.iter().map(|id| relative(words, loaded, *id)).collect(),
        linked: ticket
            .details
            .linked
            .iter()
            .map(|id| WayView { url: Way::Desk(*id).path(), label: format!("#{id}"), ..WayView::default() })
            .chain(article_way(words, loaded))
            .collect(),
        time: time_way(words, loaded, &place),
    }
}

/// A ticket of the same incident: by its title where the reader handles it, too.
fn relative(words: &Words, loaded: &Loaded, id: TicketId) -> WayView {
    let known = loaded.family.iter().find(|ticket| ticket.id == id);
    let label = known.map(|ticket| {
        let (number, title) = (format!("#{id}"), names::title(&ticket.title));
        let status = words.term("status", ticket.status.word());
        words.say("page.board.relative", &[("number", &number), ("title", &title), ("status", status)])
    });
    WayView { url: Way::Desk(id).path(), label: label.unwrap_or_else(|| format!("#{id}")), ..WayView::default() }
}

/// The time that a solution took, while the service wants it and nobody told it.
fn time_way(words: &Words, loaded: &Loaded, place: &str) -> Option<WayView> {
    let (ticket, organisation) = (&loaded.seen.ticket, &loaded.seen.organisation);
    let solved = matches!(ticket.status, Status::AwaitingApproval { .. } | Status::Closed { end: End::Approved | End::Expired, .. });
    let label = words.term("verb", "spend").to_owned();
    let wanted = solved && organisation.misses_time(ticket);
    wanted.then(|| WayView { url: format!("{place}/do/spend"), label, hint: words.say("page.board.time", &[]) })
}

/// A solution that others may need, for whoever may write articles.
fn article_way(words: &Words, loaded: &Loaded) -> Option<WayView> {
    let ticket = &loaded.seen.ticket;
    let solved = matches!(ticket.status, Status::Closed { end: End::Approved | End::Expired, .. });
    let may = loaded.seen.organisation.may_write_articles(&loaded.person, &ticket.service);
    let url = format!("/desk/articles/new?from={}", ticket.id);
    (solved && may).then(|| WayView { url, label: words.say("page.article.from_ticket", &[]), ..WayView::default() })
}

/// To agents a free ticket is said to be free; other sentences are true for everybody.
fn standing(words: &Words, status: StatusView) -> StatusView {
    match status.word {
        "free" => StatusView { sentence: words.say("page.board.free", &[]), ..status },
        _ => status,
    }
}

/// What kind of request it is, and how soon it is its turn.
fn turn(words: &Words, scene: &Scene<'_>) -> Vec<Detail> {
    let kind = scene.organisation.kind(scene.ticket).map(|kind| ("kind", words.term("choice.kind", kind.word()).to_owned()));
    let all = kind.into_iter().chain([("urgency", facts::urgency(words, scene, true))]);
    all.map(|(field, value)| Detail { name: words.term("field", field).to_owned(), value }).collect()
}

/// What the service has promised and not kept yet.
fn promised(words: &Words, scene: &Scene<'_>) -> Option<Detail> {
    let value = due::lines(words, scene).join(" · ");
    (!value.is_empty()).then(|| Detail { name: words.say("page.detail.due", &[]), value })
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
