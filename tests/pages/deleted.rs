//! Pages of what was deleted when its time was over.

use axum::http::StatusCode;
use guichet::site::{Retention, Site};
use guichet::store::{Erasure, Reads};
use jiff::SignedDuration;

use crate::desk::Behind;
use crate::stories::path;
use crate::visitor::at_desk;
use crate::world::{Mail, World, address, site};

#[tokio::test]
async fn row84_a_link_to_a_deleted_ticket_says_so_kindly() {
    let retention = Retention { ticket_days: 90, ..Default::default() };
    let mut world = World::with(Site { retention, ..site() });
    world.receives(&Mail::new("alice@cust.test"));
    let ack = world.letter_to("alice@cust.test");
    world.receives(&ack.answered_by("alice@cust.test", "#annuler"));
    world.later(SignedDuration::from_hours(24 * 91));
    for _ in 0..5 {
        world.ticks();
    }
    let desk = Behind::new(world);
    let page = desk.client().get(&path(&ack.links[0])).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.has("a été effacée") && page.has("support@desk.test") && !page.has("Imprimante"), "{}", page.text());
}

#[tokio::test]
async fn row84_pages_and_search_know_nothing_of_whoever_was_erased() {
    let (story, karim) = at_desk().await;
    let before = karim.get("/desk/t/1").await;
    let name = story.desk.with(|world| world.gateway.store().person(&address("alice@cust.test")).unwrap().unwrap().name);
    assert!(before.has("alice@cust.test") && name.as_ref().is_some_and(|name| before.has(name)), "{}", before.text());
    story.desk.with(|world| {
        world.acts("alice@cust.test", 1, "cancel", &[]);
        let erasure = Erasure { person: address("alice@cust.test"), name: name.clone(), pseudonym: address("person-1a2b@erased.invalid") };
        while world.gateway.erase(&erasure).unwrap() > 0 {}
    });
    let pages = [karim.get("/desk/t/1").await, karim.get("/desk/search?q=alice").await];
    for page in pages {
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.has("alice@cust.test") && name.as_ref().is_some_and(|name| !page.has(name)), "{}", page.text());
    }
    assert!(karim.get("/desk/t/1").await.has("person-1a2b@erased.invalid"));
}

#[tokio::test]
async fn row4_the_page_for_whoever_writes_from_a_shared_address_names_the_person() {
    let mut world = World::new();
    let mut organisation = world.gateway.store().organisation().unwrap();
    organisation.shared = vec![address("alice@cust.test")];
    world.gateway.apply_organisation(organisation).unwrap();
    world.receives(&Mail::new("alice@cust.test"));
    let ack = world.letter_to("alice@cust.test");
    let desk = Behind::new(world);
    let client = desk.client();
    let page = client.get(&format!("{}/do/beneficiary", path(&ack.links[0]))).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let pressed = client.press(&page.form("beneficiary"), &[("beneficiary", "zoe@cust.test")]).await;
    assert!(pressed.status.is_redirection(), "{}", pressed.text());
    assert_eq!(desk.world().ticket(1).beneficiary, Some(address("zoe@cust.test")));
}
