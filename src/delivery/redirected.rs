//! For trials: every letter goes to one address, whoever it was for.
//!
//! Promises: no other address reaches the relay, in the envelope or in `To` and `Cc`, also of letters that were queued before;
//! what comes back of them is about nobody. Excludes: the line in the letter that says so (see `notifications`).

use std::sync::Arc;

use crate::address::Address;
use crate::mail::Letter;
use crate::ports::{Outbox, Queued, Unavailable, Verdict};

/// The field that says for whom a letter was.
const MEANT_FOR: &str = "X-Guichet-Meant-For";

/// An outbox whose letters all go to one address.
pub struct Redirected<O> {
    outbox: Arc<O>,
    to: Address,
}

impl<O: Outbox> Redirected<O> {
    /// All letters of this outbox, to that address.
    pub fn new(outbox: Arc<O>, to: Address) -> Redirected<O> {
        Redirected { outbox, to }
    }
}

impl<O: Outbox> Outbox for Redirected<O> {
    async fn claim(&self, limit: usize) -> Result<Vec<Queued>, Unavailable> {
        let claimed = self.outbox.claim(limit).await?;
        Ok(claimed.into_iter().map(|queued| Queued { letter: redirect(queued.letter, &self.to), ..queued }).collect())
    }

    async fn ended(&self, verdicts: Vec<Verdict>) -> Result<(), Unavailable> {
        self.outbox.ended(verdicts).await
    }

    async fn woken(&self) {
        self.outbox.woken().await;
    }
}

fn redirect(letter: Letter, to: &Address) -> Letter {
    let mut bytes = format!("To: <{to}>\r\n{MEANT_FOR}: {}\r\n", letter.envelope_to.as_str().escape_default()).into_bytes();
    let end = memchr::memmem::find(&letter.bytes, b"\r\n\r\n").map_or(letter.bytes.len(), |at| at + 2);
    let (head, rest) = letter.bytes.split_at(end);
    let mut dropped = false;
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        // A folded line belongs to the field before it (RFC 5322 section 2.2.3).
        let folded = matches!(line.first(), Some(b' ' | b'\t'));
        let named = |name: &[u8]| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        dropped = if folded { dropped } else { named(b"to:") || named(b"cc:") };
        if !dropped {
            bytes.extend_from_slice(line);
        }
    }
    bytes.extend_from_slice(rest);
    let envelope_from = letter.envelope_from.map(|from| from.without_tag().0);
    Letter { envelope_from, envelope_to: to.clone(), bytes, ..letter }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row86_nobody_but_the_trial_address_is_named_to_the_relay() {
        let address = |text| Address::parse(text).unwrap();
        let letter = Letter {
            message_id: "1@desk.test".into(),
            envelope_from: Some(address("support+b1.x@desk.test")),
            envelope_to: address("alice@cust.test"),
            bytes:
                b"From: <support@desk.test>\r\nTo: Alice\r\n <alice@cust.test>\r\nCC: <bob@cust.test>\r\nSubject: to: x\r\n\r\nTo: body\r\n"
                    .to_vec(),
            excerpts: vec![],
        };
        let sent = redirect(letter, &address("trial@desk.test"));
        assert_eq!((sent.envelope_to, sent.envelope_from), (address("trial@desk.test"), Some(address("support@desk.test"))));
        assert_eq!(
            String::from_utf8(sent.bytes).unwrap(),
            "To: <trial@desk.test>\r\nX-Guichet-Meant-For: alice@cust.test\r\nFrom: <support@desk.test>\r\nSubject: to: x\r\n\r\nTo: body\r\n"
        );
    }
}
