//! Reports: what waits for an agent, mailed at the hours that they chose. Each is mailed once; what was missed while the
//! desk was not running is caught up, once.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Gateway;
use super::effects::Fault;
use crate::address::Address;
use crate::notifications::{Answer, Because, Extra, MailKind, Notice};
use crate::store::{Backend, Cause, Change, CommitFault, Store};

impl<S: Store> Gateway<S> {
    /// Mails the reports that are due. Looks at people's choices once an hour, however often it is called.
    pub(super) fn reports(&mut self) -> Result<usize, Backend> {
        let now = self.clock.now().to_zoned(self.site.zone.clone());
        let hour = now.date().at(now.hour(), 0, 0, 0);
        let begins = self.reported.replace(hour);
        if begins == Some(hour) {
            return Ok(0);
        }
        let mut mailed = self.periodic_figures()?;
        let organisation = self.organisation.clone();
        for agent in organisation.agents.iter().filter(|agent| !agent.disabled) {
            let preferences = self.store.preferences(&agent.address)?;
            let zone = preferences.zone.as_deref().and_then(|name| TimeZone::get(name).ok());
            let local = zone.map_or_else(|| now.clone(), |zone| now.with_time_zone(zone));
            // What was chosen in the course of a day begins with the next hour; only a start catches up.
            if let Some(due) = preferences.report_due(&local).filter(|due| begins.is_none() || *due == local.hour()) {
                mailed += usize::from(self.report(&agent.address, (local.date(), due))?);
            }
        }
        Ok(mailed)
    }

    fn report(&mut self, agent: &Address, (day, hour): (Date, i8)) -> Result<bool, Backend> {
        let cause = format!("report/{agent}/{day}/{hour}");
        let mut change = Change::new(Cause::Named(cause), self.clock.now());
        let written = self.write_report(&mut change, agent).map_err(|fault| Backend(fault.to_string()))?;
        if !written {
            return Ok(false);
        }
        match self.store.commit(&change) {
            Ok(()) => Ok(true),
            Err(CommitFault::AlreadyDone) => Ok(false),
            Err(fault) => Err(Backend(fault.to_string())),
        }
    }

    /// Mails a report at once, also when there is nothing to tell, to see what it looks like.
    pub fn report_now(&mut self, agent: &Address, nonce: &str) -> Result<(), Backend> {
        let mut change = Change::new(Cause::Named(format!("form/{nonce}")), self.clock.now());
        let answers = self.day_of(agent)?;
        self.mail_report(&mut change, agent, answers)?;
        match self.store.commit(&change) {
            Ok(()) | Err(CommitFault::AlreadyDone) => Ok(()),
            Err(fault) => Err(Backend(fault.to_string())),
        }
    }

    /// Nothing to tell is not mailed.
    fn write_report(&mut self, change: &mut Change, agent: &Address) -> Result<bool, Fault> {
        let mut answers = self.day_of(agent)?;
        answers.retain(|answer| !matches!(answer, Answer::Tickets { rows, .. } if rows.is_empty()));
        if answers.is_empty() { Ok(false) } else { self.mail_report(change, agent, answers) }
    }

    /// False: their address takes no mail.
    fn mail_report(&mut self, change: &mut Change, agent: &Address, answers: Vec<Answer>) -> Result<bool, Fault> {
        let extra = Extra::Answers { answers, asked_in: None };
        let notice = Notice { to: agent.clone(), kind: MailKind::DailyReport, because: Because::Monitoring, extra };
        if self.kept_back(&notice, change)?.is_some() {
            return Ok(false);
        }
        self.write_apart(change, &notice)?;
        Ok(true)
    }
}
