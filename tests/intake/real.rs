//! IMAP against a real Dovecot.

use std::sync::Arc;
use std::time::{Duration, Instant};

use guichet::intake::imap::{After, ImapMailbox, Pace, Reconciliation, Secret, Security, Start, reconcile};
use secrecy::SecretString;

use crate::dovecot::{Dovecot, PASSWORD};
use crate::keeper::FakeKeeper;
use crate::watched::Watched;

/// A mailbox on the server, read from its first mail on, with short pauses.
fn mailbox(server: &Dovecot, user: &str) -> ImapMailbox {
    let secret = Secret::Password(SecretString::from(PASSWORD.to_owned()));
    let mut mailbox = ImapMailbox::new("support", "127.0.0.1", user, secret);
    mailbox.port = server.imap;
    mailbox.security = Security::Plain { allow_remote: false };
    mailbox.start = Start::All;
    mailbox.pace = Pace { retry: (Duration::from_millis(20), Duration::from_millis(200)), ..Pace::default() };
    mailbox
}

fn mail(n: usize) -> Vec<u8> {
    format!("From: a@cust.test\r\nSubject: mail {n}\r\nMessage-ID: <{n}@cust.test>\r\n\r\nHello {n}.\r\n").into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_is_kept_and_moved_to_the_archive_that_is_created_for_it() {
    let server = Dovecot::start();
    server.deliver("anna", &mail(1));
    let watched = Watched::start(mailbox(&server, "anna"), Arc::default());
    let ledger = watched.keeper.until(|l| l.settled() == 1).await;
    assert_eq!(ledger.kept()[0].raw, mail(1));
    assert!(ledger.kept()[0].old, "it lay there before the first connection");
    watched.stop().await;
    assert_eq!((server.count("anna", ""), server.count("anna", "Archive")), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_of_a_thousand_mails_comes_exactly_once() {
    let server = Dovecot::start();
    let body = "x".repeat(40_000);
    for n in 0..1000 {
        server.deliver("bob", &[mail(n).as_slice(), body.as_bytes()].concat());
    }
    let began = Instant::now();
    let watched = Watched::start(mailbox(&server, "bob"), Arc::default());
    watched.keeper.until(|l| l.kept().len() == 1000).await;
    println!("1000 mails of 40 kB kept in {:?}", began.elapsed());
    let ledger = watched.keeper.until(|l| l.settled() == 1000).await;
    assert!(ledger.entries.values().all(|e| e.times == 1));
    watched.stop().await;
    assert_eq!((server.count("bob", ""), server.count("bob", "Archive")), (0, 1000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_tells_of_a_mail_long_before_the_poll() {
    let server = Dovecot::start();
    let watched = Watched::start(mailbox(&server, "carl"), Arc::default());
    watched.keeper.until(|l| l.polled == 1).await;
    let mut took = Vec::new();
    for n in 1..=5 {
        let began = Instant::now();
        server.deliver("carl", &mail(n));
        let ledger = watched.keeper.until(|l| l.fresh().len() == n).await;
        took.push(began.elapsed());
        assert!(!ledger.fresh()[n - 1].old);
        watched.keeper.until(|l| l.settled() == n).await;
    }
    println!("delivered to kept: {took:?}");
    assert!(took.iter().all(|t| *t < Duration::from_secs(20)), "{took:?}");
    watched.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h01_a_new_uidvalidity_makes_nothing_twice_and_loses_nothing() {
    let mut server = Dovecot::start();
    let plain = ImapMailbox { after: After::Nothing, ..mailbox(&server, "dora") };
    (0..30).for_each(|n| server.deliver("dora", &mail(n)));
    let watched = Watched::start(plain.clone(), Arc::default());
    watched.keeper.until(|l| l.settled() == 30 && l.polled > 0).await;
    server.stop();
    (30..33).for_each(|n| server.deliver("dora", &mail(n)));
    server.change_uid_validity("dora");
    server.run();
    let ledger = watched.keeper.until(|l| l.entries.len() == 63).await;
    assert_eq!(ledger.fresh().len(), 33);
    let epochs: Vec<u32> = ledger.entries.keys().map(|o| o.epoch).collect();
    assert_eq!(epochs.iter().filter(|e| **e == epochs[0]).count(), 30);
    watched.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_killed_is_read_again() {
    let mut server = Dovecot::start();
    let watched = Watched::start(mailbox(&server, "eve"), Arc::default());
    watched.keeper.until(|l| l.polled == 1).await;
    server.stop();
    server.deliver("eve", &mail(1));
    server.run();
    watched.keeper.until(|l| l.settled() == 1).await;
    watched.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_now_on_means_that_old_mails_are_left_alone() {
    let server = Dovecot::start();
    (0..5).for_each(|n| server.deliver("fred", &mail(n)));
    let now = ImapMailbox { start: Start::Now, ..mailbox(&server, "fred") };
    let watched = Watched::start(now.clone(), Arc::default());
    watched.keeper.until(|l| l.polled == 1).await;
    server.deliver("fred", &mail(9));
    let ledger = watched.keeper.until(|l| l.settled() == 1).await;
    assert_eq!(ledger.kept().len(), 1);
    assert_eq!((ledger.kept()[0].raw.clone(), ledger.kept()[0].old), (mail(9), false));
    let keeper = watched.stop().await;
    assert_eq!(server.count("fred", ""), 5);
    let compared = reconcile(&now, &*keeper).await.unwrap();
    assert_eq!(compared, Reconciliation { on_server: 5, accounted: 5, unexplained: 0, fetched: 0 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h19_what_no_mark_finds_the_reconciliation_finds() {
    let server = Dovecot::start();
    (0..4).for_each(|n| server.deliver("gina", &mail(n)));
    let left = ImapMailbox { after: After::Flag(After::PROCESSED.into()), ..mailbox(&server, "gina") };
    let watched = Watched::start(left.clone(), Arc::default());
    watched.keeper.until(|l| l.settled() == 4 && l.polled > 0).await;
    let keeper = watched.stop().await;
    // As if it had come under a UID below the mark.
    keeper.change(|l| l.entries.retain(|o, _| o.uid != 2));
    let compared = reconcile(&left, &*keeper).await.unwrap();
    assert_eq!(compared, Reconciliation { on_server: 4, accounted: 4, unexplained: 0, fetched: 1 });
    assert_eq!(keeper.ledger().settled(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h16_tls_is_verified_by_name_and_authority() {
    let server = Dovecot::start();
    server.deliver("hans", &mail(1));
    let tls = ImapMailbox { host: "localhost".into(), ca_file: Some(server.certificate()), ..mailbox(&server, "hans") };
    let implicit = ImapMailbox { port: server.imaps, security: Security::Implicit, ..tls.clone() };
    let starttls = ImapMailbox { security: Security::StartTls, ..tls.clone() };
    for mailbox in [&implicit, &starttls] {
        let keeper = FakeKeeper::default();
        let compared = reconcile(&ImapMailbox { after: After::Nothing, ..mailbox.clone() }, &keeper).await.unwrap();
        assert_eq!((compared.on_server, compared.fetched), (1, 1));
    }
    let wrong_name = ImapMailbox { host: "127.0.0.1".into(), ..implicit.clone() };
    let unknown_authority = ImapMailbox { ca_file: None, ..implicit.clone() };
    for mailbox in [wrong_name, unknown_authority] {
        let fault = reconcile(&mailbox, &FakeKeeper::default()).await.unwrap_err();
        assert!(fault.to_string().contains("cannot be protected"), "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_mail_comes_whole_and_an_oversized_one_is_cut() {
    let server = Dovecot::start();
    let large = [mail(1).as_slice(), &b"0123456789abcdef\r\n".repeat(200_000)].concat();
    let oversized = [mail(2).as_slice(), &b"0123456789abcdef\r\n".repeat(300_000)].concat();
    server.deliver("ines", &mail(0));
    server.deliver("ines", &large);
    server.deliver("ines", &oversized);
    server.deliver("ines", &mail(3));
    let limited = ImapMailbox { max_mail: 4_000_000, ..mailbox(&server, "ines") };
    let watched = Watched::start(limited, Arc::default());
    let ledger = watched.keeper.until(|l| l.settled() == 4).await;
    let by_length: Vec<(usize, Option<u64>)> = ledger.kept().iter().map(|a| (a.raw.len(), a.cut_from)).collect();
    let head = mail(2).windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
    let mut expected =
        vec![(mail(0).len(), None), (large.len(), None), (head + 65536, Some(oversized.len() as u64)), (mail(3).len(), None)];
    let mut got = by_length.clone();
    expected.sort();
    got.sort();
    assert_eq!(got, expected);
    watched.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_folders_are_read_and_names_may_have_accents() {
    let server = Dovecot::start();
    let config = mailbox(&server, "jo");
    let config = ImapMailbox {
        folders: vec!["INBOX".into(), "Réseau".into()],
        after: After::Move("Traité & clos".into()),
        pace: Pace { poll: Duration::from_millis(100), ..config.pace },
        ..config
    };
    server.deliver_to("jo", "R&AOk-seau", &mail(1));
    let watched = Watched::start(config, Arc::default());
    watched.keeper.until(|l| l.settled() == 1 && l.polled > 0).await;
    server.deliver_to("jo", "R&AOk-seau", &mail(2));
    server.deliver("jo", &mail(3));
    let ledger = watched.keeper.until(|l| l.settled() == 3).await;
    let folders: Vec<&str> = ledger.entries.keys().map(|o| o.folder.as_str()).collect();
    assert_eq!(folders, ["INBOX", "Réseau", "Réseau"]);
    watched.stop().await;
    assert_eq!(server.count("jo", "Trait&AOk- &- clos"), 3);
}
