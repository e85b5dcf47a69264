//! Links and pages, over the whole gateway in process: requests without a socket, and a real browser.
#![allow(clippy::unwrap_used)]

mod articles;
mod browser;
mod chromium;
mod client;
mod combed;
mod deleted;
mod desk;
mod figures;
mod files;
mod guarded;
mod language;
mod life;
mod pressed;
mod program;
mod proxies;
mod requests;
mod server;
mod shown;
mod signed;
mod staffed;
mod stories;
mod style;
mod village;
mod visitor;
mod waits;
mod walks;
mod working;
#[path = "../support/world.rs"]
mod world;
