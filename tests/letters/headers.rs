//! Senders, threads, marks and links: what mail programs act on.

use std::collections::BTreeSet;

use guichet::address::Address;
use guichet::desk::*;
use guichet::mail::carrier::{Carrier, Purpose as Tag, read_subject_tag};
use guichet::mail::{Auto, Voice, compose};
use guichet::notifications::*;

use crate::desk::*;
use crate::gallery::gallery;

fn tag(address: &Address) -> Carrier {
    Carrier::in_tag(address.without_tag().1.unwrap()).unwrap()
}

#[test]
fn e12_machines_say_so_and_people_are_not_marked() {
    for picture in gallery() {
        let mail = picture.written("fr").mail;
        let human = mail.auto == Auto::Human;
        let words = [
            MailKind::Update,
            MailKind::Note,
            MailKind::Question,
            MailKind::ClosureApproval,
            MailKind::ClosureRefused,
            MailKind::Reopened,
            MailKind::Refused,
            MailKind::Transferred,
        ];
        assert_eq!(human, words.contains(&picture.notice.kind), "{:?}", picture.notice.kind);
        let bytes = String::from_utf8(compose(&mail).unwrap().bytes).unwrap();
        let head = bytes.split("\r\n\r\n").next().unwrap();
        assert_eq!(head.contains("Auto-Submitted: auto-"), !human, "{head}");
        assert_eq!(mail.envelope_from.as_ref().map(|from| tag(from).purpose), Some(Tag::Envelope));
    }
}

#[test]
fn i18_from_is_the_desk_whoever_speaks() {
    let asked = Desk::taken().now([replied(alice(), vec![], "…")]).mail(&karim(), "fr").mail;
    assert_eq!((asked.from.name.as_deref(), asked.from.address), (Some("Alice Martin (Support DSI)"), support()));
    for picture in gallery() {
        let mail = picture.written("en").mail;
        assert_eq!(mail.from.address, support());
        assert!(!mail.text.is_empty() && mail.html.is_some_and(|html| html.len() < 10_000));
    }
    // Whoever is not proven lends their name to no From line.
    let unproven = Desk::taken().now([inside(claimed(event(karim(), What::Unverified, Some("Fermez tout"))))]);
    let mail = unproven.mail(&marie(), "fr").mail;
    assert_eq!((mail.from.name.as_deref(), mail.auto), (Some("Support DSI"), Auto::Generated));
}

#[test]
fn i17_ids_are_signed_unique_and_personal() {
    let desk = Desk::taken().now([replied(karim(), vec![], "…")]);
    let scene = desk.scene();
    let mut mint = Count::default();
    let mut ids = BTreeSet::new();
    for to in [alice(), bob(), marie()].iter().cycle().take(120) {
        let mail = write(templates(), &desk.notice(to), &scene, &reader(to, "fr"), &mut mint).unwrap().mail;
        let carrier = Carrier::in_message_id(&mail.message_id).unwrap();
        assert_eq!(carrier.number, 123);
        assert!(desk.site.keys.made_for(&carrier, to));
        assert!(ids.insert(mail.message_id));
    }
}

#[test]
fn answers_return_by_the_readers_own_address() {
    let mail = Desk::taken().now([replied(karim(), vec![], "…")]).mail(&alice(), "fr").mail;
    let site = Desk::new().site;
    let (reply, envelope) = (tag(&mail.reply_to.unwrap()), tag(&mail.envelope_from.unwrap()));
    assert_eq!((reply.purpose, reply.number, reply.voice()), (Tag::Reply, 123, Voice::Own));
    assert_eq!((envelope.purpose, envelope.number), (Tag::Envelope, 77));
    assert!(site.keys.made_for(&reply, &alice()) && site.keys.made_for(&envelope, &alice()));
    assert!(!site.keys.made_for(&reply, &bob()));
    let mut desk = Desk::taken();
    desk.site.plus_addressing = false;
    let plain = desk.now([replied(karim(), vec![], "…")]).mail(&bob(), "fr").mail;
    assert_eq!((plain.reply_to, plain.envelope_from), (Some(support()), Some(support())));
    let leave = plain.unsubscribe.unwrap();
    assert!(leave.starts_with("mailto:support@desk.test?subject=%5B%23123-"), "{leave}");
}

#[test]
fn b03_answers_to_notes_are_addressed_inside() {
    for picture in gallery() {
        let mail = picture.written("fr").mail;
        let inside = tag(&mail.reply_to.unwrap()).voice() == Voice::Note;
        assert_eq!(inside, picture.notice.kind.is_internal(), "{:?}", picture.notice.kind);
        assert_eq!(inside, mail.text.contains("restera entre gestionnaires"), "{}", mail.text);
    }
}

#[test]
fn a_conversation_stays_one_in_every_mail_program() {
    let desk = Desk::taken().now([replied(karim(), vec![bob()], "…")]);
    let notice = desk.notice(&alice());
    let mut reader = reader(&alice(), "fr");
    reader.thread = (Some("first@desk.test".into()), Some("last@desk.test".into()));
    let mail = write(templates(), &notice, &desk.scene(), &reader, &mut Count::default()).unwrap().mail;
    assert_eq!(mail.in_reply_to.as_deref(), Some("last@desk.test"));
    assert_eq!(mail.references, ["root@cust.test", "first@desk.test", "last@desk.test"]);
    assert!(mail.subject.starts_with("Re: [#123-"));
    let (number, check) = read_subject_tag(&mail.subject).unwrap();
    assert!(desk.site.keys.checks(number, &check));
    // The first mail to somebody answers theirs, when they wrote.
    let acknowledged = Desk::new().now([opened(alice(), vec![])]).mail(&alice(), "fr").mail;
    assert_eq!(acknowledged.in_reply_to.as_deref(), Some("mail-9@cust.test"));
    assert!(acknowledged.subject.starts_with("Re: [#123-"));
    let announced = Desk::new().now([opened(alice(), vec![])]).mail(&karim(), "fr").mail;
    assert_eq!((announced.in_reply_to, announced.subject.starts_with("[#123-")), (None, true));
}

#[test]
fn c13_capabilities_go_to_their_one_owner() {
    for visible in [false, true] {
        for mut picture in gallery() {
            picture.desk.site.visible = visible;
            let kind = picture.notice.kind;
            let written = picture.written("fr");
            let purposes: Vec<Purpose> = written.links.iter().map(|link| link.purpose).collect();
            let expected: &[Purpose] = match kind {
                MailKind::Acknowledgement | MailKind::FreshLink => &[Purpose::View],
                MailKind::Question => &[Purpose::Answer],
                MailKind::ClosureApproval => &[Purpose::Approve, Purpose::RefuseClosure],
                MailKind::Closed | MailKind::Expired => &[Purpose::Rate],
                MailKind::Forwarded => &[Purpose::Draft],
                MailKind::Receipt => &[Purpose::Undo],
                MailKind::CommandRefused => &[Purpose::Draft, Purpose::Draft, Purpose::Draft],
                _ => &[],
            };
            assert_eq!(purposes, expected, "{kind:?}");
            let holds = written.mail.text.contains("/l/") || written.mail.html.unwrap().contains("/l/");
            assert_eq!(holds, !expected.is_empty(), "{kind:?}");
            assert!(expected.is_empty() || (written.mail.shown_cc.is_empty() && written.mail.to.address == picture.notice.to), "{kind:?}");
            assert_eq!(!written.mail.shown_cc.is_empty(), visible && kind == MailKind::Update, "{kind:?}");
        }
    }
    // The same kinds, mailed to anybody else, hold none.
    let to_agents = [MailKind::Receipt, MailKind::CommandRefused, MailKind::Forwarded];
    for picture in gallery().into_iter().filter(|picture| !to_agents.contains(&picture.notice.kind)) {
        for (to, because) in [(bob(), Because::Guest), (karim(), Because::Assignee), (person("x@evil.test"), Because::Author)] {
            let notice = Notice { to, because, ..picture.notice.clone() };
            let links = picture.desk.write(&notice, "fr").links;
            let guests_own = notice.kind == MailKind::FreshLink && notice.because == Because::Guest;
            assert_eq!(links.is_empty(), !guests_own, "{notice:?}");
        }
    }
}

#[test]
fn c01_links_stand_on_a_line_of_their_own_and_twins_are_signed() {
    let closing = gallery().into_iter().find(|picture| picture.notice.kind == MailKind::ClosureApproval).unwrap();
    let written = closing.written("fr");
    let lines: Vec<&str> = written.mail.text.lines().filter(|line| line.contains("://")).collect();
    assert!(lines.len() == 2 && lines.iter().all(|line| line.starts_with("https://desk.test/l/") && line.len() <= 76), "{lines:?}");
    let twins = written.mail.text.lines().filter_map(|line| Address::parse(line).ok());
    let carriers: Vec<Carrier> = twins.map(|address| tag(&address)).collect();
    assert_eq!(
        carriers.iter().map(|carrier| (carrier.purpose, carrier.request())).collect::<Vec<_>>(),
        [(Tag::Approve, 2), (Tag::Refuse, 2)]
    );
    assert!(carriers.iter().all(|carrier| closing.desk.site.keys.made_for(carrier, &alice())));
    let html = written.mail.html.unwrap();
    let html = html.replace("&#x3D;", "=").replace("&amp;", "&");
    assert!(html.contains("?subject=R%C3%A9solu") && html.contains("&body=Oui%2C%20c%E2%80%99est"), "{html}");
}

#[test]
fn visible_recipients_are_participants_of_public_words_alone() {
    let mut desk = Desk::taken();
    desk.site.visible = true;
    let public = Desk { site: desk.site.clone(), ..Desk::taken() }.now([replied(karim(), vec![], "…")]);
    let shown = |mail: &Written| mail.mail.shown_cc.iter().map(|cc| cc.address.clone()).collect::<Vec<_>>();
    assert_eq!(shown(&public.mail(&alice(), "fr")), [bob()]);
    assert_eq!(shown(&public.mail(&marie(), "fr")), [alice(), bob()]);
    let unproven = desk.now([inside(claimed(event(bob(), What::Unverified, Some("…"))))]);
    assert_eq!(shown(&unproven.mail(&karim(), "fr")), []);
}
