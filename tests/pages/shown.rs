//! What pages show, and that showing changes nothing.

use axum::http::StatusCode;

use crate::client::Answer;
use crate::stories::{asked, opened, proposed};
use crate::world::Mail;

/// Every kind of page with a link.
async fn pages() -> Vec<(String, Answer)> {
    let mut pages = Vec::new();
    let (story, yes, no) = proposed();
    let client = story.desk.client();
    for path in [&yes, &no, &story.page] {
        pages.push((path.clone(), client.get(path).await));
    }
    let approved = client.press(&client.get(&yes).await.form("approve"), &[]).await.leads_to();
    for path in [&approved, &yes, &no, &story.page] {
        pages.push((path.clone(), client.get(path).await));
    }
    let (story, answer) = asked();
    pages.push((answer.clone(), story.desk.client().get(&answer).await));
    for path in ["/", "/nothing", "/l/null"] {
        pages.push((path.into(), story.desk.client().get(path).await));
    }
    pages
}

#[tokio::test]
async fn c01_c27_c31_scanners_may_look_as_often_as_they_like() {
    let (story, yes, no) = proposed();
    let client = story.desk.client();
    let before = story.desk.state();
    for n in 0..50 {
        for path in [&yes, &no, &story.page] {
            for method in ["GET", "HEAD"] {
                let answer =
                    client.ask(method, path, &[("user-agent", "Slackbot-LinkExpanding 1.0"), ("x-forwarded-for", "1.2.3.4")]).await;
                assert_eq!(answer.status, StatusCode::OK, "{method} {n}");
                assert_eq!(answer.bytes.is_empty(), method == "HEAD");
            }
        }
        client.get(&format!("{yes}?press=approve&nonce=x&delay=5")).await;
    }
    assert_eq!(story.desk.state(), before);
    assert_eq!(story.desk.pressed(), 0);
    let answer = client.press(&client.get(&yes).await.form("approve"), &[]).await;
    assert!(answer.leads_to().ends_with("?done=approve"));
    assert_eq!(story.status(), "approved");
    let rate = answer.leads_to();
    for mark in 1..=5 {
        assert!(client.get(&format!("{rate}&delay={mark}&answers={mark}")).await.has("checked"));
    }
    assert!(story.desk.world().ticket(1).rating.is_none());
}

#[tokio::test]
async fn c02_c15_c19_c23_every_page_is_without_script_and_leaks_nothing() {
    for (path, answer) in pages().await {
        let text = answer.text().to_lowercase();
        for bad in ["<script", "javascript:", " onload", " onclick", " style=", "<iframe", "http-equiv", "//evil"] {
            assert!(!text.contains(bad), "{path}: {bad}");
        }
        let policy = answer.header("content-security-policy");
        for part in
            ["default-src 'none'", "style-src 'self'", "img-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        for (name, value) in [
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-robots-tag", "noindex, nofollow"),
            ("content-type", "text/html; charset=utf-8"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        let title = text.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
        assert!(!title.contains("imprimante") && !title.contains("alice") && !title.contains('#'), "{title}");
        assert!(!text.contains("og:") && answer.bytes.len() < 100_000, "{path}");
        for link in text.split("href=\"").skip(1).chain(text.split("src=\"").skip(1)) {
            assert!(link.starts_with('/') || link.starts_with('#'), "{path}: {}", link.split('"').next().unwrap());
        }
    }
}

#[tokio::test]
async fn c08_c21_what_is_no_token_is_not_found_always_alike() {
    let story = opened();
    let client = story.desk.client();
    let unknown = client.get(&format!("/l/{}", "A".repeat(43))).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    *story.desk.down.lock().unwrap() = true;
    for path in
        ["/l/", "/l/%20", "/l/null", "/l/0", "/l/%00", &format!("/l/{}", "A".repeat(42)), &format!("/l/{}", "A".repeat(44)), "/l", "/x"]
    {
        let answer = client.get(path).await;
        assert_eq!((answer.status, &answer.bytes), (StatusCode::NOT_FOUND, &unknown.bytes), "{path}");
    }
    // What has the shape of a token is asked for, and the memory is down.
    assert_eq!(client.get(&format!("/l/{}", "A".repeat(43))).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn c09_what_hangs_behind_is_forgiven_case_is_not() {
    let story = opened();
    let client = story.desk.client();
    for tail in [".", "%3E", ")", ",", "=3D", "%C2%BB", ""] {
        assert_eq!(client.get(&format!("{}{tail}", story.page)).await.status, StatusCode::OK, "{tail}");
    }
    let lower = format!("/l/{}", story.page[3..].to_ascii_lowercase());
    assert_eq!(client.get(&lower).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn c14_pages_say_whose_they_are_masked() {
    let (story, yes, _) = proposed();
    let page = story.desk.client().get(&yes).await;
    assert!(page.has("a***@cust.test") && !page.has("alice@cust.test"));
}

#[tokio::test]
async fn p60_the_ticket_page_tells_the_whole_story() {
    let (story, _) = asked();
    let page = story.desk.client().get(&story.page).await;
    for text in [
        "Imprimante en panne",
        "#1",
        "en attente d’information",
        "Karim Benali attend une précision de votre part.",
        "l&#x27;imprimante du deuxième étage",
        "je regarde tout de suite",
        "Karim Benali prend le ticket en charge.",
        "Quel modèle d&#x27;imprimante est-ce ?",
        "Historique",
        "(par mail)",
        "Répondre à la question",
        "Support DSI",
    ] {
        assert!(page.has(text), "{text}\n{}", page.text());
    }
    let presses: Vec<String> = page.forms().into_iter().map(|form| form.press).collect();
    assert_eq!(presses, ["reply", "cancel"]);
    let newest_last = page.text().find("deuxième étage") < page.text().find("Quel modèle");
    assert!(newest_last);
}

#[tokio::test]
async fn b01_a_newcomer_sees_nothing_from_before_them() {
    let story = opened();
    story.desk.with(|world| {
        world.receives(&story.alert.answered_by("ag1@desk.test", "#note\nAlice est VIP."));
        let root = world.ticket(1).root_message_id.unwrap();
        world.receives(&Mail::new("alice@cust.test").cc("carol@cust.test").reply_to_id(&root).text("Carol aussi est bloquée."));
    });
    let link = story.link_of("carol@cust.test");
    let page = story.desk.client().get(&link).await;
    assert!(page.has("Carol aussi est bloquée."), "{}", page.text());
    for hidden in ["deuxième étage", "je regarde", "VIP", "prend le ticket"] {
        assert!(!page.has(hidden), "{hidden}");
    }
    let presses: Vec<String> = page.forms().into_iter().map(|form| form.press).collect();
    assert_eq!(presses, ["reply", "leave"]);
    let own = story.desk.client().get(&story.page).await;
    assert!(own.has("deuxième étage") && !own.has("VIP"));
}

#[tokio::test]
async fn long_conversations_stay_small_and_whole_ones_are_a_click_away() {
    let story = opened();
    for n in 0..40 {
        let step = format!("Étape {n} : {}", "mot ".repeat(800));
        story.desk.with(|world| world.receives(&story.alert.answered_by("ag1@desk.test", &step)));
    }
    let client = story.desk.client();
    let page = client.get(&story.page).await;
    assert!(page.bytes.len() < 100_000, "{}", page.bytes.len());
    assert!(page.has("Étape 39") && !page.has("Étape 3 :"));
    let whole = client.get(&format!("{}?all=1", story.page)).await;
    let link = format!("{}?all=1", story.page).replace('=', "&#x3D;");
    assert!(page.has(&link) && whole.has("Étape 3 :") && whole.has("Étape 39"), "{}", page.text());
}
