//! Questions by mail: lists, states, searches, the commands, and what somebody says of themselves. Answered once, apart from
//! any ticket's conversation; an answer to a list may hold a line for each ticket.

use jiff::SignedDuration;

use super::super::case::Case;
use super::super::effects::Fault;
use super::super::personal::{PERSONAL_MAX, personal};
use super::super::{Gateway, articles};
use super::conversation::spoken;
use crate::address::Address;
use crate::desk::{Preferences, Role, Status, Ticket, TicketId, Urgency, Visibility, catalogue, promise};
use crate::mail::{Kind, commands};
use crate::notifications::{Answer, Because, Extra, MailKind, Notice, Row};
use crate::proof::Level;
use crate::routing::understand::questions::{Listing, Question, question};
use crate::routing::understand::{Moment, batch};
use crate::store::{Access, Change, Disposition, Order, Search, Shelf, Store};

/// Tickets that one list has.
const LIST_MAX: usize = 50;
/// Stands for the title of what mails say nothing of.
const CONFIDENTIAL: &str = "…";
/// Work that waits for nobody outside.
const AT_WORK: [&str; 2] = ["free", "in_progress"];
/// How long a ticket may stay unanswered before it counts as late.
const LATE: SignedDuration = SignedDuration::from_hours(24);

impl<S: Store> Gateway<S> {
    /// A new mail of a proven person that asks for answers, or answers a list; `None`: it is any other mail.
    pub(super) fn asks_the_desk(&mut self, case: &mut Case<'_>) -> Result<Option<Change>, Fault> {
        if case.identity.level < Level::Proven || case.mail.kind != Kind::Human {
            return Ok(None);
        }
        let Some(author) = case.identity.address().cloned() else { return Ok(None) };
        // An agent speaks for the desk only where their very words are proven (CASEBOOK A32).
        if case.identity.weak && self.organisation.agent(&author).is_some() {
            return Ok(None);
        }
        let said = spoken(case);
        if !said.contains(['#', '＃']) {
            return Ok(None);
        }
        if let Some(lines) = batch::lines(&said)
            && self.answers_a_list(case, &author)?
        {
            return self.batch(case, &author, lines).map(Some);
        }
        let Some(questions) = self.only_questions(case, &author, &said) else { return Ok(None) };
        let mut change = case.ends(Disposition::Attached, "question", None);
        self.answer_to(&mut change, case, (&author, None), questions)?;
        Ok(Some(change))
    }

    /// The mail's questions, when there is nothing else in it that anybody should read.
    fn only_questions(&self, case: &Case<'_>, author: &Address, said: &str) -> Option<Vec<Question>> {
        let role = if self.organisation.agent(author).is_some() { Role::Agent } else { Role::Owner };
        let meant = |word: &str| catalogue::find_for(word, role).filter(|spec| spec.is_question() && spec.commands.contains(&role));
        let found = commands::find(said, |word| meant(word).is_some());
        if found.lines.is_empty() || !found.rest.trim().is_empty() {
            return None;
        }
        let at = Moment { now: case.now, zone: &self.site.zone };
        found.lines.iter().map(|line| question(meant(&line.word)?, line, at).ok()).collect()
    }

    fn answers_a_list(&self, case: &Case<'_>, author: &Address) -> Result<bool, Fault> {
        let Some(answered) = case.pointers.ids.first() else { return Ok(false) };
        let letter = self.store.letter_of(answered)?;
        Ok(letter.is_some_and(|letter| {
            [MailKind::Answers, MailKind::DailyReport, MailKind::Burst].iter().any(|kind| letter.kind == kind.word())
                && letter.person == *author
        }))
    }

    /// Answers questions in one mail; `on` is the ticket that they were written on.
    pub(super) fn answer_to(
        &mut self,
        change: &mut Change,
        case: &Case<'_>,
        (who, on): (&Address, Option<&Ticket>),
        questions: Vec<Question>,
    ) -> Result<(), Fault> {
        if questions.is_empty() || case.waiting.old {
            return Ok(());
        }
        let mut answers = Vec::new();
        for question in questions {
            if let Question::History(number) = question {
                let number = number.or(on.map(|ticket| ticket.id));
                match number.map(|number| self.seen_by(who, number)).transpose()?.flatten() {
                    Some(ticket) => self.history(change, &ticket, who)?,
                    None => answers.push(no_ticket(number)),
                }
                continue;
            }
            if let Question::Same(other) = question {
                answers.push(self.same(change, who, other)?);
                continue;
            }
            self.answer(&mut answers, change, (who, on), question)?;
        }
        if answers.is_empty() { Ok(()) } else { self.mail_answers(change, case, who, answers) }
    }

    pub(super) fn mail_answers(&mut self, change: &mut Change, case: &Case<'_>, who: &Address, answers: Vec<Answer>) -> Result<(), Fault> {
        let extra = Extra::Answers { answers, asked_in: Some(case.message_id.clone()) };
        let notice = Notice { to: who.clone(), kind: MailKind::Answers, because: Because::Author, extra };
        match self.kept_back(&notice, change)? {
            None => self.write_apart(change, &notice),
            Some(reason) => {
                tracing::debug!(reason, "answers kept back");
                Ok(())
            }
        }
    }

    fn answer(
        &self,
        answers: &mut Vec<Answer>,
        change: &mut Change,
        (who, on): (&Address, Option<&Ticket>),
        question: Question,
    ) -> Result<(), Fault> {
        let services = self.services_of(who);
        match question {
            // Mails of their own.
            Question::History(_) | Question::Same(_) => {}
            Question::Help => answers.push(Answer::Help(if services.is_empty() { Role::Owner } else { Role::Agent })),
            Question::Status(number) => answers.push(self.state(who, number.or(on.map(|ticket| ticket.id)))?),
            Question::List(_) if services.is_empty() => answers.push(self.asked_by(who)?),
            Question::List(listing) => answers.push(self.listed(who, &services, listing)?),
            Question::Data => answers.push(Answer::Data(personal(&self.store, who, PERSONAL_MAX)?)),
            Question::Report => answers.extend(self.day_of(who)?),
            Question::ReportAt(hours, every_day) => {
                self.prefers(change, who, |known| Preferences {
                    report_at: hours.iter().copied().collect(),
                    report_on_weekends: every_day,
                    ..known
                })?;
                answers.push(Answer::ReportAt(hours, every_day));
            }
            Question::Search(words) => {
                answers.push(self.searched(who, services, &words)?);
                let articles = articles::found(&self.store, &words, self.organisation.agent(who).is_some())?;
                let told: Vec<_> = articles.iter().take(articles::SUGGESTED_MAX).map(articles::told).collect();
                answers.extend((!told.is_empty()).then_some(Answer::Articles(told)));
            }
            Question::Absent(until) => {
                self.prefers(change, who, |known| Preferences { away_until: until, ..known })?;
                answers.push(Answer::Absent(until));
                if until.is_some() {
                    answers.extend(self.left_behind(who, &services)?);
                }
            }
            Question::Hears(profile) => {
                let (level, theirs) = profile.levels();
                let each = |level| services.iter().map(|service| (service.clone(), level)).collect();
                self.prefers(change, who, |known| Preferences { hears: each(level), hears_categories: each(theirs), ..known })?;
                answers.push(Answer::Hears(profile));
            }
            Question::Language(language) => {
                self.prefers(change, who, |known| Preferences { language: Some(language.clone()), ..known })?;
                let known = self.store.person(who)?.unwrap_or_else(|| crate::store::Person::unknown(who.clone()));
                change.people.push(crate::store::Person { language: Some(language.clone()), ..known });
                answers.push(Answer::Language(language));
            }
        }
        Ok(())
    }

    /// Changes what somebody prefers.
    pub(in crate::gateway) fn prefers(
        &self,
        change: &mut Change,
        who: &Address,
        to: impl FnOnce(Preferences) -> Preferences,
    ) -> Result<(), Fault> {
        // Several of one mail go together.
        let pending = change.access.iter().rev().find_map(|access| match access {
            Access::Preferred(person, preferences) if person == who => Some((**preferences).clone()),
            _ => None,
        });
        let known = match pending {
            Some(known) => known,
            None => self.store.preferences(who)?,
        };
        let preferences = to(known);
        change.access.push(Access::Preferred(who.clone(), Box::new(preferences)));
        Ok(())
    }

    fn services_of(&self, who: &Address) -> Vec<String> {
        let agent = self.organisation.agent(who);
        agent.map_or_else(Vec::new, |agent| agent.memberships.iter().map(|member| member.service.clone()).collect())
    }

    /// How a ticket stands, for its people and the agents of its service alone (CASEBOOK B11, B14).
    fn state(&self, who: &Address, number: Option<TicketId>) -> Result<Answer, Fault> {
        Ok(match number.map(|number| self.seen_by(who, number)).transpose()?.flatten() {
            Some(ticket) => self.tickets("state", vec![ticket], false),
            None => no_ticket(number),
        })
    }

    /// An agent's day: what is theirs, what waits too long, what nobody has.
    pub(in crate::gateway) fn day_of(&self, who: &Address) -> Result<Vec<Answer>, Fault> {
        let services = self.services_of(who);
        [Listing::Mine, Listing::Waiting, Listing::Late, Listing::Today, Listing::Unanswered, Listing::Free]
            .into_iter()
            .map(|listing| self.listed(who, &services, listing))
            .collect()
    }

    /// The tickets of somebody who goes away, and the lines that hand them over; nothing without tickets.
    fn left_behind(&self, who: &Address, services: &[String]) -> Result<Vec<Answer>, Fault> {
        let mine = self.listed(who, services, Listing::Mine)?;
        let Answer::Tickets { rows, .. } = &mine else { return Ok(vec![]) };
        if rows.is_empty() {
            return Ok(vec![]);
        }
        let tickets = rows.iter().map(|row| row.id).collect();
        let deputy = self.organisation.deputy(who).map(|agent| (agent.name.clone(), agent.address.clone()));
        Ok(vec![mine, Answer::HandOver(tickets, deputy)])
    }

    fn listed(&self, who: &Address, services: &[String], listing: Listing) -> Result<Answer, Fault> {
        let now = self.clock.now();
        let open = Status::OPEN.to_vec();
        let shelf = Shelf { services: services.to_vec(), order: Order::Oldest, limit: LIST_MAX + 1, ..Shelf::default() };
        let shelf = match listing {
            Listing::Mine => Shelf { status: open, assignee: Some(who.clone()), ..shelf },
            Listing::Waiting => {
                Shelf { status: vec!["awaiting_approval", "waiting_for_information"], assignee: Some(who.clone()), ..shelf }
            }
            Listing::Free => Shelf { status: vec!["free"], ..shelf },
            Listing::Unanswered => Shelf { status: AT_WORK.to_vec(), unanswered: true, ..shelf },
            Listing::Late => Shelf { due: Some(now), ..shelf },
            Listing::Today => Shelf { due: services.first().map(|service| self.times().of(service).end_of_day(now)), ..shelf },
            Listing::Service | Listing::Urgent => Shelf { status: open, ..shelf },
        };
        let mut tickets = if services.is_empty() { vec![] } else { self.store.shelf(&shelf)? };
        let more = tickets.len() > LIST_MAX;
        tickets.truncate(LIST_MAX);
        match listing {
            Listing::Urgent => tickets.retain(|ticket| self.organisation.priority(ticket) == Urgency::High),
            Listing::Today => tickets.retain(|ticket| promise::next_due(ticket, self.times()).is_some_and(|due| due > now)),
            Listing::Unanswered => {
                tickets.retain(|ticket| now.duration_since(ticket.opened_at) >= LATE && promise::next_due(ticket, self.times()).is_none())
            }
            _ => {}
        }
        Ok(self.tickets(listing.word(), tickets, more))
    }

    /// The tickets that somebody takes part in, newest first.
    fn asked_by(&self, who: &Address) -> Result<Answer, Fault> {
        let mut tickets = self.store.tickets_of(who, None, LIST_MAX + 1)?;
        let more = tickets.len() > LIST_MAX;
        tickets.truncate(LIST_MAX);
        Ok(self.tickets("asked", tickets, more))
    }

    /// Agents search in the tickets of their services; others in what they may see of their own.
    fn searched(&self, who: &Address, services: Vec<String>, words: &str) -> Result<Answer, Fault> {
        let (agent, words) = (!services.is_empty(), words.to_owned());
        let all = || self.organisation.services.iter().map(|service| service.key.clone()).collect();
        let services = if agent { services } else { all() };
        let person = (!agent).then(|| who.to_string());
        let mut found = self.store.search(&Search { words: words.clone(), services, person, limit: LIST_MAX, ..Search::default() })?;
        if !agent {
            let mut seen = Vec::new();
            for ticket in found.tickets {
                if self.sees_words(who, &ticket, &words)? {
                    seen.push(ticket);
                }
            }
            found.tickets = seen;
        }
        Ok(self.tickets("found", found.tickets, found.further.is_some()))
    }

    /// Notes, and what was said before a guest came, are found by nobody who may not read them (CASEBOOK B01).
    fn sees_words(&self, who: &Address, ticket: &Ticket, words: &str) -> Result<bool, Fault> {
        let since = if ticket.is_owner(who) { 0 } else { ticket.guest(who).map_or(u64::MAX, |guest| guest.since) };
        let events = self.store.events(ticket.id)?;
        let visible = events.iter().filter(|event| event.visibility == Visibility::Public && event.seq >= since);
        let said = visible.filter_map(|event| event.text.as_deref()).chain([ticket.title.as_str()]).collect::<Vec<_>>().join(" ");
        let said = commands::fold(&said);
        Ok(commands::fold(words).split_whitespace().all(|word| said.contains(word)))
    }

    fn tickets(&self, list: &str, tickets: Vec<Ticket>, more: bool) -> Answer {
        Answer::Tickets { list: list.to_owned(), rows: tickets.iter().map(|ticket| self.row(ticket)).collect(), more }
    }

    /// A ticket's line.
    pub(in crate::gateway) fn row(&self, ticket: &Ticket) -> Row {
        let assignee = ticket.assignee.as_ref();
        let name = assignee.map(|who| self.organisation.agent(who).map_or_else(|| who.to_string(), |agent| agent.name.clone()));
        let confidential = self.organisation.is_confidential(&ticket.service, &ticket.category);
        Row {
            id: ticket.id,
            title: if confidential { CONFIDENTIAL.to_owned() } else { ticket.title.clone() },
            status: ticket.status.word().to_owned(),
            assignee: name.unwrap_or_default(),
            opened_at: ticket.opened_at,
            urgent: self.organisation.priority(ticket) == Urgency::High,
        }
    }
}

fn no_ticket(number: Option<TicketId>) -> Answer {
    Answer::NoTicket(number.map(|number| format!("#{number}")).unwrap_or_default())
}
