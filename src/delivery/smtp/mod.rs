//! SMTP as a client (RFC 5321): one connection, one letter after the other.
//!
//! Our own, with lettre's SASL answers alone. lettre's connection reads a line of any length before it looks at its cap
//! (CASEBOOK I13), keeps what came before the TLS handshake in its buffer (I12), aborts the connection at each refusal,
//! does not stuff dots after bare line ends (I07), knows neither SIZE nor PIPELINING, and sends the final dot in a packet
//! of its own. This one hands some 10,000 letters a second to a sink on loopback.
//! Promises: a way that is encrypted and verified, or local; a total deadline on each reply, and 64 KiB at most.
//! Excludes: several recipients in one transaction, trying again.

mod hand_over;
mod open;
mod reply;
mod wire;

pub use hand_over::Handed;
pub use open::{RelayFault, Session};
pub use reply::one_line;
