//! Logs: structured, to standard error, one line per event whatever foreign text is in it (CASEBOOK L03).
//!
//! The mail libraries print passwords and whole mails below `info` (CASEBOOK L01): they are capped there, whatever the
//! filter says.

use std::borrow::Cow;
use std::io::{self, Write};

use tracing::{Level, Metadata};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::prelude::*;
use tracing_subscriber::{EnvFilter, fmt};

use crate::address::is_invisible;
use crate::config::one_line;
use crate::config::written::{Log, LogFormat, LogLevel};

/// Environment variable with a filter in tracing's words (`guichet::intake=debug`); it wins over the configuration.
const FILTER: &str = "GUICHET_LOG";
/// Environment variable with the format, `text` or `json`; it wins over the configuration.
const FORMAT: &str = "GUICHET_LOG_FORMAT";
/// Libraries that print secrets or mails below `info`.
const CAPPED: [&str; 4] = ["async_imap", "imap_proto", "lettre", "rustls"];

/// Starts logging. Later calls change nothing. `louder` is how often `-v` was given, minus `-q`.
pub fn start(log: Log, louder: i8) {
    let json = match std::env::var(FORMAT).as_deref() {
        Ok("json") => true,
        Ok("text") => false,
        _ => log.format == LogFormat::Json,
    };
    let filter = match std::env::var(FILTER) {
        Ok(words) if !words.is_empty() => EnvFilter::new(words),
        _ => EnvFilter::new(words(log.level, louder)),
    };
    let lines = fmt::layer().with_writer(OneLine { json }).with_ansi(false);
    let base = tracing_subscriber::registry().with(filter).with(filter_fn(is_harmless));
    // An earlier start stands: tests and commands may come here twice.
    let _ = if json { base.with(lines.json().flatten_event(true)).try_init() } else { base.with(lines).try_init() };
}

/// The library at `info` and Guichet itself as loud as asked.
fn words(level: LogLevel, louder: i8) -> String {
    let configured = match level {
        LogLevel::Error => 0,
        LogLevel::Warn => 1,
        LogLevel::Info => 2,
        LogLevel::Debug => 3,
    };
    let steps = ["error", "warn", "info", "debug", "trace"];
    let wanted = usize::try_from(configured + louder).unwrap_or(0).min(steps.len() - 1);
    format!("{},guichet={}", steps[wanted.min(2)], steps[wanted])
}

fn is_harmless(event: &Metadata<'_>) -> bool {
    let capped = CAPPED.iter().any(|library| event.target().split("::").next() == Some(library));
    !capped || *event.level() <= Level::INFO
}

/// Bytes of one event that are written: whatever a server or a mail says, a line stays a line (CASEBOOK K09).
const EVENT_MAX: usize = 8 << 10;

/// Writes each event as one line.
#[derive(Debug, Clone, Copy)]
struct OneLine {
    json: bool,
}

impl<'a> MakeWriter<'a> for OneLine {
    type Writer = Escaping<io::Stderr>;
    fn make_writer(&'a self) -> Self::Writer {
        Escaping { out: io::stderr(), json: self.json }
    }
}

impl<W> Escaping<W> {
    /// The beginning of a long event; as JSON a text in an object of its own, for half an object is none.
    fn shortened<'a>(&self, event: &'a [u8]) -> Cow<'a, str> {
        let text = String::from_utf8_lossy(&event[..event.len().min(EVENT_MAX)]);
        match event.len() > EVENT_MAX {
            true if self.json => serde_json::json!({ "cut": text }).to_string().into(),
            true => format!("{text}…").into(),
            false => text,
        }
    }
}

/// Passes on whole events (the subscriber writes each at once), with controls and bidi marks made visible.
#[derive(Debug)]
struct Escaping<W> {
    out: W,
    json: bool,
}

impl<W: Write> Write for Escaping<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = self.shortened(event);
        let line = text.trim_end_matches('\n');
        let odd = |c: char| c.is_control() || is_invisible(c);
        match line.chars().any(odd) {
            // All of these are in the basic plane, and in JSON they can only stand inside a text.
            true if self.json => {
                let escaped = line.chars().map(|c| if odd(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() });
                writeln!(self.out, "{}", escaped.collect::<String>())?;
            }
            true => writeln!(self.out, "{}", one_line(line))?,
            false => writeln!(self.out, "{line}")?,
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l03_an_event_is_one_line() {
        let written = |event: &str, json| {
            let mut escaping = Escaping { out: Vec::new(), json };
            escaping.write_all(event.as_bytes()).unwrap();
            String::from_utf8(escaping.out).unwrap()
        };
        let forged = "INFO subject=a\r\nINFO forged\u{1b}[2J\u{202e}x\n";
        assert_eq!(written(forged, false), "INFO subject=a\\r\\nINFO forged\\u{1b}[2J\\u{202e}x\n");
        assert_eq!(written("INFO déjà vu\n", false), "INFO déjà vu\n");
        let line = written("{\"subject\":\"a\u{202e}b\"}\n", true);
        assert_eq!(line, "{\"subject\":\"a\\u202eb\"}\n");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap()["subject"], "a\u{202e}b");
    }

    #[test]
    fn k09_a_header_of_a_hundred_megabytes_is_a_short_line() {
        for json in [false, true] {
            let mut escaping = Escaping { out: Vec::new(), json };
            let event = format!("{{\"said\":\"{}\"}}\n", "é\u{1b}".repeat(10 << 20));
            escaping.write_all(event.as_bytes()).unwrap();
            let line = String::from_utf8(escaping.out).unwrap();
            assert!(line.len() < 8 * EVENT_MAX && line.lines().count() == 1, "{}", line.len());
            assert!(!json || serde_json::from_str::<serde_json::Value>(&line).is_ok());
        }
    }

    #[test]
    fn louder_and_quieter() {
        assert_eq!(words(LogLevel::Info, 0), "info,guichet=info");
        assert_eq!(words(LogLevel::Info, 2), "info,guichet=trace");
        assert_eq!(words(LogLevel::Info, -9), "error,guichet=error");
        assert_eq!(words(LogLevel::Debug, 9), "info,guichet=trace");
    }

    /// What an event of a library would come to, at the loudest filter there is.
    fn comes_through(target: &'static str, level: Level) -> bool {
        use std::sync::{Arc, Mutex};
        #[derive(Clone, Default)]
        struct Kept(Arc<Mutex<Vec<u8>>>);
        impl Write for Kept {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.lock().unwrap().extend_from_slice(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let kept = Kept::default();
        let writer = kept.clone();
        let layers = tracing_subscriber::registry()
            .with(EnvFilter::new("trace,async_imap::client=trace"))
            .with(filter_fn(is_harmless))
            .with(fmt::layer().with_writer(move || writer.clone()));
        tracing::subscriber::with_default(layers, || match (target, level) {
            ("async_imap::client", Level::TRACE) => tracing::trace!(target: "async_imap::client", "LOGIN hunter2"),
            ("lettre", Level::DEBUG) => tracing::debug!(target: "lettre::transport", "AUTH hunter2"),
            _ => tracing::trace!(target: "guichet::intake", "a pass"),
        });
        let bytes = kept.0.lock().unwrap();
        !bytes.is_empty()
    }

    #[test]
    fn l01_the_libraries_are_capped_whatever_the_filter_says() {
        assert!(!comes_through("async_imap::client", Level::TRACE));
        assert!(!comes_through("lettre", Level::DEBUG));
        assert!(comes_through("guichet", Level::TRACE));
    }
}
