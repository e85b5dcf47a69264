//! What commands have a running daemon do, and the same done by themselves when none runs.
//!
//! One line of JSON asks, one answers, over a socket in the state folder (`guichet.sock`, mode 0600) that only the daemon's
//! own user may use. Promises: a request has the same effect either way; sizes and times are bounded. Excludes: reading,
//! which needs no daemon.

mod ask;
mod serve;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use ask::ask;
pub use serve::{listen, own_user, serve};

use crate::config::Settings;
use crate::desk::Organisation;
use crate::gateway::trial::Would;
use crate::gateway::{Gateway, Settled, Word, replay};
use crate::knowledge::Filed;
use crate::store::{Backend, Disposition, Erasure, Store, Swept};

/// Bytes of one line: an organisation of some thousand agents, and as many articles.
const LINE_MAX: u64 = 64 << 20;
/// Mails that one request handles again.
pub const REPLAY_MAX: usize = 50;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Settle a mail that waits.
    Settle {
        /// Row in the ledger.
        instance: u64,
        /// What is to become of it, and who says so.
        word: Word,
    },
    /// Handle mails again, at most [`REPLAY_MAX`].
    Replay(Vec<u64>),
    /// From now on, this organisation; and these articles, where its file names a folder of them.
    Apply(Box<Organisation>, Option<Vec<Filed>>),
    /// Delete a portion of what is overdue.
    Sweep,
    /// Forget a portion of what is known of somebody.
    Erase(Erasure),
    /// Tell what this mail would do: its bytes in base64.
    Would(String),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Of a mail that waited.
    Settled(Settled),
    /// Of mails that were handled again; `None`: gone.
    Replayed(Vec<(u64, Option<Disposition>)>),
    /// The organisation is in force.
    Applied,
    /// So much was deleted.
    Swept(Swept),
    /// So many rows were.
    Erased(u64),
    /// It would do that.
    Would(Box<Would>),
    /// It could not be done.
    Fault(String),
}

/// Does what is asked for.
fn answer<S: Store>(gateway: &mut Gateway<S>, ask: Ask) -> Result<Answer, Backend> {
    Ok(match ask {
        Ask::Settle { instance, word } => Answer::Settled(gateway.settle(instance, &word)?),
        Ask::Replay(instances) => {
            let again = |instance| Ok((instance, replay(gateway, instance)?));
            Answer::Replayed(instances.into_iter().take(REPLAY_MAX).map(again).collect::<Result<_, Backend>>()?)
        }
        Ask::Apply(organisation, articles) => {
            gateway.apply(*organisation, articles.as_deref())?;
            Answer::Applied
        }
        Ask::Sweep => Answer::Swept(gateway.sweep()?),
        Ask::Erase(erasure) => Answer::Erased(gateway.erase(&erasure)?),
        Ask::Would(mail) => {
            let raw = data_encoding::BASE64.decode(mail.as_bytes()).map_err(|fault| Backend(fault.to_string()))?;
            Answer::Would(Box::new(gateway.would(raw)?))
        }
    })
}

/// Does a daemon listen?
pub fn is_up(settings: &Settings) -> bool {
    std::os::unix::net::UnixStream::connect(place(settings)).is_ok()
}

fn place(settings: &Settings) -> PathBuf {
    settings.state.join("guichet.sock")
}
