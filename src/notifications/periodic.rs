//! Figures that heads of services asked to be mailed: of the while that is over, beside the one before.

use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;

use super::language::Words;
use super::names;
use super::tables::{self, FEW, Table};
use crate::desk::Organisation;
use crate::desk::figures::{Figures, Rhythm};

/// Figures of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Periodic {
    /// Services, categories and agents by name.
    pub organisation: Arc<Organisation>,
    /// Key of the service.
    pub service: String,
    /// How often they are mailed.
    pub rhythm: Rhythm,
    /// Its first day, and its last.
    pub days: (Date, Date),
    /// Of those days, and what is open now by age.
    pub now: Figures,
    /// Of the while before.
    pub before: Figures,
}

/// The same as a template sees it.
#[derive(Debug, Default, Serialize)]
pub struct PeriodicView {
    /// Which service, which while.
    pub heading: String,
    /// How it is counted.
    pub hint: String,
    /// What there is.
    pub tables: Vec<MailedTable>,
    /// Lines for the organisation file; empty: none.
    pub lines: Vec<String>,
}

/// A table; in plain text each row is a line.
#[derive(Debug, Serialize)]
pub struct MailedTable {
    /// What it shows.
    pub caption: String,
    /// Names of the columns after the first.
    pub head: Vec<String>,
    /// Its rows.
    pub rows: Vec<MailedRow>,
}

/// A row.
#[derive(Debug, Serialize)]
pub struct MailedRow {
    /// What it is of.
    pub name: String,
    /// Each with what its column is called.
    pub cells: Vec<MailedCell>,
}

/// A cell.
#[derive(Debug, Serialize)]
pub struct MailedCell {
    /// What its column is called; empty for the only one.
    pub head: String,
    /// What it says.
    pub value: String,
}

impl Periodic {
    /// In words.
    pub fn view(&self, words: &Words) -> PeriodicView {
        let (organisation, word) = (&*self.organisation, self.rhythm.word());
        let say = |part: &str| words.say(&format!("figures.{word}{part}"), &[]);
        let place = |key: &str| names::title(&tables::place(words, organisation, key));
        let person = |key: &str| names::title(&tables::person(organisation, key));
        let (from, to) = (words.day(self.days.0), words.day(self.days.1));
        let all = [
            tables::compared(words, [(say("_now"), &self.now.all), (say("_before"), &self.before.all)]),
            tables::table(words, ("categories", &FEW), &self.now.categories, place),
            tables::table(words, ("agents", &FEW), &self.now.agents, person),
            tables::ages(words, &self.now),
        ];
        PeriodicView {
            heading: words.say(&format!("figures.{word}"), &[("service", &place(&self.service)), ("from", &from), ("to", &to)]),
            hint: words.say("figures.hint", &[]),
            tables: all.into_iter().filter(|table| !table.rows.is_empty()).map(mailed).collect(),
            lines: vec![],
        }
    }
}

/// A table as mails have it.
pub fn mailed(table: Table) -> MailedTable {
    // One column alone says nothing beside the caption.
    let names = if table.head.len() > 1 { table.head.clone() } else { vec![String::new()] };
    let row = |row: Vec<String>| {
        let mut cells = row.into_iter();
        let name = cells.next().unwrap_or_default();
        MailedRow { name, cells: names.iter().cloned().zip(cells).map(|(head, value)| MailedCell { head, value }).collect() }
    };
    MailedTable { caption: table.caption, rows: table.rows.into_iter().map(row).collect(), head: table.head }
}
