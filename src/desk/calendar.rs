//! Working time of a service: when people may be expected to answer, and when they may be written to.
//!
//! Promises: only openings count; days off, and where the site wants it the French public holidays (Code du travail, L3133-1), have
//! none. A change to or from summer time moves no opening on its clock. Excludes: what is promised in that time (see `promise`).

use std::sync::LazyLock;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::hours::{DayOff, Hours};
use super::organisation::{Organisation, Service};
use super::policy::Policy;

/// Days that are looked at for the next opening: no service rests longer.
const REST_MAX: u32 = 60;
/// The first whole year of the calendar that Easter is reckoned by.
const GREGORIAN: i16 = 1583;
/// Days that one span of working time reaches at most.
const REACH_MAX: u32 = 3660;

/// Where nobody says otherwise.
static OFFICE: LazyLock<Hours> = LazyLock::new(Hours::default);

/// What working time is made of: the organisation's hours, the site's rules, where the desk is.
#[derive(Debug, Clone, Copy)]
pub struct Times<'a> {
    /// Services with their hours.
    pub organisation: &'a Organisation,
    /// The site's choices.
    pub policy: &'a Policy,
    /// Where the desk is.
    pub zone: &'a TimeZone,
}

/// The working time of one service.
#[derive(Debug, Clone)]
pub struct Calendar<'a> {
    zone: &'a TimeZone,
    hours: &'a Hours,
    french_holidays: bool,
}

impl<'a> Times<'a> {
    /// The calendar of a service: its own hours, or those of the organisation, or an office's.
    pub fn of(self, service: &str) -> Calendar<'a> {
        let hours = self.organisation.service(service).and_then(|service: &Service| service.hours.as_ref());
        let hours = hours.or(self.organisation.hours.as_ref()).unwrap_or(&OFFICE);
        let french_holidays = hours.french_holidays.unwrap_or(self.policy.french_holidays);
        Calendar { zone: hours.zone.as_ref().map_or(self.zone, |zone| &zone.0), hours, french_holidays }
    }
}

impl Calendar<'_> {
    /// Where the service is.
    pub fn zone(&self) -> &TimeZone {
        self.zone
    }

    /// Do people work that day?
    pub fn is_working(&self, day: Date) -> bool {
        !self.openings(day).is_empty()
    }

    /// Is somebody there at that time?
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.spans(self.day_of(at)).any(|(from, to)| from <= at && at < to)
    }

    /// That time, or the next opening after it.
    pub fn opens(&self, at: Timestamp) -> Timestamp {
        let spans = self.days(at, REST_MAX).flat_map(|day| self.spans(day));
        spans.filter(|(_, to)| at < *to).map(|(from, _)| from.max(at)).next().unwrap_or(at)
    }

    /// Working time between two times; none when the second is not later.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        let last = self.day_of(to);
        let spans = self.days(from, REACH_MAX).take_while(|day| *day <= last).flat_map(|day| self.spans(day));
        spans.map(|(opens, closes)| closes.min(to).duration_since(opens.max(from)).max(SignedDuration::ZERO)).sum()
    }

    /// When that much working time has passed.
    pub fn add(&self, at: Timestamp, time: SignedDuration) -> Timestamp {
        let mut left = time;
        for (from, to) in self.days(at, REACH_MAX).flat_map(|day| self.spans(day)) {
            let from = from.max(at);
            let here = to.duration_since(from).max(SignedDuration::ZERO);
            if left <= here {
                return from.checked_add(left).unwrap_or(at);
            }
            left -= here;
        }
        at
    }

    /// The same hour, so many working days later.
    pub fn days_after(&self, at: Timestamp, days: u16) -> Timestamp {
        let mut local = at.to_zoned(self.zone.clone()).datetime();
        for _ in 0..days {
            for _ in 0..REST_MAX {
                local = local.saturating_add(1.day());
                if self.is_working(local.date()) {
                    break;
                }
            }
        }
        local.to_zoned(self.zone.clone()).map_or(at, |zoned| zoned.timestamp())
    }

    /// The end of the day that it is there.
    pub fn end_of_day(&self, at: Timestamp) -> Timestamp {
        let tomorrow = self.day_of(at).saturating_add(1.day());
        tomorrow.to_zoned(self.zone.clone()).map_or(at, |zoned| zoned.timestamp())
    }

    fn day_of(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    fn days(&self, from: Timestamp, most: u32) -> impl Iterator<Item = Date> {
        let first = self.day_of(from);
        (0..most).map(move |days| first.saturating_add(i64::from(days).days()))
    }

    fn openings(&self, day: Date) -> &[(u16, u16)] {
        let off = self.hours.days_off.iter().any(|off: &DayOff| off.is(day)) || self.french_holidays && is_holiday(day);
        if off { &[] } else { self.hours.open.on(day.weekday()) }
    }

    /// The openings of a day as they come to pass.
    fn spans(&self, day: Date) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        self.openings(day).iter().filter_map(move |(from, to)| Some((self.moment(day, *from)?, self.moment(day, *to)?)))
    }

    /// So many minutes after midnight by the clock on the wall.
    fn moment(&self, day: Date, minutes: u16) -> Option<Timestamp> {
        let at = day.to_datetime(jiff::civil::Time::midnight()).checked_add(i64::from(minutes).minutes()).ok()?;
        Some(at.to_zoned(self.zone.clone()).ok()?.timestamp())
    }
}

fn is_holiday(day: Date) -> bool {
    const FIXED: [(i8, i8); 8] = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)];
    if day.year() < GREGORIAN {
        return false;
    }
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

    fn with<R>(hours: &str, look: impl FnOnce(Calendar<'_>) -> R) -> R {
        let hours: Option<Hours> = (!hours.is_empty()).then(|| toml::from_str(hours).unwrap());
        let organisation = Organisation { hours, ..Organisation::default() };
        let zone = TimeZone::get("Europe/Paris").unwrap();
        look(Times { organisation: &organisation, policy: &Policy::default(), zone: &zone }.of("dsi"))
    }

    fn hour(hours: i64) -> SignedDuration {
        SignedDuration::from_hours(hours)
    }

    #[test]
    fn p63_weekends_and_holidays_count_for_nothing() {
        for (year, month, day) in [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)] {
            assert_eq!(easter(year), date(year, month, day));
        }
        with("", |calendar| {
            assert_eq!(calendar.days_after(at("2026-01-05T09:00:00Z"), 5), at("2026-01-12T09:00:00Z"));
            assert_eq!(calendar.days_after(at("2026-04-03T09:00:00+02"), 1), at("2026-04-07T09:00:00+02"), "over Easter");
        });
        with("french_holidays = false", |abroad| {
            assert_eq!(abroad.days_after(at("2026-04-03T09:00:00+02"), 1), at("2026-04-06T09:00:00+02"));
        });
    }

    #[test]
    fn l07_changes_of_summer_time_move_no_opening() {
        with("open = [\"mon-fri 08:30-12:00 13:30-18:00\"]", |calendar| {
            // Friday 17:30 and ten hours: Monday has eight of the nine and a half that are left.
            assert_eq!(calendar.add(at("2026-03-27T17:30:00+01"), hour(10)), at("2026-03-31T10:00:00+02"));
            assert_eq!(calendar.between(at("2026-03-27T17:30:00+01"), at("2026-03-31T10:00:00+02")), hour(10));
            assert_eq!(calendar.add(at("2026-10-23T17:30:00+02"), hour(1)), at("2026-10-26T09:00:00+01"));
            assert_eq!(calendar.between(at("2026-10-23T17:30:00+02"), at("2026-10-26T09:00:00+01")), hour(1));
            assert_eq!(calendar.opens(at("2026-10-25T02:30:00+01")), at("2026-10-26T08:30:00+01"));
        });
        // Who works through the night has a shorter one, and a longer one.
        with("open = [\"mon-sun 00:00-24:00\"]\nfrench_holidays = false", |always| {
            assert_eq!(always.between(at("2026-03-29T00:00:00+01"), at("2026-03-30T00:00:00+02")), hour(23));
            assert_eq!(always.between(at("2026-10-25T00:00:00+02"), at("2026-10-26T00:00:00+01")), hour(25));
        });
    }

    #[test]
    fn l07_a_leap_day_is_a_day_and_any_time_is_counted_from() {
        with("days_off = [\"02-29\", \"2026-12-24\"]", |calendar| {
            assert_eq!(calendar.days_after(at("2028-02-28T10:00:00Z"), 1), at("2028-03-01T10:00:00Z"));
            assert!(!calendar.is_working(date(2026, 12, 24)) && calendar.is_working(date(2027, 12, 24)));
        });
        with("", |calendar| {
            assert_eq!(calendar.days_after(at("2028-02-28T10:00:00Z"), 1), at("2028-02-29T10:00:00Z"));
            assert_eq!(calendar.between(at("2028-02-28T17:00:00+01"), at("2028-03-01T09:00:00+01")), hour(12));
            assert_eq!(calendar.opens(Timestamp::UNIX_EPOCH), at("1970-01-02T08:00:00+01"), "a holiday, for a clock that was never set");
            assert_eq!(calendar.add(Timestamp::UNIX_EPOCH, hour(1)), at("1970-01-02T09:00:00+01"));
            assert_eq!(calendar.between(at("2026-01-06T00:00:00Z"), at("2026-01-05T00:00:00Z")), SignedDuration::ZERO);
            assert!(calendar.between(Timestamp::MIN, Timestamp::MAX) > hour(1), "bounded, and no panic");
            assert!(calendar.add(Timestamp::MAX, hour(1)) <= Timestamp::MAX);
            assert!(calendar.days_after(Timestamp::MAX, 9) <= Timestamp::MAX);
        });
    }

    #[test]
    fn row62_a_service_has_its_own_hours_or_those_of_all() {
        let text = "[hours]\nopen = [\"mon 09:00-10:00\"]\n[[service]]\nkey = \"dsi\"\nname = \"DSI\"\n[service.hours]\nzone = \"America/Montreal\"\n";
        let organisation: Organisation = toml::from_str(text).unwrap();
        let policy = Policy::default();
        let times = Times { organisation: &organisation, policy: &policy, zone: &TimeZone::UTC };
        assert!(times.of("other").is_open(at("2026-01-05T09:30:00Z")) && !times.of("other").is_open(at("2026-01-05T10:00:00Z")));
        assert!(!times.of("dsi").is_open(at("2026-01-05T09:30:00Z")) && times.of("dsi").is_open(at("2026-01-05T20:00:00Z")));
    }
}
