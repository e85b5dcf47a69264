//! What the server's answers mean for a letter, and for the others.

use guichet::ports::Attempt::{Later, Refused, RelayDown, Sent};

use crate::office::{Office, letter, letters, relay};
use crate::server::{Act, Server, Step};

#[tokio::test]
async fn i01_4xx_at_each_step_goes_out_later_and_once() {
    for (step, reply) in [
        (Step::Mail, "451 4.7.1 try later"),
        (Step::Rcpt, "450 4.2.0 greylisted"),
        (Step::Data, "451 4.3.0 busy"),
        (Step::Dot, "451 4.3.0 disk busy"),
    ] {
        for features in [&["PIPELINING"][..], &[]] {
            let server = Server::with(features).await;
            server.once(step, reply);
            let office = Office::to(relay(&server));
            office.post(letters(1));
            let verdicts = office.verdicts(2).await;
            assert_eq!((verdicts[0].end, verdicts[0].reply.as_str(), verdicts[1].end), (Later, reply, Sent), "{step:?}");
            assert_eq!((server.taken().len(), server.connections()), (1, 1), "{step:?}");
        }
    }
}

#[tokio::test]
async fn i01_a_relay_that_is_not_there_costs_no_attempt() {
    let server = Server::start().await;
    server.at(Step::Greeting, "", Act::Say("421 4.3.2 too many".into()), 4);
    let office = Office::to(relay(&server));
    office.post(letters(1));
    assert_eq!(office.ends(5).await, [RelayDown, RelayDown, RelayDown, RelayDown, Sent]);
}

#[tokio::test]
async fn i02_5xx_at_each_step_is_final_for_that_letter_alone() {
    for (step, reply) in [
        (Step::Rcpt, "550 5.1.1 no such user"),
        (Step::Data, "554 5.6.0 not this"),
        (Step::Dot, "554 5.7.1 spam"),
        (Step::Mail, "552 5.3.4 too big"),
    ] {
        for features in [&["PIPELINING"][..], &[]] {
            let server = Server::with(features).await;
            server.once(step, reply);
            let office = Office::to(relay(&server));
            office.post(letters(2));
            let verdicts = office.verdicts(2).await;
            assert_eq!((verdicts[0].end, verdicts[0].reply.as_str(), verdicts[1].end), (Refused, reply, Sent), "{step:?}");
            assert_eq!((server.taken().len(), server.connections()), (1, 1), "{step:?}");
        }
    }
}

#[tokio::test]
async fn i02_a_refused_sender_pauses_the_queue_instead_of_burning_mails() {
    let server = Server::start().await;
    server.at(Step::Mail, "", Act::Say("550 5.7.1 sender not allowed".into()), 3);
    let office = Office::to(relay(&server));
    office.post(letters(10));
    let verdicts = office.verdicts(22).await;
    // All ten come back with the first; then one letter at a time finds out.
    assert!(verdicts[..12].iter().all(|verdict| verdict.end == RelayDown && verdict.reply == "550 5.7.1 sender not allowed"));
    assert!(verdicts[12..].iter().all(|verdict| verdict.end == Sent));
    assert_eq!(server.count("MAIL"), 13);
}

#[tokio::test]
async fn i03_one_bad_recipient_does_not_keep_it_from_the_others() {
    let server = Server::start().await;
    server.at(Step::Rcpt, "bad@", Act::Say("550 5.1.1 unknown".into()), 1);
    let office = Office::to(relay(&server));
    office.post(vec![letter("a@cust.test"), letter("bad@cust.test"), letter("c@cust.test")]);
    assert_eq!(office.ends(3).await, [Sent, Refused, Sent]);
    let reached: Vec<String> = server.taken().into_iter().map(|taken| taken.to).collect();
    assert_eq!(reached, ["a@cust.test", "c@cust.test"]);
}

#[tokio::test]
async fn i04_a_quota_is_the_relays_trouble() {
    for (step, reply) in
        [(Step::Rcpt, "550 5.4.5 daily limit exceeded"), (Step::Dot, "550-5.4.5 daily sending\r\n550 5.4.5 limit exceeded")]
    {
        let server = Server::start().await;
        server.once(step, reply);
        let office = Office::to(relay(&server));
        office.post(letters(5));
        let verdicts = office.verdicts(10).await;
        assert!(verdicts[..5].iter().all(|verdict| verdict.end == RelayDown), "{verdicts:?}");
        assert!(verdicts[5..].iter().all(|verdict| verdict.end == Sent), "{verdicts:?}");
    }
}

#[tokio::test]
async fn i09_a_poor_relay_gets_plain_ascii_and_no_foreign_addresses() {
    let server = Server::with(&[]).await;
    let office = Office::to(relay(&server));
    office.post(vec![letter("zoé@cust.test"), letter("alice@cust.test")]);
    let verdicts = office.verdicts(2).await;
    assert_eq!((verdicts[0].end, verdicts[1].end), (Refused, Sent));
    assert!(verdicts[0].reply.starts_with("553 5.6.7 ") && verdicts[0].reply.contains("SMTPUTF8"));
    assert_eq!(server.count("MAIL"), 1);
    assert!(server.lines().iter().all(|line| !line.contains("SIZE=") && !line.contains("SMTPUTF8")));
}

#[tokio::test]
async fn i09_a_rich_relay_gets_foreign_addresses() {
    let server = Server::with(&["PIPELINING", "SMTPUTF8"]).await;
    let office = Office::to(relay(&server));
    office.post(vec![letter("zoé@cust.test")]);
    assert_eq!(office.ends(1).await, [Sent]);
    assert_eq!(server.taken()[0].to, "zoé@cust.test");
    assert!(server.lines().iter().any(|line| line.ends_with(" SMTPUTF8")));
}

#[tokio::test]
async fn i10_size_is_looked_at_before_anything_is_sent() {
    let server = Server::with(&["PIPELINING", "SIZE 1000"]).await;
    let office = Office::to(relay(&server));
    let mut large = letter("a@cust.test");
    large.bytes.extend(b"0123456789\r\n".repeat(100));
    office.post(vec![large, letter("b@cust.test")]);
    let verdicts = office.verdicts(2).await;
    assert_eq!((verdicts[0].end, verdicts[1].end), (Refused, Sent));
    assert!(verdicts[0].reply.starts_with("552 5.3.4 ") && verdicts[0].reply.contains("1000"));
    let mails: Vec<String> = server.lines().into_iter().filter(|line| line.starts_with("MAIL")).collect();
    assert_eq!(mails, [format!("MAIL FROM:<support+b1@desk.test> SIZE={}", letter("b@cust.test").bytes.len())]);
}

#[tokio::test]
async fn i10_552_after_the_dot_is_final() {
    let server = Server::with(&["PIPELINING"]).await;
    server.once(Step::Dot, "552 5.3.4 message too big");
    let office = Office::to(relay(&server));
    office.post(letters(1));
    assert_eq!(office.ends(1).await, [Refused]);
}

#[tokio::test]
async fn i13_talkative_servers_are_cut_off() {
    let endless = "250-and another thing\r\n".repeat(4_000) + "250 done";
    for (step, expected) in [(Step::Ehlo, RelayDown), (Step::Rcpt, Later), (Step::Greeting, RelayDown)] {
        let server = Server::start().await;
        server.once(step, &endless);
        let office = Office::to(relay(&server));
        office.post(letters(1));
        let verdicts = office.verdicts(2).await;
        assert_eq!((verdicts[0].end, verdicts[1].end), (expected, Sent), "{step:?}");
        assert!(verdicts[0].reply.len() <= 200);
    }
}
