//! Where mail, desk, routing, notifications and store meet. Synchronous; one thread owns the store.

pub use crate::ports;
