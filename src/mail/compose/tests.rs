use mail_parser::{Message, MessageParser, MimeHeaders, PartType};
use proptest::prelude::*;

use super::*;
use crate::address::{Address, Mailbox};

fn mailbox(name: &str, address: &str) -> Mailbox {
    Mailbox { name: Some(name.to_owned()), address: Address::parse(address).unwrap() }
}

fn simple() -> Outgoing {
    Outgoing {
        message_id: "g42.abc.adef@desk.test".into(),
        from: mailbox("Karim (Support DSI)", "support@desk.test"),
        to: mailbox("Alice", "alice@cust.test"),
        shown_cc: Vec::new(),
        reply_to: Some(Address::parse("support+t42.0.axyz@desk.test").unwrap()),
        envelope_from: None,
        date: 1_795_000_000,
        subject: "[#42] Printer".into(),
        in_reply_to: Some("q1@cust.test".into()),
        references: vec!["q0@cust.test".into(), "q1@cust.test".into()],
        thread_index: None,
        auto: Auto::Human,
        language: "fr".into(),
        unsubscribe: None,
        text: "Bonjour,\n\nC'est fait.\n".into(),
        html: Some("<p>Bonjour,</p>\n<p>C'est fait.</p>\n".into()),
        files: Vec::new(),
    }
}

fn written(mail: &Outgoing) -> String {
    let bytes = compose(mail).unwrap().bytes;
    assert_safe(&bytes);
    String::from_utf8(bytes).unwrap()
}

fn parsed(text: &str) -> Message<'_> {
    MessageParser::default().parse(text.as_bytes()).unwrap()
}

/// What the wire must see: ASCII, CR LF only, short lines, no leading dots.
fn assert_safe(bytes: &[u8]) {
    assert!(bytes.is_ascii() && !bytes.contains(&0));
    assert!(bytes.ends_with(b"\r\n"));
    let lines = bytes[..bytes.len() - 2].split(|b| *b == b'\n');
    for line in lines {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        assert!(!line.contains(&b'\r') && !line.starts_with(b".") && line.len() <= 998, "{}", String::from_utf8_lossy(line));
    }
    let bare = bytes.windows(2).filter(|pair| pair[1] == b'\n' && pair[0] != b'\r').count();
    assert_eq!(bare, 0);
}

fn header_block(text: &str) -> &str {
    text.split_once("\r\n\r\n").unwrap().0
}

fn field_names(text: &str) -> Vec<&str> {
    header_block(text).split("\r\n").filter(|line| !line.starts_with(' ')).map(|line| line.split(':').next().unwrap()).collect()
}

#[test]
fn a_simple_mail_has_the_fields_of_p51_in_order() {
    let mut mail = simple();
    mail.shown_cc = vec![mailbox("Bob", "bob@cust.test")];
    mail.thread_index = Some("AdsdyGb3nV/RC2kmQoGvZ2vSoZ1wJA==".into());
    let text = written(&mail);
    let expected = [
        "Date",
        "From",
        "Reply-To",
        "To",
        "Cc",
        "Subject",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Thread-Index",
        "Content-Language",
        "MIME-Version",
        "Content-Type",
    ];
    assert_eq!(field_names(&text), expected);
    assert!(text.contains("From: \"Karim (Support DSI)\" <support@desk.test>\r\n"));
    assert!(text.contains("Date: Wed, 18 Nov 2026 11:06:40 +0000\r\n"));
    assert!(text.contains("References: <q0@cust.test> <q1@cust.test>\r\n"));
    assert_eq!(compose(&mail).unwrap(), compose(&mail).unwrap());
}

#[test]
fn e12_only_machines_are_marked() {
    let marks = |auto| {
        let text = written(&Outgoing { auto, ..simple() });
        (text.contains("Auto-Submitted: auto-replied"), text.contains("auto-generated"), text.contains("X-Auto-Response-Suppress: All"))
    };
    assert_eq!(marks(Auto::Human), (false, false, false));
    assert_eq!(marks(Auto::Replied), (true, false, true));
    assert_eq!(marks(Auto::Generated), (false, true, true));
}

#[test]
fn leaving_is_one_click_only_over_https() {
    let with = |target: &str| written(&Outgoing { unsubscribe: Some(target.into()), ..simple() });
    let https = with("https://desk.test/leave/abc");
    assert!(https.contains("List-Unsubscribe: <https://desk.test/leave/abc>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    let mailto = with("mailto:support+leave@desk.test");
    assert!(mailto.contains("List-Unsubscribe: <mailto:") && !mailto.contains("One-Click"));
    assert!(!with("https://desk.test/a b\r\nBcc: x@y.test").contains("List-Unsubscribe"));
}

#[test]
fn g13_nothing_foreign_breaks_out_of_a_header() {
    for breaker in ["\r\n", "\r", "\n", "\u{2028}", "\u{2029}", "\u{85}", "\0", "\u{b}", "\u{c}"] {
        let evil = format!("x{breaker}Bcc: victim@else.test");
        let mut mail = simple();
        let honest = written(&mail);
        mail.subject = evil.clone();
        mail.from.name = Some(evil.clone());
        mail.to.name = Some(evil.clone());
        mail.in_reply_to = Some(evil.clone());
        mail.references.push(evil.clone());
        mail.thread_index = Some(evil.clone());
        mail.language = evil.clone();
        mail.files = vec![File {
            name: evil.clone(),
            content_type: evil.clone(),
            content_id: Some(evil.clone()),
            content: Content::Bytes(b"x".to_vec()),
        }];
        let text = written(&mail);
        assert!(!text.contains("\r\nBcc:") && !field_names(&text).contains(&"Bcc"), "{text}");
        let lost = |name: &&str| matches!(*name, "In-Reply-To" | "Content-Language");
        let expected: Vec<&str> = field_names(&honest).into_iter().filter(|name| !lost(name)).collect();
        assert_eq!(field_names(&text), expected);
        assert_eq!(parsed(&text).subject(), Some("x Bcc: victim@else.test"));
    }
}

#[test]
fn g13_our_own_id_must_be_one() {
    for id in ["", "a b@c", "a@b>\r\nBcc: x@y.test", "é@desk.test"] {
        let fault = compose(&Outgoing { message_id: id.into(), ..simple() }).unwrap_err();
        assert_eq!(fault, ComposeFault::MessageId(id.into()));
    }
    assert_eq!(compose(&Outgoing { date: i64::MAX, ..simple() }).unwrap_err(), ComposeFault::Date(i64::MAX));
}

#[test]
fn i07_dots_and_bare_line_ends_stay_text() {
    let hostile = "a\n.\n..\n.\r\nMAIL FROM:<x>\r\n\n.\r.\r\r\n.\nFrom here\n.";
    let mut mail = simple();
    mail.text = hostile.into();
    mail.html = Some(hostile.into());
    mail.files =
        vec![File { name: "a.txt".into(), content_type: "text/plain".into(), content_id: None, content: Content::Bytes(hostile.into()) }];
    let text = written(&mail);
    let message = parsed(&text);
    let lines = hostile.replace("\r\n", "\n").replace('\r', "\n") + "\n";
    assert_eq!(message.body_text(0).unwrap().replace("\r\n", "\n"), lines);
    assert_eq!(message.attachment(0).unwrap().contents(), hostile.as_bytes());
    let alone = written(&Outgoing { html: None, files: Vec::new(), ..mail.clone() });
    assert_eq!(parsed(&alone).body_text(0).unwrap().replace("\r\n", "\n"), lines);
}

#[test]
fn i11_lines_and_header_block_stay_short() {
    let mut mail = simple();
    mail.text = "x".repeat(5000) + " \n" + &"é".repeat(3000);
    mail.subject = "Ünïcode ".repeat(500);
    mail.references = (0..90).map(|n| format!("{n:040}@long.host.test")).collect();
    mail.shown_cc = (0..300).map(|n| mailbox(&format!("Person Number {n} of the Département"), &format!("person{n}@cust.test"))).collect();
    mail.files =
        vec![File { name: "é".repeat(150), content_type: "image/png".into(), content_id: None, content: Content::Bytes(vec![7; 9000]) }];
    let text = written(&mail);
    assert!(text.split("\r\n").all(|line| line.len() <= 76), "{:?}", text.split("\r\n").find(|line| line.len() > 76));
    assert!(header_block(&text).len() < 16 << 10, "{}", header_block(&text).len());
    assert_eq!(parsed(&text).body_text(0).unwrap().replace("\r\n", "\n"), mail.text.clone() + "\n");
    assert_eq!(parsed(&text).attachment(0).unwrap().attachment_name(), Some("é".repeat(150).as_str()));
}

#[test]
fn references_keep_the_first_and_the_last() {
    let mut mail = simple();
    mail.references = (0..50).map(|n| format!("{n}@h.test")).collect();
    let text = written(&mail);
    let message = parsed(&text);
    let kept: Vec<&str> = message.references().as_text_list().unwrap().iter().map(|id| id.as_ref()).collect();
    assert_eq!((kept.len(), kept[0], kept[1], kept[20]), (21, "0@h.test", "30@h.test", "49@h.test"));
    mail.references = (0..50).map(|n| format!("{}{n}@h.test", "x".repeat(190))).collect();
    let text = written(&mail);
    let field = header_block(&text).split("References:").nth(1).unwrap().split("\r\nContent").next().unwrap();
    assert!(field.len() < 1500 && field.contains("xx0@h.test") && field.contains("x49@h.test") && !field.contains("x40@h.test"));
}

#[test]
fn names_are_read_back_and_unicode_addresses_are_shown() {
    for name in ["Alice", "Dr. O'Neil, \"Bob\" \\ Co", "Zoé Müller", "=?utf-8?q?x?=", "株式会社サポート窓口の担当者のなまえ", "a  b"]
    {
        let text = written(&Outgoing { to: mailbox(name, "alice@cust.test"), ..simple() });
        let message = parsed(&text);
        let to = message.to().unwrap().first().unwrap();
        assert_eq!(to.name(), Some(name.replace("  ", " ").as_str()), "{text}");
        assert_eq!(to.address(), Some("alice@cust.test"));
    }
    let text = written(&Outgoing { to: mailbox("Zoé", "zoé@cust.test"), ..simple() });
    assert!(text.contains("To: =?utf-8?q?zo=C3=A9=40cust=2Etest?=:;\r\n"), "{text}");
}

#[test]
fn files_are_nested_where_they_belong() {
    let file = |content_id: Option<&str>, content_type: &str| File {
        name: "Écran 1.png".into(),
        content_type: content_type.into(),
        content_id: content_id.map(str::to_owned),
        content: Content::Bytes((0..=255).collect()),
    };
    let mut mail = simple();
    mail.files = vec![file(Some("img1@desk.test"), "image/png"), file(None, "message/rfc822"), file(None, "bad type\r\nX: y")];
    let text = written(&mail);
    let message = parsed(&text);
    let types: Vec<String> =
        message.parts.iter().filter_map(|part| part.content_type()).map(|t| format!("{}/{}", t.ctype(), t.subtype().unwrap())).collect();
    let octets = "application/octet-stream";
    let expected =
        ["multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", octets, octets];
    assert_eq!(types, expected);
    let image = message.parts.iter().find(|part| part.content_id() == Some("img1@desk.test")).unwrap();
    assert_eq!((image.contents().len(), image.attachment_name()), (256, Some("Écran 1.png")));
    let no_html = written(&Outgoing { html: None, ..mail });
    assert!(!no_html.contains("multipart/related") && !no_html.contains("Content-ID"));
}

fn parts_text(message: &Message<'_>, html: bool) -> String {
    let found = message.parts.iter().find_map(|part| match &part.body {
        PartType::Html(text) if html => Some(text.replace("\r\n", "\n")),
        PartType::Text(text) if !html => Some(text.replace("\r\n", "\n")),
        _ => None,
    });
    found.unwrap_or_default()
}

/// Line ends as they are written: of one kind, one at the end.
fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if text.is_empty() || text.ends_with('\n') { text } else { text + "\n" }
}

fn folded(text: &str) -> String {
    text.split(|c: char| c.is_control() || matches!(c, ' ' | '\u{2028}' | '\u{2029}'))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

proptest! {
    #[test]
    fn what_is_written_reads_back(subject in ".{0,200}", name in "[^\u{0}-\u{20}].{0,40}", text in "(.|\n|\r|\\.|=| ){0,300}", html in "(.|\n|\\.){0,300}") {
        let mut mail = simple();
        mail.subject = subject.clone();
        mail.from.name = Some(name.clone());
        mail.text = text.clone();
        mail.html = Some(html.clone());
        let written = written(&mail);
        let message = parsed(&written);
        prop_assert_eq!(folded(message.subject().unwrap_or_default()), folded(&subject));
        let from = message.from().unwrap().first().unwrap();
        prop_assert_eq!(from.address(), Some("support@desk.test"));
        prop_assert_eq!(folded(from.name().unwrap_or_default()), folded(&name));
        prop_assert_eq!(parts_text(&message, false), lines(&text));
        prop_assert_eq!(parts_text(&message, true), lines(&html));
        prop_assert_eq!(message.message_id(), Some("g42.abc.adef@desk.test"));
    }
}

#[test]
fn a_file_that_is_kept_already_is_put_in_its_place() {
    let mut mail = simple();
    let named = |name: &str, content| File { name: name.into(), content_type: "image/png".into(), content_id: None, content };
    let excerpt = Excerpt { instance: 7, span: (3, 11) };
    mail.files = vec![named("a.png", Content::Excerpt(excerpt)), named("b.png", Content::Bytes(b"second".to_vec()))];
    let letter = compose(&mail).unwrap();
    assert_eq!(letter.excerpts.iter().map(|(_, excerpt)| *excerpt).collect::<Vec<_>>(), [excerpt]);
    let raw = b"xx\naGVsbG8=\r\n";
    let whole = letter.whole(|Excerpt { span, .. }| Ok::<_, ()>(raw[span.0 as usize..span.1 as usize].to_vec())).unwrap();
    assert!(whole.excerpts.is_empty());
    let text = String::from_utf8(whole.bytes).unwrap();
    assert_safe(text.as_bytes());
    let message = parsed(&text);
    let files: Vec<&[u8]> = message.attachments().map(|file| file.contents()).collect();
    assert_eq!(files, [b"hello".as_slice(), b"second".as_slice()]);
}
