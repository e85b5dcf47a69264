//! Connections that die or stall, at each step; and how delivery itself ends.

use std::time::Duration;

use guichet::delivery::{Patience, Relay};
use guichet::ports::Attempt::{self, Later, RelayDown, Sent, Unknown};

use crate::office::{Office, letter, letters, relay};
use crate::server::{Act, Server, Step};

/// With short waits for a server that stalls.
fn impatient(server: &Server) -> Relay {
    let short = Duration::from_secs(1);
    let relay = relay(server);
    Relay { patience: Patience { command: short, data: short, dot: short, grace: short, ..relay.patience }, ..relay }
}

#[tokio::test]
async fn i01_a_drop_at_each_step() {
    for (step, expected) in [
        (Step::Greeting, RelayDown),
        (Step::Ehlo, RelayDown),
        (Step::Mail, Later),
        (Step::Rcpt, Later),
        (Step::Data, Later),
        (Step::Dot, Unknown),
    ] {
        let server = Server::start().await;
        server.at(step, "", Act::Drop, 1);
        let office = Office::to(relay(&server));
        office.post(letters(1));
        assert_eq!(office.ends(2).await, [expected, Sent], "{step:?}");
        assert_eq!(server.connections(), 2);
    }
}

#[tokio::test]
async fn i13_a_stall_at_each_step() {
    tokio::join!(
        stalls(Step::Greeting, RelayDown),
        stalls(Step::Ehlo, RelayDown),
        stalls(Step::Mail, Later),
        stalls(Step::Rcpt, Later),
        stalls(Step::Data, Later),
        stalls(Step::Dot, Unknown),
    );
}

async fn stalls(step: Step, expected: Attempt) {
    let server = Server::start().await;
    server.at(step, "", Act::Stall, 1);
    let office = Office::to(impatient(&server));
    office.post(letters(1));
    let verdicts = office.verdicts(1).await;
    assert_eq!((verdicts[0].end, verdicts[0].reply.as_str()), (expected, "no answer within 1s"), "{step:?}");
}

#[tokio::test]
async fn i05_lost_after_the_dot_is_said_so_and_repeats_are_identical() {
    let server = Server::start().await;
    server.at(Step::Dot, "", Act::Drop, 1);
    let office = Office::to(relay(&server));
    office.post(letters(1));
    assert_eq!(office.ends(2).await, [Unknown, Sent]);
    let taken = server.taken();
    assert_eq!(taken.len(), 2, "only this window may double a mail");
    assert_eq!(taken[0], taken[1]);
}

#[tokio::test]
async fn i05_after_the_dot_we_wait_ten_minutes() {
    assert_eq!(Patience::default().dot, Duration::from_secs(600));
    assert_eq!(Patience::default().data, Duration::from_secs(120));
    assert_eq!(Patience::default().command, Duration::from_secs(300));
}

#[tokio::test]
async fn i06_a_store_that_cannot_note_it_is_asked_again_and_nothing_goes_twice() {
    let server = Server::start().await;
    let office = Office::to(relay(&server));
    *office.outbox.unavailable.lock().unwrap() = 1;
    office.post(letters(3));
    assert_eq!(office.ends(3).await, [Sent, Sent, Sent]);
    assert_eq!(server.taken().len(), 3);
}

#[tokio::test]
async fn i14_one_who_stalls_does_not_hold_up_the_others() {
    let server = Server::start().await;
    server.at(Step::Rcpt, "slow@", Act::Hold, 1);
    let office = Office::to(Relay { connections: 2, ..relay(&server) });
    office.post(vec![letter("slow@cust.test"), letter("slow@cust.test")]);
    server.holding().await;
    office.post(letters(50));
    assert_eq!(office.tally(50, Sent).await, 50);
    assert!(server.taken().iter().all(|taken| taken.to != "slow@cust.test"));
    server.release();
    let verdicts = office.verdicts(52).await;
    assert_eq!((verdicts[50].id, verdicts[51].id), (1, 2), "to one person in order");
}

#[tokio::test]
async fn a_stop_finishes_the_letter_in_hand_and_returns_the_others() {
    let server = Server::start().await;
    server.at(Step::Dot, "person0@", Act::Hold, 1);
    let office = Office::to(relay(&server));
    office.post(letters(5));
    server.holding().await;
    office.stop();
    server.release();
    let mut verdicts = office.ended().await;
    verdicts.sort_by_key(|verdict| verdict.id);
    assert_eq!((verdicts.len(), verdicts[0].end), (5, Sent));
    assert!(verdicts[1..].iter().all(|verdict| verdict.end == RelayDown && verdict.reply == "stopping"));
    assert_eq!((server.taken().len(), server.count("QUIT")), (1, 1));
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    for (step, expected) in [(Step::Dot, Unknown), (Step::Rcpt, RelayDown), (Step::Greeting, RelayDown)] {
        let server = Server::start().await;
        server.at(step, "", Act::Hold, 1);
        let patience = Patience { grace: Duration::from_millis(50), ..relay(&server).patience };
        let office = Office::to(Relay { patience, ..relay(&server) });
        office.post(letters(1));
        server.holding().await;
        let verdicts = office.ended().await;
        assert_eq!((verdicts.len(), verdicts[0].end), (1, expected), "{step:?}");
    }
}

#[tokio::test]
async fn a_stop_with_a_store_that_cannot_note_anything_ends_too() {
    let server = Server::start().await;
    let patience = Patience { grace: Duration::from_millis(50), ..relay(&server).patience };
    let office = Office::to(Relay { patience, ..relay(&server) });
    *office.outbox.unavailable.lock().unwrap() = u32::MAX;
    server.at(Step::Dot, "", Act::Hold, 1);
    office.post(letters(1));
    server.holding().await;
    server.release();
    office.stop();
    office.gone().await;
}
