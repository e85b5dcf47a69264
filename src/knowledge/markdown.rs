//! Markdown as plain text for mails, and as HTML for pages. HTML that stands in it is text like any other.

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

/// HTML of paragraphs, lists, tables and emphasis; a heading is a strong line, a link its words and its address. Still to be made safe as
/// all foreign HTML is.
pub fn html(markdown: &str) -> String {
    let mut links = Vec::new();
    let events = parser(markdown).flat_map(|event| told(event, &mut links));
    let mut html = String::with_capacity(markdown.len() * 3 / 2);
    pulldown_cmark::html::push_html(&mut html, events);
    html
}

fn parser(markdown: &str) -> Parser<'_> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH)
}

/// What becomes of one event in HTML.
fn told<'a>(event: Event<'a>, links: &mut Vec<String>) -> Vec<Event<'a>> {
    let fixed = |html: &'static str| Event::Html(html.into());
    match event {
        Event::Html(text) | Event::InlineHtml(text) => vec![Event::Text(text)],
        Event::Start(Tag::Heading { .. }) => vec![fixed("<p><strong>")],
        Event::End(TagEnd::Heading(_)) => vec![fixed("</strong></p>\n")],
        // An address written as a link says itself.
        Event::Start(Tag::Link { link_type: LinkType::Autolink | LinkType::Email, .. }) => {
            links.push(String::new());
            vec![]
        }
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            links.push(dest_url.into_string());
            vec![]
        }
        Event::End(TagEnd::Link | TagEnd::Image) => links.pop().map(|link| vec![Event::Text(aside(&link).into())]).unwrap_or_default(),
        other => vec![other],
    }
}

/// An address beside the words that lead there.
fn aside(link: &str) -> String {
    if link.is_empty() { String::new() } else { format!(" ({link})") }
}

/// The words alone: paragraphs apart, `- ` before the points of a list.
pub fn plain(markdown: &str) -> String {
    let mut plain = Plain::default();
    parser(markdown).for_each(|event| plain.hear(event));
    plain.text.trim().to_owned()
}

/// A text in the making.
#[derive(Default)]
struct Plain {
    text: String,
    links: Vec<String>,
    /// Next numbers of the lists that are open; none: a list of points.
    lists: Vec<Option<u64>>,
}

impl Plain {
    fn hear(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => self.text.push_str(&text),
            Event::SoftBreak => self.text.push(' '),
            Event::HardBreak => self.text.push('\n'),
            Event::Start(Tag::List(first)) => self.begin_list(first),
            Event::Start(Tag::Item) => self.begin_item(),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => self.links.push(dest_url.into_string()),
            Event::End(TagEnd::Link | TagEnd::Image) => self.end_link(),
            Event::End(TagEnd::List(_)) => {
                self.lists.pop();
                self.apart();
            }
            Event::End(TagEnd::TableCell) => self.text.push_str("  "),
            Event::End(TagEnd::TableRow | TagEnd::TableHead | TagEnd::Item) => self.line(),
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::BlockQuote(_) | TagEnd::Table) => self.apart(),
            _ => {}
        }
    }

    fn begin_list(&mut self, first: Option<u64>) {
        self.line();
        self.lists.push(first);
    }

    fn begin_item(&mut self) {
        self.line();
        let mark = match self.lists.last_mut() {
            Some(Some(next)) => {
                *next += 1;
                format!("{}. ", *next - 1)
            }
            _ => "- ".to_owned(),
        };
        self.text.push_str(&"  ".repeat(self.lists.len().saturating_sub(1)));
        self.text.push_str(&mark);
    }

    /// An address that the words do not say already.
    fn end_link(&mut self) {
        if let Some(link) = self.links.pop().filter(|link| !self.text.ends_with(link.as_str())) {
            self.text.push_str(&aside(&link));
        }
    }

    fn line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn apart(&mut self) {
        let end = self.text.trim_end().len();
        self.text.truncate(end);
        self.text.push_str(if self.lists.is_empty() { "\n\n" } else { "\n" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p8_markdown_is_readable_as_plain_text() {
        let text = plain("# VPN\n\nFermez **tout**,\npuis :\n\n1. ouvrez\n2. voyez [ici](https://x.test/a)\n\n- un\n- `deux`\n\nFin.");
        assert_eq!(text, "VPN\n\nFermez tout, puis :\n\n1. ouvrez\n2. voyez ici (https://x.test/a)\n\n- un\n- deux\n\nFin.");
    }

    #[test]
    fn p8_html_in_markdown_is_text() {
        let made = html("# A\n\n<script>alert(1)</script>\n\nb <img src=x onerror=y> [c](javascript:d)");
        assert!(!made.contains("<script") && !made.contains("<img") && !made.contains("<a"), "{made}");
        assert!(made.contains("<p><strong>A</strong></p>") && made.contains("&lt;script&gt;"), "{made}");
    }
}
