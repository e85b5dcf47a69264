//! Phone numbers and numbers of equipment as they stand in texts.

use std::sync::LazyLock;

use regex::Regex;

use super::WORDS;
use crate::mail::commands::fold;

/// Digits of an international number (ITU-T E.164 section 6.1: fifteen at most; fewer than eight are no whole number).
const DIGITS: std::ops::RangeInclusive<usize> = 8..=15;
/// Characters of one number of equipment.
const EQUIPMENT_MAX: usize = 40;

/// French numbers: ten digits with a zero in front, or nine behind `+33` or `0033`.
static FRENCH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?:(?:\+|00)[ .\-\x{a0}]?33[ .\-\x{a0}\x{202f}]{0,2}(?:\(0\)[ .\-\x{a0}]?)?|0)[1-9](?:[ .\-/\x{a0}\x{202f}\x{2011}]?[0-9]{2}){4}",
    )
    .ok()
});
/// Any other number behind a country's code.
static ABROAD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:\+|00)[1-9][0-9]{0,2}(?:[ .\-/()\x{a0}\x{202f}\x{2011}]{0,3}[0-9]{1,5}){2,7}").ok());

/// The first phone number of a text, on lines that hold one, in the shape in which people read it.
pub fn phone(text: &str) -> Option<String> {
    // Few lines have digits enough; the others need no further look.
    let could = |line: &&str| line.bytes().filter(u8::is_ascii_digit).count() >= *DIGITS.start();
    text.lines().filter(could).filter(|line| !is_for_machines(line)).find_map(|line| {
        let found = |pattern: &Option<Regex>| {
            pattern.as_ref()?.find_iter(line).find(|found| stands_alone(line, found.start(), found.end())).map(|found| found.as_str())
        };
        found(&FRENCH).map(french).or_else(|| found(&ABROAD).and_then(abroad))
    })
}

/// `01 23 45 67 89`, also for `+33 (0)1…`.
fn french(written: &str) -> String {
    let digits: Vec<char> = written.chars().filter(char::is_ascii_digit).collect();
    let nine = &digits[digits.len().saturating_sub(9)..];
    let pairs = nine.get(1..).unwrap_or_default().chunks(2).map(|pair| pair.iter().collect::<String>());
    [format!("0{}", nine.first().copied().unwrap_or_default())].into_iter().chain(pairs).collect::<Vec<_>>().join(" ")
}

/// As it was written, with single spaces between its groups.
fn abroad(written: &str) -> Option<String> {
    let digits = written.chars().filter(char::is_ascii_digit).count();
    let groups = written.split(|c: char| !(c.is_ascii_digit() || c == '+')).filter(|group| !group.is_empty());
    let number = groups.collect::<Vec<_>>().join(" ");
    let number = number.strip_prefix("00").map_or(number.clone(), |rest| format!("+{rest}"));
    DIGITS.contains(&digits).then_some(number)
}

fn is_for_machines(line: &str) -> bool {
    let line = fold(line);
    line.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.not_phone.iter().any(|known| known == word))
}

fn stands_alone(line: &str, start: usize, end: usize) -> bool {
    let before = line[..start].chars().next_back();
    let after = line[end..].chars().next();
    !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '=' | '+'))
        && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

/// The first number of equipment of a text, by the site's patterns, in the patterns' order.
pub fn equipment(text: &str, patterns: &[String]) -> Option<String> {
    patterns.iter().find_map(|pattern| {
        let starts = text.char_indices().filter(|(at, _)| !text[..*at].chars().next_back().is_some_and(is_of_a_word));
        starts.filter_map(|(at, _)| fits(&text[at..], pattern).map(|length| &text[at..at + length])).next().map(str::to_owned)
    })
}

/// How many bytes of the text's beginning are such a number.
fn fits(text: &str, pattern: &str) -> Option<usize> {
    let mut rest = text.chars().peekable();
    let mut length = 0;
    let mut last: Option<char> = None;
    for sign in pattern.chars() {
        let is = |c: char, sign: char| match sign {
            '#' => c.is_ascii_digit(),
            '@' => c.is_ascii_alphabetic(),
            sign => c.to_lowercase().eq(sign.to_lowercase()),
        };
        if sign == '*' {
            let before = last?;
            while let Some(c) = rest.next_if(|c| is(*c, before) && length < EQUIPMENT_MAX) {
                length += c.len_utf8();
            }
            continue;
        }
        length += rest.next_if(|c| is(*c, sign))?.len_utf8();
        last = Some(sign);
    }
    (length > 0 && !rest.peek().copied().is_some_and(char::is_alphanumeric)).then_some(length)
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p22_phone_numbers_french_and_international() {
        for (text, number) in [
            ("appelez le 0123456789 svp", "01 23 45 67 89"),
            ("Tél : 01.23.45.67.89", "01 23 45 67 89"),
            ("01\u{a0}23\u{202f}45 67 89", "01 23 45 67 89"),
            ("+33 1 23 45 67 89", "01 23 45 67 89"),
            ("+33 (0)6 12 34 56 78", "06 12 34 56 78"),
            ("0033612345678.", "06 12 34 56 78"),
            ("Mobile: 06-12-34-56-78 / bureau", "06 12 34 56 78"),
            ("call +44 (20) 7946 0018", "+44 20 7946 0018"),
            ("+1-202-555-0147", "+1 202 555 0147"),
            ("0049 30 901820", "+49 30 901820"),
            ("Fax 01 11 11 11 11\nTel 02 22 22 22 22", "02 22 22 22 22"),
        ] {
            assert_eq!(phone(text).as_deref(), Some(number), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_phones() {
        let texts = [
            "ticket 0123456789012",
            "SIRET 732 829 320 00074",
            "le 01/02/2026 à 10:00",
            "REF0123456789",
            "v1.2.3.4",
            "12345",
            "IBAN FR76 3000 6000 0112 3456 7890 189",
            "https://x.y/0123456789",
            "commande 2026-0123456789",
            "Télécopie : 01 11 11 11 11",
            "+12",
        ];
        for text in texts {
            assert_eq!(phone(text), None, "{text}");
        }
    }

    #[test]
    fn p22_equipment_by_the_sites_patterns() {
        let patterns = ["PC-####".to_owned(), "@@-#*".to_owned()];
        for (text, number) in [
            ("mon pc-0042, celui du bureau", Some("pc-0042")),
            ("(LX-7)", Some("LX-7")),
            ("AB-12345.", Some("AB-12345")),
            ("XPC-0042", None),
            ("PC-00421x", None),
            ("à PC-12 et PC-1234", Some("PC-1234")),
            ("rien", None),
            ("é", None),
        ] {
            assert_eq!(equipment(text, &patterns).as_deref(), number, "{text}");
        }
        assert_eq!(equipment("PC-1234", &["*".to_owned(), String::new()]), None);
    }
}
