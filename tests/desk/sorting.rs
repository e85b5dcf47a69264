//! Refusing, postponing, transferring, putting in order, taking back.

use guichet::desk::undo::last_act;
use guichet::desk::{Action, Actor, Attention, End, Property, Rules, Status, Urgency, Why, form, possible};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::office::{Office, address, person, words};
use crate::transitions::transfer;

#[test]
fn p17_a_refusal_needs_a_reason() {
    let mut office = Office::at("free");
    assert_eq!(office.refuses("marie", Action::Refuse(words(" "))), Why::TextMissing);
    assert_eq!(
        office.refuses("karim", Action::Refuse(words("Non."))),
        Why::NotAllowed,
        "a privilege that members do not have by themselves"
    );
    office.does("marie", Action::Refuse(words("Ce n'est pas pour nous.")));
    assert!(matches!(office.ticket().status, Status::Closed { end: End::Refused, .. }));
    office.does("alice", Action::Reply(words("Et pourtant si.")));
    assert_eq!(office.status(), "free", "who disagrees answers");
}

#[test]
fn p18_postponed_until_its_date_and_no_further_than_a_year() {
    let mut office = Office::at("free");
    let at = |office: &Office, hours: i64| office.now + SignedDuration::from_hours(hours);
    for hours in [-1, 0, 24 * 400] {
        assert_eq!(office.refuses("karim", Action::Postpone(at(&office, hours), words(""))), Why::NotThen, "{hours}");
    }
    let until = at(&office, 48);
    office.does("karim", Action::Postpone(until, words("Le toner arrive mercredi.")));
    assert_eq!(office.happened(), ["taken", "postponed", "noted"], "it is in somebody's hands, and the note stays inside");
    assert_eq!(office.ticket().status, Status::Postponed { until });
    let early = office.tries(&Actor::clock(), vec![Action::Recall]);
    assert_eq!(early.refused[0].why, Why::NothingToDo, "the clock does not come early");
    office.later(48);
    assert!(office.acts(&Actor::clock(), vec![Action::Recall]).all_done());
    assert_eq!(office.status(), "in_progress");
    assert!(!office.tries(&Actor::clock(), vec![Action::Recall]).all_done(), "once");
}

#[test]
fn p18_what_comes_back_to_somebody_who_left_is_free() {
    let mut office = Office::at("postponed");
    office.organisation.agents.retain(|agent| agent.address != address("karim"));
    office.later(24);
    assert!(office.acts(&Actor::clock(), vec![Action::Recall]).all_done());
    assert_eq!((office.status(), office.ticket().assignee.clone()), ("free", None));
}

#[test]
fn p19_a_transfer_frees_the_ticket_and_brings_the_new_permanent_guests() {
    let mut office = Office::at("awaiting_approval");
    office.does("marie", transfer("logistique", "colis", true));
    let ticket = office.ticket();
    assert_eq!((ticket.service.as_str(), ticket.category.as_str(), ticket.status.word()), ("logistique", "colis", "free"));
    assert!(ticket.assignee.is_none() && ticket.guest(&address("stock@desk.test")).is_some());
    assert!(ticket.guest(&address("marie")).is_some(), "she stays to follow it");
    assert_eq!(office.refuses("karim", Action::Take), Why::NotAllowed, "his service no longer handles it");
    office.does("jo", Action::Take);
    assert!(matches!(office.refuses("jo", transfer("nulle-part", "", false)), Why::NoSuchPlace { .. }));
    assert!(matches!(office.refuses("jo", transfer("dsi", "colis", false)), Why::NoSuchPlace { .. }));
    assert_eq!(office.refuses("jo", transfer("logistique", "colis", false)), Why::NothingToDo);
    assert_eq!(office.refuses("alice", Action::Approve(1)), Why::NoLongerOpen { request: 1 }, "what was proposed is proposed no longer");
}

#[test]
fn p22_properties_are_kept_on_one_line_and_the_history_tells_before_and_after() {
    let mut office = Office::at("free");
    office.does("karim", Action::Set(Property::Title("  Une\nautre   panne ".into())));
    assert_eq!(office.ticket().title, "Une autre panne");
    assert_eq!(office.refuses("karim", Action::Set(Property::Title("Une autre panne".into()))), Why::NothingToDo);
    assert_eq!(office.refuses("karim", Action::Set(Property::Title(" ".into()))), Why::TextMissing);
    assert!(matches!(office.refuses("karim", Action::Set(Property::Category("colis".into()))), Why::NoSuchPlace { .. }));
    office.does("alice", Action::Set(Property::Phone("01 02 03".into())));
    office.does("karim", Action::Set(Property::Urgency(Urgency::High)));
    assert_eq!(
        office.refuses("alice", Action::Set(Property::Impact(Some(Urgency::High)))),
        Why::NotAllowed,
        "she says how urgent, not what it concerns"
    );
    office.does("alice", Action::Set(Property::Beneficiary(Some(address("alice")))));
    assert_eq!(office.ticket().beneficiary, None, "who asks for herself has no beneficiary");
}

#[test]
fn b12_p23_another_requester_s_ticket_is_merged_only_knowingly() {
    let office = Office::at("in_progress");
    let merge = |whose: &str, confirmed| Action::Merge { into: 50, whose: Some(address(whose)), confirmed, with_people: false };
    assert_eq!(office.refuses("karim", merge("dave", false)), Why::OtherRequester { ticket: 50, whose: address("dave") });
    assert!(office.tries(&person("karim"), vec![merge("dave", true)]).all_done());
    assert!(office.tries(&person("karim"), vec![merge("alice", false)]).all_done());
    assert_eq!(office.refuses("alice", merge("alice", true)), Why::NotAllowed);
}

#[test]
fn p24_spam_comes_back_by_agents_only() {
    let mut office = Office::at("free");
    office.does("karim", Action::Spam);
    assert_eq!(office.status(), "cancelled");
    assert_eq!(office.refuses("alice", Action::Reply(words("Ouvrez !"))), Why::WrongStatus { status: "cancelled".into() });
    assert!(office.tries(&person("marie"), vec![Action::Reopen(words(""))]).all_done());
}

fn undo(office: &Office, name: &str) -> Result<Action, Why> {
    last_act(&office.events, &address(name)).map(|undo| Action::Undo(Some(Box::new(undo))))
}

#[test]
fn p25_the_last_act_is_taken_back_whole_by_whoever_did_it() {
    let mut office = Office::at("in_progress");
    let before = office.ticket().clone();
    office.later(1);
    office.does("marie", Action::ProposeClosure(words("Fait.")));
    assert_eq!(undo(&office, "alice"), Err(Why::NothingToUndo));
    assert!(matches!(undo(&office, "karim"), Err(Why::Followed { .. })), "his taking was followed by hers");
    let action = undo(&office, "marie").unwrap();
    assert_eq!(office.refuses("karim", action.clone()), Why::NothingToUndo, "hers is not his to take back");
    office.does("marie", action);
    let after = office.ticket();
    assert_eq!((&after.status, &after.assignee, after.requests), (&before.status, &before.assignee, 1), "taken and proposed in one act");
    assert_eq!(undo(&office, "marie"), Err(Why::NothingToUndo), "undoing is not undone");
    office.later(1);
    assert_eq!(undo(&office, "marie"), Err(Why::NothingToUndo), "nor later");
    office.does("marie", Action::ProposeClosure(words("Fait, vraiment.")));
    assert_eq!(office.ticket().requests, 2, "a number is never given twice");
}

#[test]
fn p25_words_stay_said_and_a_day_later_nothing_is_taken_back() {
    let mut office = Office::at("in_progress");
    office.later(1);
    office.does("karim", Action::Reply(words("Je regarde.")));
    assert_eq!(undo(&office, "karim"), Err(Why::NothingToUndo));
    office.later(1);
    office.does("karim", Action::Release);
    let late = undo(&office, "karim").unwrap();
    office.later(25);
    assert_eq!(office.refuses("karim", late), Why::NothingToUndo);
}

#[test]
fn p21_muting_and_following_are_one_s_own() {
    let mut office = Office::at("in_progress");
    office.does("bob", Action::Attend(Attention::Muted));
    office.does("marie", Action::Attend(Attention::Following));
    assert_eq!(office.ticket().attention(&address("bob")), Attention::Muted);
    assert_eq!(office.ticket().attention(&address("alice")), Attention::Usual);
    assert_eq!(office.refuses("bob", Action::Attend(Attention::Muted)), Why::NothingToDo);
    office.does("bob", Action::Attend(Attention::Usual));
    assert_eq!(office.ticket().details.attention, [(address("marie"), Attention::Following)]);
}

fn filled(pairs: &[(&str, &str)]) -> form::Filled {
    form::Filled { pairs: pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(), words: words("") }
}

#[test]
fn p61_forms_become_the_same_actions_as_mails() {
    let office = Office::at("in_progress");
    let (karim, zone) = (address("karim"), TimeZone::get("Europe/Paris").unwrap());
    let about = form::About { person: &karim, ticket: office.ticket(), zone: &zone };
    let build = |verb: &str, pairs: &[(&str, &str)]| form::action(verb, &filled(pairs), about);
    assert_eq!(build("assign", &[("agent", "marie@desk.test")]), Ok(Action::Assign(address("marie"))));
    assert_eq!(build("close", &[("text", " ")]).unwrap_err().why, Why::TextMissing);
    assert_eq!(build("transfer", &[("place", "logistique/colis"), ("follow", "on")]), Ok(transfer("logistique", "colis", true)));
    let Ok(Action::Postpone(until, _)) = build("postpone", &[("until", "2026-10-15")]) else { panic!("postponed") };
    assert_eq!(until.to_string(), "2026-10-15T06:00:00Z", "eight o'clock in Paris");
    let Ok(Action::Postpone(until, _)) = build("postpone", &[("until", "2026-10-15T14:30")]) else { panic!("postponed") };
    assert_eq!(until.to_string(), "2026-10-15T12:30:00Z");
    assert_eq!(build("postpone", &[("until", "2026-13-45")]).unwrap_err().why, Why::NotADate { text: "2026-13-45".into() });
    assert_eq!(build("link", &[("ticket", "#7")]), Ok(Action::Link { to: 7 }));
    assert_eq!(build("urgency", &[("urgency", "high")]), Ok(Action::Set(Property::Urgency(Urgency::High))));
    assert_eq!(build("urgency", &[("urgency", "extreme")]).unwrap_err().why, Why::NotAValue { text: "extreme".into() });
    assert_eq!(build("invite", &[("people", "a@x.org, b@x.org")]).unwrap(), Action::Invite(vec![address("a@x.org"), address("b@x.org")]));
    assert_eq!(build("file", &[]).unwrap_err().why, Why::NotAllowed, "no page has what routing does");
    let spec = |verb| guichet::desk::catalogue::spec(verb).unwrap();
    for spec in guichet::desk::CATALOGUE.iter().filter(|spec| spec.form.is_some() && spec.verb != "answer") {
        let fill = |name: &'static str| {
            (
                name,
                match name {
                    "delay" | "answers" | "ticket" | "message" | "time" => "4",
                    "urgency" | "impact" => "high",
                    "kind" => "incident",
                    "until" => "2026-10-15",
                    _ => "x@y.org",
                },
            )
        };
        let pairs: Vec<_> = spec.form.unwrap().iter().map(|field| fill(field.name)).collect();
        assert_eq!(build(spec.verb, &pairs).map(|action| action.word()), Ok(spec.verb), "each form makes its own action");
    }
    assert!(spec("open").form.is_none());
}

#[test]
fn p61_a_page_offers_exactly_what_may_be_done_now() {
    let offered = |office: &Office, name: &str| -> Vec<&'static str> {
        let rules = Rules { organisation: &office.organisation, policy: &office.policy };
        possible(office.ticket(), &office.events, &person(name), rules, office.now).into_iter().map(|spec| spec.verb).collect()
    };
    assert_eq!(
        offered(&Office::at("free"), "alice"),
        ["undo"; 0]
            .into_iter()
            .chain([
                "title",
                "urgency",
                "kind",
                "beneficiary",
                "phone",
                "equipment",
                "field",
                "invite",
                "remove",
                "reply",
                "cancel",
                "mute"
            ])
            .collect::<Vec<_>>()
    );
    let karim = offered(&Office::at("in_progress"), "karim");
    for verb in ["undo", "assign", "release", "ask", "close", "canned", "postpone", "transfer", "link", "merge", "split", "spam", "note"] {
        assert!(karim.contains(&verb), "{verb}: {karim:?}");
    }
    for verb in ["take", "recall", "refuse", "approve", "cancel", "reopen", "leave", "rate"] {
        assert!(!karim.contains(&verb), "{verb}: {karim:?}");
    }
    assert_eq!(offered(&Office::at("in_progress"), "mallory"), Vec::<&str>::new());
    assert_eq!(offered(&Office::at("awaiting_approval"), "alice")[..2], ["title", "urgency"]);
    assert!(offered(&Office::at("awaiting_approval"), "alice").contains(&"approve"));
    assert!(offered(&Office::at("postponed"), "karim").contains(&"recall"));
}
