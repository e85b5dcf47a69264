//! What may happen to a ticket. Pure: knows neither mails, stores, pages nor clocks.
//!
//! Promises: [`decide_all`] is the only place where a ticket changes; it answers with the ticket as it becomes, the
//! events that say so, and what was refused and why. Folding the events over nothing gives the ticket again.
//! Excludes: who is told, in which words (see `notifications`), and how sure we are of the actor (given).

pub mod action;
pub mod catalogue;
pub mod decide;
pub mod event;
mod fold;
pub mod organisation;
pub mod privileges;
pub mod purpose;
pub mod ticket;

pub use action::*;
pub use catalogue::{CATALOGUE, Spec};
pub use decide::{Outcome, Rules, decide_all};
pub use event::*;
pub use fold::fold;
pub use organisation::*;
pub use privileges::Role;
pub use purpose::Purpose;
pub use ticket::*;
