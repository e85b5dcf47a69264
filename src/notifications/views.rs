//! What templates see: one flat value for every kind of mail, each field always there, empty where it does not apply.
//!
//! Excludes: headers and tokens (see [`super::write`]).

use serde::Serialize;

use super::answers::{Answer, Section, section};
use super::blocks::{self, Block};
use super::extras::{self, Bounced, BurstView, Commands, Held, OutageView};
use super::language::Words;
use super::links::Links;
use super::periodic::PeriodicView;
use super::shown::{self, Position};
use super::{Because, Burst, Extra, MailKind, Notice, Reader, Scene, due, facts, names};
use crate::address::Address;
use crate::desk::{Attention, End, Event, Status, What};
use crate::site::Site;

/// Names that a line lists before it counts.
const NAMES_MAX: usize = 8;

/// Everything that a template may name. `check` fails on any other name.
#[derive(Debug, Default, Serialize)]
pub struct View {
    /// `Re: [#123-k7q9] title`.
    pub subject: String,
    /// `Re: [#123-k7q9]`, for subjects without title.
    pub tag: String,
    /// `#123`.
    pub number: String,
    /// The title on one line, without working links.
    pub title: String,
    /// What people call the desk.
    pub desk: String,
    /// Name of the service.
    pub service: String,
    /// Name of the category; empty is "to sort".
    pub category: String,
    /// `Bonjour Alice Martin,`
    pub hello: String,
    /// Who acted: a name, an address, or the desk.
    pub who: String,
    /// The same with the address of whoever is no agent.
    pub actor: String,
    /// The reader is requester or beneficiary.
    pub owner: bool,
    /// The reader is an agent.
    pub agent: bool,
    /// The reader brought this about.
    pub author: bool,
    /// Requester's name and address.
    pub requester: String,
    /// Beneficiary's, when another.
    pub beneficiary: String,
    /// The agent in charge, or nobody.
    pub assignee: String,
    /// Urgency in words.
    pub urgency: String,
    /// Urgency is high.
    pub urgent: bool,
    /// Status in words.
    pub status: String,
    /// What is known besides, for agents: a name and a value each.
    pub fields: Vec<FieldLine>,
    /// Figures of a while that is over.
    pub periodic: PeriodicView,
    /// Lines of the category's template that are still missing, for owners.
    pub missing: Vec<String>,
    /// It was asked, or told, before.
    pub reminder: bool,
    /// When an unanswered question, or proposal, ends the request; empty when never.
    pub deadline: String,
    /// For agents: what is promised and not kept yet, one line each.
    pub due: Vec<String>,
    /// For the requester: by when a first answer is promised; empty when nothing is.
    pub expected: String,
    /// The desk itself gave the ticket to the reader.
    pub by_rule: bool,
    /// When a postponed ticket, or its reader, comes back; empty when neither does.
    pub until: String,
    /// The ticket that it goes on in; empty when there is none.
    pub other: String,
    /// What happened besides, one line each.
    pub facts: Vec<String>,
    /// What people wrote.
    pub words: Vec<Block>,
    /// Links of this reader alone.
    #[serde(flatten)]
    pub links: Links,
    /// Why they get it.
    pub because: String,
    /// What is expected of them, or what an answer does.
    pub expect: String,
    /// Who else gets it.
    pub others: String,
    /// How to stop.
    pub stop: String,
    /// The line above which people answer; empty where an answer goes nowhere.
    pub marker: String,
    /// For agents: to whom an answer goes, in front of everything.
    pub banner: String,
    /// For trials: for whom it was, while another gets it.
    pub redirected: String,
    /// The line that mail programs show in their list.
    pub preview: String,
    /// What commands did.
    pub commands: Option<Commands>,
    /// A mail that waits for a decision, or could not be handled.
    pub held: Option<Held>,
    /// A mail that did not arrive.
    pub bounced: Option<Bounced>,
    /// Many people ask for the same at once.
    pub burst: Option<BurstView>,
    /// Outages that are known.
    pub outages: Vec<OutageView>,
    /// Older words were left out: the mail would be too large.
    pub left_out: bool,
    /// What was asked by mail.
    pub answers: Vec<Section>,
    /// The language's code.
    pub language: String,
}

/// What is known of a request besides.
#[derive(Debug, Serialize)]
pub struct FieldLine {
    /// `Téléphone`.
    pub name: String,
    /// `01 23 45 67 89`, perhaps with where it was found.
    pub value: String,
}

/// The view of a mail about a ticket. Subject and links are put in by the writer.
pub fn of_ticket(words: &Words, scene: &Scene<'_>, notice: &Notice, reader: &Reader, told: &[&Event]) -> View {
    let position = shown::position(scene, &notice.to);
    let mut view = of_desk(words, scene.site, notice, reader);
    people(&mut view, words, scene, told);
    view.owner = position == Position::Owner;
    view.agent = position == Position::Agent;
    view.urgency = facts::urgency(words, scene, view.agent);
    fields(&mut view, words, scene);
    view.by_rule = told.iter().any(|event| matches!(event.what, What::Assigned { .. }) && event.actor.person.is_none());
    due::tell(&mut view, words, scene, notice);
    view.author = told.iter().any(|event| event.actor.person.as_ref() == Some(&notice.to));
    let dated = |event: &Event, fact: String| match notice.kind {
        MailKind::History => words.say("block.dated", &[("at", &words.date(event.at, &scene.site.zone)), ("fact", &fact)]),
        _ => fact,
    };
    let all = shown::with_waited(scene, reader, told);
    view.facts = all.iter().filter_map(|event| Some(dated(event, facts::fact(words, scene, event, notice)?))).collect();
    // Who works on it should know that it comes back and forth.
    let moves = scene.ticket.details.moves;
    let moved = told.iter().any(|event| matches!(event.what, What::Transferred { .. }));
    if view.agent && moved && moves > 1 {
        view.facts.push(words.say("fact.moves", &[("n", &moves.to_string())]));
    }
    let request = shown::request(scene, notice);
    let texts = request.iter().chain(&all).filter_map(|event| Some((event, shown::words_of(event, notice)?)));
    view.words = texts.map(|(event, text)| blocks::block(words, scene, event, text, view.agent)).collect();
    view.left_out = blocks::newest(&mut view.words);
    if matches!(notice.kind, MailKind::Note | MailKind::JoinRequest) && view.words.len() < 2 {
        // These mails say it themselves.
        view.words.iter_mut().for_each(|block| block.warning.clear());
    }
    view.preview = preview(&view, words, told, notice);
    view.commands = extras::commands(words, scene, notice);
    last_lines(&mut view, words, scene, notice, position);
    if notice.kind == MailKind::AcknowledgementUnproven { without_theirs(view) } else { view }
}

/// The fixed words that an unproven sender gets hold nothing that they wrote (CASEBOOK B09).
fn without_theirs(view: View) -> View {
    View { title: String::new(), requester: String::new(), beneficiary: String::new(), preview: String::new(), ..view }
}

/// The view of a mail about no ticket.
pub fn of_desk(words: &Words, site: &Site, notice: &Notice, reader: &Reader) -> View {
    let name = match notice.kind {
        // Whatever an unproven sender calls themselves is not repeated (CASEBOOK B09).
        MailKind::AcknowledgementUnproven => None,
        _ => reader.mailbox.name.as_deref().and_then(|name| names::clean_name(name, &reader.mailbox.address)),
    };
    View {
        desk: site.name.clone(),
        service: site.name.clone(),
        hello: match &name {
            Some(name) => words.say("hello.named", &[("name", name)]),
            None => words.say("hello.plain", &[]),
        },
        because: words.say(because(notice), &[("desk", &site.name), ("service", &site.name)]),
        redirected: site.redirect_to.as_ref().map(|_| words.say("redirected.line", &[("who", notice.to.as_str())])).unwrap_or_default(),
        burst: extras::burst(site, &notice.extra),
        outages: extras::outages(&notice.extra),
        held: extras::held(words, site, &notice.extra),
        title: match &notice.extra {
            Extra::Confirm { subject, .. } => names::title(subject),
            Extra::Same { by, .. } => by.to_string(),
            _ => String::new(),
        },
        until: match &notice.extra {
            Extra::Absence { back, .. } => words.day(*back),
            _ => String::new(),
        },
        bounced: extras::bounced(&notice.extra),
        answers: match &notice.extra {
            Extra::Answers { answers, .. } => answers.iter().map(|answer| section(words, &reader.language, &site.zone, answer)).collect(),
            Extra::Burst(Burst { rows, people, .. }) => {
                let list = Answer::Tickets { list: "burst".into(), rows: rows.clone(), more: rows.len() < *people };
                vec![section(words, &reader.language, &site.zone, &list)]
            }
            _ => vec![],
        },
        periodic: match &notice.extra {
            Extra::Figures(periodic) => periodic.view(words),
            Extra::Digest(digest) => digest.view(words),
            _ => PeriodicView::default(),
        },
        language: reader.language.clone(),
        ..View::default()
    }
}

fn people(view: &mut View, words: &Words, scene: &Scene<'_>, told: &[&Event]) {
    let (ticket, organisation) = (scene.ticket, scene.organisation);
    let service = organisation.service(&ticket.service);
    let category = service.and_then(|service| service.categories.iter().find(|category| category.key == ticket.category));
    view.number = format!("#{}", ticket.id);
    view.title = names::title(&ticket.title);
    view.service = service.map_or_else(|| scene.site.name.clone(), |service| service.name.clone());
    view.category = category.map(|category| category.name.clone()).unwrap_or_default();
    view.requester = names::full(scene, &ticket.requester);
    view.beneficiary = ticket.beneficiary.as_ref().map(|who| names::full(scene, who)).unwrap_or_default();
    view.urgent = organisation.priority(ticket) == crate::desk::Urgency::High;
    view.status = words.term("status", ticket.status.word()).to_owned();
    match ticket.status {
        Status::Postponed { until } => view.until = words.date(until, &scene.site.zone),
        Status::Closed { end: End::Merged(into), .. } => view.other = format!("#{into}"),
        _ => {}
    }
    let actor = told.iter().find_map(|event| event.actor.person.as_ref());
    view.who = actor.map_or_else(|| scene.site.name.clone(), |actor| names::label(scene, actor));
    view.actor = actor.map_or_else(|| scene.site.name.clone(), |actor| names::full(scene, actor));
    view.assignee = ticket.assignee.as_ref().map(|who| names::label(scene, who)).unwrap_or_default();
}

/// What a request tells besides: agents read it, its owners are asked for what is missing. A phone number is nobody else's.
fn fields(view: &mut View, words: &Words, scene: &Scene<'_>) {
    let details = &scene.ticket.details;
    if view.agent {
        let kind = scene.organisation.kind(scene.ticket).map(|kind| words.term("choice.kind", kind.word()).to_owned());
        view.fields.extend(kind.map(|value| FieldLine { name: words.say("field.kind", &[]), value }));
        view.fields.extend(facts::known(words, scene).into_iter().map(|(name, value)| FieldLine { name, value }));
    }
    if view.owner {
        let wanted = scene.organisation.fields(&scene.ticket.service, &scene.ticket.category);
        let missing = wanted.iter().filter(|wanted| wanted.must && details.field(&wanted.key).is_empty());
        view.missing = missing.map(|wanted| wanted.name.clone()).collect();
    }
}

fn preview(view: &View, words: &Words, told: &[&Event], notice: &Notice) -> String {
    let text = told.iter().find_map(|event| shown::words_of(event, notice)).map(blocks::preview).filter(|text| !text.is_empty());
    let said = text.map(|text| words.say("preview.said", &[("who", &view.who), ("text", &text)]));
    said.or_else(|| view.facts.first().cloned()).unwrap_or_else(|| view.title.clone())
}

/// The lines around a mail: where an answer goes, why it came, who else gets it, how to stop.
fn last_lines(view: &mut View, words: &Words, scene: &Scene<'_>, notice: &Notice, position: Position) {
    let values = [("desk", scene.site.name.as_str()), ("service", view.service.as_str())];
    let others = others(words, scene, &notice.to).unwrap_or_default();
    let addressed = [("names", others.as_str())];
    view.because = heard(words, scene, notice).unwrap_or_else(|| words.say(because(notice), &values));
    view.marker = words.say("marker.line", &[]);
    view.banner = match position {
        _ if shown::stays_inside(scene, notice) => words.say("expect.note", &[]),
        Position::Agent => words.say("expect.agent", &addressed),
        _ => String::new(),
    };
    if notice.kind == MailKind::AcknowledgementUnproven {
        return;
    }
    if matches!(position, Position::Owner | Position::Guest) && !notice.kind.is_internal() {
        view.expect = if says_how_to_answer(notice.kind) { String::new() } else { words.say(expect(position), &addressed) };
        view.others = if others.is_empty() { String::new() } else { words.say("others.line", &addressed) };
    }
    view.stop = match notice.because {
        Because::Guest => words.say("stop.guest", &values),
        Because::Monitoring => words.say("stop.monitoring", &values),
        _ => String::new(),
    };
}

/// Why an agent hears of a ticket that is not theirs: their level in its service, or that they follow this one.
fn heard(words: &Words, scene: &Scene<'_>, notice: &Notice) -> Option<String> {
    let member = scene.organisation.membership(&notice.to, &scene.ticket.service).filter(|_| notice.because == Because::Monitoring)?;
    if scene.ticket.attention(&notice.to) == Attention::Following {
        return Some(words.say("because.following", &[]));
    }
    let service = scene.organisation.service(&scene.ticket.service).map_or("", |service| &service.name);
    let level = member.hears_of(&scene.ticket.category);
    let key = if level > member.hears { "because.hears_categories" } else { "because.hears" };
    Some(words.say(key, &[("service", service), ("level", words.term("page.hears", level.word()))]))
}

fn expect(position: Position) -> &'static str {
    if position == Position::Owner { "expect.owner" } else { "expect.guest" }
}

/// The texts of these mails say themselves how to answer.
fn says_how_to_answer(kind: MailKind) -> bool {
    matches!(
        kind,
        MailKind::Acknowledgement
            | MailKind::Question
            | MailKind::Closed
            | MailKind::Expired
            | MailKind::Invitation
            | MailKind::NotPossible
            | MailKind::FreshLink
            | MailKind::History
    )
}

fn because(notice: &Notice) -> &'static str {
    match (notice.kind, notice.because) {
        (MailKind::AcknowledgementUnproven | MailKind::HeldProof, _) => "because.unproven",
        (MailKind::FreshLink | MailKind::SignIn | MailKind::RequestProof, _) => "because.asked",
        (MailKind::History, _) => "because.history",
        (MailKind::DailyReport, _) => "because.report",
        (MailKind::AbsenceProposed, _) => "because.absence",
        (MailKind::SamePerson, _) => "because.same",
        (MailKind::ServiceChanged, _) => "because.staffed",
        (MailKind::Figures, _) => "because.figures",
        (MailKind::OtherDigest, _) => "because.other",
        (_, Because::Requester) => "because.requester",
        (_, Because::Beneficiary) => "because.beneficiary",
        (_, Because::Guest) => "because.guest",
        (_, Because::Assignee) => "because.assignee",
        (_, Because::Monitoring) => "because.monitoring",
        (_, Because::Author) => "because.author",
        (_, Because::Administrator) => "because.administrator",
    }
}

/// The other people of the conversation; agents are named by whoever is in charge.
fn others(words: &Words, scene: &Scene<'_>, reader: &Address) -> Option<String> {
    let participants = scene.ticket.participants();
    let in_charge = scene.ticket.assignee.as_ref().filter(|who| scene.organisation.agent(who).is_some());
    let mut everybody: Vec<&Address> = participants.into_iter().chain(in_charge).filter(|who| *who != reader).collect();
    everybody.dedup();
    let more = everybody.len().saturating_sub(NAMES_MAX);
    let named: Vec<String> = everybody.iter().take(NAMES_MAX).map(|who| names::label(scene, who)).collect();
    match (named.join(", "), more) {
        (names, _) if names.is_empty() => None,
        (names, 0) => Some(names),
        (names, more) => Some(words.say("others.more", &[("names", &names), ("n", &more.to_string())])),
    }
}
