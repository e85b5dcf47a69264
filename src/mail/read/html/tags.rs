//! HTML as a stream of tags and text: forgiving, linear, without a tree. Knows nothing of what tags mean.

/// A piece of HTML.
#[derive(Debug, PartialEq)]
pub(in crate::mail::read) enum Token<'a> {
    Text(&'a str),
    /// Name in lower case, attributes as written.
    Open {
        name: String,
        attributes: &'a str,
    },
    Close(String),
}

/// Longest element name that is looked at.
const NAME_MAX: usize = 16;

/// Reads tokens until the end; comments, declarations and processing instructions are skipped.
pub(in crate::mail::read) struct Tokens<'a> {
    rest: &'a str,
    /// No `>` is left: everything that follows is text.
    no_more_tags: bool,
}

impl<'a> Tokens<'a> {
    pub fn new(html: &'a str) -> Tokens<'a> {
        Tokens { rest: html, no_more_tags: false }
    }

    /// Skips the content of an element that holds no markup (`style`, `script`, `title`).
    pub fn skip_until_close(&mut self, name: &str) {
        let bytes = self.rest.as_bytes();
        let mut from = 0;
        while let Some(at) = memchr::memmem::find(&bytes[from..], b"</").map(|at| at + from) {
            let found = bytes[at + 2..].get(..name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()));
            if found {
                self.rest = &self.rest[at..];
                return;
            }
            from = at + 2;
        }
        self.rest = "";
    }

    fn markup(&mut self) -> Option<Option<Token<'a>>> {
        let inner = self.rest.strip_prefix('<')?;
        if inner.starts_with("!--") {
            let end = inner.find("-->").map_or(self.rest.len(), |end| end + 4);
            self.rest = &self.rest[end..];
            return Some(None);
        }
        let end = self.tag_end(inner)?;
        let tag = &inner[..end];
        let first = tag.chars().next()?;
        if !(first.is_ascii_alphabetic() || "/!?".contains(first)) {
            return None;
        }
        self.rest = &inner[end + 1..];
        Some(match first {
            '/' => Some(Token::Close(name(&tag[1..]).0)),
            '!' | '?' => None,
            _ => {
                let (name, attributes) = name(tag);
                Some(Token::Open { name, attributes })
            }
        })
    }

    /// The `>` of a tag: outside quotes, or the first one when a quote is never closed.
    fn tag_end(&mut self, inner: &str) -> Option<usize> {
        let mut quote = None;
        let mut after_equals = false;
        for (at, byte) in inner.bytes().enumerate() {
            match (quote, byte) {
                (None, b'>') => return Some(at),
                (None, b'"' | b'\'') if after_equals => quote = Some(byte),
                (Some(open), byte) if open == byte => quote = None,
                _ => {}
            }
            after_equals = byte == b'=' || after_equals && byte == b' ';
        }
        let simple = memchr::memchr(b'>', inner.as_bytes());
        self.no_more_tags = simple.is_none();
        simple
    }
}

fn name(tag: &str) -> (String, &str) {
    let end = tag.find(|c: char| !(c.is_ascii_alphanumeric() || c == ':' || c == '-')).unwrap_or(tag.len());
    let name = if end <= NAME_MAX { tag[..end].to_ascii_lowercase() } else { String::new() };
    (name, &tag[end..])
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            if self.rest.starts_with('<') && !self.no_more_tags {
                match self.markup() {
                    Some(Some(token)) => return Some(token),
                    Some(None) => continue,
                    None => {}
                }
            }
            let skip = usize::from(self.rest.starts_with('<'));
            let end = match self.no_more_tags {
                true => self.rest.len(),
                false => memchr::memchr(b'<', &self.rest.as_bytes()[skip..]).map_or(self.rest.len(), |at| at + skip),
            };
            let (text, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Some(Token::Text(text));
        }
    }
}

/// The value of an attribute, entities decoded; `Some("")` when it has none.
pub(in crate::mail::read) fn attribute(attributes: &str, name: &str) -> Option<String> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
        if rest.is_empty() {
            return None;
        }
        let (key, tail) = rest.split_at(end.max(rest.chars().next().map_or(1, char::len_utf8)));
        let (value, tail) = value(tail.trim_start());
        if key.eq_ignore_ascii_case(name) {
            return Some(entities(value));
        }
        rest = tail;
    }
}

fn value(tail: &str) -> (&str, &str) {
    let Some(tail) = tail.strip_prefix('=').map(str::trim_start) else { return ("", tail) };
    for quote in ['"', '\''] {
        if let Some(inner) = tail.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    tail.split_at(tail.find(char::is_whitespace).unwrap_or(tail.len()))
}

/// Named characters of HTML 4 from U+00A0 to U+00FF, in order.
const LATIN: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para \
    middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc \
    Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig \
    agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc \
    otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

/// Other names that mails use.
const OTHERS: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("euro", '€'),
    ("hellip", '…'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("lsaquo", '‹'),
    ("rsaquo", '›'),
    ("bull", '•'),
    ("trade", '™'),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("Scaron", 'Š'),
    ("scaron", 'š'),
    ("Yuml", 'Ÿ'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("larr", '←'),
    ("rarr", '→'),
    ("uarr", '↑'),
    ("darr", '↓'),
    ("dagger", '†'),
    ("permil", '‰'),
    ("minus", '−'),
    ("check", '✓'),
];

/// Decodes character references; unknown ones stay as written.
pub(in crate::mail::read) fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let (c, length) = reference(&rest[at + 1..]).unwrap_or(('&', 0));
        out.push(c);
        rest = &rest[at + 1 + length..];
    }
    out + rest
}

/// The character after an ampersand, and how many bytes name it.
fn reference(text: &str) -> Option<(char, usize)> {
    let length = text.bytes().take(10).take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
    let name = &text[..length];
    let ended = length + usize::from(text[length..].starts_with(';'));
    let number = match name.strip_prefix('#') {
        Some(digits) if digits.starts_with(['x', 'X']) => u32::from_str_radix(&digits[1..], 16).ok()?,
        Some(digits) => digits.parse().ok()?,
        None => return named(name).map(|c| (c, ended)),
    };
    // Numbers of the C1 block mean windows-1252, as browsers read them.
    let c = match number {
        0x80..=0x9f => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[number as u8]).0.chars().next(),
        0 => None,
        number => char::from_u32(number),
    };
    Some((c.unwrap_or(char::REPLACEMENT_CHARACTER), ended))
}

fn named(name: &str) -> Option<char> {
    let other = OTHERS.iter().find(|(known, _)| *known == name).map(|(_, c)| *c);
    other.or_else(|| {
        let index = LATIN.split_ascii_whitespace().position(|known| known == name)?;
        char::from_u32(0xa0 + index as u32)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for (html, want) in [
            ("a&nbsp;b &amp; &eacute;&#233;&#xE9;&#128;", "a\u{a0}b & ééé€"),
            ("&unknown; & &;", "&unknown; & &;"),
            ("&lt;b&gt", "<b>"),
            ("&#0;&#xD800;", "\u{fffd}\u{fffd}"),
            ("&yuml;", "ÿ"),
        ] {
            assert_eq!(entities(html), want, "{html:?}");
        }
    }

    #[test]
    fn tags_and_attributes() {
        let tokens: Vec<Token> = Tokens::new("a<b x>c</B><!-- <i> --><!doctype html>1 < 2 <a href=\"x>y\" ID='q'>").collect();
        let Some(Token::Open { attributes, .. }) = tokens.last() else { panic!("{tokens:?}") };
        assert_eq!(attribute(attributes, "href").as_deref(), Some("x>y"));
        assert_eq!(attribute(attributes, "id").as_deref(), Some("q"));
        assert_eq!(attribute(attributes, "class"), None);
        assert_eq!(tokens.iter().filter(|token| matches!(token, Token::Text(_))).count(), 4);
        assert_eq!(Tokens::new("<a href=\"never closed> x").count(), 2);
        assert_eq!(attribute(" hidden class=a/b", "class").as_deref(), Some("a/b"));
    }
}
