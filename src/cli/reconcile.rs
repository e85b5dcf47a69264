//! `guichet reconcile`: what the servers have against what the ledger has.

use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::{Global, open, ui};
use crate::gateway::Handle;
use crate::intake::imap::{self, ImapMailbox, Reconciliation};

/// Compare each mailbox with the ledger
///
/// Lists the messages of every watched IMAP folder and looks each one up. What nobody has seen is fetched and handled. The daemon
/// does the same every day; for this command it must be stopped.
///
/// Prints "support: n on server, n accounted, 0 unexplained".
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// After a restore: first take in once more what was handled since then, from where handled mails go; nobody is answered
    #[arg(long, value_name = "TIME")]
    pub(super) handled_since: Option<Timestamp>,
}

/// Exit code 1 when something remains unexplained or a server could not be asked.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    let connections = settings.connections()?;
    let gateway = open::gateway(&settings)?;
    let readers = gateway.store().readers(1)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let (handle, thread) = Handle::start(gateway, readers)?;
        let shared = Arc::new(handle.clone());
        let mut well = true;
        for mailbox in &connections.imap {
            match compared(mailbox, shared.as_ref(), args.handled_since).await {
                Ok(found) => {
                    well &= found.unexplained == 0;
                    let line = format!("{}: {} on server, {} accounted, {} unexplained", mailbox.name, found.on_server, found.accounted, found.unexplained);
                    let object = json!({"mailbox": mailbox.name, "on_server": found.on_server, "accounted": found.accounted, "unexplained": found.unexplained, "fetched": found.fetched});
                    if global.json { ui::json(&object)? } else { ui::say(line) }
                }
                Err(fault) => {
                    well = false;
                    ui::note(format!("guichet: {}: {fault}", mailbox.name));
                }
            }
        }
        well &= balance(&handle, global).await?;
        drop((shared, handle));
        tokio::task::spawn_blocking(move || thread.join()).await?.map_err(|_| anyhow::anyhow!("the gateway's thread panicked"))?;
        Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

async fn compared(mailbox: &ImapMailbox, keeper: &Handle, handled_since: Option<Timestamp>) -> Result<Reconciliation, imap::Fault> {
    if let Some(since) = handled_since {
        let looked_at = imap::recover(mailbox, keeper, since).await?;
        ui::note(format!("{}: {looked_at} handled mails looked at", mailbox.name));
    }
    imap::reconcile(mailbox, keeper).await
}

/// The ledger's own balance (CASEBOOK INV12).
async fn balance(handle: &Handle, global: &Global) -> anyhow::Result<bool> {
    let count = handle.look(|reads| reads.count(None)).await??;
    let sum = count.attached + count.new + count.held + count.ignored + count.parked + count.waiting;
    if global.json {
        ui::json(&json!({"ledger": count, "balanced": sum == count.all}))?;
    } else {
        ui::say(format!(
            "ledger: {} mails = {} attached + {} new + {} held + {} without effect + {} parked + {} waiting",
            count.all, count.attached, count.new, count.held, count.ignored, count.parked, count.waiting
        ));
    }
    Ok(sum == count.all)
}
