//! What whoever manages a service changes of it by page: its staff, their tickets, its permanent guests.

use guichet::desk::{Organisation, Privilege, Staffing, Unfit};
use guichet::gateway::{Heirs, Manage, Managed};
use guichet::store::{PageReads, Reads, StaffingReads};

use crate::world::{Mail, World, address, organisation};

/// Karim manages the service; Marie has two tickets of it, and one was closed.
fn office() -> World {
    let mut world = World::new();
    world.gateway.apply_organisation(managed()).unwrap();
    for _ in 0..2 {
        world.receives(&Mail::new("Alice Martin <alice@cust.test>"));
        let ticket = world.last_ticket();
        world.acts("ag2@desk.test", ticket, "take", &[]);
    }
    world.sent();
    world
}

fn managed() -> Organisation {
    let mut organisation = organisation();
    organisation.agents[0].memberships[0].may.push(Privilege::ManageAgents);
    organisation
}

fn manages(world: &mut World, by: &str, what: Staffing, heirs: Heirs) -> Managed {
    let seen = world.gateway.store().organisation_version().unwrap();
    let form = Manage { by: address(by), service: "dsi".into(), seen, nonce: format!("{seen}-{by}-{what:?}"), what: vec![what], heirs };
    let managed = world.gateway.manage(&form).unwrap();
    assert_eq!(world.gateway.manage(&form).unwrap(), managed, "pressed twice, it acts once");
    world.deliver();
    world.check();
    managed
}

fn karim_does(world: &mut World, what: Staffing) -> Managed {
    manages(world, "ag1@desk.test", what, Heirs::default())
}

fn leaves(agent: &str) -> Staffing {
    Staffing::Leaves { agent: address(agent) }
}

#[test]
fn row75_who_manages_a_service_adds_an_agent_and_all_managers_hear() {
    let mut world = office();
    let may = vec![Privilege::TakeFree, Privilege::ManageAgents];
    let joins = || Staffing::Joins { agent: address("new@desk.test"), name: "Zoé Petit".into(), may: may.clone() };
    assert_eq!(manages(&mut world, "ag2@desk.test", joins(), Heirs::default()), Managed::NotAllowed);
    assert_eq!(manages(&mut world, "ag9@desk.test", joins(), Heirs::default()), Managed::NotAllowed);
    assert_eq!(karim_does(&mut world, joins()), Managed::Done);
    let sent = world.sent();
    assert_eq!(sent.iter().map(|sent| sent.to.as_str()).collect::<Vec<_>>(), ["ag1@desk.test", "new@desk.test"]);
    let text = &sent[0].text;
    assert!(sent[0].subject.contains("Support DSI\u{a0}: changements faits par Karim Benali"), "{}", sent[0].subject);
    assert!(text.contains("Zoé Petit rejoint le service et peut\u{a0}: prendre un ticket libre, gérer les gestionnaires"), "{text}");
    // She works from now on: she hears of new tickets and takes them.
    world.receives(&Mail::new("Alice Martin <alice@cust.test>"));
    assert!(world.recipients().contains(&"new@desk.test".to_owned()));
    world.acts("new@desk.test", 3, "take", &[]);
    assert_eq!(world.ticket(3).assignee, Some(address("new@desk.test")));
    assert_eq!(world.gateway.store().staffed("dsi", 10).unwrap()[0].by, address("ag1@desk.test"));
}

#[test]
fn row75_what_an_agent_may_do_holds_at_once_and_is_told_with_what_is_lost() {
    let mut world = office();
    let may = Staffing::May { agent: address("ag2@desk.test"), may: vec![Privilege::Refuse], lost: vec![Privilege::TakeFree] };
    assert_eq!(karim_does(&mut world, may.clone()), Managed::Done);
    let letter = world.letter_to("ag2@desk.test");
    assert!(
        letter.text.contains("Marie Leroy peut désormais\u{a0}: refuser.")
            && letter.text.contains("ne peut plus\u{a0}: prendre un ticket libre")
    );
    world.receives(&Mail::new("Alice Martin <alice@cust.test>"));
    world.acts("ag2@desk.test", 3, "take", &[]);
    assert_eq!(world.ticket(3).assignee, None, "she takes none any more");
    assert_eq!(karim_does(&mut world, may), Managed::Refused(Unfit::Unchanged));
    assert_eq!(karim_does(&mut world, leaves("ag1@desk.test")), Managed::Refused(Unfit::LastManager));
    let own = Staffing::Guests { category: String::new(), guests: vec![address("support@desk.test")] };
    assert_eq!(karim_does(&mut world, own), Managed::Refused(Unfit::Own));
}

#[test]
fn row76_who_leaves_leaves_no_ticket_behind() {
    let mut world = office();
    let heirs = Heirs { usual: None, each: [(2, Some(address("ag1@desk.test")))].into() };
    assert_eq!(manages(&mut world, "ag1@desk.test", leaves("ag2@desk.test"), heirs), Managed::Done);
    assert_eq!((world.ticket(1).assignee, world.status(1)), (None, "free"));
    assert_eq!(world.ticket(2).assignee, Some(address("ag1@desk.test")));
    let sent = world.sent();
    let told = sent.iter().find(|sent| sent.to == "ag2@desk.test" && sent.text.contains("ne fait plus partie")).unwrap();
    assert!(told.text.contains("#1 retourne dans le pot commun") && told.text.contains("#2 est confié à Karim Benali"), "{}", told.text);
    let organisation = world.gateway.store().organisation().unwrap();
    assert!(organisation.agent(&address("ag2@desk.test")).is_none());
    // Whoever left is a requester like any other.
    world.receives(&Mail::new("Marie Leroy <ag2@desk.test>"));
    assert_eq!(world.ticket(3).requester, address("ag2@desk.test"));
}

#[test]
fn row76_an_heir_who_works_elsewhere_is_refused_and_nothing_happens() {
    let mut world = office();
    for heir in ["ag9@desk.test", "ag2@desk.test", "nobody@desk.test"] {
        let heirs = Heirs { usual: Some(address(heir)), ..Heirs::default() };
        assert_eq!(manages(&mut world, "ag1@desk.test", leaves("ag2@desk.test"), heirs), Managed::Refused(Unfit::Successor));
    }
    assert_eq!(world.ticket(1).assignee, Some(address("ag2@desk.test")));
    assert!(world.sent().is_empty());
}

#[test]
fn row47_permanent_guests_of_a_service_and_of_a_category_follow_new_tickets() {
    let mut world = office();
    let guests = |category: &str, who: &str| Staffing::Guests { category: category.into(), guests: vec![address(who)] };
    assert_eq!(karim_does(&mut world, guests("", "all@cust.test")), Managed::Done);
    assert_eq!(karim_does(&mut world, guests("reseau", "net@cust.test")), Managed::Done);
    assert!(world.letter_to_any("ag1@desk.test").text.contains("«\u{a0}Réseau\u{a0}»\u{a0}: net@cust.test"));
    let guests_of = |world: &World, id| world.ticket(id).guests.iter().map(|guest| guest.address.to_string()).collect::<Vec<_>>();
    world.receives(&Mail::new("Alice Martin <alice@cust.test>").to("support+reseau@desk.test"));
    assert_eq!(guests_of(&world, 3), ["all@cust.test", "net@cust.test"]);
    world.receives(&Mail::new("Alice Martin <alice@cust.test>"));
    assert_eq!(guests_of(&world, 4), ["all@cust.test"]);
    world.sent();
    world.acts("ag1@desk.test", 4, "category", &[("category", "reseau")]);
    assert_eq!(guests_of(&world, 4), ["all@cust.test", "net@cust.test"], "as soon as it belongs there");
    assert!(world.recipients().contains(&"net@cust.test".to_owned()), "and is told why");
}

#[test]
fn row75_an_older_form_changes_nothing_and_an_absence_is_told() {
    let mut world = office();
    let seen = world.gateway.store().organisation_version().unwrap();
    let until = Some(jiff::Timestamp::from_second(world.now() + 86_400).unwrap());
    let away = Staffing::Away { agent: address("ag2@desk.test"), until };
    assert_eq!(karim_does(&mut world, away.clone()), Managed::Done);
    assert_eq!(world.gateway.store().preferences(&address("ag2@desk.test")).unwrap().away_until, until);
    assert!(world.letter_to("ag2@desk.test").text.contains("Marie Leroy est en congé jusqu’au"));
    let form = Manage {
        by: address("ag1@desk.test"),
        service: "dsi".into(),
        seen,
        nonce: "old".into(),
        what: vec![leaves("ag2@desk.test")],
        heirs: Heirs::default(),
    };
    assert_eq!(world.gateway.manage(&form).unwrap(), Managed::Changed);
    assert!(world.gateway.store().organisation().unwrap().agent(&address("ag2@desk.test")).is_some());
}

#[test]
fn row75_a_file_that_is_applied_settles_what_was_changed_by_page() {
    let mut world = office();
    assert_eq!(karim_does(&mut world, leaves("ag2@desk.test")), Managed::Done);
    assert_eq!(world.gateway.store().staffed_since_file().unwrap().len(), 1);
    let declared = world.gateway.store().declared().unwrap();
    world.gateway.apply_organisation(toml::from_str(&toml::to_string(&declared).unwrap()).unwrap()).unwrap();
    assert!(world.gateway.store().staffed_since_file().unwrap().is_empty());
    assert!(world.gateway.store().organisation().unwrap().agent(&address("ag2@desk.test")).is_none());
}
