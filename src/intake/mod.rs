//! The world's mail in: IMAP, Maildir, standard input. Each source hands over bytes and where they lay, and tells its
//! server only of mails that the [`Keeper`](crate::gateway::ports::Keeper) has made durable. Async. Reads no mail:
//! knows nothing of headers' meaning, tickets or people.

/// A mailbox on an IMAP server.
pub mod imap;
/// A folder in Maildir format.
pub mod maildir;
/// Bearer tokens for mailboxes that refuse passwords.
pub mod oauth;
/// One mail from a pipe.
pub mod stdin;

mod cut;
mod said;
