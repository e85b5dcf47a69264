//! The parts of a mail: multiparts, texts as quoted-printable, files as base64 (RFC 2045, RFC 2046).
//!
//! Promises: no line of a part begins with a dot, or looks like a boundary of ours: `=_` occurs in no encoding.
//! Excludes: how parts are nested.

use base64::prelude::{BASE64_STANDARD, Engine};

use super::super::outgoing::{Content, File};
use super::{Out, header};

/// Octets of an encoded line before its `=` (RFC 2045 section 6.7, rule 5: 76 with it).
const QP_MAX: usize = 75;
/// Octets of a file on one line: 76 of base64 (RFC 2045 section 6.8).
const BASE64_OCTETS: usize = 57;
/// Characters of the Message-ID that go into a boundary (RFC 2046 section 5.1.1 allows 70 in all).
const BOUNDARY_ID: usize = 40;

/// An open multipart: its boundary.
pub struct Multipart(String);

impl Multipart {
    /// Writes the header of a multipart. The boundary is made of its level and the mail's id, so that mails of ours
    /// stay apart when one is forwarded inside another.
    pub fn open(out: &mut Out, subtype: &str, level: char, id: &str) -> Multipart {
        let id: String = id.chars().filter(char::is_ascii_alphanumeric).take(BOUNDARY_ID).collect();
        let boundary = format!("=_{level}{id}");
        let kind = if subtype == "related" { ";\r\n type=\"text/html\"" } else { "" };
        put(out, &["Content-Type: multipart/", subtype, kind, ";\r\n boundary=\"", &boundary, "\"\r\n"]);
        Multipart(boundary)
    }

    /// Begins the next part: its header follows.
    pub fn next(&self, out: &mut Out) {
        put(out, &["\r\n--", &self.0, "\r\n"]);
    }

    /// Ends the multipart.
    pub fn close(&self, out: &mut Out) {
        put(out, &["\r\n--", &self.0, "--\r\n"]);
    }
}

/// A text part. Line ends of any kind (CR, LF, CR LF) become CR LF; the last line gets one too.
pub fn text(out: &mut Out, subtype: &str, text: &str) {
    put(out, &["Content-Type: text/", subtype, "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"]);
    let bytes = text.as_bytes();
    let mut start = 0;
    for end in line_ends(bytes) {
        line(&mut out.bytes, &bytes[start..end]);
        start = end + if bytes[end..].starts_with(b"\r\n") { 2 } else { 1 };
    }
    if start < bytes.len() {
        line(&mut out.bytes, &bytes[start..]);
    }
}

/// A file, `inline` by its Content-ID or attached by its name.
pub fn file(out: &mut Out, file: &File, inline: bool) {
    put(out, &["Content-Type: ", media_type(&file.content_type), "\r\nContent-Transfer-Encoding: base64\r\n"]);
    header::disposition(&mut out.bytes, if inline { "inline" } else { "attachment" }, &file.name);
    if let Some(id) = file.content_id.as_deref().filter(|id| inline && header::fits_brackets(id)) {
        put(out, &["Content-ID: <", id, ">\r\n"]);
    }
    put(out, &["\r\n"]);
    match &file.content {
        Content::Bytes(bytes) => base64(&mut out.bytes, bytes),
        Content::Excerpt(excerpt) => {
            out.excerpts.push((out.bytes.len(), *excerpt));
            put(out, &["\r\n"]);
        }
    }
}

fn base64(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut encoded = [0; 76];
    for chunk in bytes.chunks(BASE64_OCTETS) {
        let length = BASE64_STANDARD.encode_slice(chunk, &mut encoded).unwrap_or(0);
        out.extend_from_slice(&encoded[..length]);
        out.extend_from_slice(b"\r\n");
    }
}

/// Where lines end; of CR LF the CR.
fn line_ends(bytes: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr2_iter(b'\r', b'\n', bytes).filter(|&at| bytes[at] == b'\r' || at == 0 || bytes[at - 1] != b'\r')
}

/// One line as quoted-printable: runs of plain octets are copied whole, soft breaks keep it at 76 octets.
fn line(out: &mut Vec<u8>, mut rest: &[u8]) {
    let mut column = 0;
    loop {
        let (run, other) = rest.split_at(plain_run(rest, column));
        out.extend_from_slice(run);
        column += run.len();
        let Some((octet, after)) = other.split_first() else { break };
        if column + 3 > QP_MAX {
            out.extend_from_slice(b"=\r\n");
            (rest, column) = (other, 0);
        } else {
            out.extend_from_slice(&[b'=', HEX[usize::from(octet >> 4)], HEX[usize::from(octet & 15)]]);
            (rest, column) = (after, column + 3);
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// How many octets may be copied as they are before the line is full or one must be encoded.
fn plain_run(rest: &[u8], column: usize) -> usize {
    if column == 0 && is_risky_first(rest) {
        return 0;
    }
    let plain = rest.iter().take(QP_MAX - column).take_while(|b| PLAIN[usize::from(**b)]).count();
    let ends_in_space = plain == rest.len() && rest.last().is_some_and(|b| matches!(b, b' ' | b'\t'));
    plain - usize::from(ends_in_space)
}

/// A dot could end the mail somewhere; `From ` is quoted by programs that keep mails in one file.
fn is_risky_first(line: &[u8]) -> bool {
    line.first() == Some(&b'.') || line.starts_with(b"From ")
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Octets that stand for themselves (RFC 2045 section 6.7, rules 2 and 3); spaces do unless they end a line.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut octet = b' ';
    while octet <= b'~' {
        plain[octet as usize] = octet != b'=';
        octet += 1;
    }
    plain[b'\t' as usize] = true;
    plain
};

/// `type/subtype`, or the type for unknown bytes when that is malformed or, for messages and multiparts, may not be
/// base64 (RFC 2046 section 5.2.1).
fn media_type(text: &str) -> &str {
    let is_token = |token: &str| !token.is_empty() && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    let usable = text.len() <= 127 && text.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
    let nested = text.split('/').next().is_some_and(|kind| kind.eq_ignore_ascii_case("message") || kind.eq_ignore_ascii_case("multipart"));
    if usable && !nested { text } else { "application/octet-stream" }
}

fn put(out: &mut Out, pieces: &[&str]) {
    pieces.iter().for_each(|piece| out.bytes.extend_from_slice(piece.as_bytes()));
}
