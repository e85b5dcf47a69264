//! Mails about what is confidential: that something happened, where it is read, and nothing else (CAPABILITIES row 77).

use super::language::Words;
use super::shown::{self, Position};
use super::views::View;
use super::{Draft, MailKind, Notice, Scene};

/// Does the ticket's category say so?
pub fn is_confidential(scene: &Scene<'_>) -> bool {
    scene.organisation.is_confidential(&scene.ticket.service, &scene.ticket.category)
}

impl Draft {
    /// The mail without what the ticket is about, where that is confidential.
    pub(super) fn discreet(mut self, words: &Words, scene: &Scene<'_>, notice: &Notice) -> Draft {
        // An unproven sender's receipt says nothing of theirs anyway.
        if is_confidential(scene) && notice.kind != MailKind::AcknowledgementUnproven {
            hide(&mut self.view, words, scene, notice);
            self.view.subject = format!("{} {}", self.view.tag, self.view.title);
        }
        self
    }
}

/// Takes out of a mail whatever tells what the ticket is about, and says where it is read: behind a sign-in, by a link that gives
/// nothing to whoever else gets the mail.
fn hide(view: &mut View, words: &Words, scene: &Scene<'_>, notice: &Notice) {
    let way = if shown::position(scene, &notice.to) == Position::Agent { "desk" } else { "my" };
    let url = format!("{}/{way}/t/{}", scene.site.base_url, scene.ticket.id);
    view.title = words.say("confidential.title", &[]);
    view.preview = view.title.clone();
    view.facts = vec![words.say("confidential.read", &[("url", &url)])];
    view.words.clear();
    view.fields.clear();
    if let Some(commands) = &mut view.commands {
        commands.draft.clear();
        commands.draft_html.clear();
    }
}
