//! Who may say what: agents who are proven, participants and their few words.

use super::*;

#[test]
fn d01_d05_commands_are_for_proven_people_of_the_ticket() {
    let text = "#close\nFait.";
    let plain = vec![Action::Reply(words(text))];
    assert_eq!(alice(&free(), text).actions, plain, "a customer's command is text");
    assert_eq!(read("mallory@evil.test", &free(), "#take", |_| {}).actions, [Action::Reply(words("#take"))]);
    assert_eq!(
        read("alice@cust.test", &free(), "#cancel", |asked| asked.level = Level::Claimed).actions,
        [Action::Reply(words("#cancel"))]
    );
    let unproven = read("karim@desk.test", &free(), text, |asked| asked.level = Level::Claimed);
    assert!(unproven.held && unproven.actions.is_empty());
    assert_eq!(unproven.refused[0].why, Why::NotProven { needs: Level::Proven });
    assert_eq!(read("karim@desk.test", &free(), text, |asked| asked.automatic = true).actions, plain, "through a list: words only");
}

#[test]
fn p15_p21_participants_have_a_few_words() {
    let bob = |text: &str| read("bob@cust.test", &free(), text, |_| {}).actions;
    assert_eq!(alice(&free(), "#annuler").actions, [Action::Cancel]);
    let thanks = vec![Action::Reply(words("Plus besoin.")), Action::Cancel];
    assert_eq!(alice(&free(), "#annuler\nPlus besoin.").actions, thanks, "words after the end would reopen it");
    assert_eq!(alice(&closed(), "#rouvrir\nEncore.").actions, [Action::Reopen(words("Encore."))]);
    assert_eq!(alice(&free(), "#inviter carol@x.org").actions, [Action::Invite(vec![address("carol@x.org")])]);
    assert_eq!(bob("#quitter\nJe n'y suis plus."), [Action::Reply(words("Je n'y suis plus.")), Action::Leave(address("bob@cust.test"))]);
    assert_eq!(bob("#annuler"), [Action::Reply(words("#annuler"))], "not his to cancel: text");
    assert_eq!(alice(&free(), "#inviter ma collègue").actions, [Action::Reply(words("#inviter ma collègue"))], "nothing of theirs is held");
    assert_eq!(alice(&free(), "#annuler\n#clore").actions, [Action::Reply(words("#annuler\n#clore"))]);
}

#[test]
fn d15_p12_only_the_owner_s_mere_yes_agrees() {
    assert_eq!(alice(&proposed(), "Oui, c'est résolu. Merci !").actions, [Action::Approve(1)]);
    let reply = |text: &str| vec![Action::Reply(words(text))];
    for text in ["Yes, but no", "oui ?", "non", "Toujours pas.", "merci", "Merci, mais elle fume encore."] {
        assert_eq!(alice(&proposed(), text).actions, reply(text), "{text}");
    }
    assert_eq!(read("bob@cust.test", &proposed(), "oui", |_| {}).actions, reply("oui"));
    assert_eq!(read("karim@desk.test", &proposed(), "oui", |_| {}).actions, reply("oui"));
    assert_eq!(read("alice@cust.test", &proposed(), "oui", |asked| asked.level = Level::Claimed).actions, reply("oui"));
    assert_eq!(alice(&free(), "oui").actions, reply("oui"));
}

#[test]
fn c19_thanks_reopen_nothing_and_answer_nothing() {
    let asked = ticket(vec![("karim@desk.test", Action::Ask(words("Quel étage ?")))]);
    for ticket in [closed(), asked] {
        for thanks in ["Merci beaucoup !", "Merci 👍", "👍", "Bien reçu."] {
            let understood = alice(&ticket, thanks);
            assert_eq!((understood.courtesy, understood.actions), (true, vec![Action::File(words(thanks))]));
        }
    }
    assert!(!alice(&closed(), "Merci, mais ça recommence").courtesy);
    assert!(!alice(&free(), "Merci").courtesy);
    assert_eq!(read("karim@desk.test", &closed(), "Merci", |_| {}).actions, [Action::Reply(words("Merci"))], "an agent speaks");
}
