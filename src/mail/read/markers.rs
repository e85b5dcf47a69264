//! The words of the world's mail programs, from `data/markers/`: data, so that a language is added without code.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

/// All marker files, read once. A file that would not parse is empty: a test keeps that from happening.
#[derive(Debug, Default)]
pub(super) struct Markers {
    pub quotes: Quotes,
    pub subjects: Subjects,
}

/// `quotes.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Quotes {
    pub attribution: Vec<Attribution>,
    pub trailing: Ends,
    pub headers: Headers,
    pub separators: Separators,
    pub devices: Starts,
    pub closings: Words,
}

/// One language's "On … wrote:".
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attribution {
    /// ISO 639-1, for the reader of the file.
    #[serde(rename = "language")]
    _language: String,
    pub starts: Vec<String>,
    pub ends: Vec<String>,
}

/// Endings of attributions that begin with a name.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ends {
    pub ends: Vec<String>,
}

/// Beginnings of lines.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Starts {
    pub starts: Vec<String>,
}

/// Whole phrases.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub words: HashSet<String>,
}

/// Names of header fields as mail programs show them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Headers {
    pub from: HashSet<String>,
    pub date: HashSet<String>,
    pub to: HashSet<String>,
    pub subject: HashSet<String>,
    pub other: HashSet<String>,
}

/// Phrases between dashes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Separators {
    pub original: HashSet<String>,
    pub forward: HashSet<String>,
}

/// `subjects.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subjects {
    pub reply: HashSet<String>,
    pub forward: HashSet<String>,
}

/// The markers.
pub(super) fn get() -> &'static Markers {
    static MARKERS: LazyLock<Markers> = LazyLock::new(|| Markers {
        quotes: toml::from_str(QUOTES).unwrap_or_default(),
        subjects: toml::from_str(SUBJECTS).unwrap_or_default(),
    });
    &MARKERS
}

const QUOTES: &str = include_str!("../../../data/markers/quotes.toml");
const SUBJECTS: &str = include_str!("../../../data/markers/subjects.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_parse_and_are_folded() {
        toml::from_str::<Quotes>(QUOTES).unwrap();
        toml::from_str::<Subjects>(SUBJECTS).unwrap();
        for text in [QUOTES, SUBJECTS] {
            let data = text.lines().filter(|line| !line.starts_with('#') && line.contains('"'));
            data.for_each(|line| assert_eq!(line, line.to_lowercase()));
        }
    }
}
