//! What people and tickets are called in our mails: names that cannot pose as anything else, titles on one line.
//!
//! Promises: no control, no invisible character, no working link in a name or a title (CASEBOOK B09, G13).

use std::borrow::Cow;

use super::Scene;
use crate::address::{Address, Mailbox, is_invisible};

/// Characters of a title that are shown.
const TITLE_MAX: usize = 160;

/// What somebody is called: the organisation's name for its agents, what they last wrote under for others, else the
/// address.
pub fn label(scene: &Scene<'_>, who: &Address) -> String {
    name(scene, who).unwrap_or_else(|| who.to_string())
}

/// Name and address of whoever is no agent: agents must see who really writes.
pub fn full(scene: &Scene<'_>, who: &Address) -> String {
    match name(scene, who) {
        Some(name) if scene.organisation.agent(who).is_none() => format!("{name} <{who}>"),
        Some(name) => name,
        None => who.to_string(),
    }
}

/// The name of somebody, when one is known and is a name.
pub fn name(scene: &Scene<'_>, who: &Address) -> Option<String> {
    if let Some(agent) = scene.organisation.agent(who) {
        return Some(agent.name.clone());
    }
    let actors = scene.done.iter().rev().chain(scene.before.iter().rev()).map(|event| &event.actor);
    let written = actors.filter(|actor| actor.person.as_ref() == Some(who)).find_map(|actor| actor.name.as_deref())?;
    clean_name(written, who)
}

/// A mailbox as we show it to others.
pub fn mailbox(scene: &Scene<'_>, who: &Address) -> Mailbox {
    Mailbox::new(name(scene, who).as_deref(), who.clone())
}

/// A name on one line; `None` for one that is empty, or that poses as an address or a link.
pub fn clean_name(name: &str, address: &Address) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let poses = lower.contains("://") || lower.contains("www.");
    if poses { None } else { Mailbox::new(Some(name), address.clone()).name }
}

/// A title on one line, without working links: `http://x` reads `hxxp://x`, `www.` reads `www[.]`.
pub fn title(title: &str) -> String {
    let visible: String = title.chars().filter(|c| !is_invisible(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = defang(&line);
    match line.char_indices().nth(TITLE_MAX) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.into_owned(),
    }
}

/// Links that mail programs would make clickable.
fn defang(line: &str) -> Cow<'_, str> {
    let lower = line.to_ascii_lowercase();
    if !lower.contains("://") && !lower.contains("www.") {
        return Cow::Borrowed(line);
    }
    let mut safe = String::with_capacity(line.len() + 8);
    let mut at = 0;
    while at < line.len() {
        let rest = &lower[at..];
        let (cut, put) = match rest {
            _ if rest.starts_with("http://") => (7, "hxxp://"),
            _ if rest.starts_with("https://") => (8, "hxxps://"),
            _ if rest.starts_with("www.") => (4, "www[.]"),
            _ if rest.starts_with("://") => (3, "[:]//"),
            _ => (0, ""),
        };
        safe.push_str(put);
        at += cut;
        if cut == 0 {
            let next = line[at..].chars().next().map_or(1, char::len_utf8);
            safe.push_str(&line[at..at + next]);
            at += next;
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b09_titles_and_names_carry_no_working_link() {
        assert_eq!(
            title("Your wallet is locked HTTP://evil.test or www.evil.test"),
            "Your wallet is locked hxxp://evil.test or www[.]evil.test"
        );
        assert_eq!(title("HTTP 500, ftp://x"), "HTTP 500, ftp[:]//x");
        assert_eq!(title("L\u{2019}été à Orléans"), "L\u{2019}été à Orléans");
        let address = Address::parse("vic@cust.test").unwrap();
        assert_eq!(clean_name("Click http://evil.test", &address), None);
        assert_eq!(clean_name("Alice Martin", &address).as_deref(), Some("Alice Martin"));
    }

    #[test]
    fn g13_a_title_is_one_line() {
        let hostile = "a\r\nBcc: x@y.test\u{2028}b\u{85}c\0d\u{b}e\u{202e}f";
        assert_eq!(title(hostile), "a Bcc: x@y.test b c d ef");
        assert_eq!(title(&"é".repeat(500)).chars().count(), TITLE_MAX + 1);
    }
}
