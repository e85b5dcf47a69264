//! By when something is expected: of the reader, or of the service.
//!
//! Promises: agents read until when an answer and a solution are promised, owners until when they may expect an answer; both by the
//! service's own clock. Excludes: what happens then (see `desk::clock`).

use jiff::Timestamp;

use super::language::Words;
use super::views::View;
use super::{MailKind, Notice, Scene};
use crate::desk::promise::{Promise, Stage, due};
use crate::desk::{What, clock};

/// Puts the times into the view of a mail.
pub fn tell(view: &mut View, words: &Words, scene: &Scene<'_>, notice: &Notice) {
    let date = |at| words.date(at, scene.times().of(&scene.ticket.service).zone());
    view.reminder = scene.done.iter().any(|event| matches!(event.what, What::Reminded));
    if matches!(notice.kind, MailKind::Question | MailKind::ClosureApproval) {
        view.deadline = clock::ends(scene.ticket, scene.times()).map(date).unwrap_or_default();
    }
    if view.agent {
        view.due = lines(words, scene);
    }
    if view.owner && notice.kind == MailKind::Acknowledgement {
        view.expected = due(scene.ticket, Promise::Response, Stage::Late, scene.times()).map(date).unwrap_or_default();
    }
}

/// What is promised and not kept yet, a line each.
pub fn lines(words: &Words, scene: &Scene<'_>) -> Vec<String> {
    Promise::ALL.into_iter().filter_map(|promise| line(words, scene, promise)).map(|(_, line)| line).collect()
}

/// What is promised first and not kept yet, in a line, and whether it is late.
pub fn nearest(words: &Words, scene: &Scene<'_>) -> Option<(String, bool)> {
    let (at, line) = Promise::ALL.into_iter().filter_map(|promise| line(words, scene, promise)).min_by_key(|(at, _)| *at)?;
    Some((line, at.as_second() <= scene.now))
}

fn line(words: &Words, scene: &Scene<'_>, promise: Promise) -> Option<(Timestamp, String)> {
    let times = scene.times();
    let at = due(scene.ticket, promise, Stage::Late, times)?;
    let when = words.date(at, times.of(&scene.ticket.service).zone());
    let late = if at.as_second() <= scene.now { "_late" } else { "" };
    Some((at, words.say(&format!("due.{}{late}", promise.word()), &[("date", &when)])))
}
