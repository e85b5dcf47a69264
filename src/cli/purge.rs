//! `guichet purge`: what the site keeps no longer, deleted now instead of little by little.

use std::process::ExitCode;

use super::control::{self, Answer, Ask};
use super::{Global, Unusable, open, ui};
use crate::gateway::retention::overdue;
use crate::site::Retention;
use crate::store::{RetentionReads, Swept};

/// Delete what is overdue by [retention], or tell how much it is
///
/// The daemon does the same by itself, a portion every ten seconds while something is overdue. Works beside it as well as without it.
/// Deleted content is overwritten in the database; space that is free then is used again. Backups made before still hold it.
///
/// Examples:
///   guichet purge --dry-run
///   guichet purge
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Delete nothing, tell how much is overdue
    #[arg(long)]
    dry_run: bool,
}

/// Exit code 2 when everything is kept for ever.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    let retention = settings.retention();
    if retention == Retention::default() {
        return Err(Unusable("everything is kept for ever: see [retention] in the configuration".into()).into());
    }
    if args.dry_run {
        let due = open::reader(&settings)?.overdue(&overdue(&retention, jiff::Timestamp::now()))?;
        tell(due, "overdue", global)?;
        return Ok(ExitCode::SUCCESS);
    }
    let spinner = ui::spinner("portions");
    let mut all = Swept::default();
    loop {
        let Answer::Swept(swept) = control::ask(&settings, Ask::Sweep)? else {
            anyhow::bail!("the daemon answered something else");
        };
        if swept.is_nothing() {
            break;
        }
        all = all.and(swept);
        spinner.inc(1);
    }
    spinner.finish_and_clear();
    tell(all, "deleted", global)?;
    Ok(ExitCode::SUCCESS)
}

fn tell(swept: Swept, what: &str, global: &Global) -> anyhow::Result<()> {
    if global.json {
        return ui::json(&serde_json::json!({ what: swept }));
    }
    let Swept { mails, tickets, letters, traces, .. } = swept;
    ui::say(format!("{what}: {mails} raw mails, {tickets} tickets, {letters} letters, {traces} decisions"));
    Ok(())
}
