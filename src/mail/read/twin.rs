//! What the markup of an HTML part says of the plain text beside it: where the quotation begins, and which lines are a signature.
//!
//! Promises: linear, bounded; a place that is not found exactly once says nothing.

use std::collections::HashSet;

use super::lines::Line;

/// Bytes of each text that are compared.
const TEXT_MAX: usize = 64 << 10;
/// Letters and digits by which a place is found again.
const NEEDLE: usize = 40;
/// … and how few are too few.
const NEEDLE_MIN: usize = 10;

/// Marks lines of `plain` by what is known of the lines of its `rendered` twin.
pub(super) fn mark(plain: &mut [Line], rendered: &[Line]) {
    let quoted = |line: &Line| line.quoted || line.rest_quoted;
    // Everything below the last new line is quoted.
    let rest = rendered.iter().rposition(|line| !quoted(line) && !letters(&line.text).is_empty()).map_or(0, |last| last + 1);
    if rest > 0
        && rendered[rest..].iter().any(quoted)
        && let Some(at) = found(plain, &rendered[rest..])
    {
        plain[at].rest_quoted = true;
    }
    let signature: Vec<Line> = rendered.iter().filter(|line| line.signature).cloned().collect();
    if !signature.is_empty() {
        mark_signature(plain, &signature);
    }
}

fn mark_signature(plain: &mut [Line], signature: &[Line]) {
    let known: HashSet<String> = signature.iter().map(|line| letters(&line.text)).collect();
    let first = signature.iter().map(|line| letters(&line.text)).find(|line| !line.is_empty());
    let mut places = (0..plain.len()).filter(|&at| !plain[at].quoted && Some(letters(&plain[at].text)) == first);
    let (Some(start), None) = (places.next(), places.next()) else { return };
    for line in
        plain[start..].iter_mut().take_while(|line| !line.quoted && known.contains(&letters(&line.text)) || line.text.trim().is_empty())
    {
        line.signature = true;
    }
}

/// The one line of `plain` at which the text of `lines` begins.
fn found(plain: &[Line], lines: &[Line]) -> Option<usize> {
    let mut needle = String::new();
    for line in lines {
        needle.push_str(&letters(&line.text));
        if needle.chars().count() >= NEEDLE {
            break;
        }
    }
    let needle: String = needle.chars().take(NEEDLE).collect();
    let (mut text, mut starts) = (String::new(), Vec::new());
    for (at, line) in plain.iter().enumerate() {
        let letters = letters(&line.text);
        if text.len() + letters.len() > TEXT_MAX {
            break;
        }
        if !letters.is_empty() {
            starts.push((text.len(), at));
        }
        text.push_str(&letters);
    }
    if needle.chars().count() < NEEDLE_MIN {
        return None;
    }
    let mut places = memchr::memmem::find_iter(text.as_bytes(), needle.as_bytes());
    let (Some(place), None) = (places.next(), places.next()) else { return None };
    starts.binary_search_by_key(&place, |(start, _)| *start).ok().map(|at| starts[at].1).filter(|at| *at > 0)
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{html, lines};
    use super::*;

    #[test]
    fn the_markup_knows_where_the_quotation_begins() {
        let mut plain = lines::plain("Bonjour\n\nUne introduction que personne ne connait\n\nAncien texte");
        mark(
            &mut plain,
            &html::lines(
                "<p>Bonjour</p><div class=gmail_quote>Une introduction que personne ne connait<blockquote>Ancien texte</blockquote></div>",
            ),
        );
        assert_eq!(plain.iter().position(|line| line.rest_quoted), Some(2));
    }

    #[test]
    fn the_markup_knows_the_signature() {
        let mut plain = lines::plain("Bonjour\n\nJean Dupont\nDirection\n\nSuite");
        mark(&mut plain, &html::lines("<p>Bonjour</p><div class=gmail_signature>Jean Dupont<br>Direction</div><p>Suite</p>"));
        assert_eq!(plain.iter().map(|line| line.signature).collect::<Vec<_>>(), [false, false, true, true, true, false]);
    }

    #[test]
    fn doubt_says_nothing() {
        let mut plain = lines::plain("Hello\n\nquoted words here\n\nquoted words here");
        mark(&mut plain, &html::lines("<p>Hello</p><blockquote>quoted words here</blockquote>"));
        assert!(plain.iter().all(|line| !line.rest_quoted));
    }
}
