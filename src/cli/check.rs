//! `guichet check`: everything that is wrong, before anything is started.

use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;

use super::{Global, page_texts, templates, told, ui};
use crate::config::{Fault, Faults, Settings, load, read_organisation};

/// Tell everything that is wrong with the configuration
///
/// Reads guichet.toml and the organisation file, fetches every secret, reads the signing keys, and renders
/// every mail with samples. Nothing is started, sent or connected to. Each fault is one line: file:line:column: key: what is wrong.
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
    let settings = load(&global.config_file()?)?;
    settings.warnings.iter().for_each(|warning| ui::note(format!("warning: {warning}")));
    let faults = faults(&settings);
    if !faults.is_empty() {
        return Err(Faults(faults).into());
    }
    match global.json {
        true => ui::json(&json!({ "faults": [], "warnings": settings.warnings }))?,
        false => ui::say("All is well."),
    }
    Ok(ExitCode::SUCCESS)
}

/// Everything that is wrong with what the configuration names.
pub(super) fn faults(settings: &Settings) -> Vec<Fault> {
    let (site, connections) = (settings.site().map(|_| ()), settings.connections().map(|_| ()));
    let faults = [site, connections, organisation(settings), texts(settings)];
    faults.into_iter().filter_map(Result::err).flat_map(|faults| faults.0).collect()
}

/// The texts of mails and pages.
fn texts(settings: &Settings) -> Result<(), Faults> {
    let templates = Arc::new(templates(settings)?);
    let pages = page_texts(settings, templates.clone())?;
    told(templates.check().into_iter().chain(pages.check()).collect())
}

/// The organisation file, where there is one: it may have been applied from elsewhere.
fn organisation(settings: &Settings) -> Result<(), Faults> {
    if settings.organisation.exists() { read_organisation(&settings.organisation, &settings.own).map(|_| ()) } else { Ok(()) }
}
