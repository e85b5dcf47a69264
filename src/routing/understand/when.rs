//! Dates and durations as people write them, in French and in English: `demain`, `lundi`, `15/10`, `3d`, `in 2 weeks`.
//!
//! Promises: a day is meant from its morning on, by the desk's own clock; what is past is refused, not guessed; a day
//! without a year is the next one. Excludes: how far ahead a ticket may wait (the desk decides).

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::desk::Why;
use crate::desk::form::morning;
use crate::mail::commands::fold;

/// What may stand before a date and says nothing.
const BEFORE: [&str; 17] =
    ["jusqu'au", "jusqu'a", "jusque", "au", "le", "a", "until", "till", "on", "for", "pendant", "dans", "in", "d'ici", "the", "ce", "this"];
/// What may stand after a day and says nothing.
const AFTER: [&str; 4] = ["prochain", "prochaine", "next", "matin"];
/// Words of numbers that people write out.
const NUMBERS: [(&str, i64); 22] = [
    ("un", 1),
    ("une", 1),
    ("an", 1),
    ("one", 1),
    ("deux", 2),
    ("two", 2),
    ("trois", 3),
    ("three", 3),
    ("quatre", 4),
    ("four", 4),
    ("cinq", 5),
    ("five", 5),
    ("six", 6),
    ("sept", 7),
    ("seven", 7),
    ("huit", 8),
    ("eight", 8),
    ("dix", 10),
    ("ten", 10),
    ("quinze", 15),
    ("fifteen", 15),
    ("trente", 30),
];
const WEEKDAYS: [(&[&str], Weekday); 7] = [
    (&["lundi", "monday", "mon"], Weekday::Monday),
    (&["mardi", "tuesday", "tue"], Weekday::Tuesday),
    (&["mercredi", "wednesday", "wed"], Weekday::Wednesday),
    (&["jeudi", "thursday", "thu"], Weekday::Thursday),
    (&["vendredi", "friday", "fri"], Weekday::Friday),
    (&["samedi", "saturday", "sat"], Weekday::Saturday),
    (&["dimanche", "sunday", "sun"], Weekday::Sunday),
];
const MONTHS: [&[&str]; 12] = [
    &["janvier", "january", "jan"],
    &["fevrier", "february", "feb"],
    &["mars", "march", "mar"],
    &["avril", "april", "apr"],
    &["mai", "may"],
    &["juin", "june", "jun"],
    &["juillet", "july", "jul"],
    &["aout", "august", "aug"],
    &["septembre", "september", "sep"],
    &["octobre", "october", "oct"],
    &["novembre", "november", "nov"],
    &["decembre", "december", "dec"],
];

/// When somebody writes, and by which clock.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Now.
    pub now: Timestamp,
    /// The desk's own clock.
    pub zone: &'a TimeZone,
}

/// The moment that is meant, and what follows it on its line. The longest beginning that is a date counts.
pub fn moment<'t>(written: &'t str, at: Moment<'_>) -> Result<(Timestamp, &'t str), Why> {
    let not = || Why::NotADate { text: written.to_owned() };
    let ends: Vec<usize> = written.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(end, _)| end).chain([written.len()]).collect();
    let today = at.now.to_zoned(at.zone.clone()).date();
    for end in ends.into_iter().rev() {
        let Some(meant) = meant(&written[..end], at.now, today) else { continue };
        let until = match meant {
            Meant::At(at) => at,
            Meant::Local(local) => local.to_zoned(at.zone.clone()).map_err(|_| not())?.timestamp(),
        };
        return if until <= at.now { Err(Why::NotThen) } else { Ok((until, written[end..].trim())) };
    }
    Err(not())
}

enum Meant {
    At(Timestamp),
    Local(DateTime),
}

fn meant(written: &str, now: Timestamp, today: Date) -> Option<Meant> {
    let folded = fold(written).replace(',', " ");
    let words: Vec<&str> = folded.split_whitespace().map(|word| word.trim_matches(['.', '!', ';', '(', ')'])).collect();
    let said: Vec<&str> = words.iter().copied().skip_while(|word| BEFORE.contains(word)).filter(|word| !word.is_empty()).collect();
    if said.is_empty() {
        return None;
    }
    if let Some(meant) = duration(&said, now, today) {
        return Some(meant);
    }
    let (said, time) = timed(&said);
    let said: Vec<&str> = said.iter().copied().filter(|word| !AFTER.contains(word)).collect();
    let day = relative(&said, today).or_else(|| numeric(&said, today)).or_else(|| named(&said, today))?;
    Some(Meant::Local(time.map_or_else(|| morning(day), |(hour, minute)| day.at(hour, minute, 0, 0))))
}

/// `3d`, `2 semaines`, `a week`, `90 min`.
fn duration(said: &[&str], now: Timestamp, today: Date) -> Option<Meant> {
    let (number, unit) = match said {
        [one] => {
            let end = one.find(|c: char| !c.is_ascii_digit())?;
            (one[..end].parse::<i64>().ok()?, &one[end..])
        }
        [number, unit] => (count(number)?, *unit),
        _ => return None,
    };
    let number = number.clamp(0, 100_000);
    let days = |days: i64| today.checked_add(days.days()).ok().map(|day| Meant::Local(morning(day)));
    match unit {
        "min" | "mn" | "minute" | "minutes" => Some(Meant::At(now.checked_add(SignedDuration::from_mins(number)).ok()?)),
        "h" | "heure" | "heures" | "hour" | "hours" => Some(Meant::At(now.checked_add(SignedDuration::from_hours(number)).ok()?)),
        "j" | "jour" | "jours" | "d" | "day" | "days" => days(number),
        "s" | "sem" | "semaine" | "semaines" | "w" | "week" | "weeks" => days(number * 7),
        "mois" | "month" | "months" => today.checked_add(number.months()).ok().map(|day| Meant::Local(morning(day))),
        _ => None,
    }
}

fn count(word: &str) -> Option<i64> {
    word.parse().ok().or_else(|| NUMBERS.iter().find(|(known, _)| *known == word).map(|(_, number)| *number))
}

/// A time at the end: `14h`, `14h30`, `14:30`, `2pm`, with or without `à` or `at`.
fn timed<'t>(said: &'t [&'t str]) -> (&'t [&'t str], Option<Clock>) {
    let Some((last, rest)) = said.split_last() else { return (said, None) };
    let Some(time) = time(last).filter(|_| !rest.is_empty()) else { return (said, None) };
    let rest = match rest.split_last() {
        Some((&("a" | "at"), rest)) => rest,
        _ => rest,
    };
    (rest, Some(time))
}

/// Hour and minute.
type Clock = (i8, i8);

fn time(word: &str) -> Option<Clock> {
    let (hour, minute) = match word {
        "midi" | "noon" => (12, 0),
        _ if word.ends_with("pm") || word.ends_with("am") => {
            let (hour, minute) = clock(&word[..word.len() - 2])?;
            (hour % 12 + if word.ends_with("pm") { 12 } else { 0 }, minute)
        }
        _ if word.contains(['h', ':']) => clock(word)?,
        _ => return None,
    };
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some((hour, minute))
}

fn clock(text: &str) -> Option<Clock> {
    let (hour, minute) = text.split_once(['h', ':']).unwrap_or((text, ""));
    Some((hour.parse().ok()?, if minute.is_empty() { 0 } else { minute.parse().ok()? }))
}

/// `demain`, `lundi`, `next week`.
fn relative(said: &[&str], today: Date) -> Option<Date> {
    let ahead = |days: i64| today.checked_add(days.days()).ok();
    match said {
        ["aujourd'hui" | "today"] => Some(today),
        ["demain" | "tomorrow"] => ahead(1),
        ["apres-demain"] | ["apres", "demain"] | ["day", "after", "tomorrow"] => ahead(2),
        ["semaine" | "week"] | ["la", "semaine"] => today.nth_weekday(1, Weekday::Monday).ok(),
        ["mois" | "month"] => today.first_of_month().checked_add(1.month()).ok(),
        [day] => {
            let (_, weekday) = WEEKDAYS.iter().find(|(names, _)| names.contains(day))?;
            today.nth_weekday(1, *weekday).ok()
        }
        _ => None,
    }
}

/// `15/10`, `15/10/2026`, `2026-10-15`.
fn numeric(said: &[&str], today: Date) -> Option<Date> {
    let [word] = said else { return None };
    if let Ok(date) = word.parse::<Date>() {
        return Some(date);
    }
    let fields: Vec<i16> = word.split(['/', '.', '-']).map(str::parse).collect::<Result<_, _>>().ok()?;
    match fields.as_slice() {
        [day, month] => next((*day, *month), today),
        [day, month, year] => {
            Date::new(if *year < 100 { 2000 + year } else { *year }, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?).ok()
        }
        _ => None,
    }
}

/// `15 octobre`, `1er mars 2027`, `october 15`.
fn named(said: &[&str], today: Date) -> Option<Date> {
    let said: Vec<&str> = said.iter().copied().filter(|word| WEEKDAYS.iter().all(|(names, _)| !names.contains(word))).collect();
    let month = |word: &str| MONTHS.iter().position(|names| names.contains(&word)).and_then(|at| i16::try_from(at + 1).ok());
    let day = |word: &str| word.trim_end_matches(|c: char| c.is_alphabetic()).parse::<i16>().ok();
    let (number, month, year) = match said[..] {
        [first, second] => match (month(first), month(second)) {
            (Some(month), _) => (day(second)?, month, None),
            (_, Some(month)) => (day(first)?, month, None),
            _ => return None,
        },
        [first, second, year] => {
            let (word, named) = if month(second).is_some() { (first, month(second)?) } else { (second, month(first)?) };
            (day(word)?, named, Some(year.parse::<i16>().ok()?))
        }
        _ => return None,
    };
    match year {
        Some(year) => Date::new(year, i8::try_from(month).ok()?, i8::try_from(number).ok()?).ok(),
        None => next((number, month), today),
    }
}

/// That day of this year, or of the next when it is past.
fn next((day, month): (i16, i16), today: Date) -> Option<Date> {
    let (day, month) = (i8::try_from(day).ok()?, i8::try_from(month).ok()?);
    let this_year = Date::new(today.year(), month, day).ok();
    this_year.filter(|date| *date > today).or_else(|| Date::new(today.year().saturating_add(1), month, day).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 5 January 2026, 09:00 in Paris.
    const MONDAY: i64 = 1_767_600_000;

    fn said(text: &str) -> Result<(String, String), Why> {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let now = Timestamp::from_second(MONDAY).unwrap();
        let (until, rest) = moment(text, Moment { now, zone: &zone })?;
        Ok((until.to_zoned(zone).datetime().strftime("%Y-%m-%d %H:%M").to_string(), rest.to_owned()))
    }

    #[test]
    fn p18_dates_as_people_write_them() {
        for (text, date) in [
            ("demain", "2026-01-06 08:00"),
            ("Tomorrow", "2026-01-06 08:00"),
            ("après-demain", "2026-01-07 08:00"),
            ("après demain", "2026-01-07 08:00"),
            ("lundi", "2026-01-12 08:00"),
            ("Lundi prochain", "2026-01-12 08:00"),
            ("until monday", "2026-01-12 08:00"),
            ("vendredi", "2026-01-09 08:00"),
            ("friday at 2pm", "2026-01-09 14:00"),
            ("vendredi à 14h30", "2026-01-09 14:30"),
            ("semaine prochaine", "2026-01-12 08:00"),
            ("next week", "2026-01-12 08:00"),
            ("la semaine prochaine", "2026-01-12 08:00"),
            ("next month", "2026-02-01 08:00"),
            ("15/10", "2026-10-15 08:00"),
            ("jusqu’au 15/10.", "2026-10-15 08:00"),
            ("4/1", "2027-01-04 08:00"),
            ("15/10/2026", "2026-10-15 08:00"),
            ("15.10.26", "2026-10-15 08:00"),
            ("2026-10-15", "2026-10-15 08:00"),
            ("15 octobre", "2026-10-15 08:00"),
            ("jeudi 15 octobre 2026", "2026-10-15 08:00"),
            ("1er mars", "2026-03-01 08:00"),
            ("October 15th", "2026-10-15 08:00"),
            ("oct 15, 2026", "2026-10-15 08:00"),
            ("3d", "2026-01-08 08:00"),
            ("3j", "2026-01-08 08:00"),
            ("3 jours", "2026-01-08 08:00"),
            ("2 semaines", "2026-01-19 08:00"),
            ("in 2 weeks", "2026-01-19 08:00"),
            ("dans deux semaines", "2026-01-19 08:00"),
            ("une semaine", "2026-01-12 08:00"),
            ("1 mois", "2026-02-05 08:00"),
            ("2h", "2026-01-05 11:00"),
            ("90 min", "2026-01-05 10:30"),
        ] {
            assert_eq!(said(text), Ok((date.to_owned(), String::new())), "{text}");
        }
        assert_eq!(said("3d toner commandé"), Ok(("2026-01-08 08:00".into(), "toner commandé".into())));
        assert_eq!(said("lundi, Karim rappelle"), Ok(("2026-01-12 08:00".into(), "Karim rappelle".into())));
    }

    #[test]
    fn p18_what_is_past_or_no_date_is_refused() {
        for past in ["15/10/2025", "2026-01-05", "1er mars 1999", "0d", "aujourd'hui"] {
            assert_eq!(said(past), Err(Why::NotThen), "{past}");
        }
        for not in ["", "bientôt", "32/1", "15/13", "quand tu veux", "31 février", "3", "x d"] {
            assert_eq!(said(not), Err(Why::NotADate { text: not.into() }), "{not}");
        }
    }
}
