//! What time brings, told in working days: reminders, ends without an answer, the pool, reports.

use guichet::desk::{Action, Property};
use guichet::gateway::{Button, Pressed};
use guichet::store::{Disposition, Reads};
use jiff::SignedDuration;

use crate::world::{Mail, World, is};

fn days(world: &mut World, days: i64) -> usize {
    world.later(SignedDuration::from_hours(24 * days));
    world.ticks()
}

#[test]
fn row49_an_unanswered_question_is_repeated_twice_then_ends_politely_and_reopens() {
    let mut world = World::new();
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#info\nQuel message s'affiche ?"));
    let asked = world.letter_to_any("alice@cust.test");
    assert!(asked.text.contains("Sans réponse d’ici le vendredi 23 janvier 2026"), "told from the start: {}", asked.text);
    assert_eq!(days(&mut world, 2), 0, "three working days are not over");
    assert_eq!((days(&mut world, 1), world.ticks()), (1, 0), "once");
    let reminder = world.letter_to("alice@cust.test");
    assert!(reminder.text.contains("Rappel\u{a0}: Karim Benali a besoin d’une précision"), "{}", reminder.text);
    assert!(reminder.text.contains("Quel message s'affiche ?") && reminder.links.len() == 1, "{}", reminder.text);
    assert!(reminder.text.contains("d’ici le vendredi 23 janvier 2026"), "{}", reminder.text);
    assert_eq!((days(&mut world, 5), days(&mut world, 1), days(&mut world, 8)), (0, 1, 0), "seven working days are nine");
    assert!(world.letter_to("alice@cust.test").text.contains("Rappel"));
    assert_eq!(days(&mut world, 1), 1);
    assert_eq!(world.status(1), "expired");
    let over = world.letter_to_any("alice@cust.test");
    assert!(over.text.contains("close, faute de réponse"), "{}", over.text);
    world.later(SignedDuration::from_hours(1));
    world.receives(&over.answered_by("alice@cust.test", "Erreur 49, pardon pour le retard."));
    assert_eq!(world.status(1), "in_progress");
}

#[test]
fn row49_nobody_is_reminded_or_given_up_while_away() {
    let mut world = World::new();
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#info\nQuel message s'affiche ?"));
    let asked = world.letter_to_any("alice@cust.test");
    let absence = asked.answered_by("alice@cust.test", "Je suis absente jusqu'au 26 janvier 2026 inclus.");
    let away = world.receives(&absence.subject("Réponse automatique : absence").header("Auto-Submitted", "auto-replied"));
    assert!(is(&away, Disposition::Attached, "absence") || is(&away, Disposition::Attached, "automatic-reply"), "{}", away.trace);
    assert_eq!(world.happened(1).last(), Some(&"away"), "{:?}", world.ticket(1).details);
    let told = world.letter_to("ag1@desk.test");
    assert!(told.text.contains("les rappels attendent"), "{}", told.text);
    assert_eq!(days(&mut world, 21), 0, "three weeks later she is still away");
    assert_eq!((days(&mut world, 3), days(&mut world, 1)), (0, 1), "three working days after her return");
    assert_eq!(world.status(1), "waiting_for_information");
}

#[test]
fn row49_a_service_waits_as_long_as_it_says() {
    let mut world = World::new();
    let mut organisation = crate::world::organisation();
    organisation.services[0].delays = toml::from_str("question_days = 4\nquestion_reminders = [2]\npool_days = 1").unwrap();
    world.gateway.apply_organisation(organisation).unwrap();
    let alert = world.opened();
    assert_eq!(days(&mut world, 1), 1, "the pool, after a day");
    world.receives(&alert.answered_by("ag1@desk.test", "#info\nQuel message s'affiche ?"));
    assert_eq!((days(&mut world, 1), days(&mut world, 1), days(&mut world, 4)), (0, 1, 1));
    assert_eq!(world.status(1), "expired");
}

#[test]
fn j18_what_was_due_while_nothing_ran_is_done_once_and_in_working_hours() {
    let mut world = World::new();
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#info\nQuel message s'affiche ?"));
    world.sent();
    // Seven working days and a night: two reminders were missed.
    world.later(SignedDuration::from_hours(24 * 9 - 6));
    assert_eq!(world.ticks(), 0, "at night nobody is written to");
    world.later(SignedDuration::from_hours(6));
    assert_eq!((world.ticks(), world.sent().len()), (1, 1));
    assert_eq!((world.ticks(), world.ticks()), (1, 0), "the second rung is due too, once");
}

#[test]
fn j21_what_came_in_time_counts_however_late_it_is_read() {
    let mut world = World::new();
    world.gateway.watches(&["support".into()]);
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nToner changé."));
    let asked = world.letter_to_any("alice@cust.test");
    assert_eq!((days(&mut world, 7), days(&mut world, 7)), (1, 0), "the mailbox was not read since: nothing ends");
    world.gateway.polled("support");
    world.later(SignedDuration::from_hours(1));
    let reply = asked.answered_by("alice@cust.test", "Elle ne marche toujours pas, le voyant clignote.");
    let raw = reply.raw(world.now());
    world.keeps(&raw);
    assert_eq!((world.ticks(), world.status(1)), (0, "awaiting_approval"), "a mail that was read and not yet understood");
    guichet::gateway::resume(&mut world.gateway).unwrap();
    world.later(SignedDuration::from_hours(1));
    assert_eq!((world.ticks(), world.status(1)), (0, "awaiting_approval"), "she spoke: it goes on");
    assert_eq!((days(&mut world, 7), days(&mut world, 7)), (1, 0));
    world.gateway.polled("support");
    world.later(SignedDuration::from_hours(1));
    assert_eq!((world.ticks(), world.status(1)), (1, "expired"));
}

#[test]
fn l07_a_clock_that_jumps_ends_nothing_and_lets_no_link_act() {
    let mut world = World::new();
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nToner changé."));
    let asked = world.letter_to("alice@cust.test");
    world.ticks();
    world.later(SignedDuration::from_hours(-24));
    assert_eq!(world.ticks(), 0, "a day back");
    let back = guichet::gateway::Press {
        link: guichet::gateway::effects::token_hash(&guichet::mail::carrier::decode_token(&asked.links[0]).unwrap()),
        nonce: "back".into(),
        button: Button::Approve,
    };
    assert!(world.gateway.press(&back).is_err(), "a link that may be over is not taken");
    world.later(SignedDuration::from_hours(24));
    world.later(SignedDuration::from_mins(-4));
    assert_eq!(world.ticks(), 0, "a step of minutes is nothing");
    world.later(SignedDuration::from_hours(24));
    assert_eq!((world.ticks(), world.status(1)), (0, "awaiting_approval"), "a day ahead");
    let mut unset = World::new();
    unset.later(SignedDuration::from_secs(-unset.now()));
    unset.opened();
    assert_eq!(unset.ticks(), 0, "the epoch, at boot");
    unset.later(SignedDuration::from_hours(24 * 365 * 50));
    unset.ticks();
    assert_eq!(unset.happened(1), ["opened"], "what is half a century old is history");
}

#[test]
fn p12_a_solution_that_nobody_refuses_ends_as_tacit_and_may_be_judged() {
    let mut world = World::new();
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nToner changé."));
    world.sent();
    assert_eq!(days(&mut world, 7), 1);
    let reminder = world.letter_to("alice@cust.test");
    assert!(reminder.text.contains("Rappel") && reminder.text.contains("Toner changé.") && reminder.links.len() == 2, "{}", reminder.text);
    assert_eq!(days(&mut world, 7), 1);
    let sent = world.sent();
    let over = sent.iter().find(|sent| sent.to == "alice@cust.test").unwrap();
    assert_eq!((world.status(1), over.links.len()), ("expired", 1), "not approved: nobody agreed");
    assert!(sent.iter().find(|sent| sent.to == "ag1@desk.test").unwrap().text.contains("Clos, faute de réponse"));
    let rated = world.presses(&over.links[0], Button::Rate { delay: 4, answers: 5, comment: String::new() });
    assert!(matches!(rated, Pressed::Done { .. }));
    // Links of before tell what happened, and do nothing.
    assert!(!matches!(world.presses(&reminder.links[0], Button::Approve), Pressed::Done { .. }));
    assert_eq!(days(&mut world, 30), 0);
}

#[test]
fn p9_whoever_speaks_is_not_reminded_and_an_answer_stops_the_clock() {
    let mut world = World::new();
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#clore\nToner changé."));
    let asked = world.letter_to_any("alice@cust.test");
    days(&mut world, 6);
    world.receives(&asked.answered_by("alice@cust.test", "Je regarde demain et je vous dis si elle imprime de nouveau."));
    assert_eq!(days(&mut world, 6), 0, "counted from the last word");
    world.receives(&asked.answered_by("alice@cust.test", "oui"));
    assert_eq!(world.status(1), "approved");
    assert_eq!(days(&mut world, 60), 0);
}

#[test]
fn p4_what_nobody_takes_is_told_to_the_pool_once_more() {
    let mut world = World::new();
    world.opened();
    assert_eq!((days(&mut world, 1), days(&mut world, 1), days(&mut world, 5)), (0, 1, 0));
    let sent = world.sent();
    let to: Vec<&str> = sent.iter().map(|sent| sent.to.as_str()).collect();
    assert_eq!(to, ["ag1@desk.test", "ag2@desk.test"]);
    assert!(sent[0].text.contains("Toujours libre") && sent[0].text.contains("deuxième étage"), "{}", sent[0].text);
    world.receives(&sent[0].answered_by("ag1@desk.test", "#prendre"));
    assert_eq!(world.status(1), "in_progress", "an answer to it is an answer to the ticket");
}

#[test]
fn p9_the_clock_may_be_switched_off() {
    let mut site = crate::world::site();
    (site.policy.question_days, site.policy.approval_days, site.policy.pool_days) = (0, 0, 0);
    let mut world = World::with(site);
    let alert = world.opened();
    world.receives(&Mail::new("dave@other.test"));
    world.receives(&alert.answered_by("ag1@desk.test", "#info\nQuel message ?"));
    assert!(!world.letter_to_any("alice@cust.test").text.contains("Sans réponse d’ici"));
    assert_eq!(days(&mut world, 60), 0);
}

#[test]
fn c67_reports_come_at_the_hours_one_chose_once_and_never_empty() {
    let mut world = World::new();
    let set = world.receives(&Mail::new("ag1@desk.test").subject("Rapport").text("#rapport 8h 14h"));
    assert!(is(&set, Disposition::Attached, "question"), "{}", set.trace);
    assert!(world.letter_to("ag1@desk.test").text.contains("chaque jour ouvré à 8 h, 14 h"));
    assert_eq!((world.ticks(), world.recipients().len()), (0, 0), "there is nothing to tell");
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#prendre"));
    world.receives(&Mail::new("dave@other.test").subject("Panne"));
    world.sent();
    world.later(SignedDuration::from_hours(5));
    assert_eq!((world.ticks(), world.ticks()), (1, 0));
    let report = world.letter_to("ag1@desk.test");
    assert!(
        report.subject.contains("Vos tickets") && report.text.contains("#1 Imprimante en panne"),
        "{}\n{}",
        report.subject,
        report.text
    );
    assert!(report.text.contains("Le pot commun") && report.text.contains("#2 Panne"), "{}", report.text);
    world.receives(&report.answered_by("ag1@desk.test", "#2 prendre"));
    assert_eq!(world.status(2), "in_progress", "a report is answered as a list is");
    world.sent();
    // Saturday is a day off.
    world.later(SignedDuration::from_hours(24 * 5));
    assert_eq!(world.ticks(), 0);
    world.receives(&Mail::new("ag1@desk.test").text("#rapport non"));
    assert!(world.letter_to("ag1@desk.test").text.contains("plus de rapport"));
    world.later(SignedDuration::from_hours(24 * 2));
    world.ticks();
    assert!(world.sent().iter().all(|sent| !sent.subject.contains("Vos tickets")));
    let wrong = world.receives(&Mail::new("ag1@desk.test").text("#rapport 25"));
    assert_eq!(wrong.disposition, Disposition::New, "what nobody understands is a request");
}

#[test]
fn the_clock_sets_nothing_and_nobody_plays_the_clock() {
    let mut world = World::new();
    world.opened();
    for verb in ["remind", "expire"] {
        assert!(!matches!(world.acts("ag1@desk.test", 1, verb, &[]), guichet::gateway::Acted::Done { .. }), "{verb}");
    }
    assert_eq!(Action::Set(Property::Title(String::new())).word(), "title");
    assert_eq!(world.gateway.store().events(1).unwrap().len(), 1);
}
