//! `guichet doctor`: everything that a site needs, looked at where it is, and what to do about what is missing.
//!
//! Promises: nothing is changed, and nothing is sent unless asked for; one check that fails or hangs stops no other.

mod local;
mod names;
mod page;
mod servers;
mod trip;

use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use super::{Global, check, ui};
use crate::address::Address;
use crate::config::{Settings, load};

/// How long one check may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Look at everything that the desk needs, and tell what to do
///
/// Checks the configuration, the database and its disk, mailboxes (sign-in, folders, IDLE), the relay (TLS, sign-in; nothing is sent),
/// the domain's names (MX, SPF, DMARC, DKIM with --selector), the pages behind their proxy, and what waits in the desk.
/// Each line says what is well, what should be looked at, and what is broken, with what to do about it.
///
/// --send-to sends one test mail there. --round-trip sends one to the desk itself, at an address with a tag, and waits for it in the mailbox: then
/// mail comes back, tags arrive, the clocks agree, and a forged Authentication-Results field was removed on the way.
///
/// Examples:
///   guichet doctor
///   guichet doctor --send-to me@example.org --selector mail2026
///   guichet doctor --round-trip
///   guichet doctor --json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Send one test mail to this address
    #[arg(long, value_name = "ADDRESS")]
    send_to: Option<Address>,
    /// Send one mail to the desk itself, and wait for it in the mailbox
    #[arg(long)]
    round_trip: bool,
    /// The DKIM selector that the relay signs with
    #[arg(long, value_name = "NAME")]
    selector: Option<String>,
    /// Ask no name server
    #[arg(long)]
    no_dns: bool,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// As it should be.
    Well,
    /// A person should look at it.
    Look,
    /// The desk cannot work with it.
    Broken,
}

/// What was found out about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    /// What it is about.
    about: String,
    state: State,
    /// What was found.
    said: String,
    /// What to do; empty when nothing is.
    advice: String,
}

impl Finding {
    fn well(about: &str, said: impl Into<String>) -> Finding {
        Finding { about: about.to_owned(), state: State::Well, said: said.into(), advice: String::new() }
    }

    fn look(about: &str, said: impl Into<String>, advice: &str) -> Finding {
        Finding { state: State::Look, advice: advice.to_owned(), ..Finding::well(about, said) }
    }

    fn broken(about: &str, said: impl Into<String>, advice: &str) -> Finding {
        Finding { state: State::Broken, advice: advice.to_owned(), ..Finding::well(about, said) }
    }
}

/// Exit code 0 when nothing is broken, else 1.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let mut findings = Vec::new();
    match global.config_file().and_then(|file| load(&file)) {
        Ok(settings) => examine(&settings, args, global, &mut findings)?,
        Err(faults) => {
            for fault in faults.0 {
                tell(
                    &Finding::broken("configuration", fault.to_string(), "mend that line; `guichet check` tells the rest"),
                    global,
                    &mut findings,
                )?;
            }
        }
    }
    let broken = findings.iter().filter(|state| **state == State::Broken).count();
    let look = findings.iter().filter(|state| **state == State::Look).count();
    if !global.json {
        ui::say(format!("{} checks: {broken} broken, {look} to look at", findings.len()));
    }
    Ok(if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn examine(settings: &Settings, args: &Args, global: &Global, findings: &mut Vec<State>) -> anyhow::Result<()> {
    let mut say = |finding: Finding| tell(&finding, global, findings);
    configuration(settings).into_iter().chain(local::examine(settings)).try_for_each(&mut say)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        say(page::examine(settings).await)?;
        if !args.no_dns {
            names::examine(settings, args.selector.as_deref()).await.into_iter().try_for_each(&mut say)?;
        }
        // What cannot be fetched was told with the configuration.
        let Ok(connections) = settings.connections() else { return Ok(()) };
        servers::examine(&connections).await.into_iter().try_for_each(&mut say)?;
        if let Some(to) = &args.send_to {
            say(trip::send_to(settings, &connections, to).await)?;
        }
        if args.round_trip {
            trip::round(settings, &connections).await.into_iter().try_for_each(&mut say)?;
        }
        Ok(())
    })
}

fn configuration(settings: &Settings) -> Vec<Finding> {
    let faults = check::faults(settings);
    let warned = settings.warnings.iter().map(|warning| Finding::look("configuration", warning.to_string(), "see that this is meant"));
    let mut findings: Vec<Finding> = warned.collect();
    match faults.is_empty() {
        true => findings.push(Finding::well("configuration", "configuration, secrets, organisation and texts can be used")),
        false => findings.extend(faults.iter().map(|fault| Finding::broken("configuration", fault.to_string(), "mend that line"))),
    }
    findings
}

fn tell(finding: &Finding, global: &Global, findings: &mut Vec<State>) -> anyhow::Result<()> {
    findings.push(finding.state);
    if global.json {
        return ui::json(finding);
    }
    let mark = match finding.state {
        State::Well => "ok    ",
        State::Look => "look  ",
        State::Broken => "BROKEN",
    };
    ui::say(format!("{mark} {}: {}", finding.about, ui::one_line(&finding.said)));
    if !finding.advice.is_empty() {
        ui::say(format!("       -> {}", finding.advice));
    }
    Ok(())
}
