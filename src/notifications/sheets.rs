//! The texts of templates as they were written, with the shared parts of `layout/mail` put in their place.
//!
//! A part is called by a line of its own, `{{> words}}`, and copied in before anything is compiled: the template engine
//! would copy all values of a mail for each part that it renders. Faults are still told where they were written.
//! Parts do not call parts, and each block that a part opens it closes.

use std::collections::BTreeMap;

/// Where the parts are.
const PARTS: &str = "layout/mail/";

/// Texts by path: `fr/mail/update.txt`, `layout/mail/words.txt`.
#[derive(Debug, Default)]
pub struct Sheets(BTreeMap<String, String>);

impl Sheets {
    /// Takes a text in.
    pub fn insert(&mut self, path: &str, text: String) {
        self.0.insert(path.to_owned(), text);
    }

    /// Paths of the mails, without those of the parts.
    pub fn mails(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str).filter(|path| !path.starts_with(PARTS))
    }

    /// Paths and texts of the parts.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter(|(path, _)| path.starts_with(PARTS)).map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Is there a text of that path?
    pub fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// The text of a mail's template with its parts; empty when there is none.
    pub fn whole(&self, path: &str) -> String {
        let mut whole = String::new();
        for (_, _, line) in self.lines(path) {
            whole.push_str(line);
        }
        whole
    }

    /// File and line (from 1) where a line of [`Sheets::whole`] was written.
    pub fn origin(&self, path: &str, line: usize) -> (String, usize) {
        let origin = self.lines(path).nth(line.saturating_sub(1)).or_else(|| self.lines(path).last());
        origin.map_or_else(|| (path.to_owned(), line), |(file, line, _)| (file, line))
    }

    /// Lines with their ends, and where each was written.
    fn lines(&self, path: &str) -> impl Iterator<Item = (String, usize, &str)> {
        let form = path.rsplit_once('.').map_or("", |(_, form)| form).to_owned();
        let text = self.0.get(path).map_or("", String::as_str);
        text.split_inclusive('\n').zip(1..).flat_map(move |(line, number)| {
            let called = called(line).map(|part| format!("{PARTS}{part}.{form}"));
            match called.and_then(|file| Some((self.0.get(&file)?, file))) {
                Some((part, file)) => part.split_inclusive('\n').zip(1..).map(|(line, number)| (file.clone(), number, line)).collect(),
                None => vec![(path.to_owned(), number, line)],
            }
        })
    }
}

/// The part that a line calls.
fn called(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix("{{>")?.strip_suffix("}}")?.trim();
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_in_their_place_and_lines_keep_their_origin() {
        let mut sheets = Sheets::default();
        sheets.insert("fr/mail/x.txt", "a\n{{> part}}\nb {{> part}}\n{{> none}}\n".into());
        sheets.insert("layout/mail/part.txt", "1\n2\n".into());
        assert_eq!(sheets.whole("fr/mail/x.txt"), "a\n1\n2\nb {{> part}}\n{{> none}}\n");
        assert_eq!(sheets.origin("fr/mail/x.txt", 3), ("layout/mail/part.txt".to_owned(), 2));
        assert_eq!(sheets.origin("fr/mail/x.txt", 4), ("fr/mail/x.txt".to_owned(), 3));
        assert_eq!(sheets.mails().collect::<Vec<_>>(), ["fr/mail/x.txt"]);
    }
}
