//! The one list of actions: parser, pages, rights, help and docs are made of it.
//!
//! Promises: each [`super::Action`] has exactly one [`Spec`] by its word, with the words that mean it in a mail, who may
//! do it at all, who may write it as a command, and how surely it must be them. Labels and help for people are found by
//! the verb in `templates/<lang>/words.toml` (`verb.<verb>`, `help.<verb>`).
//! Excludes: what depends on the ticket and on an agent's privileges (see `privileges`).

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
}

/// What a command takes, and what becomes of the mail's text beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing on its line; the text goes along as a reply.
    Nothing,
    /// Perhaps words on its line; the text goes along as a reply.
    Words,
    /// The text, which it needs: the question, the solution.
    Text,
    /// Perhaps a text, which stays among agents.
    Note,
    /// One agent of the service; a text stays among agents.
    Agent,
    /// Addresses; the text goes along as a reply.
    Addresses,
}

/// What only agents do, and only when proven.
const FOR_AGENTS: Spec =
    Spec { verb: "", words: &[], takes: Takes::Nothing, roles: &[Role::Agent], commands: &[Role::Agent], needs: Level::Proven };
/// What requester and beneficiary decide by link, or in plain words.
const FOR_OWNERS: Spec = Spec { verb: "", words: &[], takes: Takes::Nothing, roles: &[Role::Owner], commands: &[], needs: Level::Proven };
/// What routing does with the mail of a participant.
const BY_ROUTING: Spec =
    Spec { verb: "", words: &[], takes: Takes::Nothing, roles: &[Role::Owner, Role::Guest], commands: &[], needs: Level::Proven };

const ANYBODY: &[Role] = &[Role::Owner, Role::Guest, Role::Agent, Role::Stranger];
const OF_THE_TICKET: &[Role] = &[Role::Owner, Role::Guest, Role::Agent];

/// Every action, in the order in which the commands of one mail are carried out: words come before the end that would
/// make them a reopening, and before their author leaves.
pub const CATALOGUE: &[Spec] = &[
    Spec { verb: "open", roles: ANYBODY, needs: Level::Claimed, ..FOR_OWNERS },
    Spec { verb: "reroot", ..BY_ROUTING },
    Spec { verb: "absorb", ..BY_ROUTING },
    Spec { verb: "merge", ..BY_ROUTING },
    Spec { verb: "file", roles: ANYBODY, needs: Level::Failed, ..FOR_OWNERS },
    Spec { verb: "request_join", roles: ANYBODY, needs: Level::Claimed, ..FOR_OWNERS },
    Spec {
        verb: "reopen",
        words: &[("fr", &["rouvrir", "reouvrir"]), ("en", &["reopen"])],
        takes: Takes::Words,
        roles: &[Role::Owner, Role::Agent],
        commands: &[Role::Owner, Role::Agent],
        ..FOR_AGENTS
    },
    Spec {
        verb: "take",
        words: &[("fr", &["prendre", "jeprends", "je-prends", "moi", "pour-moi"]), ("en", &["take", "mine", "claim"])],
        ..FOR_AGENTS
    },
    Spec {
        verb: "assign",
        words: &[("fr", &["assigner", "affecter", "attribuer", "confier"]), ("en", &["assign", "give", "to"])],
        takes: Takes::Agent,
        ..FOR_AGENTS
    },
    Spec {
        verb: "release",
        words: &[("fr", &["liberer", "relacher", "rendre"]), ("en", &["release", "drop", "untake"])],
        takes: Takes::Note,
        ..FOR_AGENTS
    },
    Spec {
        verb: "ask",
        words: &[("fr", &["info", "question", "precisions", "demander"]), ("en", &["ask", "needinfo"])],
        takes: Takes::Text,
        ..FOR_AGENTS
    },
    Spec {
        verb: "close",
        words: &[
            ("fr", &["clore", "cloturer", "fermer", "resolu", "proposer-cloture", "fini"]),
            ("en", &["close", "closed", "resolved", "done", "fixed"]),
        ],
        takes: Takes::Text,
        ..FOR_AGENTS
    },
    Spec { verb: "answer", roles: &[Role::Owner, Role::Guest], ..FOR_OWNERS },
    Spec { verb: "approve", ..FOR_OWNERS },
    Spec { verb: "refuse_closure", ..FOR_OWNERS },
    Spec { verb: "rate", ..FOR_OWNERS },
    Spec {
        verb: "invite",
        words: &[("fr", &["inviter", "ajouter", "copie"]), ("en", &["invite", "add", "cc"])],
        takes: Takes::Addresses,
        roles: OF_THE_TICKET,
        commands: OF_THE_TICKET,
        ..FOR_AGENTS
    },
    Spec {
        verb: "reply",
        words: &[("fr", &["repondre", "public", "envoyer"]), ("en", &["reply", "public", "send"])],
        takes: Takes::Words,
        roles: OF_THE_TICKET,
        needs: Level::Claimed,
        ..FOR_AGENTS
    },
    Spec {
        verb: "note",
        words: &[("fr", &["note", "interne", "prive"]), ("en", &["note", "internal", "private"])],
        takes: Takes::Note,
        ..FOR_AGENTS
    },
    Spec { verb: "cancel", words: &[("fr", &["annuler", "abandonner"]), ("en", &["cancel"])], commands: &[Role::Owner], ..FOR_OWNERS },
    Spec {
        verb: "leave",
        words: &[("fr", &["quitter", "partir"]), ("en", &["leave"])],
        roles: OF_THE_TICKET,
        commands: &[Role::Guest],
        ..FOR_AGENTS
    },
];

/// Letters that a word must have before another is offered in its place.
const NEAR_LETTERS: usize = 4;
/// Edits between a word and one that is offered in its place (FIELD R4).
const NEAR_EDITS: usize = 2;
/// Words offered at most.
const NEAR_WORDS: usize = 3;

/// The action of that verb.
pub fn spec(verb: &str) -> Option<&'static Spec> {
    CATALOGUE.iter().find(|spec| spec.verb == verb)
}

/// The action that a folded word means in a mail.
pub fn find(word: &str) -> Option<&'static Spec> {
    CATALOGUE.iter().find(|spec| spec.every_word().any(|known| known == word))
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
    let mut near: Vec<_> = CATALOGUE.iter().filter_map(nearest).collect();
    near.sort();
    near.into_iter().take(NEAR_WORDS).map(|(_, known)| known.to_owned()).collect()
}

impl Spec {
    /// Its words in all languages.
    pub fn every_word(&self) -> impl Iterator<Item = &'static str> {
        self.words.iter().flat_map(|(_, words)| words.iter().copied())
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
    fn no_word_means_two_things_and_none_needs_folding() {
        for spec in CATALOGUE {
            for word in spec.every_word() {
                assert_eq!(find(word).map(|found| found.verb), Some(spec.verb), "{word}");
                assert!(word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{word}");
            }
        }
    }

    #[test]
    fn who_may_write_a_command_may_do_it() {
        for spec in CATALOGUE {
            assert!(spec.commands.iter().all(|role| spec.roles.contains(role)), "{}", spec.verb);
            assert_eq!(spec.commands.is_empty(), spec.words.is_empty(), "{}", spec.verb);
            assert!(CATALOGUE.iter().filter(|other| other.verb == spec.verb).count() == 1, "{}", spec.verb);
        }
    }
}
