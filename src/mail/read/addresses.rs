//! Mailboxes of From, To, Cc (RFC 5322 section 3.4), read as written: an address is never decoded, only names are.
//!
//! Promises: linear time; the author is one mailbox only when no other parser could see another; an address that cannot
//! be read is told, not dropped. Excludes: whether the author is who they say (see `authentication`).

use super::fields::{Fields, unfold};
use super::words;
use crate::address::{Address, Mailbox};
use crate::mail::incoming::{Author, Remark};

/// One item of an address list, as written.
#[derive(Debug, Default)]
struct Entry {
    /// Words outside brackets, quotes removed.
    phrase: Vec<u8>,
    /// The same with quotes: where there are no brackets this is the address.
    literal: Vec<u8>,
    /// What stands in `<…>`.
    angles: Vec<Vec<u8>>,
    /// What stands in `(…)`.
    comment: Vec<u8>,
    /// An `@` outside quotes, brackets and comments.
    bare_at: bool,
    /// Member of a group (RFC 6854).
    grouped: bool,
}

/// The author by the `From` fields.
pub(super) fn author(fields: &Fields) -> Author {
    let all: Vec<&[u8]> = fields.all("From").collect();
    let told = || Author::Ambiguous(shorten(&all.iter().map(|v| words::decode(v)).collect::<Vec<_>>().join(" | ")));
    let [one] = all[..] else { return if all.is_empty() { Author::Missing } else { told() } };
    let mut entries = entries(one);
    entries.retain(|entry| !entry.is_blank());
    match &entries[..] {
        [] => Author::Missing,
        _ if has_controls(one) => told(),
        [entry] if !one.contains(&b'@') && entry.mailbox().is_none() => Author::Missing,
        [entry] => match entry.mailbox().filter(|mailbox| !entry.is_tricky(mailbox)) {
            Some(mailbox) => Author::One(mailbox),
            None => told(),
        },
        _ => told(),
    }
}

/// All mailboxes of the fields of that name, `max` at most; what cannot be read becomes a remark.
pub(super) fn list(fields: &Fields, name: &str, max: usize, remarks: &mut Vec<Remark>) -> Vec<Mailbox> {
    let mut found: Vec<Mailbox> = Vec::new();
    for entry in fields.all(name).flat_map(entries).filter(|entry| !entry.is_blank()) {
        if found.len() >= max {
            remarks.push(Remark { code: "recipients-cut", about: name.to_owned() });
            break;
        }
        match entry.mailbox().or_else(|| entry.loose()) {
            Some(mailbox) if found.iter().any(|seen| seen.address == mailbox.address) => {}
            Some(mailbox) => found.push(mailbox),
            None if remarks.len() < 20 => remarks.push(Remark { code: "address-unread", about: entry.told() }),
            None => {}
        }
    }
    found
}

/// What looks like an address in the fields of that name and is none (`root@localhost`), `max` at most.
pub(super) fn unread(fields: &Fields, name: &str, max: usize) -> Vec<String> {
    let entries =
        fields.all(name).flat_map(entries).filter(|entry| !entry.is_blank() && entry.mailbox().or_else(|| entry.loose()).is_none());
    entries.map(|entry| entry.told()).filter(|told| told.contains('@')).take(max).collect()
}

/// A single address in an envelope field (`Delivered-To`, `Return-Path`), brackets or not.
pub(super) fn envelope(value: &[u8]) -> Option<Address> {
    let text = unfold(value);
    Address::parse(text.trim_matches(['<', '>', ' ', '"'])).ok()
}

/// The raw `From` in lower case, for the signs of machines that have no valid address.
pub(super) fn from_text(fields: &Fields) -> String {
    fields.first("From").map(words::decode).unwrap_or_default().to_lowercase()
}

impl Entry {
    fn is_blank(&self) -> bool {
        let angles = self.angles.iter().all(|angle| angle.trim_ascii().is_empty());
        angles && self.literal.trim_ascii().is_empty()
    }

    fn mailbox(&self) -> Option<Mailbox> {
        let (written, name) = match &self.angles[..] {
            [] => (&self.literal, &self.comment),
            [angle] => (angle, if self.phrase.trim_ascii().is_empty() { &self.comment } else { &self.phrase }),
            _ => return None,
        };
        let address = literal_address(written)?;
        let name = words::decode(name);
        Some(Mailbox::new(Some(&name), address))
    }

    /// For recipients only: the one word of the entry that is an address.
    fn loose(&self) -> Option<Mailbox> {
        let text = self.angles.first().unwrap_or(&self.literal);
        let text = std::str::from_utf8(text).ok()?;
        let mut words = text.split(|c: char| c.is_whitespace() || "<>'[]".contains(c)).filter_map(|word| Address::parse(word).ok());
        words.next().map(|address| Mailbox::new(None, address))
    }

    /// Another parser might read another author: a second address outside the brackets, words after them, a group,
    /// an encoded word inside the address.
    fn is_tricky(&self, mailbox: &Mailbox) -> bool {
        let comment = words::decode(&self.comment).to_lowercase();
        let phrase = words::decode(&self.phrase).to_lowercase();
        let other_in_phrase = self.bare_at && !self.angles.is_empty() && !phrase.contains(mailbox.address.as_str());
        let other_in_comment = comment.contains('@') && !comment.contains(mailbox.address.as_str());
        self.grouped || other_in_phrase || other_in_comment
    }

    fn told(&self) -> String {
        let text: Vec<u8> = self.literal.iter().copied().chain(self.angles.iter().flat_map(|a| [b" <", &a[..], b">"].concat())).collect();
        shorten(&words::decode(&text))
    }
}

/// The address without a source route (RFC 5322 section 4.4); encoded words have no place in it (RFC 2047 section 5).
fn literal_address(written: &[u8]) -> Option<Address> {
    let text = std::str::from_utf8(written).ok()?.trim();
    let text = match text.starts_with('@') {
        true => text.split_once(':')?.1,
        false => text,
    };
    (!words::has_word(text)).then(|| Address::parse(text).ok()).flatten()
}

fn has_controls(value: &[u8]) -> bool {
    let fold = |at: usize| value.get(at + 1) == Some(&b'\n') || value.get(at + 1) == Some(&b'\r');
    value.iter().enumerate().any(|(at, &byte)| match byte {
        b'\t' | b'\n' => false,
        b'\r' => !fold(at),
        byte => byte < 32 || byte == 127,
    })
}

/// At most 200 bytes of foreign text.
pub(super) fn shorten(text: &str) -> String {
    let mut end = text.len().min(200);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// Where the scanner is.
#[derive(Clone, Copy, PartialEq)]
enum In {
    Words,
    Quotes,
    Angle,
    AngleQuotes,
    Comment(u32),
}

/// Splits a list at its commas, semicolons and group colons.
fn entries(value: &[u8]) -> Vec<Entry> {
    let mut scan = Scan { done: Vec::new(), entry: Entry::default(), state: In::Words, group: false };
    let mut bytes = value.iter();
    while let Some(&byte) = bytes.next() {
        let escaped = byte == b'\\' && matches!(scan.state, In::Quotes | In::Comment(_) | In::AngleQuotes);
        match escaped.then(|| bytes.next()).flatten() {
            Some(&next) => scan.keep(next),
            None => scan.step(byte),
        }
    }
    scan.end();
    scan.done
}

struct Scan {
    done: Vec<Entry>,
    entry: Entry,
    state: In,
    group: bool,
}

impl Scan {
    fn step(&mut self, byte: u8) {
        match (self.state, byte) {
            (In::Words, b',') => self.end(),
            (In::Words, b';') => {
                self.end();
                self.group = false;
            }
            (In::Words, b':') if self.entry.angles.is_empty() && !self.entry.bare_at => {
                self.entry = Entry::default();
                self.group = true;
            }
            (In::Words, b'<') => {
                self.entry.angles.push(Vec::new());
                self.state = In::Angle;
            }
            (In::Words, b'"') => self.quote(In::Quotes),
            (In::Quotes, b'"') => self.quote(In::Words),
            (In::Angle, b'>') => self.state = In::Words,
            (In::Angle, b'"') => self.angle_quote(In::AngleQuotes),
            (In::AngleQuotes, b'"') => self.angle_quote(In::Angle),
            (In::Words, b'(') => self.state = In::Comment(1),
            (In::Comment(depth), b'(') => self.state = In::Comment(depth + 1),
            (In::Comment(1), b')') => self.state = In::Words,
            (In::Comment(depth), b')') => self.state = In::Comment(depth - 1),
            (In::Words, b'@') => {
                self.entry.bare_at = true;
                self.keep(byte);
            }
            _ => self.keep(byte),
        }
    }

    fn quote(&mut self, next: In) {
        self.entry.literal.push(b'"');
        self.state = next;
    }

    fn angle_quote(&mut self, next: In) {
        self.keep(b'"');
        self.state = next;
    }

    fn keep(&mut self, byte: u8) {
        match self.state {
            In::Words | In::Quotes => {
                self.entry.phrase.push(byte);
                self.entry.literal.push(byte);
            }
            In::Angle | In::AngleQuotes => self.entry.angles.last_mut().into_iter().for_each(|angle| angle.push(byte)),
            In::Comment(_) => self.entry.comment.push(byte),
        }
    }

    fn end(&mut self) {
        let grouped = self.group;
        self.done.push(Entry { grouped, ..std::mem::take(&mut self.entry) });
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::{Room, split};
    use super::*;

    fn from(raw: &str) -> Author {
        author(&split(raw.as_bytes(), Room::of(1 << 20)).0)
    }

    fn one(name: Option<&str>, address: &str) -> Author {
        Author::One(Mailbox { name: name.map(str::to_owned), address: Address::parse(address).unwrap() })
    }

    #[test]
    fn a10_two_from_fields() {
        for raw in ["From: a@x.test\nFrom: b@y.test\n\n", "From: a@x.test\nFROM : a@x.test\n\n"] {
            assert!(matches!(from(raw), Author::Ambiguous(_)), "{raw:?}");
        }
    }

    #[test]
    fn a11_from_that_two_parsers_read_differently() {
        for raw in [
            "From: <mallory@evil.test>,alice@cust.test\n\n",
            "From: alice@cust.test\0<mallory@evil.test>\n\n",
            "From: alice@cust.test <mallory@evil.test>\n\n",
            "From: <alice@cust.test><mallory@evil.test>\n\n",
            "From: mallory@evil.test (<alice@cust.test>)\n\n",
            "From: <alice@cust.test> <mallory@evil.test>\n\n",
            "From: Friends: alice@cust.test;\n\n",
            "From: Alice alice@cust.test\n\n",
            "From: \"a b\"@cust.test\n\n",
            "From: \"alice@cust.test\"@evil.test\n\n",
            "From: alice@cust.test\r <mallory@evil.test>\n\n",
        ] {
            assert!(matches!(from(raw), Author::Ambiguous(_)), "{raw:?} {:?}", from(raw));
        }
        assert_eq!(from("From: alice@cust.test <alice@cust.test>\n\n"), one(None, "alice@cust.test"));
    }

    #[test]
    fn a12_no_usable_from() {
        for raw in ["To: a@b.c\n\n", "From: <>\n\n", "From: undisclosed-recipients:;\n\n", "From:\n\n", "From: MAILER-DAEMON\n\n"] {
            assert_eq!(from(raw), Author::Missing, "{raw:?}");
        }
        assert!(matches!(from("From: a@b.test, c@d.test\n\n"), Author::Ambiguous(_)));
    }

    #[test]
    fn a13_addresses_are_never_decoded() {
        for raw in ["From: =?utf-8?q?ag1=40desk.test=3e=00?=@evil.test\n\n", "From: <=?x?q?alice=40cust.test=2c?=@evil.test>\n\n"] {
            assert!(matches!(from(raw), Author::Ambiguous(_)), "{raw:?}");
        }
    }

    #[test]
    fn a14_a_name_that_poses_as_an_address() {
        for name in ["\"ag1@desk.test\"", "=?utf-8?b?YWcxQGRlc2sudGVzdAANCuKArg==?="] {
            assert_eq!(from(&format!("From: {name} <mallory@evil.test>\n\n")), one(None, "mallory@evil.test"));
        }
    }

    #[test]
    fn plain_authors() {
        for (raw, name, address) in [
            ("From: Jean Dupont <jean@ville.test>\n\n", Some("Jean Dupont"), "jean@ville.test"),
            ("From: \"Dupont, Jean\" <Jean@Ville.test>\n\n", Some("Dupont, Jean"), "jean@ville.test"),
            ("From: jean@ville.test (Jean Dupont)\n\n", Some("Jean Dupont"), "jean@ville.test"),
            ("From: =?iso-8859-1?q?Zo=E9_L=E9on?=\n <zoe@ville.test>\n\n", Some("Zoé Léon"), "zoe@ville.test"),
            ("From: <@a.test,@b.test:c@d.test>\n\n", None, "c@d.test"),
        ] {
            match (from(raw), name) {
                (Author::One(mailbox), Some(name)) => {
                    assert_eq!((mailbox.name.as_deref(), mailbox.address.as_str()), (Some(name), address))
                }
                (Author::One(mailbox), None) => assert_eq!(mailbox.address.as_str(), address),
                (other, _) => panic!("{raw:?} {other:?}"),
            }
        }
    }

    #[test]
    fn f18_lists_are_linear_and_nothing_is_dropped_silently() {
        let mut remarks = Vec::new();
        let raw = "To: A <a@x.test>, \"B, b\" <b@x.test>; Team: c@x.test, d@x.test;, <@r.test:e@x.test>, \"a b\"@x.test, nobody, F f@x.test, a@[1.2.3.4]\n\n";
        let found = list(&split(raw.as_bytes(), Room::of(1 << 20)).0, "To", 100, &mut remarks);
        let found: Vec<&str> = found.iter().map(|mailbox| mailbox.address.local()).collect();
        assert_eq!(found, ["a", "b", "c", "d", "e", "f"]);
        assert_eq!(remarks.iter().map(|r| r.about.as_str()).collect::<Vec<_>>(), ["\"a b\"@x.test", "nobody", "a@[1.2.3.4]"]);
        let bomb = format!("From: a@b.test {}\n\n", "(".repeat(30_000));
        assert!(matches!(from(&bomb), Author::One(_)));
        let flood = format!("To: {}\n\n", "x@y.test,".repeat(3_000));
        assert_eq!(list(&split(flood.as_bytes(), Room::of(1 << 20)).0, "To", 100, &mut remarks).len(), 1);
    }
}
