//! Why the store could not do something.

use crate::desk::TicketId;

/// The database failed; nothing was changed. The text is for administrators and holds no mail.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Backend(pub String);

/// Why a commit did not happen.
#[derive(Debug, thiserror::Error)]
pub enum CommitFault {
    /// The cause was committed before: the effect stands already.
    #[error("already done")]
    AlreadyDone,
    /// A ticket changed since it was loaded: decide again.
    #[error("ticket {0} changed meanwhile")]
    Stale(TicketId),
    /// Something of a batch could not be done, and nothing of it stands: commit its changes one by one.
    #[error("the batch was undone")]
    Torn,
    /// The database failed.
    #[error(transparent)]
    Backend(#[from] Backend),
}

impl From<CommitFault> for Backend {
    fn from(fault: CommitFault) -> Backend {
        match fault {
            CommitFault::Backend(fault) => fault,
            fault => Backend(fault.to_string()),
        }
    }
}
