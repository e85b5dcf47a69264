//! One header field after the other: cleaned, encoded (RFC 2047, RFC 2231) and folded.
//!
//! Promises: whatever the text, a field stays one field of ASCII lines.
//! Excludes: which fields a mail has.

use std::fmt::Write;

use base64::prelude::{BASE64_STANDARD, Engine};

use crate::address::{Address, Mailbox, is_invisible};

/// Octets of a line before it is folded (RFC 5322 section 2.1.1, RFC 2047 section 2).
const LINE_SOFT: usize = 76;
/// Octets of one encoded-word: below the 75 of RFC 2047 section 2, so that one fits on a line behind its field name.
const WORD_MAX: usize = 60;
/// Characters of a subject that are written; longer ones only attack.
const SUBJECT_MAX: usize = 500;
/// Octets of an id or a target that is written on one line (998 by RFC 5322, less field name and brackets).
const TOKEN_MAX: usize = 900;
/// Octets of `References`, folding included: some relays refuse header fields from 4 KB on (FreeScout #5542).
const REFERENCES_MAX: usize = 1400;
/// Ids kept at the end of `References`, besides the first.
const REFERENCES_LAST: usize = 20;
/// Octets of one field of mailboxes: a header block should stay under 16 KB (CASEBOOK I11).
const MAILBOXES_MAX: usize = 8 << 10;
/// Characters of a file name.
const FILE_NAME_MAX: usize = 150;

/// A header block being written.
pub struct Head {
    out: Vec<u8>,
    /// Where the current line begins.
    line: usize,
}

impl Head {
    /// An empty block with room for `bytes`.
    pub fn with_capacity(bytes: usize) -> Head {
        Head { out: Vec::with_capacity(bytes), line: 0 }
    }

    /// What was written, without the empty line that ends a block.
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// Begins a field.
    pub fn field(&mut self, name: &'static str) -> &mut Head {
        self.line = self.out.len();
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b':');
        self
    }

    /// Ends a field.
    pub fn end(&mut self) {
        self.out.extend_from_slice(b"\r\n");
    }

    /// A token of printable ASCII, on the next line when this one is full.
    pub fn word(&mut self, word: &str) -> &mut Head {
        self.space(word.len());
        self.out.extend_from_slice(word.as_bytes());
        self
    }

    /// Text by strangers: as it is when that is safe, in encoded-words otherwise.
    pub fn text(&mut self, text: &str) -> &mut Head {
        let text = cleaned(text, SUBJECT_MAX);
        let plain = text.is_ascii() && !text.contains("=?") && text.split(' ').all(|word| word.len() <= WORD_MAX);
        if plain { text.split(' ').fold(self, Head::word) } else { self.encoded_words(&text) }
    }

    /// `<id>`.
    pub fn id(&mut self, id: &str) -> &mut Head {
        self.space(id.len() + 2);
        self.out.push(b'<');
        self.out.extend_from_slice(id.as_bytes());
        self.out.push(b'>');
        self
    }

    /// `<id> <id>…`, each whole on a line.
    pub fn ids(&mut self, ids: &[&str]) -> &mut Head {
        ids.iter().fold(self, |head, id| head.id(id))
    }

    /// An address alone. One outside ASCII becomes an empty group that names it (RFC 6857 section 3.1.8).
    pub fn address(&mut self, address: &Address) -> &mut Head {
        if address.is_ascii() { self.word(address.as_str()) } else { self.encoded_words(address.as_str()).tail(":;") }
    }

    /// Mailboxes with their names; addresses alone when the names make the field too long.
    pub fn mailboxes(&mut self, list: &[Mailbox]) -> &mut Head {
        let start = self.out.len();
        let named = list.iter().map(|mailbox| mailbox.address.as_str().len() + mailbox.name.as_ref().map_or(0, |name| name.len() * 3) + 8);
        let with_names = named.sum::<usize>() <= MAILBOXES_MAX;
        for (index, mailbox) in list.iter().enumerate() {
            if self.out.len() - start + mailbox.address.as_str().len() > MAILBOXES_MAX {
                break;
            }
            if index > 0 {
                self.tail(",");
            }
            self.mailbox(mailbox, with_names);
        }
        self
    }

    fn mailbox(&mut self, mailbox: &Mailbox, with_name: bool) {
        let name = mailbox.name.as_deref().filter(|_| with_name).map(|name| cleaned(name, SUBJECT_MAX)).unwrap_or_default();
        if name.is_empty() || !mailbox.address.is_ascii() {
            self.address(&mailbox.address);
            return;
        }
        self.phrase(&name).id(mailbox.address.as_str());
    }

    /// A display name: atoms, a quoted-string, or encoded-words (RFC 5322 section 3.2.5).
    fn phrase(&mut self, name: &str) -> &mut Head {
        let writable = name.is_ascii() && !name.contains("=?") && name.len() + 2 <= WORD_MAX;
        match writable {
            true if name.bytes().all(|b| b == b' ' || is_atext(b)) => name.split(' ').fold(self, Head::word),
            true => self.word(&quoted(name)),
            false => self.encoded_words(name),
        }
    }

    fn encoded_words(&mut self, text: &str) -> &mut Head {
        let plain = text.bytes().filter(u8::is_ascii).count();
        // Q shows Western text readably; B is shorter for everything else.
        if plain * 2 > text.len() { self.q_words(text) } else { self.b_words(text) }
    }

    fn q_words(&mut self, text: &str) -> &mut Head {
        let mut word = String::with_capacity(WORD_MAX);
        for c in text.chars() {
            let mut utf8 = [0; 4];
            let utf8 = c.encode_utf8(&mut utf8).as_bytes();
            if word.len() + utf8.len() * 3 > WORD_MAX - 12 {
                self.word(&format!("=?utf-8?q?{word}?="));
                word.clear();
            }
            utf8.iter().for_each(|b| q_octet(&mut word, *b));
        }
        self.word(&format!("=?utf-8?q?{word}?="))
    }

    fn b_words(&mut self, text: &str) -> &mut Head {
        const OCTETS: usize = (WORD_MAX - 12) / 4 * 3;
        let mut rest = text;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.floor_char_boundary(OCTETS));
            self.word(&format!("=?utf-8?b?{}?=", BASE64_STANDARD.encode(now)));
            rest = later;
        }
        self
    }

    /// Punctuation that stays on the line of what it follows.
    fn tail(&mut self, mark: &str) -> &mut Head {
        self.out.extend_from_slice(mark.as_bytes());
        self
    }

    /// A space, or a fold when `next` octets and one mark do not fit on this line any more.
    fn space(&mut self, next: usize) {
        let column = self.out.len() - self.line;
        // The first token stays behind its field name: an empty first line is obsolete syntax.
        let first = self.out.last() == Some(&b':');
        if !first && column + 1 + next + 1 > LINE_SOFT {
            self.out.extend_from_slice(b"\r\n");
            self.line = self.out.len();
        }
        self.out.push(b' ');
    }
}

/// Characters that could end a line somewhere become spaces, spaces are folded, and `max` characters are kept.
fn cleaned(text: &str, max: usize) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, ' ' | '\u{2028}' | '\u{2029}');
    let mut clean = String::with_capacity(text.len().min(max * 4));
    for word in text.split(breaks).filter(|word| !word.is_empty()) {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.push_str(word);
    }
    if let Some((end, _)) = clean.char_indices().nth(max) {
        clean.truncate(end);
    }
    clean
}

/// One octet in a Q encoded-word; safe in a phrase too (RFC 2047 section 5, rule 3).
fn q_octet(out: &mut String, octet: u8) {
    match octet {
        b' ' => out.push('_'),
        b if b.is_ascii_alphanumeric() || b"!*+-/".contains(&b) => out.push(char::from(b)),
        b => hex(out, '=', b),
    }
}

fn hex(out: &mut String, mark: char, octet: u8) {
    // Writing into a String cannot fail.
    let _ = write!(out, "{mark}{octet:02X}");
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn is_atext(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b)
}

/// True for an id or a target that may stand between brackets on one line: printable ASCII without spaces and
/// brackets, 900 octets at most.
pub fn fits_brackets(text: &str) -> bool {
    !text.is_empty() && text.len() <= TOKEN_MAX && text.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>')
}

/// True for base64 that fits on one line.
pub fn is_base64(text: &str) -> bool {
    fits_brackets(text) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
}

/// True for a language tag (RFC 5646 section 2.1: 35 characters suffice).
pub fn is_language(text: &str) -> bool {
    (2..=35).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// `References` as kept: the first and as many of the last twenty as fit into 1400 octets.
pub fn references(ids: &[String]) -> Vec<&str> {
    let mut usable = ids.iter().map(String::as_str).filter(|id| fits_brackets(id));
    let Some(first) = usable.next() else { return Vec::new() };
    let mut left = REFERENCES_MAX.saturating_sub(first.len() + 5);
    let mut last: Vec<&str> = usable.rev().take(REFERENCES_LAST).collect();
    let fitting = last.iter().take_while(|id| {
        let cost = id.len() + 5;
        let fits = cost <= left;
        left = left.saturating_sub(cost);
        fits
    });
    last.truncate(fitting.count());
    last.push(first);
    last.reverse();
    last
}

/// `Date` in universal time (RFC 5322 section 3.3), or `None` outside the years that it can say.
pub fn date(second: i64) -> Option<String> {
    let time = jiff::Timestamp::from_second(second).ok()?.to_zoned(jiff::tz::TimeZone::UTC);
    jiff::fmt::rfc2822::to_string(&time).ok()
}

/// `Content-Disposition` with a file's name: plain where it can be, percent-encoded in pieces otherwise (RFC 2231).
pub fn disposition(out: &mut Vec<u8>, kind: &str, name: &str) {
    let name: String = cleaned(name, FILE_NAME_MAX).chars().filter(|c| !is_invisible(*c)).collect();
    let name = if name.is_empty() { "file" } else { &name };
    out.extend_from_slice(format!("Content-Disposition: {kind};\r\n").as_bytes());
    let plain = name.is_ascii() && !name.contains("=?") && name.len() <= WORD_MAX;
    let value = if plain { format!(" filename={}\r\n", quoted(name)) } else { extended(name) };
    out.extend_from_slice(value.as_bytes());
}

/// `filename*0*=utf-8''…; filename*1*=…`, whole characters in each piece.
fn extended(name: &str) -> String {
    let mut out = String::from(" filename*0*=utf-8''");
    let (mut piece, mut column) = (0, out.len());
    for c in name.chars() {
        let mut utf8 = [0; 4];
        let utf8 = c.encode_utf8(&mut utf8).as_bytes();
        if column + utf8.len() * 3 + 1 > LINE_SOFT {
            piece += 1;
            let next = format!(" filename*{piece}*=");
            column = next.len();
            out += ";\r\n";
            out += &next;
        }
        let before = out.len();
        utf8.iter().for_each(|b| percent_octet(&mut out, *b));
        column += out.len() - before;
    }
    out + "\r\n"
}

fn percent_octet(out: &mut String, octet: u8) {
    match octet {
        b if b.is_ascii_alphanumeric() || b"-._".contains(&b) => out.push(char::from(b)),
        b => hex(out, '%', b),
    }
}
