//! Delivery reports: RFC 3464 fields first, then what older programs wrote in words.
//!
//! Excludes: whom to believe. Only a Message-ID or an envelope address of our own making correlates a report.

mod dialects;

use std::borrow::Cow;

use super::fields::{Fields, split};
use super::ids;
use super::tree::{Part, Tree};
use crate::mail::incoming::Bounce;

/// Bytes of a report that are read.
const REPORT_MAX: usize = 256 << 10;
/// Recipients of a report that are read.
const RECIPIENTS_MAX: usize = 200;

/// What the report says; `text` is the human part.
pub(super) fn read(tree: &Tree, fields: &Fields, text: &str) -> Bounce {
    let mut report = Report::default();
    tree.root.walk(&mut |part| report.look(part));
    let mut bounce = report.bounce();
    if bounce.recipients.is_empty() {
        bounce.recipients = declared(fields);
    }
    dialects::complete(&mut bounce, text, &report.returned);
    bounce.recipient = bounce.recipients.first().cloned();
    bounce.original_ids = report.ids;
    dialects::ids(text, &mut bounce.original_ids);
    bounce.permanent = permanent(&bounce);
    bounce
}

/// `X-Failed-Recipients`, as Exim writes it.
fn declared(fields: &Fields) -> Vec<String> {
    let value = fields.plain("X-Failed-Recipients").unwrap_or_default();
    value.split([',', ' ']).filter(|word| word.contains('@')).map(address).take(RECIPIENTS_MAX).collect()
}

/// By the action where it decides, else by the class of the status (RFC 3463 section 2).
fn permanent(bounce: &Bounce) -> Option<bool> {
    let class = bounce.status.as_deref().and_then(|status| status.chars().next());
    match (bounce.action.as_deref(), class) {
        (Some("delayed"), _) => Some(false),
        (Some("delivered" | "relayed" | "expanded"), _) => None,
        (_, Some('5')) => Some(true),
        (_, Some('4')) => Some(false),
        (Some("failed"), _) => Some(true),
        _ => None,
    }
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
    status: Option<String>,
    action: Option<String>,
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
            let (fields, next) = split(rest, REPORT_MAX);
            self.groups.extend(group(&fields));
            // A group that is no header at all: go on behind its first line.
            let next = if next == 0 { super::fields::line_at(rest, 0).next } else { next };
            rest = &rest[next..];
        }
    }

    fn original(&mut self, bytes: &[u8]) {
        let bytes = &bytes[..bytes.len().min(REPORT_MAX)];
        // Some programs put a blank line before the returned headers.
        let start = bytes.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
        let (fields, _) = split(&bytes[start..], REPORT_MAX);
        for value in fields.all("Message-ID") {
            ids::in_value(value, &mut self.ids);
        }
        self.returned = self.returned.take().or_else(|| fields.plain("To").map(Cow::into_owned));
    }

    /// The first failed recipient decides, else the first one.
    fn bounce(&mut self) -> Bounce {
        let groups = std::mem::take(&mut self.groups);
        let failed = |group: &&Group| group.action.as_deref() == Some("failed");
        let first = groups.iter().find(failed).or(groups.first());
        let mut bounce = Bounce::default();
        if let Some(first) = first {
            bounce.status = first.status.clone();
            bounce.action = first.action.clone();
            bounce.recipients.extend(first.recipient.clone());
        }
        for recipient in groups.into_iter().filter_map(|group| group.recipient) {
            if !bounce.recipients.contains(&recipient) {
                bounce.recipients.push(recipient);
            }
        }
        bounce
    }
}

fn group(fields: &Fields) -> Option<Group> {
    let recipient = ["Final-Recipient", "Original-Recipient", "X-Actual-Recipient"].iter().find_map(|name| typed(fields, name));
    let action = fields.plain("Action").map(|action| action.split([' ', '(', ';']).next().unwrap_or_default().to_ascii_lowercase());
    let status = fields.plain("Status").and_then(|status| dialects::status(&status));
    let diagnosis = || fields.plain("Diagnostic-Code").and_then(|code| dialects::status(&code));
    // `Status: 5.0.0` says less than the server's own answer.
    let status = match status {
        Some(status) if status.ends_with(".0.0") => diagnosis().filter(|told| told.starts_with(&status[..1])).or(Some(status)),
        status => status.or_else(diagnosis),
    };
    let some = recipient.is_some() || action.is_some() || status.is_some();
    some.then_some(Group { recipient, action, status })
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
