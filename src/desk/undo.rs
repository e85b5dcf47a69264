//! The last act of somebody, if it can be taken back: found in the events of a ticket.
//!
//! Promises: an act is everything that one cause did; only the last one counts, and only while nothing followed from it.
//! Excludes: who may (see `decide`), and what has left the house: words that were mailed stay mailed.

use super::action::{Undo, Why};
use super::event::{Event, What};
use super::fold::fold;
use crate::address::Address;

/// The last act of that person, with the ticket as it was before it.
pub fn last_act(events: &[Event], person: &Address) -> Result<Undo, Why> {
    let end = events.iter().rposition(|event| !is_quiet(event)).map_or(0, |last| last + 1);
    let Some(last) = events[..end].last() else { return Err(Why::NothingToUndo) };
    if last.actor.person.as_ref() != Some(person) {
        let own = events[..end].iter().rev().any(|event| event.actor.person.as_ref() == Some(person) && changes(&event.what));
        return Err(match own {
            true => Why::Followed { what: last.what.word().to_owned(), at: last.at },
            false => Why::NothingToUndo,
        });
    }
    let same_cause = |event: &&Event| event.actor.person.as_ref() == Some(person) && event.at == last.at;
    let begin = end - events[..end].iter().rev().take_while(same_cause).count();
    let act = &events[begin..end];
    let stays = |event: &Event| {
        matches!(event.what, What::Opened { .. } | What::Answered { .. } | What::Split { .. } | What::Rerooted { .. } | What::Undone { .. })
    };
    let acts: Vec<String> = act.iter().filter(|event| changes(&event.what)).map(|event| event.what.word().to_owned()).collect();
    match fold(&events[..begin]) {
        Some(back) if !acts.is_empty() && !act.iter().any(stays) => Ok(Undo { first: back.version + 1, acts, by: person.clone(), back }),
        _ => Err(Why::NothingToUndo),
    }
}

/// What machines bring, or nobody proved, is no answer to anything.
fn is_quiet(event: &Event) -> bool {
    matches!(event.what, What::Filed | What::Unverified)
}

/// Acts that leave something to take back; words are said.
fn changes(what: &What) -> bool {
    !matches!(
        what,
        What::Opened { .. }
            | What::Replied { .. }
            | What::Noted
            | What::Answered { .. }
            | What::Rated(_)
            | What::Split { .. }
            | What::Absorbed { .. }
            | What::Rerooted { .. }
            | What::Undone { .. }
            | What::Filed
            | What::Unverified
            | What::JoinRequested { .. }
    )
}
