//! Which service and category a new ticket goes to, by the address that it was written to (PRODUCT P37).

use crate::address::Address;
use crate::desk::Organisation;
use crate::mail::Incoming;
use crate::mail::commands::fold;
use crate::site::Site;

/// Keys of service and category; an empty category is "to sort". `None` when the organisation has no service at all. Its address comes
/// first, then a tag in its subject, then what rules say of it.
pub fn destination(mail: &Incoming, organisation: &Organisation, site: &Site, ruled: Option<(String, String)>) -> Option<(String, String)> {
    let addressed: Vec<&Address> = mail.to.iter().chain(&mail.cc).map(|mailbox| &mailbox.address).chain(&mail.delivered_to).collect();
    let by_tag = addressed.iter().filter(|address| site.is_own(address)).find_map(|address| by_tag(address, organisation));
    let by_address = || addressed.iter().find_map(|address| by_address(address, organisation));
    let place = by_tag.or_else(|| by_subject(&mail.subject, organisation)).or(ruled);
    let place = place.or_else(by_address).or_else(|| organisation.services.first().map(|service| (service.key.clone(), String::new())));
    place.map(|place| allowed(place, mail.from.address(), organisation))
}

/// A category that is not for its author is to be sorted.
fn allowed((service, category): (String, String), author: Option<&Address>, organisation: &Organisation) -> (String, String) {
    let shut = organisation.category(&service, &category).is_some_and(|category| !category.is_for(author));
    if shut { (service, String::new()) } else { (service, category) }
}

/// `[Réseau]` in the subject: a category by its name, or its key.
fn by_subject(subject: &str, organisation: &Organisation) -> Option<(String, String)> {
    let tags = subject.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(tag, _)| fold(tag.trim()));
    let named = |tag: &str| {
        organisation.services.iter().find_map(|service| {
            let category = service.categories.iter().find(|category| category.key == tag || fold(&category.name) == tag)?;
            Some((service.key.clone(), category.key.clone()))
        })
    };
    tags.into_iter().find_map(|tag| named(&tag))
}

fn by_tag(address: &Address, organisation: &Organisation) -> Option<(String, String)> {
    let tag = address.without_tag().1?.to_owned();
    organisation.services.iter().find_map(|service| {
        let category = service.categories.iter().find(|category| category.tag.as_deref() == Some(tag.as_str()));
        match category {
            Some(category) => Some((service.key.clone(), category.key.clone())),
            None => (service.key == tag).then(|| (service.key.clone(), String::new())),
        }
    })
}

fn by_address(address: &Address, organisation: &Organisation) -> Option<(String, String)> {
    let base = address.without_tag().0;
    organisation.services.iter().find(|service| service.addresses.contains(&base)).map(|service| (service.key.clone(), String::new()))
}
