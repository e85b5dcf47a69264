//! The whole gateway in process: settable clock, counted tokens, mail in and out as text. Stories go through its one door.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use guichet::address::{Address, Mailbox};
use guichet::desk::{Door, Organisation, Policy, Ticket};
use guichet::gateway::{Act, Acted, Button, Clock, Gateway, Parts, Press, Pressed, Waiting};
use guichet::mail::{Keys, Limits};
use guichet::notifications::{Mint, Templates};
use guichet::ports::{Arrival, Attempt, Origin, Verdict};
use guichet::site::{Brakes, Site, Trust};
use guichet::store::sqlite::Sqlite;
use guichet::store::{Disposition, Handled, Reads, Store};
use jiff::{SignedDuration, Timestamp};
use mail_parser::{MessageParser, MimeHeaders};

/// Monday, 5 January 2026, 09:00 in Paris.
const MONDAY: i64 = 1_767_600_000;

const ORGANISATION: &str = r#"
equipment = ["PC-####"]
[[service]]
key = "dsi"
name = "Support DSI"
[[service.category]]
key = "reseau"
name = "Réseau"
tag = "reseau"
field = [{ key = "prise", name = "Numéro de prise", also = ["Prise"], must = true }, { key = "phone", name = "Téléphone", must = true }]
[[service]]
key = "logistique"
name = "Logistique"

[[agent]]
address = "ag1@desk.test"
name = "Karim Benali"
language = "fr"
member = [{ service = "dsi", hears = "creation" }]
[[agent]]
address = "ag2@desk.test"
name = "Marie Leroy"
language = "fr"
member = [{ service = "dsi", hears = "creation" }]
[[answer]]
key = "vpn"
title = "Le VPN"
text = "Redémarrez le client VPN, puis réessayez."

[[agent]]
address = "ag9@desk.test"
name = "Jo Martin"
language = "en"
member = [{ service = "logistique", hears = "creation" }]
"#;

/// Nadia, who may do everything there and hears of nothing by herself.
const NADIA: &str = r#"
[[agent]]
address = "ag3@desk.test"
name = "Nadia Roux"
language = "fr"
member = [{ service = "dsi", may = ["take_free", "take_assigned", "assign", "refuse", "transfer", "reopen", "manage_properties"], hears = "never" }]
"#;

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

pub fn site() -> Site {
    Site {
        name: "Support".into(),
        desk: Mailbox::new(Some("Support"), address("support@desk.test")),
        own: vec![address("support@desk.test"), address("help@desk.test")],
        base_url: "https://desk.test".into(),
        plus_addressing: true,
        visible: false,
        language: "fr".into(),
        trust: Trust { authserv_ids: vec!["mx.desk.test".into()], ..Trust::default() },
        policy: Policy::default(),
        limits: Limits::default(),
        brakes: Brakes::default(),
        zone: jiff::tz::TimeZone::get("Europe/Paris").unwrap(),
        keys: Keys::new(vec![('a', vec![7; 32])]),
    }
}

pub fn organisation() -> Organisation {
    toml::from_str(ORGANISATION).unwrap()
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

    pub fn bare(site: Site, store: Sqlite) -> World {
        let clock = Arc::new(AtomicI64::new(MONDAY));
        let parts = Parts {
            site: Arc::new(site),
            templates: Arc::new(Templates::load(None).unwrap()),
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
            let waiting =
                Waiting { instance, received_at: row.received_at, old: false, cut: false, raw: raw.replace('\n', "\r\n").into_bytes() };
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
            .receive(&[Waiting { instance, received_at, old: false, cut: true, raw: raw.replace('\n', "\r\n").into_bytes() }])
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

/// A mail that the desk sent, as its reader has it.
#[derive(Debug, Clone)]
pub struct Sent {
    pub to: String,
    pub from: String,
    pub cc: Vec<String>,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub message_id: String,
    pub in_reply_to: String,
    pub references: Vec<String>,
    pub reply_to: String,
    pub envelope_from: String,
    pub auto: Option<String>,
    /// Tokens of links, in order of appearance.
    pub links: Vec<String>,
    /// `mailto:` twins: addresses with a `y` or `n` tag.
    pub decisions: Vec<String>,
    pub raw: String,
}

impl Sent {
    pub fn read(letter: &guichet::mail::Letter) -> Sent {
        let message = MessageParser::default().parse(&letter.bytes).unwrap();
        let list = |addresses: Option<&mail_parser::Address>| -> Vec<String> {
            addresses.map(|list| list.iter().filter_map(|one| one.address().map(str::to_owned)).collect()).unwrap_or_default()
        };
        let text = message.body_text(0).map(|text| text.into_owned()).unwrap_or_default();
        let find = |pattern: &str| -> Vec<String> {
            regex::Regex::new(pattern).unwrap().captures_iter(&text).map(|found| found[1].to_owned()).collect()
        };
        let mut links = find(r"/l/([A-Za-z0-9_-]{43})");
        links.dedup();
        Sent {
            to: letter.envelope_to.to_string(),
            from: message
                .from()
                .and_then(|from| from.first())
                .map(|from| format!("{} <{}>", from.name().unwrap_or(""), from.address().unwrap_or("")))
                .unwrap_or_default(),
            cc: list(message.cc()),
            subject: message.subject().unwrap_or_default().to_owned(),
            html: message.body_html(0).map(|html| html.into_owned()).unwrap_or_default(),
            message_id: letter.message_id.clone(),
            in_reply_to: message.in_reply_to().as_text().unwrap_or_default().to_owned(),
            references: message.references().as_text_list().unwrap_or_default().iter().map(|id| id.to_string()).collect(),
            reply_to: list(message.reply_to()).first().cloned().unwrap_or_default(),
            envelope_from: letter.envelope_from.as_ref().map(|address| address.to_string()).unwrap_or_default(),
            auto: message.header_raw("Auto-Submitted").map(|value| value.trim().to_owned()),
            decisions: find(r"([A-Za-z0-9._]+\+[yn][0-9a-z.]+@[a-z.]+)"),
            links,
            text,
            raw: String::from_utf8_lossy(&letter.bytes).into_owned(),
        }
    }

    pub fn files(&self) -> Vec<String> {
        let message = MessageParser::default().parse(self.raw.as_bytes()).unwrap();
        message.attachments().filter_map(|part| part.attachment_name().map(str::to_owned)).collect()
    }

    /// An answer to this mail, to its Reply-To only, as a mail client writes it.
    pub fn answered_by(&self, person: &str, text: &str) -> Mail {
        let quoted: String = self.text.lines().map(|line| format!("> {line}\n")).collect();
        Mail::from(person)
            .to(&self.reply_to)
            .subject(&format!("Re: {}", self.subject))
            .header("In-Reply-To", &format!("<{}>", self.message_id))
            .header("References", &format!("<{}>", self.message_id))
            .text(&format!("{text}\n\nLe lundi 5 janvier 2026 à 09:00, Support <support@desk.test> a écrit :\n{quoted}"))
    }
}

/// How the receiving server judged a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    Pass,
    Fail,
    Nothing,
}

/// A mail that somebody writes.
#[derive(Debug, Clone)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub subject: String,
    pub text: String,
    pub id: Option<String>,
    pub checked: Checked,
    pub headers: Vec<(String, String)>,
    pub date: Option<i64>,
    pub body: Option<String>,
}

static NUMBER: AtomicI64 = AtomicI64::new(0);

impl Mail {
    pub fn from(person: &str) -> Mail {
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let domain = person.trim_end_matches('>').rsplit('@').next().unwrap_or("x.test").to_owned();
        Mail {
            from: person.to_owned(),
            to: vec![],
            cc: vec![],
            subject: "Imprimante en panne".into(),
            text: "Bonjour, l'imprimante du deuxième étage ne répond plus depuis ce matin.".into(),
            id: Some(format!("m{number}@{domain}")),
            checked: Checked::Pass,
            headers: vec![],
            date: None,
            body: None,
        }
    }

    /// From somebody to the desk.
    pub fn new(person: &str) -> Mail {
        Mail::from(person).to("support@desk.test")
    }

    pub fn to(mut self, address: &str) -> Mail {
        self.to.push(address.to_owned());
        self
    }

    pub fn cc(mut self, address: &str) -> Mail {
        self.cc.push(address.to_owned());
        self
    }

    pub fn subject(mut self, subject: &str) -> Mail {
        self.subject = subject.to_owned();
        self
    }

    pub fn text(mut self, text: &str) -> Mail {
        self.text = text.to_owned();
        self
    }

    pub fn id(mut self, id: &str) -> Mail {
        self.id = Some(id.to_owned());
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Mail {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Content headers, blank line and body, instead of plain text.
    pub fn body(mut self, body: &str) -> Mail {
        self.body = Some(body.to_owned());
        self
    }

    pub fn unproven(mut self) -> Mail {
        self.checked = Checked::Nothing;
        self
    }

    pub fn failing(mut self) -> Mail {
        self.checked = Checked::Fail;
        self
    }

    pub fn reply_to_id(self, id: &str) -> Mail {
        self.header("In-Reply-To", &format!("<{id}>")).header("References", &format!("<{id}>"))
    }

    pub fn domain(&self) -> String {
        self.from.trim_end_matches('>').rsplit('@').next().unwrap_or_default().to_owned()
    }

    pub fn raw(&self, now: i64) -> String {
        let date =
            jiff::fmt::rfc2822::to_string(&Timestamp::from_second(self.date.unwrap_or(now)).unwrap().to_zoned(jiff::tz::TimeZone::UTC))
                .unwrap();
        let mut head = String::new();
        match self.checked {
            Checked::Pass => head += &format!("Authentication-Results: mx.desk.test; dmarc=pass header.from={}\n", self.domain()),
            Checked::Fail => head += &format!("Authentication-Results: mx.desk.test; dmarc=fail header.from={}\n", self.domain()),
            Checked::Nothing => {}
        }
        head += &format!("From: {}\nTo: {}\n", self.from, self.to.join(", "));
        if !self.cc.is_empty() {
            head += &format!("Cc: {}\n", self.cc.join(", "));
        }
        if let Some(id) = &self.id {
            head += &format!("Message-ID: <{id}>\n");
        }
        head += &format!("Date: {date}\nSubject: {}\nMIME-Version: 1.0\n", self.subject);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\n");
        }
        match &self.body {
            Some(body) => format!("{head}{body}"),
            None => format!("{head}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{}\n", self.text),
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
