//! Encoded words (RFC 2047) and texts cleaned for display: linear, decoded once, no control survives.

use super::charset;
use super::transfer::{base64, hex};

/// An unstructured field (a subject, a display name): words decoded, on one line, controls gone.
pub(super) fn decode(value: &[u8]) -> String {
    one_line(&decode_words(value))
}

/// The text on one line: controls and line ends become spaces, runs of them one; bidirectional marks go.
pub(super) fn one_line(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_control() || is_noncharacter(c) { ' ' } else { c }).filter(|c| !is_bidi(*c));
    let mut out = String::with_capacity(text.len());
    for c in visible {
        if c != ' ' || !(out.is_empty() || out.ends_with(' ')) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A body text: LF line ends, no controls but tab, no NUL, no white space at line ends.
pub(super) fn body(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\r') => {}
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\n' | '\u{0b}' | '\u{0c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => end_line(&mut out),
            '\t' => out.push('\t'),
            c if c.is_control() || is_bidi(c) => {}
            c if is_noncharacter(c) => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn end_line(out: &mut String) {
    // The signature delimiter `-- ` keeps its space: it is what tells it from a rule.
    let kept = out.trim_end_matches([' ', '\t', '\u{a0}']).len();
    let signature = out.len() == kept + 1 && out.ends_with("-- ") && (kept == 2 || out[..kept].ends_with("\n--"));
    if !signature {
        out.truncate(kept);
    }
    out.push('\n');
}

/// Marks that reorder what is shown (Unicode Annex 9).
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_noncharacter(c: char) -> bool {
    (c as u32) & 0xfffe == 0xfffe || matches!(c, '\u{FDD0}'..='\u{FDEF}')
}

/// One run of bytes in one charset, waiting for its neighbours: encoders split characters over two words.
#[derive(Default)]
struct Run {
    label: String,
    bytes: Vec<u8>,
}

/// Decodes the words of a value; what is no word stays, in UTF-8 or by guess.
pub(super) fn decode_words(value: &[u8]) -> String {
    if memchr::memmem::find(value, b"=?").is_none() {
        return charset::decode(value, None).0.into_owned();
    }
    let last = memchr::memmem::rfind(value, b"?=").unwrap_or(0);
    let (mut out, mut run, mut rest) = (String::with_capacity(value.len()), Run::default(), value);
    while let Some(start) = memchr::memmem::find(rest, b"=?") {
        let offset = value.len() - rest.len() + start;
        let word = (offset < last).then(|| word_at(&rest[start..])).flatten();
        let Some(word) = word else {
            plain(&mut out, &mut run, &rest[..start + 2]);
            rest = &rest[start + 2..];
            continue;
        };
        let between = &rest[..start];
        // White space between two words is not text (RFC 2047 section 6.2).
        if run.label.is_empty() || !between.trim_ascii().is_empty() {
            plain(&mut out, &mut run, between);
        }
        run.join(&mut out, word.label, word.bytes);
        rest = &rest[start + word.length..];
    }
    plain(&mut out, &mut run, rest);
    out
}

fn plain(out: &mut String, run: &mut Run, bytes: &[u8]) {
    run.flush(out);
    out.push_str(&charset::decode(bytes, None).0);
}

impl Run {
    fn join(&mut self, out: &mut String, label: &str, bytes: Vec<u8>) {
        if !self.label.eq_ignore_ascii_case(label) {
            self.flush(out);
        }
        self.label = label.to_owned();
        self.bytes.extend(bytes);
    }

    fn flush(&mut self, out: &mut String) {
        if !self.label.is_empty() {
            out.push_str(&charset::decode_label(&self.bytes, &self.label));
            *self = Run::default();
        }
    }
}

struct Word<'a> {
    label: &'a str,
    bytes: Vec<u8>,
    /// Bytes of the word as written.
    length: usize,
}

/// `=?charset?encoding?text?=` at the beginning of `bytes`.
fn word_at(bytes: &[u8]) -> Option<Word<'_>> {
    let label = &bytes[2..];
    let end = label.iter().take(64).position(|&b| b == b'?').filter(|&end| end > 0)?;
    let (label, rest) = (std::str::from_utf8(&label[..end]).ok()?, &label[end + 1..]);
    let base64 = match rest {
        [b'b' | b'B', b'?', ..] => true,
        [b'q' | b'Q', b'?', ..] => false,
        _ => return None,
    };
    let text = &rest[2..];
    let end = memchr::memmem::find(text, b"?=")?;
    if label.contains(|c: char| c.is_whitespace() || c.is_control()) || text[..end].contains(&b'\n') && !base64 {
        return None;
    }
    let bytes = if base64 { self::base64(&text[..end]) } else { q(&text[..end]) };
    Some(Word { label, bytes, length: 2 + label.len() + 1 + 2 + end + 2 })
}

/// RFC 2047 section 4.2.
fn q(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'_', _) => out.push(b' '),
            (b'=', [high, low, tail @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(hex(*high) << 4 | hex(*low));
                rest = tail;
            }
            _ => out.push(byte),
        }
    }
    out
}

/// True when `text` holds something of the shape of an encoded word.
pub(super) fn has_word(text: &str) -> bool {
    text.contains("=?") && text.contains("?=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f11_words() {
        for (raw, want) in [
            ("=?utf-8?q?caf=C3=A9?= noir", "café noir"),
            ("=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=", "café"),
            ("=?utf-8?b?Y2Fmw6k=?=\r\n =?UTF-8?B?IQ==?=", "café!"),
            ("=?iso-8859-1?Q?d=E9j=E0_vu?= =?utf-8?q?!?=", "déjà vu!"),
            ("a =?x?y?z?= b", "a =?x?y?z?= b"),
            ("=?utf-8?q?a=0D=0ABcc:_vic@victim.test=00?=", "a Bcc: vic@victim.test"),
            ("=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=", "=?utf-8?q?x?="),
            ("=?utf-8*fr?q?=C3=A9?=", "é"),
            ("caf\u{e9}", "café"),
            ("tab\tand\r\n fold", "tab and fold"),
            ("\u{202e}gnp", "gnp"),
        ] {
            assert_eq!(decode(raw.as_bytes()), want, "{raw:?}");
        }
        assert_eq!(decode(b"R\xe9f\xe9rence \xe0 revoir"), "Référence à revoir");
    }

    #[test]
    fn f11_bombs_are_linear() {
        let bomb = "=?".repeat(8_000);
        assert_eq!(decode(bomb.as_bytes()).len(), bomb.len());
        let bomb = "=?a?q?x".repeat(8_000) + "?=";
        assert!(decode(bomb.as_bytes()).len() > 50_000);
        let words = "=?utf-8?q?=C3?= =?utf-8?q?=A9?= ".repeat(100);
        assert_eq!(decode(words.as_bytes()), "é".repeat(100));
    }

    #[test]
    fn f07_bodies_are_cleaned() {
        assert_eq!(body("a\0b\r\nc \t\rd\u{1b}[0m\u{fffe}\n\n"), "ab\nc\nd[0m\u{fffd}");
        assert_eq!(body("x\n-- \nme  \n--- \n"), "x\n-- \nme\n---");
    }
}
