//! A pressed button: link → action → decision → one commit. The same rules as for mails.

use serde_json::json;

use super::Gateway;
use super::case::attached;
use super::effects::{Decided, Fault, token_hash};
use super::pairs::Decision;
use super::press::{Button, Press, Pressed};
use crate::address::{Address, Mailbox};
use crate::desk::{Action, Actor, Door, Purpose, Rating, Refused, Source, Status, Ticket, What, Why, Words};
use crate::mail::{self, Auto, File, Outgoing};
use crate::notifications::MailKind;
use crate::ports::{Arrival, Origin};
use crate::proof::Level;
use crate::store::{Backend, Cause, Change, CommitFault, Disposition, Handled, Link, Store};

/// Mails with fresh links that one ticket may cause to one person in an hour (CASEBOOK C22).
const FRESH_LINKS_PER_HOUR: usize = 3;
/// Days that the rating link on the thank-you page lives (CASEBOOK section 3, row 21).
const RATE_DAYS: i64 = 30;

impl<S: Store> Gateway<S> {
    /// Does what a button asks, or says why not.
    pub fn press(&mut self, press: &Press) -> Result<Pressed, Backend> {
        // A link that is over must not be live again because a clock went back (CASEBOOK L07).
        if self.is_behind(self.clock.now())? {
            return Err(Backend("the clock is behind what was written before".into()));
        }
        let Some(link) = self.store.link(&press.link)? else { return Ok(Pressed::NotFound) };
        let Some(ticket) = super::facts::head(&self.store, link.ticket)? else { return Ok(Pressed::NotFound) };
        if press.button == Button::FreshLink {
            return self.fresh_link(&link, &ticket, press);
        }
        if matches!(link.purpose, Purpose::Undo | Purpose::Draft) {
            return self.press_on(&link, press);
        }
        if let Some(why) = self.void(&link, &ticket, &press.button) {
            let refused = vec![Refused { action: verb(&press.button).to_owned(), why }];
            return Ok(Pressed::Refused { ticket: Box::new(ticket), refused });
        }
        match self.pressed(&link, &ticket, press) {
            Ok(pressed) => Ok(pressed),
            Err(Fault::Backend(fault)) => Err(fault),
            Err(fault) => Err(Backend(fault.to_string())),
        }
    }

    /// Why a link does not do this: it is over, it is for something else, or its owner left.
    fn void(&self, link: &Link, ticket: &Ticket, button: &Button) -> Option<Why> {
        let now = self.clock.now();
        let fits = match button {
            Button::Approve => matches!(link.purpose, Purpose::Approve | Purpose::RefuseClosure),
            Button::RefuseClosure { .. } => matches!(link.purpose, Purpose::Approve | Purpose::RefuseClosure),
            Button::Answer { .. } => link.purpose == Purpose::Answer,
            Button::Rate { .. } => link.purpose == Purpose::Rate,
            Button::Solved => link.purpose == Purpose::Solved,
            Button::Confirm => matches!(link.purpose, Purpose::Sort | Purpose::Addition),
            _ => link.purpose == Purpose::View,
        };
        let moved = ticket.id != link.ticket && link.request > 0;
        if !fits || moved || !ticket.is_participant(&link.person) {
            return Some(Why::NotAllowed);
        }
        (link.ended_at.is_some() || link.expires_at <= now).then_some(Why::NoLongerOpen { request: link.request })
    }

    fn pressed(&mut self, link: &Link, ticket: &Ticket, press: &Press) -> Result<Pressed, Fault> {
        let now = self.clock.now();
        let (action, kept) = self.action(link, ticket, press)?;
        let person = self.store.person(&link.person)?;
        let mut actor = Actor::person(link.person.clone(), person.and_then(|person| person.name), Door::Link, Level::Proven);
        actor.as_participant = true;
        let outcome = self.decided(ticket, vec![action], &actor, now)?;
        if outcome.done.is_empty() {
            return Ok(Pressed::Refused { ticket: Box::new(ticket.clone()), refused: outcome.refused });
        }
        let mut change = Change::new(Cause::Named(format!("form/{}", press.nonce)), now);
        if !matches!(link.purpose, Purpose::Rate | Purpose::View) {
            change.used.push(link.hash);
        }
        self.add(&mut change, Decided { before: Some(ticket), outcome: &outcome, extra: vec![], silent: false, unanswered: None })?;
        self.follow(&mut change, &Decision { before: ticket, outcome: &outcome, actor: &actor, with_people: false })?;
        self.seal(&mut change, kept, ticket.id);
        let approved = outcome.done.iter().any(|event| matches!(event.what, What::ClosureApproved { .. } | What::Solved { .. }));
        let rate = approved.then(|| self.rating_link(&mut change, link));
        fail::fail_point!("pressed", |_| std::process::abort());
        let after = outcome.ticket.unwrap_or_else(|| ticket.clone());
        match self.store.commit(&change) {
            Ok(()) => {
                let done = outcome.done.iter().map(|event| event.what.word().to_owned()).collect();
                Ok(Pressed::Done { ticket: Box::new(after), done, rate })
            }
            Err(CommitFault::AlreadyDone) => Ok(Pressed::AlreadyDone { ticket: Box::new(ticket.clone()) }),
            Err(CommitFault::Backend(fault)) => Err(fault.into()),
            Err(fault) => Err(Backend(fault.to_string()).into()),
        }
    }

    fn action(&mut self, link: &Link, ticket: &Ticket, press: &Press) -> Result<(Action, Option<u64>), Fault> {
        let plain = |text: &str| Words { text: text.trim().to_owned(), ..Words::default() };
        Ok(match &press.button {
            Button::Approve => (Action::Approve(link.request), None),
            Button::Confirm if link.purpose == Purpose::Addition => (Action::Addition { to: link.request }, None),
            Button::Confirm => (Action::Sort { category: self.store.offer(&link.hash)?.unwrap_or_default() }, None),
            Button::Solved => (Action::Solve { article: link.request }, None),
            Button::RefuseClosure { reason } => (Action::RefuseClosure(link.request, plain(reason)), None),
            Button::Rate { delay, answers, comment } => {
                (Action::Rate(Rating { delay: *delay, answers: *answers, comment: comment.trim().to_owned() }), None)
            }
            Button::Reopen { reason } => (Action::Reopen(plain(reason)), None),
            Button::Cancel => (Action::Cancel, None),
            Button::Leave | Button::FreshLink => (Action::Leave(link.person.clone()), None),
            Button::Answer { text, files } | Button::Reply { text, files } => {
                let (words, kept) = self.form_mail((&link.person, ticket, &press.nonce), (text, files))?;
                // A reply to an open question is its answer; the desk sees to that.
                let answers =
                    matches!(press.button, Button::Answer { .. }) && matches!(ticket.status, Status::WaitingForInformation { .. });
                (if answers { Action::Answer(words) } else { Action::Reply(words) }, kept)
            }
        })
    }

    /// Files pressed with a form are kept as a mail is: one way to store, show and purge them.
    pub(super) fn form_mail(&mut self, pressed: (&Address, &Ticket, &str), said: (&str, &[File])) -> Result<(Words, Option<u64>), Fault> {
        let (person, ticket, nonce) = pressed;
        let (text, files) = said;
        let mut words = Words { text: text.trim().to_owned(), ..Words::default() };
        if files.is_empty() {
            return Ok((words, None));
        }
        let raw = self.form_bytes(person, ticket, text, files)?;
        let origin = Origin { mailbox: "page".into(), folder: String::new(), epoch: 0, uid: 0, name: nonce.to_owned() };
        let read = mail::read(&raw, &self.site.limits);
        let arrival = Arrival { old: true, ..Arrival::new(origin, self.clock.now(), raw) };
        let kept = self.store.keep(&[arrival])?;
        let Some(kept) = kept.first() else { return Ok((words, None)) };
        words.source = Some(Source { instance: kept.instance, message_id: None, attachments: attached(&read) });
        Ok((words, Some(kept.instance)))
    }

    fn form_bytes(&mut self, person: &Address, ticket: &Ticket, text: &str, files: &[File]) -> Result<Vec<u8>, Fault> {
        let salt = self.mint.salt();
        let mail = Outgoing {
            message_id: self.site.keys.message_id(ticket.id, person, &salt, self.site.desk.address.domain()),
            from: Mailbox::new(None, person.clone()),
            to: self.site.desk.clone(),
            shown_cc: vec![],
            reply_to: None,
            envelope_from: None,
            date: self.clock.now().as_second(),
            subject: ticket.title.clone(),
            in_reply_to: None,
            references: vec![],
            thread_index: None,
            auto: Auto::Human,
            language: ticket.language.clone(),
            unsubscribe: None,
            text: text.to_owned(),
            html: None,
            files: files.to_vec(),
        };
        Ok(mail::compose(&mail).map_err(|fault| Fault::Compose(fault.to_string()))?.bytes)
    }

    /// The form's mail has its outcome in the same commit.
    pub(super) fn seal(&self, change: &mut Change, kept: Option<u64>, ticket: u64) {
        let Some(instance) = kept else { return };
        change.also_handled.push((
            instance,
            Handled {
                disposition: Disposition::Attached,
                reason: "form".into(),
                ticket: Some(ticket),
                from: None,
                message_id: None,
                date: None,
                body_hash: [0; 32],
                trace: json!({"door": "link"}),
            },
        ));
    }

    fn rating_link(&mut self, change: &mut Change, link: &Link) -> [u8; 32] {
        let token = self.mint.token();
        change.links.push(Link {
            hash: token_hash(&token),
            purpose: Purpose::Rate,
            person: link.person.clone(),
            ticket: link.ticket,
            request: 0,
            issued_at: change.at,
            expires_at: super::facts::since_hours(change.at, -24 * RATE_DAYS),
            ended_at: None,
        });
        token
    }

    /// Did this person get so many mails with links about this ticket within the hour already (CASEBOOK C22)?
    pub(super) fn bombed(&self, person: &Address, ticket: &Ticket) -> Result<bool, Backend> {
        let hour = super::facts::since_hours(self.clock.now(), 1);
        let letters = self.store.letters(Some(ticket.id), usize::MAX)?;
        let with_links =
            |kind: &str| [MailKind::FreshLink, MailKind::ClosureApproval, MailKind::Question].iter().any(|mail| mail.word() == kind);
        let recent = letters.iter().filter(|letter| letter.person == *person && letter.queued_at > hour && with_links(&letter.kind));
        Ok(recent.count() >= FRESH_LINKS_PER_HOUR)
    }

    /// Mails a fresh link to the stored address; the answer is the same whether it does or not.
    fn fresh_link(&mut self, link: &Link, ticket: &Ticket, press: &Press) -> Result<Pressed, Backend> {
        if !ticket.is_participant(&link.person) || self.bombed(&link.person, ticket)? {
            return Ok(Pressed::LinkSent);
        }
        let mut change = Change::new(Cause::Named(format!("form/{}", press.nonce)), self.clock.now());
        match self.mail_again(&mut change, ticket, &link.person) {
            Ok(()) => {}
            Err(Fault::Backend(fault)) => return Err(fault),
            Err(fault) => return Err(Backend(fault.to_string())),
        }
        match self.store.commit(&change) {
            Ok(()) | Err(CommitFault::AlreadyDone) => Ok(Pressed::LinkSent),
            Err(fault) => Err(Backend(fault.to_string())),
        }
    }
}

fn verb(button: &Button) -> &'static str {
    match button {
        Button::Approve => "approve",
        Button::Solved => "solve",
        Button::RefuseClosure { .. } => "refuse_closure",
        Button::Answer { .. } => "answer",
        Button::Rate { .. } => "rate",
        Button::Reply { .. } => "reply",
        Button::Reopen { .. } => "reopen",
        Button::Cancel => "cancel",
        Button::Leave => "leave",
        Button::FreshLink => "fresh_link",
        Button::Confirm => "command",
    }
}
