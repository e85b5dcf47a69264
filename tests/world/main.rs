//! Stories through the gateway's one door: mails in and out as text, links pressed, time moved.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../support/world.rs"]
mod world;

mod absences;
mod acts;
mod acts_cases;
mod acts_mail;
mod additions;
mod answers;
mod articles;
mod audit;
mod automatic;
mod batches;
mod bundles;
mod clock;
mod fields;
mod figures;
mod floods;
mod held;
mod history;
mod identity;
mod incidents;
mod journeys;
mod light;
mod links;
mod monitoring;
mod other;
mod outages;
mod personal;
mod priorities;
mod privacy;
mod promises;
mod proofs;
mod repeating;
mod retention;
mod rules;
mod same;
mod shared;
mod signatures;
mod staffing;
mod threads;
mod trials;
mod turns;
