//! One worker: takes letters from the stock, hands each over, and says how it ended.
//!
//! Promises: a connection that the server closed while it was idle, or with a 421 after other letters, is made new, and
//! that does not count as an attempt; nothing is sent twice after a final dot; a letter that makes this code panic gets
//! its verdict too.
//! Excludes: when to try again, and who is told.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::breaker::Breaker;
use super::maildir;
use super::relay::Relay;
use super::smtp::{Handed, Session};
use super::stock::Stock;
use crate::mail::Letter;
use crate::ports::{Attempt, Queued, Verdict};

/// What the workers share.
pub struct Hall {
    /// Letters to take.
    pub stock: Stock,
    /// Whether the relay is left alone.
    pub breaker: Breaker,
    /// Take no other letter.
    pub stop: CancellationToken,
    /// Let go of the letter in hand.
    pub now: CancellationToken,
    /// A connection without letters is closed after this.
    pub idle: Duration,
}

/// How an attempt ended, and why, on one line.
pub type End = (Attempt, String);

/// What a worker carries letters with.
pub enum Carrier {
    /// A connection to the relay, made when needed.
    Smtp(Arc<Relay>, Option<Box<Session>>),
    /// A folder of Maildirs.
    Maildir(Arc<PathBuf>),
}

/// Works until told to stop, or until nobody wants to hear verdicts any more.
pub async fn work(hall: Arc<Hall>, mut carrier: Carrier, verdicts: mpsc::Sender<Verdict>) {
    while let Some(Queued { id, letter, .. }) = next(&hall, &mut carrier).await {
        fail::fail_point!("claimed");
        let recipient = letter.envelope_to.clone();
        let end = tokio::select! {
            end = AssertUnwindSafe(carrier.carry(letter)).catch_unwind() => end.map_err(|_| Attempt::Later),
            () = hall.now.cancelled() => Err(Attempt::RelayDown),
        };
        let (end, reply) = end.unwrap_or_else(|before_dot| carrier.interrupted(before_dot));
        fail::fail_point!("accepted");
        hall.stock.done(&recipient);
        let set_aside = match end {
            Attempt::RelayDown => trouble(&hall, &reply),
            _ => fine(&hall),
        };
        for verdict in std::iter::once(Verdict { id, end, reply }).chain(set_aside) {
            if verdicts.send(verdict).await.is_err() {
                return;
            }
        }
    }
    carrier.close().await;
}

/// The next letter; `None` when stopping. A connection that waits for long is closed meanwhile.
async fn next(hall: &Hall, carrier: &mut Carrier) -> Option<Queued> {
    loop {
        tokio::select! {
            biased;
            () = hall.stop.cancelled() => return None,
            queued = hall.stock.take() => return Some(queued),
            () = sleep(hall.idle), if carrier.is_open() => carrier.close().await,
        }
    }
}

/// Any word about a letter, even "later", shows that the relay works.
fn fine(hall: &Hall) -> Vec<Verdict> {
    hall.breaker.works();
    Vec::new()
}

/// Leaves the relay alone: what was claimed for it goes back.
fn trouble(hall: &Hall, reply: &str) -> Vec<Verdict> {
    if hall.stop.is_cancelled() {
        return Vec::new();
    }
    hall.breaker.trip(reply);
    returned(hall.stock.drain(), reply)
}

/// Letters that were not tried, as verdicts that count as no attempt.
pub fn returned(letters: Vec<Queued>, reply: &str) -> Vec<Verdict> {
    letters.into_iter().map(|queued| Verdict { id: queued.id, end: Attempt::RelayDown, reply: reply.to_owned() }).collect()
}

impl Carrier {
    fn is_open(&self) -> bool {
        matches!(self, Carrier::Smtp(_, Some(_)))
    }

    /// Hands a letter over.
    pub async fn carry(&mut self, letter: Letter) -> End {
        match self {
            Carrier::Smtp(relay, session) => {
                let end = send(relay, session, &letter).await;
                let spent = session.as_ref().is_some_and(|session| session.is_broken() || session.letters() >= relay.recycle_after.max(1));
                if spent {
                    self.close().await;
                }
                end
            }
            Carrier::Maildir(folder) => store(folder.clone(), letter).await,
        }
    }

    /// The letter in hand was let go, by a fault of ours or because there is no more time: how that ends when the final
    /// dot was not sent yet, is given.
    fn interrupted(&mut self, before_dot: Attempt) -> End {
        let dotted = match self {
            Carrier::Smtp(_, session) => session.take().is_some_and(|session| session.is_dotted()),
            Carrier::Maildir(_) => true,
        };
        (if dotted { Attempt::Unknown } else { before_dot }, "interrupted here".into())
    }

    /// Says good-bye, where there is a connection.
    pub async fn close(&mut self) {
        if let Carrier::Smtp(_, session) = self
            && let Some(session) = session.take()
            && !session.is_broken()
        {
            session.quit().await;
        }
    }
}

/// Over the connection there is, or a new one when that turns out to be gone.
async fn send(relay: &Relay, session: &mut Option<Box<Session>>, letter: &Letter) -> End {
    if let Some(used) = session {
        match used.hand_over(letter).await {
            Handed::Answered(attempt, reply) => return (attempt, reply),
            Handed::Unknown(reply) => return lost(session, Attempt::Unknown, reply),
            Handed::Closing(_) | Handed::Lost(_) => *session = None,
        }
    }
    let fresh = match Session::open(relay).await {
        Ok(fresh) => session.insert(Box::new(fresh)),
        Err(fault) => return (Attempt::RelayDown, super::smtp::one_line(&fault.to_string())),
    };
    match fresh.hand_over(letter).await {
        Handed::Answered(attempt, reply) => (attempt, reply),
        Handed::Unknown(reply) => lost(session, Attempt::Unknown, reply),
        Handed::Closing(reply) => lost(session, Attempt::RelayDown, reply),
        Handed::Lost(reply) => lost(session, Attempt::Later, reply),
    }
}

fn lost(session: &mut Option<Box<Session>>, attempt: Attempt, reply: String) -> End {
    *session = None;
    (attempt, reply)
}

/// A folder that cannot be written to is in trouble for every letter.
async fn store(folder: Arc<PathBuf>, letter: Letter) -> End {
    match tokio::task::spawn_blocking(move || maildir::deliver(&folder, &letter)).await {
        Ok(Ok(_)) => (Attempt::Sent, String::new()),
        Ok(Err(error)) => (Attempt::RelayDown, error.to_string()),
        Err(panic) => (Attempt::Later, panic.to_string()),
    }
}
