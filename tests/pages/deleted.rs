//! Pages of what was deleted when its time was over.

use axum::http::StatusCode;
use guichet::site::{Retention, Site};
use jiff::SignedDuration;

use crate::desk::Behind;
use crate::stories::path;
use crate::world::{Mail, World, site};

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
async fn row4_the_page_for_whoever_writes_from_a_shared_address_names_the_person() {
    let mut world = World::new();
    let mut organisation = guichet::store::Reads::organisation(world.gateway.store()).unwrap();
    organisation.shared = vec![crate::world::address("alice@cust.test")];
    world.gateway.apply_organisation(organisation).unwrap();
    world.receives(&Mail::new("alice@cust.test"));
    let ack = world.letter_to("alice@cust.test");
    let desk = Behind::new(world);
    let client = desk.client();
    let page = client.get(&format!("{}/do/beneficiary", path(&ack.links[0]))).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let pressed = client.press(&page.form("beneficiary"), &[("beneficiary", "zoe@cust.test")]).await;
    assert!(pressed.status.is_redirection(), "{}", pressed.text());
    assert_eq!(desk.world().ticket(1).beneficiary, Some(crate::world::address("zoe@cust.test")));
}
