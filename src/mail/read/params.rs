//! Structured fields with parameters: Content-Type, Content-Disposition (RFC 2045 section 5.1, RFC 2231).

use super::fields::unfold;
use super::transfer::hex;
use super::{charset, words};

/// Sections of one continued parameter that are joined (RFC 2231 section 3).
const SECTIONS_MAX: usize = 100;
/// Parameters of one field that are read.
const PARAMS_MAX: usize = 200;

/// A value and its parameters; names and the value in lower case.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Structured {
    pub value: String,
    params: Vec<(String, Vec<u8>)>,
}

impl Structured {
    /// Reads a field; never fails.
    pub fn parse(raw: &[u8]) -> Structured {
        let mut rest = Scanner { rest: raw };
        let value = unfold(&rest.until_semicolon()).to_ascii_lowercase();
        let value = value.split_whitespace().next().unwrap_or_default().trim_matches('"').to_owned();
        let mut params = Vec::new();
        while !rest.rest.is_empty() && params.len() < PARAMS_MAX {
            let param = rest.until_semicolon();
            let Some(equals) = memchr::memchr(b'=', &param) else { continue };
            let name = unfold(&param[..equals]).to_ascii_lowercase();
            params.push((name, param[equals + 1..].trim_ascii().to_vec()));
        }
        Structured { value, params }
    }

    /// The same parameters under another value.
    pub fn with_value(self, value: &str) -> Structured {
        Structured { value: value.to_owned(), ..self }
    }

    /// A parameter as plain text: the first of its name, quotes removed.
    pub fn plain(&self, name: &str) -> Option<String> {
        let (_, value) = self.params.iter().find(|(param, _)| param == name)?;
        Some(unfold(&unquote(value)).into_owned()).filter(|value| !value.is_empty())
    }

    /// How often a parameter is there.
    pub fn count(&self, name: &str) -> usize {
        self.params.iter().filter(|(param, _)| param == name).count()
    }

    /// A parameter for people (a file name): RFC 2231 first, then as written, with the encoded words that many put there.
    pub fn text(&self, name: &str) -> Option<String> {
        let value = self.extended(name).or_else(|| self.continued(name)).or_else(|| {
            let (_, value) = self.params.iter().find(|(param, _)| param == name)?;
            Some(words::decode_words(&unquote(value)))
        });
        value.map(|value| words::one_line(&value)).filter(|value| !value.is_empty())
    }

    fn raw(&self, name: &str) -> Option<&[u8]> {
        self.params.iter().find(|(param, _)| param == name).map(|(_, value)| value.as_slice())
    }

    /// `name*=charset'language'percent-encoded`.
    fn extended(&self, name: &str) -> Option<String> {
        let value = unquote(self.raw(&format!("{name}*"))?);
        let (label, text) = labelled(&value);
        Some(charset::decode_label(&percent(text), label))
    }

    /// `name*0*=…; name*1=…`, until the first gap.
    fn continued(&self, name: &str) -> Option<String> {
        let (mut bytes, mut label) = (Vec::new(), String::new());
        for section in 0..SECTIONS_MAX {
            let encoded = self.raw(&format!("{name}*{section}*"));
            let Some(value) = encoded.or_else(|| self.raw(&format!("{name}*{section}"))) else { break };
            let value = unquote(value);
            let text = match (section, encoded) {
                (0, Some(_)) => {
                    let (charset, text) = labelled(&value);
                    label = charset.to_owned();
                    text
                }
                _ => &value,
            };
            if encoded.is_some() { bytes.extend(percent(text)) } else { bytes.extend_from_slice(text) }
        }
        if bytes.is_empty() {
            return None;
        }
        Some(if label.is_empty() { words::decode_words(&bytes) } else { charset::decode_label(&bytes, &label) })
    }
}

/// Splits `charset'language'text`; a value without quotes is all text.
fn labelled(value: &[u8]) -> (&str, &[u8]) {
    let mut fields = value.splitn(3, |&b| b == b'\'');
    match (fields.next(), fields.next(), fields.next()) {
        (Some(label), Some(_), Some(text)) => (std::str::from_utf8(label).unwrap_or_default(), text),
        _ => ("utf-8", value),
    }
}

fn percent(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'%', [high, low, tail @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(hex(*high) << 4 | hex(*low));
                rest = tail;
            }
            _ => out.push(byte),
        }
    }
    out
}

/// Removes quotes; a backslash escapes only a quote or itself, so that Windows paths survive.
fn unquote(value: &[u8]) -> Vec<u8> {
    let Some(inner) = value.strip_prefix(b"\"") else { return value.to_vec() };
    let inner = inner.strip_suffix(b"\"").unwrap_or(inner);
    let mut out = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().peekable();
    while let Some(&byte) = bytes.next() {
        match bytes.peek() {
            Some(&&next) if byte == b'\\' && matches!(next, b'"' | b'\\') => {
                bytes.next();
                out.push(next);
            }
            _ => out.push(byte),
        }
    }
    out
}

struct Scanner<'a> {
    rest: &'a [u8],
}

impl Scanner<'_> {
    /// What stands before the next semicolon outside quotes; comments outside quotes are left out.
    fn until_semicolon(&mut self) -> Vec<u8> {
        let (mut out, mut quoted, mut escaped, mut comment) = (Vec::new(), false, false, 0usize);
        let mut used = self.rest.len();
        for (at, &byte) in self.rest.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted || comment > 0 => escaped = true,
                b'"' if comment == 0 => quoted = !quoted,
                // In `name=plan (2).pdf` the parentheses belong to the name.
                b'(' if !quoted && (comment > 0 || !out.contains(&b'=')) => comment += 1,
                b')' if comment > 0 => {
                    comment -= 1;
                    continue;
                }
                b';' if !quoted && comment == 0 => {
                    used = at + 1;
                    break;
                }
                _ => {}
            }
            if comment == 0 {
                out.push(byte);
            }
        }
        self.rest = self.rest.get(used..).unwrap_or_default();
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(raw: &str) -> Option<String> {
        Structured::parse(raw.as_bytes()).text("filename")
    }

    #[test]
    fn f12_file_names() {
        for (raw, want) in [
            ("attachment; filename=\"a b.pdf\"", Some("a b.pdf")),
            ("attachment; filename=a b.pdf; x=y", Some("a b.pdf")),
            ("attachment; filename*=utf-8''caf%C3%A9.txt", Some("café.txt")),
            ("attachment; filename=x; filename*=utf-8''y", Some("y")),
            ("attachment; filename*0*=utf-8''caf%C3; filename*1*=%A9; filename*2=.txt", Some("café.txt")),
            ("attachment; filename*0=a; filename*2=c", Some("a")),
            ("attachment; filename*4294967295*=a", None),
            ("attachment; filename*=iso-8859-1''caf%e9", Some("café")),
            ("attachment; filename*=x-nothing''caf%e9", Some("café")),
            ("attachment; filename=\"=?utf-8?q?caf=C3=A9?=\"", Some("café")),
            ("attachment; filename*=utf-8''a%0d%0ab%00", Some("a b")),
            ("attachment; filename=\"C:\\dir\\\"x\\\".txt\"", Some("C:\\dir\"x\".txt")),
            ("attachment; filename=plan (2).pdf", Some("plan (2).pdf")),
            ("attachment; filename=", None),
        ] {
            assert_eq!(name(raw).as_deref(), want, "{raw:?}");
        }
    }

    #[test]
    fn f05_values() {
        let parsed = Structured::parse(b"Text/Plain (a;b) ; Charset=\"utf-8;\"; boundary=a; boundary=\"b;c\"");
        assert_eq!(parsed.value, "text/plain");
        assert_eq!(parsed.plain("charset").as_deref(), Some("utf-8;"));
        assert_eq!((parsed.plain("boundary").as_deref(), parsed.count("boundary")), (Some("a"), 2));
    }
}
