//! What may happen to a ticket, told through its one door.
#![allow(clippy::unwrap_used, missing_docs)]

mod conversation;
mod folding;
mod office;
mod rights;
mod sorting;
mod stories;
mod transitions;
mod words;
