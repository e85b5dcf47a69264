//! What agents hear of tickets that are not theirs (CAPABILITIES row 64): levels that each hear more, chosen by mail, named in the mail.

use crate::world::{Mail, Sent, World, organisation};

/// Marie hears so much; what she gets of a ticket's life: new, words on it while free, words on it while Karim's.
fn heard(level: &str) -> (World, Vec<Sent>) {
    let mut world = World::new();
    world.receives(&Mail::new("ag2@desk.test").subject("?").text(&format!("#surveillance {level}")));
    let answer = world.letter_to("ag2@desk.test");
    assert!(answer.text.contains("vous recevez désormais"), "{}", answer.text);
    world.receives(&Mail::new("alice@cust.test"));
    let mut all = world.sent();
    let alert = all.iter().find(|sent| sent.to == "ag1@desk.test").unwrap().clone();
    let root = world.ticket(1).root_message_id.unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#note\nÀ voir."));
    world.later(jiff::SignedDuration::from_mins(10));
    world.receives(&alert.answered_by("ag1@desk.test", "#prendre"));
    world.later(jiff::SignedDuration::from_mins(10));
    world.receives(&Mail::new("alice@cust.test").reply_to_id(&root).text("Des nouvelles ?"));
    all.extend(world.sent());
    all.retain(|sent| sent.to == "ag2@desk.test");
    (world, all)
}

#[test]
fn row64_each_level_hears_what_the_one_before_hears_and_more() {
    let counts: Vec<usize> = ["rien", "création", "libres", "complète"].into_iter().map(|level| heard(level).1.len()).collect();
    assert_eq!(counts, [0, 1, 2, 4], "nothing; the new one; also the note on it while free; also what Karim and Alice do");
}

#[test]
fn row64_the_last_lines_say_why_and_how_to_hear_less() {
    let (_, all) = heard("libres");
    let text = &all[0].text;
    assert!(text.contains("niveau de surveillance pour Support DSI\u{a0}: les nouveaux, et tout des tickets libres."), "{text}");
    assert!(text.contains("#surveillance rien"), "{text}");
}

#[test]
fn row64_an_unknown_level_changes_nothing_and_participants_have_none() {
    let mut world = World::new();
    world.receives(&Mail::new("ag2@desk.test").subject("?").text("#surveillance complète"));
    world.receives(&Mail::new("ag2@desk.test").subject("?").text("#surveillance parfois"));
    world.receives(&Mail::new("alice@cust.test").text("#surveillance rien"));
    assert_eq!(world.last_ticket(), 2, "both are requests, and read by somebody");
}

#[test]
fn row64_ones_own_categories_are_heard_more_of_than_the_rest() {
    let mut world = World::new();
    let mut organisation = organisation();
    let marie = organisation.agents.iter_mut().find(|agent| agent.address.as_str() == "ag2@desk.test").unwrap();
    marie.memberships[0].categories = vec!["reseau".into()];
    world.gateway.apply_organisation(organisation).unwrap();
    world.receives(&Mail::new("ag2@desk.test").subject("?").text("#surveillance minimale"));
    assert!(world.letter_to("ag2@desk.test").text.contains("les nouveaux et les libérés de vos catégories"));
    world.receives(&Mail::new("alice@cust.test"));
    assert!(world.sent().iter().all(|sent| sent.to != "ag2@desk.test"), "of the rest, nothing");
    world.receives(&Mail::new("alice@cust.test").to("support+reseau@desk.test").subject("Plus de réseau"));
    let alert = world.letter_to_any("ag2@desk.test");
    assert!(alert.text.contains("pour vos catégories de Support DSI\u{a0}: les nouveaux"), "{}", alert.text);
    world.receives(&Mail::new("ag2@desk.test").subject("?").text("#surveillance assidue"));
    world.sent();
    world.receives(&Mail::new("bob@cust.test").to("support+reseau@desk.test").subject("Prise morte"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#prendre"));
    assert!(world.recipients().contains(&"ag2@desk.test".to_owned()), "everything of hers, also when Karim has it");
}
