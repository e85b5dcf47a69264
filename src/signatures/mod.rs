//! Our own check of DKIM signatures (RFC 6376), for where no receiving server of ours says who wrote a mail.
//!
//! Promises: bounded time ([`PATIENCE`] for all names of a batch), bounded memory, at most [`SIGNATURES_MAX`] signatures of a
//! mail; what cannot be found out now (a server that is silent, a name that fails) proves nothing and disproves nothing;
//! a bad signature counts as none (RFC 6376 section 6.1). Excludes: which mails are checked, and what a verdict allows.

mod dns;
mod one;
mod remembered;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::runtime::Runtime;

pub use dns::Dns;

use crate::mail::authentication::Verdict;
use crate::ports::{Signatures, Signed};
use one::Look;
use remembered::Remembered;

/// How long the names of a batch are waited for.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// Signatures of one mail that are looked at (CASEBOOK section 3, row 33).
pub const SIGNATURES_MAX: usize = 5;
/// Names that one batch asks for at most: a flood of selectors costs its own mails their proof, nobody else's.
const NAMES_MAX: usize = 100;

/// What a name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Its TXT records, each joined.
    Texts(Vec<Vec<u8>>),
    /// There is no such record.
    Nothing,
    /// Nobody can tell now.
    Later,
}

/// Asks the domain name system for TXT records (RFC 1035 section 3.3.14).
pub trait Names: Send + Sync + 'static {
    /// What the name says, and for how long that holds.
    fn texts(&self, name: &str) -> impl Future<Output = (Answer, Duration)> + Send;
}

/// Checks signatures with the keys that the names give.
pub struct Checker<N> {
    names: N,
    remembered: Remembered,
    look: Look,
    runtime: Runtime,
}

impl<N: Names> Checker<N> {
    /// A checker that asks these names. It has a thread's worth of runtime of its own, for its questions.
    pub fn new(names: impl FnOnce() -> std::io::Result<N>) -> std::io::Result<Checker<N>> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).thread_name("names").enable_all().build()?;
        let entered = runtime.enter();
        let (names, look) = (names()?, Look::new()?);
        drop(entered);
        Ok(Checker { names, remembered: Remembered::default(), look, runtime })
    }

    /// What all names say, asked side by side; those that are not answered in time are asked again by a later mail.
    async fn ask(&self, names: BTreeSet<String>) -> BTreeMap<String, Answer> {
        let ask = |name: String| async move {
            if let Some(answer) = self.remembered.get(&name, Instant::now()) {
                return (name, answer);
            }
            let (answer, life) = match tokio::time::timeout(PATIENCE, self.names.texts(&name)).await {
                Ok(answered) => answered,
                Err(_) => (Answer::Later, Duration::ZERO),
            };
            self.remembered.put(&name, &answer, (Instant::now(), life));
            (name, answer)
        };
        join_all(names.into_iter().take(NAMES_MAX).map(ask)).await.into_iter().collect()
    }
}

impl<N: Names> Signatures for Checker<N> {
    fn check(&self, mails: &[Signed<'_>]) -> Vec<Verdict> {
        let names = mails.iter().flat_map(|mail| guarded(|| self.look.names(mail)).unwrap_or_default()).collect();
        let answers = self.runtime.block_on(self.ask(names));
        let judge = |mail: &Signed<'_>| guarded(|| self.look.judge(mail, &answers));
        mails.iter().map(|mail| judge(mail).unwrap_or_else(|| Verdict::None("dkim=permerror".to_owned()))).collect()
    }
}

/// One hostile mail costs its own proof, nothing else.
fn guarded<T>(look: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(look)).ok()
}
