//! People as commands name them.

use super::Asked;
use crate::address::Address;
use crate::desk::Why;
use crate::mail::commands::fold;

/// One agent of the ticket's service: by address, `me`, a name, or an unmistakable beginning of one. Never a guess.
pub fn agent(asked: &Asked<'_>, written: &str) -> Result<Address, Why> {
    let who = fold(bracketed(written).trim_matches(['@', '.', '<', '>', '"', ' ']).trim_start_matches("mailto:"));
    if matches!(who.as_str(), "moi" | "me" | "myself") {
        return Ok(asked.author.clone());
    }
    let members = || asked.organisation.members(&asked.ticket.service).map(|(agent, _)| (fold(&agent.name), &agent.address));
    let is = |(name, address): &(String, &Address)| {
        address.as_str() == who || address.local() == who || *name == who || name.split([' ', '-']).any(|part| part == who)
    };
    let begins = |(name, _): &(String, &Address)| name.starts_with(&who) || name.split([' ', '-']).any(|part| part.starts_with(&who));
    let pick = |fits: &dyn Fn(&(String, &Address)) -> bool| members().filter(fits).map(|(_, address)| address.clone()).collect::<Vec<_>>();
    let exact = pick(&is);
    let candidates = if exact.is_empty() && !who.is_empty() { pick(&begins) } else { exact };
    match candidates.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Why::NotAnAgent { who: written.to_owned() }),
        _ => Err(Why::Ambiguous { candidates }),
    }
}

/// Somebody: an address, `me`, or an unmistakable beginning of a participant's.
pub fn participant(asked: &Asked<'_>, written: &str) -> Result<Address, Why> {
    if let Ok(people) = addresses(written) {
        return match people.as_slice() {
            [one] => Ok(one.clone()),
            _ => Err(Why::Ambiguous { candidates: people }),
        };
    }
    let who = fold(written.trim_matches(['@', '.', ' ']));
    if matches!(who.as_str(), "moi" | "me" | "myself") {
        return Ok(asked.author.clone());
    }
    let names: Vec<&str> = who.split_whitespace().collect();
    let all = asked.ticket.participants();
    let part = |address: &Address, name: &str| address.local().split(['.', '-', '_']).any(|part| part.starts_with(name));
    let fits = |address: &&&Address| !names.is_empty() && (address.local() == who || names.iter().all(|name| part(address, name)));
    let found: Vec<Address> = all.iter().filter(fits).map(|who| (*who).clone()).collect();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Why::NotAnAddress { text: written.to_owned() }),
        _ => Err(Why::Ambiguous { candidates: found }),
    }
}

/// Exactly one address: somebody who may be new to the ticket is named in full.
pub fn anybody(written: &str) -> Result<Address, Why> {
    match addresses(written)?.as_slice() {
        [one] => Ok(one.clone()),
        several => Err(Why::Ambiguous { candidates: several.to_vec() }),
    }
}

/// Addresses: `a@x, b@y`, `Bob <b@y>`, and what clients make of them (`b@y<mailto:b@y>`).
pub fn addresses(written: &str) -> Result<Vec<Address>, Why> {
    let words = written.split([',', ';', ' ', '<', '>', '(', ')', '[', ']']).map(|word| word.trim_matches(['"', '\'', '.', '*']));
    let mailboxes = words.map(|word| word.strip_prefix("mailto:").unwrap_or(word)).filter(|word| word.contains('@'));
    let mut people: Vec<Address> = Vec::new();
    for mailbox in mailboxes {
        let address = Address::parse(mailbox).map_err(|_| Why::NotAnAddress { text: mailbox.to_owned() })?;
        if !people.contains(&address) {
            people.push(address);
        }
    }
    if people.is_empty() { Err(Why::NotAnAddress { text: written.to_owned() }) } else { Ok(people) }
}

fn bracketed(written: &str) -> &str {
    written.split_once('<').map_or(written, |(_, inside)| inside.trim_end_matches(['>', ' ', '.']))
}
