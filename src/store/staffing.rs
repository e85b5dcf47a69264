//! Questions about the organisation and what was changed of it by page.

use jiff::Timestamp;

use super::Backend;
use crate::address::Address;
use crate::desk::{Organisation, Staffing};

/// A change of a service's staff that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staffed {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Address,
    /// Key of the service.
    pub service: String,
    /// What.
    pub what: Staffing,
}

/// Who may see which of it is settled before.
pub trait StaffingReads {
    /// The organisation as last applied and changed, without what people chose for themselves.
    fn declared(&self) -> Result<Organisation, Backend>;
    /// How often it was applied or changed.
    fn organisation_version(&self) -> Result<u64, Backend>;
    /// What was changed of a service by page, newest first, at most `limit`.
    fn staffed(&self, service: &str, limit: usize) -> Result<Vec<Staffed>, Backend>;
    /// What was changed by page since a file was applied, oldest first.
    fn staffed_since_file(&self) -> Result<Vec<Staffed>, Backend>;
}
