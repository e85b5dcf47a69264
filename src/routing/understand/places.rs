//! Services and categories as commands name them: by key, name, or an unmistakable beginning of one. Never a guess.

use crate::desk::{Organisation, Service, Ticket, Why};
use crate::mail::commands::fold;

/// Words for "no category".
const NONE: [&str; 5] = ["aucune", "a trier", "none", "to sort", "autre"];

/// A service and a category of it; the category is empty where the service alone is meant.
type Place = (String, String);

/// Where a ticket is sent.
pub fn place(organisation: &Organisation, written: &str) -> Result<Place, Why> {
    let all = organisation.services.iter().flat_map(|service| {
        let categories = service.categories.iter().map(move |category| (service, category.key.as_str(), category.name.as_str()));
        std::iter::once((service, "", service.name.as_str())).chain(categories)
    });
    pick(all.collect(), written).map(|(service, category)| (service.key.clone(), category.to_owned()))
}

/// A category of the ticket's own service.
pub fn category(organisation: &Organisation, ticket: &Ticket, written: &str) -> Result<String, Why> {
    if NONE.contains(&asked(written).as_str()) {
        return Ok(String::new());
    }
    let service = organisation.service(&ticket.service);
    let categories = service.iter().flat_map(|service| service.categories.iter().map(move |category| (*service, category)));
    let known = categories.map(|(service, category)| (service, category.key.as_str(), category.name.as_str())).collect();
    pick(known, written).map(|(_, category)| category.to_owned())
}

type Known<'a> = (&'a Service, &'a str, &'a str);

fn pick<'a>(known: Vec<Known<'a>>, written: &str) -> Result<(&'a Service, &'a str), Why> {
    let asked = asked(written);
    let key =
        |(service, category, _): &Known<'a>| if category.is_empty() { service.key.clone() } else { format!("{}/{category}", service.key) };
    let is = |place: &&Known<'a>| {
        let own = if place.1.is_empty() { place.0.key.as_str() } else { place.1 };
        [fold(own), fold(place.2), fold(&key(place)), fold(&format!("{} {}", place.0.name, place.2))].contains(&asked)
    };
    let begins =
        |place: &&Known<'a>| fold(place.2).split([' ', '-']).any(|part| part.starts_with(&asked)) || fold(place.2).starts_with(&asked);
    let exact: Vec<&Known<'a>> = known.iter().filter(is).collect();
    let found = if exact.is_empty() && !asked.is_empty() { known.iter().filter(begins).collect() } else { exact };
    match found.as_slice() {
        [one] => Ok((one.0, one.1)),
        [] => Err(Why::NoSuchPlace { text: written.to_owned(), known: known.iter().map(|place| place.2.to_owned()).collect() }),
        several => Err(Why::WhichPlace { candidates: several.iter().map(|place| key(place)).collect() }),
    }
}

fn asked(written: &str) -> String {
    let folded = fold(written.trim_matches(['.', '"', '«', '»', ' ', '\u{a0}']));
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}
