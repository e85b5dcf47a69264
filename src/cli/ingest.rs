//! `guichet ingest`: mails from a pipe or files, with the exit codes that mail servers understand.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use super::control::{self, Answer, Ask};
use super::{Global, open, spool, ui};
use crate::config::Settings;
use crate::gateway::trial::Would;
use crate::gateway::{Gateway, Waiting, resume};
use crate::intake::stdin;
use crate::ports::Arrival;
use crate::store::sqlite::Sqlite;
use crate::store::{Reads, Store};

/// sysexits(3): what was given is no mail, or cannot be read.
const EX_DATAERR: u8 = 65;
/// sysexits(3): not now; the mail server keeps the mail and tries again.
const EX_TEMPFAIL: u8 = 75;

/// Take in mails from standard input or files
///
/// For a pipe from a mail server (Postfix: `support: "|guichet ingest"`), or for files saved by hand. With a daemon
/// running, the mail goes to its spool and is handled within seconds; otherwise it is handled here.
///
/// Exit codes, as mail servers read them (sysexits): 0 stored, 65 no mail there or unusable arguments, 75 try again later.
///
/// Examples:
///   guichet ingest < mail.eml
///   guichet ingest saved/*.eml
///   guichet ingest --old archive/*.eml            stored as tickets, answered by nobody
///   guichet ingest --dry-run mail.eml             what it would do, and to whom mails would leave
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Mails to take in; standard input when there is none
    files: Vec<PathBuf>,
    /// Old mail: store it, answer nobody
    #[arg(long)]
    old: bool,
    /// Only tell what each mail would do: its outcome, and the mails that would leave
    #[arg(long, conflicts_with = "old")]
    dry_run: bool,
}

/// Takes them in.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = match global.settings() {
        Ok(settings) => settings,
        Err(fault) => return Ok(later(&fault)),
    };
    let arrivals = match read(args, &settings) {
        Ok(arrivals) if arrivals.iter().all(|arrival| !arrival.raw.is_empty()) => arrivals,
        Ok(_) => return Ok(unusable("there is no mail: the input is empty")),
        Err(fault) => return Ok(unusable(&format!("{fault:#}"))),
    };
    if args.dry_run {
        return arrivals.into_iter().try_for_each(|arrival| would(&settings, &arrival.raw, global)).map(|()| ExitCode::SUCCESS);
    }
    match open::gateway(&settings) {
        Ok(mut gateway) => store(&mut gateway, arrivals, global).or_else(|fault| Ok(later(&fault))),
        Err(_) if settings.database.exists() => {
            let spooled = arrivals.iter().try_for_each(|arrival| spool::put(&settings, &arrival.raw));
            Ok(spooled.map_or_else(|fault| later(&fault), |()| ExitCode::SUCCESS))
        }
        Err(fault) => Ok(later(&fault)),
    }
}

fn read(args: &Args, settings: &Settings) -> anyhow::Result<Vec<Arrival>> {
    let limit = settings.site().map(|site| site.limits.size).unwrap_or(crate::mail::Limits::default().size);
    let now = jiff::Timestamp::now();
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let mut arrivals = Vec::new();
        for file in &args.files {
            arrivals.push(stdin::read(tokio::fs::File::open(file).await?, limit, now).await?);
        }
        if args.files.is_empty() {
            arrivals.push(stdin::read(tokio::io::stdin(), limit, now).await?);
        }
        arrivals.iter_mut().for_each(|arrival| arrival.old = args.old);
        Ok(arrivals)
    })
}

fn store(gateway: &mut Gateway<Sqlite>, arrivals: Vec<Arrival>, global: &Global) -> anyhow::Result<ExitCode> {
    // What was kept and not handled when a program before this one ended.
    resume(gateway)?;
    let bar = ui::bar("mails", arrivals.len() as u64);
    for arrival in arrivals {
        let kept = gateway.store_mut().keep(std::slice::from_ref(&arrival))?;
        fail::fail_point!("kept", |_| std::process::abort());
        let Some(kept) = kept.first() else { continue };
        if !kept.known {
            let cut = arrival.cut_from.is_some();
            let waiting =
                Waiting { instance: kept.instance, received_at: arrival.received_at, old: arrival.old, cut, raw: arrival.raw.into() };
            gateway.receive(&[waiting])?;
        }
        bar.suspend(|| say(gateway, kept.instance, kept.known, global))?;
        bar.inc(1);
    }
    Ok(ExitCode::SUCCESS)
}

fn say(gateway: &Gateway<Sqlite>, instance: u64, known: bool, global: &Global) -> anyhow::Result<()> {
    let Some(handled) = gateway.store().instance(instance)?.and_then(|row| row.handled) else { return Ok(()) };
    if global.json {
        return ui::json(
            &json!({"instance": instance, "known": known, "outcome": handled.disposition, "reason": handled.reason, "ticket": handled.ticket}),
        );
    }
    let ticket = handled.ticket.map(|ticket| format!(", ticket #{ticket}")).unwrap_or_default();
    let again = if known { " (it was here already)" } else { "" };
    ui::say(format!("mail {instance}: {} ({}){ticket}{again}", super::why::outcome(handled.disposition), handled.reason));
    Ok(())
}

/// Tells what a mail would do, by the daemon where one runs.
fn would(settings: &Settings, raw: &[u8], global: &Global) -> anyhow::Result<()> {
    let Answer::Would(would) = control::ask(settings, Ask::Would(data_encoding::BASE64.encode(raw)))? else {
        anyhow::bail!("the daemon answered something else");
    };
    if global.json {
        return ui::json(&would);
    }
    let Would { outcome, reason, ticket, letters, .. } = *would;
    let ticket = ticket.map(|ticket| format!(", ticket #{ticket}")).unwrap_or_default();
    ui::say(format!("it would be: {} ({reason}){ticket}", super::why::outcome(outcome)));
    letters.iter().for_each(|(to, kind)| ui::say(format!("  a mail to {to}: {kind}")));
    Ok(())
}

fn later(fault: &anyhow::Error) -> ExitCode {
    ui::note(format!("guichet: not stored, try again later: {fault:#}"));
    ExitCode::from(EX_TEMPFAIL)
}

fn unusable(reason: &str) -> ExitCode {
    ui::note(format!("guichet: {reason}"));
    ExitCode::from(EX_DATAERR)
}
