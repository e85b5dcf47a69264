//! The one place where tickets change.

use jiff::Timestamp;

use super::{Action, Actor, Event, Organisation, Policy, Refused, Ticket};

/// What came of some actions: the ticket as it becomes, what happened, what did not.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The ticket afterwards; `None` when there was none and none was opened.
    pub ticket: Option<Ticket>,
    /// What happened, in order.
    pub done: Vec<Event>,
    /// What did not, and why.
    pub refused: Vec<Refused>,
}

/// The rules that a decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Services and agents.
    pub organisation: &'a Organisation,
    /// The site's choices.
    pub policy: &'a Policy,
}

/// Decides on actions of one actor about one ticket, in order.
pub fn decide_all(_ticket: Option<&Ticket>, _actions: Vec<Action>, _actor: &Actor, _rules: Rules<'_>, _now: Timestamp) -> Outcome {
    Outcome { ticket: None, done: vec![], refused: vec![] }
}
