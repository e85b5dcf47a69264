//! Files inside a part: what `winmail.dat` holds, and uuencoded blocks in a text. They are attachments like others.
//!
//! Promises: bounded by the bytes of the part; a part that cannot be opened is kept as it is. Their numbers hold the offset of
//! the part and their place in it, so `read::part` finds them again without any table.

use std::borrow::Cow;

use super::transfer::{self, Transfer};
use super::tree::Part;
use super::{tnef, words};

/// A file as it was found inside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct File {
    /// As written; made safe later.
    pub name: String,
    /// `type/subtype`, or empty.
    pub content_type: String,
    pub content_id: Option<String>,
    pub bytes: Vec<u8>,
}

/// Offsets take these bits of a number (64 MiB); the place of an inner file stands above them.
const OFFSET_BITS: u32 = 26;
/// Inner files of one part at most.
pub(super) const FILES_MAX: usize = 60;

/// The number of an inner file; `None` where it would not fit.
pub(super) fn number(at: u32, place: usize) -> Option<u32> {
    (at >> OFFSET_BITS == 0 && place < FILES_MAX).then(|| (place as u32 + 1) << OFFSET_BITS | at)
}

/// The part's offset and the place inside, from a number.
pub(super) fn place(number: u32) -> (u32, Option<usize>) {
    match number >> OFFSET_BITS {
        0 => (number, None),
        above => (number & ((1 << OFFSET_BITS) - 1), Some(above as usize - 1)),
    }
}

/// The files inside a part, in order.
pub(super) fn files(part: &Part) -> Vec<File> {
    match is_tnef(part) {
        true => tnef::open(&part.bytes()).map(|opened| opened.files).unwrap_or_default(),
        false => cut_uu(&part.bytes()).1,
    }
}

/// Outlook's own format ([MS-OXTNEF]), by type or by name.
pub(super) fn is_tnef(part: &Part) -> bool {
    let named = || part.disposition.text("filename").or_else(|| part.content.text("name"));
    match part.content.value.as_str() {
        "application/ms-tnef" | "application/vnd.ms-tnef" | "application/x-tnef" => true,
        "application/octet-stream" => named().is_some_and(|name| name.eq_ignore_ascii_case("winmail.dat")),
        _ => false,
    }
}

/// A text without its uuencoded blocks, and the files that those were. A block counts when it has a `begin` line with mode
/// and name, lines of the right length, and an `end`.
pub(super) fn cut_uu(bytes: &[u8]) -> (Cow<'_, [u8]>, Vec<File>) {
    if memchr::memmem::find(bytes, b"begin ").is_none() {
        return (Cow::Borrowed(bytes), Vec::new());
    }
    let (mut rest, mut files, mut at) = (Vec::new(), Vec::new(), 0);
    while at < bytes.len() {
        let line = super::fields::line_at(bytes, at);
        match begun(line.text).filter(|_| files.len() < FILES_MAX).and_then(|name| Some((name, block(bytes, line.next)?))) {
            Some((name, end)) => {
                let data = transfer::decode(Transfer::Uu, &bytes[at..end]).into_owned();
                files.push(File { name, bytes: data, ..File::default() });
                at = end;
            }
            None => {
                rest.extend_from_slice(&bytes[at..line.next]);
                at = line.next;
            }
        }
    }
    match files.is_empty() {
        true => (Cow::Borrowed(bytes), files),
        false => (Cow::Owned(rest), files),
    }
}

/// `begin 644 plan.pdf`.
fn begun(line: &[u8]) -> Option<String> {
    let rest = line.strip_prefix(b"begin ")?;
    let (mode, name) = rest.split_at(rest.iter().position(|&b| b == b' ')?);
    let good = matches!(mode.len(), 3 | 4) && mode.iter().all(|b| (b'0'..=b'7').contains(b));
    let name = words::decode(name.trim_ascii());
    (good && !name.is_empty()).then_some(name)
}

/// Where the block ends, when its lines are what they say.
fn block(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut data = false;
    while at < bytes.len() {
        let line = super::fields::line_at(bytes, at);
        match line.text {
            b"end" => return data.then_some(line.next),
            b"`" | b" " | b"" => {}
            [length, rest @ ..] => {
                let told = usize::from(length.wrapping_sub(32) & 63).div_ceil(3) * 4;
                // Trailing spaces are lost on the way, and some programs add a check character.
                if !(33..=96).contains(length) || rest.len() > told + 4 || rest.iter().any(|b| !(32..=96).contains(b)) {
                    return None;
                }
                data = true;
            }
        }
        at = line.next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f13_uuencoded_files_leave_the_text() {
        let text = b"Hello\nbegin 644 cat.txt\n#0V%T\n`\nend\nBye\n";
        let (rest, files) = cut_uu(text);
        assert_eq!((&rest[..], files.len()), (&b"Hello\nBye\n"[..], 1));
        assert_eq!((files[0].name.as_str(), &files[0].bytes[..]), ("cat.txt", &b"Cat"[..]));
        for words in ["begin 644 the work\nand so on\nend\n", "we begin 2024 well", "begin 644 x\n#0V%T\n"] {
            assert!(cut_uu(words.as_bytes()).1.is_empty(), "{words}");
        }
    }

    #[test]
    fn numbers_name_a_part_and_a_place() {
        assert_eq!(place(1234), (1234, None));
        assert_eq!(number(1234, 3).map(place), Some((1234, Some(3))));
        assert_eq!(number(u32::MAX, 0), None);
        assert_eq!(number(1, FILES_MAX), None);
    }
}
