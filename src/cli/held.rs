//! `guichet held list|show|admit|split|junk`: mails that wait for a person's decision.

use std::process::ExitCode;

use serde_json::json;

use super::control::{self, Answer, Ask};
use super::{Global, Unusable, open, ui, why};
use crate::address::Address;
use crate::desk::{Door, TicketId};
use crate::gateway::{Decider, Decision, Settled, Word};
use crate::mail;
use crate::store::{Disposition, Instance, Reads};

/// Look at mails that wait for a decision, and decide
///
/// A mail is held when nobody can tell who wrote it, when it uses somebody else's reply address, when it points at several
/// tickets, or when its sender floods. It had no effect, and nobody was answered. Works beside a running daemon as well as
/// without one. Agents decide on the page /desk/held, too.
///
/// Examples:
///   guichet held list
///   guichet held show 57
///   guichet held admit 57 --as karim@example.org               where it points; a stranger becomes a guest there
///   guichet held admit 57 --ticket 12 --as karim@example.org   to that ticket
///   guichet held split 57 --as karim@example.org               a ticket of its own
///   guichet held junk 57 --as karim@example.org                stored, without effect
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// List what waits, newest first
    List {
        /// At most so many
        #[arg(long, default_value_t = 200)]
        limit: usize,
    },
    /// Show one with the whole decision so far, and its text
    Show {
        #[command(flatten)]
        mail: Which,
    },
    /// Let it in: its author's words count, but command nothing
    Admit {
        #[command(flatten)]
        mail: Which,
        /// To this ticket, instead of where it points
        #[arg(long, value_name = "NUMBER")]
        ticket: Option<TicketId>,
        #[command(flatten)]
        by: By,
    },
    /// Make it a ticket of its own
    Split {
        #[command(flatten)]
        mail: Which,
        #[command(flatten)]
        by: By,
    },
    /// Put it away: stored, without effect
    Junk {
        #[command(flatten)]
        mail: Which,
        #[command(flatten)]
        by: By,
    },
}

#[derive(Debug, clap::Args)]
struct Which {
    /// Its number, as `held list` shows it
    #[arg(value_name = "MAIL", value_parser = number)]
    instance: u64,
}

#[derive(Debug, clap::Args)]
struct By {
    /// The agent in whose name: a member of the ticket's service
    #[arg(long = "as", value_name = "ADDRESS", env = "GUICHET_AGENT")]
    agent: Address,
}

fn number(text: &str) -> Result<u64, String> {
    text.trim_start_matches('#').parse().map_err(|_| "a mail's number looks like 57 or #57".to_owned())
}

/// Exit code 1 when it does not wait, or cannot be done; 2 when the agent may not decide it.
pub fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    match args.what {
        What::List { limit } => list(limit, global),
        What::Show { mail } => show(mail.instance, global),
        What::Admit { mail, ticket, by } => settle(mail.instance, (Decision::Admit { ticket }, by), global),
        What::Split { mail, by } => settle(mail.instance, (Decision::Split, by), global),
        What::Junk { mail, by } => settle(mail.instance, (Decision::Junk, by), global),
    }
}

fn list(limit: usize, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    let reader = open::reader(&settings)?;
    for row in reader.instances(Some(Disposition::Held), limit)? {
        let subject = mail::read(&reader.raw(row.id)?.unwrap_or_default(), &mail::Limits::default()).subject;
        if global.json { ui::json(&as_json(&row, &subject))? } else { line(&row, &subject) }
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(row: &Instance, subject: &str) -> serde_json::Value {
    json!({"instance": row.id, "received_at": row.received_at.to_string(), "subject": subject, "handled": row.handled})
}

fn line(row: &Instance, subject: &str) {
    let Some(handled) = &row.handled else { return };
    let from = handled.from.as_ref().map_or("-", |from| from.as_str());
    let ticket = handled.ticket.map(|ticket| format!("-> #{ticket}")).unwrap_or_default();
    let at = row.received_at.strftime("%Y-%m-%d %H:%M");
    ui::say(format!("#{:<6} {at}  {:<20} {from:<28} {ticket:<8} {}", row.id, handled.reason, ui::one_line(subject)));
}

fn show(instance: u64, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    let reader = open::reader(&settings)?;
    let Some(row) = reader.instance(instance)? else {
        ui::note(format!("guichet: there is no mail #{instance}"));
        return Ok(ExitCode::FAILURE);
    };
    let mail = mail::read(&reader.raw(instance)?.unwrap_or_default(), &mail::Limits::default());
    if global.json {
        ui::json(
            &json!({"instance": instance, "handled": row.handled, "subject": mail.subject, "from": mail.from_written, "text": mail.text}),
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    why::show(&row);
    ui::say(format!("  written by  {}", ui::one_line(&mail.from_written)));
    ui::say(format!("  subject     {}\n", ui::one_line(&mail.subject)));
    mail.text.lines().for_each(|text| ui::say(format!("  {}", ui::one_line(text))));
    Ok(ExitCode::SUCCESS)
}

fn settle(instance: u64, (decision, by): (Decision, By), global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    let agent = by.agent;
    let word = Word { decision, by: Decider::Agent(agent.clone(), Door::Cli) };
    let Answer::Settled(settled) = control::ask(&settings, Ask::Settle { instance, word })? else {
        anyhow::bail!("the daemon answered something else");
    };
    if global.json {
        ui::json(&json!({"instance": instance, "settled": settled}))?;
    }
    match settled {
        Settled::Done { disposition, ticket, .. } => {
            let ticket = ticket.map(|ticket| format!(", ticket #{ticket}")).unwrap_or_default();
            if !global.json {
                ui::say(format!("mail #{instance}: {}{ticket}", why::outcome(disposition)));
            }
            return Ok(ExitCode::SUCCESS);
        }
        Settled::NotHeld => ui::note(format!("guichet: mail #{instance} does not wait")),
        Settled::NotAllowed => return Err(Unusable(format!("{agent} is no agent who may decide about mail #{instance}")).into()),
        Settled::Impossible(reason) => ui::note(format!("guichet: it cannot be done: {reason}; mail #{instance} still waits")),
    }
    Ok(ExitCode::FAILURE)
}
