//! Opening hours as an organisation writes them: `mon-fri 08:30-12:00 13:30-18:00`, days off, a time zone.
//!
//! Promises: what was read has at least one opening, none ends before it begins, and none overlaps another; it is written back as it
//! was read. Excludes: what is counted with them (see `calendar`).

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Minutes of a day, its end included.
const DAY: u16 = 24 * 60;
/// Days of a week as they are written, Monday first.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WEEK_LOOKS: &str = "opening hours look like \"mon-fri 08:30-12:00 13:30-18:00\"";
const DAY_LOOKS: &str = "a day off looks like \"2026-12-24\", or \"12-24\" for each year";

/// When people work.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hours {
    /// Where they are; none: where the desk is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// The openings of a week.
    pub open: Week,
    /// Are French public holidays days off? None: as the desk has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub french_holidays: Option<bool>,
    /// Days off besides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub days_off: Vec<DayOff>,
}

/// A time zone by its IANA name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(pub TimeZone);

/// Openings of each day, Monday first: minutes from midnight, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Week([Vec<(u16, u16)>; 7]);

/// A day on which nobody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DayOff {
    /// That day.
    Once(Date),
    /// Month and day of each year.
    Yearly(i8, i8),
}

impl DayOff {
    /// Is it this day?
    pub fn is(self, day: Date) -> bool {
        match self {
            DayOff::Once(off) => off == day,
            DayOff::Yearly(month, of_month) => (month, of_month) == (day.month(), day.day()),
        }
    }
}

impl Week {
    /// The openings of that day of the week.
    pub fn on(&self, day: Weekday) -> &[(u16, u16)] {
        usize::try_from(day.to_monday_zero_offset()).ok().and_then(|day| self.0.get(day)).map_or(&[], Vec::as_slice)
    }
}

/// What most offices have, where the file says nothing: Monday to Friday, eight to six.
impl Default for Week {
    fn default() -> Week {
        let office = || vec![(8 * 60, 18 * 60)];
        Week([office(), office(), office(), office(), office(), vec![], vec![]])
    }
}

impl TryFrom<String> for Zone {
    type Error = String;
    fn try_from(name: String) -> Result<Zone, String> {
        TimeZone::get(&name).map(Zone).map_err(|_| format!("there is no time zone {name:?}; one is \"Europe/Paris\""))
    }
}

impl From<Zone> for String {
    fn from(Zone(zone): Zone) -> String {
        zone.iana_name().unwrap_or("UTC").to_owned()
    }
}

impl TryFrom<Vec<String>> for Week {
    type Error = &'static str;
    fn try_from(lines: Vec<String>) -> Result<Week, &'static str> {
        let mut week: [Vec<(u16, u16)>; 7] = Default::default();
        for line in &lines {
            let (days, openings) = line.trim().split_once(' ').ok_or(WEEK_LOOKS)?;
            let openings = openings.split_whitespace().map(opening).collect::<Result<Vec<_>, _>>()?;
            for day in span(days).ok_or(WEEK_LOOKS)? {
                week[day].extend(&openings);
            }
        }
        for day in &mut week {
            day.sort_unstable();
            if day.windows(2).any(|pair| pair[0].1 > pair[1].0) {
                return Err("two openings of one day overlap");
            }
        }
        if week.iter().all(Vec::is_empty) { Err(WEEK_LOOKS) } else { Ok(Week(week)) }
    }
}

/// `mon`, or `mon-fri`.
fn span(days: &str) -> Option<std::ops::RangeInclusive<usize>> {
    let day = |word: &str| DAYS.iter().position(|known| word.eq_ignore_ascii_case(known));
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let span = day(first)?..=day(last)?;
    (!span.is_empty()).then_some(span)
}

fn opening(text: &str) -> Result<(u16, u16), &'static str> {
    let (from, to) = text.split_once('-').ok_or(WEEK_LOOKS)?;
    let (from, to) = (minutes(from).ok_or(WEEK_LOOKS)?, minutes(to).ok_or(WEEK_LOOKS)?);
    if from < to { Ok((from, to)) } else { Err("an opening ends after it begins") }
}

fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok().filter(|minute| *minute < 60)?);
    hour.checked_mul(60)?.checked_add(minute).filter(|all| *all <= DAY)
}

impl From<Week> for Vec<String> {
    fn from(Week(week): Week) -> Vec<String> {
        let time = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let line = |(day, openings): (&str, Vec<(u16, u16)>)| {
            let openings = openings.into_iter().map(|(from, to)| format!(" {}-{}", time(from), time(to)));
            format!("{day}{}", openings.collect::<String>())
        };
        DAYS.into_iter().zip(week).filter(|(_, openings)| !openings.is_empty()).map(line).collect()
    }
}

impl TryFrom<String> for DayOff {
    type Error = &'static str;
    fn try_from(text: String) -> Result<DayOff, &'static str> {
        if let Ok(day) = text.parse::<Date>() {
            return Ok(DayOff::Once(day));
        }
        let (month, day) = text.split_once('-').ok_or(DAY_LOOKS)?;
        let (month, day) = (month.parse().map_err(|_| DAY_LOOKS)?, day.parse().map_err(|_| DAY_LOOKS)?);
        // A leap year has every day that any year has.
        Date::new(2024, month, day).map(|_| DayOff::Yearly(month, day)).map_err(|_| DAY_LOOKS)
    }
}

impl From<DayOff> for String {
    fn from(day: DayOff) -> String {
        match day {
            DayOff::Once(day) => day.to_string(),
            DayOff::Yearly(month, day) => format!("{month:02}-{day:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row62_hours_are_read_and_written_back() {
        let read = |text: &str| toml::from_str::<Hours>(text).map_err(|error| error.message().to_owned());
        let text = "zone = \"Europe/Paris\"\nopen = [\"mon-thu 08:30-12:00 13:30-24:00\", \"sat 9:00-12:00\"]\ndays_off = [\"2026-05-15\", \"12-24\"]";
        let hours = read(text).unwrap();
        assert_eq!(hours.open.on(Weekday::Thursday), [(510, 720), (810, 1440)]);
        assert_eq!((hours.open.on(Weekday::Friday).len(), hours.open.on(Weekday::Saturday).len()), (0, 1));
        assert_eq!(read(&toml::to_string(&hours).unwrap()), Ok(hours));
        for wrong in [
            "open = []",
            "open = [\"mon\"]",
            "open = [\"fri-mon 08:00-09:00\"]",
            "open = [\"mon 10:00-09:00\"]",
            "open = [\"mon 09:00-12:00 11:00-13:00\"]",
            "open = [\"mon 09:00-24:30\"]",
            "open = [\"mon 09:99-12:00\"]",
            "zone = \"Europe/Atlantis\"",
            "days_off = [\"02-30\"]",
            "days_off = [\"Christmas\"]",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
