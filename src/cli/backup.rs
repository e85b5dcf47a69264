//! `guichet backup`: a whole copy of the database, beside a running daemon.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use serde_json::json;

use super::{Global, open, ui};
use crate::store::Reads;
use crate::store::sqlite::Reader;

/// Copy the database into a file, while everything goes on
///
/// The copy is of one moment, compact, for this user alone, and complete when it appears under its name; it is opened and checked
/// before this command says so. Restored, it starts nothing by itself on another machine (`guichet run --moved`). The signing key
/// is not in it: keep that file, too.
///
/// Examples:
///   guichet backup /srv/backup/guichet-monday.db
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The file; one that is there is replaced when the new one is whole
    #[arg(value_name = "FILE")]
    to: PathBuf,
}

/// Exit code 1 when no whole copy was made.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    anyhow::ensure!(args.to != settings.database, "this is the database itself");
    open::reader(&settings)?.backup(&args.to).context("the copy could not be made")?;
    let copy = Reader::open(&args.to)?;
    copy.verify().context("the copy is damaged: do not rely on it")?;
    // For `doctor`; a copy that is whole is no failure because nobody remembers it.
    if let Err(fault) = std::fs::write(settings.last_backup(), jiff::Timestamp::now().to_string()) {
        ui::note(format!("guichet: that there is a backup could not be noted: {fault}"));
    }
    let (mails, bytes) = (copy.count(None)?.all, std::fs::metadata(&args.to)?.len());
    match global.json {
        true => ui::json(&json!({"file": args.to, "bytes": bytes, "mails": mails}))?,
        false => ui::say(format!("{}: {bytes} bytes, {mails} mails, checked", args.to.display())),
    }
    Ok(ExitCode::SUCCESS)
}
