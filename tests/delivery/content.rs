//! What crosses the wire: whole mails, once, whatever they hold.

use guichet::address::{Address, Mailbox};
use guichet::mail::{Auto, Content, File, Letter, Outgoing, compose};
use guichet::ports::Attempt::Sent;
use mail_parser::MessageParser;

use crate::office::{Office, letter, relay};
use crate::server::Server;

const HOSTILE: &str = "é\n.\n..\n.\r\nMAIL FROM:<x@y.test>\r\n\n.\n\r.\r\r\n.\n\n.\r\nQUIT\n.";

fn outgoing(text: &str) -> Outgoing {
    let mailbox = |text: &str| Mailbox::new(Some("Zoé"), Address::parse(text).unwrap());
    Outgoing {
        message_id: "g1.abc@desk.test".into(),
        from: mailbox("support@desk.test"),
        to: mailbox("alice@cust.test"),
        shown_cc: Vec::new(),
        reply_to: None,
        envelope_from: None,
        date: 1_795_000_000,
        subject: "Üñïcödé".into(),
        in_reply_to: None,
        references: Vec::new(),
        thread_index: None,
        auto: Auto::Replied,
        language: "fr".into(),
        unsubscribe: None,
        text: text.into(),
        html: Some(text.into()),
        files: vec![File {
            name: "a.txt".into(),
            content_type: "text/plain".into(),
            content_id: None,
            content: Content::Bytes(text.into()),
        }],
    }
}

fn unstuffed(wire: &[u8]) -> Vec<u8> {
    let lines = wire.split_inclusive(|b| *b == b'\n').map(|line| line.strip_prefix(b".").unwrap_or(line));
    lines.collect::<Vec<_>>().concat()
}

fn assert_only_crlf(wire: &[u8]) {
    let bare = (0..wire.len()).any(|i| match wire[i] {
        b'\n' => i == 0 || wire[i - 1] != b'\r',
        b'\r' => wire.get(i + 1) != Some(&b'\n'),
        _ => false,
    });
    assert!(!bare, "{}", String::from_utf8_lossy(wire));
}

#[tokio::test]
async fn i07_i09_a_composed_mail_arrives_as_written() {
    let server = Server::with(&[]).await;
    let office = Office::to(relay(&server));
    let written = compose(&outgoing(HOSTILE)).unwrap();
    office.post(vec![written.clone()]);
    assert_eq!(office.ends(1).await, [Sent]);
    let taken = server.taken();
    assert_eq!((taken.len(), taken[0].from.as_str(), server.count("MAIL")), (1, "", 1));
    assert_eq!(taken[0].wire, written.bytes, "nothing to stuff, nothing to add");
    assert_only_crlf(&taken[0].wire);
    assert!(taken[0].wire.is_ascii());
    let message = MessageParser::default().parse(&taken[0].wire).unwrap();
    assert_eq!((message.subject(), message.attachment(0).unwrap().contents()), (Some("Üñïcödé"), HOSTILE.as_bytes()));
}

#[tokio::test]
async fn i07_bytes_of_any_origin_cross_as_one_mail() {
    for features in [&["PIPELINING"][..], &[]] {
        let server = Server::with(features).await;
        let office = Office::to(relay(&server));
        let bytes = format!("Subject: x\n\n{HOSTILE}").into_bytes();
        office.post(vec![Letter { bytes, ..letter("a@cust.test") }, letter("b@cust.test")]);
        assert_eq!(office.ends(2).await, [Sent, Sent]);
        let taken = server.taken();
        assert_eq!((taken.len(), server.count("QUIT")), (2, 0));
        assert_only_crlf(&taken[0].wire);
        let expected = format!("Subject: x\n\n{HOSTILE}").replace("\r\n", "\n").replace('\r', "\n") + "\n";
        assert_eq!(String::from_utf8(unstuffed(&taken[0].wire)).unwrap().replace("\r\n", "\n"), expected);
    }
}

#[tokio::test]
async fn a_large_mail_arrives_whole() {
    let server = Server::start().await;
    let office = Office::to(relay(&server));
    let mut large = letter("a@cust.test");
    (0..50_000).for_each(|n| large.bytes.extend(format!(".line {n}\r\n").bytes()));
    office.post(vec![large.clone()]);
    assert_eq!(office.ends(1).await, [Sent]);
    assert!(unstuffed(&server.taken()[0].wire) == large.bytes);
}
