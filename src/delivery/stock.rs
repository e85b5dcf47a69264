//! Letters claimed and not yet taken by a worker.
//!
//! Promises: oldest first; never two letters to one person at the same time, so that what is written to somebody in
//! order is handed over in order; a worker that waits is woken when there is one for it.
//! Excludes: claiming, and what becomes of a letter.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::address::Address;
use crate::ports::Queued;

/// Letters left when the next ones are claimed: enough to keep workers busy meanwhile.
const LOW: usize = 128;
/// And bytes of theirs: what is large is not heaped up.
const LOW_BYTES: usize = 4 << 20;

/// The letters at hand, shared by the workers.
#[derive(Default)]
pub struct Stock {
    shelf: Mutex<Shelf>,
    /// There may be a letter to take.
    filled: Notify,
    /// There are few left.
    low: Notify,
}

#[derive(Default)]
struct Shelf {
    waiting: VecDeque<Queued>,
    /// Recipients of the letters in workers' hands.
    busy: Vec<Address>,
    /// Bytes of the waiting letters.
    bytes: usize,
}

impl Shelf {
    fn is_low(&self) -> bool {
        self.waiting.len() <= LOW && self.bytes <= LOW_BYTES
    }
}

impl Stock {
    /// Adds letters.
    pub fn put(&self, letters: Vec<Queued>) {
        let mut shelf = self.shelf();
        shelf.bytes += letters.iter().map(|queued| queued.letter.bytes.len()).sum::<usize>();
        shelf.waiting.extend(letters);
        drop(shelf);
        self.filled.notify_waiters();
    }

    /// The next letter to somebody whom no other worker is writing to. Waits for one. Dropping the wait loses nothing.
    pub async fn take(&self) -> Queued {
        loop {
            let filled = self.filled.notified();
            if let Some(queued) = self.try_take() {
                return queued;
            }
            filled.await;
        }
    }

    /// A worker is done with its letter to `recipient`.
    pub fn done(&self, recipient: &Address) {
        self.shelf().busy.retain(|busy| busy != recipient);
        self.filled.notify_waiters();
    }

    /// There are letters that wait, or are in workers' hands.
    pub fn is_busy(&self) -> bool {
        let shelf = self.shelf();
        !shelf.waiting.is_empty() || !shelf.busy.is_empty()
    }

    /// All letters that no worker has taken.
    pub fn drain(&self) -> Vec<Queued> {
        let mut shelf = self.shelf();
        shelf.bytes = 0;
        let letters = std::mem::take(&mut shelf.waiting).into();
        drop(shelf);
        self.low.notify_one();
        letters
    }

    /// Waits until few letters are left.
    pub async fn low(&self) {
        while !self.shelf().is_low() {
            self.low.notified().await;
        }
    }

    fn try_take(&self) -> Option<Queued> {
        let mut shelf = self.shelf();
        let Shelf { waiting, busy, bytes } = &mut *shelf;
        let index = waiting.iter().position(|queued| !busy.contains(&queued.letter.envelope_to))?;
        let queued = waiting.remove(index)?;
        busy.push(queued.letter.envelope_to.clone());
        *bytes -= queued.letter.bytes.len();
        if shelf.is_low() {
            self.low.notify_one();
        }
        Some(queued)
    }

    /// A panic elsewhere leaves the shelf whole: every change is one call.
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Letter;

    fn queued(id: u64, to: &str) -> Queued {
        let letter = Letter {
            message_id: format!("{id}@desk.test"),
            envelope_from: None,
            envelope_to: Address::parse(to).unwrap(),
            bytes: vec![],
            excerpts: vec![],
        };
        Queued { id, letter, attempts: 0 }
    }

    #[tokio::test]
    async fn i01_one_letter_to_a_person_at_a_time() {
        let stock = Stock::default();
        stock.put(vec![queued(1, "a@x.test"), queued(2, "a@x.test"), queued(3, "b@x.test")]);
        let first = stock.take().await;
        assert_eq!((first.id, stock.take().await.id), (1, 3));
        assert!(stock.try_take().is_none());
        stock.done(&first.letter.envelope_to);
        assert_eq!(stock.take().await.id, 2);
    }

    #[tokio::test]
    async fn few_left_asks_for_more() {
        let stock = Stock::default();
        stock.low().await;
        stock.put((0..140).map(|id| queued(id, &format!("p{id}@x.test"))).collect());
        assert!(tokio::time::timeout(std::time::Duration::ZERO, stock.low()).await.is_err());
        assert_eq!(stock.drain().len(), 140);
        stock.low().await;
    }
}
