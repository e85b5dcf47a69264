//! `guichet replay`: handle a parked or held mail again.

use std::process::ExitCode;

use serde_json::json;

use super::control::{self, Answer, Ask};
use super::{Global, open, ui};
use crate::config::Settings;
use crate::store::{Disposition, Reads};

/// Handle mails again, after a fix
///
/// The raw bytes are kept, so a mail that was parked (or held, or not handled yet) goes through the whole gateway once more.
/// What had its effect already is left alone. Works beside a running daemon as well as without one.
///
/// Examples:
///   guichet replay '#57'
///   guichet replay --parked                       all that could not be handled
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Message-ID, UID, mailbox/UID, or # and a row of the ledger
    #[arg(required_unless_present = "parked")]
    mail: Option<String>,
    /// All parked mails
    #[arg(long)]
    parked: bool,
}

/// Exit code 1 when nothing was there to handle.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    let todo = todo(args, &settings)?;
    if todo.is_empty() {
        ui::note("guichet: nothing to handle again: no such mail, or it had its effect already");
        return Ok(ExitCode::FAILURE);
    }
    let bar = ui::bar("mails", todo.len() as u64);
    for some in todo.chunks(control::REPLAY_MAX.min(10)) {
        let Answer::Replayed(outcomes) = control::ask(&settings, Ask::Replay(some.to_vec()))? else {
            anyhow::bail!("the daemon answered something else");
        };
        outcomes.iter().try_for_each(|outcome| bar.suspend(|| tell(outcome, global)))?;
        bar.inc(some.len() as u64);
    }
    Ok(ExitCode::SUCCESS)
}

/// Rows of those mails that had no effect yet.
fn todo(args: &Args, settings: &Settings) -> anyhow::Result<Vec<u64>> {
    let reader = open::reader(settings)?;
    let found = match &args.mail {
        Some(mail) => reader.find_instances(mail)?,
        None => reader.instances(Some(Disposition::Parked), usize::MAX)?,
    };
    let again = |disposition| matches!(disposition, None | Some(Disposition::Held | Disposition::Parked));
    Ok(found.iter().filter(|row| again(row.handled.as_ref().map(|handled| handled.disposition))).map(|row| row.id).collect())
}

fn tell((instance, disposition): &(u64, Option<Disposition>), global: &Global) -> anyhow::Result<()> {
    if global.json {
        return ui::json(&json!({"instance": instance, "outcome": disposition}));
    }
    ui::say(format!("mail #{instance}: {}", disposition.map_or("gone", super::why::outcome)));
    Ok(())
}
