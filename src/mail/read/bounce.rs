//! Delivery reports: RFC 3464 fields first, then what programs before and beside it write in words.
//!
//! Excludes: whom to believe. Only a Message-ID or an envelope address of our own making correlates a report.

pub(super) mod events;
mod prose;
mod status;

use std::borrow::Cow;

use super::fields::{Fields, Room, line_at, split};
use super::ids;
use super::tree::{self, Part, Tree};
use crate::address::Mailbox;
use crate::mail::incoming::{Bounce, Limits};

/// Bytes of a report that are read.
const REPORT_MAX: usize = 256 << 10;
/// Recipients of a report that are read.
const RECIPIENTS_MAX: usize = 200;
/// Characters of a diagnosis that are kept.
const DIAGNOSIS_MAX: usize = 500;

/// A mail that was judged to be a report.
pub(super) struct Reported<'a> {
    pub tree: &'a Tree<'a>,
    pub fields: &'a Fields<'a>,
    pub subject: &'a str,
    /// The human part.
    pub text: &'a str,
    /// Domain of the reporting system: for recipients that are told without theirs.
    pub domain: Option<&'a str>,
    pub to: &'a [Mailbox],
}

/// What the report says.
pub(super) fn read(mail: &Reported) -> Bounce {
    if let Some(bounce) = events::read(mail.text) {
        return bounce;
    }
    let mut report = Report::default();
    mail.tree.root.walk(&mut |part| report.look(part));
    report.embedded(mail.text);
    report.nested(&mail.tree.root);
    let mut bounce = report.bounce();
    if bounce.recipients.is_empty() {
        bounce.recipients = declared(mail.fields);
    }
    let own = prose::own_lines(mail.text);
    if bounce.recipients.is_empty() {
        bounce.recipients = prose::recipients(&own, mail.domain, mail.to);
    }
    if bounce.recipients.is_empty() {
        let returned = || report.returned.as_deref().and_then(prose::one_address).or_else(|| prose::returned_to(mail.text, &own));
        bounce.recipients.extend(prose::verp(mail.to).or_else(returned));
    }
    bounce.recipient = bounce.recipients.first().cloned();
    bounce.original_ids = report.ids;
    prose::ids(mail.text, &mut bounce.original_ids);
    status::complete(&mut bounce, mail.subject, &own);
    bounce
}

/// `X-Failed-Recipients`, as Exim writes it.
fn declared(fields: &Fields) -> Vec<String> {
    let value = fields.plain("X-Failed-Recipients").unwrap_or_default();
    value.split([',', ' ']).filter(|word| word.contains('@')).map(address).take(RECIPIENTS_MAX).collect()
}

#[derive(Default)]
struct Report {
    groups: Vec<Group>,
    ids: Vec<String>,
    /// `To` of the returned message.
    returned: Option<String>,
}

/// What is said of one recipient (RFC 3464 section 2.3).
#[derive(Default)]
struct Group {
    recipient: Option<String>,
    /// To whom the mail was written, when that was somebody else.
    original: Option<String>,
    status: Option<String>,
    action: Option<String>,
    diagnosis: Option<String>,
}

impl Report {
    fn look(&mut self, part: &Part) {
        match part.content.value.as_str() {
            "message/delivery-status" | "message/global-delivery-status" => self.status(&part.bytes()),
            "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/rfc822-headers" | "message/global-headers" => {
                self.original(&part.bytes())
            }
            _ => {}
        }
    }

    fn status(&mut self, bytes: &[u8]) {
        let mut rest: &[u8] = &bytes[..bytes.len().min(REPORT_MAX)];
        while !rest.is_empty() && self.groups.len() < RECIPIENTS_MAX {
            let (fields, next) = split(rest, Room::of(REPORT_MAX));
            self.groups.extend(group(&fields));
            // A group that is no header at all: go on behind its first line.
            let next = if next == 0 { line_at(rest, 0).next } else { next };
            rest = &rest[next..];
        }
    }

    /// Reports whose parts were pasted into one text: their fields stand in lines of it.
    fn embedded(&mut self, text: &str) {
        if !self.groups.is_empty() {
            return;
        }
        let bare = |line: &str| line.trim_start_matches(['>', '|', ' ', '\t']).to_ascii_lowercase();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let begins = ["final-recipient:", "original-recipient:", "original-rcpt-to:"].iter().any(|name| bare(line).starts_with(name));
            if !begins || self.groups.len() >= RECIPIENTS_MAX {
                continue;
            }
            let mut block = line.trim_start_matches(['>', '|', ' ', '\t']).to_owned();
            while let Some(next) = lines.next_if(|next| !bare(next).is_empty()) {
                block.push('\n');
                block.push_str(if next.starts_with([' ', '\t']) { next } else { next.trim_start_matches(['>', '|', ' ']) });
            }
            self.groups.extend(group(&split(block.as_bytes(), Room::of(REPORT_MAX)).0));
        }
    }

    /// A report that a gateway wrapped into another one.
    fn nested(&mut self, root: &Part) {
        if !self.groups.is_empty() {
            return;
        }
        let mut found: Option<Vec<u8>> = None;
        root.walk(&mut |part| {
            if found.is_none() && part.content.value == "message/rfc822" {
                let bytes = part.bytes();
                found = memchr::memmem::find(&bytes, b"delivery-status").map(|_| bytes[..bytes.len().min(REPORT_MAX)].to_vec());
            }
        });
        let Some(bytes) = found else { return };
        let limits = Limits { depth: 3, parts: 20, ..Limits::default() };
        let inner = tree::read(&bytes, &limits);
        if inner.root.content.value == "multipart/report" {
            self.returned = None;
            inner.root.walk(&mut |part| self.look(part));
        }
    }

    fn original(&mut self, bytes: &[u8]) {
        let bytes = &bytes[..bytes.len().min(REPORT_MAX)];
        // Some programs put a blank line before the returned headers.
        let start = bytes.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
        let (fields, _) = split(&bytes[start..], Room::of(REPORT_MAX));
        for value in fields.all("Message-ID") {
            ids::in_value(value, &mut self.ids);
        }
        self.returned = self.returned.take().or_else(|| fields.plain("To").map(Cow::into_owned));
    }

    /// The first failed recipient decides, else the first one.
    fn bounce(&mut self) -> Bounce {
        let groups = std::mem::take(&mut self.groups);
        let failed = |group: &&Group| matches!(group.action.as_deref(), Some("failed" | "expired"));
        let named = |group: &&Group| group.recipient.is_some();
        let first = groups.iter().filter(named).find(failed).or(groups.iter().find(named)).or(groups.first());
        let mut bounce = Bounce::default();
        if let Some(first) = first {
            bounce.status = first.status.clone();
            bounce.action = first.action.clone();
            bounce.diagnosis = first.diagnosis.clone();
            bounce.recipients.extend(first.recipient.clone());
        }
        let others = groups.into_iter().flat_map(|group| [group.recipient, group.original]).flatten();
        for recipient in others.take(RECIPIENTS_MAX) {
            if !bounce.recipients.contains(&recipient) {
                bounce.recipients.push(recipient);
            }
        }
        bounce
    }
}

fn group(fields: &Fields) -> Option<Group> {
    let named = |name: &str| typed(fields, name).filter(|found| prose::is_address(found));
    let recipient = ["Final-Recipient", "X-Actual-Recipient", "Original-Recipient", "Original-Rcpt-To"].iter().find_map(|name| named(name));
    let recipient = recipient.or_else(|| typed(fields, "Final-Recipient").and_then(|text| prose::one_address(&text)));
    // What is no address for us may still be told.
    let recipient = recipient.or_else(|| typed(fields, "Final-Recipient").filter(|text| text.contains('@') && !text.contains(' ')));
    let action = fields.plain("Action").map(|action| action.split([' ', '(', ';']).next().unwrap_or_default().to_ascii_lowercase());
    let diagnosis = fields.plain("Diagnostic-Code").map(|code| status::one_line(&code)).filter(|code| !code.is_empty());
    let status = fields.plain("Status").and_then(|text| status::code(&text));
    let told = || diagnosis.as_deref().and_then(status::code);
    // `Status: 5.0.0` says less than the server's own answer.
    let status = match status {
        Some(status) if status.ends_with(".0.0") => told().filter(|told| told.starts_with(&status[..1])).or(Some(status)),
        status => status.or_else(told),
    };
    let some = recipient.is_some() || action.is_some() || status.is_some();
    some.then(|| Group { original: named("Original-Recipient"), recipient, action, status, diagnosis })
}

/// `rfc822; someone@example.org`.
fn typed(fields: &Fields, name: &str) -> Option<String> {
    let value = fields.plain(name)?;
    let text = value.split_once(';').map_or(&*value, |(_, text)| text);
    Some(address(text)).filter(|address| !address.is_empty())
}

/// As people would write it: without brackets, lower case.
fn address(text: &str) -> String {
    text.trim().trim_matches(['<', '>', '"', ' ', '\'']).to_lowercase()
}
