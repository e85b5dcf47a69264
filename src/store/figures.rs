//! What figures are made of.

use jiff::Timestamp;

use super::Backend;
use crate::desk::figures::Fact;

/// Whose figures somebody may see is settled before.
pub trait FigureReads {
    /// Tickets of these services that were opened at or after a time, and open ones of any age.
    fn facts(&self, services: &[String], since: Timestamp) -> Result<Vec<Fact>, Backend>;
}
