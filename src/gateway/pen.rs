//! Words and bytes of mails: made at once, or, for a batch, on a thread beside the decisions, which do not wait for them.
//!
//! Promises: the same bytes either way; every letter that was put off comes back with [`Pen::lift`], or none does.
//! Excludes: what is decided about a mail (a [`Draft`] comes with all of that), and the store.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use super::effects::Fault;
use crate::mail::{Letter, compose};
use crate::notifications::{Draft, Templates};

/// A letter's row and its bytes.
pub(super) type Numbered = (u64, Letter);

/// Writes the words of mails.
pub(super) struct Pen {
    templates: Arc<Templates>,
    beside: Option<Beside>,
}

/// The thread of a batch.
struct Beside {
    drafts: Sender<(u64, Draft)>,
    written: JoinHandle<Result<Vec<Numbered>, Fault>>,
}

impl Pen {
    pub fn new(templates: Arc<Templates>) -> Pen {
        Pen { templates, beside: None }
    }

    /// From now on letters are written beside, until [`Pen::lift`]. Where there is no thread to be had, at once as before.
    pub fn dip(&mut self) {
        let (drafts, waiting) = channel();
        let templates = self.templates.clone();
        let written = std::thread::Builder::new().name("pen".into()).spawn(move || write_all(&waiting, &templates));
        self.beside = written.ok().map(|written| Beside { drafts, written });
    }

    /// The letter of a draft; none while letters are written beside.
    pub fn write(&self, number: u64, draft: Draft) -> Result<Option<Letter>, Fault> {
        let Some(beside) = &self.beside else { return write(draft, &self.templates).map(Some) };
        // A thread that has ended failed, which `lift` tells.
        drop(beside.drafts.send((number, draft)));
        Ok(None)
    }

    /// All letters that were put off; a fault when one of them cannot be written.
    pub fn lift(&mut self) -> Result<Vec<Numbered>, Fault> {
        let Some(Beside { drafts, written }) = self.beside.take() else { return Ok(Vec::new()) };
        drop(drafts);
        written.join().unwrap_or_else(|_| Err(Fault::Compose("the thread that writes letters panicked".into())))
    }
}

fn write_all(waiting: &Receiver<(u64, Draft)>, templates: &Templates) -> Result<Vec<Numbered>, Fault> {
    waiting.iter().map(|(number, draft)| Ok((number, write(draft, templates)?))).collect()
}

fn write(draft: Draft, templates: &Templates) -> Result<Letter, Fault> {
    compose(&draft.finish(templates)?).map_err(|fault| Fault::Compose(fault.to_string()))
}
