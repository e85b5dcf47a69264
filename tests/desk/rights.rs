//! Who may do what: roles, proofs, privileges, each as a table (CASEBOOK D11).

use guichet::desk::{Action, Actor, Attention, CATALOGUE, Privilege, Promise, Property, Rating, Stage, Urgency, Why, catalogue};
use guichet::proof::Level;
use jiff::Timestamp;

use crate::office::{Office, address, at_level, opening, person, words};
use crate::transitions::transfer;

/// Each action in a status that allows it. The catalogue has a line for each.
fn every_action() -> Vec<(&'static str, Action)> {
    let rating = Rating { delay: 1, answers: 5, comment: String::new() };
    vec![
        ("free", Action::Open(Box::new(opening()))),
        ("free", Action::Reply(words("x"))),
        ("free", Action::Note(words("x"))),
        ("free", Action::File(words("x"))),
        ("free", Action::Take),
        ("free", Action::Assign(address("marie"))),
        ("in_progress", Action::Release),
        ("free", Action::Ask(words("x"))),
        ("waiting_for_information", Action::Answer(words("x"))),
        ("in_progress", Action::ProposeClosure(words("x"))),
        ("awaiting_approval", Action::Approve(1)),
        ("awaiting_approval", Action::RefuseClosure(1, words("x"))),
        ("approved", Action::Rate(rating)),
        ("approved", Action::Reopen(words("x"))),
        ("free", Action::Cancel),
        ("free", Action::Invite(vec![address("carol")])),
        ("free", Action::Leave(address("bob"))),
        ("free", Action::RequestJoin(words("x"))),
        ("free", Action::Reroot { title: "x".into(), words: words("x"), guests: vec![] }),
        ("free", Action::Continue { into: 7 }),
        ("free", Action::Merge { into: 7, whose: None, confirmed: false, with_people: false }),
        ("free", Action::Addition { to: 7 }),
        ("free", Action::Refuse(words("x"))),
        ("free", Action::Postpone(Timestamp::from_second(1_767_700_000).unwrap(), words(""))),
        ("postponed", Action::Recall),
        ("free", transfer("logistique", "", false)),
        ("free", Action::Set(Property::Title("x".into()))),
        ("free", Action::Set(Property::Urgency(Urgency::High))),
        ("free", Action::Set(Property::Impact(Some(Urgency::High)))),
        ("free", Action::Set(Property::Kind(Some(guichet::desk::RequestKind::Request)))),
        ("free", Action::Set(Property::Category(String::new()))),
        ("free", Action::Set(Property::Beneficiary(Some(address("carol"))))),
        ("free", Action::Set(Property::Phone("x".into()))),
        ("free", Action::Set(Property::Equipment("x".into()))),
        ("free", Action::Set(Property::Field { key: "salle".into(), value: "x".into() })),
        ("free", Action::Set(Property::Requester(address("carol")))),
        ("free", Action::Solve { article: 12 }),
        ("free", Action::Remind),
        ("awaiting_approval", Action::Expire),
        ("free", Action::Spend(20)),
        ("free", Action::Alert(Promise::Response, Stage::Soon)),
        ("awaiting_approval", Action::Away(Timestamp::from_second(1_767_700_000).unwrap(), words("x"))),
        ("free", Action::Canned { key: "vpn".into(), words: words("") }),
        ("free", Action::Link { to: 7 }),
        ("free", Action::Parent { to: Some(7) }),
        ("free", Action::Child { child: 7, joins: true }),
        ("free", Action::Outage(words("x"))),
        ("free", Action::Heed { words: words("x"), closes: true }),
        ("free", Action::Split { seq: Some(1), into: 9 }),
        ("free", Action::Spam),
        ("free", Action::Attend(Attention::Muted)),
        ("free", Action::Attend(Attention::Following)),
        ("free", Action::Remove(address("bob"))),
        ("free", Action::Absorb { from: 7, guests: vec![], said: vec![] }),
    ]
}

/// PRODUCT section 2, column "who": o owner, g guest, a agent of the service, s anybody else; then the proof it needs.
const TABLE: &str = "
reply oga claimed
note a proven
file ogas failed
take a proven
assign a proven
release a proven
ask a proven
answer og proven
close a proven
approve o proven
refuse_closure o proven
rate o proven
solve o proven
reopen oa proven
cancel o proven
invite oga proven
leave oga proven
request_join ogas claimed
reroot og proven
continue og proven
absorb oga proven
merge a proven
addition o proven
refuse a proven
postpone a proven
recall a proven
transfer a proven
spend a proven
title oa proven
urgency oa proven
impact a proven
kind oa proven
category a proven
beneficiary oa proven
phone oa proven
equipment oa proven
remind - proven
expire - proven
alert - proven
away o claimed
field oa proven
requester a proven
canned a proven
link a proven
parent a proven
child oga proven
outage a proven
heed ogas proven
split a proven
spam a proven
mute oga proven
follow a proven
remove oa proven
";

fn every_privilege() -> Vec<Privilege> {
    let more = [Privilege::TakeAssigned, Privilege::Refuse];
    Privilege::usual().into_iter().chain(more).collect()
}

#[test]
fn d11_roles_and_proofs() {
    // What undoes needs something done, what goes back must have come from somewhere, hearing as usual something else before, an article
    // becomes a proposal before the desk decides, only what has no category is sorted by its owner, an incident has tickets, and
    // what ends was declared: they have tests of their own.
    assert_eq!(every_action().len() + 8, CATALOGUE.len());
    for (status, action) in every_action() {
        let verb = action.word();
        assert!(catalogue::spec(verb).is_some(), "{verb}");
        let Some(row) = TABLE.lines().find(|row| row.split(' ').next() == Some(verb)) else {
            assert_eq!(verb, "open");
            continue;
        };
        let [_, roles, needs] = row.split(' ').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let mut office = Office::at(status);
        // Nobody of the service lacks a privilege here.
        office.organisation.agents.iter_mut().flat_map(|agent| &mut agent.memberships).for_each(|member| member.may = every_privilege());
        for (role, name) in [('o', "alice"), ('o', "ben"), ('g', "bob"), ('a', "karim"), ('s', "mallory"), ('s', "jo"), ('s', "dora")] {
            for (level, word) in [(Level::Failed, "failed"), (Level::Claimed, "claimed"), (Level::Proven, "proven")] {
                let outcome = office.tries(&at_level(name, level), vec![action.clone()]);
                let enough = ["failed", "claimed", "proven"].iter().position(|known| *known == word)
                    >= ["failed", "claimed", "proven"].iter().position(|known| *known == needs);
                // An agent's public words need proof, though a participant's are shown to agents without.
                let may = roles.contains(role) && enough && (role != 'a' || verb != "reply" || level == Level::Proven);
                assert_eq!(outcome.all_done(), may, "{name} at {word} {verb}: {:?}", outcome.refused);
                assert_eq!(outcome.done.is_empty(), !may);
                if !may {
                    let why = &outcome.refused[0].why;
                    assert!(matches!(why, Why::NotAllowed | Why::NotProven { needs: Level::Proven }), "{name} {verb}: {why:?}");
                }
            }
        }
    }
}

#[test]
fn nobody_and_the_clock_are_no_agents() {
    for (status, action) in every_action()
        .into_iter()
        .filter(|(_, action)| !matches!(action, Action::File(_) | Action::Recall | Action::Remind | Action::Alert(..) | Action::Assign(_)))
    {
        assert!(Office::at(status).tries(&Actor::clock(), vec![action.clone()]).done.is_empty(), "{action:?}");
    }
}

#[test]
fn a_failed_sender_opens_nothing() {
    let office = Office::empty();
    let outcome = office.tries(&at_level("alice", Level::Failed), vec![Action::Open(Box::new(opening()))]);
    assert_eq!((outcome.ticket.is_none(), outcome.done.len(), outcome.refused.len()), (true, 0, 1));
}

/// Status, whose ticket it is, action, and the one privilege that it takes.
#[test]
fn d11_privileges_of_agents() {
    let table = [
        ("free", Action::Take, Privilege::TakeFree),
        ("free", Action::Ask(words("x")), Privilege::TakeFree),
        ("free", Action::ProposeClosure(words("x")), Privilege::TakeFree),
        ("free", Action::Assign(address("nina")), Privilege::TakeFree),
        ("in_progress", Action::Take, Privilege::TakeAssigned),
        ("in_progress", Action::Ask(words("x")), Privilege::TakeAssigned),
        ("waiting_for_information", Action::ProposeClosure(words("x")), Privilege::TakeAssigned),
        ("in_progress", Action::Assign(address("nina")), Privilege::TakeAssigned),
        ("in_progress", Action::Release, Privilege::TakeAssigned),
        ("free", Action::Assign(address("karim")), Privilege::Assign),
        ("in_progress", Action::Assign(address("marie")), Privilege::Assign),
        ("approved", Action::Reopen(words("x")), Privilege::Reopen),
        ("free", Action::Refuse(words("x")), Privilege::Refuse),
        ("free", transfer("logistique", "", false), Privilege::Transfer),
        ("postponed", Action::Recall, Privilege::TakeAssigned),
        ("free", Action::Set(Property::Title("x".into())), Privilege::ManageProperties),
        ("free", Action::Spam, Privilege::ManageProperties),
    ];
    let all = every_privilege();
    for (status, action, needed) in table {
        for given in all.clone() {
            let mut office = Office::at(status);
            let nina = office.organisation.agents.iter_mut().find(|agent| agent.address == address("nina")).unwrap();
            nina.memberships[0].may = vec![given];
            let outcome = office.tries(&person("nina"), vec![action.clone()]);
            assert_eq!(outcome.all_done(), given == needed, "{given:?} for {action:?} when {status}: {:?}", outcome.refused);
        }
        let outcome = Office::at(status).tries(&person("karim"), vec![Action::Note(words("x")), Action::Reply(words("x"))]);
        assert!(outcome.all_done(), "words take no privilege");
    }
}

#[test]
fn everybody_of_the_service_may_speak_and_note() {
    for action in [Action::Reply(words("x")), Action::Note(words("x"))] {
        assert!(Office::at("in_progress").tries(&person("nina"), vec![action]).all_done());
    }
    let outcome = Office::at("in_progress").tries(&person("nina"), vec![Action::Note(words("x"))]);
    assert_eq!(outcome.done[0].visibility, guichet::desk::Visibility::Agents);
}

#[test]
fn d12_role_follows_the_thread_that_was_answered() {
    let mut office = Office::empty();
    let mut own = opening();
    own.requester = address("karim");
    office.does("karim", Action::Open(Box::new(own)));
    office.does("marie", Action::ProposeClosure(words("Fait.")));
    let customer = Actor { as_participant: true, ..person("karim") };
    for agents_only in [Action::Take, Action::Note(words("x")), Action::ProposeClosure(words("x"))] {
        assert_eq!(office.tries(&customer, vec![agents_only]).refused[0].why, Why::NotAllowed);
    }
    assert_eq!(office.refuses("karim", Action::Approve(1)), Why::NotAllowed, "as an agent he does not decide for the requester");
    assert!(office.acts(&customer, vec![Action::Approve(1)]).all_done());
    let stranger = Actor { as_participant: true, ..person("nina") };
    assert_eq!(office.tries(&stranger, vec![Action::Reply(words("x"))]).refused[0].why, Why::NotAllowed, "never both");
}

#[test]
fn b13_who_was_removed_or_disabled_is_nobody() {
    let mut office = Office::at("in_progress");
    office.does("alice", Action::Leave(address("bob")));
    assert_eq!(office.refuses("bob", Action::Reply(words("Je suis là."))), Why::NotAllowed);
    assert_eq!(office.refuses("dora", Action::Take), Why::NotAllowed);
    office.does("alice", Action::Invite(vec![address("dora")]));
    assert_eq!(office.refuses("dora", Action::Reply(words("Moi ?"))), Why::NotAllowed, "a disabled agent is not even a guest");
    assert_eq!(office.refuses("karim", Action::Assign(address("dora"))), Why::NotAnAgent { who: "dora@desk.test".into() });
    assert_eq!(office.refuses("karim", Action::Assign(address("jo"))), Why::NotAnAgent { who: "jo@desk.test".into() });
}

#[test]
fn guests_leave_and_do_not_remove_others() {
    let office = Office::with_ticket();
    assert_eq!(office.refuses("bob", Action::Leave(address("watch@desk.test"))), Why::NotAllowed);
    assert_eq!(office.refuses("alice", Action::Leave(address("carol"))), Why::NothingToDo);
    assert_eq!(office.refuses("bob", Action::Cancel), Why::NotAllowed);
}
