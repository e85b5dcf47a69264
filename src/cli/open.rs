//! How commands come to the store: beside a running daemon by reading, alone by the gateway itself.

use std::sync::Arc;

use anyhow::Context;

use super::Unusable;
use super::org::read_all;
use crate::config::Settings;
use crate::gateway::{Gateway, Parts, SystemClock, SystemMint};
use crate::signatures::{Checker, Dns};
use crate::store::Reads;
use crate::store::sqlite::{Reader, Sqlite};

/// A read-only connection; works beside a running daemon.
pub fn reader(settings: &Settings) -> anyhow::Result<Reader> {
    if !settings.database.exists() {
        let place = settings.database.display();
        return Err(Unusable(format!("there is no database at {place} yet: `guichet run` makes it")).into());
    }
    Ok(Reader::open(&settings.database)?)
}

/// The gateway over the site's own store. One process at a time has it; the fault says so when another does.
pub fn gateway(settings: &Settings) -> anyhow::Result<Gateway<Sqlite>> {
    let site = super::prepare(settings)?;
    let templates = super::templates(settings)?;
    let store = Sqlite::open(&settings.database)?;
    let parts = Parts { site, templates: Arc::new(templates), clock: Box::new(SystemClock), mint: Box::new(SystemMint) };
    let mut gateway = Gateway::new(store, parts)?;
    if gateway.site().trust.check_signatures {
        let checker = Checker::new(Dns::of_system).context("trust.check_signatures: the name servers of this system are not known")?;
        gateway = gateway.checking(Arc::new(checker));
    }
    first_organisation(settings, &mut gateway)?;
    Ok(gateway)
}

/// The organisation file is applied by itself once, when nothing was applied yet; later by `guichet org apply`.
fn first_organisation(settings: &Settings, gateway: &mut Gateway<Sqlite>) -> anyhow::Result<()> {
    if gateway.store().organisation()?.services.is_empty() && settings.organisation.exists() {
        let (organisation, articles) = read_all(settings)?;
        gateway.apply(organisation, articles.as_deref())?;
        tracing::info!(file = %settings.organisation.display(), "organisation applied");
    }
    Ok(())
}
