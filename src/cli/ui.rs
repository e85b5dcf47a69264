//! What commands print: lines for people, JSON for scripts, progress on long work. Results go to standard output;
//! progress, warnings and errors to standard error.

use std::io::{self, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

pub use crate::config::one_line;

/// Prints a line. A reader that went away (`| head`) is no error.
pub fn say(text: impl AsRef<str>) {
    // Nothing can be told to whoever closed the pipe.
    let _ = writeln!(io::stdout().lock(), "{}", text.as_ref());
}

/// Prints a value as one line of JSON.
pub fn json(value: &impl Serialize) -> anyhow::Result<()> {
    say(serde_json::to_string(value)?);
    Ok(())
}

/// Prints a line to standard error, for what is no result.
pub fn note(text: impl AsRef<str>) {
    let _ = writeln!(io::stderr().lock(), "{}", text.as_ref());
}

/// Prints the beginning of a line that the person at the terminal ends.
pub fn prompt(text: &str) {
    let mut out = io::stderr().lock();
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}

/// A bar for work of known length, on standard error; nothing is drawn when that is no terminal.
pub fn bar(what: &'static str, length: u64) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {per_sec} {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_message(what)
}

/// A spinner for work of unknown length.
pub fn spinner(what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg} {pos}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    let spinner = ProgressBar::new_spinner().with_style(style).with_message(what);
    spinner.enable_steady_tick(Duration::from_millis(200));
    spinner
}
