//! Incidents and their tickets (CAPABILITIES row 52): said once by an agent, told to each requester by their own mail, agreed by each.

use guichet::desk::{Refused, Why};
use guichet::gateway::{Acted, Button, Pressed};
use guichet::store::Disposition;

use crate::world::{Mail, Sent, World, is};

/// Ticket 1 is the incident, opened by Karim and his; 2 and 3, of Alice and Bob, are parts of it. Karim's alerts of 1, 2 and 3.
fn outage() -> (World, [Sent; 3]) {
    let mut world = World::new();
    let alert = |world: &mut World| world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&Mail::new("dave@other.test").subject("Coupure du réseau"));
    let first = alert(&mut world);
    world.receives(&Mail::new("Alice Martin <alice@cust.test>").subject("Internet ne marche pas").text("Mon poste PC-0012 est coupé."));
    let second = alert(&mut world);
    world.receives(&Mail::new("Bob Petit <bob@cust.test>").subject("Plus de wifi"));
    let third = alert(&mut world);
    world.receives(&first.answered_by("ag1@desk.test", "#prendre"));
    world.receives(&second.answered_by("ag1@desk.test", "#parent 1"));
    assert!(matches!(world.acts("ag1@desk.test", 3, "parent", &[("ticket", "#1")]), Acted::Done { .. }));
    world.sent();
    (world, [first, second, third])
}

fn refused(acted: Acted) -> Vec<Why> {
    let Acted::Refused { refused, .. } = acted else { panic!("{acted:?}") };
    refused.into_iter().map(|Refused { why, .. }| why).collect()
}

/// Nobody reads of anybody else's ticket.
fn apart(sent: &[Sent]) {
    for letter in sent.iter().filter(|sent| !sent.to.ends_with("@desk.test")) {
        for (who, name) in [("alice", "Alice"), ("bob", "Bob"), ("dave", "Dave")] {
            let theirs = letter.to.starts_with(who);
            let raw = [letter.text.as_str(), &letter.html, &letter.raw];
            assert!(theirs || raw.iter().all(|text| !text.contains(&format!("{who}@")) && !text.contains(name)), "{}", letter.text);
        }
        assert!(letter.to.starts_with("alice") || !letter.raw.contains("PC-0012"), "{}", letter.text);
    }
}

#[test]
fn row52_both_tickets_know_and_nobody_outside_hears_of_it() {
    let (mut world, _) = outage();
    assert_eq!((world.ticket(2).details.parent, world.ticket(1).details.children), (Some(1), vec![2, 3]));
    assert!(world.recipients().is_empty());
    let asked = world.receives(&Mail::new("alice@cust.test").subject("?").text("#historique 2"));
    assert_eq!(asked.reason, "question");
    let told = world.letter_to("alice@cust.test");
    assert!(!told.text.contains("#1") && !told.text.contains("incident"), "{}", told.text);
}

#[test]
fn row52_closing_the_incident_asks_each_requester_by_their_own_mail() {
    let (mut world, [alert, ..]) = outage();
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nLe commutateur est remplacé."));
    let sent = world.sent();
    apart(&sent);
    for (who, id) in [("dave@other.test", 1), ("alice@cust.test", 2), ("bob@cust.test", 3)] {
        let asked: Vec<&Sent> = sent.iter().filter(|sent| sent.to == who).collect();
        assert!(asked.len() == 1 && asked[0].text.contains("Le commutateur est remplacé."), "{who}");
        assert!(asked[0].subject.contains(&format!("#{id}-")) && asked[0].links.len() == 2, "{}", asked[0].subject);
        assert_eq!(world.status(id), "awaiting_approval");
    }
    let alice = sent.iter().find(|sent| sent.to == "alice@cust.test").unwrap();
    let Pressed::Done { .. } = world.presses(&alice.links[0], Button::Approve) else { panic!("approved") };
    assert_eq!([world.status(1), world.status(2), world.status(3)], ["awaiting_approval", "approved", "awaiting_approval"]);
    let bob = sent.iter().find(|sent| sent.to == "bob@cust.test").unwrap();
    world.presses(&bob.links[1], Button::RefuseClosure { reason: "Toujours rien au bureau 12.".into() });
    assert_eq!((world.status(3), world.happened(1).last()), ("free", Some(&"child_spoke")));
    let told = world.sent();
    assert!(told.iter().all(|sent| sent.to.ends_with("@desk.test")), "what Bob says stays on his ticket");
}

#[test]
fn row52_a_closure_that_is_taken_back_is_taken_back_everywhere() {
    let (mut world, _) = outage();
    world.acts("ag1@desk.test", 1, "close", &[("text", "C'est réparé.")]);
    let approval = world.sent().into_iter().find(|sent| sent.to == "alice@cust.test").unwrap();
    assert!(matches!(world.acts("ag1@desk.test", 1, "undo", &[]), Acted::Done { .. }));
    assert_eq!([world.status(1), world.status(2), world.status(3)], ["in_progress", "free", "free"]);
    assert!(matches!(world.presses(&approval.links[0], Button::Approve), Pressed::Refused { .. }));
}

#[test]
fn row52_words_to_all_go_to_each_and_a_reply_stays_where_it_is() {
    let (mut world, [alert, ..]) = outage();
    world.receives(&alert.answered_by("ag1@desk.test", "#diffuser\nRetour du réseau vers 15 h."));
    let sent = world.sent();
    apart(&sent);
    let heard = |who: &str| sent.iter().filter(|sent| sent.to == who && sent.text.contains("vers 15 h")).count();
    assert_eq!([heard("dave@other.test"), heard("alice@cust.test"), heard("bob@cust.test")], [1, 1, 1]);
    assert_eq!([world.status(1), world.status(2)], ["in_progress", "free"], "nobody's ticket is taken by it");
    let alice = sent.iter().find(|sent| sent.to == "alice@cust.test").unwrap();
    let handled = world.receives(&alice.answered_by("alice@cust.test", "Merci, et pour le PC-0012 aussi ?"));
    assert!(is(&handled, Disposition::Attached, "reply") && handled.ticket == Some(2));
    assert_eq!((world.happened(2).last(), world.happened(1).last()), (Some(&"replied"), Some(&"child_spoke")));
    let told = world.sent();
    apart(&told);
    assert!(told.iter().any(|sent| sent.to == "ag1@desk.test") && told.iter().all(|sent| sent.to.ends_with("@desk.test")));
    assert!(matches!(world.acts("ag1@desk.test", 1, "undo", &[]), Acted::Refused { .. }), "what is said is said");
}

#[test]
fn row52_who_is_in_charge_of_the_incident_hears_of_words_on_tickets_of_others() {
    let (mut world, [_, alert, _]) = outage();
    world.acts("ag2@desk.test", 2, "take", &[]);
    world.sent();
    world.receives(&alert.answered_by("alice@cust.test", "Toujours coupé."));
    let told = world.sent();
    let karim: Vec<&Sent> = told.iter().filter(|sent| sent.to == "ag1@desk.test").collect();
    assert!(karim.len() == 1 && karim[0].subject.contains("#1-") && karim[0].text.contains("#2"), "{:?}", karim);
    assert!(!karim[0].text.contains("Toujours coupé"), "the words are on the ticket");
}

#[test]
fn row52_one_level_and_open_incidents_alone() {
    let (mut world, [_, alert, _]) = outage();
    world.receives(&Mail::new("carl@cust.test").subject("Autre"));
    assert_eq!(refused(world.acts("ag1@desk.test", 4, "parent", &[("ticket", "2")])), [Why::Nested { ticket: 2 }]);
    assert_eq!(refused(world.acts("ag1@desk.test", 1, "parent", &[("ticket", "4")])), [Why::Nested { ticket: 1 }]);
    assert_eq!(refused(world.acts("ag1@desk.test", 1, "merge", &[("ticket", "4"), ("confirmed", "on")])), [Why::Nested { ticket: 1 }]);
    assert_eq!(refused(world.acts("ag1@desk.test", 4, "broadcast", &[("text", "Bonjour.")])), [Why::NothingToDo]);
    world.receives(&alert.answered_by("ag1@desk.test", "#parent non"));
    assert_eq!((world.ticket(2).details.parent, world.ticket(1).details.children), (None, vec![3]));
    world.acts("ag1@desk.test", 2, "undo", &[]);
    assert_eq!((world.ticket(2).details.parent, world.ticket(1).details.children), (Some(1), vec![2, 3]), "undone on both");
    world.acts("ag1@desk.test", 1, "close", &[("text", "Fait.")]);
    let approval = world.letter_to_any("dave@other.test");
    world.presses(&approval.links[0], Button::Approve);
    assert!(matches!(refused(world.acts("ag1@desk.test", 4, "parent", &[("ticket", "1")]))[..], [Why::WrongStatus { .. }]));
}

#[test]
fn row52_a_list_that_names_the_incident_and_its_ticket_does_both() {
    let (mut world, _) = outage();
    world.receives(&Mail::new("ag1@desk.test").subject("?").text("#liste service"));
    let list = world.letter_to("ag1@desk.test");
    world.receives(&list.answered_by("ag1@desk.test", "#1 #clore Réparé.\n#2 #note Vu avec elle."));
    assert_eq!([world.status(1), world.status(2), world.status(3)], ["awaiting_approval", "awaiting_approval", "awaiting_approval"]);
    assert_eq!(world.happened(2).iter().filter(|word| **word == "noted").count(), 1);
}

#[test]
fn row52_a_duplicate_of_the_same_person_goes_on_in_the_other_ticket() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").subject("Panne"));
    world.sent();
    world.receives(&Mail::new("alice@cust.test").subject("Panne, suite"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#doublon 1"));
    assert_eq!(world.status(2), "merged");
}
