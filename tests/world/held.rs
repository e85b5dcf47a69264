//! Mails that wait, settled by a person.

use guichet::desk::Door;
use guichet::gateway::{Decider, Decision, Settled, Word};
use guichet::store::{Disposition, Reads};

use crate::world::{Mail, Sent, World, address, is};

/// T1 by alice, taken by ag1; alice's and ag1's mails.
fn taken() -> (World, Sent, Sent) {
    World::taken(&Mail::new("alice@cust.test"))
}

fn held(world: &World) -> u64 {
    world.gateway.store().instances(Some(Disposition::Held), 1).unwrap()[0].id
}

fn settles(world: &mut World, agent: &str, decision: Decision) -> Settled {
    let instance = held(world);
    let settled = world.gateway.settle(instance, &Word { decision, by: Decider::Agent(address(agent), Door::Page) }).unwrap();
    world.deliver();
    world.check();
    world.later(jiff::SignedDuration::from_secs(300));
    settled
}

const ADMIT: Decision = Decision::Admit { ticket: None };

#[test]
fn a03_a_stranger_whom_an_agent_admits_is_a_guest_and_is_heard() {
    let (mut world, ack, alert) = taken();
    world.receives(&Mail::new("carol@other.test").reply_to_id(&ack.message_id).text("Je suis dans le même bureau, même panne."));
    world.sent();
    let instance = held(&world);
    let settled = settles(&mut world, "ag1@desk.test", ADMIT);
    assert!(matches!(settled, Settled::Done { disposition: Disposition::Attached, ref reason, ticket: Some(1) } if reason == "admitted"));
    assert!(world.ticket(1).guest(&address("carol@other.test")).is_some());
    let sent = world.sent();
    assert!(sent.iter().any(|sent| sent.to == "alice@cust.test" && sent.text.contains("même bureau")));
    // B01: she hears what comes, not what was.
    let to_carol = sent.iter().find(|sent| sent.to == "carol@other.test").unwrap();
    assert!(!to_carol.raw.contains("deuxième étage"));
    let row = world.gateway.store().instance(instance).unwrap().unwrap().handled.unwrap();
    assert_eq!((row.disposition, row.ticket), (Disposition::Attached, Some(1)));
    assert!(row.trace.to_string().contains("vouched") && row.trace.to_string().contains("join-request"));
    // Settled twice, one effect.
    let again = Word { decision: ADMIT, by: Decider::Agent(address("ag2@desk.test"), Door::Page) };
    assert_eq!(world.gateway.settle(instance, &again).unwrap(), Settled::NotHeld);
    // From now on she takes part.
    world.receives(&alert.answered_by("ag1@desk.test", "J'arrive."));
    assert!(world.recipients().contains(&"carol@other.test".to_owned()));
}

#[test]
fn a03_a_stranger_whom_an_agent_sends_off_gets_a_ticket_of_their_own() {
    let (mut world, ack, _) = taken();
    world.receives(&Mail::new("carol@other.test").reply_to_id(&ack.message_id).subject("Autre imprimante"));
    world.sent();
    let settled = settles(&mut world, "ag2@desk.test", Decision::Split);
    assert!(matches!(settled, Settled::Done { disposition: Disposition::New, ticket: Some(2), .. }));
    let sent = world.sent();
    let to_carol = sent.iter().find(|sent| sent.to == "carol@other.test").unwrap();
    assert!(!to_carol.text.contains("#1") && !to_carol.subject.contains("#1-"), "{}", to_carol.text);
    assert!(!sent.iter().any(|sent| sent.to == "alice@cust.test"));
    // Her answers stay where she belongs, though they still quote the other conversation.
    let answer = to_carol.answered_by("carol@other.test", "Merci.").header("References", &format!("<{}>", ack.message_id));
    assert!(is(&world.receives(&answer), Disposition::Attached, "reply"));
}

#[test]
fn a03_junk_has_no_effect_and_waits_no_longer() {
    let (mut world, ack, _) = taken();
    world.receives(&Mail::new("mallory@evil.test").reply_to_id(&ack.message_id));
    world.sent();
    let settled = settles(&mut world, "ag1@desk.test", Decision::Junk);
    assert!(matches!(settled, Settled::Done { disposition: Disposition::Ignored, .. }));
    assert!(world.sent().is_empty() && world.gateway.store().count(None).unwrap().held == 0);
}

#[test]
fn a33_an_honest_mail_that_failed_its_check_is_released_by_one_press() {
    let (mut world, ack, _) = taken();
    let mail = Mail::new("alice@cust.test").reply_to_id(&ack.message_id).text("Elle fume encore.").failing();
    assert!(is(&world.receives(&mail), Disposition::Held, "sender-check-failed"));
    world.sent();
    assert!(matches!(
        settles(&mut world, "ag1@desk.test", ADMIT),
        Settled::Done { disposition: Disposition::Attached, ticket: Some(1), .. }
    ));
    assert!(world.letter_to_any("ag1@desk.test").text.contains("Elle fume encore."));
}

#[test]
fn a06_a_colleague_lets_an_agents_words_in_but_no_command_and_no_note_out() {
    let (mut world, ack, _) = taken();
    let root = world.ticket(1).root_message_id.unwrap();
    world.receives(&Mail::new("ag1@desk.test").reply_to_id(&root).text("#clore\n\nVoir avec le fournisseur.").unproven());
    world.sent();
    settles(&mut world, "ag2@desk.test", ADMIT);
    assert_eq!(world.status(1), "in_progress");
    assert!(!world.recipients().contains(&"alice@cust.test".to_owned()), "{}", ack.subject);
}

#[test]
fn a10_a12_without_an_author_there_is_nobody_to_let_in() {
    let mut world = World::new();
    let none = Mail::new("alice@cust.test").raw(world.now()).replacen("From: alice@cust.test\n", "", 1);
    world.receives_raw(&none);
    for decision in [ADMIT, Decision::Split] {
        assert_eq!(settles(&mut world, "ag1@desk.test", decision), Settled::Impossible("no-author".into()));
    }
    assert!(matches!(settles(&mut world, "ag1@desk.test", Decision::Junk), Settled::Done { .. }));
}

#[test]
fn a21_pointers_that_disagree_are_settled_by_naming_the_ticket() {
    let (mut world, ack, _) = taken();
    world.receives(&Mail::new("alice@cust.test").subject("Autre chose"));
    let other = world.letter_to_any("alice@cust.test");
    world.receives(&Mail::from("alice@cust.test").to(&other.reply_to).reply_to_id(&ack.message_id).subject("Re: les deux"));
    assert_eq!(settles(&mut world, "ag1@desk.test", ADMIT), Settled::Impossible("pointers-disagree".into()));
    let chosen = Decision::Admit { ticket: Some(2) };
    assert!(matches!(settles(&mut world, "ag1@desk.test", chosen), Settled::Done { ticket: Some(2), .. }));
}

#[test]
fn d11_only_agents_of_the_ticket_decide() {
    let (mut world, ack, _) = taken();
    world.receives(&Mail::new("carol@other.test").reply_to_id(&ack.message_id));
    for nobody in ["ag9@desk.test", "alice@cust.test", "mallory@evil.test"] {
        assert_eq!(settles(&mut world, nobody, ADMIT), Settled::NotAllowed, "{nobody}");
    }
}

#[test]
fn d09_a_text_that_waits_for_its_author_is_not_let_out_by_others() {
    let (mut world, _, alert) = taken();
    world.receives(&alert.answered_by("ag1@desk.test", "#clroe\n\nÀ ne pas dire au client."));
    world.sent();
    assert_eq!(settles(&mut world, "ag2@desk.test", ADMIT), Settled::Impossible("commands-refused".into()));
}
