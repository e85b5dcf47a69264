//! How sure we are that a person is who they say. A `From` line alone is a claim.

use serde::{Deserialize, Serialize};

/// The assurance behind an actor, weakest first. Each action states the level that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The sender check failed, or the author is ambiguous: held, never answered.
    Failed,
    /// Somebody says so and nothing contradicts it.
    Claimed,
    /// The receiving server, a signature or a capability that only this person had says so.
    Proven,
}
