//! A text as lines, with what its form says of them: quoted by `>`, by the markup, or glued to an introduction.

use super::attribution;

/// A line of text, and what the markup said of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub text: String,
    /// Inside a quotation, by `>` or by the markup.
    pub quoted: bool,
    /// It is the markup that says so.
    pub by_markup: bool,
    /// By the markup, everything from here on was quoted by the sender's program.
    pub rest_quoted: bool,
    /// By the markup, part of the signature.
    pub signature: bool,
    /// `Content-ID`s of the pictures that the markup shows here.
    pub images: Vec<String>,
    /// No line end before it: it was cut off from the line above, because something else begins in it.
    pub glued: bool,
}

/// Lines that are told apart; a longer text ends in one line that is all the rest.
pub(super) const LINES_MAX: usize = 10_000;

/// A plain text as lines.
pub(super) fn plain(text: &str) -> Vec<Line> {
    let line = |text: &str| Line { text: text.to_owned(), quoted: is_quoted(text), ..Line::default() };
    let mut lines: Vec<Line> = text.splitn(LINES_MAX, '\n').map(line).collect();
    if let Some(rest) = lines.get_mut(LINES_MAX - 1) {
        rest.quoted = false;
    }
    close_brackets(&mut lines);
    unglue(lines)
}

/// The lines as one text: exactly what they were made of.
pub(super) fn join(lines: &[Line]) -> String {
    let mut text = String::with_capacity(lines.iter().map(|line| line.text.len() + 1).sum());
    for (at, line) in lines.iter().enumerate() {
        if at > 0 && !line.glued {
            text.push('\n');
        }
        text.push_str(&line.text);
    }
    text
}

/// The lines without the blank ones at both ends.
pub(super) fn trimmed(mut lines: Vec<Line>) -> Vec<Line> {
    let blank = |line: &&Line| line.text.is_empty();
    lines.truncate(lines.len() - lines.iter().rev().take_while(blank).count());
    let leading = lines.iter().take_while(blank).count();
    lines.drain(..leading);
    lines
}

/// `> text`, or `JD> text` as The Bat and some newsreaders write.
fn is_quoted(text: &str) -> bool {
    let text = text.trim_start();
    let initials = text.bytes().take(4).take_while(u8::is_ascii_uppercase).count();
    let rest = &text[initials..];
    rest.starts_with('>') && !is_novell(text) && (initials == 0 || rest.trim_start_matches('>').starts_with(' ') || rest.len() == 1)
}

/// ">>> Jean <jean@ville.test> 03.03.2025 10:12 >>>" of GroupWise introduces a quotation and is none.
fn is_novell(text: &str) -> bool {
    text.starts_with(">>> ") && text.trim_end().ends_with(">>>") && text.contains('@') && text.len() <= 200
}

/// A line between two quoted ones, below a bracket that is still open or that closes with nothing but an address, was broken off
/// the quoted line above by a program that counts to 76.
fn close_brackets(lines: &mut [Line]) {
    for at in 1..lines.len().saturating_sub(1) {
        if lines[at].quoted || !lines[at - 1].quoted || !lines[at + 1].quoted {
            continue;
        }
        let (above, text) = (lines[at - 1].text.as_str(), lines[at].text.trim());
        let open = |open: char, close: char| above.rfind(open) > above.rfind(close) && text.contains(close) && !text.contains(open);
        let link = text.starts_with(['(', '<', '[']) && text.contains("://") && !text.contains(' ')
            || text.starts_with('(') && text.contains("://") && text.ends_with('>');
        lines[at].quoted = !text.is_empty() && (open('(', ')') || open('<', '>') || open('[', ']') || link);
    }
}

/// Some programs put the introduction of the quotation on the last line of the new words, or the quotation behind its introduction.
fn unglue(lines: Vec<Line>) -> Vec<Line> {
    let before_quote = |at: usize| lines[at + 1..].iter().take(2).find(|line| !line.text.is_empty()).is_some_and(|line| line.quoted);
    let place = |(at, line): (usize, &Line)| {
        let last = !line.quoted && line.text.ends_with([':', '：', '-']) && before_quote(at);
        let cut = match () {
            () if last => attribution::glued_at(&line.text),
            () if !line.quoted && line.text.contains(":  ") => attribution::ends_inside(&line.text),
            () => None,
        };
        cut.map(|cut| (at, cut))
    };
    let Some((at, cut)) = lines.iter().enumerate().find_map(place) else { return lines };
    let mut out = lines;
    let tail = out[at].text.split_off(cut);
    out.insert(at + 1, Line { text: tail, glued: true, ..Line::default() });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_by_form() {
        for text in ["> x", ">x", " > x", "JD> x", "JD>", ">> x"] {
            assert!(is_quoted(text), "{text}");
        }
        for text in ["x > y", "C:\\>dir", "HTML>x", "AB>cd", ""] {
            assert!(!is_quoted(text), "{text}");
        }
    }

    #[test]
    fn broken_links_stay_quoted() {
        for text in ["> see (http://x.test/a\n_b=1)\n> more", "> see\n (http://x.test/a) >\n> more", "> a <b@c.test\n>\n> d"] {
            assert!(plain(text).iter().all(|line| line.quoted), "{text}");
        }
        assert!(!plain("> one?\nYes (really).\n> two?")[1].quoted);
    }

    #[test]
    fn an_introduction_on_the_last_line() {
        for (text, cut) in
            [("Yes On Wed, Apr 4, 2012 at 3:59 PM, me@x.test wrote:\n> Hi", 3), ("Yes--- On Apr 4, 2012 at 3:59, J wrote:\n> Hi", 3)]
        {
            let lines = plain(text);
            assert_eq!((lines[0].text.len(), lines.len(), join(&lines).as_str()), (cut, 3, text));
        }
        assert_eq!(plain("  On Mon, 3 Mar 2025 at 10:12, J<j@x.test> wrote:   Hello\nyou")[1].text, "   Hello");
        assert_eq!(plain("Le 3 mars 2025 à 10:12, Jean on Tour <j@x.test> a écrit :\n> x").len(), 2);
    }
}
