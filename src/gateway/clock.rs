//! Time and chance as arguments: the world's own here, settable ones in the tests.

use jiff::Timestamp;

use crate::notifications::Mint;

/// What time it is.
pub trait Clock: Send {
    /// Now, by the wall.
    fn now(&self) -> Timestamp;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The system's random numbers. Without them no token may be issued: a failure ends the program.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemMint;

impl SystemMint {
    fn fill(bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            tracing::error!("the system gives no random numbers; stopping rather than issuing tokens that can be guessed");
            std::process::abort();
        }
    }
}

impl Mint for SystemMint {
    fn token(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        SystemMint::fill(&mut bytes);
        bytes
    }

    fn salt(&mut self) -> [u8; 12] {
        let mut bytes = [0; 12];
        SystemMint::fill(&mut bytes);
        bytes
    }
}
