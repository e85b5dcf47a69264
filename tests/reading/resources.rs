//! Cases of group K: what a hostile mail may cost, and where each limit begins.

use std::time::{Duration, Instant};

use guichet::mail::{Incoming, Limits, read};

/// For a test build on a busy machine; a release takes a hundredth of it. What takes the square of its size takes minutes.
const BOUND: Duration = Duration::from_secs(20);

fn timed(raw: &str, limits: &Limits) -> Incoming {
    let raw = raw.replace('\n', "\r\n");
    let started = Instant::now();
    let mail = read(raw.as_bytes(), limits);
    assert!(started.elapsed() < BOUND, "took {:?}", started.elapsed());
    mail
}

fn file(kind: &str, name: &str, content: &[u8]) -> String {
    let base64 = data_encoding::BASE64_MIME.encode(content).replace("\r\n", "\n");
    format!(
        "From: a@x.test\nTo: support@desk.test\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nVoir le fichier.\n--b\n\
         Content-Type: {kind}; name={name}\nContent-Disposition: attachment; filename={name}\nContent-Transfer-Encoding: base64\n\n{base64}\n--b--\n"
    )
}

#[test]
fn k02_an_archive_is_never_opened() {
    // A file stored without compression: whoever looked inside would find its words.
    let zip =
        [b"PK\x03\x04\x14\0\0\0\0\0".as_slice(), &[0; 16], b"\x05\0\0\0a.txtMots secrets du fichier", b"PK\x05\x06", &[0; 18]].concat();
    for (kind, name) in [("application/zip", "a.zip"), ("application/octet-stream", "42.zip"), ("text/plain", "a.txt.gz")] {
        let mail = timed(&file(kind, name, &zip), &Limits::default());
        assert_eq!((mail.attachments.len(), mail.attachments[0].size), (1, zip.len() as u64), "{kind}");
        assert_eq!(mail.said.trim(), "Voir le fichier.", "{kind}");
    }
}

#[test]
fn k03_a_picture_is_never_decoded() {
    // A PNG whose header claims 50,000 by 50,000 points, and an SVG whose entities would fill the memory.
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xc3\x50\0\0\xc3\x50\x08\x06\0\0\0";
    let svg = format!(
        "<!DOCTYPE svg [{}]><svg>&z;</svg>",
        (b'b'..=b'z')
            .map(|c| {
                let (name, inner) = (c as char, (c - 1) as char);
                format!("<!ENTITY {name} \"&{inner};&{inner};&{inner};&{inner};&{inner};&{inner};&{inner};&{inner};\">")
            })
            .collect::<String>()
    );
    for (kind, name, content) in [("image/png", "a.png", png.as_slice()), ("image/svg+xml", "a.svg", svg.as_bytes())] {
        let mail = timed(&file(kind, name, content), &Limits::default());
        assert_eq!((mail.attachments.len(), mail.attachments[0].size), (1, content.len() as u64), "{kind}");
    }
}

#[test]
fn k04_a_megabyte_of_anything_is_read_in_time() {
    const MEGABYTE: usize = 1 << 20;
    let of = |piece: &str| piece.repeat(MEGABYTE / piece.len());
    for raw in [
        format!("From: a@x.test\nSubject: {}\n\nx\n", of("Re: ")),
        format!("From: a@x.test\nSubject: x\n\n{}\n", of(">\n")),
        format!("From: a@x.test\nSubject: x\n\n{}\n", of("(")),
        format!("From: a@x.test\nTo: {}@x.test\nSubject: x\n\nx\n", of("a")),
        format!("From: a@x.test\nTo: {}\nSubject: x\n\nx\n", of("(")),
    ] {
        timed(&raw, &Limits::default());
    }
}

#[test]
fn k08_of_a_hundred_thousand_recipients_some_are_read() {
    let to: Vec<String> = (0..100_000).map(|n| format!("p{n}@x.test")).collect();
    let mail = timed(&format!("From: a@x.test\nTo: {}\nSubject: x\n\nx\n", to.join(",\n ")), &Limits::default());
    assert!(!mail.to.is_empty() && mail.to.len() + mail.cc.len() <= Limits::default().recipients, "{}", mail.to.len());
    assert!(mail.remarks.iter().any(|remark| remark.code.ends_with("-cut")), "{:?}", mail.remarks);
}

#[test]
fn k11_each_limit_begins_where_it_says() {
    let usual = Limits::default;
    let people = |n: usize| format!("From: a@x.test\nTo: {}\n\nx\n", (0..n).map(|k| format!("p{k}@x.test")).collect::<Vec<_>>().join(", "));
    let files = |n: usize| {
        let part = "--b\nContent-Type: application/pdf; name=a.pdf\n\nx\n";
        format!("From: a@x.test\nContent-Type: multipart/mixed; boundary=b\n\n{}--b--\n", part.repeat(n))
    };
    let text = |n: usize| format!("From: a@x.test\n\n{}", "x".repeat(n));
    let ids = |n: usize| format!("From: a@x.test\nReferences:{}\n\nx\n", (0..n).map(|k| format!(" <{k}@x.test>")).collect::<String>());
    for n in [6, 7, 8] {
        let whole = n.min(7);
        assert_eq!(timed(&people(n), &Limits { recipients: 7, ..usual() }).to.len(), whole, "recipients {n}");
        assert_eq!(timed(&files(n), &Limits { attachments: 7, ..usual() }).attachments.len(), whole, "attachments {n}");
        assert_eq!(timed(&ids(n), &Limits { references: 7, ..usual() }).references.len(), whole, "references {n}");
        let read = timed(&text(n), &Limits { text: 7, ..usual() });
        assert_eq!((read.text.trim_end().len() <= 7, read.attachments.is_empty()), (true, n <= 7), "text {n}");
    }
    for limits in [Limits { recipients: 0, ..usual() }, Limits { attachments: 0, ..usual() }, Limits { references: 0, ..usual() }] {
        let none = [people(3), files(3), ids(3)].map(|raw| timed(&raw, &limits));
        assert!(none[0].to.len() <= limits.recipients && none[1].attachments.len() <= limits.attachments.max(limits.attachments));
        assert!(none[2].references.len() <= limits.references, "0 is none");
    }
}
