//! Lists of tickets, page by page along their keys, and the search.

use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use super::inside::{Inside, enter, open};
use super::query;
use super::views::{ChoiceLink, ListView, Row};
use crate::address::Address;
use crate::desk::{Ticket, Urgency};
use crate::notifications::{Scene, due, names};
use crate::store::{Backend, Order, Place, Reads, Shelf};
use crate::web::desk::{Desk, Web};
use crate::web::links::{self, not_found, percent, prefix};
use crate::web::pages::{Frame, View};
use crate::web::sign_in::see_other;
use crate::web::visitor::Visitor;

/// Tickets on one page.
const ROWS: usize = 40;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Free ones.
    Pool,
    /// One's own.
    Mine,
    /// What was promised is not kept.
    Overdue,
    /// Nobody has answered yet.
    Unanswered,
    /// Something is waited for.
    Waiting,
    /// All open ones.
    Service,
    /// At their end.
    Closed,
}

/// Ends of tickets.
const ENDS: [&str; 5] = ["approved", "expired", "cancelled", "refused", "merged"];

impl Kind {
    const ALL: [Kind; 7] = [Kind::Pool, Kind::Mine, Kind::Overdue, Kind::Unanswered, Kind::Waiting, Kind::Service, Kind::Closed];

    /// Its word in addresses and texts.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Pool => "pool",
            Kind::Mine => "mine",
            Kind::Overdue => "overdue",
            Kind::Unanswered => "unanswered",
            Kind::Waiting => "waiting",
            Kind::Service => "service",
            Kind::Closed => "closed",
        }
    }

    fn of(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Orders that it can be read in; the first is the usual one.
    fn orders(self) -> &'static [(Order, &'static str)] {
        match self {
            Kind::Mine | Kind::Overdue | Kind::Unanswered => &[(Order::Oldest, "oldest"), (Order::Newest, "newest")],
            Kind::Pool | Kind::Waiting => &[(Order::Oldest, "oldest"), (Order::Newest, "newest"), (Order::Changed, "changed")],
            Kind::Service | Kind::Closed => &[(Order::Changed, "changed"), (Order::Oldest, "oldest"), (Order::Newest, "newest")],
        }
    }

    /// The list for somebody of these services, as it is at that time.
    pub fn shelf(self, person: &Address, services: &[String], now: Timestamp) -> Shelf {
        let status = match self {
            Kind::Pool => vec!["free"],
            Kind::Mine | Kind::Service => open(),
            Kind::Waiting => vec!["waiting_for_information", "awaiting_approval", "postponed"],
            Kind::Overdue | Kind::Unanswered => vec![],
            Kind::Closed => ENDS.to_vec(),
        };
        let assignee = (self == Kind::Mine).then(|| person.clone());
        let due = (self == Kind::Overdue).then_some(now);
        let order = self.orders().first().map_or(Order::Oldest, |(order, _)| *order);
        Shelf {
            services: services.to_vec(),
            status,
            assignee,
            unanswered: self == Kind::Unanswered,
            due,
            order,
            limit: ROWS,
            ..Shelf::default()
        }
    }
}

/// What stands behind the question mark of a list.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    service: Option<String>,
    order: Option<String>,
    after: Option<String>,
    done: Option<String>,
    q: Option<String>,
}

/// A ticket, and what its requester is called.
type Named = (Ticket, Option<String>);

/// `/desk`: to one's own tickets, or to the free ones where there are none.
pub async fn home<D: Desk>(State(web): State<Web<D>>, Extension(visitor): Extension<Visitor>, headers: HeaderMap) -> Response {
    let mine = enter(&web, (&visitor, &headers), |reads, inside| {
        Ok(reads.shelf_count(&Kind::Mine.shelf(&inside.person, &inside.services, inside.now), 1)? > 0)
    });
    match mine.await {
        Ok((_, true)) => see_other(&web, "/desk/mine"),
        Ok((_, false)) => see_other(&web, "/desk/pool"),
        Err(response) => response,
    }
}

/// A list.
pub async fn list<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    Path(word): Path<String>,
    asked: Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let Some(kind) = Kind::of(&word) else { return not_found(&web, &headers) };
    let wish = asked.0.clone();
    let found = enter(&web, (&visitor, &headers), move |reads, inside| named(reads, reads.shelf(&shelf(kind, inside, &wish))?)).await;
    let (inside, tickets) = match found {
        Ok(found) => found,
        Err(response) => return response,
    };
    let words = inside.words(&web);
    let order = shelf(kind, &inside, &asked).order;
    let more = tickets.last().filter(|_| tickets.len() == ROWS).map(|(ticket, _)| {
        let key = format!("{}-{}", ticket.id, ticket.updated_at.as_nanosecond());
        format!("{}{}&after={key}", place(&web, kind.word()), filters(&asked, kind, order))
    });
    let view = ListView {
        heading: words.say(&format!("page.list.{word}"), &[]),
        hint: words.say(&format!("page.list.{word}_hint"), &[]),
        ways: ways(&web, &inside, &asked, (kind, order)),
        rows: tickets.iter().map(|ticket| row(&web, &inside, ticket)).collect(),
        more: more.unwrap_or_default(),
        empty: words.say("page.list.empty", &[]),
    };
    show(&web, &visitor, &inside, (&word, view, asked.done.as_deref(), ""))
}

fn show<D: Desk>(
    web: &Web<D>,
    visitor: &Visitor,
    inside: &Inside,
    (current, view, done, query): (&str, ListView, Option<&str>, &str),
) -> Response {
    let notices = inside.notices(web, done);
    let mut frame = Frame { notices, ..inside.frame(web, visitor, (current, &view.heading)) };
    if let Some(bar) = &mut frame.bar {
        query.clone_into(&mut bar.query);
    }
    links::rendered(web, StatusCode::OK, web.texts.render("list", &View { frame, own: view }))
}

/// The list that is asked for; what is asked for oddly counts as not asked.
fn shelf(kind: Kind, inside: &Inside, asked: &Asked) -> Shelf {
    let mut shelf = kind.shelf(&inside.person, &inside.services, inside.now);
    let order = kind.orders().iter().find(|(_, word)| Some(*word) == asked.order.as_deref());
    shelf.order = order.map_or(shelf.order, |(order, _)| *order);
    if let Some(service) = asked.service.as_ref().filter(|service| inside.services.contains(service)) {
        shelf.services = vec![service.clone()];
    }
    shelf.after = asked.after.as_deref().and_then(after);
    shelf
}

fn after(text: &str) -> Option<Place> {
    let (id, nanoseconds) = text.split_once('-')?;
    Some(Place { id: id.parse().ok()?, changed_at: Timestamp::from_nanosecond(nanoseconds.parse().ok()?).ok()? })
}

fn place<D: Desk>(web: &Web<D>, word: &str) -> String {
    format!("{}/desk/{word}", prefix(&web.desk.site().base_url))
}

fn filters(asked: &Asked, kind: Kind, order: Order) -> String {
    let word = kind.orders().iter().find(|(known, _)| *known == order).map_or("", |(_, word)| word);
    let service = asked.service.as_deref().filter(|service| service.chars().all(|c| c.is_alphanumeric() || "-_".contains(c)));
    format!("?order={word}{}", service.map_or(String::new(), |service| format!("&service={service}")))
}

/// Links that order the list, or narrow it to one service.
fn ways<D: Desk>(web: &Web<D>, inside: &Inside, asked: &Asked, (kind, order): (Kind, Order)) -> Vec<ChoiceLink> {
    let (words, start) = (inside.words(web), place(web, kind.word()));
    let order_of = |(other, word): &(Order, &'static str)| ChoiceLink {
        url: format!("{start}{}", filters(asked, kind, *other)),
        label: words.say(&format!("page.order.{word}"), &[]),
        current: *other == order,
    };
    let mut ways: Vec<ChoiceLink> = kind.orders().iter().map(order_of).collect();
    if inside.services.len() > 1 {
        let all = ChoiceLink {
            url: format!("{start}{}", filters(&Asked::default(), kind, order)),
            label: words.say("page.list.all_services", &[]),
            current: asked.service.is_none(),
        };
        let one = |key: &String| ChoiceLink {
            url: format!("{start}{}", filters(&Asked { service: Some(key.clone()), ..Asked::default() }, kind, order)),
            label: inside.organisation.service(key).map_or_else(|| key.clone(), |service| service.name.clone()),
            current: asked.service.as_ref() == Some(key),
        };
        ways.push(all);
        ways.extend(inside.services.iter().map(one));
    }
    ways
}

/// Tickets with their requesters' names.
fn named(reads: &dyn Reads, tickets: Vec<Ticket>) -> Result<Vec<Named>, Backend> {
    let name = |ticket: Ticket| Ok((reads.person(&ticket.requester)?.and_then(|person| person.name), ticket));
    tickets.into_iter().map(|ticket| name(ticket).map(|(name, ticket)| (ticket, name))).collect()
}

fn row<D: Desk>(web: &Web<D>, inside: &Inside, (ticket, name): &Named) -> Row {
    let words = inside.words(web);
    let service = inside.organisation.service(&ticket.service);
    let category = service.and_then(|service| service.categories.iter().find(|category| category.key == ticket.category));
    let service = service.map_or(ticket.service.as_str(), |service| &service.name);
    let named = name.as_deref().and_then(|name| names::clean_name(name, &ticket.requester));
    let scene =
        Scene { site: web.desk.site(), organisation: &inside.organisation, ticket, before: &[], done: &[], now: inside.now.as_second() };
    let (due, late) = due::nearest(words, &scene).unwrap_or_default();
    Row {
        url: format!("{}/{}", place(web, "t"), ticket.id),
        number: format!("#{}", ticket.id),
        title: names::title(&ticket.title),
        status: words.term("status", ticket.status.word()).to_owned(),
        word: ticket.status.word().to_owned(),
        urgent: if inside.organisation.priority(ticket) == Urgency::High {
            words.term("choice.urgency", "high").to_owned()
        } else {
            String::new()
        },
        requester: named.unwrap_or_else(|| ticket.requester.to_string()),
        place: category.map_or(service.to_owned(), |category| format!("{service} / {}", category.name)),
        assignee: ticket.assignee.as_ref().map(|who| inside.name(who)).unwrap_or_default(),
        due,
        late,
        at: words.date(ticket.updated_at, &web.desk.site().zone),
        iso: ticket.updated_at.to_string(),
    }
}

/// The search: a number leads straight to its ticket.
pub async fn search<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    asked: Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let text: String = asked.q.clone().unwrap_or_default().chars().take(300).collect();
    let (wish, below, zone) = (text.clone(), asked.after.as_deref().and_then(|below| below.parse().ok()), web.desk.site().zone.clone());
    let found = enter(&web, (&visitor, &headers), move |reads, inside| {
        let mut query = query::read(&wish, &inside.organisation, &inside.services, &zone);
        (query.search.below, query.search.limit) = (below, ROWS);
        if query.number.is_some() || wish.trim().is_empty() {
            return Ok((query, vec![], None));
        }
        let found = reads.search(&query.search)?;
        Ok((query, named(reads, found.tickets)?, found.further))
    });
    let (inside, (query, tickets, further)) = match found.await {
        Ok(found) => found,
        Err(response) => return response,
    };
    if let Some(number) = query.number {
        return see_other(&web, &format!("/desk/t/{number}"));
    }
    let words = inside.words(&web);
    let odd = query.odd.iter().map(|odd| words.say("page.search.odd", &[("text", odd)]));
    let hint: Vec<String> = odd.chain([words.say("page.search.hint", &[])]).collect();
    let further = further.map(|further| format!("{}?q={}&after={further}", place(&web, "search"), percent(&text)));
    let view = ListView {
        heading: words.say("page.search.heading", &[]),
        hint: hint.join(" "),
        ways: vec![],
        rows: tickets.iter().map(|ticket| row(&web, &inside, ticket)).collect(),
        empty: if text.trim().is_empty() { String::new() } else { words.say("page.search.empty", &[]) },
        more: further.unwrap_or_default(),
    };
    show(&web, &visitor, &inside, ("search", view, None, &text))
}
