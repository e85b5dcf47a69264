//! Who is told what, and how the mails read: recipients, headers, texts, and what strangers try with them.
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod desk;
mod gallery;
mod headers;
mod hostile;
mod reading;
mod recipients;
mod templates;
