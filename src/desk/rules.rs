//! Rules on new mails, as the organisation file declares them: what a mail must look like, and what is done with it then.
//!
//! Excludes: looking at mails (see `routing::rules`).

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use super::ticket::Urgency;

/// Bytes of a compiled pattern: what takes more is no pattern of a person.
const PATTERN_MAX: usize = 1 << 20;

/// What is done with new mails that look so. Every pattern that is written must be found; matching takes time in proportion to the
/// text, whatever the pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What `guichet why` calls it.
    pub name: String,
    /// Found in the author's name and address: `Name <address>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Found in one of the addresses that it was written or delivered to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Found in the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Found in the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Found in one of its header lines: `Name: value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Found in the name of one of its files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<String>,
    /// Where it goes: `service`, or `service/category`, by their keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// How urgent it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    /// It is stored, and no ticket.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub junk: bool,
    /// It waits for an agent's decision.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hold: bool,
    /// No later rule is looked at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stop: bool,
}

impl Rule {
    /// Its patterns, each with its key.
    pub fn patterns(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("from", &self.from),
            ("to", &self.to),
            ("subject", &self.subject),
            ("body", &self.body),
            ("header", &self.header),
            ("attachment", &self.attachment),
        ];
        all.into_iter().filter_map(|(key, pattern)| Some((key, pattern.as_deref()?)))
    }

    /// Does it do anything?
    pub fn has_effect(&self) -> bool {
        self.category.is_some() || self.urgency.is_some() || self.junk || self.hold || self.stop
    }

    /// Keys of service and category; an empty category is "to sort".
    pub fn place(&self) -> Option<(&str, &str)> {
        let place = self.category.as_deref()?;
        Some(place.split_once('/').unwrap_or((place, "")))
    }
}

/// Compiles a pattern; capitals do not matter, `^` and `$` are ends of lines. On a fault: what is wrong with it, on one line.
pub fn pattern(text: &str) -> Result<Regex, String> {
    let mut builder = RegexBuilder::new(text);
    let builder = builder.case_insensitive(true).multi_line(true).size_limit(PATTERN_MAX);
    builder.build().map_err(|fault| {
        let last = fault.to_string();
        let last = last.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned();
        format!("this is no pattern: {last}")
    })
}
