//! What a mail repeats of its conversation, by the texts that we sent or stored: the surest evidence of a quotation, because it
//! needs no mark. It also finds what somebody wrote into a quotation.
//!
//! Promises: linear in the texts, bounded; words that nobody knows stay, or come back. A few words in common prove nothing: whole
//! lines in the order of one text do. Sentences that somebody says again among others of their own stay theirs. Excludes: which texts these are (see the gateway).

use super::lines::Line;
use super::marks::{self, Mark, fold};
use super::similar::mixed;
use super::{attribution, cut};
use crate::mail::incoming::{Incoming, Part, PartKind};

/// Words in a row that must be the same.
const SHINGLE: usize = 4;
/// Words that are compared, of the mail and of the known texts each.
const WORDS_MAX: usize = 20_000;
/// Places where the same four words stand, that are tried.
const PLACES_MAX: usize = 8;
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
    if split.said.is_empty() {
        return None;
    }
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

/// The mail's words beside those of the known texts.
struct Text {
    /// Its words, and the line of each.
    all: Vec<(u64, usize)>,
    /// Words of each line, and how many of them stand in a known text with their neighbours.
    lines: Vec<(usize, usize)>,
    /// The last words of the line are new, the first ones known.
    extended: Vec<bool>,
    known: Known,
}

/// Known texts: their words, and where four of them stand together.
struct Known {
    texts: Vec<Vec<u64>>,
    /// Four words as one number, the text, the place; sorted.
    places: Vec<(u64, usize, usize)>,
}

impl Known {
    fn of(texts: &[String]) -> Known {
        let mut known = Known { texts: Vec::new(), places: Vec::new() };
        let mut left = WORDS_MAX;
        for (text, written) in texts.iter().enumerate() {
            let words: Vec<u64> = words(written).take(left).collect();
            left -= words.len();
            known.places.extend(words.windows(SHINGLE).enumerate().map(|(at, words)| (together(words.iter().copied()), text, at)));
            known.texts.push(words);
        }
        known.places.sort_unstable();
        known
    }

    /// Where these four words stand together.
    fn places(&self, shingle: u64) -> impl Iterator<Item = (usize, usize)> {
        let first = self.places.partition_point(|(known, ..)| *known < shingle);
        self.places[first..].iter().take_while(move |(known, ..)| *known == shingle).map(|(_, text, at)| (*text, *at)).take(PLACES_MAX)
    }

    /// How many of these words, from the first on, follow each other in one known text.
    fn run(&self, words: &[(u64, usize)]) -> usize {
        let Some(first) = words.get(..SHINGLE) else { return 0 };
        let length = |(text, at): (usize, usize)| -> usize {
            words.iter().zip(&self.texts[text][at..]).take_while(|((word, _), known)| word == *known).count()
        };
        self.places(shingle(first)).map(length).max().unwrap_or(0)
    }
}

impl Text {
    fn compare(lines: &[Line], known: &[String]) -> Text {
        let known = Known::of(known);
        let all: Vec<(u64, usize)> =
            lines.iter().enumerate().flat_map(|(at, line)| words(&line.text).map(move |word| (word, at))).take(WORDS_MAX).collect();
        let mut covered = vec![false; all.len()];
        for (at, window) in all.windows(SHINGLE).enumerate() {
            if known.places(shingle(window)).next().is_some() {
                covered[at..at + SHINGLE].fill(true);
            }
        }
        let mut text = Text { all, lines: vec![(0, 0); lines.len()], extended: vec![false; lines.len()], known };
        for ((_, line), covered) in text.all.iter().zip(covered) {
            let (words, known) = &mut text.lines[*line];
            text.extended[*line] = !covered && *known >= SHINGLE - 1;
            *words += 1;
            *known += usize::from(covered);
        }
        text.leave_the_rest();
        text
    }

    /// What is not compared is not known.
    fn leave_the_rest(&mut self) {
        if self.all.len() == WORDS_MAX {
            let last = self.all.last().map_or(0, |(_, line)| *line);
            self.lines[last..].iter_mut().for_each(|(words, _)| *words += 1);
        }
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

    /// Whole lines among the new ones that one known text has in the same order are quoted; shown when an answer follows. A line
    /// with one word of its own stays.
    fn fold_unmarked(&self, kinds: &mut [PartKind]) {
        let mut at = 0;
        while at < kinds.len() {
            let (end, words) = self.repeated(at, kinds);
            if words >= UNMARKED_MIN {
                let answered = words <= QUESTION_MAX && (end..kinds.len()).any(|line| self.is_new(line, kinds));
                kinds[at..end].fill(if answered { PartKind::Question } else { PartKind::Quoted });
            }
            at = if words >= UNMARKED_MIN { end } else { at + 1 };
        }
    }

    /// Where the lines end that repeat a known text from this line on, and how many words they have.
    fn repeated(&self, at: usize, kinds: &[PartKind]) -> (usize, usize) {
        let said = |line: usize| matches!(kinds[line], PartKind::New | PartKind::Farewell);
        if self.is_blank(at) || !said(at) {
            return (at, 0);
        }
        let first = self.all.partition_point(|(_, line)| *line < at);
        let run = self.known.run(&self.all[first..]);
        let (mut end, mut words) = (at, 0);
        while end < kinds.len() && said(end) && words + self.lines[end].0 <= run {
            words += self.lines[end].0;
            end += 1;
        }
        (end, words)
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
    let word = |word: &str| word.chars().flat_map(char::to_lowercase).fold(0, |sum, c| mixed(sum, u64::from(c)));
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(word)
}

fn shingle(words: &[(u64, usize)]) -> u64 {
    together(words.iter().map(|(word, _)| *word))
}

fn together(words: impl Iterator<Item = u64>) -> u64 {
    words.fold(1, mixed)
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
            // Said again, with a word of their own, among others or with nothing else: theirs.
            "Quel est le numéro de l'imprimante qui ne répond plus jamais ?\n\nC'est ma question.",
            "Toujours rien.\nDepuis quand le problème est-il apparu dans votre bureau ?\nEt rien encore.",
            SENT,
        ] {
            assert!(recut(text).is_none(), "{text}");
        }
    }
}
