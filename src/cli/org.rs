//! `guichet org`: the organisation file into the store, and out again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use serde_json::json;

use super::changes::changes;
use super::control::{self, Answer, Ask};
use super::{Global, prepare, ui};
use crate::config::{Faults, Settings, read_articles, read_organisation};
use crate::desk::Organisation;
use crate::knowledge::{Filed, Known};
use crate::store::sqlite::Reader;
use crate::store::{ArticleReads, Reads};

/// Services, categories and agents: apply the organisation file, or export it
///
/// The organisation is one TOML file. Applying replaces all of it; tickets stay as they are. Works beside a running daemon as
/// well as without one.
///
/// Examples:
///   guichet org apply                      the file that the configuration names
///   guichet org apply organisation.toml
///   guichet org export --articles articles > organisation.toml
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
    Export {
        /// Write the articles into this folder, too: one file each, as `org apply` reads them
        #[arg(long, value_name = "FOLDER")]
        articles: Option<PathBuf>,
    },
}

/// Exit code 2 when the file has faults.
pub fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    match args.what {
        What::Apply { file, dry_run } => apply(file, dry_run, global)?,
        What::Export { articles } => export(articles.as_deref(), global)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The organisation file of a configuration, with the articles that it names.
pub fn read_all(settings: &Settings) -> Result<(Organisation, Option<Vec<Filed>>), Faults> {
    read_both(&settings.organisation, settings)
}

fn read_both(file: &Path, settings: &Settings) -> Result<(Organisation, Option<Vec<Filed>>), Faults> {
    let organisation = read_organisation(file, &settings.own)?;
    let articles = read_articles(file, &organisation)?;
    Ok((organisation, articles))
}

fn apply(file: Option<PathBuf>, dry_run: bool, global: &Global) -> anyhow::Result<()> {
    let settings = global.settings()?;
    let file = file.unwrap_or_else(|| settings.organisation.clone());
    let (organisation, articles) = read_both(&file, &settings)?;
    let (services, agents) = (organisation.services.len(), organisation.agents.len());
    let reader = Reader::open(&settings.database).ok();
    let before = reader.as_ref().and_then(|reader| reader.organisation().ok()).unwrap_or_default();
    let known = reader.as_ref().and_then(|reader| reader.articles().ok()).unwrap_or_default();
    let told = changes((&before, &known), (&organisation, articles.as_deref()));
    if !dry_run {
        prepare(&settings)?;
        match control::ask(&settings, Ask::Apply(Box::new(organisation), articles)).context("the organisation is not stored")? {
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

fn export(folder: Option<&Path>, global: &Global) -> anyhow::Result<()> {
    let settings = global.settings()?;
    let reader = Reader::open(&settings.database).context("nothing can be exported")?;
    let organisation = reader.organisation().context("nothing can be exported")?;
    if let Some(folder) = folder {
        export_articles(&reader.articles()?, folder)?;
    }
    match global.json {
        true => ui::json(&organisation),
        false => {
            ui::say(toml::to_string_pretty(&organisation)?.trim_end());
            Ok(())
        }
    }
}

/// Files under the names that they came from.
fn export_articles(articles: &[Known], folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    for Known { article, file, .. } in articles {
        let name = file.as_ref().map_or_else(|| format!("{}.md", article.number), |(name, _)| name.clone());
        let path = folder.join(name);
        fs::write(&path, article.written()?).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    ui::note(format!("Articles written: {}.", articles.len()));
    Ok(())
}
