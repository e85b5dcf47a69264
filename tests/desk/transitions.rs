//! Statuses as PRODUCT section 2 has them: each action in each status, by whoever may.

use guichet::desk::{Action, Actor, Attention, Property, Rating, Transfer, Urgency, Why};
use jiff::Timestamp;

use crate::office::{Office, address, person, words};

pub const STATUSES: [&str; 8] =
    ["free", "in_progress", "waiting_for_information", "awaiting_approval", "approved", "cancelled", "postponed", "refused"];

/// Actor, action, and the status afterwards in each of [`STATUSES`]; `=` stays as it is, `-` is refused.
pub const TABLE: &str = "
marie   take           in_progress in_progress =           =           -           -    in_progress -
karim   take           in_progress -           -           -           -           -    -           -
karim   assign         in_progress in_progress =           =           -           -    in_progress -
karim   release        -           free        free        free        -           -    free        -
karim   ask            waiting     waiting     waiting     waiting     -           -    waiting     -
karim   close          awaiting    awaiting    awaiting    awaiting    -           -    awaiting    -
karim   reply          =           =           =           =           =           =    =           =
karim   note           =           =           =           =           =           =    =           =
alice   reply          =           =           in_progress =           in_progress free =           free
ben     reply          =           =           in_progress =           in_progress free =           free
bob     reply          =           =           in_progress =           =           =    =           =
alice   answer         -           -           in_progress -           -           -    -           -
bob     answer         -           -           in_progress -           -           -    -           -
alice   approve        -           -           -           approved    -           -    -           -
ben     approve        -           -           -           approved    -           -    -           -
alice   refuse_closure -           -           -           in_progress -           -    -           -
alice   rate           -           -           -           -           =           -    -           -
alice   reopen         -           -           -           -           in_progress free -           free
karim   reopen         -           -           -           -           in_progress free -           free
alice   cancel         cancelled   cancelled   cancelled   cancelled   -           -    cancelled   -
alice   invite         =           =           =           =           -           -    =           -
karim   invite         =           =           =           =           -           -    =           -
bob     leave          =           =           =           =           =           =    =           =
mallory request_join   =           =           =           =           =           =    =           =
mallory file           =           =           =           =           =           =    =           =
alice   continue       merged      -           -           -           -           -    -           -
alice   reroot         =           -           -           -           -           -    -           -
alice   absorb         =           =           =           =           =           =    =           =
marie   refuse         refused     refused     refused     refused     -           -    refused     -
marie   postpone       postponed   postponed   postponed   postponed   -           -    postponed   -
karim   recall         -           -           -           -           -           -    in_progress -
marie   transfer       free        free        free        free        -           -    free        -
marie   merge          merged      merged      merged      merged      -           -    merged      -
marie   title          =           =           =           =           -           -    =           -
alice   title          =           =           =           =           -           -    =           -
marie   urgency        =           =           =           =           -           -    =           -
marie   category       =           =           =           =           -           -    =           -
alice   beneficiary    =           =           =           =           -           -    =           -
alice   phone          =           =           =           =           -           -    =           -
marie   equipment      =           =           =           =           -           -    =           -
marie   field          =           =           =           =           -           -    =           -
marie   requester      =           =           =           =           -           -    =           -
karim   canned         =           =           =           =           =           =    =           =
marie   link           =           =           =           =           =           =    =           =
marie   split          =           =           =           =           =           =    =           =
marie   spam           cancelled   cancelled   cancelled   cancelled   cancelled   =    cancelled   cancelled
bob     mute           =           =           =           =           =           =    =           =
karim   follow         =           =           =           =           =           =    =           =
clock   remind         =           -           =           =           -           -    -           -
alice   remove         =           =           =           =           =           =    =           =
";

pub fn transfer(service: &str, category: &str, follow: bool) -> Action {
    Action::Transfer(Box::new(Transfer { service: service.into(), category: category.into(), follow, words: words("") }))
}

pub fn action(verb: &str, request: u64) -> Action {
    match verb {
        "take" => Action::Take,
        "assign" => Action::Assign(address("marie")),
        "release" => Action::Release,
        "ask" => Action::Ask(words("Quel étage ?")),
        "close" => Action::ProposeClosure(words("Câble rebranché.")),
        "reply" => Action::Reply(words("Des nouvelles.")),
        "note" => Action::Note(words("Entre nous.")),
        "answer" => Action::Answer(words("Le deuxième.")),
        "approve" => Action::Approve(request),
        "refuse_closure" => Action::RefuseClosure(request, words("Elle fume encore.")),
        "rate" => Action::Rate(Rating { delay: 4, answers: 5, comment: String::new() }),
        "reopen" => Action::Reopen(words("Encore.")),
        "cancel" => Action::Cancel,
        "invite" => Action::Invite(vec![address("carol")]),
        "leave" => Action::Leave(address("bob")),
        "request_join" => Action::RequestJoin(words("Moi aussi.")),
        "file" => Action::File(words("Absent.")),
        "continue" => Action::Continue { into: 7 },
        "merge" => Action::Merge { into: 7, whose: Some(address("alice")), confirmed: false, with_people: false },
        "refuse" => Action::Refuse(words("Pas ici.")),
        "postpone" => Action::Postpone(Timestamp::from_second(1_767_700_000).unwrap(), words("")),
        "remind" => Action::Remind,
        "recall" => Action::Recall,
        "transfer" => transfer("logistique", "colis", false),
        "title" => Action::Set(Property::Title("Autre".into())),
        "urgency" => Action::Set(Property::Urgency(Urgency::High)),
        "impact" => Action::Set(Property::Impact(Some(Urgency::High))),
        "kind" => Action::Set(Property::Kind(Some(guichet::desk::RequestKind::Request))),
        "category" => Action::Set(Property::Category(String::new())),
        "beneficiary" => Action::Set(Property::Beneficiary(Some(address("carol")))),
        "phone" => Action::Set(Property::Phone("01 02".into())),
        "equipment" => Action::Set(Property::Equipment("PC-12".into())),
        "field" => Action::Set(Property::Field { key: "salle".into(), value: "2.14".into() }),
        "requester" => Action::Set(Property::Requester(address("carol"))),
        "canned" => Action::Canned { key: "vpn".into(), words: words("") },
        "link" => Action::Link { to: 7 },
        "parent" => Action::Parent { to: Some(7) },
        "broadcast" => Action::Broadcast(words("Cela revient.")),
        "child" => Action::Child { child: 7, joins: true },
        "outage" => Action::Outage(words("Plus de réseau.")),
        "outage_over" => Action::OutageOver,
        "heed" => Action::Heed { words: words("Cela revient."), closes: true },
        "child_spoke" => Action::ChildSpoke { child: 7 },
        "split" => Action::Split { seq: Some(1), into: 9 },
        "spam" => Action::Spam,
        "mute" => Action::Attend(Attention::Muted),
        "follow" => Action::Attend(Attention::Following),
        "remove" => Action::Remove(address("bob")),
        "reroot" => Action::Reroot { title: "Début".into(), words: words("Avant."), guests: vec![address("carol")] },
        "absorb" => Action::Absorb { from: 7, guests: vec![address("carol")], said: vec![] },
        other => panic!("{other}"),
    }
}

#[test]
fn p4_p16_each_action_in_each_status() {
    for row in TABLE.lines().filter(|row| !row.is_empty()) {
        let cells: Vec<&str> = row.split_whitespace().collect();
        for (status, expected) in STATUSES.into_iter().zip(&cells[2..]) {
            let office = Office::at(status);
            let outcome = office.tries(
                &if cells[0] == "clock" { Actor::clock() } else { person(cells[0]) },
                vec![action(cells[1], office.ticket().requests)],
            );
            let after = outcome.ticket.as_ref().unwrap().status.word();
            let told = format!("{} {} when {status}: {after}, {:?}", cells[0], cells[1], outcome.refused);
            match *expected {
                "-" => assert!(outcome.done.is_empty() && outcome.refused.len() == 1 && outcome.ticket == office.ticket, "{told}"),
                "=" => assert!(after == status && outcome.all_done() && !outcome.done.is_empty(), "{told}"),
                word => assert!(after.starts_with(word) && outcome.all_done() && !outcome.done.is_empty(), "{told}"),
            }
        }
    }
}

#[test]
fn a_merged_ticket_is_over_for_good() {
    let office = Office::at("merged");
    let over = Why::WrongStatus { status: "merged".into() };
    assert_eq!(office.refuses("alice", Action::Reopen(words("Encore."))), over);
    assert_eq!(office.refuses("alice", Action::Reply(words("Encore."))), over);
    assert_eq!(office.refuses("karim", Action::Reopen(words("Encore."))), over);
    assert_eq!(Office::at("free").refuses("alice", Action::Continue { into: 42 }), Why::NothingToDo);
}

#[test]
fn release_always_makes_it_free_and_an_answer_goes_to_the_assignee_of_the_day() {
    let mut office = Office::at("waiting_for_information");
    office.does("marie", Action::Take);
    assert_eq!((office.status(), office.ticket().assignee.clone()), ("waiting_for_information", Some(address("marie"))));
    office.does("alice", Action::Answer(words("Le deuxième.")));
    assert_eq!((office.status(), office.ticket().assignee.clone()), ("in_progress", Some(address("marie"))));
    office.does("marie", Action::Release);
    assert_eq!((office.status(), office.ticket().assignee.clone(), office.ticket().taken_at), ("free", None, None));
}

#[test]
fn words_are_mandatory_where_they_are_the_point() {
    let missing = |status: &str, name: &str, action| Office::at(status).refuses(name, action);
    assert_eq!(missing("free", "karim", Action::Ask(words(" \n"))), Why::TextMissing);
    assert_eq!(missing("free", "karim", Action::ProposeClosure(words(""))), Why::TextMissing);
    assert_eq!(missing("free", "karim", Action::Note(words(""))), Why::TextMissing);
    assert_eq!(missing("free", "alice", Action::Reply(words(""))), Why::TextMissing);
    assert_eq!(missing("waiting_for_information", "alice", Action::Answer(words(""))), Why::TextMissing);
    assert_eq!(missing("awaiting_approval", "alice", Action::RefuseClosure(1, words(" "))), Why::TextMissing);
}
