//! `guichet init`: a configuration and an organisation file to begin with, from the annotated examples.

mod ask;
mod example;

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use serde_json::json;

use super::{Global, Unusable, prepare, ui};
use crate::address::Address;
use crate::config::understand;
use ask::Asking;
use example::Example;

/// Write a configuration to begin with
///
/// Asks for what it needs when it runs on a terminal; elsewhere every answer is a flag. Writes guichet.toml
/// and organisation.toml with all keys explained, and makes the state folder with its signing key.
///
/// Examples:
///   guichet init
///   guichet init --address support@example.org --imap-host imap.example.org \
///       --smtp-host smtp.example.org --base-url https://desk.example.org \
///       --agent-address karim@example.org --agent-name "Karim Benali"
///   guichet --config /etc/guichet/guichet.toml init --state /var/lib/guichet
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The desk's address
    #[arg(long, value_name = "ADDRESS")]
    address: Option<Address>,
    /// What people call the desk [default: Support]
    #[arg(long)]
    name: Option<String>,
    /// Language of people who have not shown any [default: en]
    #[arg(long, value_parser = ["en", "fr"])]
    language: Option<String>,
    /// The mailbox's IMAP server
    #[arg(long, value_name = "HOST")]
    imap_host: Option<String>,
    /// The mailbox's account [default: the address]
    #[arg(long, value_name = "USER")]
    imap_user: Option<String>,
    /// The relay for outgoing mail
    #[arg(long, value_name = "HOST")]
    smtp_host: Option<String>,
    /// Where people reach the pages: the start of every link
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// The first agent's address
    #[arg(long, value_name = "ADDRESS")]
    agent_address: Option<Address>,
    /// The first agent's name
    #[arg(long, value_name = "NAME")]
    agent_name: Option<String>,
    /// Folder of the database [default: state, beside the configuration]
    #[arg(long, value_name = "FOLDER")]
    state: Option<PathBuf>,
    /// Replace files that are there; the state folder is kept
    #[arg(long)]
    force: bool,
}

/// Everything that the files need.
struct Answers {
    address: Address,
    name: String,
    language: String,
    imap_host: String,
    imap_user: String,
    smtp_host: String,
    base_url: String,
    agent_address: Address,
    agent_name: String,
}

/// Exit code 2 when an answer is missing or cannot be used, or a file would be replaced.
pub fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let file = global.config.clone().unwrap_or_else(|| "guichet.toml".into());
    let organisation = file.with_file_name("organisation.toml");
    let there = [&file, &organisation].into_iter().find(|file| file.exists());
    if let Some(there) = there.filter(|_| !args.force) {
        return Err(Unusable(format!("{} is there already; --force replaces it", there.display())).into());
    }
    let state = args.state.clone().unwrap_or_else(|| "state".into());
    let answers = answers(args)?;
    let text = configuration(&answers, &state);
    let settings = understand(&file, &text)?;
    write(&file, &text)?;
    write(&organisation, &organisation_text(&answers))?;
    prepare(&settings)?;
    tell(&file, &organisation, global)?;
    Ok(ExitCode::SUCCESS)
}

fn answers(args: Args) -> anyhow::Result<Answers> {
    let mut asking = Asking::new();
    let address = asking.answer("address", "The desk's address", args.address, None);
    let domain = address.as_ref().map(|address| address.domain().to_owned());
    let at_domain = |host: &str| domain.as_ref().map(|domain| format!("{host}.{domain}"));
    let name = args.name.or(Some("Support".to_owned()));
    let imap_host = asking.answer("imap-host", "The mailbox's IMAP server", args.imap_host, at_domain("imap"));
    let imap_user = args.imap_user.or_else(|| address.as_ref().map(Address::to_string));
    let smtp_host = asking.answer("smtp-host", "The relay for outgoing mail", args.smtp_host, at_domain("smtp"));
    let base_url = asking.answer("base-url", "Start of the links in mails", args.base_url, Some("http://localhost:8025".to_owned()));
    let language =
        asking.answer("language", "Language (en or fr)", args.language.or(asking.quiet(|| "en".to_owned())), Some("en".to_owned()));
    let agent_address = asking.answer("agent-address", "The first agent's address", args.agent_address, None);
    let agent_name = asking.answer("agent-name", "The first agent's name", args.agent_name, None);
    let all = || {
        Some(Answers {
            address: address?,
            name: name?,
            language: language?,
            imap_host: imap_host?,
            imap_user: imap_user?,
            smtp_host: smtp_host?,
            base_url: base_url?,
            agent_address: agent_address?,
            agent_name: agent_name?,
        })
    };
    all().ok_or_else(|| Unusable(format!("on no terminal, these flags are needed: {}", asking.missing())).into())
}

fn configuration(answers: &Answers, state: &Path) -> String {
    let mut example = Example::configuration();
    example.set("site", "name", &answers.name);
    example.set("site", "address", answers.address.as_str());
    example.set("site", "language", &answers.language);
    example.set("site", "state", &state.display().to_string());
    example.set("web", "base_url", &answers.base_url);
    example.set("imap", "host", &answers.imap_host);
    example.set("imap", "user", &answers.imap_user);
    example.set("smtp", "host", &answers.smtp_host);
    example.set("smtp", "user", &answers.imap_user);
    example.text()
}

fn organisation_text(answers: &Answers) -> String {
    let mut example = Example::organisation();
    example.set("service", "name", &answers.name);
    example.set("agent", "address", answers.agent_address.as_str());
    example.set("agent", "name", &answers.agent_name);
    example.text()
}

/// A whole file or none, for its owner alone: it may come to hold secrets.
fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let new = file.with_extension("toml.new");
    let attempt = || -> io::Result<()> {
        let mut out = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        out.write_all(text.as_bytes())?;
        out.sync_all()?;
        fs::rename(&new, file)
    };
    attempt().with_context(|| format!("{} cannot be written", file.display()))
}

fn tell(file: &Path, organisation: &Path, global: &Global) -> anyhow::Result<()> {
    let password = file.with_file_name("mailbox.password");
    if global.json {
        return ui::json(&json!({ "configuration": file, "organisation": organisation, "password": password }));
    }
    ui::say(format!("Written: {} and {}.", file.display(), organisation.display()));
    ui::say("Next:");
    ui::say(format!("  1. Put the mailbox's password into {} (chmod 600).", password.display()));
    ui::say("  2. guichet check        tells what is still wrong");
    ui::say("  3. guichet org apply    stores services and agents");
    ui::say("  4. guichet run");
    Ok(())
}
