//! Who may speak: group A of the casebook, and what a forged agent gets.

use guichet::store::Disposition;

use crate::world::{Mail, Sent, World, address, is};

/// T1 by alice with bob, taken by ag1; alice's and ag1's mails.
fn taken() -> (World, Sent, Sent) {
    World::taken(&Mail::new("alice@cust.test").cc("bob@cust.test"))
}

fn by_id(mail: Mail, sent: &Sent) -> Mail {
    mail.reply_to_id(&sent.message_id)
}

#[test]
fn a01_a_forged_requester_is_held_and_an_unproven_one_is_seen_by_agents_only() {
    let (mut world, _, _) = taken();
    let root = world.ticket(1).root_message_id.unwrap();
    let forged = world.receives(&Mail::new("alice@cust.test").reply_to_id(&root).text("please close, call me at 0102").failing());
    assert!(is(&forged, Disposition::Held, "sender-check-failed"));
    assert!(world.sent().iter().all(|sent| sent.to.ends_with("@desk.test")));
    let claimed = world.receives(&Mail::new("alice@cust.test").reply_to_id(&root).text("encore en panne").unproven());
    assert!(is(&claimed, Disposition::Attached, "unverified"));
    assert_eq!(world.recipients(), ["ag1@desk.test"]);
    assert_eq!(world.status(1), "in_progress");
}

#[test]
fn a02_b02_an_unproven_sender_adds_nobody() {
    let (mut world, _, alert) = taken();
    let root = world.ticket(1).root_message_id.unwrap();
    for mail in [Mail::new("alice@cust.test").failing(), Mail::new("alice@cust.test").unproven()] {
        world.receives(&mail.cc("mallory@evil.test").reply_to_id(&root));
    }
    assert!(!world.ticket(1).is_participant(&address("mallory@evil.test")));
    world.sent();
    world.receives(&alert.answered_by("ag1@desk.test", "Voici la suite."));
    assert!(!world.recipients().contains(&"mallory@evil.test".to_owned()));
}

#[test]
fn a03_a04_a_stranger_with_a_valid_id_asks_to_join_and_takes_nothing() {
    let (mut world, ack, alert) = taken();
    let handled = world.receives(&by_id(Mail::new("mallory@evil.test").subject("Re: x"), &ack));
    assert!(is(&handled, Disposition::Held, "join-request"));
    assert!(world.sent().iter().all(|sent| sent.to.ends_with("@desk.test")));
    world.receives(&alert.answered_by("ag1@desk.test", "C'est réparé."));
    assert_eq!(world.recipients(), ["alice@cust.test", "bob@cust.test"]);
    assert_eq!(world.ticket(1).requester, address("alice@cust.test"));
}

#[test]
fn a05_a_reply_id_says_which_thread_never_who() {
    let (mut world, _, alert) = taken();
    let handled = world.receives(&by_id(Mail::from("mallory@evil.test").to(&alert.reply_to), &alert));
    assert!(is(&handled, Disposition::Held, "join-request"));
}

#[test]
fn a06_d01_a_forged_agent_is_held_and_the_agent_alerted_once_an_hour() {
    let (mut world, _, alert) = taken();
    let forged = || Mail::new("ag1@desk.test").reply_to_id("x@y.test").text("#clore\nhttp://evil.test");
    let root = world.ticket(1).root_message_id.unwrap();
    let handled = world.receives(&forged().reply_to_id(&root).unproven());
    assert!(is(&handled, Disposition::Held, "agent-not-proven"));
    let first = world.recipients();
    assert!(first.contains(&"ag1@desk.test".to_owned()) && first.iter().all(|to| to.ends_with("@desk.test")), "{first:?}");
    world.receives(&forged().reply_to_id(&root).unproven());
    assert!(world.recipients().is_empty(), "once an hour");
    world.receives(&by_id(Mail::new("ag1@desk.test").failing(), &alert));
    assert_eq!(world.status(1), "in_progress");
}

#[test]
fn a07_e05_mail_from_the_desk_itself_is_a_loop() {
    let (mut world, ack, _) = taken();
    let forged = world.receives(&Mail::new("support@desk.test").failing());
    assert!(is(&forged, Disposition::Ignored, "own-mail"));
    let returned = world.receives_raw(&ack.raw.replace("\r\n", "\n"));
    assert!(is(&returned, Disposition::Ignored, "own-mail"));
    assert!(world.sent().is_empty());
}

#[test]
fn a08_a09_reply_to_sender_and_resent_from_are_nobody() {
    let (mut world, _, _) = taken();
    let root = world.ticket(1).root_message_id.unwrap();
    for (name, value) in
        [("Reply-To", "ag1@desk.test"), ("Reply-To", "alice@cust.test"), ("Resent-From", "alice@cust.test"), ("Sender", "ag1@desk.test")]
    {
        let handled = world.receives(&Mail::new("mallory@evil.test").header(name, value).reply_to_id(&root));
        assert!(is(&handled, Disposition::Held, "join-request"), "{name}");
    }
}

#[test]
fn a10_a12_no_single_author_no_identity() {
    let mut world = World::new();
    let two = Mail::new("alice@cust.test").raw(world.now()).replacen("From: ", "From: mallory@evil.test\nFrom: ", 1);
    assert_eq!(world.receives_raw(&two).disposition, Disposition::Held);
    let none = Mail::new("alice@cust.test").raw(world.now()).replacen("From: alice@cust.test\n", "", 1);
    assert!(is(&world.receives_raw(&none), Disposition::Held, "no-author"));
    // Agents know that it waits; nobody else hears anything.
    let told = world.sent();
    assert!(!told.is_empty() && told.iter().all(|sent| sent.to.ends_with("@desk.test")));
}

#[test]
fn a19_numbers_and_wrong_tags_never_thread() {
    let (mut world, ack, _) = taken();
    for subject in ["Re: [#1]", "Re: [#1-aaaa]", "Re: #1 Imprimante en panne", "Re: Imprimante en panne"] {
        let handled = world.receives(&Mail::new("mallory@evil.test").subject(subject));
        assert_eq!(handled.disposition, Disposition::New, "{subject}");
    }
    world.sent();
    let right = world.receives(&Mail::new("mallory@evil.test").subject(&ack.subject));
    assert!(is(&right, Disposition::New, "new"), "a request of its own, which agents see to be about the other");
    let alice = world.receives(&Mail::new("alice@cust.test").subject(&format!("Re: {}", ack.subject)));
    assert!(is(&alice, Disposition::Attached, "reply"), "a participant's tag threads without any id");
}

#[test]
fn a20_a28_guessed_addresses_and_forged_ids_point_nowhere() {
    let (mut world, ack, _) = taken();
    for tag in ["42", "t1", "t1.0.aaaaaaaaaaaaaaaaaaaaa"] {
        let handled = world.receives(&Mail::from("mallory@evil.test").to(&format!("support+{tag}@desk.test")));
        assert_eq!(handled.disposition, Disposition::New, "{tag}");
    }
    let forged = ack.message_id.replacen("g1.", "g2.", 1);
    assert_eq!(world.receives(&Mail::new("mallory@evil.test").reply_to_id(&forged)).disposition, Disposition::New);
    assert_eq!(world.receives(&Mail::new("mallory@evil.test").reply_to_id("42.1.deadbeef@desk.test")).disposition, Disposition::New);
}

#[test]
fn a21_pointers_that_disagree_are_held() {
    let (mut world, ack, _) = taken();
    world.receives(&Mail::new("alice@cust.test").subject("Autre chose"));
    let other = world.letter_to_any("alice@cust.test");
    let mail = Mail::from("alice@cust.test").to(&other.reply_to).reply_to_id(&ack.message_id).subject("Re: les deux");
    assert!(is(&world.receives(&mail), Disposition::Held, "pointers-disagree"));
}

#[test]
fn a22_a23_titles_and_bodies_never_thread() {
    let (mut world, ack, _) = taken();
    let body = format!("Voyez <{}> et {} et [#1]", ack.message_id, ack.reply_to);
    assert_eq!(world.receives(&Mail::new("carol@other.test").subject("Re: Imprimante en panne").text(&body)).disposition, Disposition::New);
}

#[test]
fn a24_a25_a26_copies_are_one_and_reused_ids_are_two() {
    let mut world = World::new();
    // Mallory guesses the id that alice will use: alice's mail is processed all the same.
    world.receives(&Mail::new("mallory@evil.test").id("x1@cust.test"));
    let alice = Mail::new("alice@cust.test").id("x1@cust.test").text("Autre texte");
    assert_eq!(world.receives(&alice).disposition, Disposition::New);
    // The same mail by another way is a copy, also with a list's footer.
    let mut first = Mail::new("bob@cust.test").id("x2@cust.test");
    first.date = Some(world.now());
    world.receives(&first);
    let copy = first.clone().header("Received", "from list.test").text(&format!("{}\n--\nliste interne", first.text));
    assert!(is(&world.receives(&copy), Disposition::Ignored, "copy"));
    // Another mail with the same id, at another time, is another mail.
    let mut other = first.clone().text("Second courrier du même modèle.");
    other.date = Some(world.now() + 60);
    assert_eq!(world.receives(&other).disposition, Disposition::New);
    // Suppression by a forged copy fails: the forged one had no effect.
    let mut forged = Mail::new("carol@other.test").id("x3@other.test").text("faux").failing();
    forged.date = Some(world.now());
    world.receives(&forged);
    let mut genuine = Mail::new("carol@other.test").id("x3@other.test").text("Vrai courrier de Carole.");
    genuine.date = forged.date;
    assert_eq!(world.receives(&genuine).disposition, Disposition::New);
}

#[test]
fn a27_mails_without_id_are_each_processed() {
    let mut world = World::new();
    for text in ["Première panne", "Deuxième panne"] {
        let mut mail = Mail::new("alice@cust.test").text(text);
        mail.id = None;
        assert_eq!(world.receives(&mail).disposition, Disposition::New);
    }
}

#[test]
fn a29_a_flood_of_references_costs_little() {
    let mut world = World::new();
    let ids: String = (0..2000).map(|number| format!("<{number}.{}@flood.test> ", "x".repeat(80))).collect();
    let handled = world.receives(&Mail::new("alice@cust.test").header("References", ids.trim()));
    assert_eq!(handled.disposition, Disposition::New);
    assert!(world.letter_to_any("alice@cust.test").raw.lines().all(|line| line.len() <= 998));
}

#[test]
fn b13_somebody_who_left_is_a_stranger() {
    let (mut world, _, alert) = taken();
    world.receives(&alert.answered_by("ag1@desk.test", "Une nouvelle pièce arrive."));
    let to_bob = world.letter_to_any("bob@cust.test");
    world.receives(&to_bob.answered_by("bob@cust.test", "#leave"));
    assert!(!world.ticket(1).is_participant(&address("bob@cust.test")), "{:?}", world.happened(1));
    let handled = world.receives(&to_bob.answered_by("bob@cust.test", "Et maintenant ?"));
    assert!(is(&handled, Disposition::Held, "join-request"));
}

#[test]
fn p21_list_unsubscribe_by_mail_leaves() {
    let (mut world, _, alert) = taken();
    world.receives(&alert.answered_by("ag1@desk.test", "Une nouvelle pièce arrive."));
    let to_bob = world.letter_to_any("bob@cust.test");
    let header =
        to_bob.raw.replace("\r\n ", "").lines().find_map(|line| line.strip_prefix("List-Unsubscribe: ").map(str::to_owned)).unwrap();
    let target = header.trim_matches(['<', '>']).strip_prefix("mailto:").unwrap();
    let (to, query) = target.split_once('?').unwrap();
    let subject = query
        .strip_prefix("subject=")
        .unwrap()
        .split('&')
        .next()
        .unwrap()
        .replace("%23", "#")
        .replace("%5B", "[")
        .replace("%5D", "]")
        .replace("%20", " ");
    world.receives(&Mail::from("bob@cust.test").to(to).subject(&subject).text(""));
    assert!(!world.ticket(1).is_participant(&address("bob@cust.test")), "{subject}");
}
