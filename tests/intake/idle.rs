//! H12 and H13: IDLE that is silent, refused, late or noisy.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use guichet::intake::imap::{ImapMailbox, Pace};
use tokio::sync::Notify;

use crate::server::{Act, Ask, Mailbox, Server, mail};
use crate::watched::Watched;

/// A mailbox with quick steps.
fn quick(server: &Server, poll: Duration, step: Duration) -> ImapMailbox {
    let config = server.config();
    ImapMailbox { pace: Pace { poll, step, ..config.pace }, ..config }
}

const LONG: Duration = Duration::from_secs(3600);
const SOON: Duration = Duration::from_millis(50);

/// With a script for IDLE, a mail that comes while the connection waits is kept all the same.
async fn mail_is_seen(poll: Duration, step: Duration, script: impl Fn(&Ask<'_>) -> Option<Act> + Send + Sync + 'static) {
    let server = Server::scripted(1, move |ask, _| if ask.line == "IDLE" { script(ask) } else { None }).await;
    let watched = Watched::start(quick(&server, poll, step), server.keeper());
    watched.keeper.until(|l| l.polled > 0).await;
    server.receives(mail(9));
    watched.keeper.until(|l| l.settled() == 2).await;
    watched.stop().await;
    server.is_content();
}

#[tokio::test]
async fn idle_tells() {
    mail_is_seen(LONG, LONG, |_| None).await;
}

/// An IDLE that says this whatever happens, and ends when told to.
fn idle_says(words: String) -> impl Fn(&Ask<'_>, &mut Mailbox) -> Option<Act> {
    let idle_tag = Mutex::new(String::new());
    move |ask, mailbox| match (ask.tag, ask.line) {
        (tag, "IDLE") => {
            *idle_tag.lock().unwrap() = tag.to_owned();
            if mailbox.count("IDLE") == 1 {
                mailbox.add(mail(9));
            }
            Act::say(format!("+ idling\r\n{words}"))
        }
        ("DONE", "") => Act::say(format!("{} OK idle is over\r\n", idle_tag.lock().unwrap())),
        _ => None,
    }
}

#[tokio::test]
async fn h12_idle_that_never_tells_is_polled() {
    let server = Server::scripted(1, idle_says(String::new())).await;
    let watched = Watched::start(quick(&server, SOON, LONG), server.keeper());
    watched.keeper.until(|l| l.settled() == 2).await;
    watched.stop().await;
    assert_eq!(server.mailbox().connections, 1);
}

#[tokio::test]
async fn h13_ten_thousand_keepalives_hide_no_news() {
    let server = Server::scripted(1, idle_says("* OK still here\r\n".repeat(10_000) + "* 1 EXISTS\r\n")).await;
    let watched = Watched::start(quick(&server, LONG, LONG), server.keeper());
    watched.keeper.until(|l| l.settled() == 2).await;
    watched.stop().await;
    assert_eq!(server.mailbox().connections, 1);
}

#[tokio::test]
async fn h12_a_dead_connection_is_noticed_by_the_poll() {
    mail_is_seen(SOON, SOON, |ask| if ask.connection == 1 { Act::stall("+ idling\r\n") } else { None }).await;
}

#[tokio::test]
async fn h13_no_continuation() {
    mail_is_seen(SOON, SOON, |ask| if ask.connection == 1 { Act::stall("") } else { None }).await;
}

#[tokio::test]
async fn h13_idle_refused() {
    mail_is_seen(SOON, LONG, |ask| Act::say(format!("{} BAD never heard of it\r\n", ask.tag))).await;
    mail_is_seen(SOON, LONG, |ask| Act::say(format!("{} NO not now\r\n", ask.tag))).await;
}

#[tokio::test]
async fn h13_idle_ended_by_the_server() {
    mail_is_seen(LONG, LONG, |ask| if ask.connection == 1 { Act::say(format!("+ idling\r\n{} OK enough\r\n", ask.tag)) } else { None })
        .await;
}

#[tokio::test]
async fn h13_done_unanswered() {
    mail_is_seen(LONG, SOON, |ask| if ask.connection == 1 { Act::stall("+ idling\r\n* 2 EXISTS\r\n") } else { None }).await;
}

#[tokio::test]
async fn h13_exists_before_the_continuation() {
    mail_is_seen(LONG, SOON, |ask| if ask.connection == 1 { Act::stall("* 2 EXISTS\r\n+ idling\r\n") } else { None }).await;
}

#[tokio::test]
async fn h13_a_mail_between_the_listing_and_idle_is_not_missed() {
    // The mail comes with the answer to the listing that did not have it yet; IDLE itself tells nothing.
    let listing = |ask: &Ask<'_>, mailbox: &mut Mailbox| {
        let first_listing = ask.connection == 1 && ask.line == "UID FETCH 1:* (UID)" && mailbox.count("UID FETCH 1:* (UID)") == 1;
        if !first_listing {
            return if ask.line == "IDLE" && mailbox.count("IDLE") == 1 && !mailbox.mails.is_empty() {
                Act::stall("+ idling\r\n")
            } else {
                None
            };
        }
        mailbox.add(mail(1));
        Act::say(format!("* 1 EXISTS\r\n{} OK nothing there\r\n", ask.tag))
    };
    let server = Server::scripted(0, listing).await;
    let watched = Watched::start(quick(&server, LONG, LONG), server.keeper());
    watched.keeper.until(|l| l.settled() == 1).await;
    watched.stop().await;
    server.is_content();
}

#[tokio::test]
async fn stopping_is_prompt_whatever_the_server_does() {
    for stalled in ["", "LOGIN", "SELECT", "UID FETCH", "UID MOVE", "IDLE"] {
        let reached = Arc::new(Notify::new());
        let tell = reached.clone();
        let server = Server::scripted(1, move |ask, _| {
            if !(ask.line.starts_with(stalled) && (!stalled.is_empty() || ask.line.is_empty())) {
                return None;
            }
            tell.notify_one();
            Act::stall("")
        })
        .await;
        let watched = Watched::start(quick(&server, LONG, LONG), server.keeper());
        reached.notified().await;
        tokio::time::timeout(Duration::from_secs(20), watched.stop()).await.expect(stalled);
    }
}
