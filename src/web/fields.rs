//! What a form sent: named texts, each once, and files.

use std::collections::BTreeMap;

use crate::mail::File;

/// Bytes of one text at most.
pub const TEXT_MAX: usize = 200 << 10;

/// The form is not one of ours: a name twice, an unknown one, something too long (CASEBOOK C26).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// The content of a form.
#[derive(Debug, Default)]
pub struct Fields {
    texts: BTreeMap<String, String>,
    /// Files, in order.
    pub files: Vec<File>,
    /// A file, or all together, was larger than we take: the files are not here.
    pub too_large: bool,
}

impl Fields {
    /// From pairs of names and texts.
    pub fn of(pairs: Vec<(String, String)>) -> Result<Fields, Malformed> {
        let mut fields = Fields::default();
        pairs.into_iter().try_for_each(|(name, text)| fields.add(name, text))?;
        Ok(fields)
    }

    /// Takes one text in; none comes twice.
    pub fn add(&mut self, name: String, text: String) -> Result<(), Malformed> {
        let before = if text.len() <= TEXT_MAX { self.texts.insert(name, text) } else { return Err(Malformed) };
        if before.is_none() { Ok(()) } else { Err(Malformed) }
    }

    /// A text as sent; empty when it was not.
    pub fn raw(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// A text as people mean it: lines end by `\n`, no other controls, no spaces around it.
    pub fn text(&self, name: &str) -> String {
        let lines = self.raw(name).replace("\r\n", "\n").replace('\r', "\n");
        let clean: String = lines.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        clean.trim().to_owned()
    }

    /// Has it names that are not among these?
    pub fn has_others_than(&self, known: &[&str]) -> bool {
        self.texts.keys().any(|name| !known.contains(&name.as_str()))
    }
}
