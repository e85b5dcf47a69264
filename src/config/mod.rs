//! `guichet.toml` as written, then as meant. All faults are told at once, each with file, line, column and key.
//!
//! Promises: a configuration that [`load`] accepts can be started as far as this machine can tell; no secret is printed,
//! logged or repeated in a fault. Excludes: connecting anywhere, and the meaning of what is configured to the rooms.

pub mod fault;
pub mod read;
pub mod units;

pub mod network;
pub mod secret;
pub mod written;

mod accounts;
mod articles;
mod base_url;
mod connections;
mod meant;
mod organisation;
mod tokens;

pub mod key;

pub use articles::read_articles;
pub use connections::Connections;
pub use fault::{Fault, Faults, one_line};
pub use meant::{Settings, load, understand};
pub use network::Network;
pub use organisation::read_organisation;
