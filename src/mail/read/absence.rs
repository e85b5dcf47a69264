//! When an absent person can be reached again, by what the message says in French or English; `None` rather than a guess.
//!
//! Excludes: whether it is an absence message at all (see `kind`).

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday, date};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use regex::{Captures, Regex};
use serde::Deserialize;

use super::signs::fold;

/// Characters of a message that are looked at.
const TEXT_MAX: usize = 3_000;
/// Characters between a word and its date.
const REACH: usize = 40;
/// How sure the second of two dates makes it; less is surer.
const BETWEEN: u8 = 2;
/// Days after the mail in which a return is believed, and before it.
const AHEAD: i64 = 500;
const BEHIND: i64 = 31;

/// `absences.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    months: Vec<Vec<String>>,
    weekdays: Vec<Vec<String>>,
    short_days: Vec<String>,
    tomorrow: Vec<String>,
    back: Vec<String>,
    until: Vec<String>,
    last: Vec<String>,
    included: Vec<String>,
    between: Vec<String>,
}

struct Reader {
    words: Words,
    dates: Regex,
}

/// The first day back. `sent` is when the mail was written, in seconds of the Unix epoch: years are seldom said.
pub(super) fn returns(text: &str, sent: Option<i64>, english: bool) -> Option<Date> {
    let reader = reader()?;
    let text: String = fold(&text.chars().take(TEXT_MAX).collect::<String>());
    let today = sent.and_then(|sent| Timestamp::from_second(sent).ok()).map(|sent| sent.to_zoned(TimeZone::UTC).date());
    let mut best: Option<(u8, Date)> = None;
    let mut end_of_last = 0;
    for found in reader.dates.captures_iter(&text) {
        let Some(whole) = found.get(0) else { continue };
        let Some(day) = reader.date(&found, today, english) else { continue };
        let said = reader.role(&text[end_of_last..whole.start()], &text[whole.end()..]);
        // "From Monday to Friday" are hours of an office.
        let said = said.filter(|(rank, _)| *rank < BETWEEN || found.name("day").is_none());
        end_of_last = whole.end();
        if let Some((rank, after)) = said
            && best.is_none_or(|(known, _)| rank < known)
            && let Ok(day) = day.checked_add(after.days())
        {
            best = Some((rank, day));
        }
    }
    best.map(|(_, day)| day).filter(|day| today.is_none_or(|today| is_near(today, *day)))
}

fn is_near(today: Date, day: Date) -> bool {
    today.until(day).is_ok_and(|span| (-BEHIND..=AHEAD).contains(&i64::from(span.get_days())))
}

impl Reader {
    /// How sure the words before (and after) a date make it, and how many days later its author is back.
    fn role(&self, before: &str, after: &str) -> Option<(u8, i64)> {
        let near: String = before.chars().rev().take(REACH).collect::<Vec<_>>().into_iter().rev().collect();
        let near = near.rsplit(['.', '!', ';']).next().unwrap_or_default();
        let has = |list: &[String]| list.iter().any(|word| holds(near, word));
        let inclusive = self.words.included.iter().any(|word| after.trim_start_matches([' ', '(', ',']).starts_with(word.as_str()));
        match () {
            () if has(&self.words.last) => Some((1, 1)),
            () if has(&self.words.until) => Some((1, i64::from(inclusive))),
            () if has(&self.words.back) => Some((0, 0)),
            () if self.words.between.iter().any(|word| ends_with(near, word)) => Some((BETWEEN, 1)),
            () => None,
        }
    }

    fn date(&self, found: &Captures, today: Option<Date>, english: bool) -> Option<Date> {
        let number = |name: &str| found.name(name).and_then(|text| text.as_str().parse::<i16>().ok());
        if let (Some(year), Some(month), Some(day)) = (number("iy"), number("im"), number("id")) {
            return Date::new(year, month as i8, day as i8).ok();
        }
        if let (Some(first), Some(second)) = (number("a"), number("b")) {
            let straight = in_year(first, second, number("ny"), today);
            let crossed = if english { in_year(second, first, number("ny"), today) } else { None };
            return nearest(straight, crossed, today);
        }
        if let Some(day) = found.name("day") {
            return self.coming(day.as_str(), today?);
        }
        let name = found.name("m1").or_else(|| found.name("m2"))?.as_str();
        let month = self.words.months.iter().position(|names| names.iter().any(|known| known == name))?;
        let day = number("d1").or_else(|| number("d2"))?;
        in_year(day, month as i16 + 1, number("y1").or_else(|| number("y2")), today)
    }
}

impl Reader {
    /// The next day of that name.
    fn coming(&self, name: &str, today: Date) -> Option<Date> {
        let is = |names: &[String]| names.iter().any(|known| known == name);
        if is(&self.words.tomorrow) {
            return today.tomorrow().ok();
        }
        let day = self.words.weekdays.iter().position(|names| is(names))?;
        let weekday = Weekday::from_monday_zero_offset(i8::try_from(day).ok()?).ok()?;
        today.nth_weekday(1, weekday).ok()
    }
}

/// Without a year: the first such day that is not long past.
fn in_year(day: i16, month: i16, year: Option<i16>, today: Option<Date>) -> Option<Date> {
    let make = |year: i16| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok();
    match year {
        Some(year) if year < 100 => make(2000 + year),
        Some(year) => make(year),
        None => {
            let today = today?;
            [today.year(), today.year() + 1].into_iter().filter_map(make).find(|day| is_near(today, *day))
        }
    }
}

/// 3/4 is one of two days in English: the sooner one that is still to come.
fn nearest(one: Option<Date>, other: Option<Date>, today: Option<Date>) -> Option<Date> {
    match (one, other) {
        (Some(one), Some(other)) => {
            let to_come = |day: &Date| *day >= today.unwrap_or(date(1970, 1, 1));
            [one, other].into_iter().filter(to_come).min().or(Some(one))
        }
        (one, other) => one.or(other),
    }
}

/// Whole words only.
fn holds(text: &str, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(at, _)| !letter(text[..at].chars().next_back()) && !letter(text[at + word.len()..].chars().next()))
}

fn ends_with(text: &str, word: &str) -> bool {
    let text = text.trim_end().trim_end_matches("the").trim_end_matches("le").trim_end();
    text.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with(' ') || !word.starts_with(char::is_alphanumeric))
}

fn reader() -> Option<&'static Reader> {
    static READER: LazyLock<Option<Reader>> = LazyLock::new(|| {
        let words: Words = toml::from_str(ABSENCES_TOML).ok()?;
        let months = words.months.concat().join("|");
        let alone = words.weekdays.iter().flatten().chain(&words.tomorrow).map(String::as_str).collect::<Vec<_>>().join("|");
        let days = [alone.as_str(), &words.short_days.join("|")].join("|");
        let pattern = format!(
            r"(?x) \b(?:(?:(?:{days})\.?,?\s+(?:le\s+|the\s+)?)? (?:
                (?P<iy>20\d\d)-(?P<im>\d\d)-(?P<id>\d\d)
              | (?P<a>\d{{1,2}})[/.-](?P<b>\d{{1,2}})(?:[/.-](?P<ny>20\d\d|\d\d))?
              | (?P<d1>\d{{1,2}})(?:er|st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>{months})\b\.?(?:,?\s+(?P<y1>20\d\d))?
              | (?P<m2>{months})\.?\s+(?:the\s+)?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y2>20\d\d))?
            )(?:[^\d:]|:\s|$) | (?P<day>{alone})\b)"
        );
        Some(Reader { words, dates: Regex::new(&pattern).ok()? })
    });
    READER.as_ref()
}

const ABSENCES_TOML: &str = include_str!("../../../data/automatic/absences.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e01_returns_in_french_and_english() {
        // 15 December 2026.
        let sent = Some(1_797_292_800);
        for (text, english, want) in [
            ("Je suis absent jusqu'au 24 décembre 2026.", false, Some(date(2026, 12, 24))),
            ("Absente jusqu'au vendredi 1er janvier inclus.", false, Some(date(2027, 1, 2))),
            ("Je serai de retour le lundi 4 janvier 2027. En cas d'urgence, appelez le 01 02 03 04 05.", false, Some(date(2027, 1, 4))),
            ("Je suis en congés du 20 au 31 décembre.", false, Some(date(2027, 1, 1))),
            ("Absent du 20/12/2026 au 03/01/2027, de retour le 04/01/2027.", false, Some(date(2027, 1, 4))),
            ("I am out of the office until December 28th.", true, Some(date(2026, 12, 28))),
            ("I will be back on Monday, 4 January 2027.", true, Some(date(2027, 1, 4))),
            ("I'm away from 12/20/2026 through 12/31/2026.", true, Some(date(2027, 1, 1))),
            ("Returning 2027-01-11", true, Some(date(2027, 1, 11))),
            // 15 December 2026 is a Tuesday.
            ("Je suis absent aujourd'hui, de retour lundi.", false, Some(date(2026, 12, 21))),
            ("Absent jusqu'à vendredi inclus, nos bureaux ouvrent du lundi au vendredi.", false, Some(date(2026, 12, 19))),
            ("De retour demain matin.", false, Some(date(2026, 12, 16))),
            ("I will be back in the office on Thursday.", true, Some(date(2026, 12, 17))),
            ("I am away until Tuesday the 5th of January.", true, Some(date(2027, 1, 5))),
            ("Je serai de retour au bureau le mardi 5 janvier.", false, Some(date(2027, 1, 5))),
            ("Je serai absente du lundi 21 décembre au dimanche 3 janvier inclus.", false, Some(date(2027, 1, 4))),
            ("I will be out of the office from December 21 to January 3.", true, Some(date(2027, 1, 4))),
            ("Our office is open from Monday to Friday.", true, None),
            ("En mon absence, appelez Paul.", false, None),
            ("I am away. Call +33 1 02 03 04 05.", true, None),
            ("The meeting of 3 January is cancelled", true, None),
            ("until 31 February", true, None),
            ("de retour le 4 janvier 2035", false, None),
        ] {
            assert_eq!(returns(text, sent, english), want, "{text}");
        }
        assert_eq!(returns("jusqu'au 24 décembre", None, false), None);
    }
}
