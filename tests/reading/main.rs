//! Reading is total: whatever the bytes, something readable comes out, in bounded time, and the next mail is read as well.
#![allow(clippy::unwrap_used, missing_docs)]

mod casebook;
mod corpora;
mod fixtures;
mod fuzzed;
mod odd;
mod reply;
mod resources;

use std::time::{Duration, Instant};

use guichet::mail::{Incoming, Kind, Limits, read};
use proptest::prelude::*;

/// A generous bound for one mail in a test build (CASEBOOK F01 asks for a second in a release).
const BOUND: Duration = Duration::from_secs(20);

fn reads(raw: &[u8]) -> Incoming {
    let started = Instant::now();
    let mail = read(raw, &Limits::default());
    assert!(started.elapsed() < BOUND, "took {:?}", started.elapsed());
    mail
}

const HEAD: &str = "From: Alice <alice@cust.test>\r\nTo: support@desk.test\r\nSubject: x\r\nMIME-Version: 1.0\r\n";

#[test]
fn f02_attached_messages_without_end_are_walked_once() {
    let inner = "Content-Type: message/rfc822\r\n\r\n".repeat(200);
    let no_boundary = format!("{HEAD}Content-Type: multipart/mixed\r\n\r\n--b\r\n{inner}hello\r\n");
    let same_boundary = format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
        "--b\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".repeat(300)
    );
    for mail in [no_boundary, same_boundary] {
        let read = reads(mail.as_bytes());
        assert_eq!(read.subject, "x");
        let depth = Limits::default().parts as usize;
        assert!(read.attachments.len() <= depth, "{} parts", read.attachments.len());
    }
}

#[test]
fn f22_every_truncation_of_a_mail_is_readable() {
    let mail = format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n\
         --c\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nCaf=E9 =\r\nsuite\r\n\
         --c\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Caf\u{e9} <b>suite</b></p>\r\n--c--\r\n\
         --b\r\nContent-Type: image/png; name*=utf-8''%C3%A9.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n"
    );
    let whole = reads(mail.as_bytes());
    assert!(whole.text.contains("Café suite") && whole.attachments.len() == 1, "{whole:?}");
    for end in 0..mail.len() {
        reads(&mail.as_bytes()[..end]);
    }
}

#[test]
fn e01_an_absence_and_a_human_are_told_apart() {
    let absence = format!("{HEAD}Auto-Submitted: auto-replied (vacation)\r\n\r\nJe suis absent.\r\n");
    assert_eq!(reads(absence.as_bytes()).kind, Kind::AutoReply);
    let human = format!("{HEAD}Auto-Submitted: no\r\n\r\nBonjour.\r\n");
    assert_eq!(reads(human.as_bytes()).kind, Kind::Human);
}

#[test]
fn p32_the_four_clients_of_the_office_are_cut_in_french_and_english() {
    let cases = [
        (
            "Gmail",
            "Merci !\r\n\r\nLe lun. 5 janv. 2026 à 09:00, Support <support@desk.test> a écrit :\r\n\r\n> Bonjour\r\n> Ancien texte\r\n",
        ),
        ("Gmail", "Merci !\r\n\r\nOn Mon, Jan 5, 2026 at 9:00 AM Support <support@desk.test> wrote:\r\n\r\n> Hello\r\n> Ancien texte\r\n"),
        (
            "Outlook",
            "Merci !\r\n\r\nDe : Support <support@desk.test>\r\nEnvoyé : lundi 5 janvier 2026 09:00\r\nÀ : Alice\r\nObjet : RE: x\r\n\r\nAncien texte\r\n",
        ),
        (
            "Outlook",
            "Merci !\r\n\r\nFrom: Support <support@desk.test>\r\nSent: Monday, January 5, 2026 9:00 AM\r\nTo: Alice\r\nSubject: RE: x\r\n\r\nAncien texte\r\n",
        ),
        ("Apple Mail", "Merci !\r\n\r\n> Le 5 janv. 2026 à 09:00, Support <support@desk.test> a écrit :\r\n> \r\n> Ancien texte\r\n"),
        ("Apple Mail", "Merci !\r\n\r\n> On 5 Jan 2026, at 09:00, Support <support@desk.test> wrote:\r\n> \r\n> Ancien texte\r\n"),
        ("Thunderbird", "Merci !\r\n\r\nLe 05/01/2026 à 09:00, Support a écrit :\r\n> Ancien texte\r\n"),
        ("Thunderbird", "Merci !\r\n\r\nOn 05/01/2026 09:00, Support wrote:\r\n> Ancien texte\r\n"),
    ];
    for (client, body) in cases {
        let mail = format!("{HEAD}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}");
        let read = reads(mail.as_bytes());
        assert_eq!(read.reply.trim(), "Merci !", "{client}: {body}");
        assert!(read.quoted.contains("Ancien texte"), "{client}");
    }
}

#[test]
fn g08_answers_below_and_between_quotes_survive() {
    let bottom = format!("{HEAD}\r\n> Quel modèle ?\r\n\r\nLX-200\r\n");
    assert!(reads(bottom.as_bytes()).reply.contains("LX-200"));
    let between = format!("{HEAD}\r\nOn Mon, Support wrote:\r\n> Quel modèle ?\r\nLX-200\r\n> Depuis quand ?\r\nHier soir\r\n");
    let reply = reads(between.as_bytes()).reply;
    assert!(reply.contains("LX-200") && reply.contains("Hier soir"), "{reply}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn f22_any_bytes_are_read_the_same_way_twice(bytes in proptest::collection::vec(any::<u8>(), 0..2000), head in any::<bool>()) {
        let raw = if head { [HEAD.as_bytes(), &bytes].concat() } else { bytes };
        let once = read(&raw, &Limits::default());
        prop_assert_eq!(&once, &read(&raw, &Limits::default()));
        prop_assert!(once.text.is_empty() || !once.reply.is_empty(), "nothing is left of a text that is there");
        prop_assert!(!once.subject.contains(['\r', '\n', '\0']));
    }
}
