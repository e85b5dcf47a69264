//! Scores on mails of other projects, when they are there: `GUICHET_CORPORA`, else `../shared/corpora`. Floors keep what was
//! reached; without the mails nothing is said. `cargo test --test reading corpora -- --nocapture` prints by source and tag.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use guichet::mail::{Author, Incoming, Limits, read};
use serde_json::{Value, json};

fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("GUICHET_CORPORA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    named.or(Some(beside)).filter(|path| path.join("bounce/manifest.jsonl").exists())
}

/// Right and wrong by what was asked, then by source and tag.
#[derive(Default)]
struct Scores {
    counts: BTreeMap<String, (u32, u32)>,
    lost_people: u32,
    missed_machines: u32,
}

impl Scores {
    fn add(&mut self, row: &Value, what: &str, right: bool) {
        let tags = row["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).map(|tag| format!("{what} #{tag}"));
        let source = format!("{what} @{}", row["source"].as_str().unwrap_or_default());
        for key in [what.to_owned(), source].into_iter().chain(tags) {
            let (good, all) = self.counts.entry(key).or_default();
            *good += u32::from(right);
            *all += 1;
        }
    }

    fn percent(&self, what: &str) -> f64 {
        let (right, all) = self.counts.get(what).copied().unwrap_or_default();
        if all == 0 { 100.0 } else { 100.0 * f64::from(right) / f64::from(all) }
    }

    fn print(&self) {
        for (what, (right, all)) in &self.counts {
            println!("{:5.1} % of {all:4}  {what}", 100.0 * f64::from(*right) / f64::from(*all));
        }
        println!("people taken for machines: {}, machines taken for people: {}", self.lost_people, self.missed_machines);
    }
}

fn each(root: &Path, corpus: &str, mut look: impl FnMut(&Value, &Value, &Incoming, &[u8])) {
    for line in fs::read_to_string(root.join(corpus).join("manifest.jsonl")).unwrap().lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let raw = fs::read(root.join(row["file"].as_str().unwrap())).unwrap();
        let mail = read(&raw, &Limits::default());
        look(&row, &row["expected"], &mail, &raw);
    }
}

fn has(list: &Value, value: &str) -> bool {
    list.as_array().is_some_and(|list| list.iter().any(|item| item.as_str() == Some(value)))
}

/// White space is no difference.
fn plain(text: &str) -> String {
    text.replace('\u{200b}', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn kinds(scores: &mut Scores, row: &Value, expected: &Value, mail: &Incoming) {
    let kind = json!(mail.kind).as_str().unwrap().to_owned();
    let stated = expected["kind"].as_str().unwrap_or_default();
    let right = match expected.get("kind_not") {
        Some(not) => !has(not, &kind),
        None => kind == stated || has(&expected["kind_ok"], &kind),
    };
    scores.add(row, &format!("kind {stated}"), right);
    let people = stated == "human" || has(&expected["kind_ok"], "human");
    scores.lost_people += u32::from(stated == "human" && !right);
    scores.missed_machines +=
        u32::from(matches!(stated, "bounce" | "auto-reply" | "system") && !people && matches!(&*kind, "human" | "list"));
}

fn bounces(scores: &mut Scores, row: &Value, expected: &Value, mail: &Incoming) {
    let report = mail.bounce.clone().unwrap_or_default();
    if expected["recipients"].as_array().is_some_and(|list| !list.is_empty()) {
        let right = report.recipient.as_deref().is_some_and(|recipient| has(&expected["recipients"], recipient));
        scores.add(row, "bounce recipient", right);
    }
    if let Some(permanent) = expected["permanent"].as_bool() {
        scores.add(row, "bounce permanent", report.permanent == Some(permanent));
    }
}

fn replies(scores: &mut Scores, row: &Value, expected: &Value, mail: &Incoming) {
    let tight = expected["ws_insensitive"].as_bool() == Some(true);
    let norm = |text: &str| if tight { plain(text).replace(' ', "") } else { plain(text) };
    let got = norm(&mail.reply);
    let list = |key: &str| expected[key].as_array().cloned().unwrap_or_default();
    let holds = |text: &Value| got.contains(&norm(text.as_str().unwrap_or_default()));
    let right = match expected.get("reply_any") {
        Some(accepted) => accepted.as_array().unwrap().iter().any(|text| norm(text.as_str().unwrap()) == got),
        None => list("contains").iter().all(holds) && !list("not_contains").iter().any(holds),
    };
    scores.add(row, "reply", right);
}

/// Fields that a source's own test states, but for those that only parsers agree on.
fn fields(scores: &mut Scores, row: &Value, expected: &Value, mail: &Incoming, raw: &[u8]) {
    let declared = read::declared(raw, mail, &Limits::default());
    let stated = |field: &str| expected.get(field).filter(|_| !has(&expected["consensus_fields"], field));
    if let Some(subject) = stated("subject") {
        scores.add(row, "mime stated", plain(subject.as_str().unwrap()) == plain(&declared.subject));
    }
    if let (Some(from), Author::One(author)) = (stated("from"), &mail.from) {
        scores.add(row, "mime stated", from["address"].as_str().unwrap().eq_ignore_ascii_case(author.address.as_str()));
    }
    if let Some(text) = stated("text") {
        scores.add(row, "mime stated", plain(text.as_str().unwrap()) == plain(&declared.text));
    }
    if let Some(parts) = stated("text_contains") {
        let text = plain(&declared.text);
        scores.add(row, "mime stated", parts.as_array().unwrap().iter().all(|part| text.contains(&plain(part.as_str().unwrap()))));
    }
    if let Some(count) = stated("attachment_count") {
        scores.add(row, "mime stated", count.as_u64() == Some(mail.attachments.len() as u64));
    }
    for want in stated("attachments").into_iter().flat_map(|list| list.as_array().unwrap()) {
        let sizes = mail.attachments.iter().filter_map(|file| read::part(raw, file.part)).map(|bytes| bytes.len() as u64);
        if let Some(size) = want["size"].as_u64() {
            scores.add(row, "mime stated", sizes.clone().any(|found| found == size));
        }
    }
}

#[test]
fn e10_corpora_are_understood_as_well_as_before() {
    let Some(root) = folder() else { return };
    let mut scores = Scores::default();
    each(&root, "auto", |row, expected, mail, _| kinds(&mut scores, row, expected, mail));
    each(&root, "bounce", |row, expected, mail, _| {
        kinds(&mut scores, row, expected, mail);
        bounces(&mut scores, row, expected, mail);
    });
    each(&root, "reply", |row, expected, mail, _| replies(&mut scores, row, expected, mail));
    each(&root, "mime", |row, expected, mail, raw| fields(&mut scores, row, expected, mail, raw));
    scores.print();
    let floors = [
        ("kind human", 99.0),
        ("kind bounce", 99.0),
        ("kind auto-reply", 94.0),
        ("kind list", 95.0),
        ("kind system", 90.0),
        ("bounce recipient", 98.0),
        ("bounce permanent", 98.0),
        ("reply", 92.0),
        ("mime stated", 93.5),
    ];
    for (what, floor) in floors {
        assert!(scores.percent(what) >= floor, "{what}: {:.1} %", scores.percent(what));
    }
    assert!(scores.lost_people == 0 && scores.missed_machines <= 3, "{} and {}", scores.lost_people, scores.missed_machines);
}
