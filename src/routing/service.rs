//! Which service and category a new ticket goes to, by the address that it was written to (PRODUCT P37).

use crate::address::Address;
use crate::desk::Organisation;
use crate::mail::Incoming;
use crate::site::Site;

/// Keys of service and category; an empty category is "to sort". `None` when the organisation has no service at all.
pub fn destination(mail: &Incoming, organisation: &Organisation, site: &Site) -> Option<(String, String)> {
    let addressed: Vec<&Address> = mail.to.iter().chain(&mail.cc).map(|mailbox| &mailbox.address).chain(&mail.delivered_to).collect();
    let by_tag = addressed.iter().filter(|address| site.is_own(address)).find_map(|address| by_tag(address, organisation));
    let by_address = || addressed.iter().find_map(|address| by_address(address, organisation));
    by_tag.or_else(by_address).or_else(|| organisation.services.first().map(|service| (service.key.clone(), String::new())))
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
