//! How a letter goes on after an attempt: the outbox's rules (PRODUCT P50). Pure.

use jiff::{SignedDuration, Timestamp};

use crate::ports::{Attempt, Verdict};
use crate::store::{LetterRow, LetterState, LetterUpdate};

/// Minutes before the second, third… attempt (PRODUCT P50); then hourly.
const BACK_OFF_MINUTES: [i64; 4] = [1, 5, 15, 60];
/// How long a letter is tried (PRODUCT P50; RFC 5321 section 4.5.4.1 asks for days).
const LIFETIME_HOURS: i64 = 72;
/// How long a letter that may have gone out waits before it goes out again with the same Message-ID (CASEBOOK I05).
const UNKNOWN_MINUTES: i64 = 10;
/// How often it is repeated then (CASEBOOK I05).
const UNKNOWN_REPEATS: u32 = 2;
/// Pause when the relay itself is in trouble.
const RELAY_PAUSE_SECONDS: i64 = 30;

/// Where a letter stands after `verdict`.
pub fn after(row: &LetterRow, verdict: &Verdict, now: Timestamp) -> LetterUpdate {
    let attempts = row.attempts + u32::from(verdict.end != Attempt::RelayDown);
    let too_old = now.duration_since(row.queued_at) > SignedDuration::from_hours(LIFETIME_HOURS);
    let (state, due_at) = match verdict.end {
        Attempt::Sent => (LetterState::Sent, now),
        Attempt::Refused => (LetterState::Refused, now),
        Attempt::Unknown if attempts > UNKNOWN_REPEATS => (LetterState::Unknown, Timestamp::MAX),
        Attempt::Unknown => (LetterState::Unknown, now + SignedDuration::from_mins(UNKNOWN_MINUTES)),
        Attempt::Later | Attempt::RelayDown if too_old => (LetterState::GivenUp, now),
        Attempt::Later => (LetterState::Queued, now + SignedDuration::from_mins(minutes(attempts))),
        Attempt::RelayDown => (LetterState::Queued, now + SignedDuration::from_secs(RELAY_PAUSE_SECONDS)),
    };
    LetterUpdate { id: row.id, state, attempts, due_at, reply: verdict.reply.clone() }
}

fn minutes(attempts: u32) -> i64 {
    let index = (attempts.max(1) - 1) as usize;
    BACK_OFF_MINUTES.get(index).copied().unwrap_or(60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;

    fn row(attempts: u32, hours_old: i64) -> (LetterRow, Timestamp) {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let person = Address::parse("alice@cust.test").unwrap();
        let queued_at = now - SignedDuration::from_hours(hours_old);
        let state = LetterState::Sending;
        let row = LetterRow {
            id: 1,
            ticket: None,
            person,
            kind: "update".into(),
            message_id: "x@y.z".into(),
            state,
            attempts,
            due_at: now,
            queued_at,
            reply: String::new(),
        };
        (row, now)
    }

    fn end(attempts: u32, hours_old: i64, end: Attempt) -> (LetterState, i64) {
        let (row, now) = row(attempts, hours_old);
        let update = after(&row, &Verdict { id: 1, end, reply: String::new() }, now);
        (update.state, update.due_at.duration_since(now).as_mins())
    }

    #[test]
    fn i01_i15_back_off_grows_and_ends() {
        let later: Vec<i64> = (0..6).map(|attempts| end(attempts, 1, Attempt::Later).1).collect();
        assert_eq!(later, [1, 5, 15, 60, 60, 60]);
        assert_eq!(end(9, 73, Attempt::Later).0, LetterState::GivenUp);
        assert_eq!(end(0, 1, Attempt::Refused).0, LetterState::Refused);
    }

    #[test]
    fn i05_a_letter_that_may_have_gone_out_is_repeated_twice_at_most() {
        assert_eq!(end(0, 1, Attempt::Unknown), (LetterState::Unknown, 10));
        assert_eq!(end(1, 1, Attempt::Unknown), (LetterState::Unknown, 10));
        assert!(end(2, 1, Attempt::Unknown).1 > 1_000_000);
    }

    #[test]
    fn i04_trouble_of_the_relay_is_not_the_letters_fault() {
        let (row, now) = row(3, 1);
        assert_eq!(after(&row, &Verdict { id: 1, end: Attempt::RelayDown, reply: String::new() }, now).attempts, 3);
    }
}
