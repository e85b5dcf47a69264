//! What each line of a mail is: a classifier over lines, with the words of `data/markers/quotes.toml`.
//!
//! Excludes: what is cut in the end (see `cut`): a mark says what a line looks like, in its place, and no more.

use super::html::Line;
use super::markers::{self, Headers};

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
    /// "Sent from my …".
    Device,
    /// Nothing but dashes or underscores.
    Rule,
    /// "Best regards,".
    Closing,
}

/// Lines of one attribution at most.
const ATTRIBUTION_LINES: usize = 4;
/// Bytes of one attribution at most.
const ATTRIBUTION_MAX: usize = 400;
/// Lines in which a header block shows its fields.
const HEADER_LINES: usize = 10;

/// One mark for each line.
pub(super) fn of(lines: &[Line]) -> Vec<Mark> {
    let folded: Vec<String> = lines.iter().map(|line| if line.quoted { String::new() } else { fold(&line.text) }).collect();
    let view = View { lines, folded: &folded };
    let mut marks: Vec<Mark> = (0..lines.len()).map(|at| view.alone(at)).collect();
    for at in 0..lines.len() {
        if marks[at] != Mark::Text && marks[at] != Mark::Closing {
            continue;
        }
        if let Some(count) = view.attribution(at) {
            marks[at..at + count].fill(Mark::Attribution);
        } else if view.headers(at) {
            marks[at] = Mark::Headers;
        }
    }
    if let Some(rest) = lines.iter().position(|line| line.rest_quoted) {
        marks[rest] = Mark::Original;
    }
    marks
}

/// Lower case, single spaces, plain quotes, without the stars that mark bold words.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '*' => {}
            '\u{2019}' | '\u{2018}' | '\u{b4}' => out.push('\''),
            c if c.is_whitespace() || c == '\u{200b}' => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            c => out.extend(c.to_lowercase()),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

struct View<'a> {
    lines: &'a [Line],
    folded: &'a [String],
}

impl View<'_> {
    /// What the line is without its neighbours.
    fn alone(&self, at: usize) -> Mark {
        let folded = self.folded[at].as_str();
        let quotes = &markers::get().quotes;
        let bare = folded.trim_matches(|c: char| "-_=#>|•.: ".contains(c));
        match () {
            () if self.lines[at].quoted => Mark::Quoted,
            () if folded.is_empty() => Mark::Blank,
            () if folded == "--" || folded == "—" && self.lines[at].text.trim() == "—" => Mark::Delimiter,
            () if bare.is_empty() && folded.len() >= 5 => Mark::Rule,
            () if is_framed(folded) && quotes.separators.original.contains(bare) => Mark::Original,
            () if is_framed(folded) && quotes.separators.forward.contains(bare) => Mark::Forward,
            () if folded.len() <= 160 && quotes.devices.starts.iter().any(|start| folded.starts_with(start.as_str())) => Mark::Device,
            () if folded.len() <= 60 && quotes.closings.words.contains(bare.trim_end_matches([',', '!', '.', ';'])) => Mark::Closing,
            () => Mark::Text,
        }
    }

    /// How many lines of an attribution begin here.
    fn attribution(&self, at: usize) -> Option<usize> {
        let mut joined = String::new();
        for count in 1..=ATTRIBUTION_LINES.min(self.folded.len() - at) {
            let line = &self.folded[at + count - 1];
            if line.is_empty() || joined.len() + line.len() > ATTRIBUTION_MAX {
                return None;
            }
            if count > 1 && self.begins(line) && line.contains(|c: char| c.is_ascii_digit()) {
                return None;
            }
            joined.push_str(line);
            if self.is_known(&joined) || self.leads_to_quote(at + count, &joined, count) {
                return Some(count);
            }
            joined.push(' ');
        }
        None
    }

    fn begins(&self, folded: &str) -> bool {
        markers::get().quotes.attribution.iter().any(|known| known.starts.iter().any(|start| folded.starts_with(start.as_str())))
    }

    /// By the words of one language.
    fn is_known(&self, joined: &str) -> bool {
        let told = joined.contains('@') || joined.contains(|c: char| c.is_ascii_digit());
        told && markers::get().quotes.attribution.iter().any(|known| {
            known.starts.iter().any(|start| joined.starts_with(start.as_str()))
                && known.ends.iter().any(|end| joined.ends_with(end.as_str()) && (end.ends_with(':') || joined.contains([':', '@'])))
        })
    }

    /// By its place: right before quoted lines, it names an address or a moment and ends as attributions do.
    fn leads_to_quote(&self, next: usize, joined: &str, count: usize) -> bool {
        let follows = self.lines[next..].iter().take(2).find(|line| !line.text.trim().is_empty());
        if !follows.is_some_and(|line| line.quoted) || count > 3 {
            return false;
        }
        let digits = joined.bytes().filter(u8::is_ascii_digit).count();
        let address = joined.contains('@');
        let ends = joined.ends_with([':', '：']);
        let verb = markers::get().quotes.trailing.ends.iter().any(|end| joined.ends_with(end.as_str()));
        // "2013/8/5 Foo <foo@x.test>", as Gmail wrote in some languages.
        let dated = joined.starts_with(|c: char| c.is_ascii_digit()) && joined.ends_with('>');
        match count {
            1 => verb || ends && (address || digits >= 4) || dated && address,
            _ => address && digits >= 4 && (verb || ends || dated),
        }
    }

    /// True when a block of header lines begins here.
    fn headers(&self, at: usize) -> bool {
        let headers = &markers::get().quotes.headers;
        let Some(first) = kind(headers, &self.folded[at]) else { return false };
        let mut kinds = 0u8;
        if self.inline_headers(at) {
            return true;
        }
        let mut misses = 0;
        for line in self.folded[at..].iter().take(HEADER_LINES) {
            match kind(headers, line) {
                Some(kind) => kinds |= kind,
                None if line.is_empty() => {}
                None => misses += 1,
            }
            if misses > 3 {
                break;
            }
        }
        let others = (kinds & !FROM).count_ones();
        first != OTHER && kinds & FROM != 0 && others >= 2
    }

    /// All of them on one line, as some gateways fold it.
    fn inline_headers(&self, at: usize) -> bool {
        let headers = &markers::get().quotes.headers;
        let mut kinds = 0u8;
        let mut rest = self.folded[at].as_str();
        while let Some((before, after)) = rest.split_once(':') {
            let words: Vec<&str> = before.split(' ').filter(|word| !word.is_empty()).collect();
            let last = words.last().copied().unwrap_or_default();
            kinds |= kind(headers, &format!("{last}:")).unwrap_or(0);
            rest = after;
        }
        kinds & FROM != 0 && kinds & SUBJECT != 0 && (kinds & !FROM).count_ones() >= 2
    }
}

/// "-----x-----", "x:" or "> x": a phrase alone would be words of the writer.
fn is_framed(folded: &str) -> bool {
    let framed = folded.starts_with(|c: char| "-_=#".contains(c)) || folded.ends_with(|c: char| "-_=#:".contains(c));
    framed && folded.len() <= 120
}

const FROM: u8 = 1;
const DATE: u8 = 2;
const TO: u8 = 4;
const SUBJECT: u8 = 8;
const OTHER: u8 = 16;

/// Which header a line shows, as a bit.
fn kind(headers: &Headers, folded: &str) -> Option<u8> {
    let (name, _) = folded.split_once([':', '：'])?;
    let name = name.trim_matches(|c: char| c == ' ' || c == '>' || c == '_');
    let sets = [(&headers.from, FROM), (&headers.date, DATE), (&headers.to, TO), (&headers.subject, SUBJECT), (&headers.other, OTHER)];
    (name.len() <= 24).then(|| sets.iter().find(|(names, _)| names.contains(name)).map(|(_, bit)| *bit)).flatten()
}
