//! The gateway from outside its thread: jobs go in by a bounded channel, answers come back. Async rooms hold a clone.

use std::sync::Arc;

use super::press::{Press, Pressed};
use crate::ports::Unavailable;
use crate::site::Site;
use crate::store::Reads;

/// A way to the gateway's thread, and to read-only connections beside it. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    site: Arc<Site>,
}

impl Handle {
    /// The site.
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// Presses a button: one decision, one commit. Durable when it returns.
    pub async fn press(&self, _press: Press) -> Result<Pressed, Unavailable> {
        Err(Unavailable("not built yet".into()))
    }

    /// Reads beside the writer, on a thread of its own.
    pub async fn look<R: Send + 'static>(&self, _question: impl FnOnce(&dyn Reads) -> R + Send + 'static) -> Result<R, Unavailable> {
        Err(Unavailable("not built yet".into()))
    }
}
