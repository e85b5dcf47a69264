//! One mail: which keys its signatures need, and what they prove.
//!
//! A signature counts when it is of the author's very domain or of one above it (stricter than the relaxed alignment of
//! RFC 7489 section 3.1.1, which needs a list of who may register what). It proves the author when it covers what we act on:
//! `From`, `To`, `Subject`, `Date` and `Message-ID`, each there once, and the whole body (no `l=`). One that leaves something
//! out shows the domain's good will and no more.

use std::borrow::{Borrow, Cow};
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::time::Instant;

use futures_util::FutureExt;
use mail_auth::common::crypto::Algorithm;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::{DomainKey, VerifySignature};
use mail_auth::dkim::Signature;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::{AuthenticatedMessage, DkimOutput, DkimResult, DnsError, Error, MessageAuthenticator, Parameters, ResolverCache, Txt};

use super::{Answer, SIGNATURES_MAX};
use crate::mail::authentication::{Verdict, is_aligned};
use crate::ports::Signed;

/// What a signature must cover to prove the author (CASEBOOK section 3, S2).
const COVERED: [&str; 5] = ["from", "to", "subject", "date", "message-id"];
/// What may be there once besides: a second one could change what is read.
const ONCE: [&str; 3] = ["cc", "content-type", "mime-version"];

/// Bytes of a key's record: 4,096 bits and a note fit; what is longer costs more than it is worth (RFC 6376 section 3.3.3, CASEBOOK K07).
const RECORD_MAX: usize = 1024;

/// Looks at mails. It never asks anybody: what it needs to know is given.
pub struct Look(MessageAuthenticator);

impl Look {
    /// Must be called inside a runtime.
    pub fn new() -> std::io::Result<Look> {
        let nobody = ResolverConfig::from_parts(None, vec![], vec![]);
        let look = MessageAuthenticator::new(nobody, ResolverOpts::default());
        look.map(Look).map_err(|fault| std::io::Error::other(fault.to_string()))
    }

    /// Names of the keys that could prove the author.
    pub fn names(&self, mail: &Signed<'_>) -> Vec<String> {
        let raw = lines_of_the_wire(mail.raw);
        let Some(message) = message(&raw, mail) else { return vec![] };
        message.dkim_headers.iter().map(|header| header.header.domain_key().to_ascii_lowercase()).collect()
    }

    /// What the signatures prove, by what the names say.
    pub fn judge(&self, mail: &Signed<'_>, answers: &BTreeMap<String, Answer>) -> Verdict {
        let raw = lines_of_the_wire(mail.raw);
        let Some(message) = message(&raw, mail) else { return Verdict::None("dkim=none".to_owned()) };
        let keys = Keys(answers.iter().filter_map(|(name, answer)| Some((name.clone().into_boxed_str(), key(answer)?))).collect());
        // Every key is given, so that nothing is waited for.
        let outputs = self.0.verify_dkim(Parameters::new(&message).with_txt_cache(&keys)).now_or_never().unwrap_or_default();
        weigh(&outputs, &message)
    }
}

/// The mail with its signatures that could prove the author, the first few.
fn message<'a>(raw: &'a [u8], mail: &Signed<'_>) -> Option<AuthenticatedMessage<'a>> {
    // Strict: `l=` is refused before bodies are hashed for each length that somebody wrote.
    let mut message = AuthenticatedMessage::parse_with_opts(raw, None, true)?;
    let counts = |signature: &Signature| is_aligned(mail.author.domain(), &signature.d.to_ascii_lowercase()) && !is_weak(signature);
    message.dkim_headers.retain(|header| counts(&header.header));
    message.dkim_headers.truncate(SIGNATURES_MAX);
    // Reports and third parties are asked for by whoever signed; we ask nobody for them.
    message.errors.clear();
    (!message.dkim_headers.is_empty()).then_some(message)
}

/// RFC 8301 section 3.1: rsa-sha1 must not be believed.
fn is_weak(signature: &Signature) -> bool {
    signature.a == Algorithm::RsaSha1 || signature.l > 0
}

fn weigh(outputs: &[DkimOutput<'_>], message: &AuthenticatedMessage<'_>) -> Verdict {
    let passed = || outputs.iter().filter(|output| *output.result() == DkimResult::Pass).filter_map(DkimOutput::signature);
    if let Some(signature) = passed().find(|signature| covers(signature, message)) {
        return Verdict::Pass(told("pass", signature));
    }
    if let Some(signature) = passed().next() {
        return Verdict::Weak(format!("{} (leaves something out)", told("pass", signature)));
    }
    let told = outputs.iter().filter_map(|output| Some(told(word(output.result()), output.signature()?)));
    Verdict::None(told.collect::<Vec<_>>().join("; "))
}

fn covers(signature: &Signature, message: &AuthenticatedMessage<'_>) -> bool {
    let count = |name: &str| message.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes())).count();
    let signed = |name: &str| signature.h.iter().any(|known| known.trim().eq_ignore_ascii_case(name));
    COVERED.iter().all(|name| signed(name) && count(name) == 1) && ONCE.iter().all(|name| count(name) <= 1)
}

/// In the words of Authentication-Results (RFC 8601 section 2.7.1).
fn word(result: &DkimResult) -> &'static str {
    match result {
        DkimResult::Pass => "pass",
        DkimResult::Fail(_) => "fail",
        DkimResult::Neutral(_) => "neutral",
        DkimResult::PermError(_) => "permerror",
        DkimResult::TempError(_) => "temperror",
        DkimResult::None => "none",
    }
}

fn told(word: &str, signature: &Signature) -> String {
    let clean = |text: &str| text.chars().filter(char::is_ascii_graphic).take(100).collect::<String>();
    format!("dkim={word} header.d={} header.s={} (checked here)", clean(&signature.d), clean(&signature.s))
}

/// Keys as the names gave them; a name that was not asked says "not now".
struct Keys(HashMap<Box<str>, Txt>);

impl ResolverCache<Box<str>, Txt> for Keys {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        Some(self.0.get(name).cloned().unwrap_or_else(later))
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

fn key(answer: &Answer) -> Option<Txt> {
    match answer {
        Answer::Later => None,
        Answer::Nothing => Some(Txt::Error(Error::Dns(DnsError::InvalidRecordType))),
        Answer::Texts(texts) => {
            let parsed = texts
                .iter()
                .filter(|text| text.len() <= RECORD_MAX)
                .map(|text| DomainKey::parse(text))
                .reduce(|first, next| if first.is_ok() { first } else { next });
            Some(parsed.unwrap_or(Err(Error::Dns(DnsError::InvalidRecordType))).map_or_else(Txt::Error, Txt::from))
        }
    }
}

fn later() -> Txt {
    Txt::Error(Error::Dns(DnsError::Resolver("not now".to_owned())))
}

/// Signatures are over CRLF (RFC 6376 section 5.3); a Maildir keeps LF.
fn lines_of_the_wire(raw: &[u8]) -> Cow<'_, [u8]> {
    let first = memchr::memchr(b'\n', raw);
    if first.is_none_or(|at| at > 0 && raw[at - 1] == b'\r') {
        return Cow::Borrowed(raw);
    }
    let mut wire = Vec::with_capacity(raw.len() + raw.len() / 32);
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        wire.extend_from_slice(text.unwrap_or(line));
        wire.extend_from_slice(if text.is_some() { b"\r\n" } else { b"" });
    }
    Cow::Owned(wire)
}
