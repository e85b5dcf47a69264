//! Who hears of what: scene by scene.

use guichet::address::Address;
use guichet::desk::*;

use crate::desk::*;

/// Fails unless exactly these are told; `karim` stands for `karim@desk.test` and so on.
fn told(desk: &Desk, expected: &[&str]) {
    let told: Vec<String> = desk.told().iter().map(|line| line.replace("@cust.test", "").replace("@desk.test", "")).collect();
    assert_eq!(told, expected);
}

#[test]
fn a_new_ticket_is_acknowledged_and_announced() {
    told(
        &Desk::new().now([opened(alice(), vec![])]),
        &["alice acknowledgement requester", "bob invitation guest", "karim new_ticket monitoring", "marie new_ticket monitoring"],
    );
}

#[test]
fn b05_whoever_got_the_mail_directly_is_not_sent_it_again() {
    let direct = Desk::new().now([opened(alice(), vec![bob(), marie()])]);
    told(&direct, &["alice acknowledgement requester", "karim new_ticket monitoring"]);
    let reply_all = Desk::taken().now([replied(alice(), vec![bob(), support()], "Toujours en panne")]);
    told(&reply_all, &["karim update assignee", "marie update monitoring"]);
    let by_agent = Desk::taken().now([replied(karim(), vec![alice(), bob()], "Je regarde")]);
    told(&by_agent, &["marie update monitoring"]);
}

#[test]
fn b06_the_desk_itself_is_nobody() {
    let mut desk = Desk::taken();
    for own in ["help@desk.test", "support+t1.x@desk.test", "SUPPORT@DESK.TEST"] {
        desk.ticket.guests.push(Guest { address: person(own), since: 1 });
    }
    told(&desk.now([replied(karim(), vec![], "Je regarde")]), &["alice update requester", "bob update guest", "marie update monitoring"]);
}

#[test]
fn b08_an_unproven_sender_makes_us_write_to_nobody_they_name() {
    let mut desk = Desk::new();
    desk.ticket.beneficiary = Some(carol());
    desk.ticket.guests.push(Guest { address: person("chef@cust.test"), since: 1 });
    let mut event = claimed(opened(alice(), vec![]));
    if let What::Opened { guests, .. } = &mut event.what {
        guests.push(person("chef@cust.test"));
    }
    told(
        &desk.now([event.clone()]),
        &[
            "alice acknowledgement_unproven requester",
            "chef invitation guest",
            "karim new_ticket monitoring",
            "marie new_ticket monitoring",
        ],
    );
    event.actor.level = guichet::proof::Level::Failed;
    told(&Desk::new().now([event]), &["karim new_ticket monitoring", "marie new_ticket monitoring"]);
}

#[test]
fn a_ticket_opened_for_another_is_acknowledged_to_both() {
    let mut desk = Desk::new();
    desk.ticket.beneficiary = Some(carol());
    told(
        &desk.now([opened(karim(), vec![])]),
        &["alice acknowledgement requester", "carol acknowledgement beneficiary", "bob invitation guest", "marie new_ticket monitoring"],
    );
}

#[test]
fn b13_the_author_is_not_told_their_own_words() {
    told(&Desk::taken().now([replied(alice(), vec![], "…")]), &["bob update guest", "karim update assignee", "marie update monitoring"]);
    told(
        &Desk::taken().now([replied(bob(), vec![], "…")]),
        &["alice update requester", "karim update assignee", "marie update monitoring"],
    );
    told(&Desk::taken().now([replied(karim(), vec![], "…")]), &["alice update requester", "bob update guest", "marie update monitoring"]);
}

#[test]
fn words_on_a_free_ticket_are_heard_by_somebody() {
    let desk = || {
        let mut desk = Desk::new();
        desk.organisation.agents.retain(|agent| agent.address != marie());
        desk
    };
    told(&desk().now([replied(alice(), vec![], "…")]), &["bob update guest", "karim update monitoring"]);
    let mut deaf = desk();
    deaf.organisation.agents.retain(|agent| agent.address == noel());
    told(&deaf.now([replied(alice(), vec![], "…")]), &["bob update guest", "noel update monitoring"]);
    // With somebody who hears everything, the pool is left in peace.
    told(&Desk::new().now([replied(alice(), vec![], "…")]), &["bob update guest", "marie update monitoring"]);
}

#[test]
fn b01_a_guest_hears_from_their_beginning_on() {
    let mut desk = Desk::taken();
    desk.ticket.guests.push(Guest { address: carol(), since: 3 });
    let reply = replied(alice(), vec![carol()], "Carol suit aussi");
    let joined = event(alice(), What::Joined { guests: vec![carol()] }, None);
    told(&desk.now([reply, joined]), &["bob update guest", "karim update assignee", "marie update monitoring", "carol invitation guest"]);
}

#[test]
fn b03_notes_and_unproven_words_stay_inside() {
    let note = Desk::taken().now([inside(event(marie(), What::Noted, Some("interne")))]);
    told(&note, &["karim note assignee"]);
    let unproven = Desk::taken().now([inside(claimed(event(bob(), What::Unverified, Some("…"))))]);
    told(&unproven, &["karim update assignee", "marie update monitoring"]);
    let pool = Desk::new().now([inside(claimed(event(bob(), What::Unverified, Some("…"))))]);
    told(&pool, &["karim update monitoring", "marie update monitoring"]);
    let stranger = Desk::taken().now([inside(event(carol(), What::JoinRequested { stranger: carol() }, Some("…")))]);
    told(&stranger, &["karim join_request assignee"]);
    let filed = Desk::taken().now([inside(event(alice(), What::Filed, Some("Absente")))]);
    told(&filed, &["karim update assignee"]);
}

#[test]
fn an_event_for_agents_is_never_public_whatever_it_is() {
    let hidden = Desk::taken().now([inside(replied(marie(), vec![], "…"))]);
    told(&hidden, &["karim update assignee"]);
}

#[test]
fn questions_reach_their_owner_whoever_has_the_words() {
    let everybody = vec![alice(), bob()];
    let ask = event(karim(), What::InformationRequested { request: 1 }, Some("Quel message ?"));
    told(&Desk::taken().now([ask]), &["alice question requester", "bob update guest", "marie update monitoring"]);
    let mut desk = Desk::taken();
    desk.ticket.beneficiary = Some(carol());
    let close = event(karim(), What::ClosureProposed { request: 2, reached: everybody.clone() }, Some("Réparé"));
    let done = [event(karim(), What::Taken { before: None }, None), replied(karim(), everybody, "Réparé"), close];
    told(&desk.now(done), &["carol closure_approval beneficiary", "marie update monitoring", "alice closure_approval requester"]);
}

#[test]
fn one_cause_is_one_mail_each() {
    let done = [event(karim(), What::Taken { before: None }, None), replied(karim(), vec![], "Je regarde")];
    told(&Desk::taken().now(done), &["alice update requester", "marie update monitoring", "bob update guest"]);
    let taken = Desk::taken().now([event(karim(), What::Taken { before: None }, None)]);
    told(&taken, &["alice taken requester", "marie update monitoring"]);
}

#[test]
fn tickets_that_change_hands() {
    let given = Desk::taken().now([event(marie(), What::Assigned { to: karim(), before: Some(noel()) }, None)]);
    told(&given, &["karim assigned assignee", "alice taken requester", "noel update monitoring"]);
    let mut desk = Desk::taken();
    desk.ticket.assignee = None;
    told(&desk.now([event(karim(), What::Released { before: Some(karim()) }, None)]), &["marie released monitoring"]);
}

#[test]
fn ends_and_new_beginnings() {
    let approved = |door| {
        let mut event = event(alice(), What::ClosureApproved { request: 2 }, None);
        event.actor.door = door;
        Desk::taken().now([event])
    };
    let others = ["bob closed guest", "karim closed assignee", "marie closed monitoring"];
    told(&approved(Door::Link), &others);
    told(&approved(Door::Mail), &[&["alice closed author"], &others[..]].concat());
    let refused = event(alice(), What::ClosureRefused { request: 2, keeps: true, reached: vec![] }, Some("Non"));
    told(&Desk::taken().now([refused]), &["bob update guest", "karim closure_refused assignee", "marie closure_refused monitoring"]);
    let reopened = event(alice(), What::Reopened { keeps: false, reached: vec![] }, Some("Encore"));
    told(&Desk::new().now([reopened]), &["bob reopened guest", "karim reopened monitoring", "marie reopened monitoring"]);
    let cancelled = event(alice(), What::Cancelled, None);
    told(&Desk::taken().now([cancelled]), &["bob cancelled guest", "karim cancelled assignee", "marie cancelled monitoring"]);
}

#[test]
fn small_things_are_for_the_assignee_alone() {
    let rating = Rating { delay: 5, answers: 4, comment: String::new() };
    for what in [What::Rated(rating), What::Left { guest: bob() }, What::Absorbed { from: 7, guests: vec![carol()] }] {
        told(&Desk::taken().now([event(alice(), what.clone(), None)]), &["karim update assignee"]);
        told(&Desk::new().now([event(alice(), what, None)]), &[]);
    }
}

#[test]
fn p52_what_agents_put_in_order_is_told_to_whom_it_concerns() {
    let until = jiff::Timestamp::UNIX_EPOCH;
    let from = ("logistique".to_owned(), String::new());
    let here =
        |assignee| What::Transferred { service: "dsi".into(), category: String::new(), from: from.clone(), assignee, guests: vec![] };
    let now = |what| Desk::taken().now([event(karim(), what, None)]);
    let marie = "marie update monitoring";
    told(&now(What::Refused { reached: vec![] }), &["alice refused requester", "bob refused guest", "marie refused monitoring"]);
    told(&now(What::Postponed { until }), &["alice postponed requester", marie]);
    told(&now(What::Merged { into: 7 }), &["alice merged requester", "bob merged guest", marie]);
    let clock = |what| Desk::taken().now([Event { actor: Actor::clock(), ..event(karim(), what, None) }]);
    told(&clock(What::Recalled { keeps: true }), &["karim recalled assignee", "marie recalled monitoring"]);
    let mut free = now(here(Some(noel())));
    (free.ticket.assignee, free.ticket.status) = (None, Status::Free);
    told(&free, &["alice transferred requester", "bob update guest", "noel update monitoring", "marie transferred monitoring"]);
    let title = |title: &str| Property::Title(title.into());
    told(&now(What::Changed { before: title("a"), after: title("b") }), &[marie]);
    let (before, after) = (Property::Beneficiary(None), Property::Beneficiary(Some(carol())));
    told(&now(What::Changed { before, after }), &["carol beneficiary beneficiary", marie]);
    told(&now(What::Spammed), &[]);
    told(&now(What::Attended { who: karim(), before: Attention::Usual, after: Attention::Muted }), &[]);
    told(&now(What::Linked { to: 7 }), &[marie]);
}

#[test]
fn p25_whoever_heard_of_an_act_hears_that_it_was_taken_back() {
    let mut desk = Desk::new();
    desk.before = vec![opened(alice(), vec![]), Event { seq: 2, ..event(karim(), What::Assigned { to: noel(), before: None }, None) }];
    let undone = |acts: &str| What::Undone { first: 2, acts: vec![acts.into()], back: Box::new(Desk::new().ticket) };
    let told_of = |acts| Desk { before: desk.before.clone(), ..Desk::new() }.now([event(karim(), undone(acts), None)]).told();
    let everybody = ["alice update requester", "bob update guest", "noel update monitoring", "marie update monitoring"];
    let names = |told: Vec<String>| told.iter().map(|line| line.replace("@cust.test", "").replace("@desk.test", "")).collect::<Vec<_>>();
    assert_eq!(names(told_of("assigned")), everybody);
    assert_eq!(names(told_of("changed")), everybody[2..]);
}

#[test]
fn p21_who_muted_it_hears_only_what_is_asked_of_them() {
    let muted = |mut desk: Desk, who: Address| {
        desk.ticket.details.attention = vec![(who, Attention::Muted)];
        desk
    };
    told(&muted(Desk::taken(), bob()).now([replied(alice(), vec![], "…")]), &["karim update assignee", "marie update monitoring"]);
    let asked = event(karim(), What::InformationRequested { request: 1 }, Some("?"));
    told(&muted(Desk::taken(), alice()).now([asked]), &["alice question requester", "bob update guest", "marie update monitoring"]);
    let mut followed = Desk::taken();
    followed.ticket.details.attention = vec![(noel(), Attention::Following), (carol(), Attention::Following)];
    let heard = followed.now([replied(alice(), vec![], "…")]);
    told(&heard, &["bob update guest", "karim update assignee", "noel update monitoring", "marie update monitoring"]);
}

#[test]
fn who_left_the_house_hears_nothing() {
    let mut desk = Desk::taken();
    desk.organisation.agents.iter_mut().filter(|agent| agent.address != marie()).for_each(|agent| agent.disabled = true);
    told(&desk.now([replied(alice(), vec![], "…")]), &["bob update guest", "marie update monitoring"]);
    let mut alone = Desk::taken();
    alone.organisation.agents.iter_mut().for_each(|agent| agent.disabled = true);
    told(&alone.now([replied(alice(), vec![], "…")]), &["bob update guest"]);
}
