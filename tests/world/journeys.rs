//! A ticket's life, as its people live it.

use guichet::desk::What;
use guichet::gateway::{Button, Pressed};
use guichet::store::{Disposition, Reads};

use crate::world::{Mail, World, address, is};

#[test]
fn p1_p12_a_ticket_from_first_mail_to_agreed_closure() {
    let mut world = World::new();
    let opened = world.receives(&Mail::new("Alice Martin <alice@cust.test>").cc("bob@cust.test").subject("Imprimante en panne"));
    assert!(is(&opened, Disposition::New, "new"));
    let sent = world.sent();
    let to: Vec<&str> = sent.iter().map(|sent| sent.to.as_str()).collect();
    // Bob has the mail already; alice is acknowledged, both agents are told.
    assert_eq!(to.len(), 3, "{to:?}");
    let ack = sent.iter().find(|sent| sent.to == "alice@cust.test").unwrap();
    assert!(ack.subject.contains("Imprimante en panne") && ack.subject.contains("#1"), "{}", ack.subject);
    assert!(ack.auto.as_deref().is_some_and(|auto| auto.starts_with("auto-replied")));
    assert!(!ack.in_reply_to.is_empty(), "the acknowledgement stays in alice's thread");
    let alert = sent.iter().find(|sent| sent.to == "ag1@desk.test").unwrap().clone();
    assert!(alert.text.contains("deuxième étage"));

    // Karim takes it from his inbox, with words.
    world.receives(&alert.answered_by("ag1@desk.test", "#prendre\n\nBonjour, je regarde cet après-midi."));
    assert_eq!(world.status(1), "in_progress");
    assert_eq!(world.ticket(1).assignee, Some(address("ag1@desk.test")));
    let sent = world.sent();
    let update = sent.iter().find(|sent| sent.to == "alice@cust.test").unwrap();
    assert!(update.text.contains("je regarde cet après-midi") && !update.text.contains("#prendre"), "{}", update.text);
    assert!(update.from.contains("Karim"), "{}", update.from);
    assert!(!update.text.contains("deuxième étage"), "no history in mails");

    // He asks; alice answers by a plain reply.
    world.receives(&alert.answered_by("ag1@desk.test", "#ask\nQuel est le modèle ?"));
    assert_eq!(world.status(1), "waiting_for_information");
    let question = world.letter_to("alice@cust.test");
    assert!(question.text.contains("Quel est le modèle ?") && question.links.len() == 1, "{}", question.text);
    world.receives(&question.answered_by("alice@cust.test", "C'est une LX-200."));
    assert_eq!(world.status(1), "in_progress");
    assert!(world.letter_to("ag1@desk.test").text.contains("LX-200"));

    // A solution, refused with a reason by link, then another one approved, then judged.
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nLe bac a été remplacé."));
    assert_eq!(world.status(1), "awaiting_approval");
    let approval = world.letter_to("alice@cust.test");
    assert_eq!((approval.links.len(), approval.decisions.len()), (2, 2), "{}", approval.text);
    let refused = world.presses(&approval.links[1], Button::RefuseClosure { reason: "Elle fume encore.".into() });
    assert!(matches!(refused, Pressed::Done { .. }));
    assert_eq!(world.status(1), "in_progress");
    assert!(world.letter_to("ag1@desk.test").text.contains("Elle fume encore."));
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nL'imprimante est remplacée."));
    let approval = world.letter_to("alice@cust.test");
    let Pressed::Done { rate: Some(rate), .. } = world.presses(&approval.links[0], Button::Approve) else { panic!("approved") };
    assert_eq!(world.status(1), "approved");
    let token = guichet::mail::carrier::encode_token(&rate);
    let rated = world.presses(&token, Button::Rate { delay: 4, answers: 5, comment: "Merci !".into() });
    assert!(matches!(rated, Pressed::Done { .. }));
    assert_eq!(world.ticket(1).rating.unwrap().answers, 5);
}

#[test]
fn p11_take_and_close_is_one_act_and_one_mail() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nIl suffisait de la rallumer."));
    assert_eq!(world.status(1), "awaiting_approval");
    assert!(world.happened(1).contains(&"taken"));
    assert_eq!(world.sent().iter().filter(|sent| sent.to == "alice@cust.test").count(), 1);
}

#[test]
fn p12_the_tagged_mailto_decides_without_any_page() {
    for (which, text, status) in [(0, "Oui", "approved"), (1, "Toujours pas, elle fume.", "in_progress")] {
        let mut world = World::new();
        world.receives(&Mail::new("alice@cust.test"));
        let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
        world.receives(&alert.answered_by("ag1@desk.test", "#clore\nRallumée."));
        let approval = world.letter_to("alice@cust.test");
        // No word of the receiving server: the tagged address itself was mailed to alice alone.
        world.receives(&Mail::from("alice@cust.test").to(&approval.decisions[which]).subject("Réponse").text(text).unproven());
        assert_eq!(world.status(1), status, "{:?}", world.happened(1));
    }
}

#[test]
fn p3_a_note_stays_between_agents() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#note\nVoir avec le prestataire."));
    let sent = world.sent();
    assert!(sent.iter().all(|sent| sent.to != "alice@cust.test"), "{sent:?}");
    assert!(world.happened(1).contains(&"noted"));
}

#[test]
fn p8_release_and_assign() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#assigner marie"));
    assert_eq!(world.ticket(1).assignee, Some(address("ag2@desk.test")));
    let sent = world.sent();
    let assigned = sent.iter().find(|sent| sent.to == "ag2@desk.test").unwrap().clone();
    world.receives(&assigned.answered_by("ag2@desk.test", "#libérer"));
    assert_eq!((world.status(1), world.ticket(1).assignee), ("free", None));
    assert!(world.sent().iter().any(|sent| sent.to == "ag1@desk.test"), "the other agents hear of it");
}

#[test]
fn p15_a_late_answer_opens_a_related_ticket_and_a_timely_one_reopens() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nFait."));
    let approval = world.letter_to("alice@cust.test");
    world.presses(&approval.links[0], Button::Approve);
    world.later(jiff::SignedDuration::from_hours(24));
    world.receives(&approval.answered_by("alice@cust.test", "Elle est de nouveau en panne, que faire ?"));
    assert_eq!(world.status(1), "in_progress");
    world.sent();
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nFait."));
    let approval = world.letter_to("alice@cust.test");
    world.presses(&approval.links[0], Button::Approve);
    world.later(jiff::SignedDuration::from_hours(24 * 60));
    let late = world.receives(&approval.answered_by("alice@cust.test", "Encore une panne sur cette imprimante."));
    assert_eq!((late.disposition, late.ticket), (Disposition::New, Some(2)));
    let events = world.gateway.store().events(2).unwrap();
    assert!(matches!(events[0].what, What::Opened { related: Some(1), .. }));
}

#[test]
fn p2_reply_all_reaches_everybody_once() {
    let mut world = World::new();
    let first = Mail::new("alice@cust.test").cc("bob@cust.test");
    let id = first.id.clone().unwrap();
    world.receives(&first);
    world.sent();
    // Bob answers to all from the original: alice has it, the agents hear, nobody twice.
    let reply =
        Mail::new("bob@cust.test").to("alice@cust.test").subject("Re: Imprimante en panne").reply_to_id(&id).text("Pareil chez moi.");
    let handled = world.receives(&reply);
    assert!(is(&handled, Disposition::Attached, "reply"));
    let to = world.recipients();
    assert!(!to.contains(&"alice@cust.test".to_owned()) && !to.contains(&"bob@cust.test".to_owned()), "{to:?}");
}

#[test]
fn d09_a_command_that_is_not_understood_holds_everything() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    let handled = world.receives(&alert.answered_by("ag1@desk.test", "#clroe\nC'est réglé, à ne pas envoyer ainsi."));
    assert!(is(&handled, Disposition::Held, "commands-refused"));
    let sent = world.sent();
    assert_eq!(sent.len(), 1, "one mail, to the agent");
    assert!(sent[0].to == "ag1@desk.test" && sent[0].text.contains("clore"), "{}", sent[0].text);
    assert_eq!(world.status(1), "free");
}

#[test]
fn p90_each_person_reads_their_own_language() {
    let mut world = World::new();
    world.receives(&Mail::new("john@cust.test").subject("Printer broken").text(
        "Hello, the printer on the second floor does not answer any more since this morning. Could somebody please have a look at it?",
    ));
    let sent = world.sent();
    let ack = sent.iter().find(|sent| sent.to == "john@cust.test").unwrap();
    assert!(ack.text.contains("request") && !ack.text.contains("demande"), "{}", ack.text);
    let alert = sent.iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    assert!(alert.text.contains("demande") || alert.text.contains("ticket"), "{}", alert.text);
}

#[test]
fn c15_a_screenshot_travels_to_whoever_handles_the_ticket() {
    let mut world = World::new();
    let body = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\nVoir la capture.\n--b\n\
                Content-Type: image/png; name=\"capture.png\"\nContent-Disposition: attachment; filename=\"capture.png\"\nContent-Transfer-Encoding: base64\n\n\
                iVBORw0KGgo=\n--b--\n";
    world.receives(&Mail::new("alice@cust.test").cc("bob@cust.test").body(body));
    let sent = world.sent();
    for sent in &sent {
        let expected: &[&str] = if sent.to == "alice@cust.test" { &[] } else { &["capture.png"] };
        assert_eq!(sent.files(), expected, "{}", sent.to);
    }
    assert_eq!(sent.len(), 3);
}

#[test]
fn d15_free_words_never_decide_and_the_links_come_again_once() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nRallumée."));
    let approval = world.letter_to("alice@cust.test");
    world.receives(&approval.answered_by("alice@cust.test", "Oui, mais non : le bac est toujours vide."));
    assert_eq!(world.status(1), "awaiting_approval");
    let again = world.letter_to("alice@cust.test");
    assert_eq!(again.links.len(), 2, "{}", again.text);
    world.receives(&approval.answered_by("alice@cust.test", "Et le toner aussi."));
    assert!(world.sent().iter().all(|sent| sent.to != "alice@cust.test"), "once");
    world.receives(&approval.answered_by("alice@cust.test", "Oui, merci"));
    assert_eq!(world.status(1), "approved");
}
