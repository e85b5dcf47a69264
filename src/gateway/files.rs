//! Files of a mail travel along with its words: whoever handles a ticket from their inbox sees the screenshot there.

use super::effects::Fault;
use crate::desk::{Attached, Event, Visibility};
use crate::mail::{File, read};
use crate::notifications::MailKind;
use crate::store::Reads;

/// Decoded bytes of files that one mail carries at most; what exceeds it is on the ticket's page. Base64 makes a third more of
/// it, and many relays refuse mails of 10 MB.
const CARRIED_MAX: u64 = 5 << 20;

/// Files of the events that a mail of this kind tells its reader, as far as they fit.
pub fn carried(reads: &impl Reads, kind: MailKind, events: &[Event], to_agent: bool) -> Result<Vec<File>, Fault> {
    if !relays_words(kind) {
        return Ok(vec![]);
    }
    let mut room = CARRIED_MAX;
    let mut files = Vec::new();
    for source in events.iter().filter(|event| to_agent || event.visibility == Visibility::Public).filter_map(|event| event.source.as_ref())
    {
        let fitting: Vec<&Attached> = source.attachments.iter().filter(|file| fits(&mut room, file)).collect();
        if fitting.is_empty() {
            continue;
        }
        let Some(raw) = reads.raw(source.instance)? else { continue };
        files.extend(fitting.into_iter().filter_map(|file| open(&raw, file)));
    }
    Ok(files)
}

fn fits(room: &mut u64, file: &Attached) -> bool {
    let fits = file.size <= *room;
    if fits {
        *room -= file.size;
    }
    fits
}

fn open(raw: &[u8], file: &Attached) -> Option<File> {
    let bytes = read::part(raw, file.part)?;
    Some(File { name: file.name.clone(), content_type: file.content_type.clone(), content_id: None, bytes })
}

/// Mails whose reader is told somebody's words.
fn relays_words(kind: MailKind) -> bool {
    matches!(
        kind,
        MailKind::NewTicket
            | MailKind::Update
            | MailKind::Assigned
            | MailKind::Taken
            | MailKind::Question
            | MailKind::ClosureApproval
            | MailKind::ClosureRefused
            | MailKind::Reopened
    )
}
