//! Who is told what, and how the mails read: recipients, headers, texts, and what strangers try with them.

mod desk;
mod gallery;
mod headers;
mod hostile;
mod reading;
mod recipients;
mod templates;
