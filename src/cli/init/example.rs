//! The annotated examples of `deploy/`, with some of their values replaced: what `init` writes is what the examples say.

/// An example under change.
pub struct Example {
    lines: Vec<String>,
}

impl Example {
    /// `deploy/guichet.toml`.
    pub fn configuration() -> Example {
        Example::of(include_str!("../../../deploy/guichet.toml"))
    }

    /// `deploy/organisation.toml`.
    pub fn organisation() -> Example {
        Example::of(include_str!("../../../deploy/organisation.toml"))
    }

    fn of(text: &str) -> Example {
        Example { lines: text.lines().map(str::to_owned).collect() }
    }

    /// Gives a key of a section another value, and takes its comment mark away.
    pub fn set(&mut self, section: &str, key: &str, value: &str) {
        let mut here = false;
        for line in &mut self.lines {
            let bare = line.trim_start_matches('#');
            if bare.starts_with('[') {
                here = bare.trim_matches(['[', ']']) == section;
            } else if here && bare.split_once(" = ").is_some_and(|(name, _)| name == key) {
                *line = format!("{key} = {}", toml::Value::from(value));
                return;
            }
        }
    }

    /// The whole text.
    pub fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_and_land_in_their_section() {
        let mut example = Example::configuration();
        example.set("smtp", "host", "a \"quoted\"\nhost");
        example.set("site", "language", "fr");
        let read: toml::Table = example.text().parse().unwrap();
        assert_eq!(read["smtp"]["host"].as_str(), Some("a \"quoted\"\nhost"));
        assert_eq!(read["imap"][0]["host"].as_str(), Some("imap.example.org"));
        assert_eq!(read["site"]["language"].as_str(), Some("fr"));
    }
}
