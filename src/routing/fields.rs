//! What a request tells besides its words: the lines of a ticket's template (`Poste : PC-0012`), phone numbers and numbers of
//! equipment.
//!
//! Promises: what stands in a line of its own, behind a word that the category or the catalogue knows, is stated by its author;
//! a number that merely occurs, in the text or the signature, is found, and says so. Nothing leaves the text.
//! Excludes: whose words these are (only new words and the author's own signature are given).

mod numbers;

use std::sync::LazyLock;

use serde::Deserialize;

use crate::address::{Address, Mailbox};
use crate::desk::{Category, Details, Organisation, Property, Ticket, Wanted, Why, catalogue};
use crate::mail::Incoming;
use crate::mail::commands::fold;

/// Characters of a word before a colon.
const NAME_MAX: usize = 40;
/// Characters of a value.
const VALUE_MAX: usize = 200;
/// Lines of one mail that are read as fields.
const LINES_MAX: usize = 40;

#[derive(Debug, Default, Deserialize)]
struct Words {
    not_phone: Vec<String>,
    from: Vec<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| toml::from_str(include_str!("../../data/fields.toml")).unwrap_or_default());

/// Does this folded word stand before the author of a forwarded mail?
pub(super) fn says_from(word: &str) -> bool {
    WORDS.from.iter().any(|known| known == word)
}

/// What a new request tells, and for whom it is.
pub fn told(mail: &Incoming, category: Option<&Category>, organisation: &Organisation) -> (Option<Address>, Details) {
    let (mut details, mut beneficiary) = (Details::default(), None);
    let people: Vec<&Mailbox> = mail.to.iter().chain(&mail.cc).collect();
    for property in stated(&mail.said, category, &people) {
        match property {
            Property::Beneficiary(who) => beneficiary = beneficiary.or(who),
            property => details.state(property),
        }
    }
    if details.phone.is_empty()
        && let Some(phone) = numbers::phone(&mail.said).or_else(|| numbers::phone(&mail.signature))
    {
        details.phone = phone;
        details.found.push("phone".to_owned());
    }
    if details.equipment.is_empty()
        && let Some(number) =
            [&mail.subject_core, &mail.said].into_iter().find_map(|text| numbers::equipment(text, &organisation.equipment))
    {
        details.equipment = number;
        details.found.push("equipment".to_owned());
    }
    (beneficiary, details)
}

/// What its author states in a later mail, as far as the ticket does not know it.
pub fn news(text: &str, ticket: &Ticket, organisation: &Organisation) -> Vec<Property> {
    let category = organisation.category(&ticket.service, &ticket.category);
    let mut news: Vec<Property> = Vec::new();
    for property in stated(text, category, &[]) {
        let same = |other: &Property| ticket.property(other) == ticket.property(&property) && other.word() == property.word();
        if ticket.property(&property) != property && !news.iter().any(same) {
            news.push(property);
        }
    }
    news
}

/// The field that a command names: `poste PC-0012`, `poste : PC-0012`, `poste = PC-0012`.
pub fn named(wanted: &[Wanted], args: &str) -> Result<Property, Why> {
    let ends = args.char_indices().filter(|(_, c)| c.is_whitespace() || matches!(c, ':' | '=')).map(|(at, _)| at).chain([args.len()]);
    // The longest name that is known.
    let found = ends.filter_map(|end| Some((wanted.iter().find(|one| is_called(one, &args[..end]))?, end))).next_back();
    let known = || wanted.iter().map(|wanted| wanted.name.clone()).collect();
    let (wanted, end) = found.ok_or_else(|| Why::NoSuchField { text: args.to_owned(), known: known() })?;
    Ok(wanted.property(args[end..].trim_start_matches([':', '=', ' ', '\u{a0}', '\u{202f}']).trim().to_owned()))
}

/// Lines `Name : value`, as properties.
fn stated(text: &str, category: Option<&Category>, people: &[&Mailbox]) -> Vec<Property> {
    let lines = text.lines().take(4 * LINES_MAX).filter_map(split).take(LINES_MAX);
    lines.filter_map(|(name, value)| property(name, value, category, people)).collect()
}

/// A line's name and its value; neither empty.
fn split(line: &str) -> Option<(&str, &str)> {
    let line = line.trim().trim_start_matches(['-', '•', '·', '–', '*', '>', ' ', '\u{a0}']);
    let (name, value) = line.split_once([':', '：'])?;
    let (name, value) = (name.trim_matches(['*', '_', ' ', '\u{a0}', '\u{202f}']), value.trim().trim_matches(['*', '_', ' ', '\u{a0}']));
    let good = !name.is_empty() && name.chars().count() <= NAME_MAX && !value.is_empty() && value.chars().count() <= VALUE_MAX;
    (good && !value.starts_with("//")).then_some((name, value))
}

fn property(name: &str, value: &str, category: Option<&Category>, people: &[&Mailbox]) -> Option<Property> {
    let wanted = category.and_then(|category| category.fields.iter().find(|wanted| is_called(wanted, name)));
    if let Some(wanted) = wanted {
        return Some(wanted.property(value.to_owned()));
    }
    match catalogue::find(&fold(name))?.verb {
        "phone" if value.chars().filter(char::is_ascii_digit).count() >= 4 => Some(Property::Phone(value.to_owned())),
        "equipment" => Some(Property::Equipment(value.to_owned())),
        "beneficiary" => person(value, people).map(|who| Property::Beneficiary(Some(who))),
        _ => None,
    }
}

/// An address, or the name of somebody who is in the mail.
fn person(value: &str, people: &[&Mailbox]) -> Option<Address> {
    let words = value.split([' ', '<', '>', '[', ']', '(', ')', ',', ';']).map(|word| word.trim_start_matches("mailto:"));
    let written: Vec<Address> = words.filter(|word| word.contains('@')).filter_map(|word| Address::parse(word).ok()).collect();
    if let [one, rest @ ..] = written.as_slice() {
        return rest.iter().all(|other| other == one).then(|| one.clone());
    }
    let folded = fold(value);
    let is = |mailbox: &&&Mailbox| {
        mailbox.name.as_ref().is_some_and(|name| fold(name) == folded || fold(name).split(' ').any(|part| part == folded))
    };
    match people.iter().filter(is).collect::<Vec<_>>().as_slice() {
        [one] => Some(one.address.clone()),
        _ => None,
    }
}

/// Do people mean this field by these words, whatever their case and accents?
fn is_called(wanted: &Wanted, words: &str) -> bool {
    let one_line = |text: &str| fold(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let words = one_line(words);
    [&wanted.key, &wanted.name].into_iter().chain(&wanted.also).any(|known| one_line(known) == words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Limits, read};

    fn organisation() -> Organisation {
        toml::from_str(
            r#"
            equipment = ["PC-####"]
            [[service]]
            key = "dsi"
            name = "DSI"
            [[service.category]]
            key = "poste"
            name = "Poste de travail"
            field = [{ key = "room", name = "Bureau", also = ["Salle", "Room number"], must = true }, { key = "equipment", name = "N° du poste" }]
            "#,
        )
        .unwrap()
    }

    fn told_by(text: &str) -> (Option<Address>, Details) {
        let organisation = organisation();
        let raw = format!("From: a@b.c\nTo: desk@d.e\nCc: Marie Leroy <marie@b.c>\nSubject: Panne de PC-1234\n\n{text}");
        told(&read(raw.as_bytes(), &Limits::default()), organisation.category("dsi", "poste"), &organisation)
    }

    #[test]
    fn p38_lines_of_a_template_are_stated_values() {
        let (who, details) =
            told_by("Bonjour,\n\nSalle : 2.14\n- Tél. : 4512\n * room NUMBER: 2.15\n• N° du poste : LX-9\nPour : Marie\nMerci");
        assert_eq!(details.fields, [("room".to_owned(), "2.15".to_owned())]);
        assert_eq!((details.equipment.as_str(), details.found.len()), ("LX-9", 0), "stated, so nothing is looked for");
        assert_eq!(who, Address::parse("marie@b.c").ok());
        let prose = "Je répète : rien ne marche.\nObjet : le même\nPour : demain\nhttps://x.y/z\nTel : rien";
        let (who, details) = told_by(prose);
        assert_eq!((who, details.fields.len(), details.phone.as_str()), (None, 0, ""), "prose states nothing");
    }

    #[test]
    fn p22_numbers_are_found_and_say_so() {
        let (_, details) = told_by("Elle ne démarre plus.\n\n-- \nAlice Martin\nFax : 01 11 11 11 11\nTél. 01.23.45.67.89");
        assert_eq!((details.phone.as_str(), details.equipment.as_str()), ("01 23 45 67 89", "PC-1234"));
        assert_eq!(details.found, ["phone", "equipment"]);
    }

    #[test]
    fn a_command_names_a_field_by_any_of_its_names() {
        let organisation = organisation();
        let wanted = organisation.fields("dsi", "poste");
        let room = |value: &str| Ok(Property::Field { key: "room".into(), value: value.into() });
        assert_eq!(named(wanted, "bureau 3.02"), room("3.02"));
        assert_eq!(named(wanted, "Room number = 3.02 bis"), room("3.02 bis"));
        assert_eq!(named(wanted, "salle :"), room(""));
        assert!(matches!(named(wanted, "étage 3"), Err(Why::NoSuchField { known, .. }) if known.len() == 2));
        assert!(matches!(named(&[], "salle 3"), Err(Why::NoSuchField { .. })));
    }
}
