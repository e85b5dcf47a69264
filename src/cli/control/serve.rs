//! The daemon's side of the socket.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{Answer, Ask, LINE_MAX, answer, place};
use crate::config::Settings;
use crate::gateway::Handle;

/// Requests that are read at once.
const ASKED_MAX: usize = 4;
/// How long a request may take to arrive.
const ARRIVES: Duration = Duration::from_secs(10);
/// How long the gateway may take.
const DONE: Duration = Duration::from_secs(110);

/// Opens the socket for this user alone. Whoever holds the database's lock may replace what a killed daemon left.
pub fn listen(settings: &Settings) -> io::Result<UnixListener> {
    let place = place(settings);
    match fs::remove_file(&place) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
        _ => {}
    }
    let listener = UnixListener::bind(&place)?;
    fs::set_permissions(&place, Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Serves until stopped.
pub async fn serve(listener: UnixListener, handle: Handle, own: u32, stop: CancellationToken) {
    let room = Arc::new(Semaphore::new(ASKED_MAX));
    loop {
        let Ok(place) = room.clone().acquire_owned().await else { return };
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(fault) => {
                tracing::warn!(%fault, "a command could not be heard");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let handle = handle.clone();
        tokio::spawn(async move {
            if let Err(fault) = hear(stream, &handle, own).await {
                tracing::warn!(%fault, "a command was not answered");
            }
            drop(place);
        });
    }
}

/// The user whom this process is, by what it just made.
pub fn own_user(settings: &Settings) -> io::Result<u32> {
    Ok(fs::metadata(place(settings))?.uid())
}

async fn hear(mut stream: UnixStream, handle: &Handle, own: u32) -> io::Result<()> {
    if stream.peer_cred()?.uid() != own {
        return say(&mut stream, &Answer::Fault("another user's daemon: run this as its own user".into())).await;
    }
    let mut line = String::new();
    let mut reader = BufReader::new((&mut stream).take(LINE_MAX));
    tokio::time::timeout(ARRIVES, reader.read_line(&mut line)).await??;
    let said = match serde_json::from_str::<Ask>(&line) {
        Ok(asked) => {
            tracing::info!(what = word(&asked), "asked by the command line");
            match tokio::time::timeout(DONE, handle.change(move |gateway| answer(gateway, asked))).await {
                Ok(Ok(said)) => said,
                Ok(Err(fault)) => Answer::Fault(fault.to_string()),
                Err(_) => Answer::Fault("the daemon is busy; it will be done, look again later".into()),
            }
        }
        Err(_) => Answer::Fault("the daemon is of another version, and does not understand this command".into()),
    };
    say(&mut stream, &said).await
}

fn word(asked: &Ask) -> &'static str {
    match asked {
        Ask::Settle { .. } => "settle",
        Ask::Replay(_) => "replay",
        Ask::Apply(..) => "apply",
        Ask::Sweep => "sweep",
        Ask::Erase(_) => "erase",
        Ask::Would(_) => "would",
    }
}

async fn say(stream: &mut UnixStream, said: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_string(said)?;
    line.push('\n');
    stream.write_all(line.as_bytes()).await
}
