//! Articles: what a service knows, told once. Pure.
//!
//! Promises: an article is a Markdown file with a few lines of TOML before it, read and written without loss; what is made of it for
//! mails is plain text, and for pages HTML without any HTML of its author's; suggestions are few, and stay away where they
//! do not fit. Excludes: where articles are kept and searched (see `store`), and who may read which (see `gateway`, `web`).

mod article;
mod fitting;
mod frequent;
mod markdown;

pub use article::{Article, Filed, Known};
pub use fitting::{Subject, alike, best, words};
pub use frequent::{Frequent, frequent};
pub use markdown::{html, plain};
