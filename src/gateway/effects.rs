//! From a decision to everything that one commit holds: steps, pointers, threads, people, and the mails with their bytes.

use serde_json::{Value, json};

use super::Gateway;
use crate::address::{Address, Mailbox};
use crate::desk::{Event, Outcome, Ticket, TicketId};
use crate::mail::Auto;
use crate::notifications::{self, Draft, Extra, MailKind, MailedLink, Notice, Reader, Scene, TemplateFault};
use crate::routing::newcomers;
use crate::store::{Backend, Change, How, KnownId, Link, NewLetter, Person, Seen, Step, Store};

/// Why a change could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The store failed: try again later.
    #[error(transparent)]
    Backend(#[from] Backend),
    /// A template failed: the mail is parked, an administrator can mend the template and replay.
    #[error(transparent)]
    Template(#[from] TemplateFault),
    /// A mail could not be written.
    #[error("a mail could not be written: {0}")]
    Compose(String),
}

/// For whoever waits at a page, or for the daemon: nothing was done.
impl From<Fault> for Backend {
    fn from(fault: Fault) -> Backend {
        match fault {
            Fault::Backend(fault) => fault,
            fault => Backend(fault.to_string()),
        }
    }
}

/// Days that each kind of link lives (CASEBOOK section 3, row 21).
fn days(purpose: crate::desk::Purpose) -> i64 {
    use crate::desk::Purpose;
    match purpose {
        Purpose::Approve | Purpose::RefuseClosure | Purpose::Answer | Purpose::Solved | Purpose::Sort | Purpose::Addition => 14,
        Purpose::Rate | Purpose::View => 30,
        // As long as acts may be taken back (CASEBOOK section 3, row 23), and texts wait for their author.
        Purpose::Undo => 1,
        Purpose::Draft => 14,
    }
}

/// One ticket's part of a decision, with what came before.
pub struct Decided<'a> {
    /// The ticket before; `None` for a new one.
    pub before: Option<&'a Ticket>,
    /// What was decided.
    pub outcome: &'a Outcome,
    /// Mails besides those that the events call for.
    pub extra: Vec<Notice>,
    /// Write no mails at all (old mail, imports).
    pub silent: bool,
    /// Write no automatic answer to this person: they answer faster than people do.
    pub unanswered: Option<Address>,
}

impl<S: Store> Gateway<S> {
    /// Adds a decision to a change: its step, and the mails that it calls for. Tells who is told, for the trace.
    pub(super) fn add(&mut self, change: &mut Change, decided: Decided<'_>) -> Result<Value, Fault> {
        let given = if decided.silent { None } else { self.given(change, decided.outcome)? };
        let decided = Decided { outcome: given.as_ref().unwrap_or(decided.outcome), ..decided };
        let Some(ticket) = &decided.outcome.ticket else { return Ok(Value::Null) };
        let mut told = Value::Array(vec![]);
        if !decided.silent {
            let before = match decided.before {
                Some(before) => self.store.events(before.id)?,
                None => vec![],
            };
            told = self.tell(change, ticket, &before, &decided)?;
        }
        if !decided.silent && decided.before.is_none() {
            self.watch.opened(ticket, &self.site.policy);
        }
        if !decided.outcome.done.is_empty() {
            let expected = decided.before.map(|before| before.version);
            let wake = self.wake(ticket, change.at);
            change.steps.push(Step { expected, ticket: ticket.clone(), events: decided.outcome.done.clone(), wake });
        }
        Ok(told)
    }

    fn tell(&mut self, change: &mut Change, ticket: &Ticket, before: &[Event], decided: &Decided<'_>) -> Result<Value, Fault> {
        let (site, organisation) = (self.site.clone(), self.organisation.clone());
        let done = &decided.outcome.done;
        let scene = Scene { site: &site, organisation: &organisation, ticket, before, done, now: change.at.as_second() };
        let mut notices = notifications::notices(&scene);
        // Who is told of what their mail came to needs no acknowledgement besides.
        let told_apart =
            |notice: &Notice| notice.kind == MailKind::Acknowledgement && decided.extra.iter().any(|extra| extra.to == notice.to);
        notices.retain(|notice| !told_apart(notice));
        notices.extend(decided.extra.iter().cloned());
        self.suggest(&mut notices, ticket, (done, change.at))?;
        let mut told = Vec::new();
        for notice in &notices {
            let hasty = decided.unanswered.as_ref() == Some(&notice.to) && is_automatic_answer(notice.kind);
            let kept_back = if hasty { Some("too-prompt") } else { self.kept_back(notice, change)? };
            let kept_back = match kept_back {
                Some(reason) => Some(reason),
                None => self.tell_in_time(change, &scene, notice)?,
            };
            told.push(json!({"to": notice.to, "mail": notice.kind.word(), "because": notice.because.word(), "kept_back": kept_back}));
        }
        Ok(Value::Array(told))
    }

    /// Why a mail is not written after all: nobody reads there, the address failed, or a brake holds.
    pub(super) fn kept_back(&self, notice: &Notice, change: &Change) -> Result<Option<&'static str>, Backend> {
        if newcomers::is_robot(&notice.to) || self.site.is_own(&notice.to) {
            return Ok(Some("robot"));
        }
        let capability = matches!(notice.kind, MailKind::Question | MailKind::ClosureApproval);
        if self.store.person(&notice.to)?.is_some_and(|person| person.suppressed) && !capability {
            return Ok(Some("address-fails"));
        }
        if self.organisation.agent(&notice.to).is_some() || !is_automatic_answer(notice.kind) {
            return Ok(None);
        }
        self.braked(notice, change)
    }

    fn braked(&self, notice: &Notice, change: &Change) -> Result<Option<&'static str>, Backend> {
        let brakes = &self.site.brakes;
        let hour = super::facts::since_hours(change.at, 1);
        let day = super::facts::since_hours(change.at, 24);
        let queued_here = change.letters.iter().filter(|letter| letter.auto && letter.person == notice.to).count() as u32;
        let in_day = self.store.auto_since(Some(&notice.to), day)? + queued_here;
        let per_day = if notice.kind == MailKind::AcknowledgementUnproven { brakes.unproven_per_day } else { brakes.auto_per_day };
        let many = in_day >= brakes.auto_per_hour;
        if in_day >= per_day || many && self.store.auto_since(Some(&notice.to), hour)? + queued_here >= brakes.auto_per_hour {
            return Ok(Some("brake-address"));
        }
        Ok((self.store.auto_since(None, hour)? >= brakes.all_per_hour).then_some("brake-all"))
    }

    /// Writes one mail with its final bytes, and everything that goes with it.
    pub(super) fn write(&mut self, change: &mut Change, scene: &Scene<'_>, notice: &Notice) -> Result<(), Fault> {
        self.write_with(change, scene, notice, vec![])
    }

    /// The same, which also tells what waited.
    pub(super) fn write_with(&mut self, change: &mut Change, scene: &Scene<'_>, notice: &Notice, waited: Vec<Event>) -> Result<(), Fault> {
        let reader = Reader { waited, ..self.reader(notice, scene)? };
        let mut draft = notifications::draft(&self.templates, notice, scene, &reader, self.mint.as_mut());
        let to_agent = self.organisation.agent(&notice.to).is_some();
        if !notifications::is_confidential(scene) {
            draft.mail.files = super::files::carried(&self.store, notice.kind, reader.waited.iter().chain(scene.done), to_agent)?;
        }
        let (ticket, message_id) = (scene.ticket.id, draft.mail.message_id.clone());
        link(change, &draft.links, notice);
        change.ids.push(KnownId { id: message_id.clone(), ticket, how: How::Sent, person: Some(notice.to.clone()) });
        change.seen.push(Seen { ticket, person: notice.to.clone(), message_id });
        let auto = draft.mail.auto == Auto::Replied || notice.kind == MailKind::HeldMail;
        self.queue(change, (reader.letter, Some(ticket)), notice, (draft, auto))
    }

    fn queue(&mut self, change: &mut Change, about: (u64, Option<TicketId>), notice: &Notice, mail: (Draft, bool)) -> Result<(), Fault> {
        let ((id, ticket), (draft, auto)) = (about, mail);
        let message_id = draft.mail.message_id.clone();
        let (person, kind) = (notice.to.clone(), notice.kind.word().to_owned());
        let letter = self.pen.write(id, draft)?;
        change.letters.push(NewLetter { id, ticket, person, kind, auto, message_id, letter });
        Ok(())
    }

    /// Writes one mail about no ticket: a held stranger's, a parked one.
    pub(super) fn write_apart(&mut self, change: &mut Change, notice: &Notice) -> Result<(), Fault> {
        let agent = self.organisation.agent(&notice.to);
        let name = agent.map(|agent| agent.name.clone());
        let spoken = match agent {
            Some(agent) => agent.language.clone(),
            None => self.store.person(&notice.to)?.and_then(|person| person.language),
        };
        let language = spoken.unwrap_or_else(|| self.site.language.clone());
        let id = self.store.next_letter()?;
        let reader = Reader {
            mailbox: Mailbox::new(name.as_deref(), notice.to.clone()),
            language,
            thread: (None, None),
            letter: id,
            waited: vec![],
        };
        let apart = notifications::Apart { site: &self.site, now: change.at.as_second() };
        let draft = notifications::draft_apart(&self.templates, notice, apart, &reader, self.mint.as_mut());
        self.queue(change, (id, None), notice, (draft, true))
    }

    fn reader(&mut self, notice: &Notice, scene: &Scene<'_>) -> Result<Reader, Backend> {
        let person = self.store.person(&notice.to)?;
        let agent = self.organisation.agent(&notice.to);
        let name = agent.map(|agent| agent.name.clone()).or_else(|| person.as_ref().and_then(|person| person.name.clone()));
        let spoken = agent.and_then(|agent| agent.language.clone()).or_else(|| person.and_then(|person| person.language));
        let fallback = if agent.is_some() { &self.site.language } else { &scene.ticket.language };
        let language = self.templates.language([spoken.as_deref().unwrap_or(fallback), &self.site.language]);
        let thread = match scene.before.is_empty() && matches!(notice.extra, Extra::None | Extra::Hints(_)) {
            true => crate::store::Thread::default(),
            false => self.store.thread(scene.ticket.id, &notice.to)?,
        };
        let letter = self.store.next_letter()?;
        let mailbox = Mailbox::new(name.as_deref(), notice.to.clone());
        Ok(Reader { mailbox, language, thread: (thread.first, thread.last), letter, waited: vec![] })
    }
}

fn link(change: &mut Change, links: &[MailedLink], notice: &Notice) {
    for link in links {
        change.links.push(Link {
            hash: token_hash(&link.token),
            purpose: link.purpose,
            person: notice.to.clone(),
            ticket: link.ticket,
            request: link.request,
            issued_at: change.at,
            expires_at: super::facts::since_hours(change.at, -24 * days(link.purpose)),
            ended_at: None,
        });
        change.offers.extend(link.offer.clone().map(|offer| (token_hash(&link.token), offer)));
    }
}

/// Answers of a machine to whoever wrote: what loops are made of.
fn is_automatic_answer(kind: MailKind) -> bool {
    matches!(
        kind,
        MailKind::Acknowledgement
            | MailKind::AcknowledgementUnproven
            | MailKind::NotPossible
            | MailKind::Receipt
            | MailKind::CommandRefused
            | MailKind::Forwarded
            | MailKind::FreshLink
            | MailKind::History
            | MailKind::SamePerson
            | MailKind::Answers
    )
}

/// SHA-256, as links are stored.
pub fn token_hash(token: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(token).into()
}

/// What a mail teaches about its author: name and language, kept with what was known.
pub fn learned(known: Option<Person>, who: &Mailbox, language: Option<&String>, is_list: bool) -> Option<Person> {
    let before = known.clone();
    let mut person = known.unwrap_or_else(|| Person::unknown(who.address.clone()));
    person.name = who.name.clone().or(person.name);
    person.language = language.cloned().or(person.language);
    person.is_list |= is_list;
    (before.as_ref() != Some(&person)).then_some(person)
}

impl Person {
    /// Somebody of whom only the address is known.
    pub fn unknown(address: Address) -> Person {
        Person { address, name: None, language: None, failures: 0, suppressed: false, is_list: false, blocked: false }
    }
}
