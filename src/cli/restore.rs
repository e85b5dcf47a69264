//! `guichet restore`: a backup in the place of the database, and the mails that came since.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Global, open, reconcile, ui};
use crate::config::Settings;
use crate::store::Reads;
use crate::store::sqlite::{Reader, replace};

/// Servers say when they received a mail, and their clocks differ from ours; what is looked at twice is recognised.
const MARGIN: SignedDuration = SignedDuration::from_hours(24);

/// Put a backup in the place of the database
///
/// The daemon must be stopped. The database that is there is set aside (`guichet.db.before-restore`). Links, keys and sessions of before
/// are over: some were used since, and would be unused again; whoever presses one is offered a fresh one. Letters that were on their way
/// are not sent again. The signing key must be there: it is not in the backup.
///
/// Then the mails that were handled since the backup are taken in once more, from the folder where handled mails go: they are filed
/// where they belong, and nobody is answered. Mails that still wait in the inbox are handled as always. What was done by page
/// and link since the backup is lost. If a server cannot be asked, this says how to go on.
///
/// Examples:
///   guichet restore /srv/backup/guichet-monday.db
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The backup, as `guichet backup` made it
    #[arg(value_name = "FILE")]
    from: PathBuf,
}

/// Exit code 1 when the backup is damaged, a daemon runs, or a server could not be asked.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    anyhow::ensure!(args.from != settings.database, "this is the database itself");
    Reader::open(&args.from).and_then(|backup| backup.verify()).with_context(|| format!("{}: no whole backup", args.from.display()))?;
    // A new one would be made at the next start, and no answer to an earlier mail would find its ticket.
    anyhow::ensure!(settings.key_file.exists(), "{}: put the signing key of this backup there first", settings.key_file.display());
    let (over, aside) = replace(&settings.database, &args.from, Timestamp::now())?;
    match global.json {
        true => ui::json(&json!({"before": aside, "tokens_ended": over.tokens, "letters_not_sent": over.letters}))?,
        false => {
            ui::say(format!("restored; {} links, keys and sessions are over, {} letters are not sent again", over.tokens, over.letters));
            aside.iter().for_each(|aside| ui::say(format!("the database of before is {}", aside.display())));
        }
    }
    let since = written_until(&settings)? - MARGIN;
    ui::note(format!("mails since {since} follow; to repeat it: guichet reconcile --handled-since {since}"));
    reconcile::run(&reconcile::Args { handled_since: Some(since) }, global)
}

/// When the newest mail of the backup came.
fn written_until(settings: &Settings) -> anyhow::Result<Timestamp> {
    let (reader, connections) = (open::reader(settings)?, settings.connections()?);
    let mut last = None;
    for mailbox in &connections.imap {
        last = last.max(reader.last_arrival(&mailbox.name)?);
    }
    Ok(last.unwrap_or(Timestamp::UNIX_EPOCH + MARGIN))
}
