//! The last act of somebody, if it can be taken back: found in the events of a ticket.
//!
//! Promises: an act is everything that one cause did; only the last one counts, and only while nothing followed from it.
//! Excludes: who may (see `decide`), and what has left the house: words that were mailed stay mailed.

use super::action::Undo;
use super::event::Event;
use super::fold::fold;
use super::what::What;
use super::why::Why;
use crate::address::Address;

/// The last act of that person, with the ticket as it was before it.
pub fn last_act(events: &[Event], person: &Address) -> Result<Undo, Why> {
    let end = events.iter().rposition(|event| !is_quiet(event)).map_or(0, |last| last + 1);
    let Some(last) = events[..end].last() else { return Err(Why::NothingToUndo) };
    if last.actor.person.as_ref() != Some(person) {
        let own = events[..end].iter().rev().any(|event| event.actor.person.as_ref() == Some(person) && changes(event));
        return Err(match own {
            true => Why::Followed { what: last.what.word().to_owned(), at: last.at },
            false => Why::NothingToUndo,
        });
    }
    let same_cause = |event: &&Event| event.actor.person.as_ref() == Some(person) && event.at == last.at;
    let begin = end - events[..end].iter().rev().take_while(same_cause).count();
    let act = &events[begin..end];
    match fold(&events[..begin]) {
        Some(back) if can_be_undone(act) => Ok(Undo { first: back.version + 1, acts: words(act), by: person.clone(), back }),
        _ => Err(Why::NothingToUndo),
    }
}

/// Can these events of one act be taken back, all of them?
pub fn can_be_undone(act: &[Event]) -> bool {
    let stays = |event: &Event| {
        let what = &event.what;
        matches!(what, What::Opened { .. } | What::Answered { .. } | What::Split { .. } | What::Rerooted { .. } | What::Undone { .. })
    };
    act.iter().any(changes) && !act.iter().any(stays)
}

fn words(act: &[Event]) -> Vec<String> {
    act.iter().filter(|event| changes(event)).map(|event| event.what.word().to_owned()).collect()
}

/// What machines bring, or nobody proved, is no answer to anything.
fn is_quiet(event: &Event) -> bool {
    matches!(event.what, What::Filed | What::Unverified | What::ChildSpoke { .. })
}

/// Acts that leave something to take back; words are said. Conversations that routing put together stay together.
fn changes(event: &Event) -> bool {
    match &event.what {
        What::Merged { .. } | What::Absorbed { .. } => !event.actor.as_participant,
        What::Opened { .. } | What::Replied { .. } | What::Noted | What::Answered { .. } | What::Rated(_) | What::Split { .. } => false,
        What::Rerooted { .. }
        | What::Undone { .. }
        | What::Filed
        | What::Unverified
        | What::JoinRequested { .. }
        | What::PassedOn { .. } => false,
        _ => true,
    }
}
