//! The lines of a category's template as forms ask them: of whoever makes a request, and of an agent who makes one for somebody.
//!
//! Excludes: where the lines come from, and what else a form asks.

use super::fields::Fields;
use super::pages::FieldView;
use crate::desk::Wanted;
use crate::notifications::Words;

/// What a form may know of a line that is wrong: a stable word, by the line's name in the form.
type Wrong<'a> = &'a dyn Fn(&str) -> Option<&'static str>;

/// The name of a line in a form: no other field begins like this.
pub fn named(wanted: &Wanted) -> String {
    format!("told-{}", wanted.key)
}

/// The lines, as they were filled in.
pub fn asks(words: &Words, wanted: &[Wanted], typed: &Fields, wrong: Wrong<'_>) -> Vec<FieldView> {
    let ask = |wanted: &Wanted| {
        let name = named(wanted);
        let error = wrong(&name).map(|word| words.say(&format!("page.error.{word}"), &[])).unwrap_or_default();
        let label = if wanted.must { wanted.name.clone() } else { words.say("page.new.optional", &[("name", &wanted.name)]) };
        FieldView { kind: "line", must: wanted.must, value: typed.text(&name), label, name, error, ..FieldView::default() }
    };
    wanted.iter().map(ask).collect()
}

/// The names of lines that must be filled in and are not.
pub fn missing(wanted: &[Wanted], typed: &Fields) -> Vec<String> {
    wanted.iter().filter(|wanted| wanted.must).map(named).filter(|name| typed.text(name).is_empty()).collect()
}

/// What was filled in: keys and values.
pub fn told(wanted: &[Wanted], typed: &Fields) -> Vec<(String, String)> {
    wanted.iter().map(|wanted| (wanted.key.clone(), typed.text(&named(wanted)))).collect()
}
