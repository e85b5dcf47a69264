//! Delivery against a real receiving server on loopback that refuses, defers, stalls, lies and drops at each step.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod answers;
mod connections;
mod content;
mod ends;
mod office;
mod security;
mod server;
