//! Every act by mail: the same catalogue as by page, in the words of the office, in French and in English.

use guichet::gateway::{Button, Pressed};
use guichet::store::{Disposition, Reads};
use jiff::SignedDuration;

use crate::world::{Mail, Sent, World, address, is};

/// Karim writes on ticket 1, in answer to its alert.
fn karim(world: &mut World, alert: &Sent, text: &str) {
    let handled = world.receives(&alert.answered_by("ag1@desk.test", text));
    assert_eq!(handled.disposition, Disposition::Attached, "{text}: {}", handled.trace);
}

#[test]
fn p18_p25_postponed_recalled_and_undone_by_mail() {
    let mut world = World::new();
    let alert = world.opened();
    karim(&mut world, &alert, "#reporter mercredi\nToner commandé.");
    assert_eq!((world.status(1), world.happened(1)), ("postponed", vec!["opened", "noted", "taken", "postponed"]));
    let sent = world.sent();
    let told = sent.iter().find(|sent| sent.to == "alice@cust.test").unwrap();
    assert!(told.text.contains("mercredi 7 janvier 2026 à 08:00") && !told.text.contains("Toner"), "{}", told.text);
    let receipt = sent.iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    assert!(receipt.text.contains("Le ticket est reporté.") && receipt.links.len() == 1, "{}", receipt.text);
    karim(&mut world, &alert, "#annuler");
    assert_eq!((world.status(1), world.ticket(1).assignee), ("free", None), "one mail was one act");
    karim(&mut world, &alert, "#wait 2 weeks");
    karim(&mut world, &alert, "#reprendre");
    assert_eq!(world.status(1), "in_progress");
    karim(&mut world, &alert, "#wait 3d");
    world.later(SignedDuration::from_hours(24 * 3));
    assert_eq!((world.ticks(), world.status(1)), (1, "in_progress"));
}

#[test]
fn p17_p19_p22_p23_the_rest_of_the_table_by_mail() {
    let mut world = World::with_nadia();
    let alert = world.opened();
    world.receives(&Mail::new("alice@cust.test").subject("Autre panne"));
    karim(&mut world, &alert, "#titre Imprimante du 2e\n#urgent\n#catégorie réseau\n#matériel LX-200\n#pour ben@cust.test");
    let ticket = world.ticket(1);
    assert_eq!((ticket.title.as_str(), ticket.category.as_str(), ticket.urgency.word()), ("Imprimante du 2e", "reseau", "high"));
    assert_eq!((ticket.details.equipment.as_str(), ticket.beneficiary.clone()), ("LX-200", Some(address("ben@cust.test"))));
    karim(&mut world, &alert, "#lier 2");
    assert_eq!(world.ticket(2).details.linked, [1]);
    karim(&mut world, &alert, "#inviter bob@cust.test");
    karim(&mut world, &alert, "#retirer bob");
    assert!(world.ticket(1).guest(&address("bob@cust.test")).is_none());
    karim(&mut world, &alert, "#réponse vpn\nKarim");
    let reply = world.letter_to_any("alice@cust.test");
    assert!(reply.text.contains("Redémarrez le client VPN, puis réessayez.") && reply.text.contains("Karim"), "{}", reply.text);
    karim(&mut world, &alert, "#transférer logistique #suivre\nC'est un colis.");
    assert_eq!((world.ticket(1).service.as_str(), world.status(1)), ("logistique", "free"));
    assert!(world.ticket(1).guest(&address("ag1@desk.test")).is_some());
    let jo = world.sent().into_iter().rfind(|sent| sent.to == "ag9@desk.test").unwrap();
    assert!(jo.text.contains("A ticket is transferred to you") && jo.text.contains("C'est un colis."), "in her language: {}", jo.text);
    world.receives(&jo.answered_by("ag9@desk.test", "#move dsi\nNot a parcel."));
    assert_eq!(world.ticket(1).service, "dsi");
}

#[test]
fn p17_p24_refused_and_spam_by_mail() {
    let mut world = World::with_nadia();
    let alert = world.opened();
    let nadia = |world: &World, text: &str| {
        let root = world.ticket(1).root_message_id.unwrap();
        Mail::new("ag3@desk.test").reply_to_id(&root).text(text)
    };
    let mail = nadia(&world, "#refuser\nCe matériel est personnel.");
    world.receives(&mail);
    assert_eq!(world.status(1), "refused");
    assert!(world.letter_to_any("alice@cust.test").text.contains("Ce matériel est personnel."));
    karim(&mut world, &alert, "#rouvrir");
    world.sent();
    karim(&mut world, &alert, "#spam");
    assert!(world.recipients().iter().all(|to| to == "ag1@desk.test"), "his receipt and nothing else");
    assert!(is(&world.receives(&Mail::new("alice@cust.test")), Disposition::Ignored, "blocked-sender"));
}

#[test]
fn p23_merge_and_split_by_mail_and_the_confirmation_by_one_press() {
    let mut world = World::new();
    let alert = world.opened();
    world.receives(&Mail::new("dave@other.test").subject("Même panne"));
    world.sent();
    let held = world.receives(&alert.answered_by("ag1@desk.test", "#fusionner 2\nMême imprimante."));
    assert!(is(&held, Disposition::Held, "commands-refused"));
    let refused = world.letter_to("ag1@desk.test");
    assert!(refused.text.contains("celui d’une autre personne") && refused.text.contains("dave@other.test"), "{}", refused.text);
    assert_eq!(world.status(1), "free");
    let Pressed::Done { done, .. } = world.presses(&refused.links[0], Button::Confirm) else { panic!("{}", refused.text) };
    assert_eq!((done, world.status(1)), (vec!["noted".to_owned(), "merged".to_owned()], "merged"));
    let waits = world.gateway.store().find_instances(&held.message_id.unwrap()).unwrap();
    assert_eq!(waits[0].handled.as_ref().map(|handled| handled.disposition), Some(Disposition::Attached), "it waits no longer");
    assert!(!matches!(world.presses(&refused.links[1], Button::Confirm), Pressed::Done { .. }), "the other ways were for the same text");
}

#[test]
fn d09_a_near_miss_is_offered_and_done_by_one_press_with_the_text() {
    let mut world = World::new();
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#clroe\nLe bac a été remplacé."));
    let refused = world.letter_to("ag1@desk.test");
    assert!(refused.text.contains("#clore") && refused.text.contains("Le bac a été remplacé."), "{}", refused.text);
    assert_eq!(refused.links.len(), 3, "as meant, as it stands, as a note");
    assert!(matches!(world.presses(&refused.links[0], Button::Confirm), Pressed::Done { .. }));
    assert_eq!(world.status(1), "awaiting_approval");
    let approval = world.letter_to("alice@cust.test");
    assert!(approval.text.contains("Le bac a été remplacé.") && !approval.text.contains("#clore"), "{}", approval.text);
}

#[test]
fn p7_two_of_that_name_are_asked_back_and_chosen_by_one_press() {
    let mut world = World::with_nadia();
    let mut organisation = world.gateway.store().organisation().unwrap();
    organisation.agents[3].name = "Marie Roux".into();
    world.gateway.apply_organisation(organisation).unwrap();
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#assigner marie"));
    let refused = world.letter_to("ag1@desk.test");
    assert!(refused.text.contains("Marie Leroy") && refused.text.contains("Marie Roux"), "{}", refused.text);
    assert!(matches!(world.presses(&refused.links[1], Button::Confirm), Pressed::Done { .. }));
    assert_eq!(world.ticket(1).assignee, Some(address("ag3@desk.test")));
}

#[test]
fn questions_are_answered_by_mail_and_leave_no_trace_on_the_ticket() {
    let mut world = World::new();
    let alert = world.opened();
    karim(&mut world, &alert, "#prendre");
    world.sent();
    karim(&mut world, &alert, "#état\n#aide");
    let answer = world.letter_to("ag1@desk.test");
    assert!(
        answer.text.contains("#1 Imprimante en panne\u{a0}: en cours, Karim Benali") && answer.text.contains("#prendre :"),
        "{}",
        answer.text
    );
    assert!(answer.auto.as_deref().is_some_and(|auto| auto.starts_with("auto-replied")) && !answer.in_reply_to.is_empty());
    assert_eq!(world.happened(1), ["opened", "taken"]);
    world.receives(&alert.answered_by("alice@cust.test", "#status"));
    let state = world.letter_to("alice@cust.test");
    assert!(state.text.contains("#1 Imprimante en panne") && !state.text.contains("#prendre"), "{}", state.text);
}

#[test]
fn mails_of_their_own_are_answered_and_open_no_ticket() {
    let mut world = World::new();
    world.opened();
    let asks = |subject: &str, text: &str| Mail::new("ag1@desk.test").subject(subject).text(text);
    for (mail, holds) in [
        (asks("Question", "#list free"), "#1 Imprimante en panne"),
        (asks("#liste libres", ""), "#1 Imprimante en panne"),
        (asks("x", "#chercher imprimante deuxième"), "#1 Imprimante en panne"),
        (asks("x", "#chercher télévision"), "Aucun."),
        (asks("x", "#rapport"), "Le pot commun"),
        (asks("x", "#help"), "Les commandes par mail"),
        (asks("x", "#status 1"), "État du ticket"),
        (asks("x", "#status 99"), "n’est pas le numéro"),
    ] {
        let handled = world.receives(&mail);
        assert!(is(&handled, Disposition::Attached, "question"), "{}", mail.text);
        let answer = world.letter_to("ag1@desk.test");
        assert!(answer.text.contains(holds), "{}: {}", mail.text, answer.text);
    }
    assert!(world.gateway.store().ticket(2).unwrap().is_none());
    let stranger = world.receives(&Mail::new("eve@cust.test").text("#status 1"));
    assert!(is(&stranger, Disposition::Attached, "question"));
    assert!(!world.letter_to("eve@cust.test").text.contains("Imprimante"), "B11: it does not exist for her");
    let unproven = world.receives(&asks("x", "#list").unproven());
    assert_ne!(unproven.reason, "question");
}

#[test]
fn an_answer_to_a_list_acts_on_several_tickets_all_or_none() {
    let mut world = World::new();
    world.opened();
    world.receives(&Mail::new("bob@cust.test").subject("Écran"));
    world.sent();
    world.receives(&Mail::new("ag1@desk.test").subject("#list free").text(""));
    let list = world.letter_to("ag1@desk.test");
    let wrong = world.receives(&list.answered_by("ag1@desk.test", "#1 prendre\n#2 clroe Fait."));
    assert!(is(&wrong, Disposition::Held, "commands-refused"));
    assert_eq!(
        (world.status(1), world.status(2)),
        ("free", "free"),
        "{:?}",
        world.sent().iter().map(|sent| &sent.text).collect::<Vec<_>>()
    );
    let done = world.receives(&list.answered_by("ag1@desk.test", "#1 prendre\n#2 #clore Écran rebranché."));
    assert!(is(&done, Disposition::Attached, "batch"), "{}", done.trace);
    assert_eq!((world.status(1), world.status(2)), ("in_progress", "awaiting_approval"));
    let sent = world.sent();
    let receipt = sent.iter().rfind(|sent| sent.to == "ag1@desk.test").unwrap();
    assert!(receipt.text.contains("#1 Imprimante") && receipt.text.contains("Le ticket est à vous."), "{}", receipt.text);
    assert!(sent.iter().any(|sent| sent.to == "bob@cust.test" && sent.text.contains("Écran rebranché.")));
    // Numbers lead nowhere but in answer to one's own list.
    let bare = world.receives(&Mail::new("ag2@desk.test").text("#1 libérer"));
    assert!(is(&bare, Disposition::New, "new"));
}

#[test]
fn absence_and_language_are_noted() {
    let mut world = World::new();
    world.receives(&Mail::new("ag1@desk.test").text("#absent jusqu'à lundi\n#langue en"));
    let answer = world.letter_to("ag1@desk.test");
    assert!(answer.text.contains("lundi 12 janvier 2026"), "{}", answer.text);
    let known = guichet::store::PageReads::preferences(world.gateway.store(), &address("ag1@desk.test")).unwrap();
    assert!(known.away_until.is_some() && known.language.as_deref() == Some("en"));
    world.receives(&Mail::new("ag1@desk.test").text("#help"));
    assert!(world.letter_to("ag1@desk.test").text.contains("Commands by mail"), "from the next mail on");
    world.receives(&Mail::new("ag1@desk.test").text("#absent no"));
    let known = guichet::store::PageReads::preferences(world.gateway.store(), &address("ag1@desk.test")).unwrap();
    assert_eq!((known.away_until, known.language.as_deref()), (None, Some("en")));
}

#[test]
fn r9_a_subject_alone_commands_and_a_subject_with_text_does_not() {
    let mut world = World::new();
    let alert = world.opened();
    let mail = |text: &str| Mail::new("ag1@desk.test").reply_to_id(&alert.message_id).to(&alert.reply_to).subject("#prendre").text(text);
    world.receives(&mail("Je regarde."));
    assert_eq!(world.status(1), "free");
    world.receives(&mail(""));
    assert_eq!(world.status(1), "in_progress");
}

#[test]
fn requesters_have_their_few_words() {
    let mut world = World::new();
    let alert = world.opened();
    karim(&mut world, &alert, "#prendre\nJe regarde.");
    let update = world.letter_to_any("alice@cust.test");
    let alice = |world: &mut World, text: &str| world.receives(&update.answered_by("alice@cust.test", text));
    alice(&mut world, "#tel 01 23 45\n#matériel LX-200");
    let ticket = world.ticket(1);
    assert_eq!((ticket.details.phone.as_str(), ticket.details.equipment.as_str()), ("01 23 45", "LX-200"));
    alice(&mut world, "#inviter bob@cust.test");
    assert!(world.ticket(1).guest(&address("bob@cust.test")).is_some());
    alice(&mut world, "#muet");
    world.sent();
    karim(&mut world, &alert, "Encore un instant.");
    assert!(!world.recipients().contains(&"alice@cust.test".to_owned()));
    alice(&mut world, "#reactiver");
    alice(&mut world, "#annuler");
    assert_eq!(world.status(1), "cancelled");
    alice(&mut world, "#rouvrir");
    assert_eq!(world.status(1), "in_progress");
}

#[test]
fn p2_p23_an_answer_to_a_note_is_made_public_by_its_word_and_words_are_split_by_mail() {
    let mut world = World::new();
    let alert = world.opened();
    karim(&mut world, &alert, "#prendre");
    world.acts("ag2@desk.test", 1, "note", &[("text", "Le toner est en stock.")]);
    let note = world.letter_to_any("ag1@desk.test");
    world.receives(&note.answered_by("ag1@desk.test", "#répondre\nLe toner arrive."));
    assert!(world.letter_to_any("alice@cust.test").text.contains("Le toner arrive."));
    let root = world.ticket(1).root_message_id.unwrap();
    world.receives(&Mail::new("alice@cust.test").reply_to_id(&root).text("Au fait, il me faut aussi une souris."));
    karim(&mut world, &alert, "#séparer");
    assert_eq!((world.ticket(2).requester, world.ticket(2).details.linked), (address("alice@cust.test"), vec![1]));
    assert_eq!(world.gateway.store().events(2).unwrap()[0].text.as_deref(), Some("Au fait, il me faut aussi une souris."));
}
