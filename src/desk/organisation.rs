//! Services, categories, agents: who handles what, as `organisation.toml` declares it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::canned::Canned;
use super::ticket::Property;
use crate::address::Address;

/// Everything that the organisation declares.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// How numbers of equipment look on labels: `#` is a digit, `@` a letter, `*` more of the one before; all else stands for
    /// itself, whatever its case. `PC-####`, `@@-#*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equipment: Vec<String>,
    /// Departments that handle requests; the first is the default.
    #[serde(default, rename = "service")]
    pub services: Vec<Service>,
    /// People who handle tickets.
    #[serde(default, rename = "agent")]
    pub agents: Vec<Agent>,
    /// Prepared answers.
    #[serde(default, rename = "answer", skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Canned>,
    /// Prepared answers that agents keep for themselves: chosen on their page, never in the file.
    #[serde(skip)]
    pub own_answers: BTreeMap<Address, Vec<Canned>>,
}

/// A department that handles categories of requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Stable word, lower case: `dsi`.
    pub key: String,
    /// What people read: `Support DSI`.
    pub name: String,
    /// Address or `+tag` of the desk that leads here; none: only as default or by transfer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// Kinds of requests.
    #[serde(default, rename = "category", skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    /// Guests of every ticket of the service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permanent_guests: Vec<Address>,
}

/// A kind of request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Stable word: `reseau`.
    pub key: String,
    /// What people read.
    pub name: String,
    /// `+tag` of the desk's address that leads here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// What belongs here, for whoever chooses; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What a request should tell: the lines of its template.
    #[serde(default, rename = "field", skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Wanted>,
}

/// A line of a category's template: `Poste : PC-0012`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Stable word; `phone` and `equipment` are those of every ticket.
    pub key: String,
    /// What stands before the colon: `Poste`.
    pub name: String,
    /// Other words that people write there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// Asked for in the acknowledgement while it is missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub must: bool,
}

/// Somebody who handles tickets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Where they read and write.
    pub address: Address,
    /// What people read: `Karim Benali`.
    pub name: String,
    /// ISO 639-1; the site's default otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Memberships.
    #[serde(default, rename = "member", skip_serializing_if = "Vec::is_empty")]
    pub memberships: Vec<Membership>,
    /// No longer here: nothing from this address is obeyed or sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// An agent's place in a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// Key of the service.
    pub service: String,
    /// What they may do there.
    #[serde(default = "Privilege::usual")]
    pub may: Vec<Privilege>,
    /// What they hear of new and changed tickets that are not theirs.
    #[serde(default)]
    pub hears: Monitoring,
}

/// What an agent may do in a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privilege {
    /// Take a free ticket.
    TakeFree,
    /// Take a ticket that another has.
    TakeAssigned,
    /// Give tickets to others.
    Assign,
    /// Refuse a ticket.
    Refuse,
    /// Send it to another service.
    Transfer,
    /// Bring it back from its end.
    Reopen,
    /// Change title, urgency, category, people.
    ManageProperties,
    /// Change the service's agents.
    ManageAgents,
    /// Change the service's categories.
    ManageCategories,
    /// Write articles.
    ManageArticles,
}

impl Privilege {
    /// A stable word, as the file writes it.
    pub fn word(self) -> &'static str {
        match self {
            Privilege::TakeFree => "take_free",
            Privilege::TakeAssigned => "take_assigned",
            Privilege::Assign => "assign",
            Privilege::Refuse => "refuse",
            Privilege::Transfer => "transfer",
            Privilege::Reopen => "reopen",
            Privilege::ManageProperties => "manage_properties",
            Privilege::ManageAgents => "manage_agents",
            Privilege::ManageCategories => "manage_categories",
            Privilege::ManageArticles => "manage_articles",
        }
    }

    /// What a member may do when the file says nothing.
    pub fn usual() -> Vec<Privilege> {
        vec![Privilege::TakeFree, Privilege::Assign, Privilege::Transfer, Privilege::Reopen, Privilege::ManageProperties]
    }
}

/// How much an agent hears of tickets that are not theirs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monitoring {
    /// Nothing.
    Never,
    /// New ones, and ones that become free.
    #[default]
    Creation,
    /// Everything.
    Always,
}

/// Rules of the site that decisions depend on. Days are calendar days of 24 hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// How long after its end a ticket may be reopened by its requester.
    pub reopen_days: u16,
    /// How often a ticket may be reopened by mail in a day (CASEBOOK E03).
    pub reopens_a_day: u32,
    /// Newcomers that one mail may bring (CASEBOOK B07).
    pub newcomers_per_mail: usize,
    /// Guests that a ticket may have.
    pub guests_per_ticket: usize,
    /// How far ahead a ticket may be postponed.
    pub postpone_days: u16,
    /// How long an act may be taken back (CASEBOOK section 3, row 23).
    pub undo_hours: u16,
    /// Working days without a word after which an unanswered question ends the request; half of them, and its reader is
    /// reminded. 0: never.
    pub question_days: u16,
    /// The same for a solution that nobody agreed to: it counts as one.
    pub approval_days: u16,
    /// Working days after which a free ticket is told of again, once. 0: never.
    pub pool_days: u16,
    /// Are French public holidays no working days?
    pub french_holidays: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            reopen_days: 14,
            reopens_a_day: 3,
            newcomers_per_mail: 10,
            guests_per_ticket: 30,
            postpone_days: 366,
            undo_hours: 24,
            question_days: 10,
            approval_days: 10,
            pool_days: 2,
            french_holidays: true,
        }
    }
}

impl Wanted {
    /// The property that a line of this name states.
    pub fn property(&self, value: String) -> Property {
        match self.key.as_str() {
            "phone" => Property::Phone(value),
            "equipment" => Property::Equipment(value),
            _ => Property::Field { key: self.key.clone(), value },
        }
    }
}

impl Organisation {
    /// The service of that key.
    pub fn service(&self, key: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.key == key)
    }

    /// The agent of that address, unless disabled.
    pub fn agent(&self, address: &Address) -> Option<&Agent> {
        self.agents.iter().find(|agent| agent.address == *address && !agent.disabled)
    }

    /// Somebody who was an agent once, and is obeyed no longer.
    pub fn is_disabled(&self, address: &Address) -> bool {
        self.agents.iter().any(|agent| agent.disabled && agent.address == *address) && self.agent(address).is_none()
    }

    /// The membership of that address in a service, unless disabled.
    pub fn membership(&self, address: &Address, service: &str) -> Option<&Membership> {
        self.agent(address)?.memberships.iter().find(|member| member.service == service)
    }

    /// A category of a service.
    pub fn category(&self, service: &str, key: &str) -> Option<&Category> {
        self.service(service)?.categories.iter().find(|category| category.key == key)
    }

    /// Agents of a service, in the file's order, disabled ones left out.
    pub fn members<'a>(&'a self, service: &'a str) -> impl Iterator<Item = (&'a Agent, &'a Membership)> {
        let enabled = self.agents.iter().filter(|agent| !agent.disabled);
        enabled.filter_map(move |agent| agent.memberships.iter().find(|member| member.service == service).map(|member| (agent, member)))
    }
}
