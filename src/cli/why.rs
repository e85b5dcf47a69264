//! `guichet why`: the whole decision about a mail.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::{Global, open, ui};
use crate::store::{Disposition, Instance, Reads};

/// Tell what became of a mail, and why
///
/// Shows each instance of the mail: where it lay, its outcome with the reason, how sure we are of its author and by what
/// evidence, which tickets it might have belonged to, what was understood, who was told and who was not.
///
/// Examples:
///   guichet why '<CAF1x@mail.example.org>'        by Message-ID
///   guichet why support/1234                      by mailbox and UID
///   guichet why '#57'                             by row of the ledger
///   guichet why --held                            all mails that wait for a decision
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Message-ID, UID, mailbox/UID, or # and a row of the ledger
    #[arg(required_unless_present_any = ["held", "parked"])]
    mail: Option<String>,
    /// List mails that wait for a person's decision
    #[arg(long)]
    held: bool,
    /// List mails that could not be handled
    #[arg(long)]
    parked: bool,
}

/// How many mails a list shows.
const LIST: usize = 200;

/// Exit code 1 when no such mail is known.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    let reader = open::reader(&settings)?;
    let found = match &args.mail {
        Some(mail) => reader.find_instances(mail)?,
        None => reader.instances(Some(if args.held { Disposition::Held } else { Disposition::Parked }), LIST)?,
    };
    for instance in &found {
        if global.json { ui::json(&as_json(instance))? } else { show(instance) }
    }
    if found.is_empty() {
        ui::note("guichet: no such mail is known here");
    }
    Ok(if found.is_empty() && args.mail.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The outcome in words.
pub fn outcome(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Attached => "attached",
        Disposition::New => "new ticket",
        Disposition::Held => "held for a decision",
        Disposition::Ignored => "stored without effect",
        Disposition::Parked => "parked, not handled",
    }
}

fn as_json(instance: &Instance) -> Value {
    let origin = &instance.origin;
    json!({
        "instance": instance.id,
        "mailbox": origin.mailbox, "folder": origin.folder, "uidvalidity": origin.epoch, "uid": origin.uid, "name": origin.name,
        "received_at": instance.received_at.to_string(), "size": instance.size, "attempts": instance.attempts, "old": instance.old,
        "handled": instance.handled,
    })
}

/// Shows an instance, line by line.
pub fn show(instance: &Instance) {
    let origin = &instance.origin;
    let place = if origin.uid > 0 { format!("{}/{} UID {}", origin.mailbox, origin.folder, origin.uid) } else { origin.mailbox.clone() };
    ui::say(format!("mail #{}  {place}  received {}  {} bytes", instance.id, instance.received_at, instance.size));
    let Some(handled) = &instance.handled else { return ui::say("  waits to be handled") };
    let ticket = handled.ticket.map(|ticket| format!("  ticket #{ticket}")).unwrap_or_default();
    ui::say(format!("  outcome     {} ({}){ticket}", outcome(handled.disposition), handled.reason));
    if let Some(id) = &handled.message_id {
        ui::say(format!("  message-id  <{id}>"));
    }
    if let Some(from) = &handled.from {
        ui::say(format!("  from        {from}"));
    }
    if let Value::Object(trace) = &handled.trace {
        for (key, value) in trace.iter().filter(|(_, value)| !is_empty(value)) {
            tell(key, value);
        }
    }
}

fn tell(key: &str, value: &Value) {
    match value {
        Value::Array(items) if items.iter().any(Value::is_object) => {
            items.iter().for_each(|item| ui::say(format!("  {key:<11} {}", line(item))));
        }
        other => ui::say(format!("  {key:<11} {}", line(other))),
    }
}

fn line(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(line).collect::<Vec<_>>().join(", "),
        Value::Object(map) => {
            let pairs = map.iter().filter(|(_, value)| !is_empty(value));
            pairs.map(|(key, value)| format!("{key}: {}", line(value))).collect::<Vec<_>>().join("  ")
        }
        other => other.to_string(),
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}
