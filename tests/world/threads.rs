//! One conversation, whatever the order of its mails.

use std::collections::BTreeSet;

use guichet::desk::{End, Status};
use guichet::store::{Disposition, Reads};
use proptest::prelude::*;

use crate::world::{Mail, World, site};

/// A conversation between alice, bob and carol with the desk in copy, each mail with only its parent's id; carol's last
/// answer quotes the whole chain, and one mail comes twice.
fn conversation() -> Vec<Mail> {
    let people = ["alice@inner.test", "bob@inner.test", "carol@inner.test"];
    let author = |number: usize| people[number % 3];
    let mut mails: Vec<Mail> = Vec::new();
    for number in 0..5 {
        let mut mail = Mail::new(author(number)).id(&format!("c{number}@inner.test")).unproven();
        for other in people.iter().filter(|who| **who != author(number)) {
            mail = mail.cc(other);
        }
        mail = mail
            .subject(if number == 0 { "Imprimante en panne" } else { "Re: Imprimante en panne" })
            .text(&format!("Message numéro {number} de la conversation."));
        if number > 0 {
            mail = mail.header("In-Reply-To", &format!("<c{}@inner.test>", number - 1));
        }
        if number == 4 {
            mail = mail.header("References", "<c0@inner.test> <c1@inner.test> <c2@inner.test> <c3@inner.test>");
        }
        mail.date = Some(1_767_600_000 + number as i64 * 60);
        mails.push(mail);
    }
    let copy = mails[2].clone().header("Received", "from list.inner.test");
    mails.push(copy);
    mails
}

/// Live tickets, as the sets of messages that lead to them.
fn partition(world: &World) -> BTreeSet<BTreeSet<String>> {
    let store = world.gateway.store();
    let mut parts = BTreeSet::new();
    for id in 1..20 {
        let Some(ticket) = store.ticket(id).unwrap() else { break };
        if matches!(ticket.status, Status::Closed { end: End::Merged(_), .. }) {
            continue;
        }
        let events = store.events(id).unwrap();
        let said = events.iter().filter_map(|event| event.source.as_ref().and_then(|source| source.message_id.clone()));
        parts.insert(said.collect());
    }
    parts
}

fn deliver(order: &[usize]) -> World {
    let mut site = site();
    site.trust.internal_domains = vec!["inner.test".into()];
    let mut world = World::with(site);
    let mails = conversation();
    for index in order {
        world.receives(&mails[*index]);
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn c10_any_order_of_a_conversation_gives_the_same_ticket(order in Just((0..6).collect::<Vec<usize>>()).prop_shuffle()) {
        let world = deliver(&order);
        let parts = partition(&world);
        prop_assert_eq!(parts.len(), 1, "{:?}: {:?}", order, parts);
        prop_assert_eq!(parts.first().map(BTreeSet::len), Some(5), "{:?}: {:?}", order, parts);
        let live = (1..20).filter_map(|id| world.gateway.store().ticket(id).unwrap()).find(|ticket| ticket.status.is_open()).unwrap();
        prop_assert_eq!(live.requester.as_str(), "alice@inner.test", "{:?}", order);
        prop_assert_eq!(live.title.as_str(), "Imprimante en panne");
        prop_assert_eq!(live.participants().len(), 3);
    }
}

#[test]
fn c09_a_reply_to_the_original_joins_though_it_is_not_ours() {
    let mut world = World::new();
    let first = Mail::new("alice@cust.test").cc("bob@cust.test");
    world.receives(&first);
    let reply = Mail::new("bob@cust.test").to("alice@cust.test").reply_to_id(first.id.as_ref().unwrap());
    assert_eq!(world.receives(&reply).ticket, Some(1));
}

#[test]
fn p34_outlooks_thread_index_joins_when_ids_are_gone() {
    let mut world = World::new();
    let index = data_encoding::BASE64.encode(&[7; 22]);
    let longer = data_encoding::BASE64.encode(&[7; 27]);
    world.receives(&Mail::new("alice@cust.test").cc("bob@cust.test").header("Thread-Index", &index));
    assert_eq!(world.receives(&Mail::new("bob@cust.test").header("Thread-Index", &longer)).ticket, Some(1));
    assert_eq!(world.receives(&Mail::new("mallory@evil.test").header("Thread-Index", &longer)).disposition, Disposition::New);
}

#[test]
fn p34_the_signed_address_alone_is_enough() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let ack = world.letter_to_any("alice@cust.test");
    let bare = Mail::from("alice@cust.test").to(&ack.reply_to).subject("tout autre sujet").unproven();
    let handled = world.receives(&bare);
    assert_eq!((handled.disposition, handled.ticket, handled.reason.as_str()), (Disposition::Attached, Some(1), "reply"));
}

#[test]
fn c16_our_mails_continue_each_readers_own_thread() {
    let mut world = World::new();
    let first = Mail::new("alice@cust.test");
    world.receives(&first);
    let sent = world.sent();
    let ack = sent.iter().find(|sent| sent.to == "alice@cust.test").unwrap();
    assert_eq!(&ack.in_reply_to, first.id.as_ref().unwrap());
    let alert = sent.iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "Je regarde."));
    let update = world.letter_to("alice@cust.test");
    assert_eq!(update.in_reply_to, ack.message_id);
    assert!(update.references.contains(first.id.as_ref().unwrap()), "{:?}", update.references);
    assert!(update.subject.trim_start_matches("Re: ") == ack.subject.trim_start_matches("Re: "), "{} / {}", update.subject, ack.subject);
}
