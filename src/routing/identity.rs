//! How surely the author is who `From` says (PRODUCT P33). A reply's address or id says which thread, never who: it proves
//! a person only together with a matching `From` and no failed check.

use serde::Serialize;

use super::pointers::Pointers;
use crate::address::{Address, Mailbox};
use crate::mail::authentication::{self, Verdict};
use crate::mail::{Author, Incoming, Kind};
use crate::proof::Level;
use crate::site::Site;

/// The author, how sure, and by what.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Identity {
    /// The one mailbox of `From`; `None` when missing or ambiguous.
    pub who: Option<Mailbox>,
    /// How sure.
    pub level: Level,
    /// It came by a way that the domain allows, and no more: enough for a comment, never for an agent (CASEBOOK A32).
    pub weak: bool,
    /// What made us think so: stable words for `guichet why`.
    pub evidence: Vec<String>,
}

impl Identity {
    /// The author's address.
    pub fn address(&self) -> Option<&Address> {
        self.who.as_ref().map(|mailbox| &mailbox.address)
    }
}

/// Weighs what a mail brings: the receiving server's word first, then signed addresses, protected domains, and what our own
/// check of its signatures found.
pub fn identify(mail: &Incoming, pointers: &Pointers, site: &Site) -> Identity {
    let Author::One(who) = &mail.from else {
        let word = if mail.from == Author::Missing { "no-author" } else { "author-ambiguous" };
        return Identity { who: None, level: Level::Failed, weak: false, evidence: vec![word.into()] };
    };
    let proven = |evidence: Vec<String>| (Level::Proven, false, evidence);
    let (level, weak, evidence) = match (server_verdict(mail, site, &who.address), mail.checked.clone()) {
        (Verdict::Fail(evidence), _) => (Level::Failed, false, vec![evidence]),
        (Verdict::Pass(evidence), _) => proven(vec![evidence]),
        _ if pointers.prove(&site.keys, &who.address) => proven(vec!["signed-address".into()]),
        _ if site.is_colleague(&who.address) => proven(vec!["internal-domain".into()]),
        (Verdict::Weak(way) | Verdict::None(way), Some(Verdict::Pass(evidence))) => proven(vec![way, evidence]),
        (Verdict::Weak(evidence), _) | (Verdict::None(_), Some(Verdict::Weak(evidence))) => (Level::Proven, true, vec![evidence]),
        (Verdict::None(evidence), checked) => (Level::Claimed, false, std::iter::once(evidence).chain(told(checked)).collect()),
    };
    let evidence = evidence.into_iter().filter(|word| !word.is_empty()).collect();
    Identity { who: Some(who.clone()), level, weak, evidence }
}

/// The author of a mail about whom nothing decides but the mail's own signatures, where this site has them checked.
pub fn undecided<'a>(mail: &'a Incoming, site: &Site) -> Option<&'a Address> {
    let who = mail.from.address().filter(|_| site.trust.check_signatures && mail.checked.is_none() && mail.kind != Kind::Bounce)?;
    let open = matches!(server_verdict(mail, site, who), Verdict::None(_) | Verdict::Weak(_));
    (open && !site.is_colleague(who) && !Pointers::of(mail, site).prove(&site.keys, who)).then_some(who)
}

fn told(checked: Option<Verdict>) -> Option<String> {
    match checked? {
        Verdict::Pass(evidence) | Verdict::Weak(evidence) | Verdict::Fail(evidence) | Verdict::None(evidence) => Some(evidence),
    }
}

fn server_verdict(mail: &Incoming, site: &Site, author: &Address) -> Verdict {
    authentication::verdict(&mail.authentication_results, &site.trust.authserv_ids, author.domain())
}
