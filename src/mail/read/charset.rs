//! Bytes to text: declared charset, its WHATWG alias, UTF-8, detection, windows-1252. Never fails, never truncates.

use std::borrow::Cow;

use chardetng::EncodingDetector;
use encoding_rs::{Encoding, WINDOWS_1252};

/// What had to be done to read a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// As declared, or plain UTF-8.
    None,
    /// Nothing usable was declared, or it was not true: guessed.
    Guessed,
    /// As declared, but some bytes mean nothing there.
    Broken,
}

/// The text, and how sure that is.
pub(super) fn decode<'a>(bytes: &'a [u8], label: Option<&str>) -> (Cow<'a, str>, Doubt) {
    let label = label.map(tidy).filter(|label| !label.is_empty());
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match label.as_deref() {
        None | Some("us-ascii" | "ascii" | "ansi_x3.4-1968" | "utf-8") => utf8_or_guess(bytes),
        Some(label) if label.starts_with("utf-32") || label == "ucs-4" => (Cow::Owned(utf32(bytes, label)), Doubt::None),
        Some(label) => declared(bytes, label),
    }
}

/// `"utf-8;`, `UTF8`, `cp932`: how labels are written, as WHATWG knows them.
fn tidy(label: &str) -> String {
    let label = label.trim_matches(|c: char| c.is_whitespace() || "\"';<>".contains(c)).to_ascii_lowercase();
    let label = label.split('*').next().unwrap_or_default();
    match label {
        "utf8" | "utf_8" | "unicode" | "utf-8utf-8" | "utf8mb4" => "utf-8".into(),
        "cp932" | "ms932" | "windows-932" => "shift_jis".into(),
        "cp936" | "ms936" => "gbk".into(),
        "cp949" | "ms949" | "windows-949" => "euc-kr".into(),
        "cp950" | "ms950" => "big5".into(),
        "latin-1" | "iso8859_1" | "iso-8859-1-windows-1252" | "ansi" | "8859_1" => "iso-8859-1".into(),
        "mac" | "x-mac-roman" | "macroman" => "macintosh".into(),
        "unicode-1-1-utf-7" => "utf-7".into(),
        other => other
            .strip_prefix("windows")
            .filter(|n| n.starts_with(|c: char| c.is_ascii_digit()))
            .map_or_else(|| other.to_owned(), |number| format!("windows-{number}")),
    }
}

fn declared<'a>(bytes: &'a [u8], label: &str) -> (Cow<'a, str>, Doubt) {
    let Some(encoding) = Encoding::for_label_no_replacement(label.as_bytes()) else { return rare(bytes, label) };
    // Western labels on what is plainly UTF-8: a gateway lied.
    if encoding == WINDOWS_1252
        && !bytes.is_ascii()
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return (Cow::Borrowed(text), Doubt::Guessed);
    }
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    (text, if broken { Doubt::Broken } else { Doubt::None })
}

/// Charsets outside WHATWG's list (UTF-7, the DOS code pages) that the mail parser's tables have.
fn rare<'a>(bytes: &'a [u8], label: &str) -> (Cow<'a, str>, Doubt) {
    match mail_parser::decoders::charsets::map::charset_decoder(label.as_bytes()) {
        Some(decoder) => match super::guarded(|| decoder(bytes)) {
            Some(text) => (Cow::Owned(text), Doubt::None),
            None => utf8_or_guess(bytes),
        },
        None => (utf8_or_guess(bytes).0, Doubt::Guessed),
    }
}

fn utf8_or_guess(bytes: &[u8]) -> (Cow<'_, str>, Doubt) {
    // ESC: an ISO-2022 text is all ASCII bytes.
    if memchr::memchr(0x1b, bytes).is_none()
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return (Cow::Borrowed(text), Doubt::None);
    }
    if mostly_utf8(bytes) {
        return (String::from_utf8_lossy(bytes), Doubt::Broken);
    }
    let mut detector = EncodingDetector::new();
    detector.feed(bytes, true);
    let (text, _, _) = detector.guess(None, true).decode(bytes);
    (text, Doubt::Guessed)
}

/// UTF-8 with a few damaged characters (a cut in the middle, one stray byte) is still UTF-8.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > 4 * bad
}

/// RFC 2047 words and RFC 2231 values: a label is always there.
pub(super) fn decode_label(bytes: &[u8], label: &str) -> String {
    decode(bytes, Some(label)).0.into_owned()
}

fn utf32(bytes: &[u8], label: &str) -> String {
    let little = label.ends_with("le") || bytes.starts_with(b"\xff\xfe\0\0");
    let bytes = bytes.strip_prefix(b"\xff\xfe\0\0").or(bytes.strip_prefix(b"\0\0\xfe\xff")).unwrap_or(bytes);
    let chars = bytes.chunks(4).map(|four| {
        let mut word = [0; 4];
        word[..four.len()].copy_from_slice(four);
        let code = if little { u32::from_le_bytes(word) } else { u32::from_be_bytes(word) };
        char::from_u32(code).filter(|_| four.len() == 4).unwrap_or(char::REPLACEMENT_CHARACTER)
    });
    chars.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f06_charsets() {
        for (bytes, label, want) in [
            (&b"caf\xe9"[..], Some("iso-8859-1"), "café"),
            (b"\x93quoted\x94 \x80", Some("latin1"), "“quoted” €"),
            (b"caf\xc3\xa9", Some("iso-8859-1"), "café"),
            (b"caf\xc3\xa9", Some("\"utf-8;"), "café"),
            (b"caf\xc3\xa9", Some("x-unknown"), "café"),
            (b"d\xe9j\xe0 vu, tr\xe8s bien", None, "déjà vu, très bien"),
            (b"Hi +AOk-", Some("utf-7"), "Hi é"),
            (b"\xb0\xa1", Some("ks_c_5601-1987"), "가"),
            (b"h\0\0\0i\0\0\0x", Some("utf-32le"), "hi\u{fffd}"),
            (b"\x82", Some("ibm850"), "é"),
            (b"\x82\xa0", Some("cp932"), "あ"),
            (b"\x1b$B$\"\x1b(B", None, "あ"),
        ] {
            assert_eq!(decode(bytes, label).0, want, "{label:?}");
        }
        assert_eq!(decode(b"ab\xe9", Some("utf-8")).1, Doubt::Guessed);
        assert_eq!(decode("éééééé".as_bytes().split_last().unwrap().1, Some("utf-8")).1, Doubt::Broken);
    }
}
