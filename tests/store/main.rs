//! What the store promises, tried on a file and in memory, through the trait.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod crash;
mod file;
mod ledger;
mod lists;
mod outbox;
mod samples;
mod search;
mod tickets;
