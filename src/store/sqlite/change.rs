//! One change, whole: cause, tickets, pointers, people, links, letters. The caller's transaction makes it all or nothing.

use rusqlite::{Connection, params};

use super::values::At;
use super::{access, ids, ledger, links, outbox, people, put_off, tickets, waking};
use crate::store::{Cause, Change, CommitFault};

impl From<rusqlite::Error> for CommitFault {
    fn from(fault: rusqlite::Error) -> CommitFault {
        CommitFault::Backend(fault.into())
    }
}

/// Writes a change.
pub fn write(connection: &Connection, change: &Change) -> Result<(), CommitFault> {
    if !first_time(connection, change)? {
        return Err(CommitFault::AlreadyDone);
    }
    stop_at("store::cause")?;
    for step in &change.steps {
        tickets::write(connection, step)?;
    }
    change.turns.iter().try_for_each(|(place, who)| waking::take_turn(connection, place, who))?;
    stop_at("store::steps")?;
    pointers(connection, change)?;
    stop_at("store::pointers")?;
    change.people.iter().try_for_each(|person| people::write(connection, person))?;
    stop_at("store::people")?;
    capabilities(connection, change)?;
    change.access.iter().try_for_each(|one| access::write(connection, one, change.at))?;
    stop_at("store::links")?;
    change.letters.iter().try_for_each(|letter| outbox::write(connection, letter, change.at))?;
    change.put_off.iter().try_for_each(|waits| put_off::write(connection, waits))?;
    change.bounced.iter().try_for_each(|(id, state)| outbox::bounced(connection, *id, *state))?;
    stop_at("store::letters")
}

/// Was a named cause taken?
pub fn was_done(connection: &Connection, cause: &str) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM causes WHERE name = ?1")?.exists([cause])
}

/// Takes the cause, and outcomes that come with it; false: one was taken before.
fn first_time(connection: &Connection, change: &Change) -> rusqlite::Result<bool> {
    for (instance, handled) in &change.also_handled {
        if !ledger::handle(connection, *instance, handled)? {
            return Ok(false);
        }
    }
    for (instance, handled) in &change.released {
        if !ledger::release(connection, *instance, handled)? {
            return Ok(false);
        }
    }
    match (&change.cause, &change.handled) {
        (Cause::Mail(instance), Some(handled)) => ledger::handle(connection, *instance, handled),
        (Cause::Mail(_), None) => Ok(true),
        (Cause::Named(name), _) => {
            let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO causes (name, at) VALUES (?1, ?2)")?;
            Ok(insert.execute(params![name, At(change.at)])? == 1)
        }
    }
}

fn pointers(connection: &Connection, change: &Change) -> rusqlite::Result<()> {
    change.ids.iter().try_for_each(|known| ids::write(connection, known))?;
    change.threads.iter().try_for_each(|(root, ticket)| ids::write_thread(connection, root, *ticket))?;
    change.seen.iter().try_for_each(|seen| ids::write_seen(connection, seen))
}

fn capabilities(connection: &Connection, change: &Change) -> Result<(), CommitFault> {
    for hash in &change.used {
        if !links::end(connection, hash, change.at)? {
            return Err(CommitFault::AlreadyDone);
        }
    }
    for hash in &change.revoked {
        links::end(connection, hash, change.at)?;
    }
    change.links.iter().try_for_each(|link| links::write(connection, link))?;
    Ok(change.offers.iter().try_for_each(|(hash, text)| links::write_offer(connection, hash, text))?)
}

/// Where tests stop a commit half-way.
fn stop_at(_place: &'static str) -> Result<(), CommitFault> {
    fail::fail_point!(_place, |_| Err(rusqlite::Error::InvalidQuery.into()));
    Ok(())
}
