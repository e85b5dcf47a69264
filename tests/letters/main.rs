//! Who is told what, and how the mails read: recipients, templates, headers.

mod desk;
mod gallery;
mod reading;
mod templates;
