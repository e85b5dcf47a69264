//! The agents' desk in the browser: lists, search, the ticket with everything its reader may do, held mails, preferences.
//!
//! Promises: an agent sees the services that they belong to, and nothing else; what a page offers is what the desk itself
//! would do now; a form that was opened before something happened shows what happened, and keeps what was typed.
//! [`inside`] is who looks, [`list`] and [`query`] the lists, [`ticket`] the ticket, [`offered`] what one may do there, [`act`] its forms and what they do,
//! [`preferences`] and [`answers`] what an agent chose, [`service`] what a service is made of.

pub mod act;
pub mod answers;
pub mod articles;
pub mod figures;
pub mod held;
pub mod inside;
pub mod list;
pub mod offered;
pub mod opening;
pub mod preferences;
pub mod query;
pub mod service;
pub mod staff;
pub mod ticket;
pub mod views;
