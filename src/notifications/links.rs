//! Capabilities in a mail: which purposes a kind of mail carries, and to whom. The mail's one recipient is their owner.
//!
//! Promises: only requester and beneficiary get any, in a mail of their own (CASEBOOK C13, INV6); a mail that has one
//! shows nobody else in its headers.

use serde::Serialize;

use super::language::Words;
use super::{Extra, Hints, MailKind, MailedLink, Mint, Notice, Scene, blocks, names};
use crate::address::Address;
use crate::desk::{Purpose, Status, What};
use crate::mail::carrier;

/// Links as templates see them; each may be empty.
#[derive(Debug, Default, Serialize)]
pub struct Links {
    /// Where whoever wrote from a shared address says who they are; empty for others.
    pub person: String,
    /// Agree.
    pub approve: String,
    /// Not solved.
    pub refuse: String,
    /// Answer the question.
    pub answer: String,
    /// Judge.
    pub rate: String,
    /// See the ticket.
    pub page: String,
    /// Take back what commands did.
    pub undo: String,
    /// Go on with commands that could not be done.
    pub offers: Vec<OfferLink>,
    /// For agents of a free ticket: a `mailto:` link that takes it.
    pub take_mailto: String,
    /// Categories where the request may belong.
    pub places: Vec<OfferLink>,
    /// An open request of the reader's that this one may be an addition to; one at most.
    pub earlier: Vec<EarlierLink>,
    /// Articles that may help, each with the way to read it and to say so.
    pub articles: Vec<ArticleLink>,
    /// The address that agrees by mail.
    pub approve_address: String,
    /// The same as a `mailto:` link with subject and text.
    pub approve_mailto: String,
    /// The address that refuses by mail.
    pub refuse_address: String,
    /// The same as a `mailto:` link.
    pub refuse_mailto: String,
}

/// A way to go on.
#[derive(Debug, Default, Serialize)]
pub struct OfferLink {
    /// What it does, in words.
    pub label: String,
    /// Where.
    pub url: String,
}

/// A request that another may be an addition to.
#[derive(Debug, Default, Serialize)]
pub struct EarlierLink {
    /// Number and title.
    pub label: String,
    /// The number alone.
    pub number: String,
    /// Where it is said with a button.
    pub url: String,
}

/// An article that may help.
#[derive(Debug, Default, Serialize)]
pub struct ArticleLink {
    /// One line.
    pub title: String,
    /// The short answer, behind a border.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// There is more to read.
    pub more: bool,
    /// Where it is read, with the button that says that it helped.
    pub url: String,
}

/// Makes the links of one mail.
pub fn links(words: &Words, scene: &Scene<'_>, notice: &Notice, mint: &mut dyn Mint) -> (Links, Vec<MailedLink>) {
    let mut links = Links::default();
    let mut mailed = Vec::new();
    let request = request(scene, notice.kind);
    for purpose in purposes(scene, notice) {
        let (ticket, request) = (scene.ticket.id, request.unwrap_or(0));
        let link = MailedLink { token: mint.token(), purpose: *purpose, ticket, request, offer: None };
        let url = url(scene, &link);
        match purpose {
            Purpose::Approve => links.approve = url,
            Purpose::RefuseClosure => links.refuse = url,
            Purpose::Answer => links.answer = url,
            Purpose::Rate => links.rate = url,
            Purpose::View => links.page = url,
            Purpose::Solved | Purpose::Sort | Purpose::Addition | Purpose::Undo | Purpose::Draft => {}
        }
        mailed.push(link);
    }
    if let Some(request) = request.filter(|_| !links.approve.is_empty() && scene.site.plus_addressing) {
        twins(&mut links, words, scene, &notice.to, request);
    }
    if scene.ticket.beneficiary.is_none() && scene.organisation.shared.contains(&notice.to) && !links.page.is_empty() {
        links.person = format!("{}/do/beneficiary", links.page);
    }
    ways(&mut links, &mut mailed, words, (scene, notice), mint);
    hints(&mut links, &mut mailed, (scene, notice), mint);
    (links, mailed)
}

/// Articles and categories, for whoever may close and sort the request themselves.
fn hints(links: &mut Links, mailed: &mut Vec<MailedLink>, (scene, notice): (&Scene<'_>, &Notice), mint: &mut dyn Mint) {
    let Extra::Hints(Hints { articles, places, earlier, .. }) = &notice.extra else { return };
    if !scene.ticket.is_owner(&notice.to) {
        return;
    }
    // Only whoever asked for both can say that they are one.
    if let Some((request, title)) = earlier.as_ref().filter(|_| scene.ticket.requester == notice.to) {
        let (ticket, label) = (scene.ticket.id, format!("#{request} · {}", names::title(title)));
        let link = MailedLink { token: mint.token(), purpose: Purpose::Addition, ticket, request: *request, offer: Some(label.clone()) };
        links.earlier.push(EarlierLink { label, number: request.to_string(), url: url(scene, &link) });
        mailed.push(link);
    }
    for (key, name) in places {
        let link =
            MailedLink { token: mint.token(), purpose: Purpose::Sort, ticket: scene.ticket.id, request: 0, offer: Some(key.clone()) };
        links.places.push(OfferLink { label: name.clone(), url: url(scene, &link) });
        mailed.push(link);
    }
    for article in articles {
        let (ticket, request) = (scene.ticket.id, article.number);
        let link = MailedLink { token: mint.token(), purpose: Purpose::Solved, ticket, request, offer: None };
        links.articles.push(ArticleLink {
            title: names::title(&article.title),
            text: blocks::bordered(&article.answer),
            html: blocks::html(&article.answer),
            more: !article.whole,
            url: url(scene, &link),
        });
        mailed.push(link);
    }
}

fn url(scene: &Scene<'_>, link: &MailedLink) -> String {
    format!("{}/l/{}", scene.site.base_url, carrier::encode_token(&link.token))
}

/// The ways on after commands: for the agent who wrote them.
fn ways(links: &mut Links, mailed: &mut Vec<MailedLink>, words: &Words, told: (&Scene<'_>, &Notice), mint: &mut dyn Mint) {
    let (scene, notice) = told;
    let Extra::Commands { ways, draft, .. } = &notice.extra else { return };
    if scene.organisation.agent(&notice.to).is_none() {
        return;
    }
    let mut minted = |purpose, request, offer| MailedLink { token: mint.token(), purpose, ticket: scene.ticket.id, request, offer };
    if let Some(last) = ways.undo.filter(|_| notice.kind == MailKind::Receipt) {
        let link = minted(Purpose::Undo, last, None);
        links.undo = url(scene, &link);
        mailed.push(link);
    }
    for commands in ways.offers.iter().filter(|_| matches!(notice.kind, MailKind::CommandRefused | MailKind::Forwarded | MailKind::Receipt))
    {
        let text = [commands, draft.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
        let link = minted(Purpose::Draft, ways.instance, Some(text));
        links.offers.push(OfferLink { label: label(words, scene, commands), url: url(scene, &link) });
        mailed.push(link);
    }
}

/// What a way on does: whose the text is, or the commands themselves.
fn label(words: &Words, scene: &Scene<'_>, commands: &str) -> String {
    if let Some(who) = commands.strip_prefix("#requester ").and_then(|who| Address::parse(who).ok()) {
        return words.say("offer.requester", &[("who", &names::full(scene, &who))]);
    }
    if let Some(who) = commands.strip_prefix("#assign ").and_then(|who| Address::parse(who).ok()) {
        return words.say("offer.assign", &[("who", &names::full(scene, &who))]);
    }
    match commands {
        "#reply" => words.say("offer.reply", &[]),
        "#note" => words.say("offer.note", &[]),
        other => words.say("offer.instead", &[("commands", &names::title(&other.replace('\n', " ")))]),
    }
}

/// Which capabilities a mail gives its reader.
fn purposes(scene: &Scene<'_>, notice: &Notice) -> &'static [Purpose] {
    let owner = scene.ticket.is_owner(&notice.to);
    match notice.kind {
        MailKind::ClosureApproval if owner && request(scene, notice.kind).is_some() => &[Purpose::Approve, Purpose::RefuseClosure],
        MailKind::Question if owner && request(scene, notice.kind).is_some() => &[Purpose::Answer],
        MailKind::Closed | MailKind::Expired if owner && scene.organisation.is_light(&scene.ticket.service, &scene.ticket.category) => &[],
        MailKind::Closed | MailKind::Expired if owner => &[Purpose::Rate],
        MailKind::Acknowledgement if owner => &[Purpose::View],
        MailKind::FreshLink if scene.ticket.is_participant(&notice.to) => &[Purpose::View],
        _ => &[],
    }
}

/// The number of the proposal or question that is open now.
fn request(scene: &Scene<'_>, kind: MailKind) -> Option<u64> {
    let asked = scene.done.iter().rev().find_map(|event| match (&event.what, kind) {
        (What::ClosureProposed { request, .. }, MailKind::ClosureApproval) => Some(*request),
        (What::InformationRequested { request }, MailKind::Question) => Some(*request),
        _ => None,
    });
    asked.or(match (&scene.ticket.status, kind) {
        (Status::AwaitingApproval { request, .. }, MailKind::ClosureApproval) => Some(*request),
        (Status::WaitingForInformation { request, .. }, MailKind::Question) => Some(*request),
        _ => None,
    })
}

/// The same decisions by mail, for where the pages cannot be reached.
fn twins(links: &mut Links, words: &Words, scene: &Scene<'_>, person: &Address, request: u64) {
    let address = |purpose| {
        let tag = scene.site.keys.tag(purpose, scene.ticket.id, request, person);
        scene.site.desk.address.with_tag(&tag).map(|address| address.to_string()).unwrap_or_default()
    };
    let number = scene.ticket.id.to_string();
    let mailto = |address: &str, subject: &str, body: &str| {
        let subject = words.say(subject, &[("number", &number)]);
        format!("mailto:{address}?subject={}&body={}", percent(&subject), percent(&words.say(body, &[])))
    };
    links.approve_address = address(carrier::Purpose::Approve);
    links.refuse_address = address(carrier::Purpose::Refuse);
    links.approve_mailto = mailto(&links.approve_address, "mailto.approve_subject", "mailto.approve_body");
    links.refuse_mailto = mailto(&links.refuse_address, "mailto.refuse_subject", "mailto.refuse_body");
}

/// Percent-encodes all but the unreserved characters (RFC 6068 section 2, RFC 3986 section 2.3).
pub fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte as char),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
