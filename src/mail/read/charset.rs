//! Bytes to text: declared charset, its WHATWG alias, UTF-8, detection, windows-1252. Never fails, never truncates.

use std::borrow::Cow;

use chardetng::EncodingDetector;
use encoding_rs::{EUC_KR, Encoding, GBK, ISO_2022_JP, UTF_16BE, UTF_16LE};

/// Bytes of HTML in which it may say its charset.
const META_MAX: usize = 2_048;

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

/// The text by its label alone, as the WHATWG's table reads it, U+FFFD for what means nothing there; as [`decode`] where the label is
/// none of that table or says no more than seven bits.
pub(super) fn as_declared<'a>(bytes: &'a [u8], label: Option<&str>) -> Cow<'a, str> {
    let known = label.map(tidy).filter(|label| !matches!(label.as_str(), "us-ascii" | "ascii" | "ansi_x3.4-1968"));
    match known.and_then(|label| Encoding::for_label_no_replacement(label.as_bytes())) {
        Some(encoding) if encoding != UTF_16BE && encoding != UTF_16LE => encoding.decode_with_bom_removal(bytes).0,
        _ => decode(bytes, label).0,
    }
}

/// `"utf-8;`, `UTF8`, `cp932`: how labels are written, as WHATWG knows them.
fn tidy(label: &str) -> String {
    let label = label.trim_matches(|c: char| c.is_whitespace() || "\"';<>".contains(c)).to_ascii_lowercase();
    let label = label.split(['*', ';', ',', ' ']).next().unwrap_or_default();
    let label = label.strip_prefix("charset=").unwrap_or(label).trim_matches(['"', '\'']);
    match label {
        "utf8" | "utf_8" | "unicode" | "utf-8utf-8" | "utf8mb4" => "utf-8".into(),
        "cp932" | "ms932" | "windows-932" => "shift_jis".into(),
        "cp936" | "ms936" => "gbk".into(),
        "cp949" | "ms949" | "windows-949" => "euc-kr".into(),
        "cp950" | "ms950" => "big5".into(),
        "latin-1" | "iso8859_1" | "iso-8859-1-windows-1252" | "ansi" | "8859_1" => "iso-8859-1".into(),
        "mac" | "x-mac-roman" | "macroman" => "macintosh".into(),
        "unicode-1-1-utf-7" => "utf-7".into(),
        "cp437" | "ibm437" | "437" | "cp850" | "850" | "ibm-850" | "cp-850" => "ibm850".into(),
        "iso-10646-ucs-2" | "ucs-2" | "unicodefffe" => "utf-16".into(),
        "gb2312-80" | "gb_2312" | "gb-2312" | "euc-cn" | "cn-gb" => "gb2312".into(),
        "sjis" | "x-sjis-jp" | "shift-jis-2004" | "windows-31" => "shift_jis".into(),
        "win1250" | "win-1250" => "windows-1250".into(),
        "win1251" | "win-1251" => "windows-1251".into(),
        "win1252" | "win-1252" => "windows-1252".into(),
        "koi8-ru" => "koi8-u".into(),
        other => other
            .strip_prefix("windows")
            .filter(|n| n.starts_with(|c: char| c.is_ascii_digit()))
            .map_or_else(|| other.to_owned(), |number| format!("windows-{number}")),
    }
}

fn declared<'a>(bytes: &'a [u8], label: &str) -> (Cow<'a, str>, Doubt) {
    match label {
        "utf-16" | "utf-16le" | "utf-16be" => return utf16(bytes, label),
        "iso-2022-kr" | "hz-gb-2312" | "hz" => return shifted(bytes, label),
        _ => {}
    }
    let Some(encoding) = Encoding::for_label_no_replacement(label.as_bytes()) else { return rare(bytes, label) };
    // A label of eight bits on what is plainly UTF-8: a gateway lied.
    if encoding.is_single_byte()
        && !bytes.is_ascii()
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return (Cow::Borrowed(text), Doubt::Guessed);
    }
    // Seven bits are all that ISO-2022-JP has.
    if encoding == ISO_2022_JP && !bytes.is_ascii() {
        return utf8_or_guess(bytes);
    }
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    (text, if broken { Doubt::Broken } else { Doubt::None })
}

/// The order of bytes is told by a mark, by the label, or by where the zeros of Latin letters stand.
fn utf16<'a>(bytes: &'a [u8], label: &str) -> (Cow<'a, str>, Doubt) {
    let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).take(500).filter(|&&b| b == 0).count();
    let encoding = match (bytes, label) {
        ([0xfe, 0xff, ..], _) => UTF_16BE,
        ([0xff, 0xfe, ..], _) | (_, "utf-16le") => UTF_16LE,
        (_, "utf-16be") => UTF_16BE,
        _ if zeros(1) > zeros(0) => UTF_16LE,
        _ => UTF_16BE,
    };
    let (text, broken) = encoding.decode_with_bom_removal(bytes);
    (text, if broken { Doubt::Broken } else { Doubt::None })
}

/// Seven-bit forms of double-byte charsets (RFC 1557, RFC 1843): shifts switch the high bit on and off.
fn shifted<'a>(bytes: &[u8], label: &str) -> (Cow<'a, str>, Doubt) {
    let korean = label == "iso-2022-kr";
    let (mut out, mut high, mut rest) = (Vec::with_capacity(bytes.len()), 0u8, bytes);
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (0x1b, [b'$', b')', b'C', tail @ ..]) if korean => rest = tail,
            (0x0e, _) if korean => high = 0x80,
            (0x0f, _) if korean => high = 0,
            (b'~', [b'{', tail @ ..]) if !korean => (high, rest) = (0x80, tail),
            (b'~', [b'}', tail @ ..]) if !korean => (high, rest) = (0, tail),
            (b'~', [b'~', tail @ ..]) if !korean => {
                out.push(b'~');
                rest = tail;
            }
            // A line begins unshifted.
            (b'\n', _) => {
                high = 0;
                out.push(byte);
            }
            _ => out.push(if byte > b' ' { byte | high } else { byte }),
        }
    }
    let (text, broken) = if korean { EUC_KR } else { GBK }.decode_without_bom_handling(&out);
    (Cow::Owned(text.into_owned()), if broken { Doubt::Broken } else { Doubt::None })
}

/// What HTML says of itself: `<meta charset=…>` or its older form, in the first bytes.
pub(super) fn meta(html: &[u8]) -> Option<String> {
    let head = &html[..html.len().min(META_MAX)];
    let at = memchr::memmem::find(&head.to_ascii_lowercase(), b"charset=")? + 8;
    let label: Vec<u8> = head[at..].iter().copied().skip_while(|b| matches!(b, b'"' | b'\'')).take(40).collect();
    let end = label.iter().position(|b| !(b.is_ascii_alphanumeric() || b"-_.:".contains(b))).unwrap_or(label.len());
    String::from_utf8(label[..end].to_vec()).ok().filter(|label| !label.is_empty() && !label.to_ascii_lowercase().starts_with("utf-16"))
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
            (b"\x1b$B$\"\x1b(B", Some("iso-2022-jp"), "あ"),
            (b"\x1b$)C\x0e0!\x0f!", Some("iso-2022-kr"), "가!"),
            (b"~{<:Ky2;~} ~~", Some("hz-gb-2312"), "己所不 ~"),
            (b"\xfe\xff\x00h\x00i", Some("utf-16"), "hi"),
            (b"h\x00i\x00", Some("utf-16"), "hi"),
            (b"\xcf\xf0\xe8\xe2\xe5\xf2", Some("win-1251"), "Привет"),
            ("Привет".as_bytes(), Some("koi8-r"), "Привет"),
            (b"\xa4\xa2\xa4\xa4\xa4\xa6\xa4\xa8\xa4\xaa\xa4\xab", Some("iso-2022-jp"), "あいうえおか"),
            (b"caf\xe9", Some("iso-8859-1; format=flowed"), "café"),
            (b"\x82", Some("cp437"), "é"),
        ] {
            assert_eq!(decode(bytes, label).0, want, "{label:?}");
        }
        assert_eq!(meta(b"<html><META http-equiv=x content='text/html; charset=ISO-8859-2'>").as_deref(), Some("ISO-8859-2"));
        assert_eq!(meta(b"<meta charset=\"koi8-r\">").as_deref(), Some("koi8-r"));
        assert_eq!(decode(b"ab\xe9", Some("utf-8")).1, Doubt::Guessed);
        assert_eq!(decode("éééééé".as_bytes().split_last().unwrap().1, Some("utf-8")).1, Doubt::Broken);
    }
}
