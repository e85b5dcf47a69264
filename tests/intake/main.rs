//! Intake against servers that lie, stall and die, and against a real Dovecot.

mod cuts;
#[path = "../support/dovecot.rs"]
mod dovecot;
mod faults;
mod idle;
mod keeper;
mod maildir;
mod real;
mod server;
mod watched;
