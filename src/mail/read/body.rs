//! Which parts are the text and which are attachments (after RFC 8621 section 4.1.4), and the text made readable.

use super::html;
use super::lines::{self, Line};
use super::names::{self, Names};
use super::transfer::{self, Transfer};
use super::tree::Part;
use super::words;
use super::{charset, twin};
use crate::mail::incoming::{Attachment, Limits, Remark};

/// What a mail shows.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub lines: Vec<Line>,
    pub html: Option<String>,
    pub attachments: Vec<Attachment>,
}

/// A piece of the text, in the order of the mail.
enum Segment {
    Plain(String),
    Html(String),
    Both { plain: String, html: String },
}

struct Reader<'r> {
    limits: Limits,
    names: Names,
    remarks: &'r mut Vec<Remark>,
    html_left: usize,
}

#[derive(Default)]
struct Pieces {
    segments: Vec<Segment>,
    attachments: Vec<Attachment>,
}

/// Reads the body below `root`.
pub(super) fn read(root: &Part, limits: &Limits, remarks: &mut Vec<Remark>) -> Body {
    let mut reader = Reader { limits: *limits, names: Names::default(), remarks, html_left: limits.html };
    let pieces = reader.pieces(root, Seat::First);
    let mut body = Body { attachments: pieces.attachments, ..Body::default() };
    for segment in pieces.segments {
        show(segment, &mut body, reader.remarks);
    }
    mark_inline(&mut body);
    body
}

/// Where a part sits in its container: the first text may have a name and still be the text.
#[derive(Clone, Copy, PartialEq)]
enum Seat {
    First,
    Later,
    /// Below a multipart/related, beside its root: shown inside the text.
    Related,
}

impl Reader<'_> {
    fn pieces(&mut self, part: &Part, seat: Seat) -> Pieces {
        match part.content.value.as_str() {
            _ if part.children.is_empty() => self.leaf(part, seat),
            "multipart/alternative" => self.alternative(part),
            "multipart/related" => self.children(part, Seat::Related),
            _ => self.children(part, Seat::Later),
        }
    }

    fn children(&mut self, part: &Part, later: Seat) -> Pieces {
        let mut all = Pieces::default();
        for (at, child) in part.children.iter().enumerate() {
            let pieces = self.pieces(child, if at == 0 { Seat::First } else { later });
            all.segments.extend(pieces.segments);
            all.attachments.extend(pieces.attachments);
        }
        all
    }

    /// The first plain text and the last HTML say the same; everything else is attached.
    fn alternative(&mut self, part: &Part) -> Pieces {
        let mut all = Pieces::default();
        let (mut plain, mut html) = (None, None);
        for child in &part.children {
            let pieces = self.pieces(child, Seat::First);
            all.attachments.extend(pieces.attachments);
            let has_html = pieces.segments.iter().any(|segment| !matches!(segment, Segment::Plain(_)));
            match has_html {
                true => html = Some(join(pieces.segments)),
                false if plain.is_none() && !pieces.segments.is_empty() => plain = Some(join(pieces.segments)),
                false => {}
            }
        }
        all.segments.extend(match (plain, html) {
            (Some((plain, _)), Some((_, html))) => vec![Segment::Both { plain, html }],
            (Some((plain, _)), None) => vec![Segment::Plain(plain)],
            (None, Some((_, html))) => vec![Segment::Html(html)],
            (None, None) => vec![],
        });
        all
    }

    fn leaf(&mut self, part: &Part, seat: Seat) -> Pieces {
        let mut pieces = Pieces::default();
        if is_text(part, seat) {
            pieces.segments.extend(self.segment(part));
        } else {
            pieces.attachments.push(self.attachment(part));
        }
        pieces
    }

    fn segment(&mut self, part: &Part) -> Option<Segment> {
        let is_html = part.content.value == "text/html";
        let bytes = part.bytes();
        if is_html && bytes.len() > self.html_left {
            self.remark("html-too-large", &part.content.value);
            return None;
        }
        let label = part.content.plain("charset");
        let (text, doubt) = charset::decode(&bytes, label.as_deref());
        match doubt {
            charset::Doubt::None => {}
            charset::Doubt::Guessed => self.remark("charset-guessed", label.as_deref().unwrap_or_default()),
            charset::Doubt::Broken => self.remark("charset-broken", label.as_deref().unwrap_or_default()),
        }
        if is_html {
            self.html_left -= bytes.len();
            return Some(Segment::Html(text.into_owned()));
        }
        let flowed = part.content.plain("format").is_some_and(|format| format.eq_ignore_ascii_case("flowed"));
        let delete = part.content.plain("delsp").is_some_and(|delsp| delsp.eq_ignore_ascii_case("yes"));
        let text = if flowed { words::body(&unflow(&text, delete)) } else { words::body(&text) };
        (!text.trim().is_empty()).then_some(Segment::Plain(text))
    }

    fn attachment(&mut self, part: &Part) -> Attachment {
        let content_id = part.fields.plain("Content-ID").map(|id| id.trim_matches(['<', '>', ' ']).to_owned());
        let clean = (part.transfer == Transfer::Base64).then(|| transfer::clean(part.body)).flatten();
        let from = part.body_at as u64;
        Attachment {
            part: part.at,
            name: self.names.unique(names::of(part)),
            content_type: part.content.value.clone(),
            size: clean.map_or_else(|| transfer::size(part.transfer, part.body), |clean| clean.size),
            span: clean.map(|clean| (from, from + clean.length)),
            sha256: String::new(),
            inline: part.disposition.value == "inline" && part.is("image"),
            content_id: content_id.filter(|id| !id.is_empty()),
        }
    }

    fn remark(&mut self, code: &'static str, about: &str) {
        if self.remarks.len() < self.limits.parts as usize {
            self.remarks.push(Remark { code, about: super::addresses::shorten(&words::one_line(about)) });
        }
    }
}

fn is_text(part: &Part, seat: Seat) -> bool {
    // A multipart that could not be opened is shown as it is.
    let readable = matches!(part.content.value.as_str(), "text/plain" | "text/html") || part.is("multipart");
    let named = part.disposition.text("filename").or_else(|| part.content.text("name")).is_some();
    let seated = match seat {
        Seat::First => !(named && part.disposition.value == "inline"),
        Seat::Later => !named,
        Seat::Related => false,
    };
    readable && part.disposition.value != "attachment" && seated
}

/// All plain text, and all HTML with the plain pieces between as paragraphs.
fn join(segments: Vec<Segment>) -> (String, String) {
    let (mut plain, mut html) = (String::new(), String::new());
    for segment in segments {
        match segment {
            Segment::Plain(text) => {
                html.push_str(&format!("<pre>{}</pre>", text.replace('&', "&amp;").replace('<', "&lt;")));
                plain.push_str(&text);
            }
            Segment::Html(text) | Segment::Both { html: text, .. } => html.push_str(&text),
        }
        plain.push('\n');
    }
    (plain.trim_end().to_owned(), html)
}

fn show(segment: Segment, body: &mut Body, remarks: &mut Vec<Remark>) {
    let lines = match &segment {
        Segment::Plain(plain) => lines::plain(plain),
        Segment::Html(html) => html::lines(html),
        Segment::Both { plain, html } => both(plain, html, remarks),
    };
    if !body.lines.is_empty() && !lines.is_empty() {
        body.lines.push(Line::default());
    }
    body.lines.extend(lines);
    if let Segment::Html(html) | Segment::Both { html, .. } = segment {
        body.html.get_or_insert_default().push_str(&html);
    }
}

/// The plain text, unless it is a stub beside a full HTML part.
fn both(plain: &str, html: &str, remarks: &mut Vec<Remark>) -> Vec<Line> {
    let rendered = html::lines(html);
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let shown: usize = rendered.iter().map(|line| letters(&line.text)).sum();
    let said = letters(plain);
    if said == 0 || said < 200 && shown > 4 * said + 200 {
        remarks.push(Remark { code: "text-stub", about: String::new() });
        return rendered;
    }
    if super::similar::percent(plain, &lines::join(&rendered)) < 50 {
        remarks.push(Remark { code: "parts-differ", about: String::new() });
    }
    let mut lines = lines::plain(plain);
    twin::mark(&mut lines, &rendered);
    lines
}

/// An image is inline when the HTML shows it.
fn mark_inline(body: &mut Body) {
    let Some(html) = &body.html else { return };
    for attachment in &mut body.attachments {
        let shown = attachment.content_id.as_ref().is_some_and(|id| html.contains(&format!("cid:{id}")));
        attachment.inline = shown || attachment.inline && attachment.content_id.is_none();
    }
}

/// Paragraphs of `format=flowed` (RFC 3676 section 4): a line that ends with a space goes on in the next one.
fn unflow(text: &str, delete_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for line in text.split('\n').map(|line| line.trim_end_matches('\r')) {
        let depth = line.bytes().take_while(|&b| b == b'>').count();
        let words = line[depth..].strip_prefix(' ').unwrap_or(&line[depth..]);
        let goes_on = words.ends_with(' ') && words != "-- ";
        match open == Some(depth) && words != "-- " {
            true => out.push_str(words),
            false => {
                if !out.is_empty() {
                    out.push('\n');
                }
                out.push_str(&">".repeat(depth));
                if depth > 0 {
                    out.push(' ');
                }
                out.push_str(words);
            }
        }
        if goes_on && delete_space {
            out.pop();
        }
        open = goes_on.then_some(depth);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flowed_text() {
        assert_eq!(unflow("a \r\nb\r\n> c \r\n> d\r\n-- \r\nme", false), "a b\n> c d\n-- \nme");
        assert_eq!(unflow("ab \ncd", true), "abcd");
        assert_eq!(unflow("a \n> b", false), "a \n> b");
    }
}
