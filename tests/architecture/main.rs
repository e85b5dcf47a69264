//! The house keeps its order: imports point inward, worlds stay at the edges, files stay small and say what they are.
//!
//! What clippy can check (function length, parameters, `unwrap`, `unsafe`) is left to clippy.

#![allow(clippy::unwrap_used)]

mod source;

use source::{File, files};

/// Every module of the crate, and what it may import besides itself. A new one needs a line here.
const ROOMS: &[(&str, &[&str])] = &[
    ("address", &[]),
    ("proof", &[]),
    ("desk", &["address", "proof"]),
    ("mail", &["address"]),
    ("knowledge", &["address", "mail"]),
    ("site", &["address", "desk", "mail"]),
    ("ports", &["address", "mail"]),
    ("notifications", &["address", "proof", "desk", "mail", "knowledge", "site"]),
    ("routing", &["address", "proof", "desk", "mail", "knowledge", "site"]),
    ("store", &["address", "proof", "desk", "mail", "knowledge", "ports"]),
    ("gateway", &["address", "proof", "desk", "mail", "knowledge", "site", "ports", "notifications", "routing", "store"]),
    ("signatures", &["address", "mail", "ports"]),
    ("tls", &[]),
    ("intake", &["address", "mail", "ports", "gateway", "tls"]),
    ("delivery", &["address", "mail", "ports", "gateway", "tls"]),
    ("web", &["address", "proof", "desk", "mail", "knowledge", "site", "ports", "notifications", "store", "gateway"]),
    ("config", &["address", "desk", "mail", "knowledge", "site", "tls", "intake", "delivery"]),
    ("cli", EVERYTHING),
];

/// What the outermost room may import.
const EVERYTHING: &[&str] = &[
    "address",
    "proof",
    "desk",
    "mail",
    "knowledge",
    "site",
    "ports",
    "notifications",
    "routing",
    "store",
    "gateway",
    "signatures",
    "tls",
    "intake",
    "delivery",
    "web",
    "config",
];

/// Rooms that only compute.
const PURE: [&str; 7] = ["address", "proof", "desk", "mail", "knowledge", "routing", "notifications"];

/// What only some places may name: the words, and where.
const WORLDS: &[(&[&str], &[&str])] = &[
    (&["rusqlite"], &["store/"]),
    (&["INSERT INTO ", "DELETE FROM ", " WHERE ", " ORDER BY ", "PRAGMA "], &["store/"]),
    (&["mail_auth"], &["signatures/"]),
    (&["async_imap"], &["intake/", "cli/logs.rs"]),
    (&["lettre::transport", "AsyncSmtp"], &["delivery/", "cli/"]),
    (&["axum", "tower_http"], &["web/", "cli/"]),
    (&["clap::", "indicatif"], &["cli/"]),
    (&["println!", "eprintln!", "print!(", "eprint!("], &["cli/"]),
    (
        &["Timestamp::now", "SystemTime::now", "Instant::now", "Zoned::now", "getrandom"],
        &["gateway/clock.rs", "signatures/", "intake/", "delivery/", "web/", "cli/"],
    ),
    (&["std::env", "env::var"], &["config/", "cli/", "main.rs"]),
];

/// What pure rooms may not even name.
const IMPURE: [&str; 10] =
    ["std::fs", "std::net", "std::env", "std::process", "std::thread", "tokio", "axum", "std::io::stdin", "tracing", "std::time::Instant"];

/// Lines that a source file has at most.
const FILE_LINES: usize = 400;

/// Files that are still longer, and how long they may be. This list only shrinks.
const LONGER: &[(&str, usize)] = &[];

/// Faults of all files by `check`, with the file's name.
fn each(check: impl Fn(&File) -> Vec<String>) {
    let told = |file: &File| check(file).into_iter().map(|fault| format!("{}: {fault}", file.name)).collect::<Vec<_>>();
    let faults: Vec<String> = files("src").iter().flat_map(told).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn imports_point_inward() {
    each(|file| {
        let Some((_, may)) = ROOMS.iter().find(|(room, _)| *room == file.room()) else {
            return if file.is_root() { vec![] } else { vec!["this room has no line in ROOMS".to_owned()] };
        };
        let imported = file.imports();
        let bad = imported.iter().filter(|room| *room != file.room() && !may.contains(&room.as_str()));
        bad.map(|room| format!("{} may not know {room}", file.room())).collect()
    });
}

#[test]
fn rooms_are_left_by_the_front_door() {
    each(|file| {
        let paths = file.code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
        let climbs = paths.map(|path| path.matches("super::").count()).max().unwrap_or(0);
        let out = !file.is_root() && climbs >= file.depth();
        out.then(|| "super:: leads out of the room: say crate::".to_owned()).into_iter().collect()
    });
}

#[test]
fn each_world_has_one_place() {
    each(|file| {
        let here = |places: &[&str]| places.iter().any(|place| file.name.starts_with(&format!("src/{place}")));
        let shut = WORLDS.iter().filter(|(_, places)| !here(places));
        let named = shut.flat_map(|(words, places)| words.iter().filter(|word| file.code.contains(**word)).map(move |word| (word, places)));
        named.map(|(word, places)| format!("{word:?} belongs to {}", places.join(", "))).collect()
    });
}

#[test]
fn pure_rooms_know_no_world() {
    each(|file| {
        let words = IMPURE.iter().filter(|word| PURE.contains(&file.room()) && file.names(word));
        words.map(|word| format!("a pure room names {word}")).collect()
    });
}

#[test]
fn files_say_what_they_are_and_stay_small() {
    each(|file| {
        let header = (!file.whole.starts_with("//! ")).then(|| "no //! header".to_owned());
        let lines = file.whole.lines().count();
        let most = LONGER.iter().find(|(name, _)| *name == file.name).map_or(FILE_LINES, |(_, most)| *most);
        let long = (lines > most).then(|| format!("{lines} lines; {most} at most"));
        header.into_iter().chain(long).collect()
    });
}

#[test]
fn functions_fit_a_screen() {
    let mut lengths: Vec<usize> = files("src").iter().flat_map(File::functions).collect();
    lengths.sort_unstable();
    let share = |percent: usize| lengths[(lengths.len() - 1) * percent / 100];
    assert!(share(50) <= 12, "the median function has {} lines", share(50));
    assert!(share(90) <= 35, "one function in ten has over {} lines", share(90));
    assert!(share(100) <= 70, "a function has {} lines", share(100));
}

/// Texts for people live in templates/. A text of five words that begins like a sentence is one; errors are for administrators.
#[test]
fn pure_rooms_speak_to_nobody() {
    each(|file| {
        let speaks = |text: &String| {
            let words = text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
            words >= 5 && text.chars().next().is_some_and(char::is_uppercase)
        };
        let texts = if PURE.contains(&file.room()) { file.texts() } else { vec![] };
        texts.into_iter().filter(speaks).map(|text| format!("a sentence for people: {text:?}")).collect()
    });
}

#[test]
fn nothing_is_left_undone() {
    each(|file| {
        let words = ["TODO", "FIXME", "XXX"].into_iter().filter(|word| file.whole.contains(word));
        let calls = ["todo!", "unimplemented!", ".expect(", "unsafe {", "dbg!"].into_iter().filter(|call| file.code.contains(call));
        words.chain(calls).map(|mark| format!("{mark} outside tests")).collect()
    });
}

#[test]
fn the_lints_that_we_rely_on_are_on() {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    for lint in ["unsafe_code = \"forbid\"", "unwrap_used = \"warn\"", "too_many_lines = \"warn\"", "missing_docs = \"warn\""] {
        assert!(manifest.contains(lint), "Cargo.toml: {lint}");
    }
    assert!(!manifest.contains("panic = \"abort\""), "a mail that panics the reader must be parked, not end the program");
}

#[test]
fn l15_what_was_mended_elsewhere_is_mended_here() {
    let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).unwrap();
    let version = |name: &str| -> Vec<u32> {
        let at = lock.find(&format!("name = \"{name}\"\nversion = \"")).unwrap_or_else(|| panic!("{name} is not among the dependencies"));
        let rest = lock[at..].split('"').nth(3).unwrap();
        rest.split('.').map_while(|number| number.parse().ok()).collect()
    };
    assert!(version("ammonia") >= vec![4, 2, 4], "ammonia before it let some HTML through");
    assert!(version("lettre") >= vec![0, 11, 23], "RUSTSEC-2026-0561");
    assert!(version("rustls") >= vec![0, 23], "older ones are not mended");
    assert!(!lock.contains("name = \"openssl\""), "one TLS in the house");
    let gate = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml")).unwrap();
    assert!(gate.contains("[advisories]") && gate.contains("yanked = \"deny\"") && gate.contains("ignore = []"));
}

#[test]
fn l17_no_page_connects_anywhere() {
    each(|file| {
        let words = ["TcpStream::connect", "lookup_host", "crate::intake", "crate::delivery", "hyper::client"];
        let web = file.whole.contains("use ") && file.name.contains("src/web/");
        words.iter().filter(|word| web && file.code.contains(**word)).map(|word| format!("{word} in a page")).collect()
    });
}
