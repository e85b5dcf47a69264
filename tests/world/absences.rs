//! Absences that an agent's own mailbox announces (CAPABILITIES row 38): proposed to the agent, noted by the agent alone.

use guichet::gateway::Entered;
use guichet::store::{Disposition, PageReads};
use jiff::SignedDuration;

use crate::proofs::enters;
use crate::world::{Mail, Sent, World, address, is, organisation};

/// What Karim's mailbox answers by itself.
fn automatic(mail: Mail, text: &str) -> Mail {
    mail.subject("Réponse automatique : absence").header("Auto-Submitted", "auto-replied (vacation)").text(text)
}

fn away(world: &World) -> Option<String> {
    let until = world.gateway.store().preferences(&address("ag1@desk.test")).unwrap().away_until;
    until.map(|until| until.strftime("%Y-%m-%d").to_string())
}

/// Karim was told of a new request; his mailbox answers.
fn proposed(text: &str) -> (World, Vec<Sent>) {
    let mut world = World::new();
    let alert = world.opened();
    let handled = world.receives(&automatic(alert.answered_by("ag1@desk.test", ""), text));
    assert!(is(&handled, Disposition::Attached, "automatic-reply"));
    let sent = world.sent();
    (world, sent)
}

#[test]
fn row38_an_agents_own_absence_message_is_proposed_and_one_click_notes_it() {
    let (mut world, sent) = proposed("Je suis absent, de retour le 26 janvier 2026.");
    assert_eq!(sent.len(), 1, "to Karim alone: {sent:?}");
    let mail = &sent[0];
    assert_eq!((mail.to.as_str(), mail.auto.as_deref(), mail.in_reply_to.as_str()), ("ag1@desk.test", Some("auto-generated"), ""));
    assert!(mail.text.contains("de retour le lundi 26 janvier 2026"), "{}", mail.text);
    assert_eq!(away(&world), None, "a machine notes nothing");
    assert_eq!(enters(&mut world, &mail.links[0]), Entered::Absent);
    assert_eq!(away(&world).as_deref(), Some("2026-01-26"));
    assert_eq!(enters(&mut world, &mail.links[0]), Entered::Over, "a key works once");
}

#[test]
fn row38_or_by_the_command_that_the_mail_tells() {
    let (mut world, sent) = proposed("I am out of office and will be back on 26 January 2026.");
    let command = sent[0].text.lines().find(|line| line.starts_with("#absent")).unwrap();
    world.receives(&Mail::new("ag1@desk.test").text(command));
    assert_eq!(away(&world).as_deref(), Some("2026-01-26"), "{command}");
}

#[test]
fn row38_each_absence_is_proposed_once_and_no_two_machines_talk() {
    let (mut world, sent) = proposed("De retour le 26 janvier 2026.");
    let again = automatic(sent[0].answered_by("ag1@desk.test", ""), "De retour le 26 janvier 2026.");
    assert_eq!(world.receives(&again).disposition, Disposition::Ignored);
    let other = automatic(sent[0].answered_by("ag1@desk.test", ""), "De retour le 27 janvier 2026.");
    world.receives(&other);
    assert!(world.sent().is_empty(), "in peace for a week, whatever is announced");
    world.later(SignedDuration::from_hours(8 * 24));
    world.receives(&automatic(Mail::new("ag1@desk.test"), "De retour le 16 février 2026."));
    assert_eq!(world.sent().len(), 1, "another absence, by itself");
    world.receives(&Mail::new("ag1@desk.test").text("#absent jusqu'au 16/03/2026"));
    world.sent();
    world.later(SignedDuration::from_hours(8 * 24));
    world.receives(&automatic(Mail::new("ag1@desk.test"), "De retour le 23 février 2026."));
    assert!(world.sent().is_empty(), "Karim has said it already");
}

#[test]
fn row38_nobody_elses_absence_is_proposed_and_no_date_is_guessed() {
    let (mut world, sent) = proposed("Je suis absent.");
    assert!(sent.is_empty(), "{sent:?}");
    world.receives(&automatic(Mail::new("alice@cust.test"), "De retour le 26 janvier 2026."));
    world.receives(&automatic(Mail::new("ag1@desk.test").failing(), "De retour le 26 janvier 2026."));
    world.receives(&automatic(Mail::new("ag1@desk.test"), "J'étais absent jusqu'au 2 janvier 2026."));
    assert!(world.sent().is_empty());
}

#[test]
fn row38_whoever_goes_away_is_given_the_lines_that_hand_over_their_tickets() {
    for (deputy, line, after) in [(Some("ag2@desk.test"), "#1 assigner ag2@desk.test", Some("ag2@desk.test")), (None, "#1 liberer", None)] {
        let mut world = World::new();
        let mut organisation = organisation();
        organisation.agents[0].deputy = deputy.map(address);
        world.gateway.apply_organisation(organisation).unwrap();
        world.receives(&Mail::new("ag1@desk.test").text("#absent jusqu'au 26/01/2026"));
        assert!(!world.letter_to("ag1@desk.test").text.contains("pendant ce temps"), "nothing to hand over");
        let alert = world.opened();
        world.receives(&alert.answered_by("ag1@desk.test", "#prendre"));
        world.sent();
        world.receives(&Mail::new("ag1@desk.test").text("#absent jusqu'au 27/01/2026"));
        let answer = world.letter_to("ag1@desk.test");
        let told = answer.text.lines().find(|told| told.contains(line)).unwrap_or_else(|| panic!("{line}: {}", answer.text));
        world.receives(&answer.answered_by("ag1@desk.test", told));
        assert_eq!(world.ticket(1).assignee, after.map(address), "{told}");
    }
}
