//! `guichet ticket list|show`: tickets in a terminal.

use std::process::ExitCode;

use serde_json::json;

use super::{Global, open, ui};
use crate::desk::{Event, Ticket, TicketId, Visibility};
use crate::store::{Reads, TicketQuery};

/// Look at tickets
///
/// Examples:
///   guichet ticket list
///   guichet ticket list --status free --status in_progress
///   guichet ticket list --search 'imprimante deuxième'
///   guichet ticket show 12
///   guichet ticket show 12 --json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// List tickets, newest first
    List(List),
    /// Show a ticket with everything that happened to it
    Show {
        /// Its number
        number: TicketId,
    },
}

#[derive(Debug, clap::Args)]
struct List {
    /// Only these statuses: free, in_progress, waiting_for_information, postponed, awaiting_approval, approved, expired, cancelled, refused, merged
    #[arg(long)]
    status: Vec<String>,
    /// Only tickets that this address takes part in
    #[arg(long, value_name = "ADDRESS")]
    person: Option<crate::address::Address>,
    /// Only tickets of this agent
    #[arg(long, value_name = "ADDRESS")]
    assignee: Option<crate::address::Address>,
    /// Only tickets of this service
    #[arg(long)]
    service: Option<String>,
    /// Only tickets whose conversation holds all these words
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

/// Exit code 1 when there is no such ticket.
pub fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    let reader = open::reader(&settings)?;
    match args.what {
        What::List(List { status, person, assignee, service, search, limit }) => {
            let query = TicketQuery { status, person, assignee, service, words: search, before: None, limit };
            for ticket in reader.tickets(&query)? {
                if global.json { ui::json(&ticket)? } else { line(&ticket) }
            }
            Ok(ExitCode::SUCCESS)
        }
        What::Show { number } => {
            let Some(ticket) = reader.ticket(number)? else {
                ui::note(format!("guichet: there is no ticket #{number}"));
                return Ok(ExitCode::FAILURE);
            };
            let events = reader.events(number)?;
            if global.json {
                ui::json(&json!({"ticket": ticket, "events": events}))?
            } else {
                show(&ticket, &events)
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn line(ticket: &Ticket) {
    let assignee = ticket.assignee.as_ref().map(|agent| agent.local().to_owned()).unwrap_or_else(|| "-".into());
    ui::say(format!(
        "#{:<6} {:<23} {:<14} {:<28} {}",
        ticket.id,
        ticket.status.word(),
        assignee,
        ticket.requester,
        ui::one_line(&ticket.title)
    ));
}

fn show(ticket: &Ticket, events: &[Event]) {
    ui::say(format!("#{} {}", ticket.id, ui::one_line(&ticket.title)));
    ui::say(format!("  status     {}", ticket.status.word()));
    ui::say(format!("  requester  {}", ticket.requester));
    if let Some(assignee) = &ticket.assignee {
        ui::say(format!("  assignee   {assignee}"));
    }
    let guests: Vec<&str> = ticket.guests.iter().map(|guest| guest.address.as_str()).collect();
    if !guests.is_empty() {
        ui::say(format!("  guests     {}", guests.join(", ")));
    }
    for event in events {
        let who = event.actor.person.as_ref().map_or("the clock", |who| who.as_str());
        let hidden = if event.visibility == Visibility::Agents { "  (agents only)" } else { "" };
        ui::say(format!("\n{:>3}  {}  {who}: {}{hidden}", event.seq, event.at, event.what.word()));
        for text in event.text.iter().flat_map(|text| text.lines()) {
            ui::say(format!("     {}", ui::one_line(text)));
        }
    }
}
