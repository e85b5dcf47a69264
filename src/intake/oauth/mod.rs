//! Bearer tokens for mailboxes that refuse passwords (XOAUTH2): from a program, or from a token endpoint (RFC 6749). A
//! source keeps its token until it is about to expire or was refused. Knows nothing of mail.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use secrecy::SecretString;
use tokio::time::Instant;

mod command;
mod endpoint;
mod post;
mod refresh_file;

pub use command::CommandSource;
pub use endpoint::{EndpointSource, Grant};
pub use refresh_file::RefreshFile;

/// How long a source may take for a token.
const PATIENCE: Duration = Duration::from_secs(30);
/// A token whose life is not told: providers give an hour.
const LIFE: Duration = Duration::from_secs(45 * 60);

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenFault {
    /// The program could not be run, or gave no token.
    #[error("the token command {0}")]
    Command(String),
    /// The endpoint could not be reached, or its answer not be used.
    #[error("the token endpoint: {0}")]
    Endpoint(String),
    /// The endpoint refused us: somebody must consent again, or put the configuration right.
    #[error("the token endpoint refused: {0}")]
    Refused(String),
    /// The refresh token cannot be read or stored.
    #[error("the refresh token's file: {0}")]
    File(std::io::Error),
}

/// A future that a [`TokenSource`] returns.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where tokens come from. Shared by all connections of an account.
pub trait TokenSource: std::fmt::Debug + Send + Sync {
    /// A token that should be good now; an earlier one when it still is.
    fn token(&self) -> Later<'_, Result<SecretString, TokenFault>>;
    /// The server refused the last token: the next one must be new.
    fn refused(&self) -> Later<'_, ()>;
}

/// A token and its end.
#[derive(Debug, Clone)]
struct Token {
    secret: SecretString,
    good_until: Instant,
}

impl Token {
    fn is_good(&self) -> bool {
        Instant::now() < self.good_until
    }
}
