//! Short answers: a mere yes, mere thanks. The lists are `data/markers/answers.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::desk::Words;
use crate::mail::commands::fold;

/// Words beyond which an answer is never read as a mere yes or as mere thanks (FIELD section 4.3).
const WORDS_MAX: usize = 6;

/// What a short answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Short {
    /// Yes, and nothing else.
    pub agrees: bool,
    /// Thanks, or received: nothing new.
    pub thanks: bool,
}

#[derive(Debug, Default, Deserialize)]
struct Answers {
    yes: Vec<String>,
    thanks: Vec<String>,
    polite: Vec<String>,
}

static ANSWERS: LazyLock<Answers> =
    LazyLock::new(|| toml::from_str(include_str!("../../../data/markers/answers.toml")).unwrap_or_default());

/// What a short answer says; `None` when it is longer, asks something, brings a file, or says anything else.
pub fn short(words: &Words) -> Option<Short> {
    let files = words.source.as_ref().is_some_and(|source| source.attachments.iter().any(|file| file.content_id.is_none()));
    if files || words.text.contains(['?', '？']) || words.text.split_whitespace().count() > WORDS_MAX {
        return None;
    }
    let folded = compared(&words.text);
    let rest = without_courtesy(&folded);
    let is = |list: &[String]| list.iter().any(|known| known == rest);
    let short = Short { agrees: is(&ANSWERS.yes), thanks: !folded.is_empty() && (rest.is_empty() || is(&ANSWERS.thanks)) };
    (short.agrees || short.thanks).then_some(short)
}

/// Nothing but courtesy: `please`, `merci d'avance`.
pub fn is_polite(text: &str) -> bool {
    without_courtesy(&compared(text)).is_empty()
}

/// Folded, single-spaced, without punctuation, emoji in their plain form.
fn compared(text: &str) -> String {
    let plain = |c: char| match c {
        ',' | '.' | '!' | ';' | ':' | '…' | '(' | ')' | '"' | '«' | '»' => Some(' '),
        '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' => None,
        c => Some(c),
    };
    fold(text).chars().filter_map(plain).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without_courtesy(folded: &str) -> &str {
    let mut rest = folded;
    loop {
        let left_by = |phrase: &String| {
            let left = rest.strip_prefix(phrase.as_str()).filter(|left| left.is_empty() || left.starts_with(' '));
            let right = rest.strip_suffix(phrase.as_str()).filter(|right| right.is_empty() || right.ends_with(' '));
            left.or(right).map(str::trim)
        };
        // The longest first: `merci beaucoup` before `merci`.
        match ANSWERS.polite.iter().filter_map(left_by).min_by_key(|left| left.len()) {
            Some(shorter) => rest = shorter,
            None => return rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<Short> {
        short(&Words { text: text.into(), ..Words::default() })
    }

    #[test]
    fn the_lists_are_folded_and_there() {
        for list in [&ANSWERS.yes, &ANSWERS.thanks, &ANSWERS.polite] {
            assert!(!list.is_empty());
            assert!(list.iter().all(|word| compared(word) == *word), "{list:?}");
        }
    }

    #[test]
    fn d15_only_a_mere_yes_agrees() {
        for yes in [
            "oui",
            "Oui.",
            "OUI !",
            "Oui, merci.",
            "Résolu",
            "ok c’est bon",
            "C'est résolu, merci !",
            "Yes, thanks!",
            "Yes, fixed.",
            "Bonjour, oui.\n\nCordialement",
        ] {
            assert!(said(yes).is_some_and(|short| short.agrees), "{yes}");
        }
        for no in [
            "Yes, but no",
            "oui mais non",
            "oui ?",
            "non",
            "toujours pas",
            "still broken",
            "merci",
            "Merci, mais…",
            "> approve",
            "",
            "pas résolu",
            "not fixed",
            "oui si vous voulez",
            "I am absent, yes will be answered on Monday",
        ] {
            assert!(!said(no).is_some_and(|short| short.agrees), "{no}");
        }
    }

    #[test]
    fn thanks_say_nothing_new() {
        for thanks in
            ["merci", "Merci beaucoup !", "Thanks", "👍", "👍🏽", "❤️", "Bien reçu, merci.", "Super, merci à vous", "Hello,\nthank you!"]
        {
            assert!(said(thanks).is_some_and(|short| short.thanks), "{thanks}");
        }
        for words in ["merci mais ça recommence", "merci de rappeler", "", "thanks to you it broke"] {
            assert!(!said(words).is_some_and(|short| short.thanks), "{words}");
        }
    }
}
