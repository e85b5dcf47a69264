//! Which words many titles have in common, as counts: whoever reads them decides what they mean.
//!
//! Excludes: putting titles together by likeness; with the few that a month brings, that is noise (CAPABILITIES row 9).

use std::collections::{BTreeMap, HashSet};

use super::fitting::words;
use crate::address::Address;

/// Titles and people that a word must have to be told.
const MIN: usize = 2;

/// A word, and how often people write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frequent {
    /// As it was written first, lower case.
    pub word: String,
    /// The same as it is compared: folded, in the singular.
    pub folded: String,
    /// How many titles it stands in.
    pub titles: usize,
    /// How many people wrote them.
    pub people: usize,
}

/// The words that stand in most titles, of at least two people, at most `most`.
pub fn frequent<'a>(asked: impl IntoIterator<Item = &'a (String, Address)>, most: usize) -> Vec<Frequent> {
    let mut found: BTreeMap<String, (String, usize, HashSet<&Address>)> = BTreeMap::new();
    for (title, who) in asked {
        let mut seen = HashSet::new();
        for written in title.split(|c: char| !c.is_alphanumeric()) {
            for folded in words(written) {
                if seen.insert(folded.clone()) {
                    let (_, titles, people) = found.entry(folded).or_insert_with(|| (written.to_lowercase(), 0, HashSet::new()));
                    *titles += 1;
                    people.insert(who);
                }
            }
        }
    }
    let counted = found.into_iter().map(|(folded, (word, titles, people))| Frequent { word, folded, titles, people: people.len() });
    let mut all: Vec<Frequent> = counted.filter(|one| one.titles >= MIN && one.people >= MIN).collect();
    all.sort_by_key(|one| std::cmp::Reverse((one.titles, one.people)));
    all.truncate(most);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row09_words_of_several_people_are_counted_once_a_title() {
        let asked = [
            ("Badge perdu", "a@x.test"),
            ("Mon BADGE, encore le badge !", "b@x.test"),
            ("Badges du 3e étage", "a@x.test"),
            ("Salle de réunion", "c@x.test"),
            ("réserver une salle", "b@x.test"),
            ("Vitre cassée", "d@x.test"),
            ("vitre cassée", "d@x.test"),
        ];
        let asked = asked.map(|(title, who)| (title.to_owned(), Address::parse(who).unwrap()));
        let found = frequent(&asked, 9);
        let told: Vec<_> = found.iter().map(|one| (one.word.as_str(), one.titles, one.people)).collect();
        assert_eq!(told, [("badge", 3, 2), ("salle", 2, 2)], "one person's habit is nobody's topic");
        assert_eq!(frequent(&asked, 1).len(), 1);
    }
}
