//! Ticket or new (PRODUCT P34): signed address or id, then any known id, then the subject tag of a participant, then
//! Thread-Index. Two valid pointers that disagree hold the mail, unless late arrival explains them: then what the mails
//! themselves opened goes together, as long as nobody has worked on it.

use serde::Serialize;

use super::identity::Identity;
use crate::desk::{Role, Ticket, TicketId};
use crate::proof::Level;

/// By what a candidate was found, most trusted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// A person chose it.
    Chosen,
    /// A signed address or Message-ID of ours, made for somebody of the ticket.
    Signed,
    /// A Message-ID that we saw or sent.
    KnownId,
    /// A Message-ID that a mail of the ticket quoted before we ever saw it.
    QuotedId,
    /// The mail's own id was quoted by the ticket: the mail is an ancestor that came late.
    Ghost,
    /// The tag in the subject.
    SubjectTag,
    /// Outlook's Thread-Index.
    ThreadIndex,
}

/// A ticket that something in the mail points at, merges followed.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// As it stands.
    pub ticket: Ticket,
    /// By what.
    pub by: By,
    /// What the author is to it.
    pub role: Role,
    /// Nobody of the service has touched it: only mails of its participants made it.
    pub fresh: bool,
    /// How far back in the mail's references it stands: the farthest is the beginning of the conversation. A ticket that
    /// quoted the mail itself comes after it: -1.
    pub depth: i64,
}

/// Whose mail it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Route {
    /// A new conversation.
    New,
    /// That one.
    Ticket {
        /// Which.
        id: TicketId,
        /// By what.
        by: By,
        /// Fresh tickets that turn out to be the same conversation.
        absorb: Vec<TicketId>,
    },
    /// Valid pointers disagree.
    Conflict(Vec<TicketId>),
}

/// Chooses among the candidates.
pub fn route(identity: &Identity, candidates: &[Candidate]) -> Route {
    let mut valid: Vec<&Candidate> = candidates.iter().filter(|candidate| counts(candidate)).collect();
    // Where the author belongs, their mail is at home; that it also quotes a conversation of others takes it nowhere.
    if valid.iter().any(|candidate| belongs(candidate)) {
        valid.retain(|candidate| belongs(candidate) || is_weak(candidate.by));
    }
    valid.sort_by_key(|candidate| candidate.by);
    let Some(best) = valid.first() else { return Route::New };
    let mut others: Vec<&Candidate> = valid.iter().filter(|other| other.ticket.id != best.ticket.id).copied().collect();
    // A weaker kind of pointer does not contradict a signed one that it merely trails.
    others.retain(|other| !is_weak(other.by));
    others.dedup_by_key(|other| other.ticket.id);
    match others.as_slice() {
        [] => Route::Ticket { id: best.ticket.id, by: best.by, absorb: vec![] },
        others => together(identity, best, others),
    }
}

/// Weak pointers count for people of the ticket only: a stranger's are as if absent (CASEBOOK A19, A22, A24).
fn counts(candidate: &Candidate) -> bool {
    match candidate.by {
        By::Chosen | By::Signed | By::KnownId => true,
        By::QuotedId | By::Ghost | By::ThreadIndex => candidate.role != Role::Stranger,
        By::SubjectTag => true,
    }
}

fn belongs(candidate: &Candidate) -> bool {
    candidate.role != Role::Stranger && !is_weak(candidate.by)
}

fn is_weak(by: By) -> bool {
    matches!(by, By::SubjectTag | By::ThreadIndex)
}

/// Late arrival made two tickets of one conversation: they go together when the author belongs to both and is proven, and
/// all but one are untouched.
fn together(identity: &Identity, best: &Candidate, others: &[&Candidate]) -> Route {
    let all = || std::iter::once(best).chain(others.iter().copied());
    let belongs = identity.level == Level::Proven && all().all(|candidate| matches!(candidate.role, Role::Owner | Role::Guest));
    let worked_on: Vec<&Candidate> = all().filter(|candidate| !candidate.fresh).collect();
    let ids: Vec<TicketId> = all().map(|candidate| candidate.ticket.id).collect();
    let late = all().all(|candidate| matches!(candidate.by, By::KnownId | By::QuotedId | By::Ghost));
    if !belongs || !late || worked_on.len() > 1 {
        return Route::Conflict(ids);
    }
    // The beginning survives, whatever the numbers: the references tell which came first.
    let survivor = worked_on.first().copied().or_else(|| all().max_by_key(|candidate| candidate.depth)).unwrap_or(best);
    let absorb = ids.into_iter().filter(|id| *id != survivor.ticket.id).collect();
    Route::Ticket { id: survivor.ticket.id, by: survivor.by, absorb }
}
