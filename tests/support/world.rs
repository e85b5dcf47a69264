//! The whole gateway in process: settable clock, counted tokens, mail in and out as text. Stories go through its one door.
#![allow(dead_code, unused_imports, missing_docs, clippy::unwrap_used)]

#[path = "world/mails.rs"]
mod mails;
#[path = "world/office.rs"]
mod office;
#[path = "world/sent.rs"]
mod sent;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use guichet::address::Address;
use guichet::desk::{Door, Organisation, Ticket};
use guichet::gateway::{Act, Acted, Button, Clock, Gateway, Parts, Press, Pressed, Waiting};
use guichet::notifications::{Mint, TemplateFile, Templates};
use guichet::ports::{Arrival, Attempt, Origin, Verdict};
use guichet::site::Site;
use guichet::store::sqlite::Sqlite;
use guichet::store::{Disposition, Handled, Reads, Store};
use jiff::{SignedDuration, Timestamp};

pub use mails::{Checked, Mail};
use office::{NADIA, ORGANISATION};
pub use office::{organisation, site};
pub use sent::Sent;

/// Monday, 5 January 2026, 09:00 in Paris.
const MONDAY: i64 = 1_767_600_000;

#[derive(Clone)]
struct SetClock(Arc<AtomicI64>);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Tokens that count: 1, 2, 3…
struct Counted(u64);

impl Counted {
    fn next<const N: usize>(&mut self) -> [u8; N] {
        self.0 += 1;
        let mut bytes = [0x5a; N];
        bytes[N - 8..].copy_from_slice(&self.0.to_be_bytes());
        bytes
    }
}

impl Mint for Counted {
    fn token(&mut self) -> [u8; 32] {
        self.next()
    }
    fn salt(&mut self) -> [u8; 12] {
        self.next()
    }
}

pub fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub struct World {
    pub gateway: Gateway<Sqlite>,
    clock: Arc<AtomicI64>,
    uid: u32,
    presses: u32,
    pub outbox: Vec<Sent>,
}

impl World {
    pub fn new() -> World {
        World::with(site())
    }

    /// The same with a third agent of the service, Nadia.
    pub fn with_nadia() -> World {
        let mut world = World::new();
        world.gateway.apply_organisation(toml::from_str::<Organisation>(&format!("{ORGANISATION}{NADIA}")).unwrap()).unwrap();
        world
    }

    pub fn with(site: Site) -> World {
        let mut world = World::bare(site, Sqlite::memory().unwrap());
        world.gateway.apply_organisation(toml::from_str::<Organisation>(ORGANISATION).unwrap()).unwrap();
        world
    }

    /// The same with the site's own texts.
    pub fn with_texts(texts: impl IntoIterator<Item = TemplateFile>) -> World {
        let mut world = World::built(site(), Sqlite::memory().unwrap(), Templates::load(texts).unwrap());
        world.gateway.apply_organisation(toml::from_str::<Organisation>(ORGANISATION).unwrap()).unwrap();
        world
    }

    pub fn bare(site: Site, store: Sqlite) -> World {
        World::built(site, store, Templates::load(None).unwrap())
    }

    fn built(site: Site, store: Sqlite, templates: Templates) -> World {
        let clock = Arc::new(AtomicI64::new(MONDAY));
        let parts = Parts {
            site: Arc::new(site),
            templates: Arc::new(templates),
            clock: Box::new(SetClock(clock.clone())),
            mint: Box::new(Counted(0)),
        };
        World { gateway: Gateway::new(store, parts).unwrap(), clock, uid: 0, presses: 0, outbox: vec![] }
    }

    /// The same with somebody who checks signatures.
    pub fn checking(self, signatures: Arc<dyn guichet::ports::Signatures>) -> World {
        World { gateway: self.gateway.checking(signatures), ..self }
    }

    pub fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    pub fn later(&mut self, span: SignedDuration) {
        self.clock.fetch_add(span.as_secs(), Ordering::SeqCst);
    }

    /// A mail arrives, is kept and handled; what it caused is delivered.
    pub fn receives(&mut self, mail: &Mail) -> Handled {
        self.receives_raw(&mail.raw(self.now()))
    }

    pub fn receives_raw(&mut self, raw: &str) -> Handled {
        let instance = self.keeps(raw);
        let row = self.gateway.store().instance(instance).unwrap().unwrap();
        if row.handled.is_none() {
            let waiting = Waiting {
                instance,
                received_at: row.received_at,
                old: false,
                cut: false,
                raw: raw.replace('\n', "\r\n").into_bytes().into(),
            };
            self.gateway.receive(&[waiting]).unwrap();
        }
        self.deliver();
        self.check();
        // Time passes between mails, as it does for people.
        self.later(SignedDuration::from_secs(300));
        self.gateway.store().instance(instance).unwrap().unwrap().handled.unwrap()
    }

    /// A mail arrives of which only the beginning was fetched, for its size.
    pub fn receives_cut(&mut self, mail: &Mail) -> Handled {
        let raw = mail.raw(self.now());
        let instance = self.keeps(&raw);
        let received_at = Timestamp::from_second(self.now()).unwrap();
        self.gateway
            .receive(&[Waiting { instance, received_at, old: false, cut: true, raw: raw.replace('\n', "\r\n").into_bytes().into() }])
            .unwrap();
        self.deliver();
        self.check();
        self.gateway.store().instance(instance).unwrap().unwrap().handled.unwrap()
    }

    /// Only kept, as when the program ended right after.
    pub fn keeps(&mut self, raw: &str) -> u64 {
        self.uid += 1;
        let origin = Origin { mailbox: "support".into(), folder: "INBOX".into(), epoch: 1, uid: self.uid, name: String::new() };
        let received_at = Timestamp::from_second(self.now()).unwrap();
        let arrival = Arrival::new(origin, received_at, raw.replace('\n', "\r\n").into_bytes());
        self.gateway.store_mut().keep(&[arrival]).unwrap()[0].instance
    }

    /// Everything due leaves; answers with what left now.
    pub fn deliver(&mut self) -> usize {
        let mut left = 0;
        loop {
            let claimed = self.gateway.claim(100).unwrap();
            let claimed = self.gateway.store().load(&claimed).unwrap();
            if claimed.is_empty() {
                return left;
            }
            let verdicts: Vec<_> =
                claimed.iter().map(|queued| Verdict { id: queued.id, end: Attempt::Sent, reply: "250 ok".into() }).collect();
            self.outbox.extend(claimed.iter().map(|queued| Sent::read(&queued.letter)));
            left += claimed.len();
            self.gateway.ended(&verdicts).unwrap();
        }
    }

    /// What was sent since the last time this was asked.
    pub fn sent(&mut self) -> Vec<Sent> {
        std::mem::take(&mut self.outbox)
    }

    /// The one mail to that person among what was sent since; fails when there is none or more.
    pub fn letter_to(&mut self, person: &str) -> Sent {
        let sent = self.sent();
        let mut to: Vec<&Sent> = sent.iter().filter(|sent| sent.to == person).collect();
        assert_eq!(to.len(), 1, "mails to {person} among {:?}", sent.iter().map(|sent| (&sent.to, &sent.subject)).collect::<Vec<_>>());
        to.remove(0).clone()
    }

    /// The last mail to that person among what was sent since.
    pub fn letter_to_any(&mut self, person: &str) -> Sent {
        self.sent().into_iter().rfind(|sent| sent.to == person).unwrap()
    }

    pub fn recipients(&mut self) -> Vec<String> {
        let mut to: Vec<String> = self.sent().into_iter().map(|sent| sent.to).collect();
        to.sort();
        to
    }

    /// Presses a button behind a link of a mail.
    pub fn presses(&mut self, token: &str, button: Button) -> Pressed {
        let bytes = guichet::mail::carrier::decode_token(token).unwrap();
        self.presses += 1;
        let press = Press { link: guichet::gateway::effects::token_hash(&bytes), nonce: format!("nonce-{}", self.presses), button };
        let pressed = self.gateway.press(&press).unwrap();
        self.deliver();
        self.check();
        self.later(SignedDuration::from_secs(300));
        pressed
    }

    /// Presses a form of a page behind a sign-in, as the ticket stands.
    pub fn acts(&mut self, person: &str, ticket: u64, verb: &str, fields: &[(&str, &str)]) -> Acted {
        let seen = self.gateway.store().ticket(ticket).unwrap().map(|ticket| ticket.version);
        self.acts_on(person, (ticket, seen), verb, fields)
    }

    /// The same with a form that was made from that version of the ticket.
    pub fn acts_on(&mut self, person: &str, form: (u64, Option<u64>), verb: &str, fields: &[(&str, &str)]) -> Acted {
        let act = self.act(person, form, verb, fields);
        let acted = self.gateway.act(&act).unwrap();
        self.deliver();
        self.check();
        self.later(SignedDuration::from_secs(300));
        acted
    }

    /// A form of a page, filled in.
    pub fn act(&mut self, person: &str, (ticket, seen): (u64, Option<u64>), verb: &str, fields: &[(&str, &str)]) -> Act {
        self.presses += 1;
        Act {
            person: address(person),
            as_participant: false,
            door: Door::Page,
            ticket,
            seen,
            nonce: format!("form-{}", self.presses),
            verb: verb.into(),
            fields: fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            files: vec![],
        }
    }

    /// Time does what is due.
    pub fn ticks(&mut self) -> usize {
        let ticked = self.gateway.tick().unwrap();
        self.deliver();
        self.check();
        ticked
    }

    /// Alice's first mail, taken by nobody; answers with the alert that Karim got.
    pub fn opened(&mut self) -> Sent {
        self.receives(&Mail::new("Alice Martin <alice@cust.test>"));
        self.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap()
    }

    /// T1 by that mail, taken by ag1; its author's and ag1's mails.
    pub fn taken(mail: &Mail) -> (World, Sent, Sent) {
        let mut world = World::new();
        world.receives(mail);
        let sent = world.sent();
        let to = |person: &str| sent.iter().find(|sent| sent.to == person).unwrap().clone();
        let (ack, alert) = (to(&mail.from), to("ag1@desk.test"));
        world.receives(&alert.answered_by("ag1@desk.test", "#prendre"));
        world.sent();
        (world, ack, alert)
    }

    /// The number of the newest ticket.
    pub fn last_ticket(&self) -> u64 {
        (1..).find(|id| self.gateway.store().ticket(id + 1).unwrap().is_none()).unwrap()
    }

    pub fn ticket(&self, id: u64) -> Ticket {
        self.gateway.store().ticket(id).unwrap().unwrap()
    }

    pub fn status(&self, id: u64) -> &'static str {
        self.ticket(id).status.word()
    }

    pub fn happened(&self, id: u64) -> Vec<&'static str> {
        self.gateway.store().events(id).unwrap().iter().map(|event| event.what.word()).collect()
    }

    /// The invariants that hold after every case (CASEBOOK section 2).
    pub fn check(&self) {
        let store = self.gateway.store();
        let count = store.count(None).unwrap();
        assert_eq!(count.all, count.attached + count.new + count.held + count.ignored + count.parked + count.waiting, "INV12");
        for id in 1..=10_000 {
            let Some(ticket) = store.ticket(id).unwrap() else { break };
            let events = store.events(id).unwrap();
            assert_eq!(guichet::desk::fold(&events).as_ref(), Some(&ticket), "events fold to the ticket");
        }
        for sent in &self.outbox {
            assert!(sent.cc.is_empty() || sent.links.is_empty(), "INV6: a capability goes to its owner alone");
            assert!(!sent.raw.contains("\r\nBcc:"), "B04");
        }
    }
}

pub fn is(handled: &Handled, disposition: Disposition, reason: &str) -> bool {
    let same = handled.disposition == disposition && handled.reason == reason;
    if !same {
        eprintln!("{:?} {} {}", handled.disposition, handled.reason, handled.trace);
    }
    same
}
