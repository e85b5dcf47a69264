//! Requests that are filled in on a page, opened as tickets.

use serde_json::json;

use super::Gateway;
use super::access::Entered;
use super::case::attached;
use super::effects::{Decided, Fault, token_hash};
use crate::address::{Address, Mailbox};
use crate::desk::{Action, Actor, Details, Door, Opening, Purpose, Source, Ticket, Urgency, Words, decide_all};
use crate::mail::{self, Auto, File, Outgoing};
use crate::ports::{Arrival, Origin};
use crate::proof::Level;
use crate::store::{Access, Backend, Cause, Change, CommitFault, Disposition, Gate, Handled, Link, Person, Request, Store};

/// Characters of a title that are kept.
const TITLE_MAX: usize = 200;
/// Days that the link on the page after it lives.
const VIEW_DAYS: i64 = 30;

/// Who opens a ticket on a page, for whom, and by which cause.
pub struct Opens<'a> {
    /// Who acts.
    pub actor: Actor,
    /// Whose request it is.
    pub requester: &'a Address,
    /// Unique.
    pub cause: String,
    /// A key that this uses up.
    pub used: Option<&'a Gate>,
}

impl<S: Store> Gateway<S> {
    /// A filled-in request becomes a ticket: its author's mailbox proved it.
    pub(super) fn prove(&mut self, gate: Gate) -> Result<Entered, Backend> {
        let Some(request) = gate.request.clone() else { return Ok(Entered::Over) };
        let name = Some(request.name.clone()).filter(|name| !name.is_empty());
        let actor = Actor::person(gate.person.clone(), name, Door::Page, Level::Proven);
        let cause = format!("proof/{}", data_encoding::HEXLOWER.encode(&gate.hash[..16]));
        let opens = Opens { actor: Actor { as_participant: true, ..actor }, requester: &gate.person, cause, used: Some(&gate) };
        match self.open_request(&request, &opens)? {
            Some((_, token)) => Ok(Entered::Opened(token)),
            None => Ok(Entered::Over),
        }
    }

    /// Opens a ticket from a page; the ticket, and the token of a link of its requester. None: it was opened before, or
    /// there is no such service.
    pub fn open_request(&mut self, request: &Request, opens: &Opens<'_>) -> Result<Option<(Ticket, [u8; 32])>, Backend> {
        let Some(service) = self.organisation.service(&request.service) else { return Ok(None) };
        let category = service.categories.iter().find(|category| category.key == request.category).map(|category| category.key.clone());
        let now = self.clock.now();
        let mut change = Change::new(Cause::Named(opens.cause.clone()), now);
        let (words, kept) = self.request_words(request, &opens.cause)?;
        let opening = Opening {
            id: self.store.next_ticket()?,
            title: request.title.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(TITLE_MAX).collect(),
            service: request.service.clone(),
            category: category.unwrap_or_default(),
            requester: opens.requester.clone(),
            beneficiary: None,
            guests: vec![],
            language: self.templates.language([request.language.as_str(), &self.site.language]),
            urgency: Urgency::Medium,
            words,
            related: None,
            late: false,
            told: self.stated(request),
        };
        let outcome = decide_all(None, vec![Action::Open(Box::new(opening))], &opens.actor, self.rules(), now);
        let Some(ticket) = outcome.ticket.clone() else { return Ok(None) };
        self.add(&mut change, Decided { before: None, outcome: &outcome, extra: vec![], silent: false, unanswered: None })?;
        change.people.extend(self.learned_from(request, opens.requester)?);
        change.also_handled.extend(kept.map(|instance| (instance, form_handled(Some(ticket.id)))));
        change.access.extend(opens.used.map(|gate| Access::Used(gate.hash)));
        let token = self.mint.token();
        change.links.push(view_link(&token, opens.requester, &ticket, now));
        match self.store.commit(&change) {
            Ok(()) => Ok(Some((ticket, token))),
            Err(CommitFault::AlreadyDone) => Ok(None),
            Err(fault) => Err(Backend(fault.to_string())),
        }
    }

    /// What the lines of the category's template state; what it does not ask is not taken.
    fn stated(&self, request: &Request) -> Details {
        let wanted = self.organisation.fields(&request.service, &request.category);
        let mut details = Details::default();
        for (key, value) in request.told.iter().filter(|(_, value)| !value.is_empty()) {
            wanted.iter().filter(|wanted| wanted.key == *key).for_each(|wanted| details.state(wanted.property(value.clone())));
        }
        details
    }

    fn learned_from(&self, request: &Request, requester: &Address) -> Result<Option<Person>, Backend> {
        let known = self.store.person(requester)?;
        let mut person = known.clone().unwrap_or_else(|| Person::unknown(requester.clone()));
        person.name = person.name.or_else(|| Some(request.name.clone()).filter(|name| !name.is_empty()));
        person.language = person.language.or_else(|| Some(request.language.clone()).filter(|language| !language.is_empty()));
        Ok((known.as_ref() != Some(&person)).then_some(person))
    }

    /// Files are kept as a mail is.
    fn request_words(&mut self, request: &Request, name: &str) -> Result<(Words, Option<u64>), Backend> {
        let mut words = Words { text: request.text.trim().to_owned(), ..Words::default() };
        let Some(raw) = request.raw.clone() else { return Ok((words, None)) };
        let read = mail::read(&raw, &self.site.limits);
        let origin = Origin { mailbox: "page".into(), folder: String::new(), epoch: 0, uid: 0, name: name.to_owned() };
        let arrival = Arrival { old: true, ..Arrival::new(origin, self.clock.now(), raw) };
        let kept = self.store.keep(&[arrival])?.first().map(|kept| kept.instance);
        words.source = kept.map(|instance| Source { instance, message_id: None, attachments: attached(&read) });
        Ok((words, kept))
    }

    /// A mail that only carries the files of a form.
    pub fn carrying(&mut self, from: &Address, (title, text): (&str, &str), files: &[File]) -> Result<Vec<u8>, Backend> {
        let salt = self.mint.salt();
        let mail = Outgoing {
            message_id: self.site.keys.message_id(0, from, &salt, self.site.desk.address.domain()),
            from: Mailbox::new(None, from.clone()),
            to: self.site.desk.clone(),
            shown_cc: vec![],
            reply_to: None,
            envelope_from: None,
            date: self.clock.now().as_second(),
            subject: title.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(TITLE_MAX).collect(),
            in_reply_to: None,
            references: vec![],
            thread_index: None,
            auto: Auto::Human,
            language: self.site.language.clone(),
            unsubscribe: None,
            text: text.to_owned(),
            html: None,
            files: files.to_vec(),
        };
        mail::compose(&mail).map(|letter| letter.bytes).map_err(|fault| Fault::Compose(fault.to_string()).into())
    }
}

/// The outcome of a form's mail, in the commit that opens the ticket.
fn form_handled(ticket: Option<u64>) -> Handled {
    Handled {
        disposition: Disposition::New,
        reason: "form".to_owned(),
        ticket,
        from: None,
        message_id: None,
        date: None,
        body_hash: [0; 32],
        trace: json!({"door": "page"}),
    }
}

fn view_link(token: &[u8; 32], person: &Address, ticket: &Ticket, now: jiff::Timestamp) -> Link {
    Link {
        hash: token_hash(token),
        purpose: Purpose::View,
        person: person.clone(),
        ticket: ticket.id,
        request: 0,
        issued_at: now,
        expires_at: super::facts::since_hours(now, -24 * VIEW_DAYS),
        ended_at: None,
    }
}
