//! A mail on a ticket that exists: by a participant, an agent, or a stranger who holds a pointer.

use jiff::SignedDuration;
use serde_json::json;

use super::super::case::Case;
use super::super::effects::{Decided, Fault, learned, token_hash};
use super::super::pairs::{Decision, with_people};
use super::super::wishes::may_command;
use super::super::{Gateway, facts};
use super::opening::Meant;
use crate::address::Address;
use crate::desk::{Action, Actor, Door, Event, Outcome, Role, Ticket, TicketId, What, Why, Words, catalogue, decide_all};
use crate::mail::carrier::Purpose;
use crate::mail::{Kind, PartKind, Voice, commands};
use crate::notifications::{Because, Extra, MailKind, Notice, Ways};
use crate::proof::Level;
use crate::routing::route::By;
use crate::routing::understand::{Asked, Moment, Understood, understand};
use crate::routing::{Candidate, newcomers, redact};
use crate::store::{Change, Disposition, Store};

/// An answer this soon after our mail may be a machine's (CASEBOOK E02: three seconds); a person reads first.
pub(super) const PROMPT_SECONDS: i64 = 20;
/// Within this of our mail nothing reopens a ticket (CASEBOOK E03).
const NO_REOPEN_SECONDS: i64 = 120;
/// How far apart a command's date and its arrival may be (CASEBOOK D07).
const COMMAND_SECONDS: i64 = 24 * 3600;
/// What stands where a capability stood. Punctuation only: it is nobody's language.
pub(super) const REDACTED: &str = "[…]";

impl<S: Store> Gateway<S> {
    /// Attaches a mail to the ticket `id`, after taking over fresh tickets of the same conversation.
    pub(super) fn join(&mut self, case: &mut Case<'_>, by: By, found: Vec<Candidate>, id: TicketId) -> Result<Change, Fault> {
        let (mut chosen, absorbed): (Vec<_>, Vec<_>) = found.into_iter().partition(|candidate| candidate.ticket.id == id);
        let Some(candidate) = chosen.pop() else { return self.open(case, None) };
        let ticket = &candidate.ticket;
        if case.mail.kind.is_automatic() && case.mail.kind != Kind::List && case.word.is_none() {
            return match candidate.role {
                Role::Stranger => Ok(case.ends(Disposition::Ignored, "automatic-reply", Some(id))),
                _ => self.file(case, ticket, "automatic-reply"),
            };
        }
        if case.identity.level == Level::Failed {
            return self.hold(case, "sender-check-failed", Some(ticket));
        }
        if ticket.details.spam && candidate.role != Role::Agent {
            return Ok(case.ends(Disposition::Ignored, "blocked-sender", Some(id)));
        }
        match candidate.role {
            Role::Stranger if case.is_vouched() => self.admit(case, ticket),
            // A tag of somebody else's ticket gets what any other subject gets: no answer of ours tells that it exists (CASEBOOK B14).
            Role::Stranger if by == By::SubjectTag => self.open(case, Some(Meant::Others(ticket.id))),
            Role::Stranger => self.hold(case, "join-request", Some(ticket)),
            Role::Agent if case.identity.level < Level::Proven || case.identity.weak => self.hold(case, "agent-not-proven", Some(ticket)),
            role => self.speak(case, &candidate, role, absorbed),
        }
    }

    fn speak(&mut self, case: &mut Case<'_>, candidate: &Candidate, role: Role, absorbed: Vec<Candidate>) -> Result<Change, Fault> {
        let ticket = &candidate.ticket;
        if role != Role::Agent && case.word.is_none() && self.is_prompt_machine(case, ticket)? {
            return self.file(case, ticket, "prompt-reply");
        }
        if !ticket.status.is_open() && role != Role::Agent && self.too_prompt(case, ticket, NO_REOPEN_SECONDS)? {
            return self.file(case, ticket, "too-prompt-to-reopen");
        }
        let understood = self.understand(case, candidate, role)?;
        case.note(
            "understood",
            json!({"actions": understood.actions.iter().map(Action::word).collect::<Vec<_>>(), "refused": understood.refused}),
        );
        if understood.held {
            return self.hold_draft(case, ticket, understood, vec![]);
        }
        let mut actions = self.merging(&absorbed)?;
        actions.extend(understood.actions.iter().cloned().filter_map(|action| self.without_own(action)));
        actions.extend(self.invitation(case, ticket, role, &absorbed)?);
        let actor = self.actor(case, role);
        let with_people = with_people(&actions);
        let outcome = self.decided(ticket, actions, &actor, case.now)?;
        self.conclude(case, ticket, Heard { understood, outcome, role, absorbed, actor, with_people })
    }

    pub(super) fn actor(&self, case: &Case<'_>, role: Role) -> Actor {
        let who = case.identity.who.clone();
        let name = who.as_ref().and_then(|who| self.organisation.agent(&who.address).map(|agent| agent.name.clone()).or(who.name.clone()));
        let as_participant = role != Role::Agent;
        Actor { person: who.map(|who| who.address), name, door: Door::Mail, level: case.identity.level, as_participant }
    }

    /// What the mail asks for: the beginning that came late, a tagged decision, commands, or plain words.
    fn understand(&mut self, case: &Case<'_>, candidate: &Candidate, role: Role) -> Result<Understood, Fault> {
        let ticket = &candidate.ticket;
        let shown = self.redacted(case)?;
        let words = case.words(shown.clone());
        let plain = |actions| Understood { actions, ..Understood::default() };
        if candidate.by == By::Ghost && candidate.fresh && case.identity.level == Level::Proven {
            let guests = case.reached.iter().filter(|who| !self.is_agent(ticket, who)).cloned().collect();
            return Ok(plain(vec![Action::Reroot { title: case.mail.subject_core.clone(), words, guests }]));
        }
        if let Some(carrier) = case.pointers.decision().filter(|carrier| carrier.number == ticket.id && role == Role::Owner) {
            return Ok(plain(match carrier.purpose {
                Purpose::Approve => vec![Action::Approve(carrier.request())],
                _ => vec![Action::RefuseClosure(carrier.request(), words)],
            }));
        }
        let automatic = case.mail.kind.is_automatic();
        let Some(author) = case.identity.address().cloned() else { return Ok(Understood::default()) };
        let internal = facts::voice(&self.store, &self.organisation, case, &self.site)? == Voice::Note;
        let level = case.identity.level;
        if case.is_vouched() && role == Role::Agent {
            return Ok(vouched(words));
        }
        let words = case.words(spoken(case));
        let organisation = self.answering(ticket, &author, role == Role::Agent && may_command(&words.text))?;
        let (organisation, at) = (&*organisation, Moment { now: case.now, zone: &self.site.zone });
        let doubt = doubt(case);
        Ok(understand(&Asked { words, shown, role, level, author, ticket, organisation, internal, automatic, at, doubt }))
    }

    /// Fresh tickets of the same conversation: their participants and words come along.
    fn merging(&self, absorbed: &[Candidate]) -> Result<Vec<Action>, Fault> {
        let mut actions = Vec::new();
        for Candidate { ticket, .. } in absorbed {
            let guests = ticket.participants().into_iter().cloned().collect();
            let said = self
                .store
                .events(ticket.id)?
                .into_iter()
                .filter(|event| event.text.is_some() && !matches!(event.what, What::Noted))
                .collect();
            actions.push(Action::Absorb { from: ticket.id, guests, said });
        }
        Ok(actions)
    }

    /// The desk's own addresses are nobody to invite.
    fn without_own(&self, action: Action) -> Option<Action> {
        let Action::Invite(people) = action else { return Some(action) };
        let people: Vec<Address> = people.into_iter().filter(|who| !self.site.is_own(who)).collect();
        (!people.is_empty()).then_some(Action::Invite(people))
    }

    /// To and Cc of a proven participant's or agent's mail join.
    fn invitation(&self, case: &Case<'_>, ticket: &Ticket, role: Role, absorbed: &[Candidate]) -> Result<Option<Action>, Fault> {
        if case.identity.level < Level::Proven || matches!(role, Role::Stranger) || !ticket.status.is_open() {
            return Ok(None);
        }
        let lists = self.lists(&case.reached)?;
        let author = case.identity.address();
        let comes = |who: &Address| absorbed.iter().any(|other| other.ticket.is_participant(who));
        let belongs = |who: &Address| ticket.is_participant(who) || self.is_agent(ticket, who) || Some(who) == author || comes(who);
        let who = newcomers::newcomers(&case.reached, belongs, |who| lists.contains(who));
        Ok((!who.is_empty()).then_some(Action::Invite(who)))
    }

    fn is_agent(&self, ticket: &Ticket, who: &Address) -> bool {
        self.organisation.membership(who, &ticket.service).is_some()
    }

    /// Turns the decision into a change.
    pub(super) fn conclude(&mut self, case: &mut Case<'_>, ticket: &Ticket, heard: Heard) -> Result<Change, Fault> {
        let Heard { understood, outcome, role, absorbed, actor, with_people } = heard;
        case.note("refused", json!(outcome.refused));
        let unwanted: Vec<_> = outcome.refused.iter().filter(|refused| refused.action != "invite").collect();
        if understood.was_commands && !unwanted.is_empty() {
            let refused = outcome.refused.clone();
            return self.hold_draft(case, ticket, understood, refused);
        }
        if unwanted.iter().any(|refused| matches!(refused.why, Why::TooLate | Why::TooOften)) {
            return self.open(case, Some(Meant::Ended(ticket.id)));
        }
        if outcome.done.is_empty() && !unwanted.is_empty() {
            let needs_proof = unwanted.iter().any(|refused| matches!(refused.why, Why::NotProven { .. }));
            return if needs_proof {
                self.hold(case, "needs-proof", Some(ticket))
            } else {
                self.not_possible(case, ticket, &actor, &outcome)
            };
        }
        let reason = reason(&outcome, self.too_prompt(case, ticket, PROMPT_SECONDS)? && role != Role::Agent);
        let mut change = case.ends(Disposition::Attached, reason, Some(ticket.id));
        let extra = self.receipt(&understood, &outcome, &actor)?;
        let told =
            self.add(&mut change, Decided { before: Some(ticket), outcome: &outcome, extra, silent: case.waiting.old, unanswered: None })?;
        case.note("told", told);
        self.follow(&mut change, &Decision { before: ticket, outcome: &outcome, actor: &actor, with_people })?;
        for other in &absorbed {
            self.merge_away(&mut change, &other.ticket, ticket.id, &actor)?;
        }
        change.handled = case.ends(Disposition::Attached, reason, Some(ticket.id)).handled;
        self.remember(case, &mut change, ticket.id)?;
        if let Some(who) = &actor.person {
            self.answer_to(&mut change, case, (who, Some(ticket)), understood.questions)?;
        }
        self.links_again(&mut change, &outcome, &actor)?;
        Ok(change)
    }

    fn merge_away(&mut self, change: &mut Change, other: &Ticket, into: TicketId, actor: &Actor) -> Result<(), Fault> {
        let outcome = decide_all(Some(other), vec![Action::Continue { into }], actor, self.rules(), change.at);
        self.add(change, Decided { before: Some(other), outcome: &outcome, extra: vec![], silent: true, unanswered: None })?;
        Ok(())
    }

    fn remember(&mut self, case: &Case<'_>, change: &mut Change, ticket: TicketId) -> Result<(), Fault> {
        if let Some(who) = &case.identity.who {
            let known = self.store.person(&who.address)?;
            change.people.extend(learned(known, who, case.mail.language.as_ref(), false));
        }
        self.point(case, change, Some(ticket));
        self.revoke(case, change)
    }

    /// Words that could not become what they meant: kept on the ticket for agents, and the author is told once.
    fn not_possible(&mut self, case: &mut Case<'_>, ticket: &Ticket, actor: &Actor, refused: &Outcome) -> Result<Change, Fault> {
        let words = case.words(self.redacted(case)?);
        let outcome = decide_all(Some(ticket), vec![Action::File(words)], actor, self.rules(), case.now);
        let mut change = case.ends(Disposition::Attached, "not-possible", Some(ticket.id));
        let extra = actor.person.clone().map(|to| Notice {
            to,
            kind: MailKind::NotPossible,
            because: Because::Author,
            extra: Extra::Commands { done: vec![], refused: refused.refused.clone(), draft: String::new(), ways: Ways::default() },
        });
        let told = self.add(
            &mut change,
            Decided {
                before: Some(ticket),
                outcome: &outcome,
                extra: extra.into_iter().collect(),
                silent: case.waiting.old,
                unanswered: None,
            },
        )?;
        case.note("told", told);
        change.handled = case.ends(Disposition::Attached, "not-possible", Some(ticket.id)).handled;
        self.remember(case, &mut change, ticket.id)?;
        Ok(change)
    }

    /// What a reader is shown, without capabilities of ours.
    pub(super) fn redacted(&self, case: &Case<'_>) -> Result<String, Fault> {
        Ok(redact::redact(&case.mail.reply, REDACTED).0.into_owned())
    }

    /// Links of others that this mail quotes are void from now on (CASEBOOK C12).
    pub(super) fn revoke(&self, case: &Case<'_>, change: &mut Change) -> Result<(), Fault> {
        for token in redact::redact(&case.mail.text, REDACTED).1 {
            let Some(bytes) = crate::mail::carrier::decode_token(&token) else { continue };
            let hash = token_hash(&bytes);
            if self.store.link(&hash)?.is_some_and(|link| Some(&link.person) != case.identity.address()) {
                change.revoked.push(hash);
            }
        }
        Ok(())
    }

    fn is_prompt_machine(&self, case: &Case<'_>, ticket: &Ticket) -> Result<bool, Fault> {
        let Some(author) = case.identity.address() else { return Ok(false) };
        let day = facts::since_hours(case.now, 24);
        Ok(self.too_prompt(case, ticket, PROMPT_SECONDS)?
            && self.store.from_since(author, Some("prompt-reply"), day)? >= self.site.brakes.prompt_answers)
    }

    /// Did it come within `seconds` of our last mail to its author about this ticket?
    fn too_prompt(&self, case: &Case<'_>, ticket: &Ticket, seconds: i64) -> Result<bool, Fault> {
        let Some(author) = case.identity.address() else { return Ok(false) };
        let Some(last) = self.store.last_letter(ticket.id, author)? else { return Ok(false) };
        // What our server got before we wrote is no answer to it, however late we read it.
        let gap = case.waiting.received_at.duration_since(last);
        Ok(!gap.is_negative() && gap < SignedDuration::from_secs(seconds))
    }
}

/// The new words alone; the subject, when it is a command and nothing is written or passed on (telephones, List-Unsubscribe).
pub(super) fn spoken(case: &Case<'_>) -> String {
    let subject = case.mail.subject_core.trim();
    // Commands are read from the plain text, even where people are shown the HTML (CASEBOOK D04); then `doubt` stops them.
    if let Some(other) = case.mail.other.as_deref().filter(|other| commands(other)) {
        return redact::redact(other, REDACTED).0.into_owned();
    }
    let silent = case.mail.parts.iter().all(|part| matches!(part.kind, PartKind::Signature | PartKind::Footer));
    match silent && subject.starts_with('#') {
        true => subject.to_owned(),
        false => redact::redact(&case.mail.said, REDACTED).0.into_owned(),
    }
}

/// Why commands of this mail are not carried out: it was written on another day than it came (a replay, CASEBOOK D07), or its
/// two forms differ and either has a command (D04).
pub(super) fn doubt(case: &Case<'_>) -> Option<Why> {
    let age = case.mail.date.map_or(0, |date| case.waiting.received_at.as_second().saturating_sub(date).saturating_abs());
    let differ = case.mail.remarks.iter().any(|remark| remark.code == "parts-differ");
    match () {
        () if age > COMMAND_SECONDS => Some(Why::OldMail),
        () if differ => Some(Why::TwoVoices),
        () => None,
    }
}

/// What an agent seems to have written is said when a colleague vouches for it, but commands nothing; where command lines
/// stand, nobody knows what was meant for whom, and it stays among agents.
fn vouched(words: Words) -> Understood {
    let action = if commands(&words.text) { Action::Note(words) } else { Action::Reply(words) };
    Understood { actions: vec![action], ..Understood::default() }
}

fn commands(text: &str) -> bool {
    !commands::find(text, |word| catalogue::find(word).is_some()).lines.is_empty()
}

/// What was heard in a mail, and decided.
pub(super) struct Heard {
    pub understood: Understood,
    pub outcome: Outcome,
    pub role: Role,
    pub absorbed: Vec<Candidate>,
    pub actor: Actor,
    pub with_people: bool,
}

/// The ledger's word for what a mail did.
fn reason(outcome: &Outcome, prompt: bool) -> &'static str {
    let is = |what: fn(&What) -> bool| outcome.done.iter().any(|Event { what: done, .. }| what(done));
    if is(|what| matches!(what, What::Unverified)) {
        return "unverified";
    }
    if is(|what| matches!(what, What::Rerooted { .. })) {
        return "beginning";
    }
    if prompt { "prompt-reply" } else { "reply" }
}
