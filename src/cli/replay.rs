//! `guichet replay`: handle a parked or held mail again.

use std::process::ExitCode;

use serde_json::json;

use super::{Global, open, ui};
use crate::gateway::replay;
use crate::store::{Disposition, Reads};

/// Handle mails again, after a fix
///
/// The raw bytes are kept, so a mail that was parked (or held, or not handled yet) goes through the whole gateway once more.
/// What had its effect already is left alone. The daemon must be stopped.
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
    let mut gateway = open::gateway(&settings)?;
    let found = match &args.mail {
        Some(mail) => gateway.store().find_instances(mail)?,
        None => gateway.store().instances(Some(Disposition::Parked), usize::MAX)?,
    };
    let again = |disposition| matches!(disposition, None | Some(Disposition::Held | Disposition::Parked));
    let todo: Vec<u64> =
        found.iter().filter(|row| again(row.handled.as_ref().map(|handled| handled.disposition))).map(|row| row.id).collect();
    if todo.is_empty() {
        ui::note("guichet: nothing to handle again: no such mail, or it had its effect already");
        return Ok(ExitCode::FAILURE);
    }
    let bar = ui::bar("mails", todo.len() as u64);
    for instance in todo {
        let disposition = replay(&mut gateway, instance)?;
        let said = disposition.map(super::why::outcome);
        bar.suspend(|| match global.json {
            true => ui::json(&json!({"instance": instance, "outcome": disposition})),
            false => {
                ui::say(format!("mail #{instance}: {}", said.unwrap_or("gone")));
                Ok(())
            }
        })?;
        bar.inc(1);
    }
    Ok(ExitCode::SUCCESS)
}
