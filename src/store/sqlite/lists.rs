//! Lists of tickets: each page is read along an index from the key where the page before ended, so that it takes the same
//! time however many tickets there are.

use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params, params_from_iter};

use super::values::{At, Id, json};
use crate::address::Address;
use crate::desk::{Attention, Ticket, TicketId};
use crate::store::{Order, Place, Shelf};

/// The condition of the index of unanswered tickets, word for word.
const UNANSWERED: &str = "status IN ('free', 'in_progress') AND json_extract(state, '$.first_response_at') IS NULL";

/// A page of a list: one walk for each status and service, merged.
pub fn shelf(connection: &Connection, shelf: &Shelf) -> rusqlite::Result<Vec<Ticket>> {
    let mut found: Vec<Ticket> = Vec::new();
    for walk in walks(shelf) {
        let sql = format!("SELECT state FROM tickets INDEXED BY {} WHERE {} {}", walk.index, walk.filter, along(shelf));
        let mut values = walk.values;
        if let Some(Place { changed_at, id }) = shelf.after {
            if shelf.order == Order::Changed {
                values.push(Box::new(At(changed_at)));
            }
            values.push(Box::new(Id(id)));
        }
        values.push(Box::new(Id(shelf.limit as u64)));
        let mut select = connection.prepare_cached(&sql)?;
        for ticket in select.query_map(params_from_iter(values), state)? {
            found.push(ticket?);
        }
    }
    match shelf.order {
        Order::Oldest => found.sort_by_key(|ticket| ticket.id),
        Order::Newest => found.sort_by_key(|ticket| std::cmp::Reverse(ticket.id)),
        Order::Changed => found.sort_by_key(|ticket| std::cmp::Reverse((ticket.updated_at, ticket.id))),
    }
    found.truncate(shelf.limit);
    Ok(found)
}

/// How many are on a list, counted no further than `most`.
pub fn count(connection: &Connection, shelf: &Shelf, most: usize) -> rusqlite::Result<usize> {
    let mut sum = 0;
    for walk in walks(shelf) {
        if sum >= most {
            break;
        }
        let sql =
            format!("SELECT count(*) FROM (SELECT 1 FROM tickets INDEXED BY {} WHERE {} LIMIT {})", walk.index, walk.filter, most - sum);
        let mut select = connection.prepare_cached(&sql)?;
        sum += usize::try_from(select.query_row(params_from_iter(walk.values), |row| row.get::<_, i64>(0))?).unwrap_or_default();
    }
    Ok(sum)
}

/// Tickets of which somebody hears more, or less, than usual, newest first.
pub fn attended(connection: &Connection, person: &Address) -> rusqlite::Result<Vec<Ticket>> {
    let mut select = connection.prepare_cached(
        "SELECT state FROM tickets INDEXED BY tickets_attended
         WHERE json_array_length(state, '$.details.attention') > 0 ORDER BY id DESC",
    )?;
    let all = select.query_map([], state)?;
    all.filter(|ticket| ticket.as_ref().map_or(true, |ticket| ticket.attention(person) != Attention::Usual)).collect()
}

/// Tickets that somebody takes part in, newest first.
pub fn of_person(connection: &Connection, person: &Address, below: Option<TicketId>, limit: usize) -> rusqlite::Result<Vec<Ticket>> {
    let mut select = connection.prepare_cached(
        "SELECT state FROM participants JOIN tickets ON id = ticket WHERE person = ?1 AND ticket < ?2 ORDER BY ticket DESC LIMIT ?3",
    )?;
    let below = below.map_or(i64::MAX, |below| i64::try_from(below).unwrap_or(i64::MAX));
    select.query_map(params![person.as_str(), below, Id(limit as u64)], state)?.collect()
}

/// Does somebody take part in any?
pub fn has_any(connection: &Connection, person: &Address) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM participants WHERE person = ?1 LIMIT 1")?.exists([person.as_str()])
}

fn state(row: &Row) -> rusqlite::Result<Ticket> {
    json(row, "state")
}

/// One walk along an index.
struct Walk {
    index: &'static str,
    filter: String,
    values: Vec<Box<dyn ToSql>>,
}

fn walks(shelf: &Shelf) -> Vec<Walk> {
    let text = |text: &str| Box::new(text.to_owned()) as Box<dyn ToSql>;
    if shelf.unanswered {
        let filter = format!("service = ? AND {UNANSWERED}");
        let walk = |service: &String| Walk { index: "tickets_unanswered", filter: filter.clone(), values: vec![text(service)] };
        return shelf.services.iter().map(walk).collect();
    }
    if let Some(due) = shelf.due {
        let walk = |service: &String| Walk {
            index: "tickets_due",
            filter: "service = ? AND due_at <= ?".into(),
            values: vec![text(service), Box::new(At(due))],
        };
        return shelf.services.iter().map(walk).collect();
    }
    if let Some(assignee) = &shelf.assignee {
        let among = format!("assignee = ? AND status = ? AND service IN ({})", vec!["?"; shelf.services.len()].join(","));
        let walk = |status: &&'static str| {
            let mut values = vec![text(assignee.as_str()), text(status)];
            values.extend(shelf.services.iter().map(|service| text(service)));
            Walk { index: "tickets_assignee", filter: among.clone(), values }
        };
        return shelf.status.iter().map(walk).collect();
    }
    let index = if shelf.order == Order::Changed { "tickets_changed" } else { "tickets_status" };
    let each = shelf.status.iter().flat_map(|status| shelf.services.iter().map(move |service| (status, service)));
    each.map(|(status, service)| Walk { index, filter: "status = ? AND service = ?".into(), values: vec![text(status), text(service)] })
        .collect()
}

/// From where, in which order, and how far.
fn along(shelf: &Shelf) -> &'static str {
    match (shelf.order, shelf.after.is_some()) {
        (Order::Oldest, false) => "ORDER BY id LIMIT ?",
        (Order::Oldest, true) => "AND id > ? ORDER BY id LIMIT ?",
        (Order::Newest, false) => "ORDER BY id DESC LIMIT ?",
        (Order::Newest, true) => "AND id < ? ORDER BY id DESC LIMIT ?",
        (Order::Changed, false) => "ORDER BY updated_at DESC, id DESC LIMIT ?",
        (Order::Changed, true) => "AND (updated_at, id) < (?, ?) ORDER BY updated_at DESC, id DESC LIMIT ?",
    }
}
