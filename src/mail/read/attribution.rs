//! "On Mon, 3 Mar 2025 at 10:12, Jean <jean@ville.test> wrote:", in all languages and habits, over several lines.
//!
//! Promises: linear in the lines looked at. An introduction names a moment or an address and has a verb or a place
//! that no sentence has. Excludes: where the quotation ends (see `cut`).

use super::lines::Line;
use super::marks::fold;
use super::phrases;

/// Lines of one attribution at most, blank ones included.
const LINES_MAX: usize = 7;
/// Bytes of one attribution at most.
const LENGTH_MAX: usize = 400;
/// Words after a verb that stands in the middle at most: a name, an address, perhaps a date.
const NAME_WORDS: usize = 12;
/// Words of an attribution without a moment at most.
const SHORT: usize = 10;

/// How many lines of an attribution begin at `at`, in their folded form.
pub(super) fn at(lines: &[Line], folded: &[String], at: usize) -> Option<usize> {
    if !may_begin(&folded[at]) {
        return None;
    }
    let mut joined = String::new();
    for count in 1..=LINES_MAX.min(lines.len() - at) {
        let line = next(lines, folded, at + count - 1, &joined)?;
        if joined.len() + line.len() > LENGTH_MAX || count > 1 && begins_another(&joined, &line) {
            return None;
        }
        joined.push_str(&line);
        let look = Look::of(&joined);
        if look.is_known() || look.leads_to_quote(count, follows(lines, at + count)) || look.is_bare(lines, at, count) {
            return Some(count);
        }
        joined.push(' ');
    }
    None
}

/// Where an attribution begins inside of a line that begins with other words.
pub(super) fn glued_at(line: &str) -> Option<usize> {
    if line.len() > LENGTH_MAX * 4 {
        return None;
    }
    let whole = fold(line);
    let look = Look::of(&whole);
    if look.start && look.is_known() {
        return None;
    }
    let places = line.char_indices().filter(|(at, c)| *at > 0 && c.is_uppercase() && line[..*at].ends_with([' ', '-']));
    let found = places.take(NAME_WORDS * 2).map(|(at, _)| at).find(|at| {
        let tail = fold(&line[*at..]);
        phrases::get().starts.of(&tail).is_some() && Look::of(&tail).is_known()
    })?;
    Some(line[..found].trim_end_matches([' ', '-']).len()).filter(|cut| *cut > 0)
}

/// Is this line one, by its words alone?
pub(super) fn is_one(folded: &str) -> bool {
    may_begin(folded) && Look::of(folded).is_known()
}

/// Where an attribution ends that has words behind it on its line.
pub(super) fn ends_inside(line: &str) -> Option<usize> {
    let end = line.find(":  ").filter(|end| *end < LENGTH_MAX)? + 1;
    let head = fold(&line[..end]);
    let look = Look::of(&head);
    (look.start && look.address && look.numbers >= 2 && look.verb && !line[end..].trim().is_empty()).then_some(end)
}

/// Can an attribution begin with this line? Cheap, because it is asked of every line.
fn may_begin(folded: &str) -> bool {
    let told = |c: u8| c.is_ascii_digit() || c == b'@';
    !folded.is_empty()
        && folded.len() <= LENGTH_MAX
        && (folded.bytes().any(told) || folded.starts_with("--") || folded.ends_with(':') || phrases::get().starts.of(folded).is_some())
}

/// The next line of an attribution. A bracket that is open goes on over blank lines and is closed by what looks quoted.
fn next(lines: &[Line], folded: &[String], at: usize, joined: &str) -> Option<String> {
    let open = memchr::memchr_iter(b'<', joined.as_bytes()).count() > memchr::memchr_iter(b'>', joined.as_bytes()).count();
    let begins_address = || lines[at + 1..].iter().take(2).any(|line| line.text.trim() == "<");
    match () {
        () if lines[at].quoted && open && lines[at].text.trim_start().starts_with('>') => Some(fold(&lines[at].text)),
        () if lines[at].quoted => None,
        () if !folded[at].is_empty() => Some(folded[at].clone()),
        () if !joined.is_empty() && (open || begins_address()) => Some(String::new()),
        () => None,
    }
}

/// Words stand above an attribution: it begins with its own line.
fn begins_another(joined: &str, line: &str) -> bool {
    let starts = &phrases::get().starts;
    line.contains(|c: char| c.is_ascii_digit()) && starts.of(line).is_some() && starts.of(joined).is_none()
}

/// Does a quoted line follow?
fn follows(lines: &[Line], next: usize) -> bool {
    let words = lines[next.min(lines.len())..].iter().take(2).find(|line| !line.text.trim().is_empty());
    words.is_some_and(|line| line.quoted)
}

/// What is seen of a candidate.
struct Look<'a> {
    /// Without dashes around it.
    core: &'a str,
    framed: bool,
    colon: bool,
    start: bool,
    verb: bool,
    middle: bool,
    address: bool,
    numbers: usize,
    words: usize,
}

impl<'a> Look<'a> {
    fn of(joined: &'a str) -> Look<'a> {
        let core = joined.trim_matches(|c: char| "-=_| ".contains(c));
        let framed = joined.starts_with("--") && joined.trim_end_matches(':').ends_with("--");
        let colon = core.ends_with(':');
        let body = core.trim_end_matches([':', ' ', ',', '>']);
        let phrases = phrases::get();
        let verb = (colon || framed || !core.ends_with('.')) && phrases.verbs.of(body).is_some();
        let mut look = Look {
            core,
            framed,
            colon,
            start: phrases.starts.of(core).is_some(),
            verb,
            middle: false,
            address: has_address(core),
            numbers: numbers(core),
            words: core.split(' ').count(),
        };
        // The dearest question last, and only of what may be an attribution.
        look.middle = (colon || framed) && (look.numbers > 0 || look.address) && phrases.middles.iter().any(|verb| has_middle(core, verb));
        look
    }

    /// By its words.
    fn is_known(&self) -> bool {
        let Look { framed, colon, start, verb, middle, address, numbers, words, .. } = *self;
        let ends = colon || framed || address && self.core.len() < LENGTH_MAX / 2;
        let known = start && (numbers >= 2 || address) && (verb && ends || middle && colon);
        let dated = numbers >= 2 && address && colon && (verb || middle);
        let named = address && verb && colon && words <= SHORT;
        let dashed = framed && (verb || middle) && words <= 2 * SHORT;
        known || dated || named || dashed || self.is_line_of_date_and_address()
    }

    /// "2025-03-03 10:12 GMT+01:00 Jean <jean@ville.test>:", as programs write that avoid all languages.
    fn is_line_of_date_and_address(&self) -> bool {
        let first = self.core.split(' ').next().unwrap_or_default();
        let iso = is_iso_date(first);
        let begins =
            first.contains(|c: char| c.is_ascii_digit()) || phrases::get().days.of(first).is_some_and(|day| first.len() - day.len() <= 2);
        let last = self.core.trim_end_matches([':', ' ']).rsplit(' ').next().unwrap_or_default();
        let addressed = last.contains('@') || last.ends_with(['>', ')', ']']);
        self.address && addressed && self.numbers >= 3 && self.words <= 18 && begins && (self.colon || iso && self.core.ends_with('>'))
    }

    /// By its place: right before quoted lines, it names an address or a moment and ends as attributions do.
    fn leads_to_quote(&self, count: usize, quote: bool) -> bool {
        let dated = self.core.starts_with(|c: char| c.is_ascii_digit()) && self.core.ends_with('>');
        let told = self.address || self.numbers >= 2;
        quote
            && match count {
                1 => self.verb && (self.colon || self.framed || self.start && told) || self.colon && told || dated && self.address,
                2..=4 => self.address && self.numbers >= 2 && (self.verb || self.colon || dated),
                _ => false,
            }
    }

    /// "2025-03-03 10:12 GMT+01:00 Jean", alone between blank lines.
    fn is_bare(&self, lines: &[Line], at: usize, count: usize) -> bool {
        let mut words = self.core.split(' ');
        let date = words.next().is_some_and(is_iso_date) && words.next().is_some_and(|time| time.contains(':'));
        let zone = words.next().is_some_and(|zone| zone.starts_with("gmt") || zone.starts_with("utc"));
        let blank = |line: Option<&Line>| line.is_none_or(|line| line.text.trim().is_empty());
        date && zone && count == 1 && self.words <= SHORT && blank(lines.get(at.wrapping_sub(1))) && blank(lines.get(at + 1))
    }
}

/// 2025-03-03 or 2025/3/3.
fn is_iso_date(word: &str) -> bool {
    let parts: Vec<&str> = word.trim_end_matches(',').split(['-', '/']).collect();
    parts.len() == 3 && parts[0].len() == 4 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

fn has_address(text: &str) -> bool {
    let around = |at: usize| {
        let bytes = text.as_bytes();
        let word = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80 || b"-_.".contains(b));
        word(bytes.get(at.wrapping_sub(1))) && word(bytes.get(at + 1))
    };
    memchr::memchr_iter(b'@', text.as_bytes()).any(around) || text.contains("mailto:")
}

/// Groups of digits.
fn numbers(text: &str) -> usize {
    let mut inside = false;
    text.bytes()
        .filter(|byte| {
            let digit = byte.is_ascii_digit();
            let begins = digit && !inside;
            inside = digit;
            begins
        })
        .count()
}

/// The verb as a word of its own, with little after it.
fn has_middle(text: &str, verb: &str) -> bool {
    let found = text.match_indices(verb).last();
    found.is_some_and(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + verb.len()..]);
        let ideographs = !verb.is_ascii() && verb.chars().count() == 1;
        let whole = ideographs || before.ends_with([' ', ',']) && after.starts_with([' ', '"', '<', '(']);
        whole && !after.trim_matches([':', ' ']).is_empty() && after.split(' ').count() <= NAME_WORDS
    })
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    fn count(text: &str) -> Option<usize> {
        let lines = lines::plain(text);
        let folded: Vec<String> = lines.iter().map(|line| fold(&line.text)).collect();
        at(&lines, &folded, 0)
    }

    #[test]
    fn of_many_programs_and_languages() {
        for text in [
            "On Mon, Mar 3, 2025 at 10:12 AM Jean <j@x.test> wrote:",
            "Le lun. 3 mars 2025 à 10:12, Jean <j@x.test> a écrit :",
            "Am Mo., 3. März 2025 um 10:12 Uhr schrieb Jean <j@x.test>:",
            "El lun, 3 mar 2025 a las 10:12, Jean (<j@x.test>) escribió:",
            "Il giorno lun 3 mar 2025 alle ore 10:12 Jean <j@x.test> ha scritto:",
            "Jean <j@x.test> escreveu (segunda, 3/03/2025 à(s) 10:12):",
            "Op ma 3 mrt 2025 om 10:12 schreef Jean <j@x.test>:",
            "Op 3 mrt 2025, om 10:12 heeft Jean <j@x.test> het volgende geschreven:",
            "pon., 3 mar 2025 o 10:12 Jean <j@x.test> napisał(a):",
            "Wiadomość napisana przez Jean <j@x.test> w dniu 3 mar 2025, o godz. 10:12:",
            "man. 3. mars 2025 kl. 10:12 skrev Jean <j@x.test>:",
            "Den 2025-03-03 kl. 10:12, skrev Jean:",
            "Jean <j@x.test> kirjoitti 3.3.2025 kello 10.12:",
            "пн, 3 мар. 2025 г. в 10:12, Jean <j@x.test>:",
            "Понедельник, 3 марта 2025, 10:12 +03:00 от Jean <j@x.test>:",
            "Jean <j@x.test> 于2025年3月3日周一 10:12写道：",
            "2025年3月3日(月) 10:12 Jean <j@x.test>:",
            "2025/03/03 10:12、Jean <j@x.test>のメール:",
            "2025년 3월 3일 (월) 오전 10:12, Jean <j@x.test>님이 작성:",
            "Jean <j@x.test>, 3 Mar 2025 Pzt, 10:12 tarihinde şunu yazdı:",
            "po 3. 3. 2025 v 10:12 odesílatel Jean <j@x.test> napsal:",
            "Dne 03.03.2025 v 10:12 Jean napsal(a):",
            "Vào Th 2, 3 thg 3, 2025 vào lúc 10:12 Jean <j@x.test> đã viết:",
            "Jean <j@x.test> ezt írta (időpont: 2025. márc. 3., H, 10:12):",
            "03.03.2025, 10:12, \"Jean\" <j@x.test>:",
            "Mar 3, 2025, 10:12 by j@x.test:",
            "---- On Mon, 03 Mar 2025 10:12:13 +0100 Jean <j@x.test> wrote ----",
            "-----jean@x.test a écrit : -----",
            "---- Jean Dupont wrote ----",
            "Jean <j@x.test> writes:",
        ] {
            assert_eq!(count(&format!("{text}\n\nHello")), Some(1), "{text}");
        }
    }

    #[test]
    fn over_lines() {
        assert_eq!(count("Le lun. 3 mars 2025 à 10:12, Jean Dupont\n<j@x.test> a écrit :\n\nx"), Some(2));
        assert_eq!(count("On Thu, 31 Mar 2016 at 11:16 Jean\n\n<\nmailto:Jean <j@x.test>\n> wrote:\n\nx"), Some(5));
        assert_eq!(count("Am 21.04.2016 17:48 schrieb \"Jean\" <j@x.test\n>:\n\n> x"), Some(2));
    }

    #[test]
    fn sentences_are_none() {
        for text in [
            "On Monday I wrote: it is broken.",
            "Le lundi 3 mars il a écrit une note.",
            "On 3/3/2025 at 10:12 it failed again",
            "The 2 of us wrote 3 mails to a@b.test",
            "Room 12, 3rd floor:",
            "Call me at 10:12 or write to j@x.test",
            "Am 3.3.2025 um 10:12 war es kaputt.",
        ] {
            assert_eq!(count(&format!("{text}\n\nHello")), None, "{text}");
        }
    }
}
