//! Files of a mail travel along with its words: whoever handles a ticket from their inbox sees the screenshot there.

use super::effects::Fault;
use crate::desk::{Attached, Event, Visibility};
use crate::mail::{Content, Excerpt, File, read};
use crate::notifications::MailKind;
use crate::store::Reads;

/// Decoded bytes of files that one mail carries at most; what exceeds it is on the ticket's page. Base64 makes a third more of
/// it, and many relays refuse mails of 10 MB.
const CARRIED_MAX: u64 = 5 << 20;

/// Files of the events that a mail of this kind tells its reader, as far as they fit.
pub fn carried<'a>(
    reads: &impl Reads,
    kind: MailKind,
    events: impl Iterator<Item = &'a Event>,
    to_agent: bool,
) -> Result<Vec<File>, Fault> {
    if !relays_words(kind) {
        return Ok(vec![]);
    }
    let mut room = CARRIED_MAX;
    let mut files = Vec::new();
    for source in events.filter(|event| to_agent || event.visibility == Visibility::Public).filter_map(|event| event.source.as_ref()) {
        let fitting: Vec<&Attached> = source.attachments.iter().filter(|file| fits(&mut room, file)).collect();
        if fitting.is_empty() {
            continue;
        }
        let mut raw = None;
        for file in fitting {
            files.extend(open(reads, source.instance, file, &mut raw)?);
        }
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

/// A file of a kept mail: by its place there where it may be copied, else decoded. `raw` is the mail once it is loaded.
fn open(reads: &impl Reads, instance: u64, file: &Attached, raw: &mut Option<Vec<u8>>) -> Result<Option<File>, Fault> {
    let content = match file.span {
        Some(span) => Some(Content::Excerpt(Excerpt { instance, span })),
        None => {
            if raw.is_none() {
                *raw = Some(reads.raw(instance)?.unwrap_or_default());
            }
            raw.as_deref().and_then(|raw| read::part(raw, file.part)).map(Content::Bytes)
        }
    };
    let named = |content| File { name: file.name.clone(), content_type: file.content_type.clone(), content_id: None, content };
    Ok(content.map(named))
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
