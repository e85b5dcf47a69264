//! One mail from a pipe, as `guichet ingest` gets it from an MTA.

use std::io;

use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::cut::kept_length;
use crate::gateway::ports::{Arrival, Origin};

/// The mailbox name of mails that came by a pipe.
pub const MAILBOX: &str = "stdin";

/// Reads a mail to its end, at most `max_mail` bytes of it; a larger one is cut, its size counted without being held. Its name is the
/// BLAKE3 hash of all its bytes, so that a pipe that is tried again brings the same mail.
///
/// # Errors
/// When the reader fails. An empty input is an arrival without bytes: the caller says what that means.
pub async fn read(mut from: impl AsyncRead + Unpin, max_mail: u64, received_at: Timestamp) -> io::Result<Arrival> {
    let mut raw = Vec::new();
    let mut hash = blake3::Hasher::new();
    let mut size = 0u64;
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut chunk).await?;
        if read == 0 {
            break;
        }
        size += read as u64;
        hash.update(&chunk[..read]);
        if size <= max_mail.saturating_add(chunk.len() as u64) {
            raw.extend_from_slice(&chunk[..read]);
        }
    }
    let cut_from = (size > max_mail).then_some(size);
    if cut_from.is_some() {
        raw.truncate(kept_length(&raw));
    }
    let origin =
        Origin { mailbox: MAILBOX.to_owned(), folder: String::new(), epoch: 0, uid: 0, name: hash.finalize().to_hex().to_string() };
    Ok(Arrival { cut_from, ..Arrival::new(origin, received_at, raw) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_mail_is_named_by_its_bytes() {
        let arrival = read(&b"Subject: x\n\nhello"[..], 1000, Timestamp::UNIX_EPOCH).await.unwrap();
        assert_eq!(arrival.raw, b"Subject: x\n\nhello");
        assert_eq!(arrival.origin.name, blake3::hash(b"Subject: x\n\nhello").to_hex().to_string());
        assert_eq!((arrival.cut_from, arrival.origin.mailbox.as_str()), (None, "stdin"));
    }

    #[tokio::test]
    async fn an_oversized_mail_is_cut_and_hashed_whole() {
        let mail = [b"Subject: x\n\n".as_slice(), &vec![b'.'; 900_000]].concat();
        let arrival = read(mail.as_slice(), 100_000, Timestamp::UNIX_EPOCH).await.unwrap();
        assert_eq!(arrival.raw.len(), 12 + 64 * 1024);
        assert_eq!(arrival.cut_from, Some(mail.len() as u64));
        assert_eq!(arrival.origin.name, blake3::hash(&mail).to_hex().to_string());
    }
}
