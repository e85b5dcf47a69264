//! Guichet, an email-driven help desk: the map of the house, in reading order.
//!
//! A pure domain answers with values; one synchronous gateway thread loads, asks, writes the mails and commits
//! everything in one transaction; async only where the world begins. Imports point inward, down this list to up.

/// A valid mail address: who somebody is, everywhere in the house.
pub mod address;
/// How sure we are of who wrote: failed, claimed, proven.
pub mod proof;

/// What may happen to a ticket. Pure.
pub mod desk;
/// What a mail says, and how we write one. Pure. Knows no tickets.
pub mod mail;

/// Articles: what a service knows, told once. Pure.
pub mod knowledge;

/// What the rooms need to know of this site, handed to them by the configuration.
pub mod site;

/// What the async rooms and the gateway say to each other: arrivals, letters, verdicts.
pub mod ports;

/// Who hears of an event, and how we say it. Pure.
pub mod notifications;
/// Whose mail it is: ticket or new, who may, and what the mail asks for. Pure.
pub mod routing;

/// What we remember. All SQL is here.
pub mod store;

/// Where they meet: the only door to change.
pub mod gateway;

/// Our own check of DKIM signatures, with keys from the domain name system. Beside the gateway, without rules.
pub mod signatures;

/// Transport security of what we connect to: a leaf, for intake and delivery.
pub mod tls;

/// The world's mail in: IMAP, Maildir, standard input. Async, without rules.
pub mod intake;

/// The outbox out: SMTP, Maildir. Async, without rules.
pub mod delivery;

/// Links and pages. Thin.
pub mod web;

/// guichet.toml as written, then as meant.
pub mod config;

/// One file per subcommand.
pub mod cli;
