//! One letter over a session: envelope, mail, final dot, and what the answers mean.
//!
//! Promises: after [`Handed::Answered`] the session takes the next letter; until the final dot a lost letter has
//! certainly not gone out.
//! Excludes: making a new connection, trying again.

use std::borrow::Cow;

use super::open::Session;
use super::reply::{Reply, one_line};
use super::wire::WireFault;
use crate::mail::Letter;
use crate::ports::Attempt;

/// Octets at the end of a mail that are sent together with its final dot.
const LAST_BLOCK: usize = 64 << 10;

/// How handing over one letter ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Handed {
    /// The server decided.
    Answered(Attempt, String),
    /// The server is closing this connection (421), and has not taken the letter.
    Closing(String),
    /// The connection is gone, and the server has certainly not taken the letter.
    Lost(String),
    /// The connection is gone after the final dot.
    Unknown(String),
}

/// What a reply answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Sender,
    Recipient,
    Mail,
}

impl Session {
    /// Hands over one letter.
    pub async fn hand_over(&mut self, letter: &Letter) -> Handed {
        self.letters += 1;
        self.dotted = false;
        if let Some(refusal) = self.refusal(letter) {
            return Handed::Answered(Attempt::Refused, refusal);
        }
        let ended = match self.transact(letter).await {
            Ok((step, reply)) => self.answered(step, &reply).await,
            Err(fault) => Err(fault),
        };
        ended.unwrap_or_else(|fault| match self.dotted {
            true => Handed::Unknown(one_line(&fault.to_string())),
            false => Handed::Lost(one_line(&fault.to_string())),
        })
    }

    /// Letters handed over so far, this one included.
    pub fn letters(&self) -> u32 {
        self.letters
    }

    /// True when no other letter can go over this connection.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// True when the letter in hand may have been taken already.
    pub fn is_dotted(&self) -> bool {
        self.dotted
    }

    /// What this relay cannot take is refused here, in the words of RFC 6531 section 3.2 and RFC 1870 section 6.1.
    fn refusal(&self, letter: &Letter) -> Option<String> {
        let ascii = letter.envelope_to.is_ascii() && letter.envelope_from.as_ref().is_none_or(|from| from.is_ascii());
        if !ascii && !self.features.smtputf8 {
            return Some("553 5.6.7 the relay takes no addresses outside ASCII (no SMTPUTF8)".into());
        }
        let limit = self.features.size?;
        let size = letter.bytes.len() as u64;
        (size > limit).then(|| format!("552 5.3.4 the mail has {size} bytes, the relay takes {limit}"))
    }

    /// Up to the reply that decides.
    async fn transact(&mut self, letter: &Letter) -> Result<(Step, Reply), WireFault> {
        let decided = match self.features.pipelining {
            true => self.envelope_at_once(letter).await?,
            false => self.envelope_in_turn(letter).await?,
        };
        if let Some(decided) = decided {
            return Ok(decided);
        }
        let bytes = on_the_wire(&letter.bytes);
        // All but the last octet cannot end the mail; the whole is one packet where it fits into one.
        let (block, last) = bytes.split_at(bytes.len() - bytes.len().min(LAST_BLOCK));
        self.wire.send(block, self.patience.data).await?;
        self.dotted = true;
        self.wire.send(&[last, b".\r\n"].concat(), self.patience.data).await?;
        Ok((Step::Mail, self.wire.reply(self.patience.dot).await?))
    }

    /// MAIL, RCPT and DATA in one packet (RFC 2920 section 3.1).
    async fn envelope_at_once(&mut self, letter: &Letter) -> Result<Option<(Step, Reply)>, WireFault> {
        let commands = format!("{}{}DATA\r\n", self.mail_command(letter), rcpt_command(letter));
        self.wire.send(commands.as_bytes(), self.patience.command).await?;
        let sender = self.wire.reply(self.patience.command).await?;
        let recipient = self.wire.reply(self.patience.command).await;
        let (step, early) = match recipient {
            // Some servers hang up after their first refusal: it is an answer all the same.
            Err(fault) if sender.is_positive() => return Err(fault),
            Ok(recipient) if sender.is_positive() => (Step::Recipient, recipient),
            _ => (Step::Sender, sender),
        };
        let data = self.wire.reply(self.patience.data).await;
        match (early.is_positive(), data) {
            (true, Ok(data)) => Ok((data.code != 354).then_some((Step::Mail, data))),
            (true, Err(fault)) => Err(fault),
            (false, data) => {
                // Without a valid recipient the server was to refuse DATA too; an empty mail to nobody ends it.
                let nobody = data.is_ok_and(|data| data.code == 354);
                self.broken = nobody && self.wire.command(".\r\n", self.patience.dot).await.is_err();
                Ok(Some((step, early)))
            }
        }
    }

    async fn envelope_in_turn(&mut self, letter: &Letter) -> Result<Option<(Step, Reply)>, WireFault> {
        let patience = self.patience;
        let sender = self.wire.command(&self.mail_command(letter), patience.command).await?;
        if !sender.is_positive() {
            return Ok(Some((Step::Sender, sender)));
        }
        let recipient = self.wire.command(&rcpt_command(letter), patience.command).await?;
        if !recipient.is_positive() {
            return Ok(Some((Step::Recipient, recipient)));
        }
        let data = self.wire.command("DATA\r\n", patience.data).await?;
        Ok((data.code != 354).then_some((Step::Mail, data)))
    }

    fn mail_command(&self, letter: &Letter) -> String {
        let from = letter.envelope_from.as_ref().map_or("", |from| from.as_str());
        let size = self.features.size.map(|_| format!(" SIZE={}", letter.bytes.len())).unwrap_or_default();
        let ascii = letter.envelope_to.is_ascii() && from.is_ascii();
        format!("MAIL FROM:<{from}>{size}{}\r\n", if ascii { "" } else { " SMTPUTF8" })
    }

    /// After a refusal the server is asked to forget the envelope; when it cannot, the connection is of no more use.
    async fn answered(&mut self, step: Step, reply: &Reply) -> Result<Handed, WireFault> {
        if reply.code == 421 {
            return Ok(Handed::Closing(reply.one_line()));
        }
        let handed = Handed::Answered(meaning(step, reply), reply.one_line());
        if self.dotted || self.broken {
            return Ok(handed);
        }
        let reset = self.wire.command("RSET\r\n", self.patience.command).await;
        if !reset.is_ok_and(|reset| reset.is_positive()) {
            self.broken = true;
        }
        Ok(handed)
    }
}

fn rcpt_command(letter: &Letter) -> String {
    format!("RCPT TO:<{}>\r\n", letter.envelope_to)
}

/// What a reply means for the letter. A refused sender or an exhausted quota is the relay's trouble: the next letter
/// would meet it too (CASEBOOK I02, I04). A size that MAIL refuses is the letter's own (RFC 1870 section 6.1).
fn meaning(step: Step, reply: &Reply) -> Attempt {
    match reply.code / 100 {
        2 => Attempt::Sent,
        _ if reply.has_status("5.4.5") => Attempt::RelayDown,
        5 if step == Step::Sender && reply.code != 552 => Attempt::RelayDown,
        5 => Attempt::Refused,
        _ => Attempt::Later,
    }
}

/// The mail as it crosses the wire: CR LF alone, dots at line starts doubled (RFC 5321 section 4.5.2), CR LF at the end.
/// Our composer writes it that way; what it did not write is made so.
fn on_the_wire(bytes: &[u8]) -> Cow<'_, [u8]> {
    if is_wire_form(bytes) { Cow::Borrowed(bytes) } else { Cow::Owned(to_wire_form(bytes)) }
}

fn is_wire_form(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while !rest.is_empty() && rest[0] != b'.' {
        match memchr::memchr2(b'\r', b'\n', rest) {
            Some(end) if rest[end..].starts_with(b"\r\n") => rest = &rest[end + 2..],
            _ => return false,
        }
    }
    rest.is_empty()
}

fn to_wire_form(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 256);
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = rest.iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(rest.len());
        if rest[0] == b'.' {
            out.push(b'.');
        }
        out.extend_from_slice(&rest[..end]);
        out.extend_from_slice(b"\r\n");
        let ending = if rest[end..].starts_with(b"\r\n") { 2 } else { 1 };
        rest = &rest[(end + ending).min(rest.len())..];
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reply(code: u16, text: &str) -> Reply {
        Reply { code, lines: vec![text.to_owned()] }
    }

    #[test]
    fn i01_i02_i04_i10_what_replies_mean() {
        use Attempt::{Later, Refused, RelayDown, Sent};
        let rows = [
            (Step::Sender, 451, "4.7.1 later", Later),
            (Step::Sender, 550, "5.7.1 not you", RelayDown),
            (Step::Sender, 530, "5.7.0 log in first", RelayDown),
            (Step::Sender, 552, "5.3.4 too big", Refused),
            (Step::Recipient, 450, "4.2.0 greylisted", Later),
            (Step::Recipient, 550, "5.1.1 nobody", Refused),
            (Step::Recipient, 550, "5.4.5 daily limit exceeded", RelayDown),
            (Step::Mail, 250, "2.0.0 queued", Sent),
            (Step::Mail, 452, "4.3.1 full", Later),
            (Step::Mail, 554, "5.7.1 spam", Refused),
            (Step::Mail, 550, "5.4.5 daily limit exceeded", RelayDown),
        ];
        for (step, code, text, expected) in rows {
            assert_eq!(meaning(step, &reply(code, text)), expected, "{step:?} {code} {text}");
        }
    }

    #[test]
    fn i07_wire_form() {
        let rows: [(&[u8], &[u8]); 6] = [
            (b"a\r\n", b"a\r\n"),
            (b".\r\n", b"..\r\n"),
            (b"a\n.\r.\r\n..", b"a\r\n..\r\n..\r\n...\r\n"),
            (b"a\n.\n", b"a\r\n..\r\n"),
            (b"a\r.\rb", b"a\r\n..\r\nb\r\n"),
            (b"", b""),
        ];
        for (bytes, expected) in rows {
            assert_eq!(on_the_wire(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }

    /// What a server makes of it (RFC 5321 section 4.5.2), as lines; `None` when the mail ends early.
    fn received(wire: &[u8]) -> Option<Vec<Vec<u8>>> {
        let text = std::str::from_utf8(wire).unwrap();
        let lines = text.split_terminator("\r\n").map(|line| match line {
            "." => None,
            line if line.contains(['\r', '\n']) => None,
            line => Some(line.strip_prefix('.').unwrap_or(line).as_bytes().to_vec()),
        });
        lines.collect()
    }

    proptest! {
        #[test]
        fn i07_nothing_ends_the_mail_early(text in "[.a\r\n]{0,40}") {
            let wire = on_the_wire(text.as_bytes());
            prop_assert!(wire.is_empty() || wire.ends_with(b"\r\n"));
            let lines = text.replace("\r\n", "\n").replace('\r', "\n");
            let expected: Vec<Vec<u8>> = lines.split_terminator('\n').map(|line| line.as_bytes().to_vec()).collect();
            prop_assert_eq!(received(&wire), Some(expected));
        }
    }
}
