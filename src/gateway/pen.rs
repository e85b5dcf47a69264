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

/// Drafts that are handed over together: each handing over wakes the thread.
const TOGETHER: usize = 16;

/// A letter's row and its bytes.
pub(super) type Numbered = (u64, Letter);

/// Writes the words of mails.
pub(super) struct Pen {
    templates: Arc<Templates>,
    beside: Option<Beside>,
}

/// The thread of a batch.
struct Beside {
    /// Not handed over yet.
    pending: Vec<(u64, Draft)>,
    drafts: Sender<Vec<(u64, Draft)>>,
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
        self.beside = written.ok().map(|written| Beside { pending: Vec::new(), drafts, written });
    }

    /// The letter of a draft; none while letters are written beside.
    pub fn write(&mut self, number: u64, draft: Draft) -> Result<Option<Letter>, Fault> {
        let Some(beside) = &mut self.beside else { return write(draft, &self.templates).map(Some) };
        beside.pending.push((number, draft));
        if beside.pending.len() >= TOGETHER {
            beside.hand_over();
        }
        Ok(None)
    }

    /// All letters that were put off; a fault when one of them cannot be written.
    pub fn lift(&mut self) -> Result<Vec<Numbered>, Fault> {
        let Some(mut beside) = self.beside.take() else { return Ok(Vec::new()) };
        beside.hand_over();
        let Beside { drafts, written, .. } = beside;
        drop(drafts);
        written.join().unwrap_or_else(|_| Err(Fault::Compose("the thread that writes letters panicked".into())))
    }
}

impl Beside {
    fn hand_over(&mut self) {
        // A thread that has ended failed, which `lift` tells.
        drop(self.drafts.send(std::mem::take(&mut self.pending)));
    }
}

fn write_all(waiting: &Receiver<Vec<(u64, Draft)>>, templates: &Templates) -> Result<Vec<Numbered>, Fault> {
    waiting.iter().flatten().map(|(number, draft)| Ok((number, write(draft, templates)?))).collect()
}

fn write(draft: Draft, templates: &Templates) -> Result<Letter, Fault> {
    compose(&draft.finish(templates)?).map_err(|fault| Fault::Compose(fault.to_string()))
}
