//! The MIME structure (RFC 2046): which parts there are and where their bytes lie. Nothing is decoded or copied.
//!
//! Promises: linear in the bytes for each level, at most [`Limits::depth`] levels and [`Limits::parts`] parts; each byte of
//! the body is in some part; the first of ambiguous things wins. A part is named by the offset of its header, so the
//! number stays true whatever the limits. Attached messages are leaves: what is in them was not said to us.

use super::fields::{Fields, Room, line_at, split};
use super::params::Structured;
use super::transfer::{self, Transfer};
use crate::mail::incoming::Limits;

/// Header bytes of a part that are read.
const PART_HEADER_MAX: usize = 64 << 10;
/// Longest boundary that is followed; RFC 2046 section 5.1.1 allows 70.
const BOUNDARY_MAX: usize = 1_000;

/// One part.
#[derive(Debug, Clone)]
pub(super) struct Part<'a> {
    /// Offset of its header in the mail.
    pub at: u32,
    /// Its own fields (for the root: those of the mail).
    pub fields: Fields<'a>,
    /// `Content-Type`, with the default where it has none.
    pub content: Structured,
    /// `Content-Disposition`, empty where it has none.
    pub disposition: Structured,
    /// How its bytes travel.
    pub transfer: Transfer,
    /// It says base64 and is none: its bytes are taken as they are.
    pub mislabelled: bool,
    /// Offset of its body in the mail.
    pub body_at: u32,
    /// Everything after its header.
    pub body: &'a [u8],
    /// A multipart that lies too deep to be opened.
    pub opaque: bool,
    /// A multipart whose boundary is nowhere.
    pub unopened: bool,
    /// Parts inside, for a multipart.
    pub children: Vec<Part<'a>>,
}

/// The tree, and what was odd about it.
#[derive(Debug, Clone)]
pub(super) struct Tree<'a> {
    pub root: Part<'a>,
    pub odd: Vec<&'static str>,
}

/// Reads the structure. `raw` has LF somewhere at the line ends (see `read`).
pub(super) fn read<'a>(raw: &'a [u8], limits: &Limits) -> Tree<'a> {
    let mut walk = Walk { raw, left: limits.parts.max(1), depth: limits.depth, odd: Vec::new() };
    let root = walk.part((0, raw.len()), Room { block: limits.header, field: limits.field }, Place { level: 0, digest: false });
    Tree { root, odd: walk.odd }
}

struct Walk<'a> {
    raw: &'a [u8],
    left: u32,
    depth: u32,
    odd: Vec<&'static str>,
}

#[derive(Clone, Copy)]
struct Place {
    level: u32,
    /// Inside a multipart/digest, where the default type is a message (RFC 2046 section 5.1.5).
    digest: bool,
}

impl<'a> Walk<'a> {
    fn part(&mut self, (start, end): (usize, usize), room: Room, place: Place) -> Part<'a> {
        self.left = self.left.saturating_sub(1);
        let (fields, body) = split(&self.raw[start..end], room);
        let body = start + body;
        let (transfer, mislabelled) = self.transfer(&fields, &self.raw[body..end]);
        let mut part = Part {
            at: start as u32,
            body_at: body as u32,
            content: content(&fields, place.digest),
            disposition: fields.first("Content-Disposition").map(Structured::parse).unwrap_or_default(),
            transfer,
            mislabelled,
            body: &self.raw[body..end],
            opaque: false,
            unopened: false,
            children: Vec::new(),
            fields,
        };
        self.note_ambiguity(&part);
        if part.content.value.starts_with("multipart/") {
            self.open(&mut part, (body, end), place);
        }
        part
    }

    fn open(&mut self, part: &mut Part<'a>, span: (usize, usize), place: Place) {
        if place.level >= self.depth {
            part.opaque = true;
            return self.say("depth-cut");
        }
        let boundary = part.content.plain("boundary").filter(|b| b.len() <= BOUNDARY_MAX);
        let Some(boundary) = boundary.or_else(|| self.guess_boundary(part.body)) else {
            part.unopened = true;
            return self.say("boundary-missing");
        };
        let (spans, closed) = self.split_at_boundary(span, boundary.as_bytes());
        part.unopened = spans.is_empty() && !closed;
        if !closed {
            self.say("boundary-unclosed");
        }
        let inner = Place { level: place.level + 1, digest: part.content.value == "multipart/digest" };
        for span in spans {
            if self.left == 0 {
                return self.say("parts-cut");
            }
            part.children.push(self.part(span, Room::of(PART_HEADER_MAX), inner));
        }
    }

    /// The spans between boundary lines, and whether the last boundary was there. A part that repeats the boundary of what it stands in
    /// is closed first: what follows it is still inside.
    fn split_at_boundary(&self, (start, end): (usize, usize), boundary: &[u8]) -> (Vec<(usize, usize)>, bool) {
        // How many parts inside end by the same line, and whether the container's own end was seen.
        let (mut spans, mut open, mut inner, mut closed) = (Vec::new(), None, 0_usize, false);
        let mut at = start;
        while let Some(found) = next_dashes(&self.raw[..end], at, start) {
            let line = line_at(&self.raw[..end], found);
            at = line.next;
            let Some(last) = is_boundary(line.text, boundary) else { continue };
            if let Some(begun) = open.take() {
                let span = (begun, before_line_end(self.raw, begun, found));
                inner += usize::from(self.repeats(span, boundary));
                spans.push(span);
            }
            if last && inner > 0 {
                (inner, closed) = (inner - 1, true);
                continue;
            }
            if last {
                return (spans, true);
            }
            // More parts than are read: the rest of the container needs no scan.
            if spans.len() > self.left as usize {
                return (spans, true);
            }
            open = Some(line.next);
        }
        let whole = closed && open.is_none();
        spans.extend(open.map(|begun| (begun, end)));
        (spans, whole)
    }

    /// Does the header of this part name that boundary as its own?
    fn repeats(&self, (start, end): (usize, usize), boundary: &[u8]) -> bool {
        let part = &self.raw[start..end.min(start + 4 * BOUNDARY_MAX)];
        let blank = [&b"\n\n"[..], b"\n\r\n"].iter().filter_map(|line| memchr::memmem::find(part, line)).min();
        let headless = part.starts_with(b"\n") || part.starts_with(b"\r\n");
        let head = if headless { &[][..] } else { &part[..blank.unwrap_or(part.len())] };
        let value = memchr::memmem::find(head, b"boundary=").map(|at| &head[at + b"boundary=".len()..]);
        let value = value.map(|value| value.strip_prefix(b"\"").unwrap_or(value));
        value.and_then(|value| value.strip_prefix(boundary)).is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
    }

    /// A multipart without a boundary parameter: its first line that looks like one.
    fn guess_boundary(&mut self, body: &[u8]) -> Option<String> {
        let at = next_dashes(body, 0, 0)?;
        let line = line_at(body, at).text.trim_ascii_end();
        let guess = std::str::from_utf8(&line[2..]).ok()?;
        let good = guess.len() >= 6 && !guess.contains(char::is_whitespace) && guess.bytes().any(|b| b.is_ascii_alphanumeric());
        good.then(|| {
            self.say("boundary-missing");
            guess.to_owned()
        })
    }

    /// How the body travels, and whether its label says something else.
    fn transfer(&mut self, fields: &Fields, body: &[u8]) -> (Transfer, bool) {
        let label = fields.plain("Content-Transfer-Encoding").unwrap_or_default();
        match transfer::named(&label) {
            Some(Transfer::Base64) if !transfer::looks_like_base64(body) => (Transfer::Identity, true),
            Some(known) => (known, false),
            None => {
                self.say("transfer-encoding-unknown");
                (Transfer::Identity, false)
            }
        }
    }

    fn note_ambiguity(&mut self, part: &Part) {
        let names = ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"];
        if names.iter().any(|name| part.fields.count(name) > 1) || part.content.count("boundary") > 1 {
            self.say("structure-ambiguous");
        }
    }

    fn say(&mut self, code: &'static str) {
        if !self.odd.contains(&code) {
            self.odd.push(code);
        }
    }
}

fn content(fields: &Fields, digest: bool) -> Structured {
    let declared = fields.first("Content-Type").map(Structured::parse);
    match declared {
        Some(content) if content.value.contains('/') => content,
        // `Content-Type: text` is how some old programs say it.
        Some(content) if content.value.is_empty() || content.value == "text" => content.with_value("text/plain"),
        Some(content) => content.with_value("application/octet-stream"),
        None if digest => Structured::default().with_value("message/rfc822"),
        None => Structured::default().with_value("text/plain"),
    }
}

/// The next line that begins with `--`, at or after `at`.
fn next_dashes(raw: &[u8], at: usize, start: usize) -> Option<usize> {
    if at == start && raw.get(at..)?.starts_with(b"--") {
        return Some(at);
    }
    let from = at.saturating_sub(1).max(start);
    memchr::memmem::find(raw.get(from..)?, b"\n--").map(|found| from + found + 1)
}

/// `Some(last)` when the line is this boundary; white space after it is forgiven.
fn is_boundary(line: &[u8], boundary: &[u8]) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary)?;
    match rest.trim_ascii_end() {
        b"" => Some(false),
        [b'-', b'-', tail @ ..] if tail.trim_ascii().is_empty() => Some(true),
        _ => None,
    }
}

/// The line end before a boundary belongs to the boundary (RFC 2046 section 5.1.1).
fn before_line_end(raw: &[u8], start: usize, at: usize) -> usize {
    let mut end = at;
    if end > start && raw[end - 1] == b'\n' {
        end -= 1;
    }
    if end > start && raw[end - 1] == b'\r' {
        end -= 1;
    }
    end
}

impl<'a> Part<'a> {
    /// This part and all inside it, in the order of the mail.
    pub fn walk<'p>(&'p self, seen: &mut dyn FnMut(&'p Part<'a>)) {
        seen(self);
        self.children.iter().for_each(|child| child.walk(seen));
    }

    /// True for `type/…` of that main type.
    pub fn is(&self, main: &str) -> bool {
        self.content.value.split('/').next() == Some(main)
    }

    /// The decoded bytes.
    pub fn bytes(&self) -> std::borrow::Cow<'a, [u8]> {
        transfer::decode(self.transfer, self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(raw: &str) -> (String, Vec<&'static str>) {
        fn draw(part: &Part) -> String {
            let inner: Vec<String> = part.children.iter().map(draw).collect();
            if inner.is_empty() { String::from_utf8_lossy(part.body).into_owned() } else { format!("({})", inner.join("|")) }
        }
        let tree = read(raw.as_bytes(), &Limits::default());
        (draw(&tree.root), tree.odd)
    }

    #[test]
    fn f04_boundaries() {
        let mixed = |boundary: &str, body: &str| shape(&format!("Content-Type: multipart/mixed{boundary}\n\n{body}"));
        assert_eq!(mixed("; boundary=b", "pre\n--b\n\none\n--b\n\ntwo\n--b--\nafter").0, "(one|two)");
        assert_eq!(mixed("; boundary=\"b\"", "--b  \r\n\r\none\r\n--b-- \r\n").0, "(one)");
        assert_eq!(mixed("; boundary=b", "--bb\n\none\n--b\n\ntwo"), ("(two)".into(), vec!["boundary-unclosed"]));
        assert_eq!(mixed("", "--abcdef1\n\none\n--abcdef1--"), ("(one)".into(), vec!["boundary-missing"]));
        assert_eq!(mixed("; boundary=zzz", "nothing like it").0, "nothing like it");
        // A part that repeats the boundary is closed first, and what follows it is still there.
        let twice = "--b\nContent-Type: multipart/alternative; boundary=\"b\"\n\n--b\n\none\n--b--\n\n--b\n\ntwo\n--b--\nafter\n--b\n\nno";
        assert_eq!(mixed("; boundary=b", twice), ("(|one|two)".into(), vec!["boundary-unclosed"]));
        for first in ["\none", "\nboundary=b\n\none"] {
            assert_eq!(mixed("; boundary=b", &format!("--b\n{first}\n--b--\n--b\n\nno\n--b--")).0, format!("({})", first.trim()));
        }
        assert_eq!(mixed("; boundary=a; boundary=b", "--a\n\none\n--a--").1, ["structure-ambiguous"]);
    }

    #[test]
    fn f01_f03_depth_and_parts_are_bounded() {
        let mut deep = String::new();
        for level in 0..10_000 {
            deep += &format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n");
        }
        assert_eq!(shape(&deep).1, ["boundary-unclosed", "depth-cut"]);
        let flood = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\n".repeat(200_000));
        let tree = read(flood.as_bytes(), &Limits::default());
        assert_eq!((tree.root.children.len(), tree.odd), (499, vec!["parts-cut"]));
    }
}
