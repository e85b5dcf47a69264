//! Questions on a terminal. Where there is none, what is missing is remembered.

use std::fmt::Display;
use std::io::{self, BufRead, IsTerminal};
use std::str::FromStr;

use crate::cli::ui;

/// A run of questions.
pub struct Asking {
    terminal: bool,
    missing: Vec<&'static str>,
}

impl Asking {
    /// Asks when standard input is a terminal.
    pub fn new() -> Asking {
        Asking { terminal: io::stdin().is_terminal(), missing: Vec::new() }
    }

    /// The flag's value, or the answer to `question`; an empty answer takes `usual`. Asks again while the answer cannot
    /// be read. `None` when nobody can be asked.
    pub fn answer<T: FromStr<Err: Display>>(
        &mut self,
        flag: &'static str,
        question: &str,
        given: Option<T>,
        usual: Option<String>,
    ) -> Option<T> {
        if given.is_some() {
            return given;
        }
        while let Some(line) = self.ask(question, usual.as_deref()) {
            let answer = if line.is_empty() { usual.clone().unwrap_or_default() } else { line };
            match answer.parse() {
                Ok(value) if !answer.is_empty() => return Some(value),
                Ok(_) => {}
                Err(reason) => ui::note(format!("  {reason}")),
            }
        }
        self.missing.push(flag);
        None
    }

    /// A value that is not asked for where nobody can be asked.
    pub fn quiet<T>(&self, usual: impl FnOnce() -> T) -> Option<T> {
        (!self.terminal).then(usual)
    }

    /// Flags that were not given, and could not be asked for.
    pub fn missing(&self) -> String {
        self.missing.iter().map(|flag| format!("--{flag}")).collect::<Vec<_>>().join(", ")
    }

    /// One line of the terminal; `None` at its end, or where there is none.
    fn ask(&self, question: &str, usual: Option<&str>) -> Option<String> {
        if !self.terminal {
            return None;
        }
        ui::prompt(&usual.map_or_else(|| format!("{question}: "), |usual| format!("{question} [{usual}]: ")));
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim().to_owned())
    }
}
