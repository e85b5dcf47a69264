//! What came into a service's "other" category, mailed to its head once the month is over, where the organisation file names that category.
//!
//! Excludes: when a month is over and who is told (see `figures`), and what is counted of titles (see `knowledge`).

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Gateway;
use super::effects::Fault;
use crate::address::Address;
use crate::desk::Service;
use crate::desk::figures::Rhythm;
use crate::knowledge::frequent;
use crate::notifications::{Because, Digest, Extra, MailKind, Notice};
use crate::store::{Change, Store};

/// Rows of each list.
const ROWS: usize = 10;

impl<S: Store> Gateway<S> {
    /// Of the month that begins then. A month in which nothing came is not mailed.
    pub(super) fn write_digest(&mut self, change: &mut Change, (service, category): (&Service, &str), from: Date) -> Result<(), Fault> {
        let month = Rhythm::Monthly;
        let [before, begins, ends] = [month.before(from), from, month.after(from)].map(|day| self.begins(day));
        let place = (service.key.as_str(), category);
        let asked = self.store.asked(place, [begins, ends])?;
        if asked.is_empty() {
            return Ok(());
        }
        let digest = Digest {
            organisation: self.organisation.clone(),
            place: (service.key.clone(), category.to_owned()),
            days: (from, month.after(from).yesterday().unwrap_or(from)),
            tickets: (asked.len(), self.store.opened(place, [before, begins])?),
            words: frequent(&asked, ROWS),
            people: writers(&asked),
        };
        for to in self.heads(service) {
            let extra = Extra::Digest(Box::new(digest.clone()));
            self.write_figures_to(change, Notice { to, kind: MailKind::OtherDigest, because: Because::Administrator, extra })?;
        }
        Ok(())
    }
}

/// Whoever wrote more than once, most first.
fn writers(asked: &[(String, Address)]) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<&Address, usize> = BTreeMap::new();
    for (_, who) in asked {
        *counts.entry(who).or_default() += 1;
    }
    let mut all: Vec<(String, usize)> = counts.into_iter().filter(|(_, n)| *n > 1).map(|(who, n)| (who.to_string(), n)).collect();
    all.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    all.truncate(ROWS);
    all
}
