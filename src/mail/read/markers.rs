//! The words of subjects, from `data/markers/`: data, so that a language is added without code.
//!
//! Excludes: what stands around quoted words (see `phrases`), what machines write (see `signs`).

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

/// All marker files, read once. A file that would not parse is empty: a test keeps that from happening.
#[derive(Debug, Default)]
pub(super) struct Markers {
    pub subjects: Subjects,
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
    static MARKERS: LazyLock<Markers> = LazyLock::new(|| Markers { subjects: toml::from_str(SUBJECTS).unwrap_or_default() });
    &MARKERS
}

const SUBJECTS: &str = include_str!("../../../data/markers/subjects.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_parse_and_are_folded() {
        toml::from_str::<Subjects>(SUBJECTS).unwrap();
        let data = SUBJECTS.lines().filter(|line| !line.starts_with('#') && line.contains('"'));
        data.for_each(|line| assert_eq!(line, line.to_lowercase()));
    }
}
