//! A keeper in memory: what the gateway promises to intake, and nothing more.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::time::Duration;

use guichet::gateway::ports::{Arrival, Keeper, Kept, Mark, Origin, Unavailable};
use tokio::sync::watch;
use tokio::time::timeout;

/// How long a test waits before it fails: for what should take milliseconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is known of a mail.
#[derive(Debug, Clone)]
pub struct Entry {
    pub arrival: Option<Arrival>,
    pub known: bool,
    pub settled: bool,
    /// How often it was kept.
    pub times: usize,
}

#[derive(Debug, Default, Clone)]
pub struct Ledger {
    pub entries: BTreeMap<Origin, Entry>,
    pub marks: HashMap<(String, String), Mark>,
    pub polled: usize,
    /// The next so many calls of `keep` find the store unavailable.
    pub full: usize,
    /// Calls of `keep`, refused ones included.
    pub calls: usize,
}

impl Ledger {
    /// Mails that are kept, known ones included.
    pub fn kept(&self) -> Vec<&Arrival> {
        self.entries.values().filter_map(|e| e.arrival.as_ref()).collect()
    }

    /// Mails that are kept and were not known: those that have an effect.
    pub fn fresh(&self) -> Vec<&Arrival> {
        self.entries.values().filter(|e| !e.known).filter_map(|e| e.arrival.as_ref()).collect()
    }

    /// UIDs listed and gone.
    pub fn vanished(&self) -> Vec<u32> {
        self.entries.iter().filter(|(_, e)| e.arrival.is_none()).map(|(o, _)| o.uid).collect()
    }

    /// Mails whose server was told.
    pub fn settled(&self) -> usize {
        self.entries.values().filter(|e| e.settled).count()
    }

    fn is_known(&self, arrival: &Arrival) -> bool {
        let same_bytes = |(origin, entry): (&Origin, &Entry)| {
            origin.mailbox == arrival.origin.mailbox
                && origin.epoch != arrival.origin.epoch
                && entry.arrival.as_ref().is_some_and(|a| a.raw == arrival.raw)
        };
        self.entries.contains_key(&arrival.origin) || self.entries.iter().any(same_bytes)
    }

    fn keep(&mut self, arrival: Arrival) -> Kept {
        let known = self.is_known(&arrival);
        let at = (arrival.origin.mailbox.clone(), arrival.origin.folder.clone());
        if let Some(mark) = self.marks.get_mut(&at).filter(|m| m.epoch == arrival.origin.epoch) {
            mark.uid = mark.uid.max(arrival.origin.uid);
        }
        let entry = self.entries.entry(arrival.origin.clone()).or_insert(Entry { arrival: None, known, settled: false, times: 0 });
        entry.times += 1;
        entry.arrival.get_or_insert(arrival);
        Kept { instance: self.entries.len() as u64, known }
    }
}

#[derive(Debug)]
pub struct FakeKeeper {
    ledger: Mutex<Ledger>,
    changes: watch::Sender<u64>,
}

impl Default for FakeKeeper {
    fn default() -> Self {
        FakeKeeper { ledger: Mutex::default(), changes: watch::Sender::new(0) }
    }
}

impl FakeKeeper {
    /// The ledger now.
    pub fn ledger(&self) -> Ledger {
        self.ledger.lock().unwrap().clone()
    }

    /// Changes the ledger.
    pub fn change<R>(&self, change: impl FnOnce(&mut Ledger) -> R) -> R {
        let result = change(&mut self.ledger.lock().unwrap());
        self.changes.send_modify(|n| *n += 1);
        result
    }

    /// Waits until the ledger is as wanted.
    #[track_caller]
    pub fn until(&self, wanted: impl Fn(&Ledger) -> bool) -> impl Future<Output = Ledger> {
        let caller = std::panic::Location::caller();
        async move {
            let mut changes = self.changes.subscribe();
            let reached = async {
                loop {
                    changes.mark_unchanged();
                    if wanted(&self.ledger.lock().unwrap()) {
                        return;
                    }
                    changes.changed().await.unwrap();
                }
            };
            if timeout(PATIENCE, reached).await.is_err() {
                let ledger = self.ledger();
                let some: Vec<_> = ledger.entries.iter().take(40).map(|(o, e)| (o.epoch, o.uid, e.known, e.settled, e.times)).collect();
                panic!("{caller}: never reached: {} entries, {some:?}, {:?}, polled {}", ledger.entries.len(), ledger.marks, ledger.polled);
            }
            self.ledger()
        }
    }
}

impl Keeper for FakeKeeper {
    async fn mark(&self, mailbox: &str, folder: &str) -> Result<Option<Mark>, Unavailable> {
        Ok(self.ledger().marks.get(&(mailbox.into(), folder.into())).copied())
    }

    async fn set_mark(&self, mailbox: &str, folder: &str, mark: Mark) -> Result<(), Unavailable> {
        self.change(|l| l.marks.insert((mailbox.into(), folder.into()), mark));
        Ok(())
    }

    async fn keep(&self, arrivals: Vec<Arrival>) -> Result<Vec<Kept>, Unavailable> {
        self.change(|l| {
            l.calls += 1;
            if l.full > 0 {
                l.full -= 1;
                return Err(Unavailable("disk full".into()));
            }
            Ok(arrivals.into_iter().map(|a| l.keep(a)).collect())
        })
    }

    async fn vanished(&self, origins: Vec<Origin>) -> Result<(), Unavailable> {
        self.change(|l| {
            for origin in origins {
                l.entries.entry(origin).or_insert(Entry { arrival: None, known: false, settled: true, times: 0 });
            }
        });
        Ok(())
    }

    async fn unsettled(&self, mailbox: &str, folder: &str, epoch: u32) -> Result<Vec<u32>, Unavailable> {
        let ours = |o: &Origin| o.mailbox == mailbox && o.folder == folder && o.epoch == epoch;
        Ok(self.ledger().entries.iter().filter(|(o, e)| ours(o) && !e.settled).map(|(o, _)| o.uid).collect())
    }

    async fn settled(&self, mailbox: &str, folder: &str, epoch: u32, uids: Vec<u32>) -> Result<(), Unavailable> {
        self.change(|l| {
            for (o, e) in &mut l.entries {
                if o.mailbox == mailbox && o.folder == folder && o.epoch == epoch && uids.contains(&o.uid) {
                    assert!(e.arrival.is_some(), "INV1: the server was told of {} before it was kept", o.uid);
                    e.settled = true;
                }
            }
        });
        Ok(())
    }

    async fn accounted(&self, mailbox: &str, folder: &str, epoch: u32) -> Result<Vec<u32>, Unavailable> {
        let ledger = self.ledger();
        Ok(ledger.entries.keys().filter(|o| o.mailbox == mailbox && o.folder == folder && o.epoch == epoch).map(|o| o.uid).collect())
    }

    async fn polled(&self, _mailbox: &str) -> Result<(), Unavailable> {
        self.change(|l| l.polled += 1);
        Ok(())
    }
}
