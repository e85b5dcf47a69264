//! The short sentences of one language, as `templates/<lang>/words.toml` has them.
//!
//! Promises: one substitution pass, so that what people wrote is never read as a sentence of ours; dates in the site's
//! zone. Excludes: whole mails (see [`super::templates`]).

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Sentences and lists by dotted key: `because.guest`, `date.months`.
#[derive(Debug, Clone, Default)]
pub struct Words {
    sentences: BTreeMap<String, String>,
    lists: BTreeMap<String, Vec<String>>,
}

impl Words {
    /// A language without any sentence.
    pub const fn none() -> Words {
        Words { sentences: BTreeMap::new(), lists: BTreeMap::new() }
    }

    /// Reads `words.toml`. The error names the line.
    pub fn parse(text: &str) -> Result<Words, String> {
        let table: toml::Table = text.parse().map_err(|fault: toml::de::Error| fault.to_string().trim().to_owned())?;
        let mut words = Words::default();
        words.flatten("", toml::Value::Table(table))?;
        Ok(words)
    }

    fn flatten(&mut self, key: &str, value: toml::Value) -> Result<(), String> {
        match value {
            toml::Value::String(sentence) => drop(self.sentences.insert(key.to_owned(), sentence)),
            toml::Value::Array(items) => {
                let texts = items.into_iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
                self.lists.insert(key.to_owned(), texts.ok_or_else(|| format!("`{key}` is no list of texts"))?);
            }
            toml::Value::Table(table) => {
                for (name, value) in table {
                    self.flatten(&if key.is_empty() { name } else { format!("{key}.{name}") }, value)?;
                }
            }
            _ => return Err(format!("`{key}` is neither a text, nor a list, nor a table")),
        }
        Ok(())
    }

    /// The sentence of that key; `None` when the language lacks it, which `check` would have said.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.sentences.get(key).map(String::as_str)
    }

    /// The list of that key, empty when there is none.
    pub fn list(&self, key: &str) -> &[String] {
        self.lists.get(key).map_or(&[], Vec::as_slice)
    }

    /// The sentence of that key with `{name}` replaced by values, in one pass; the key itself when it is missing.
    pub fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        fill(self.get(key).unwrap_or(key), values)
    }

    /// A sentence for a stable word of a section, or the word itself where the language has none (`held.<reason>`).
    pub fn term<'a>(&'a self, section: &str, word: &'a str) -> &'a str {
        self.get(&format!("{section}.{word}")).unwrap_or(word)
    }

    /// A date and time as people of this language write it, in the given zone.
    pub fn date(&self, at: Timestamp, zone: &TimeZone) -> String {
        let local = at.to_zoned(zone.clone());
        let time = format!("{:02}:{:02}", local.hour(), local.minute());
        self.say("date.full", &[("date", &self.day(local.date())), ("time", &time)])
    }

    /// A date as people of this language write it.
    pub fn day(&self, date: Date) -> String {
        let item = |key: &str, index: i8| self.list(key).get(index.max(0) as usize).map_or("", String::as_str);
        let day = if date.day() == 1 { self.term("date", "first").to_owned() } else { date.day().to_string() };
        let values = [
            ("weekday", item("date.weekdays", date.weekday().to_monday_zero_offset())),
            ("day", &day),
            ("month", item("date.months", date.month() - 1)),
            ("year", &date.year().to_string()),
        ];
        self.say("date.day", &values)
    }

    /// A number of bytes, rounded as people read it.
    pub fn size(&self, bytes: u64) -> String {
        let (amount, unit) = match bytes {
            0..1_000 => (bytes, "size.bytes"),
            1_000..1_000_000 => (bytes.div_ceil(1_000), "size.kilobytes"),
            _ => (bytes.div_ceil(1_000_000), "size.megabytes"),
        };
        self.say(unit, &[("n", &amount.to_string())])
    }

    /// Keys and placeholders in which this language differs from another: what is missing, and what is too much.
    pub fn differences(&self, reference: &Words) -> Vec<String> {
        let keys = |words: &Words| words.sentences.keys().chain(words.lists.keys()).cloned().collect::<Vec<_>>();
        let (mine, theirs) = (keys(self), keys(reference));
        let missing = theirs.iter().filter(|key| !mine.contains(key)).map(|key| format!("`{key}` is missing"));
        let unknown = mine.iter().filter(|key| !theirs.contains(key)).map(|key| format!("`{key}` is not known"));
        let odd = self.sentences.iter().filter_map(|(key, sentence)| {
            let known = placeholders(reference.sentences.get(key)?);
            let extra = placeholders(sentence).into_iter().find(|name| !known.contains(name))?;
            Some(format!("`{key}` has nothing to put at {{{extra}}}"))
        });
        missing.chain(unknown).chain(odd).collect()
    }
}

/// Replaces `{name}` by values in one pass; what is not named stays as it is.
fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(sentence.len() + 48);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let known = after.split_once('}').and_then(|(name, tail)| {
            let value = values.iter().find(|(known, _)| *known == name)?.1;
            Some((value, tail))
        });
        match known {
            Some((value, tail)) => {
                filled.push_str(value);
                rest = tail;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn placeholders(sentence: &str) -> Vec<&str> {
    sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g12_values_are_never_read_again() {
        assert_eq!(fill("{who} dit {what} {", &[("who", "{what}"), ("what", "{who}")]), "{what} dit {who} {");
        assert_eq!(fill("{unknown} {who", &[("who", "x")]), "{unknown} {who");
    }

    #[test]
    fn languages_are_compared_key_by_key() {
        let words = |text: &str| Words::parse(text).unwrap();
        let reference = words("[a]\nb = '{x}'\nlist = ['1']\n[c]\nd = 'e'");
        let differences = words("[a]\nb = '{y}'\n[f]\ng = ''").differences(&reference);
        assert_eq!(differences, ["`c.d` is missing", "`a.list` is missing", "`f.g` is not known", "`a.b` has nothing to put at {y}"]);
        assert!(Words::parse("a = 1").is_err());
        assert!(Words::parse("[a\n").unwrap_err().contains("line 1"));
    }
}
