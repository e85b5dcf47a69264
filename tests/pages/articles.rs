//! Articles on pages (CAPABILITIES rows 17, 82): read by everybody, written by who may, suggested before a request goes.

use axum::http::StatusCode;
use guichet::desk::Privilege;
use guichet::knowledge::{Article, Filed};

use crate::desk::Behind;
use crate::stories::{path, proposed};
use crate::visitor::Visitor;
use crate::world::{Mail, World, organisation};

fn filed(number: u64, title: &str, text: &str, internal: bool) -> Filed {
    let article = Article { number, title: title.into(), language: "fr".into(), text: text.into(), internal, ..Article::default() };
    Filed { file: format!("{number}.md"), hash: number.to_string(), article }
}

fn fill(world: &mut World) {
    let hostile = "Éteignez-la **dix secondes**.\n\n<script>alert(1)</script>";
    let articles = [filed(12, "Imprimante en panne", hostile, false), filed(13, "Codes de l’imprimante", "0000", true)];
    world.gateway.apply_articles(&articles).unwrap();
    let mut organisation = organisation();
    organisation.agents[0].memberships[0].may.push(Privilege::ManageArticles);
    world.gateway.apply_organisation(organisation).unwrap();
}

fn desk() -> Behind {
    let mut world = World::new();
    fill(&mut world);
    Behind::new(world)
}

#[tokio::test]
async fn row17_the_article_behind_its_link_shows_first_and_closes_when_pressed() {
    let desk = desk();
    desk.with(|world| world.receives(&Mail::new("alice@cust.test")));
    let link = path(&desk.mail_to("alice@cust.test").links[0]);
    for _ in 0..3 {
        let page = desk.client().get(&link).await;
        assert!(page.has("<strong>dix secondes</strong>") && page.has("Oui, c’est résolu") && !page.has("<script"), "{}", page.text());
    }
    assert_eq!(desk.world().status(1), "free", "a page that is looked at changes nothing");
    let page = desk.client().get(&link).await;
    let form = page.forms().into_iter().find(|form| form.press == "solved").unwrap();
    let pressed = desk.client().press(&form, &[]).await;
    assert_eq!(pressed.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.world().status(1), "approved");
    assert!(desk.client().get(&pressed.leads_to()).await.has("Merci de l’avoir dit"));
    assert_eq!(desk.client().get(&link).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn row19_the_link_shows_the_other_request_and_its_button_adds_to_it() {
    let desk = desk();
    desk.with(|world| world.receives(&Mail::new("alice@cust.test").subject("Mon badge ne marche plus")));
    desk.with(|world| world.receives(&Mail::new("alice@cust.test").subject("Le badge encore").text("Toujours rien.")));
    let link = path(&desk.mail_to("alice@cust.test").links[0]);
    let page = desk.client().get(&link).await;
    assert!(page.has("#1 · Mon badge ne marche plus") && page.has("Oui, c’est la suite"), "{}", page.text());
    assert_eq!(desk.world().status(2), "free", "a page that is looked at changes nothing");
    let form = page.forms().into_iter().find(|form| form.press == "confirm").unwrap();
    let pressed = desk.client().press(&form, &[]).await;
    assert_eq!((pressed.status, desk.world().status(2)), (StatusCode::SEE_OTHER, "merged"));
    assert_eq!(desk.client().get(&link).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn p8_articles_are_read_and_found_and_internal_ones_are_not_there() {
    let desk = desk();
    let list = desk.client().get("/articles").await;
    assert!(list.has("Imprimante en panne") && !list.has("Codes"), "{}", list.text());
    assert!(desk.client().get("/articles?q=imprimantes").await.has("Imprimante en panne"));
    assert!(desk.client().get("/articles?q=%22*%20OR%20x").await.has("Rien n’a été trouvé"));
    assert!(desk.client().get("/articles/12").await.has("<strong>dix secondes</strong>"));
    for path in ["/articles/13", "/articles/99", "/articles/x"] {
        assert_eq!(desk.client().get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(desk.client().get("/desk/articles/13").await.leads_to(), "/sign-in");
}

#[tokio::test]
async fn row82_a_solution_becomes_an_article_that_its_editor_has_seen() {
    let (story, yes, _) = proposed();
    story.desk.with(fill);
    let page = story.desk.client().get(&yes).await;
    let form = page.forms().into_iter().find(|form| form.press == "approve").unwrap();
    story.desk.client().press(&form, &[]).await;
    let karim = Visitor::new(&story.desk);
    karim.sign_in(&story.desk, "ag1@desk.test").await;
    assert!(karim.get("/desk/t/1").await.has("/desk/articles/new?from"));
    let draft = karim.get("/desk/articles/new?from=1").await;
    assert!(draft.has("La cartouche est changée") && !draft.has("alice@cust.test") && !draft.has("Alice Martin"), "{}", draft.text());
    let wrong = karim.press(&draft, "article", &[("article_title", ""), ("article_text", "x"), ("article_language", "fr")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let fields =
        [("article_title", "Changer la cartouche"), ("article_text", "Changez-la."), ("article_language", "fr"), ("article_place", "dsi/")];
    let kept = karim.press(&draft, "article", &fields).await;
    assert_eq!(kept.leads_to(), "/desk/articles/14");
    assert!(story.desk.client().get("/articles/14").await.has("Changez-la."));
    let edit = karim.get("/desk/articles/14/edit").await;
    let gone = karim.press(&edit, "article", &[&fields[..], &[("article_drop", "1")]].concat()).await;
    assert_eq!(gone.leads_to(), "/desk/articles");
    assert_eq!(story.desk.client().get("/articles/14").await.status, StatusCode::NOT_FOUND);
    let marie = Visitor::new(&story.desk);
    marie.sign_in(&story.desk, "ag2@desk.test").await;
    assert!(marie.get("/desk/articles").await.has("Codes de l’imprimante"), "agents read what is internal");
    assert_eq!(marie.get("/desk/articles/new").await.status, StatusCode::NOT_FOUND, "and write with the privilege only");
}

#[tokio::test]
async fn row17_the_form_suggests_once_and_then_lets_go() {
    let desk = desk();
    let visitor = Visitor::new(&desk);
    let form = visitor.get("/new/dsi/-").await;
    let typed = [("title", "Imprimante en panne"), ("text", "Au secours"), ("address", "alice@cust.test"), ("name", "")];
    let review = visitor.press(&form, "new", &typed).await;
    assert!(
        review.has("Peut-être la réponse existe-t-elle déjà") && review.has("/articles/12") && !review.has("/articles/13"),
        "{}",
        review.text()
    );
    let sent = visitor.press(&review, "new", &[]).await;
    assert_eq!(sent.leads_to(), "/new?done=proof_sent");
    let other = visitor.get("/new/dsi/-").await;
    let typed = [("title", "Clé perdue"), ("text", "Au secours"), ("address", "alice@cust.test"), ("name", "")];
    assert_eq!(visitor.press(&other, "new", &typed).await.leads_to(), "/new?done=proof_sent", "what does not fit delays nothing");
}
