//! What somebody chose for themselves: it lies over what the organisation declares for them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Weekday;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

use super::canned::Canned;
use super::monitoring::Monitoring;
use super::organisation::Organisation;
use crate::address::Address;

/// Somebody's choices; all may be absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// ISO 639-1 of mails and pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What they hear, by key of the service.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub hears: BTreeMap<String, Monitoring>,
    /// What they hear of the categories that are theirs, by key of the service.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub hears_categories: BTreeMap<String, Monitoring>,
    /// Away until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub away_until: Option<Timestamp>,
    /// The absence that they were asked about last, as their mailbox announced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed: Option<Proposed>,
    /// Other addresses of theirs, as both mailboxes said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Address>,
    /// Who said last that this address is theirs, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed: Option<Claimed>,
    /// Under their answers from the pages.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub signature: String,
    /// Prepared answers of their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Canned>,
    /// Hours of the day, in their own zone, at which their report is mailed: 0 to 23.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub report_at: BTreeSet<i8>,
    /// IANA name of the zone of those hours; none: the site's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Also on Saturdays and Sundays.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub report_on_weekends: bool,
}

/// An absence that somebody is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// When they are back.
    pub until: Timestamp,
    /// When they were asked.
    pub at: Timestamp,
}

/// Somebody says that an address is theirs, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    /// Who.
    pub by: Address,
    /// When its mailbox was asked.
    pub at: Timestamp,
}

impl Preferences {
    /// Would it be news to them that they are away until then, and were they not asked since that time?
    pub fn is_news(&self, until: Timestamp, since: Timestamp) -> bool {
        let asked = self.proposed.as_ref().is_some_and(|proposed| proposed.until == until || proposed.at > since);
        !asked && self.away_until.is_none_or(|known| known < until)
    }

    /// Who said that this address is theirs, too, when its mailbox was asked then; none: another one has said so since.
    pub fn claimed_at(&self, asked: Timestamp) -> Option<&Address> {
        self.claimed.as_ref().filter(|claimed| claimed.at == asked).map(|claimed| &claimed.by)
    }

    /// The hour of that day whose report is due by then, caught up when it was missed; none: no report.
    pub fn report_due(&self, now: &Zoned) -> Option<i8> {
        let weekend = matches!(now.weekday(), Weekday::Saturday | Weekday::Sunday);
        if weekend && !self.report_on_weekends || self.is_away(now.timestamp()) {
            return None;
        }
        self.report_at.range(..=now.hour()).next_back().copied()
    }

    /// Away at that time?
    pub fn is_away(&self, now: Timestamp) -> bool {
        self.away_until.is_some_and(|until| now < until)
    }
}

impl Organisation {
    /// The organisation with an agent's own choices.
    pub fn prefer(&mut self, person: &Address, preferences: &Preferences) {
        if !preferences.answers.is_empty() {
            self.own_answers.insert(person.clone(), preferences.answers.clone());
        }
        for agent in self.agents.iter_mut().filter(|agent| agent.address == *person) {
            agent.language = preferences.language.clone().or(agent.language.take());
            for membership in &mut agent.memberships {
                membership.hears = preferences.hears.get(&membership.service).copied().unwrap_or(membership.hears);
                membership.hears_categories =
                    preferences.hears_categories.get(&membership.service).copied().or(membership.hears_categories);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_due_from_its_hour_on_and_not_when_away() {
        let at = |text: &str| text.parse::<Zoned>().unwrap();
        let chosen = Preferences { report_at: [8, 14].into(), ..Preferences::default() };
        for (now, due) in [
            ("2026-01-05T07:59:59[Europe/Paris]", None),
            ("2026-01-05T08:00:00[Europe/Paris]", Some(8)),
            ("2026-01-05T13:30:00[Europe/Paris]", Some(8)),
            ("2026-01-05T22:00:00[Europe/Paris]", Some(14)),
            ("2026-01-10T09:00:00[Europe/Paris]", None),
        ] {
            assert_eq!(chosen.report_due(&at(now)), due, "{now}");
        }
        let saturday = at("2026-01-10T09:00:00[Europe/Paris]");
        assert_eq!(Preferences { report_on_weekends: true, ..chosen.clone() }.report_due(&saturday), Some(8));
        let monday = at("2026-01-05T09:00:00[Europe/Paris]");
        let away_until = Some(monday.timestamp() + jiff::SignedDuration::from_hours(1));
        assert_eq!(Preferences { away_until, ..chosen }.report_due(&monday), None);
    }

    #[test]
    fn row38_an_absence_is_asked_about_once_and_not_too_often() {
        let at = |days: i64| Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(24 * days);
        let proposed = Some(Proposed { until: at(20), at: at(10) });
        let known = Preferences { proposed, ..Preferences::default() };
        assert!(Preferences::default().is_news(at(20), at(3)));
        assert!(!known.is_news(at(20), at(15)), "the same one");
        assert!(!known.is_news(at(30), at(9)), "too soon");
        assert!(known.is_news(at(30), at(10)));
        assert!(!Preferences { away_until: Some(at(40)), ..known }.is_news(at(30), at(15)), "they have said it already");
    }

    #[test]
    fn choices_lie_over_what_is_declared() {
        let declared = "[[agent]]\naddress = \"ag1@desk.test\"\nname = \"Karim\"\nlanguage = \"fr\"\n[[agent.member]]\nservice = \"dsi\"\n";
        let mut organisation: Organisation = toml::from_str(declared).unwrap();
        let person = Address::parse("ag1@desk.test").unwrap();
        let hears = BTreeMap::from([("dsi".to_owned(), Monitoring::Always), ("other".to_owned(), Monitoring::Never)]);
        organisation.prefer(&person, &Preferences { hears, ..Preferences::default() });
        let agent = organisation.agent(&person).unwrap();
        assert_eq!((agent.language.as_deref(), agent.memberships[0].hears), (Some("fr"), Monitoring::Always));
        organisation.prefer(&person, &Preferences { language: Some("en".into()), ..Preferences::default() });
        assert_eq!(organisation.agent(&person).unwrap().language.as_deref(), Some("en"));
    }
}
