//! What the pages need of the gateway, so that they can be tried without one.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Semaphore;

use super::caller::Front;
use super::limits::Limits;
use super::nonce::Nonces;
use super::pages::Texts;
use crate::gateway::{Gateway, Handle, Press, Pressed};
use crate::ports::Unavailable;
use crate::site::Site;
use crate::store::sqlite::Sqlite;
use crate::store::{Backend, Reads};

/// The gateway as jobs of the pages meet it.
pub type Door = Gateway<Sqlite>;

/// Presses buttons and answers questions.
pub trait Desk: Clone + Send + Sync + 'static {
    /// The site.
    fn site(&self) -> &Arc<Site>;

    /// Presses a button: one decision, one commit. Durable when it returns.
    fn press(&self, press: Press) -> impl Future<Output = Result<Pressed, Unavailable>> + Send;

    /// Does something on the gateway's thread; letters that it wrote leave at once.
    fn change<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Door) -> Result<R, Backend> + Send + 'static,
    ) -> impl Future<Output = Result<R, Unavailable>> + Send;

    /// Reads beside the writer, on a thread where it may take its time.
    fn look<R: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Reads) -> R + Send + 'static,
    ) -> impl Future<Output = Result<R, Unavailable>> + Send;

    /// When each mailbox was last read to its end.
    fn polls(&self) -> BTreeMap<String, Timestamp>;
}

impl Desk for Handle {
    fn site(&self) -> &Arc<Site> {
        Handle::site(self)
    }

    async fn press(&self, press: Press) -> Result<Pressed, Unavailable> {
        Handle::press(self, press).await
    }

    async fn change<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Door) -> Result<R, Backend> + Send + 'static,
    ) -> Result<R, Unavailable> {
        Handle::change(self, job).await
    }

    async fn look<R: Send + 'static>(&self, question: impl FnOnce(&dyn Reads) -> R + Send + 'static) -> Result<R, Unavailable> {
        Handle::look(self, question).await
    }

    fn polls(&self) -> BTreeMap<String, Timestamp> {
        Handle::polls(self)
    }
}

/// Forms with files that are read at once.
const UPLOADS_MAX: usize = 3;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Everything that the pages are made of. Cheap to clone.
#[derive(Clone)]
pub struct Web<D> {
    /// The gateway.
    pub(super) desk: D,
    /// What pages say.
    pub(super) texts: Arc<Texts>,
    /// Forms' own numbers.
    pub(super) nonces: Arc<Nonces>,
    /// What time it is.
    pub(super) clock: Clock,
    /// Forms with files that may be read at once: each may hold [`super::upload::ALL_MAX`] bytes.
    pub(super) uploads: Arc<Semaphore>,
    /// What stands in front of us.
    pub(super) front: Front,
    /// How often mails may be asked for.
    pub(super) limits: Arc<Limits>,
    /// Where we listen, when that is known: on loopback its own names are good hosts too.
    pub(super) listens: Option<SocketAddr>,
}

impl<D: Desk> Web<D> {
    /// The pages of a desk, in the system's time.
    pub fn new(desk: D, texts: Arc<Texts>) -> Web<D> {
        let nonces = Arc::new(Nonces::of(desk.site()));
        let (uploads, limits) = (Arc::new(Semaphore::new(UPLOADS_MAX)), Arc::default());
        Web { desk, texts, nonces, clock: Arc::new(Timestamp::now), uploads, front: Front::default(), limits, listens: None }
    }

    /// The same, behind a proxy.
    pub fn behind(self, front: Front) -> Web<D> {
        Web { front, ..self }
    }

    /// The same, in another time.
    pub fn at(self, clock: Clock) -> Web<D> {
        Web { clock, ..self }
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }
}
