//! TLS and logins: never without, never to the wrong one.

use std::sync::Arc;

use guichet::delivery::{Login, Relay, RelayFault, Security, probe};
use guichet::ports::Attempt::{RelayDown, Sent};
use guichet::tls::client_config;
use secrecy::SecretString;

use crate::office::{Office, letters, relay};
use crate::server::{Act, Server, Step};

const AUTH: &[&str] = &["PIPELINING", "AUTH PLAIN LOGIN XOAUTH2"];

fn password() -> Login {
    Login::Password { user: "desk".into(), password: SecretString::from("sesame") }
}

fn starttls(server: &Server) -> Relay {
    Relay { security: Security::StartTls(client_config(Some(&server.ca_file())).unwrap()), login: password(), ..relay(server) }
}

fn implicit(server: &Server) -> Relay {
    Relay { security: Security::Implicit(client_config(Some(&server.ca_file())).unwrap()), login: password(), ..relay(server) }
}

/// One attempt fails, and neither a secret nor a mail was said.
async fn assert_silent(server: &Server, relay: Relay, reason: &str) {
    let office = Office::to(relay);
    office.post(letters(1));
    let verdicts = office.verdicts(1).await;
    assert_eq!(verdicts[0].end, RelayDown);
    assert!(verdicts[0].reply.contains(reason), "{}", verdicts[0].reply);
    assert_eq!((server.count("AUTH"), server.count("MAIL")), (0, 0));
    office.stop();
}

#[tokio::test]
async fn i12_tls_both_ways_with_a_login() {
    let server = Server::starttls(AUTH).await;
    let office = Office::to(starttls(&server));
    office.post(letters(3));
    assert_eq!(office.tally(3, Sent).await, 3);
    assert_eq!((server.count("EHLO"), server.count("AUTH PLAIN AGRlc2sAc2VzYW1l")), (2, 1));

    let server = Server::implicit(AUTH).await;
    let office = Office::to(implicit(&server));
    office.post(letters(3));
    assert_eq!(office.tally(3, Sent).await, 3);
    assert_eq!((server.count("EHLO"), server.count("AUTH PLAIN")), (1, 1));
}

#[tokio::test]
async fn i12_starttls_missing_is_no_reason_to_go_without() {
    let bare = Server::with(AUTH).await;
    let ca = Server::starttls(AUTH).await;
    let relay = Relay { security: Security::StartTls(client_config(Some(&ca.ca_file())).unwrap()), login: password(), ..relay(&bare) };
    assert_silent(&bare, relay, "STARTTLS").await;
}

#[tokio::test]
async fn i12_starttls_refused() {
    let server = Server::starttls(AUTH).await;
    server.at(Step::StartTls, "", Act::Say("454 4.7.0 not now".into()), 100);
    assert_silent(&server, starttls(&server), "454 4.7.0 not now").await;
}

#[tokio::test]
async fn i12_a_certificate_that_nobody_vouches_for() {
    let (server, other) = (Server::starttls(AUTH).await, Server::starttls(AUTH).await);
    let stranger = client_config(Some(&other.ca_file())).unwrap();
    let security = Security::StartTls(stranger.clone());
    assert_silent(&server, Relay { security, ..starttls(&server) }, "no verified TLS").await;
    let server = Server::implicit(AUTH).await;
    assert_silent(&server, Relay { security: Security::Implicit(stranger), ..implicit(&server) }, "no verified TLS").await;
}

#[tokio::test]
async fn i12_a_certificate_for_another_name() {
    let server = Server::implicit(AUTH).await;
    assert_silent(&server, Relay { host: "127.0.0.1".into(), ..implicit(&server) }, "no verified TLS").await;
}

#[tokio::test]
async fn i12_words_before_tls_end_it() {
    let server = Server::starttls(AUTH).await;
    server.at(Step::StartTls, "", Act::Say("220 go ahead\r\n250 AUTH PLAIN".into()), 100);
    assert_silent(&server, starttls(&server), "data before TLS").await;
}

#[tokio::test]
async fn i12_unencrypted_to_this_machine_only() {
    // 192.0.2.0/24 is for documentation (RFC 5737): nothing is ever sent there.
    let relay = Relay::new("192.0.2.1", 25, Security::PlainLoopback, "desk.test");
    assert!(matches!(probe(&relay).await, Err(RelayFault::NotLocal(address)) if address.port() == 25));
}

#[tokio::test]
async fn logins_by_what_is_offered() {
    let server = Server::with(&["AUTH LOGIN"]).await;
    probe(&Relay { login: password(), ..relay(&server) }).await.unwrap();
    assert!(server.lines().ends_with(&["LOGIN ZGVzaw==".into(), "LOGIN c2VzYW1l".into(), "QUIT".into()]));

    let source: guichet::delivery::TokenSource = Arc::new(|| Box::pin(async { Ok(SecretString::from("token")) }));
    let login = Login::Token { user: "desk".into(), source };
    let server = Server::with(AUTH).await;
    probe(&Relay { login: login.clone(), ..relay(&server) }).await.unwrap();
    assert_eq!(server.count("AUTH XOAUTH2 dXNlcj1kZXNrAWF1dGg9QmVhcmVyIHRva2VuAQE="), 1);

    // A refused token comes as a challenge; an empty line asks for the refusal.
    server.once(Step::Auth, "334 eyJzdGF0dXMiOiI0MDEifQ==");
    let fault = probe(&Relay { login, ..relay(&server) }).await.unwrap_err();
    assert_eq!(fault.to_string(), "the relay refused AUTH: 535 5.7.8 token expired");

    let poor = Server::with(&["AUTH CRAM-MD5"]).await;
    assert!(matches!(probe(&Relay { login: password(), ..relay(&poor) }).await, Err(RelayFault::NoMechanism(_))));
}

#[tokio::test]
async fn i04_a_refused_login_costs_no_attempt_and_is_not_hammered() {
    for reply in ["535 5.7.8 bad credentials", "454 4.7.0 temporary failure"] {
        let server = Server::with(AUTH).await;
        server.once(Step::Auth, reply);
        let office = Office::to(Relay { login: password(), connections: 2, ..relay(&server) });
        office.post(letters(10));
        let verdicts = office.sent(10).await;
        let down: Vec<_> = verdicts.iter().filter(|verdict| verdict.end == RelayDown).collect();
        assert!(!down.is_empty() && down.len() + 10 == verdicts.len() && down.iter().all(|verdict| verdict.reply.contains(reply)));
        assert!(server.count("AUTH") <= 3, "one refused, one for each of the two connections");
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_had_is_the_relays_trouble() {
    let source: guichet::delivery::TokenSource = Arc::new(|| Box::pin(async { Err("the command failed".to_owned()) }));
    let server = Server::with(AUTH).await;
    assert_silent(&server, Relay { login: Login::Token { user: "desk".into(), source }, ..relay(&server) }, "the command failed").await;
}
