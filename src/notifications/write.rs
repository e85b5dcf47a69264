//! One mail to one person: headers, text and HTML from a notice.
//!
//! Promises: `From` is the desk's own address whoever speaks (CASEBOOK I18); the reader's own thread is continued;
//! what a machine wrote says so (E12); nobody else is shown in a mail with a capability (C13).

use super::answers;
use super::links::{self, Links};
use super::names;
use super::shown::{self, Position};
use super::templates::Templates;
use super::views::{self, View};
use super::{Draft, Extra, MailKind, MailedLink, Mint, Notice, Reader, Scene};
use crate::address::{Address, Mailbox};
use crate::desk::{Event, Visibility, catalogue};
use crate::mail::carrier::{self, Purpose};
use crate::mail::{Auto, Outgoing, Voice};
use crate::proof::Level;
use crate::site::Site;

/// The mail of a notice about a ticket, and the links in it; its words are put in by [`Draft::finish`].
pub fn draft(templates: &Templates, notice: &Notice, scene: &Scene<'_>, reader: &Reader, mint: &mut dyn Mint) -> Draft {
    let language = templates.language([reader.language.as_str(), scene.site.language.as_str()]);
    let words = templates.words(&language);
    let told = shown::events(scene, notice);
    let (links, mailed) = links::links(words, scene, notice, mint);
    let parent = parent(scene, reader);
    let mut view = views::of_ticket(words, scene, notice, reader, &told);
    view.tag = tag(scene, parent.is_some());
    view.subject = format!("{} {}", view.tag, view.title);
    view.language.clone_from(&language);
    view.links = links;
    if view.agent && scene.ticket.assignee.is_none() && scene.ticket.status.is_open() {
        view.links.take_mailto = command(scene, &reply_to(scene, notice), &take(&language));
    }
    let mut mail = bare(scene.site, reader, language, Number { ticket: scene.ticket.id, salt: mint.salt() });
    mail.date = scene.now;
    address(&mut mail, scene, notice, &view, &told);
    if notice.kind == MailKind::AcknowledgementUnproven {
        mail.to.name = None;
    }
    mail.shown_cc = shown_cc(scene, notice, &shown::with_waited(scene, reader, &told), &mailed);
    mail.references = references(scene, reader, parent.as_ref());
    mail.in_reply_to = parent;
    Draft { mail, links: mailed, kind: notice.kind, view }.discreet(words, scene, notice)
}

/// A site at a moment, for mails about no ticket: a held stranger's mail, a parked one.
#[derive(Clone, Copy)]
pub struct Apart<'a> {
    /// The site.
    pub site: &'a Site,
    /// Now, seconds of the epoch.
    pub now: i64,
}

/// The mail of a notice about no ticket. It carries no links but a key.
pub fn draft_apart(templates: &Templates, notice: &Notice, apart: Apart<'_>, reader: &Reader, mint: &mut dyn Mint) -> Draft {
    let language = templates.language([reader.language.as_str(), apart.site.language.as_str()]);
    let mut view = views::of_desk(templates.words(&language), apart.site, notice, reader);
    view.language.clone_from(&language);
    view.links = match &notice.extra {
        Extra::Key { url } | Extra::Confirm { url, .. } | Extra::Absence { url, .. } | Extra::Same { url, .. } => {
            Links { page: url.clone(), ..Links::default() }
        }
        _ => Links::default(),
    };
    let mut mail = bare(apart.site, reader, language, Number { ticket: 0, salt: mint.salt() });
    if let Extra::Answers { asked_in: Some(id), .. } = &notice.extra {
        // An answer of a machine, in the thread of whoever asked.
        mail.auto = Auto::Replied;
        mail.references = vec![id.clone()];
        mail.in_reply_to = Some(id.clone());
    }
    mail.files = answers::files(&notice.extra);
    mail.date = apart.now;
    Draft { mail, links: Vec::new(), kind: notice.kind, view }
}

/// What a Message-ID is made of.
struct Number {
    ticket: u64,
    salt: [u8; 12],
}

/// A mail from the desk itself, without words.
fn bare(site: &Site, reader: &Reader, language: String, number: Number) -> Outgoing {
    let to = &reader.mailbox.address;
    let name = reader.mailbox.name.as_deref().and_then(|name| names::clean_name(name, to));
    Outgoing {
        message_id: site.keys.message_id(number.ticket, to, &number.salt, site.desk.address.domain()),
        from: site.desk.clone(),
        to: Mailbox { name, address: to.clone() },
        shown_cc: Vec::new(),
        reply_to: None,
        envelope_from: Some(tagged(site, Purpose::Envelope, reader.letter, to)),
        date: 0,
        subject: String::new(),
        in_reply_to: None,
        references: Vec::new(),
        thread_index: None,
        auto: Auto::Generated,
        language,
        unsubscribe: None,
        text: String::new(),
        html: None,
        files: Vec::new(),
    }
}

/// The desk's address with a signed tag, or bare where tags do not arrive.
fn tagged(site: &Site, purpose: Purpose, number: u64, person: &Address) -> Address {
    let address = &site.desk.address;
    match site.plus_addressing {
        true => address.with_tag(&site.keys.tag(purpose, number, 0, person)).unwrap_or_else(|_| address.clone()),
        false => address.clone(),
    }
}

/// Who speaks, where answers go, how to leave.
fn address(mail: &mut Outgoing, scene: &Scene<'_>, notice: &Notice, view: &View, told: &[&Event]) {
    let site = scene.site;
    let speaker = speaker(notice.kind, view, told);
    mail.auto = match (notice.kind, speaker) {
        (kind, _) if is_answer(kind) || (kind == MailKind::Closed && view.author) => Auto::Replied,
        (MailKind::NewTicket, _) | (_, None) => Auto::Generated,
        (_, Some(_)) => Auto::Human,
    };
    mail.from = match speaker.and_then(|event| event.actor.person.as_ref()) {
        Some(person) => speaking(site, &names::mailbox(scene, person), &view.service),
        None => Mailbox::new(Some(&view.service), site.desk.address.clone()),
    };
    let reply_to = reply_to(scene, notice);
    let leaves = shown::position(scene, &notice.to) == Position::Guest && notice.kind != MailKind::FreshLink;
    mail.unsubscribe = leaves.then(|| command(scene, &reply_to, "#leave"));
    mail.reply_to = Some(reply_to);
}

/// `Karim Benali (Support DSI) <desk>`.
fn speaking(site: &Site, person: &Mailbox, service: &str) -> Mailbox {
    let name = person.name.as_deref().unwrap_or_else(|| person.address.local());
    Mailbox::new(Some(&format!("{name} ({service})")), site.desk.address.clone())
}

/// The event whose proven author is heard in this mail.
fn speaker<'a>(kind: MailKind, view: &View, told: &[&'a Event]) -> Option<&'a Event> {
    let silent = is_answer(kind) || matches!(kind, MailKind::Invitation | MailKind::JoinRequest) || view.words.is_empty();
    let proven = |event: &&&Event| event.text.is_some() && event.actor.person.is_some() && event.actor.level == Level::Proven;
    told.iter().rev().find(proven).copied().filter(|_| !silent)
}

/// Answers of a machine to whoever wrote.
fn is_answer(kind: MailKind) -> bool {
    matches!(
        kind,
        MailKind::Acknowledgement
            | MailKind::AcknowledgementUnproven
            | MailKind::Receipt
            | MailKind::CommandRefused
            | MailKind::Forwarded
            | MailKind::NotPossible
            | MailKind::FreshLink
            | MailKind::History
            | MailKind::Answers
    )
}

/// Where answers go: a signed address of this reader, which also says in whose part.
fn reply_to(scene: &Scene<'_>, notice: &Notice) -> Address {
    let site = scene.site;
    let voice = match notice.kind {
        _ if shown::stays_inside(scene, notice) => Voice::Note,
        kind if kind.is_for_agents() && scene.ticket.is_owner(&notice.to) => Voice::Agent,
        _ => Voice::Own,
    };
    let tag = site.keys.tag(Purpose::Reply, scene.ticket.id, voice as u64, &notice.to);
    let tagged = site.plus_addressing.then(|| site.desk.address.with_tag(&tag).ok()).flatten();
    tagged.unwrap_or_else(|| site.desk.address.clone())
}

/// The command that takes a ticket, as the reader writes it.
fn take(language: &str) -> String {
    format!("#{}", catalogue::spec("take").map_or("take", |spec| spec.teach(language)))
}

/// A mail that holds one command. The tag in the subject leads there where addresses carry none.
fn command(scene: &Scene<'_>, reply_to: &Address, command: &str) -> String {
    let subject = match scene.site.plus_addressing {
        true => command.to_owned(),
        false => format!("{} {command}", carrier::subject_tag(&scene.site.keys, scene.ticket.id)),
    };
    format!("mailto:{reply_to}?subject={}&body={}", links::percent(&subject), links::percent(command))
}

/// How all subjects of the conversation begin, so that mail programs keep it together.
fn tag(scene: &Scene<'_>, answers: bool) -> String {
    let tag = carrier::subject_tag(&scene.site.keys, scene.ticket.id);
    if answers { format!("Re: {tag}") } else { tag }
}

/// The last mail of the conversation that the reader has: the one that all this came with, or the last of before.
fn parent(scene: &Scene<'_>, reader: &Reader) -> Option<String> {
    let who = &reader.mailbox.address;
    let has = |event: &&Event| event.actor.person.as_ref() == Some(who) || event.reached().contains(who);
    let came = scene.done.iter().rev().filter(has).find_map(|event| event.source.as_ref()?.message_id.clone());
    came.or_else(|| reader.thread.1.clone())
}

fn references(scene: &Scene<'_>, reader: &Reader, parent: Option<&String>) -> Vec<String> {
    let known = [scene.ticket.root_message_id.as_ref(), reader.thread.0.as_ref(), reader.thread.1.as_ref(), parent];
    let mut references: Vec<String> = Vec::with_capacity(known.len());
    for id in known.into_iter().flatten() {
        references.retain(|other| other != id);
        references.push(id.clone());
    }
    references
}

/// Participants whom a reply-all may reach: shown only where the site wants it, in public words without capability.
fn shown_cc(scene: &Scene<'_>, notice: &Notice, told: &[&Event], links: &[MailedLink]) -> Vec<Mailbox> {
    let public = told.iter().all(|event| event.visibility == Visibility::Public);
    if !scene.site.visible || notice.kind != MailKind::Update || !public || !links.is_empty() {
        return Vec::new();
    }
    let others = scene.ticket.participants().into_iter().filter(|who| **who != notice.to && !scene.site.is_own(who));
    others.map(|who| names::mailbox(scene, who)).collect()
}
