//! The requester's own pages: new requests, and what a link's owner may do.

use axum::http::StatusCode;
use guichet::store::Reads;

use crate::stories::{asked, opened, path, proposed};
use crate::visitor::{Visitor, settle};

#[tokio::test]
async fn p60_a_new_request_is_seen_by_nobody_before_it_is_proven() {
    let story = opened();
    let visitor = Visitor::new(&story.desk);
    let choose = visitor.get("/new").await;
    assert!(choose.has("De quoi s’agit-il ?") && choose.has("/new/dsi/reseau") && choose.has("/new/logistique/-"));
    let form = visitor.get("/new/dsi/reseau").await;
    let told = [("told-prise", "B-12"), ("told-phone", "01 23 45 67 89")];
    let words = [("title", "Plus de réseau"), ("text", "Rien ne marche <b>ici</b>."), ("address", "zoe@cust.test"), ("name", "Zoé Petit")];
    let fields = [&words[..], &told].concat();
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
    assert!(page.has("Numéro de prise : B-12"), "{}", page.text());
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
async fn row22_a_known_outage_stands_on_the_page_of_whoever_is_about_to_ask() {
    let story = opened();
    let visitor = Visitor::new(&story.desk);
    let told = "Support DSI, panne connue en ce moment : Le réseau est &lt;coupé&gt;.";
    assert!(!visitor.get("/new").await.has(told));
    story.desk.with(|world| world.acts("ag1@desk.test", 1, "outage", &[("text", "Le réseau est <coupé>.")]));
    assert!(visitor.get("/new").await.has(told) && visitor.get("/new/dsi/reseau").await.has(told));
    assert!(!visitor.get("/new/logistique/-").await.has("coupé"), "another service's");
    story.desk.with(|world| world.acts("ag1@desk.test", 1, "close", &[("text", "Réparé.")]));
    assert!(!visitor.get("/new").await.has(told));
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

#[tokio::test]
async fn row11_a_category_s_template_is_asked_for_and_lands_in_the_ticket() {
    let story = opened();
    let alice = Visitor::new(&story.desk);
    alice.sign_in(&story.desk, "alice@cust.test").await;
    let form = alice.get("/new/dsi/reseau").await;
    assert!(form.has("Numéro de prise") && form.has("Téléphone"), "{}", form.text());
    assert!(!alice.get("/new/dsi/-").await.has("Numéro de prise"), "the service alone asks nothing");
    let words = [("title", "Plus de réseau"), ("text", "Rien ne marche."), ("told-phone", "01 23 45 67 89")];
    let again = alice.press(&form, "new", &words).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    assert!(again.has("Cette réponse manque encore") && again.has("Ce que vous avez écrit est gardé"), "{}", again.text());
    assert!(again.has("Rien ne marche.") && again.has("value=\"01 23 45 67 89\""), "nothing is lost");
    let sent = alice.press(&again, "new", &[&words[..], &[("told-prise", "B-12")]].concat()).await;
    assert!(alice.follow(&sent).await.has("B-12"));
    let ticket = story.desk.world().ticket(2);
    assert_eq!((ticket.details.field("prise"), ticket.details.phone.as_str()), ("B-12", "01 23 45 67 89"));
    let letters = story.desk.with(|world| {
        world.deliver();
        world.sent()
    });
    let opened = story.desk.world().gateway.store().events(2).unwrap().remove(0);
    assert_eq!(opened.text.as_deref(), Some("Rien ne marche."), "the template's lines are no words of hers");
    let of = |who: &str| letters.iter().find(|sent| sent.to == who).unwrap();
    assert!(of("ag1@desk.test").text.contains("Numéro de prise\u{a0}: B-12"), "{}", of("ag1@desk.test").text);
    assert!(!of("alice@cust.test").text.contains("répondez en complétant"), "{}", of("alice@cust.test").text);
}
