//! Content-Transfer-Encoding (RFC 2045 section 6): undone with patience, never refused.

use std::borrow::Cow;

use super::fields::line_at;

/// How a body travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transfer {
    /// 7bit, 8bit, binary, or something unknown.
    Identity,
    Base64,
    QuotedPrintable,
    /// `x-uuencode`.
    Uu,
}

/// The encoding by its name; `None` for a name that nobody knows (the body is then taken as it is).
pub(super) fn named(label: &str) -> Option<Transfer> {
    let label = label.split([';', ' ', '(']).next().unwrap_or_default();
    let is = |names: &[&str]| names.iter().any(|name| label.eq_ignore_ascii_case(name));
    match () {
        () if is(&["base64", "base-64"]) => Some(Transfer::Base64),
        () if is(&["quoted-printable", "quotedprintable", "qp"]) => Some(Transfer::QuotedPrintable),
        () if is(&["x-uuencode", "uuencode", "x-uue", "uue"]) => Some(Transfer::Uu),
        () if is(&["", "7bit", "8bit", "binary", "7-bit", "8-bit"]) => Some(Transfer::Identity),
        () => None,
    }
}

/// The decoded bytes.
pub(super) fn decode(transfer: Transfer, body: &[u8]) -> Cow<'_, [u8]> {
    match transfer {
        Transfer::Identity => Cow::Borrowed(body),
        Transfer::Base64 => Cow::Owned(base64(body)),
        Transfer::QuotedPrintable => Cow::Owned(quoted_printable(body)),
        Transfer::Uu => Cow::Owned(uu(body)),
    }
}

/// How many bytes [`decode`] would give, without making them where that is possible.
pub(super) fn size(transfer: Transfer, body: &[u8]) -> u64 {
    match transfer {
        Transfer::Identity => body.len() as u64,
        Transfer::Base64 => base64_size(body),
        Transfer::QuotedPrintable | Transfer::Uu => decode(transfer, body).len() as u64,
    }
}

/// Base64 that a mail of ours may hold as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clean {
    /// Decoded size.
    pub size: u64,
    /// Bytes of it, without the last line's end.
    pub length: u64,
}

/// Characters of a line of base64 (RFC 2045 section 6.8).
const LINE_MAX: usize = 76;

/// Base64 as we would write it: CR LF, no line over 76, nothing but the alphabet, padding at the very end alone.
pub(super) fn clean(body: &[u8]) -> Option<Clean> {
    let body = body.trim_ascii_end();
    let padding = body.iter().rev().take(3).take_while(|&&b| b == b'=').count();
    let mut rest = &body[..body.len() - padding];
    let mut letters = padding as u64;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest);
        let line = match end {
            Some(end) => rest[..end].strip_suffix(b"\r")?,
            None => rest,
        };
        if line.is_empty() || line.len() > LINE_MAX || line.iter().fold(0, |odd, &b| odd | ODD[b as usize]) != 0 {
            return None;
        }
        letters += line.len() as u64;
        rest = end.map_or(&[][..], |end| &rest[end + 1..]);
    }
    let whole = letters > 0 && letters.is_multiple_of(4) && padding < 3;
    whole.then(|| Clean { size: letters / 4 * 3 - padding as u64, length: body.len() as u64 })
}

/// 1 for what ends lines.
const LINE_END: [u8; 256] = {
    let mut ends = [0; 256];
    (ends[b'\r' as usize], ends[b'\n' as usize]) = (1, 1);
    ends
};

/// 1 for what is not of the alphabet.
const ODD: [u8; 256] = {
    let mut odd = [1; 256];
    let mut i = 0;
    while i < ALPHABET.len() {
        odd[ALPHABET[i] as usize] = 0;
        i += 1;
    }
    odd
};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const NONE: u8 = 0xff;
const PAD: u8 = 0xfe;
/// Values of the base64 alphabet, URL variant included; everything else is skipped (RFC 2045 section 6.8).
const SIXES: [u8; 256] = sixes();

const fn sixes() -> [u8; 256] {
    let mut table = [NONE; 256];
    let mut i = 0;
    while i < 64 {
        table[ALPHABET[i] as usize] = i as u8;
        i += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table[b'=' as usize] = PAD;
    table
}

/// Is this base64 at all? Words have spaces, points and accents where base64 has none; what follows the padding may be anything.
pub(super) fn looks_like_base64(body: &[u8]) -> bool {
    let stream = body.split(|&b| b == b'=').next().unwrap_or_default();
    let looked = &stream[..stream.len().min(4_000)];
    let enough = |foreign: usize| foreign * 30 <= looked.len();
    // Nearly always told by a look into one table for each byte.
    if enough(looked.iter().map(|&byte| usize::from(ODD[byte as usize] & !LINE_END[byte as usize])).sum()) {
        return true;
    }
    // White space at the ends of lines is no gap between words.
    let is_gap =
        |at: usize| at > 0 && looked[at] == b' ' && [at - 1, at + 1].iter().all(|&at| looked.get(at).is_some_and(u8::is_ascii_graphic));
    let is_foreign = |at: usize, byte: u8| SIXES[byte as usize] == NONE && (!byte.is_ascii_whitespace() || is_gap(at));
    let foreign = looked.iter().enumerate().filter(|&(at, &byte)| is_foreign(at, byte)).count();
    enough(foreign)
}

/// Junk is skipped; padding ends a stream, and another may follow.
pub(super) fn base64(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3 + 3);
    let (mut bits, mut have) = (0u32, 0u8);
    for &byte in body {
        match SIXES[byte as usize] {
            NONE => {}
            PAD => (bits, have) = flush(&mut out, bits, have),
            six => {
                (bits, have) = (bits << 6 | u32::from(six), have + 1);
                if have == 4 {
                    out.extend_from_slice(&bits.to_be_bytes()[1..]);
                    (bits, have) = (0, 0);
                }
            }
        }
    }
    flush(&mut out, bits, have);
    out
}

fn flush(out: &mut Vec<u8>, bits: u32, have: u8) -> (u32, u8) {
    match have {
        2 => out.push((bits >> 4) as u8),
        3 => out.extend_from_slice(&((bits >> 2) as u16).to_be_bytes()),
        _ => {}
    }
    (0, 0)
}

fn base64_size(body: &[u8]) -> u64 {
    let (mut whole, mut have) = (0u64, 0u64);
    let tail = |have: u64| (have % 4) * 3 / 4;
    for &byte in body {
        match SIXES[byte as usize] {
            NONE => {}
            PAD => (whole, have) = (whole + have / 4 * 3 + tail(have), 0),
            _ => have += 1,
        }
    }
    whole + have / 4 * 3 + tail(have)
}

/// RFC 2045 section 6.7; what is no escape stays as written.
fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    while at < body.len() {
        let line = line_at(body, at);
        let soft = quoted_line(line.text.trim_ascii_end(), &mut out);
        // The line end as it was written: attached text files keep theirs.
        let ended = body[at..line.next].ends_with(b"\n");
        if ended && !soft {
            out.extend_from_slice(&body[at + line.text.len()..line.next]);
        }
        at = line.next;
    }
    out
}

/// One line; true when a trailing `=` glues the next one to it.
fn quoted_line(line: &[u8], out: &mut Vec<u8>) -> bool {
    let mut rest = line;
    while let Some(at) = memchr::memchr(b'=', rest) {
        out.extend_from_slice(&rest[..at]);
        match (rest.get(at + 1), rest.get(at + 2)) {
            (None, _) => return true,
            (Some(&high), Some(&low)) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(hex(high) << 4 | hex(low));
                rest = &rest[at + 3..];
            }
            _ => {
                out.push(b'=');
                rest = &rest[at + 1..];
            }
        }
    }
    out.extend_from_slice(rest);
    false
}

pub(super) fn hex(digit: u8) -> u8 {
    (digit as char).to_digit(16).unwrap_or(0) as u8
}

/// The lines between `begin` and `end`, or all when there is no `begin`.
fn uu(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = memchr::memmem::find(body, b"begin ").map_or(0, |begin| line_at(body, begin).next);
    while at < body.len() {
        let line = line_at(body, at);
        if line.text == b"end" {
            break;
        }
        uu_line(line.text, &mut out);
        at = line.next;
    }
    out
}

fn uu_line(line: &[u8], out: &mut Vec<u8>) {
    let Some((&length, data)) = line.split_first() else { return };
    let six = |b: u8| u32::from(b.wrapping_sub(32) & 63);
    let until = out.len() + six(length) as usize;
    for quad in data.chunks(4) {
        let bits = (0..4).fold(0, |bits, i| bits << 6 | quad.get(i).map_or(0, |&b| six(b)));
        out.extend(bits.to_be_bytes()[1..].iter().take(until.saturating_sub(out.len())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f13_base64_with_junk_streams_and_ends() {
        for (text, want) in [
            ("aGVsbG8=", "hello"),
            ("aGVs\r\nbG8=\r\n", "hello"),
            ("aGVs!!bG8", "hello"),
            ("aGk=aGk=", "hihi"),
            ("aG=k", "h"),
            ("a", ""),
            ("", ""),
            ("-_-_", "\u{fb}\u{ff}\u{bf}"),
        ] {
            let got = base64(text.as_bytes());
            assert_eq!(got.iter().map(|&b| b as char).collect::<String>(), want, "{text:?}");
            assert_eq!(size(Transfer::Base64, text.as_bytes()), got.len() as u64, "{text:?}");
        }
    }

    #[test]
    fn base64_that_may_be_copied() {
        let long = "QUJD".repeat(20);
        for (text, want) in [
            ("aGVsbG8=", Some(5)),
            ("aGVsbG8=\r\n\r\n", Some(5)),
            ("aGVs\r\nbG8=\r\n", Some(5)),
            ("aGVsbG8\r\n=\r\n", Some(5)),
            ("aA==", Some(1)),
            ("QUJD", Some(3)),
            ("aGVs\nbG8=\n", None),
            ("aGVs\r\n\r\nbG8=", None),
            ("aG=k", None),
            ("aGVs bG8=", None),
            (".GVs", None),
            ("-_-_", None),
            ("aGV", None),
            ("A===", None),
            ("", None),
            (&long, None),
        ] {
            let clean = clean(text.as_bytes());
            assert_eq!(clean.map(|clean| clean.size), want, "{text:?}");
            if let Some(clean) = clean {
                let copied = &text.as_bytes()[..clean.length as usize];
                assert_eq!(base64(copied).len() as u64, clean.size, "{text:?}");
                assert!(!copied.ends_with(b"\n"), "{text:?}");
            }
        }
    }

    #[test]
    fn f13_what_is_no_base64() {
        assert!(looks_like_base64(b"aGVsbG8gd29ybGQsIGhvdyBhcmUgeW91Pw==\r\n-- \r\nnot this"));
        assert!(looks_like_base64(b""));
        assert!(looks_like_base64("  aGVsbG8gd29ybGQsIGhvdyBhcmUgeW91   \r\n".repeat(9).as_bytes()));
        assert!(!looks_like_base64(b"Bonjour, l'imprimante est en panne."));
    }

    #[test]
    fn f13_quoted_printable_as_found() {
        for (text, want) in [
            ("a=3Db", "a=b"),
            ("a=ZZb", "a=ZZb"),
            ("a=\nb", "ab"),
            ("a= \r\nb", "ab"),
            ("a=", "a"),
            ("a  \r\nb", "a\r\nb"),
            ("=4", "=4"),
            ("=c3=A9", "é"),
        ] {
            assert_eq!(String::from_utf8_lossy(&quoted_printable(text.as_bytes())), want, "{text:?}");
        }
    }

    #[test]
    fn f13_names_and_uu() {
        assert_eq!(named("hexa"), None);
        assert_eq!(named("BASE64 (x)"), Some(Transfer::Base64));
        assert_eq!(uu(b"begin 644 a\n#0V%T\n`\nend\n"), b"Cat");
    }
}
