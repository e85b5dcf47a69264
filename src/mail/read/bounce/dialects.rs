//! What programs before and beside RFC 3464 say in words: recipients, codes and ids found in a text.

use std::sync::LazyLock;

use regex::Regex;

use super::address;
use crate::mail::incoming::Bounce;

/// Lines of the human part that are looked at.
const LINES_MAX: usize = 120;

/// Fills what the machine-readable part did not say.
pub(super) fn complete(bounce: &mut Bounce, text: &str, returned: &Option<String>) {
    let own = own_words(text);
    if bounce.recipients.is_empty() {
        bounce.recipients = recipients(&own);
    }
    if bounce.recipients.is_empty() {
        bounce.recipients.extend(returned.as_deref().and_then(one_address));
    }
    if bounce.status.is_none() {
        bounce.status = own.iter().find_map(|line| status(line));
    }
}

/// An enhanced status (RFC 3463), or an SMTP reply code as its class: `550 no such user` gives `5.0.0`.
pub(super) fn status(text: &str) -> Option<String> {
    static ENHANCED: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?:^|[^0-9.])([245]\.\d{1,3}\.\d{1,3})(?:[^0-9.]|\.?$|\.\s)").ok());
    static REPLY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?:^|[\s:;(#<])([45])[0-5]\d(?:[- ]|$)").ok());
    let enhanced = ENHANCED.as_ref()?.captures(text).map(|found| found[1].to_owned());
    enhanced.or_else(|| REPLY.as_ref()?.captures(text).map(|found| format!("{}.0.0", &found[1])))
}

/// The lines before the returned message.
fn own_words(text: &str) -> Vec<&str> {
    let ends = |line: &str| {
        let bare = line.trim_matches(|c: char| "-= ".contains(c)).to_ascii_lowercase();
        line.starts_with("--")
            && (bare.contains("copy of")
                || bare.contains("original message")
                || bare.contains("unsent message")
                || bare.contains("returned message"))
    };
    text.lines().take(LINES_MAX).take_while(|line| !ends(line)).collect()
}

/// Addresses where reports put them: alone on a line, in brackets, or after a word that says so.
fn recipients(lines: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in lines {
        if let Some(address) = alone(line).or_else(|| announced(line))
            && !found.contains(&address)
        {
            found.push(address);
        }
    }
    found
}

/// `<someone@example.org>:`, `    someone@example.org`, `someone@example.org: reason`.
fn alone(line: &str) -> Option<String> {
    let text = line.trim().trim_start_matches(['*', '-', ' ', '\t']);
    let first = text.split_whitespace().next()?;
    let bracketed = first.starts_with('<');
    let ends = first.trim_end_matches([':', ',', '.', ';']);
    let only = text == first || first.ends_with(':') || bracketed;
    (only && is_address(ends)).then(|| address(ends))
}

/// `Recipient: …`, `to <…>`, `RCPT TO:<…>`, `user … unknown`.
fn announced(line: &str) -> Option<String> {
    let lower = line.to_ascii_lowercase();
    let words =
        ["recipient", "rcpt to", "deliver", "to:", "user unknown", "unknown user", "failed", "undeliverable", "no such user", "mailbox"];
    if !words.iter().any(|word| lower.contains(word)) || lower.starts_with("from") || lower.contains("postmaster") {
        return None;
    }
    one_address(line)
}

/// The first address in a text.
fn one_address(text: &str) -> Option<String> {
    let mut words = text.split(|c: char| c.is_whitespace() || "<>()[]\"',;:=".contains(c));
    words.find(|word| is_address(word)).map(|word| address(word.trim_end_matches('.')))
}

fn is_address(word: &str) -> bool {
    crate::address::Address::parse(word.trim_matches(['<', '>', '"', '.', '\''])).is_ok()
}

/// Message-IDs that the text quotes from the returned headers.
pub(super) fn ids(text: &str, ids: &mut Vec<String>) {
    for line in text.lines().filter(|line| line.len() < 1_000) {
        let Some((name, value)) = line.trim_start_matches(['>', ' ', '|']).split_once(':') else { continue };
        if name.eq_ignore_ascii_case("message-id") {
            super::ids::in_value(value.as_bytes(), ids);
        }
    }
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        for (text, want) in [
            ("5.1.1", Some("5.1.1")),
            ("smtp; 550 5.7.1 refused", Some("5.7.1")),
            ("550 no such user", Some("5.0.0")),
            ("said: 452-4.2.2 full", Some("4.2.2")),
            ("host 10.5.1.1 said", None),
            ("version 5.1.1.2", None),
            ("in 450 days", Some("4.0.0")),
            ("nothing", None),
        ] {
            assert_eq!(status(text).as_deref(), want, "{text:?}");
        }
    }

    #[test]
    fn addresses_in_words() {
        let lines = [
            "Hi. I'm afraid",
            "<a@x.test>:",
            "    b@x.test",
            "c@x.test: no such user",
            "RCPT TO:<d@x.test>",
            "From: me@x.test",
            "Write to us@x.test",
        ];
        assert_eq!(recipients(&lines), ["a@x.test", "b@x.test", "c@x.test", "d@x.test"]);
    }
}
