//! The signed-in pages against scanners, forgers and hostile words: the casebook's group C once more, where a session is at stake.

use std::collections::BTreeSet;

use axum::http::StatusCode;

use crate::stories::{Story, proposed};
use crate::visitor::Visitor;
use crate::world::Mail;

async fn at_desk() -> (Story, Visitor) {
    let (story, _, _) = proposed();
    let karim = Visitor::new(&story.desk);
    karim.sign_in(&story.desk, "ag1@desk.test").await;
    (story, karim)
}

/// Every page that links lead to from these, forms included as links.
async fn comb(visitor: &Visitor, begin: &[&str]) -> BTreeSet<String> {
    let link = regex::Regex::new("href=\"(/[^\"]*)\"").unwrap();
    let mut waiting: Vec<String> = begin.iter().map(|path| (*path).to_owned()).collect();
    let mut known: BTreeSet<String> = waiting.iter().cloned().collect();
    while let Some(path) = waiting.pop() {
        let page = visitor.get(&path).await;
        let text = if page.header("content-type").starts_with("text/html") { page.text() } else { String::new() };
        for found in link.captures_iter(&text) {
            let path = found[1].replace("&amp;", "&");
            if known.insert(path.clone()) {
                waiting.push(path);
            }
        }
    }
    known
}

#[tokio::test]
async fn c01_c02_c27_c31_looking_at_everything_fifty_times_changes_nothing() {
    let (story, karim) = at_desk().await;
    let alice = Visitor::new(&story.desk);
    alice.sign_in(&story.desk, "alice@cust.test").await;
    let before = story.desk.state();
    for (visitor, begin) in [(&karim, "/desk/service"), (&alice, "/my")] {
        let pages = comb(visitor, &[begin, &story.page, "/sign-in", "/new", "/follow-up"]).await;
        assert!(pages.len() > 20, "{pages:?}");
        for round in 0..50 {
            for path in &pages {
                let answer = if round % 2 == 0 { visitor.get(path).await } else { visitor.head(path).await };
                assert!(answer.status.is_success() || answer.status == StatusCode::SEE_OTHER, "{path}: {}", answer.status);
                let text = if round == 0 { answer.text() } else { String::new() };
                if let Some(title) = text.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()) {
                    assert!(!title.contains("Imprimante") && !title.contains("#1") && !title.contains("lice"), "{path}: {title}");
                }
            }
        }
    }
    assert_eq!(story.desk.state(), before);
}

#[tokio::test]
async fn c03_c19_forms_sent_as_they_stand_decide_nothing_and_no_page_is_framed_or_kept() {
    let (story, karim) = at_desk().await;
    let before = story.desk.state();
    let pages = comb(&karim, &["/desk/t/1", "/desk/service", "/desk/new"]).await;
    let forms = regex::Regex::new(r#"(?s)<form method="post" action="([^"]+)"[^>]*>(.*?)</form>"#).unwrap();
    let fields = regex::Regex::new(r#"<(?:input|textarea|select)[^>]* name="([^"]+)"(?:[^>]* value="([^"]*)")?"#).unwrap();
    let mut pressed = 0;
    for path in pages.iter().filter(|path| !path.contains("sign-out")) {
        let page = karim.get(path).await;
        if page.header("content-type").starts_with("text/html") {
            assert!(
                page.header("content-security-policy").contains("frame-ancestors 'none'") && page.header("cache-control") == "no-store"
            );
            assert!(!page.header("content-security-policy").contains("unsafe") && page.header("x-robots-tag").contains("noindex"));
        }
        let text = if page.header("content-type").starts_with("text/html") { page.text() } else { String::new() };
        for form in forms.captures_iter(&text).filter(|form| !form[1].contains("sign-out")) {
            let named =
                |found: &regex::Captures<'_>| (found[1].to_owned(), found.get(2).map_or(String::new(), |value| value.as_str().to_owned()));
            let mut pairs: Vec<(String, String)> = fields.captures_iter(&form[2]).map(|found| named(&found)).collect();
            pairs.retain(|(name, _)| name != "file");
            pairs.dedup_by(|a, b| a.0 == b.0);
            let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = karim.post(&form[1], &pairs).await;
            assert!(answer.status.is_client_error(), "{path} {}: {}", &form[1], answer.status);
            pressed += 1;
        }
    }
    assert!(pressed > 10, "{pressed}");
    assert_eq!(story.desk.state(), before);
}

#[tokio::test]
async fn c15_c23_c24_hostile_words_and_files_are_only_words_and_files() {
    let (story, karim) = at_desk().await;
    story.desk.with(|world| {
        world.receives(
            &Mail::from("\"\\\"><svg/onload=alert(1)>\" <mallory@evil.test>")
                .to("support@desk.test")
                .subject("<img src=x onerror=alert(1)> https://evil.test")
                .body(concat!(
                    "Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/plain; charset=utf-8\n\n",
                    "<script>alert(1)</script> voir https://evil.test/x\n",
                    "--B\nContent-Type: text/html; charset=utf-8\nContent-Disposition: attachment; filename=\"a<b>.html\"\n\n",
                    "<script>alert(2)</script>\n--B--\n"
                )),
        );
    });
    let board = karim.get("/desk/t/2").await;
    for page in
        [&board, &karim.get("/desk/pool").await, &karim.get("/desk/search?q=%3Cscript%3E").await, &karim.get("/desk/t/2/do/merge").await]
    {
        let text = page.text();
        assert!(!text.contains("<script") && !text.contains("<img src=x") && !text.contains("<svg"), "{text}");
        assert!(!text.contains("href=\"https://evil.test"), "no customer's link can be clicked");
    }
    let file = regex::Regex::new("href=\"(/desk/t/2/f/[^\"]+)\"").unwrap();
    let path = file.captures(&board.text()).unwrap()[1].to_owned();
    let file = karim.get(&path).await;
    assert_eq!((file.header("content-type"), file.header("x-content-type-options")), ("application/octet-stream", "nosniff"));
    assert!(
        file.header("content-disposition").starts_with("attachment; filename=")
            && file.header("content-security-policy").contains("sandbox")
    );
    let stranger = Visitor::new(&story.desk);
    assert_eq!(stranger.get(&path).await.leads_to(), "/sign-in");
    for path in ["/desk/t/0", "/desk/t/-1", "/desk/t/99999999999999999999", "/desk/t/2/do/nothing", "/desk/t/2/f/1/x", "/my/t/2"] {
        assert_eq!(karim.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn c17_nothing_in_an_address_leads_elsewhere() {
    let (_, karim) = at_desk().await;
    for path in ["/desk?next=https://evil.test", "/sign-in?next=//evil.test", "/desk?done=//evil.test", "/sign-in?address=//evil.test"] {
        let answer = karim.get(path).await;
        assert!(answer.header("location").starts_with("/desk"), "{path}: {}", answer.header("location"));
    }
}
