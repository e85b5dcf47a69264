//! `guichet check`: everything that is wrong, before anything is started.

use std::process::ExitCode;

use serde_json::json;

use super::{Global, ui};

/// Tell everything that is wrong with the configuration
///
/// Reads guichet.toml, fetches every secret, and reads the signing keys. Nothing is started, sent or
/// connected to. Each fault is one line: file:line:column: key: what is wrong.
///
/// Examples:
///   guichet check
///   guichet check --config /etc/guichet/guichet.toml
///   guichet check --json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {}

/// Exit code 0 when all is well, 2 otherwise.
pub fn run(_: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    settings.site()?;
    match global.json {
        true => ui::json(&json!({ "faults": [], "warnings": settings.warnings }))?,
        false => ui::say("All is well."),
    }
    Ok(ExitCode::SUCCESS)
}
