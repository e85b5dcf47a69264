//! What must hold for any bytes that strangers send. One function a target: run with coverage by `cargo fuzz run <target>`,
//! and by `cargo test --test reading` on the saved corpus with a few thousand mutations each.

use guichet::address::Address;
use guichet::desk::catalogue;
use guichet::mail::{Author, Carrier, Incoming, Keys, Kind, Limits, carrier, commands, read};
use guichet::routing::redact::redact;
use guichet::web::sanitise::sanitise;

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn reads(raw: &[u8]) -> Incoming {
    let mail = read(raw, &Limits::default());
    assert!(mail.text.is_empty() || !mail.reply.is_empty(), "nothing is left of a text");
    assert!(!mail.subject.contains(['\r', '\n', '\0']), "a control in the subject");
    mail
}

/// Any bytes are read, twice the same way, and every attachment can be fetched.
pub fn read_mail(bytes: &[u8]) {
    let mail = reads(bytes);
    assert_eq!(mail, read(bytes, &Limits::default()), "read twice, understood twice");
    for file in &mail.attachments {
        let _ = read::part(bytes, file.part);
        assert!(!file.name.is_empty() && !file.name.contains(['/', '\\', '\0', '\n']), "an unsafe name");
    }
}

/// Any body, plain or HTML: new words, quoted words and signature come from the text.
pub fn quote(bytes: &[u8]) {
    let (kind, body) = match bytes.split_first() {
        Some((first, rest)) if first % 2 == 0 => ("html", rest),
        _ => ("plain", bytes),
    };
    let head = format!("From: a@x.test\r\nTo: b@y.test\r\nSubject: x\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n");
    let mail = reads(&[head.as_bytes(), body].concat());
    let words = |text: &str| text.split_whitespace().count();
    assert!(words(&mail.reply) <= words(&mail.text), "words were invented");
}

/// Any header and text: a kind is told with its evidence, and people have none against them.
pub fn kind(bytes: &[u8]) {
    let mail = reads(&[b"From: a@x.test\r\n", bytes].concat());
    assert!(mail.kind == Kind::Human || !mail.evidence.is_empty(), "a machine without evidence");
    assert_eq!(mail.kind == Kind::Bounce, mail.bounce.is_some());
}

/// Any bytes as a delivery report, as fields and as words.
pub fn bounce(bytes: &[u8]) {
    let head = b"From: mailer-daemon@x.test\r\nReturn-Path: <>\r\nSubject: failure notice\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\n";
    let middle = b"\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n";
    let half = bytes.len() / 2;
    let mail = reads(&[head, &bytes[..half], middle, &bytes[half..], b"\r\n--b--\r\n"].concat());
    let report = mail.bounce.unwrap_or_default();
    assert_eq!(report.recipient.as_ref(), report.recipients.first());
    assert!(!report.hard || report.permanent == Some(true), "hard, and yet not over");
    reads(&[b"From: mailer-daemon@x.test\r\nSubject: failure notice\r\n\r\nI could not deliver your message\r\n", bytes].concat());
}

/// Command lines are found in any text, and redaction leaves no token of ours.
pub fn command(bytes: &[u8]) {
    let text = text(bytes);
    let found = commands::find(&text, |word| catalogue::find(word).is_some());
    let _ = found.rest.len();
    let (clean, tokens) = redact(&text, "[x]");
    for token in tokens {
        assert!(!clean.contains(&format!("/l/{token}")), "a token was left");
    }
}

/// Any HTML becomes safe, and what is safe stays as it is.
pub fn html(bytes: &[u8]) {
    let html = text(bytes);
    let Some(once) = sanitise(&html, &Limits::default()) else { return };
    let lower = once.as_str().to_ascii_lowercase();
    // Words of a text are escaped, so these can only be elements.
    for bad in ["<script", "<style", "<iframe", "<form", "<svg", "<math", "<base", "<object", "<meta", "<link"] {
        assert!(!lower.contains(bad), "{bad} survived");
    }
    assert!(!once.with_images(|_| None).html.to_ascii_lowercase().contains("<a "), "a link can be followed");
    let twice = sanitise(once.as_str(), &Limits::default());
    assert_eq!(twice.as_ref().map(|safe| safe.as_str()), Some(once.as_str()), "sanitised twice, changed twice");
    let _ = read::html_text(&html);
}

/// Any address field: what is taken for an address is written as it was read, and reads as itself.
pub fn address(bytes: &[u8]) {
    if let Ok(address) = Address::parse(&text(bytes)) {
        assert_eq!(Address::parse(address.as_str()).as_ref(), Ok(&address), "an address that is not its own");
    }
    let line: Vec<u8> = bytes.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    let raw = [b"From: ", &line[..], b"\r\nTo: ", &line[..], b"\r\n\r\nx\r\n"].concat();
    let mail = reads(&raw);
    if let Author::One(mailbox) = &mail.from {
        let shown = mailbox.address.as_str();
        assert!(shown.contains('@') && !shown.contains([' ', '<', '>', '\0', '\n']), "{shown:?}");
        let literal = text(&line).to_ascii_lowercase();
        assert!(literal.contains(mailbox.address.local()), "the local part was not written in the field");
    }
}

/// No bytes pass as a carrier or a token of ours for somebody.
pub fn token(bytes: &[u8]) {
    let text = text(bytes);
    let keys = Keys::new(vec![('a', vec![7; 32])]);
    let Ok(alice) = Address::parse("alice@cust.test") else { return };
    for found in Carrier::in_tag(&text).into_iter().chain(Carrier::in_message_id(&text)) {
        assert!(!keys.made_for(&found, &alice), "a forged carrier");
    }
    // Four characters can be guessed, so they are a hint only; but one text alone is right for a number.
    if let Some((number, check)) = carrier::read_subject_tag(&text).filter(|(number, check)| keys.checks(*number, check)) {
        assert!(carrier::subject_tag(&keys, number).contains(&format!("{number}-{check}")), "two tags for one number");
    }
    if let Some(token) = carrier::decode_token(text.trim()) {
        assert_eq!(carrier::encode_token(&token), text.trim(), "two texts for one token");
    }
}
