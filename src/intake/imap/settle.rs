//! Tells the server of mails that are kept. A refusal is no failure of intake: the mails are ours, and the server is
//! told again at a later pass. Only our UIDs are named; what others have marked \Deleted stays.

use std::time::Duration;

use super::fault::Fault;
use super::name;
use super::session::{Done, Session};
use super::{After, ImapMailbox};
use crate::gateway::ports::Keeper;
use crate::intake::said::said;

/// UIDs in one command: 250 of ten digits fit the 8,000 octets that servers take (RFC 7162 section 4).
const CHUNK: usize = 250;
/// Pause before a refused telling is tried again.
pub const RETRY: Duration = Duration::from_secs(300);

/// A folder and its epoch, as the ledger knows them.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub folder: &'a str,
    pub epoch: u32,
}

/// Tells the server of these mails, and the keeper that it was told. Says whether all were.
pub async fn settle<K: Keeper>(
    session: &mut Session,
    mailbox: &ImapMailbox,
    keeper: &K,
    place: Place<'_>,
    mut uids: Vec<u32>,
) -> Result<bool, Fault> {
    uids.sort_unstable();
    uids.dedup();
    for chunk in uids.chunks(CHUNK) {
        if let Done::No { said: why, .. } | Done::Bad { said: why } = tell(session, &mailbox.after, chunk).await? {
            tracing::warn!(
                mailbox = mailbox.name,
                folder = place.folder,
                mails = uids.len(),
                why = said(&why),
                "kept, but the server would not mark or move"
            );
            return Ok(false);
        }
        keeper.settled(&mailbox.name, place.folder, place.epoch, chunk.to_vec()).await?;
    }
    Ok(true)
}

async fn tell(session: &mut Session, after: &After, uids: &[u32]) -> Result<Done, Fault> {
    let set = name::set(uids);
    match after {
        After::Nothing => Ok(Done::Ok { read_only: false }),
        After::Flag(keyword) => session.run(&format!("UID STORE {set} +FLAGS.SILENT ({keyword})"), |_| true).await,
        After::Move(folder) => transfer(session, &set, &name::folder(folder)).await,
    }
}

async fn transfer(session: &mut Session, set: &str, folder: &str) -> Result<Done, Fault> {
    let verb = if session.extensions.r#move { "MOVE" } else { "COPY" };
    let command = format!("UID {verb} {set} {folder}");
    let mut done = session.run(&command, |_| true).await?;
    if let Done::No { try_create: true, .. } = done {
        session.run(&format!("CREATE {folder}"), |_| true).await?;
        done = session.run(&command, |_| true).await?;
    }
    if !matches!(done, Done::Ok { .. }) || session.extensions.r#move {
        return Ok(done);
    }
    let marked = session.run(&format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)"), |_| true).await?;
    // Without UIDPLUS only a bare EXPUNGE could remove them, and others' deleted mails with them (RFC 4315).
    if !matches!(marked, Done::Ok { .. }) || !session.extensions.uidplus {
        return Ok(marked);
    }
    session.run(&format!("UID EXPUNGE {set}"), |_| true).await
}
