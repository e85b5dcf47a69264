//! Bytes → Incoming. Never fails.

use super::incoming::{Incoming, Limits};

/// Reads a mail, whatever the bytes.
pub fn read(_raw: &[u8], _limits: &Limits) -> Incoming {
    Incoming::default()
}

/// The decoded bytes of one attachment, by the part number that [`read`] gave, or `None` when there is no such part.
pub fn part(_raw: &[u8], _part: u32) -> Option<Vec<u8>> {
    None
}
