//! Stories of handling: one act, two at once, proposals, ends and returns.

use guichet::desk::{Action, End, Rating, Status, What, Why};

use crate::office::{Office, address, person, words};

fn rating(delay: u8, answers: u8) -> Action {
    Action::Rate(Rating { delay, answers, comment: "Merci".into() })
}

#[test]
fn p1_an_opening_names_each_person_once() {
    let office = Office::with_ticket();
    let guests: Vec<_> = office.ticket().guests.iter().map(|guest| guest.address.as_str()).collect();
    assert_eq!(guests, ["bob@cust.test", "watch@desk.test"], "permanent guests join, owners are no guests");
    assert_eq!((office.status(), office.ticket().version, office.ticket().id), ("free", 1, 42));
    assert_eq!(office.refuses("alice", Action::Open(Box::new(crate::office::opening()))), Why::NothingToDo);
    assert!(Office::empty().tries(&person("karim"), vec![Action::Take]).done.is_empty());
}

#[test]
fn p5_take_and_close_is_one_act() {
    let mut office = Office::with_ticket();
    let outcome = office.acts(&person("karim"), vec![Action::ProposeClosure(words("Changée."))]);
    assert!(matches!(outcome.done[0].what, What::Taken { before: None }));
    assert!(matches!(outcome.done[1].what, What::ClosureProposed { request: 1, .. }));
    assert_eq!((office.status(), office.ticket().assignee.clone()), ("awaiting_approval", Some(address("karim"))));
    assert_eq!(office.ticket().first_response_at, Some(office.now));
}

#[test]
fn p6_take_and_ask_is_one_act() {
    let mut office = Office::with_ticket();
    office.does("karim", Action::Ask(words("Laquelle ?")));
    assert_eq!(office.happened(), ["taken", "information_requested"]);
    let outcome = office.acts(&person("karim"), vec![Action::Ask(words("Et quel étage ?"))]);
    assert!(matches!(outcome.done[..], [guichet::desk::Event { what: What::InformationRequested { request: 2 }, .. }]));
    office.does("bob", Action::Reply(words("Au deuxième.")));
    assert!(matches!(office.events.last().unwrap().what, What::Answered { request: 2, .. }), "a plain reply answers");
}

#[test]
fn p4_the_first_taker_wins_and_the_second_is_told_who_and_when() {
    let mut office = Office::with_ticket();
    office.does("karim", Action::Take);
    let at = office.now;
    office.later(1);
    office.does("karim", Action::Reply(words("Je regarde.")));
    let nina = Action::Take;
    let usual = guichet::desk::Privilege::usual();
    office.organisation.agents.iter_mut().find(|agent| agent.name == "Nina Petit").unwrap().memberships[0].may = usual;
    let taken = Why::AlreadyTaken { by: address("karim"), at };
    assert_eq!(office.refuses("nina", nina), taken);
    assert_eq!(office.refuses("nina", Action::ProposeClosure(words("Fait."))), taken);
    assert_eq!(office.refuses("nina", Action::Assign(address("nina"))), taken, "giving it to oneself is taking it");
    assert_eq!(office.refuses("karim", Action::Take), Why::NothingToDo);
    office.does("marie", Action::ProposeClosure(words("Fait.")));
    assert_eq!(office.ticket().assignee, Some(address("marie")), "who may take from others takes by closing");
    assert!(matches!(&office.events[office.events.len() - 2].what, What::Taken { before: Some(who) } if *who == address("karim")));
}

#[test]
fn done_and_refused_come_back_together() {
    let mut office = Office::with_ticket();
    let outcome =
        office.acts(&person("nina"), vec![Action::Reply(words("Je transmets.")), Action::Take, Action::Note(words("Pour Karim."))]);
    assert!(!outcome.all_done());
    assert_eq!(office.happened(), ["replied", "noted"]);
    assert_eq!((outcome.refused[0].action.as_str(), &outcome.refused[0].why), ("take", &Why::NotAllowed));
}

#[test]
fn c05_approve_and_refuse_race_has_one_winner() {
    let decisions = || [Action::Approve(1), Action::RefuseClosure(1, words("Elle fume."))];
    for first in [0, 1] {
        let mut office = Office::at("awaiting_approval");
        office.does("alice", decisions()[first].clone());
        for late in decisions() {
            assert_eq!(office.refuses("ben", late), Why::NoLongerOpen { request: 1 });
        }
    }
}

#[test]
fn c06_a_decision_is_bound_to_its_proposal() {
    let mut office = Office::at("awaiting_approval");
    office.does("alice", Action::RefuseClosure(1, words("Elle fume.")));
    assert_eq!(office.status(), "in_progress");
    office.does("karim", Action::ProposeClosure(words("Éteinte.")));
    assert_eq!(office.refuses("alice", Action::Approve(1)), Why::NoLongerOpen { request: 1 });
    office.does("karim", Action::ProposeClosure(words("Éteinte et changée.")));
    assert_eq!(office.refuses("alice", Action::Approve(2)), Why::NoLongerOpen { request: 2 });
    office.does("alice", Action::Approve(3));
    assert!(matches!(office.ticket().status, Status::Closed { end: End::Approved, .. }));
    assert_eq!(office.refuses("alice", Action::Approve(3)), Why::NoLongerOpen { request: 3 });
}

#[test]
fn p14_marks_are_one_to_five_and_may_be_corrected_for_a_week() {
    let mut office = Office::at("approved");
    for bad in [rating(0, 3), rating(3, 0), rating(6, 3), rating(3, 255)] {
        assert_eq!(office.refuses("alice", bad), Why::BadMark);
    }
    office.does("alice", rating(1, 5));
    assert_eq!(office.refuses("alice", rating(1, 5)), Why::NothingToDo);
    office.later(7 * 24);
    office.does("alice", rating(2, 5));
    office.later(1);
    assert_eq!(office.refuses("alice", rating(3, 5)), Why::TooLate);
    office.does("alice", Action::Reopen(words("Encore.")));
    assert_eq!(office.ticket().rating, None, "a judgement is of an end");
}

#[test]
fn p14_who_judges_late_still_judges_once() {
    let mut office = Office::at("approved");
    office.later(30 * 24);
    office.does("alice", rating(4, 4));
    assert_eq!(office.refuses("alice", rating(4, 5)), Why::TooLate);
}

#[test]
fn a30_p15_the_reopening_window_is_exact() {
    let mut office = Office::at("approved");
    office.later(14 * 24);
    assert!(office.tries(&person("alice"), vec![Action::Reply(words("Encore."))]).all_done());
    office.now += jiff::SignedDuration::from_secs(1);
    assert_eq!(office.refuses("alice", Action::Reply(words("Encore."))), Why::TooLate);
    assert_eq!(office.refuses("alice", Action::Reopen(words("Encore."))), Why::TooLate);
    office.does("karim", Action::Reopen(words("Je m'en occupe.")));
    assert_eq!(office.status(), "in_progress", "agents with the right may, at any time");
}

#[test]
fn e03_no_more_than_three_reopenings_a_day() {
    let mut office = Office::at("approved");
    for round in 1..=3 {
        office.does("alice", Action::Reply(words("We received your request")));
        office.does("karim", Action::ProposeClosure(words("Fait.")));
        office.does("alice", Action::Approve(round + 1));
    }
    assert_eq!(office.refuses("alice", Action::Reply(words("We received your request"))), Why::TooOften);
    office.later(24);
    office.does("alice", Action::Reply(words("Vraiment.")));
    assert_eq!(office.ticket().reopened, 4);
}

#[test]
fn j12_fifty_replies_at_once_are_fifty_messages_and_one_reopening() {
    let mut office = Office::at("approved");
    let before = office.events.len();
    for round in 0..50 {
        office.does(["alice", "ben"][round % 2], Action::Reply(words(&format!("Réponse {round}"))));
    }
    let since = &office.events[before..];
    assert_eq!(since.iter().filter(|event| matches!(event.what, What::Reopened { .. })).count(), 1);
    assert_eq!(since.iter().filter(|event| event.text.is_some()).count(), 50);
}

#[test]
fn p15_a_reopened_ticket_returns_to_its_assignee_or_to_the_pool() {
    let mut office = Office::at("approved");
    office.organisation.agents.iter_mut().find(|agent| agent.name == "Karim Benali").unwrap().disabled = true;
    office.does("alice", Action::Reopen(words("Encore.")));
    assert_eq!((office.status(), office.ticket().assignee.clone()), ("free", None));
}

#[test]
fn p10_p13_what_comes_back_to_an_agent_who_left_is_free() {
    let back = [
        ("waiting_for_information", Action::Answer(words("Le deuxième."))),
        ("awaiting_approval", Action::RefuseClosure(1, words("Elle fume."))),
    ];
    for (status, action) in back {
        let mut office = Office::at(status);
        office.organisation.agents.retain(|agent| agent.address != address("karim"));
        office.does("alice", action);
        assert_eq!((office.status(), office.ticket().assignee.clone(), office.ticket().taken_at), ("free", None, None));
    }
}

#[test]
fn first_response_is_the_first_public_act_of_an_agent() {
    let mut office = Office::with_ticket();
    office.does("bob", Action::Reply(words("Moi aussi.")));
    office.does("karim", Action::Note(words("Voir le contrat.")));
    assert_eq!(office.ticket().first_response_at, None);
    office.later(2);
    office.does("karim", Action::Reply(words("Bonjour, je regarde.")));
    let first = office.now;
    office.later(1);
    office.does("karim", Action::Take);
    assert_eq!(office.ticket().first_response_at, Some(first));
}
