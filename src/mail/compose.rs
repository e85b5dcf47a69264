//! Outgoing → bytes.

use super::outgoing::{Letter, Outgoing};

/// Why a mail could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ComposeFault(pub String);

/// The final bytes of a mail: 7-bit, CRLF, every part quoted-printable or base64.
pub fn compose(_mail: &Outgoing) -> Result<Letter, ComposeFault> {
    Err(ComposeFault("not built yet".into()))
}
