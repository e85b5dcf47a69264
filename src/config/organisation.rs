//! The organisation file: read, and checked beside itself and the desk's addresses. All faults at once.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use jiff::SignedDuration;

use super::fault::{Fault, Faults, Places};
use super::meant::shown;
use super::read::read;
use crate::address::Address;
use crate::desk::canned::VARIABLES;
use crate::desk::rules::pattern;
use crate::desk::{Agent, Canned, Category, Organisation, Rule, Service, Target, Wanted};

/// Working time that is promised at most.
const TARGET_MAX: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Reads and checks an organisation file. `own` are the desk's own addresses, without tags.
pub fn read_organisation(file: &Path, own: &[Address]) -> Result<Organisation, Faults> {
    let name = shown(file);
    let text = fs::read_to_string(file).map_err(|error| Fault::of_file(&name, format!("the organisation cannot be read: {error}")))?;
    let (organisation, places) = read::<Organisation>(&name, &text)?;
    let mut check = Check { places: &places, own, faults: vec![], taken: HashSet::new() };
    check.demand(!organisation.services.is_empty(), "service", "at least one [[service]] is needed");
    for (index, pattern) in organisation.equipment.iter().enumerate() {
        let good = pattern.contains(['#', '@']) && !pattern.starts_with('*') && pattern.chars().count() >= 3;
        check.demand(
            good,
            &format!("equipment[{index}]"),
            "a pattern like \"PC-####\": # is a digit, @ a letter, * more of the one before",
        );
    }
    for (index, address) in organisation.shared.iter().enumerate() {
        check.demand(!check.is_own(address), &format!("shared[{index}]"), "this is the desk itself");
    }
    for (index, service) in organisation.services.iter().enumerate() {
        let served = organisation.members(&service.key).next().is_some();
        check.demand(served, &format!("service[{index}].key"), "no agent is a member: its tickets would reach nobody");
        check.service(&format!("service[{index}]"), service);
        let headed = service.head.as_ref().is_none_or(|head| organisation.membership(head, &service.key).is_some());
        check.demand(headed, &format!("service[{index}].head"), "the head is no agent of this service");
    }
    for (index, canned) in organisation.answers.iter().enumerate() {
        check.canned(&format!("answer[{index}]"), canned, &organisation);
    }
    for (index, rule) in organisation.rules.iter().enumerate() {
        check.rule(&format!("rule[{index}]"), rule, &organisation);
    }
    for (index, agent) in organisation.agents.iter().enumerate() {
        check.agent(&format!("agent[{index}]"), agent, &organisation);
    }
    let mut faults = check.faults;
    faults.sort_by_key(|fault| (fault.line, fault.column));
    if faults.is_empty() { Ok(organisation) } else { Err(Faults(faults)) }
}

struct Check<'a> {
    places: &'a Places,
    own: &'a [Address],
    faults: Vec<Fault>,
    /// What may stand once in the file: a kind, and a name.
    taken: HashSet<(&'static str, String)>,
}

impl Check<'_> {
    fn demand(&mut self, well: bool, key: &str, reason: &str) {
        if !well {
            self.faults.push(self.places.fault(key, reason));
        }
    }

    fn once(&mut self, kind: &'static str, name: String, key: &str) {
        let new = self.taken.insert((kind, name));
        self.demand(new, key, "this is in the file already");
    }

    fn service(&mut self, at: &str, service: &Service) {
        self.word(&format!("{at}.key"), &service.key);
        self.once("service", service.key.clone(), &format!("{at}.key"));
        self.demand(is_name(&service.name), &format!("{at}.name"), "a name is one line of text");
        for (index, address) in service.addresses.iter().enumerate() {
            let key = format!("{at}.addresses[{index}]");
            let reason = "mail to this address does not come to the desk: add it to site.aliases";
            self.demand(self.is_own(address), &key, reason);
            self.once("address", address.to_string(), &key);
        }
        let other = service.other.as_ref().filter(|key| !key.is_empty());
        let told = |key: &String| service.categories.iter().any(|category| category.key == *key && !category.confidential);
        self.demand(other.is_none_or(told), &format!("{at}.other"), "there is no such category, or mails must not tell of it");
        for (index, category) in service.categories.iter().enumerate() {
            let at = format!("{at}.category[{index}]");
            self.word(&format!("{at}.key"), &category.key);
            self.once("category", format!("{} {}", service.key, category.key), &format!("{at}.key"));
            self.demand(is_name(&category.name), &format!("{at}.name"), "a name is one line of text");
            if let Some(tag) = &category.tag {
                self.word(&format!("{at}.tag"), tag);
                self.once("tag", tag.clone(), &format!("{at}.tag"));
            }
            for (index, target) in category.targets.iter().enumerate() {
                self.target(&format!("{at}.target[{index}]"), target);
            }
            for (index, wanted) in category.fields.iter().enumerate() {
                self.wanted(&format!("{at}.field[{index}]"), wanted, category);
            }
        }
        for (index, target) in service.targets.iter().enumerate() {
            self.target(&format!("{at}.target[{index}]"), target);
        }
        for (index, guest) in service.permanent_guests.iter().enumerate() {
            let reason = "this is the desk itself: it would write to itself";
            self.demand(!self.is_own(guest), &format!("{at}.permanent_guests[{index}]"), reason);
        }
    }

    fn target(&mut self, at: &str, target: &Target) {
        for (key, time) in [("response", target.response), ("resolution", target.resolution)] {
            let good = time.is_none_or(|time| time.is_positive() && time <= TARGET_MAX);
            self.demand(good, &format!("{at}.{key}"), "a time looks like \"4h\" or \"1h 30m\", working time, a year at most");
        }
        let promises = target.response.is_some() || target.resolution.is_some();
        self.demand(promises, at, "response or resolution: otherwise nothing is promised");
    }

    fn wanted(&mut self, at: &str, wanted: &Wanted, category: &Category) {
        self.word(&format!("{at}.key"), &wanted.key);
        let same = category.fields.iter().filter(|other| other.key == wanted.key).count();
        self.demand(same == 1, &format!("{at}.key"), "this is in the file already");
        let names = std::iter::once(&wanted.name).chain(&wanted.also);
        let good = names.clone().all(|name| is_name(name) && !name.contains(':')) && wanted.name.chars().count() <= 40;
        self.demand(good, &format!("{at}.name"), "a name is a few words on one line, without a colon");
    }

    fn canned(&mut self, at: &str, canned: &Canned, organisation: &Organisation) {
        self.word(&format!("{at}.key"), &canned.key);
        let scope = canned.service.clone().unwrap_or_default();
        self.once("answer", format!("{scope} {}", canned.key), &format!("{at}.key"));
        self.demand(is_name(&canned.title), &format!("{at}.title"), "a title is one line of text");
        let known = canned.service.as_ref().is_none_or(|service| organisation.service(service).is_some());
        self.demand(known, &format!("{at}.service"), "there is no service of this key");
        self.demand(!canned.text.trim().is_empty(), &format!("{at}.text"), "an answer says something");
        if let Some(name) = canned.unknown() {
            let known = VARIABLES.map(|name| format!("{{{{{name}}}}}")).join(", ");
            self.demand(false, &format!("{at}.text"), &format!("there is no {{{{{name}}}}}: known are {known}"));
        }
    }

    fn rule(&mut self, at: &str, rule: &Rule, organisation: &Organisation) {
        self.demand(is_name(&rule.name), &format!("{at}.name"), "a name is one line of text");
        self.demand(rule.patterns().next().is_some(), at, "a rule without any pattern would fit every mail");
        self.demand(rule.has_effect(), at, "this rule does nothing: give it a category, an urgency, junk, hold or stop");
        for (key, text) in rule.patterns() {
            if let Err(reason) = pattern(text) {
                self.faults.push(self.places.fault(&format!("{at}.{key}"), reason));
            }
        }
        if let Some((service, category)) = rule.place() {
            let known =
                organisation.service(service).is_some() && (category.is_empty() || organisation.category(service, category).is_some());
            self.demand(known, &format!("{at}.category"), "there is no such place: \"service\" or \"service/category\", by their keys");
        }
    }

    fn agent(&mut self, at: &str, agent: &Agent, organisation: &Organisation) {
        let address = format!("{at}.address");
        self.once("agent", agent.address.to_string(), &address);
        self.demand(!self.is_own(&agent.address), &address, "this is the desk itself: it would write to itself");
        self.demand(is_name(&agent.name), &format!("{at}.name"), "a name is one line of text");
        let deputy = agent.deputy.as_ref().is_none_or(|deputy| *deputy != agent.address && organisation.agent(deputy).is_some());
        self.demand(deputy, &format!("{at}.deputy"), "the deputy is no other agent of this file");
        let language = agent.language.as_ref().is_none_or(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_lowercase()));
        self.demand(language, &format!("{at}.language"), "a language is two letters, like \"fr\" or \"en\"");
        for (index, member) in agent.memberships.iter().enumerate() {
            let key = format!("{at}.member[{index}].service");
            self.demand(organisation.service(&member.service).is_some(), &key, "there is no service of this key");
            self.once("member", format!("{} {}", agent.address, member.service), &key);
            for (number, category) in member.categories.iter().enumerate() {
                let known = organisation.category(&member.service, category).is_some();
                self.demand(known, &format!("{at}.member[{index}].categories[{number}]"), "there is no such category in this service");
            }
        }
    }

    fn word(&mut self, key: &str, text: &str) {
        let word = !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        self.demand(word, key, "one word of a-z, 0-9, - and _");
    }

    fn is_own(&self, address: &Address) -> bool {
        self.own.contains(&address.without_tag().0)
    }
}

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}
