//! Stories of words and people: who is heard, who joins, which tickets become one.

use guichet::desk::{Action, Source, Visibility, What, Why, Words};
use guichet::proof::Level;

use crate::office::{Office, address, at_level, person, words};

#[test]
fn a01_unproven_words_are_for_agents_and_have_no_other_effect() {
    for status in ["free", "in_progress", "waiting_for_information", "awaiting_approval", "approved", "cancelled"] {
        let mut office = Office::at(status);
        let outcome = office.acts(&at_level("alice", Level::Claimed), vec![Action::Reply(words("C'est moi."))]);
        assert!(outcome.all_done());
        assert_eq!((outcome.done[0].what.word(), outcome.done[0].visibility), ("unverified", Visibility::Agents));
        assert_eq!(office.status(), status);
        let more = vec![Action::Invite(vec![address("carol")]), Action::Reopen(words("x")), Action::Answer(words("x")), Action::Cancel];
        let outcome = office.acts(&at_level("alice", Level::Claimed), more);
        assert!(outcome.done.is_empty());
        assert!(outcome.refused.iter().all(|refused| refused.why == Why::NotProven { needs: Level::Proven }), "{:?}", outcome.refused);
    }
}

#[test]
fn p2_who_has_the_mail_already_is_kept_with_the_words() {
    let mut office = Office::with_ticket();
    let said = Words { reached: vec![address("bob")], ..words("Bonjour") };
    let outcome = office.acts(&person("alice"), vec![Action::Reply(said)]);
    assert_eq!(outcome.done[0].reached(), [address("bob")]);
    assert_eq!(outcome.done[0].text.as_deref(), Some("Bonjour"));
}

#[test]
fn p10_a_file_alone_answers() {
    let mut office = Office::at("waiting_for_information");
    let file = guichet::desk::Attached {
        part: 1,
        name: "photo.jpg".into(),
        content_type: "image/jpeg".into(),
        size: 9,
        content_id: None,
        span: None,
    };
    let source = Some(Source { instance: 3, message_id: Some("m@cust.test".into()), attachments: vec![file] });
    office.does("alice", Action::Answer(Words { source, ..Words::default() }));
    assert_eq!((office.status(), office.events.last().unwrap().text.clone()), ("in_progress", None));
}

#[test]
fn p12_words_on_a_proposal_leave_it_open() {
    let mut office = Office::at("awaiting_approval");
    for name in ["alice", "bob", "karim"] {
        office.does(name, Action::Reply(words("merci, mais je vérifie demain")));
        assert!(matches!(office.events.last().unwrap().what, What::Replied { .. }));
    }
    assert_eq!(office.status(), "awaiting_approval");
}

#[test]
fn b01_a_guest_begins_where_they_joined() {
    let mut office = Office::at("in_progress");
    office.does("bob", Action::Invite(vec![address("carol"), address("alice"), address("carol")]));
    let carol = office.ticket().guest(&address("carol")).unwrap().clone();
    assert_eq!(carol.since, office.ticket().version);
    assert_eq!(office.refuses("bob", Action::Invite(vec![address("alice"), address("ben"), address("carol")])), Why::NothingToDo);
    office.does("carol", Action::Reply(words("Bonjour")));
    office.does("carol", Action::Leave(address("carol")));
    assert_eq!(office.refuses("carol", Action::Reply(words("Encore moi"))), Why::NotAllowed);
}

#[test]
fn b07_crowds_do_not_join() {
    let mut office = Office::with_ticket();
    let people = |from: usize, many: usize| Action::Invite((from..from + many).map(|n| address(&format!("p{n}"))).collect());
    assert_eq!(office.refuses("alice", people(0, 11)), Why::TooMany { limit: 10 });
    office.does("alice", people(0, 10));
    office.does("alice", people(10, 10));
    assert_eq!(office.ticket().guests.len(), 22);
    assert_eq!(office.refuses("alice", people(20, 9)), Why::TooMany { limit: 30 });
    office.does("alice", people(20, 8));
}

#[test]
fn a03_a_stranger_asks_and_takes_nothing() {
    let mut office = Office::at("waiting_for_information");
    let outcome = office.acts(&at_level("mallory", Level::Claimed), vec![Action::RequestJoin(words("Ajoutez-moi."))]);
    assert_eq!((outcome.done[0].visibility, office.status()), (Visibility::Agents, "waiting_for_information"));
    assert!(!office.ticket().is_participant(&address("mallory")));
}

#[test]
fn d10_e01_automatic_words_change_nothing_whoever_sent_them() {
    for (name, level) in [("karim", Level::Proven), ("alice", Level::Failed), ("mallory", Level::Claimed)] {
        let mut office = Office::at("awaiting_approval");
        office.acts(&at_level(name, level), vec![Action::File(words("Absent, oui."))]);
        assert_eq!((office.happened().last(), office.status()), (Some(&"filed"), "awaiting_approval"));
        assert_eq!(office.events.last().unwrap().visibility, Visibility::Agents);
    }
}

#[test]
fn p34_the_late_beginning_becomes_the_beginning() {
    let mut office = Office::with_ticket();
    let source = Some(Source { instance: 9, message_id: Some("root@cust.test".into()), attachments: vec![] });
    let beginning = Words { source, ..words("Au début était la panne.") };
    let guests = vec![address("bob"), address("carol"), address("dave")];
    office.does("bob", Action::Reroot { title: "Panne".into(), words: beginning, guests });
    let ticket = office.ticket();
    assert_eq!((ticket.requester.as_str(), ticket.title.as_str()), ("bob@cust.test", "Panne"));
    assert_eq!(ticket.root_message_id.as_deref(), Some("root@cust.test"));
    assert!(ticket.guest(&address("bob")).is_none() && ticket.guest(&address("carol")).is_some());
    assert_eq!(ticket.guest(&address("alice")).map(|guest| guest.since), Some(1), "who was the requester saw it all");
}

#[test]
fn p34_absorbed_words_keep_their_author_and_their_readers() {
    let mut other = Office::with_ticket();
    other.does("alice", Action::Reply(words("Une autre branche.")));
    other.acts(&at_level("alice", Level::Claimed), vec![Action::Reply(words("Sans preuve."))]);
    let mut office = Office::with_ticket();
    let said = other.events.split_off(1);
    office.does("bob", Action::Absorb { from: 43, guests: vec![address("carol")], said });
    let [absorbed, first, second] = &office.events[1..] else { panic!("{:?}", office.happened()) };
    assert!(matches!(&absorbed.what, What::Absorbed { from: 43, .. }));
    assert_eq!((first.actor.person.clone(), first.visibility), (Some(address("alice")), Visibility::Public));
    assert!(first.reached().contains(&address("carol")), "nobody is sent it again");
    assert_eq!((second.visibility, second.text.as_deref()), (Visibility::Agents, Some("Sans preuve.")));
    assert_eq!(office.refuses("bob", Action::Absorb { from: 42, guests: vec![], said: vec![] }), Why::NothingToDo);
}
