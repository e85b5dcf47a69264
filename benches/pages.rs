//! How long pages take, and whether lists and searches stay as quick when there are ten times as many tickets.
//!
//!     cargo bench --bench pages -- [FOLDER]
//!
//! One line of JSON per page and number of tickets: median and worst of its requests, in milliseconds, and its size.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use guichet::address::{Address, Mailbox};
use guichet::desk::{Action, Actor, Door, Opening, Organisation, Policy, Rules, Urgency, Wake, Words, decide_all};
use guichet::gateway::effects::token_hash;
use guichet::gateway::{Gateway, Handle, Parts, SystemClock, SystemMint};
use guichet::mail::carrier::encode_token;
use guichet::mail::{Keys, Limits};
use guichet::notifications::Templates;
use guichet::proof::Level;
use guichet::site::{Brakes, Retention, Site, Trust};
use guichet::store::sqlite::Sqlite;
use guichet::store::{Access, Cause, Change, Person, Session, Step, Store};
use guichet::web::{Texts, Web, router};
use jiff::{SignedDuration, Timestamp};
use tower::ServiceExt;

type Fault = Box<dyn std::error::Error>;

const ORGANISATION: &str = "[[service]]\nkey = \"dsi\"\nname = \"Support DSI\"\n[[service]]\nkey = \"rh\"\nname = \"RH\"\n[[agent]]\naddress = \"ag1@desk.test\"\nname = \"Karim\"\nlanguage = \"fr\"\n[[agent.member]]\nservice = \"dsi\"\n[[agent.member]]\nservice = \"rh\"\n";
const SIZES: [u64; 2] = [10_000, 100_000];
const REQUESTS: usize = 40;
/// Tickets in one commit of the filling.
const BATCH: u64 = 500;

fn main() -> Result<(), Fault> {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let folder = folder.map_or_else(|| std::env::temp_dir().join("guichet-bench-pages"), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    for tickets in SIZES {
        let database = folder.join(format!("pages-{tickets}.db"));
        for ending in ["", "-wal", "-shm", ".lock"] {
            let _ = std::fs::remove_file(format!("{}{ending}", database.display()));
        }
        fill(&database, tickets)?;
        tokio::runtime::Runtime::new()?.block_on(measure(&database, tickets))?;
        std::fs::remove_file(&database)?;
    }
    Ok(())
}

/// Tickets over two years, nine of ten closed; each has a common word, one of a thousand rarer ones, and its own.
fn fill(database: &Path, tickets: u64) -> Result<(), Fault> {
    let organisation: Organisation = toml::from_str(ORGANISATION)?;
    let mut store = Sqlite::open(database)?;
    store.apply_organisation(&organisation)?;
    let (policy, agent) = (Policy::default(), address("ag1@desk.test"));
    let rules = Rules { organisation: &organisation, policy: &policy };
    let start = Timestamp::now() - SignedDuration::from_hours(24 * 730);
    let gap = SignedDuration::from_secs(63_000_000 / i64::try_from(tickets)?);
    for first in (1..=tickets).step_by(usize::try_from(BATCH)?) {
        let mut change = Change::new(Cause::Named(format!("fill/{first}")), start);
        for id in first..(first + BATCH).min(tickets + 1) {
            let at = start + gap * i32::try_from(id)?;
            let requester = address(&format!("user{}@client.test", id % 5000));
            let by = Actor::person(requester.clone(), Some(format!("User {}", id % 5000)), Door::Mail, Level::Proven);
            let opened = decide_all(None, vec![Action::Open(Box::new(opening(id, &requester)))], &by, rules, at);
            let agent = Actor::person(agent.clone(), None, Door::Mail, Level::Proven);
            let later = match id % 10 {
                0 => vec![],
                1 => vec![Action::Take],
                _ => vec![Action::ProposeClosure(said("C'est réglé, la cartouche est changée."))],
            };
            let handled = decide_all(opened.ticket.as_ref(), later, &agent, rules, at);
            let approve = if id % 10 > 1 { vec![Action::Approve(1)] } else { vec![] };
            let ended = decide_all(handled.ticket.as_ref(), approve, &by, rules, at);
            let events = opened.done.into_iter().chain(handled.done).chain(ended.done).collect();
            change.steps.extend(ended.ticket.map(|ticket| Step { expected: None, ticket, events, wake: Wake::default() }));
            if id <= 5000 {
                let name = Some(format!("User {}", id % 5000));
                change.people.push(Person { name, ..Person::unknown(requester) });
            }
        }
        store.commit(&change)?;
    }
    let now = Timestamp::now();
    let session = Session {
        id: 0,
        hash: token_hash(&[7; 32]),
        previous: None,
        person: agent,
        browser: "bench".into(),
        began_at: now,
        renewed_at: now,
        expires_at: now + SignedDuration::from_hours(12),
        ended_at: None,
    };
    let access = vec![Access::Session(Box::new(session))];
    store.commit(&Change { access, ..Change::new(Cause::Named("session".into()), now) })?;
    Ok(())
}

fn opening(id: u64, requester: &Address) -> Opening {
    let words = format!("Bonjour, l'imprimante ne répond plus, voir le dossier{} et le numéro{id}. Merci d'avance, à bientôt.", id % 1000);
    Opening {
        id,
        title: format!("Imprimante du bureau {}", id % 300),
        service: if id.is_multiple_of(4) { "rh".into() } else { "dsi".into() },
        category: String::new(),
        requester: requester.clone(),
        beneficiary: None,
        guests: vec![],
        language: "fr".into(),
        urgency: Urgency::Medium,
        words: said(&words),
        related: None,
        late: false,
        told: Default::default(),
    }
}

fn said(text: &str) -> Words {
    Words { text: text.into(), ..Words::default() }
}

async fn measure(database: &Path, tickets: u64) -> Result<(), Fault> {
    let pages = pages(database)?;
    let middle = tickets / 2;
    for (name, path) in [
        ("pool", "/desk/pool".to_owned()),
        ("pool-deep", format!("/desk/pool?order=oldest&after={middle}-0")),
        ("mine", "/desk/mine".to_owned()),
        ("all-changed", "/desk/service".to_owned()),
        ("closed-deep", format!("/desk/closed?order=newest&after={middle}-0")),
        ("overdue", "/desk/overdue".to_owned()),
        ("ticket", format!("/desk/t/{middle}")),
        ("search-common", "/desk/search?q=imprimante".to_owned()),
        ("search-two", "/desk/search?q=imprimante+dossier7".to_owned()),
        ("search-own", format!("/desk/search?q=num%C3%A9ro{middle}")),
        ("search-status", "/desk/search?q=imprimante+status%3Afree+service%3Arh".to_owned()),
        ("search-person", "/desk/search?q=from%3Auser42%40client.test".to_owned()),
        ("search-nothing", "/desk/search?q=status%3Arefused".to_owned()),
    ] {
        let mut times: Vec<Duration> = Vec::new();
        let mut size = 0;
        for _ in 0..REQUESTS {
            let begun = Instant::now();
            size = get(&pages, &path).await?;
            times.push(begun.elapsed());
        }
        times.sort();
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        let (median, worst) = (ms(times[times.len() / 2]), ms(times[times.len() - 1]));
        println!("{{\"page\":\"{name}\",\"tickets\":{tickets},\"median_ms\":{median:.2},\"worst_ms\":{worst:.2},\"bytes\":{size}}}");
    }
    Ok(())
}

async fn get(pages: &Router, path: &str) -> Result<usize, Fault> {
    let cookie = format!("__Host-guichet={}; __Host-guichet-browser={}", encode_token(&[7; 32]), encode_token(&[8; 32]));
    let request = Request::builder().uri(path).header("host", "desk.test").header("cookie", cookie).body(Body::empty())?;
    let response = pages.clone().oneshot(request).await?;
    if !response.status().is_success() {
        return Err(format!("{path}: {}", response.status()).into());
    }
    Ok(to_bytes(response.into_body(), usize::MAX).await?.len())
}

fn pages(database: &Path) -> Result<Router, Fault> {
    let templates = Arc::new(Templates::load(None).map_err(|faults| format!("{faults:?}"))?);
    let texts = Arc::new(Texts::load(templates.clone(), None).map_err(|faults| format!("{faults:?}"))?);
    let desk = address("support@desk.test");
    let site = Site {
        name: "Support".into(),
        desk: Mailbox::new(Some("Support"), desk.clone()),
        own: vec![desk],
        base_url: "https://desk.test".into(),
        plus_addressing: true,
        visible: false,
        language: "fr".into(),
        zone: jiff::tz::TimeZone::UTC,
        trust: Trust::default(),
        policy: Policy::default(),
        limits: Limits::default(),
        brakes: Brakes::default(),
        retention: Retention::default(),
        redirect_to: None,
        keys: Keys::new(vec![('a', vec![7; 32])]),
    };
    let parts = Parts { site: Arc::new(site), templates, clock: Box::new(SystemClock), mint: Box::new(SystemMint) };
    let gateway = Gateway::new(Sqlite::open(database)?, parts)?;
    let readers = gateway.store().readers(4)?;
    let (handle, _) = Handle::start(gateway, readers)?;
    Ok(router(Web::new(handle, texts)))
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap_or_else(|_| unreachable!("{text}"))
}
