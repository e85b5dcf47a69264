//! A gateway that only keeps an outbox, in memory, and delivery running against it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use guichet::address::Address;
use guichet::delivery::{self, Patience, Relay, Security, Transport};
use guichet::mail::Letter;
use guichet::ports::{Attempt, Outbox, Queued, Unavailable, Verdict};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::server::Server;

/// No wait of a test may take longer: something hangs.
const HANGS: Duration = Duration::from_secs(60);

/// An outbox that makes letters due again at once unless they were sent, refused, or tried three times.
#[derive(Default)]
pub struct Fake {
    state: Mutex<State>,
    woken: Notify,
    ended: Notify,
    /// Verdicts cannot be recorded until this is taken away.
    pub unavailable: Mutex<u32>,
}

#[derive(Default)]
struct State {
    due: VecDeque<Queued>,
    claimed: Vec<Queued>,
    verdicts: Vec<Verdict>,
    reports: Vec<usize>,
}

impl Fake {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn end(state: &mut State, verdict: Verdict) {
        let place = state.claimed.iter().position(|queued| queued.id == verdict.id).expect("a verdict for a letter that nobody claimed");
        let mut queued = state.claimed.remove(place);
        queued.attempts += u32::from(verdict.end != Attempt::RelayDown);
        let again = !matches!(verdict.end, Attempt::Sent | Attempt::Refused) && queued.attempts < 3;
        if again {
            state.due.push_back(queued);
        }
        state.verdicts.push(verdict);
    }
}

impl Outbox for Fake {
    async fn claim(&self, limit: usize) -> Result<Vec<Queued>, Unavailable> {
        let mut state = self.state();
        let count = limit.min(state.due.len());
        let letters: Vec<Queued> = state.due.drain(..count).collect();
        state.claimed.extend(letters.iter().cloned());
        Ok(letters)
    }

    async fn ended(&self, verdicts: Vec<Verdict>) -> Result<(), Unavailable> {
        let mut unavailable = self.unavailable.lock().unwrap();
        if *unavailable > 0 {
            *unavailable -= 1;
            return Err(Unavailable("disk full".into()));
        }
        let mut state = self.state();
        state.reports.push(verdicts.len());
        verdicts.into_iter().for_each(|verdict| Fake::end(&mut state, verdict));
        drop(state);
        self.woken.notify_one();
        self.ended.notify_waiters();
        Ok(())
    }

    async fn woken(&self) {
        self.woken.notified().await;
    }
}

/// Delivery at work.
pub struct Office {
    pub outbox: Arc<Fake>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Office {
    pub fn open(transport: Transport) -> Office {
        let (outbox, stop) = (Arc::new(Fake::default()), CancellationToken::new());
        let task = tokio::spawn(delivery::run(outbox.clone(), transport, stop.clone()));
        Office { outbox, stop, task }
    }

    pub fn to(relay: Relay) -> Office {
        Office::open(Transport::Smtp(Box::new(relay)))
    }

    /// Puts letters into the outbox; their ids are 1, 2, 3…
    pub fn post(&self, letters: Vec<Letter>) {
        let mut state = self.outbox.state();
        let first = state.due.len() as u64 + state.claimed.len() as u64 + state.verdicts.len() as u64 + 1;
        state.due.extend((first..).zip(letters).map(|(id, letter)| Queued { id, letter, attempts: 0 }));
        drop(state);
        self.outbox.woken.notify_one();
    }

    /// Waits for `count` verdicts in all, and gives them in the order in which they came.
    pub async fn verdicts(&self, count: usize) -> Vec<Verdict> {
        let waiting = async {
            loop {
                let ended = self.outbox.ended.notified();
                let verdicts = self.outbox.state().verdicts.clone();
                if verdicts.len() >= count {
                    return verdicts;
                }
                ended.await;
            }
        };
        tokio::time::timeout(HANGS, waiting).await.expect("verdicts in time")
    }

    /// How the first `count` attempts ended.
    pub async fn ends(&self, count: usize) -> Vec<Attempt> {
        self.verdicts(count).await.into_iter().map(|verdict| verdict.end).collect()
    }

    /// Waits until `count` letters were sent, and gives all verdicts until then.
    pub async fn sent(&self, count: usize) -> Vec<Verdict> {
        let mut wanted = count;
        loop {
            let verdicts = self.verdicts(wanted).await;
            if verdicts.iter().filter(|verdict| verdict.end == Attempt::Sent).count() >= count {
                return verdicts;
            }
            wanted = verdicts.len() + 1;
        }
    }

    /// How many attempts of each kind, once `count` came.
    pub async fn tally(&self, count: usize, kind: Attempt) -> usize {
        self.ends(count).await.into_iter().filter(|end| *end == kind).count()
    }

    /// Sizes of the reports so far.
    pub fn reports(&self) -> Vec<usize> {
        self.outbox.state().reports.clone()
    }

    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits for delivery to end, whatever was left behind.
    pub async fn gone(self) {
        tokio::time::timeout(HANGS, self.task).await.expect("an end in time").unwrap();
    }

    /// Waits for delivery to end after a stop; no letter may stay claimed.
    pub async fn ended(self) -> Vec<Verdict> {
        self.stop.cancel();
        tokio::time::timeout(HANGS, self.task).await.expect("an end in time").unwrap();
        let state = self.outbox.state();
        assert!(state.claimed.is_empty(), "letters without a verdict");
        state.verdicts.clone()
    }
}

/// One connection to a server of ours, unencrypted, with short pauses.
pub fn relay(server: &Server) -> Relay {
    let pauses = Patience { pause: Duration::from_millis(5), pause_max: Duration::from_millis(20), ..Patience::default() };
    Relay { connections: 1, patience: pauses, ..Relay::new("localhost", server.address.port(), Security::PlainLoopback, "desk.test") }
}

pub fn letter(to: &str) -> Letter {
    Letter {
        message_id: format!("{}@desk.test", to.replace('@', ".")),
        envelope_from: Some(Address::parse("support+b1@desk.test").unwrap()),
        envelope_to: Address::parse(to).unwrap(),
        bytes: format!("To: {to}\r\nSubject: Hello\r\n\r\nHello.\r\n").into_bytes(),
        excerpts: vec![],
    }
}

pub fn letters(count: usize) -> Vec<Letter> {
    (0..count).map(|n| letter(&format!("person{n}@cust.test"))).collect()
}
