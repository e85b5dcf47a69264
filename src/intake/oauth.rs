//! Bearer tokens for mailboxes that refuse passwords (XOAUTH2).

use std::future::Future;
use std::pin::Pin;

use secrecy::SecretString;

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenFault {
    /// The source failed.
    #[error("{0}")]
    Source(String),
}

/// A future that a [`TokenSource`] returns.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where tokens come from.
pub trait TokenSource: std::fmt::Debug + Send + Sync {
    /// A token that should be good now; an earlier one when it still is.
    fn token(&self) -> Later<'_, Result<SecretString, TokenFault>>;
    /// The server refused the last token: the next one must be new.
    fn refused(&self) -> Later<'_, ()>;
}
