//! Farewells, names and cards: what stands below the words of a mail before its signature ends.
//!
//! A bare "Best regards, Jean" is part of what was said; a telephone number below it is not.

use super::lines::Line;
use super::marks::fold;

/// Lines of a card at most.
const LINES: usize = 10;
/// Longest line of a card, in characters, and words of one.
const WIDTH: usize = 90;
const WORDS: usize = 12;
/// Words of a name at most.
const NAME_WORDS: usize = 4;
/// Digits that make a number a telephone's.
const PHONE_DIGITS: usize = 8;

/// How what follows a farewell divides: lines that belong to the farewell, or `None` when it is followed by more words.
pub(super) fn after_closing(lines: &[&Line]) -> Option<usize> {
    if are_too_long(lines) {
        return None;
    }
    let name = lines.first().is_some_and(|line| is_name(&line.text));
    let card = &lines[usize::from(name)..];
    let fits = card.len() <= LINES && card.iter().all(|line| is_card_line(&line.text));
    (fits && (name || card.is_empty() || card.iter().any(|line| is_contact(&line.text)))).then_some(usize::from(name))
}

/// A whole card: nothing but short lines, and a way to reach somebody or only a few names.
pub(super) fn is_card(lines: &[&Line]) -> bool {
    let short = !lines.is_empty() && lines.len() <= LINES && !are_too_long(lines) && lines.iter().all(|line| is_card_line(&line.text));
    let named = |line: &Line| is_name(&line.text) && !line.text.trim_end().ends_with('.');
    short && (lines.iter().any(|line| is_contact(&line.text)) || lines.len() <= 4 && named(lines[0]))
}

/// `-Jean` or `/Jean Dupont`, as some sign.
pub(super) fn is_signed_name(text: &str) -> bool {
    let name = text.trim().strip_prefix(['-', '/', '–', '—', '~']).unwrap_or_default();
    name.starts_with(char::is_uppercase)
        && name.split(' ').count() <= NAME_WORDS
        && name.chars().all(|c| c.is_alphabetic() || " .'-".contains(c))
}

/// The author's own name, as the `From` field has it, in either order.
pub(super) fn is_author(text: &str, author: &str) -> bool {
    let words = |text: &str| {
        let folded = fold(text);
        let mut words: Vec<String> = folded.split([' ', ',', '.']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        words.sort();
        words
    };
    // Most lines are too long to be a name: the folded one is half as long at least, and every second character of it may be a separator.
    if text.len() > (4 * author.len()).min(4 * WIDTH) {
        return false;
    }
    let author = words(author);
    author.len() >= 2 && words(text) == author
}

/// A line on which somebody is reached: a telephone, an address, a page.
pub(super) fn is_contact(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let address = text.split_whitespace().any(|word| {
        word.trim_matches(['<', '>', '(', ')']).split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
    });
    address || text.contains("://") || text.contains("www.") || digits >= PHONE_DIGITS && digits * 2 > letters && text.len() < WIDTH
}

/// Cheap, because it is asked before anything else.
fn are_too_long(lines: &[&Line]) -> bool {
    lines.iter().any(|line| line.text.len() > 8 * WIDTH)
}

fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.trim().trim_end_matches([',', '.']).split_whitespace().collect();
    let capital = |word: &&str| word.starts_with(|c: char| !c.is_lowercase()) || word.chars().count() <= 3 || word.contains('\'');
    let lone = words.len() == 1 && words[0].chars().count() <= 15;
    let letters = text.chars().all(|c| c.is_alphabetic() || c.is_whitespace() || " .,'’-()/".contains(c));
    !words.is_empty() && words.len() <= NAME_WORDS && letters && (lone || words.iter().all(capital))
}

/// Short, no sentence, and nothing that could be a command.
fn is_card_line(text: &str) -> bool {
    if text.trim_start().starts_with(['#', '＃', '﹟']) {
        return false;
    }
    let words = text.split_whitespace().count();
    let sentence = text.trim_end().ends_with(['?', '!', '？', '！', '。']) || text.ends_with(['.', ':']) && words > 6;
    is_contact(text) && text.chars().count() <= 2 * WIDTH && !text.ends_with(['?', '？'])
        || text.chars().count() <= WIDTH && words <= WORDS && !sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Line> {
        text.lines().map(|text| Line { text: text.to_owned(), ..Line::default() }).collect()
    }

    #[test]
    fn what_follows_a_farewell() {
        for (text, want) in [
            ("", Some(0)),
            ("Jean Dupont", Some(1)),
            ("jean", Some(1)),
            ("Jean Dupont\nDirection des systèmes\n01 23 45 67 89", Some(1)),
            ("Direction des systèmes\n01 23 45 67 89", Some(0)),
            ("Could you also look at the printer?", None),
            ("Jean\n#note", None),
            ("Jean\nPS: do not forget to bring the keys of the second floor, please.", None),
        ] {
            let lines = lines(text);
            assert_eq!(after_closing(&lines.iter().collect::<Vec<_>>()), want, "{text}");
        }
    }

    #[test]
    fn names_and_contacts() {
        assert!(
            is_signed_name("-Jean Dupont") && is_signed_name("/John") && !is_signed_name("- buy milk") && !is_signed_name("/ Greetings")
        );
        assert!(is_author("DUPONT Jean", "Jean Dupont") && !is_author("Jean", "Jean") && !is_author("Jean said so", "Jean Dupont"));
        assert!(is_contact("Tel. +33 1 23 45 67 89") && is_contact("jean@ville.test") && !is_contact("PC-00042 is broken"));
    }
}
