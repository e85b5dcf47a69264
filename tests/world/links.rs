//! Capabilities: group C of the casebook, as far as the gateway decides it.

use guichet::gateway::{Button, Pressed};
use guichet::store::Reads;
use jiff::SignedDuration;

use crate::world::{Mail, Sent, World};

/// T1 with an open proposal; alice's approval mail and the agent's alert.
fn proposed() -> (World, Sent, Sent) {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").cc("bob@cust.test"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nC'est réparé."));
    let approval = world.letter_to_any("alice@cust.test");
    (world, approval, alert)
}

#[test]
fn c04_c05_the_first_decision_stands() {
    let (mut world, approval, _) = proposed();
    assert!(matches!(world.presses(&approval.links[0], Button::Approve), Pressed::Done { .. }));
    assert!(!matches!(world.presses(&approval.links[0], Button::Approve), Pressed::Done { .. }));
    let late = world.presses(&approval.links[1], Button::RefuseClosure { reason: "non".into() });
    assert!(!matches!(late, Pressed::Done { .. }), "{late:?}");
    assert_eq!(world.status(1), "approved");
    assert_eq!(world.happened(1).iter().filter(|word| **word == "closure_approved").count(), 1);
}

#[test]
fn c06_a_link_is_bound_to_its_own_proposal() {
    let (mut world, first, alert) = proposed();
    world.presses(&first.links[1], Button::RefuseClosure { reason: "Toujours en panne.".into() });
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nCette fois c'est bon."));
    assert!(!matches!(world.presses(&first.links[0], Button::Approve), Pressed::Done { .. }));
    assert_eq!(world.status(1), "awaiting_approval");
}

#[test]
fn c07_expiry_is_strict_and_a_fresh_link_goes_to_the_stored_address() {
    let (mut world, approval, _) = proposed();
    world.later(SignedDuration::from_hours(24 * 14 + 1));
    assert!(matches!(world.presses(&approval.links[0], Button::Approve), Pressed::Refused { .. }));
    assert_eq!(world.presses(&approval.links[0], Button::FreshLink), Pressed::LinkSent);
    assert_eq!(world.recipients(), ["alice@cust.test"]);
}

#[test]
fn j10_a_link_of_before_a_restore_is_over_and_a_fresh_one_is_not() {
    let (mut world, approval, _) = proposed();
    let at = jiff::Timestamp::from_second(world.now()).unwrap();
    let over = world.gateway.store_mut().restored(at).unwrap();
    assert!(over.tokens >= 2, "{over:?}");
    assert!(matches!(world.presses(&approval.links[0], Button::Approve), Pressed::Refused { .. }));
    assert_eq!(world.presses(&approval.links[0], Button::FreshLink), Pressed::LinkSent);
    let fresh = world.letter_to("alice@cust.test");
    assert!(matches!(world.presses(&fresh.links[0], Button::Approve), Pressed::Done { .. }));
}

#[test]
fn c08_c10_only_the_hash_is_stored_and_nothing_else_opens() {
    let (mut world, approval, _) = proposed();
    assert_eq!(world.presses(&"A".repeat(43), Button::Approve), Pressed::NotFound);
    for token in ["", "null", "0", &approval.links[0][1..], &format!("{}A", approval.links[0]), &format!("{} ", &approval.links[0][1..])] {
        assert_eq!(guichet::mail::carrier::decode_token(token), None, "{token:?}");
    }
    let links = world.gateway.store().links(1).unwrap();
    let bytes = guichet::mail::carrier::decode_token(&approval.links[0]).unwrap();
    assert!(links.iter().all(|link| link.hash.as_slice() != bytes.as_slice()));
}

#[test]
fn c11_a_link_does_only_what_it_is_for() {
    let (mut world, approval, _) = proposed();
    for button in
        [Button::Cancel, Button::Rate { delay: 5, answers: 5, comment: String::new() }, Button::Reply { text: "x".into(), files: vec![] }]
    {
        assert!(matches!(world.presses(&approval.links[0], button), Pressed::Refused { .. }));
    }
    assert_eq!(world.status(1), "awaiting_approval");
}

#[test]
fn c12_a_quoted_link_is_hidden_and_void() {
    let (mut world, approval, _) = proposed();
    let root = world.ticket(1).root_message_id.unwrap();
    let leak = format!("Regarde https://desk.test/l/{} stp", approval.links[0]);
    world.receives(&Mail::new("bob@cust.test").reply_to_id(&root).text(&leak));
    assert!(world.sent().iter().all(|sent| !sent.raw.contains(&approval.links[0]) && !sent.text.contains(&approval.links[0])));
    let shown = world.gateway.store().events(1).unwrap();
    assert!(shown.iter().all(|event| !event.text.clone().unwrap_or_default().contains(&approval.links[0])));
    assert!(matches!(world.presses(&approval.links[0], Button::Approve), Pressed::Refused { .. }));
}

#[test]
fn c13_inv6_approval_goes_to_its_owner_alone() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").cc("bob@cust.test"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nC'est réparé."));
    for sent in world.sent() {
        // What an agent gets is the way back of their own command, and nothing that decides.
        let decides = !sent.decisions.is_empty() || sent.links.len() > 1;
        assert_eq!(decides, sent.to == "alice@cust.test", "{}: {}", sent.to, sent.text);
    }
}

#[test]
fn p10_an_answer_with_a_file_is_kept_like_a_mail() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#ask\nQuel modèle ?"));
    let question = world.letter_to_any("alice@cust.test");
    let photo = guichet::mail::File {
        name: "étiquette.png".into(),
        content_type: "image/png".into(),
        content_id: None,
        content: guichet::mail::Content::Bytes(vec![1, 2, 3]),
    };
    let pressed = world.presses(&question.links[0], Button::Answer { text: "Voici l'étiquette.".into(), files: vec![photo] });
    assert!(matches!(pressed, Pressed::Done { .. }), "{pressed:?}");
    let events = world.gateway.store().events(1).unwrap();
    let source = events.last().unwrap().source.clone().unwrap();
    assert_eq!(source.attachments[0].name, "étiquette.png");
    let raw = world.gateway.store().raw(source.instance).unwrap().unwrap();
    assert_eq!(guichet::mail::read::part(&raw, source.attachments[0].part), Some(vec![1, 2, 3]));
    assert_eq!(world.status(1), "in_progress");
}

#[test]
fn c22_fresh_links_come_with_their_buttons_and_not_without_end() {
    let (mut world, approval, _) = proposed();
    let mut got = Vec::new();
    for _ in 0..12 {
        assert_eq!(world.presses(&approval.links[0], Button::FreshLink), Pressed::LinkSent);
        world.later(SignedDuration::from_secs(-290));
        got.extend(world.sent());
    }
    assert!((1..=4).contains(&got.len()), "{}", got.len());
    let fresh = got.pop().unwrap();
    assert_eq!((fresh.to.as_str(), fresh.links.len()), ("alice@cust.test", 2), "{}", fresh.text);
    assert!(matches!(world.presses(&fresh.links[0], Button::Approve), Pressed::Done { .. }));
}
