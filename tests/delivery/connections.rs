//! Connections: kept, made new, found dead; and the Maildir, which needs none.

use std::time::Duration;

use guichet::delivery::{Patience, Relay, Transport, folder_name};
use guichet::ports::Attempt::Sent;

use crate::office::{Office, letter, letters, relay};
use crate::server::{Act, Server, Step};

#[tokio::test]
async fn one_connection_takes_many_letters_with_the_envelope_in_one_packet() {
    let server = Server::start().await;
    let office = Office::to(relay(&server));
    office.post(letters(20));
    assert_eq!(office.tally(20, Sent).await, 20);
    assert_eq!(server.connections(), 1);
    let envelopes = server.packets().into_iter().filter(|packet| packet.starts_with("MAIL") && packet.ends_with("DATA\r\n")).count();
    assert_eq!(envelopes, 20);
    office.ended().await;
    assert_eq!(server.count("QUIT"), 1);
}

#[tokio::test]
async fn a_connection_is_made_new_after_its_letters() {
    let server = Server::start().await;
    let office = Office::to(Relay { recycle_after: 2, ..relay(&server) });
    office.post(letters(6));
    assert_eq!(office.tally(6, Sent).await, 6);
    office.ended().await;
    assert_eq!((server.connections(), server.count("QUIT")), (3, 3));
}

#[tokio::test]
async fn a_connection_that_the_server_closed_costs_no_attempt() {
    let server = Server::start().await;
    let office = Office::to(relay(&server));
    for count in 1..=5 {
        office.post(letters(1));
        assert_eq!(office.ends(count).await.last(), Some(&Sent));
        // It hangs up, which shows at the next letter.
        server.at(Step::Mail, "", Act::Drop, 1);
    }
    assert_eq!((server.taken().len(), server.connections()), (5, 5));
}

#[tokio::test]
async fn i01_421_between_letters_costs_no_attempt() {
    for step in [Step::Mail, Step::Rcpt, Step::Data, Step::Dot] {
        let server = Server::start().await;
        let office = Office::to(relay(&server));
        office.post(letters(1));
        assert_eq!(office.ends(1).await, [Sent]);
        server.once(step, "421 4.7.0 enough for one connection");
        office.post(letters(1));
        assert_eq!(office.ends(2).await, [Sent, Sent], "{step:?}");
        assert_eq!((server.taken().len(), server.connections()), (2, 2), "{step:?}");
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_with_a_good_bye() {
    let server = Server::start().await;
    let patience = Patience { idle: Duration::from_millis(20), ..relay(&server).patience };
    let office = Office::to(Relay { patience, ..relay(&server) });
    server.at(Step::Bye, "", Act::Hold, 1);
    office.post(letters(1));
    assert_eq!(office.ends(1).await, [Sent]);
    server.holding().await;
    server.release();
    office.post(letters(1));
    assert_eq!(office.ends(2).await, [Sent, Sent]);
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn no_more_connections_than_configured() {
    let server = Server::start().await;
    let office = Office::to(Relay { connections: 3, recycle_after: 1000, ..relay(&server) });
    office.post(letters(300));
    assert_eq!(office.tally(300, Sent).await, 300);
    assert!(server.connections() <= 3);
    assert!(office.reports().len() <= 300);
}

#[tokio::test]
async fn letters_into_maildirs() {
    let folder = tempfile::tempdir().unwrap();
    let office = Office::open(Transport::Maildir(folder.path().to_owned()));
    office.post(vec![letter("a/b@cust.test"), letter("alice@cust.test"), letter("alice@cust.test")]);
    assert_eq!(office.ends(3).await, [Sent, Sent, Sent]);
    let new = folder.path().join(folder_name(&"alice@cust.test".parse().unwrap())).join("new");
    let mails: Vec<String> = std::fs::read_dir(new).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    assert_eq!(mails.len(), 2);
    assert!(mails[0].starts_with("Return-Path: <support+b1@desk.test>\r\nDelivered-To: alice@cust.test\r\nTo: alice@cust.test\r\n"));
    assert!(folder.path().join("a%2Fb@cust.test/new").is_dir());
}
