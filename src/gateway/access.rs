//! Who comes in by a page: mailed keys, the sessions that they open, and requests that they prove.
//!
//! Promises: a key is mailed to the stored address alone, works once, for minutes, and opens a session only in the browser
//! that asked for it; a request that was filled in on a page is a ticket only after its author's mailbox proved it.
//! A mail that waits for its author's proof is confirmed the same way.
//! Excludes: how often somebody may ask (see the pages), cookies, and what the signed-in may do (see `page`).

use jiff::{SignedDuration, Timestamp};

use super::Gateway;
use super::effects::{Fault, token_hash};
use super::held::{Decider, Decision, Settled, Word};
use crate::address::Address;
use crate::desk::Preferences;
use crate::mail::carrier::encode_token;
use crate::notifications::{Because, Extra, MailKind, Notice};
use crate::store::{Access, Backend, Cause, Change, CommitFault, Gate, GateFor, Request, Session, Store, TokenHash};

/// How long a key to sign in works.
const SIGN_IN: SignedDuration = SignedDuration::from_mins(10);
/// How long a filled-in request waits for its proof.
const PROOF: SignedDuration = SignedDuration::from_hours(24);
/// How long a proposed absence, or another address of somebody, may be confirmed.
const CONFIRMING: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How long a session lives that nobody uses.
const IDLE: SignedDuration = SignedDuration::from_hours(12);
/// How long a session lives at most.
const STAY: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Bytes of requests that wait for their proof, all together.
const WAITING_MAX: u64 = 200 << 20;
/// Characters of what a browser calls itself.
const BROWSER_MAX: usize = 160;

/// A key that somebody asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Whose mailbox it goes to.
    pub to: Address,
    /// Hash of the cookie of the browser that asks.
    pub browser: TokenHash,
    /// The request that it will prove; none: it will open a session.
    pub request: Option<Request>,
}

/// A key that somebody uses.
#[derive(Debug, Clone, PartialEq)]
pub struct Using {
    /// SHA-256 of the key.
    pub key: TokenHash,
    /// Hash of the cookie of the browser that uses it.
    pub browser: TokenHash,
    /// What the browser calls itself.
    pub called: String,
}

/// What came of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Entered {
    /// A session began: its cookie.
    Session([u8; 32]),
    /// The request is a ticket: the token of a link to it.
    Opened([u8; 32]),
    /// The mail that waited is its author's word now.
    Confirmed,
    /// Its owner is known to be away.
    Absent,
    /// Its owner's other address is known.
    Same,
    /// It was used before, its time is over, or its owner may no longer come in.
    Over,
    /// Another browser asked for it.
    OtherBrowser,
}

impl<S: Store> Gateway<S> {
    /// Mails a key, to whoever may have one; the asker learns nothing of that. False: there is no room for more requests.
    pub fn mail_key(&mut self, wanted: &Wanted) -> Result<bool, Backend> {
        if wanted.request.is_some() && self.store.waiting_bytes()? > WAITING_MAX {
            return Ok(false);
        }
        let hour = super::facts::since_hours(self.clock.now(), 1);
        let braked = self.store.auto_since(Some(&wanted.to), hour)? >= self.site.brakes.auto_per_hour;
        let known = wanted.request.is_some() || self.may_enter(&wanted.to)?;
        let disabled = self.organisation.is_disabled(&wanted.to);
        if braked || !known || disabled || self.site.is_own(&wanted.to) || crate::routing::newcomers::is_robot(&wanted.to) {
            return Ok(true);
        }
        let (what, life) = if wanted.request.is_some() { (GateFor::Request, PROOF) } else { (GateFor::SignIn, SIGN_IN) };
        let (token, now) = (self.mint.token(), self.clock.now());
        let mut change = Change::new(Cause::Named(format!("gate/{}", short(&token_hash(&token)))), now);
        change.access.push(Access::Gate(Box::new(gate(&token, wanted, (what, now + life), now))));
        let kind = if what == GateFor::SignIn { MailKind::SignIn } else { MailKind::RequestProof };
        let url = self.key_url(&token);
        let notice = Notice { to: wanted.to.clone(), kind, because: Because::Author, extra: Extra::Key { url } };
        self.write_apart(&mut change, &notice)?;
        self.store.commit(&change).map_err(|fault| Backend(fault.to_string()))?;
        Ok(true)
    }

    /// A key by which somebody confirms what is asked of them, as an address.
    pub(super) fn confirming_key(&mut self, change: &mut Change, (what, who): (GateFor, &Address), now: Timestamp) -> String {
        let token = self.mint.token();
        let wanted = Wanted { to: who.clone(), browser: [0; 32], request: None };
        change.access.push(Access::Gate(Box::new(gate(&token, &wanted, (what, now + CONFIRMING), now))));
        self.key_url(&token)
    }

    fn key_url(&self, token: &[u8; 32]) -> String {
        format!("{}/l/{}", self.site.base_url, encode_token(token))
    }

    /// Mails the author of a mail that waits a key that confirms it, in the commit that holds it. The mail tells its subject
    /// alone: whoever wrote it may not be who gets this.
    pub(super) fn ask_author(&mut self, change: &mut Change, author: &Address, held: Request) -> Result<(), Fault> {
        let (token, now) = (self.mint.token(), self.clock.now());
        let extra = Extra::Confirm { url: self.key_url(&token), subject: held.title.clone() };
        let wanted = Wanted { to: author.clone(), browser: [0; 32], request: Some(held) };
        change.access.push(Access::Gate(Box::new(gate(&token, &wanted, (GateFor::Request, now + PROOF), now))));
        let notice = Notice { to: author.clone(), kind: MailKind::HeldProof, because: Because::Author, extra };
        self.write_apart(change, &notice)
    }

    /// The author of a mail that waits says that it is theirs. Pressed twice, it has one effect.
    fn confirm(&mut self, gate: &Gate, instance: u64) -> Result<Entered, Backend> {
        let word = Word { decision: Decision::Admit { ticket: None }, by: Decider::Author };
        let settled = self.settle(instance, &word)?;
        self.note_access(format!("confirm/{}", short(&gate.hash)), Access::Used(gate.hash))?;
        Ok(if matches!(settled, Settled::Done { .. }) { Entered::Confirmed } else { Entered::Over })
    }

    /// Agents, and whoever takes part in a ticket.
    fn may_enter(&self, person: &Address) -> Result<bool, Backend> {
        Ok(!self.organisation.is_disabled(person) && (self.organisation.agent(person).is_some() || self.store.has_tickets(person)?))
    }

    /// Uses a key.
    pub fn enter(&mut self, using: &Using) -> Result<Entered, Backend> {
        let Some(gate) = self.store.gate(&using.key)? else { return Ok(Entered::Over) };
        let now = self.clock.now();
        if gate.ended_at.is_some() || gate.expires_at <= now || self.organisation.is_disabled(&gate.person) {
            return Ok(Entered::Over);
        }
        let held = gate.request.as_ref().and_then(|request| request.held);
        match (gate.what, held) {
            (GateFor::Request, Some(instance)) => self.confirm(&gate, instance),
            (GateFor::Request, None) => self.prove(gate),
            (GateFor::Absence, _) => self.confirm_absence(&gate),
            (GateFor::Same, _) => self.confirm_same(&gate),
            (GateFor::SignIn, _) if gate.browser != using.browser => Ok(Entered::OtherBrowser),
            (GateFor::SignIn, _) if !self.may_enter(&gate.person)? => Ok(Entered::Over),
            (GateFor::SignIn, _) => self.sign_in(&gate, &using.called),
        }
    }

    fn sign_in(&mut self, gate: &Gate, called: &str) -> Result<Entered, Backend> {
        let (token, now) = (self.mint.token(), self.clock.now());
        let called: String = called.chars().filter(|c| !c.is_control()).take(BROWSER_MAX).collect();
        let session = Session {
            id: 0,
            hash: token_hash(&token),
            previous: None,
            person: gate.person.clone(),
            browser: called,
            began_at: now,
            renewed_at: now,
            expires_at: now + IDLE,
            ended_at: None,
        };
        let mut change = Change::new(Cause::Named(format!("sign-in/{}", short(&gate.hash))), now);
        change.access = vec![Access::Used(gate.hash), Access::Session(Box::new(session))];
        match self.store.commit(&change) {
            Ok(()) => Ok(Entered::Session(token)),
            Err(CommitFault::AlreadyDone) => Ok(Entered::Over),
            Err(fault) => Err(Backend(fault.to_string())),
        }
    }

    /// Gives a session another cookie. None: it is over.
    pub fn renew(&mut self, session: &TokenHash) -> Result<Option<[u8; 32]>, Backend> {
        let now = self.clock.now();
        let live =
            self.store.session(session)?.filter(|known| known.hash == *session && known.ended_at.is_none() && known.expires_at > now);
        let Some(known) = live else { return Ok(None) };
        let token = self.mint.token();
        let expires_at = (now + IDLE).min(known.began_at + STAY);
        let renewed = Access::Renewed { id: known.id, hash: token_hash(&token), expires_at };
        self.note_access(format!("renew/{}", short(session)), renewed)?;
        Ok(Some(token))
    }

    /// Ends one of somebody's sessions.
    pub fn end_session(&mut self, person: &Address, id: u64) -> Result<(), Backend> {
        let theirs = self.store.sessions(person)?.iter().any(|session| session.id == id);
        if theirs { self.note_access(format!("end/{id}"), Access::Ended(id)) } else { Ok(()) }
    }

    /// Remembers what somebody prefers; decisions and mails go by it from now on.
    pub fn prefer(&mut self, person: &Address, preferences: &Preferences, nonce: &str) -> Result<(), Backend> {
        let preferred = Access::Preferred(person.clone(), Box::new(preferences.clone()));
        let mut change = Change::new(Cause::Named(format!("form/{nonce}")), self.clock.now());
        change.access.push(preferred);
        if let Some(language) = &preferences.language
            && let Some(known) = self.store.person(person)?
        {
            change.people.push(crate::store::Person { language: Some(language.clone()), ..known });
        }
        match self.store.commit(&change) {
            Ok(()) | Err(CommitFault::AlreadyDone) => {}
            Err(fault) => return Err(Backend(fault.to_string())),
        }
        self.organisation = std::sync::Arc::new(self.store.organisation()?);
        Ok(())
    }

    fn note_access(&mut self, cause: String, access: Access) -> Result<(), Backend> {
        let mut change = Change::new(Cause::Named(cause), self.clock.now());
        change.access.push(access);
        match self.store.commit(&change) {
            Ok(()) | Err(CommitFault::AlreadyDone) => Ok(()),
            Err(fault) => Err(Backend(fault.to_string())),
        }
    }

    /// Mails the link of a ticket to somebody who follows it up by its number; nothing to others.
    pub fn follow_up(&mut self, ticket: u64, person: &Address) -> Result<(), Backend> {
        let Some(ticket) = super::facts::head(&self.store, ticket)? else { return Ok(()) };
        if !ticket.is_participant(person) || self.organisation.is_disabled(person) || self.bombed(person, &ticket)? {
            return Ok(());
        }
        let now = self.clock.now();
        let mut change = Change::new(Cause::Named(format!("follow-up/{}/{person}/{}", ticket.id, now.as_nanosecond())), now);
        self.mail_again(&mut change, &ticket, person)?;
        self.store.commit(&change).map_err(|fault| Backend(fault.to_string()))
    }
}

fn gate(token: &[u8; 32], wanted: &Wanted, (what, expires_at): (GateFor, Timestamp), issued_at: Timestamp) -> Gate {
    let (hash, person, browser) = (token_hash(token), wanted.to.clone(), wanted.browser);
    Gate { hash, what, person, browser, issued_at, expires_at, ended_at: None, request: wanted.request.clone() }
}

/// A key's name in causes.
pub(super) fn short(hash: &TokenHash) -> String {
    data_encoding::HEXLOWER.encode(&hash[..16])
}
