//! What a pressed form means: fields → button. No form decides by its default values (CASEBOOK C03).

use super::fields::{Fields, Malformed};
use crate::gateway::Button;

/// Why a form is no button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormFault {
    /// Not a form of ours.
    Malformed,
    /// Something is missing: the stable word of its sentence, `page.error.<word>`.
    Incomplete(&'static str),
}

impl From<Malformed> for FormFault {
    fn from(_: Malformed) -> FormFault {
        FormFault::Malformed
    }
}

/// The names that a form has besides the nonce and the pressed button's own.
fn names(button: &str) -> &'static [&'static str] {
    match button {
        "refuse_closure" | "reopen" | "answer" | "reply" => &["nonce", "press", "text"],
        "rate" => &["nonce", "press", "delay", "answers", "text"],
        _ => &["nonce", "press"],
    }
}

/// Does this button's form carry files?
pub fn has_files(button: &str) -> bool {
    matches!(button, "answer" | "reply")
}

/// Reads a form. The button itself must have been pressed: its name and value come with no other way of sending a form.
pub fn button(name: &str, fields: &mut Fields) -> Result<Button, FormFault> {
    let strange = fields.has_others_than(names(name)) || (!has_files(name) && !fields.files.is_empty());
    if strange || fields.raw("press") != name {
        return Err(FormFault::Malformed);
    }
    if fields.too_large {
        return Err(FormFault::Incomplete("too_large"));
    }
    let text = fields.text("text");
    let needed = |word| if text.is_empty() { Err(FormFault::Incomplete(word)) } else { Ok(text.clone()) };
    Ok(match name {
        "approve" => Button::Approve,
        "refuse_closure" => Button::RefuseClosure { reason: needed("reason_missing")? },
        "reopen" => Button::Reopen { reason: needed("reason_missing")? },
        "answer" | "reply" => said(name, text, fields)?,
        "rate" => Button::Rate { delay: mark(fields.raw("delay"))?, answers: mark(fields.raw("answers"))?, comment: text },
        "solved" => Button::Solved,
        "cancel" => Button::Cancel,
        "leave" => Button::Leave,
        "fresh_link" => Button::FreshLink,
        "confirm" => Button::Confirm,
        _ => return Err(FormFault::Malformed),
    })
}

/// Words, files, or both.
fn said(name: &str, text: String, fields: &mut Fields) -> Result<Button, FormFault> {
    let files = std::mem::take(&mut fields.files);
    match (text.is_empty() && files.is_empty(), name) {
        (true, _) => Err(FormFault::Incomplete("text_missing")),
        (false, "answer") => Ok(Button::Answer { text, files }),
        (false, _) => Ok(Button::Reply { text, files }),
    }
}

fn mark(text: &str) -> Result<u8, FormFault> {
    match text {
        "" => Err(FormFault::Incomplete("mark_missing")),
        "1" | "2" | "3" | "4" | "5" => text.parse().map_err(|_| FormFault::Malformed),
        _ => Err(FormFault::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, pairs: &[(&str, &str)]) -> Result<Button, FormFault> {
        let pairs = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        button(name, &mut Fields::of(pairs)?)
    }

    #[test]
    fn c03_no_form_decides_by_its_default_values() {
        for name in ["approve", "refuse_closure", "answer", "reply", "reopen", "cancel", "leave", "rate", "fresh_link"] {
            assert_eq!(read(name, &[("nonce", "x")]), Err(FormFault::Malformed), "{name}");
            assert_eq!(read(name, &[("nonce", "x"), ("press", "")]), Err(FormFault::Malformed), "{name}");
        }
        assert_eq!(read("approve", &[("nonce", "x"), ("press", "approve")]), Ok(Button::Approve));
        for (name, word) in [("refuse_closure", "reason_missing"), ("answer", "text_missing"), ("rate", "mark_missing")] {
            assert_eq!(read(name, &[("press", name), ("text", " \r\n")]), Err(FormFault::Incomplete(word)), "{name}");
        }
    }

    #[test]
    fn c26_twice_unknown_or_out_of_range_is_no_form() {
        for pairs in [
            &[("press", "approve"), ("press", "refuse_closure")][..],
            &[("press", "approve"), ("press", "approve")],
            &[("press", "approve"), ("_method", "DELETE")],
            &[("press", "refuse_closure")],
            &[("press", "approve"), ("text", "x")],
        ] {
            assert_eq!(read("approve", pairs), Err(FormFault::Malformed), "{pairs:?}");
        }
        for mark in ["0", "6", "05", "5.0", "-1", "a"] {
            let pairs = [("press", "rate"), ("delay", mark), ("answers", "5")];
            assert_eq!(read("rate", &pairs), Err(FormFault::Malformed), "{mark}");
        }
    }

    #[test]
    fn words_are_cleaned() {
        let pressed = read("refuse_closure", &[("press", "refuse_closure"), ("text", " a\r\nb\0\u{1b}[2Jc\rd\te \n")]);
        assert_eq!(pressed, Ok(Button::RefuseClosure { reason: "a\nb[2Jc\nd\te".into() }));
    }
}
