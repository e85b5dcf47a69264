//! H15 and H16: accounts that are refused, tokens that are renewed, connections that are not protected.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use guichet::intake::imap::{ImapMailbox, Secret, Security, reconcile};
use guichet::intake::oauth::{Later, TokenFault, TokenSource};
use secrecy::SecretString;

use crate::server::{Act, Ask, Mailbox, Server};
use crate::watched::watched_until;

#[tokio::test]
async fn h15_a_server_in_trouble_is_not_a_refused_account() {
    // Eight times within milliseconds: a refused account would be tried six times an hour.
    for code in ["UNAVAILABLE", "INUSE", "LIMIT"] {
        let server = Server::scripted(1, move |ask, mailbox| {
            let early = ask.line.starts_with("LOGIN") && mailbox.count("LOGIN") <= 8;
            if early { Act::say(format!("{} NO [{code}] later\r\n", ask.tag)) } else { None }
        })
        .await;
        watched_until(&server, server.config(), |l| l.settled() == 1).await;
    }
}

#[derive(Debug, Default)]
struct Tokens {
    made: AtomicUsize,
    given: Mutex<Vec<String>>,
}

impl TokenSource for Tokens {
    fn token(&self) -> Later<'_, Result<SecretString, TokenFault>> {
        let token = format!("token{}", self.made.load(Ordering::SeqCst));
        self.given.lock().unwrap().push(token.clone());
        Box::pin(async move { Ok(SecretString::from(token)) })
    }

    fn refused(&self) -> Later<'_, ()> {
        self.made.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {})
    }
}

#[tokio::test]
async fn h15_a_refused_token_is_renewed_once() {
    let server = Server::scripted(1, |ask, mailbox| match ask.line {
        "AUTHENTICATE XOAUTH2" if mailbox.count("AUTHENTICATE") == 1 => {
            Act::say(format!("+ \r\n+ eyJzdGF0dXMiOiI0MDAifQ==\r\n{} NO [AUTHENTICATIONFAILED] expired\r\n", ask.tag))
        }
        _ => None,
    })
    .await;
    let tokens = Arc::new(Tokens::default());
    let config = ImapMailbox { secret: Secret::Token(tokens.clone()), ..server.config() };
    watched_until(&server, config, |l| l.settled() == 1).await;
    assert_eq!(*tokens.given.lock().unwrap(), ["token0", "token1"]);
}

#[tokio::test]
async fn h15_passwords_that_login_cannot_carry_go_by_plain() {
    let server = Server::with(1).await;
    let config = ImapMailbox { secret: Secret::Password(SecretString::from("sésame\r\nA1 LOGOUT".to_owned())), ..server.config() };
    watched_until(&server, config, |l| l.settled() == 1).await;
    assert!(server.mailbox().log.contains(&"AUTHENTICATE PLAIN".to_owned()));
}

#[tokio::test]
async fn h16_no_protection_no_login() {
    let stripped =
        |ask: &Ask<'_>, _: &mut Mailbox| if ask.line == "STARTTLS" { Act::say(format!("{} BAD what?\r\n", ask.tag)) } else { None };
    let injected = |ask: &Ask<'_>, _: &mut Mailbox| {
        if ask.line == "STARTTLS" { Act::last(format!("{} OK go on\r\n* OK welcome\r\na1 OK logged in\r\n", ask.tag)) } else { None }
    };
    let known = |ask: &Ask<'_>, _: &mut Mailbox| if ask.line.is_empty() { Act::say("* PREAUTH we know you\r\n") } else { None };
    for server in [Server::scripted(1, stripped).await, Server::scripted(1, injected).await, Server::scripted(1, known).await] {
        let config = ImapMailbox { security: Security::StartTls, ..server.config() };
        let fault = reconcile(&config, &*server.keeper()).await.unwrap_err();
        assert!(server.mailbox().log.iter().all(|l| l == "STARTTLS"), "{fault}: {:?}", server.mailbox().log);
    }
}
