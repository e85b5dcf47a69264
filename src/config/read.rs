//! TOML text → a value, or all that is wrong with it at once.
//!
//! serde stops at the first fault. Here the faulty entry is noted and taken out of the table, and the rest is read again,
//! until nothing new is found.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use toml::de::{DeArray, DeTable, DeValue, Deserializer, Error};

use super::fault::{Fault, Faults, Places, line_and_column};

/// Reads `text`; `file` is its name in faults.
pub fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<(T, Places), Faults> {
    let (mut table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(Faults(errors.iter().map(|error| at(file, text, String::new(), error)).collect()));
    }
    let places = Places::of(file, text, &table);
    let mut faults: Vec<Fault> = Vec::new();
    let mut removed = Removed::default();
    loop {
        let error = match serde_path_to_error::deserialize(Deserializer::from(table.clone())) {
            Ok(value) if faults.is_empty() => return Ok((value, places)),
            Ok(_) => break,
            Err(error) => error,
        };
        let segments: Vec<&Segment> = error.path().iter().filter(|segment| !matches!(segment, Segment::Unknown)).collect();
        let missing = missing_field(error.inner());
        let key = removed.key(&segments, missing);
        if !removed.keys.contains(&key) {
            faults.push(at(file, text, key, error.inner()));
        }
        if removed.remove(table.get_mut(), &segments, missing.is_some()).is_none() {
            break;
        }
    }
    faults.sort_by_key(|fault| (fault.line, fault.column));
    Err(Faults(faults))
}

/// The message alone: the library's long form shows the line, which may hold a secret.
fn at(file: &str, text: &str, key: String, error: &Error) -> Fault {
    let (line, column) = error.span().map_or((1, 1), |span| line_and_column(text, &span));
    Fault { file: file.to_owned(), line: Some(line), column: Some(column), key, reason: error.message().replace('\n', "; ") }
}

/// The field that the library says is missing.
fn missing_field(error: &Error) -> Option<&str> {
    error.message().strip_prefix("missing field `")?.strip_suffix('`')
}

/// What was taken out of the table, in the words of the file.
#[derive(Default)]
struct Removed {
    keys: HashSet<String>,
    /// Lists that lost items: which, by their places in the file.
    items: HashMap<String, BTreeSet<usize>>,
}

impl Removed {
    /// The path as it is in the file: items that are gone still count. A missing field ends it.
    fn key(&self, segments: &[&Segment], missing: Option<&str>) -> String {
        let mut path = String::new();
        for segment in segments {
            match segment {
                Segment::Seq { index } => path = format!("{path}[{}]", self.original(&path, *index)),
                other if path.is_empty() => path = other.to_string(),
                other => path = format!("{path}.{other}"),
            }
        }
        match missing {
            Some(field) if path.is_empty() => field.to_owned(),
            Some(field) => format!("{path}.{field}"),
            None => path,
        }
    }

    fn original(&self, list: &str, index: usize) -> usize {
        let gone = self.items.get(list).into_iter().flatten();
        gone.fold(index, |index, gone| if *gone <= index { index + 1 } else { index })
    }

    /// Takes out what is faulty: the item of a list that lacks something, else the entry of the path's last key, so that
    /// the rest of its table is still read. `None` when there is nothing to take out: the whole file lacks something.
    fn remove(&mut self, root: &mut DeTable<'_>, segments: &[&Segment], missing: bool) -> Option<()> {
        let whole_item = missing && matches!(segments.last(), Some(Segment::Seq { .. }));
        let entry = || segments.iter().rposition(|segment| matches!(segment, Segment::Map { .. }));
        let last = if whole_item { segments.len() - 1 } else { entry()? };
        let around = segments[..last].iter().try_fold(Inside::Table(root), Inside::step)?;
        let key = self.key(&segments[..=last], None);
        match (around, segments[last]) {
            (Inside::Table(table), Segment::Map { key: name }) => {
                table.remove(name.as_str())?;
                self.keys.insert(key);
            }
            (Inside::List(list), Segment::Seq { index }) if *index < list.len() => {
                let all = std::mem::replace(list, std::iter::empty().collect()).into_iter().enumerate();
                *list = all.filter(|(at, _)| at != index).map(|(_, item)| item).collect();
                let path = self.key(&segments[..last], None);
                let original = self.original(&path, *index);
                self.items.entry(path).or_default().insert(original);
            }
            _ => return None,
        }
        Some(())
    }
}

enum Inside<'a, 'i> {
    Table(&'a mut DeTable<'i>),
    List(&'a mut DeArray<'i>),
}

impl<'a, 'i> Inside<'a, 'i> {
    fn step(self, segment: &&Segment) -> Option<Inside<'a, 'i>> {
        let value = match (self, segment) {
            (Inside::Table(table), Segment::Map { key }) => table.get_mut(key.as_str())?,
            (Inside::List(list), Segment::Seq { index }) => list.get_mut(*index)?,
            _ => return None,
        };
        match value.get_mut() {
            DeValue::Table(table) => Some(Inside::Table(table)),
            DeValue::Array(list) => Some(Inside::List(list)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Outer {
        port: u16,
        #[serde(default)]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Inner {
        name: String,
        #[serde(default)]
        sizes: Vec<u8>,
    }

    fn faults(text: &str) -> String {
        read::<Outer>("a.toml", text).unwrap_err().to_string()
    }

    #[test]
    fn every_fault_is_told_once_in_the_order_of_the_file() {
        let text = "port = \"abc\"\ncolour = 1\n[[inner]]\nname = 3\nnmae = 1\n[[inner]]\nname = \"b\"\nsizes = [1, 999]\n";
        let told = faults(text);
        let heads: Vec<String> = told.lines().map(|line| line.splitn(5, ':').take(4).collect::<Vec<_>>().join(":")).collect();
        let expected = [
            "a.toml:1:8: port",
            "a.toml:2:1: colour",
            "a.toml:4:8: inner[0].name",
            "a.toml:5:1: inner[0].nmae",
            "a.toml:8:13: inner[1].sizes[1]",
        ];
        assert_eq!(heads, expected, "{told}");
    }

    #[test]
    fn what_is_missing_is_named_with_its_section() {
        let told = faults("port = 1\n[[inner]]\n[[inner]]\nname = 1\n[[inner]]\nsizes = 1\n[[inner]]\nname = \"b\"\nsizes = true");
        let keys: Vec<&str> = told.lines().filter_map(|line| line.split(": ").nth(1)).collect();
        assert_eq!(keys, ["inner[0].name", "inner[1].name", "inner[2].name", "inner[2].sizes", "inner[3].sizes"], "{told}");
        assert_eq!(faults("[[inner]]\n"), "a.toml:1:1: inner[0].name: missing field `name`\na.toml:1:1: port: missing field `port`");
    }

    #[test]
    fn l05_a_syntax_fault_does_not_show_the_line() {
        let told = faults("port = 1\npassword = \"hunter2\n");
        assert!(told.starts_with("a.toml:2:") && !told.contains("hunter2"), "{told}");
    }
}
