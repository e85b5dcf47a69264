//! Where mail, desk, routing, notifications and store meet: the only door to change. Synchronous; one thread owns the store.
//!
//! Promises: decide → write the mails → one commit. What one cause does is in one transaction, mails with their final
//! bytes included; the same cause never acts twice; a mail that cannot be handled is parked and the next one goes on.
//! Excludes: sockets and files of the world (intake, delivery, web), and all rules (desk, routing, notifications).

mod absence;
pub mod access;
pub mod act;
mod again;
pub mod articles;
pub mod bounce;
mod bundles;
mod bursts;
pub mod case;
mod checking;
pub mod clock;
mod crowd;
pub mod doing;
pub mod effects;
pub mod facts;
mod figures;
mod files;
pub mod handle;
pub mod held;
mod hints;
mod incident;
mod onward;
mod other;
pub mod outbox;
mod pairs;
mod pen;
pub mod personal;
pub mod press;
pub mod receive;
mod report;
pub mod request;
pub mod retention;
mod same;
pub mod staffing;
mod syncs;
pub mod thread;
pub mod tick;
pub mod trial;
mod turns;
pub mod verdict;
mod wishes;

use std::sync::Arc;

pub use access::{Entered, Using, Wanted};
pub use case::Waiting;
pub use clock::{Clock, SystemClock, SystemMint};
pub use doing::{Act, Acted, Preview};
pub use handle::Handle;
pub use held::{Decider, Decision, Settled, Word};
pub use press::{Button, Press, Pressed};
pub use staffing::{Heirs, Manage, Managed};
pub use thread::{replay, resume};

pub use crate::ports;

use crate::desk::{Organisation, Rules};
use crate::knowledge::Filed;
use crate::notifications::{Mint, Templates};
use crate::ports::Signatures;
use crate::routing;
use crate::site::Site;
use crate::store::{Backend, Store};

/// The gateway: everything a decision needs, and the store that remembers it.
pub struct Gateway<S> {
    store: S,
    site: Arc<Site>,
    organisation: Arc<Organisation>,
    templates: Arc<Templates>,
    pen: pen::Pen,
    clock: Box<dyn Clock>,
    mint: Box<dyn Mint + Send>,
    /// The hour whose reports are on their way.
    reported: Option<jiff::civil::DateTime>,
    told: tick::Told,
    /// Who asked for what lately.
    watch: crate::desk::burst::Watch,
    /// Who was new lately.
    crowd: crowd::Crowd,
    /// The hour in which nothing was left to delete.
    swept: Option<jiff::civil::DateTime>,
    signatures: Option<Arc<dyn Signatures>>,
    /// The organisation's rules on new mails, ready to be asked.
    judges: routing::rules::Rules,
}

/// What the gateway is made of besides its store.
pub struct Parts {
    /// The site's settings.
    pub site: Arc<Site>,
    /// Compiled templates.
    pub templates: Arc<Templates>,
    /// Time.
    pub clock: Box<dyn Clock>,
    /// Chance.
    pub mint: Box<dyn Mint + Send>,
}

impl<S: Store> Gateway<S> {
    /// Opens the gateway over a store; the organisation is the one last applied.
    pub fn new(store: S, parts: Parts) -> Result<Gateway<S>, Backend> {
        let organisation = Arc::new(store.organisation()?);
        let Parts { site, templates, clock, mint } = parts;
        let pen = pen::Pen::new(templates.clone());
        let judges = routing::rules::Rules::of(&organisation.rules);
        Ok(Gateway {
            judges,
            store,
            site,
            organisation,
            templates,
            pen,
            clock,
            mint,
            reported: None,
            told: tick::Told::default(),
            watch: crate::desk::burst::Watch::default(),
            crowd: crowd::Crowd::default(),
            swept: None,
            signatures: None,
        })
    }

    /// The same, with somebody who checks signatures where the site asks for it.
    pub fn checking(self, signatures: Arc<dyn Signatures>) -> Gateway<S> {
        Gateway { signatures: Some(signatures), ..self }
    }

    /// Replaces the organisation, from now on.
    pub fn apply_organisation(&mut self, organisation: Organisation) -> Result<(), Backend> {
        self.store.apply_organisation(&organisation)?;
        self.judges = routing::rules::Rules::of(&organisation.rules);
        // What people chose for themselves lies over the file, before as after.
        self.organisation = Arc::new(self.store.organisation()?);
        self.store.wind_all()
    }

    /// Everything that the organisation declares in files; without articles those that there are stay.
    pub fn apply(&mut self, organisation: Organisation, articles: Option<&[Filed]>) -> Result<(), Backend> {
        self.apply_organisation(organisation)?;
        articles.map_or(Ok(()), |filed| self.apply_articles(filed))
    }

    /// The memory, for reading.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The memory, for keeping mails and moving marks.
    pub fn store_mut(&mut self) -> &mut S {
        &mut self.store
    }

    /// The site's settings.
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// The texts of mails.
    pub fn templates(&self) -> &Arc<Templates> {
        &self.templates
    }

    /// Who checks signatures, if anybody does.
    pub(in crate::gateway) fn signatures(&self) -> Option<&Arc<dyn Signatures>> {
        self.signatures.as_ref()
    }

    fn rules(&self) -> Rules<'_> {
        Rules { organisation: &self.organisation, policy: &self.site.policy }
    }
}
