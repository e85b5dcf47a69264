//! `guichet run`: the daemon. Starts every room, tells systemd, and stops in order: the commit in hand is finished.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::changes::{changes, undone_changes};
use super::org::read_all;
use super::{Global, control, home, open, spool};
use crate::config::{Connections, Settings};
use crate::gateway::Handle;
use crate::intake::{imap, maildir};
use crate::store::Backend;
use crate::{delivery, web};

/// How long a stop may take before it is forced (CASEBOOK L18).
const STOP: Duration = Duration::from_secs(20);
/// Read-only connections for pages.
const READERS: usize = 4;
/// systemd hears of us this often at least, when it asks for a watchdog.
const PULSE: Duration = Duration::from_secs(10);

/// Run the gateway until it is told to stop
///
/// Watches the mailboxes, handles mail, delivers the outbox and serves the pages. Stops on SIGTERM or Ctrl-C, after finishing
/// what it has in hand. SIGHUP reads the organisation file again. One process at a time may run on a database.
///
/// Examples:
///   guichet run
///   guichet run --config /etc/guichet/guichet.toml
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The database was moved or copied here on purpose: it lives here from now on
    #[arg(long)]
    moved: bool,
}

/// Runs until stopped. Exit code 2 when the configuration cannot be used: nothing was started then.
pub fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    let connections = settings.connections()?;
    // Sockets and timers alone: what takes time has threads of its own, and a second one here would mostly wake the first.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    // Before anything is open: who is told to stop while they start still end in order.
    let signals = {
        let _inside = runtime.enter();
        Signals::caught()?
    };
    let gateway = open::gateway(&settings)?;
    home::claim(&settings, gateway.store().instance_name()?, args.moved)?;
    let texts = Arc::new(super::page_texts(&settings, gateway.templates().clone())?);
    let readers = gateway.store().readers(READERS)?;
    runtime.block_on(async {
        let listener = TcpListener::bind(settings.listen).await.with_context(|| format!("web.listen: {}", settings.listen))?;
        let (handle, thread) = Handle::start(gateway, readers)?;
        let daemon = Daemon { handle, tasks: TaskTracker::new(), stop: CancellationToken::new() };
        daemon.serve(listener, texts, front(&settings));
        daemon.hear(&settings);
        daemon.start(&settings, connections).await?;
        let ended = daemon.wait(&settings, signals).await;
        daemon.close().await;
        tokio::task::spawn_blocking(move || thread.join()).await?.map_err(|_| anyhow::anyhow!("the gateway's thread panicked"))?;
        ended
    })
}

/// What stands in front of the pages, as the configuration has it.
fn front(settings: &Settings) -> web::Front {
    let proxies = settings.trusted_proxies.clone();
    let trusts = move |address| proxies.iter().any(|proxy| proxy.contains(address));
    web::Front::new(trusts, settings.sso_header.as_deref())
}

/// Signals, caught from the start on: one that comes while the daemon begins is heard when it has begun.
struct Signals {
    terminate: Signal,
    reload: Signal,
}

impl Signals {
    fn caught() -> anyhow::Result<Signals> {
        Ok(Signals { terminate: signal(SignalKind::terminate())?, reload: signal(SignalKind::hangup())? })
    }
}

struct Daemon {
    handle: Handle,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Daemon {
    fn serve(&self, listener: TcpListener, texts: Arc<web::Texts>, front: web::Front) {
        let pages = web::Web::new(self.handle.clone(), texts).behind(front);
        self.tasks.spawn(web::serve(listener, pages, self.stop.clone().cancelled_owned()));
    }

    /// Listens to commands. Without the socket all else goes on: commands then say that the daemon must be stopped first.
    fn hear(&self, settings: &Settings) {
        let opened = control::listen(settings).and_then(|listener| Ok((listener, control::own_user(settings)?)));
        match opened {
            Ok((listener, own)) => drop(self.tasks.spawn(control::serve(listener, self.handle.clone(), own, self.stop.clone()))),
            Err(fault) => tracing::warn!(%fault, "no socket for commands: they work with the daemon stopped"),
        }
    }

    async fn start(&self, settings: &Settings, connections: Connections) -> anyhow::Result<()> {
        let recovered = self.handle.run(|gateway| gateway.recover_outbox()).await?;
        let resumed = self.handle.resume().await?;
        tracing::info!(resumed, letters_unknown = recovered, version = env!("CARGO_PKG_VERSION"), "guichet is up");
        let shared = Arc::new(self.handle.clone());
        let sources: Vec<_> = connections.maildir.into_iter().chain([spool::source(settings)?]).collect();
        let names = connections.imap.iter().map(|mailbox| mailbox.name.clone()).chain(sources.iter().map(|source| source.name.clone()));
        let names: Vec<String> = names.collect();
        self.handle.watches(names.clone()).await?;
        for mailbox in connections.imap {
            self.tasks.spawn(imap::watch(mailbox, shared.clone(), self.stop.clone()));
        }
        for source in sources {
            self.tasks.spawn(maildir::watch(source, shared.clone(), self.stop.clone()));
        }
        match connections.redirect_to {
            Some(to) => {
                let outbox = Arc::new(delivery::Redirected::new(shared, to));
                self.tasks.spawn(delivery::run(outbox, connections.transport, self.stop.clone()))
            }
            None => self.tasks.spawn(delivery::run(shared, connections.transport, self.stop.clone())),
        };
        self.tasks.close();
        // Without systemd there is nobody to tell.
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
        tracing::info!(mailboxes = ?names, pages = %settings.listen, "mailboxes watched, pages served");
        Ok(())
    }

    /// Returns when told to stop, or when the gateway's thread is gone: then the program fails, so that it is restarted.
    async fn wait(&self, settings: &Settings, mut signals: Signals) -> anyhow::Result<ExitCode> {
        loop {
            tokio::select! {
                _ = signals.terminate.recv() => return Ok(ExitCode::SUCCESS),
                _ = tokio::signal::ctrl_c() => return Ok(ExitCode::SUCCESS),
                _ = signals.reload.recv() => self.reload(settings).await,
                () = tokio::time::sleep(PULSE) => self.pulse().await?,
            }
        }
    }

    /// On SIGHUP the organisation file is read again. With a fault in it, or where it would undo what was changed by page,
    /// everything stays as it was.
    async fn reload(&self, settings: &Settings) {
        let known = self.handle.look(|reads| Ok::<_, Backend>((reads.declared()?, reads.articles()?, reads.staffed_since_file()?))).await;
        let (before, known, staffed) = known.ok().and_then(Result::ok).unwrap_or_default();
        let mut told = vec![];
        let applied = match read_all(settings) {
            Ok((organisation, articles)) => {
                told = changes((&before, &known), (&organisation, articles.as_deref()));
                match undone_changes(staffed, &organisation) {
                    none if none.is_empty() => {
                        let apply = self.handle.run(move |gateway| gateway.apply(organisation, articles.as_deref()));
                        apply.await.map_err(|fault| fault.to_string())
                    }
                    undone => Err(format!("{}; apply it with --undo-pages, or export first", undone.join("; "))),
                }
            }
            Err(faults) => Err(faults.to_string()),
        };
        match applied {
            Ok(()) => tracing::info!(file = %settings.organisation.display(), changes = ?told, "organisation applied"),
            Err(fault) => tracing::error!(fault, "the organisation stays as it was"),
        }
    }

    /// Time passes for the desk; the watchdog hears of us only when the gateway answers.
    async fn pulse(&self) -> anyhow::Result<()> {
        match tokio::time::timeout(STOP, self.handle.tick()).await {
            Ok(Ok(happened)) => {
                if happened > 0 {
                    tracing::info!(happened, "postponed tickets are back, or reports are due");
                }
                let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
                Ok(())
            }
            Ok(Err(fault)) => bail!("the gateway ended: {fault}"),
            Err(_) => {
                tracing::warn!("the gateway is busy for {} s", STOP.as_secs());
                Ok(())
            }
        }
    }

    async fn close(self) {
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        tracing::info!("stopping");
        self.stop.cancel();
        if tokio::time::timeout(STOP, self.tasks.wait()).await.is_err() {
            tracing::warn!("some connections did not end in time; what they had in hand is repeated at the next start");
        }
    }
}
