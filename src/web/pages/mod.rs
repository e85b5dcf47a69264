//! How pages look: templates that are compiled once, filled with what a link leads to.
//!
//! Promises: everything that people wrote is escaped, and substituted once (CASEBOOK C23, G12); the title of a page names
//! no person and no ticket (C31). [`maker`] chooses the page, [`entries`] and [`status`] say a ticket's story in the
//! reader's language, [`views`] are the values that the templates see.

mod entries;
mod forms;
mod maker;
mod sample;
mod status;
mod texts;
mod views;

pub use entries::Teller;
pub use forms::{ChoiceView, FieldView, FormPage, LetterView, Outside, WayView, field, notices};
pub use maker::{Asked, Draft, Maker, Message, Placed};
pub use status::{details, status};
pub use texts::Texts;
pub use views::*;
