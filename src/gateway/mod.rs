//! Where mail, desk, routing, notifications and store meet. Synchronous; one thread owns the store.

pub mod handle;
pub mod press;

pub use handle::Handle;
pub use press::{Button, Press, Pressed};

pub use crate::ports;
