//! A small desk that never was, with which every template is rendered: once with everything, once with as little as
//! there can be, for each kind of reader.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::templates::Templates;
use super::{
    Answer, Because, Burst, Digest, Extra, Hints, MailKind, Mint, Notice, Periodic, Reader, Row, Scene, Suggested, TemplateFault, Ways,
    draft,
};
use crate::address::{Address, AddressFault, Mailbox};
use crate::desk::figures::{Counts, Figures, Group, Rhythm};
use crate::desk::*;
use crate::knowledge::Frequent;
use crate::mail::{Keys, Limits};
use crate::proof::Level;
use crate::site::{Brakes, Retention, Site, Trust};

/// Renders every mail in every language, for every kind of reader, full and bare.
pub fn check(templates: &Templates) -> Vec<TemplateFault> {
    let stages = match (stage(true), stage(false)) {
        (Ok(full), Ok(bare)) => [full, bare],
        (Err(fault), _) | (_, Err(fault)) => {
            return vec![TemplateFault { template: "samples".into(), reason: fault.to_string() }];
        }
    };
    let mut faults: Vec<TemplateFault> = Vec::new();
    for language in templates.languages() {
        for (stage, kind, reader) in stages.iter().flat_map(each) {
            let fault = stage.render(templates, language, kind, reader).err();
            faults.extend(fault.filter(|fault| faults.iter().all(|known| known.to_string() != fault.to_string())));
        }
    }
    faults
}

fn each(stage: &Stage) -> impl Iterator<Item = (&Stage, MailKind, &(Address, Because))> {
    MailKind::ALL.into_iter().flat_map(move |kind| stage.readers.iter().map(move |reader| (stage, kind, reader)))
}

struct Stage {
    site: Site,
    organisation: Organisation,
    ticket: Ticket,
    done: Vec<Event>,
    readers: [(Address, Because); 4],
    full: bool,
}

/// The same token each time: samples are never mailed.
struct Blank;

impl Mint for Blank {
    fn token(&mut self) -> [u8; 32] {
        [0; 32]
    }
    fn salt(&mut self) -> [u8; 12] {
        [0; 12]
    }
}

impl Stage {
    fn render(&self, templates: &Templates, language: &str, kind: MailKind, reader: &(Address, Because)) -> Result<(), TemplateFault> {
        let (to, because) = reader.clone();
        let name = self.full.then_some("Sample Reader");
        let scene = Scene {
            site: &self.site,
            organisation: &self.organisation,
            ticket: &self.ticket,
            before: &[],
            done: if self.full { &self.done } else { &[] },
            now: 0,
        };
        let notice = Notice { to: to.clone(), kind, because, extra: self.extra(kind, &to) };
        let reader =
            Reader { mailbox: Mailbox::new(name, to), language: language.to_owned(), thread: (None, None), letter: 1, waited: vec![] };
        draft(templates, &notice, &scene, &reader, &mut Blank).finish(templates)?;
        let apart = super::Apart { site: &self.site, now: 0 };
        match kind {
            MailKind::HeldMail
            | MailKind::Parked
            | MailKind::BounceNotice
            | MailKind::SignIn
            | MailKind::RequestProof
            | MailKind::DailyReport
            | MailKind::ServiceChanged
            | MailKind::Figures
            | MailKind::HeldProof
            | MailKind::OtherDigest
            | MailKind::AbsenceProposed
            | MailKind::SamePerson
            | MailKind::Burst
            | MailKind::Answers => super::draft_apart(templates, &notice, apart, &reader, &mut Blank).finish(templates).map(drop),
            _ => Ok(()),
        }
    }

    fn extra(&self, kind: MailKind, to: &Address) -> Extra {
        let text = |sample: &str| if self.full { sample.to_owned() } else { String::new() };
        match kind {
            MailKind::Receipt | MailKind::CommandRefused | MailKind::Forwarded | MailKind::NotPossible => Extra::Commands {
                done: if self.full { vec!["take".into()] } else { vec![] },
                refused: if self.full { vec![Refused { action: "close".into(), why: Why::TextMissing }] } else { vec![] },
                draft: text("Sample text"),
                ways: Ways {
                    undo: self.full.then_some(5),
                    instance: 7,
                    away: self.full.then_some((to.clone(), Timestamp::UNIX_EPOCH)),
                    time: self.full,
                    offers: if self.full { vec!["#note".into()] } else { vec![] },
                },
            },
            MailKind::HeldMail | MailKind::Parked => Extra::Held {
                instance: 7,
                reason: "flood".into(),
                from: text("Sample <sample@example.org>"),
                subject: text("Sample"),
                excerpt: text("Sample text"),
                likely: text("sample@example.org"),
                many: self.full,
                last: self.full,
            },
            MailKind::BounceNotice => {
                Extra::Bounced { recipient: to.clone(), diagnostic: text("550 5.1.1 no such user"), permanent: self.full }
            }
            MailKind::HeldProof => Extra::Confirm { url: text("https://desk.example.org/l/x"), subject: text("Sample") },
            MailKind::SamePerson => Extra::Same { url: text("https://desk.example.org/l/x"), by: to.clone() },
            MailKind::AbsenceProposed => Extra::Absence { url: text("https://desk.example.org/l/x"), back: Date::constant(2026, 1, 12) },
            MailKind::SignIn | MailKind::RequestProof => Extra::Key { url: text("https://desk.example.org/l/x") },
            MailKind::Answers | MailKind::DailyReport | MailKind::ServiceChanged => {
                Extra::Answers { answers: if self.full { answers(to) } else { vec![] }, asked_in: None }
            }
            MailKind::Figures => Extra::Figures(Box::new(self.periodic(to))),
            MailKind::OtherDigest => Extra::Digest(Box::new(self.digest())),
            MailKind::Acknowledgement if self.full => Extra::Hints(Hints {
                articles: articles(),
                places: vec![("sample".into(), "Sample".into())],
                earlier: Some((122, "Sample".into())),
                outages: vec![(121, "Sample".into())],
            }),
            MailKind::NewTicket if self.full => Extra::Hints(Hints { outages: vec![(121, "Sample".into())], ..Hints::default() }),
            MailKind::Burst if self.full => {
                let title = "Sample".to_owned();
                let row =
                    Row { id: 123, title, status: "free".into(), assignee: String::new(), opened_at: Timestamp::UNIX_EPOCH, urgent: true };
                Extra::Burst(Burst { place: "Sample".into(), people: 6, minutes: 30, usual: 1, rows: vec![row] })
            }
            _ => Extra::None,
        }
    }
}

impl Stage {
    /// A month with a word and somebody, or without anything.
    fn digest(&self) -> Digest {
        let word = Frequent { word: "sample".into(), folded: "sample".into(), titles: 3, people: 2 };
        Digest {
            organisation: Arc::new(self.organisation.clone()),
            place: ("sample".into(), String::new()),
            days: (Date::constant(2026, 1, 1), Date::constant(2026, 1, 31)),
            tickets: (7, 5),
            words: if self.full { vec![word] } else { vec![] },
            people: if self.full { vec![("owner@example.org".into(), 2)] } else { vec![] },
        }
    }

    /// Figures with a category and an agent, or without anything.
    fn periodic(&self, agent: &Address) -> Periodic {
        let group = |key: String| Group { key, counts: Counts { opened: 7, ..Counts::default() } };
        let groups = |key: String| if self.full { vec![group(key)] } else { vec![] };
        let (categories, agents) = (groups("sample/sample".into()), groups(agent.to_string()));
        Periodic {
            organisation: Arc::new(self.organisation.clone()),
            service: "sample".into(),
            rhythm: if self.full { Rhythm::Weekly } else { Rhythm::Monthly },
            days: (Date::constant(2026, 1, 5), Date::constant(2026, 1, 11)),
            now: Figures { categories, agents, ages: if self.full { vec![(Some(1), 3), (None, 1)] } else { vec![] }, ..Figures::default() },
            before: Figures::default(),
        }
    }
}

fn articles() -> Vec<Suggested> {
    let suggested = |whole| Suggested { number: 12, title: "Sample".into(), answer: "Sample text".into(), whole };
    vec![suggested(true), suggested(false)]
}

fn answers(to: &Address) -> Vec<Answer> {
    let title = to.to_string();
    let row = Row { id: 123, title, status: "free".into(), assignee: String::new(), opened_at: Timestamp::UNIX_EPOCH, urgent: true };
    let list = |list: &str, rows| Answer::Tickets { list: list.into(), rows, more: true };
    let mut all: Vec<Answer> = ["mine", "waiting", "free", "late", "today", "unanswered", "service", "urgent", "found", "state", "asked"]
        .map(|word| list(word, vec![]))
        .to_vec();
    all.extend([list("mine", vec![row.clone()]), Answer::Done(row, vec!["take".into()]), Answer::NoTicket("#9".into())]);
    all.extend([
        Answer::Articles(vec![Suggested { number: 12, title: "Sample".into(), answer: "Sample text".into(), whole: false }]),
        Answer::Help(Role::Agent),
        Answer::Absent(Some(Timestamp::UNIX_EPOCH)),
        Answer::Absent(None),
        Answer::HandOver(vec![123], Some(("Sample".into(), to.clone()))),
        Answer::HandOver(vec![123], None),
        Answer::ReportAt(vec![8, 14], true),
        Answer::ReportAt(vec![8], false),
        Answer::ReportAt(vec![], false),
        Answer::Hears(Profile::Full),
        Answer::Language("fr".into()),
        staffed(to),
    ]);
    all
}

/// Every change of a service's staff.
fn staffed(to: &Address) -> Answer {
    let (agent, may) = (to.clone(), || Privilege::ALL.to_vec());
    let guests = |category: &str, guests| Staffing::Guests { category: category.into(), guests };
    let what = vec![
        Staffing::Joins { agent: agent.clone(), name: "Sample".into(), may: may() },
        Staffing::May { agent: agent.clone(), may: vec![], lost: may() },
        Staffing::Leaves { agent: agent.clone() },
        Staffing::Away { agent: agent.clone(), until: Some(Timestamp::UNIX_EPOCH) },
        Staffing::Away { agent: agent.clone(), until: None },
        guests("", vec![agent]),
        guests("sample", vec![]),
    ];
    let sample = || "Sample".to_owned();
    Answer::Staffed { service: sample(), by: sample(), names: vec![sample(); 5], what, handed: vec![(123, None), (124, Some(sample()))] }
}

fn stage(full: bool) -> Result<Stage, AddressFault> {
    let [owner, guest, agent, other] =
        [address("owner@example.org")?, address("guest@example.org")?, address("agent@example.org")?, address("admin@example.org")?];
    let request = if full { 3 } else { 0 };
    let status = Status::AwaitingApproval { request, proposed_by: agent.clone(), since: Timestamp::UNIX_EPOCH };
    let ticket = Ticket {
        id: 123,
        version: 5,
        title: "Sample".into(),
        service: "sample".into(),
        category: if full { "sample".into() } else { String::new() },
        requester: owner.clone(),
        beneficiary: if full { Some(address("beneficiary@example.org")?) } else { None },
        guests: vec![Guest { address: guest.clone(), since: 1 }],
        status: if full { status } else { Status::Free },
        assignee: full.then(|| agent.clone()),
        taken_at: full.then_some(Timestamp::UNIX_EPOCH),
        urgency: if full { Urgency::High } else { Urgency::Medium },
        language: "fr".into(),
        opened_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        first_response_at: None,
        reopened: 0,
        reopenings: vec![],
        requests: 3,
        rating: None,
        root_message_id: None,
        details: if full { details() } else { Details::default() },
    };
    let done = events(&agent);
    let readers =
        [(owner, Because::Requester), (guest, Because::Guest), (agent.clone(), Because::Assignee), (other, Because::Administrator)];
    Ok(Stage { site: site(full)?, organisation: organisation(agent), ticket, done, readers, full })
}

fn details() -> Details {
    let fields = vec![("sample".into(), "Sample value".into())];
    Details { phone: "01 23 45 67 89".into(), equipment: "PC-0000".into(), fields, found: vec!["phone".into()], ..Details::default() }
}

/// Words with a file, a question, a solution and a mere fact.
fn events(agent: &Address) -> Vec<Event> {
    let file =
        Attached { part: 1, name: "sample.png".into(), content_type: "image/png".into(), size: 120_000, content_id: None, span: None };
    let source = Source { instance: 1, message_id: None, attachments: vec![file] };
    let actor = Actor {
        person: Some(agent.clone()),
        name: Some("Sample Agent".into()),
        door: Door::Mail,
        level: Level::Proven,
        as_participant: false,
    };
    let what = [
        What::Replied { reached: vec![] },
        What::InformationRequested { request: 2 },
        What::ClosureProposed { request: 3, reached: vec![] },
        What::Taken { before: None },
    ];
    let event = |(at, what): (usize, What)| Event {
        ticket: 123,
        seq: at as u64 + 1,
        at: Timestamp::UNIX_EPOCH,
        actor: actor.clone(),
        text: matches!(what, What::Replied { .. } | What::ClosureProposed { .. }).then(|| "Sample text".to_owned()),
        what,
        visibility: Visibility::Public,
        source: Some(source.clone()),
    };
    what.into_iter().enumerate().map(event).collect()
}

fn site(full: bool) -> Result<Site, AddressFault> {
    let desk = address("desk@example.org")?;
    Ok(Site {
        name: "Sample desk".into(),
        own: vec![desk.clone()],
        desk: Mailbox::new(Some("Sample desk"), desk),
        base_url: "https://desk.example.org".into(),
        plus_addressing: full,
        visible: full,
        language: "fr".into(),
        zone: jiff::tz::TimeZone::UTC,
        trust: Trust::default(),
        policy: Policy::default(),
        limits: Limits::default(),
        brakes: Brakes::default(),
        retention: Retention::default(),
        redirect_to: None,
        keys: Keys::new(vec![('a', vec![0; 32])]),
    })
}

fn organisation(agent: Address) -> Organisation {
    let (category, hour) = (sample_category(), jiff::SignedDuration::from_hours(1));
    let service = Service {
        key: "sample".into(),
        name: "Sample service".into(),
        categories: vec![category],
        targets: vec![Target { response: Some(hour), resolution: Some(hour), ..Target::default() }],
        ..Service::default()
    };
    let membership = Membership { service: "sample".into(), may: Privilege::usual(), hears: Monitoring::Always, ..Membership::default() };
    let agent =
        Agent { address: agent, name: "Sample Agent".into(), language: None, memberships: vec![membership], deputy: None, disabled: false };
    Organisation { services: vec![service], agents: vec![agent], ..Organisation::default() }
}

fn sample_category() -> Category {
    let wanted = |key: &str, must| Wanted { key: key.into(), name: "Sample field".into(), also: vec![], must };
    let fields = vec![wanted("sample", true), wanted("other", true)];
    Category { key: "sample".into(), name: "Sample category".into(), fields, ..Category::default() }
}

fn address(text: &str) -> Result<Address, AddressFault> {
    Address::parse(text)
}
