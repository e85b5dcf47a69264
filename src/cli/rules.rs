//! `guichet rules`: what the organisation's rules say of mails, without doing anything.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use serde_json::json;

use super::{Global, open, ui};
use crate::config::{Settings, read_organisation};
use crate::mail;
use crate::routing::rules::{Fit, Judgement, Rules};
use crate::store::Reads;

/// Try the rules on new mails, without doing anything
///
/// Reads the organisation file as it is now, applied or not, and tells for each mail which rules fit, what they found, and what they
/// come to: category, urgency, junk, held. Mails are files, or what is stored here.
///
/// Examples:
///   guichet rules try mail.eml other.eml
///   guichet rules try '#57' support/1234
///   guichet rules try --file new.toml mail.eml
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Tell what rules would do with mails
    Try {
        /// The organisation file; otherwise the one that site.organisation names
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Files, or stored mails: Message-ID, UID, mailbox/UID, or # and a row of the ledger
        #[arg(required = true, value_name = "MAIL")]
        mails: Vec<String>,
    },
}

/// Exit code 1 when a mail is not there, 2 when the file has faults.
pub fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let What::Try { file, mails } = args.what;
    let settings = global.settings()?;
    let organisation = read_organisation(&file.unwrap_or_else(|| settings.organisation.clone()), &settings.own)?;
    let (rules, limits) = (Rules::of(&organisation.rules), settings.site()?.limits);
    for name in &mails {
        let raw = bytes(name, &settings)?;
        let judged = rules.judge(&mail::read(&raw, &limits), &raw);
        if global.json { ui::json(&json!({"mail": name, "judged": judged}))? } else { tell(name, &judged) }
    }
    Ok(ExitCode::SUCCESS)
}

fn bytes(name: &str, settings: &Settings) -> anyhow::Result<Vec<u8>> {
    if Path::new(name).is_file() {
        return std::fs::read(name).with_context(|| format!("{name} cannot be read"));
    }
    let reader = open::reader(settings)?;
    let found = reader.find_instances(name)?;
    let row = found.first().with_context(|| format!("{name} is no file, and no such mail is stored"))?;
    reader.raw(row.id)?.with_context(|| format!("the bytes of {name} are no more"))
}

fn tell(name: &str, judged: &Judgement) {
    ui::say(name);
    for Fit { rule, found } in &judged.fits {
        let found = found.iter().map(|(key, text)| format!("{key}: {text:?}")).collect::<Vec<_>>().join("  ");
        ui::say(format!("  fits        {rule}  ({found})"));
    }
    let place = judged.place.as_ref().map(|(service, category)| format!("category {service}/{category}"));
    let urgency = judged.urgency.map(|urgency| format!("urgency {}", urgency.word()));
    let verdict = judged.junk.then(|| "junk".to_owned()).or_else(|| judged.hold.then(|| "held".to_owned()));
    let all: Vec<String> = [place, urgency, verdict].into_iter().flatten().collect();
    ui::say(format!("  comes to    {}", if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }));
}
