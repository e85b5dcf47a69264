//! Our own mails with what must be understood of each beside it: `fixtures/{kind,bounce,mime}/<name>.eml` and `.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use guichet::mail::{Author, Incoming, Limits, read};
use serde_json::{Value, json};

/// Folders, and how many mails each has at least.
const FOLDERS: [(&str, usize); 3] = [("kind", 110), ("bounce", 70), ("mime", 60)];

fn mails(folder: &str) -> Vec<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reading/fixtures").join(folder);
    let mut mails: Vec<PathBuf> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    mails.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    mails.sort();
    mails
}

/// What was understood, by the names that the expectations use.
fn understood(mail: &Incoming, key: &str) -> Value {
    let bounce = json!(mail.bounce);
    match key {
        "kind" => json!(mail.kind),
        "nature" => json!(mail.nature),
        "returns" => json!(mail.returns),
        "text" => json!(mail.text),
        "language" => json!(mail.language),
        "subject" => json!(mail.subject),
        "subject_core" => json!(mail.subject_core),
        "from_name" => match &mail.from {
            Author::One(mailbox) => json!(mailbox.name),
            _ => Value::Null,
        },
        "from_address" => json!(mail.from.address().map(|address| address.as_str())),
        "ambiguous" => json!(matches!(mail.from, Author::Ambiguous(_))),
        "remarks" => json!(mail.remarks.iter().map(|remark| remark.code).collect::<Vec<_>>()),
        "attachment_names" => json!(mail.attachments.iter().map(|file| &file.name).collect::<Vec<_>>()),
        "attachment_count" => json!(mail.attachments.len()),
        "inline" => json!(mail.attachments.iter().filter(|file| file.inline).map(|file| &file.name).collect::<Vec<_>>()),
        "fates" => json!(mail.manifest.iter().map(fate).collect::<Vec<_>>()),
        "attachments" => {
            let told =
                |file: &guichet::mail::Attachment| json!({ "name": file.name, "content_type": file.content_type, "size": file.size });
            json!(mail.attachments.iter().map(told).collect::<Vec<_>>())
        }
        key => bounce.get(key).cloned().unwrap_or_else(|| panic!("unknown expectation {key}")),
    }
}

fn fate(leaf: &guichet::mail::Leaf) -> String {
    format!("{} {}", json!(leaf.fate).as_str().unwrap(), leaf.why)
}

/// Every expectation that does not hold.
fn faults(path: &Path) -> Vec<String> {
    let raw = fs::read(path).unwrap();
    let expected: toml::Table = fs::read_to_string(path.with_extension("toml")).unwrap().parse().unwrap();
    let mail = read(&raw, &Limits::default());
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let mut faults = Vec::new();
    for (key, want) in &expected {
        let want = serde_json::to_value(want).unwrap();
        if key == "text_contains" {
            let missing: Vec<_> = want.as_array().unwrap().iter().filter(|text| !mail.text.contains(text.as_str().unwrap())).collect();
            faults.extend(missing.iter().map(|text| format!("{name}: {text} is not in {:?}", mail.text)));
            continue;
        }
        let got = understood(&mail, key);
        if got != want {
            faults.push(format!("{name}: {key} is {got}, expected {want} ({:?})", mail.evidence));
        }
    }
    for file in &mail.attachments {
        let size = read::part(&raw, file.part).map(|bytes| bytes.len() as u64);
        if size != Some(file.size) {
            faults.push(format!("{name}: {} has {size:?} bytes, not {}", file.name, file.size));
        }
    }
    faults
}

fn check(folder: &str) {
    let mails = mails(folder);
    let least = FOLDERS.iter().find(|(name, _)| *name == folder).unwrap().1;
    assert!(mails.len() >= least, "{} mails in {folder}", mails.len());
    let faults: Vec<String> = mails.iter().flat_map(|path| faults(path)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn e01_e06_e13_e14_kinds_of_our_own_mails() {
    check("kind");
}

#[test]
fn e07_e09_e10_reports_of_our_own() {
    check("bounce");
}

#[test]
fn f05_f06_f12_f13_f17_structures_of_our_own() {
    check("mime");
}
