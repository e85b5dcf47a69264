//! Whose mail it is: identity, pointers, ticket or new, who joins, and what the mail asks for. Pure.
//!
//! Promises: identity comes from one verified `From` and nothing else; bodies and bare numbers never thread; a pointer
//! names a thread, never a person. Excludes: loading what the rules need (the gateway does), and doing anything about it.

pub mod fields;
pub mod forward;
pub mod guard;
pub mod identity;
pub mod newcomers;
pub mod places;
pub mod pointers;
pub mod redact;
pub mod route;
pub mod rules;
pub mod service;
pub mod understand;

pub use guard::{Facts, Guard};
pub use identity::{Identity, identify};
pub use pointers::Pointers;
pub use route::{Candidate, Route, route};
