//! Mails in quick succession (CAPABILITIES row 68): one for each ticket, reader and ten minutes, with everything in it and in order.

use guichet::store::Reads;
use jiff::SignedDuration;

use crate::world::{Mail, Sent, World, address, site};

/// Alice's ticket with Bob as guest, Karim's; everybody's mails of the beginning are read, half an hour ago. The alert, the ticket's root.
fn world() -> (World, Sent, String) {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").cc("bob@cust.test"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#prendre"));
    later(&mut world, 30);
    world.ticks();
    world.sent();
    let root = world.ticket(1).root_message_id.unwrap();
    (world, alert, root)
}

fn later(world: &mut World, minutes: i64) {
    world.later(SignedDuration::from_mins(minutes));
}

/// Mails to somebody since the last time, after a look at the clock.
fn told(world: &mut World, who: &str) -> Vec<Sent> {
    world.ticks();
    world.sent().into_iter().filter(|sent| sent.to == who).collect()
}

/// Something happens; no time passes by it.
fn at_once<T>(world: &mut World, happens: impl FnOnce(&mut World) -> T) -> T {
    let happened = happens(world);
    later(world, -5);
    happened
}

fn says(world: &mut World, who: &str, root: &str, text: &str) {
    at_once(world, |world| world.receives(&Mail::new(who).reply_to_id(root).text(text)));
}

fn waits(world: &World, who: &str) -> usize {
    world.gateway.store().put_off(1, &address(who)).unwrap().len()
}

#[test]
fn row68_a_burst_is_one_mail_with_everything_in_order() {
    let (mut world, _, root) = world();
    says(&mut world, "alice@cust.test", &root, "Premier mot.");
    let first = told(&mut world, "ag1@desk.test");
    assert_eq!(first.len(), 1, "the first goes at once");
    for text in ["Deuxième mot.", "Troisième mot.", "Quatrième mot."] {
        says(&mut world, "alice@cust.test", &root, text);
    }
    assert!(told(&mut world, "ag1@desk.test").is_empty(), "the others wait");
    later(&mut world, 9);
    assert!(told(&mut world, "ag1@desk.test").is_empty());
    later(&mut world, 2);
    let all = told(&mut world, "ag1@desk.test");
    assert_eq!(all.len(), 1);
    let place = |text: &str| all[0].text.find(text).unwrap_or_else(|| panic!("{text}: {}", all[0].text));
    assert!(place("Deuxième") < place("Troisième") && place("Troisième") < place("Quatrième") && !all[0].text.contains("Premier"));
    assert!(told(&mut world, "ag1@desk.test").is_empty(), "once");
    later(&mut world, 11);
    says(&mut world, "alice@cust.test", &root, "Plus tard.");
    assert_eq!(told(&mut world, "ag1@desk.test").len(), 1, "at once again");
}

#[test]
fn row68_the_one_mail_continues_the_thread_and_answers_reach_the_ticket() {
    let (mut world, _, root) = world();
    for text in ["Un.", "Deux.", "Trois."] {
        says(&mut world, "alice@cust.test", &root, text);
    }
    let first = told(&mut world, "ag1@desk.test");
    later(&mut world, 11);
    let all = told(&mut world, "ag1@desk.test");
    assert_eq!((first.len(), all.len()), (1, 1));
    assert_eq!(all[0].in_reply_to, first[0].message_id);
    assert!(all[0].references.contains(&root) && all[0].references.contains(&first[0].message_id), "{:?}", all[0].references);
    assert_eq!((&all[0].subject, &all[0].reply_to), (&first[0].subject, &first[0].reply_to));
    world.receives(&all[0].answered_by("ag1@desk.test", "Merci, je regarde."));
    let ticket = world.ticket(1);
    assert_eq!((world.last_ticket(), world.happened(1).last()), (1, Some(&"replied")));
    assert_eq!(ticket.assignee, Some(address("ag1@desk.test")));
}

#[test]
fn row68_files_travel_with_the_one_mail() {
    let (mut world, _, root) = world();
    says(&mut world, "alice@cust.test", &root, "Un.");
    let body = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\nUne image.\n--b\n\
                Content-Type: text/plain; name=ecran.txt\nContent-Disposition: attachment; filename=ecran.txt\n\nbleu\n--b--\n";
    at_once(&mut world, |world| world.receives(&Mail::new("alice@cust.test").reply_to_id(&root).body(body)));
    later(&mut world, 11);
    world.ticks();
    let sent = world.sent();
    let last = sent.iter().rfind(|sent| sent.to == "ag1@desk.test").unwrap();
    assert!(last.text.contains("Une image.") && last.files() == ["ecran.txt"], "{last:?}");
}

#[test]
fn row68_requesters_and_guests_wait_and_a_conversation_does_not() {
    let (mut world, alert, root) = world();
    for text in ["Je regarde.", "C'est le commutateur.", "Il est commandé."] {
        at_once(&mut world, |world| world.receives(&alert.answered_by("ag1@desk.test", text)));
    }
    let sent = world.sent();
    let count = |who: &str| sent.iter().filter(|sent| sent.to == who).count();
    assert_eq!((count("alice@cust.test"), count("bob@cust.test")), (1, 1));
    says(&mut world, "alice@cust.test", &root, "Merci !");
    assert_eq!(told(&mut world, "ag1@desk.test").len(), 1);
    at_once(&mut world, |world| world.receives(&alert.answered_by("ag1@desk.test", "Il arrive demain.")));
    let answer = told(&mut world, "alice@cust.test");
    let text = &answer[0].text;
    assert!(answer.len() == 1 && text.contains("commutateur") && text.contains("commandé") && text.contains("demain"), "{text}");
    assert_eq!((waits(&world, "alice@cust.test"), waits(&world, "bob@cust.test")), (0, 4));
    later(&mut world, 11);
    let rest = told(&mut world, "bob@cust.test");
    assert!(rest.len() == 1 && rest[0].text.contains("commutateur") && rest[0].text.contains("Merci") && rest[0].text.contains("demain"));
}

#[test]
fn row68_what_asks_goes_at_once_and_brings_along_what_waited() {
    let (mut world, alert, root) = world();
    at_once(&mut world, |world| world.receives(&alert.answered_by("ag1@desk.test", "Je regarde.")));
    says(&mut world, "bob@cust.test", &root, "Le commutateur clignote.");
    assert_eq!((told(&mut world, "alice@cust.test").len(), waits(&world, "alice@cust.test")), (1, 1));
    at_once(&mut world, |world| world.acts("ag1@desk.test", 1, "close", &[("text", "Je l'ai remplacé.")]));
    let asked = told(&mut world, "alice@cust.test");
    assert!(asked.len() == 1 && !asked[0].decisions.is_empty(), "an approval never waits");
    let text = &asked[0].text;
    assert!(text.contains("Karim Benali pense que c’est résolu"), "who asks leads: {text}");
    assert!(text.find("commutateur").unwrap() < text.find("remplacé").unwrap(), "{text}");
    assert_eq!(waits(&world, "alice@cust.test"), 0);
    later(&mut world, 11);
    assert!(told(&mut world, "alice@cust.test").is_empty());
}

#[test]
fn row68_a_note_among_what_waits_keeps_the_answer_inside() {
    let (mut world, _, root) = world();
    says(&mut world, "alice@cust.test", &root, "Un.");
    says(&mut world, "alice@cust.test", &root, "Deux.");
    at_once(&mut world, |world| world.acts("ag2@desk.test", 1, "note", &[("text", "Elle a raison.")]));
    world.sent();
    later(&mut world, 11);
    let all = told(&mut world, "ag1@desk.test");
    assert!(all.len() == 1 && all[0].text.contains("Deux.") && all[0].text.contains("Elle a raison."), "{all:?}");
    world.receives(&all[0].answered_by("ag1@desk.test", "Oui."));
    assert_eq!(world.happened(1).last(), Some(&"noted"));
}

#[test]
fn row68_a_note_that_waited_is_told_apart_from_what_may_be_answered_in_public() {
    let (mut world, _, root) = world();
    says(&mut world, "alice@cust.test", &root, "Un.");
    at_once(&mut world, |world| world.acts("ag2@desk.test", 1, "note", &[("text", "Elle a raison.")]));
    world.sent();
    at_once(&mut world, |world| world.acts("alice@cust.test", 1, "cancel", &[]));
    let both = told(&mut world, "ag1@desk.test");
    let with_note: Vec<bool> = both.iter().map(|sent| sent.text.contains("raison")).collect();
    assert_eq!(with_note, [true, false]);
    assert_ne!(both[0].reply_to, both[1].reply_to);
}

#[test]
fn row68_who_left_or_wants_quiet_meanwhile_hears_nothing_more() {
    for (verb, fields) in [("remove", &[("person", "bob@cust.test")][..]), ("mute", &[])] {
        let (mut world, alert, _) = world();
        for text in ["Un.", "Deux."] {
            at_once(&mut world, |world| world.receives(&alert.answered_by("ag1@desk.test", text)));
        }
        world.sent();
        let who = if verb == "mute" { "bob@cust.test" } else { "ag1@desk.test" };
        world.acts(who, 1, verb, fields);
        later(&mut world, 11);
        assert!(told(&mut world, "bob@cust.test").is_empty(), "{verb}");
        assert_eq!(waits(&world, "bob@cust.test"), 0, "and nothing waits any more");
    }
}

#[test]
fn row68_nothing_waits_where_the_site_says_so() {
    let mut site = site();
    site.policy.group_minutes = 0;
    let mut world = World::with(site);
    world.receives(&Mail::new("alice@cust.test"));
    let root = world.ticket(1).root_message_id.unwrap();
    world.sent();
    for text in ["Un.", "Deux.", "Trois."] {
        says(&mut world, "alice@cust.test", &root, text);
    }
    assert_eq!(told(&mut world, "ag1@desk.test").len(), 3);
}

#[test]
fn j10_row68_what_waited_in_a_copy_was_told_since() {
    let (mut world, _, root) = world();
    says(&mut world, "alice@cust.test", &root, "Un.");
    says(&mut world, "alice@cust.test", &root, "Deux.");
    world.sent();
    let at = jiff::Timestamp::from_second(world.now()).unwrap();
    world.gateway.store_mut().restored(at).unwrap();
    later(&mut world, 11);
    assert!(told(&mut world, "ag1@desk.test").is_empty());
}

#[test]
fn row68_a_preview_shows_what_will_be_told_later() {
    let (mut world, alert, _) = world();
    at_once(&mut world, |world| world.receives(&alert.answered_by("ag1@desk.test", "Je regarde.")));
    let act = world.act("ag1@desk.test", (1, None), "reply", &[("text", "C'est le commutateur.")]);
    let shown = world.gateway.preview(&act).unwrap().unwrap();
    let to_alice: Vec<_> = shown.iter().filter(|preview| preview.to == address("alice@cust.test")).collect();
    assert!(to_alice.len() == 1 && to_alice[0].text.contains("commutateur") && !to_alice[0].text.contains("Je regarde"), "{shown:?}");
    assert_eq!(waits(&world, "alice@cust.test"), 0, "nothing happened");
}
