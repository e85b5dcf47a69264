//! Intake against servers that lie, stall and die, and against a real Dovecot.

#[path = "../support/dovecot.rs"]
mod dovecot;
mod keeper;
mod maildir;
mod real;
