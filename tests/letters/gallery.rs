//! One mail of each kind, as its most usual reader gets it.

use std::sync::Arc;

use guichet::address::Address;
use guichet::desk::figures::{Counts, Figures, Group, Rhythm, Times};
use guichet::desk::*;
use guichet::notifications::*;
use jiff::civil::Date;

use crate::desk::*;

/// A mail of the gallery.
pub struct Picture {
    pub desk: Desk,
    pub notice: Notice,
}

impl Picture {
    pub fn written(&self, language: &str) -> Written {
        self.desk.write(&self.notice, language)
    }
}

fn told(desk: Desk, to: Address) -> Picture {
    let notice = desk.notice(&to);
    Picture { desk, notice }
}

fn extra(desk: Desk, to: Address, kind: MailKind, because: Because, extra: Extra) -> Picture {
    Picture { desk, notice: Notice { to, kind, because, extra } }
}

fn commands(done: &[&str], refused: Vec<Refused>, draft: &str, offers: &[&str]) -> Extra {
    let offers = offers.iter().map(|offer| (*offer).to_owned()).collect();
    let ways = Ways { undo: Some(4), instance: 7, away: None, time: false, offers };
    Extra::Commands { done: done.iter().map(|verb| (*verb).to_owned()).collect(), refused, draft: draft.into(), ways }
}

/// One of each kind, in the order of [`MailKind::ALL`].
pub fn gallery() -> Vec<Picture> {
    MailKind::ALL.into_iter().map(picture).collect()
}

fn picture(kind: MailKind) -> Picture {
    match kind {
        MailKind::Receipt
        | MailKind::CommandRefused
        | MailKind::NotPossible
        | MailKind::HeldMail
        | MailKind::BounceNotice
        | MailKind::Parked
        | MailKind::Answers
        | MailKind::DailyReport
        | MailKind::ServiceChanged
        | MailKind::Figures
        | MailKind::Burst
        | MailKind::Forwarded
        | MailKind::History
        | MailKind::FreshLink => machine(kind),
        MailKind::Question
        | MailKind::ClosureApproval
        | MailKind::Closed
        | MailKind::ClosureRefused
        | MailKind::Reopened
        | MailKind::Expired
        | MailKind::Cancelled => ending(kind),
        MailKind::Refused | MailKind::Postponed | MailKind::Recalled | MailKind::Transferred | MailKind::Merged | MailKind::Beneficiary => {
            sorting(kind)
        }
        _ => beginning(kind),
    }
}

fn beginning(kind: MailKind) -> Picture {
    match kind {
        MailKind::Acknowledgement => told(Desk::new().now([opened(alice(), vec![])]), alice()),
        MailKind::AcknowledgementUnproven => told(Desk::new().now([claimed(opened(alice(), vec![]))]), alice()),
        MailKind::NewTicket => told(Desk::new().now([with_file(opened(alice(), vec![]))]), karim()),
        MailKind::Note => {
            told(Desk::taken().now([inside(event(marie(), What::Noted, Some("C'est le toner, j'en ai commandé.")))]), karim())
        }
        MailKind::Taken => told(Desk::taken().now([event(karim(), What::Taken { before: None }, None)]), alice()),
        MailKind::Assigned => told(Desk::taken().now([event(marie(), What::Assigned { to: karim(), before: None }, None)]), karim()),
        MailKind::Released => {
            let mut desk = Desk::taken();
            (desk.ticket.status, desk.ticket.assignee) = (Status::Free, None);
            told(desk.now([event(marie(), What::Released { before: Some(marie()) }, None)]), karim())
        }
        MailKind::Invitation => {
            let mut desk = Desk::taken();
            desk.ticket.guests.push(Guest { address: carol(), since: 2 });
            told(desk.now([event(alice(), What::Joined { guests: vec![carol()] }, None)]), carol())
        }
        MailKind::SlaWarning | MailKind::SlaBreach => {
            let stage = if kind == MailKind::SlaBreach { Stage::Late } else { Stage::Soon };
            let mut desk = Desk::taken();
            (desk.ticket.status, desk.ticket.assignee) = (Status::Free, None);
            let promised = jiff::SignedDuration::from_hours(4);
            desk.ticket.opened_at -= if stage == Stage::Late { promised * 6 } else { promised / 4 * 3 };
            desk.organisation.services[0].targets = vec![Target { response: Some(promised), ..Target::default() }];
            let what = What::Alerted { promise: Promise::Response, stage };
            let by_time = Event { actor: Actor::clock(), ..inside(event(alice(), what, None)) };
            told(desk.now([by_time]), karim())
        }
        MailKind::JoinRequest => {
            let words = Some("Je suis sa collègue, même panne chez nous.");
            told(Desk::taken().now([inside(event(carol(), What::JoinRequested { stranger: carol() }, words))]), karim())
        }
        _ => {
            let words = "Pouvez-vous imprimer une page de test ?\n\nMerci,\nKarim";
            told(Desk::taken().now([event(karim(), What::Taken { before: None }, None), replied(karim(), vec![], words)]), bob())
        }
    }
}

fn ending(kind: MailKind) -> Picture {
    let mut desk = Desk::taken();
    match kind {
        MailKind::Question => {
            desk.ticket.status = Status::WaitingForInformation { request: 1, asked_by: karim(), since: desk.ticket.updated_at };
            let words = "Quel message s'affiche exactement ?";
            told(desk.now([event(karim(), What::InformationRequested { request: 1 }, Some(words))]), alice())
        }
        MailKind::ClosureApproval => {
            desk.ticket.status = Status::AwaitingApproval { request: 2, proposed_by: karim(), since: desk.ticket.updated_at };
            let what = What::ClosureProposed { request: 2, reached: vec![] };
            told(desk.now([event(karim(), what, Some("Toner changé : l'imprimante répond de nouveau."))]), alice())
        }
        MailKind::Closed => {
            desk.ticket.status = Status::Closed { end: End::Approved, at: desk.ticket.updated_at };
            told(desk.now([event(alice(), What::ClosureApproved { request: 2 }, None)]), alice())
        }
        MailKind::ClosureRefused => {
            let what = What::ClosureRefused { request: 2, keeps: true, reached: vec![] };
            told(desk.now([event(alice(), what, Some("Elle clignote toujours."))]), karim())
        }
        MailKind::Expired => {
            desk.ticket.status = Status::Closed { end: End::Expired, at: desk.ticket.updated_at };
            let over = Event { actor: Actor::clock(), source: None, ..event(karim(), What::Expired, None) };
            told(desk.now([over]), alice())
        }
        MailKind::Reopened => {
            told(desk.now([event(alice(), What::Reopened { reached: vec![], keeps: false }, Some("La panne est revenue."))]), karim())
        }
        _ => {
            desk.ticket.status = Status::Closed { end: End::Cancelled, at: desk.ticket.updated_at };
            told(desk.now([event(alice(), What::Cancelled, None)]), karim())
        }
    }
}

fn sorting(kind: MailKind) -> Picture {
    let mut desk = Desk::taken();
    let at = desk.ticket.updated_at;
    match kind {
        MailKind::Refused => {
            desk.ticket.status = Status::Closed { end: End::Refused, at };
            let reason = Some("Les imprimantes personnelles ne sont pas prises en charge.");
            told(desk.now([event(karim(), What::Refused { reached: vec![] }, reason)]), alice())
        }
        MailKind::Postponed => {
            let until = at + jiff::SignedDuration::from_hours(72);
            desk.ticket.status = Status::Postponed { until };
            told(desk.now([event(karim(), What::Postponed { until }, None)]), alice())
        }
        MailKind::Recalled => {
            let recalled = event(karim(), What::Recalled { keeps: true }, None);
            let clock = Event { actor: Actor::clock(), source: None, ..recalled };
            told(desk.now([clock]), karim())
        }
        MailKind::Transferred => {
            let from = ("logistique".into(), String::new());
            (desk.ticket.status, desk.ticket.assignee) = (Status::Free, None);
            let what = What::Transferred { service: "dsi".into(), category: "materiel".into(), from, assignee: None, guests: vec![] };
            told(desk.now([event(marie(), what, None), inside(event(marie(), What::Noted, Some("C'est pour vous, je crois.")))]), karim())
        }
        MailKind::Merged => {
            desk.ticket.status = Status::Closed { end: End::Merged(99), at };
            told(desk.now([event(karim(), What::Merged { into: 99 }, None)]), alice())
        }
        _ => {
            desk.ticket.beneficiary = Some(carol());
            let (before, after) = (Property::Beneficiary(None), Property::Beneficiary(Some(carol())));
            told(desk.now([event(alice(), What::Changed { before, after }, None)]), carol())
        }
    }
}

fn figures(desk: Desk) -> Picture {
    let counts = |opened| Counts { opened, open: 1, response: Times { n: 7, median: 5400, p90: 90_000 }, ..Counts::default() };
    let group = |key: &str| Group { key: key.into(), counts: counts(7) };
    let (categories, agents) = (vec![group("dsi/"), group("dsi/materiel")], vec![group("karim@desk.test")]);
    let now = Figures { all: counts(9), categories, agents, ages: vec![(Some(1), 1), (None, 0)], ..Figures::default() };
    let periodic = Periodic {
        organisation: Arc::new(desk.organisation.clone()),
        service: "dsi".into(),
        rhythm: Rhythm::Weekly,
        days: (Date::constant(2026, 1, 5), Date::constant(2026, 1, 11)),
        now,
        before: Figures { all: counts(12), ..Figures::default() },
    };
    extra(desk, karim(), MailKind::Figures, Because::Administrator, Extra::Figures(Box::new(periodic)))
}

fn staffed(desk: Desk) -> Picture {
    let (agent, may) = (alice(), vec![Privilege::TakeFree, Privilege::Assign]);
    let what = vec![Staffing::May { agent, may, lost: vec![Privilege::Refuse] }];
    let names = vec!["Alice <b>Martin</b>".into()];
    let answer = Answer::Staffed { service: "Support DSI".into(), by: "Karim".into(), what, names, handed: vec![] };
    extra(desk, karim(), MailKind::ServiceChanged, Because::Administrator, Extra::Answers { answers: vec![answer], asked_in: None })
}

fn machine(kind: MailKind) -> Picture {
    let refused = |action: &str, why| vec![Refused { action: action.into(), why }];
    let desk = Desk::taken();
    match kind {
        MailKind::Receipt => extra(desk, karim(), kind, Because::Author, commands(&["take", "reply"], vec![], "", &[])),
        MailKind::CommandRefused => {
            let why = Why::UnknownCommand { word: "clor".into(), near: vec!["clore".into()] };
            extra(
                desk,
                karim(),
                kind,
                Because::Author,
                commands(&[], refused("command", why), "Toner changé.", &["#clore", "#reply", "#note"]),
            )
        }
        MailKind::NotPossible => {
            extra(desk, alice(), kind, Because::Author, commands(&[], refused("reopen", Why::TooLate), "Encore en panne", &[]))
        }
        MailKind::BounceNotice => {
            let bounced = Extra::Bounced { recipient: alice(), diagnostic: "550 5.1.1 no such user".into(), permanent: true };
            extra(desk, karim(), kind, Because::Assignee, bounced)
        }
        MailKind::Forwarded => extra(desk, karim(), kind, Because::Author, commands(&[], vec![], "", &["#requester dora@cust.test"])),
        MailKind::Figures => figures(desk),
        MailKind::ServiceChanged => staffed(desk),
        MailKind::Burst => {
            let rows = rows(desk.ticket.opened_at);
            let burst = Burst { place: "Support DSI / Réseau".into(), people: 6, minutes: 30, usual: 1, rows };
            extra(desk, karim(), kind, Because::Monitoring, Extra::Burst(burst))
        }
        MailKind::Answers | MailKind::DailyReport => {
            let rows = rows(desk.ticket.opened_at);
            let answers = vec![Answer::Tickets { list: "mine".into(), rows, more: false }, Answer::Absent(None)];
            let asked_in = (kind == MailKind::Answers).then(|| "q@desk.test".into());
            extra(desk, karim(), kind, Because::Author, Extra::Answers { answers, asked_in })
        }
        MailKind::History => extra(Desk::taken(), alice(), kind, Because::Author, Extra::None),
        MailKind::FreshLink => extra(desk, alice(), kind, Because::Author, Extra::None),
        _ => {
            let held = Extra::Held {
                instance: 4711,
                reason: "flood".into(),
                from: "Alice <alice@cust.test>".into(),
                subject: "Urgent: http://evil.test".into(),
                excerpt: "Merci de fermer ce ticket.\nhttp://evil.test".into(),
                likely: "bob@cust.test".into(),
                many: true,
                last: true,
            };
            extra(desk, marie(), kind, Because::Administrator, held)
        }
    }
}

fn rows(at: jiff::Timestamp) -> Vec<Row> {
    let row = |id, title: &str, urgent| {
        let (title, status, assignee) = (title.into(), "free".into(), String::new());
        Row { id, title, status, assignee, opened_at: at, urgent }
    };
    vec![row(12, "Imprimante", true), row(13, "http://evil.test", false)]
}

/// The same with a picture in it.
pub fn with_file(event: Event) -> Event {
    let file =
        Attached { part: 2, name: "capture.png".into(), content_type: "image/png".into(), size: 119_000, content_id: None, span: None };
    let source = event.source.clone().map(|source| Source { attachments: vec![file], ..source });
    Event { source, ..event }
}
