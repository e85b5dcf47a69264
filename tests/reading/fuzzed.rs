//! The fuzz targets on stable: our own mails and the saved seeds, and a few thousand mutations of them, always the same
//! ones. With coverage, for hours: `cargo +nightly fuzz run <target>`.

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Mutations of all seeds of one target, unless its time is over first.
const MUTATIONS: u32 = 4_000;
/// A few seconds each.
const TIME: Duration = Duration::from_secs(4);
/// Bytes of a mutated input at most.
const INPUT_MAX: usize = 64 << 10;

fn seeds(folder: &str, seeds: &mut Vec<Vec<u8>>) {
    let Ok(entries) = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) else { return };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    paths.sort();
    let kept = |path: &&std::path::PathBuf| path.extension().is_none_or(|extension| extension != "toml");
    seeds.extend(paths.iter().filter(kept).map(|path| fs::read(path).unwrap()));
}

/// Xorshift: the same numbers each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// What breaks parsers more often than chance does.
const WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\n\n",
    b"\0",
    b"=?utf-8?b?",
    b"?=",
    b"--b",
    b"--",
    b"boundary=",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"<",
    b">",
    b"\"",
    b"(((",
    b"@",
    b"\xff\xfe",
    b"\xe2\x80\xae",
    b"=",
    b"&#x110000;",
    b"<table><td colspan=0>",
    b"<svg><style>",
    b"]]>",
    b"begin 644 x\n",
    b"#close",
    b"[#",
    b"99999999999999999999",
    b"Status: 5.1.1\r\n",
    b"Final-Recipient: rfc822;",
    b"> ",
    b"On x wrote:",
    b"\x1b$B",
    b"+AOk-",
];

fn mutate(seed: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut out = seed.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(out.len() + 1);
        let end = (at + numbers.below(40)).min(out.len());
        match numbers.below(6) {
            0 => drop(out.splice(at..end, [])),
            1 => drop(out.splice(at..at, WORDS[numbers.below(WORDS.len())].iter().copied())),
            2 => out.truncate(at),
            3 if at < out.len() => out[at] = numbers.below(256) as u8,
            4 => {
                let piece = out[at..end].to_vec();
                out.splice(at..at, piece.repeat(1 + numbers.below(30)));
            }
            _ => {
                let from = numbers.below(other.len() + 1);
                out.splice(at..end, other[from..(from + numbers.below(200)).min(other.len())].iter().copied());
            }
        }
    }
    out.truncate(INPUT_MAX);
    out
}

fn run(name: &str, target: fn(&[u8])) {
    let mut list = vec![Vec::new()];
    seeds(&format!("fuzz/seeds/{name}"), &mut list);
    if matches!(name, "read" | "kind" | "bounce" | "quote") {
        ["kind", "bounce", "mime"].iter().for_each(|folder| seeds(&format!("tests/reading/fixtures/{folder}"), &mut list));
    }
    list.iter().for_each(|seed| target(seed));
    let (mut numbers, started) = (Numbers(0x9e37_79b9_7f4a_7c15), Instant::now());
    for _ in 0..MUTATIONS {
        let (one, other) = (numbers.below(list.len()), numbers.below(list.len()));
        target(&mutate(&list[one], &list[other], &mut numbers));
        if started.elapsed() > TIME {
            break;
        }
    }
}

#[test]
fn f22_fuzzed_read() {
    run("read", targets::read_mail);
}

#[test]
fn f22_fuzzed_quote() {
    run("quote", targets::quote);
}

#[test]
fn f22_fuzzed_kind() {
    run("kind", targets::kind);
}

#[test]
fn f22_fuzzed_bounce() {
    run("bounce", targets::bounce);
}

#[test]
fn d_fuzzed_command() {
    run("command", targets::command);
}

#[test]
fn g02_fuzzed_html() {
    run("html", targets::html);
}

#[test]
fn f18_fuzzed_address() {
    run("address", targets::address);
}

#[test]
fn c08_fuzzed_token() {
    run("token", targets::token);
}
