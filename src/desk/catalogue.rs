//! The one list of actions: parser, pages, rights, help and docs are made of it.

/// One action as people know it.
#[derive(Debug)]
pub struct Spec {
    /// Stable word.
    pub verb: &'static str,
}

/// Every action.
pub const CATALOGUE: &[Spec] = &[];
