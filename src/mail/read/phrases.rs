//! What the mail programs and the people of many languages write around the new words of a mail: the files of
//! `data/markers/` that are named after a language, merged and indexed once.
//!
//! A mail is compared with all languages at once: programs speak the language of their installation, not of the mail.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

/// One file; `data/markers/any.toml` says what each list is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Language {
    starts: Vec<String>,
    verbs: Vec<String>,
    middles: Vec<String>,
    days: Vec<String>,
    from: Vec<String>,
    date: Vec<String>,
    to: Vec<String>,
    subject: Vec<String>,
    other: Vec<String>,
    original: Vec<String>,
    forward: Vec<String>,
    above: Vec<String>,
    devices: Vec<String>,
    device_ends: Vec<String>,
    apologies: Vec<String>,
    closings: Vec<String>,
    footers: Vec<String>,
    lists: Vec<String>,
    banners: Vec<String>,
    inline: Vec<String>,
}

/// All languages together.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    pub starts: Prefixes,
    pub verbs: Suffixes,
    pub middles: Vec<String>,
    pub days: Prefixes,
    /// Names of header fields, with the bit of `headers` that says which.
    pub headers: HashMap<String, u8>,
    pub original: HashSet<String>,
    pub forward: HashSet<String>,
    pub above: HashSet<String>,
    pub devices: Prefixes,
    pub device_ends: Suffixes,
    pub apologies: Prefixes,
    pub closings: HashSet<String>,
    pub footers: Prefixes,
    pub lists: Vec<String>,
    pub banners: Prefixes,
    pub inline: Vec<String>,
}

pub(super) const FROM: u8 = 1;
pub(super) const DATE: u8 = 2;
pub(super) const TO: u8 = 4;
pub(super) const SUBJECT: u8 = 8;
pub(super) const OTHER: u8 = 16;

/// The phrases.
pub(super) fn get() -> &'static Phrases {
    static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
        let mut all = Phrases::default();
        LANGUAGES.iter().for_each(|(_, text)| all.merge(toml::from_str(text).unwrap_or_default()));
        all
    });
    &PHRASES
}

impl Phrases {
    fn merge(&mut self, language: Language) {
        self.starts.extend(language.starts);
        self.verbs.extend(language.verbs);
        self.middles.extend(language.middles);
        self.days.extend(language.days);
        let fields =
            [(language.from, FROM), (language.date, DATE), (language.to, TO), (language.subject, SUBJECT), (language.other, OTHER)];
        for (names, bit) in fields {
            names.into_iter().for_each(|name| *self.headers.entry(name).or_default() |= bit);
        }
        self.original.extend(language.original);
        self.forward.extend(language.forward);
        self.above.extend(language.above);
        self.devices.extend(language.devices);
        self.device_ends.extend(language.device_ends);
        self.apologies.extend(language.apologies);
        self.closings.extend(language.closings);
        self.footers.extend(language.footers);
        self.lists.extend(language.lists);
        self.banners.extend(language.banners);
        self.inline.extend(language.inline);
    }
}

/// Phrases that lines begin with, found by their first two bytes.
#[derive(Debug, Default)]
pub(super) struct Prefixes(HashMap<[u8; 2], Vec<String>>);

impl Prefixes {
    /// The longest phrase that `text` begins with.
    pub fn of(&self, text: &str) -> Option<&str> {
        let first: [u8; 2] = text.as_bytes().get(..2)?.try_into().ok()?;
        let fitting = self.0.get(&first)?.iter().filter(|phrase| text.starts_with(phrase.as_str()));
        fitting.max_by_key(|phrase| phrase.len()).map(String::as_str)
    }

    fn extend(&mut self, phrases: Vec<String>) {
        for phrase in phrases {
            if let Some(&[one, two]) = phrase.as_bytes().first_chunk() {
                self.0.entry([one, two]).or_default().push(phrase);
            }
        }
    }
}

/// Phrases that lines end with, found by their last two bytes.
#[derive(Debug, Default)]
pub(super) struct Suffixes(HashMap<[u8; 2], Vec<String>>);

impl Suffixes {
    /// The longest phrase that `text` ends with, at the beginning of a word where words have beginnings.
    pub fn of(&self, text: &str) -> Option<&str> {
        let &[one, two] = text.as_bytes().last_chunk()?;
        let begins = |phrase: &&String| {
            let before = text[..text.len() - phrase.len()].chars().next_back();
            phrase.chars().next().is_some_and(is_ideograph) || !before.is_some_and(|c| c.is_alphanumeric() && !is_ideograph(c))
        };
        let fitting = self.0.get(&[one, two])?.iter().filter(|phrase| text.ends_with(phrase.as_str())).filter(begins);
        fitting.max_by_key(|phrase| phrase.len()).map(String::as_str)
    }

    fn extend(&mut self, phrases: Vec<String>) {
        for phrase in phrases {
            if let Some(&[one, two]) = phrase.as_bytes().last_chunk() {
                self.0.entry([one, two]).or_default().push(phrase);
            }
        }
    }
}

/// Scripts that are written without spaces, and Korean, whose particles follow names without one.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

macro_rules! languages {
    ($($name:literal),* $(,)?) => {
        /// Name of the file, and its text.
        const LANGUAGES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../data/markers/", $name, ".toml")))),*];
    };
}

languages![
    "any", "en", "fr", "de", "es", "it", "pt", "nl", "pl", "da", "sv", "no", "fi", "ru", "uk", "cs", "tr", "zh", "ja", "ko", "he", "hu",
    "ro", "el", "vi", "ca",
];

#[cfg(test)]
mod tests {
    use super::super::marks::fold;
    use super::*;

    #[test]
    fn all_files_parse_and_are_folded() {
        for (name, text) in LANGUAGES {
            let language: Result<Language, _> = toml::from_str(text);
            assert!(language.is_ok(), "{name}: {:?}", language.err());
            let table: toml::Table = toml::from_str(text).unwrap();
            for phrase in table.values().flat_map(|list| list.as_array().unwrap()).map(|phrase| phrase.as_str().unwrap()) {
                let open = phrase.ends_with(' ');
                assert_eq!(fold(phrase), phrase.trim_end(), "{name}");
                assert!(!phrase.is_empty() && (!open || !phrase.ends_with("  ")), "{name}: {phrase:?}");
            }
        }
    }

    #[test]
    fn every_language_file_is_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/markers");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            assert!(name.len() > 3 || LANGUAGES.iter().any(|(known, _)| *known == name), "{name}");
        }
    }

    #[test]
    fn ends_are_whole_words() {
        let verbs = &get().verbs;
        assert_eq!(verbs.of("on monday jean wrote"), Some("wrote"));
        assert_eq!(verbs.of("on monday jean <j@x.test>wrote"), Some("wrote"));
        assert_eq!(verbs.of("jean rewrote"), None);
        assert_eq!(verbs.of("jean 写道"), Some("写道"));
        assert_eq!(verbs.of("jean님이 작성"), Some("님이 작성"));
    }
}
