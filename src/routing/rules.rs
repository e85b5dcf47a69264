//! The organisation's rules on new mails: which fit, why, and what they come to.
//!
//! Promises: rules are looked at in the file's order, until one says stop; the first that names a place, or an urgency, wins; each
//! that fits is told with the words that it found. Excludes: what becomes of the mail (see `gateway::receive`).

use regex::Regex;
use serde::Serialize;

use crate::desk::rules::pattern;
use crate::desk::{Rule, Urgency};
use crate::mail::{Author, Incoming};

/// Bytes of a text that are looked at.
const TEXT_MAX: usize = 256 << 10;
/// Characters of what was found that are told.
const FOUND_MAX: usize = 80;

/// Rules, ready to be asked.
#[derive(Debug, Default)]
pub struct Rules {
    rules: Vec<(Rule, Vec<(&'static str, Regex)>)>,
}

/// What rules say of a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// Rules that fit, in order.
    pub fits: Vec<Fit>,
    /// Keys of service and category.
    pub place: Option<(String, String)>,
    /// How urgent.
    pub urgency: Option<Urgency>,
    /// It is no request.
    pub junk: bool,
    /// A person decides.
    pub hold: bool,
}

/// A rule that fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fit {
    /// Its name.
    pub rule: String,
    /// Keys of its patterns, each with what it found.
    pub found: Vec<(&'static str, String)>,
}

impl Rules {
    /// Compiles rules that the configuration has checked; a pattern that does not compile fits nothing.
    pub fn of(rules: &[Rule]) -> Rules {
        let compiled = |rule: &Rule| {
            let patterns: Result<Vec<_>, String> = rule.patterns().map(|(key, text)| Ok((key, pattern(text)?))).collect();
            Some((rule.clone(), patterns.ok()?))
        };
        Rules { rules: rules.iter().filter_map(compiled).collect() }
    }

    /// Looks at a new mail; `raw` are its bytes, for its header lines.
    pub fn judge(&self, mail: &Incoming, raw: &[u8]) -> Judgement {
        let mut judgement = Judgement::default();
        if self.rules.is_empty() {
            return judgement;
        }
        let seen = Seen::of(mail, raw);
        for (rule, patterns) in &self.rules {
            let found: Option<Vec<_>> = patterns.iter().map(|(key, pattern)| Some((*key, seen.find(key, pattern)?))).collect();
            let Some(found) = found else { continue };
            judgement.fits.push(Fit { rule: rule.name.clone(), found });
            judgement.place = judgement.place.or_else(|| rule.place().map(|(service, category)| (service.to_owned(), category.to_owned())));
            judgement.urgency = judgement.urgency.or(rule.urgency);
            judgement.junk |= rule.junk;
            judgement.hold |= rule.hold;
            if rule.stop {
                break;
            }
        }
        judgement
    }
}

/// A mail as patterns see it: texts by their keys.
struct Seen {
    texts: Vec<(&'static str, String)>,
}

impl Seen {
    fn of(mail: &Incoming, raw: &[u8]) -> Seen {
        let from = match &mail.from {
            Author::One(author) => format!("{} <{}>", author.name.as_deref().unwrap_or_default(), author.address),
            _ => mail.from_written.clone(),
        };
        let written = mail.to.iter().chain(&mail.cc).map(|to| to.address.to_string());
        let to = written.chain(mail.delivered_to.iter().map(ToString::to_string)).collect::<Vec<_>>().join("\n");
        let files = mail.attachments.iter().map(|file| file.name.clone()).collect::<Vec<_>>().join("\n");
        let body = mail.text[..mail.text.floor_char_boundary(TEXT_MAX)].to_owned();
        let subject = mail.subject.clone();
        Seen {
            texts: vec![("from", from), ("to", to), ("subject", subject), ("body", body), ("header", header(raw)), ("attachment", files)],
        }
    }

    fn find(&self, key: &str, pattern: &Regex) -> Option<String> {
        let (_, text) = self.texts.iter().find(|(known, _)| *known == key)?;
        Some(pattern.find(text)?.as_str().chars().take(FOUND_MAX).collect())
    }
}

/// The header's fields, one a line (RFC 5322 section 2.2.3).
fn header(raw: &[u8]) -> String {
    let raw = &raw[..raw.len().min(TEXT_MAX)];
    let end = memchr::memmem::find(raw, b"\r\n\r\n").or_else(|| memchr::memmem::find(raw, b"\n\n")).unwrap_or(raw.len());
    let text = String::from_utf8_lossy(&raw[..end]).replace("\r\n", "\n");
    text.replace("\n ", " ").replace("\n\t", " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Limits, read};

    const RAW: &[u8] = b"From: \"Shop\" <news@shop.test>\r\nTo: support@desk.test\r\nSubject: Wifi en panne\r\nX-Spam-Flag:\r\n YES\r\nList: a\r\n\r\nLe wifi du hall.\r\n";

    fn judged(rules: &str) -> Judgement {
        #[derive(serde::Deserialize)]
        struct File {
            rule: Vec<Rule>,
        }
        let file: File = toml::from_str(rules).unwrap();
        Rules::of(&file.rule).judge(&read(RAW, &Limits::default()), RAW)
    }

    #[test]
    fn row78_all_patterns_of_a_rule_must_be_found_and_tell_what_they_found() {
        let fits = judged("[[rule]]\nname = 'wifi'\nsubject = 'wi-?fi'\nbody = '^le wifi'\ncategory = 'dsi/reseau'\nurgency = 'high'\n");
        assert_eq!(fits.place, Some(("dsi".into(), "reseau".into())));
        assert_eq!(fits.urgency, Some(Urgency::High));
        assert_eq!(fits.fits[0].found, [("subject", "Wifi".to_owned()), ("body", "Le wifi".to_owned())]);
        assert!(judged("[[rule]]\nname = 'x'\nsubject = 'wifi'\nfrom = '@cust'\njunk = true\n").fits.is_empty());
    }

    #[test]
    fn row78_the_order_counts_and_stop_stops() {
        let two =
            "[[rule]]\nname = 'a'\nfrom = 'shop'\ncategory = 'a'\nSTOP[[rule]]\nname = 'b'\nto = 'support@'\ncategory = 'b'\nhold = true\n";
        let both = judged(&two.replace("STOP", ""));
        assert_eq!((both.fits.len(), both.place, both.hold), (2, Some(("a".into(), String::new())), true));
        let first = judged(&two.replace("STOP", "stop = true\n"));
        assert_eq!((first.fits.len(), first.hold), (1, false));
    }

    #[test]
    fn row78_header_lines_are_unfolded() {
        assert!(judged("[[rule]]\nname = 's'\nheader = '^x-spam-flag: +yes$'\njunk = true\n").junk);
        assert!(!judged("[[rule]]\nname = 's'\nheader = 'le wifi du hall'\njunk = true\n").junk, "the body is no header");
    }
}
