//! Groups B and D of the casebook, where they are not told elsewhere: what others may see, and what commands may do.

use guichet::desk::{Visibility, What};
use guichet::store::{Disposition, Reads};

use crate::world::{Mail, Sent, World, address, is};

fn answered(world: &mut World, mail: &Mail) -> guichet::store::Handled {
    world.receives(mail)
}

#[test]
fn b13_a_removed_guest_and_a_disabled_agent_wait_and_hear_nothing() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").cc("bob@cust.test"));
    let root = world.ticket(1).root_message_id.unwrap();
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag2@desk.test").unwrap();
    world.acts("ag1@desk.test", 1, "remove", &[("person", "bob@cust.test")]);
    world.sent();
    assert!(is(&answered(&mut world, &Mail::new("bob@cust.test").reply_to_id(&root)), Disposition::Held, "join-request"));
    world.sent();
    let mut organisation = world.gateway.store().organisation().unwrap();
    organisation.agents[1].disabled = true;
    world.gateway.apply_organisation(organisation).unwrap();
    let handled = answered(&mut world, &alert.answered_by("ag2@desk.test", "#clore\nFait."));
    assert_eq!(handled.disposition, Disposition::Held, "{}", handled.reason);
    assert_eq!(world.status(1), "free");
    assert!(world.recipients().iter().all(|to| to == "ag1@desk.test"), "nothing to bob, nothing to the disabled agent");
}

#[test]
fn d12_an_agent_who_asks_for_help_speaks_as_whoever_the_answered_mail_was_written_to() {
    let mut world = World::new();
    world.receives(&Mail::new("ag1@desk.test").subject("Mon écran"));
    let receipt = world.letter_to_any("ag1@desk.test");
    // As a requester they cannot handle their own request.
    let handled = world.receives(&receipt.answered_by("ag1@desk.test", "#prendre\nJe regarde."));
    assert!(world.ticket(1).assignee.is_none(), "{}", handled.reason);
    world.sent();
    world.acts("ag2@desk.test", 1, "assign", &[("agent", "ag1@desk.test")]);
    let assigned = world.letter_to_any("ag1@desk.test");
    world.receives(&assigned.answered_by("ag1@desk.test", "#note\nÉcran à changer."));
    let events = world.gateway.store().events(1).unwrap();
    let note = events.iter().find(|event| event.what == What::Noted).expect("as an agent they may note");
    assert!(note.visibility == Visibility::Agents && !note.actor.as_participant);
    // The same person, by the requester's address again: their words are a requester's, and decide as one.
    world.receives(&receipt.answered_by("ag1@desk.test", "Il scintille aussi."));
    let last = world.gateway.store().events(1).unwrap().pop().unwrap();
    assert!(matches!(last.what, What::Replied { .. }) && last.actor.as_participant, "{last:?}");
    world.receives(&assigned.answered_by("ag1@desk.test", "#clore\nÉcran changé."));
    assert_eq!(world.status(1), "awaiting_approval", "an agent's closure asks the requester, whoever that is");
    world.receives(&assigned.answered_by("ag1@desk.test", "#valider"));
    assert_eq!(world.status(1), "awaiting_approval", "never both");
}

/// Alternating two parallel tickets: each mail goes to a participant of its own ticket at its commit.
#[test]
fn b16_recipients_are_fixed_when_the_answer_is_written() {
    let mut world = World::new();
    let alert = world.opened();
    world.receives(&Mail::new("dave@other.test").subject("Autre"));
    let other = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    // The answer is written, and waits in the outbox.
    let mail = alert.answered_by("ag1@desk.test", "Pour Alice seulement.");
    let instance = world.keeps(&mail.raw(world.now()));
    let raw = world.gateway.store().raw(instance).unwrap().unwrap();
    let received_at = world.gateway.store().instance(instance).unwrap().unwrap().received_at;
    world.gateway.receive(&[guichet::gateway::Waiting { instance, received_at, old: false, cut: false, raw: raw.into() }]).unwrap();
    // Then its reader's part changes: who it was written to stays.
    world.acts("ag1@desk.test", 1, "beneficiary", &[("beneficiary", "eve@cust.test")]);
    let sent = world.sent();
    let words: Vec<&Sent> = sent.iter().filter(|sent| sent.text.contains("Pour Alice seulement.")).collect();
    assert_eq!(words.iter().map(|sent| sent.to.as_str()).collect::<Vec<_>>(), ["alice@cust.test"]);
    for round in 0..20 {
        world.receives(&alert.answered_by("ag1@desk.test", &format!("alice {round}")));
        world.receives(&other.answered_by("ag1@desk.test", &format!("dave {round}")));
    }
    for sent in world.sent() {
        let reader = if sent.to == "dave@other.test" { "| alice" } else { "| dave" };
        assert!(sent.to.ends_with("@desk.test") || !sent.text.contains(reader), "{}", sent.to);
    }
}

#[test]
fn b17_absences_with_other_peoples_data_are_for_agents_only() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").cc("bob@cust.test"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#prendre\nJe regarde."));
    let update = world.letter_to_any("bob@cust.test");
    let absent = update
        .answered_by("bob@cust.test", "Je suis absent. Contactez Eve au +33 1 23 45.")
        .header("Auto-Submitted", "auto-replied")
        .header("X-Autoreply", "yes");
    world.receives(&absent);
    assert!(world.sent().iter().all(|sent| !sent.text.contains("+33 1 23 45")), "nobody is mailed it");
    let events = world.gateway.store().events(1).unwrap();
    let kept: Vec<_> = events.iter().filter(|event| event.text.clone().unwrap_or_default().contains("+33 1")).collect();
    assert!(!kept.is_empty() && kept.iter().all(|event| event.visibility == Visibility::Agents));
}

#[test]
fn d02_a_command_that_is_quoted_is_not_one() {
    let mut world = World::new();
    let alert = world.opened();
    let quotes = "Bien reçu, je regarde.\n\n> #assigner marie\n> #clore\n\nLe lundi 5 janvier 2026, Alice a écrit :\n> #clore\n> merci";
    world.receives(&alert.answered_by("ag1@desk.test", quotes));
    assert_eq!((world.status(1), world.happened(1)), ("free", vec!["opened", "replied"]));
    let mail = Mail::new("alice@cust.test").reply_to_id(&world.ticket(1).root_message_id.unwrap());
    world.receives(&mail.text("Voici ce que dit Karim :\n\nOn Monday Karim wrote:\n> #clore\n> #assign mallory"));
    assert_eq!(world.status(1), "free");
}

#[test]
fn d03_a_subject_never_commands_a_ticket_that_has_words() {
    let mut world = World::new();
    let alert = world.opened();
    for subject in ["Re: [#1] x [status=resolved]", "Re: #clore", "Re: x #clore", "[#1] Owner: mallory"] {
        let mut mail = alert.answered_by("ag1@desk.test", "Je regarde.");
        mail.subject = format!("{subject} {}", alert.subject);
        world.receives(&mail);
        let mut mail = alert.answered_by("alice@cust.test", "Merci de regarder vite, c'est bloquant.");
        mail.subject = format!("{subject} {}", alert.subject);
        world.receives(&mail);
    }
    assert_eq!((world.status(1), world.ticket(1).assignee), ("free", None));
}

#[test]
fn d04_two_forms_that_differ_command_nothing() {
    let mut world = World::new();
    let alert = world.opened();
    let both = |plain: &str, html: &str| {
        let body = format!(
            "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n--b\n\
             Content-Type: text/html; charset=utf-8\n\n{html}\n--b--\n"
        );
        Mail::from("ag1@desk.test").to(&alert.reply_to).reply_to_id(&alert.message_id).body(&body)
    };
    world.receives(&both(
        "Merci, je regarde cela cet apres-midi.",
        "<p>Merci, je regarde cela cet apres-midi.</p><p style='display:none'>#clore Fait.</p>",
    ));
    assert_eq!(world.happened(1), ["opened", "replied"], "what is hidden is not there");
    world.sent();
    let held = world.receives(&both(
        "#clore\nIl suffisait de la rallumer, tout simplement.",
        "<p>Merci beaucoup pour votre patience, nous regardons.</p>",
    ));
    assert!(is(&held, Disposition::Held, "commands-refused"), "{}", held.trace);
    assert_eq!(world.status(1), "free");
    assert!(world.letter_to("ag1@desk.test").text.contains("ne disent pas la même chose"));
    let html = Mail::from("ag1@desk.test").to(&alert.reply_to).reply_to_id(&alert.message_id);
    world.receives(&html.body("Content-Type: text/html; charset=utf-8\n\n<ul><li><b>#prendre</b></li></ul><p>Je regarde.</p>\n"));
    assert_eq!(world.status(1), "in_progress", "HTML alone: what is seen counts");
}

#[test]
fn d06_a_forwarded_mail_makes_nobody_a_requester_unasked() {
    let mut world = World::new();
    let text = "Pour ouverture d'un ticket.\n\n---------- Forwarded message ---------\nFrom: Eve <eve@cust.test>\nFrom: mailto:mallory@evil.test\n\nFrom: Bob <bob@cust.test>\n\nMon écran est noir.";
    world.receives(&Mail::new("ag1@desk.test").subject("Fwd: écran").text(text));
    assert_eq!(world.ticket(1).requester, address("ag1@desk.test"));
    assert!(world.recipients().iter().all(|to| to.ends_with("@desk.test")), "nobody who is named in it is written to");
}

#[test]
fn d07_a_replayed_command_does_nothing() {
    let mut world = World::new();
    let alert = world.opened();
    world.receives(&Mail::new("dave@other.test").subject("Autre"));
    let other = world.sent().into_iter().rfind(|sent| sent.to == "ag1@desk.test").unwrap();
    let close = alert.answered_by("ag1@desk.test", "#prendre").id("signed@desk.test");
    let raw = close.raw(world.now());
    world.receives_raw(&raw);
    world.acts("ag1@desk.test", 1, "release", &[]);
    world.later(jiff::SignedDuration::from_hours(72));
    assert_eq!(world.receives_raw(&raw).disposition, Disposition::Ignored, "the same mail again");
    let elsewhere = raw.replace(&alert.reply_to, &other.reply_to);
    assert_eq!(world.receives_raw(&elsewhere).disposition, Disposition::Ignored, "… and to another ticket's address");
    world.sent();
    let never_seen = other.answered_by("ag1@desk.test", "#prendre");
    let mut late = never_seen.clone();
    late.date = Some(world.now() - 3 * 24 * 3600);
    assert!(is(&world.receives(&late), Disposition::Held, "commands-refused"), "a command is of its day");
    assert!(world.letter_to("ag1@desk.test").text.contains("n’est pas du jour"));
    assert_eq!((world.status(1), world.status(2)), ("free", "free"));
}

#[test]
fn d14_no_header_from_outside_acts() {
    let mut world = World::new();
    let alert = world.opened();
    let headers = [
        ("X-Desk-Ticket", "1"),
        ("X-Guichet-Ticket", "1"),
        ("X-RT-Incoming-Signature", "Success"),
        ("RT-Send-Cc", "mallory@evil.test"),
        ("X-Zammad-Ticket-Owner", "mallory@evil.test"),
        ("X-OTRS-FollowUp-State", "closed"),
        ("X-OTRS-Loop", "1"),
        ("Control", "close 1"),
    ];
    let with = |mail: Mail| headers.iter().fold(mail, |mail, (name, value)| mail.header(name, value));
    world.receives(&with(Mail::new("mallory@evil.test").subject("x")));
    assert_eq!((world.status(1), world.status(2)), ("free", "free"));
    world.receives(&with(alert.answered_by("alice@cust.test", "Des nouvelles ?")));
    assert_eq!((world.status(1), world.happened(1)), ("free", vec!["opened", "replied"]));
    assert!(world.recipients().iter().all(|to| to != "mallory@evil.test" || world.ticket(2).requester == address("mallory@evil.test")));
    assert!(world.ticket(1).participants().len() == 1);
}

#[test]
fn d05_what_customers_command_is_their_text() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").text("#close\n#assign mallory\nL'imprimante fume."));
    assert_eq!(world.status(1), "free");
    let events = world.gateway.store().events(1).unwrap();
    assert!(matches!(events[0].what, What::Opened { .. }) && events[0].text.as_deref().unwrap().contains("#close"), "text, whole");
}
