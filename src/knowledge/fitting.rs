//! Which articles fit a request: told by the words of its subject. Rather none than a wrong one (CAPABILITIES row 17).

use std::collections::HashSet;
use std::sync::OnceLock;

use serde::Deserialize;

use super::Article;
use crate::mail::commands::fold;

/// Words of a subject that are looked at.
const WORDS_MAX: usize = 12;
/// Letters of the shortest word that says something.
const LETTERS_MIN: usize = 3;
/// What a word counts that stands in an article's title or among its words; in its text it counts one.
const STRONG: usize = 2;

/// What is asked, as far as articles are chosen by it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// One line.
    pub title: &'a str,
    /// ISO 639-1.
    pub language: &'a str,
    /// Key of the service.
    pub service: &'a str,
    /// Key of the category; empty is "to sort".
    pub category: &'a str,
}

/// The words of a text that say something, folded and in the singular, each once.
pub fn words(text: &str) -> Vec<String> {
    let (folded, mut seen) = (fold(text), HashSet::new());
    let long = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= LETTERS_MIN);
    let new = long.map(singular).filter(|word| !common().contains(*word) && seen.insert(*word));
    new.map(str::to_owned).collect()
}

/// Do two subjects speak of the same? Half of the words of the longer one must be in both.
pub fn alike(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    let both = one.iter().filter(|word| other.contains(*word)).count();
    both > 0 && 2 * both >= one.len().max(other.len())
}

/// The articles that fit, the best first, at most `most`.
pub fn best<'a>(subject: Subject<'_>, known: impl IntoIterator<Item = &'a Article>, most: usize) -> Vec<&'a Article> {
    let mut asked = words(subject.title);
    asked.truncate(WORDS_MAX);
    let public = known.into_iter().filter(|article| !article.internal && article.language == subject.language);
    let theirs = public.filter(|article| article.service.is_empty() || article.service == subject.service);
    let mut fitting: Vec<(usize, &Article)> = theirs.filter_map(|article| Some((points(&asked, subject, article)?, article))).collect();
    fitting.sort_by_key(|(points, article)| (std::cmp::Reverse(*points), article.number));
    fitting.into_iter().take(most).map(|(_, article)| article).collect()
}

/// How well an article fits; none: not well enough. Half of the subject's words must be found, counting twice those of title and
/// keywords, and one of these at least.
fn points(asked: &[String], subject: Subject<'_>, article: &Article) -> Option<usize> {
    let title: HashSet<String> = article.words.iter().chain([&article.title]).flat_map(|text| words(text)).collect();
    let text: HashSet<String> = words(&article.text).into_iter().collect();
    let strong = asked.iter().filter(|word| title.contains(*word)).count();
    let weak = asked.iter().filter(|word| !title.contains(*word) && text.contains(*word)).count();
    let points = STRONG * strong + weak;
    let same_category = !article.category.is_empty() && article.category == subject.category;
    (strong > 0 && points >= asked.len()).then_some(2 * points + usize::from(same_category))
}

fn singular(word: &str) -> &str {
    if word.len() > LETTERS_MIN { word.trim_end_matches(['s', 'x']) } else { word }
}

#[derive(Deserialize)]
struct Common {
    words: HashSet<String>,
}

/// Words that say nothing of what a request is about. The file is part of the program: it reads, or the tests fail.
fn common() -> &'static HashSet<String> {
    static COMMON: OnceLock<HashSet<String>> = OnceLock::new();
    COMMON.get_or_init(|| {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/knowledge/common.toml"));
        toml::from_str::<Common>(text).map(|common| common.words).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(number: u64, title: &str, words: &[&str], text: &str) -> Article {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Article { number, title: title.into(), language: "fr".into(), words, text: text.into(), ..Article::default() }
    }

    fn fits(title: &str) -> Vec<u64> {
        let all = [
            article(1, "L’imprimante n’imprime plus", &["panne", "bourrage"], "Éteignez l’imprimante, attendez dix secondes."),
            article(2, "Installer le VPN", &["tunnel", "télétravail"], "Depuis chez vous, l’accès au réseau passe par le VPN."),
            Article { internal: true, ..article(3, "Imprimante : codes du technicien", &[], "Code 0000.") },
            Article { language: "en".into(), ..article(4, "Imprimante", &[], "Turn it off.") },
            Article { service: "logistique".into(), ..article(5, "Imprimante", &[], "Commander du toner.") },
        ];
        let subject = Subject { title, language: "fr", service: "dsi", category: "" };
        best(subject, &all, 3).iter().map(|article| article.number).collect()
    }

    #[test]
    fn row17_what_fits_is_suggested() {
        assert_eq!(fits("Imprimante en panne"), [1]);
        assert_eq!(fits("Problème imprimantes"), [1]);
        assert_eq!(fits("IMPRIMANTE !!! URGENT"), [1]);
        assert_eq!(fits("Installation du vpn pour le télétravail"), [2]);
    }

    #[test]
    fn row17_what_does_not_fit_stays_away() {
        for title in ["", "Bonjour", "Demande urgente", "Imprimante inaccessible depuis le wifi du batiment", "Clé perdue", "Réseau"] {
            assert_eq!(fits(title), [0; 0], "{title}");
        }
    }

    #[test]
    fn row19_subjects_are_alike_when_half_of_their_words_are() {
        for (one, other) in
            [("Imprimante en panne", "L'imprimante est toujours en panne !"), ("VPN", "Re: le vpn"), ("Plus de wifi", "wifi coupé")]
        {
            assert!(alike(one, other) && alike(other, one), "{one} / {other}");
        }
        for (one, other) in
            [("", ""), ("Bonjour", "Bonjour"), ("Imprimante", "Écran"), ("Panne", "Commande de toner pour le troisième étage")]
        {
            assert!(!alike(one, other), "{one} / {other}");
        }
    }

    #[test]
    fn the_common_words_are_read_and_are_in_the_form_they_are_looked_for() {
        assert!(common().len() > 100);
        assert!(common().iter().all(|word| fold(word) == *word));
    }
}
