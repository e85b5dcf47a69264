//! Delivery reports: believed only through a Message-ID or envelope address that we signed for that very person
//! (CASEBOOK E07, E08). Soft ones inform, hard ones count; two hard failures silence an address, for all to see.

use serde_json::json;

use super::Gateway;
use super::case::Case;
use super::effects::{Decided, Fault};
use crate::address::Address;
use crate::desk::{Outcome, Ticket};
use crate::mail::Carrier;
use crate::mail::carrier::Purpose;
use crate::notifications::{Because, Extra, MailKind, Notice};
use crate::store::{Change, Disposition, LetterRow, LetterState, Person, Store};

/// Hard failures of different mails before an address gets no more notifications (CASEBOOK E07, E08).
const HARD_FAILURES: u32 = 2;
/// Characters of a server's diagnosis that agents are shown.
const DIAGNOSIS_MAX: usize = 200;

impl<S: Store> Gateway<S> {
    /// A delivery report: which letter of ours, and what follows.
    pub(super) fn bounce(&mut self, case: &mut Case<'_>) -> Result<Change, Fault> {
        let Some(letter) = self.returned(case)? else { return Ok(case.ends(Disposition::Ignored, "report-about-nothing-of-ours", None)) };
        case.note("letter", json!(letter.id));
        let report = case.mail.bounce.clone().unwrap_or_default();
        let permanent = report.permanent == Some(true) && report.action.as_deref() != Some("delayed");
        let ticket = match letter.ticket {
            Some(id) => self.store.ticket(id)?,
            None => None,
        };
        let reason = if permanent { "bounce" } else { "delay-report" };
        let ended = case.ends(Disposition::Attached, reason, letter.ticket);
        if !permanent || letter.state == LetterState::Refused {
            return Ok(ended);
        }
        self.undelivered(ended, &letter, ticket.as_ref(), &diagnosis(case))
    }

    /// What follows when a letter will never arrive: its row, its address, and one mail to whoever handles the ticket.
    pub(super) fn undelivered(
        &mut self,
        mut change: Change,
        letter: &LetterRow,
        ticket: Option<&Ticket>,
        diagnosis: &str,
    ) -> Result<Change, Fault> {
        change.bounced.push((letter.id, LetterState::Refused));
        let mut person = self.store.person(&letter.person)?.unwrap_or_else(|| Person::unknown(letter.person.clone()));
        person.failures += 1;
        person.suppressed |= person.failures >= HARD_FAILURES;
        change.people.push(person);
        let Some(ticket) = ticket else { return Ok(change) };
        if self.organisation.agent(&letter.person).is_some() {
            // Mails about mails to agents could go round: the log tells of them (CASEBOOK E17).
            tracing::warn!(letter = letter.id, kind = letter.kind, "a mail to an agent could not be delivered");
            return Ok(change);
        }
        let extra = Extra::Bounced { recipient: letter.person.clone(), diagnostic: diagnosis.to_owned(), permanent: true };
        let notices = self.who_handles(ticket, &letter.person).into_iter();
        let notices =
            notices.map(|to| Notice { to, kind: MailKind::BounceNotice, because: Because::Assignee, extra: extra.clone() }).collect();
        let outcome = Outcome { ticket: Some(ticket.clone()), done: vec![], refused: vec![] };
        self.add(&mut change, Decided { before: Some(ticket), outcome: &outcome, extra: notices, silent: false, unanswered: None })?;
        Ok(change)
    }

    /// The assignee, else the agents of the service; never the address that fails.
    fn who_handles(&self, ticket: &Ticket, but: &Address) -> Vec<Address> {
        let agents: Vec<Address> = match &ticket.assignee {
            Some(assignee) => vec![assignee.clone()],
            None => self.organisation.members(&ticket.service).map(|(agent, _)| agent.address.clone()).collect(),
        };
        agents.into_iter().filter(|agent| agent != but).collect()
    }

    /// The letter that a report speaks of.
    fn returned(&self, case: &Case<'_>) -> Result<Option<LetterRow>, Fault> {
        let envelope = case.pointers.tags.iter().find(|carrier| carrier.purpose == Purpose::Envelope);
        if let Some(carrier) = envelope
            && let Some(letter) = self.store.letter(carrier.number)?
            && self.site.keys.made_for(carrier, &letter.person)
        {
            return Ok(Some(letter));
        }
        let ids = case.mail.bounce.iter().flat_map(|report| &report.original_ids).chain(&case.pointers.ids);
        for id in ids {
            let Some(carrier) = Carrier::in_message_id(id) else { continue };
            let Some(letter) = self.store.letter_of(id)? else { continue };
            if self.site.keys.made_for(&carrier, &letter.person) && self.names_its_recipient(case, &letter) {
                return Ok(Some(letter));
            }
        }
        Ok(None)
    }

    /// An id can only ever speak of the person that it was issued to.
    fn names_its_recipient(&self, case: &Case<'_>, letter: &LetterRow) -> bool {
        let named = case.mail.bounce.as_ref().and_then(|report| report.recipient.as_deref());
        named.is_none_or(|named| Address::parse(named).is_ok_and(|named| named == letter.person))
    }
}

fn diagnosis(case: &Case<'_>) -> String {
    let report = case.mail.bounce.clone().unwrap_or_default();
    let line = case.mail.text.lines().find(|line| line.contains("5.")).unwrap_or_default();
    format!("{} {}", report.status.unwrap_or_default(), line.trim()).chars().take(DIAGNOSIS_MAX).collect()
}
