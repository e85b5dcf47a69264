//! A service's staff, and what changed of it, in words: in mails and on the service's page alike.

use jiff::tz::TimeZone;

use super::language::Words;
use super::names;
use crate::desk::{Membership, Organisation, Privilege, Staffing, TicketId};

/// Addresses that a line lists before it counts.
const LISTED: usize = 20;

/// What somebody may do, as a list.
pub fn may(words: &Words, may: &[Privilege]) -> String {
    let listed: Vec<&str> =
        Privilege::ALL.iter().filter(|one| may.contains(one)).map(|one| words.term("page.privilege", one.word())).collect();
    if listed.is_empty() { words.say("page.service.may_nothing", &[]) } else { listed.join(", ") }
}

/// The names of the categories that are somebody's especially.
pub fn categories(organisation: &Organisation, member: &Membership) -> String {
    let name = |key: &String| organisation.category(&member.service, key).map_or_else(|| key.clone(), |category| category.name.clone());
    member.categories.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// What somebody hears of a service, and of the categories of theirs where that is more.
pub fn hears(words: &Words, organisation: &Organisation, member: &Membership) -> String {
    let [level, theirs] = [member.hears, member.hears_theirs()].map(|level| words.term("page.hears", level.word()));
    if member.categories.is_empty() || member.hears_theirs() == member.hears {
        return level.to_owned();
    }
    words.say("page.service.hears_both", &[("level", level), ("names", &categories(organisation, member)), ("theirs", theirs)])
}

/// All changes, each with the name of its agent where it has one, and what became of tickets.
pub fn lines(
    words: &Words,
    zone: &TimeZone,
    (what, named): (&[Staffing], &[String]),
    handed: &[(TicketId, Option<String>)],
) -> Vec<String> {
    let mut named = named.iter();
    let told = what.iter().flat_map(|one| {
        let name = one.agent().and_then(|_| named.next()).map_or("", String::as_str);
        line(words, zone, one, name)
    });
    told.chain(handed.iter().map(|(ticket, heir)| {
        let number = ticket.to_string();
        match heir {
            Some(heir) => words.say("staffed.given", &[("number", &number), ("who", &names::title(heir))]),
            None => words.say("staffed.freed", &[("number", &number)]),
        }
    }))
    .collect()
}

/// One change; `name` is what its agent is called.
pub fn line(words: &Words, zone: &TimeZone, what: &Staffing, name: &str) -> Vec<String> {
    let name = names::title(name);
    let who = ("who", name.as_str());
    match what {
        Staffing::Joins { may: now, .. } => vec![words.say("staffed.joins", &[who, ("may", &may(words, now))])],
        Staffing::May { may: now, lost, .. } => {
            let no_more = (!lost.is_empty()).then(|| words.say("staffed.lost", &[who, ("may", &may(words, lost))]));
            [words.say("staffed.may", &[who, ("may", &may(words, now))])].into_iter().chain(no_more).collect()
        }
        Staffing::Leaves { .. } => vec![words.say("staffed.leaves", &[who])],
        Staffing::Away { until: Some(until), .. } => vec![words.say("staffed.away", &[who, ("until", &words.date(*until, zone))])],
        Staffing::Away { until: None, .. } => vec![words.say("staffed.back", &[who])],
        Staffing::Guests { category, guests } => {
            let more = guests.len().saturating_sub(LISTED);
            let mut listed: Vec<String> = guests.iter().take(LISTED).map(ToString::to_string).collect();
            listed.extend((more > 0).then(|| format!("+{more}")));
            let all = if listed.is_empty() { words.say("page.service.none", &[]) } else { listed.join(", ") };
            let key = if category.is_empty() { "staffed.guests" } else { "staffed.guests_of" };
            vec![words.say(key, &[("guests", &all), ("category", category)])]
        }
    }
}
