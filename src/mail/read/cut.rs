//! New words, quoted words, signature: each line of a text goes to exactly one of them.
//!
//! Promises: no line is lost or doubled; the reply is never empty when the text is not (then nothing is cut).
//! Excludes: what a line looks like (see `marks`).

use super::html::Line;
use super::marks::{self, Mark};

/// The three parts of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub reply: String,
    pub quoted: String,
    pub signature: String,
}

/// Lines of a signature after `-- ` at most; more are words.
const SIGNATURE_LINES: usize = 20;
/// Lines after a closing ("Best regards,") at most, for name and card.
const CARD_LINES: usize = 8;
/// Longest line of a card.
const CARD_WIDTH: usize = 80;

/// A plain text as lines; `>` marks what is quoted.
pub(super) fn plain_lines(text: &str) -> Vec<Line> {
    let line = |text: &str| Line { text: text.to_owned(), quoted: text.trim_start().starts_with('>'), rest_quoted: false };
    text.split('\n').map(line).collect()
}

/// Cuts a text.
pub(super) fn split(lines: &[Line]) -> Parts {
    let marks = marks::of(lines);
    let mut places = vec![Place::Reply; lines.len()];
    place_quotes(&marks, &mut places);
    let unsigned = places.clone();
    place_signature(lines, &marks, &mut places);
    for places in [places, unsigned, vec![Place::Reply; lines.len()]] {
        let parts = gather(lines, &places);
        if !parts.reply.is_empty() {
            return parts;
        }
    }
    Parts::default()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Reply,
    Quoted,
    Signature,
}

fn place_quotes(marks: &[Mark], places: &mut [Place]) {
    let written = |until: usize| marks[..until].iter().any(|mark| matches!(mark, Mark::Text | Mark::Closing | Mark::Device));
    for at in 0..marks.len() {
        let opens = match marks[at] {
            Mark::Quoted => {
                places[at] = Place::Quoted;
                false
            }
            Mark::Attribution => {
                places[at] = Place::Quoted;
                // Without `>` below, nothing tells where the quotation ends: with the mail.
                !next_words(marks, at).is_some_and(|next| marks[next] == Mark::Quoted)
            }
            Mark::Headers | Mark::Original | Mark::Forward => true,
            _ => false,
        };
        if opens && written(at) {
            let from = with_rule(marks, at);
            return places[from..].fill(Place::Quoted);
        }
    }
}

/// The next line that is neither blank nor part of the same attribution.
fn next_words(marks: &[Mark], at: usize) -> Option<usize> {
    (at..marks.len()).find(|&at| !matches!(marks[at], Mark::Attribution | Mark::Blank))
}

/// A rule right above belongs to what it introduces.
fn with_rule(marks: &[Mark], at: usize) -> usize {
    let above = marks[..at].iter().rposition(|mark| *mark != Mark::Blank);
    above.filter(|&above| matches!(marks[above], Mark::Rule | Mark::Original) && at - above <= 3).unwrap_or(at)
}

fn place_signature(lines: &[Line], marks: &[Mark], places: &mut [Place]) {
    for at in 0..marks.len() {
        if marks[at] == Mark::Device && places[at] == Place::Reply {
            places[at] = Place::Signature;
        }
    }
    let kept: Vec<usize> = (0..marks.len()).filter(|&at| places[at] == Place::Reply && marks[at] != Mark::Blank).collect();
    let start = kept.iter().position(|&at| marks[at] == Mark::Delimiter && after(&kept, at) <= SIGNATURE_LINES);
    let start = start.or_else(|| kept.iter().position(|&at| marks[at] == Mark::Closing && is_card(lines, &kept, at)));
    for &at in start.map_or(&[][..], |start| &kept[start..]) {
        places[at] = Place::Signature;
    }
}

fn after(kept: &[usize], at: usize) -> usize {
    kept.iter().filter(|&&kept| kept > at).count()
}

/// After a closing only a name and a card may follow, and something must stand before it.
fn is_card(lines: &[Line], kept: &[usize], at: usize) -> bool {
    let short = kept.iter().filter(|&&kept| kept > at).all(|&kept| lines[kept].text.chars().count() <= CARD_WIDTH);
    kept.first().is_some_and(|&first| first < at) && after(kept, at) <= CARD_LINES && short
}

fn gather(lines: &[Line], places: &[Place]) -> Parts {
    let of = |wanted: Place| {
        let mut text = String::new();
        let mut last = None;
        for (at, line) in lines.iter().enumerate().filter(|(at, _)| places[*at] == wanted) {
            // Where something was taken out between two lines, a blank line stays.
            if last.is_some_and(|last| last + 1 != at) && !text.ends_with("\n\n") {
                text.push('\n');
            }
            text.push_str(&line.text);
            text.push('\n');
            last = Some(at);
        }
        text.trim_matches('\n').trim_end().to_owned()
    };
    Parts { reply: of(Place::Reply), quoted: of(Place::Quoted), signature: of(Place::Signature) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Parts {
        split(&plain_lines(text))
    }

    #[test]
    fn starters() {
        for quote in [
            "On Mon, 3 Mar 2025 at 10:12, Jean <jean@ville.test> wrote:\n> hello",
            "Le lun. 3 mars 2025 à 10:12, Jean Dupont\n<jean@ville.test> a écrit :\n\n> bonjour",
            "Le 3 mars 2025 à 10:12, Jean <jean@ville.test> a écrit\u{a0}:\n\nbonjour\nà vous",
            "-----Message d'origine-----\nDe : Jean\nbonjour",
            "________________________________\nDe : Jean Dupont <jean@ville.test>\nEnvoyé : lundi 3 mars 2025 10:12\nÀ : Support\nObjet : imprimante\n\nbonjour",
            "From: Jean\nSent: Monday\nTo: Support\nSubject: printer\n\nhello",
            "*De :* Jean\n*Envoyé :* lundi\n*À :* Support\n*Objet :* imprimante\n\nbonjour",
            "De : Jean Envoyé : lundi 3 mars À : Support Objet : imprimante\nbonjour",
            "Am 03.03.2025 um 10:12 schrieb Jean:\n> hallo",
            "El lun, 3 mar 2025 a las 10:12, Jean (<jean@ville.test>) escribió:\n> hola",
            "2013/8/5 Foo Bar <foo@bar.test>\n> hi",
            "---------- Forwarded message ---------\nFrom: a\n\nhello",
        ] {
            let parts = cut(&format!("New words\n\n{quote}"));
            assert_eq!((parts.reply.as_str(), parts.quoted.as_str()), ("New words", quote), "{quote}");
        }
    }

    #[test]
    fn c24_nothing_is_ever_cut_to_nothing() {
        for text in [
            "> all quoted",
            "On 3 March Jean wrote:\n> hi",
            "-- \nJean",
            "Sent from my iPhone",
            "From: a\nSent: b\nTo: c\nSubject: d\n\nbody",
        ] {
            assert!(!cut(text).reply.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn answers_below_and_between_stay() {
        let parts = cut("On 3 March 2025 Jean wrote:\n> one?\nYes.\n> two?\nNo.\n-- \nMe");
        assert_eq!((parts.reply.as_str(), parts.signature.as_str()), ("Yes.\n\nNo.", "-- \nMe"));
    }

    #[test]
    fn words_that_only_look_like_it() {
        for text in [
            "On Monday I wrote: it is broken.\nThanks",
            "Le lundi 3 mars il a écrit une note.\nMerci",
            "Date : 3 mars\nObjet : panne\nSalle : 12",
            "We said -- well -- nothing",
            "From: the beginning it failed",
        ] {
            assert_eq!(cut(text).reply, text);
        }
    }

    #[test]
    fn signatures() {
        for (signature, text) in [
            ("-- \nJean\n+33 1", "Bonjour\n-- \nJean\n+33 1\n\nLe 3 mars 2025, Marc <m@x.test> a écrit :\n> x"),
            ("Envoyé de mon iPhone", "Bonjour\n\nEnvoyé de mon iPhone\n\n> x"),
            ("Cordialement,\n\nJean Dupont\nDirection", "Bonjour\n\nCordialement,\n\nJean Dupont\nDirection"),
            ("Kind regards\nJean", "Bonjour\n\nKind regards\nJean\n\nFrom: a\nSent: b\nTo: c\nSubject: d\n\nbody"),
        ] {
            let parts = cut(text);
            assert_eq!((parts.reply.as_str(), parts.signature.as_str()), ("Bonjour", signature));
        }
    }
}
