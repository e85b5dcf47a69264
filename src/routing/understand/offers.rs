//! How to go on with commands that could not be done: the same lines with what was meant, or the text by itself. Each way is
//! a run of command lines that may stand before the text in place of the author's own.
//!
//! Promises: nothing is offered that changes whose the text is without saying so. Excludes: doing any of it.

use super::Understood;
use crate::desk::{Refused, Why};

/// Ways on at most.
const OFFERS_MAX: usize = 6;

/// Command lines to put in place of those of the mail, the likeliest first. `#reply` and `#note` alone say the text as it is.
pub fn offers(understood: &Understood, refused: &[Refused]) -> Vec<String> {
    let mut offers = match refused {
        [one] => corrected(understood, one),
        _ => vec![],
    };
    if !understood.text.trim().is_empty() {
        // What was to stay inside is never offered to the outside.
        let inside = understood.lines.iter().any(super::is_note) || refused.iter().any(|refused| refused.action == "note");
        offers.extend((!inside).then(|| "#reply".to_owned()));
        offers.push("#note".to_owned());
    }
    offers.truncate(OFFERS_MAX);
    offers
}

/// The lines with the one that was refused put right, in each way that it may have been meant.
fn corrected(understood: &Understood, refused: &Refused) -> Vec<String> {
    match &refused.why {
        Why::UnknownCommand { word, near } => {
            near.iter().map(|near| with(understood, |line| (line.0 == word).then(|| (near.clone(), line.1.to_owned())))).collect()
        }
        Why::Ambiguous { candidates } => candidates
            .iter()
            .map(|who| with(understood, |line| means(line.0, &refused.action).then(|| (line.0.to_owned(), who.to_string()))))
            .collect(),
        Why::WhichPlace { candidates } => candidates
            .iter()
            .map(|place| with(understood, |line| means(line.0, &refused.action).then(|| (line.0.to_owned(), place.clone()))))
            .collect(),
        Why::NoSuchArticle { near, .. } => near
            .iter()
            .map(|(number, _)| with(understood, |line| means(line.0, "faq").then(|| (line.0.to_owned(), number.to_string()))))
            .collect(),
        Why::OtherRequester { .. } => {
            vec![with(understood, |line| means(line.0, "merge").then(|| (line.0.to_owned(), format!("{} !", line.1))))]
        }
        _ => vec![],
    }
}

fn means(word: &str, verb: &str) -> bool {
    crate::desk::catalogue::find(word).is_some_and(|spec| spec.verb == verb)
}

/// All command lines, with some in another form.
fn with(understood: &Understood, change: impl Fn((&str, &str)) -> Option<(String, String)>) -> String {
    let line = |line: &crate::mail::commands::CommandLine| {
        let (word, args) = change((&line.word, &line.args)).unwrap_or_else(|| (line.word.clone(), line.args.clone()));
        format!("#{word} {args}").trim().to_owned()
    };
    understood.lines.iter().map(line).collect::<Vec<_>>().join("\n")
}
