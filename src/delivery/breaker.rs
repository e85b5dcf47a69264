//! When the relay itself is in trouble, it is left alone for a while, then tried with one letter.
//!
//! Promises: one warning for one trouble, however many letters meet it; pauses that double, with a third of chance in
//! them, so that restarted sites do not knock all at once.
//! Excludes: what counts as trouble (see [`super::smtp`]).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// Whether letters may go to the relay.
pub struct Breaker {
    state: Mutex<State>,
    changed: Notify,
    pause: Duration,
    pause_max: Duration,
}

struct State {
    gate: Gate,
    /// The pause after the next trouble.
    next: Duration,
}

#[derive(Clone, Copy, PartialEq)]
enum Gate {
    Open,
    Shut {
        until: Instant,
    },
    /// One letter is on its way to find out.
    Trying,
}

/// How many letters may be claimed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// As many as are wanted.
    Many,
    /// One, to find out.
    One,
}

impl Breaker {
    /// A breaker that lets letters through, with its first and its longest pause.
    pub fn new(pause: Duration, pause_max: Duration) -> Breaker {
        let state = Mutex::new(State { gate: Gate::Open, next: pause });
        Breaker { state, changed: Notify::new(), pause, pause_max }
    }

    /// Waits until letters may be claimed.
    pub async fn leave(&self) -> Leave {
        loop {
            let changed = self.changed.notified();
            let gate = self.state().gate;
            match gate {
                Gate::Open => return Leave::Many,
                Gate::Shut { until } if until <= Instant::now() => {
                    self.state().gate = Gate::Trying;
                    return Leave::One;
                }
                Gate::Shut { until } => tokio::select! { () = tokio::time::sleep_until(until) => (), () = changed => () },
                Gate::Trying => changed.await,
            }
        }
    }

    /// There was no letter to try with: the next one may.
    pub fn untried(&self) {
        let mut state = self.state();
        if state.gate == Gate::Trying {
            state.gate = Gate::Shut { until: Instant::now() };
        }
    }

    /// The relay is in trouble.
    pub fn trip(&self, reason: &str) {
        let mut state = self.state();
        if matches!(state.gate, Gate::Shut { .. }) {
            return;
        }
        let pause = with_chance(state.next);
        match state.gate {
            Gate::Open => tracing::warn!(reason = without_addresses(reason), ?pause, "the relay takes no mail"),
            _ => tracing::debug!(reason = without_addresses(reason), ?pause, "the relay still takes no mail"),
        }
        *state = State { gate: Gate::Shut { until: Instant::now() + pause }, next: (state.next * 2).min(self.pause_max) };
        self.changed.notify_waiters();
    }

    /// The relay answered for a letter.
    pub fn works(&self) {
        let mut state = self.state();
        if state.gate == Gate::Open {
            return;
        }
        tracing::info!("the relay takes mail again");
        *state = State { gate: Gate::Open, next: self.pause };
        self.changed.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Between five and seven sixths of a pause.
fn with_chance(pause: Duration) -> Duration {
    let chance = getrandom::u32().unwrap_or(u32::MAX / 2);
    pause.mul_f64(5.0 / 6.0 + f64::from(chance) / f64::from(u32::MAX) / 3.0)
}

/// What a server said, fit for a log: words with an address in them are hidden.
fn without_addresses(text: &str) -> String {
    text.split(' ').map(|word| if word.contains('@') { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn i04_pauses_double_and_one_letter_finds_out() {
        let breaker = Breaker::new(Duration::from_secs(6), Duration::from_secs(15));
        assert_eq!(breaker.leave().await, Leave::Many);
        for expected in [6.0, 12.0, 15.0, 15.0] {
            breaker.trip("454");
            breaker.trip("454 again, from the other worker");
            let start = Instant::now();
            assert_eq!(breaker.leave().await, Leave::One);
            let pause = start.elapsed().as_secs_f64();
            assert!((expected * 0.83..expected * 1.17).contains(&pause), "{pause} for {expected}");
        }
        assert!(tokio::time::timeout(Duration::from_secs(999), breaker.leave()).await.is_err(), "a second letter while one is on its way");
        breaker.works();
        assert_eq!(breaker.leave().await, Leave::Many);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_letter_to_try_the_next_one_may() {
        let breaker = Breaker::new(Duration::from_secs(6), Duration::from_secs(15));
        breaker.trip("454");
        assert_eq!(breaker.leave().await, Leave::One);
        breaker.untried();
        assert_eq!(breaker.leave().await, Leave::One);
    }

    #[test]
    fn no_addresses_in_logs() {
        assert_eq!(without_addresses("550 <a@b.test> unknown"), "550 … unknown");
    }
}
