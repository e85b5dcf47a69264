//! Cases of the casebook that are about reading, by their ids, and the limits of its section 3, rows 32 to 35.

use std::time::{Duration, Instant};

use guichet::mail::{Author, Fate, Incoming, Kind, Limits, Nature, read};
use guichet::web::sanitise::sanitise;
use proptest::prelude::*;

/// What one hostile mail may take in a test build on a busy machine; a release takes a fraction of a second. What takes the
/// square of its size takes minutes.
const BOUND: Duration = Duration::from_secs(20);

fn reads(raw: &[u8]) -> Incoming {
    bounded(raw, &Limits::default())
}

fn bounded(raw: &[u8], limits: &Limits) -> Incoming {
    let started = Instant::now();
    let mail = read(raw, limits);
    assert!(started.elapsed() < BOUND, "took {:?}", started.elapsed());
    mail
}

fn mail(header: &str, body: &str) -> Vec<u8> {
    format!("{header}\r\nTo: support@desk.test\r\n\r\n{body}\r\n").into_bytes()
}

fn html(body: &str) -> Incoming {
    reads(&mail("From: a@x.test\r\nContent-Type: text/html; charset=utf-8", body))
}

#[test]
fn a17_a_look_alike_is_another_address() {
    let look_alike = reads(&mail("From: Bob <bob@cus\u{442}.test>", "x"));
    let Author::One(author) = &look_alike.from else { panic!("{:?}", look_alike.from) };
    assert!(author.address.domain().starts_with("xn--"), "{}", author.address);
    assert_ne!(author.address.as_str(), "bob@cust.test");
}

#[test]
fn a11_a12_what_names_nobody_is_still_shown() {
    let two = reads(&mail("From: alice@cust.test\r\nFrom: mallory@evil.test", "x"));
    assert!(two.from.address().is_none());
    assert_eq!(two.from_written, "alice@cust.test");
    assert_eq!(reads(&mail("From: <>", "x")).from, Author::Missing);
}

#[test]
fn e06_unsigned_loop_marks_leave_words_and_author() {
    for mark in ["X-Desk-Loop: 1", "Precedence: bulk", "X-Loop: support@desk.test"] {
        let read = reads(&mail(&format!("From: alice@cust.test\r\n{mark}"), "The printer burns."));
        assert_eq!((read.text.as_str(), read.from.address().map(|a| a.as_str())), ("The printer burns.", Some("alice@cust.test")));
        assert_ne!(read.kind, Kind::Bounce);
    }
    assert_eq!(reads(&mail("From: alice@cust.test\r\nX-Desk-Loop: 1", "x")).kind, Kind::Human);
}

#[test]
fn e11_a_human_behind_a_bounce_mask_is_no_report() {
    let masked =
        reads(&mail("Return-Path: <>\r\nFrom: mailer-daemon@evil.test\r\nSubject: Your invoice", "Your invoice is wrong, correct it."));
    assert_eq!((masked.kind, masked.bounce.is_none()), (Kind::System, true));
    assert!(masked.text.contains("correct it"));
    let null_path = reads(&mail("Return-Path: <>\r\nFrom: alice@cust.test\r\nSubject: Printer", "It prints nothing."));
    assert_eq!(null_path.kind, Kind::Human);
}

#[test]
fn e15_reports_are_never_unpacked() {
    let zip = "Content-Type: application/zip; name=\"x!desk.test!1!2.zip\"\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBBQAAAAA";
    let report = format!("From: noreply-dmarc@big.test\r\nSubject: Report domain: desk.test Submitter: big.test Report-ID: 7\r\n{zip}");
    let read = reads(&[report.as_bytes(), b"\r\n"].concat());
    assert_eq!((read.kind, read.nature), (Kind::System, Nature::Notification));
    assert_eq!((read.attachments.len(), read.attachments[0].size, read.text.as_str()), (1, 9, ""));
}

#[test]
fn e20_hops_are_counted() {
    let hops = "Received: from a by b; Tue, 15 Dec 2026 09:00:00 +0100\r\n".repeat(60);
    assert_eq!(reads(&mail(&format!("{hops}From: a@x.test"), "x")).hops, 60);
}

#[test]
fn g06_no_class_or_id_survives() {
    let safe =
        sanitise("<div class=gmail_quote id=x style='display:none'>hidden until quoted</div><p class=a>b</p>", &Limits::default()).unwrap();
    assert!(!safe.as_str().contains("class") && !safe.as_str().contains("id=") && !safe.as_str().contains("style"));
}

#[test]
fn g07_invisible_text_is_not_read() {
    let text = html("<p>Seen</p><p style='font-size:0px'>small</p><p style=\"display: none\">gone</p><div hidden>attribute</div>").text;
    assert_eq!(text.trim(), "Seen");
    let flood = html(&format!("<p>Before</p>{}<p>After</p>", "&zwnj;".repeat(10_000)));
    assert!(flood.text.contains("Before") && flood.text.contains("After"));
}

#[test]
fn g09_bidi_marks_and_controls_are_gone() {
    let raw = "From: a@x.test\r\nSubject: =?utf-8?q?Pay_=E2=80=AEfdp=2Eexe_=1B[31mnow?=\r\nContent-Type: application/octet-stream; name=\"=?utf-8?q?invoice=E2=80=AEfdp.exe?=\"\r\n\r\nx";
    let read = reads(raw.as_bytes());
    assert_eq!(read.subject, "Pay fdp.exe [31mnow");
    assert_eq!(read.attachments[0].name, "invoicefdp.exe", "the true ending is what is seen");
    let body = reads("From: a@x.test\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\u{202e}dlrow \u{2066}x \x1b[0m".as_bytes());
    assert!(!body.text.contains(['\u{202e}', '\u{2066}', '\x1b']));
}

#[test]
fn g10_the_true_target_of_a_link_is_told() {
    let text = html("<a href=\"https://evil.test/l/x\">https://desk.test/l/x</a> <a href=\"https://desk.test@evil.test/\">desk</a>").text;
    assert!(text.contains("<https://evil.test/l/x>") && text.contains("<https://desk.test@evil.test/>"), "{text}");
    let text =
        html("<a href=\"https://desk.test.evil.test/\">desk.test</a> and <a href='https://www.desk.test/a/b?c=1'>desk.test/a…</a>").text;
    assert!(text.contains("<https://desk.test.evil.test/>") && !text.contains("<https://www.desk.test"), "{text}");
}

#[test]
fn g15_heavy_html_is_read_in_time() {
    let nested = "<div>".repeat(90_000) + "deep" + &"</div>".repeat(90_000);
    assert!(html(&nested).text.contains("deep"));
    html(&"<a href='https://x.test/'>link</a> ".repeat(6_000));
    html(&format!("<p>{}</p>", "x".repeat(900_000)));
    html(&"z\u{351}\u{34b}\u{357}".repeat(50_000));
    let large = html(&"<p>a</p>".repeat(400_000));
    assert!(large.text.is_empty() && large.remarks.iter().any(|remark| remark.code == "html-too-large"));
    assert_eq!(large.attachments.len(), 1, "too large to be rendered, and kept as a file");
}

/// A multipart/mixed of these parts.
fn mixed(parts: &[&str]) -> Vec<u8> {
    let parts: String = parts.iter().map(|part| format!("--b\r\n{part}\r\n")).collect();
    mail("From: a@x.test\r\nContent-Type: multipart/mixed; boundary=b", &format!("{parts}--b--"))
}

#[test]
fn row33_every_limit_can_be_set_and_holds() {
    let file = "Content-Type: application/pdf; name=a.pdf\r\n\r\nx";
    let limits = Limits { attachments: 2, ..Limits::default() };
    let read = bounded(&mixed(&[file; 5]), &limits);
    assert_eq!(read.attachments.len(), 2);
    assert_eq!(read.manifest.iter().filter(|leaf| leaf.fate == Fate::Refused).count(), 3, "what is refused is told");
    assert!(read.remarks.iter().any(|remark| remark.code == "attachments-cut"));

    let read = bounded(&mixed(&[file; 50]), &Limits { parts: 10, ..Limits::default() });
    assert!(read.attachments.len() < 10 && read.remarks.iter().any(|remark| remark.code == "parts-cut"));

    let long = "word ".repeat(10_000);
    let read = bounded(&mail("From: a@x.test", &long), &Limits { text: 1_000, ..Limits::default() });
    assert!(read.text.len() <= 1_000 && read.attachments.len() == 1, "the beginning is shown, the whole is a file");

    let ids: String = (0..500).map(|n| format!(" <{n}@x.test>")).collect();
    let read = bounded(&mail(&format!("From: a@x.test\r\nReferences:{ids}"), "x"), &Limits { references: 10, ..Limits::default() });
    assert_eq!((read.references.len(), read.references[9].as_str()), (10, "499@x.test"));

    let to: Vec<String> = (0..50).map(|n| format!("p{n}@x.test")).collect();
    let raw = format!("From: a@x.test\r\nTo: {}\r\n\r\nx", to.join(", "));
    assert_eq!(bounded(raw.as_bytes(), &Limits { recipients: 7, ..Limits::default() }).to.len(), 7);

    let raw = format!("From: a@x.test\r\nSubject: {}\r\nX-Last: 1\r\n\r\nbody", "s".repeat(90_000));
    let read = bounded(raw.as_bytes(), &Limits { header: 8_000, ..Limits::default() });
    assert!(read.subject.len() <= 8_000 && read.remarks.iter().any(|remark| remark.code == "header-cut") && read.text == "body");
    let read = bounded(raw.as_bytes(), &Limits { field: 500, ..Limits::default() });
    assert!(read.subject.len() <= 500 && read.remarks.iter().any(|remark| remark.code == "header-cut"));

    let deep = (0..10).fold(String::from("Content-Type: text/plain\r\n\r\nx"), |inner, n| {
        format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n{inner}\r\n--b{n}--")
    });
    let read = bounded(format!("From: a@x.test\r\n{deep}").as_bytes(), &Limits { depth: 3, ..Limits::default() });
    assert!(read.remarks.iter().any(|remark| remark.code == "depth-cut"));
    assert_eq!((read.attachments.len(), read.attachments[0].content_type.as_str()), (1, "multipart/mixed"), "the rest is one opaque part");
}

#[test]
fn row34_what_would_need_too_much_memory_stays_closed() {
    let text = mail("From: a@x.test", &"word ".repeat(100_000));
    let read = bounded(&text, &Limits { memory: 1 << 20, ..Limits::default() });
    assert_eq!((read.text.as_str(), read.attachments.len()), ("", 1));
    assert!(read.remarks.iter().any(|remark| remark.code == "memory-cut"));
}

/// The largest mails that are read whole, of the sorts that unfold most.
fn large() -> Vec<(&'static str, String)> {
    const SIZE: usize = 12 << 20;
    let of = |piece: &str| piece.repeat(SIZE / piece.len());
    let head = "From: a@x.test\nSubject: x\n";
    vec![
        ("lines", format!("{head}\n{}", of("\n"))),
        ("old line ends", format!("{head}\n{}", of("> a\n")).replace('\n', "\r")),
        (
            "latin",
            format!(
                "{head}Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n{}",
                of("=E9=E9=E9\n")
            ),
        ),
        ("paragraphs", format!("{head}Content-Type: text/html\n\n{}", "<p>a<img src=cid:a>".repeat(50_000))),
        ("parts", format!("{head}Content-Type: multipart/mixed; boundary=b\n\n{}", of("--b\n\nx\n"))),
        ("fields", format!("{head}{}\nx", of("X: y\n"))),
        ("files", format!("{head}\n{}", of(&format!("begin 644 x\n{}`\nend\n", "#0V%T\n".repeat(600_000))))),
        (
            "report",
            format!(
                "Return-Path: <>\nFrom: mailer-daemon@x.test\nSubject: failure notice\n\n{}",
                of("<a@b.test>: 550 5.1.1 no such user\n")
            ),
        ),
    ]
}

#[test]
fn row34_reading_the_largest_mails_holds_less_than_its_bound() {
    let folder = tempfile::tempdir().unwrap();
    for (name, raw) in large() {
        let path = folder.path().join("mail.eml");
        std::fs::write(&path, raw).unwrap();
        // The system refuses what goes beyond (RLIMIT_DATA, in KiB), and the program ends.
        let limit = Limits::default().memory >> 10;
        let script = format!("ulimit -d {limit} && exec \"$0\" inspect --json \"$1\"");
        let run = std::process::Command::new("sh").args(["-c", &script, env!("CARGO_BIN_EXE_guichet")]).arg(&path).output().unwrap();
        assert!(run.status.success(), "{name}: {:?} {}", run.status, String::from_utf8_lossy(&run.stderr));
    }
}

#[test]
fn row35_of_heavy_html_the_text_is_shown() {
    let told = |mail: &Incoming, code: &str| mail.html.is_none() && mail.remarks.iter().any(|remark| remark.code == code);
    let deep = "<div>".repeat(300) + "deep" + &"</div>".repeat(300);
    let links = "<p><a href='https://x.test/'>link</a></p>".repeat(501);
    assert!(told(&html(&deep), "html-too-deep") && html(&deep).text == "deep");
    assert!(told(&html(&links), "html-too-many-links") && html(&links).text.contains("link"));
    assert!(html(&"<p><a href='https://x.test/'>link</a></p>".repeat(499)).html.is_some());
    let raw = mail("From: a@x.test\nContent-Type: text/html", "<div><div><div><a href='https://x.test/'>x</a></div></div></div>");
    let narrow = Limits { html_depth: 2, html_links: 0, ..Limits::default() };
    assert_eq!(bounded(&raw, &narrow).remarks.iter().filter(|remark| remark.code.starts_with("html-too-")).count(), 2);
    let tiny = bounded(&raw, &Limits { html: 10, ..Limits::default() });
    assert!(tiny.text.is_empty() && tiny.attachments.len() == 1);
}

#[test]
fn row34_hostile_mails_take_no_longer_than_others_of_their_size() {
    let head = "From: a@x.test\r\nSubject: x\r\n";
    for bomb in [
        format!("{head}Content-Type: text/plain\r\n\r\n{}", "> ".repeat(100_000)),
        format!("{head}Content-Type: text/plain\r\n\r\n{}", ">\r\n".repeat(60_000)),
        format!("{head}Content-Type: text/plain\r\n\r\n{}", "On x wrote:\r\n".repeat(12_000)),
        format!("{head}Content-Type: text/plain\r\n\r\n{}", "begin 644 x\r\n".repeat(6_000)),
        format!("{head}Content-Type: text/plain\r\n\r\n{}", "a@b.test: 550 5.1.1 user unknown\r\n".repeat(6_000)),
        format!(
            "Return-Path: <>\r\nFrom: mailer-daemon@x.test\r\nSubject: failure notice\r\n\r\n{}",
            "<a@b.test>:\r\nno such user\r\n".repeat(20_000)
        ),
        format!(
            "Return-Path: <>\r\nFrom: mailer-daemon@x.test\r\nSubject: failure notice\r\n\r\n{}",
            "Final-Recipient: rfc822;a@b.test\r\n".repeat(20_000)
        ),
        format!("{head}Auto-Submitted: auto-replied\r\nSubject: Automatic reply: x\r\n\r\n{}", "until 3 January 2027 ".repeat(6_000)),
        format!("{head}To: {}\r\n\r\nx", "(".repeat(60_000)),
        format!("{head}Subject: {}\r\n\r\nx", "=?utf-8?q?=C3?= ".repeat(15_000)),
        format!("{head}Subject: {}\r\n\r\nx", "Re: ".repeat(8_000)),
        format!("{head}Subject: {}\r\n\r\nx", "[#".repeat(15_000)),
        format!("{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", "--b\r\nContent-Type: message/rfc822\r\n\r\n".repeat(20_000)),
        format!("{head}{}\r\n\r\nx", "X: y\r\n".repeat(6_000)),
    ] {
        reads(bomb.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn g02_what_is_safe_stays_as_it_is(pieces in proptest::collection::vec(piece(), 0..30)) {
        let html: String = pieces.concat();
        if let Some(once) = sanitise(&html, &Limits::default()) {
            let twice = sanitise(once.as_str(), &Limits::default());
            prop_assert_eq!(twice.as_ref().map(|safe| safe.as_str()), Some(once.as_str()));
        }
    }
}

/// Pieces of HTML that mean something to a parser.
fn piece() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "<p>",
        "</p>",
        "<div class=a>",
        "</div>",
        "<table>",
        "<tr>",
        "<td colspan=3>",
        "</table>",
        "<svg>",
        "<style>",
        "</style>",
        "<math><mtext>",
        "<noscript>",
        "<img src=cid:a alt=b>",
        "<img src=x onerror=y>",
        "<a href=javascript:x>",
        "</a>",
        "<!--",
        "-->",
        "<blockquote>",
        "</blockquote>",
        "&lt;script&gt;",
        "&amp;",
        "<ul><li>",
        "</ul>",
        "<pre>",
        "\n\n",
        "</pre>",
        "<b>",
        "<template>",
        "<form>",
        "<select><option>",
        "<textarea>",
    ]);
    prop_oneof![fixed.prop_map(str::to_owned), "[ a-z<>&\"'=/]{0,12}"]
}
