//! What a mail repeats of its conversation, by the texts that we sent or stored: the surest evidence of a quotation, because it
//! needs no mark. It also finds what somebody wrote into a quotation.
//!
//! Promises: linear in the texts, bounded; words that nobody knows stay, or come back. A few words in common prove nothing:
//! four in a row, over most of several lines, do. Excludes: which texts these are (see the gateway).

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use super::lines::Line;
use super::marks::{self, Mark, fold};
use super::{attribution, cut};
use crate::mail::incoming::{Incoming, Part, PartKind};

/// Words in a row that must be the same.
const SHINGLE: usize = 4;
/// Words that are compared, of the mail and of the known texts each.
const WORDS_MAX: usize = 20_000;
/// Known words that make a quotation without marks.
const UNMARKED_MIN: usize = 12;
/// Known words that are shown above an answer; a longer stretch is a whole mail.
const QUESTION_MAX: usize = 60;
/// Words of a quotation before edits in it are looked for, and lines of one edit at most.
const EDITED_MIN: usize = 12;
const EDIT_LINES: usize = 15;

/// Is it worth asking? Long new words may repeat something; in a quotation without `>`, somebody may have written.
pub(in crate::mail) fn may_repeat(mail: &Incoming) -> bool {
    let words = |text: &str, most: usize| text.split_whitespace().take(most).count();
    let unmarked = mail.parts.iter().filter(|part| part.kind == PartKind::Quoted).flat_map(|part| part.text.lines());
    words(&mail.said, 30) >= 30 || words(&mail.said, 60) < 60 && unmarked.filter(|line| !line.starts_with('>')).nth(2).is_some()
}

/// The mail read once more beside the texts of its conversation; `None` when they change nothing.
pub(in crate::mail) fn recut(mail: &Incoming, known: &[String]) -> Option<Incoming> {
    let (lines, before) = lines_of(&mail.parts);
    let text = Text::compare(&lines, known);
    let mut kinds = before.clone();
    text.fold_unmarked(&mut kinds);
    text.restore_edits(&lines, &mut kinds);
    text.place_blanks(&mut kinds);
    if kinds == before {
        return None;
    }
    let split = cut::views(&lines, &kinds);
    let mut mail = mail.clone();
    (mail.reply, mail.said, mail.quoted, mail.signature, mail.parts) =
        (split.reply, split.said, split.quoted, split.signature, split.parts);
    Some(mail)
}

/// The lines that the parts are made of.
fn lines_of(parts: &[Part]) -> (Vec<Line>, Vec<PartKind>) {
    let (mut lines, mut kinds) = (Vec::new(), Vec::new());
    let mut glued = false;
    for part in parts {
        let ended = part.text.ends_with('\n');
        for text in part.text.strip_suffix('\n').unwrap_or(&part.text).split('\n') {
            let quoted = matches!(part.kind, PartKind::Quoted | PartKind::Question | PartKind::Forwarded);
            lines.push(Line { text: text.to_owned(), quoted, glued, ..Line::default() });
            kinds.push(part.kind);
            glued = false;
        }
        glued = !ended;
    }
    (lines, kinds)
}

/// How much of each line is known.
struct Text {
    /// Words, and how many of them are known.
    lines: Vec<(usize, usize)>,
    /// The last words of the line are new, the first ones known.
    extended: Vec<bool>,
}

impl Text {
    fn compare(lines: &[Line], known: &[String]) -> Text {
        let mut shingles: HashSet<u64> = HashSet::new();
        let mut left = WORDS_MAX;
        for text in known {
            let words: Vec<u64> = words(text).take(left).collect();
            left -= words.len();
            shingles.extend(words.windows(SHINGLE).map(together));
        }
        let all: Vec<(u64, usize)> =
            lines.iter().enumerate().flat_map(|(at, line)| words(&line.text).map(move |word| (word, at))).take(WORDS_MAX).collect();
        let mut covered = vec![false; all.len()];
        for (at, window) in all.windows(SHINGLE).enumerate() {
            if shingles.contains(&together(&window.iter().map(|(word, _)| *word).collect::<Vec<_>>())) {
                covered[at..at + SHINGLE].fill(true);
            }
        }
        let mut text = Text { lines: vec![(0, 0); lines.len()], extended: vec![false; lines.len()] };
        for ((_, line), covered) in all.iter().zip(covered) {
            let (words, known) = &mut text.lines[*line];
            text.extended[*line] = !covered && *known >= SHINGLE - 1;
            *words += 1;
            *known += usize::from(covered);
        }
        text
    }

    /// Four fifths of its words at least.
    fn is_known(&self, at: usize) -> bool {
        let (words, known) = self.lines[at];
        words > 0 && known * 5 >= words * 4
    }

    fn is_blank(&self, at: usize) -> bool {
        self.lines[at].0 == 0
    }

    fn is_new(&self, at: usize, kinds: &[PartKind]) -> bool {
        kinds[at] == PartKind::New && !self.is_blank(at) && !self.is_known(at)
    }

    /// Known lines among the new ones are quoted; shown when an answer follows.
    fn fold_unmarked(&self, kinds: &mut [PartKind]) {
        let mut at = 0;
        while at < kinds.len() {
            let said = |at: usize| matches!(kinds[at], PartKind::New | PartKind::Farewell);
            let end = (at..kinds.len()).find(|&line| !(said(line) && (self.is_known(line) || self.is_blank(line)))).unwrap_or(kinds.len());
            let known: usize = (at..end).map(|line| self.lines[line].1).sum();
            if known >= UNMARKED_MIN {
                let answered = known <= QUESTION_MAX && (end..kinds.len()).any(|line| self.is_new(line, kinds));
                kinds[at..end].fill(if answered { PartKind::Question } else { PartKind::Quoted });
            }
            at = end + 1;
        }
    }

    /// Unknown lines between known ones of a quotation were written into it.
    fn restore_edits(&self, lines: &[Line], kinds: &mut [PartKind]) {
        let quoted: Vec<usize> = (0..kinds.len()).filter(|&at| kinds[at] == PartKind::Quoted && !self.is_blank(at)).collect();
        let (words, known) = quoted.iter().fold((0, 0), |(words, known), &at| (words + self.lines[at].0, known + self.lines[at].1));
        if known < EDITED_MIN || known * 5 < words * 3 {
            return;
        }
        let marks = marks::of(&lines.iter().map(|line| Line { quoted: false, ..line.clone() }).collect::<Vec<_>>());
        let last = quoted.iter().rposition(|&at| self.is_known(at)).unwrap_or(0);
        let mut above = None;
        let mut edit: Vec<usize> = Vec::new();
        for &at in &quoted[..last + 1] {
            if self.extended[at] && !is_a_programs(lines, &marks, at) {
                kinds[at] = PartKind::Question;
            } else if !self.is_known(at) {
                edit.push(at);
                continue;
            }
            let written = !edit.is_empty() && edit.len() <= EDIT_LINES && !edit.iter().any(|&at| is_a_programs(lines, &marks, at));
            if let Some(question) = above.filter(|_| written) {
                kinds[question] = PartKind::Question;
                edit.iter().for_each(|&at| kinds[at] = PartKind::New);
            }
            edit.clear();
            above = Some(at);
        }
    }

    fn place_blanks(&self, kinds: &mut [PartKind]) {
        for at in 1..kinds.len() {
            if self.is_blank(at) && !matches!(kinds[at], PartKind::Signature | PartKind::Footer) {
                kinds[at] = kinds[at - 1];
            }
        }
    }
}

/// Introductions, header lines, rules, devices: a program wrote them.
fn is_a_programs(lines: &[Line], marks: &[Mark], at: usize) -> bool {
    let text = &lines[at].text;
    marks[at] != Mark::Text
        || text.contains('@')
        || text.contains("://")
        || text.trim_end().ends_with(':')
        || attribution::is_one(&fold(text))
}

/// The words of a text, as numbers.
fn words(text: &str) -> impl Iterator<Item = u64> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(|word| {
        let mut hasher = DefaultHasher::new();
        word.chars().flat_map(char::to_lowercase).for_each(|c| c.hash(&mut hasher));
        hasher.finish()
    })
}

fn together(words: &[u64]) -> u64 {
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::mail::incoming::Limits;

    const SENT: &str = "Bonjour Jeanne,\n\nQuel est le numéro de l'imprimante qui ne répond plus ?\nDepuis quand le problème est-il apparu dans votre bureau ?\n\nMerci d'avance de vos réponses à toutes ces questions.";

    fn recut(text: &str) -> Option<Incoming> {
        let mail = read(format!("From: a@x.test\nContent-Type: text/plain; charset=utf-8\n\n{text}").as_bytes(), &Limits::default());
        super::recut(&mail, &[SENT.to_owned()])
    }

    #[test]
    fn c24_what_we_sent_is_quoted_without_any_mark() {
        let mail = recut(&format!("C'est la 217.\n\nQuelqu'un nous dit ceci\n{SENT}")).unwrap();
        assert_eq!(mail.reply, "C'est la 217.\n\nQuelqu'un nous dit ceci");
        assert!(mail.quoted.starts_with("Bonjour Jeanne"), "{mail:?}");
        assert_eq!(mail.parts.iter().map(|part| part.text.as_str()).collect::<String>(), mail.text);
    }

    #[test]
    fn g08_what_is_repeated_above_an_answer_is_its_question() {
        let mail = recut(
            "Quel est le numéro de l'imprimante qui ne répond plus ?\nDepuis quand le problème est-il apparu ?\n\nLa 217, depuis hier.",
        )
        .unwrap();
        assert_eq!(mail.said, "La 217, depuis hier.");
        assert!(mail.reply.starts_with("Quel est le numéro"), "{mail:?}");
    }

    #[test]
    fn g08_answers_written_into_a_quotation_come_back() {
        let edited = SENT.replace("plus ?", "plus ?\nLa deux cent dix-sept").replace("bureau ?", "bureau ? Depuis hier");
        let mail = recut(&format!("Voilà.\n\nDe : Support\nEnvoyé : lundi 3 mars\nÀ : Jeanne\nObjet : x\n\n{edited}")).unwrap();
        assert_eq!(mail.said, "Voilà.\n\nLa deux cent dix-sept");
        assert!(
            mail.reply.contains("répond plus ?\nLa deux cent dix-sept") && mail.reply.contains("bureau ? Depuis hier"),
            "{}",
            mail.reply
        );
        assert!(!mail.reply.contains("Merci d'avance") && !mail.reply.contains("Envoyé"), "{}", mail.reply);
    }

    #[test]
    fn what_is_new_stays() {
        for text in [
            "Bonjour Jeanne,\n\nRien à voir avec cela.",
            "Quel est le numéro de téléphone du service ?",
            &format!("> {}", SENT.replace('\n', "\n> ")),
        ] {
            assert!(recut(text).is_none(), "{text}");
        }
    }
}
