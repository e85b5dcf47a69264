//! Who joins a conversation because a proven participant wrote to them too (PRODUCT P35). Own addresses, lists, robots
//! and people who belong already never do.

use crate::address::{Address, Mailbox};
use crate::mail::Incoming;
use crate::site::Site;

/// Local parts behind which nobody reads (RFC 2142 roles that answer by machine, and common practice).
const ROBOTS: &[&str] =
    &["noreply", "no-reply", "ne-pas-repondre", "nepasrepondre", "donotreply", "do-not-reply", "mailer-daemon", "postmaster"];

/// Endings of a list's service addresses.
const SERVICE_ENDINGS: &[&str] = &["-request", "-bounces", "-owner", "-unsubscribe", "-subscribe"];

/// Everybody in To and Cc but the desk itself, each once: those who have this mail already.
pub fn reached(mail: &Incoming, site: &Site) -> Vec<Address> {
    let mut people: Vec<Address> = Vec::new();
    for Mailbox { address, .. } in mail.to.iter().chain(&mail.cc) {
        if !site.is_own(address) && !people.contains(address) {
            people.push(address.clone());
        }
    }
    people
}

/// Those of `reached` who may become guests; `belongs` tells who is part of the ticket or handles it already, `is_list`
/// which addresses once sent through a list.
pub fn newcomers(reached: &[Address], belongs: impl Fn(&Address) -> bool, is_list: impl Fn(&Address) -> bool) -> Vec<Address> {
    reached.iter().filter(|who| !is_robot(who) && !belongs(who) && !is_list(who)).cloned().collect()
}

/// Whom a stranger probably is, of those who take part: the same person behind a tag, or the same name before another domain
/// (CASEBOOK A18). A hint for people, never an identity.
pub fn probably<'a>(stranger: &Address, people: &[&'a Address]) -> Option<&'a Address> {
    let bare = |who: &Address| who.without_tag().0.local().to_owned();
    let named = bare(stranger);
    let near = |who: &&&Address| who.domain() == stranger.domain();
    let alike: Vec<&&Address> = people.iter().filter(|who| bare(who) == named).collect();
    alike.iter().copied().find(near).or(alike.first().copied()).copied()
}

/// Nobody reads there: never written to by a machine, never a guest.
pub fn is_robot(address: &Address) -> bool {
    let local = address.local();
    let prefixed = local.starts_with("owner-") || local.starts_with("bounce-") || local.starts_with("bounces-");
    // No domain is there (RFC 2606 section 2): whoever was erased is put there.
    let nowhere = address.domain().ends_with(".invalid");
    nowhere || prefixed || ROBOTS.contains(&local) || SERVICE_ENDINGS.iter().any(|ending| local.ends_with(ending))
}
