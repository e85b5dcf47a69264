//! Which parts are texts, by their types, names and places; and how a plain text reads.
//!
//! Excludes: what is shown of them (see `body`).

use std::borrow::Cow;

use super::tree::Part;
use super::{flowed, inner, words};

/// Where a part sits in its container: the first text may have a name and still be the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Seat {
    First,
    Later,
    /// Below a multipart/related, beside its root: shown inside the text.
    Related,
}

/// Is this part one of the texts?
pub(super) fn is_text(part: &Part, seat: Seat) -> bool {
    // A multipart that could not be opened is shown as it is.
    let readable = matches!(part.content.value.as_str(), "text/plain" | "text/html") || part.is("multipart");
    let named = part.disposition.text("filename").or_else(|| part.content.text("name")).is_some();
    let seated = match seat {
        Seat::First => !(named && part.disposition.value == "inline"),
        Seat::Later => !named,
        Seat::Related => false,
    };
    readable && !part.opaque && part.disposition.value != "attachment" && seated
}

/// The same words once more, in forms that few programs show.
pub(super) fn is_other_form(part: &Part) -> bool {
    let forms = ["text/x-amp-html", "text/enriched", "text/richtext", "text/rtf", "text/watch-html", "text/x-watch-html"];
    forms.contains(&part.content.value.as_str()) && part.disposition.value != "attachment"
}

/// How many of the parts after the first are its forms: an alternative that holds nothing, because it repeats the boundary of what it
/// stands in, has its parts beside it.
pub(super) fn forms_of(parts: &[Part]) -> usize {
    let Some((first, rest)) = parts.split_first() else { return 0 };
    let hollow = first.content.value == "multipart/alternative" && first.children.is_empty() && first.body.trim_ascii().is_empty();
    let is_form = |part: &&Part| matches!(part.content.value.as_str(), "text/plain" | "text/html") && is_text(part, Seat::Later);
    if hollow { rest.iter().take_while(is_form).count() } else { 0 }
}

/// A plain text with its paragraphs on one line where it is format=flowed, cleaned.
pub(super) fn unfolded(part: &Part, text: &str) -> String {
    let says = |name: &str, value: &str| part.content.plain(name).is_some_and(|told| told.eq_ignore_ascii_case(value));
    match says("format", "flowed") {
        true => words::body(&flowed::unflow(text, says("delsp", "yes"))),
        false => words::body(text),
    }
}

/// The text without the files that stand in it as uuencoded blocks, and these.
pub(super) fn uuencoded(bytes: Cow<'_, [u8]>) -> (Cow<'_, [u8]>, Vec<inner::File>) {
    match inner::cut_uu(&bytes) {
        (_, files) if files.is_empty() => (bytes, files),
        (rest, files) => (Cow::Owned(rest.into_owned()), files),
    }
}
