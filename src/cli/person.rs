//! `guichet person export|erase`: everything that is known of somebody, given out or forgotten.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use serde_json::json;

use super::control::{self, Answer, Ask};
use super::{Global, Unusable, open, ui};
use crate::address::Address;
use crate::config::Settings;
use crate::gateway::personal::{Bound, bound, personal};
use crate::store::sqlite::Reader;
use crate::store::{Erasure, Reads, RetentionReads};

/// Mails that are listed at once.
const PAGE: usize = 200;

/// Give out or forget what is known of somebody
///
/// Export writes what they may see of their tickets (data.json, data.txt) and the mails that they wrote, for a request to see one's data;
/// they can also ask for the first two themselves by mailing #my-data. Erase puts a pseudonym in their place in tickets and
/// events, deletes their mails, and forgets them otherwise; other people's mails, in which they may be named, go with [retention].
///
/// Examples:
///   guichet person export alice@example.org --to alice
///   guichet person erase alice@example.org              tells what would be done
///   guichet person erase alice@example.org --yes
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Write everything of theirs into a folder
    Export {
        /// Who
        address: Address,
        /// A folder that is not there yet, or is empty
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
    },
    /// Forget them; without --yes only tell what would be done
    Erase {
        /// Who
        address: Address,
        /// Do it: there is no way back
        #[arg(long)]
        yes: bool,
    },
}

/// Exit code 1 when nothing is known of them, 2 when they cannot be forgotten yet.
pub fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    let reader = open::reader(&settings)?;
    match args.what {
        What::Export { address, to } => export(&reader, &address, &to, global),
        What::Erase { address, yes } => erase(&settings, &reader, (&address, yes), global),
    }
}

fn export(reader: &Reader, who: &Address, to: &Path, global: &Global) -> anyhow::Result<ExitCode> {
    let data = personal(reader, who, usize::MAX)?;
    let mails = to.join("mails");
    fs::create_dir_all(&mails).with_context(|| format!("{} cannot be made", mails.display()))?;
    for (name, content) in [("data.json", &data.json), ("data.txt", &data.text)] {
        let mut file = fs::File::create_new(to.join(name)).with_context(|| format!("{} is there already", to.join(name).display()))?;
        std::io::Write::write_all(&mut file, content.as_bytes())?;
    }
    let mut written = 0;
    each_mail(reader, who, |instance| {
        let Some(raw) = reader.raw(instance)? else { return Ok(()) };
        written += 1;
        Ok(fs::write(mails.join(format!("{instance}.eml")), raw)?)
    })?;
    tell(global, (data.tickets, written), "written")?;
    Ok(if data.tickets + written == 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Each mail that they wrote.
fn each_mail(reader: &Reader, who: &Address, mut each: impl FnMut(u64) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut above = 0;
    loop {
        let page = reader.mails_from(who, above, PAGE)?;
        page.iter().try_for_each(|instance| each(*instance))?;
        match page.last() {
            Some(last) => above = *last,
            None => return Ok(()),
        }
    }
}

fn erase(settings: &Settings, reader: &Reader, (who, yes): (&Address, bool), global: &Global) -> anyhow::Result<ExitCode> {
    match bound(reader, who)? {
        Some(Bound::Agent) => {
            let reason = format!("{who} is an agent: take them out of the organisation file first, and give their tickets to others");
            return Err(Unusable(reason).into());
        }
        Some(Bound::Open(tickets)) => {
            let numbers: Vec<String> = tickets.iter().map(|ticket| format!("#{ticket}")).collect();
            return Err(Unusable(format!("{who} takes part in open tickets; end them, or remove them there: {}", numbers.join(" "))).into());
        }
        None if settings.own.contains(who) => return Err(Unusable(format!("{who} is the desk itself")).into()),
        None => {}
    }
    let (tickets, mut mails) = (personal(reader, who, usize::MAX)?.tickets, 0);
    each_mail(reader, who, |_| {
        mails += 1;
        Ok(())
    })?;
    if !yes {
        tell(global, (tickets, mails), "would be erased; --yes does it, and there is no way back")?;
        return Ok(ExitCode::SUCCESS);
    }
    let name = reader.person(who)?.and_then(|person| person.name);
    let erasure = Erasure { person: who.clone(), name, pseudonym: pseudonym()? };
    let spinner = ui::spinner("portions");
    loop {
        let Answer::Erased(rows) = control::ask(settings, Ask::Erase(erasure.clone()))? else {
            anyhow::bail!("the daemon answered something else");
        };
        if rows == 0 {
            break;
        }
        spinner.inc(1);
    }
    spinner.finish_and_clear();
    tell(global, (tickets, mails), "erased")?;
    Ok(ExitCode::SUCCESS)
}

/// Nobody whom anybody knows, in a domain that is nowhere (RFC 2606 section 2).
fn pseudonym() -> anyhow::Result<Address> {
    let mut bytes = [0; 6];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("this system gives no random bytes: {error}"))?;
    Ok(Address::parse(&format!("person-{}@erased.invalid", data_encoding::HEXLOWER.encode(&bytes)))?)
}

fn tell(global: &Global, (tickets, mails): (usize, usize), what: &str) -> anyhow::Result<()> {
    if global.json {
        return ui::json(&json!({"tickets": tickets, "mails": mails, "done": what}));
    }
    ui::say(format!("{tickets} tickets, {mails} mails: {what}"));
    Ok(())
}
