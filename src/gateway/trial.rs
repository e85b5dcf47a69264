//! What a mail would do, without doing it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Gateway;
use super::case::Waiting;
use super::receive::Trial;
use crate::address::Address;
use crate::desk::TicketId;
use crate::store::{Backend, Disposition, Store};

/// What would become of a mail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Would {
    /// Its outcome.
    pub outcome: Disposition,
    /// Why, in a stable word.
    pub reason: String,
    /// The ticket that it would open or go to.
    pub ticket: Option<TicketId>,
    /// Mails that would leave: to whom, and which.
    pub letters: Vec<(Address, String)>,
    /// The whole decision, as `guichet why` tells it.
    pub trace: serde_json::Value,
}

impl<S: Store> Gateway<S> {
    /// Decides about a mail as if it came now, and forgets it.
    pub fn would(&mut self, raw: Vec<u8>) -> Result<Would, Backend> {
        // The row of a mail that is not there.
        let waiting =
            Waiting { instance: 0, received_at: self.clock.now().max(Timestamp::UNIX_EPOCH), old: false, cut: false, raw: raw.into() };
        let crowd = self.crowd.clone();
        let decided = self.try_out(&waiting);
        // The number that a new ticket would have had is free again, and nobody wrote.
        self.store.abandon();
        self.crowd = crowd;
        let change = match decided? {
            Trial::Decided(change) => *change,
            Trial::Unread(reason) => return Ok(parked(reason)),
            Trial::Failed(fault) => return Ok(parked(&fault.to_string())),
        };
        let letters = change.letters.iter().map(|letter| (letter.person.clone(), letter.kind.clone())).collect();
        Ok(match change.handled {
            Some(handled) => {
                Would { outcome: handled.disposition, reason: handled.reason, ticket: handled.ticket, letters, trace: handled.trace }
            }
            None => parked("undecided"),
        })
    }
}

fn parked(reason: &str) -> Would {
    let trace = serde_json::Value::Null;
    Would { outcome: Disposition::Parked, reason: reason.to_owned(), ticket: None, letters: vec![], trace }
}
