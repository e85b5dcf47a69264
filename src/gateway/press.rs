//! What a pressed button asks for, and what came of it: the values that pages and gateway exchange.

use crate::desk::{Refused, Ticket};
use crate::mail::File;
use crate::store::TokenHash;

/// A pressed button on the page of a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Press {
    /// SHA-256 of the token in the address line.
    pub link: TokenHash,
    /// The form's own nonce: the same form pressed twice acts once.
    pub nonce: String,
    /// What was pressed.
    pub button: Button,
}

/// The buttons that a link's page may have.
#[derive(Debug, Clone, PartialEq)]
pub enum Button {
    /// Agree to the closure that the link is bound to.
    Approve,
    /// Refuse it; the reason is mandatory.
    RefuseClosure {
        /// Why.
        reason: String,
    },
    /// Answer the question that the link is bound to.
    Answer {
        /// The words.
        text: String,
        /// Files.
        files: Vec<File>,
    },
    /// Judge, 1 to 5 each.
    Rate {
        /// The delay.
        delay: u8,
        /// The answers.
        answers: u8,
        /// In words; may be empty.
        comment: String,
    },
    /// Say something on the ticket.
    Reply {
        /// The words.
        text: String,
        /// Files.
        files: Vec<File>,
    },
    /// Bring it back.
    Reopen {
        /// Why.
        reason: String,
    },
    /// Take it back.
    Cancel,
    /// Leave it (guests).
    Leave,
    /// Say that the link's article solved it.
    Solved,
    /// Mail a fresh link to the stored address.
    FreshLink,
    /// Do what the link offers: take back an act, go on with a text that waits.
    Confirm,
}

/// What came of a press.
#[derive(Debug, Clone, PartialEq)]
pub enum Pressed {
    /// It was done; the ticket as it is now, and for an approval the link's token that leads to the rating.
    Done {
        /// Afterwards.
        ticket: Box<Ticket>,
        /// Stable words of what happened.
        done: Vec<String>,
        /// Token bytes of a rating link, minted for this person in the same commit.
        rate: Option<[u8; 32]>,
    },
    /// The same form was pressed before: it stands.
    AlreadyDone {
        /// As it is now.
        ticket: Box<Ticket>,
    },
    /// It was not possible any more, or never was.
    Refused {
        /// As it is now.
        ticket: Box<Ticket>,
        /// Why.
        refused: Vec<Refused>,
    },
    /// A fresh link was mailed (or would have been: the answer is always the same).
    LinkSent,
    /// There is no such link.
    NotFound,
}
