//! Capabilities: what a mailed link lets one person do about one ticket.

use serde::{Deserialize, Serialize};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Agree to a closure. Single effect.
    Approve,
    /// Refuse a closure, with a reason. Single effect.
    RefuseClosure,
    /// Answer a question, with files. Single effect.
    Answer,
    /// Judge. May be corrected for a while.
    Rate,
    /// See the ticket, reply, reopen, cancel, leave.
    View,
    /// Say that an article solved it: the link's number is the article's. Single effect.
    Solved,
    /// Put one's own request into the category that the link offers, while it has none. Single effect.
    Sort,
    /// Say that one's own request goes on with another of theirs: the link's number is that one's. Single effect.
    Addition,
    /// Take back an act: the link's number is that of the act's last event.
    Undo,
    /// Go on with commands that could not be done: what the link offers is done instead. Its number is that of the mail that
    /// waits, or 0. Single effect.
    Draft,
}

impl Purpose {
    /// A stable word for the store and template names.
    pub fn word(self) -> &'static str {
        match self {
            Purpose::Approve => "approve",
            Purpose::RefuseClosure => "refuse_closure",
            Purpose::Answer => "answer",
            Purpose::Rate => "rate",
            Purpose::View => "view",
            Purpose::Solved => "solved",
            Purpose::Sort => "sort",
            Purpose::Addition => "addition",
            Purpose::Undo => "undo",
            Purpose::Draft => "draft",
        }
    }
}
