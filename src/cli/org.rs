//! `guichet org`: the organisation file into the store, and out again.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use serde_json::json;

use super::{Global, prepare, ui};
use crate::config::read_organisation;
use crate::store::sqlite::{Reader, Sqlite};
use crate::store::{Reads, Store};

/// Services, categories and agents: apply the organisation file, or export it
///
/// The organisation is one TOML file. Applying replaces all of it; tickets stay as they are.
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
    if !dry_run {
        prepare(&settings)?;
        let mut store = Sqlite::open(&settings.database).context(
            "the organisation is not stored; a running gateway reads site.organisation again on SIGHUP (systemctl reload guichet)",
        )?;
        store.apply_organisation(&organisation).context("the organisation is not stored")?;
    }
    let (services, agents) = (organisation.services.len(), organisation.agents.len());
    match global.json {
        true => ui::json(&json!({ "services": services, "agents": agents, "stored": !dry_run })),
        false => {
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
