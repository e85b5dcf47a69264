//! The pages in a real Chromium, over real sockets: what a person does, and how it looks.

use serde_json::json;

use crate::chromium::Browser;
use crate::server::{Served, serve};
use crate::stories::{Story, asked, png, proposed};

impl Served {
    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p12_p14_a_person_approves_and_rates() {
    let (story, yes, _) = proposed();
    let (served, browser) = (serve(&story.desk).await, Browser::open().await);
    browser.goto(&served.url(&yes)).await;
    browser.says("La cartouche est changée").await;
    browser.press("Oui, c’est résolu").await;
    browser.says("Merci ! Le ticket est clos.").await;
    assert_eq!(story.status(), "approved");
    browser.click("#delay-5").await;
    browser.click("#answers-4").await;
    browser.types("text", "Rapide et clair.").await;
    browser.press("Envoyer mon avis").await;
    browser.says("Votre avis est enregistré. Vous pouvez encore le changer.").await;
    let rating = story.desk.world().ticket(1).rating.unwrap();
    assert_eq!((rating.delay, rating.answers, &*rating.comment), (5, 4, "Rapide et clair."));
    browser.close().await;
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p13_a_person_refuses_with_a_reason() {
    let (story, _, no) = proposed();
    let (served, browser) = (serve(&story.desk).await, Browser::open().await);
    browser.goto(&served.url(&no)).await;
    browser.says("Que reste-t-il à régler ?").await;
    // The browser itself holds an empty form back.
    browser.press("Non, ce n’est pas résolu").await;
    assert_eq!(story.desk.pressed(), 0);
    browser.types("text", "Ça fume encore, voir bac n° 2.").await;
    browser.press("Non, ce n’est pas résolu").await;
    browser.says("C’est transmis : la demande reprend.").await;
    browser.says("Ça fume encore, voir bac n° 2.").await;
    assert_eq!(story.status(), "in_progress");
    browser.close().await;
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p10_p2_a_person_answers_with_a_file_then_writes_on_the_ticket() {
    let (story, link) = asked();
    let (served, browser) = (serve(&story.desk).await, Browser::open().await);
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("étiquette du modèle.png");
    std::fs::write(&photo, png(240, 120)).unwrap();
    browser.goto(&served.url(&link)).await;
    browser.says("Quel modèle d'imprimante est-ce ?").await;
    browser.types("text", "Une LaserMax 300, photo jointe.").await;
    browser.types("file", photo.to_str().unwrap()).await;
    browser.press("Envoyer ma réponse").await;
    browser.says("Votre réponse est transmise.").await;
    assert_eq!(story.status(), "in_progress");
    browser.goto(&served.url(&story.page)).await;
    browser.says("étiquette du modèle.png").await;
    browser.types("text", "Elle est au deuxième étage.").await;
    browser.press("Envoyer").await;
    browser.says("Votre message est envoyé.").await;
    browser.says("Elle est au deuxième étage.").await;
    assert_eq!(story.happened("replied"), 2);
    browser.close().await;
    served.stop().await;
}

/// A scanner that runs a whole browser: there is nothing on a page that could run, now or later (CASEBOOK C02).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c02_a_browser_that_only_looks_changes_nothing() {
    let (story, yes, no) = proposed();
    let (served, browser) = (serve(&story.desk).await, Browser::open().await);
    let before = story.desk.state();
    for path in [&yes, &no, &story.page] {
        browser.goto(&served.url(path)).await;
        let active = "document.querySelectorAll('script, iframe, object, embed, svg, meta[http-equiv], [onload], [autoplay]').length";
        assert_eq!(browser.number(active).await, 0.0);
        let foreign = "performance.getEntriesByType('resource').filter(it => !it.name.startsWith(location.origin)).length";
        assert_eq!(browser.number(foreign).await, 0.0);
    }
    assert_eq!((story.desk.state(), story.desk.pressed()), (before, 0));
    browser.close().await;
    served.stop().await;
}

/// Every page, wide and on a phone, light and dark: nothing hangs over the edge, the sheet is there. The pictures are
/// left in the target folder for whoever wants to look.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_fit_a_phone_and_a_desk_in_light_and_dark() {
    let (story, yes, no) = proposed();
    let (question, link) = asked();
    story.decorate();
    let (served, asking) = (serve(&story.desk).await, serve(&question.desk).await);
    let browser = Browser::open().await;
    let rate = approved_elsewhere().await;
    let rating = serve(&rate.0.desk).await;
    let pages = [
        ("approve", served.url(&yes)),
        ("refuse", served.url(&no)),
        ("ticket", served.url(&story.page)),
        ("answer", asking.url(&link)),
        ("rate", rating.url(&rate.1)),
        ("over", rating.url(&rate.2)),
        ("lost", served.url("/l/x")),
        ("home", served.url("/")),
    ];
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    std::fs::create_dir_all(&folder).unwrap();
    for (width, scheme) in [(390, "light"), (390, "dark"), (1100, "light"), (1100, "dark")] {
        let phone = width < 500;
        let device = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": phone});
        browser.devtools("Emulation.setDeviceMetricsOverride", device).await;
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        browser.devtools("Emulation.setEmulatedMedia", media).await;
        for (name, url) in &pages {
            browser.goto(url).await;
            let over = browser.number("document.documentElement.scrollWidth - window.innerWidth").await;
            assert!(over <= 0.0, "{name} at {width}: {over} pixels too wide");
            let dark = browser.number("parseInt(getComputedStyle(document.body).backgroundColor.match(/[0-9]+/)[0])").await < 128.0;
            assert_eq!(dark, scheme == "dark", "{name}");
            let size = if phone { "phone" } else { "wide" };
            let picture = |name: &str| folder.join(format!("{name}-{size}-{scheme}.png"));
            std::fs::write(picture(name), browser.picture().await).unwrap();
            match *name {
                "ticket" => {
                    browser.number("(document.querySelectorAll('details').forEach(it => it.open = true), 1)").await;
                    std::fs::write(picture("ticket-open"), browser.picture().await).unwrap();
                }
                "refuse" => {
                    // A space is a reason to a browser, not to us.
                    browser.types("text", " ").await;
                    browser.press("Non, ce n’est pas résolu").await;
                    browser.says("Dites en quelques mots ce qui ne va pas.").await;
                    std::fs::write(picture("refuse-again"), browser.picture().await).unwrap();
                }
                _ => {}
            }
        }
    }
    browser.close().await;
    for served in [served, asking, rating] {
        served.stop().await;
    }
}

/// A ticket that was approved: its rating page, and the link that is over.
async fn approved_elsewhere() -> (Story, String, String) {
    let (story, yes, no) = proposed();
    let client = story.desk.client();
    let rate = client.press(&client.get(&yes).await.form("approve"), &[]).await.leads_to();
    (story, rate, no)
}
