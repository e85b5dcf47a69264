//! One mail on its way through the gateway: what is known of it, and what becomes of it.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::held::{Decider, Word};
use crate::address::Address;
use crate::desk::{Attached, Source, TicketId, Words};
use crate::mail::{Fate, Incoming};
use crate::proof::Level;
use crate::routing::{Identity, Pointers, newcomers};
use crate::site::Site;
use crate::store::{Cause, Change, Disposition, Handled};

/// A mail that is kept and waits to be handled.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its row in the ledger.
    pub instance: u64,
    /// When our server got it.
    pub received_at: Timestamp,
    /// Stored, never answered.
    pub old: bool,
    /// It was cut for its size.
    pub cut: bool,
    /// The bytes, shared with whoever reads them.
    pub raw: Arc<Vec<u8>>,
}

/// A mail with everything that was found out about it.
pub struct Case<'a> {
    /// Where it came from.
    pub waiting: &'a Waiting,
    /// What it says.
    pub mail: Cow<'a, Incoming>,
    /// Where it may belong.
    pub pointers: Pointers,
    /// Who wrote it, how surely.
    pub identity: Identity,
    /// Whoever has it already.
    pub reached: Vec<Address>,
    /// Its Message-ID, or one made of its bytes.
    pub message_id: String,
    /// BLAKE3 of its text.
    pub body_hash: [u8; 32],
    /// Somebody's decision about it, when it waited for one.
    pub word: Option<Word>,
    /// Now.
    pub now: Timestamp,
    /// The decision so far, for `guichet why`.
    pub trace: serde_json::Map<String, Value>,
}

impl<'a> Case<'a> {
    /// Opens the case of a mail.
    pub fn new(waiting: &'a Waiting, mail: &'a Incoming, site: &Site, now: Timestamp) -> Case<'a> {
        let pointers = Pointers::of(mail, site);
        let identity = crate::routing::identify(mail, &pointers, site);
        let body_hash = *blake3::hash(mail.text.split_whitespace().collect::<Vec<_>>().join(" ").as_bytes()).as_bytes();
        let message_id = mail.message_id.clone().unwrap_or_else(|| synthetic_id(&waiting.raw));
        let trace = json!({
            "level": identity.level, "evidence": identity.evidence, "kind": mail.kind, "signs": mail.evidence,
            "remarks": mail.remarks.iter().map(|remark| remark.code).collect::<Vec<_>>(),
        });
        let trace = if let Value::Object(map) = trace { map } else { serde_json::Map::new() };
        let reached = newcomers::reached(mail, site);
        Case { waiting, mail: Cow::Borrowed(mail), pointers, identity, reached, message_id, body_hash, word: None, now, trace }
    }

    /// Somebody decided: from now on the mail counts as its author's, and nothing holds it.
    pub fn decided(&mut self, word: Word) {
        let evidence = match word.by {
            Decider::Author => "confirmed",
            Decider::Agent(..) => "vouched",
        };
        if self.identity.who.is_some() {
            self.identity.level = Level::Proven;
            self.identity.weak = false;
            self.identity.evidence.push(evidence.to_owned());
        }
        self.note("level", json!(self.identity.level));
        self.note("evidence", json!(self.identity.evidence));
        self.note("decided", json!(word));
        self.word = Some(word);
    }

    /// An agent, not its author, answers for it.
    pub fn is_vouched(&self) -> bool {
        self.word.as_ref().is_some_and(|word| matches!(word.by, Decider::Agent(..)))
    }

    /// Notes something for `guichet why`.
    pub fn note(&mut self, key: &str, value: Value) {
        self.trace.insert(key.to_owned(), value);
    }

    /// The author's words, with their source.
    pub fn words(&self, text: String) -> Words {
        Words { text, source: Some(self.source()), reached: self.reached.clone() }
    }

    /// Where the words are found again.
    pub fn source(&self) -> Source {
        Source { instance: self.waiting.instance, message_id: Some(self.message_id.clone()), attachments: attached(&self.mail) }
    }

    /// The change that ends this case: outcome and reason, and nothing else yet.
    pub fn ends(&self, disposition: Disposition, reason: &str, ticket: Option<TicketId>) -> Change {
        let mut change = Change::new(Cause::Mail(self.waiting.instance), self.now);
        change.handled = Some(Handled {
            disposition,
            reason: reason.to_owned(),
            ticket,
            from: self.identity.address().cloned(),
            message_id: Some(self.message_id.clone()),
            date: self.mail.date,
            body_hash: self.body_hash,
            trace: Value::Object(self.trace.clone()),
        });
        change
    }
}

/// Files of a mail, as events keep them: without those that the manifest says are folded.
pub fn attached(mail: &Incoming) -> Vec<Attached> {
    let folded = |file: &&crate::mail::Attachment| mail.manifest.iter().any(|leaf| leaf.part == file.part && leaf.fate == Fate::Folded);
    let keep = |file: &crate::mail::Attachment| Attached {
        part: file.part,
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        size: file.size,
        content_id: file.content_id.clone().filter(|_| file.inline),
        span: file.span,
    };
    mail.attachments.iter().filter(|file| !folded(file)).map(keep).collect()
}

/// A mail without Message-ID gets one from all its bytes: never a join key between different mails (CASEBOOK A27).
fn synthetic_id(raw: &[u8]) -> String {
    format!("{}@no-message-id.invalid", blake3::hash(raw).to_hex())
}
