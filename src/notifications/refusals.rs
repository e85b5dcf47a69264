//! Why something was not done, in the reader's language: the desk's [`Why`] with its values.

use super::language::Words;
use super::{Scene, names};
use crate::desk::{Refused, Why};
use crate::proof::Level;

/// One line: what was asked for, and why not.
pub fn sentence(words: &Words, scene: &Scene<'_>, refused: &Refused) -> String {
    let list = |people: &[crate::address::Address]| people.iter().map(|who| names::label(scene, who)).collect::<Vec<_>>().join(", ");
    let say = |word: &str, values: &[(&str, &str)]| words.say(&format!("refused.{word}"), values);
    let why = match &refused.why {
        Why::NotAllowed => say("not_allowed", &[]),
        Why::NotProven { needs } => say("not_proven", &[("needs", words.term("level", level(*needs)))]),
        Why::WrongStatus { status } => say("wrong_status", &[("status", words.term("status", status))]),
        Why::AlreadyTaken { by, at } => {
            say("already_taken", &[("by", &names::label(scene, by)), ("at", &words.date(*at, &scene.site.zone))])
        }
        Why::NoLongerOpen { .. } => say("no_longer_open", &[("status", words.term("status", scene.ticket.status.word()))]),
        Why::TextMissing => say("text_missing", &[]),
        Why::NotAnAgent { who } => say("not_an_agent", &[("who", &names::title(who))]),
        Why::Ambiguous { candidates } => say("ambiguous", &[("candidates", &list(candidates))]),
        Why::TooLate => say("too_late", &[]),
        Why::TooOften => say("too_often", &[]),
        Why::NotAnAddress { text } => say("not_an_address", &[("text", &names::title(text))]),
        Why::Misplaced { word } => say("misplaced", &[("word", &names::title(word))]),
        Why::Contradiction { with } => say("contradiction", &[("with", words.term("verb", with))]),
        Why::Unexpected { text } => say("unexpected", &[("text", &names::title(text))]),
        Why::BadMark => say("bad_mark", &[]),
        Why::TooMany { limit } => say("too_many", &[("limit", &limit.to_string())]),
        Why::UnknownCommand { word, near } => unknown(words, word, near),
        Why::NothingToDo => say("nothing_to_do", &[]),
        other => of_upkeep(words, scene, other),
    };
    words.say("refused.line", &[("action", words.term("verb", &refused.action)), ("why", &why)])
}

/// Why something could not be put in order.
fn of_upkeep(words: &Words, scene: &Scene<'_>, why: &Why) -> String {
    let say = |word: &str, values: &[(&str, &str)]| words.say(&format!("refused.{word}"), values);
    let list = |names: &[String]| names.iter().map(|name| names::title(name)).collect::<Vec<_>>().join(", ");
    match why {
        Why::NotADate { text } => say("not_a_date", &[("text", &names::title(text))]),
        Why::NotThen => say("not_then", &[]),
        Why::OldMail => say("old_mail", &[]),
        Why::TwoVoices => say("two_voices", &[]),
        Why::NoSuchPlace { text, known } => say("no_such_place", &[("text", &names::title(text)), ("known", &list(known))]),
        Why::WhichPlace { candidates } => say("which_place", &[("candidates", &list(candidates))]),
        Why::NotAValue { text } => say("not_a_value", &[("text", &names::title(text))]),
        Why::NoSuchTicket { text } => say("no_such_ticket", &[("text", &names::title(text))]),
        Why::OtherRequester { ticket, whose } => {
            say("other_requester", &[("number", &format!("#{ticket}")), ("who", &names::label(scene, whose))])
        }
        Why::NoSuchAnswer { text, known } => say("no_such_answer", &[("text", &names::title(text)), ("known", &list(known))]),
        Why::NoSuchArticle { text, near } if near.is_empty() => say("no_article", &[("text", &names::title(text))]),
        Why::NoSuchArticle { text, near } => {
            let near: Vec<String> = near.iter().map(|(number, title)| format!("{number} ({title})")).collect();
            say("no_such_article", &[("text", &names::title(text)), ("near", &list(&near))])
        }
        Why::NoSuchField { text, known } if known.is_empty() => say("no_field", &[("text", &names::title(text))]),
        Why::NoSuchField { text, known } => say("no_such_field", &[("text", &names::title(text)), ("known", &list(known))]),
        Why::Nested { ticket } => say("nested", &[("number", &format!("#{ticket}"))]),
        Why::Followed { what, at } => say("followed", &[("what", words.term("act", what)), ("at", &words.date(*at, &scene.site.zone))]),
        _ => say("nothing_to_undo", &[]),
    }
}

/// What was written, as commands are written, and what it may have meant.
fn unknown(words: &Words, word: &str, near: &[String]) -> String {
    let command = |word: &str| format!("#{}", names::title(word).trim_start_matches('#'));
    let near = near.iter().map(|word| command(word)).collect::<Vec<_>>().join(", ");
    let key = if near.is_empty() { "refused.unknown_command" } else { "refused.unknown_command_near" };
    words.say(key, &[("word", &command(word)), ("near", &near)])
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Failed => "failed",
        Level::Claimed => "claimed",
        Level::Proven => "proven",
    }
}
