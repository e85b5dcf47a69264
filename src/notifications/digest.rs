//! What came into a service's "other" category in a month: counts, and the lines that would make a category of the first word.
//!
//! Excludes: whether that word is a topic; its reader decides.

use std::sync::Arc;

use jiff::civil::Date;

use super::language::Words;
use super::names;
use super::periodic::{PeriodicView, mailed};
use super::tables::{self, Table};
use crate::desk::Organisation;
use crate::knowledge::Frequent;

/// A month of a service's "other" category.
#[derive(Debug, Clone, PartialEq)]
pub struct Digest {
    /// Services and categories by name.
    pub organisation: Arc<Organisation>,
    /// Keys of service and category.
    pub place: (String, String),
    /// The month's first day, and its last.
    pub days: (Date, Date),
    /// How many tickets came, and how many in the month before.
    pub tickets: (usize, usize),
    /// Words of their titles, the most frequent first.
    pub words: Vec<Frequent>,
    /// Who wrote most of them, by address.
    pub people: Vec<(String, usize)>,
}

impl Digest {
    /// In words.
    pub fn view(&self, words: &Words) -> PeriodicView {
        let (service, category) = &self.place;
        let place = names::title(&tables::place(words, &self.organisation, &format!("{service}/{category}")));
        let (from, to) = (words.day(self.days.0), words.day(self.days.1));
        let counts = [self.tickets.0, self.tickets.1].map(|n| n.to_string());
        PeriodicView {
            heading: words.say("other.heading", &[("place", &place), ("from", &from), ("to", &to)]),
            hint: words.say("other.hint", &[("n", &counts[0]), ("before", &counts[1])]),
            tables: [self.most(words), self.writers(words)].into_iter().filter(|table| !table.rows.is_empty()).map(mailed).collect(),
            lines: self.lines(),
        }
    }

    fn most(&self, words: &Words) -> Table {
        let say = |part: &str| words.say(&format!("other.{part}"), &[]);
        let row = |one: &Frequent| vec![one.word.clone(), one.titles.to_string(), one.people.to_string()];
        Table { caption: say("words"), head: vec![say("tickets"), say("people")], rows: self.words.iter().map(row).collect() }
    }

    fn writers(&self, words: &Words) -> Table {
        let say = |part: &str| words.say(&format!("other.{part}"), &[]);
        let row = |(who, n): &(String, usize)| vec![who.clone(), n.to_string()];
        Table { caption: say("senders"), head: vec![say("tickets")], rows: self.people.iter().map(row).collect() }
    }

    /// What the organisation file would say of the first word; empty without one that is free.
    fn lines(&self) -> Vec<String> {
        let service = &self.place.0;
        let key = |one: &Frequent| one.folded.bytes().all(|b| b.is_ascii_alphanumeric());
        let free = |one: &&Frequent| key(one) && self.organisation.category(service, &one.folded).is_none();
        let Some(Frequent { word, folded, .. }) = self.words.iter().find(free) else { return vec![] };
        let name = capital(word);
        vec![
            "[[service.category]]".to_owned(),
            format!("key = \"{folded}\""),
            format!("name = \"{name}\""),
            String::new(),
            "[[rule]]".to_owned(),
            format!("name = \"{name}\""),
            format!("subject = \"{word}\""),
            format!("category = \"{service}/{folded}\""),
        ]
    }
}

/// Letters and digits only, so that it may stand in a file as it is.
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
