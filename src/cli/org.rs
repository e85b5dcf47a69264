//! `guichet org`: the organisation file into the store, and out again.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use serde_json::json;

use super::changes::changes;
use super::control::{self, Answer, Ask};
use super::{Global, prepare, ui};
use crate::config::read_organisation;
use crate::store::Reads;
use crate::store::sqlite::Reader;

/// Services, categories and agents: apply the organisation file, or export it
///
/// The organisation is one TOML file. Applying replaces all of it; tickets stay as they are. Works beside a running daemon as
/// well as without one.
///
/// Examples:
///   guichet org apply                      the file that the configuration names
///   guichet org apply organisation.toml
///   guichet org export > organisation.toml
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Check a file and store it; on any fault nothing changes
    Apply {
        /// The file; otherwise the one that site.organisation names
        file: Option<PathBuf>,
        /// Check only
        #[arg(long)]
        dry_run: bool,
    },
    /// Print what is stored, as a file that can be applied
    Export,
}

/// Exit code 2 when the file has faults.
pub fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    match args.what {
        What::Apply { file, dry_run } => apply(file, dry_run, global)?,
        What::Export => export(global)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn apply(file: Option<PathBuf>, dry_run: bool, global: &Global) -> anyhow::Result<()> {
    let settings = global.settings()?;
    let file = file.unwrap_or_else(|| settings.organisation.clone());
    let organisation = read_organisation(&file, &settings.own)?;
    let (services, agents) = (organisation.services.len(), organisation.agents.len());
    let before = Reader::open(&settings.database).ok().and_then(|reader| reader.organisation().ok()).unwrap_or_default();
    let told = changes(&before, &organisation);
    if !dry_run {
        prepare(&settings)?;
        match control::ask(&settings, Ask::Apply(Box::new(organisation))).context("the organisation is not stored")? {
            Answer::Applied => {}
            _ => anyhow::bail!("the daemon answered something else"),
        }
    }
    match global.json {
        true => ui::json(&json!({ "services": services, "agents": agents, "stored": !dry_run, "changes": told })),
        false => {
            told.iter().for_each(ui::say);
            let done = if dry_run { "All is well" } else { "Stored" };
            ui::say(format!("{done} (services: {services}, agents: {agents})."));
            Ok(())
        }
    }
}

fn export(global: &Global) -> anyhow::Result<()> {
    let settings = global.settings()?;
    let organisation = Reader::open(&settings.database).and_then(|reader| reader.organisation()).context("nothing can be exported")?;
    match global.json {
        true => ui::json(&organisation),
        false => {
            ui::say(toml::to_string_pretty(&organisation)?.trim_end());
            Ok(())
        }
    }
}
