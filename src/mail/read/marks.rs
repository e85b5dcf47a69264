//! What each line of a mail is: a classifier over lines, with the words of [`phrases`].
//!
//! Excludes: what is cut in the end (see `cut`): a mark says what a line looks like, in its place, and no more.

use super::lines::{LINES_MAX, Line};
use super::phrases::{self, Phrases};
use super::{attribution, headers};

/// What a line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Blank,
    /// Words of the writer, until something else is known.
    Text,
    /// Begins with `>`, or is quoted by the markup.
    Quoted,
    /// "On … wrote:", first or following line.
    Attribution,
    /// Begins a block of From/Sent/To/Subject of an earlier mail.
    Headers,
    /// "-----Original Message-----", or where the markup says that the rest is quoted.
    Original,
    /// "---------- Forwarded message".
    Forward,
    /// `-- `, before a signature.
    Delimiter,
    /// A signature by the markup.
    Signature,
    /// "Sent from my …".
    Device,
    /// Nothing but dashes or underscores.
    Rule,
    /// "Best regards,".
    Closing,
    /// "This message is confidential …": begins a legal or technical footer.
    Footer,
    /// "[EXTERNAL] Caution: …", above everything.
    Banner,
}

/// Longest line that is compared with phrases, in bytes; longer ones are words.
const LINE_MAX: usize = 2_000;
/// Words of "Sent from my …" at most, after what it begins with; of product names that are known, and of what only ends so.
const DEVICE_WORDS: usize = 8;
const PRODUCT_WORDS: usize = 2;
const ENDING_WORDS: usize = 7;
/// Bytes that a legal footer has at least.
const FOOTER_MIN: usize = 50;
/// Lines, blank ones not counted, in which a banner stands.
const BANNER_LINES: usize = 4;

/// One mark for each line.
pub(super) fn of(lines: &[Line]) -> Vec<Mark> {
    let compared = |(at, line): (usize, &Line)| match line.quoted || line.text.len() > LINE_MAX || at >= LINES_MAX {
        true => String::new(),
        false => fold(&line.text),
    };
    let folded: Vec<String> = lines.iter().enumerate().map(compared).collect();
    let mut marks: Vec<Mark> = (0..lines.len()).map(|at| alone(&lines[at], &folded[at])).collect();
    let mut at = 0;
    while at < lines.len() {
        at += in_place(lines, &folded, &mut marks, at);
    }
    for at in 0..marks.len() {
        if marks[at] == Mark::Device && !ends_paragraph(&marks, at) {
            marks[at] = Mark::Text;
        }
    }
    footers(lines, &folded, &mut marks);
    banner(&folded, &mut marks);
    if let Some(rest) = lines.iter().position(|line| line.rest_quoted) {
        marks[rest] = if marks[rest] == Mark::Forward { Mark::Forward } else { Mark::Original };
    }
    marks
}

/// Lower case, single spaces, plain quotes, hyphens and colons, without the stars that mark bold words and without
/// invisible marks.
pub(super) fn fold(text: &str) -> String {
    // Tencent's program writes its text part with references of HTML.
    let referenced = memchr::memmem::find(text.as_bytes(), b"&nbsp;").map(|_| text.replace("&nbsp;", " "));
    let text = referenced.as_deref().unwrap_or(text);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '*' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {}
            c if c.is_ascii_graphic() => out.push(c.to_ascii_lowercase()),
            c if c.is_whitespace() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            '\u{2019}' | '\u{2018}' | '\u{b4}' | '\u{201b}' => out.push('\''),
            '\u{201c}' | '\u{201d}' | '\u{201e}' => out.push('"'),
            '\u{2010}'..='\u{2012}' | '\u{2500}' | '\u{2501}' => out.push('-'),
            '：' => out.push(':'),
            c => out.extend(c.to_lowercase()),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Marks what only its place tells; answers how many lines were looked at.
fn in_place(lines: &[Line], folded: &[String], marks: &mut [Mark], at: usize) -> usize {
    match marks[at] {
        Mark::Text | Mark::Closing | Mark::Device | Mark::Rule => {}
        _ => return 1,
    }
    if let Some(count) = attribution::at(lines, folded, at) {
        marks[at..at + count].fill(Mark::Attribution);
        return count;
    }
    if let Some(from) = headers::begins(folded, at) {
        marks[from] = Mark::Headers;
    }
    1
}

/// What a device adds is a line of its own, the last of its paragraph.
fn ends_paragraph(marks: &[Mark], at: usize) -> bool {
    marks.get(at + 1).is_none_or(|next| !matches!(next, Mark::Text | Mark::Closing))
}

/// Does a quoted line begin a mail that is passed on?
pub(super) fn is_forward(quoted: &str) -> bool {
    let text = quoted.trim_start_matches(['>', ' ']);
    let framed = text.len() <= 160 && (text.starts_with(['-', '_', '=']) || text.ends_with([':', '：']));
    framed && separates(&phrases::get().forward, fold(text).trim_matches(|c: char| "-_=#: ".contains(c)))
}

/// What the line is without its neighbours.
fn alone(line: &Line, folded: &str) -> Mark {
    let phrases = phrases::get();
    let bare = folded.trim_matches(|c: char| "-_=#>|•.:~+[]<> ".contains(c));
    match () {
        () if line.quoted => Mark::Quoted,
        () if folded.is_empty() => without_letters(&line.text),
        () if line.signature => Mark::Signature,
        () if bare.is_empty() => mark_of_rule(folded),
        () if phrases.above.contains(bare.trim_end_matches(['.', '!'])) => Mark::Original,
        () if is_group_wise(folded) => Mark::Original,
        () if is_framed(folded) && separates(&phrases.forward, bare) => Mark::Forward,
        () if is_framed(folded) && separates(&phrases.original, bare) => Mark::Original,
        () if is_device(phrases, folded) => Mark::Device,
        () if folded.len() <= 90 && phrases.closings.contains(bare.trim_end_matches([',', '!', '.', ';', '،', '，', '。', '！', ' '])) => {
            Mark::Closing
        }
        () => Mark::Text,
    }
}

/// A line of which nothing is left to compare: blank, stars, or too far down.
fn without_letters(text: &str) -> Mark {
    match text.trim_matches([' ', '\t', '\u{a0}', '\u{200b}']) {
        "" => Mark::Blank,
        stars if stars.len() < LINE_MAX && stars.bytes().all(|b| b == b'*' || b == b' ') => Mark::Rule,
        text if text.chars().take(LINE_MAX).all(|c| c.is_whitespace() || ('\u{200b}'..='\u{200f}').contains(&c) || c == '\u{feff}') => {
            Mark::Blank
        }
        _ => Mark::Text,
    }
}

/// A line without letters.
fn mark_of_rule(folded: &str) -> Mark {
    match folded {
        "--" | "__" => Mark::Delimiter,
        _ if folded.len() >= 3 && folded.trim_matches(['-', '_']).is_empty() => Mark::Rule,
        _ if folded.len() >= 5 && !folded.starts_with(['>', '.', '+', '#', '[', '<']) => Mark::Rule,
        _ => Mark::Text,
    }
}

/// "-----x-----", "x:" or "> x": a phrase alone would be words of the writer.
fn is_framed(folded: &str) -> bool {
    let framed = folded.starts_with(|c: char| "-_=#".contains(c)) || folded.ends_with(|c: char| "-_=#:".contains(c));
    framed && folded.len() <= 160
}

/// The phrase, perhaps followed by who or when: "forwarded by jean ---".
fn separates(phrases: &std::collections::HashSet<String>, bare: &str) -> bool {
    phrases.contains(bare)
        || bare
            .match_indices(' ')
            .map(|(at, _)| &bare[..at])
            .any(|start| start.contains(' ') && phrases.contains(start) && bare.len() <= start.len() + 60)
}

/// ">>> Jean <jean@ville.test> 03.03.2025 10:12 >>>" of Novell's program.
fn is_group_wise(folded: &str) -> bool {
    folded.starts_with(">>> ") && folded.ends_with(">>>") && folded.contains(|c: char| c.is_ascii_digit())
}

fn is_device(phrases: &Phrases, folded: &str) -> bool {
    if folded.len() > 200 {
        return false;
    }
    let plain = without_links(folded);
    let plain = plain.trim_matches(|c: char| "-_<>()[]~|\"'. ".contains(c));
    if let Some(start) = phrases.devices.of(plain) {
        let rest = &plain[start.len()..];
        let (clause, tail) = rest.find([',', ';', '.', '!']).map_or((rest, ""), |end| rest.split_at(end));
        let tail = tail.trim_start_matches([',', ';', '.', '!', ' ']);
        let words = if start.ends_with(' ') { DEVICE_WORDS } else { PRODUCT_WORDS };
        let fits =
            clause.split_whitespace().count() <= words && (tail.is_empty() || tail.len() <= 3 || phrases.apologies.of(tail).is_some());
        if fits {
            return true;
        }
    }
    phrases.device_ends.of(plain).is_some() && plain.split(' ').count() <= ENDING_WORDS && !plain.contains(['?', ':'])
}

/// "sent from [mail](https://…) for windows" and "sent from mail <https://…>" without their addresses.
fn without_links(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    let mut rest = folded;
    while let Some(at) = rest.find("http") {
        out.push_str(rest[..at].trim_end_matches(['(', '<', '[', ' ']));
        let end = rest[at..].find([' ', ')', '>', ']']).map_or(rest.len(), |end| at + end);
        rest = rest[end..].trim_start_matches([')', '>', ']']);
    }
    out.push_str(rest);
    out.replace(['[', ']'], "")
}

/// Legal notes begin a paragraph that is long enough to be one; what lists add stands below a rule.
fn footers(lines: &[Line], folded: &[String], marks: &mut [Mark]) {
    let phrases = phrases::get();
    for at in 0..lines.len() {
        let begins = matches!(marks[at], Mark::Text | Mark::Closing)
            && at.checked_sub(1).is_none_or(|above| matches!(marks[above], Mark::Blank | Mark::Rule | Mark::Delimiter | Mark::Device))
            && phrases.footers.of(folded[at].trim_start_matches(|c: char| !c.is_alphabetic())).is_some()
            && folded[at..].iter().take(8).take_while(|line| !line.is_empty()).map(String::len).sum::<usize>() >= FOOTER_MIN;
        let list = || {
            let below = || folded[at + 1..].iter().filter(|line| !line.is_empty()).take(8);
            marks[at] == Mark::Rule && below().any(|line| phrases.lists.iter().any(|phrase| line.contains(phrase.as_str())))
        };
        if begins || list() {
            marks[at] = Mark::Footer;
        }
    }
}

/// Warnings of gateways stand on top, one paragraph, sometimes in a frame.
fn banner(folded: &[String], marks: &mut [Mark]) {
    let phrases = phrases::get();
    let plain = |line: &str| line.trim_start_matches(|c: char| !c.is_alphabetic() && c != '[' && c != '【').to_owned();
    let top = (0..marks.len()).filter(|&at| marks[at] != Mark::Blank).take(BANNER_LINES);
    let found = top.take_while(|&at| marks[at] != Mark::Quoted).find(|&at| phrases.banners.of(&plain(&folded[at])).is_some());
    let Some(at) = found.filter(|at| marks[..*at].iter().all(|mark| matches!(mark, Mark::Blank | Mark::Rule))) else { return };
    let end = (at..marks.len()).find(|&line| marks[line] != Mark::Text).unwrap_or(marks.len());
    let framed = marks.get(end) == Some(&Mark::Rule);
    marks[..end + usize::from(framed)].iter_mut().filter(|mark| **mark != Mark::Blank).for_each(|mark| *mark = Mark::Banner);
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    fn first(text: &str) -> Mark {
        of(&lines::plain(text))[0]
    }

    #[test]
    fn devices() {
        for text in [
            "Envoyé de mon iPhone",
            "Sent from my cell, please excuse any typos.",
            "Get Outlook for iOShttps://aka.ms/o0ukef",
            "Get [Outlook for Android](https://aka.ms/x)",
            "Sent from Mail<https://go.test/x> for Windows 10",
            "Von meinem iPhone gesendet",
            "從我的 iPhone 傳送",
            "iPhoneから送信",
            "<<sent by galaxy>>",
            "(Sent from mobile device)",
            "Sent from my HTC M8 Android phone.  Please excuse typoze",
            "iPhone'umdan gönderildi",
            "내 iPhone에서 보냄",
        ] {
            assert_eq!(first(text), Mark::Device, "{text}");
        }
        for text in [
            "Sent from my desk, is much easier than my mobile phone.",
            "Sent with the courier yesterday\nby Jean",
            "Télécharger le fichier ne marche pas",
        ] {
            assert_eq!(first(text), Mark::Text, "{text}");
        }
    }

    #[test]
    fn separators() {
        for text in [
            "-----Original Message-----",
            "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐",
            "----- Mail original -----",
            "-------- Message d'origine --------",
            ">>> Jean <j@x.test> 03.03.2025 10:12 >>>",
            "##- Please type your reply above this line -##",
        ] {
            assert!(matches!(first(text), Mark::Original | Mark::Quoted), "{text}");
        }
        for text in [
            "---------- Forwarded message ---------",
            "Begin forwarded message:",
            "-------- Message transféré --------",
            "----- Forwarded by Jean/ORG on 03/03/2025 -----",
        ] {
            assert_eq!(first(text), Mark::Forward, "{text}");
        }
        for text in ["Original message", "----- Enter Feedback Below -----", "#### code ####"] {
            assert_eq!(first(text), Mark::Text, "{text}");
        }
    }
}
