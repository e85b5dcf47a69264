//! Bytes → [`Incoming`]. Never fails, whatever the bytes; what was odd becomes a remark.
//!
//! Promises: linear in the bytes, bounded by [`Limits`] before the resource is spent; no recursion deeper than
//! [`Limits::depth`]; attachments are measured, not decoded; the same bytes give the same values.
//! In reading order: [`fields`] and [`tree`] find the bytes, [`words`], [`charset`], [`transfer`] and [`params`] decode them,
//! [`addresses`], [`ids`] and [`subject`] read the header, [`body`] and [`html`] the text, [`marks`] and [`cut`] part new words from
//! quoted ones, [`kind`], [`bounce`] and [`absence`] tell machines from people, and what they mean. [`markers`] and [`signs`]
//! hold the world's words, as data.

mod absence;
mod addresses;
mod attribution;
mod body;
mod bounce;
mod cards;
mod charset;
mod cut;
mod declared;
mod fields;
mod flowed;
mod headers;
mod html;
mod ids;
mod inner;
mod kind;
mod known;
mod language;
mod leaves;
mod lines;
mod logos;
mod markers;
mod marks;
mod names;
mod params;
mod phrases;
mod signs;
mod similar;
mod subject;
mod texts;
mod tnef;
mod transfer;
mod tree;
mod twin;
mod words;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::incoming::{Author, Incoming, Kind, Limits, Nature, Remark};
pub use declared::{Declared, declared};
use fields::{Fault, Fields};
use tree::Tree;

/// `Authentication-Results` and envelope fields that are kept at most.
const TRACES_MAX: usize = 20;

/// Reads a mail, whatever the bytes.
pub fn read(raw: &[u8], limits: &Limits) -> Incoming {
    let unreadable = || Incoming { remarks: vec![Remark { code: "unreadable", about: String::new() }], ..Incoming::default() };
    guarded(|| understand(&with_line_feeds(raw), limits)).unwrap_or_else(unreadable)
}

/// The decoded bytes of one attachment, by the part number that [`read`] gave, or `None` when there is no such part.
pub fn part(raw: &[u8], part: u32) -> Option<Vec<u8>> {
    // Part numbers are offsets, so they do not depend on the limits that were set when the mail was read.
    let limits = Limits { parts: u32::MAX, ..Limits::default() };
    let (at, place) = inner::place(part);
    guarded(|| {
        let raw = with_line_feeds(raw);
        let tree = tree::read(&raw, &limits);
        let mut found = None;
        tree.root.walk(&mut |candidate| {
            if candidate.at == at && found.is_none() {
                found = match place {
                    None => Some(candidate.bytes().into_owned()),
                    Some(place) => inner::files(candidate).into_iter().nth(place).map(|file| file.bytes),
                };
            }
        });
        found
    })
    .flatten()
}

/// The text that a reader of this HTML sees, quotes marked by `> `: for comparing it with the text part.
pub fn html_text(html: &str) -> String {
    guarded(|| html::text(html)).unwrap_or_default()
}

/// The same mail, its quotations told by the texts that we sent or stored in its conversation; `None` when they change nothing.
/// `texts` is only asked when they may. Never fails: a panic changes nothing.
pub fn beside<E>(mail: &Incoming, texts: impl FnOnce() -> Result<Vec<String>, E>) -> Result<Option<Incoming>, E> {
    if !known::may_repeat(mail) {
        return Ok(None);
    }
    let texts = texts()?;
    Ok(guarded(|| known::recut(mail, &texts)).flatten())
}

/// Folds the pictures that an earlier mail of the conversation brought already: `earlier` knows them by type and size in bytes.
/// Answers whether there were any.
pub fn fold_repeated(mail: &mut Incoming, earlier: impl Fn(&str, u64) -> bool) -> bool {
    logos::fold_repeated(mail, earlier)
}

/// True when the subject says that the mail is a forward (`TR :`, `Fwd:`).
pub fn is_forward(subject: &str) -> bool {
    subject::is_forward(subject)
}

/// Runs foreign code over strangers' bytes: a panic there costs this mail a field, not the program.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

/// Old Macs ended lines with CR alone; everywhere else LF ends a line.
fn with_line_feeds(raw: &[u8]) -> Cow<'_, [u8]> {
    match memchr::memchr(b'\n', raw) {
        None if memchr::memchr(b'\r', raw).is_some() => Cow::Owned(raw.iter().map(|&b| if b == b'\r' { b'\n' } else { b }).collect()),
        _ => Cow::Borrowed(raw),
    }
}

fn understand(raw: &[u8], limits: &Limits) -> Incoming {
    let tree = tree::read(raw, limits);
    let mut mail = header(&tree.root.fields, limits);
    mail.remarks.extend(oddities(&tree));
    let body = body::read(&tree.root, limits, &mut mail.remarks);
    let lines = lines::trimmed(body.lines);
    mail.text = lines::join(&lines);
    let split = cut::split(&lines, about(&mail));
    (mail.reply, mail.said, mail.quoted, mail.signature, mail.parts) =
        (split.reply, split.said, split.quoted, split.signature, split.parts);
    (mail.html, mail.other, mail.attachments, mail.manifest) = (body.html, body.other, body.attachments, body.manifest);
    if let Some(rendered) = body.pictured {
        let kinds = cut::kinds(&rendered, about(&mail));
        logos::fold(&mut mail, &rendered, &kinds);
    }
    let new = if mail.said.is_empty() { &mail.reply } else { &mail.said };
    mail.language = language::of(new, &tree.root.fields);
    judge(&mut mail, &tree);
    mail
}

fn about(mail: &Incoming) -> cut::About<'_> {
    let author = match &mail.from {
        Author::One(mailbox) => mailbox.name.as_deref(),
        _ => None,
    };
    cut::About { author, forward: subject::is_forward(&mail.subject) }
}

fn header(fields: &Fields, limits: &Limits) -> Incoming {
    let mut remarks = Vec::new();
    let to = addresses::list(fields, "To", limits.recipients, &mut remarks);
    let cc = addresses::list(fields, "Cc", limits.recipients.saturating_sub(to.len()), &mut remarks);
    let subject = fields.first("Subject").map(words::decode).unwrap_or_default();
    Incoming {
        from: addresses::author(fields),
        from_written: fields.first("From").map(|from| addresses::shorten(&words::decode(from))).unwrap_or_default(),
        reply_to: addresses::list(fields, "Reply-To", 1, &mut Vec::new()).into_iter().next(),
        to,
        cc,
        delivered_to: envelope(fields),
        subject_core: subject::core(&subject),
        subject,
        date: ids::date(fields),
        message_id: ids::message_id(fields),
        in_reply_to: ids::of(fields, "In-Reply-To", limits.references),
        references: ids::of(fields, "References", limits.references),
        thread_index: ids::thread_index(fields),
        authentication_results: fields
            .all("Authentication-Results")
            .take(TRACES_MAX)
            .map(|value| fields::unfold(value).into_owned())
            .collect(),
        return_path: return_path(fields),
        hops: fields.count("Received"),
        important: important(fields),
        list_id: list_id(fields),
        remarks,
        ..Incoming::default()
    }
}

fn envelope(fields: &Fields) -> Vec<crate::address::Address> {
    let names = ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"];
    let mut found = Vec::new();
    for address in names.iter().flat_map(|name| fields.all(name)).take(TRACES_MAX).filter_map(addresses::envelope) {
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

fn return_path(fields: &Fields) -> Option<Option<String>> {
    let path = fields.plain("Return-Path")?;
    let path = path.trim_matches(['<', '>', ' ']);
    Some((!path.is_empty()).then(|| addresses::shorten(path)))
}

fn important(fields: &Fields) -> bool {
    let is = |name: &str, starts: &[&str]| {
        fields.plain(name).is_some_and(|value| starts.iter().any(|start| value.to_ascii_lowercase().starts_with(start)))
    };
    is("Importance", &["high"]) || is("X-Priority", &["1", "2"]) || is("X-MSMail-Priority", &["high"]) || is("Priority", &["urgent"])
}

/// What stands in the brackets of `List-Id` (RFC 2919 section 2), or all of it.
fn list_id(fields: &Fields) -> Option<String> {
    let value = fields.plain("List-Id")?;
    let id = value.rsplit_once('<').and_then(|(_, id)| id.split_once('>')).map_or(&*value, |(id, _)| id);
    Some(addresses::shorten(id.trim())).filter(|id| !id.is_empty())
}

fn oddities(tree: &Tree) -> Vec<Remark> {
    let fault = match tree.root.fields.fault {
        Some(Fault::Cut) => Some("header-cut"),
        Some(Fault::Malformed) => Some("header-malformed"),
        None => None,
    };
    fault.into_iter().chain(tree.odd.iter().copied()).map(|code| Remark { code, about: String::new() }).collect()
}

fn judge(mail: &mut Incoming, tree: &Tree) {
    if let Author::Ambiguous(text) = &mail.from {
        mail.remarks.push(Remark { code: "from-ambiguous", about: text.clone() });
    }
    let seen = kind::Seen {
        fields: &tree.root.fields,
        tree,
        subject: &mail.subject,
        text: &mail.text,
        own: &mail.reply,
        author: &mail.from,
        to: &mail.to,
        return_path: &mail.return_path,
    };
    let verdict = kind::of(&seen);
    (mail.kind, mail.nature, mail.evidence) = (verdict.kind, verdict.nature, verdict.evidence);
    if mail.nature == Nature::Absence {
        let words = format!("{}\n{}", mail.subject, mail.text);
        mail.returns = absence::returns(&words, mail.date, mail.language.as_deref() == Some("en"));
    }
    if mail.kind == Kind::Bounce {
        let domain = mail.from.address().map(crate::address::Address::domain);
        let reported = bounce::Reported { tree, fields: &tree.root.fields, subject: &mail.subject, text: &mail.text, domain, to: &mail.to };
        mail.bounce = Some(bounce::read(&reported));
    }
}
