//! Server against ledger: every mail on the server is accounted for, or fetched now. Finds what no mark finds: mails
//! that came under UIDs below it (moved in, or late on a clustered server).

use std::collections::HashSet;

use tokio_util::sync::CancellationToken;

use super::fault::Fault;
use super::listing::list;
use super::login::login;
use super::pass::{Folder, Reading, open};
use super::{ImapMailbox, Start};
use crate::gateway::ports::Keeper;

/// How a comparison ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// Mails on the server, in the folders that are read; where handled mails go is not among them.
    pub on_server: usize,
    /// Of these, known to the ledger after the comparison, or left out by the start that the site chose.
    pub accounted: usize,
    /// Of these, still unknown to it.
    pub unexplained: usize,
    /// Mails that the ledger did not know, and that were fetched now.
    pub fetched: usize,
}

/// Compares a mailbox with the ledger on a connection of its own, and fetches what is missing.
///
/// # Errors
/// Whatever ends a connection; nothing is half done then, and it can be called again.
pub async fn reconcile<K: Keeper>(mailbox: &ImapMailbox, keeper: &K) -> Result<Reconciliation, Fault> {
    let stop = CancellationToken::new();
    let mut session = login(mailbox).await?;
    let mut sum = Reconciliation::default();
    for name in &mailbox.folders {
        let mut folder = Folder::new(name);
        let mark = open(&mut session, mailbox, keeper, &mut folder).await?;
        let reading = Reading { session: &mut session, mailbox, keeper, stop: &stop, folder: &mut folder, mark };
        let one = compare(reading).await?;
        sum.on_server += one.on_server;
        sum.accounted += one.accounted;
        sum.unexplained += one.unexplained;
        sum.fetched += one.fetched;
    }
    session.logout().await;
    Ok(sum)
}

/// Compares the selected folder.
pub async fn compare<K: Keeper>(mut reading: Reading<'_, K>) -> Result<Reconciliation, Fault> {
    let server = list(reading.session, 1).await?;
    let missing = unexplained(&reading, &server).await?;
    if !missing.is_empty() {
        tracing::warn!(
            mailbox = reading.mailbox.name,
            folder = reading.folder.name,
            mails = missing.len(),
            "on the server, unknown to the ledger: fetched now"
        );
        reading.take(&missing).await?;
    }
    let still = if missing.is_empty() { Vec::new() } else { unexplained(&reading, &missing).await? };
    Ok(Reconciliation {
        on_server: server.len(),
        accounted: server.len() - still.len(),
        unexplained: still.len(),
        fetched: missing.len() - still.len(),
    })
}

async fn unexplained<K: Keeper>(reading: &Reading<'_, K>, server: &[u32]) -> Result<Vec<u32>, Fault> {
    let known = reading.keeper.accounted(&reading.mailbox.name, &reading.folder.name, reading.mark.epoch).await?;
    let known: HashSet<u32> = known.into_iter().collect();
    let unwanted = if reading.mailbox.start == Start::All { 0 } else { reading.mark.old_until };
    Ok(server.iter().copied().filter(|uid| *uid > unwanted && !known.contains(uid)).collect())
}
