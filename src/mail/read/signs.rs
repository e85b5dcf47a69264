//! The words and fields of machines, from `data/automatic/`: data, so that a program or a language is added without code.
//!
//! Promises: one pass over a text finds all phrases, in linear time. Excludes: what follows from them (see `kind` and `bounce`).

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use serde::Deserialize;

/// What a sign says of its mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Sense {
    /// Somebody is away.
    Absence,
    /// A machine acknowledges.
    Answer,
    /// A machine asks for proof of a person.
    Challenge,
    /// A mail could not be delivered, or was.
    Report,
    /// A mail was shown to its reader.
    Receipt,
    /// A reader called a mail spam.
    Complaint,
    /// A program tells something.
    Notification,
    /// Through a list, or to many.
    List,
}

/// A header field that machines write.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldSign {
    #[serde(default)]
    name: String,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    starts: Vec<String>,
    #[serde(default)]
    has: Vec<String>,
    /// Beginnings that mean something else.
    #[serde(default)]
    but: Vec<String>,
    pub sense: Sense,
    pub weight: u32,
}

impl FieldSign {
    /// Does a value, folded, bear this sign?
    pub fn fits(&self, value: &str) -> bool {
        if self.but.iter().any(|but| value.starts_with(but.as_str())) {
            return false;
        }
        match self.starts.is_empty() && self.has.is_empty() {
            true => !matches!(value, "no" | "false" | "0"),
            false => self.starts.iter().any(|start| value.starts_with(start.as_str())) || self.has.iter().any(|has| holds_word(value, has)),
        }
    }
}

/// `all` in `oof, all`, but not in `small`.
fn holds_word(value: &str, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    value.match_indices(word).any(|(at, _)| !letter(value[..at].chars().next_back()) && !letter(value[at + word.len()..].chars().next()))
}

/// Phrases of one sense and weight, as the file has them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    sense: Sense,
    weight: u32,
    #[serde(default)]
    is: Vec<String>,
    #[serde(default)]
    starts: Vec<String>,
    #[serde(default)]
    has: Vec<String>,
}

/// Local parts and names of machines.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Senders {
    pub report: HashSet<String>,
    pub postmaster: HashSet<String>,
    pub machine: HashSet<String>,
    pub starts: Vec<String>,
    pub names: Vec<String>,
}

/// To whom only reports are written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Addressees {
    pub starts: Vec<String>,
    pub ends: Vec<String>,
    pub has: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignsFile {
    apart: HashSet<String>,
    field: Vec<FieldSign>,
    senders: Senders,
    addressees: Addressees,
    subject: Vec<Group>,
    text: Vec<Group>,
}

/// A phrase that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit<'a> {
    pub phrase: &'a str,
    pub sense: Sense,
    pub weight: u32,
    /// What follows it in the text.
    pub rest: &'a str,
}

/// Where a phrase has to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Whole,
    Start,
    Anywhere,
}

/// Phrases that are looked for together.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    engine: Option<AhoCorasick>,
    list: Vec<(String, Sense, u32, Place)>,
}

impl Phrases {
    fn new(groups: &[Group]) -> Phrases {
        let mut list = Vec::new();
        for group in groups {
            for (phrases, place) in [(&group.is, Place::Whole), (&group.starts, Place::Start), (&group.has, Place::Anywhere)] {
                list.extend(phrases.iter().map(|phrase| (fold(phrase), group.sense, group.weight, place)));
            }
        }
        Phrases { engine: AhoCorasick::new(list.iter().map(|(phrase, ..)| phrase)).ok(), list }
    }

    /// The phrases of a folded text.
    pub fn find<'a>(&'a self, folded: &'a str) -> impl Iterator<Item = Hit<'a>> {
        let matches = self.engine.iter().flat_map(move |engine| engine.find_overlapping_iter(folded));
        matches.filter_map(move |found| {
            let (phrase, sense, weight, place) = self.list.get(found.pattern().as_usize())?;
            let stands = match place {
                Place::Whole => found.len() == folded.len(),
                Place::Start => found.start() == 0,
                Place::Anywhere => true,
            };
            let rest = folded.get(found.end()..).unwrap_or_default();
            stands.then_some(Hit { phrase, sense: *sense, weight: *weight, rest })
        })
    }
}

/// `reports.toml`: how reports in words are laid out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    pub returned: Starts,
    pub failed: Words,
    pub aside: Aside,
    pub delayed: Delayed,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Starts {
    pub starts: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub words: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Aside {
    pub starts: Vec<String>,
    pub has: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Delayed {
    pub subjects: Vec<String>,
    pub phrases: Vec<String>,
    pub but: Vec<String>,
}

/// Why a mail could not be delivered.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    pub name: String,
    /// The address itself is bad.
    #[serde(default)]
    pub hard: bool,
    pub codes: Vec<String>,
    pub phrases: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonsFile {
    reason: Vec<Reason>,
}

/// All of it, read once. A file that would not parse is empty: a test keeps that from happening.
#[derive(Debug)]
pub(super) struct Signs {
    /// By the folded name of the field.
    pub fields: HashMap<String, Vec<FieldSign>>,
    pub senders: Senders,
    pub addressees: Addressees,
    /// Words that set a phrase apart from what follows it.
    pub apart: HashSet<String>,
    pub subjects: Phrases,
    pub texts: Phrases,
    pub layout: Layout,
    pub reasons: Vec<Reason>,
    /// What gateways put before subjects.
    pub banners: Banners,
}

/// `banners.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Banners {
    pub words: HashSet<String>,
    /// Those that need no marks around them.
    pub bare: HashSet<String>,
}

/// The signs.
pub(super) fn get() -> &'static Signs {
    static SIGNS: LazyLock<Signs> = LazyLock::new(|| {
        let signs: SignsFile = toml::from_str(SIGNS_TOML).unwrap_or_default();
        let reasons: ReasonsFile = toml::from_str(REASONS_TOML).unwrap_or_default();
        let banners: Banners = toml::from_str(BANNERS_TOML).unwrap_or_default();
        let fold_all = |words: HashSet<String>| words.iter().map(|word| fold(word)).collect();
        Signs {
            banners: Banners { words: fold_all(banners.words), bare: fold_all(banners.bare) },
            subjects: Phrases::new(&signs.subject),
            texts: Phrases::new(&signs.text),
            apart: signs.apart,
            fields: by_name(signs.field),
            senders: signs.senders,
            addressees: signs.addressees,
            layout: toml::from_str::<Layout>(REPORTS_TOML).unwrap_or_default().folded(),
            reasons: reasons.reason.into_iter().map(|reason| Reason { phrases: folded(reason.phrases), ..reason }).collect(),
        }
    });
    &SIGNS
}

const SIGNS_TOML: &str = include_str!("../../../data/automatic/signs.toml");
const REPORTS_TOML: &str = include_str!("../../../data/automatic/reports.toml");
const REASONS_TOML: &str = include_str!("../../../data/automatic/reasons.toml");

const BANNERS_TOML: &str = include_str!("../../../data/automatic/banners.toml");

fn folded(words: Vec<String>) -> Vec<String> {
    words.iter().map(|word| fold(word)).collect()
}

impl Layout {
    fn folded(self) -> Layout {
        Layout {
            returned: Starts { starts: folded(self.returned.starts) },
            failed: Words { words: folded(self.failed.words) },
            aside: Aside { starts: folded(self.aside.starts), has: folded(self.aside.has) },
            delayed: Delayed {
                subjects: folded(self.delayed.subjects),
                phrases: folded(self.delayed.phrases),
                but: folded(self.delayed.but),
            },
        }
    }
}

fn by_name(list: Vec<FieldSign>) -> HashMap<String, Vec<FieldSign>> {
    let mut fields: HashMap<String, Vec<FieldSign>> = HashMap::new();
    for sign in list {
        for name in sign.names.iter().chain(Some(&sign.name)).filter(|name| !name.is_empty()) {
            let one = FieldSign {
                name: name.clone(),
                names: Vec::new(),
                starts: sign.starts.clone(),
                has: sign.has.clone(),
                but: sign.but.clone(),
                ..sign
            };
            fields.entry(name.to_ascii_lowercase()).or_default().push(one);
        }
    }
    fields
}

/// Lower case, no accents, single spaces, plain quotes: how all these words are compared.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{2019}' | '\u{2018}' | '\u{b4}' | '`' => out.push('\''),
            c if c.is_ascii_graphic() => out.push(c.to_ascii_lowercase()),
            c if c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}') => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => c.to_lowercase().for_each(|c| unaccented(c, &mut out)),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Each letter, then those that are written like it with an accent.
const LETTERS: [&str; 18] = [
    "aàáâãäåāăą",
    "cçćĉċč",
    "dďđð",
    "eèéêëēĕėęě",
    "gĝğġģ",
    "hĥħ",
    "iìíîïĩīĭįı",
    "lĺļľŀł",
    "nñńņňŉ",
    "oòóôõöøōŏő",
    "rŕŗř",
    "sśŝşšș",
    "tţťŧț",
    "uùúûüũūŭůűų",
    "wŵ",
    "yýÿŷ",
    "zźżž",
    "kķ",
];

fn unaccented(c: char, out: &mut String) {
    match c {
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        '\u{300}'..='\u{36f}' => {}
        '\u{c0}'..='\u{24f}' => out.push(LETTERS.iter().find(|like| like.contains(c)).and_then(|like| like.chars().next()).unwrap_or(c)),
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_parse() {
        assert!(toml::from_str::<SignsFile>(SIGNS_TOML).unwrap().field.len() > 10);
        assert!(!toml::from_str::<Layout>(REPORTS_TOML).unwrap().returned.starts.is_empty());
        assert!(toml::from_str::<Banners>(BANNERS_TOML).unwrap().words.len() > 10);
        assert!(toml::from_str::<ReasonsFile>(REASONS_TOML).unwrap().reason.len() > 5);
        assert!(get().subjects.engine.is_some() && get().texts.engine.is_some());
    }

    #[test]
    fn words_are_folded() {
        assert_eq!(fold("  Réponse\u{a0}\n AUTOMATIQUE : Œuvre d’été Straße "), "reponse automatique : oeuvre d'ete strasse");
        assert_eq!(fold("Odpowiedź Недоставлено"), "odpowiedz недоставлено");
    }

    #[test]
    fn phrases_stand_where_they_have_to() {
        let found = |subject: &str| get().subjects.find(&fold(subject)).any(|hit| hit.sense == Sense::Absence);
        assert!(found("Réponse automatique : imprimante") && found("Vendredi (automatic reply)"));
        assert!(!found("Your automatic reply does not work"));
    }
}
