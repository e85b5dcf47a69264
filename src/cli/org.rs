//! `guichet org`: the organisation file into the store, and out again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use serde_json::json;

use super::changes::{changes, undone_changes};
use super::control::{self, Answer, Ask};
use super::{Global, prepare, ui};
use crate::config::{Faults, Settings, read_articles, read_organisation};
use crate::desk::Organisation;
use crate::knowledge::{Filed, Known};
use crate::store::sqlite::Reader;
use crate::store::{ArticleReads, StaffingReads};

/// Services, categories and agents: apply the organisation file, or export it
///
/// The organisation is one TOML file. Applying replaces all of it; tickets stay as they are. Works beside a running daemon as
/// well as without one. What whoever manages a service changed by page since the last time is never undone unasked: take it
/// over into the file with `export`, or let the file win with --undo-pages.
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
        /// The file wins: what was changed by page and is not in it is undone
        #[arg(long)]
        undo_pages: bool,
    },
    /// Print what is stored, as a file that can be applied
    Export {
        /// Write the articles into this folder, too: one file each, as `org apply` reads them
        #[arg(long, value_name = "FOLDER")]
        articles: Option<PathBuf>,
    },
}

/// Exit code 2 when the file has faults, or would undo what was changed by page.
pub fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    match args.what {
        What::Apply { file, dry_run, undo_pages } => apply(file, (dry_run, undo_pages), global),
        What::Export { articles } => export(articles.as_deref(), global).map(|()| ExitCode::SUCCESS),
    }
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

fn apply(file: Option<PathBuf>, (dry_run, undo_pages): (bool, bool), global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    let file = file.unwrap_or_else(|| settings.organisation.clone());
    let (organisation, articles) = read_both(&file, &settings)?;
    let (services, agents) = (organisation.services.len(), organisation.agents.len());
    let reader = Reader::open(&settings.database).ok();
    let before = reader.as_ref().and_then(|reader| reader.declared().ok()).unwrap_or_default();
    let known = reader.as_ref().and_then(|reader| reader.articles().ok()).unwrap_or_default();
    let mut told = changes((&before, &known), (&organisation, articles.as_deref()));
    let staffed = reader.as_ref().and_then(|reader| reader.staffed_since_file().ok()).unwrap_or_default();
    let undone = undone_changes(staffed, &organisation);
    told.extend(undone.iter().cloned());
    let kept_back = !undone.is_empty() && !undo_pages;
    if !dry_run && !kept_back {
        prepare(&settings)?;
        match control::ask(&settings, Ask::Apply(Box::new(organisation), articles)).context("the organisation is not stored")? {
            Answer::Applied => {}
            _ => anyhow::bail!("the daemon answered something else"),
        }
    }
    match global.json {
        true => ui::json(&json!({ "services": services, "agents": agents, "stored": !dry_run && !kept_back, "changes": told }))?,
        false => {
            told.iter().for_each(ui::say);
            let done = match (kept_back, dry_run) {
                (true, _) => "Nothing is stored: take over what was changed by page (`guichet org export`), or apply with --undo-pages",
                (false, true) => "All is well",
                (false, false) => "Stored",
            };
            ui::say(format!("{done} (services: {services}, agents: {agents})."));
        }
    }
    Ok(if kept_back { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

fn export(folder: Option<&Path>, global: &Global) -> anyhow::Result<()> {
    let settings = global.settings()?;
    let reader = Reader::open(&settings.database).context("nothing can be exported")?;
    let organisation = reader.declared().context("nothing can be exported")?;
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
