//! Which parts are the text and which are attachments (after RFC 8621 section 4.1.4), and the text made readable.

use super::html;
use super::leaves::Leaves;
use super::lines::{self, Line};
use super::texts::{Seat, forms_of, is_other_form, is_text, unfolded, uuencoded};
use super::tree::Part;
use super::words;
use super::{charset, inner, similar, tnef, twin};
use crate::mail::incoming::{Attachment, Fate, Leaf, Limits, Remark};

/// What a mail shows.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub lines: Vec<Line>,
    pub html: Option<String>,
    /// The plain text, where it says something else than the HTML that is shown.
    pub other: Option<String>,
    /// The HTML as lines, when it shows pictures of the mail.
    pub pictured: Option<Vec<Line>>,
    pub attachments: Vec<Attachment>,
    pub manifest: Vec<Leaf>,
}

/// A piece of the text, in the order of the mail.
enum Segment {
    Plain(String),
    Html(String),
    Both { plain: String, html: String },
}

struct Reader<'r> {
    limits: Limits,
    leaves: Leaves,
    remarks: &'r mut Vec<Remark>,
    html_left: usize,
    text_left: usize,
    /// Bytes that may still be decoded at once.
    memory: u64,
}

/// Letters of a text in which each number counts.
const SHORT: usize = 400;
/// What opening a container holds at most, by its bytes: it decoded, its files, its texts in two encodings.
const OPENED: u64 = 5;

#[derive(Default)]
struct Pieces {
    segments: Vec<Segment>,
    attachments: Vec<Attachment>,
    /// A text that counts when there is no other.
    spare: Option<Segment>,
}

/// Reads the body below `root`.
pub(super) fn read(root: &Part, limits: &Limits, remarks: &mut Vec<Remark>) -> Body {
    let leaves = Leaves::new(limits.attachments);
    // The mail itself, and its lines once more when their ends were changed.
    let memory = limits.memory.saturating_sub(2 * root.body.len() as u64);
    let mut reader = Reader { limits: *limits, leaves, remarks, html_left: limits.html, text_left: limits.text, memory };
    let mut pieces = reader.pieces(root, Seat::First);
    if pieces.segments.is_empty() {
        pieces.segments.extend(pieces.spare.take().or_else(|| reader.named_text(root)));
    }
    if reader.leaves.cut {
        reader.remark("attachments-cut", "");
    }
    let mut body = Body { attachments: pieces.attachments, manifest: std::mem::take(&mut reader.leaves.manifest), ..Body::default() };
    let mut heavy = false;
    for segment in pieces.segments {
        heavy |= show(segment, &mut body, &mut reader);
    }
    if heavy {
        body.html = None;
    }
    mark_inline(&mut body);
    body
}

impl Reader<'_> {
    fn pieces(&mut self, part: &Part, seat: Seat) -> Pieces {
        match part.content.value.as_str() {
            _ if part.children.is_empty() => self.leaf(part, seat),
            "multipart/alternative" => self.alternative(&part.children),
            "multipart/related" => self.children(&part.children, Seat::Related),
            _ => self.children(&part.children, Seat::Later),
        }
    }

    fn children(&mut self, children: &[Part], later: Seat) -> Pieces {
        let mut all = Pieces::default();
        let mut at = 0;
        while let Some(child) = children.get(at) {
            let forms = forms_of(&children[at..]);
            let pieces = match forms {
                0 => self.pieces(child, if at == 0 { Seat::First } else { later }),
                _ => {
                    self.leaves.note(child, Fate::Folded, "empty");
                    self.alternative(&children[at + 1..at + 1 + forms])
                }
            };
            all.segments.extend(pieces.segments);
            all.attachments.extend(pieces.attachments);
            all.spare = all.spare.take().or(pieces.spare);
            at += 1 + forms;
        }
        all
    }

    /// The first plain text and the last HTML say the same; everything else is attached.
    fn alternative(&mut self, children: &[Part]) -> Pieces {
        let mut all = Pieces::default();
        let (mut plain, mut html) = (None, None);
        for child in children {
            if is_other_form(child) {
                self.leaves.note(child, Fate::Folded, "alternative");
                continue;
            }
            let pieces = self.pieces(child, Seat::First);
            all.attachments.extend(pieces.attachments);
            all.spare = all.spare.take().or(pieces.spare);
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
        if inner::is_tnef(part) {
            return self.winmail(part);
        }
        if !is_text(part, seat) {
            let why = if part.is("multipart") { "not-opened" } else { "attachment" };
            pieces.attachments.extend(self.leaves.keep(part, why));
            return pieces;
        }
        match self.segment(part, &mut pieces.attachments) {
            Some(segment) => {
                self.leaves.note(part, Fate::Shown, if part.content.value == "text/html" { "html" } else { "text" });
                // Nobody knows what is in a container whose boundary is nowhere.
                pieces.attachments.extend(part.unopened.then(|| self.leaves.keep(part, "not-opened")).flatten());
                pieces.segments.push(segment);
            }
            None if pieces.attachments.is_empty() => self.leaves.note(part, Fate::Folded, "empty"),
            None => {}
        }
        pieces
    }

    /// Outlook's container: its files are attachments; its text counts when the mail has no other (it is an `alternative`).
    fn winmail(&mut self, part: &Part) -> Pieces {
        let mut pieces = Pieces::default();
        match self.fits(part).then(|| tnef::open(&part.bytes())).flatten() {
            Some(opened) if !opened.files.is_empty() || opened.text.is_some() || opened.html.is_some() => {
                self.leaves.note(part, Fate::Folded, "opened");
                pieces.attachments = self.leaves.keep_inner(part, opened.files, "winmail");
                let html = opened.html.filter(|html| html.len() <= self.html_left).map(Segment::Html);
                pieces.spare = html.or(opened.text.map(|text| Segment::Plain(words::body(beginning(&text, self.text_left)))));
            }
            _ => pieces.attachments.extend(self.leaves.keep(part, "attachment")),
        }
        pieces
    }

    /// When nothing else is text: the first text part that only has a name.
    fn named_text(&mut self, root: &Part) -> Option<Segment> {
        let mut found: Option<&Part> = None;
        root.walk(&mut |part| {
            if found.is_none() && part.content.value == "text/plain" && part.disposition.value != "attachment" && !part.body.is_empty() {
                found = Some(part);
            }
        });
        found.and_then(|part| self.segment(part, &mut Vec::new()))
    }

    /// The text of a part; files in it, and texts that are too long, go to `files`.
    fn segment(&mut self, part: &Part, files: &mut Vec<Attachment>) -> Option<Segment> {
        let is_html = part.content.value == "text/html";
        if !self.fits(part) {
            files.extend(self.leaves.keep(part, "too-large"));
            return None;
        }
        if part.mislabelled {
            self.remark("transfer-encoding-wrong", "base64");
            files.extend(self.leaves.keep(part, "encoding-wrong"));
        }
        let bytes = part.bytes();
        if is_html && bytes.len() > self.html_left {
            self.remark("html-too-large", &part.content.value);
            files.extend(self.leaves.keep(part, "too-large"));
            return None;
        }
        let (bytes, inside) = if is_html { (bytes, Vec::new()) } else { uuencoded(bytes) };
        files.extend(self.leaves.keep_inner(part, inside, "uuencoded"));
        let shown = self.bounded(&bytes, part, files);
        let text = self.decoded(shown, part);
        if is_html {
            self.html_left -= bytes.len();
            return Some(Segment::Html(text));
        }
        let text = unfolded(part, &text);
        (!text.trim().is_empty()).then_some(Segment::Plain(text))
    }

    /// May the part be opened?
    fn fits(&mut self, part: &Part) -> bool {
        let fits = (part.body.len() as u64).saturating_mul(OPENED) <= self.memory;
        if !fits {
            self.remark("memory-cut", &part.content.value);
        }
        fits
    }

    /// As much of a text as is shown; a longer one is kept as a file, too.
    fn bounded<'b>(&mut self, bytes: &'b [u8], part: &Part, files: &mut Vec<Attachment>) -> &'b [u8] {
        let shown = &bytes[..bytes.len().min(self.text_left)];
        if shown.len() < bytes.len() {
            self.remark("text-cut", &part.content.value);
            files.extend(self.leaves.keep(part, "too-large"));
        }
        self.text_left -= shown.len();
        shown
    }

    fn decoded(&mut self, bytes: &[u8], part: &Part) -> String {
        let told = part.content.plain("charset");
        let label = told.or_else(|| (part.content.value == "text/html").then(|| charset::meta(bytes)).flatten());
        let (text, doubt) = charset::decode(bytes, label.as_deref());
        match doubt {
            charset::Doubt::None => {}
            charset::Doubt::Guessed => self.remark("charset-guessed", label.as_deref().unwrap_or_default()),
            charset::Doubt::Broken => self.remark("charset-broken", label.as_deref().unwrap_or_default()),
        }
        text.into_owned()
    }

    fn is_heavy(&mut self, rendered: &html::Rendered) -> bool {
        let (deep, linked) = (rendered.depth > self.limits.html_depth, rendered.links > self.limits.html_links);
        if deep {
            self.remark("html-too-deep", "");
        }
        if linked {
            self.remark("html-too-many-links", "");
        }
        deep || linked
    }

    fn remark(&mut self, code: &'static str, about: &str) {
        if self.remarks.len() < self.limits.parts as usize {
            self.remarks.push(Remark { code, about: super::addresses::shorten(&words::one_line(about)) });
        }
    }
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

/// Adds a piece to what is shown; true when its HTML is too much for more than its text.
fn show(segment: Segment, body: &mut Body, reader: &mut Reader) -> bool {
    let mut heavy = false;
    let mut rendered = |html: &str, body: &mut Body, reader: &mut Reader| {
        let rendered = html::render(html);
        heavy = reader.is_heavy(&rendered);
        pictured(rendered.lines, body)
    };
    let lines = match &segment {
        Segment::Plain(plain) => lines::plain(plain),
        Segment::Html(html) => rendered(html, body, reader),
        Segment::Both { plain, html } => {
            let rendered = rendered(html, body, reader);
            both(plain, rendered, body, reader.remarks)
        }
    };
    if !body.lines.is_empty() && !lines.is_empty() {
        body.lines.push(Line::default());
    }
    body.lines.extend(lines);
    if let Segment::Html(html) | Segment::Both { html, .. } = segment {
        body.html.get_or_insert_default().push_str(&html);
    }
    heavy
}

/// As much of a text as there is room for.
fn beginning(text: &str, room: usize) -> &str {
    &text[..text.floor_char_boundary(room)]
}

/// The plain text, unless it is a stub beside a full HTML part or says something else: then the HTML, which is what the author saw.
fn both(plain: &str, rendered: Vec<Line>, body: &mut Body, remarks: &mut Vec<Remark>) -> Vec<Line> {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let length: usize = rendered.iter().map(|line| letters(&line.text)).sum();
    let said = letters(plain);
    if said == 0 || said < 200 && length > 4 * said + 200 {
        remarks.push(Remark { code: "text-stub", about: String::new() });
        return rendered;
    }
    let shown = lines::join(&rendered);
    if similar::percent(plain, &shown) < 50 || said < SHORT && similar::numbers_differ(plain, &shown) {
        remarks.push(Remark { code: "parts-differ", about: String::new() });
        if length > 0 {
            body.other.get_or_insert_default().push_str(plain);
            return rendered;
        }
    }
    let mut lines = lines::plain(plain);
    twin::mark(&mut lines, &rendered);
    lines
}

/// Remembers where pictures stand, when there are any.
fn pictured(rendered: Vec<Line>, body: &mut Body) -> Vec<Line> {
    if rendered.iter().any(|line| !line.images.is_empty()) {
        body.pictured = Some(rendered.clone());
    }
    rendered
}

/// An image is inline when the HTML shows it.
fn mark_inline(body: &mut Body) {
    let Some(html) = &body.html else { return };
    for attachment in &mut body.attachments {
        let shown = attachment.content_id.as_ref().is_some_and(|id| html.contains(&format!("cid:{id}")));
        attachment.inline = shown || attachment.inline && attachment.content_id.is_none();
    }
}
