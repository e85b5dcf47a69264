//! Links and pages. Thin: shows what is remembered, hands on what was pressed.
//!
//! Promises: GET and HEAD change nothing; only a pressed button does, once for each form; no page needs a script or
//! carries one; no token reaches a log, a header of another site or an error page (CASEBOOK C01–C31, L02).
//! In reading order: [`desk`] is what pages need of the gateway, [`server`] the listener, [`router`] the paths and what
//! guards them ([`guard`], [`headers`]), [`links`] the handlers, [`look`] what a link shows and [`standing`] what it still
//! can, [`nonce`] and [`form`] what is pressed, [`pages`] how it looks, [`sanitise`] and [`files`] what came with mails.
//! Beside the links: [`caller`] and [`visitor`] are who calls, [`sign_in`] and [`gate`] how one comes in, [`tickets`] a ticket
//! before whoever may see it and [`ticket_page`] its page, [`agents`] the desk, [`mine`] and [`request`] the requester's own pages.
//! Excludes: what may happen (see `desk`), and every sentence (see `templates/`).

mod agents;
mod articles;
mod caller;
mod choices;
mod desk;
mod fields;
mod files;
mod form;
mod gate;
mod guard;
mod headers;
mod health;
mod limits;
mod links;
mod log;
mod look;
mod metrics;
mod mine;
mod nonce;
mod pages;
mod press;
mod request;
mod router;
pub mod sanitise;
mod server;
mod sign_in;
mod standing;
mod template;
mod ticket_page;
mod tickets;
mod token;
mod upload;
mod visitor;

pub use caller::{Front, Peer};
pub use desk::{Clock, Desk, Door, Web};
pub use pages::Texts;
pub use router::router;
pub use server::serve;
