//! The page of a service, by which whoever manages it changes its agents and permanent guests.

use axum::http::StatusCode;
use guichet::desk::Privilege;
use guichet::store::{Reads, StaffingReads};

use crate::stories::Story;
use crate::visitor::{Visitor, at_desk, form_of};
use crate::world::address;

/// Karim manages the service, and has alice's ticket.
async fn managing() -> (Story, Visitor) {
    let (story, karim) = at_desk().await;
    story.desk.with(|world| {
        let mut organisation = crate::world::organisation();
        organisation.agents[0].memberships[0].may.push(Privilege::ManageAgents);
        world.gateway.apply_organisation(organisation).unwrap();
        world.sent();
    });
    (story, karim)
}

fn told(story: &Story) -> Vec<String> {
    story.desk.with(|world| {
        world.deliver();
        world.recipients()
    })
}

#[tokio::test]
async fn row75_an_agent_is_added_and_changed_on_the_service_s_page() {
    let (story, karim) = managing().await;
    let form = karim.get("/desk/services/dsi/join").await;
    assert!(form.has("checked><label for=\"may-take_free\">prendre un ticket libre"), "{}", form.text());
    let pairs = [("address", "zoe@desk.test"), ("name", "Zoé Petit"), ("may-assign", "1")];
    let joined = karim.press(&form, "join", &pairs).await;
    assert_eq!(joined.leads_to(), "/desk/services/dsi?done=staffed");
    let page = karim.follow(&joined).await;
    assert!(page.has("C’est fait.") && page.has("Zoé Petit") && page.has("Karim Benali : Zoé Petit rejoint le service"), "{}", page.text());
    assert_eq!(told(&story), ["ag1@desk.test", "zoe@desk.test"]);
    let form = karim.get("/desk/services/dsi/may/zoe%40desk%2Etest").await;
    let saved = karim.press(&form, "may", &[("may-refuse", "1"), ("away", "2026-02-01")]).await;
    let page = karim.follow(&saved).await;
    assert!(page.has("Zoé Petit peut désormais : refuser. Zoé Petit ne peut plus : affecter."), "{}", page.text());
    assert!(page.has("en congé jusqu’au"), "{}", page.text());
    // What is filled in wrongly comes back with what was typed.
    let form = karim.get("/desk/services/dsi/join").await;
    let odd = karim.press(&form, "join", &[("address", "no address"), ("name", "Max")]).await;
    assert!(odd.status == StatusCode::BAD_REQUEST && odd.has("value=\"Max\"") && odd.has("Ce n’est pas une adresse"), "{}", odd.text());
    let twice = karim.press(&form, "join", &pairs).await;
    assert!(twice.status == StatusCode::CONFLICT && twice.has("fait déjà partie du service"), "{}", twice.text());
}

#[tokio::test]
async fn row76_who_is_removed_leaves_tickets_that_the_page_asks_about() {
    let (story, karim) = managing().await;
    story.desk.with(|world| world.acts("ag1@desk.test", 1, "assign", &[("agent", "ag2@desk.test")]));
    let service = karim.get("/desk/services/dsi").await;
    assert!(service.has("href=\"/desk/services/dsi/leave/ag2%40desk%2Etest\""), "{}", service.text());
    let form = karim.get("/desk/services/dsi/leave/ag2%40desk%2Etest").await;
    assert!(form.has("Retirer Marie Leroy de Support DSI") && form.has("for=\"heir-1\">#1 "), "{}", form.text());
    told(&story);
    let left = karim.press(&form, "leave", &[("heir", "pool"), ("heir-1", "ag1@desk.test")]).await;
    let page = karim.follow(&left).await;
    assert!(page.has("ne fait plus partie du service") && !page.has("ag2%40desk"), "{}", page.text());
    assert_eq!(story.desk.with(|world| world.ticket(1).assignee), Some(address("ag1@desk.test")));
    assert!(told(&story).contains(&"ag2@desk.test".to_owned()));
    // The last who manages it cannot go.
    let last = karim.get("/desk/services/dsi/leave/ag1%40desk%2Etest").await;
    let stays = karim.press(&last, "leave", &[]).await;
    assert!(stays.status == StatusCode::CONFLICT && stays.has("Plus personne ne gérerait ce service"), "{}", stays.text());
}

#[tokio::test]
async fn row47_permanent_guests_are_changed_on_the_page() {
    let (story, karim) = managing().await;
    let form = karim.get("/desk/services/dsi/guests").await;
    let saved = karim.press(&form, "guests", &[("guests", "a@cust.test, b@cust.test"), ("guests-reseau", "net@cust.test")]).await;
    let page = karim.follow(&saved).await;
    assert!(page.has("a@cust.test") && page.has("net@cust.test"), "{}", page.text());
    let organisation = story.desk.with(|world| world.gateway.store().organisation().unwrap());
    assert_eq!(organisation.services[0].permanent_guests.len(), 2);
    assert_eq!(organisation.services[0].categories[0].permanent_guests, [address("net@cust.test")]);
    let odd = karim.press(&karim.get("/desk/services/dsi/guests").await, "guests", &[("guests", "nobody")]).await;
    assert!(odd.status == StatusCode::BAD_REQUEST && odd.has("nobody"), "{}", odd.text());
}

#[tokio::test]
async fn row75_an_older_form_comes_back_with_what_happened_since() {
    let (story, karim) = managing().await;
    let form = karim.get("/desk/services/dsi/may/ag2%40desk%2Etest").await;
    let guests = karim.press(&karim.get("/desk/services/dsi/guests").await, "guests", &[("guests", "a@cust.test")]).await;
    assert_eq!(guests.status, StatusCode::SEE_OTHER);
    let stale = karim.press(&form, "may", &[("may-refuse", "1")]).await;
    assert!(stale.status == StatusCode::CONFLICT && stale.has("L’organisation a changé depuis"), "{}", stale.text());
    assert!(stale.has("Invités permanents du service : a@cust.test"), "{}", stale.text());
    assert!(stale.has("name=\"may-refuse\" value=\"1\" checked"), "{}", stale.text());
    let again = karim.press(&stale, "may", &[("may-refuse", "1")]).await;
    assert_eq!(again.leads_to(), "/desk/services/dsi?done=staffed");
    assert_eq!(story.desk.with(|world| world.gateway.store().staffed("dsi", 9).unwrap().len()), 2);
}

#[tokio::test]
async fn row75_nothing_changes_for_others_by_forged_forms_or_by_looking() {
    let (story, karim) = managing().await;
    let before = story.desk.with(|world| world.gateway.store().organisation_version().unwrap());
    let page = karim.get("/desk/services/dsi/leave/ag2%40desk%2Etest").await;
    let (hidden, action) = form_of(&page.text(), "leave");
    let pairs: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (&**name, &**value)).chain([("press", "leave")]).collect();
    let cookie = karim.cookie();
    let evil = [("origin", "https://evil.test"), ("cookie", &*cookie)];
    assert_eq!(story.desk.client().post_from(&action, &pairs, &evil).await.status, StatusCode::FORBIDDEN);
    let forged: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, if *name == "nonce" { "AAAA" } else { value })).collect();
    assert_eq!(karim.post(&action, &forged).await.status, StatusCode::FORBIDDEN);
    let marie = Visitor::new(&story.desk);
    assert_eq!(marie.post(&action, &pairs).await.leads_to(), "/sign-in");
    marie.sign_in(&story.desk, "ag2@desk.test").await;
    for path in
        ["/desk/services/dsi/join", "/desk/services/dsi/guests", &action, "/desk/services/logistique/join", "/desk/services/dsi/odd"]
    {
        assert_eq!(marie.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(karim.get("/desk/services/logistique/join").await.status, StatusCode::NOT_FOUND);
    karim.head(&action).await;
    assert_eq!(story.desk.with(|world| world.gateway.store().organisation_version().unwrap()), before);
}
