//! Every act by a page: the same catalogue, the same decisions as by mail.

use guichet::desk::Why;
use guichet::gateway::{Acted, Button, Pressed};
use guichet::store::{Disposition, Reads};
use jiff::SignedDuration;

use crate::world::{Mail, World, address, is};

/// What came of a form that was to be done.
fn done(acted: Acted) -> Vec<String> {
    match acted {
        Acted::Done { done, .. } => done,
        other => panic!("{other:?}"),
    }
}

fn refused(acted: Acted) -> Why {
    match acted {
        Acted::Refused { refused, .. } => refused[0].why.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn p17_a_refusal_is_told_with_its_reason_and_may_be_answered() {
    let mut world = World::with_nadia();
    world.opened();
    assert_eq!(refused(world.acts("ag1@desk.test", 1, "refuse", &[("reason", "Non.")])), Why::NotAllowed, "his privileges lack it");
    assert_eq!(refused(world.acts("ag3@desk.test", 1, "refuse", &[])), Why::TextMissing);
    assert_eq!(done(world.acts("ag3@desk.test", 1, "refuse", &[("reason", "Ce matériel est personnel.")])), ["refused"]);
    assert_eq!(world.status(1), "refused");
    let mail = world.letter_to("alice@cust.test");
    assert!(mail.text.contains("ne peut pas être traitée ici") && mail.text.contains("Ce matériel est personnel."), "{}", mail.text);
    world.receives(&mail.answered_by("alice@cust.test", "Non, il est au service."));
    assert_eq!(world.status(1), "free");
}

#[test]
fn p18_a_postponed_ticket_comes_back_by_the_clock_once() {
    let mut world = World::new();
    world.opened();
    assert_eq!(
        done(world.acts("ag1@desk.test", 1, "postpone", &[("until", "2026-01-07"), ("note", "Toner commandé.")])),
        ["taken", "postponed", "noted"]
    );
    let told = world.letter_to("alice@cust.test");
    assert!(told.text.contains("mercredi 7 janvier 2026 à 08:00") && !told.text.contains("Toner"), "{}", told.text);
    world.later(SignedDuration::from_hours(40));
    assert_eq!(world.ticks(), 0, "not yet");
    world.later(SignedDuration::from_hours(8));
    assert_eq!((world.ticks(), world.ticks()), (1, 0));
    assert_eq!(world.status(1), "in_progress");
    assert!(world.letter_to("ag1@desk.test").text.contains("Ce ticket est de retour"));
}

#[test]
fn p18_recalled_before_its_date() {
    let mut world = World::new();
    world.opened();
    assert_eq!(refused(world.acts("ag1@desk.test", 1, "postpone", &[("until", "2026-01-04")])), Why::NotThen, "past");
    world.acts("ag1@desk.test", 1, "postpone", &[("until", "2026-02-01")]);
    assert_eq!(done(world.acts("ag1@desk.test", 1, "recall", &[])), ["recalled"]);
    world.later(SignedDuration::from_hours(24 * 60));
    assert_eq!(world.ticks(), 0);
}

#[test]
fn p19_a_transfer_is_told_to_the_new_service_and_to_the_requester() {
    let mut world = World::new();
    let alert = world.opened();
    world.acts("ag1@desk.test", 1, "take", &[]);
    world.sent();
    let transferred = world.acts("ag1@desk.test", 1, "transfer", &[("place", "logistique"), ("note", "C'est un colis."), ("follow", "on")]);
    assert_eq!(done(transferred), ["transferred", "noted"]);
    let ticket = world.ticket(1);
    assert_eq!((ticket.service.as_str(), ticket.status.word(), ticket.assignee), ("logistique", "free", None));
    let sent = world.sent();
    let to = |who: &str| sent.iter().find(|sent| sent.to == who).unwrap();
    assert!(
        to("ag9@desk.test").text.contains("C'est un colis.") && to("ag9@desk.test").text.contains("deuxième étage"),
        "the request itself comes along"
    );
    assert!(to("alice@cust.test").text.contains("transmise à Logistique") && !to("alice@cust.test").text.contains("colis"));
    // Karim stays as a guest: his words are a participant's now.
    world.receives(&alert.answered_by("ag1@desk.test", "Le colis est au sous-sol."));
    assert_eq!(world.happened(1).last(), Some(&"replied"), "{:?}", world.happened(1));
    world.acts("ag9@desk.test", 1, "take", &[]);
    assert_eq!(world.ticket(1).assignee, Some(address("ag9@desk.test")));
}

#[test]
fn p22_properties_by_page_and_who_hears_of_them() {
    let mut world = World::new();
    world.opened();
    world.acts("ag1@desk.test", 1, "take", &[]);
    world.sent();
    done(world.acts("ag1@desk.test", 1, "title", &[("title", "Imprimante du 2e")]));
    done(world.acts("ag1@desk.test", 1, "category", &[("category", "reseau")]));
    done(world.acts("ag1@desk.test", 1, "urgency", &[("urgency", "high")]));
    done(world.acts("ag1@desk.test", 1, "equipment", &[("equipment", "LX-200")]));
    assert_eq!(world.recipients(), Vec::<String>::new(), "nobody needs a mail of what its agent put in order");
    let mut form = world.act("alice@cust.test", (1, None), "phone", &[("phone", "01 23")]);
    form.as_participant = true;
    done(world.gateway.act(&form).unwrap());
    world.deliver();
    assert!(world.letter_to("ag1@desk.test").text.contains("indique le téléphone\u{a0}: 01 23"));
    done(world.acts("ag1@desk.test", 1, "beneficiary", &[("beneficiary", "ben@cust.test")]));
    assert!(world.letter_to("ben@cust.test").text.contains("Une demande a été faite pour vous"));
    let ticket = world.ticket(1);
    assert_eq!((ticket.title.as_str(), ticket.category.as_str(), ticket.details.phone.as_str()), ("Imprimante du 2e", "reseau", "01 23"));
    assert!(ticket.is_owner(&address("ben@cust.test")));
}

#[test]
fn b12_p23_a_merge_unites_nobody_silently() {
    let mut world = World::new();
    world.receives(&Mail::new("dave@other.test").subject("Panne"));
    world.receives(&Mail::new("alice@cust.test").cc("bob@cust.test").subject("Panne aussi"));
    world.sent();
    let other = world.acts("ag1@desk.test", 1, "merge", &[("ticket", "#2")]);
    assert_eq!(refused(other), Why::OtherRequester { ticket: 2, whose: address("alice@cust.test") });
    assert_eq!((world.status(1), world.recipients().len()), ("free", 0));
    assert!(matches!(refused(world.acts("ag1@desk.test", 1, "merge", &[("ticket", "77")])), Why::NoSuchTicket { .. }));
    assert_eq!(done(world.acts("ag1@desk.test", 1, "merge", &[("ticket", "2"), ("confirmed", "on")])), ["merged"]);
    assert_eq!(world.status(1), "merged");
    let participants: Vec<String> = world.ticket(2).participants().iter().map(|who| who.to_string()).collect();
    assert_eq!(participants, ["alice@cust.test", "bob@cust.test"], "dave joins nothing until somebody says so");
    let dave = world.letter_to("dave@other.test");
    assert!(
        dave.text.contains("traitée avec une autre") && dave.text.contains("#2") && !dave.text.contains("Panne aussi"),
        "{}",
        dave.text
    );
    // His answer goes on in the other ticket as a request to join: agents decide.
    let held = world.receives(&dave.answered_by("dave@other.test", "Des nouvelles ?"));
    assert!(is(&held, Disposition::Held, "join-request"));
    assert!(world.recipients().iter().all(|to| !to.ends_with(".test") || to.ends_with("desk.test")), "nobody outside hears it");
}

#[test]
fn p23_a_merge_may_bring_the_people_along() {
    let mut world = World::new();
    world.receives(&Mail::new("dave@other.test").subject("Panne"));
    world.receives(&Mail::new("alice@cust.test").subject("Panne aussi"));
    let fields = [("ticket", "2"), ("confirmed", "on"), ("with_people", "on")];
    assert_eq!(done(world.acts("ag1@desk.test", 1, "merge", &fields)), ["merged"]);
    let guest = world.ticket(2).guest(&address("dave@other.test")).cloned().unwrap();
    assert_eq!(guest.since, 2, "what was said before is not his to see");
}

#[test]
fn p25_a_merge_is_taken_back_on_both_tickets() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").subject("Panne"));
    world.receives(&Mail::new("alice@cust.test").subject("Panne encore"));
    done(world.acts("ag1@desk.test", 1, "merge", &[("ticket", "2")]));
    assert_eq!(done(world.acts("ag1@desk.test", 1, "undo", &[])), ["undone"]);
    assert_eq!((world.status(1), world.happened(2).last()), ("free", Some(&"undone")));
    done(world.acts("ag1@desk.test", 1, "merge", &[("ticket", "2")]));
    done(world.acts("ag2@desk.test", 2, "take", &[]));
    assert!(matches!(refused(world.acts("ag1@desk.test", 1, "undo", &[])), Why::Followed { .. }));
}

#[test]
fn p23_links_and_splits() {
    let mut world = World::new();
    world.opened();
    world.receives(&Mail::new("alice@cust.test").subject("Écran"));
    done(world.acts("ag1@desk.test", 1, "link", &[("ticket", "2")]));
    assert_eq!((world.ticket(1).details.linked, world.ticket(2).details.linked), (vec![2], vec![1]));
    assert_eq!(refused(world.acts("ag1@desk.test", 2, "link", &[("ticket", "1")])), Why::NothingToDo);
    let reply =
        Mail::new("alice@cust.test").reply_to_id(&world.ticket(1).root_message_id.unwrap()).text("Au fait, il me faut aussi une souris.");
    world.receives(&reply);
    world.sent();
    let Acted::Done { opened: Some(opened), .. } = world.acts("ag1@desk.test", 1, "split", &[]) else { panic!("split") };
    assert_eq!((opened, world.ticket(3).requester), (3, address("alice@cust.test")));
    assert_eq!((world.ticket(3).details.linked, world.ticket(1).details.linked), (vec![1], vec![2, 3]));
    let events = world.gateway.store().events(3).unwrap();
    assert_eq!(events[0].text.as_deref(), Some("Au fait, il me faut aussi une souris."));
    let ack = world.sent().into_iter().find(|sent| sent.to == "alice@cust.test").unwrap();
    assert!(ack.subject.contains("#3"), "{}", ack.subject);
}

#[test]
fn p24_spam_is_told_to_nobody_and_its_sender_opens_nothing_more() {
    let mut world = World::new();
    world.receives(&Mail::new("win@prize.test").subject("You won"));
    world.sent();
    assert_eq!(done(world.acts("ag1@desk.test", 1, "spam", &[])), ["spammed"]);
    assert_eq!((world.status(1), world.recipients().len()), ("cancelled", 0));
    let again = world.receives(&Mail::new("win@prize.test").subject("You won again"));
    assert!(is(&again, Disposition::Ignored, "blocked-sender"));
    let answer = Mail::new("win@prize.test").reply_to_id(&world.ticket(1).root_message_id.unwrap());
    assert!(is(&world.receives(&answer), Disposition::Ignored, "blocked-sender"));
    assert_eq!(world.recipients().len(), 0);
    assert_eq!(done(world.acts("ag1@desk.test", 1, "undo", &[])), ["undone"]);
    assert!(is(&world.receives(&Mail::new("win@prize.test")), Disposition::New, "new"), "unblocked again");
}

#[test]
fn p25_undo_by_page_while_nothing_follows() {
    let mut world = World::new();
    world.opened();
    world.acts("ag1@desk.test", 1, "close", &[("text", "Rallumée.")]);
    let approval = world.letter_to("alice@cust.test");
    assert_eq!(done(world.acts("ag1@desk.test", 1, "undo", &[])), ["undone"]);
    assert_eq!((world.status(1), world.ticket(1).assignee), ("free", None), "taken and proposed in one act");
    let late = world.presses(&approval.links[0], Button::Approve);
    assert!(matches!(late, Pressed::Refused { .. }), "what was proposed is proposed no longer");
    world.acts("ag1@desk.test", 1, "take", &[]);
    world.receives(&approval.answered_by("alice@cust.test", "Elle fume."));
    assert!(matches!(refused(world.acts("ag1@desk.test", 1, "undo", &[])), Why::Followed { .. }));
}

#[test]
fn p25_the_receipt_takes_back_by_its_link_that_very_act() {
    let mut world = World::new();
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#prendre"));
    let receipt = world.letter_to("ag1@desk.test");
    assert_eq!(receipt.links.len(), 1, "{}", receipt.text);
    let Pressed::Done { done, .. } = world.presses(&receipt.links[0], Button::Confirm) else { panic!("undone") };
    assert_eq!((done, world.status(1)), (vec!["undone".to_owned()], "free"));
    assert!(matches!(world.presses(&receipt.links[0], Button::Confirm), Pressed::Refused { .. }), "once");
    world.receives(&alert.answered_by("ag1@desk.test", "#prendre"));
    let receipt = world.letter_to("ag1@desk.test");
    world.receives(&alert.answered_by("ag1@desk.test", "#libérer"));
    assert!(matches!(world.presses(&receipt.links[0], Button::Confirm), Pressed::Refused { .. }), "another act is the last now");
    assert_eq!(world.status(1), "free");
}

#[test]
fn c_two_at_once_the_first_wins_and_the_second_sees_what_happened() {
    let mut world = World::new();
    world.opened();
    let seen = Some(world.ticket(1).version);
    done(world.acts_on("ag1@desk.test", (1, seen), "take", &[]));
    let late = world.acts_on("ag2@desk.test", (1, seen), "close", &[("text", "Fait.")]);
    let Acted::Changed { since, ticket } = late else { panic!("{late:?}") };
    assert_eq!((since.len(), since[0].what.word(), ticket.assignee), (1, "taken", Some(address("ag1@desk.test"))));
    let told = refused(world.acts("ag2@desk.test", 1, "take", &[]));
    assert!(matches!(told, Why::AlreadyTaken { by, .. } if by == address("ag1@desk.test")));
    let form = world.act("ag1@desk.test", (1, Some(world.ticket(1).version)), "release", &[]);
    assert_eq!(done(world.gateway.act(&form).unwrap()), ["released"]);
    assert!(matches!(world.gateway.act(&form).unwrap(), Acted::AlreadyDone { .. }), "the same form twice acts once");
}

#[test]
fn b11_what_is_not_theirs_does_not_exist_for_them() {
    let mut world = World::new();
    world.opened();
    for who in ["mallory@evil.test", "eve@cust.test", "ag9@desk.test"] {
        assert_eq!(world.acts(who, 1, "reply", &[("text", "Bonjour")]), Acted::NotFound, "{who}");
    }
    assert_eq!(world.acts("ag1@desk.test", 9, "take", &[]), Acted::NotFound);
}

#[test]
fn p61_a_preview_is_what_would_be_sent_and_nothing_happens() {
    let mut world = World::new();
    world.opened();
    let act = world.act("ag1@desk.test", (1, None), "close", &[("text", "Le bac a été remplacé.")]);
    let shown = world.gateway.preview(&act).unwrap().unwrap();
    assert_eq!((shown[0].to.as_str(), shown[0].kind.as_str()), ("alice@cust.test", "closure_approval"));
    assert!(shown[0].text.contains("Le bac a été remplacé."));
    assert_eq!((world.status(1), world.deliver()), ("free", 0));
    let empty = world.act("ag1@desk.test", (1, None), "close", &[]);
    assert_eq!(world.gateway.preview(&empty).unwrap().unwrap_err()[0].why, Why::TextMissing);
    done(world.acts("ag1@desk.test", 1, "canned", &[("answer", "vpn"), ("text", "Karim")]));
    assert!(world.letter_to("alice@cust.test").text.contains("Redémarrez le client VPN"));
}

#[test]
fn p21_muted_means_only_what_is_asked() {
    let mut world = World::with_nadia();
    world.opened();
    let mut form = world.act("alice@cust.test", (1, None), "mute", &[]);
    form.as_participant = true;
    done(world.gateway.act(&form).unwrap());
    done(world.acts("ag1@desk.test", 1, "reply", &[("text", "Je regarde.")]));
    assert_eq!(world.recipients(), Vec::<String>::new());
    done(world.acts("ag1@desk.test", 1, "ask", &[("text", "Quel modèle ?")]));
    assert_eq!(world.recipients(), ["alice@cust.test"]);
    done(world.acts("ag3@desk.test", 1, "follow", &[]));
    world.receives(&Mail::new("alice@cust.test").reply_to_id(&world.ticket(1).root_message_id.unwrap()).text("LX-200"));
    assert_eq!(world.recipients(), ["ag1@desk.test", "ag3@desk.test"]);
    let mut form = world.act("alice@cust.test", (1, None), "unmute", &[]);
    form.as_participant = true;
    done(world.gateway.act(&form).unwrap());
    world.later(jiff::SignedDuration::from_mins(10));
    done(world.acts("ag1@desk.test", 1, "reply", &[("text", "Je regarde encore.")]));
    assert_eq!(world.recipients(), ["ag3@desk.test", "alice@cust.test"]);
}

#[test]
fn p7_p20_given_to_a_colleague_and_somebody_invited_by_page() {
    let mut world = World::new();
    world.opened();
    assert_eq!(
        done(world.acts("ag1@desk.test", 1, "assign", &[("agent", "ag2@desk.test"), ("note", "Tu connais cette imprimante.")]))[0],
        "assigned"
    );
    assert_eq!(world.ticket(1).assignee, Some(address("ag2@desk.test")));
    assert!(world.sent().iter().any(|sent| sent.to == "ag2@desk.test"));
    done(world.acts("ag2@desk.test", 1, "invite", &[("people", "bob@cust.test")]));
    assert!(world.ticket(1).guest(&address("bob@cust.test")).is_some());
    assert!(world.recipients().contains(&"bob@cust.test".to_owned()));
}
