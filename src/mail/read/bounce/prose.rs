//! Who could not be reached, found in words: addresses stand where the dialects of forty years have put them.

use super::super::ids as message_ids;
use super::super::signs::{self, fold};
use super::address;
use crate::address::{Address, Mailbox};

/// Lines of the human part that are looked at.
const LINES_MAX: usize = 150;
/// Characters of a line that announces what is returned.
const ANNOUNCEMENT_MAX: usize = 120;
/// Characters of a line that are read.
const LINE_MAX: usize = 1_000;

/// The lines before the returned message.
pub(super) fn own_lines(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().take(LINES_MAX).collect();
    let end = (1..lines.len()).find(|&at| begins_returned(lines[at]) && lines[..at].iter().any(|line| !line.trim().is_empty()));
    lines[..end.unwrap_or(lines.len())].to_vec()
}

/// `----- Original message -----`, `Original message headers:`, `|--- Message text follows: ---|`.
fn begins_returned(line: &str) -> bool {
    if line.len() > ANNOUNCEMENT_MAX {
        return false;
    }
    let rules = ['-', '=', '*', '|', '_', '>', '<', '#', '~', ' ', '\t', '+'];
    let bare = line.trim_matches(rules);
    let ruled = line.trim_start().starts_with("--") || line.trim_start().starts_with(['|', '=', '*']) || line.trim_end().ends_with("--");
    let open = bare.ends_with([':', '.', '：', '。']);
    let folded = fold(bare.trim_start_matches("the "));
    (ruled || open) && signs::get().layout.returned.starts.iter().any(|start| folded.starts_with(start.as_str()))
}

/// How sure it is that an address is one that failed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sure {
    /// On a line that speaks of recipients.
    Spoken,
    /// Alone on its line, or first and with a colon.
    Alone,
    /// Where a line before, or a name on the line, announces recipients.
    Announced,
}

/// The failed ones, surest first.
pub(super) fn recipients(lines: &[&str], domain: Option<&str>, to: &[Mailbox]) -> Vec<String> {
    let mut found: Vec<(Sure, String)> = Vec::new();
    let mut announced = false;
    for line in lines.iter().filter(|line| line.len() < LINE_MAX) {
        let folded = fold(line);
        if folded.is_empty() {
            continue;
        }
        if let Some((sure, address)) = on_line(line, &folded, announced, domain) {
            match found.iter_mut().find(|(_, known)| *known == address) {
                Some((known, _)) => *known = sure.max(*known),
                None => found.push((sure, address)),
            }
            continue;
        }
        announced = announces(&folded);
    }
    // The one who wrote the mail is told of often, and failed seldom.
    let author = |address: &str| to.iter().any(|to| to.address.as_str() == address);
    if found.iter().any(|(_, address)| !author(address)) {
        found.retain(|(_, address)| !author(address));
    }
    if found.is_empty() {
        found.extend(anywhere(lines).find(|address| !author(address)).map(|address| (Sure::Spoken, address)));
    }
    if found.is_empty() {
        found.extend(pasted(lines).filter(|address| !author(address)).map(|address| (Sure::Spoken, address)));
    }
    found.sort_by_key(|(sure, _)| std::cmp::Reverse(*sure));
    found.into_iter().map(|(_, address)| address).collect()
}

/// Whom the lines say the mail was for, without a word about it.
fn pasted(lines: &[&str]) -> Option<String> {
    lines.iter().find(|line| fold(line).starts_with("to:")).and_then(|line| one_address(line))
}

/// Addresses on lines that do not speak of somebody else.
fn anywhere(lines: &[&str]) -> impl Iterator<Item = String> {
    let aside = &signs::get().layout.aside;
    let others = |folded: &str| aside.starts.iter().any(|start| folded.starts_with(start.as_str())) || helps(folded);
    lines.iter().filter(|line| line.len() < LINE_MAX).filter(move |line| !others(&fold(line))).flat_map(|line| addresses(line))
}

/// Does a line tell of those who help, or of the sender? Their addresses themselves may say anything.
fn helps(folded: &str) -> bool {
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.contains('@')).collect();
    let words = words.join(" ");
    signs::get().layout.aside.has.iter().any(|has| words.contains(has.as_str()))
}

/// `To` of the returned header, where it was pasted into the text.
pub(super) fn returned_to(text: &str, own: &[&str]) -> Option<String> {
    let named = |line: &&str| line.trim_start_matches(['>', ' ']).get(..3).is_some_and(|name| name.eq_ignore_ascii_case("to:"));
    text.lines().skip(own.len()).filter(|line| line.len() < LINE_MAX).find(named).and_then(one_address)
}

fn on_line(line: &str, folded: &str, announced: bool, domain: Option<&str>) -> Option<(Sure, String)> {
    let layout = &signs::get().layout;
    let aside = layout.aside.starts.iter().any(|start| folded.starts_with(start.as_str()));
    if let Some(address) = labelled(folded) {
        return Some((Sure::Announced, address));
    }
    if let Some(address) = alone(line).filter(|_| !aside || announced) {
        return Some((if announced { Sure::Announced } else { Sure::Alone }, address));
    }
    if announced && !aside {
        if let Some(address) = leading(line) {
            return Some((Sure::Announced, address));
        }
        if let (Some(name), Some(domain)) = (bare_name(line), domain) {
            return Some((Sure::Spoken, format!("{name}@{domain}")));
        }
    }
    let spoken = layout.failed.words.iter().any(|word| speaks(folded, word)) && !aside;
    (spoken && !helps(folded)).then(|| one_address(line)).flatten().map(|address| (Sure::Spoken, address))
}

/// Does the line speak of recipients? Short words count as whole words only.
fn speaks(folded: &str, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    folded.match_indices(word).any(|(at, _)| {
        word.chars().count() > 5 || !letter(folded[..at].chars().next_back()) && !letter(folded[at + word.len()..].chars().next())
    })
}

/// Names of fields that only failed addresses bear.
const LABELS: [&str; 13] = [
    "error-for:",
    "failed recipient:",
    "intended recipient:",
    "recipient:",
    "recipient address:",
    "final-recipient:",
    "original-recipient:",
    "rcpt to:",
    ">>> rcpt to:",
    "failed address:",
    "undelivered to:",
    "not delivered to:",
    "(expanded from:",
];

fn labelled(folded: &str) -> Option<String> {
    let rest = LABELS.iter().find_map(|label| folded.strip_prefix(label))?;
    one_address(rest)
}

/// A line that ends as if addresses followed it: `could not be delivered to:`.
fn announces(folded: &str) -> bool {
    let open = folded
        .trim_end_matches(['-', '=', '*', '|', '_', ' ', '<', '>'])
        .ends_with([':', ')', 's', '：', '。', 'r', 'o', 'a', 't', 'e', 'n']);
    open && signs::get().layout.failed.words.iter().filter(|word| word.chars().count() > 4).any(|word| folded.contains(word.as_str()))
}

/// `<someone@example.org>:`, `    someone@example.org`, `* [someone@example.org]: reason`, `someone@example.org ... unknown host`.
fn alone(line: &str) -> Option<String> {
    // All white space there is, since the first word must begin the rest.
    let text = line.trim().trim_start_matches(|c: char| c.is_whitespace() || "*-•·>".contains(c));
    let first = text.split_whitespace().next()?;
    let bracketed = first.starts_with(['<', '[']);
    let ends = first.trim_end_matches([':', ',', '.', ';', ']', '>', ')']).trim_start_matches(['<', '[', '(']);
    let rest = text[first.len()..].trim_start();
    let only = rest.is_empty() || first.ends_with([':', ';']) || bracketed || rest.starts_with(['.', ':', '-', '=', '(']);
    (only && is_address(ends)).then(|| address(ends))
}

/// An address that begins a line, whatever follows.
fn leading(line: &str) -> Option<String> {
    let quoted = line.trim().trim_start_matches(['*', '-', ' ', '"', '\'', '<', '[']);
    let first = quoted.split(|c: char| c.is_whitespace() || "<>\"',;:()[]".contains(c)).next()?;
    is_address(first).then(|| address(first))
}

/// A name without its domain, alone on an indented line: who reports to his own people leaves it out.
fn bare_name(line: &str) -> Option<String> {
    let name = line.trim().trim_matches(['<', '>', '"']);
    let indented = line.starts_with([' ', '\t']);
    let good = (2..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    (indented && good).then(|| name.to_ascii_lowercase())
}

/// `list-bounces+someone=example.org@…`, `list-return-12-someone=example.org@…`: who it was for stands in the address.
pub(super) fn verp(to: &[Mailbox]) -> Option<String> {
    let local = to.first()?.address.local();
    let (name, domain) = local.rsplit_once('=')?;
    let name = name.rsplit(['+', '-']).next()?;
    let found = format!("{name}@{domain}");
    (domain.contains('.') && is_address(&found)).then(|| address(&found))
}

/// The first address in a text.
pub(super) fn one_address(text: &str) -> Option<String> {
    addresses(text).next()
}

/// Marks that stand around addresses, those of East Asian scripts included.
const AROUND: &str = "<>()[]{}\"',;:=|（）〈〉《》「」『』【】“”‘’«»：；，、。";

fn addresses(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| c.is_whitespace() || AROUND.contains(c));
    words.filter(|word| is_address(word)).map(|word| address(word.trim_end_matches('.')))
}

pub(super) fn is_address(word: &str) -> bool {
    let word = word.trim_matches(['<', '>', '"', '.', '\'']);
    word.contains('@') && Address::parse(word).is_ok()
}

/// Message-IDs that the text quotes from the returned headers.
pub(super) fn ids(text: &str, ids: &mut Vec<String>) {
    for line in text.lines().filter(|line| line.len() < LINE_MAX) {
        let Some((name, value)) = line.trim_start_matches(['>', ' ', '|']).split_once(':') else { continue };
        if name.eq_ignore_ascii_case("message-id") {
            message_ids::in_value(value.as_bytes(), ids);
        }
    }
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let lines: Vec<&str> = text.lines().collect();
        recipients(&lines, Some("big.test"), &[])
    }

    #[test]
    fn e10_addresses_in_words() {
        for (text, want) in [
            ("Hi. I'm afraid\n<a@x.test>:\nno such user", "a@x.test"),
            ("The following address(es) failed:\n\n    b@x.test\n      retry timeout", "b@x.test"),
            ("c@x.test: no such user", "c@x.test"),
            (">>> RCPT TO:<d@x.test>\n<<< 550 no", "d@x.test"),
            ("did not reach the following recipient(s):\n\ne@x.test on Fri, 20 Jul 2001\n  unknown", "e@x.test"),
            ("From: me@x.test\nRecipient: f@x.test", "f@x.test"),
            ("Error-for:  g@x.test\nError-Code: 0", "g@x.test"),
            ("could not be delivered to these recipients:\n\tscreenname\n", "screenname@big.test"),
            ("* [h@x.test]: 550 over quota", "h@x.test"),
            ("收件人地址：j@x.test", "j@x.test"),
            ("Votre message n'a pas pu être remis à i@x.test", "i@x.test"),
        ] {
            assert_eq!(found(text).first().map(String::as_str), Some(want), "{text}");
        }
        assert!(found("Write to us@x.test for help").is_empty());
        assert_eq!(found("Failed:\n*\u{2003}é@x.test é: no"), ["é@x.test"], "white space of any kind may follow a mark");
    }

    #[test]
    fn e10_the_returned_mail_is_not_read() {
        assert_eq!(own_lines("It failed\n\n--- Below this line is a copy of the message.\n\nTo: x@y.test").len(), 2);
        assert_eq!(own_lines("Failed:\na@x.test\nOriginal message headers:\nx").len(), 2);
        assert_eq!(own_lines("Original message lost\nb").len(), 2);
    }

    #[test]
    fn e10_an_envelope_address_names_its_reader() {
        let to = |local: &str| vec![Mailbox::new(None, Address::parse(&format!("{local}@lists.test")).unwrap())];
        assert_eq!(verp(&to("news-bounces+ann=x.test")).as_deref(), Some("ann@x.test"));
        assert_eq!(verp(&to("news-return-12-ann=x.test")).as_deref(), Some("ann@x.test"));
        assert_eq!(verp(&to("news")), None);
    }
}
