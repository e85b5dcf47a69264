//! Intake against servers that lie, stall and die, and against a real Dovecot.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod cuts;
#[path = "../support/dovecot.rs"]
mod dovecot;
mod faults;
mod idle;
mod keeper;
mod maildir;
mod real;
mod server;
mod tokens;
mod watched;
