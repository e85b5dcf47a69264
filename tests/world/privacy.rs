//! Who sees what: group B of the casebook.

use guichet::store::Disposition;

use crate::world::{Mail, World, address};

#[test]
fn b01_a_newcomer_sees_what_follows_and_nothing_before() {
    let mut world = World::new();
    let first = Mail::new("alice@cust.test").text("Le mot secret est tournesol.");
    world.receives(&first);
    let ack = world.letter_to_any("alice@cust.test");
    world.receives(&ack.answered_by("alice@cust.test", "J'ajoute Carole.").cc("carol@other.test"));
    let sent = world.sent();
    assert!(sent.iter().filter(|sent| sent.to == "carol@other.test").all(|sent| !sent.text.contains("tournesol") && sent.links.is_empty()));
    assert!(world.ticket(1).is_participant(&address("carol@other.test")));
    let guest = world.ticket(1).guest(&address("carol@other.test")).unwrap().clone();
    assert!(guest.since > 1);
}

#[test]
fn b03_an_answer_to_a_note_does_not_reach_participants_unless_addressed_to_them() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#prendre"));
    world.sent();
    let alert2 = alert;
    world.receives(&alert2.answered_by("ag2@desk.test", "#note\nContrat expiré, ne rien dire."));
    let sent = world.sent();
    let note = sent.iter().find(|sent| sent.to == "ag1@desk.test").expect("the assignee reads the note");
    assert!(note.text.contains("Contrat expiré"));
    world.receives(&note.answered_by("ag1@desk.test", "Bien compris, je vois avec eux."));
    assert!(world.recipients().iter().all(|to| to.ends_with("@desk.test")), "an answer to a note is a note");
}

#[test]
fn b04_bcc_is_nobody() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").header("Bcc", "vic@victim.test"));
    assert!(!world.ticket(1).is_participant(&address("vic@victim.test")));
    assert!(world.sent().iter().all(|sent| !sent.raw.contains("victim")));
}

#[test]
fn b05_b06_no_copies_to_those_who_have_it_and_none_to_ourselves() {
    let mut world = World::new();
    let first = Mail::new("alice@cust.test").to("SUPPORT@DESK.TEST").cc("help@desk.test").cc("support+tag@desk.test").cc("bob@cust.test");
    world.receives(&first);
    let to = world.recipients();
    assert_eq!(to, ["ag1@desk.test", "ag2@desk.test", "alice@cust.test"]);
    assert_eq!(world.ticket(1).participants().len(), 2);
}

#[test]
fn b08_b09_an_unproven_newcomer_gets_fixed_words_once_a_day() {
    let mut world = World::new();
    let bait = || {
        Mail::new("\"Click http://evil.test\" <vic@victim.test>")
            .subject("Your wallet is locked http://evil.test")
            .text("http://evil.test")
            .unproven()
    };
    world.receives(&bait());
    let sent = world.sent();
    let ack = sent.iter().find(|sent| sent.to == "vic@victim.test").unwrap();
    assert!(!ack.raw.contains("evil") && !ack.subject.contains("wallet"), "{}", ack.raw);
    for _ in 0..5 {
        world.receives(&bait());
    }
    assert!(world.sent().iter().all(|sent| sent.to != "vic@victim.test"));
    world.receives(&bait().failing());
    assert!(world.sent().iter().all(|sent| sent.to != "vic@victim.test"));
}

#[test]
fn b07_crowds_do_not_join() {
    let mut world = World::new();
    let mut mail = Mail::new("alice@cust.test");
    for number in 0..60 {
        mail = mail.cc(&format!("p{number}@cust.test"));
    }
    world.receives(&mail.cc("noreply@cust.test"));
    assert_eq!(world.ticket(1).participants().len(), 1);
}

#[test]
fn b10_a_code_mailed_to_a_reply_address_is_never_shown() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let ack = world.letter_to_any("alice@cust.test");
    let trick = world.receives(&Mail::from("noreply@saas.test").to(&ack.reply_to).subject("Your code").text("Your sign-up code is 1234"));
    assert!(matches!(trick.disposition, Disposition::Held | Disposition::Ignored));
    assert!(world.sent().iter().all(|sent| !sent.to.ends_with("cust.test")));
}

#[test]
fn b18_what_an_agents_client_quotes_stays_home() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "Je m'en occupe."));
    let update = world.letter_to("alice@cust.test");
    assert!(!update.text.contains("a écrit"), "{}", update.text);
}

#[test]
fn b14_nobody_learns_by_mail_which_tickets_there_are() {
    let mut world = World::new();
    world.opened();
    let tag = guichet::mail::carrier::subject_tag(&crate::world::site().keys, 1);
    let mut heard = |subject: &str, who: &str| {
        world.sent();
        let handled = world.receives(&Mail::new(who).subject(subject));
        assert_eq!(handled.disposition, guichet::store::Disposition::New, "{subject}: {}", handled.trace);
        let sent = world.sent();
        let ours = sent.iter().find(|sent| sent.to == who).unwrap();
        let text: Vec<&str> =
            ours.text.lines().filter(|line| !line.contains("https://") && !line.contains('#') && !line.contains("Panne")).collect();
        let alert = sent.iter().find(|sent| sent.to == "ag1@desk.test").unwrap().text.clone();
        (text.join("\n"), sent.len(), alert)
    };
    let valid = heard(&format!("Re: {tag} Panne"), "m1@evil.test");
    let invalid = heard("Re: [#1-zzzz] Panne", "m2@evil.test");
    let none = heard("Panne", "m3@evil.test");
    assert_eq!((&valid.0, valid.1), (&invalid.0, invalid.1));
    assert_eq!((&valid.0, valid.1), (&none.0, none.1));
    assert!(valid.2.contains("semble faire suite au ticket #1") && !invalid.2.contains("semble faire suite"), "agents alone see it");
}
