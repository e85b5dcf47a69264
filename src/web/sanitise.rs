//! HTML from mails, made safe for a page of ours.
//!
//! Promises: a short list of elements without any attribute of theirs but cell spans; no style, class or id, no link that can
//! be followed, no form, no frame (CASEBOOK G01–G06, G10). Where a link's text does not say where it leads, that is told
//! behind it, in plain sight. Images are those of the same mail by `cid:`, as
//! [`Safe::with_images`] places them; others are gone and counted. The second wall is the pages' content security policy.
//! Excludes: whether the HTML may be shown at all (see [`super::look`]).

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use ammonia::{Builder, UrlRelative};

use crate::mail::Limits;

/// Bytes of a link that is told, as in the text of a mail.
const LINK_MAX: usize = 500;
/// Times that HTML is cleaned until it stays as it is.
const PASSES_MAX: usize = 3;

/// What stays. Everything else goes; what stood inside stays, but for scripts and styles.
const TAGS: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "del",
    "div",
    "em",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];

/// HTML that may stand on a page once [`Safe::with_images`] placed its images and told its links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Safe(String);

/// Makes HTML safe; `None` when it is larger or deeper than the limits allow: then its text is shown.
pub fn sanitise(html: &str, limits: &Limits) -> Option<Safe> {
    if html.len() > limits.html || is_deeper(html, limits.html_depth) {
        return None;
    }
    let mut safe = cleaned(html)?;
    // What a second parser would read otherwise is not safe yet (CASEBOOK G02).
    for _ in 0..PASSES_MAX {
        let again = cleaned(&safe)?;
        if again == safe {
            return Some(Safe(safe));
        }
        safe = again;
    }
    None
}

/// Foreign code over strangers' bytes: should it panic, the text is shown. A line end that begins a `<pre>` is dropped by every
/// parser (HTML standard, section 13.2.6.4.7), so it is dropped here.
fn cleaned(html: &str) -> Option<String> {
    let mut clean = catch_unwind(AssertUnwindSafe(|| cleaner().clean(html).to_string())).ok()?;
    while clean.contains("<pre>\n") {
        clean = clean.replace("<pre>\n", "<pre>");
    }
    Some(clean)
}

impl Safe {
    /// The HTML, with `cid:` images.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The HTML for a page: an image whose `Content-ID` has a path of ours gets it, others are left out.
    pub fn with_images(&self, path: impl Fn(&str) -> Option<String>) -> Placed {
        let mut placed = Placed::default();
        let told = told(&self.0);
        let mut pieces = told.split("<img");
        placed.html.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            let (attributes, rest) = attributes(piece);
            let value = |name: &str| attributes.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value);
            let id = value("src").split_once(':').map_or(String::new(), |(_, id)| plain(id));
            match path(&id) {
                Some(path) => {
                    placed.html.push_str(&format!("<img src=\"{}\" alt=\"{}\">", escape(&path), value("alt")));
                    placed.ids.insert(id);
                }
                None => placed.left_out += 1,
            }
            placed.html.push_str(rest);
        }
        placed
    }
}

/// Links as words, with where they lead behind those that do not say it. No attribute holds `<a`'s quotes unescaped.
fn told(html: &str) -> String {
    let mut pieces = html.split("<a");
    let mut told = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (attributes, rest) = attributes(piece);
        let (words, after) = rest.split_once("</a>").unwrap_or((rest, ""));
        told.push_str(words);
        if let Some((_, href)) = attributes.iter().find(|(name, _)| *name == "href") {
            told.push_str(&target(&unescaped(href), words));
        }
        told.push_str(after);
    }
    told
}

/// Where a link leads, its host set apart; nothing when its words say it.
fn target(href: &str, words: &str) -> String {
    let (_, bare) = href.split_once("://").unwrap_or(("", href));
    let bare = bare.trim_end_matches('/');
    if unescaped(words).contains(bare) {
        return String::new();
    }
    let end = bare.find(['/', '?', '#', '\\']).unwrap_or(bare.len());
    let (authority, rest) = bare.split_at(end);
    // What stands before an @ is no host, whatever it looks like (RFC 3986 section 3.2).
    let host = authority.rsplit('@').next().unwrap_or(authority);
    format!(" <span class=\"where\">‹<b>{}</b>{}›</span>", escape(host), escape(rest))
}

/// HTML with its images in place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placed {
    /// For the page, as it is.
    pub html: String,
    /// `Content-ID`s of the images that it shows.
    pub ids: HashSet<String>,
    /// Images of other sites, or of parts that are not there.
    pub left_out: usize,
}

/// Attributes of an element as the cleaner writes them (` name="value"`), and what follows the element.
fn attributes(mut rest: &str) -> (Vec<(&str, &str)>, &str) {
    let mut found = Vec::new();
    while let Some((name, after)) = rest.strip_prefix(' ').and_then(|rest| rest.split_once("=\"")) {
        let Some((value, tail)) = after.split_once('"') else { break };
        found.push((name, value));
        rest = tail;
    }
    (found, rest.strip_prefix('>').unwrap_or(rest))
}

/// A `Content-ID` as the mail's header has it: without HTML's and the URL's escapes (RFC 2392 section 2).
fn plain(id: &str) -> String {
    let id = unescaped(id);
    let mut bytes = Vec::with_capacity(id.len());
    let mut rest = id.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = tail.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        let (byte, used) = code.filter(|_| first == b'%').map_or((first, 1), |code| (code, 3));
        bytes.push(byte);
        rest = &rest[used..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn unescaped(html: &str) -> String {
    let text = html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&nbsp;", "\u{a0}");
    text.replace("&amp;", "&")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

/// More elements open at once than any letter has: opening and closing tags are counted, nothing is parsed.
fn is_deeper(html: &str, most: usize) -> bool {
    let mut depth = 0_usize;
    let bytes = html.as_bytes();
    for (at, _) in html.match_indices('<') {
        match bytes.get(at + 1) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b) if b.is_ascii_alphabetic() && !is_void(&html[at + 1..]) => depth += 1,
            _ => {}
        }
        if depth > most {
            return true;
        }
    }
    false
}

/// Elements without an end (HTML standard, "void elements"), and those whose end is mostly left away.
fn is_void(rest: &str) -> bool {
    let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).take(8).collect::<String>().to_ascii_lowercase();
    ["br", "img", "hr", "p", "li", "meta", "link", "col", "wbr", "input", "td", "tr", "th", "o"].contains(&name.as_str())
}

/// Images come from their own mail, links lead to the web.
fn may_stay(attribute: &str, value: &str) -> bool {
    let is = |scheme: &str| value.trim_start().get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    match attribute {
        "src" => is("cid:"),
        "href" => (is("http:") || is("https:")) && value.len() <= LINK_MAX,
        _ => true,
    }
}

fn cleaner() -> &'static Builder<'static> {
    static CLEANER: OnceLock<Builder<'static>> = OnceLock::new();
    CLEANER.get_or_init(|| {
        let mut cleaner = Builder::empty();
        let spans = || HashSet::from(["colspan", "rowspan"]);
        cleaner
            .tags(TAGS.iter().copied().collect())
            .clean_content_tags(HashSet::from(["script", "style", "title", "template", "noscript", "textarea", "svg", "math", "iframe"]))
            .tag_attributes(HashMap::from([
                ("a", HashSet::from(["href"])),
                ("img", HashSet::from(["src", "alt"])),
                ("td", spans()),
                ("th", spans()),
            ]))
            .attribute_filter(|_, attribute, value| may_stay(attribute, value).then(|| value.into()))
            .url_schemes(HashSet::from(["cid", "http", "https"]))
            .url_relative(UrlRelative::Deny)
            .link_rel(None)
            .strip_comments(true);
        cleaner
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sanitise(html: &str) -> Option<Safe> {
        super::sanitise(html, &Limits::default())
    }

    fn clean(html: &str) -> String {
        sanitise(html).unwrap().with_images(|id| (id == "ok@x").then(|| "/f/1/2".to_owned())).html
    }

    #[test]
    fn g01_g03_g05_no_script_no_style_no_odd_scheme() {
        for (hostile, stays) in [
            ("a<script>alert(1)</script>b", "ab"),
            ("<p onclick=alert(1) style='position:fixed' class=x id=y>a</p>", "<p>a</p>"),
            ("<a href='javascript:alert(1)'>a</a>", "a"),
            ("<img src='data:text/html,x'><img src=x onerror=alert(1)>a", "a"),
            ("<form action=http://evil.test><input name=x><button formaction=y>a</button></form>", "a"),
            ("<iframe srcdoc='<script>x</script>'></iframe><object data=x>a</object><embed src=x>", "a"),
            ("<base href=//evil.test><meta http-equiv=refresh content=0><link rel=stylesheet href=x>a", "a"),
            ("<style>@import url(http://evil.test)</style><p style='background:url(http://evil.test)'>a", "<p>a</p>"),
            ("<img src='file:///etc/passwd'><img src='\\\\evil\\x'><img src='ftp://x'><img src='blob:x'>a", "a"),
            (
                "<table background=http://evil.test><tr><td colspan=2 width=9>a</td></tr></table>",
                "<table><tbody><tr><td colspan=\"2\">a</td></tr></tbody></table>",
            ),
        ] {
            assert_eq!(clean(hostile), stays, "{hostile}");
        }
    }

    #[test]
    fn g02_what_is_clean_stays_clean() {
        for hostile in [
            "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
            "<math><annotation-xml encoding=\"text/html\"><style><img src onerror=alert(1)></style></annotation-xml></math>",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
            "<p>a<table><p>b<td>c</table><b><i>d</b>e</i>",
            "<textarea><img title=\"</textarea><script>x</script>\">",
        ] {
            let once = sanitise(hostile).unwrap();
            let twice = sanitise(once.as_str()).unwrap();
            assert_eq!(once, twice, "{hostile}");
            assert!(!once.as_str().contains("onerror") || once.as_str().contains("&lt;img"), "{}", once.as_str());
            assert!(!once.as_str().contains("<script") && !once.as_str().contains("<svg"), "{}", once.as_str());
        }
    }

    #[test]
    fn g04_images_of_the_same_mail_stay_others_are_counted() {
        let mail = "<p>a<img src=\"cid:ok@x\" alt='a \"b\" <c>'><img src=cid:ok%40x><img src=cid:other@x>\
                    <img src=http://169.254.169.254/><img srcset='http://evil.test 2x'>z</p>";
        let placed = sanitise(mail).unwrap().with_images(|id| (id == "ok@x").then(|| "/f/1/2".to_owned()));
        assert_eq!((placed.left_out, placed.ids.len()), (3, 1), "{placed:?}");
        assert_eq!(placed.html.matches("<img src=\"/f/1/2\"").count(), 2, "{placed:?}");
        assert!(!placed.html.contains("http") && placed.html.ends_with("z</p>"), "{placed:?}");
    }

    #[test]
    fn g10_row16_a_link_says_where_it_leads_and_leads_nowhere() {
        for (html, shown) in [
            (
                "<a href='https://evil.test/x?a=1&amp;b'>desk.test</a>!",
                "desk.test <span class=\"where\">‹<b>evil.test</b>/x?a=1&amp;b›</span>!",
            ),
            ("<a href='https://desk.test@evil.test'>a</a>", "a <span class=\"where\">‹<b>evil.test</b>›</span>"),
            ("<a href='https://desk.test.evil.test/'>desk.test</a>", "desk.test <span class=\"where\">‹<b>desk.test.evil.test</b>›</span>"),
            ("<a href='https://x.test/y'>https://x.test/y</a>", "https://x.test/y"),
            ("<a href='http://x.test/'><b>x.test</b></a>", "<b>x.test</b>"),
            (
                "<a href='https://x.test/&quot;&gt;&lt;script&gt;'>a</a>",
                "a <span class=\"where\">‹<b>x.test</b>/&quot;&gt;&lt;script&gt;›</span>",
            ),
            ("<a href='mailto:a@b.c'>a</a><a href='#x'>b</a><a>c</a>", "abc"),
            ("<img src=cid:no@x alt='<a href=\"https://evil.test\">'>d", "d"),
        ] {
            assert_eq!(clean(html), shown, "{html}");
        }
    }

    #[test]
    fn g15_heavy_html_is_not_parsed() {
        assert_eq!(sanitise(&"<div>".repeat(100_000)), None);
        assert_eq!(sanitise(&"x".repeat(Limits::default().html + 1)), None);
        assert!(sanitise(&"<p>a<br>".repeat(50_000)).is_some());
        let deep = "<div>".repeat(300);
        assert_eq!(sanitise(&deep), None);
        assert!(super::sanitise(&deep, &Limits { html_depth: 300, ..Limits::default() }).is_some(), "as deep as the site says");
        assert_eq!(super::sanitise("<div><div>", &Limits { html_depth: 1, ..Limits::default() }), None);
    }
}
