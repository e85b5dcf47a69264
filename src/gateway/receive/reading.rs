//! Reading kept mails, each within its time: a mail that takes longer is parked, and the next one goes on.
//!
//! Promises: one answer for each mail, in order; a panic costs its own mail alone; readers have a deep stack. Readers that took
//! too long are left to themselves, but never more than [`LEFT_MAX`]: the next such one is waited for, so that hostile mails
//! cannot take all cores. Excludes: bounds of memory, which the reader itself keeps ([`Limits::memory`]).

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::Waiting;
use crate::mail::{self, Incoming, Limits};

/// Bytes of a reader's stack.
const STACK: usize = 8 << 20;
/// Readers that may go on with a mail for which nobody waits any more.
const LEFT_MAX: usize = 4;

/// Why a mail could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// The reader panicked.
    Panicked,
    /// It took longer than [`Limits::time`].
    Slow,
}

impl Unread {
    /// The stable word for the ledger.
    pub fn reason(self) -> &'static str {
        match self {
            Unread::Panicked => "reader-panicked",
            Unread::Slow => "reader-too-slow",
        }
    }
}

/// What became of reading a mail.
pub type Read = Result<Incoming, Unread>;

/// Reads mails, in order.
pub fn read_all(waiting: &[Waiting], limits: &Limits) -> Vec<Read> {
    let mails: Arc<[Arc<Vec<u8>>]> = waiting.iter().map(|waiting| waiting.raw.clone()).collect();
    let limits = *limits;
    let reading = move |raw: &[u8]| {
        fail::fail_point!("reader");
        mail::read(raw, &limits)
    };
    within(limits.time, &mails, reading)
}

/// Reads each within `time`, or twice that at most; whoever takes longer is left, and another one reads on.
fn within(time: Duration, mails: &Arc<[Arc<Vec<u8>>]>, read: impl Fn(&[u8]) -> Incoming + Clone + Send + 'static) -> Vec<Read> {
    let mut answers = Vec::with_capacity(mails.len());
    while answers.len() < mails.len() {
        let (at_work, ended) = mpsc::channel::<Infallible>();
        let understood = Arc::new(Mutex::new(Some(Vec::with_capacity(mails.len()))));
        let (rest, first, reading, written) = (mails.clone(), answers.len(), read.clone(), understood.clone());
        let work = move || {
            let _at_work = at_work;
            for raw in &rest[first..] {
                let answer = guarded(&reading, raw);
                match locked(&written).as_mut() {
                    Some(answers) => answers.push(answer),
                    // Nobody waits any more: another reader took over.
                    None => return,
                }
            }
        };
        let Ok(reader) = Builder::new().name("reading".into()).stack_size(STACK).spawn(work) else {
            // No thread is to be had: better read without a bound than not at all.
            answers.push(guarded(&read, &mails[first]));
            continue;
        };
        let late = waits(time, &ended, &understood);
        answers.extend(locked(&understood).take().unwrap_or_default());
        if late && answers.len() < mails.len() {
            answers.push(Err(Unread::Slow));
            leave(reader);
        }
    }
    answers
}

/// What a reader has understood so far; none: nobody waits for it any more.
type Understood = Mutex<Option<Vec<Read>>>;

/// Waits until the reader has ended, woken by nothing before; true when it does not get on.
fn waits(time: Duration, ended: &mpsc::Receiver<Infallible>, understood: &Understood) -> bool {
    let mut before = 0;
    while ended.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
        let now = locked(understood).as_ref().map_or(0, Vec::len);
        if now == before {
            return true;
        }
        before = now;
    }
    false
}

fn locked(understood: &Understood) -> MutexGuard<'_, Option<Vec<Read>>> {
    understood.lock().unwrap_or_else(PoisonError::into_inner)
}

fn guarded(read: impl Fn(&[u8]) -> Incoming, raw: &[u8]) -> Read {
    catch_unwind(AssertUnwindSafe(|| read(raw))).map_err(|_| Unread::Panicked)
}

/// Leaves a reader to itself, unless there are too many of them already.
fn leave(reader: JoinHandle<()>) {
    static LEFT: Mutex<Vec<JoinHandle<()>>> = Mutex::new(Vec::new());
    let mut left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
    left.retain(|reader| !reader.is_finished());
    if left.len() < LEFT_MAX {
        left.push(reader);
        return;
    }
    drop(left);
    drop(reader.join());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row34_a_mail_that_takes_too_long_is_left_and_the_next_one_is_read() {
        let mails: Arc<[Arc<Vec<u8>>]> = [&b"one"[..], b"slow", b"panics", b"four"].map(|raw| Arc::new(raw.to_vec())).into();
        let (release, gate) = mpsc::channel::<()>();
        let gate = Arc::new(Mutex::new(gate));
        let read = move |raw: &[u8]| {
            match raw {
                b"slow" => drop(gate.lock().unwrap_or_else(PoisonError::into_inner).recv()),
                b"panics" => std::panic::resume_unwind(Box::new(())),
                _ => {}
            }
            Incoming { subject: String::from_utf8_lossy(raw).into_owned(), ..Incoming::default() }
        };
        let answers = within(Duration::from_millis(50), &mails, read);
        drop(release);
        let told: Vec<Result<String, &str>> =
            answers.into_iter().map(|answer| answer.map(|mail| mail.subject).map_err(Unread::reason)).collect();
        assert_eq!(told, [Ok("one".into()), Err("reader-too-slow"), Err("reader-panicked"), Ok("four".into())]);
    }
}
