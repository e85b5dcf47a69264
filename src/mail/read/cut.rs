//! New words, what they answer, quoted words, signature, footer: each line of a text goes to exactly one of them.
//!
//! Promises: the parts joined are the text; what is shown is never empty when the text is not; words below or between
//! quoted ones stay. Excludes: what a line looks like (see `marks`).

use super::cards;
use super::lines::Line;
use super::marks::{self, Mark, fold};
use super::phrases;
use crate::mail::incoming::{Part, PartKind};

/// What is known of a mail besides its text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct About<'a> {
    /// The author's name, as `From` has it.
    pub author: Option<&'a str>,
    /// The subject says that it is a forward.
    pub forward: bool,
}

/// A text in its parts, and views of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Split {
    pub parts: Vec<Part>,
    pub reply: String,
    pub said: String,
    pub quoted: String,
    pub signature: String,
}

/// Lines of a signature after `-- ` at most; more are words.
const SIGNATURE_LINES: usize = 20;
/// Words that may introduce answers inside an unmarked quotation, at most.
const INLINE_WORDS: usize = 60;

/// Cuts a text.
pub(super) fn split(lines: &[Line], about: About<'_>) -> Split {
    views(lines, &kinds(lines, about))
}

/// What each line of a text is.
pub(super) fn kinds(lines: &[Line], about: About<'_>) -> Vec<PartKind> {
    let marks = marks::of(lines);
    let mut kinds = vec![PartKind::New; lines.len()];
    let end = place_quotes(lines, &marks, &mut kinds, about);
    for section in sections(&marks, &kinds) {
        place_machines(&marks, &mut kinds, section.clone());
        place_signature(&View { lines, marks: &marks, about }, &mut kinds, section);
    }
    place_questions(&View { lines, marks: &marks, about }, &mut kinds, end);
    place_blanks(&marks, &mut kinds);
    kinds
}

/// The parts of a text whose lines were told, and what is shown of them.
pub(super) fn views(lines: &[Line], kinds: &[PartKind]) -> Split {
    let said = gather(lines, kinds, |kind| kind == PartKind::New);
    let mut reply = gather(lines, kinds, PartKind::is_shown);
    // Nothing left means nothing stripped: first a signature counts as words, then everything does.
    if !is_something(&reply) {
        reply = gather(lines, kinds, |kind| !matches!(kind, PartKind::Quoted | PartKind::Forwarded));
    }
    if !is_something(&reply) {
        reply = gather(lines, kinds, |_| true);
    }
    Split {
        parts: parts(lines, kinds),
        reply,
        said,
        quoted: gather(lines, kinds, |kind| matches!(kind, PartKind::Quoted | PartKind::Forwarded)),
        signature: gather(lines, kinds, |kind| matches!(kind, PartKind::Signature | PartKind::Footer)),
    }
}

fn is_something(text: &str) -> bool {
    text.contains(|c: char| !c.is_whitespace() && !"-_=*>|".contains(c))
}

fn parts(lines: &[Line], kinds: &[PartKind]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (at, (line, kind)) in lines.iter().zip(kinds).enumerate() {
        // A line end belongs to what stands before it.
        if let Some(before) = parts.last_mut().filter(|_| at > 0 && !line.glued) {
            before.text.push('\n');
        }
        match parts.last_mut().filter(|before| before.kind == *kind) {
            Some(before) => before.text.push_str(&line.text),
            None => parts.push(Part { kind: *kind, text: line.text.clone() }),
        }
    }
    parts
}

/// The lines of some kinds. Where something was taken out between two of them, a blank line stays.
fn gather(lines: &[Line], kinds: &[PartKind], wanted: impl Fn(PartKind) -> bool) -> String {
    let mut text = String::new();
    let mut last = None;
    for (at, line) in lines.iter().enumerate().filter(|(at, _)| wanted(kinds[*at])) {
        if last.is_some_and(|last| last + 1 != at) && !text.ends_with("\n\n") {
            text.push('\n');
        }
        if line.glued && last.is_some_and(|last| last + 1 == at) {
            text.pop();
        }
        text.push_str(&line.text);
        text.push('\n');
        last = Some(at);
    }
    text.trim_matches('\n').trim_end().to_owned()
}

/// Places what is quoted; answers where the quotation begins that goes on until the end.
fn place_quotes(lines: &[Line], marks: &[Mark], kinds: &mut [PartKind], about: About<'_>) -> usize {
    let written =
        |until: usize| marks[..until].iter().any(|mark| matches!(mark, Mark::Text | Mark::Closing | Mark::Device | Mark::Signature));
    let mut passed_on = false;
    for at in 0..marks.len() {
        let opens = match marks[at] {
            Mark::Quoted => {
                passed_on |= marks::is_forward(&lines[at].text);
                kinds[at] = if passed_on { PartKind::Forwarded } else { PartKind::Quoted };
                false
            }
            Mark::Attribution => {
                kinds[with_rule(marks, at)..=at].fill(PartKind::Quoted);
                // Without `>` below, nothing tells where the quotation ends: with the mail.
                written(at) && !next_words(marks, at).is_some_and(|next| marks[next] == Mark::Quoted)
            }
            Mark::Headers | Mark::Original | Mark::Forward => true,
            _ => false,
        };
        if opens {
            let from = with_rule(marks, at);
            let forward = marks[at] == Mark::Forward || about.forward && marks[at] == Mark::Headers;
            let kind = match () {
                () if forward => PartKind::Forwarded,
                () if says_inline(lines, marks, from) => PartKind::Question,
                () => PartKind::Quoted,
            };
            kinds[from..].fill(kind);
            return from;
        }
    }
    marks.len()
}

/// The next line that is neither blank nor part of the same attribution.
fn next_words(marks: &[Mark], at: usize) -> Option<usize> {
    (at..marks.len()).find(|&at| !matches!(marks[at], Mark::Attribution | Mark::Blank))
}

/// A rule right above belongs to what it introduces, and so does the introduction of an introduction.
fn with_rule(marks: &[Mark], at: usize) -> usize {
    let above = marks[..at].iter().rposition(|mark| *mark != Mark::Blank);
    above.filter(|&above| matches!(marks[above], Mark::Rule | Mark::Original | Mark::Delimiter) && at - above <= 3).unwrap_or(at)
}

/// "See my answers below, in red": new words are somewhere in what looks quoted, so it is shown.
fn says_inline(lines: &[Line], marks: &[Mark], until: usize) -> bool {
    let said: Vec<String> = (0..until).filter(|&at| marks[at] == Mark::Text).map(|at| fold(&lines[at].text)).collect();
    let words: usize = said.iter().map(|line| line.split(' ').count()).sum();
    words <= INLINE_WORDS && said.iter().any(|line| phrases::get().inline.iter().any(|phrase| line.contains(phrase.as_str())))
}

/// Stretches of new lines between quoted ones.
fn sections(marks: &[Mark], kinds: &[PartKind]) -> Vec<std::ops::Range<usize>> {
    let mut sections = Vec::new();
    let mut start = None;
    for at in 0..=marks.len() {
        let inside = at < marks.len() && kinds[at] == PartKind::New;
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) if at == marks.len() || marks[at] != Mark::Blank => {
                sections.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    sections
}

/// What devices, lists, lawyers and gateways added.
fn place_machines(marks: &[Mark], kinds: &mut [PartKind], section: std::ops::Range<usize>) {
    let words = |until: usize| marks[..until].iter().any(|mark| matches!(mark, Mark::Text | Mark::Closing));
    for at in section.clone() {
        match marks[at] {
            Mark::Device | Mark::Signature => kinds[at] = PartKind::Signature,
            Mark::Banner => kinds[at] = PartKind::Footer,
            Mark::Footer if words(at) => {
                let from = with_rule(marks, at).max(section.start);
                return kinds[from..section.end].fill(PartKind::Footer);
            }
            _ => {}
        }
    }
}

struct View<'a> {
    lines: &'a [Line],
    marks: &'a [Mark],
    about: About<'a>,
}

/// What the author's program, or the author, put below the words.
fn place_signature(view: &View<'_>, kinds: &mut [PartKind], section: std::ops::Range<usize>) {
    let kept: Vec<usize> = section.filter(|&at| kinds[at] == PartKind::New && view.marks[at] != Mark::Blank).collect();
    let above = kept.first().is_some_and(|&first| view.marks[..first].contains(&Mark::Text));
    for (count, &at) in kept.iter().enumerate() {
        // One more than any signature has: a long text is not looked at again and again.
        let below: Vec<&Line> = kept[count + 1..].iter().take(SIGNATURE_LINES + 1).map(|&at| &view.lines[at]).collect();
        let Some(farewell) = view.farewell(at, &below, count > 0 || above) else { continue };
        let (said, card) = kept[count..].split_at(farewell);
        said.iter().for_each(|&at| kinds[at] = PartKind::Farewell);
        card.iter().for_each(|&at| kinds[at] = PartKind::Signature);
        return;
    }
}

impl View<'_> {
    /// When a signature begins with this line: how many of its lines are a farewell rather than a card.
    fn farewell(&self, at: usize, below: &[&Line], has_words: bool) -> Option<usize> {
        let text = self.lines[at].text.as_str();
        match self.marks[at] {
            Mark::Delimiter => (below.len() <= SIGNATURE_LINES).then_some(0),
            _ if !has_words => None,
            Mark::Closing => cards::after_closing(below).map(|name| name + 1),
            Mark::Rule => cards::is_card(below).then_some(0),
            Mark::Text if below.is_empty() && cards::is_signed_name(text) => Some(0),
            Mark::Text if self.about.author.is_some_and(|author| cards::is_author(text, author)) => match below.is_empty() {
                true => Some(1),
                false => cards::is_card(below).then_some(1),
            },
            _ => None,
        }
    }
}

/// A quotation that is answered below is shown: several with words between them, or one that the author made by hand. One that
/// a program introduced, with all answers below it, is not.
fn place_questions(view: &View<'_>, kinds: &mut [PartKind], end: usize) {
    let marks = view.marks;
    let said =
        |kinds: &[PartKind], at: usize| kinds[at] == PartKind::New && !matches!(marks[at], Mark::Blank | Mark::Rule | Mark::Delimiter);
    let runs = runs(marks, end, |at| said(kinds, at));
    let answered = |at: usize| {
        let until = runs.get(at + 1).map_or(end, |next: &Run| next.lines.start);
        (runs[at].lines.end..until).any(|line| said(kinds, line))
    };
    // A quotation in markup below words is a program's.
    let by_program = |run: &Run| run.introduced || view.lines[run.lines.start].by_markup && (0..run.lines.start).any(|at| said(kinds, at));
    let asked =
        (0..runs.len()).filter(|&at| answered(at) && (runs.len() > 1 || !by_program(&runs[at]))).flat_map(|at| runs[at].lines.clone());
    // Inside a quoted element, what has no `>` is the introduction.
    let question = |at: &usize| {
        let line = &view.lines[*at];
        kinds[*at] == PartKind::Quoted && marks[*at] == Mark::Quoted && (!line.by_markup || line.text.starts_with('>'))
    };
    let asked: Vec<usize> = asked.filter(question).collect();
    asked.into_iter().for_each(|at| kinds[at] = PartKind::Question);
}

/// Quoted lines without words between them.
struct Run {
    lines: std::ops::Range<usize>,
    introduced: bool,
}

fn runs(marks: &[Mark], end: usize, said: impl Fn(usize) -> bool) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let (mut open, mut introduced) = (false, false);
    for (at, mark) in marks[..end].iter().enumerate() {
        match mark {
            Mark::Quoted if open => runs.last_mut().into_iter().for_each(|run| run.lines.end = at + 1),
            Mark::Quoted => {
                runs.push(Run { lines: at..at + 1, introduced });
                open = true;
            }
            Mark::Attribution => introduced = true,
            _ if said(at) => (open, introduced) = (false, false),
            _ => {}
        }
    }
    runs
}

/// Blank lines go with what stands above them, the first ones with what stands below.
fn place_blanks(marks: &[Mark], kinds: &mut [PartKind]) {
    let first = marks.iter().position(|mark| *mark != Mark::Blank).unwrap_or(0);
    let mut last = kinds.get(first).copied().unwrap_or(PartKind::New);
    for at in 0..kinds.len() {
        match marks[at] {
            Mark::Blank => kinds[at] = last,
            _ => last = kinds[at],
        }
    }
}

#[cfg(test)]
mod tests;
