//! A desk with a few people, and short ways to make events, scenes and mails.

use guichet::address::{Address, Mailbox};
use guichet::desk::*;
use guichet::mail::{Keys, Limits, Outgoing};
use guichet::notifications::*;
use guichet::proof::Level;
use guichet::site::{Brakes, Retention, Site, Trust};
use jiff::Timestamp;

pub fn person(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub fn alice() -> Address {
    person("alice@cust.test")
}
pub fn bob() -> Address {
    person("bob@cust.test")
}
pub fn carol() -> Address {
    person("carol@cust.test")
}
/// Hears of new tickets.
pub fn karim() -> Address {
    person("karim@desk.test")
}
/// Hears everything.
pub fn marie() -> Address {
    person("marie@desk.test")
}
/// Hears nothing.
pub fn noel() -> Address {
    person("noel@desk.test")
}
pub fn support() -> Address {
    person("support@desk.test")
}

/// Counts, instead of chance.
#[derive(Default)]
pub struct Count(u8);

impl Mint for Count {
    fn token(&mut self) -> [u8; 32] {
        self.0 += 1;
        [self.0; 32]
    }
    fn salt(&mut self) -> [u8; 12] {
        self.0 += 1;
        [self.0; 12]
    }
}

/// Everything that a scene needs.
pub struct Desk {
    pub site: Site,
    pub organisation: Organisation,
    pub ticket: Ticket,
    pub before: Vec<Event>,
    pub done: Vec<Event>,
}

impl Desk {
    /// Alice's ticket 123, free, with Bob as guest from the first moment.
    pub fn new() -> Desk {
        Desk { site: site(), organisation: organisation(), ticket: ticket(), before: vec![], done: vec![] }
    }

    /// Karim has it.
    pub fn taken() -> Desk {
        let mut desk = Desk::new();
        desk.ticket.status = Status::InProgress;
        desk.ticket.assignee = Some(karim());
        desk.before = vec![opened(alice(), vec![])];
        desk
    }

    pub fn scene(&self) -> Scene<'_> {
        Scene { site: &self.site, organisation: &self.organisation, ticket: &self.ticket, before: &self.before, done: &self.done, now: NOW }
    }

    /// Adds what happens now.
    pub fn now(mut self, events: impl IntoIterator<Item = Event>) -> Desk {
        let first = self.before.len() as u64 + 1;
        self.done = events.into_iter().enumerate().map(|(at, event)| Event { seq: first + at as u64, ..event }).collect();
        self
    }

    /// Who is told, and what: `alice@cust.test acknowledgement requester`.
    pub fn told(&self) -> Vec<String> {
        let line = |notice: &Notice| format!("{} {} {}", notice.to, notice.kind.word(), notice.because.word());
        notices(&self.scene()).iter().map(line).collect()
    }

    /// The notice to somebody; fails when they are not told.
    pub fn notice(&self, to: &Address) -> Notice {
        let notices = notices(&self.scene());
        notices.into_iter().find(|notice| notice.to == *to).unwrap_or_else(|| panic!("{to} is not told: {:?}", self.told()))
    }

    /// The mail to somebody whom the events call for.
    pub fn mail(&self, to: &Address, language: &str) -> Written {
        self.write(&self.notice(to), language)
    }

    pub fn write(&self, notice: &Notice, language: &str) -> Written {
        write(templates(), notice, &self.scene(), &reader(&notice.to, language), &mut Count::default()).unwrap()
    }
}

/// A mail with its words, and the links in it.
pub struct Written {
    pub mail: Outgoing,
    pub links: Vec<MailedLink>,
}

/// Drafts a mail and puts the words in.
pub fn write(
    templates: &Templates,
    notice: &Notice,
    scene: &Scene<'_>,
    reader: &Reader,
    mint: &mut dyn Mint,
) -> Result<Written, TemplateFault> {
    let draft = draft(templates, notice, scene, reader, mint);
    let links = draft.links.clone();
    Ok(Written { mail: draft.finish(templates)?, links })
}

/// 3 March 2026, 14:02 in Paris.
pub const NOW: i64 = 1_772_542_920;

pub fn templates() -> &'static Templates {
    static TEMPLATES: std::sync::OnceLock<Templates> = std::sync::OnceLock::new();
    TEMPLATES.get_or_init(|| Templates::load(None).unwrap())
}

pub fn reader(to: &Address, language: &str) -> Reader {
    let name = match to.local() {
        "alice" => Some("Alice Martin"),
        "bob" => Some("Bob"),
        _ => None,
    };
    Reader { mailbox: Mailbox::new(name, to.clone()), language: language.into(), thread: (None, None), letter: 77, waited: vec![] }
}

pub fn event(who: Address, what: What, text: Option<&str>) -> Event {
    let name = match who.local() {
        "alice" => Some("Alice Martin".to_owned()),
        "carol" => Some("Carol".to_owned()),
        _ => None,
    };
    Event {
        ticket: 123,
        seq: 1,
        at: Timestamp::from_second(NOW).unwrap(),
        actor: Actor { person: Some(who), name, door: Door::Mail, level: Level::Proven, as_participant: false },
        what,
        text: text.map(str::to_owned),
        visibility: Visibility::Public,
        source: Some(Source { instance: 9, message_id: Some("mail-9@cust.test".into()), attachments: vec![] }),
    }
}

/// The same, seen by agents only.
pub fn inside(event: Event) -> Event {
    Event { visibility: Visibility::Agents, ..event }
}

/// The same, by somebody whom nothing proves.
pub fn claimed(event: Event) -> Event {
    Event { actor: Actor { level: Level::Claimed, ..event.actor }, ..event }
}

pub fn opened(who: Address, reached: Vec<Address>) -> Event {
    let what = What::Opened {
        title: "Imprimante en panne".into(),
        service: "dsi".into(),
        category: "materiel".into(),
        requester: alice(),
        beneficiary: None,
        guests: vec![bob()],
        language: "fr".into(),
        urgency: Urgency::Medium,
        related: None,
        late: false,
        told: None,
        root_message_id: Some("root@cust.test".into()),
        reached,
    };
    event(who, what, Some("Bonjour,\n\nl'imprimante du 3e clignote en rouge.\n\nAlice"))
}

pub fn replied(who: Address, reached: Vec<Address>, text: &str) -> Event {
    event(who, What::Replied { reached }, Some(text))
}

fn site() -> Site {
    Site {
        name: "Support".into(),
        desk: Mailbox::new(Some("Support"), support()),
        own: vec![support(), person("help@desk.test")],
        base_url: "https://desk.test".into(),
        plus_addressing: true,
        visible: false,
        language: "fr".into(),
        zone: jiff::tz::TimeZone::get("Europe/Paris").unwrap(),
        trust: Trust::default(),
        policy: Policy::default(),
        limits: Limits::default(),
        brakes: Brakes::default(),
        retention: Retention::default(),
        redirect_to: None,
        keys: Keys::new(vec![('a', vec![7; 32])]),
    }
}

fn organisation() -> Organisation {
    let category = Category { key: "materiel".into(), name: "Matériel".into(), tag: None, ..Category::default() };
    let service = Service {
        key: "dsi".into(),
        name: "Support DSI".into(),
        categories: vec![category],
        permanent_guests: vec![person("chef@cust.test")],
        ..Service::default()
    };
    let agent = |address: Address, name: &str, hears| Agent {
        address,
        name: name.into(),
        language: None,
        memberships: vec![Membership { service: "dsi".into(), may: Privilege::usual(), hears, ..Membership::default() }],
        deputy: None,
        disabled: false,
    };
    let agents = vec![
        agent(karim(), "Karim Benali", Monitoring::Creation),
        agent(marie(), "Marie Durand", Monitoring::Always),
        agent(noel(), "Noël Petit", Monitoring::Never),
    ];
    Organisation { services: vec![service], agents, ..Organisation::default() }
}

fn ticket() -> Ticket {
    let at = Timestamp::from_second(NOW).unwrap();
    Ticket {
        id: 123,
        version: 1,
        title: "Imprimante en panne".into(),
        service: "dsi".into(),
        category: "materiel".into(),
        requester: alice(),
        beneficiary: None,
        guests: vec![Guest { address: bob(), since: 1 }],
        status: Status::Free,
        assignee: None,
        urgency: Urgency::Medium,
        language: "fr".into(),
        opened_at: at,
        updated_at: at,
        first_response_at: None,
        reopened: 0,
        reopenings: vec![],
        taken_at: None,
        requests: 1,
        rating: None,
        root_message_id: Some("root@cust.test".into()),
        details: Details::default(),
    }
}
