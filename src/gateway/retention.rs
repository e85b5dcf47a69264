//! What is kept no longer than the site wants: deleted in portions, one at each tick while some is left, else looked for once an hour.
//!
//! Excludes: what belongs together, and in which order it goes (the store's).

use jiff::{SignedDuration, Timestamp};

use super::Gateway;
use crate::site::Retention;
use crate::store::{Backend, Overdue, Store, Swept};

/// What is overdue now, as the site has it.
pub fn overdue(retention: &Retention, now: Timestamp) -> Overdue {
    let since = |days: u16| (days > 0).then(|| now - SignedDuration::from_hours(24 * i64::from(days)));
    let Retention { mail_days, ticket_days, letter_days, trace_days } = *retention;
    Overdue { mails: since(mail_days), tickets: since(ticket_days), letters: since(letter_days), traces: since(trace_days) }
}

impl<S: Store> Gateway<S> {
    /// Deletes a portion of what is overdue.
    pub fn sweep(&mut self) -> Result<Swept, Backend> {
        let now = self.clock.now();
        self.store.sweep(&overdue(&self.site.retention, now), now)
    }

    /// The same, when there may be something.
    pub(super) fn sweep_now_and_then(&mut self) -> Result<(), Backend> {
        let now = self.clock.now().to_zoned(self.site.zone.clone());
        let hour = now.date().at(now.hour(), 0, 0, 0);
        if self.site.retention == Retention::default() || self.swept == Some(hour) {
            return Ok(());
        }
        let swept = self.sweep()?;
        if swept.is_nothing() {
            self.swept = Some(hour);
        } else {
            let Swept { mails, tickets, letters, .. } = swept;
            tracing::info!(mails, tickets, letters, "deleted, as their time is over");
        }
        Ok(())
    }
}
