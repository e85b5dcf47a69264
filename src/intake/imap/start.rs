//! Where reading a folder begins: at the stored mark, at the start that the site chose, or anew when the server's UIDs
//! can no longer be those of the ledger. Pure but for what it asks server and keeper.

use jiff::Timestamp;

use super::fault::Fault;
use super::listing::{first_since, list};
use super::session::{Selected, Session};
use super::{ImapMailbox, Start};
use crate::gateway::ports::{Keeper, Mark};

/// What the mark and the server's words amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    /// Never read before.
    First,
    /// The UIDs are still those of the ledger.
    Goes(Mark),
    /// They are not: all is looked at again, and known mails are recognised by their bytes.
    Anew(Mark),
}

fn case(mark: Option<Mark>, selected: Selected) -> Case {
    match mark {
        None => Case::First,
        Some(mark) => {
            let same = selected.uid_validity == Some(mark.epoch);
            // UIDs only grow (RFC 9051 section 2.3.1.1): a UIDNEXT at or below a known UID means another past.
            let grows = selected.uid_next.is_none_or(|next| next > mark.uid);
            if same && grows { Case::Goes(mark) } else { Case::Anew(mark) }
        }
    }
}

/// The mark to read on from; stored already when it is a new one.
pub async fn begin<K: Keeper>(session: &mut Session, mailbox: &ImapMailbox, keeper: &K, at: (&str, Selected)) -> Result<Mark, Fault> {
    let (folder, selected) = at;
    let began_at = Timestamp::now();
    let mark = match case(keeper.mark(&mailbox.name, folder).await?, selected) {
        Case::Goes(mark) => return Ok(mark),
        Case::First => {
            let epoch = selected.uid_validity.unwrap_or_else(|| invented(0, began_at));
            first(session, mailbox.start, selected, Mark { epoch, uid: 0, old_until: 0, began_at }).await?
        }
        Case::Anew(mark) => {
            let epoch = unused(mailbox, keeper, folder, selected, mark).await?;
            tracing::error!(
                mailbox = mailbox.name,
                folder,
                was = mark.epoch,
                now = epoch,
                "UIDVALIDITY changed: all mails are looked at again"
            );
            again(session, mailbox.start, Mark { epoch, ..mark }).await?
        }
    };
    keeper.set_mark(&mailbox.name, folder, mark).await?;
    tracing::info!(mailbox = mailbox.name, folder, epoch = mark.epoch, after = mark.uid, "reading begins");
    Ok(mark)
}

/// The first connection: all that is there is old, and `start` says which of it is wanted.
async fn first(session: &mut Session, start: Start, selected: Selected, mark: Mark) -> Result<Mark, Fault> {
    let last = match selected.uid_next {
        Some(next) => next - 1,
        None => list(session, 1).await?.last().copied().unwrap_or(0),
    };
    let uid = match start {
        Start::Now => last,
        Start::All => 0,
        Start::Since(then) => before_first_since(session, then).await?.unwrap_or(last),
    };
    Ok(Mark { uid, old_until: last, ..mark })
}

/// A later epoch: what came before the first connection is still old, and only the date can tell.
async fn again(session: &mut Session, start: Start, mark: Mark) -> Result<Mark, Fault> {
    let old_until = match before_first_since(session, mark.began_at).await? {
        Some(uid) => uid,
        None => list(session, 1).await?.last().copied().unwrap_or(0),
    };
    let uid = match start {
        Start::Now => old_until,
        Start::All => 0,
        Start::Since(then) => before_first_since(session, then).await?.unwrap_or(old_until).min(old_until),
    };
    Ok(Mark { uid, old_until, ..mark })
}

async fn before_first_since(session: &mut Session, then: Timestamp) -> Result<Option<u32>, Fault> {
    Ok(first_since(session, then).await?.map(|uid| uid - 1))
}

/// The server's UIDVALIDITY when the ledger has no mail under it; else one of our own, so that other mails under the
/// same numbers are not taken for known ones.
async fn unused<K: Keeper>(mailbox: &ImapMailbox, keeper: &K, folder: &str, selected: Selected, mark: Mark) -> Result<u32, Fault> {
    match selected.uid_validity {
        Some(epoch) if epoch != mark.epoch && keeper.accounted(&mailbox.name, folder, epoch).await?.is_empty() => Ok(epoch),
        _ => Ok(invented(mark.epoch, Timestamp::now())),
    }
}

/// Seconds since 1970, as servers number their epochs, but never one that was.
fn invented(was: u32, now: Timestamp) -> u32 {
    u32::try_from(now.as_second()).unwrap_or(u32::MAX).max(was.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(uid_validity: Option<u32>, uid_next: Option<u32>) -> Selected {
        Selected { uid_validity, uid_next, read_only: false }
    }

    #[test]
    fn h02_what_cannot_be_the_same_mailbox_is_read_anew() {
        let mark = Mark { epoch: 7, uid: 100, old_until: 0, began_at: Timestamp::UNIX_EPOCH };
        assert_eq!(case(None, said(Some(7), Some(5))), Case::First);
        for goes in [said(Some(7), Some(101)), said(Some(7), Some(500)), said(Some(7), None)] {
            assert_eq!(case(Some(mark), goes), Case::Goes(mark));
        }
        for anew in
            [said(None, Some(101)), said(Some(6), Some(101)), said(Some(8), Some(101)), said(Some(7), Some(100)), said(Some(7), Some(1))]
        {
            assert_eq!(case(Some(mark), anew), Case::Anew(mark), "{anew:?}");
        }
    }

    #[test]
    fn h02_an_invented_epoch_was_never_used() {
        let now = Timestamp::from_second(1_000).unwrap();
        assert_eq!(invented(7, now), 1_000);
        assert_eq!(invented(1_000, now), 1_001);
    }
}
