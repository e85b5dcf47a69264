//! H14: the connection breaks after any byte of anything the server says.

use std::time::Duration;

use guichet::intake::imap::{ImapMailbox, Pace};

use crate::server::{Cut, Server};
use crate::watched::Watched;

const MAILS: usize = 3;
/// Every so many bytes a cut: fewer than any group of bytes that means something.
const STEP: usize = 13;

/// Bytes of a session in which nothing goes wrong.
async fn whole_session() -> usize {
    let server = Server::with(MAILS).await;
    let watched = Watched::start(server.config(), server.keeper());
    watched.keeper.until(|l| l.settled() == MAILS && l.polled > 0).await;
    watched.stop().await;
    server.is_content();
    server.mailbox().bytes_sent
}

/// All mails are kept once and moved once, wherever the first connection was cut.
async fn survives(after: usize, how: Cut, step: Duration) {
    let server = Server::cut(MAILS, after, how).await;
    let config = server.config();
    let config = ImapMailbox { pace: Pace { step, ..config.pace }, ..config };
    let watched = Watched::start(config, server.keeper());
    let ledger = watched.keeper.until(|l| l.settled() == MAILS && l.polled > 0).await;
    watched.stop().await;
    server.is_content();
    let mailbox = server.mailbox();
    assert_eq!((ledger.fresh().len(), mailbox.mails.len(), mailbox.archive.len()), (MAILS, 0, MAILS), "{how:?} after {after} bytes");
}

async fn everywhere(how: Cut, step: Duration) {
    let whole = whole_session().await;
    assert!(whole > 500, "a session is longer than {whole} bytes");
    for after in (0..whole).step_by(STEP) {
        survives(after, how, step).await;
    }
}

#[tokio::test]
async fn h14_closed_after_any_byte() {
    everywhere(Cut::Close, Duration::from_secs(10)).await;
}

#[tokio::test]
async fn h14_reset_after_any_byte() {
    everywhere(Cut::Reset, Duration::from_secs(10)).await;
}

#[tokio::test]
async fn h14_goodbye_after_any_byte() {
    everywhere(Cut::Bye, Duration::from_secs(10)).await;
}

#[tokio::test]
async fn h14_silence_after_any_byte() {
    everywhere(Cut::Stall, Duration::from_millis(50)).await;
}
