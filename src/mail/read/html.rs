//! HTML mails as readable lines: lists, cells, links and quotes keep their sense; what is hidden from a reader is hidden here.
//!
//! Promises: linear in the bytes, no recursion, no tree; each line knows whether the sender's program marked it as
//! quoted, so that the cut of replies need not guess. Excludes: anything safe to show as HTML (see the pages).

mod effects;
mod tags;
#[cfg(test)]
mod tests;

use super::lines::{self, Line};
use effects::{Effect, effect, starts_rest};
use tags::{Token, Tokens, attribute, entities};

/// Open elements that are remembered; deeper ones only give text.
const DEPTH_MAX: usize = 500;
/// How far up a closing tag looks for its element.
const CLOSE_MAX: usize = 64;
/// `>` signs in front of a line at most.
const QUOTE_MAX: usize = 9;

/// HTML as lines, and how much of it there is.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    pub lines: Vec<Line>,
    /// Elements inside each other, counted up to a bound.
    pub depth: usize,
    /// Links with a target.
    pub links: usize,
}

/// Renders HTML.
pub(super) fn render(html: &str) -> Rendered {
    let mut page = Page::default();
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) => page.text(text),
            Token::Open { name, .. } if matches!(name.as_str(), "style" | "script" | "title" | "template") => {
                tokens.skip_until_close(&name)
            }
            Token::Open { name, attributes } => page.open(name, attributes),
            Token::Close(name) => page.close(&name),
        }
    }
    page.end_line();
    Rendered { lines: page.done, depth: page.deepest, links: page.links }
}

/// The lines alone.
pub(super) fn lines(html: &str) -> Vec<Line> {
    render(html).lines
}

/// The visible text of HTML, quotes marked by `> `.
pub(super) fn text(html: &str) -> String {
    lines::join(&lines(html))
}

#[derive(Default)]
struct Page {
    done: Vec<Line>,
    line: String,
    open: Vec<Element>,
    /// Blank lines owed before the next text.
    gap: bool,
    quotes: usize,
    /// `>` signs in front of the last line.
    depth: usize,
    regions: usize,
    hidden: usize,
    preformatted: usize,
    signatures: usize,
    rest_quoted: bool,
    deepest: usize,
    links: usize,
    /// Pictures since the last line.
    images: Vec<String>,
}

#[derive(Default)]
struct Element {
    name: String,
    effect: Effect,
    /// For lists: the number of the next item, or `None` for bullets.
    counter: Option<usize>,
    /// For links: the target, and where its text began.
    link: Option<(String, usize)>,
}

impl Page {
    fn text(&mut self, raw: &str) {
        if self.hidden > 0 {
            return;
        }
        let text = entities(raw);
        if self.preformatted > 0 {
            for (at, piece) in text.split('\n').enumerate() {
                if at > 0 {
                    self.break_line();
                }
                self.push(piece.trim_end_matches('\r'));
            }
            return;
        }
        let leading = text.starts_with(|c: char| c.is_ascii_whitespace());
        for (at, word) in text.split_ascii_whitespace().enumerate() {
            if (at > 0 || leading) && !self.line.is_empty() && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
            self.push(word);
        }
        let trailing = text.ends_with(|c: char| c.is_ascii_whitespace());
        if trailing && !self.line.is_empty() && !self.line.ends_with(' ') {
            self.line.push(' ');
        }
    }

    fn push(&mut self, words: &str) {
        self.line.extend(words.chars().filter(|c| *c != '\u{ad}').map(|c| if c == '\u{a0}' { ' ' } else { c }));
    }

    fn open(&mut self, name: String, attributes: &str) {
        self.close_implied(&name);
        match name.as_str() {
            "br" => return self.break_line(),
            "hr" => return self.rule(attributes),
            "img" => return self.image(attributes),
            "input" | "meta" | "link" | "col" | "wbr" | "area" | "base" | "source" | "" => return,
            "td" | "th" if !self.line.is_empty() => self.line.push_str("  "),
            _ => self.block(&name),
        }
        let mut element = Element { effect: effect(&name, attributes), ..Element::default() };
        match name.as_str() {
            "ol" => element.counter = Some(1),
            "li" => self.bullet(),
            "a" => {
                element.link = attribute(attributes, "href").map(|href| (href, self.line.len()));
                self.links += usize::from(element.link.is_some());
            }
            _ => {}
        }
        if starts_rest(attributes) && self.hidden == 0 {
            self.end_line();
            self.rest_quoted = true;
        }
        self.count(element.effect, true);
        element.name = name;
        if self.open.len() < DEPTH_MAX {
            self.open.push(element);
            self.deepest = self.deepest.max(self.open.len());
        } else {
            self.count(element.effect, false);
        }
    }

    fn close(&mut self, name: &str) {
        let window = self.open.len().saturating_sub(CLOSE_MAX);
        let Some(found) = self.open[window..].iter().rposition(|element| element.name == name) else {
            return if matches!(name, "p" | "div" | "tr") {
                self.end_line()
            };
        };
        while self.open.len() > window + found {
            let Some(element) = self.open.pop() else { break };
            self.finish(element);
        }
    }

    fn finish(&mut self, element: Element) {
        if let Some((href, from)) = element.link {
            self.link(&href, from);
        }
        self.block(&element.name);
        self.count(element.effect, false);
        // Gmail lets people answer inside the element that held the quotation: below its first quote, words are new.
        if element.effect == Effect::Quote && self.open.last().is_some_and(|parent| parent.effect == Effect::Container) {
            self.count(Effect::Container, false);
            self.open.last_mut().into_iter().for_each(|parent| parent.effect = Effect::None);
        }
    }

    /// `<p>` and the parts of lists and tables end by themselves.
    fn close_implied(&mut self, name: &str) {
        let ends = |open: &str| match name {
            "li" => open == "li",
            "td" | "th" => matches!(open, "td" | "th"),
            "tr" => matches!(open, "td" | "th" | "tr"),
            "p" | "div" | "ul" | "ol" | "table" | "blockquote" | "hr" => open == "p",
            _ => false,
        };
        while self.open.last().is_some_and(|last| ends(&last.name)) {
            let Some(element) = self.open.pop() else { break };
            self.finish(element);
        }
    }

    fn block(&mut self, name: &str) {
        match name {
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" | "ul" | "ol" | "dl" | "table" => {
                self.end_line();
                self.gap =
                    !(matches!(name, "ul" | "ol" | "table") && self.open.iter().rev().take(4).any(|e| matches!(&*e.name, "li" | "td")));
            }
            "div" | "tr" | "li" | "dt" | "dd" | "section" | "article" | "header" | "footer" | "center" | "address" | "form" | "body"
            | "fieldset" | "tbody" | "thead" | "caption" => self.end_line(),
            _ => {}
        }
    }

    fn bullet(&mut self) {
        let list = self.open.iter_mut().rev().find(|element| element.name == "ul" || element.name == "ol");
        let mark = match list.and_then(|list| list.counter.as_mut()) {
            Some(number) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            None => "- ".to_owned(),
        };
        self.line.push_str(&mark);
    }

    fn image(&mut self, attributes: &str) {
        let picture = attribute(attributes, "src").and_then(|src| src.strip_prefix("cid:").map(str::to_owned));
        let inline = picture.is_some();
        self.images.extend(picture);
        let alt = attribute(attributes, "alt").map(|alt| super::words::one_line(&alt)).filter(|alt| !alt.is_empty());
        match alt {
            Some(alt) if self.hidden == 0 && (inline || is_emoji(&alt)) => {
                self.line.push_str(&if inline { format!("[{alt}]") } else { alt })
            }
            _ => {}
        }
    }

    fn rule(&mut self, attributes: &str) {
        self.end_line();
        if attribute(attributes, "id").is_some_and(|id| matches!(id.as_str(), "stopSpelling" | "zwchr")) {
            self.rest_quoted = true;
        }
        if self.hidden == 0 {
            self.line.push_str("________________________________");
            self.end_line();
        }
    }

    /// The target of a link is told when its text does not say it.
    fn link(&mut self, href: &str, from: usize) {
        let href = href.trim();
        let shown = self.line.get(from..).unwrap_or_default().trim();
        let bare = href.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
        let web = bare.len() < href.len() && href.starts_with("http") && href.len() <= 500;
        if web && self.hidden == 0 && !shown.is_empty() && !shown.contains(bare) && !says_host(shown, bare) {
            let told = format!(" <{}>", super::words::one_line(href));
            self.line.push_str(&told);
        }
    }

    fn count(&mut self, effect: Effect, up: bool) {
        let counter = match effect {
            Effect::None => return,
            Effect::Hidden => &mut self.hidden,
            Effect::Quote => &mut self.quotes,
            Effect::Region | Effect::Container => &mut self.regions,
            Effect::Signature => &mut self.signatures,
            Effect::Pre => &mut self.preformatted,
        };
        *counter = if up { *counter + 1 } else { counter.saturating_sub(1) };
    }

    fn break_line(&mut self) {
        if self.line.trim().is_empty() {
            self.gap = true;
            self.line.clear();
        } else {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        if self.line.trim().is_empty() {
            // A picture alone belongs to what stands above it.
            self.done.last_mut().into_iter().for_each(|above| above.images.append(&mut self.images));
            return self.line.clear();
        }
        let depth = self.quotes.min(QUOTE_MAX);
        let prefix = "> ".repeat(depth);
        let quoted = self.quotes + self.regions > 0;
        let signature = self.signatures > 0 && !quoted;
        let marks = Line { quoted, by_markup: quoted, rest_quoted: self.rest_quoted, signature, ..Line::default() };
        if std::mem::take(&mut self.gap) && !self.done.is_empty() {
            // A blank line between a quotation and what is around it belongs to neither.
            let between = if depth == self.depth { prefix.trim_end().to_owned() } else { String::new() };
            self.done.push(Line { text: between, ..marks.clone() });
        }
        self.depth = depth;
        let text = super::words::body(&format!("{prefix}{}", self.line));
        self.done.extend(text.split('\n').map(|text| Line { text: text.to_owned(), ..marks.clone() }));
        self.done.last_mut().into_iter().for_each(|line| line.images = std::mem::take(&mut self.images));
        self.line.clear();
    }
}

/// Does the text of a link say where it leads: its host at least, and no other one in front of it (CASEBOOK G10)?
fn says_host(shown: &str, bare: &str) -> bool {
    let host = bare.split(['/', '?', '#']).next().unwrap_or_default();
    let shown = shown.trim_start_matches("https://").trim_start_matches("http://");
    let rest = shown.strip_prefix(host).or_else(|| host.strip_prefix("www.").and_then(|host| shown.strip_prefix(host)));
    !host.contains('@') && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#', '…']))
}

/// Programs replace emoji by images that say which.
fn is_emoji(alt: &str) -> bool {
    alt.chars().count() <= 3 && alt.chars().all(|c| !c.is_ascii())
}
