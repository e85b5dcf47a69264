//! The header block: bytes to fields, and where the body begins. Nothing is decoded here.
//!
//! Promises: the first field of a name is found first, repeated fields stay apart, and no field appears that a
//! receiving server would not have seen as one (a folded line belongs to the field above it, whatever it looks like).
//! Excludes: meaning, charsets, encoded words.

use std::borrow::Cow;

/// Bytes of a header block, and of one field in it, that are read; RFC 5322 sets no bound on a folded field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub block: usize,
    pub field: usize,
}

impl Room {
    /// For a block of these bytes, with the usual share of them for a field.
    pub fn of(block: usize) -> Room {
        Room { block, field: block / 8 }
    }
}

/// One field as written, folds included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    pub name: &'a str,
    pub value: &'a [u8],
}

/// The fields of one header block, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields<'a> {
    list: Vec<Field<'a>>,
    /// Something was left unread: the block or a field was too long, or a line was no field.
    pub fault: Option<Fault>,
}

/// What was wrong with a header block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// More bytes than are read.
    Cut,
    /// A line that is neither a field nor the continuation of one.
    Malformed,
}

impl<'a> Fields<'a> {
    /// All fields, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Field<'a>> {
        self.list.iter()
    }

    /// All values of a field, topmost first; names are compared without case.
    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a [u8]> + 's {
        self.list.iter().filter(move |field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value)
    }

    /// The topmost value of a field.
    pub fn first(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// How often a field is there.
    pub fn count(&self, name: &str) -> usize {
        self.all(name).count()
    }

    /// The topmost value as ASCII-ish text on one line, trimmed: for machine-made fields.
    pub fn plain(&self, name: &str) -> Option<Cow<'a, str>> {
        self.first(name).map(unfold)
    }
}

/// A value on one line: folds and controls become single spaces, foreign bytes U+FFFD.
pub(super) fn unfold(value: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(value);
    if !text.contains(|c: char| c.is_control()) {
        return match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
    }
    Cow::Owned(text.split(|c: char| c.is_control() || c == ' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

/// Splits a header block from what follows it, reading as much as there is `room`. Returns the fields and the offset
/// of the body. Lines end with LF, with any CRs before it; a mail that has only CRs was turned into LFs earlier.
pub(super) fn split(raw: &[u8], room: Room) -> (Fields<'_>, usize) {
    let mut fields = Fields::default();
    let mut open: Option<(&str, usize)> = None;
    let mut at = envelope_line(raw);
    let mut end = at;
    loop {
        let line = line_at(raw, at);
        let body = match shape(line.text) {
            Shape::Blank => Some(line.next),
            Shape::Folded => None,
            Shape::Field(name, value) => {
                fields.close(raw, open.replace((name, at + value)), end, room);
                None
            }
            // In a part: the boundary that ends it before its blank line came.
            Shape::Other if line.text.starts_with(b"--") && !fields.list.is_empty() => Some(at),
            Shape::Other => {
                fields.fault = Some(Fault::Malformed);
                fields.close(raw, open.take(), end, room);
                body_begins(raw, line.next, &fields).then_some(at)
            }
        };
        if let Some(body) = body {
            fields.close(raw, open, end, room);
            return (fields, body);
        }
        (at, end) = (line.next, at + line.text.len());
        if at >= raw.len() {
            fields.close(raw, open, end, room);
            return (fields, raw.len());
        }
    }
}

impl<'a> Fields<'a> {
    fn close(&mut self, raw: &'a [u8], open: Option<(&'a str, usize)>, end: usize, room: Room) {
        let Some((name, start)) = open else { return };
        if end > room.block {
            self.fault = Some(Fault::Cut);
        }
        if start < room.block {
            let limit = end.min(room.block).min(start + room.field);
            if limit < end {
                self.fault = Some(Fault::Cut);
            }
            self.list.push(Field { name, value: raw.get(start..limit).unwrap_or_default().trim_ascii() });
        }
    }
}

/// A line that is no field ends the header, unless the next one goes on as a header does.
fn body_begins(raw: &[u8], next: usize, fields: &Fields) -> bool {
    fields.list.is_empty() || !matches!(shape(line_at(raw, next).text), Shape::Field(..) | Shape::Blank)
}

/// Mailbox files put `From someone date` before the first field.
fn envelope_line(raw: &[u8]) -> usize {
    let first = line_at(raw, 0);
    let mailbox = raw.starts_with(b"From ") || raw.starts_with(b">From ");
    match mailbox && matches!(shape(first.text), Shape::Other) {
        true => first.next,
        false => 0,
    }
}

pub(super) struct Line<'a> {
    /// Without its end.
    pub text: &'a [u8],
    /// Where the next one begins.
    pub next: usize,
}

/// The line that begins at `at`.
pub(super) fn line_at(raw: &[u8], at: usize) -> Line<'_> {
    let rest = raw.get(at..).unwrap_or_default();
    let (line, next) = match memchr::memchr(b'\n', rest) {
        Some(end) => (&rest[..end], at + end + 1),
        None => (rest, raw.len()),
    };
    let text = line.iter().rposition(|&b| b != b'\r').map_or(&line[..0], |last| &line[..=last]);
    Line { text, next }
}

enum Shape<'a> {
    Blank,
    Folded,
    Field(&'a str, usize),
    Other,
}

fn shape(line: &[u8]) -> Shape<'_> {
    match line.first() {
        None => Shape::Blank,
        Some(b' ' | b'\t') => Shape::Folded,
        Some(_) => named(line).map_or(Shape::Other, |(name, value)| Shape::Field(name, value)),
    }
}

/// `name:` with the white space before the colon that RFC 5322 section 4.5 still allows.
fn named(line: &[u8]) -> Option<(&str, usize)> {
    let colon = memchr::memchr(b':', line)?;
    let name = line[..colon].trim_ascii_end();
    let good = !name.is_empty() && name.iter().all(|b| matches!(b, 33..=126));
    good.then(|| std::str::from_utf8(name).ok()).flatten().map(|name| (name, colon + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room { block: 1 << 16, field: 1 << 13 };

    fn read(raw: &str) -> (Vec<(String, String)>, String) {
        let (fields, body) = split(raw.as_bytes(), ROOM);
        let list = fields.list.iter().map(|f| (f.name.to_owned(), unfold(f.value).into_owned())).collect();
        (list, raw[body..].to_owned())
    }

    #[test]
    fn f09_line_endings() {
        for raw in ["A: 1\nB: 2\n\nbody", "A: 1\r\nB: 2\r\n\r\nbody", "A: 1\r\r\nB: 2\r\r\n\r\r\nbody", "A: 1\r\nB: 2\n\r\nbody"] {
            let (list, body) = read(raw);
            assert_eq!(list, [("A".into(), "1".into()), ("B".into(), "2".into())], "{raw:?}");
            assert_eq!(body, "body");
        }
        assert_eq!(read("Subject: a\rBcc: b\n\nx").0, [("Subject".to_owned(), "a Bcc: b".to_owned())]);
    }

    #[test]
    fn f10_no_field_that_the_server_did_not_see() {
        assert_eq!(read("\nFrom: x@y.z\n\nbody").0, []);
        assert_eq!(read("Subject: s\n From: x@y.z\n\n").0, [("Subject".into(), "s From: x@y.z".into())]);
        assert_eq!(read("From : a@b.c\n\n").0, [("From".to_owned(), "a@b.c".to_owned())]);
        assert_eq!(read("From a@b Mon\nfrom: a@b.c\n\n").0, [("from".to_owned(), "a@b.c".to_owned())]);
        assert_eq!(read("A: 1\nno colon\nB: 2\n\nbody").0.len(), 2);
        assert_eq!(
            read("A: 1\nhello there\nall of you\n\nbody"),
            (vec![("A".into(), "1".into())], "hello there\nall of you\n\nbody".into())
        );
        assert_eq!(read("just words\nand more").1, "just words\nand more");
    }

    #[test]
    fn f08_a_flood_is_cut_and_said() {
        let raw = format!("A: {}\nB: 2\n\nbody", "x".repeat(1 << 20));
        let (fields, body) = split(raw.as_bytes(), ROOM);
        assert_eq!((fields.fault, &raw[body..]), (Some(Fault::Cut), "body"));
        assert_eq!(fields.first("a").map(<[u8]>::len), Some(ROOM.field - 1));
    }
}
