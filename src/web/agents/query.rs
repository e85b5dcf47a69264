//! What agents write into the search field: words, and a few operators. Pure.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::desk::{Organisation, Status, TicketId};
use crate::store::Search;

/// What was understood.
#[derive(Debug, Default, PartialEq)]
pub struct Query {
    /// The search.
    pub search: Search,
    /// It is the number of a ticket: `#12`.
    pub number: Option<TicketId>,
    /// What was not understood, as it was written.
    pub odd: Vec<String>,
}

/// Words for statuses, folded, in both languages; the first of each line is the status word itself.
const STATUSES: &[(&str, &[&str])] = &[
    ("free", &["free", "libre", "new", "nouveau"]),
    ("in_progress", &["in_progress", "progress", "encours", "en_cours"]),
    ("waiting_for_information", &["waiting_for_information", "waiting", "attente", "question"]),
    ("postponed", &["postponed", "reporte", "reportee"]),
    ("awaiting_approval", &["awaiting_approval", "approval", "solved", "resolu", "accord"]),
    ("approved", &["approved", "closed", "clos", "ferme"]),
    ("expired", &["expired", "expire"]),
    ("cancelled", &["cancelled", "canceled", "annule"]),
    ("refused", &["refused", "refuse"]),
    ("merged", &["merged", "fusionne"]),
];
/// `status:open` and its French.
const OPEN: &[&str] = &["open", "ouvert"];

/// Reads what was written. `services` are those that the agent may see.
pub fn read(text: &str, organisation: &Organisation, services: &[String], zone: &TimeZone) -> Query {
    let mut query = Query { search: Search { services: services.to_vec(), ..Search::default() }, ..Query::default() };
    let mut words: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        match word.split_once(':') {
            Some((operator, value)) if !value.is_empty() => {
                if !query.operator(&fold(operator), value, organisation, zone) {
                    words.push(word);
                }
            }
            _ => words.push(word),
        }
    }
    if let [one] = words[..] {
        query.number = one.strip_prefix('#').and_then(|number| number.parse().ok());
    }
    query.search.words = words.join(" ");
    query
}

impl Query {
    /// False: that is no operator.
    fn operator(&mut self, operator: &str, value: &str, organisation: &Organisation, zone: &TimeZone) -> bool {
        let known = match operator {
            "status" | "statut" | "etat" => self.status(&fold(value)),
            "service" => self.service(&fold(value), organisation),
            "from" | "person" | "de" | "personne" | "qui" => {
                self.search.person = Some(value.to_owned());
                true
            }
            "after" | "since" | "apres" | "depuis" => day(value, zone).map(|day| self.search.since = Some(day)).is_some(),
            "before" | "until" | "avant" => day(value, zone).map(|day| self.search.until = Some(day)).is_some(),
            "date" | "on" | "le" => self.on(value, zone),
            _ => return false,
        };
        if !known {
            self.odd.push(format!("{operator}:{value}"));
        }
        true
    }

    fn status(&mut self, value: &str) -> bool {
        if OPEN.contains(&value) {
            self.search.status.extend(Status::OPEN.map(str::to_owned));
            return true;
        }
        let known = STATUSES.iter().find(|(_, words)| words.contains(&value)).map(|(status, _)| (*status).to_owned());
        self.search.status.extend(known.clone());
        known.is_some()
    }

    fn service(&mut self, value: &str, organisation: &Organisation) -> bool {
        let named = |key: &String| fold(key) == value || organisation.service(key).is_some_and(|service| fold(&service.name) == value);
        let asked: Vec<String> = self.search.services.iter().filter(|key| named(key)).cloned().collect();
        let known = !asked.is_empty();
        if known {
            self.search.services = asked;
        }
        known
    }

    fn on(&mut self, value: &str, zone: &TimeZone) -> bool {
        let Some((from, next)) = date(value).and_then(|day| Some((start(day, zone)?, start(day.checked_add(1.day()).ok()?, zone)?))) else {
            return false;
        };
        (self.search.since, self.search.until) = (Some(from), Some(next));
        true
    }
}

/// `2026-11-20` or `20/11/2026`.
fn date(text: &str) -> Option<Date> {
    if let Ok(date) = text.parse() {
        return Some(date);
    }
    let parts: Vec<&str> = text.split(['/', '.']).collect();
    let [day, month, year] = parts[..] else { return None };
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn start(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    date.to_zoned(zone.clone()).ok().map(|day| day.timestamp())
}

fn day(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    start(date(text)?, zone)
}

/// Without capitals, accents and spaces.
fn fold(text: &str) -> String {
    let plain = |c: char| match c {
        'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        ' ' | '-' => '_',
        c => c,
    };
    text.to_lowercase().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Query {
        let organisation = "[[service]]\nkey = \"dsi\"\nname = \"Support DSI\"\n[[service]]\nkey = \"logistique\"\nname = \"Logistique\"\n";
        let organisation: Organisation = toml::from_str(organisation).unwrap();
        read(text, &organisation, &["dsi".into(), "logistique".into()], &TimeZone::get("Europe/Paris").unwrap())
    }

    #[test]
    fn operators_narrow_and_the_rest_is_words() {
        let query = read_all("imprimante statut:libre STATUS:réporté service:logistique de:alice@cust.test bac:2");
        assert_eq!(query.search.words, "imprimante bac:2");
        assert_eq!(query.search.status, ["free", "postponed"]);
        assert_eq!((query.search.services, query.search.person.as_deref()), (vec!["logistique".to_owned()], Some("alice@cust.test")));
        let dated = read_all("after:2026-11-20 avant:21/11/2026").search;
        assert_eq!(dated.since.unwrap().to_string(), "2026-11-19T23:00:00Z");
        assert_eq!(dated.until.unwrap().to_string(), "2026-11-20T23:00:00Z");
        assert_eq!(read_all("le:20/11/2026").search.until, dated.until);
        assert_eq!(read_all("status:open").search.status.len(), 5);
    }

    #[test]
    fn what_is_odd_is_said_and_nobody_elses_service_is_searched() {
        let query = read_all("status:dancing service:compta before:32/13/2026 x");
        assert_eq!(query.odd, ["status:dancing", "service:compta", "before:32/13/2026"]);
        assert_eq!((query.search.words.as_str(), query.search.services.len()), ("x", 2));
        assert_eq!((read_all("#12").number, read_all("12").number, read_all("#12 x").number), (Some(12), None, None));
    }
}
