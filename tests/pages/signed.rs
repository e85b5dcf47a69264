//! Signing in, and what is done for whoever did not.

use axum::http::StatusCode;
use guichet::desk::Monitoring;
use guichet::store::{PageReads, Reads};
use jiff::SignedDuration;

use crate::stories::{opened, path};
use crate::visitor::{Visitor, at_desk, form_of, settle};
use crate::world::{Mail, address, organisation};

#[tokio::test]
async fn p61_an_agent_signs_in_by_a_mailed_key_that_works_once() {
    let story = opened();
    let karim = Visitor::new(&story.desk);
    let key = karim.key(&story.desk, "ag1@desk.test").await;
    // Scanners of the mailbox look at it, and press nothing (CASEBOOK C01).
    for _ in 0..50 {
        assert!(story.desk.client().get(&key).await.has("Un autre navigateur"));
        story.desk.client().ask("HEAD", &key, &[]).await;
    }
    let page = karim.get(&key).await;
    let (hidden, action) = form_of(&page.text(), "enter");
    let stolen = Visitor::new(&story.desk);
    stolen.get("/sign-in").await;
    let nonce = &hidden[0].1;
    let elsewhere = stolen.post(&action, &[("nonce", nonce), ("press", "enter")]).await;
    assert!(elsewhere.status == StatusCode::CONFLICT && elsewhere.has("Un autre navigateur"));
    let entered = karim.press(&page, "enter", &[]).await;
    assert_eq!(entered.leads_to(), "/desk");
    assert_eq!(karim.follow(&entered).await.leads_to(), "/desk/mine");
    let mine = karim.get("/desk/mine").await;
    assert!(mine.has("Mes tickets") && mine.has("Karim Benali") && mine.has("#1"), "{}", mine.text());
    assert_eq!(karim.press(&page, "enter", &[]).await.status, StatusCode::GONE);
    assert_eq!(karim.get(&key).await.status, StatusCode::GONE);
    // Nothing of a cookie or key is in the store but hashes.
    let token = karim.cookies.borrow()["__Host-guichet"].clone();
    let world = story.desk.world();
    let sessions = world.gateway.store().sessions(&crate::world::address("ag1@desk.test")).unwrap();
    assert_eq!(sessions.len(), 1);
    assert!(!format!("{sessions:?}").contains(&token));
}

#[tokio::test]
async fn c07_a_key_ends_after_ten_minutes_and_a_session_after_a_night() {
    let story = opened();
    let karim = Visitor::new(&story.desk);
    let key = karim.key(&story.desk, "ag1@desk.test").await;
    let page = karim.get(&key).await;
    story.desk.with(|world| world.later(SignedDuration::from_secs(600)));
    assert_eq!(karim.press(&page, "enter", &[]).await.status, StatusCode::GONE);
    karim.sign_in(&story.desk, "ag1@desk.test").await;
    let before = karim.cookie();
    story.desk.with(|world| world.later(SignedDuration::from_mins(16)));
    assert_eq!(karim.get("/desk/pool").await.status, StatusCode::OK);
    assert_ne!(karim.cookie(), before, "the cookie rotates");
    let old = Visitor::new(&story.desk);
    for pair in before.split("; ") {
        let (name, value) = pair.split_once('=').unwrap();
        old.cookies.borrow_mut().insert(name.into(), value.into());
    }
    assert_eq!(old.get("/desk/pool").await.status, StatusCode::OK, "a request that was under way");
    story.desk.with(|world| world.later(SignedDuration::from_mins(3)));
    assert_eq!(old.get("/desk/pool").await.leads_to(), "/sign-in");
    assert_eq!(karim.get("/desk/pool").await.status, StatusCode::OK);
    story.desk.with(|world| world.later(SignedDuration::from_hours(13)));
    assert_eq!(karim.get("/desk/pool").await.leads_to(), "/sign-in");
}

#[tokio::test]
async fn c20_c21_c22_the_answer_says_nothing_of_who_is_known() {
    let story = opened();
    story.desk.with(|world| world.sent());
    let answer = |visitor: Visitor, address: &'static str| async move {
        let page = visitor.get("/sign-in").await;
        let answer = visitor.press(&page, "sign_in", &[("address", address)]).await;
        let after = visitor.follow(&answer).await;
        settle().await;
        // The form's number and nothing else differs.
        let nonce = regex::Regex::new("value=\"[A-Za-z0-9_-]{54}\"").unwrap();
        (answer.status, nonce.replace_all(&after.text(), "").into_owned())
    };
    let known = answer(Visitor::new(&story.desk), "ag1@desk.test").await;
    let unknown = answer(Visitor::new(&story.desk), "nobody@cust.test").await;
    let disabled = answer(Visitor::new(&story.desk), "support@desk.test").await;
    assert!(known == unknown && known == disabled && known.1.contains("Si cette adresse est connue ici"));
    // 200 wishes for one address make three mails an hour; new cookies each time change nothing.
    let visitor = Visitor::new(&story.desk);
    for _ in 0..200 {
        let page = visitor.get("/sign-in").await;
        assert_eq!(visitor.press(&page, "sign_in", &[("address", "alice@cust.test")]).await.leads_to(), "/sign-in?done=key_sent");
    }
    settle().await;
    let sent = story.desk.with(|world| {
        world.deliver();
        world.sent()
    });
    let to = |who: &str| sent.iter().filter(|sent| sent.to == who).count();
    assert_eq!((to("ag1@desk.test"), to("alice@cust.test"), to("nobody@cust.test")), (1, 3, 0));
}

#[tokio::test]
async fn p60_c20_a_request_is_followed_up_by_its_number_and_address() {
    let story = opened();
    story.desk.with(|world| world.sent());
    let visitor = Visitor::new(&story.desk);
    for (number, address) in [("1", "mallory@evil.test"), ("77", "alice@cust.test"), ("#1", "alice@cust.test")] {
        let page = visitor.get("/follow-up").await;
        let answer = visitor.press(&page, "follow_up", &[("number", number), ("address", address)]).await;
        assert_eq!(answer.leads_to(), "/follow-up?done=link_sent");
        assert!(visitor.follow(&answer).await.has("Si le numéro et l’adresse vont ensemble"));
        settle().await;
    }
    let sent = story.desk.with(|world| {
        world.deliver();
        world.sent()
    });
    assert_eq!(sent.iter().map(|sent| sent.to.as_str()).collect::<Vec<_>>(), ["alice@cust.test"]);
    assert_eq!(visitor.get(&path(&sent[0].links[0])).await.status, StatusCode::OK);
    let odd = visitor.get("/follow-up").await;
    let odd = visitor.press(&odd, "follow_up", &[("number", "abc"), ("address", "alice@cust.test")]).await;
    assert!(odd.status == StatusCode::BAD_REQUEST && odd.has("Ce n’est pas un numéro de ticket."));
}

#[tokio::test]
async fn c18_c29_nothing_is_done_for_strangers_forgers_and_the_disabled() {
    let (story, karim) = at_desk().await;
    let page = karim.get("/desk/t/1/do/close").await;
    let (hidden, action) = form_of(&page.text(), "close");
    let mut pairs: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    pairs.extend([("text", "C'est réparé."), ("press", "close")]);
    let before = story.desk.state();
    let cookie = karim.cookie();
    for headers in [
        vec![("origin", "https://evil.test"), ("cookie", &*cookie)],
        vec![("origin", "null"), ("cookie", &*cookie)],
        vec![("sec-fetch-site", "cross-site"), ("cookie", &*cookie)],
    ] {
        assert_eq!(story.desk.client().post_from(&action, &pairs, &headers).await.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    let nobody = Visitor::new(&story.desk);
    assert_eq!(nobody.post(&action, &pairs).await.leads_to(), "/sign-in");
    for forged in ["", "AAAA"] {
        let forged: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, if *name == "nonce" { forged } else { value })).collect();
        assert_eq!(karim.post(&action, &forged).await.status, StatusCode::FORBIDDEN);
    }
    let twice: Vec<(&str, &str)> = pairs.iter().copied().chain([("press", "close")]).collect();
    assert_eq!(karim.post(&action, &twice).await.status, StatusCode::BAD_REQUEST);
    let more: Vec<(&str, &str)> = pairs.iter().copied().chain([("as_participant", "1")]).collect();
    assert_eq!(karim.post(&action, &more).await.status, StatusCode::BAD_REQUEST);
    // Jo belongs to another service: there is no such ticket.
    let jo = Visitor::new(&story.desk);
    jo.sign_in(&story.desk, "ag9@desk.test").await;
    for path in ["/desk/t/1", "/desk/t/1/do/close", "/desk/t/1/f/1/1", "/my/t/1"] {
        assert_eq!(jo.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!jo.get("/desk/search?q=imprimante").await.has("/desk/t/1"));
    story.desk.with(|world| {
        let mut organisation = guichet::store::Reads::organisation(world.gateway.store()).unwrap();
        organisation.agents.iter_mut().filter(|agent| agent.address.as_str() == "ag1@desk.test").for_each(|agent| agent.disabled = true);
        world.gateway.apply_organisation(organisation).unwrap();
    });
    assert_eq!(karim.post(&action, &pairs).await.leads_to(), "/sign-in");
    assert_eq!(karim.get("/desk/pool").await.leads_to(), "/sign-in");
    assert_eq!(story.happened("closure_proposed"), 0);
    assert!(story.desk.state().len() >= before.len());
}

#[tokio::test]
async fn row38_an_absence_that_a_mailbox_announced_is_noted_by_one_press() {
    let story = opened();
    story.desk.with(|world| {
        let mail = Mail::new("ag1@desk.test").subject("Absence").header("Auto-Submitted", "auto-replied");
        world.receives(&mail.text("Je suis absent, de retour le 26 janvier 2026."));
    });
    let key = format!("/l/{}", story.desk.mail_to("ag1@desk.test").links[0]);
    let karim = Visitor::new(&story.desk);
    let page = karim.get(&key).await;
    assert!(page.has("Noter votre absence") && page.has("lundi 26 janvier 2026"), "{}", page.text());
    let away = || story.desk.with(|world| world.gateway.store().preferences(&address("ag1@desk.test")).unwrap().away_until);
    assert_eq!(away(), None, "looking notes nothing");
    let noted = karim.press(&page, "enter", &[]).await;
    assert!(noted.status == StatusCode::OK && noted.has("#absent non"), "{}", noted.text());
    assert_eq!(away().map(|until| until.to_string()).as_deref(), Some("2026-01-26T07:00:00Z"));
    assert_eq!(karim.press(&page, "enter", &[]).await.status, StatusCode::GONE);
    karim.sign_in(&story.desk, "ag1@desk.test").await;
    assert!(karim.get("/desk/preferences").await.has("2026-01-25"), "the last day, as the form has it");
}

#[tokio::test]
async fn row64_an_agent_hears_more_of_their_own_categories_by_page() {
    let (story, karim) = at_desk().await;
    let label = "Et de mes catégories de Support DSI (Réseau), au moins autant";
    assert!(!karim.get("/desk/preferences").await.has(label), "Karim has no categories");
    story.desk.with(|world| {
        let mut organisation = organisation();
        organisation.agents[0].memberships[0].categories = vec!["reseau".into()];
        world.gateway.apply_organisation(organisation).unwrap();
    });
    let page = karim.get("/desk/preferences").await;
    assert!(page.has(label), "{}", page.text());
    let chosen = [("language", "fr"), ("hears.dsi", "never"), ("hears_categories.dsi", "always")];
    assert_eq!(karim.press(&page, "preferences", &chosen).await.leads_to(), "/desk/preferences?done=preferred");
    let known = story.desk.with(|world| world.gateway.store().organisation().unwrap());
    let member = &known.agents[0].memberships[0];
    assert_eq!((member.hears_of("reseau"), member.hears_of("")), (Monitoring::Always, Monitoring::Never));
}
