//! What may happen to a ticket, told through its one door.
#![allow(clippy::unwrap_used, missing_docs)]

mod conversation;
mod folding;
mod mails;
mod office;
mod rights;
#[allow(dead_code)]
#[path = "../support/world/office.rs"]
mod site;
mod sorting;
mod stories;
mod transitions;
mod words;

use office::address;
