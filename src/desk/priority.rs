//! What kind of request it is, and how soon it is its turn: guessed from its category, stated by anybody's choice, forced on nobody.
//!
//! Promises: urgency is what its people say, impact what agents know; the priority follows from both by a small table, never above what its
//! category allows; what a mail program marks as important is a hint, and counts for nothing until somebody says so.

use serde::{Deserialize, Serialize};

use super::organisation::Organisation;
use super::ticket::{Ticket, Urgency};

/// What kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// Something that worked does so no longer.
    Incident,
    /// Somebody wants something.
    Request,
}

impl RequestKind {
    /// A stable word.
    pub fn word(self) -> &'static str {
        match self {
            RequestKind::Incident => "incident",
            RequestKind::Request => "request",
        }
    }

    /// The kind of a stable word.
    pub fn of(word: &str) -> Option<RequestKind> {
        [RequestKind::Incident, RequestKind::Request].into_iter().find(|kind| kind.word() == word)
    }
}

/// Of urgency and impact; three of each.
fn table(urgency: Urgency, impact: Urgency) -> Urgency {
    use Urgency::{High, Low, Medium};
    match (urgency, impact) {
        (Low, Low | Medium) | (Medium, Low) => Low,
        (Low, High) | (Medium, Medium) | (High, Low) => Medium,
        (Medium, High) | (High, Medium | High) => High,
    }
}

impl Ticket {
    /// How urgent its people say that it is: a mail program's mark is not theirs.
    pub fn stated_urgency(&self) -> Urgency {
        if self.details.found.iter().any(|word| word == "urgency") { Urgency::Medium } else { self.urgency }
    }
}

impl Organisation {
    /// What kind of request a ticket is: as somebody stated, or else as its category has it; none: nobody knows.
    pub fn kind(&self, ticket: &Ticket) -> Option<RequestKind> {
        ticket.details.kind.or_else(|| self.category(&ticket.service, &ticket.category)?.kind)
    }

    /// How soon it is a ticket's turn.
    pub fn priority(&self, ticket: &Ticket) -> Urgency {
        let priority = table(ticket.stated_urgency(), ticket.details.impact.unwrap_or_default());
        let most = self.category(&ticket.service, &ticket.category).and_then(|category| category.priority_max);
        most.map_or(priority, |most| priority.min(most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row12_without_an_impact_the_urgency_counts_and_more_of_either_never_counts_less() {
        let all = [Urgency::Low, Urgency::Medium, Urgency::High];
        for one in all {
            assert_eq!(table(one, Urgency::Medium), one);
            for other in all {
                assert_eq!(table(one, other), table(other, one));
                assert!(all.iter().filter(|more| **more >= one).all(|more| table(*more, other) >= table(one, other)));
            }
        }
    }
}
