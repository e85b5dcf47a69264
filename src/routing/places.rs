//! Categories where an unsorted request may belong, told by its words (CAPABILITIES row 8).

use crate::desk::{Category, Organisation, Ticket};
use crate::knowledge;

/// Categories that are offered at most; none where no word tells.
const PLACES_MAX: usize = 3;
/// What a word of a category's name counts beside one of its description.
const STRONG: usize = 2;

/// Keys and names of the likely categories of the ticket's service, the likeliest first.
pub fn likely(organisation: &Organisation, ticket: &Ticket, text: &str) -> Vec<(String, String)> {
    let categories = organisation.service(&ticket.service).map_or(&[][..], |service| &service.categories);
    let open: Vec<&Category> = categories.iter().filter(|category| category.is_for(Some(&ticket.requester))).collect();
    if open.is_empty() {
        return vec![];
    }
    let asked = knowledge::words(&format!("{} {text}", ticket.title));
    let mut told: Vec<(usize, &Category)> = open.iter().map(|category| (points(category, &asked), *category)).collect();
    told.retain(|(points, _)| *points > 0);
    told.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
    told.truncate(PLACES_MAX);
    told.into_iter().map(|(_, category)| (category.key.clone(), category.name.clone())).collect()
}

fn points(category: &Category, asked: &[String]) -> usize {
    let named = knowledge::words(&category.name);
    let fields = category.fields.iter().map(|wanted| wanted.name.as_str());
    let about = knowledge::words(&fields.chain([category.about.as_str()]).collect::<Vec<_>>().join(" "));
    let point = |word: &String| match () {
        () if named.contains(word) => STRONG,
        () => usize::from(about.contains(word)),
    };
    asked.iter().map(point).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Category;

    #[test]
    fn row8_words_tell_and_names_count_twice() {
        let category = |name: &str, about: &str| Category { name: name.into(), about: about.into(), ..Category::default() };
        let asked = knowledge::words("Le wifi et les imprimantes du hall");
        assert_eq!(points(&category("Réseau", "Wifi, câble, VPN"), &asked), 1);
        assert_eq!(points(&category("Imprimantes", "toner"), &asked), 2);
        assert_eq!(points(&category("Paie", "salaire"), &asked), 0);
    }
}
