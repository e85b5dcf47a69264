//! Intake against servers that lie, stall and die, and against a real Dovecot.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod accounts;
mod cuts;
#[path = "../support/dovecot.rs"]
mod dovecot;
mod faults;
mod idle;
mod keeper;
mod maildir;
mod model;
mod real;
mod server;
mod tokens;
mod watched;
