//! What the rooms need to know of this site. The configuration makes one at start and hands it out.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::address::{Address, Mailbox};
use crate::desk::Policy;
use crate::mail::{Keys, Limits};

/// The site, as meant by its configuration. Read-only; shared.
#[derive(Debug, Clone)]
pub struct Site {
    /// What people call the desk: `Support`.
    pub name: String,
    /// The desk's address and name: `From` of every mail of ours.
    pub desk: Mailbox,
    /// All addresses that are the desk itself (mailboxes, aliases, the desk's own), canonical, without tags.
    pub own: Vec<Address>,
    /// Start of every link: `https://desk.example.org`, without a slash at the end.
    pub base_url: String,
    /// Does `desk+tag@` reach the mailbox?
    pub plus_addressing: bool,
    /// Do conversation mails show the other participants in Cc?
    pub visible: bool,
    /// ISO 639-1 of somebody who has not shown any language.
    pub language: String,
    /// Where the desk is: dates in mails and pages are of this zone.
    pub zone: jiff::tz::TimeZone,
    /// Whose word on senders we take.
    pub trust: Trust,
    /// The desk's rules.
    pub policy: Policy,
    /// Bounds of one mail.
    pub limits: Limits,
    /// Brakes on automatic mail.
    pub brakes: Brakes,
    /// How long what is kept.
    pub retention: Retention,
    /// For trials: every mail goes to this address alone.
    pub redirect_to: Option<Address>,
    /// Signing keys.
    pub keys: Keys,
}

/// Whose word on senders we take (PRODUCT P33).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Trust {
    /// authserv-ids of our own receiving servers (RFC 8601 section 2.5); none: no Authentication-Results is believed.
    pub authserv_ids: Vec<String>,
    /// Domains of ours for which the server accepts no mail from outside: From is proof.
    pub internal_domains: Vec<String>,
    /// Are DKIM signatures checked here, where nothing else decides? Then their keys are asked of the domain name system.
    pub check_signatures: bool,
}

/// Brakes on automatic mail to one address and in all (CASEBOOK section 3, rows 15–17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Brakes {
    /// Automatic mails to one address in an hour.
    pub auto_per_hour: u32,
    /// … and in a day.
    pub auto_per_day: u32,
    /// Acknowledgements to an unproven address in a day.
    pub unproven_per_day: u32,
    /// Automatic mails of the whole desk in an hour.
    pub all_per_hour: u32,
    /// Mails from one sender in an hour before the rest is held.
    pub from_one_per_hour: u32,
    /// New requests in an hour of people whom nobody knew before it; the rest waits in one bundle. 0: any number.
    pub strangers_per_hour: u32,
    /// Wrong signed tags from one sender in an hour.
    pub wrong_tags_per_hour: u32,
    /// Answers within seconds of our mail that one address may send in a day before it counts as a machine.
    pub prompt_answers: u32,
}

impl Default for Brakes {
    fn default() -> Self {
        Brakes {
            auto_per_hour: 10,
            auto_per_day: 40,
            unproven_per_day: 1,
            all_per_hour: 3000,
            from_one_per_hour: 20,
            strangers_per_hour: 200,
            wrong_tags_per_hour: 10,
            prompt_answers: 2,
        }
    }
}

/// How long what is kept, in days; 0: for ever. How long the law asks for is the site's to know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Raw mails with their files, after the last change of their ended ticket; mails that had no effect, after they came.
    pub mail_days: u16,
    /// Tickets with everything of theirs, after the last change of an ended one.
    pub ticket_days: u16,
    /// Mails of ours as they left.
    pub letter_days: u16,
    /// The whole decisions about mails, as `guichet why` tells them.
    pub trace_days: u16,
}

impl Site {
    /// Is this address the desk itself, with or without a tag?
    pub fn is_own(&self, address: &Address) -> bool {
        self.own.contains(address) || self.own.contains(&address.without_tag().0)
    }

    /// Is this address of a domain of ours?
    pub fn is_colleague(&self, address: &Address) -> bool {
        self.trust.internal_domains.iter().any(|domain| domain.eq_ignore_ascii_case(address.domain()))
    }
}

/// A site behind a counted reference.
pub type SharedSite = Arc<Site>;
