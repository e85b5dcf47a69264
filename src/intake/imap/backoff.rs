//! How long to wait before a new connection. Pure: time and chance are arguments.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Logins that may be refused within an hour: providers lock accounts at ten or more.
const LOGINS_AN_HOUR: usize = 6;
const HOUR: Duration = Duration::from_secs(3600);
/// Refused logins in a row before an administrator is told so loudly.
const ALARM: u32 = 3;

/// The failures of a mailbox since it was last read.
#[derive(Debug)]
pub struct Backoff {
    shortest: Duration,
    longest: Duration,
    failures: u32,
    refused: VecDeque<Instant>,
    refused_in_row: u32,
}

impl Backoff {
    pub fn new((shortest, longest): (Duration, Duration)) -> Backoff {
        Backoff { shortest, longest, failures: 0, refused: VecDeque::new(), refused_in_row: 0 }
    }

    /// A pass ended well.
    pub fn succeeded(&mut self) {
        self.failures = 0;
        self.refused_in_row = 0;
    }

    /// How long to wait after a failure. `chance` in 0..=1 spreads many mailboxes that lost one server.
    pub fn failed(&mut self, chance: f64) -> Duration {
        let ceiling = self.shortest.saturating_mul(1 << self.failures.min(16)).min(self.longest);
        self.failures += 1;
        // Half fixed, half by chance: never at once, never all together.
        ceiling / 2 + (ceiling / 2).mul_f64(chance.clamp(0.0, 1.0))
    }

    /// How long to wait after a refused login: as after a failure, but no more than six in any hour. `attempts` logins
    /// were made (two when a token was renewed).
    pub fn refused(&mut self, now: Instant, attempts: usize, chance: f64) -> Duration {
        self.refused_in_row += 1;
        self.refused.extend(std::iter::repeat_n(now, attempts));
        while self.refused.len() > LOGINS_AN_HOUR {
            self.refused.pop_front();
        }
        let wait = self.failed(chance);
        let Some(room) = (self.refused.len() + attempts).checked_sub(LOGINS_AN_HOUR + 1) else { return wait };
        match self.refused.get(room) {
            Some(oldest) => wait.max((*oldest + HOUR).saturating_duration_since(now)),
            None => wait,
        }
    }

    /// So many refusals in a row that somebody must look.
    pub fn is_alarming(&self) -> bool {
        self.refused_in_row >= ALARM
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn pauses_double_up_to_the_longest_and_start_again() {
        let mut backoff = Backoff::new((SECOND, 10 * SECOND));
        let pauses: Vec<_> = (0..5).map(|_| backoff.failed(1.0)).collect();
        assert_eq!(pauses, [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND, 10 * SECOND]);
        assert_eq!(backoff.failed(0.0), 5 * SECOND);
        backoff.succeeded();
        assert_eq!(backoff.failed(1.0), SECOND);
    }

    #[tokio::test]
    async fn h15_no_more_than_six_refused_logins_in_any_hour() {
        for attempts in [1, 2] {
            let mut backoff = Backoff::new((SECOND, 2 * SECOND));
            let mut now = Instant::now();
            let mut times = Vec::new();
            for _ in 0..20 {
                times.extend(std::iter::repeat_n(now, attempts));
                now += backoff.refused(now, attempts, 0.5);
            }
            for window in times.windows(LOGINS_AN_HOUR + 1) {
                assert!(window[LOGINS_AN_HOUR] - window[0] >= HOUR, "{attempts} at a time");
            }
            assert!(backoff.is_alarming());
        }
    }
}
