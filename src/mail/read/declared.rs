//! What a mail declares, beside what was understood: for people who look into why the two differ.
//!
//! Promises: charsets as labelled (WHATWG), U+FFFD for bytes that mean nothing there; names as written; uuencoded blocks left in the
//! text. Nothing of this is shown to requesters and agents, stored or used: they get letters, safe names and opened files.

use super::tree::{self, Part};
use super::{addresses, charset, names, texts, with_line_feeds, words};
use crate::mail::incoming::{Fate, Incoming, Limits};

/// Unread addresses of a field that are listed at most.
const UNREAD_MAX: usize = 20;

/// A mail by its own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    /// The subject; bytes of no declared charset are UTF-8 (RFC 6532 section 3.1).
    pub subject: String,
    /// The plain text parts that count as text; where there are none, the text as understood.
    pub text: String,
    /// Names of attachments as written, by part number, where one is declared.
    pub names: Vec<(u32, String)>,
    /// What looks like an address in `To` and is none.
    pub to_unread: Vec<String>,
    /// … in `Cc`.
    pub cc_unread: Vec<String>,
}

/// What the mail declares of which `mail` was understood, within the same limits.
pub fn declared(raw: &[u8], mail: &Incoming, limits: &Limits) -> Declared {
    super::guarded(|| of(&with_line_feeds(raw), mail, limits)).unwrap_or_default()
}

fn of(raw: &[u8], mail: &Incoming, limits: &Limits) -> Declared {
    let root = tree::read(raw, limits).root;
    let mut declared = Declared {
        subject: root.fields.first("Subject").map(subject).unwrap_or_default(),
        to_unread: addresses::unread(&root.fields, "To", UNREAD_MAX),
        cc_unread: addresses::unread(&root.fields, "Cc", UNREAD_MAX),
        ..Declared::default()
    };
    root.walk(&mut |part| {
        if is_shown(part, mail) {
            declared.text.push_str(&text(part, limits.text.saturating_sub(declared.text.len())));
            declared.text.push_str("\n\n");
        }
        if mail.attachments.iter().any(|file| file.part == part.at) {
            declared.names.extend(names::declared(part).map(|name| (part.at, name)));
        }
    });
    declared.text.truncate(declared.text.trim_end().len());
    if declared.text.is_empty() {
        declared.text.clone_from(&mail.text);
    }
    declared
}

fn subject(written: &[u8]) -> String {
    let text = String::from_utf8_lossy(written);
    words::decode(if words::has_word(&text) { written } else { text.as_bytes() })
}

fn is_shown(part: &Part, mail: &Incoming) -> bool {
    let shown = |leaf: &crate::mail::Leaf| leaf.part == part.at && leaf.fate == Fate::Shown;
    part.content.value == "text/plain" && mail.manifest.iter().any(shown)
}

fn text(part: &Part, room: usize) -> String {
    let bytes = part.bytes();
    let label = part.content.plain("charset");
    texts::unfolded(part, &charset::as_declared(&bytes[..bytes.len().min(room)], label.as_deref()))
}
