//! A new conversation.

use super::super::{Gateway, facts};
use super::conversation::PROMPT_SECONDS;
use super::relayed::Relayed;
use jiff::SignedDuration;
use serde_json::json;

use super::super::case::Case;
use super::super::crowd::CROWD;
use super::super::effects::{Decided, Fault, learned};
use crate::address::Address;
use crate::desk::{Action, Actor, Door, Opening, Property, TicketId, Urgency, decide_all};
use crate::mail::{Incoming, Kind};
use crate::proof::Level;
use crate::routing::rules::Judgement;
use crate::routing::{fields, newcomers, service};
use crate::store::{Change, Disposition, How, KnownId, Seen, Store};

/// How a new mail follows our last automatic one to its author.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Haste {
    None,
    Once,
    Machine,
}

/// Characters of a title that are kept.
const TITLE_MAX: usize = 200;

/// The ticket that a mail was meant for, when it opens another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gateway) enum Meant {
    /// Its author's, and at its end: they are told why.
    Ended(TicketId),
    /// One that its author has no part in: agents alone are told.
    Others(TicketId),
}

impl Meant {
    fn ticket(self) -> TicketId {
        match self {
            Meant::Ended(ticket) | Meant::Others(ticket) => ticket,
        }
    }
}

impl<S: Store> Gateway<S> {
    /// Opens a ticket, perhaps for what was meant for another.
    pub(in crate::gateway) fn open(&mut self, case: &mut Case<'_>, meant: Option<Meant>) -> Result<Change, Fault> {
        let Some(who) = case.identity.who.clone() else { return self.hold(case, "no-author", None) };
        let judged = self.judged(case);
        match &judged {
            // What a person decided is decided.
            _ if case.word.is_some() => {}
            judged if judged.junk => return Ok(case.ends(Disposition::Ignored, "rule-junk", None)),
            judged if judged.hold => return self.hold(case, "rule-hold", None),
            _ => {}
        }
        let Some((service, category)) = service::destination(&case.mail, &self.organisation, &self.site, judged.place) else {
            return self.hold(case, "no-service", None);
        };
        let guests = self.first_guests(case, &who.address)?;
        let known = self.store.person(&who.address)?;
        if known.as_ref().is_some_and(|person| person.blocked) {
            return Ok(case.ends(Disposition::Ignored, "blocked-sender", None));
        }
        if self.is_one_too_many(case, &who.address, known.as_ref()) {
            return self.hold(case, CROWD, None);
        }
        let (beneficiary, mut told) = fields::told(&case.mail, self.organisation.category(&service, &category), &self.organisation);
        let hinted = case.mail.important && judged.urgency.is_none();
        if hinted {
            // A mail program's mark: agents see it, and nothing follows from it.
            told.found.push(Property::Urgency(Urgency::High).word().to_owned());
        }
        let urgency = judged.urgency.unwrap_or(if hinted { Urgency::High } else { Urgency::Medium });
        let mut opening = Opening {
            id: self.store.next_ticket()?,
            title: String::new(),
            service,
            category,
            requester: who.address.clone(),
            beneficiary: beneficiary.filter(|_| case.identity.level == Level::Proven),
            guests,
            language: self.language(&case.mail, known.as_ref().and_then(|person| person.language.clone())),
            urgency,
            words: case.words(self.redacted(case)?),
            related: meant.map(Meant::ticket),
            late: matches!(meant, Some(Meant::Ended(_))),
            told,
        };
        opening.title = self.title(&case.mail, &opening.language);
        let mut relayed = self.relayed(case, &opening)?;
        self.relay(&mut opening, &mut relayed)?;
        let given = relayed.requester.clone();
        let actor = Actor::person(who.address.clone(), who.name.clone(), Door::Mail, case.identity.level);
        let actions = std::iter::once(Action::Open(Box::new(opening))).chain(std::mem::take(&mut relayed.actions)).collect();
        let outcome = decide_all(None, actions, &actor, self.rules(), case.now);
        let extra = self.told_relay(&relayed, &who.address, &outcome.refused);
        let ticket = outcome.ticket.as_ref().map(|ticket| ticket.id);
        let wrong_tag = meant.is_none() && case.pointers.signed_numbers().next().is_some();
        let mut change = Change::new(crate::store::Cause::Mail(case.waiting.instance), case.now);
        let silent = case.waiting.old || case.mail.kind != Kind::Human;
        let hasty = self.answers_too_promptly(&who.address, case)?;
        let unanswered = (hasty == Haste::Machine).then(|| who.address.clone());
        let told = self.add(&mut change, Decided { before: None, outcome: &outcome, extra, silent, unanswered })?;
        case.note("told", told);
        let reason = match hasty {
            _ if wrong_tag => "wrong-tag",
            Haste::None => "new",
            Haste::Once | Haste::Machine => "prompt-reply",
        };
        change.handled = case.ends(Disposition::New, reason, ticket).handled;
        change.people.extend(learned(known, &who, case.mail.language.as_ref(), case.mail.list_id.is_some()));
        if let Some(given) = given {
            change.people.extend(learned(self.store.person(&given.address)?, &given, None, false));
        }
        self.point(case, &mut change, ticket);
        self.revoke(case, &mut change)?;
        Ok(change)
    }

    /// What the organisation's rules say of it, told in `why`.
    fn judged(&self, case: &mut Case<'_>) -> Judgement {
        let judged = self.judges.judge(&case.mail, &case.waiting.raw);
        if !judged.fits.is_empty() {
            case.note("rules", json!(judged));
        }
        judged
    }

    /// The request is whose the agent says, in the words that they passed on.
    fn relay(&self, opening: &mut Opening, relayed: &mut Relayed) -> Result<(), Fault> {
        if let Some(requester) = &relayed.requester {
            let known = self.store.person(&requester.address)?.and_then(|person| person.language);
            let language = known.unwrap_or_else(|| opening.language.clone());
            opening.language = self.templates.language([language.as_str(), &self.site.language]);
            opening.requester = requester.address.clone();
            opening.guests.retain(|guest| *guest != requester.address);
            opening.beneficiary = opening.beneficiary.take().filter(|other| *other != requester.address);
        }
        if let Some(text) = relayed.text.take() {
            opening.words.text = text;
        }
        Ok(())
    }

    /// Did this author write within seconds of an automatic mail of ours, and again and again (CASEBOOK E04)?
    fn answers_too_promptly(&self, author: &Address, case: &Case<'_>) -> Result<Haste, Fault> {
        let got = case.waiting.received_at;
        let just_before = self.store.auto_since(Some(author), got - SignedDuration::from_secs(PROMPT_SECONDS))?;
        // What our server got before we wrote is no answer to it, however late we read it.
        if just_before <= self.store.auto_since(Some(author), got + SignedDuration::from_secs(1))? {
            return Ok(Haste::None);
        }
        let before = self.store.from_since(author, Some("prompt-reply"), facts::since_hours(case.now, 24))?;
        Ok(if before + 1 >= self.site.brakes.prompt_answers { Haste::Machine } else { Haste::Once })
    }

    /// To and Cc of a proven person's first mail follow from the start.
    fn first_guests(&self, case: &Case<'_>, requester: &Address) -> Result<Vec<Address>, Fault> {
        if case.identity.level < Level::Proven {
            return Ok(vec![]);
        }
        let lists = self.lists(&case.reached)?;
        let mut guests = newcomers::newcomers(&case.reached, |who| who == requester, |who| lists.contains(who));
        let limit = self.site.policy.newcomers_per_mail;
        if guests.len() > limit {
            guests.clear();
        }
        Ok(guests)
    }

    /// Those of some addresses that once sent through a list.
    pub(super) fn lists(&self, people: &[Address]) -> Result<Vec<Address>, Fault> {
        let mut lists = Vec::new();
        for who in people {
            if self.store.person(who)?.is_some_and(|person| person.is_list) {
                lists.push(who.clone());
            }
        }
        Ok(lists)
    }

    /// The subject; of a mail without one its first words, else its first file's name, else that there is none (CASEBOOK F15).
    fn title(&self, mail: &Incoming, language: &str) -> String {
        let first = || mail.said.lines().chain(mail.text.lines()).map(str::trim).find(|line| !line.is_empty()).map(str::to_owned);
        let file = || mail.attachments.first().map(|file| file.name.clone());
        let subject = Some(mail.subject_core.clone()).filter(|subject| !subject.trim().is_empty());
        let none = || self.templates.words(language).say("block.untitled", &[]);
        subject.or_else(first).or_else(file).unwrap_or_else(none).chars().take(TITLE_MAX).collect()
    }

    fn language(&self, mail: &Incoming, remembered: Option<String>) -> String {
        let written = mail.language.as_deref();
        self.templates.language([written.or(remembered.as_deref()).unwrap_or(&self.site.language), &self.site.language])
    }

    /// From now on the mail's ids, its thread and its readers' threads lead to the ticket.
    pub(super) fn point(&self, case: &Case<'_>, change: &mut Change, ticket: Option<TicketId>) {
        let Some(ticket) = ticket else { return };
        let author = case.identity.address().cloned();
        change.ids.push(KnownId { id: case.message_id.clone(), ticket, how: How::Seen, person: author.clone() });
        let quoted = case.pointers.ids.iter().map(|id| KnownId { id: id.clone(), ticket, how: How::Quoted, person: None });
        change.ids.extend(quoted);
        change.threads.extend(case.pointers.thread_root.clone().map(|root| (root, ticket)));
        let readers = author.into_iter().chain(case.reached.iter().cloned());
        let seen = readers.map(|person| Seen { ticket, person, message_id: case.message_id.clone() });
        // What a reader got from the mail itself comes before what we send them now.
        let ours = std::mem::take(&mut change.seen);
        change.seen = seen.chain(ours).collect();
    }
}
