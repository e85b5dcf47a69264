//! Figures as tables in words: on the desk's page and in mails alike.
//!
//! Excludes: who may see whose, and how a table is drawn.

use serde::Serialize;

use super::language::Words;
use crate::address::Address;
use crate::desk::Organisation;
use crate::desk::figures::{Counts, Figures, Group, Times};

/// A table; each row begins with its name.
#[derive(Debug, Default, Serialize)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Names of the columns after the first.
    pub head: Vec<String>,
    /// A name, then a value for each column.
    pub rows: Vec<Vec<String>>,
}

/// What a column is called, and what it says.
pub type Column = (&'static str, fn(&Words, &Counts) -> String);

/// Everything that is counted of some tickets.
pub const COLUMNS: [Column; 9] = [
    OPENED,
    ("open", |_, counts| counts.open.to_string()),
    ("approved", |_, counts| counts.approved.to_string()),
    ("tacit", |_, counts| counts.tacit.to_string()),
    ("refusals", |_, counts| counts.refusals.to_string()),
    ("reopened", |_, counts| counts.reopened.to_string()),
    RESPONSE,
    RESOLUTION,
    ("marks", marks),
];

/// How much, and how soon.
pub const FEW: [Column; 3] = [OPENED, RESPONSE, RESOLUTION];

const OPENED: Column = ("opened", |_, counts| counts.opened.to_string());
const RESPONSE: Column = ("response", |words, counts| times(words, counts.response));
const RESOLUTION: Column = ("resolution", |words, counts| times(words, counts.resolution));

/// A row for each group; `word` is what the table is about, `name` what a group's key is called.
pub fn table(words: &Words, (word, columns): (&str, &[Column]), groups: &[Group], name: impl Fn(&str) -> String) -> Table {
    let row = |group: &Group| {
        let cells = columns.iter().map(|(_, cell)| cell(words, &group.counts));
        std::iter::once(name(&group.key)).chain(cells).collect()
    };
    let head = columns.iter().map(|(word, _)| label(words, word)).collect();
    Table { caption: label(words, word), head, rows: groups.iter().map(row).collect() }
}

/// A row for each column: two whiles side by side.
pub fn compared(words: &Words, sides: [(String, &Counts); 2]) -> Table {
    let row =
        |(word, cell): &Column| std::iter::once(label(words, word)).chain(sides.iter().map(|(_, counts)| cell(words, counts))).collect();
    let head = sides.iter().map(|(name, _)| name.clone()).collect();
    Table { caption: label(words, "all"), head, rows: COLUMNS.iter().map(row).collect() }
}

/// Open tickets by age.
pub fn ages(words: &Words, found: &Figures) -> Table {
    let name = |days: &Option<i64>| match days {
        Some(days) => words.say("page.figures.under", &[("n", &days.to_string())]),
        None => words.say("page.figures.older", &[]),
    };
    let rows = found.ages.iter().map(|(days, n)| vec![name(days), n.to_string()]);
    Table { caption: label(words, "ages"), head: vec![label(words, "open")], rows: rows.collect() }
}

/// A service, or a category of it, by the names that people read.
pub fn place(words: &Words, organisation: &Organisation, key: &str) -> String {
    let (service, category) = key.split_once('/').map_or((key, None), |(service, category)| (service, Some(category)));
    let known = organisation.service(service).map_or(service, |known| known.name.as_str());
    match category {
        None => known.to_owned(),
        Some("") => format!("{known} / {}", words.say("page.form.unsorted", &[])),
        Some(key) => format!("{known} / {}", organisation.category(service, key).map_or(key, |category| &category.name)),
    }
}

/// An agent's name, or the address of whoever is none any more.
pub fn person(organisation: &Organisation, key: &str) -> String {
    let agent = Address::parse(key).ok().and_then(|who| organisation.agent(&who).map(|agent| agent.name.clone()));
    agent.unwrap_or_else(|| key.to_owned())
}

fn label(words: &Words, word: &str) -> String {
    words.say(&format!("page.figures.{word}"), &[])
}

fn marks(_: &Words, counts: &Counts) -> String {
    counts.marks.map_or_else(|| "–".to_owned(), |marks| format!("{:.1} / {:.1} ({})", marks.delay, marks.answers, marks.n))
}

/// `2 h / 3 j`: half took no longer, nine of ten took no longer.
fn times(words: &Words, times: Times) -> String {
    let one = |seconds: i64| match seconds {
        ..3600 => words.say("page.figures.minutes", &[("n", &(seconds / 60).to_string())]),
        3600..172_800 => words.say("page.figures.hours", &[("n", &(seconds / 3600).to_string())]),
        _ => words.say("page.figures.span", &[("n", &(seconds / 86400).to_string())]),
    };
    if times.n == 0 { "–".to_owned() } else { format!("{} / {}", one(times.median), one(times.p90)) }
}
