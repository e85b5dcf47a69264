//! Servers that lie, and refuse.

use std::time::Duration;

use guichet::intake::imap::{After, ImapMailbox, Pace, Start};

use crate::server::{Act, Ask, Mailbox, Server, mail};
use crate::watched::{Watched, watched_until};

/// A configuration without deadlines: what ends a connection is what the server said.
fn patient(server: &Server) -> ImapMailbox {
    let config = server.config();
    ImapMailbox { pace: Pace { step: Duration::from_secs(3600), ..config.pace }, ..config }
}

/// A script for the first time that a body is asked for, on the first connection.
fn first_body(answer: impl Fn(&Ask<'_>) -> Option<Act> + Send + Sync + 'static) -> impl Fn(&Ask<'_>, &mut Mailbox) -> Option<Act> {
    move |ask, mailbox| {
        let body = ask.line.contains("BODY.PEEK[]");
        if body && mailbox.log.iter().filter(|l| l.contains("BODY.PEEK[]")).count() == 1 { answer(ask) } else { None }
    }
}

#[tokio::test]
async fn h01_mails_of_a_new_epoch_are_recognised_and_no_uid_of_the_old_one_is_told() {
    // The first epoch's mails are kept, but the server refuses to move them, hangs up, and renumbers.
    let server = Server::scripted(30, |ask, mailbox| {
        if !ask.line.starts_with("UID MOVE") || ask.connection > 1 {
            return None;
        }
        let raws: Vec<Vec<u8>> = mailbox.mails.values().rev().map(|m| m.raw.clone()).collect();
        mailbox.mails.clear();
        (mailbox.validity, mailbox.next) = (Some(78), 1);
        raws.into_iter().chain((30..33).map(mail)).for_each(|raw| {
            mailbox.add(raw);
        });
        Act::last(format!("{} NO quota\r\n", ask.tag))
    })
    .await;
    let ledger = watched_until(&server, server.config(), |l| l.settled() == 33).await;
    assert_eq!((ledger.fresh().len(), ledger.entries.len()), (33, 63));
    assert_eq!(server.mailbox().archive.len(), 33);
}

#[tokio::test]
async fn h01_what_was_old_stays_old_in_a_new_epoch() {
    let server = Server::with(5).await;
    let now = ImapMailbox { start: Start::Now, ..server.config() };
    watched_until(&server, now.clone(), |_| true).await;
    // Renumbered while we were away; the server's date of all mails lies before the first connection or after it by the
    // year of this test's run, so that only the mark's own date decides.
    {
        let mut mailbox = server.mailbox();
        (mailbox.validity, mailbox.next) = (Some(78), 1);
        mailbox.mails.clear();
        (0..5).for_each(|n| {
            mailbox.add(mail(n));
        });
    }
    server.keeper().change(|l| l.marks.values_mut().for_each(|m| m.began_at = "2026-11-22T00:00:00Z".parse().unwrap()));
    let ledger = watched_until(&server, now, |l| l.marks.values().all(|m| m.epoch == 78)).await;
    assert_eq!(ledger.kept().len(), 0);
}

#[tokio::test]
async fn h02_nonsense_epochs_lose_nothing() {
    for (validity, next) in [(None, None), (Some(0), None), (Some(3), None), (Some(77), Some(1))] {
        let server = Server::with(3).await;
        let stay = ImapMailbox { after: After::Nothing, ..server.config() };
        watched_until(&server, stay.clone(), |l| l.kept().len() == 3).await;
        {
            let mut mailbox = server.mailbox();
            mailbox.validity = validity;
            mailbox.mails.clear();
            mailbox.next = 1;
            (10..12).for_each(|n| {
                mailbox.add(mail(n));
            });
            mailbox.next = next.unwrap_or(mailbox.next).max(3);
        }
        let ledger = watched_until(&server, stay, |l| l.fresh().len() == 5).await;
        assert_eq!(ledger.entries.len(), 5, "{validity:?} {next:?}");
    }
}

#[tokio::test]
async fn h03_what_vanishes_is_written_down_and_the_rest_goes_on() {
    type Lie = fn(&str) -> String;
    let lies: [Lie; 4] = [
        |_| String::new(),
        |_| "* 2 FETCH (UID 2 BODY[]<0> NIL)\r\n".into(),
        |_| "* 2 FETCH (UID 2 INTERNALDATE \"21-Nov-2026 10:00:00 +0000\")\r\n".into(),
        |_| "* 2 EXPUNGE\r\n* 2 FETCH (FLAGS (\\Seen))\r\n".into(),
    ];
    for lie in lies {
        let server = Server::scripted(
            3,
            first_body(move |ask| {
                let one = |n: usize| {
                    let raw = String::from_utf8(mail(n - 1)).unwrap();
                    format!("* {n} FETCH (UID {n} INTERNALDATE \"21-Nov-2026 10:00:00 +0000\" BODY[]<0> {{{}}}\r\n{raw})\r\n", raw.len())
                };
                Act::say(format!("{}{}{}{} OK done\r\n", one(1), lie(ask.tag), one(3), ask.tag))
            }),
        )
        .await;
        let ledger = watched_until(&server, server.config(), |l| l.settled() == 3).await;
        assert_eq!((ledger.kept().len(), ledger.vanished()), (2, vec![2]));
    }
}

#[tokio::test]
async fn h03_a_refused_batch_is_fetched_one_by_one() {
    let server = Server::scripted(3, |ask, _| match ask.line {
        line if line.starts_with("UID FETCH 1:3 (UID INTERNALDATE BODY") => {
            Act::say(format!("{} NO [SERVERBUG] one of them is broken\r\n", ask.tag))
        }
        line if line.starts_with("UID FETCH 2 (UID INTERNALDATE BODY") => Act::say(format!("{} NO [SERVERBUG] this one\r\n", ask.tag)),
        _ => None,
    })
    .await;
    let ledger = watched_until(&server, server.config(), |l| l.entries.len() == 3).await;
    assert_eq!((ledger.kept().len(), ledger.vanished()), (2, vec![2]));
}

#[tokio::test]
async fn h04_sequence_numbers_that_move_confuse_nobody() {
    // Another client expunges the first mail while we read: all numbers shift, and the server says so mid-way.
    let server = Server::scripted(5, |ask, mailbox| {
        if !ask.line.starts_with("UID MOVE") {
            return None;
        }
        mailbox.mails.remove(&1);
        None
    })
    .await;
    watched_until(&server, server.config(), |l| l.settled() == 5).await;
    assert_eq!(server.mailbox().archive, (1..5).map(mail).collect::<Vec<_>>());
}

#[tokio::test]
async fn h05_h06_all_above_the_mark_is_read_however_long_we_were_away() {
    let server = Server::with(100).await;
    let stay = ImapMailbox { after: After::Nothing, ..server.config() };
    watched_until(&server, stay.clone(), |l| l.kept().len() == 100).await;
    (100..500).for_each(|n| {
        server.mailbox().add(mail(n));
    });
    let ledger = watched_until(&server, stay, |l| l.kept().len() == 500).await;
    assert!(ledger.entries.values().all(|e| e.times == 1), "none is fetched again");
    assert_eq!(ledger.kept().iter().filter(|a| a.old).count(), 100);
    // \Seen plays no part: what a person has read is selected by UID like the rest.
    assert!(server.mailbox().log.iter().all(|l| !l.contains("SEEN")));
}

#[tokio::test]
async fn h07_j05_while_the_store_is_full_the_server_is_told_nothing() {
    let server = Server::with(3).await;
    server.keeper().change(|l| l.full = 2);
    let ledger = watched_until(&server, server.config(), |l| l.settled() == 3).await;
    assert_eq!((ledger.calls, ledger.fresh().len()), (3, 3));
}

#[tokio::test]
async fn h08_literals_that_lie() {
    let starts = |n: &str| format!("* 1 FETCH (UID 1 BODY[]<0> {n}\r\n");
    let lies = [
        format!("{}01234567890123456789)\r\n", starts("{10}")),
        format!("{}too short", starts("{1000}")),
        starts("{4294967296}"),
        starts("{536870000}"),
        starts("{-1}"),
        format!("{}xxxxxxxxxx", starts("{5}{5}")),
        format!("{}xxxxx", starts("~{5}")),
        starts("{99999999999999999999999}"),
    ];
    for lie in lies {
        let answer = lie.clone();
        let server = Server::scripted(2, first_body(move |_| Act::last(answer.clone()))).await;
        let ledger = watched_until(&server, server.config(), |l| l.settled() == 2).await;
        assert_eq!(ledger.fresh().iter().map(|a| a.raw.clone()).collect::<Vec<_>>(), [mail(0), mail(1)], "{lie}");
    }
}

#[tokio::test]
async fn h08_a_literal_beyond_the_cap_is_refused_before_its_bytes_come() {
    // The server announces 512 MB and then is silent: the connection is dropped at the announcement, not at a deadline.
    let server = Server::scripted(1, first_body(|_| Act::stall("* 1 FETCH (UID 1 BODY[]<0> {536870000}\r\n"))).await;
    watched_until(&server, patient(&server), |l| l.settled() == 1).await;
    assert_eq!(server.mailbox().connections, 2);
}

#[tokio::test]
async fn h09_sizes_that_lie_in_both_directions() {
    const LIMIT: u64 = 2_000_000;
    for (claimed, real, whole) in [(1_000u64, 5_000_000usize, false), (300_000_000, 1_000, true), (1, 1_500_000, true)] {
        let server = Server::scripted(0, move |ask, _| {
            let size = ask.line == "UID FETCH 1 (UID RFC822.SIZE)";
            if size { Act::say(format!("* 1 FETCH (UID 1 RFC822.SIZE {claimed})\r\n{} OK done\r\n", ask.tag)) } else { None }
        })
        .await;
        let raw = [b"Subject: x\r\n\r\n".as_slice(), &vec![b'.'; real]].concat();
        server.mailbox().add(raw.clone());
        let ledger = watched_until(&server, ImapMailbox { max_mail: LIMIT, ..server.config() }, |l| l.settled() == 1).await;
        let kept = ledger.kept()[0];
        if whole {
            assert_eq!((kept.raw.len(), kept.cut_from), (raw.len(), None));
        } else {
            assert_eq!(kept.raw.len(), 14 + 64 * 1024);
            assert!(kept.cut_from.unwrap() > LIMIT);
            assert!(server.mailbox().bytes_sent < 3_000_000, "no more than the limit and a piece is fetched");
        }
    }
}

#[tokio::test]
async fn h10_nesting_that_would_kill_the_parser() {
    for opening in ["* 1 FETCH (BODYSTRUCTURE ", "* 1 FETCH (UID 1 BODY[HEADER.FIELDS ", "* THREAD ", "* OK "] {
        let bomb = format!("{opening}{}", "(".repeat(50_000));
        let server = Server::scripted(1, first_body(move |_| Act::stall(bomb.clone()))).await;
        watched_until(&server, patient(&server), |l| l.settled() == 1).await;
        assert_eq!(server.mailbox().connections, 2, "{opening}");
    }
}

#[tokio::test]
async fn h11_floods_end_the_connection_and_nothing_else() {
    let floods = ["* 7 EXISTS\r\n".repeat(50_000), "x".repeat(2_000_000), format!("* OK [ALERT] {}\r\n", "A".repeat(2_000_000))];
    for flood in floods {
        let server = Server::scripted(1, first_body(move |_| Act::stall(flood.clone()))).await;
        watched_until(&server, patient(&server), |l| l.settled() == 1).await;
        assert_eq!(server.mailbox().connections, 2);
    }
}

#[tokio::test]
async fn h11_ranges_are_never_expanded() {
    let vast = "* VANISHED (EARLIER) 1:4294967295\r\n* OK [COPYUID 77 1:4294967295 1:4294967295] moved\r\n";
    let server = Server::scripted(1, move |ask, _| {
        if ask.line == "UID FETCH 1:* (UID)" { Act::say(format!("{vast}* 1 FETCH (UID 1)\r\n{} OK done\r\n", ask.tag)) } else { None }
    })
    .await;
    watched_until(&server, server.config(), |l| l.settled() == 1).await;
}

/// Refuses what matches, on the first connection, which then ends.
fn refuses(what: &'static str) -> impl Fn(&Ask<'_>, &mut Mailbox) -> Option<Act> {
    move |ask, _| {
        let refused = ask.connection == 1 && ask.line.starts_with(what);
        if refused { Act::last(format!("{} NO [OVERQUOTA] no room\r\n", ask.tag)) } else { None }
    }
}

#[tokio::test]
async fn h17_what_the_server_would_not_do_is_asked_again_and_nothing_is_kept_twice() {
    let flag = After::Flag(After::PROCESSED.into());
    let cases = [
        ("UID MOVE", "IDLE MOVE UIDPLUS", After::Move("Archive".into())),
        ("CREATE", "IDLE MOVE UIDPLUS", After::Move("Archive".into())),
        ("UID COPY", "IDLE UIDPLUS", After::Move("Archive".into())),
        ("UID EXPUNGE", "UIDPLUS", After::Move("Archive".into())),
        ("UID STORE", "", flag),
    ];
    for (refused, extensions, after) in cases {
        let server = Server::scripted(3, refuses(refused)).await;
        server.mailbox().extensions = extensions;
        let ledger = watched_until(&server, ImapMailbox { after, ..server.config() }, |l| l.settled() == 3).await;
        assert!(ledger.entries.values().all(|e| e.times == 1), "{refused}");
    }
}

#[tokio::test]
async fn h17_a_read_only_mailbox_is_read_all_the_same() {
    let server = Server::scripted(2, |ask, _| {
        if ask.line.starts_with("UID MOVE") { Act::say(format!("{} NO [READ-ONLY] look, don't touch\r\n", ask.tag)) } else { None }
    })
    .await;
    let watched = Watched::start(server.config(), server.keeper());
    watched.keeper.until(|l| l.kept().len() == 2 && l.polled > 0).await;
    server.receives(mail(2));
    let ledger = watched.keeper.until(|l| l.kept().len() == 3).await;
    assert_eq!(ledger.settled(), 0);
    watched.stop().await;
    assert_eq!(server.mailbox().connections, 1);
    server.is_content();
}

#[tokio::test]
async fn h18_only_our_mails_are_expunged() {
    for (extensions, left) in [("UIDPLUS", vec![1, 2]), ("", vec![1, 2, 3])] {
        let server = Server::with(2).await;
        server.mailbox().extensions = extensions;
        let now = ImapMailbox { start: Start::Now, ..server.config() };
        watched_until(&server, now.clone(), |_| true).await;
        // Another client has marked its mails.
        server.mailbox().mails.values_mut().for_each(|m| m.deleted = true);
        server.mailbox().add(mail(7));
        watched_until(&server, now, |l| l.settled() == 1).await;
        let mailbox = server.mailbox();
        assert_eq!(mailbox.mails.keys().copied().collect::<Vec<_>>(), left);
        assert_eq!(mailbox.archive, [mail(7)]);
        assert!(mailbox.mails.get(&3).is_none_or(|m| m.deleted));
    }
}

#[tokio::test]
async fn h20_an_answer_that_breaks_the_reader_ends_the_connection_only() {
    let server = Server::scripted(1, first_body(|ask| Act::last(format!("* OK [ALERT]\u{e9}\u{e9}\r\n{} OK done\r\n", ask.tag)))).await;
    watched_until(&server, server.config(), |l| l.settled() == 1).await;
}

#[tokio::test]
async fn h23_reading_leaves_no_trace() {
    let server = Server::with(3).await;
    let stay = ImapMailbox { after: After::Nothing, ..server.config() };
    watched_until(&server, stay, |l| l.kept().len() == 3).await;
    let mailbox = server.mailbox();
    assert!(mailbox.log.iter().any(|l| l.contains("BODY.PEEK[]")));
    assert!(mailbox.log.iter().all(|l| !l.contains("BODY[") && !l.contains("RFC822 ") && !l.contains("STORE") && !l.contains("MOVE")));
}
