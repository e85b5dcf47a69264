//! How surely the author is who `From` says (PRODUCT P33). A reply's address or id says which thread, never who: it proves
//! a person only together with a matching `From` and no failed check.

use serde::Serialize;

use super::pointers::Pointers;
use crate::address::{Address, Mailbox};
use crate::mail::authentication::{self, Verdict};
use crate::mail::{Author, Incoming};
use crate::proof::Level;
use crate::site::Site;

/// The author, how sure, and by what.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Identity {
    /// The one mailbox of `From`; `None` when missing or ambiguous.
    pub who: Option<Mailbox>,
    /// How sure.
    pub level: Level,
    /// What made us think so: stable words for `guichet why`.
    pub evidence: Vec<String>,
}

impl Identity {
    /// The author's address.
    pub fn address(&self) -> Option<&Address> {
        self.who.as_ref().map(|mailbox| &mailbox.address)
    }
}

/// Weighs what a mail brings: the receiving server's word first, then signed addresses, then protected domains.
pub fn identify(mail: &Incoming, pointers: &Pointers, site: &Site) -> Identity {
    let Author::One(who) = &mail.from else {
        let word = if mail.from == Author::Missing { "no-author" } else { "author-ambiguous" };
        return Identity { who: None, level: Level::Failed, evidence: vec![word.into()] };
    };
    let (level, evidence) = match server_verdict(mail, site, &who.address) {
        Verdict::Fail(evidence) => (Level::Failed, evidence),
        Verdict::Pass(evidence) => (Level::Proven, evidence),
        Verdict::None(_) if pointers.prove(&site.keys, &who.address) => (Level::Proven, "signed-address".into()),
        Verdict::None(_) if is_internal(site, &who.address) => (Level::Proven, "internal-domain".into()),
        Verdict::None(evidence) => (Level::Claimed, evidence),
    };
    Identity { who: Some(who.clone()), level, evidence: vec![evidence] }
}

fn server_verdict(mail: &Incoming, site: &Site, author: &Address) -> Verdict {
    authentication::verdict(&mail.authentication_results, &site.trust.authserv_ids, author.domain())
}

fn is_internal(site: &Site, author: &Address) -> bool {
    site.trust.internal_domains.iter().any(|domain| domain.eq_ignore_ascii_case(author.domain()))
}
