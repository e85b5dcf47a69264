//! What can end a connection, and how a log line may speak of it: foreign text is cut and escaped, mails never shown.

use std::time::Duration;

use crate::gateway::ports::Unavailable;
use crate::intake::said::said;

/// Why a connection ended. All are tried again later; [`Fault::Login`] sparingly.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// No connection, or it broke.
    #[error("connection lost: {0}")]
    Lost(String),
    /// The server did not answer in time.
    #[error("no answer from the server within {0:?}")]
    Silent(Duration),
    /// The server sent what no server may, or what we cannot read.
    #[error("the server's answer cannot be used: {0}")]
    Unusable(String),
    /// No TLS, or a certificate that proves nothing.
    #[error("the connection cannot be protected: {0}")]
    Unprotected(String),
    /// The account was refused.
    #[error("login refused: {0}")]
    Login(String),
    /// A token could not be had.
    #[error("no access token: {0}")]
    Token(String),
    /// The server refused a command that it must serve.
    #[error("{command} refused: {said}")]
    Refused {
        /// The command, without arguments.
        command: &'static str,
        /// The server's words.
        said: String,
    },
    /// Our own store cannot take mails; the server was told nothing.
    #[error(transparent)]
    Keeper(#[from] Unavailable),
}

impl Fault {
    /// From an error of the stream or of the parser above it. The parser puts all it read into its message, mails
    /// included, so that one is not repeated.
    pub(super) fn io(error: &std::io::Error) -> Fault {
        match error.kind() {
            std::io::ErrorKind::InvalidData => Fault::Unusable(said(&error.to_string())),
            std::io::ErrorKind::Other => Fault::Unusable("not IMAP as we read it".to_owned()),
            _ => Fault::Lost(said(&error.to_string())),
        }
    }

    /// From an error of the library.
    pub(super) fn library(error: &async_imap::error::Error) -> Fault {
        match error {
            async_imap::error::Error::Io(e) => Fault::io(e),
            async_imap::error::Error::ConnectionLost => Fault::Lost("closed by the server".to_owned()),
            async_imap::error::Error::No(text) | async_imap::error::Error::Bad(text) => {
                Fault::Refused { command: "command", said: said(text) }
            }
            _ => Fault::Unusable("not IMAP as we read it".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parse_error_shows_no_mail() {
        let error = std::io::Error::other("parsing of \"Subject: secret\"");
        assert!(!Fault::io(&error).to_string().contains("secret"));
    }
}
