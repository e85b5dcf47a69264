//! Subjects without what programs put before them, so that a conversation keeps its name.

use super::{markers, signs};

/// Characters of a banner at most.
const BANNER_MAX: usize = 40;
/// Longest tag in brackets that counts as a tag.
const TAG_MAX: usize = 48;

/// The subject without reply and forward prefixes, bracketed tags in front, and ticket tags anywhere.
pub(super) fn core(subject: &str) -> String {
    let without_ticket = drop_ticket_tags(subject);
    let mut rest = without_ticket.trim();
    loop {
        let shorter = prefix(rest).or_else(|| tag(rest)).or_else(|| banner(rest)).map(|shorter| shorter.trim_start_matches(is_space));
        match shorter {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    rest.split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// True when a forward prefix stands in front (after reply prefixes and tags).
pub(super) fn is_forward(subject: &str) -> bool {
    let mut rest = subject.trim();
    loop {
        let word = word(rest).unwrap_or_default();
        if !word.is_empty() && markers::get().subjects.forward.contains(&word.to_lowercase()) {
            return prefix(rest).is_some();
        }
        match prefix(rest).or_else(|| tag(rest)).or_else(|| banner(rest)) {
            Some(shorter) => rest = shorter.trim_start_matches(is_space),
            None => return false,
        }
    }
}

/// True when a reply prefix stands in front, or after tags.
pub(super) fn is_reply(subject: &str) -> bool {
    let mut rest = subject.trim();
    while let Some(shorter) = tag(rest).or_else(|| banner(rest)) {
        rest = shorter.trim_start_matches(is_space);
    }
    word(rest).is_some_and(|word| markers::get().subjects.reply.contains(&word.to_lowercase())) && prefix(rest).is_some()
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{a0}'
}

fn word(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    (end > 0 || text.starts_with('[')).then_some(&text[..end])
}

/// What follows a known prefix and its colon.
fn prefix(text: &str) -> Option<&str> {
    let word = word(text).filter(|word| !word.is_empty() && word.len() <= 24)?;
    let lower = word.to_lowercase();
    let subjects = &markers::get().subjects;
    if !subjects.reply.contains(&lower) && !subjects.forward.contains(&lower) {
        return None;
    }
    let rest = text[word.len()..].trim_start_matches(is_space);
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || "[]()^*".contains(c)).trim_start_matches(is_space);
    rest.strip_prefix([':', '：'])
}

/// What follows a `[tag]` in front, when something does.
fn tag(text: &str) -> Option<&str> {
    let (tag, rest) = text.strip_prefix('[')?.split_once(']')?;
    (tag.len() <= TAG_MAX && !tag.contains('[') && !rest.trim().is_empty()).then_some(rest)
}

/// What gateways put around their banners.
const AROUND: &[char] = &['*', '[', ']', '(', ')', '{', '}', '<', '>', '#', '!', '|', '-', '_', '=', ':', '：'];

/// What follows a gateway's banner in front: `***SPAM***`, `EXTERNAL:`, `{Spam?}`, when something does.
fn banner(text: &str) -> Option<&str> {
    let inner = text.trim_start_matches(AROUND);
    let end = inner.char_indices().take(BANNER_MAX).find(|(_, c)| AROUND.contains(c) && *c != '-').map(|(at, _)| at)?;
    let (word, rest) = inner.split_at(end);
    let known = match inner.len() < text.len() {
        true => &signs::get().banners.words,
        false => &signs::get().banners.bare,
    };
    let known = known.contains(&signs::fold(word));
    let rest = rest.trim_start_matches(|c: char| AROUND.contains(&c) || is_space(c));
    (known && !rest.is_empty()).then_some(rest)
}

/// Ticket tags begin with `[#`.
fn drop_ticket_tags(subject: &str) -> String {
    let mut out = String::with_capacity(subject.len());
    let mut rest = subject;
    while let Some((before, after)) = rest.split_once("[#") {
        let Some((tag, tail)) = after.split_once(']').filter(|(tag, _)| tag.len() <= TAG_MAX) else { break };
        let _ = tag;
        out.push_str(before.trim_end());
        if !before.trim().is_empty() {
            out.push(' ');
        }
        rest = tail.trim_start();
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_tags() {
        for (subject, want) in [
            ("Re: Fwd: printer", "printer"),
            ("RE : TR : imprimante", "imprimante"),
            ("Re\u{a0}: imprimante", "imprimante"),
            ("Réf. imprimante", "Réf. imprimante"),
            ("RÉ: AW: Antw: SV: x", "x"),
            ("Re[2]: x", "x"),
            ("Re^3: Re(4): x", "x"),
            ("[EXTERNAL] Re: [list] x", "x"),
            ("Re: [#123-k7q9] x", "x"),
            ("x [#123-k7q9]", "x"),
            ("回复：打印机", "打印机"),
            ("***SPAM*** Re: x", "x"),
            ("EXTERNAL: Fwd: x", "x"),
            ("{Spam?} x", "x"),
            ("Externe : TR : x", "x"),
            ("**EXTERNAL EMAIL** - x", "x"),
            ("Spam: how to stop it", "Spam: how to stop it"),
            ("External monitor is broken", "External monitor is broken"),
            ("Research: x", "Research: x"),
            ("[urgent]", "[urgent]"),
            ("Re:", ""),
            ("I: documento", "documento"),
            ("I need help: now", "I need help: now"),
            ("", ""),
        ] {
            assert_eq!(core(subject), want, "{subject:?}");
        }
    }

    #[test]
    fn forwards() {
        for (subject, want) in [
            ("Fwd: x", true),
            ("Re: TR : x", true),
            ("[EXT] WG: x", true),
            ("***SPAM*** Fwd: x", true),
            ("Re: x", false),
            ("fwd x", false),
            ("", false),
        ] {
            assert_eq!(is_forward(subject), want, "{subject:?}");
        }
    }
}
