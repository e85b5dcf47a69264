//! Working days: when people who were asked may be expected to have answered.
//!
//! Promises: Saturdays, Sundays and, where the site wants it, the French public holidays (Code du travail, L3133-1) count for
//! nothing. Excludes: hours of the day, which stay what they are, and time zones: a day is one of UTC, which moves a deadline by
//! hours at most, never by a working day that people would miss.

use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::organisation::Policy;

/// Days that are stepped over at most between two working days: no country rests longer.
const REST_MAX: u32 = 30;

/// The same hour, so many working days later.
pub fn after(policy: &Policy, at: Timestamp, days: u16) -> Timestamp {
    stepped(policy, at, days, 1)
}

/// The same hour, so many working days before.
pub fn before(policy: &Policy, at: Timestamp, days: u16) -> Timestamp {
    stepped(policy, at, days, -1)
}

fn stepped(policy: &Policy, at: Timestamp, days: u16, step: i64) -> Timestamp {
    let mut day = at.to_zoned(TimeZone::UTC).datetime();
    for _ in 0..days {
        for _ in 0..REST_MAX {
            day = day.saturating_add(step.days());
            if is_working(policy, day.date()) {
                break;
            }
        }
    }
    day.to_zoned(TimeZone::UTC).map_or(at, |zoned| zoned.timestamp())
}

/// Do people work that day?
pub fn is_working(policy: &Policy, day: Date) -> bool {
    let rest = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    !(rest || policy.french_holidays && is_holiday(day))
}

fn is_holiday(day: Date) -> bool {
    const FIXED: [(i8, i8); 8] = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)];
    let easter = easter(day.year());
    FIXED.contains(&(day.month(), day.day())) || [1, 39, 50].iter().any(|days: &i64| easter.saturating_add(days.days()) == day)
}

/// Easter Sunday by the anonymous Gregorian computus (Nature, 20 April 1876).
fn easter(year: i16) -> Date {
    let year = i32::from(year);
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let (month, day) = ((h + l - 7 * m + 114) / 31, (h + l - 7 * m + 114) % 31 + 1);
    date(year as i16, month as i8, day as i8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn p63_weekends_and_holidays_count_for_nothing() {
        let policy = Policy::default();
        for (year, month, day) in [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)] {
            assert_eq!(easter(year), date(year, month, day));
        }
        assert_eq!(after(&policy, at("2026-01-05T09:00:00Z"), 5), at("2026-01-12T09:00:00Z"));
        assert_eq!(after(&policy, at("2026-04-03T09:00:00Z"), 1), at("2026-04-07T09:00:00Z"), "over Easter");
        assert_eq!(before(&policy, at("2026-05-15T09:00:00Z"), 1), at("2026-05-13T09:00:00Z"), "over Ascension");
        assert_eq!(before(&policy, at("2026-01-11T09:00:00Z"), 1), at("2026-01-09T09:00:00Z"), "from a Sunday");
        let abroad = Policy { french_holidays: false, ..Policy::default() };
        assert_eq!(after(&abroad, at("2026-04-03T09:00:00Z"), 1), at("2026-04-06T09:00:00Z"));
    }
}
