//! The gateway behind the pages: a world under a lock.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use guichet::gateway::{Press, Pressed};
use guichet::notifications::Templates;
use guichet::ports::Unavailable;
use guichet::site::Site;
use guichet::store::{Backend, Reads};
use guichet::web::{Desk, Door, Texts, Web};
use jiff::Timestamp;

use crate::client::Client;
use crate::world::{Sent, World};

#[derive(Clone)]
pub struct Behind {
    world: Arc<Mutex<World>>,
    site: Arc<Site>,
    /// Every press that came through, in order.
    pub presses: Arc<Mutex<Vec<Press>>>,
    pub down: Arc<Mutex<bool>>,
    pub panics: Arc<Mutex<bool>>,
    pub polls: Arc<Mutex<BTreeMap<String, Timestamp>>>,
}

impl Behind {
    pub fn new(world: World) -> Behind {
        let site = world.gateway.site().clone();
        Behind {
            world: Arc::new(Mutex::new(world)),
            site,
            presses: Arc::default(),
            down: Arc::default(),
            panics: Arc::default(),
            polls: Arc::default(),
        }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// Does something to the world; the lock is gone when it returns.
    pub fn with<R>(&self, act: impl FnOnce(&mut World) -> R) -> R {
        act(&mut self.world())
    }

    pub fn web(&self) -> Web<Behind> {
        let clock = self.world.clone();
        Web::new(self.clone(), texts()).at(Arc::new(move || Timestamp::from_second(clock.lock().unwrap().now()).unwrap()))
    }

    pub fn client(&self) -> Client {
        Client::new(guichet::web::router(self.web()))
    }

    pub fn pressed(&self) -> usize {
        self.presses.lock().unwrap().len()
    }

    /// What the store holds of the ticket: for telling that nothing changed.
    pub fn state(&self) -> String {
        let world = self.world();
        let store = world.gateway.store();
        format!("{:?} {:?} {:?}", store.events(1).unwrap(), store.links(1).unwrap(), store.letters(None, 1000).unwrap())
    }

    /// What was sent to that person last.
    pub fn mail_to(&self, person: &str) -> Sent {
        let mut world = self.world();
        world.deliver();
        world.letter_to_any(person)
    }
}

pub fn texts() -> Arc<Texts> {
    static TEXTS: std::sync::OnceLock<Arc<Texts>> = std::sync::OnceLock::new();
    TEXTS.get_or_init(|| Arc::new(Texts::load(Arc::new(Templates::load(None).unwrap()), None).unwrap())).clone()
}

impl Desk for Behind {
    fn site(&self) -> &Arc<Site> {
        &self.site
    }

    async fn press(&self, press: Press) -> Result<Pressed, Unavailable> {
        assert!(!*self.panics.lock().unwrap(), "a fault of ours: {press:?}");
        if *self.down.lock().unwrap() {
            return Err(Unavailable("disk full".into()));
        }
        self.presses.lock().unwrap().push(press.clone());
        self.world().gateway.press(&press).map_err(|fault| Unavailable(fault.to_string()))
    }

    async fn change<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Door) -> Result<R, Backend> + Send + 'static,
    ) -> Result<R, Unavailable> {
        if *self.down.lock().unwrap() {
            return Err(Unavailable("disk full".into()));
        }
        job(&mut self.world().gateway).map_err(|fault| Unavailable(fault.to_string()))
    }

    async fn look<R: Send + 'static>(&self, question: impl FnOnce(&dyn Reads) -> R + Send + 'static) -> Result<R, Unavailable> {
        if *self.down.lock().unwrap() {
            return Err(Unavailable("disk full".into()));
        }
        Ok(question(self.world().gateway.store()))
    }

    fn polls(&self) -> BTreeMap<String, Timestamp> {
        self.polls.lock().unwrap().clone()
    }
}
