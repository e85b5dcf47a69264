//! Asks the daemon, or does it here.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::{Context, bail};

use super::{Answer, Ask, LINE_MAX, answer, place};
use crate::cli::open;
use crate::config::Settings;

/// How long the daemon may take: what it has in hand comes first.
const PATIENCE: Duration = Duration::from_secs(120);

/// Has it done by the daemon where one runs, else by this process.
pub fn ask(settings: &Settings, ask: Ask) -> anyhow::Result<Answer> {
    let said = match UnixStream::connect(place(settings)) {
        Ok(daemon) => over(daemon, &ask)?,
        // A socket that nobody listens at is what a daemon left that was killed.
        Err(fault) if matches!(fault.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
            answer(&mut open::gateway(settings)?, ask)?
        }
        Err(fault) => return Err(fault).context("a daemon runs, and this user may not ask it; run this as its own user"),
    };
    match said {
        Answer::Fault(fault) => bail!("{fault}"),
        said => Ok(said),
    }
}

fn over(mut daemon: UnixStream, ask: &Ask) -> anyhow::Result<Answer> {
    daemon.set_read_timeout(Some(PATIENCE))?;
    daemon.set_write_timeout(Some(PATIENCE))?;
    let mut line = serde_json::to_string(ask)?;
    line.push('\n');
    daemon.write_all(line.as_bytes()).context("the daemon does not listen")?;
    let mut said = String::new();
    BufReader::new(daemon.take(LINE_MAX)).read_line(&mut said).context("the daemon does not answer")?;
    serde_json::from_str(&said).context("the daemon went away before it answered; look whether it was done")
}
