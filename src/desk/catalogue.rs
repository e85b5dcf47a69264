//! The one list of actions: parser, pages, rights, help and docs are made of it.
//!
//! Promises: each [`super::Action`] has exactly one [`Spec`] by its word, with the words that mean it in a mail, who may
//! do it at all, who may write it as a command, how surely it must be them, and what a page asks for. Labels and help for
//! people are found by the verb in `templates/<lang>/words.toml` (`verb.<verb>`, `help.<verb>`, `done.<verb>`).
//! Excludes: what depends on the ticket and on an agent's privileges (see `privileges`).

mod list;

pub use list::{CATALOGUE, QUESTIONS};

use super::form::Field;
use super::privileges::Role;
use crate::proof::Level;

/// One action as people know it.
#[derive(Debug)]
pub struct Spec {
    /// Stable word: [`super::Action::word`].
    pub verb: &'static str,
    /// Words that mean it in a mail, without `#`, folded (see `mail::commands::fold`), by language; the first of each is
    /// the one to teach. Every language is understood from everybody.
    pub words: &'static [(&'static str, &'static [&'static str])],
    /// What stands beside the word.
    pub takes: Takes,
    /// Roles that may ever do it.
    pub roles: &'static [Role],
    /// Roles that may write it as a command.
    pub commands: &'static [Role],
    /// How sure we must be of the person.
    pub needs: Level,
    /// What a page asks for; `None` where no page has it: routing does it, or only a mail can.
    pub form: Option<&'static [Field]>,
}

/// What a command takes, and what becomes of the mail's text beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing on its line; the text goes along as a reply.
    Nothing,
    /// Perhaps words on its line; the text goes along as a reply.
    Words,
    /// The text, which it needs: the question, the solution, the reason.
    Text,
    /// Perhaps a text, which stays among agents.
    Note,
    /// One agent of the service; a text stays among agents.
    Agent,
    /// Addresses; the text goes along as a reply.
    Addresses,
    /// One person: an address, or somebody of the ticket; the text goes along as a reply.
    Person,
    /// A date or a duration; a text stays among agents.
    Date,
    /// A service or a category; a text stays among agents.
    Place,
    /// One line of text, the property's value; the mail's text goes along as a reply.
    Value,
    /// A ticket's number; the text goes along as a note.
    Ticket,
    /// Key of a prepared answer; the text is said after it.
    Answer,
    /// What is looked for, or for how long; nothing changes on any ticket.
    Question,
}

/// Letters that a word must have before another is offered in its place.
const NEAR_LETTERS: usize = 4;
/// Edits between a word and one that is offered in its place (FIELD R4).
const NEAR_EDITS: usize = 2;
/// Words offered at most.
const NEAR_WORDS: usize = 3;

/// The action of that verb.
pub fn spec(verb: &str) -> Option<&'static Spec> {
    everything().find(|spec| spec.verb == verb)
}

/// Actions, then questions.
pub fn everything() -> impl Iterator<Item = &'static Spec> {
    CATALOGUE.iter().chain(QUESTIONS)
}

/// What a folded word means in anybody's mail; where it depends on who writes, the first of its meanings.
pub fn find(word: &str) -> Option<&'static Spec> {
    everything().find(|spec| spec.has_word(word))
}

/// What a folded word means in the mail of somebody in that role: `#annuler` cancels a requester's own request, and takes
/// back an agent's last act. A word that is for others is found all the same, so that it can be refused by its name.
pub fn find_for(word: &str, role: Role) -> Option<&'static Spec> {
    everything().find(|spec| spec.commands.contains(&role) && spec.has_word(word)).or_else(|| find(word))
}

/// Command words that a folded word may have meant, nearest first, one for each action.
pub fn near(word: &str) -> Vec<String> {
    if word.chars().count() < NEAR_LETTERS {
        return Vec::new();
    }
    let nearest = |spec: &'static Spec| {
        let words = spec.every_word().filter(|known| known.len() >= NEAR_LETTERS).map(|known| (distance(word, known), known));
        words.filter(|(edits, _)| *edits <= NEAR_EDITS).min()
    };
    let mut near: Vec<_> = everything().filter_map(nearest).collect();
    near.sort();
    near.into_iter().take(NEAR_WORDS).map(|(_, known)| known.to_owned()).collect()
}

impl Spec {
    /// Its words in all languages.
    pub fn every_word(&self) -> impl Iterator<Item = &'static str> {
        self.words.iter().flat_map(|(_, words)| words.iter().copied())
    }

    /// Is it one of its words?
    pub fn has_word(&self, word: &str) -> bool {
        self.every_word().any(|known| known == word)
    }

    /// The word to teach in a language; any other where it has none there.
    pub fn teach(&self, language: &str) -> &'static str {
        let in_language = self.words.iter().find(|(spoken, _)| *spoken == language).or_else(|| self.words.first());
        in_language.and_then(|(_, words)| words.first()).copied().unwrap_or(self.verb)
    }

    /// It asks for an answer by mail and changes no ticket.
    pub fn is_question(&self) -> bool {
        self.takes == Takes::Question
    }

    /// Its place in the catalogue: what one mail asks for is done in this order.
    pub fn rank(&self) -> usize {
        CATALOGUE.iter().position(|other| other.verb == self.verb).unwrap_or(CATALOGUE.len())
    }
}

/// Insertions, deletions, replacements and swaps of neighbours (restricted Damerau-Levenshtein distance).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(row[j - 1] + 1).min(rows[i - 1][j] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_offered_and_far_ones_are_not() {
        assert_eq!(near("clroe").first().map(String::as_str), Some("clore"));
        assert_eq!(near("clsoe").first().map(String::as_str), Some("close"));
        assert_eq!(near("prende").first().map(String::as_str), Some("prendre"));
        assert!(near("imprimante").is_empty() && near("tke").is_empty() && near("cc").is_empty());
    }

    #[test]
    fn no_word_means_two_things_to_one_person_and_none_needs_folding() {
        for spec in everything() {
            for word in spec.every_word() {
                for role in spec.commands {
                    assert_eq!(find_for(word, *role).map(|found| found.verb), Some(spec.verb), "{word}");
                }
                assert!(word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{word}");
            }
        }
        assert_eq!(find_for("annuler", Role::Agent).map(|spec| spec.verb), Some("undo"));
        assert_eq!(find_for("annuler", Role::Owner).map(|spec| spec.verb), Some("cancel"));
    }

    #[test]
    fn who_may_write_a_command_may_do_it() {
        for spec in everything() {
            assert!(spec.commands.iter().all(|role| spec.roles.contains(role)), "{}", spec.verb);
            assert_eq!(spec.commands.is_empty(), spec.words.is_empty(), "{}", spec.verb);
            assert!(everything().filter(|other| other.verb == spec.verb).count() == 1, "{}", spec.verb);
        }
    }
}
