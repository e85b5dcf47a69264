//! Hosts, strangers' texts, health.

use axum::http::StatusCode;

use crate::desk::Behind;
use crate::stories::{opened, path};
use crate::world::{Mail, World};

#[tokio::test]
async fn c16_l09_only_our_own_host_is_served() {
    let story = opened();
    let client = story.desk.client();
    for host in ["evil.test", "desk.test.evil.test", "desk.test:8080", "127.0.0.1", "localhost", ""] {
        let answer = client.ask("GET", &story.page, &[("host", host), ("x-forwarded-host", "desk.test")]).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert!(!answer.has("evil"));
    }
    let forwarded = client.ask("GET", &story.page, &[("x-forwarded-host", "evil.test"), ("x-forwarded-for", "<b>")]).await;
    assert!(forwarded.status == StatusCode::OK && !forwarded.has("evil"));
    assert_eq!(client.ask("GET", "//evil.test", &[]).await.status, StatusCode::NOT_FOUND);
    let absolute = client.ask("GET", &format!("https://evil.test{}", story.page), &[]).await;
    assert_eq!(absolute.status, StatusCode::MISDIRECTED_REQUEST);
    let absolute = client.ask("GET", &format!("https://desk.test{}", story.page), &[]).await;
    assert_eq!(absolute.status, StatusCode::OK);
}

#[tokio::test]
async fn c23_g12_g14_what_people_write_is_only_text() {
    let mut world = World::new();
    let hostile = "<img src=x onerror=alert(1)> {{ticket.token}} {who} ${7*7}";
    let mail = Mail::from("\"\\\"><svg/onload=alert(1)>\" <alice@cust.test>").to("support@desk.test").subject(hostile).text(hostile);
    world.receives(&mail);
    let ack = world.letter_to_any("alice@cust.test");
    let desk = Behind::new(world);
    let client = desk.client();
    let page = client.ask("GET", &path(&ack.links[0]), &[("referer", "<script>")]).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(!text.contains("<img") && !text.contains("<svg") && !text.contains("<script"), "{text}");
    assert!(text.contains("&lt;img src&#x3D;x onerror&#x3D;alert(1)&gt; {{ticket.token}} {who} ${7*7}"), "{text}");
    let lost = client.get("/l/%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
    assert!(lost.status == StatusCode::NOT_FOUND && !lost.has("script"));
}

#[tokio::test]
async fn l10_health_is_red_when_mail_stands_still() {
    let story = opened();
    let client = story.desk.client();
    assert_eq!(client.ask("GET", "/health", &[("host", "10.0.0.7")]).await.text(), r#"{"ok":true,"store":true,"mailboxes":[]}"#);
    let now = story.desk.world().now();
    for (age, ok) in [(10, true), (599, true), (601, false)] {
        let at = jiff::Timestamp::from_second(now - age).unwrap();
        story.desk.polls.lock().unwrap().insert("support".into(), at);
        let health = client.get("/health").await;
        assert_eq!(health.status, if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE });
        assert_eq!(health.text(), format!(r#"{{"ok":{ok},"store":true,"mailboxes":[{{"name":"support","polled_seconds_ago":{age}}}]}}"#));
    }
    *story.desk.down.lock().unwrap() = true;
    assert!(client.get("/health").await.has(r#""store":false"#));
}

#[tokio::test]
async fn when_nothing_can_be_kept_pages_say_so() {
    let story = opened();
    let client = story.desk.client();
    let form = client.get(&story.page).await.form("reply");
    *story.desk.down.lock().unwrap() = true;
    let answer = client.press(&form, &[("text", "x")]).await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "60"));
    assert!(answer.has("Rien n’a été enregistré"));
}

#[tokio::test]
async fn a_panic_costs_one_answer_and_tells_nothing() {
    let story = opened();
    let client = story.desk.client();
    let form = client.get(&story.page).await.form("cancel");
    *story.desk.panics.lock().unwrap() = true;
    let answer = client.press(&form, &[]).await;
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::INTERNAL_SERVER_ERROR, "no-store"));
    assert!(answer.has("Une erreur s’est produite") && !answer.has(&form.nonce));
    *story.desk.panics.lock().unwrap() = false;
    client.press(&form, &[]).await.leads_to();
}

#[tokio::test]
async fn the_small_ones() {
    let story = opened();
    let client = story.desk.client();
    let home = client.get("/").await;
    assert!(home.has("support@desk.test"));
    for way in ["/new", "/follow-up", "/my"] {
        assert!(home.has(&format!("<a href=\"{way}\">")), "{way}\n{}", home.text());
    }
    let style = home.text().split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let style = client.get(&style).await;
    assert_eq!((style.status, style.header("content-type")), (StatusCode::OK, "text/css; charset=utf-8"));
    assert!(style.header("cache-control").contains("immutable"));
    assert!(client.get("/robots.txt").await.has("Disallow: /"));
}

/// What a subscriber was told, as one text.
#[derive(Clone, Default)]
struct Told(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Told {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn l02_no_token_reaches_the_log() {
    let (story, yes, _) = crate::stories::proposed();
    let client = story.desk.client();
    let told = Told::default();
    let writer = told.clone();
    let subscriber =
        tracing_subscriber::fmt().with_ansi(false).with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    // For all threads: what the other tests cause is in the log too, and must be as clean.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let form = client.get(&yes).await.form("approve");
    client.get(&format!("{}/f/1/2", story.page)).await;
    client.ask("GET", &yes, &[("host", "evil.test")]).await;
    client.post(&form.action, &[("nonce", &form.nonce)]).await;
    client.press(&form, &[]).await;
    *story.desk.down.lock().unwrap() = true;
    client.get(&yes).await;
    let log = String::from_utf8(told.0.lock().unwrap().clone()).unwrap();
    assert!(log.lines().filter(|line| line.contains("path=\"/l/")).count() >= 6, "{log}");
    // Tokens and nonces are the longest words of their alphabet that there are.
    let secrets = regex::Regex::new("[A-Za-z0-9_-]{43,}").unwrap();
    assert_eq!(secrets.find(&log).map(|found| found.as_str()), None);
    for secret in [&yes[3..], &story.page[3..], &form.nonce, "@cust.test"] {
        assert!(!log.contains(secret), "{log}");
    }
}
