//! What a mail says, and how one is written. Pure: bytes in, values out, no clock, no chance, no sockets.
//!
//! Promises: [`read`] never fails, whatever the bytes; it returns what it understood, and remarks. [`compose`] gives
//! bytes that are 7-bit, CRLF-terminated and free of foreign data in headers.
//! Excludes: tickets, people of the house, and what to do about a mail (see `routing`).

pub mod authentication;
pub mod carrier;
pub mod commands;
pub mod compose;
pub mod incoming;
pub mod outgoing;
pub mod read;

pub use carrier::{Carrier, Keys, Voice};
pub use compose::compose;
pub use incoming::*;
pub use outgoing::*;
pub use read::read;
