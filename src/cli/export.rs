//! `guichet export`: what the database holds, in files that outlive this program.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use serde_json::json;

use super::{Global, open, ui};
use crate::desk::{Event, Ticket, TicketId};
use crate::store::sqlite::Reader;
use crate::store::{Reads, TicketQuery};

/// Tickets that are read at once.
const PAGE: usize = 200;

/// Write tickets, with everything that happened to them, as JSON lines
///
/// One object a line: the ticket as it stands, and its events in order. With --to, a folder gets tickets.jsonl and the mails that
/// brought the words and files, one .eml each, named by their row in the ledger as the events name it. Works beside a running daemon.
///
/// Examples:
///   guichet export > tickets.jsonl
///   guichet export --ticket 12 --to ticket-12
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Only this ticket
    #[arg(long, value_name = "NUMBER")]
    ticket: Option<TicketId>,
    /// A folder that is not there yet, or is empty
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

/// Exit code 1 when there is no such ticket.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let reader = open::reader(&global.settings()?)?;
    let mut out = match &args.to {
        Some(folder) => Out::folder(folder)?,
        None => Out { lines: Box::new(BufWriter::new(std::io::stdout().lock())), mails: None },
    };
    let written = match args.ticket {
        Some(number) => {
            let ticket = reader.ticket(number)?.with_context(|| format!("there is no ticket {number}"))?;
            out.ticket(&reader, &ticket)?;
            1
        }
        None => all(&reader, &mut out)?,
    };
    out.lines.flush()?;
    ui::note(format!("Tickets written: {written}."));
    Ok(ExitCode::SUCCESS)
}

/// Newest first, a page at a time.
fn all(reader: &Reader, out: &mut Out) -> anyhow::Result<usize> {
    let (mut written, mut before) = (0, None);
    loop {
        let page = reader.tickets(&TicketQuery { before, limit: PAGE, ..TicketQuery::default() })?;
        page.iter().try_for_each(|ticket| out.ticket(reader, ticket))?;
        written += page.len();
        before = page.last().map(|ticket| ticket.id);
        if page.len() < PAGE {
            return Ok(written);
        }
    }
}

/// Where it goes.
struct Out {
    lines: Box<dyn Write>,
    mails: Option<PathBuf>,
}

impl Out {
    fn folder(folder: &Path) -> anyhow::Result<Out> {
        let mails = folder.join("mails");
        fs::create_dir_all(&mails).with_context(|| format!("{} cannot be made", mails.display()))?;
        let lines = folder.join("tickets.jsonl");
        let file = File::create_new(&lines).with_context(|| format!("{} cannot be made", lines.display()))?;
        Ok(Out { lines: Box::new(BufWriter::new(file)), mails: Some(mails) })
    }

    fn ticket(&mut self, reader: &Reader, ticket: &Ticket) -> anyhow::Result<()> {
        let events = reader.events(ticket.id)?;
        writeln!(self.lines, "{}", json!({"ticket": ticket, "events": events}))?;
        match &self.mails {
            Some(folder) => events.iter().try_for_each(|event| mail(reader, folder, event)),
            None => Ok(()),
        }
    }
}

/// The mail of an event, as it came; what was purged is not there.
fn mail(reader: &Reader, folder: &Path, event: &Event) -> anyhow::Result<()> {
    let Some(source) = &event.source else { return Ok(()) };
    let path = folder.join(format!("{}.eml", source.instance));
    match reader.raw(source.instance)? {
        Some(raw) => fs::write(&path, raw).with_context(|| format!("{} cannot be written", path.display())),
        None => Ok(()),
    }
}
