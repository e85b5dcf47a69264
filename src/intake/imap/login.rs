//! From a greeted connection to a session: the account is proven, the extensions are known.

use async_imap::imap_proto::{Capability, Response};
use async_imap::types::Capabilities;
use async_imap::{Authenticator, error::Error};
use secrecy::{ExposeSecret, SecretString};

use super::connect::{Wire, connect};
use super::fault::Fault;
use super::guard::Guard;
use super::session::{Extensions, Session};
use super::{ImapMailbox, Secret};
use crate::intake::oauth::TokenFault;
use crate::intake::said::said;

type Client = async_imap::Client<Guard<Wire>>;
type Library = async_imap::Session<Guard<Wire>>;

/// Codes of a refusal that says nothing about the account (RFC 5530 section 3).
const PASSING: [&str; 5] = ["[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[CONTACTADMIN]"];

/// Connects and logs in. A refused token is renewed and tried once more.
pub async fn login(mailbox: &ImapMailbox) -> Result<Session, Fault> {
    let deadline = mailbox.pace.step;
    let logged_in = tokio::time::timeout(deadline, async {
        match &mailbox.secret {
            Secret::Password(password) => with_password(connect(mailbox).await?, &mailbox.user, password).await,
            Secret::Token(source) => match with_token(mailbox, source.token().await).await {
                Err(Fault::Login(_)) => {
                    source.refused().await;
                    with_token(mailbox, source.token().await).await
                }
                other => other,
            },
        }
    });
    let (library, names) = logged_in.await.map_err(|_| Fault::Silent(deadline))??;
    let mut session = Session::new(library, deadline);
    session.extensions = match names {
        Some(names) => known(&names),
        None => ask(&mut session).await?,
    };
    Ok(session)
}

async fn with_password(client: Client, user: &str, password: &SecretString) -> Result<(Library, Option<Capabilities>), Fault> {
    let plain = |text: &str| text.chars().all(|c| matches!(c, ' '..='~'));
    if plain(user) && plain(password.expose_secret()) {
        return client.login_with_capabilities(user, password.expose_secret()).await.map_err(|(e, _)| refusal(&e));
    }
    // LOGIN's quoted strings carry ASCII only; PLAIN carries UTF-8 (RFC 4616).
    let library = client.authenticate("PLAIN", Plain { user, password }).await.map_err(|(e, _)| refusal(&e))?;
    Ok((library, None))
}

async fn with_token(mailbox: &ImapMailbox, token: Result<SecretString, TokenFault>) -> Result<(Library, Option<Capabilities>), Fault> {
    let token = token.map_err(|e| match e {
        // Somebody must look at the account, and asking often locks it.
        TokenFault::Refused(_) => Fault::Login(e.to_string()),
        _ => Fault::Token(e.to_string()),
    })?;
    let proof = Bearer { user: &mailbox.user, token: &token, asked: false };
    let library = connect(mailbox).await?.authenticate("XOAUTH2", proof).await.map_err(|(e, _)| refusal(&e))?;
    Ok((library, None))
}

/// Tells a refused account, which is not tried again soon, from a server in trouble.
fn refusal(error: &Error) -> Fault {
    match error {
        Error::No(text) if PASSING.iter().any(|code| text.to_ascii_uppercase().contains(code)) => {
            Fault::Refused { command: "LOGIN", said: said(text) }
        }
        Error::No(text) | Error::Bad(text) => Fault::Login(said(text)),
        Error::Validate(_) => Fault::Login("the password cannot be sent".to_owned()),
        other => Fault::library(other),
    }
}

async fn ask(session: &mut Session) -> Result<Extensions, Fault> {
    let mut extensions = Extensions::default();
    let done = session
        .run("CAPABILITY", |response| {
            if let Response::Capabilities(list) = response {
                extensions = Extensions::from_names(list.iter().filter_map(|c| match c {
                    Capability::Atom(name) => Some(name.as_ref()),
                    _ => None,
                }));
            }
            true
        })
        .await?;
    done.ok("CAPABILITY").map(|()| extensions)
}

fn known(names: &Capabilities) -> Extensions {
    Extensions::from_names(names.iter().filter_map(|c| match c {
        async_imap::types::Capability::Atom(name) => Some(name.as_str()),
        _ => None,
    }))
}

struct Plain<'a> {
    user: &'a str,
    password: &'a SecretString,
}

impl Authenticator for Plain<'_> {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        format!("\0{}\0{}", self.user, self.password.expose_secret())
    }
}

/// XOAUTH2 as Google and Microsoft define it: one message; a second challenge carries the error and wants an empty
/// answer.
struct Bearer<'a> {
    user: &'a str,
    token: &'a SecretString,
    asked: bool,
}

impl Authenticator for Bearer<'_> {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        if std::mem::replace(&mut self.asked, true) {
            return String::new();
        }
        format!("user={}\u{1}auth=Bearer {}\u{1}\u{1}", self.user, self.token.expose_secret())
    }
}
