//! What subject and text say.

use super::super::signs::{self, Phrases, Sense, fold};
use super::super::subject;
use super::{Seen, Sign};

/// Characters of a text in which a machine says what it is.
const HEAD_MAX: usize = 4_000;
/// Lines of it.
const LINES_MAX: usize = 60;
/// What a further phrase of the same sense adds.
const FURTHER: u32 = 10;
/// What all phrases of one sense can weigh in a text.
const TEXT_MAX: u32 = 60;

/// What a title weighs at most that asks something: answering machines repeat our question, people ask their own.
const ASKING_MAX: u32 = 40;

/// What a phrase weighs at most that goes on as a sentence does.
const RUNNING_MAX: u32 = 25;

/// Signs of the subject: as it is, or behind prefixes and tags, where they weigh half.
pub(super) fn subject(subject: &str, signs: &mut Vec<Sign>) {
    let whole = fold(subject);
    let direct = strongest(&signs::get().subjects, &whole);
    let behind = if direct.is_empty() { strongest(&signs::get().subjects, &fold(&subject::core(subject))) } else { Vec::new() };
    let answered = subject::is_reply(subject) || subject::is_forward(subject);
    let tell = |(phrase, sense, weight): (String, Sense, u32)| {
        let weight = if answered { weight / 2 } else { weight };
        Sign { sense, weight, told: format!("subject {phrase}") }
    };
    signs.extend(direct.into_iter().chain(behind).map(tell));
}

/// The strongest phrase of each sense.
fn strongest(phrases: &Phrases, folded: &str) -> Vec<(String, Sense, u32)> {
    let mut best: Vec<(String, Sense, u32)> = Vec::new();
    for mut hit in phrases.find(folded) {
        if hit.sense == Sense::Absence && !hit.phrase.ends_with([']', ')', ':']) && !stands_apart(hit.rest) {
            hit.weight = hit.weight.min(RUNNING_MAX);
        }
        if hit.sense == Sense::Absence && folded.ends_with(['?', '？']) {
            hit.weight = hit.weight.min(ASKING_MAX);
        }
        match best.iter_mut().find(|(_, sense, _)| *sense == hit.sense) {
            Some(known) if known.2 < hit.weight => *known = (hit.phrase.to_owned(), hit.sense, hit.weight),
            Some(_) => {}
            None => best.push((hit.phrase.to_owned(), hit.sense, hit.weight)),
        }
    }
    best
}

/// Does a subject go on as a title does, not as a sentence: a mark, a known word, or a colon after a word or two?
fn stands_apart(rest: &str) -> bool {
    let mut words = rest.split(' ').filter(|word| !word.is_empty());
    let Some(first) = words.next() else { return true };
    let known = signs::get().apart.contains(first.trim_end_matches(':'));
    known
        || !first.starts_with(char::is_alphanumeric)
        || [first].into_iter().chain(words.take(2)).any(|word| word.ends_with([':', ']', ')', '：']))
}

/// Signs of the first lines: reports quote, so the whole text is theirs; other machines are judged by their new words.
pub(super) fn texts(seen: &Seen, signs: &mut Vec<Sign>) {
    let (whole, own) = (head(seen.text), head(seen.own));
    let report = |sense: Sense| sense == Sense::Report;
    add(&whole, &report, signs);
    add(&own, &|sense| !report(sense), signs);
}

fn add(folded: &str, wanted: &dyn Fn(Sense) -> bool, signs: &mut Vec<Sign>) {
    let mut found: Vec<Sign> = Vec::new();
    for hit in signs::get().texts.find(folded).filter(|hit| wanted(hit.sense)) {
        let told = format!("text {}", hit.phrase);
        let before: u32 = found.iter().filter(|sign| sign.sense == hit.sense).map(|sign| sign.weight).sum();
        if before >= TEXT_MAX || found.iter().any(|sign| sign.told == told) {
            continue;
        }
        let weight = if before == 0 { hit.weight } else { FURTHER.max(hit.weight.saturating_sub(before)) };
        found.push(Sign { sense: hit.sense, weight: weight.min(TEXT_MAX - before), told });
    }
    signs.extend(found);
}

/// The first lines, where a machine says what it is.
fn head(text: &str) -> String {
    let mut end = text.len().min(HEAD_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let lines: Vec<&str> = text[..end].lines().take(LINES_MAX).collect();
    fold(&lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e01_titles_and_sentences() {
        let weight = |text: &str| {
            let mut signs = Vec::new();
            subject(text, &mut signs);
            signs.iter().filter(|sign| sign.sense == Sense::Absence).map(|sign| sign.weight).max().unwrap_or_default()
        };
        for title in [
            "Automatic reply: Printer",
            "Out of office until Monday",
            "Réponse automatique : x",
            "Out of Office AutoReply: x",
            "Abwesenheitsnotiz",
        ] {
            assert_eq!(weight(title), 60, "{title}");
        }
        for sentence in ["Automatic reply does not work", "Réponse automatique Outlook en panne", "Out of office message cannot be set"] {
            assert_eq!(weight(sentence), RUNNING_MAX, "{sentence}");
        }
        assert_eq!(weight("Out of office: how do I switch it on?"), ASKING_MAX);
        assert_eq!(weight("Re: Automatic reply: Printer"), 30);
    }
}
