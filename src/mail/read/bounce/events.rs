//! Delivery events as JSON in a mail: what Amazon's mail service sends through its notification service.
//!
//! The object may be text inside another one, so backslashes before quotes are left out, and the fields are searched
//! for, not parsed: nothing is believed because of it that a report in words could not claim as well.

use crate::mail::incoming::{Bounce, Nature};

/// Bytes of a text that are looked at.
const TEXT_MAX: usize = 64 << 10;

/// What sort of event a text tells, if it is one.
pub(in super::super) fn nature(text: &str) -> Option<Nature> {
    match value(&tidy(text)?, "notificationType")?.as_str() {
        "Bounce" | "DeliveryDelay" | "Delivery" => Some(Nature::Report),
        "Complaint" => Some(Nature::Complaint),
        _ => None,
    }
}

/// The event as a report.
pub(super) fn read(text: &str) -> Option<Bounce> {
    let text = tidy(text)?;
    let event = value(&text, "notificationType")?;
    let recipients: Vec<String> = all(&text, "\"emailAddress\":\"").or_else(|| all(&text, "\"recipients\":[\""))?;
    let permanent = value(&text, "bounceType").is_some_and(|kind| kind == "Permanent");
    let action = value(&text, "action").unwrap_or_else(|| {
        let word = match event.as_str() {
            "Delivery" => "delivered",
            "DeliveryDelay" => "delayed",
            _ => "failed",
        };
        word.to_owned()
    });
    Some(Bounce {
        recipient: recipients.first().cloned(),
        recipients,
        status: value(&text, "status"),
        permanent: Some(permanent),
        hard: permanent && value(&text, "bounceSubType").is_none_or(|kind| kind == "General" || kind == "NoEmail"),
        diagnosis: value(&text, "diagnosticCode").map(|code| super::status::one_line(&code)),
        action: Some(action),
        ..Bounce::default()
    })
}

/// The text without backslashes and white space around its marks, if it is such an event at all.
fn tidy(text: &str) -> Option<String> {
    let mut end = text.len().min(TEXT_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = &text[..end];
    (head.contains("notificationType") || head.contains("eventType"))
        .then(|| head.replace(['\\', '\n'], "").replace("\" : ", "\":").replace("\": ", "\":").replace("eventType", "notificationType"))
}

fn value(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("\"{name}\":\""))?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}

fn all(text: &str, before: &str) -> Option<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for rest in text.split(before).skip(1).take(super::RECIPIENTS_MAX) {
        let address = super::address(rest.split('"').next().unwrap_or_default());
        if super::prose::is_address(&address) && !found.contains(&address) {
            found.push(address);
        }
    }
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e07_events_also_when_they_are_text_in_an_object() {
        let event = r#"{"Message" : "{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"a@x.test\",\"action\":\"failed\",\"status\":\"5.1.1\"}]}}"}"#;
        let bounce = read(event).unwrap();
        assert_eq!(
            (bounce.recipient.as_deref(), bounce.permanent, bounce.status.as_deref()),
            (Some("a@x.test"), Some(true), Some("5.1.1"))
        );
        assert_eq!(nature(event), Some(Nature::Report));
        assert_eq!(nature("our notificationType is broken"), None);
    }
}
