//! Figures on their page (PRODUCT P63, CAPABILITIES row 59).

use axum::http::StatusCode;
use guichet::desk::Privilege;

use crate::stories::proposed;
use crate::visitor::Visitor;
use crate::world::organisation;

#[tokio::test]
async fn p63_agents_see_their_services_figures_and_their_own_first() {
    let (story, yes, _) = proposed();
    let page = story.desk.client().get(&yes).await;
    let form = page.forms().into_iter().find(|form| form.press == "approve").unwrap();
    story.desk.client().press(&form, &[]).await;
    let karim = Visitor::new(&story.desk);
    karim.sign_in(&story.desk, "ag1@desk.test").await;
    let page = karim.get("/desk/figures").await;
    assert!(page.has("<svg") && page.has("<rect") && page.has("Karim Benali") && page.has("Support DSI"), "{}", page.text());
    assert!(page.bytes.len() < 100_000 && !page.has("<script"));
    let csv = karim.get("/desk/figures.csv?days=7").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.has("all,\"\",1,0,1,0,") && csv.has("agent,\"ag1@desk.test\",1,"), "{}", csv.text());
    assert_eq!(story.desk.client().get("/desk/figures").await.leads_to(), "/sign-in");
    let marie = Visitor::new(&story.desk);
    marie.sign_in(&story.desk, "ag2@desk.test").await;
    assert!(!marie.get("/desk/figures").await.has("Karim Benali"), "colleagues' figures are not everybody's");
    let mut changed = organisation();
    changed.agents[1].memberships[0].may.push(Privilege::ManageAgents);
    story.desk.with(|world| world.gateway.apply_organisation(changed).unwrap());
    let page = marie.get("/desk/figures?days=365").await;
    assert!(page.status == StatusCode::OK && page.has("Karim Benali"));
}
