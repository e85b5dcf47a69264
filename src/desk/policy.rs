//! Rules of the site that decisions depend on, and where a service differs.

use serde::{Deserialize, Serialize};

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
    /// How long after their last open request a new one of the same person, with a like subject, is asked about: new, or an addition?
    /// 0: never.
    pub addition_hours: u16,
    /// People who must have asked for the same kind of thing within [`Policy::burst_minutes`] before agents are told of a burst. 0: never.
    pub burst_people: usize,
    /// That while, in minutes.
    pub burst_minutes: u16,
    /// How many times what is usual at that hour of the week it must be.
    pub burst_factor: usize,
    /// Minutes after news of a ticket within which its reader gets no other mere news of it, unless they acted on it since: one mail
    /// tells all of it then. 0: each piece of news is a mail.
    pub group_minutes: u16,
    /// Working days without a word after which an unanswered question ends the request. 0: never.
    pub question_days: u16,
    /// Working days without a word after which its reader is reminded, each once.
    pub question_reminders: Vec<u16>,
    /// Working days after which a solution that nobody refused counts as one; half of them, and its reader is reminded. 0: never.
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
            addition_hours: 24,
            group_minutes: 10,
            burst_people: 5,
            burst_minutes: 30,
            burst_factor: 4,
            question_days: 14,
            question_reminders: vec![3, 7],
            approval_days: 10,
            pool_days: 2,
            french_holidays: true,
        }
    }
}

/// How long a service waits, where it differs from the site. Days are its working days.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Delays {
    /// See [`Policy::question_days`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question_days: Option<u16>,
    /// See [`Policy::question_reminders`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question_reminders: Option<Vec<u16>>,
    /// See [`Policy::approval_days`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_days: Option<u16>,
    /// See [`Policy::pool_days`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pool_days: Option<u16>,
}

/// Days of silence after which somebody is reminded, and after which it ends; 0: never.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ladder {
    /// One reminder each, in order.
    pub remind: Vec<u16>,
    /// The end.
    pub end: u16,
}

impl Delays {
    /// The service has the site's.
    pub fn is_usual(&self) -> bool {
        *self == Delays::default()
    }

    /// For a question. What ends is told before, so without days to remind on, half of them is one.
    pub fn question(&self, policy: &Policy) -> Ladder {
        let end = self.question_days.unwrap_or(policy.question_days);
        let asked = self.question_reminders.as_ref().unwrap_or(&policy.question_reminders);
        let mut remind: Vec<u16> = asked.iter().copied().filter(|days| *days > 0 && *days < end).collect();
        remind.sort_unstable();
        if remind.is_empty() { halfway(end) } else { Ladder { remind, end } }
    }

    /// For a solution.
    pub fn approval(&self, policy: &Policy) -> Ladder {
        halfway(self.approval_days.unwrap_or(policy.approval_days))
    }

    /// For a ticket that nobody has taken: it is told of once more, and never ends.
    pub fn pool(&self, policy: &Policy) -> Ladder {
        let days = self.pool_days.unwrap_or(policy.pool_days);
        Ladder { remind: if days == 0 { vec![] } else { vec![days] }, end: 0 }
    }
}

/// Half of the days, and all of them.
fn halfway(end: u16) -> Ladder {
    Ladder { remind: if end == 0 { vec![] } else { vec![end.div_ceil(2)] }, end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row49_a_service_may_wait_longer_or_never_end() {
        let policy = Policy::default();
        let ladder = |remind: &[u16], end| Ladder { remind: remind.to_vec(), end };
        assert_eq!(Delays::default().question(&policy), ladder(&[3, 7], 14));
        assert_eq!(Delays { question_days: Some(5), ..Delays::default() }.question(&policy), ladder(&[3], 5));
        assert_eq!(Delays { question_days: Some(2), ..Delays::default() }.question(&policy), ladder(&[1], 2), "told before it ends");
        assert_eq!(Delays { question_days: Some(0), ..Delays::default() }.question(&policy), ladder(&[], 0));
        assert_eq!(Delays { approval_days: Some(7), ..Delays::default() }.approval(&policy), ladder(&[4], 7));
        assert_eq!(Delays { pool_days: Some(0), ..Delays::default() }.pool(&policy), ladder(&[], 0));
    }
}
