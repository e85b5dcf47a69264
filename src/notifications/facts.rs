//! One line for each thing that happened: "Karim Benali took the ticket", in the reader's language.
//!
//! Excludes: the words that people wrote (see [`super::views`]).

use super::language::Words;
use super::shown::{self, Position};
use super::{MailKind, Notice, Scene, names};
use crate::address::Address;
use crate::desk::{Event, What};

/// The line for an event, or none where its words, or the mail's own text, say it.
pub fn fact(words: &Words, scene: &Scene<'_>, event: &Event, notice: &Notice) -> Option<String> {
    if let What::Opened { related: Some(related), .. } = &event.what {
        // Only agents may know of a ticket that the reader may have no part in.
        let agent = shown::position(scene, &notice.to) == Position::Agent;
        return agent.then(|| words.say("fact.related", &[("whom", &format!("#{related}"))]));
    }
    if leads(notice.kind, &event.what) {
        return None;
    }
    let who = event.actor.person.as_ref().map_or_else(|| scene.site.name.clone(), |person| names::label(scene, person));
    let (key, whom) = match &event.what {
        What::Opened { .. } | What::Replied { .. } | What::Unverified | What::Noted | What::Filed => return None,
        What::Joined { guests } if guests.contains(&notice.to) => ("fact.invited", String::new()),
        What::Joined { guests } => ("fact.joined", list(scene, guests)),
        What::Left { guest } if event.actor.person.as_ref() == Some(guest) => ("fact.left", names::label(scene, guest)),
        What::Left { guest } => ("fact.removed", names::label(scene, guest)),
        What::JoinRequested { stranger } => ("fact.join_requested", names::label(scene, stranger)),
        What::Taken { .. } => ("fact.taken", String::new()),
        What::Assigned { to, .. } => ("fact.assigned", names::label(scene, to)),
        What::Released { .. } => ("fact.released", String::new()),
        What::InformationRequested { .. } => ("fact.information_requested", names::label(scene, &scene.ticket.requester)),
        What::Answered { .. } => ("fact.answered", String::new()),
        What::ClosureProposed { .. } => ("fact.closure_proposed", names::label(scene, &scene.ticket.requester)),
        What::ClosureApproved { .. } => ("fact.closure_approved", String::new()),
        What::ClosureRefused { .. } => ("fact.closure_refused", String::new()),
        What::Rated(rating) => return Some(rated(words, &who, rating)),
        What::Reopened { .. } => ("fact.reopened", String::new()),
        What::Cancelled => ("fact.cancelled", String::new()),
        What::Rerooted { requester, .. } => ("fact.rerooted", names::label(scene, requester)),
        What::Merged { into } => ("fact.merged", format!("#{into}")),
        What::Absorbed { from, .. } => ("fact.absorbed", format!("#{from}")),
    };
    Some(words.say(key, &[("who", &who), ("whom", &whom)]))
}

/// Is this event what the mail's own text is about?
fn leads(kind: MailKind, what: &What) -> bool {
    matches!(
        (kind, what),
        (MailKind::NewTicket, What::Opened { .. })
            | (MailKind::Taken, What::Taken { .. } | What::Assigned { .. })
            | (MailKind::Assigned, What::Assigned { .. })
            | (MailKind::Released, What::Released { .. })
            | (MailKind::Question, What::InformationRequested { .. })
            | (MailKind::ClosureApproval, What::ClosureProposed { .. })
            | (MailKind::Closed, What::ClosureApproved { .. })
            | (MailKind::ClosureRefused, What::ClosureRefused { .. })
            | (MailKind::Reopened, What::Reopened { .. })
            | (MailKind::Cancelled, What::Cancelled)
            | (MailKind::JoinRequest, What::JoinRequested { .. })
    )
}

fn rated(words: &Words, who: &str, rating: &crate::desk::Rating) -> String {
    let (delay, answers) = (rating.delay.to_string(), rating.answers.to_string());
    words.say("fact.rated", &[("who", who), ("delay", &delay), ("answers", &answers)])
}

fn list(scene: &Scene<'_>, people: &[Address]) -> String {
    people.iter().map(|person| names::label(scene, person)).collect::<Vec<_>>().join(", ")
}
