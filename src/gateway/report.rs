//! Reports: what waits for an agent, mailed at the hours that they chose. Each is mailed once; what was missed while the
//! desk was not running is caught up, once.

use jiff::civil::Date;

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
        let organisation = self.organisation.clone();
        let mut mailed = 0;
        for agent in organisation.agents.iter().filter(|agent| !agent.disabled) {
            let due = self.store.preferences(&agent.address)?.report_due(&now);
            // What was chosen in the course of a day begins with the next hour; only a start catches up.
            if let Some(due) = due.filter(|due| begins.is_none() || *due == now.hour()) {
                mailed += usize::from(self.report(&agent.address, (now.date(), due))?);
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

    /// Nothing to tell is not mailed.
    fn write_report(&mut self, change: &mut Change, agent: &Address) -> Result<bool, Fault> {
        let mut answers = self.day_of(agent)?;
        answers.retain(|answer| !matches!(answer, Answer::Tickets { rows, .. } if rows.is_empty()));
        let extra = Extra::Answers { answers, asked_in: None };
        let notice = Notice { to: agent.clone(), kind: MailKind::DailyReport, because: Because::Monitoring, extra };
        let nothing = matches!(&notice.extra, Extra::Answers { answers, .. } if answers.is_empty());
        if nothing || self.kept_back(&notice, change)?.is_some() {
            return Ok(false);
        }
        self.write_apart(change, &notice)?;
        Ok(true)
    }
}
