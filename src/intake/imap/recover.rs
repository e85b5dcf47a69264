//! After a restore: what was handled since the backup is known to the server alone. It is kept once more, as old mail.
//!
//! Promises: nobody is answered; what the ledger has is recognised by its bytes; nothing is moved or flagged that was so already, and
//! it can be done again. Excludes: what still waits in the folders that are read (see [`super::reconcile()`] and [`super::watch()`]).

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::fault::Fault;
use super::listing::{first_since, list};
use super::login::login;
use super::pass::{Folder, Reading, open};
use super::session::Session;
use super::{After, ImapMailbox};
use crate::gateway::ports::{Keeper, Mark};

/// Keeps what the server received since then and has no more where mails are read: in the folder of handled mails. Where handled mails
/// stay in their folders, all that lies in these above the mark counts as handled. Answers how many mails were looked at.
///
/// # Errors
/// Whatever ends a connection; nothing is half done then, and it can be called again.
pub async fn recover<K: Keeper>(mailbox: &ImapMailbox, keeper: &K, since: Timestamp) -> Result<usize, Fault> {
    let mut session = login(mailbox).await?;
    let mut looked_at = 0;
    match &mailbox.after {
        After::Move(archive) => {
            let mark = handled_since(&mut session, archive, since).await?;
            let still = ImapMailbox { after: After::Nothing, ..mailbox.clone() };
            looked_at += old(&mut session, (&still, keeper), &mut Folder::new(archive), mark).await?;
        }
        After::Flag(_) | After::Nothing => {
            for name in &mailbox.folders {
                let mut folder = Folder::new(name);
                let mark = open(&mut session, mailbox, keeper, &mut folder).await?;
                looked_at += old(&mut session, (mailbox, keeper), &mut folder, mark).await?;
            }
        }
    }
    session.logout().await;
    Ok(looked_at)
}

/// The mark below the first mail of that time.
async fn handled_since(session: &mut Session, archive: &str, since: Timestamp) -> Result<Mark, Fault> {
    let selected = session.select(archive).await?;
    let uid = first_since(session, since).await?.map_or(u32::MAX, |first| first - 1);
    Ok(Mark { epoch: selected.uid_validity.unwrap_or_default(), uid, old_until: u32::MAX, began_at: since })
}

/// Keeps all above the mark as old.
async fn old<K: Keeper>(
    session: &mut Session,
    (mailbox, keeper): (&ImapMailbox, &K),
    folder: &mut Folder,
    mark: Mark,
) -> Result<usize, Fault> {
    let Some(first) = mark.uid.checked_add(1) else { return Ok(0) };
    let (stop, mark) = (CancellationToken::new(), Mark { old_until: u32::MAX, ..mark });
    let uids = list(session, first).await?;
    Reading { session, mailbox, keeper, stop: &stop, folder, mark }.take(&uids).await?;
    Ok(uids.len())
}
