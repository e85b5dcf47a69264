//! How fast mails are read, beside the parser alone: `GUICHET_MAILS=DIR cargo bench --bench reading`.
//!
//! Without a folder the tests' own mails are read. One core; the two alternate in each round, and medians are told: on a
//! shared machine the ratio holds better than the figures. The parser decodes attachments, Guichet measures them; Guichet finds
//! new words, quotes, signature, kind, language and safe names, the parser none of these.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use guichet::mail::{Limits, read};

/// Rounds of each.
const ROUNDS: usize = 9;

fn main() -> std::io::Result<()> {
    let folder = std::env::var_os("GUICHET_MAILS").map_or_else(|| PathBuf::from("tests/reading/fixtures"), PathBuf::from);
    let mut mails = Vec::new();
    collect(&folder, &mut mails)?;
    if mails.is_empty() {
        println!("no mails in {}", folder.display());
        return Ok(());
    }
    let (mut ours, mut parsers) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(time(|| mails.iter().for_each(|raw| drop(black_box(read(raw, &Limits::default()))))));
        parsers.push(time(|| mails.iter().for_each(|raw| drop(black_box(mail_parser::MessageParser::default().parse(&raw[..]))))));
    }
    let (ours, parser) = (median(&mut ours), median(&mut parsers));
    let octets: usize = mails.iter().map(Vec::len).sum();
    println!("{} mails of {} octets on average", mails.len(), octets / mails.len());
    println!("read:        {:>8.0} mails/s", mails.len() as f64 / ours.as_secs_f64());
    println!("mail-parser: {:>8.0} mails/s", mails.len() as f64 / parser.as_secs_f64());
    println!("read takes {:.2} times as long", ours.as_secs_f64() / parser.as_secs_f64());
    Ok(())
}

fn collect(folder: &Path, mails: &mut Vec<Vec<u8>>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => collect(&path, mails)?,
            false if path.extension().is_none_or(|extension| extension != "toml" && extension != "jsonl") => {
                mails.push(std::fs::read(&path)?)
            }
            false => {}
        }
    }
    Ok(())
}

fn time(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn median(rounds: &mut [Duration]) -> Duration {
    rounds.sort();
    rounds[rounds.len() / 2]
}
