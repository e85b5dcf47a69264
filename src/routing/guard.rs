//! What is decided about a mail before anybody asks which ticket it belongs to: loops, copies, floods, missing authors.
//! Runs before anything that could answer (CASEBOOK E18).

use crate::mail::Incoming;
use crate::site::Site;

use super::identity::Identity;

/// Hops after which a mail is a loop (Postfix's hopcount_limit; RFC 5321 section 6.3 wants at least 100 to be tolerated
/// by relays, we are the end of the road).
const HOPS_MAX: usize = 50;

/// Why mails wait of which too many came from one sender: those of one sender are one bundle (CASEBOOK E16).
pub const FLOOD: &str = "flood";

/// What the guard needs to know besides the mail.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// Row of an earlier instance of the very same mail.
    pub copy_of: Option<u64>,
    /// The mail's own Message-ID is one that we sent.
    pub sent_by_us: bool,
    /// Mails of this author in the last hour.
    pub from_author: u32,
    /// … of them with wrong signed tags.
    pub wrong_tags: u32,
    /// The author is an agent: who works by mail writes many.
    pub agent: bool,
}

/// The guard's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// Go on.
    Pass,
    /// Stored without effect, for that reason (a stable word).
    Ignore(&'static str),
    /// Waits for a person's decision.
    Hold(&'static str),
    /// Not handled; raw bytes kept.
    Park(&'static str),
}

/// Looks at one mail.
pub fn guard(mail: &Incoming, identity: &Identity, facts: &Facts, site: &Site) -> Guard {
    let from_us = identity.address().is_some_and(|author| site.is_own(author));
    if facts.sent_by_us || from_us {
        return Guard::Ignore("own-mail");
    }
    if mail.hops > HOPS_MAX {
        return Guard::Park("too-many-hops");
    }
    if facts.copy_of.is_some() {
        return Guard::Ignore("copy");
    }
    if mail.kind.is_automatic() {
        return Guard::Pass;
    }
    author_guard(identity, facts, site)
}

fn author_guard(identity: &Identity, facts: &Facts, site: &Site) -> Guard {
    let Some(who) = &identity.who else {
        let ambiguous = identity.evidence.iter().any(|word| word == "author-ambiguous");
        return Guard::Hold(if ambiguous { "author-ambiguous" } else { "no-author" });
    };
    if identity.level == crate::proof::Level::Failed {
        return Guard::Hold("sender-check-failed");
    }
    let works = facts.agent && identity.level == crate::proof::Level::Proven;
    if facts.from_author >= site.brakes.from_one_per_hour && !site.is_colleague(&who.address) && !works {
        return Guard::Hold(FLOOD);
    }
    if facts.wrong_tags >= site.brakes.wrong_tags_per_hour {
        return Guard::Hold("guessing");
    }
    Guard::Pass
}
