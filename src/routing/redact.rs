//! Our capabilities in somebody's text (CASEBOOK C12): links and tagged addresses are taken out before anybody else sees
//! them, however the mail client wrapped them. What stood there is told, so that the gateway can revoke it.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A link of ours: `/l/` and 43 characters of base64url, the slashes perhaps percent-encoded by a link scanner, soft-broken
/// by quoted-printable, or with spaces of a wrapped line.
static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i:https?(?::|%3A)(?:/|%2F){2}[^\s<>\x22]*?)?(?:/|%2[Ff])l(?:/|%2[Ff])((?:[A-Za-z0-9_-]\s?){42}[A-Za-z0-9_-])").ok()
});

/// A tagged closure address of ours: `+y42.3.k…@`.
static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:mailto:)?[^\s<>@+\x22]+(?:\+|%2B)[yn]\d+\.\d+\.[a-z][a-z2-7]{19,22}@[^\s<>\x22?]+(?:\?[^\s<>\x22]*)?").ok()
});

/// A text without capabilities, and the tokens (43 characters) that stood in it.
pub fn redact<'a>(text: &'a str, mark: &str) -> (Cow<'a, str>, Vec<String>) {
    if !text.contains("/l/") && !text.contains("2Fl") && !text.contains("2fl") && !text.contains('+') && !text.contains("%2B") {
        return (Cow::Borrowed(text), Vec::new());
    }
    let mut tokens = Vec::new();
    let without_links = match LINK.as_ref() {
        Some(link) => link.replace_all(text, |found: &Captures<'_>| {
            tokens.push(found[1].split_whitespace().collect());
            mark.to_owned()
        }),
        None => Cow::Borrowed(text),
    };
    let clean = match TAG.as_ref() {
        Some(tag) => Cow::Owned(tag.replace_all(&without_links, mark).into_owned()),
        None => without_links,
    };
    (clean, tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c12_links_and_tags_leave_the_text_however_wrapped() {
        let token = "AbC_-0123456789AbC_-0123456789AbC_-01234567";
        for text in [
            format!("see https://desk.test/l/{token} please"),
            format!("https://safelinks.example/?url=https%3A%2F%2Fdesk.test%2Fl%2F{token}&data=1"),
            format!("> https://desk.test/l/{}\n{}", &token[..20], &token[20..]),
        ] {
            let (clean, tokens) = redact(&text, "[link removed]");
            assert!(!clean.contains(&token[..20]), "{clean}");
            assert_eq!(tokens, [token], "{text}");
        }
        let (clean, _) = redact("mailto:support+y42.3.aabcdefghijklmnopqrst@desk.test?subject=ok and a+b@c.de", "[removed]");
        assert_eq!(clean, "[removed] and a+b@c.de");
    }
}
