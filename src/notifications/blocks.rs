//! What people wrote, as it stands in a mail of ours: every line behind a border that only we can draw, so that nobody
//! can imitate our own words below theirs (CASEBOOK G11), and escaped in HTML (G14).

use serde::Serialize;

use super::language::Words;
use super::{Scene, names};
use crate::desk::{Event, Visibility};
use crate::proof::Level;

/// Bytes of one text that a mail carries at most; the ticket has all of it.
const TEXT_MAX: usize = 64 << 10;
/// Bytes of all texts of one mail.
const ALL_MAX: usize = 512 << 10;
/// Bytes of the line that mail programs show in their list.
const PREVIEW_MAX: usize = 100;

/// Somebody's words.
#[derive(Debug, Serialize)]
pub struct Block {
    /// Who wrote.
    pub who: String,
    /// When.
    pub at: String,
    /// A warning that belongs to these words; may be empty.
    pub warning: String,
    /// The words, each line behind a border.
    pub text: String,
    /// The same as safe HTML.
    pub html: String,
    /// Line of the names and sizes of the files that came with them; may be empty.
    pub files: String,
}

/// Keeps the newest words that fit into one mail; were others left out?
pub fn newest(blocks: &mut Vec<Block>) -> bool {
    let mut room = ALL_MAX;
    let fits = |block: &&Block| {
        let fits = block.text.len() <= room;
        room = room.saturating_sub(block.text.len());
        fits
    };
    let kept = blocks.iter().rev().take_while(fits).count();
    let left_out = blocks.len() - kept;
    blocks.drain(..left_out);
    left_out > 0
}

/// The block of an event's words. Agents see the address beside the name of whoever is not one of them, and everybody
/// does where nothing proves the name (CASEBOOK A14).
pub fn block(words: &Words, scene: &Scene<'_>, event: &Event, text: &str, for_agent: bool) -> Block {
    let who = match &event.actor.person {
        Some(person) if for_agent || event.actor.level < Level::Proven => names::full(scene, person),
        Some(person) => names::label(scene, person),
        None => scene.site.name.clone(),
    };
    let mut cut = cut(text, TEXT_MAX).to_owned();
    if cut.len() < text.len() {
        cut.push_str("\n\n");
        cut.push_str(words.term("block", "cut"));
    } else if cut.trim().is_empty() {
        cut = words.term("block", "empty").to_owned();
    }
    Block {
        warning: warning(words, event, &who),
        at: words.date(event.at, &scene.site.zone),
        text: bordered(&cut),
        html: html(&cut),
        files: files(words, event),
        who,
    }
}

/// Why these words are to be read with care.
fn warning(words: &Words, event: &Event, who: &str) -> String {
    let key = match (event.visibility, event.actor.level) {
        (Visibility::Agents, Level::Failed | Level::Claimed) => "block.unproven_internal",
        (Visibility::Public, Level::Failed | Level::Claimed) => "block.unproven",
        (Visibility::Agents, _) => "block.internal",
        (Visibility::Public, Level::Proven) => return String::new(),
    };
    words.say(key, &[("who", who)])
}

fn files(words: &Words, event: &Event) -> String {
    let files = event.source.iter().flat_map(|source| &source.attachments);
    let named = files.map(|file| format!("{} ({})", names::title(&file.name), words.size(file.size)));
    let named = named.collect::<Vec<_>>().join(", ");
    if named.is_empty() { named } else { words.say("block.files", &[("names", &named)]) }
}

/// Each line behind `| `, whatever somebody takes for the end of a line.
pub fn bordered(text: &str) -> String {
    let mut bordered = String::with_capacity(text.len() + text.len() / 16 + 16);
    for line in lines(text) {
        bordered.push_str(if line.is_empty() { "|" } else { "| " });
        bordered.push_str(line);
        bordered.push('\n');
    }
    bordered.pop();
    bordered
}

/// Escaped text with `<br>` at line ends.
pub fn html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8 + 16);
    for (number, line) in lines(text).enumerate() {
        if number > 0 {
            html.push_str("<br>\n");
        }
        for c in line.chars() {
            match c {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                c => html.push(c),
            }
        }
    }
    html
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim_matches(['\n', '\r']);
    let ends = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    text.split(ends).map(str::trim_end)
}

/// The beginning of a text on one line, without working links: it stands outside of the border.
pub fn preview(text: &str) -> String {
    cut(&names::title(cut(text, 4 * PREVIEW_MAX)), PREVIEW_MAX).to_owned()
}

fn cut(text: &str, max: usize) -> &str {
    let end = text.floor_char_boundary(max);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g11_every_line_stays_behind_the_border() {
        let hostile = "hello\r\n-- \rApprove:\u{2028}https://evil.test\u{85}\n\nbye\n";
        assert!(bordered(hostile).lines().all(|line| line.starts_with('|')), "{}", bordered(hostile));
        assert_eq!(bordered("a\n\nb"), "| a\n|\n| b");
    }

    #[test]
    fn g14_html_is_inert() {
        assert_eq!(html("<script>\n\"x\" & 'y'"), "&lt;script&gt;<br>\n&quot;x&quot; &amp; &#39;y&#39;");
    }
}
