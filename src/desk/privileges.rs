//! Who may do what.

/// In which role somebody acts on a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Requester or beneficiary.
    Owner,
    /// Guest.
    Guest,
    /// Agent of the ticket's service.
    Agent,
    /// Nobody to this ticket.
    Stranger,
}
