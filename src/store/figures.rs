//! What figures are made of.

use jiff::Timestamp;

use super::Backend;
use crate::address::Address;
use crate::desk::figures::Fact;

/// Whose figures somebody may see is settled before.
pub trait FigureReads {
    /// How many tickets of a service's category were opened from a time on, before another.
    fn opened(&self, place: (&str, &str), between: [Timestamp; 2]) -> Result<usize, Backend>;
    /// Titles and requesters of those tickets, oldest first, but for what was cancelled or merged.
    fn asked(&self, place: (&str, &str), between: [Timestamp; 2]) -> Result<Vec<(String, Address)>, Backend>;
    /// Tickets of these services that were opened at or after a time, and open ones of any age.
    fn facts(&self, services: &[String], since: Timestamp) -> Result<Vec<Fact>, Backend>;
}
