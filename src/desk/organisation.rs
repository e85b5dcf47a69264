//! Services, categories, agents: who handles what, as `organisation.toml` declares it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::assignment::Assignment;
use super::canned::Canned;
use super::details::Property;
use super::figures::Rhythm;
use super::hours::Hours;
use super::monitoring::Monitoring;
use super::policy::Delays;
use super::priority::RequestKind;
use super::promise::Target;
use super::rules::Rule;
use super::ticket::{Ticket, Urgency};
use crate::address::Address;

/// Everything that the organisation declares.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// How numbers of equipment look on labels: `#` is a digit, `@` a letter, `*` more of the one before; all else stands for
    /// itself, whatever its case. `PC-####`, `@@-#*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equipment: Vec<String>,
    /// Addresses behind which several people write: whoever asks from one is asked who they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared: Vec<Address>,
    /// When people work, where a service says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Folder of articles, beside this file: Markdown with a few lines of TOML before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub articles: Option<String>,
    /// Departments that handle requests; the first is the default.
    #[serde(default, rename = "service")]
    pub services: Vec<Service>,
    /// People who handle tickets.
    #[serde(default, rename = "agent")]
    pub agents: Vec<Agent>,
    /// What is done with new mails that look so, in order.
    #[serde(default, rename = "rule", skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Prepared answers.
    #[serde(default, rename = "answer", skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Canned>,
    /// Prepared answers that agents keep for themselves: chosen on their page, never in the file.
    #[serde(skip)]
    pub own_answers: BTreeMap<Address, Vec<Canned>>,
}

/// A department that handles categories of requests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
    /// When its people work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Who hears of broken promises besides whoever is in charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Address>,
    /// What it promises; the first that fits a ticket counts.
    #[serde(default, rename = "target", skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    /// Who gets its new tickets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assign: Option<Assignment>,
    /// How often its figures are mailed to its head, or to whoever manages it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Rhythm>,
    /// The category of what fits no other, of which its head is told at the end of each month what came; empty is "to sort".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
    /// Whoever proposes a solution is reminded to tell the time that it took; the solution never waits for that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wants_time: bool,
    /// How long it waits for answers, where it differs from the site.
    #[serde(default, skip_serializing_if = "Delays::is_usual")]
    pub delays: Delays,
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
    /// What kind of request belongs here, unless somebody says otherwise of one; none: both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<RequestKind>,
    /// No priority above this, whatever people say; none: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_max: Option<Urgency>,
    /// Articles are never suggested here: neither in acknowledgements nor on the form.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_articles: bool,
    /// Only for people of these domains; empty: for everybody. What others send there is to be sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_domains: Vec<String>,
    /// Mails about its tickets say nothing of what they are about: their readers follow a link and sign in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confidential: bool,
    /// A light flow, for suggestions and feedback: closing asks nobody, nothing is rated, nothing is promised.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub light: bool,
    /// What a request should tell: the lines of its template.
    #[serde(default, rename = "field", skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Wanted>,
    /// Guests of every ticket of the category, besides those of its service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permanent_guests: Vec<Address>,
    /// Who gets its new tickets; none: as its service has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assign: Option<Assignment>,
    /// What is promised for it, before what its service promises.
    #[serde(default, rename = "target", skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
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
    /// Who stands in for them while they are away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy: Option<Address>,
    /// No longer here: nothing from this address is obeyed or sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// An agent's place in a service.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
    /// Keys of the categories that are theirs especially.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// What they hear of these, where it is more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hears_categories: Option<Monitoring>,
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
    /// Change the service's agents and its permanent guests.
    ManageAgents,
    /// Change the service's categories.
    ManageCategories,
    /// Write articles.
    ManageArticles,
}

impl Privilege {
    /// Every privilege.
    pub const ALL: [Privilege; 10] = [
        Privilege::TakeFree,
        Privilege::TakeAssigned,
        Privilege::Assign,
        Privilege::Refuse,
        Privilege::Transfer,
        Privilege::Reopen,
        Privilege::ManageProperties,
        Privilege::ManageAgents,
        Privilege::ManageCategories,
        Privilege::ManageArticles,
    ];

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

impl Category {
    /// May somebody of that address ask for this?
    pub fn is_for(&self, who: Option<&Address>) -> bool {
        let theirs = |domain: &String| who.is_some_and(|who| who.domain().eq_ignore_ascii_case(domain));
        self.only_domains.is_empty() || self.only_domains.iter().any(theirs)
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

    /// May somebody write articles of a service? Everybody's (an empty key), with the privilege anywhere.
    pub fn may_write_articles(&self, who: &Address, service: &str) -> bool {
        let memberships = self.agent(who).map_or(&[][..], |agent| &agent.memberships);
        let mut theirs = memberships.iter().filter(|member| service.is_empty() || member.service == service);
        theirs.any(|member| member.may.contains(&Privilege::ManageArticles))
    }

    /// A category of a service.
    pub fn category(&self, service: &str, key: &str) -> Option<&Category> {
        self.service(service)?.categories.iter().find(|category| category.key == key)
    }

    /// What a category's template asks for: nothing, where there is none.
    pub fn fields(&self, service: &str, category: &str) -> &[Wanted] {
        self.category(service, category).map_or(&[], |category| &category.fields)
    }

    /// Do its tickets have a light flow?
    pub fn is_light(&self, service: &str, category: &str) -> bool {
        self.category(service, category).is_some_and(|category| category.light)
    }

    /// Do mails about a category's tickets say nothing of what they are about?
    pub fn is_confidential(&self, service: &str, category: &str) -> bool {
        self.category(service, category).is_some_and(|category| category.confidential)
    }

    /// Who follows every ticket of a service and its category.
    pub fn permanent_guests<'a>(&'a self, service: &str, category: &str) -> impl Iterator<Item = &'a Address> + use<'a> {
        let of_service = self.service(service).into_iter().flat_map(|known| &known.permanent_guests);
        of_service.chain(self.category(service, category).into_iter().flat_map(|known| &known.permanent_guests))
    }

    /// A service, or a category of it, by the names that people read.
    pub fn place(&self, service: &str, category: &str) -> String {
        let named = self.service(service).map_or(service, |service| &service.name);
        match self.category(service, category) {
            Some(category) => format!("{named} / {}", category.name),
            None => named.to_owned(),
        }
    }

    /// Who gets new tickets of a category.
    pub fn assignment(&self, service: &str, category: &str) -> Assignment {
        let own = self.category(service, category).and_then(|category| category.assign);
        own.or_else(|| self.service(service)?.assign).unwrap_or_default()
    }

    /// Does a service want to know the time that a ticket took, which nobody told?
    pub fn misses_time(&self, ticket: &Ticket) -> bool {
        ticket.details.minutes == 0 && self.service(&ticket.service).is_some_and(|service| service.wants_time)
    }

    /// Who stands in for an agent who is away, unless they left.
    pub fn deputy(&self, person: &Address) -> Option<&Agent> {
        self.agent(self.agent(person)?.deputy.as_ref()?)
    }

    /// Agents of a service, in the file's order, disabled ones left out.
    pub fn members<'a>(&'a self, service: &'a str) -> impl Iterator<Item = (&'a Agent, &'a Membership)> {
        let enabled = self.agents.iter().filter(|agent| !agent.disabled);
        enabled.filter_map(move |agent| agent.memberships.iter().find(|member| member.service == service).map(|member| (agent, member)))
    }
}
