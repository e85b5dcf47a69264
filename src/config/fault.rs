//! What is wrong with a file, and where: `guichet.toml:11:8: smtp.port: invalid type …`. One line each, never a secret.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use serde::Serialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::address::is_invisible;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The file, as the administrator named it.
    pub file: String,
    /// Line from 1, when there is one.
    pub line: Option<usize>,
    /// Column in characters from 1, when there is one.
    pub column: Option<usize>,
    /// The key, as `smtp.port` or `imap[0].host`; empty for the file as a whole.
    pub key: String,
    /// What is wrong, and what to do.
    pub reason: String,
}

impl Fault {
    /// A fault of a file as a whole.
    pub fn of_file(file: &str, reason: impl Into<String>) -> Fault {
        Fault { file: file.to_owned(), line: None, column: None, key: String::new(), reason: reason.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.file.clone();
        if let (Some(line), Some(column)) = (self.line, self.column) {
            text.push_str(&format!(":{line}:{column}"));
        }
        if !self.key.is_empty() {
            text.push_str(&format!(": {}", self.key));
        }
        text.push_str(&format!(": {}", self.reason));
        f.write_str(&one_line(&text))
    }
}

/// Everything that is wrong, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Fault::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Faults {}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Faults {
        Faults(vec![fault])
    }
}

/// Foreign text on one line: controls, escape sequences and bidi marks stay visible as `\u{1b}` (CASEBOOK L03).
pub fn one_line(text: &str) -> String {
    let hide = |c: char| c.is_control() || is_invisible(c);
    let escaped = text.chars().map(|c| if hide(c) { c.escape_default().to_string() } else { c.to_string() });
    escaped.collect()
}

/// Where the keys of a file stand.
#[derive(Debug, Clone)]
pub struct Places {
    file: String,
    places: HashMap<String, (usize, usize)>,
}

impl Places {
    pub(super) fn of(file: &str, text: &str, table: &Spanned<DeTable<'_>>) -> Places {
        let mut places = Places { file: file.to_owned(), places: HashMap::new() };
        places.walk_table("", text, table.get_ref());
        places
    }

    /// A fault at a key; where the key is not written, at the nearest section around it.
    pub fn fault(&self, key: &str, reason: impl Into<String>) -> Fault {
        let mut around = key;
        let mut place = self.places.get(around);
        while let (None, Some(end)) = (place, around.rfind(['.', '['])) {
            around = &around[..end];
            place = self.places.get(around);
        }
        let (line, column) = place.copied().unwrap_or((1, 1));
        Fault { file: self.file.clone(), line: Some(line), column: Some(column), key: key.to_owned(), reason: reason.into() }
    }

    /// Is the key written in the file?
    pub fn has(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }

    fn walk_table(&mut self, path: &str, text: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = key.get_ref();
            let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
            self.walk_value(path, text, value);
        }
    }

    fn walk_value(&mut self, path: String, text: &str, value: &Spanned<DeValue<'_>>) {
        match value.get_ref() {
            DeValue::Table(table) => self.walk_table(&path, text, table),
            DeValue::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| self.walk_value(format!("{path}[{index}]"), text, item));
            }
            _ => {}
        }
        self.places.insert(path, line_and_column(text, &value.span()));
    }
}

/// Line and column (in characters), both from 1, of the beginning of a span.
pub(super) fn line_and_column(text: &str, span: &Range<usize>) -> (usize, usize) {
    let before = text.get(..span.start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l03_a_fault_is_one_line_whatever_the_file_holds() {
        let fault = Fault::of_file("a.toml", "unknown field `x\r\n2026 INFO root\u{1b}[2J\u{202e}`");
        assert_eq!(fault.to_string(), "a.toml: unknown field `x\\r\\n2026 INFO root\\u{1b}[2J\\u{202e}`");
    }

    #[test]
    fn columns_are_counted_in_characters() {
        assert_eq!(line_and_column("a\né = 1", &(7..8)), (2, 5));
    }
}
