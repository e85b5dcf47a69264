//! The command line: one file per subcommand, each with its `Args` and a `run(args, &Global)`.
//!
//! Results go to standard output, as lines or with `--json` as JSON; everything else to standard error.
//! Exit codes: 0 well, 1 failed, 2 configuration or usage; `ingest` answers with sysexits(3) codes.
//!
//! A new subcommand is a file, a variant of [`Command`] and a line in [`Command::run`].

pub mod backup;
pub mod changes;
mod check;
mod control;
pub mod demo;
mod doctor;
pub mod export;
pub mod held;
mod home;
pub mod ingest;
pub mod init;
pub mod inspect;
pub mod logs;
pub mod open;
pub mod org;
mod person;
pub mod purge;
pub mod reconcile;
pub mod replay;
mod restore;
pub mod rules;
pub mod run;
mod spool;
pub mod stats;
pub mod texts;
pub mod ticket;
pub mod ui;
pub mod why;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{ArgAction, Parser, Subcommand};

use crate::config::written::Log;
use crate::config::{Fault, Faults, Settings, load};
use crate::notifications::{TemplateFault, Templates};
use crate::site::SharedSite;
use crate::web::Texts;

/// Exit code for a configuration or an invocation that cannot be used.
pub const UNUSABLE: u8 = 2;

/// Where the configuration is looked for when nothing names it.
const PLACES: [&str; 2] = ["guichet.toml", "/etc/guichet/guichet.toml"];

/// An email-driven help desk: a mailbox in, tickets and answers out.
///
/// Guichet watches a support mailbox, turns each mail into a ticket or an update of one, and writes back. Requesters
/// and agents need nothing but their mail client; links in the mails open small pages for whoever prefers a page.
#[derive(Debug, Parser)]
#[command(name = "guichet", version, arg_required_else_help = true, propagate_version = true, after_help = FIRST_STEPS)]
struct Invocation {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const FIRST_STEPS: &str = "\
First steps:
  guichet demo        plays a ticket's life in a village of four mailboxes, without any server
  guichet init        asks a few questions and writes guichet.toml
  guichet check       tells everything that is wrong with it, before anything is started

Exit codes: 0 well, 1 failed, 2 the configuration or the command cannot be used.";

/// What all subcommands share.
#[derive(Debug, clap::Args)]
pub struct Global {
    /// The configuration; otherwise ./guichet.toml, then /etc/guichet/guichet.toml
    #[arg(long, short, global = true, env = "GUICHET_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print results as JSON, one object a line
    #[arg(long, global = true)]
    pub json: bool,
    /// Log more; twice: everything
    #[arg(long, short, global = true, action = ArgAction::Count)]
    verbose: u8,
    /// Log less; twice: errors alone
    #[arg(long, short, global = true, action = ArgAction::Count, conflicts_with = "verbose")]
    quiet: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Init(init::Args),
    Check(check::Args),
    Doctor(doctor::Args),
    Run(run::Args),
    Ingest(ingest::Args),
    Inspect(inspect::Args),
    Why(why::Args),
    Held(held::Args),
    Replay(replay::Args),
    Reconcile(reconcile::Args),
    Ticket(ticket::Args),
    Org(org::Args),
    Rules(rules::Args),
    Stats(stats::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Purge(purge::Args),
    Person(person::Args),
    Export(export::Args),
}

impl Command {
    fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        match self {
            Command::Demo(args) => demo::run(&args, global),
            Command::Init(args) => init::run(args, global),
            Command::Check(args) => check::run(args, global),
            Command::Doctor(args) => doctor::run(&args, global),
            Command::Run(args) => run::run(args, global),
            Command::Ingest(args) => ingest::run(&args, global),
            Command::Inspect(args) => inspect::run(args, global),
            Command::Why(args) => why::run(&args, global),
            Command::Held(args) => held::run(args, global),
            Command::Replay(args) => replay::run(&args, global),
            Command::Reconcile(args) => reconcile::run(&args, global),
            Command::Ticket(args) => ticket::run(args, global),
            Command::Org(args) => org::run(args, global),
            Command::Rules(args) => rules::run(args, global),
            Command::Stats(args) => stats::run(&args, global),
            Command::Export(args) => export::run(&args, global),
            Command::Backup(args) => backup::run(&args, global),
            Command::Restore(args) => restore::run(&args, global),
            Command::Purge(args) => purge::run(&args, global),
            Command::Person(args) => person::run(args, global),
        }
    }
}

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    // Fail points exist in test builds only; here they learn what the environment asks of them.
    let _points = fail::FailScenario::setup();
    let Invocation { global, command } = Invocation::parse();
    match command.run(&global) {
        Ok(code) => code,
        Err(error) => tell(&error, &global),
    }
}

/// A command that cannot be done as it was given: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(pub String);

fn tell(error: &anyhow::Error, global: &Global) -> ExitCode {
    if let Some(faults) = error.downcast_ref::<Faults>() {
        if global.json {
            ui::say(serde_json::json!({ "faults": faults }).to_string());
        }
        ui::note(faults.to_string());
        return ExitCode::from(UNUSABLE);
    }
    ui::note(format!("guichet: {}", ui::one_line(&format!("{error:#}"))));
    if error.is::<Unusable>() { ExitCode::from(UNUSABLE) } else { ExitCode::FAILURE }
}

impl Global {
    /// Reads the configuration, and starts logging as it says. Faults end with exit code 2.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        let settings = load(&self.config_file()?)?;
        logs::start(settings.log, self.louder());
        Ok(settings)
    }

    /// Starts logging for a command that needs no configuration.
    pub fn start_logs(&self) {
        logs::start(Log::default(), self.louder());
    }

    /// The configuration file that is meant.
    pub fn config_file(&self) -> Result<PathBuf, Faults> {
        let usual = || PLACES.iter().map(Path::new).find(|path| path.exists()).map(Path::to_owned);
        self.config.clone().or_else(usual).ok_or_else(|| {
            let reason = "there is no configuration here or in /etc/guichet; `guichet init` writes one, --config names one";
            Fault::of_file("guichet.toml", reason).into()
        })
    }

    fn louder(&self) -> i8 {
        let steps = |count: u8| i8::try_from(count.min(9)).unwrap_or(9);
        steps(self.verbose) - steps(self.quiet)
    }
}

/// Makes what a first start needs (state folder, signing key) where it is missing, and gives the site.
pub fn prepare(settings: &Settings) -> anyhow::Result<SharedSite> {
    let mut fresh = [0; 32];
    getrandom::fill(&mut fresh).map_err(|error| anyhow::anyhow!("this system gives no random bytes: {error}"))?;
    settings.prepare(&fresh)?;
    Ok(settings.site()?)
}

/// The texts of mails, ready, with those of the site's own folder; what is wrong with them ends with exit code 2.
pub fn templates(settings: &Settings) -> Result<Templates, Faults> {
    let templates = texts::load(settings.templates.as_deref()).map_err(faults)?;
    let known = templates.languages().any(|language| language == settings.language);
    let missing = || settings.fault("site.language", "there are no templates in this language").into();
    if known { Ok(templates) } else { Err(missing()) }
}

/// The texts of pages, in the words of these mails' texts.
pub fn page_texts(settings: &Settings, templates: Arc<Templates>) -> Result<Texts, Faults> {
    texts::pages(settings.templates.as_deref(), templates).map_err(faults)
}

/// An error where there are faults.
fn told(found: Vec<TemplateFault>) -> Result<(), Faults> {
    if found.is_empty() { Ok(()) } else { Err(faults(found)) }
}

fn faults(found: Vec<TemplateFault>) -> Faults {
    Faults(found.into_iter().map(|fault| Fault::of_file(&fault.template, fault.reason)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Invocation::command().debug_assert();
    }
}
