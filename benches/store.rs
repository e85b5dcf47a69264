//! How fast mails are kept and committed, alone and by 64, without reading them and without a network.
//!
//!     cargo bench --bench store -- FOLDER_OF_MAILS [DATABASE]
//!
//! One line of JSON per measurement: `keep` (raw bytes durable), `commit` (ticket or reply, pointers, 1.6 letters), `both`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use guichet::address::Address;
use guichet::desk::{Actor, Door, Event, Source, Status, Ticket, Urgency, Visibility, Wake, What};
use guichet::mail::Letter;
use guichet::ports::{Arrival, Origin};
use guichet::proof::Level;
use guichet::store::sqlite::Sqlite;
use guichet::store::{Cause, Change, Disposition, Handled, How, KnownId, NewLetter, Person, Reads, Seen, Step, Store};
use jiff::Timestamp;

type Fault = Box<dyn std::error::Error>;

fn main() -> Result<(), Fault> {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let Some(folder) = arguments.next() else {
        eprintln!("usage: cargo bench --bench store -- FOLDER_OF_MAILS [DATABASE]");
        return Ok(());
    };
    let database = arguments.next().map_or_else(|| std::env::temp_dir().join("guichet-bench.db"), PathBuf::from);
    let mails = load(Path::new(&folder))?;
    for group in [1, 64] {
        measure(&mails, &database, group)?;
    }
    Ok(())
}

fn load(folder: &Path) -> Result<Vec<Vec<u8>>, Fault> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    Ok(paths.iter().filter(|path| path.is_file()).map(std::fs::read).collect::<Result<_, _>>()?)
}

fn measure(mails: &[Vec<u8>], database: &Path, group: usize) -> Result<(), Fault> {
    for ending in ["", "-wal", "-shm", ".lock"] {
        let _ = std::fs::remove_file(format!("{}{ending}", database.display()));
    }
    let mut store = Sqlite::open(database)?;
    let (mut keeping, mut committing) = (Spent::default(), Spent::default());
    for (number, batch) in mails.chunks(group).enumerate() {
        let arrivals: Vec<Arrival> = (0..).zip(batch).map(|(k, raw)| arrival(number * group + k, raw)).collect();
        let start = Start::now();
        let kept = store.keep(&arrivals)?;
        keeping.add(start);
        let start = Start::now();
        if group > 1 {
            store.begin()?;
        }
        for kept in kept {
            handle(&mut store, kept.instance)?;
        }
        if group > 1 {
            store.end()?;
        }
        committing.add(start);
    }
    let both = Spent { wall: keeping.wall + committing.wall, cpu: keeping.cpu + committing.cpu };
    for (stage, spent) in [("keep", keeping), ("commit", committing), ("both", both)] {
        spent.print(&format!("{stage}-{group}"), mails.len());
    }
    Ok(())
}

struct Start(Instant, Duration);

impl Start {
    fn now() -> Start {
        Start(Instant::now(), cpu())
    }
}

#[derive(Default)]
struct Spent {
    wall: Duration,
    cpu: Duration,
}

impl Spent {
    fn add(&mut self, start: Start) {
        self.wall += start.0.elapsed();
        self.cpu += cpu() - start.1;
    }

    fn print(&self, stage: &str, mails: usize) {
        let (rate, cpu) = (mails as f64 / self.wall.as_secs_f64(), self.cpu.as_secs_f64() / mails as f64 * 1000.0);
        println!("{{\"stage\":\"store-{stage}\",\"mails\":{mails},\"mails_per_s\":{rate:.0},\"cpu_s_per_1000\":{cpu:.3}}}");
    }
}

/// Time that this thread ran on a processor (Linux; zero elsewhere).
fn cpu() -> Duration {
    let schedstat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(schedstat.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(0))
}

fn arrival(number: usize, raw: &[u8]) -> Arrival {
    let origin = Origin { mailbox: "support".into(), folder: "INBOX".into(), epoch: 7, uid: number as u32 + 1, name: String::new() };
    Arrival::new(origin, now(), raw.to_vec())
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

/// What the gateway asks and writes for a typical mail: three of five open a ticket, the others answer.
fn handle(store: &mut Sqlite, instance: u64) -> Result<(), Fault> {
    let person: Address = format!("user{}@client.example", instance % 500).parse()?;
    let id = format!("{instance:016x}.{}@client.example", instance.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    store.instance(instance)?;
    store.twins(&id)?;
    store.known(&[id.clone(), format!("parent{instance}@client.example")])?;
    store.person(&person)?;
    store.from_since(&person, None, now())?;
    let new = instance % 5 < 3;
    let ticket = if new { opened(store.next_ticket()?, &person, &id) } else { answered(store, instance)? };
    let what = if new { opening(&ticket) } else { What::Replied { reached: vec![] } };
    let change = change(store, Facts { instance, person, id, new, ticket, what })?;
    Ok(store.commit(&change)?)
}

struct Facts {
    instance: u64,
    person: Address,
    id: String,
    new: bool,
    ticket: Ticket,
    what: What,
}

fn answered(store: &mut Sqlite, instance: u64) -> Result<Ticket, Fault> {
    let mut ticket = store.ticket(instance % (instance * 3 / 5).max(1) + 1)?.ok_or("no ticket to answer")?;
    ticket.version += 1;
    Ok(ticket)
}

fn opened(id: u64, person: &Address, message_id: &str) -> Ticket {
    Ticket {
        id,
        version: 1,
        title: "Accès refusé à l'espace client".into(),
        service: "dsi".into(),
        category: String::new(),
        requester: person.clone(),
        beneficiary: None,
        guests: vec![],
        status: Status::Free,
        assignee: None,
        taken_at: None,
        urgency: Urgency::Medium,
        language: "fr".into(),
        opened_at: now(),
        updated_at: now(),
        first_response_at: None,
        reopened: 0,
        reopenings: vec![],
        requests: 0,
        rating: None,
        root_message_id: Some(message_id.to_owned()),
        details: Default::default(),
    }
}

fn opening(ticket: &Ticket) -> What {
    What::Opened {
        title: ticket.title.clone(),
        service: ticket.service.clone(),
        category: String::new(),
        requester: ticket.requester.clone(),
        beneficiary: None,
        guests: vec![],
        language: "fr".into(),
        urgency: Urgency::Medium,
        reached: vec![],
        related: None,
        late: false,
        told: None,
        root_message_id: ticket.root_message_id.clone(),
    }
}

const TEXT: &str = "Nous n'arrivons plus à ouvrir l'espace client depuis hier soir. Le message d'erreur apparaît après la saisie. ";

fn change(store: &mut Sqlite, facts: Facts) -> Result<Change, Fault> {
    let Facts { instance, person, id, new, ticket, what } = facts;
    let mut change = Change::new(Cause::Mail(instance), now());
    let event = Event {
        ticket: ticket.id,
        seq: ticket.version,
        at: now(),
        actor: Actor::person(person.clone(), Some("Zoé Dupont".into()), Door::Mail, Level::Claimed),
        what,
        text: Some(format!("{} {instance}", TEXT.repeat(5))),
        visibility: Visibility::Public,
        source: Some(Source { instance, message_id: Some(id.clone()), attachments: vec![] }),
    };
    change.handled = Some(handled(&ticket, &person, &id));
    for person in new.then(|| person.clone()).into_iter().chain(["agent@bench.example".parse()?]) {
        let letter = letter(store.next_letter()?, &ticket, person);
        change.ids.push(KnownId { id: letter.message_id.clone(), ticket: ticket.id, how: How::Sent, person: Some(letter.person.clone()) });
        change.seen.push(Seen { ticket: ticket.id, person: letter.person.clone(), message_id: letter.message_id.clone() });
        change.letters.push(letter);
    }
    change.people.push(Person {
        address: person.clone(),
        name: Some("Zoé Dupont".into()),
        language: Some("fr".into()),
        failures: 0,
        suppressed: false,
        is_list: false,
        blocked: false,
    });
    change.ids.push(KnownId { id, ticket: ticket.id, how: How::Seen, person: Some(person) });
    change.steps.push(Step {
        expected: ticket.version.checked_sub(1).filter(|version| *version > 0),
        ticket,
        events: vec![event],
        wake: Wake::default(),
    });
    Ok(change)
}

fn handled(ticket: &Ticket, person: &Address, id: &str) -> Handled {
    Handled {
        disposition: if ticket.version == 1 { Disposition::New } else { Disposition::Attached },
        reason: "reply".into(),
        ticket: Some(ticket.id),
        from: Some(person.clone()),
        message_id: Some(id.to_owned()),
        date: Some(1_800_000_000),
        body_hash: [7; 32],
        trace: serde_json::json!({"carrier": "none", "candidates": [], "level": "claimed", "told": [{"to": "agent@bench.example", "why": "monitoring"}],
            "not_told": [], "kind": "human", "language": "fr", "rules": ["new"]}),
    }
}

fn letter(id: u64, ticket: &Ticket, person: Address) -> NewLetter {
    let letter = Letter {
        message_id: format!("1.{id:024x}{id:024x}@bench.example"),
        envelope_from: format!("support+b{id}.k7q9x2@bench.example").parse().ok(),
        envelope_to: person.clone(),
        bytes: format!("Subject: [bench #{}]\r\n\r\n{}\r\n", ticket.id, TEXT.repeat(30)).into_bytes(),
        excerpts: vec![],
    };
    let (message_id, letter) = (letter.message_id.clone(), Some(letter));
    NewLetter { id, ticket: Some(ticket.id), person, kind: "update".into(), auto: true, message_id, letter }
}
