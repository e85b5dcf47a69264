//! Replies of many clients in many languages: every mail of `fixtures/reply` stands beside what must be read from it.
//!
//! Its `.toml` says `reply` (what is shown), `said` when that differs (the new words alone), how `quoted` begins, the whole
//! `signature`, and the kind of the `last` part when that matters.

use std::fs;
use std::path::{Path, PathBuf};

use guichet::mail::{Incoming, Limits, PartKind, read};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    reply: String,
    said: Option<String>,
    quoted: String,
    signature: String,
    last: Option<String>,
}

/// Mails and their expectations, in a stable order.
fn fixtures() -> Vec<(PathBuf, Expected)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reading/fixtures/reply")];
    let mut mails = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension().and_then(|extension| extension.to_str()) {
                None => folders.push(path),
                Some("eml") => mails.push(path),
                Some(_) => {}
            }
        }
    }
    mails.sort();
    let expected = |path: &PathBuf| toml::from_str(&fs::read_to_string(path.with_extension("toml")).unwrap()).unwrap();
    mails.into_iter().map(|path| (path.clone(), expected(&path))).collect()
}

/// Lines without white space at their ends, no-break spaces as spaces.
fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ").lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_matches('\n').to_owned()
}

fn faults(mail: &Incoming, expected: &Expected) -> Vec<String> {
    let mut faults = Vec::new();
    let mut compare = |what: &str, got: &str, want: &str| {
        if plain(got) != plain(want) {
            faults.push(format!("{what}:\n--- got\n{got}\n--- want\n{want}"));
        }
    };
    compare("reply", &mail.reply, &expected.reply);
    compare("said", &mail.said, expected.said.as_ref().unwrap_or(&expected.reply));
    compare("signature", &mail.signature, &expected.signature);
    if !plain(&mail.quoted).starts_with(&plain(&expected.quoted)) || expected.quoted.is_empty() && !mail.quoted.is_empty() {
        faults.push(format!("quoted:\n--- got\n{}\n--- want\n{}…", mail.quoted, expected.quoted));
    }
    let last = mail.parts.iter().rev().find(|part| matches!(part.kind, PartKind::Quoted | PartKind::Forwarded));
    if let Some(kind) = &expected.last
        && last.map(|part| serde_json::to_value(part.kind).unwrap()) != Some(kind.as_str().into())
    {
        faults.push(format!("last part is {last:?}"));
    }
    faults
}

#[test]
fn g08_replies_of_all_clients_and_languages() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 150, "{} fixtures", fixtures.len());
    let mut told = String::new();
    for (path, expected) in fixtures {
        let mail = read(&fs::read(&path).unwrap(), &Limits::default());
        for fault in faults(&mail, &expected) {
            told.push_str(&format!("\n=== {}\n{fault}\n", path.display()));
        }
    }
    assert!(told.is_empty(), "{told}");
}

#[test]
fn f01_endless_lines_are_read_once() {
    for piece in [
        "1\n",
        "> 1\n",
        "On 3 March 2025 at 10:12, J wrote:\n",
        "-- \n",
        "Best regards,\n",
        "-----\n",
        "x\n> y\n",
        "From: a@b.test\n",
        "Merci\nx\n",
    ] {
        let mail = format!("From: a@x.test\n\n{}", piece.repeat(200_000 / piece.len()));
        let started = std::time::Instant::now();
        let read = read(mail.as_bytes(), &Limits::default());
        assert!(started.elapsed() < std::time::Duration::from_secs(20), "{piece:?} took {:?}", started.elapsed());
        assert_eq!(read.parts.iter().map(|part| part.text.len()).sum::<usize>(), read.text.len());
    }
}

#[test]
fn g08_the_parts_of_a_mail_are_its_text() {
    for (path, _) in fixtures() {
        let mail = read(&fs::read(&path).unwrap(), &Limits::default());
        let joined: String = mail.parts.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(joined, mail.text, "{}", path.display());
    }
}
