//! Small values for the tests: everything about one ticket of alice's.

use guichet::address::Address;
use guichet::desk::{Actor, Door, Event, Status, Ticket, Urgency, Visibility, Wake, What};
use guichet::mail::Letter;
use guichet::ports::{Arrival, Origin};
use guichet::proof::Level;
use guichet::store::{Change, Disposition, Handled, How, KnownId, Link, NewLetter, PutOff, Seen, Step, Waits};
use jiff::Timestamp;
use serde_json::json;

pub fn who(text: &str) -> Address {
    text.parse().unwrap()
}

pub fn alice() -> Address {
    who("alice@cust.test")
}

/// That many seconds after the tests' noon; the nanoseconds show whether times come back exactly.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::new(1_800_000_000 + seconds, 123_456_789).unwrap()
}

pub fn origin(epoch: u32, uid: u32) -> Origin {
    Origin { mailbox: "support".into(), folder: "INBOX".into(), epoch, uid, name: String::new() }
}

pub fn arrival(origin: Origin, raw: &str) -> Arrival {
    Arrival::new(origin, at(0), raw.into())
}

pub fn handled(disposition: Disposition) -> Handled {
    Handled {
        disposition,
        reason: "reply".into(),
        ticket: Some(1),
        from: Some(alice()),
        message_id: Some("m1@cust.test".into()),
        date: Some(-5),
        body_hash: [7; 32],
        trace: json!({"why": ["because", 1]}),
    }
}

pub fn ticket(id: u64, version: u64) -> Ticket {
    Ticket {
        id,
        version,
        title: "Imprimante en panne".into(),
        service: "dsi".into(),
        category: String::new(),
        requester: alice(),
        beneficiary: None,
        guests: vec![],
        status: Status::Free,
        assignee: None,
        urgency: Urgency::Medium,
        language: "fr".into(),
        opened_at: at(0),
        updated_at: at(version as i64),
        first_response_at: None,
        reopened: 0,
        reopenings: vec![],
        taken_at: None,
        requests: 0,
        rating: None,
        root_message_id: Some("m1@cust.test".into()),
        details: Default::default(),
    }
}

pub fn event(ticket: u64, seq: u64, what: What, text: &str) -> Event {
    Event {
        ticket,
        seq,
        at: at(seq as i64),
        actor: Actor::person(alice(), Some("Alice".into()), Door::Mail, Level::Proven),
        what,
        text: Some(text.into()),
        visibility: Visibility::Public,
        source: None,
    }
}

pub fn opened(id: u64, title: &str) -> What {
    What::Opened {
        title: title.into(),
        service: "dsi".into(),
        category: String::new(),
        requester: alice(),
        beneficiary: None,
        guests: vec![],
        language: "fr".into(),
        urgency: Urgency::Medium,
        reached: vec![who(&format!("cc{id}@cust.test"))],
        related: None,
        late: false,
        told: None,
        root_message_id: Some("m1@cust.test".into()),
    }
}

pub fn open_step(id: u64, text: &str) -> Step {
    Step {
        expected: None,
        ticket: ticket(id, 1),
        events: vec![event(id, 1, opened(id, "Imprimante en panne"), text)],
        wake: Wake::default(),
    }
}

pub fn letter(id: u64, ticket: u64, auto: bool) -> NewLetter {
    let bytes = Letter {
        message_id: format!("l{id}@desk.test"),
        envelope_from: (!auto).then(|| who("bounce@desk.test")),
        envelope_to: alice(),
        bytes: format!("Subject: {id}\r\n\r\nhello\r\n").into_bytes(),
        excerpts: vec![],
    };
    let (message_id, letter) = (bytes.message_id.clone(), Some(bytes));
    NewLetter { id, ticket: Some(ticket), person: alice(), kind: "ack".into(), auto, message_id, letter }
}

pub fn link(byte: u8, ticket: u64) -> Link {
    Link {
        hash: [byte; 32],
        purpose: guichet::desk::Purpose::Approve,
        person: alice(),
        ticket,
        request: 1,
        issued_at: at(0),
        expires_at: at(1000),
        ended_at: None,
    }
}

/// A change that touches every table: ticket `id` opened, its pointers, a link and a letter.
pub fn whole(cause: guichet::store::Cause, id: u64, letter_id: u64) -> Change {
    let mut change = Change::new(cause, at(1));
    change.steps.push(open_step(id, "Bonjour, l'imprimante fume"));
    change.ids.push(KnownId { id: "m1@cust.test".into(), ticket: id, how: How::Seen, person: Some(alice()) });
    change.threads.push((vec![9; 22], id));
    change.seen.push(Seen { ticket: id, person: alice(), message_id: "m1@cust.test".into() });
    change.people.push(guichet::store::Person {
        address: alice(),
        name: Some("Alice".into()),
        language: Some("fr".into()),
        failures: 0,
        suppressed: false,
        is_list: false,
        blocked: false,
    });
    change.links.push(link(id as u8, id));
    change.letters.push(letter(letter_id, id, true));
    let put_off = PutOff { ticket: id, person: alice(), events: (1, 1), due_at: at(600) };
    change.put_off.push(Waits::From(put_off));
    change
}
