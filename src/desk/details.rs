//! What is known of a request besides who asks whom: device, fields, reminders, other tickets, and how much people want to hear of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::priority::RequestKind;
use super::promise::{Pause, Promise, Stage};
use super::ticket::{TicketId, Urgency};
use crate::address::Address;

/// What is known of a request besides.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Where the requester is called back; may be empty.
    pub phone: String,
    /// What it is about: a device, its number; may be empty.
    pub equipment: String,
    /// Lines of its category's template, by their stable words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(String, String)>,
    /// Stable words of properties that nobody stated: they were found in a text or a signature.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<String>,
    /// How often whoever must act was told again since then.
    pub reminders: u8,
    /// When somebody last said or did something; none: at the last event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub still_since: Option<Timestamp>,
    /// The requester is away until then: nobody reminds them before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub away_until: Option<Timestamp>,
    /// The service and category that it came from, when that was another service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub came_from: Option<(String, String)>,
    /// How often it went to another service.
    pub moves: u8,
    /// Working time that its agents say they spent on it, in minutes.
    pub minutes: u32,
    /// When the clock of its promises stood.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paused: Vec<Pause>,
    /// Promises whose agents were told how far they are gone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alerted: Vec<(Promise, Stage)>,
    /// What kind of request somebody said that it is; none: as its category has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<RequestKind>,
    /// How many people, or how much work, it concerns, as agents see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<Urgency>,
    /// Tickets that have to do with it, in order of linking.
    pub linked: Vec<TicketId>,
    /// The incident that it is a part of: what is said and proposed there for all is said and proposed here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<TicketId>,
    /// It is an incident: tickets that are a part of it, in order of joining.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<TicketId>,
    /// It is a known outage: what everybody who writes meanwhile is told of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outage: Option<String>,
    /// Who hears more, or less, of this ticket than is usual.
    pub attention: Vec<(Address, Attention)>,
    /// It was no request: its sender is blocked, and nothing of theirs brings it back.
    pub spam: bool,
}

/// How much somebody wants to hear of one ticket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attention {
    /// As their place on it, and their monitoring level, have it.
    #[default]
    Usual,
    /// Only what they must decide or answer.
    Muted,
    /// Everything.
    Following,
}

/// A property of a ticket, with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "property", content = "value", rename_all = "snake_case")]
pub enum Property {
    /// One line.
    Title(String),
    /// How urgent.
    Urgency(Urgency),
    /// How much it concerns; none: nobody has said.
    Impact(Option<Urgency>),
    /// What kind of request it is; none: as its category has it.
    Kind(Option<RequestKind>),
    /// Key of a category of the ticket's service; empty is "to sort".
    Category(String),
    /// Who has the problem; none: the requester.
    Beneficiary(Option<Address>),
    /// Where to call back; may be empty.
    Phone(String),
    /// What it is about; may be empty.
    Equipment(String),
    /// A line of its category's template; an empty value removes it.
    Field {
        /// Stable word of the field.
        key: String,
        /// What was written.
        value: String,
    },
    /// Whose request it is: an agent passed it on.
    Requester(Address),
}

impl Property {
    /// A stable word: the verb of the action that sets it.
    pub fn word(&self) -> &'static str {
        match self {
            Property::Title(_) => "title",
            Property::Urgency(_) => "urgency",
            Property::Impact(_) => "impact",
            Property::Kind(_) => "kind",
            Property::Category(_) => "category",
            Property::Beneficiary(_) => "beneficiary",
            Property::Phone(_) => "phone",
            Property::Equipment(_) => "equipment",
            Property::Field { .. } => "field",
            Property::Requester(_) => "requester",
        }
    }
}

impl Attention {
    /// A stable word: the verb of the action that chooses it.
    pub fn word(self) -> &'static str {
        match self {
            Attention::Usual => "unmute",
            Attention::Muted => "mute",
            Attention::Following => "follow",
        }
    }
}

impl Details {
    /// Nothing is known besides.
    pub fn is_empty(&self) -> bool {
        *self == Details::default()
    }

    /// The value of a field; empty when nobody stated it.
    pub fn field(&self, key: &str) -> &str {
        match key {
            "phone" => &self.phone,
            "equipment" => &self.equipment,
            _ => self.fields.iter().find(|(known, _)| known == key).map_or("", |(_, value)| value),
        }
    }

    /// Takes over a stated value; other properties are not kept here.
    pub fn state(&mut self, property: Property) {
        self.found.retain(|word| word != property.word());
        match property {
            Property::Impact(impact) => self.impact = impact,
            Property::Kind(kind) => self.kind = kind,
            Property::Phone(phone) => self.phone = phone,
            Property::Equipment(equipment) => self.equipment = equipment,
            Property::Field { key, value } => {
                match self.fields.iter_mut().find(|(known, _)| *known == key) {
                    Some(field) => field.1 = value,
                    None => self.fields.push((key, value)),
                }
                self.fields.retain(|(_, value)| !value.is_empty());
            }
            _ => {}
        }
    }
}
