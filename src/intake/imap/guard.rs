//! What a server may send at most: line length, parenthesis depth and literal size, checked on the bytes as they
//! arrive, before any parser or buffer sees them. Knows the shape of IMAP responses, not their meaning.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Limits for one response of the server.
#[derive(Debug, Clone, Copy)]
pub struct Caps {
    /// Bytes of a response outside its literals.
    pub line: usize,
    /// Open parentheses at the same time. The parser beneath descends once for each.
    pub depth: usize,
    /// Bytes of a literal.
    pub literal: u64,
}

impl Default for Caps {
    fn default() -> Self {
        Caps { line: 64 * 1024, depth: 64, literal: 1024 * 1024 }
    }
}

/// A stream that fails with [`io::ErrorKind::InvalidData`] at the first byte beyond the caps, and stays failed.
#[derive(Debug)]
pub struct Guard<S> {
    inner: S,
    scan: Scan,
}

impl<S> Guard<S> {
    /// Guards what is read from a stream; writing passes through.
    pub fn new(inner: S, caps: Caps) -> Self {
        Guard { inner, scan: Scan::new(caps) }
    }

    /// The stream beneath, for a change to TLS.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(excess) = this.scan.excess {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, excess)));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.inner).poll_read(cx, buf))?;
        if let Err(excess) = this.scan.bytes(&buf.filled()[before..]) {
            buf.set_filled(before);
            this.scan.excess = Some(excess);
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, excess)));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

/// Where we are in the end of a line that may announce a literal: `{123}` CR LF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Brace {
    None,
    Open,
    Digits(u64),
    Closed(u64),
    Return(u64),
}

/// Bytes at the start of a response that tell `* 4294967295 FETCH` from others.
const HEAD: usize = 18;

#[derive(Debug)]
struct Scan {
    caps: Caps,
    literal_left: u64,
    line: usize,
    depth: usize,
    brace: Brace,
    head: [u8; HEAD],
    excess: Option<&'static str>,
}

impl Scan {
    fn new(caps: Caps) -> Self {
        Scan { caps, literal_left: 0, line: 0, depth: 0, brace: Brace::None, head: [0; HEAD], excess: None }
    }

    fn bytes(&mut self, mut bytes: &[u8]) -> Result<(), &'static str> {
        while !bytes.is_empty() {
            if self.literal_left > 0 {
                let skip = usize::try_from(self.literal_left).unwrap_or(usize::MAX).min(bytes.len());
                self.literal_left -= skip as u64;
                bytes = &bytes[skip..];
                continue;
            }
            self.byte(bytes[0])?;
            bytes = &bytes[1..];
        }
        Ok(())
    }

    fn byte(&mut self, byte: u8) -> Result<(), &'static str> {
        if self.line < HEAD {
            self.head[self.line] = byte.to_ascii_uppercase();
        }
        self.line += 1;
        if self.line > self.caps.line {
            return Err("a line is too long");
        }
        // Parentheses in quoted strings count too: what we ask for has none, and a rule without exceptions cannot be
        // talked out of.
        match byte {
            b'(' => self.depth += 1,
            b')' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if self.depth > self.caps.depth {
            return Err("parentheses are nested too deep");
        }
        self.brace = self.brace.after(byte);
        if byte == b'\n' { self.line_end() } else { Ok(()) }
    }

    fn line_end(&mut self) -> Result<(), &'static str> {
        let brace = std::mem::replace(&mut self.brace, Brace::None);
        match brace {
            // Only in FETCH responses do braces announce a literal; elsewhere they may be a person's words, and to
            // skip what follows would be a way around the guard.
            Brace::Return(size) if self.is_fetch() => {
                if size > self.caps.literal {
                    return Err("a literal is too large");
                }
                self.literal_left = size;
            }
            _ => {
                self.line = 0;
                self.depth = 0;
                self.head = [0; HEAD];
            }
        }
        Ok(())
    }

    fn is_fetch(&self) -> bool {
        let Some(rest) = self.head.strip_prefix(b"* ") else { return false };
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        digits > 0 && rest[digits..].starts_with(b" FETCH")
    }
}

impl Brace {
    fn after(self, byte: u8) -> Brace {
        match (self, byte) {
            (_, b'{') => Brace::Open,
            (Brace::Open, b'0'..=b'9') => Brace::Digits(u64::from(byte - b'0')),
            (Brace::Digits(n), b'0'..=b'9') => Brace::Digits(n.saturating_mul(10).saturating_add(u64::from(byte - b'0'))),
            (Brace::Digits(n), b'}') => Brace::Closed(n),
            (Brace::Closed(n), b'\r') => Brace::Return(n),
            (Brace::Return(n), b'\n') => Brace::Return(n),
            _ => Brace::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    const CAPS: Caps = Caps { line: 100, depth: 4, literal: 50 };

    fn fed(pieces: &[&[u8]]) -> Result<(), &'static str> {
        let mut scan = Scan::new(CAPS);
        pieces.iter().try_for_each(|p| scan.bytes(p))
    }

    #[test]
    fn ordinary_responses_pass_however_they_are_cut() {
        let all = b"* OK [CAPABILITY IMAP4rev1] ready {9}\r\n* 1 FETCH (UID 7 BODY[]<0> {12}\r\n(((((((((((( FLAGS ())\r\na1 OK done\r\n";
        for cut in 0..all.len() {
            assert_eq!(fed(&[&all[..cut], &all[cut..]]), Ok(()), "cut at {cut}");
        }
    }

    #[test]
    fn h08_a_literal_beyond_the_cap_fails() {
        for size in ["51", "4294967296", "99999999999999999999999999"] {
            assert_eq!(fed(&[format!("* 1 FETCH (BODY[] {{{size}}}\r\n").as_bytes()]), Err("a literal is too large"));
        }
        assert_eq!(fed(&[b"* 1 FETCH (BODY[] {50}\r\n"]), Ok(()));
    }

    #[test]
    fn h08_a_brace_outside_fetch_hides_nothing() {
        for line in ["* OK well {40}\r\n", "* LIST {40}\r\n", "a1 NO {40}\r\n", "* 1 FETCH (X {-1}\r\n", "* 1 FETCH (X {5+}\r\n"] {
            assert_eq!(fed(&[line.as_bytes(), b"((((("]), Err("parentheses are nested too deep"), "{line}");
        }
    }

    #[test]
    fn h10_deep_nesting_fails_across_literals_too() {
        assert_eq!(fed(&[b"* 1 FETCH ((((("]), Err("parentheses are nested too deep"));
        assert_eq!(fed(&[b"* 1 FETCH (((({1}\r\nx("]), Err("parentheses are nested too deep"));
        assert_eq!(fed(&[b"* 1 FETCH ((((\r\n((((\r\n"]), Ok(()));
    }

    #[test]
    fn h11_an_endless_line_fails() {
        assert_eq!(fed(&[&[b'x'; 100]]), Ok(()));
        assert_eq!(fed(&[&[b'x'; 101]]), Err("a line is too long"));
        assert_eq!(fed(&[b"* 1 FETCH (A {2}\r\nab", &[b'x'; 90]]), Err("a line is too long"));
    }

    #[tokio::test]
    async fn the_stream_hands_over_nothing_of_the_offending_read_and_stays_failed() {
        let mut guard = Guard::new(&b"* OK fine\r\n((((("[..], CAPS);
        let mut buf = [0; 11];
        assert_eq!(guard.read(&mut buf).await.unwrap(), 11);
        for _ in 0..2 {
            assert_eq!(guard.read(&mut buf).await.unwrap_err().kind(), io::ErrorKind::InvalidData);
        }
    }
}
