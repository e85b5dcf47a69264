//! The requester's own pages: new requests, and what a link's owner may do.

use axum::http::StatusCode;

use crate::stories::{asked, opened, path, proposed};
use crate::visitor::{Visitor, settle};

#[tokio::test]
async fn p60_a_new_request_is_seen_by_nobody_before_it_is_proven() {
    let story = opened();
    let visitor = Visitor::new(&story.desk);
    let choose = visitor.get("/new").await;
    assert!(choose.has("De quoi s’agit-il ?") && choose.has("/new/dsi/reseau") && choose.has("/new/logistique/-"));
    let form = visitor.get("/new/dsi/reseau").await;
    let fields = [("title", "Plus de réseau"), ("text", "Rien ne marche <b>ici</b>."), ("address", "zoe@cust.test"), ("name", "Zoé Petit")];
    let empty = visitor.press(&form, "new", &[("title", ""), ("text", "x"), ("address", "zoe@cust.test")]).await;
    assert!(empty.status == StatusCode::BAD_REQUEST && empty.has("Dites en quelques mots de quoi il s’agit."));
    story.desk.with(|world| world.sent());
    let sent = visitor.press(&form, "new", &fields).await;
    assert!(visitor.follow(&sent).await.has("Plus qu’une étape"));
    settle().await;
    let letters = story.desk.with(|world| {
        world.deliver();
        world.sent()
    });
    assert_eq!(letters.iter().map(|sent| sent.to.as_str()).collect::<Vec<_>>(), ["zoe@cust.test"]);
    assert!(!letters[0].text.contains("réseau") && !letters[0].text.contains("Zoé"), "nothing of an unproven sender's is mailed");
    let key = path(&letters[0].links[0]);
    let page = story.desk.client().get(&key).await;
    assert!(page.has("Est-ce bien votre demande ?") && page.has("Rien ne marche &lt;b&gt;ici&lt;/b&gt;."));
    let elsewhere = Visitor::new(&story.desk);
    let opened = elsewhere.press(&page, "enter", &[]).await;
    let ticket = elsewhere.follow(&opened).await;
    assert!(ticket.has("La demande est partie") && ticket.has("Plus de réseau"), "{}", ticket.text());
    let opened = story.desk.world().ticket(2);
    assert_eq!((opened.service.as_str(), opened.category.as_str(), opened.requester.as_str()), ("dsi", "reseau", "zoe@cust.test"));
    let told: Vec<String> = story.desk.with(|world| {
        world.deliver();
        world.sent().into_iter().map(|sent| sent.to).collect()
    });
    assert!(told.contains(&"zoe@cust.test".to_owned()) && told.contains(&"ag1@desk.test".to_owned()), "{told:?}");
    assert_eq!(elsewhere.press(&page, "enter", &[]).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn p60_a_link_owner_invites_and_a_forwarded_link_decides_nothing() {
    let (story, _, _) = proposed();
    let visitor = Visitor::new(&story.desk);
    let page = visitor.get(&story.page).await;
    assert!(page.has("Inviter quelqu’un") && !page.has("do/approve") && !page.has("do/rate"));
    let form = visitor.get(&format!("{}/do/invite", story.page)).await;
    visitor.press(&form, "invite", &[("people", "zoe@cust.test")]).await.leads_to();
    assert!(story.desk.world().ticket(1).guest(&crate::world::address("zoe@cust.test")).is_some());
    for verb in ["approve", "refuse_closure", "rate", "close", "take", "note"] {
        let answer = visitor.get(&format!("{}/do/{verb}", story.page)).await;
        assert_ne!(answer.status, StatusCode::OK, "{verb}");
        let pressed = visitor.post(&format!("{}/do/{verb}", story.page), &[("nonce", "x"), ("press", verb)]).await;
        assert_ne!(pressed.status, StatusCode::SEE_OTHER, "{verb}");
    }
    assert_eq!(story.status(), "awaiting_approval");
    let (question, _) = asked();
    assert_eq!(Visitor::new(&question.desk).get(&format!("{}/do/answer", question.page)).await.leads_to(), question.page);
}
