//! The story of the demo, as `data/demo/story.toml` tells it.

use serde::Deserialize;

use crate::address::Address;

/// The village and what happens there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// Who lives there.
    #[serde(rename = "person")]
    pub people: Vec<Villager>,
    /// What happens, in order.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// Somebody of the village.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Villager {
    /// As written in `From`.
    pub name: String,
    /// Their mailbox.
    pub address: Address,
    /// `employee`, `colleague` or `agent`.
    pub role: String,
}

/// One thing that somebody does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What it is, for the person who watches.
    pub title: String,
    /// Who.
    pub by: Address,
    /// `new`, `reply` or `reply-all`.
    pub mail: Option<String>,
    /// The button, for a step on a page.
    pub press: Option<String>,
    /// For a reply: which kind of mail is answered.
    pub to: Option<String>,
    /// Others in copy.
    #[serde(default)]
    pub cc: Vec<Address>,
    /// Subject of a new mail.
    pub subject: Option<String>,
    /// A file of `data/demo` that travels along.
    pub file: Option<String>,
    /// The words.
    #[serde(default)]
    pub text: String,
    /// Marks.
    pub delay: Option<u8>,
    /// Marks.
    pub answers: Option<u8>,
    /// Who must be told, in alphabetical order.
    pub told: Vec<Address>,
    /// Where the ticket must stand afterwards.
    pub status: String,
}

/// The story that travels in the binary.
pub fn story() -> Result<Story, toml::de::Error> {
    toml::from_str(include_str!("../../../data/demo/story.toml"))
}
