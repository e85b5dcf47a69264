//! Facts for figures: one walk over the tickets since a time, and one over what happened to them.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::Deserialize;

use super::finding::first_since;
use super::tickets::{SEQ_BITS, is_open};
use super::values::{Id, Who, json};
use crate::address::Address;
use crate::desk::figures::Fact;
use crate::desk::{Rating, Status, TicketId};

/// A ticket as far as figures need it: the rest of its state is skipped.
#[derive(Deserialize)]
struct Slim {
    id: TicketId,
    service: String,
    category: String,
    status: Status,
    assignee: Option<Address>,
    opened_at: Timestamp,
    first_response_at: Option<Timestamp>,
    reopened: u32,
    rating: Option<Rating>,
}

/// What happened besides.
#[derive(Default)]
struct Besides {
    refusals: u32,
    /// The last thing that waited for an answer was a solution.
    proposed: bool,
}

/// How many tickets of a service's category were opened from a time on, before another.
pub fn opened(connection: &Connection, (service, category): (&str, &str), [from, to]: [Timestamp; 2]) -> rusqlite::Result<usize> {
    let (low, high) = (first_since(connection, from)?, first_since(connection, to)?);
    let sql = "SELECT count(*) FROM tickets WHERE id >= ?1 AND id < ?2 AND service = ?3 AND state ->> '$.category' = ?4";
    connection.prepare_cached(sql)?.query_row(params![Id(low), Id(high), service, category], |row| Ok(row.get::<_, Id>(0)?.0 as usize))
}

/// Titles and requesters of those that count.
pub fn asked(
    connection: &Connection,
    (service, category): (&str, &str),
    [from, to]: [Timestamp; 2],
) -> rusqlite::Result<Vec<(String, Address)>> {
    let (low, high) = (first_since(connection, from)?, first_since(connection, to)?);
    let sql = "SELECT state ->> '$.title', requester FROM tickets WHERE id >= ?1 AND id < ?2 AND service = ?3 AND state ->> '$.category' = ?4 \
               AND status NOT IN ('cancelled', 'merged') ORDER BY id";
    let mut select = connection.prepare_cached(sql)?;
    let rows = select.query_map(params![Id(low), Id(high), service, category], |row| Ok((row.get(0)?, row.get::<_, Who>(1)?.0)))?;
    rows.collect()
}

/// Tickets since a time, and open ones of any age.
pub fn facts(connection: &Connection, services: &[String], since: Timestamp) -> rusqlite::Result<Vec<Fact>> {
    let low = first_since(connection, since)?;
    let besides = besides(connection, low)?;
    let mut facts = Vec::new();
    for sql in [format!("SELECT state FROM tickets WHERE {} AND id < ?1", is_open()), "SELECT state FROM tickets WHERE id >= ?1".to_owned()]
    {
        let mut select = connection.prepare_cached(&sql)?;
        let slims = select.query_map([Id(low)], |row| json::<Slim>(row, "state"))?;
        for slim in slims {
            let slim = slim?;
            if services.contains(&slim.service) {
                facts.push(fact(slim, &besides));
            }
        }
    }
    Ok(facts)
}

fn fact(slim: Slim, besides: &HashMap<TicketId, Besides>) -> Fact {
    let Slim { id, service, category, status, assignee, opened_at, first_response_at, reopened, rating } = slim;
    let ended = if let Status::Closed { end, at } = status { Some((end, at)) } else { None };
    let besides = besides.get(&id);
    let (tacit, refusals) = besides.map_or((false, 0), |besides| (besides.proposed, besides.refusals));
    Fact { id, service, category, assignee, opened_at, first_response_at, ended, tacit, reopened, refusals, rating }
}

fn besides(connection: &Connection, low: TicketId) -> rusqlite::Result<HashMap<TicketId, Besides>> {
    let sql = "SELECT id, kind FROM events WHERE id >= ?1 AND kind IN ('closure_refused', 'closure_proposed', 'information_requested') ORDER BY id";
    let mut found: HashMap<TicketId, Besides> = HashMap::new();
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query([Id(low << SEQ_BITS)])?;
    while let Some(row) = rows.next()? {
        let besides = found.entry(row.get::<_, Id>(0)?.0 >> SEQ_BITS).or_default();
        match row.get_ref(1)?.as_str()? {
            "closure_refused" => besides.refusals += 1,
            kind => besides.proposed = kind == "closure_proposed",
        }
    }
    Ok(found)
}
