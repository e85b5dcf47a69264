//! Octets to and from a server, each wait with its deadline.
//!
//! Excludes: what they mean.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::reply::{self, Reply};

/// Octets of one reply (CASEBOOK I13).
const REPLY_MAX: usize = 64 << 10;
/// Octets handed to the operating system under one deadline.
const BLOCK: usize = 64 << 10;

/// A way to a server, encrypted or local.
pub trait Way: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Way for T {}

/// Why a connection is of no use any more.
#[derive(Debug, thiserror::Error)]
pub enum WireFault {
    /// Closed, reset, or a TLS error.
    #[error("connection lost: {0}")]
    Lost(#[from] io::Error),
    /// A deadline passed.
    #[error("no answer within {0:?}")]
    Slow(Duration),
    /// Not SMTP, or too much of it.
    #[error("the server does not speak SMTP: {0}")]
    Babble(&'static str),
}

/// A connection: a way, and what was read from it ahead.
pub struct Wire {
    way: Box<dyn Way>,
    ahead: Vec<u8>,
}

impl Wire {
    /// A fresh connection.
    pub fn new(way: Box<dyn Way>) -> Wire {
        Wire { way, ahead: Vec::with_capacity(1024) }
    }

    /// The way alone, to be encrypted. Refused when the server already said more than was asked for: what comes before
    /// TLS may be somebody else's (RFC 3207 section 6, CASEBOOK I12).
    pub fn into_way(self) -> Result<Box<dyn Way>, WireFault> {
        if self.ahead.is_empty() { Ok(self.way) } else { Err(WireFault::Babble("data before TLS")) }
    }

    /// Sends octets, each block of 64 KiB within `patience`.
    pub async fn send(&mut self, bytes: &[u8], patience: Duration) -> Result<(), WireFault> {
        for block in bytes.chunks(BLOCK) {
            timeout(patience, self.way.write_all(block)).await.map_err(|_| WireFault::Slow(patience))??;
        }
        timeout(patience, self.way.flush()).await.map_err(|_| WireFault::Slow(patience))??;
        Ok(())
    }

    /// Reads one whole reply within `patience`.
    pub async fn reply(&mut self, patience: Duration) -> Result<Reply, WireFault> {
        timeout(patience, self.whole_reply()).await.map_err(|_| WireFault::Slow(patience))?
    }

    /// Sends a command (with its CR LF), and reads the reply.
    pub async fn command(&mut self, command: &str, patience: Duration) -> Result<Reply, WireFault> {
        self.send(command.as_bytes(), patience).await?;
        self.reply(patience).await
    }

    async fn whole_reply(&mut self) -> Result<Reply, WireFault> {
        let (mut lines, mut size, mut first) = (Vec::new(), 0, None);
        loop {
            let line = self.line(REPLY_MAX).await?;
            size += line.len();
            if size > REPLY_MAX {
                return Err(WireFault::Babble("a reply over 64 KiB"));
            }
            let (code, last, text) = reply::line(&line).ok_or(WireFault::Babble("no reply"))?;
            if *first.get_or_insert(code) != code {
                return Err(WireFault::Babble("a reply of two codes"));
            }
            lines.push(text);
            if last {
                return Ok(Reply { code, lines });
            }
        }
    }

    /// One line with its line end, `max` octets at most.
    async fn line(&mut self, max: usize) -> Result<Vec<u8>, WireFault> {
        let mut searched = 0;
        loop {
            if let Some(end) = self.ahead[searched..].iter().position(|b| *b == b'\n') {
                let rest = self.ahead.split_off(searched + end + 1);
                return Ok(std::mem::replace(&mut self.ahead, rest));
            }
            searched = self.ahead.len();
            if searched >= max {
                return Err(WireFault::Babble("a line over 64 KiB"));
            }
            if self.way.read_buf(&mut self.ahead).await? == 0 {
                return Err(WireFault::Lost(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(300);

    #[tokio::test(start_paused = true)]
    async fn i13_an_octet_now_and_then_gains_nothing() {
        let (ours, mut theirs) = tokio::io::duplex(1024);
        tokio::spawn(async move {
            for octet in b"250-a very slow server\r\n".iter().cycle() {
                tokio::time::sleep(Duration::from_secs(50)).await;
                if theirs.write_all(&[*octet]).await.is_err() {
                    return;
                }
            }
        });
        let start = tokio::time::Instant::now();
        let fault = Wire::new(Box::new(ours)).reply(PATIENCE).await.unwrap_err();
        assert!(matches!(fault, WireFault::Slow(_)), "{fault}");
        assert_eq!(start.elapsed(), PATIENCE);
    }

    #[tokio::test]
    async fn i13_an_endless_reply_is_cut_at_64_kib() {
        for piece in [&b"250-more\r\n"[..], b"no line end "] {
            let (ours, mut theirs) = tokio::io::duplex(4096);
            let server = tokio::spawn(async move {
                let mut sent = 0;
                while theirs.write_all(piece).await.is_ok() {
                    sent += piece.len();
                }
                sent
            });
            let fault = Wire::new(Box::new(ours)).reply(PATIENCE).await.unwrap_err();
            assert!(matches!(fault, WireFault::Babble(_)), "{fault}");
            assert!(server.await.unwrap() < 80 << 10);
        }
    }

    #[tokio::test]
    async fn i12_what_was_said_before_tls_is_not_kept() {
        let (ours, mut theirs) = tokio::io::duplex(4096);
        theirs.write_all(b"220 go ahead\r\n250 injected\r\n").await.unwrap();
        let mut wire = Wire::new(Box::new(ours));
        assert_eq!(wire.reply(PATIENCE).await.unwrap().code, 220);
        assert!(matches!(wire.into_way(), Err(WireFault::Babble(_))));
    }
}
