//! Codes and reasons: what a report amounts to (RFC 3463, RFC 5321 section 4.2), when it says so and when it only talks.

use std::sync::LazyLock;

use regex::Regex;

use super::super::signs::{self, fold};
use super::super::words;
use crate::mail::incoming::Bounce;

/// An enhanced status (RFC 3463), or an SMTP reply code as its class: `550 no such user` gives `5.0.0`.
pub(super) fn code(text: &str) -> Option<String> {
    static ENHANCED: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?:^|[^0-9.])([245]\.\d{1,3}\.\d{1,3})(?:[^0-9.]|\.?$|\.\s)").ok());
    static REPLY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?:^|[\s:;(#<=])([45])[0-5]\d(?:[- ,:>)]|$)").ok());
    let enhanced = ENHANCED.as_ref()?.captures(text).map(|found| found[1].to_owned());
    enhanced.or_else(|| REPLY.as_ref()?.captures(text).map(|found| format!("{}.0.0", &found[1])))
}

/// A server's answer on one line.
pub(super) fn one_line(text: &str) -> String {
    let text = text.split_once(';').filter(|(kind, _)| kind.len() < 12 && !kind.contains(' ')).map_or(text, |(_, text)| text);
    words::one_line(text).chars().take(super::DIAGNOSIS_MAX).collect()
}

/// Fills what the machine-readable part did not say, and concludes.
pub(super) fn complete(bounce: &mut Bounce, subject: &str, own: &[&str]) {
    let failure = |line: &&&str| code(line).is_some_and(|code| !code.starts_with('2'));
    let told = own.iter().find(failure);
    if bounce.status.is_none() {
        let codes = || own.iter().filter_map(|line| code(line)).filter(|code| !code.starts_with('2'));
        bounce.status = codes().find(|code| !code.ends_with(".0.0")).or_else(|| codes().next());
    }
    bounce.diagnosis = bounce.diagnosis.take().or_else(|| told.map(|line| one_line(line)));
    let text = fold(&own.join("\n"));
    let over = bounce.status.as_deref().is_some_and(|status| status.starts_with('5'));
    let late = !over && delayed(&fold(subject), &text);
    if bounce.action.is_none() {
        bounce.action = Some(if late { "delayed" } else { "failed" }.to_owned());
    }
    bounce.permanent = permanent(bounce, late);
    let reason = reason(bounce, &text);
    bounce.hard = bounce.permanent == Some(true) && reason.is_some_and(|reason| reason.hard);
    bounce.reason = reason.map(|reason| reason.name.clone());
}

/// Does the report say that the mail may still arrive?
fn delayed(subject: &str, text: &str) -> bool {
    let words = &signs::get().layout.delayed;
    let has = |list: &[String], text: &str| list.iter().any(|word| text.contains(word.as_str()));
    (has(&words.subjects, subject) || has(&words.phrases, text)) && !has(&words.but, text)
}

/// By the action where it decides, else by the class of the status. What has expired (X.4.7) is over, temporary as it was;
/// what says nothing of a later try is over, too.
fn permanent(bounce: &Bounce, delayed: bool) -> Option<bool> {
    let status = bounce.status.as_deref().unwrap_or_default();
    match (bounce.action.as_deref(), status.chars().next()) {
        (Some("delayed" | "delivered" | "relayed" | "expanded"), _) => Some(false),
        (Some("failed" | "expired"), Some('4')) if status == "4.4.7" => Some(true),
        (Some("expired"), _) => Some(true),
        (_, Some('5')) => Some(true),
        (_, Some('4')) => Some(false),
        _ => Some(!delayed),
    }
}

/// The status names the reason, unless it is one of those that are used for everything; then words do.
fn reason(bounce: &Bounce, text: &str) -> Option<&'static signs::Reason> {
    let reasons = &signs::get().reasons;
    let status = bounce.status.as_deref().unwrap_or_default();
    let vague = status.is_empty()
        || status.ends_with(".0.0")
        || matches!(status, "5.7.1" | "5.1.0" | "5.3.0" | "5.5.0" | "5.4.0" | "5.2.0" | "4.7.1");
    let coded = || reasons.iter().find(|reason| reason.codes.iter().any(|code| code == status));
    let said = fold(bounce.diagnosis.as_deref().unwrap_or_default());
    let spoken = |text: &str| reasons.iter().find(|reason| reason.phrases.iter().any(|phrase| text.contains(phrase.as_str())));
    match vague {
        true => spoken(&said).or_else(|| spoken(text)).or_else(coded),
        false => coded().or_else(|| spoken(&said)).or_else(|| spoken(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e07_codes() {
        for (text, want) in [
            ("5.1.1", Some("5.1.1")),
            ("smtp; 550 5.7.1 refused", Some("5.7.1")),
            ("550 no such user", Some("5.0.0")),
            ("said: 452-4.2.2 full", Some("4.2.2")),
            ("host 10.5.1.1 said", None),
            ("version 5.1.1.2", None),
            ("ResponseCode 421, ", Some("4.0.0")),
            ("nothing", None),
        ] {
            assert_eq!(code(text).as_deref(), want, "{text:?}");
        }
    }

    #[test]
    fn e07_e09_what_it_amounts_to() {
        for (subject, text, want) in [
            ("Undelivered", "550 5.1.1 user unknown", (Some(true), true, Some("unknown-user"))),
            ("Undelivered", "552 5.2.2 mailbox full", (Some(true), false, Some("mailbox-full"))),
            ("Delivery Status Notification (Delay)", "Message will be retried for 2 more day(s)", (Some(false), false, None)),
            (
                "failure notice",
                "I'm not going to try again; this message has been in the queue too long.",
                (Some(true), false, Some("gave-up")),
            ),
            ("Warning: could not send message for past 4 hours", "451 4.4.1 connection refused", (Some(false), false, Some("network"))),
            ("Undelivered", "Boîte aux lettres pleine", (Some(true), false, Some("mailbox-full"))),
        ] {
            let mut bounce = Bounce::default();
            complete(&mut bounce, subject, &text.lines().collect::<Vec<_>>());
            assert_eq!((bounce.permanent, bounce.hard, bounce.reason.as_deref()), want, "{text}");
        }
    }
}
