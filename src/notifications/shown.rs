//! Which events a reader is shown in one mail. Only new ones: no mail of ours carries history.
//!
//! Promises: what only agents may see is never shown to anybody else, a guest never sees what came before them
//! (CASEBOOK B01, B03), nobody reads their own words again.

use super::{MailKind, Notice, Reader, Scene};
use crate::address::Address;
use crate::desk::{Event, Visibility, What};

/// In which position somebody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Requester or beneficiary.
    Owner,
    /// Guest, or somebody who becomes one.
    Guest,
    /// Agent of the ticket's service, or in charge of it.
    Agent,
    /// None of these: an administrator, a stranger.
    Other,
}

/// The reader's position in the conversation. Owners stay owners, also when they are agents.
pub fn position(scene: &Scene<'_>, who: &Address) -> Position {
    if scene.ticket.is_owner(who) {
        Position::Owner
    } else if is_agent(scene, who) {
        Position::Agent
    } else if scene.ticket.guest(who).is_some() {
        Position::Guest
    } else {
        Position::Other
    }
}

/// May they see what only agents see?
fn is_agent(scene: &Scene<'_>, who: &Address) -> bool {
    let organisation = scene.organisation;
    let in_charge = scene.ticket.assignee.as_ref() == Some(who) && organisation.agent(who).is_some();
    in_charge || organisation.membership(who, &scene.ticket.service).is_some()
}

/// The events that this mail tells, oldest first.
pub fn events<'a>(scene: &Scene<'a>, notice: &Notice) -> Vec<&'a Event> {
    match notice.kind {
        MailKind::AcknowledgementUnproven | MailKind::FreshLink | MailKind::Parked | MailKind::HeldMail | MailKind::BounceNotice => {
            Vec::new()
        }
        MailKind::Receipt
        | MailKind::CommandRefused
        | MailKind::Forwarded
        | MailKind::NotPossible
        | MailKind::Answers
        | MailKind::DailyReport
        | MailKind::ServiceChanged
        | MailKind::Figures
        | MailKind::OtherDigest
        | MailKind::AbsenceProposed
        | MailKind::SamePerson
        | MailKind::Burst => Vec::new(),
        MailKind::Question | MailKind::ClosureApproval if !scene.done.iter().any(|event| asks(notice.kind, &event.what)) => {
            asked_before(scene, notice).into_iter().collect()
        }
        MailKind::History => scene.before.iter().chain(scene.done).filter(|event| may_see(scene, event, &notice.to)).collect(),
        _ => scene.done.iter().filter(|event| may_see(scene, event, &notice.to)).collect(),
    }
}

/// What waited to be told to this reader, as far as they may see it now, and what this mail tells.
pub fn with_waited<'a>(scene: &Scene<'_>, reader: &'a Reader, told: &[&'a Event]) -> Vec<&'a Event> {
    let waited = reader.waited.iter().filter(|event| may_see(scene, event, &reader.mailbox.address));
    waited.chain(told.iter().copied()).collect()
}

/// The request itself, for whoever it is given to: they may never have seen it.
pub fn request<'a>(scene: &Scene<'a>, notice: &Notice) -> Option<&'a Event> {
    let given = match notice.kind {
        MailKind::Assigned | MailKind::Transferred => is_agent(scene, &notice.to),
        MailKind::NewTicket => scene.done.iter().any(|event| matches!(event.what, What::Reminded)),
        // A request that was passed on becomes its author's.
        MailKind::Acknowledgement => true,
        _ => false,
    };
    scene.before.first().filter(|event| given && matches!(event.what, What::Opened { .. }))
}

/// A question that is mailed again, with fresh links.
fn asked_before<'a>(scene: &Scene<'a>, notice: &Notice) -> Option<&'a Event> {
    scene.before.iter().rev().find(|event| asks(notice.kind, &event.what) && may_see(scene, event, &notice.to))
}

fn asks(kind: MailKind, what: &What) -> bool {
    match kind {
        MailKind::Question => matches!(what, What::InformationRequested { .. }),
        _ => matches!(what, What::ClosureProposed { .. }),
    }
}

/// Does an answer to this mail stay among agents? It may quote what they said among themselves.
pub fn stays_inside(scene: &Scene<'_>, notice: &Notice) -> bool {
    notice.kind.is_internal() || notice.kind == MailKind::History && is_agent(scene, &notice.to)
}

fn may_see(scene: &Scene<'_>, event: &Event, who: &Address) -> bool {
    if is_agent(scene, who) {
        return true;
    }
    let since = scene.ticket.guest(who).map(|guest| guest.since);
    let public = event.visibility == Visibility::Public;
    public && (scene.ticket.is_owner(who) || since.is_some_and(|since| since <= event.seq))
}

/// Words of an event that the reader does not have yet; what a question is about they get again.
pub fn words_of<'a>(event: &'a Event, notice: &Notice) -> Option<&'a str> {
    let own = event.actor.person.as_ref() == Some(&notice.to);
    let asked = matches!(notice.kind, MailKind::Question | MailKind::ClosureApproval);
    let whole = notice.kind == MailKind::History;
    if !whole && (own || !asked && event.reached().contains(&notice.to)) {
        return None;
    }
    let comment = match &event.what {
        What::Rated(rating) => Some(rating.comment.as_str()).filter(|comment| !comment.is_empty()),
        _ => None,
    };
    let files = event.source.as_ref().is_some_and(|source| !source.attachments.is_empty());
    event.text.as_deref().or(comment).or(files.then_some(""))
}
