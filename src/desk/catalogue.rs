//! The one list of actions: parser, pages, rights, help and docs are made of it. Labels and help sentences are looked up by
//! verb in `templates/<lang>/words.toml` (`action.<verb>`).

/// One action as people know it.
#[derive(Debug)]
pub struct Spec {
    /// Stable word.
    pub verb: &'static str,
    /// Words that mean it in a mail, without `#`, folded (see `mail::commands::fold`), any language.
    pub words: &'static [&'static str],
    /// What it takes.
    pub takes: Takes,
    /// Who may write it.
    pub by: By,
}

/// What a command takes besides its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing; the mail's text goes along as a reply.
    Nothing,
    /// The mail's text, which it needs.
    Text,
    /// An agent.
    Agent,
    /// Addresses.
    Addresses,
    /// The mail's text stays among agents.
    Note,
}

/// Who may write a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Agents of the service.
    Agents,
    /// Requester, beneficiary and agents.
    OwnersAndAgents,
    /// Requester and beneficiary.
    Owners,
    /// Everybody of the ticket.
    Everybody,
}

/// Every action that can be written in a mail.
pub const CATALOGUE: &[Spec] = &[
    Spec {
        verb: "take",
        words: &["prendre", "jeprends", "moi", "pour-moi", "take", "mine", "claim"],
        takes: Takes::Nothing,
        by: By::Agents,
    },
    Spec {
        verb: "assign",
        words: &["assigner", "affecter", "attribuer", "confier", "assign", "give", "to"],
        takes: Takes::Agent,
        by: By::Agents,
    },
    Spec { verb: "release", words: &["liberer", "relacher", "rendre", "release", "drop", "untake"], takes: Takes::Note, by: By::Agents },
    Spec { verb: "note", words: &["note", "interne", "prive", "internal", "private"], takes: Takes::Note, by: By::Agents },
    Spec { verb: "reply", words: &["repondre", "public", "envoyer", "reply", "send"], takes: Takes::Nothing, by: By::Agents },
    Spec { verb: "ask", words: &["info", "question", "precisions", "demander", "ask", "needinfo"], takes: Takes::Text, by: By::Agents },
    Spec {
        verb: "close",
        words: &["clore", "cloturer", "fermer", "resolu", "proposer-cloture", "fini", "close", "closed", "resolved", "done", "fixed"],
        takes: Takes::Text,
        by: By::Agents,
    },
    Spec { verb: "reopen", words: &["rouvrir", "reouvrir", "reopen"], takes: Takes::Nothing, by: By::OwnersAndAgents },
    Spec { verb: "cancel", words: &["annuler", "abandonner", "cancel"], takes: Takes::Nothing, by: By::Owners },
    Spec { verb: "invite", words: &["inviter", "ajouter", "copie", "invite", "add", "cc"], takes: Takes::Addresses, by: By::Everybody },
    Spec { verb: "leave", words: &["quitter", "partir", "leave"], takes: Takes::Nothing, by: By::Everybody },
];

/// The action that a folded word means.
pub fn find(word: &str) -> Option<&'static Spec> {
    CATALOGUE.iter().find(|spec| spec.words.contains(&word))
}

/// Words of the catalogue within an edit distance of two, nearest first, three at most.
pub fn near(word: &str) -> Vec<String> {
    if word.chars().count() < 4 {
        return Vec::new();
    }
    let words = CATALOGUE.iter().flat_map(|spec| spec.words).map(|known| (distance(word, known), *known));
    let mut near: Vec<_> = words.filter(|(distance, _)| *distance <= 2).collect();
    near.sort();
    near.into_iter().take(3).map(|(_, known)| known.to_owned()).collect()
}

/// Insertions, deletions, replacements and swaps of neighbours (Damerau, restricted).
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
        assert!(near("imprimante").is_empty() && near("xy").is_empty());
    }

    #[test]
    fn no_word_means_two_things() {
        let mut words: Vec<_> = CATALOGUE.iter().flat_map(|spec| spec.words).collect();
        let all = words.len();
        words.sort();
        words.dedup();
        assert_eq!(words.len(), all);
    }
}
