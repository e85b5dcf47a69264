//! What may happen to a ticket. Pure: knows neither mails, stores, pages nor clocks.
//!
//! Promises: [`decide_all`] is the only place where a ticket changes; it answers with the ticket as it becomes, the
//! events that say so, and what was refused and why. Folding the events over nothing gives the ticket again.
//! Excludes: who is told, in which words (see `notifications`), and how sure we are of the actor (given).

pub mod action;
pub mod assignment;
pub mod burst;
pub mod calendar;
pub mod canned;
pub mod catalogue;
pub mod clock;
pub mod decide;
pub mod details;
pub mod event;
pub mod figures;
mod fold;
pub mod form;
pub mod hours;
pub mod monitoring;
pub mod organisation;
pub mod policy;
pub mod possible;
pub mod preferences;
pub mod priority;
pub mod privileges;
pub mod promise;
pub mod purpose;
pub mod rules;
pub mod staffing;
pub mod ticket;
pub mod undo;
pub mod what;
pub mod why;

pub use action::*;
pub use calendar::{Calendar, Times};
pub use canned::Canned;
pub use catalogue::{CATALOGUE, QUESTIONS, Spec};
pub use clock::Wake;
pub use decide::{Outcome, Rules, decide_all};
pub use details::{Attention, Details, Property};
pub use event::*;
pub use fold::fold;
pub use form::{Field, Filled, Input};
pub use hours::Hours;
pub use monitoring::{Monitoring, Profile};
pub use organisation::*;
pub use policy::{Delays, Ladder, Policy};
pub use possible::possible;
pub use preferences::{Claimed, Preferences, Proposed};
pub use priority::RequestKind;
pub use privileges::Role;
pub use promise::{Pause, Promise, Stage, Target};
pub use purpose::Purpose;
pub use rules::Rule;
pub use staffing::{Staffing, Unfit};
pub use ticket::*;
pub use what::What;
pub use why::*;
