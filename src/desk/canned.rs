//! Prepared answers: those of a service, those that an agent keeps for themselves, and the few variables in them.

use serde::{Deserialize, Serialize};

use super::organisation::Organisation;
use super::ticket::Ticket;
use crate::address::Address;

/// What may stand between double braces in a prepared answer: `{{requester}}`.
pub const VARIABLES: [&str; 4] = ["requester", "number", "agent", "service"];

/// A prepared answer: `#canned vpn`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canned {
    /// Stable word: `vpn`.
    pub key: String,
    /// What agents read in lists.
    pub title: String,
    /// The service whose agents have it; none: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The answer, in the language of its readers.
    pub text: String,
}

impl Canned {
    /// The answer with words of one's own after it.
    pub fn with(&self, words: &str) -> String {
        [self.text.trim(), words.trim()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
    }

    /// The first variable of it that is none.
    pub fn unknown(&self) -> Option<&str> {
        let mut rest = self.text.as_str();
        while let Some((_, name, after)) = variable(rest) {
            if !VARIABLES.contains(&name) {
                return Some(name);
            }
            rest = after;
        }
        None
    }

    /// The same with values for its variables; in one pass, so that a value is never read again.
    fn filled(&self, value: impl Fn(&str) -> String) -> Canned {
        let (mut text, mut rest) = (String::new(), self.text.as_str());
        while let Some((before, name, after)) = variable(rest) {
            text += before;
            text += &value(name);
            rest = after;
        }
        Canned { text: text + rest, service: None, ..self.clone() }
    }
}

/// What stands before the next variable, its name, and what comes after it.
fn variable(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name.trim(), after))
}

impl Organisation {
    /// Prepared answers of a service: an agent's own first, which take the place of those with the same key.
    pub fn answers_of<'a>(&'a self, service: &'a str, agent: Option<&Address>) -> Vec<&'a Canned> {
        let own = agent.and_then(|agent| self.own_answers.get(agent)).map_or(&[][..], Vec::as_slice);
        let shared = self.answers.iter().filter(|canned| canned.service.as_deref().is_none_or(|only| only == service));
        own.iter().chain(shared.filter(|canned| own.iter().all(|mine| mine.key != canned.key))).collect()
    }

    /// The organisation whose prepared answers are those that an agent has for a ticket, with values in them; `requester` is
    /// what the requester is called.
    pub fn answering(&self, ticket: &Ticket, agent: &Address, requester: &str) -> Organisation {
        let value = |name: &str| match name {
            "requester" => requester.to_owned(),
            "number" => format!("#{}", ticket.id),
            "agent" => self.agent(agent).map_or_else(|| agent.to_string(), |agent| agent.name.clone()),
            "service" => self.service(&ticket.service).map(|service| service.name.clone()).unwrap_or_default(),
            other => format!("{{{{{other}}}}}"),
        };
        let answers = self.answers_of(&ticket.service, Some(agent)).into_iter().map(|canned| canned.filled(value)).collect();
        Organisation { answers, own_answers: Default::default(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canned(text: &str) -> Canned {
        Canned { key: "vpn".into(), title: "VPN".into(), service: None, text: text.into() }
    }

    #[test]
    fn row72_variables_are_filled_once_and_unknown_ones_are_told() {
        let value = |name: &str| if name == "requester" { "{{number}}".to_owned() } else { format!("<{name}>") };
        let filled = |text: &str| canned(text).filled(value).text;
        assert_eq!(filled("Bonjour {{requester}}, {{ number }} : {x} {{"), "Bonjour {{number}}, <number> : {x} {{");
        assert_eq!(filled("}} rien"), "}} rien");
        assert_eq!(canned("{{requester}} {{ agent }} {{service}} {{number}}").unknown(), None);
        assert_eq!(canned("{{requester}} {{password}}").unknown(), Some("password"));
    }

    #[test]
    fn row72_an_agent_s_own_answer_takes_the_place_of_the_shared_one() {
        let karim = Address::parse("karim@desk.test").ok();
        let mut organisation = Organisation { answers: vec![canned("shared")], ..Organisation::default() };
        organisation.own_answers.extend(karim.clone().map(|karim| (karim, vec![canned("own")])));
        let texts =
            |agent: Option<&Address>| organisation.answers_of("dsi", agent).into_iter().map(|one| one.text.clone()).collect::<Vec<_>>();
        assert_eq!((texts(karim.as_ref()), texts(None)), (vec!["own".to_owned()], vec!["shared".to_owned()]));
    }
}
