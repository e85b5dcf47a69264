//! `guichet demo`: a small mail village on loopback. The real intake, store, gateway, outbox and pages; no server, no configuration.

mod browser;
mod mailbox;
mod office;
mod post;
mod show;
mod story;
mod village;

use std::process::ExitCode;

use anyhow::Context;

use self::story::Step;
use self::village::Village;
use super::Global;

/// Try Guichet without a mail server: a village of four mailboxes plays the life of one ticket before your eyes.
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Examples:\n  guichet demo                 play the story, then stay up: the links in the mails work in your browser\n  guichet demo --once          play the story and end; the exit code says whether all went as told"
)]
pub struct Args {
    /// End after the story; exit code 1 if anything differed from it.
    #[arg(long)]
    once: bool,
    /// Where the mailboxes and the database go; a new temporary folder otherwise.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<std::path::PathBuf>,
    /// Port of the pages on loopback; any free one otherwise.
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    port: u16,
    /// Port of the village on loopback: its mailboxes in a browser; any free one otherwise.
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    mail_port: u16,
}

/// Plays the story.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(play(args, global))
}

async fn play(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let story = story::story().context("data/demo/story.toml")?;
    let mut village = Village::open(&story, args.folder.as_deref(), args.port).await?;
    show::welcome(&village.base, &village.folder, &story.people);
    for (number, step) in story.steps.iter().enumerate() {
        show::step(number + 1, story.steps.len(), step);
        if let Err(fault) = village.play(step).await {
            show::differs(&fault);
            village.close().await?;
            return Ok(ExitCode::FAILURE);
        }
    }
    let balanced = village.balance().await?;
    show::end(&balanced);
    if !args.once && !global.json {
        let visitors = village.receive_visitors(args.mail_port).await?;
        show::stays(&visitors, &village.base, village.view_path().as_deref());
        tokio::signal::ctrl_c().await?;
    }
    village.close().await?;
    Ok(ExitCode::SUCCESS)
}

impl Step {
    /// Is it a button on a page?
    fn is_press(&self) -> bool {
        self.press.is_some()
    }
}
