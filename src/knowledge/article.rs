//! One article, as a file and as a value.

use serde::{Deserialize, Serialize};

use super::markdown::plain;
use crate::address::Address;

/// The line around the first lines of a file.
const FENCE: &str = "+++";
/// Characters of a short answer.
const ANSWER_MAX: usize = 600;

/// What a service knows about one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Article {
    /// Its number: `#faq 12`.
    pub number: u64,
    /// One line.
    pub title: String,
    /// ISO 639-1 of its words.
    pub language: String,
    /// Key of the service; empty: everybody's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub service: String,
    /// Key of a category of the service; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category: String,
    /// For agents alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub internal: bool,
    /// Words that people look for it by, besides those of its title.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// An article out of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    /// What it says.
    pub article: Article,
    /// The file's name.
    pub file: String,
    /// BLAKE3 of the whole file, in hexadecimal digits: a file that did not change takes nothing back that a page wrote since.
    pub hash: String,
}

/// An article as we have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What it says.
    pub article: Article,
    /// The file that it came from, and that file's hash; none: it was written by page.
    pub file: Option<(String, String)>,
    /// Who wrote it last by page; none: it is as the file says.
    pub editor: Option<Address>,
}

impl Article {
    /// Reads a file: `+++`, some lines of TOML, `+++`, Markdown. On a fault: its line from 1, and what is wrong.
    pub fn read(file: &str) -> Result<Article, (usize, String)> {
        let file = file.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let rest = file.strip_prefix(FENCE).and_then(|rest| rest.strip_prefix('\n'));
        let parts = rest
            .and_then(|rest| rest.split_once(&format!("\n{FENCE}\n")).or_else(|| Some((rest.strip_suffix(&format!("\n{FENCE}"))?, ""))));
        let Some((head, text)) = parts else {
            return Err((1, "an article begins with lines of TOML between two lines of +++".to_owned()));
        };
        let read = toml::from_str::<Article>(head).map_err(|error| {
            let before = error.span().and_then(|span| head.get(..span.start)).unwrap_or_default();
            (before.matches('\n').count() + 2, error.message().replace('\n', "; "))
        })?;
        let article = Article { text: text.trim().to_owned(), title: read.title.trim().to_owned(), ..read };
        match article.fault() {
            Some(fault) => Err((2, fault.to_owned())),
            None => Ok(article),
        }
    }

    /// What is wrong with it, whoever wrote it.
    pub fn fault(&self) -> Option<&'static str> {
        let line = !self.title.is_empty() && !self.title.chars().any(char::is_control);
        match () {
            () if self.number == 0 || self.number > u64::from(u32::MAX) => Some("number: a number from 1 on"),
            () if !line => Some("title: a title is one line of text"),
            () if self.language.len() != 2 || !self.language.bytes().all(|b| b.is_ascii_lowercase()) => {
                Some("language: two letters, like \"fr\" or \"en\"")
            }
            () if self.text.is_empty() => Some("the article has no text"),
            () if self.service.is_empty() && !self.category.is_empty() => Some("category: a category belongs to a service"),
            () => None,
        }
    }

    /// The file that reads as this article.
    pub fn written(&self) -> Result<String, toml::ser::Error> {
        let head = toml::to_string(&Article { text: String::new(), ..self.clone() })?;
        Ok(format!("{FENCE}\n{}\n{FENCE}\n\n{}\n", head.trim_end(), self.text))
    }

    /// Its beginning as plain text: whole paragraphs, as far as a mail has room.
    pub fn answer(&self) -> String {
        let text = plain(&self.text);
        let mut end = 0;
        for (at, _) in text.match_indices("\n\n").chain([(text.len(), "")]) {
            if text[..at].chars().count() <= ANSWER_MAX {
                end = at;
            }
        }
        match end {
            0 => text.chars().take(ANSWER_MAX).chain(['…']).collect(),
            end => text[..end].to_owned(),
        }
    }

    /// The short answer says all of it.
    pub fn is_short(&self) -> bool {
        self.answer() == plain(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "+++\nnumber = 12\ntitle = \"Le VPN\"\nlanguage = \"fr\"\nservice = \"dsi\"\nwords = [\"tunnel\"]\n+++\n\nRedémarrez **tout**.\n\nPuis réessayez.\n";

    #[test]
    fn p8_a_file_is_read_and_written_without_loss() {
        let article = Article::read(FILE).unwrap();
        assert_eq!(
            (article.number, article.title.as_str(), article.text.as_str()),
            (12, "Le VPN", "Redémarrez **tout**.\n\nPuis réessayez.")
        );
        assert_eq!(article.written().unwrap(), FILE);
        assert_eq!(Article::read(&FILE.replace('\n', "\r\n")).unwrap(), article);
    }

    #[test]
    fn p8_a_fault_names_its_line() {
        let at = |file: &str| Article::read(file).unwrap_err().0;
        assert_eq!(at("# Titre\n\nTexte"), 1);
        assert_eq!(at(&FILE.replace("language = \"fr\"", "language = 3")), 4);
        assert_eq!(at(&FILE.replace("service", "servce")), 5);
        assert!(Article::read(&FILE.replace("12", "0")).unwrap_err().1.contains("number"));
    }

    #[test]
    fn row17_the_short_answer_is_made_of_whole_paragraphs() {
        let article = Article { text: format!("Un.\n\n{}\n\nFin.", "mot ".repeat(200)), ..Article::read(FILE).unwrap() };
        assert_eq!(article.answer(), "Un.");
        assert!(!article.is_short() && Article::read(FILE).unwrap().is_short());
        let long = Article { text: "x".repeat(2000), ..article };
        assert_eq!(long.answer().chars().count(), ANSWER_MAX + 1);
    }
}
