//! The signed-in pages in a real Chromium: how they look, whether everybody can use them, with nothing but a keyboard, and
//! at once.

use fantoccini::Locator;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use guichet::desk::Staffing;
use guichet::gateway::{Heirs, Manage, Managed};
use serde_json::json;

use crate::chromium::Browser;
use crate::desk::Behind;
use crate::server::{Served, serve};
use crate::stories::{Story, opened, path, proposed};
use crate::visitor::settle;
use crate::world::Mail;

/// axe-core 4.14.1 (MPL-2.0): rules of accessibility, run in the page by the debugger.
const AXE: &str = include_str!("axe/axe.min.js");

impl Served {
    fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// Signs somebody in as people do: asks for a key, reads the mail, presses the button.
async fn sign_in(browser: &Browser, served: &Served, desk: &Behind, address: &str, button: &str) {
    browser.client.delete_all_cookies().await.unwrap();
    browser.goto(&served.at("/sign-in")).await;
    browser.types("address", address).await;
    browser.client.find(Locator::Css("main button")).await.unwrap().click().await.unwrap();
    browser.client.wait().for_element(Locator::Css(".notice.good")).await.unwrap();
    settle().await;
    browser.goto(&served.at(&path(&desk.mail_to(address).links[0]))).await;
    browser.press(button).await;
    browser.client.wait().for_element(Locator::Css("nav.me")).await.unwrap();
}

/// A desk on which something of everything lies.
fn full() -> Story {
    let (story, _, _) = proposed();
    let mut world = story.desk.world();
    for (from, subject, to) in [
        ("Zoé Petit <zoe@cust.test>", "Accès au dossier partagé de la comptabilité depuis le nouveau portable", "support+reseau@desk.test"),
        ("Paul Roux <paul@cust.test>", "Écran noir", "support@desk.test"),
        ("Inès Faure <ines@cust.test>", "Commande de deux fauteuils", "support@desk.test"),
    ] {
        world.receives(&Mail::from(from).to(to).subject(subject));
    }
    let mut organisation = crate::world::organisation();
    organisation.agents[0].memberships[0].may.push(guichet::desk::Privilege::ManageAgents);
    let soon = |minutes| Some(jiff::SignedDuration::from_mins(minutes));
    organisation.services[0].targets = vec![guichet::desk::Target { response: soon(15), resolution: soon(16 * 60), ..Default::default() }];
    organisation.services[0].wants_time = true;
    world.gateway.apply_organisation(organisation).unwrap();
    let guests = Staffing::Guests { category: "reseau".into(), guests: vec![crate::world::address("reseau@cust.test")] };
    let seen = guichet::store::StaffingReads::organisation_version(world.gateway.store()).unwrap();
    let by = crate::world::address("ag1@desk.test");
    let form = Manage { by, service: "dsi".into(), seen, nonce: "guests".into(), what: vec![guests], heirs: Heirs::default() };
    assert_eq!(world.gateway.manage(&form).unwrap(), Managed::Done);
    world.receives(&Mail::from("Mallory <ag2@desk.test>").to("support@desk.test").subject("Urgent"));
    drop(world);
    story.decorate();
    story
}

/// Faults of the present page that a person would meet, by rule; light ones and matters of taste are left out.
async fn faults(browser: &Browser) -> Vec<String> {
    browser.client.execute(AXE, vec![]).await.unwrap();
    let run = "const done = arguments[arguments.length - 1];
        axe.run(document, {resultTypes: ['violations']}).then(found => done(found.violations
            .filter(it => it.impact === 'serious' || it.impact === 'critical')
            .map(it => it.id + ': ' + it.nodes.map(node => node.html).slice(0, 3).join(' | '))))";
    let found = browser.client.execute_async(run, vec![]).await.unwrap();
    found.as_array().unwrap().iter().map(|fault| fault.as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_the_signed_in_fits_and_is_usable_by_everybody() {
    let story = full();
    let (served, browser) = (serve(&story.desk).await, Browser::open().await);
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    std::fs::create_dir_all(&folder).unwrap();
    let outside = [("sign-in", "/sign-in"), ("follow-up", "/follow-up"), ("new", "/new"), ("new-form", "/new/dsi/reseau")];
    let agent = [
        ("pool", "/desk/pool"),
        ("service", "/desk/service"),
        ("search", "/desk/search?q=dossier"),
        ("board", "/desk/t/1?all=1"),
        ("board-free", "/desk/t/2"),
        ("close", "/desk/t/2/do/close"),
        ("assign", "/desk/t/2/do/assign"),
        ("postpone", "/desk/t/2/do/postpone"),
        ("urgency", "/desk/t/2/do/urgency"),
        ("transfer", "/desk/t/2/do/transfer"),
        ("held", "/desk/held"),
        ("behalf", "/desk/new"),
        ("preferences", "/desk/preferences"),
        ("figures", "/desk/figures"),
        ("articles", "/desk/articles"),
        ("service-page", "/desk/services/dsi"),
        ("staff-join", "/desk/services/dsi/join"),
        ("staff-may", "/desk/services/dsi/may/ag2%40desk%2Etest"),
        ("staff-leave", "/desk/services/dsi/leave/ag1%40desk%2Etest"),
        ("staff-guests", "/desk/services/dsi/guests"),
        ("my-empty", "/my"),
    ];
    let own = [("my", "/my"), ("my-ticket", "/my/t/1"), ("invite", "/my/t/1/do/invite"), ("my-new", "/new/dsi/-")];
    let mut wrong = Vec::new();
    for (pages, who) in [(&outside[..], None), (&agent[..], Some("ag1@desk.test")), (&own[..], Some("alice@cust.test"))] {
        match who {
            Some(who) => sign_in(&browser, &served, &story.desk, who, "Me connecter").await,
            None => browser.goto(&served.at("/sign-in")).await,
        }
        for (width, scheme) in [(390, "light"), (390, "dark"), (1200, "light"), (1200, "dark")] {
            let device = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500});
            browser.devtools("Emulation.setDeviceMetricsOverride", device).await;
            browser.devtools("Emulation.setEmulatedMedia", json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]})).await;
            for (name, path) in pages {
                browser.goto(&served.at(path)).await;
                let over = browser.number("document.documentElement.scrollWidth - window.innerWidth").await;
                let title = browser.number("document.querySelectorAll('h1').length").await;
                let size = browser.number("document.documentElement.outerHTML.length").await;
                if over > 0.0 || title != 1.0 || size > 100_000.0 {
                    wrong.push(format!("{name} at {width}: {over} pixels too wide, {title} headings, {size} characters"));
                }
                wrong.extend(faults(&browser).await.into_iter().map(|fault| format!("{name} at {width}, {scheme}: {fault}")));
                let picture = folder.join(format!("{name}-{}-{scheme}.png", if width < 500 { "phone" } else { "wide" }));
                std::fs::write(picture, browser.picture().await).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    browser.close().await;
    served.stop().await;
}

/// What stands on paper: the conversation and what is known, nothing to press, and dark letters whatever the screen's scheme.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row21_a_ticket_on_paper_is_what_was_said() {
    let story = full();
    let (served, browser) = (serve(&story.desk).await, Browser::open().await);
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    std::fs::create_dir_all(&folder).unwrap();
    let device = json!({"width": 794, "height": 1123, "deviceScaleFactor": 1, "mobile": false});
    browser.devtools("Emulation.setDeviceMetricsOverride", device).await;
    for (name, path, who) in [("paper-board", "/desk/t/1?all=1", "ag1@desk.test"), ("paper-own", "/my/t/1", "alice@cust.test")] {
        browser.devtools("Emulation.setEmulatedMedia", json!({"media": ""})).await;
        sign_in(&browser, &served, &story.desk, who, "Me connecter").await;
        browser.goto(&served.at(path)).await;
        let dark = json!({"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]});
        browser.devtools("Emulation.setEmulatedMedia", dark).await;
        let shown = "[...document.querySelectorAll('button, nav, textarea, input, summary')].filter(it => it.checkVisibility()).length";
        assert_eq!(browser.number(shown).await, 0.0, "{name}: nothing to press");
        let letters = "parseInt(getComputedStyle(document.querySelector('h1')).color.match(/[0-9]+/)[0])";
        assert!(browser.number(letters).await < 100.0, "{name}: dark on white");
        browser.says("La cartouche est changée").await;
        std::fs::write(folder.join(format!("{name}.png")), browser.picture().await).unwrap();
    }
    browser.close().await;
    served.stop().await;
}

/// From the sign-in to a reply with nothing but Tab, Enter and letters.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p61_a_keyboard_is_enough() {
    let story = opened();
    let (served, browser) = (serve(&story.desk).await, Browser::open().await);
    let keys = |text: String| {
        let client = browser.client.clone();
        async move {
            let press = |keys: KeyActions, value: char| keys.then(KeyAction::Down { value }).then(KeyAction::Up { value });
            let typed = text.chars().fold(KeyActions::new("keyboard".into()), press);
            client.perform_actions(typed).await.unwrap();
        }
    };
    let tab = || keys(char::from(Key::Tab).to_string());
    let enter = || keys(char::from(Key::Enter).to_string());
    // Tab until the focused thing says this.
    let reach = async |text: &str| {
        for _ in 0..60 {
            let focused = browser.client.active_element().await.unwrap();
            let said = format!("{} {}", focused.text().await.unwrap_or_default(), focused.attr("id").await.unwrap().unwrap_or_default());
            let page = focused.tag_name().await.unwrap() == "body";
            if !page && said.contains(text) {
                return;
            }
            tab().await;
        }
        panic!("Tab never came to {text}");
    };
    browser.goto(&served.at("/sign-in")).await;
    reach("address").await;
    keys("ag1@desk.test".into()).await;
    enter().await;
    browser.says("un lien lui est envoyé").await;
    settle().await;
    browser.goto(&served.at(&path(&story.desk.mail_to("ag1@desk.test").links[0]))).await;
    reach("Me connecter").await;
    enter().await;
    browser.says("Mes tickets").await;
    reach("#1").await;
    enter().await;
    browser.says("Répondre à la conversation").await;
    reach("text").await;
    keys("Je passe cet après-midi.".into()).await;
    reach("Envoyer").await;
    enter().await;
    browser.says("Je passe cet après-midi.").await;
    assert_eq!(story.happened("replied"), 2);
    browser.close().await;
    served.stop().await;
}

/// Two agents in two windows: the first wins, the second is told what happened, and keeps what was typed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p61_two_agents_race() {
    let story = opened();
    let (served, browser) = (serve(&story.desk).await, Browser::open().await);
    sign_in(&browser, &served, &story.desk, "ag2@desk.test", "Me connecter").await;
    browser.goto(&served.at("/desk/t/1/do/note")).await;
    browser.says("Note interne").await;
    browser.types("text", "J’ai commandé la pièce.").await;
    // Karim was faster, from his inbox.
    story.desk.with(|world| world.receives(&story.alert.answered_by("ag1@desk.test", "#clore\nC’est réparé.")));
    browser.press("Note interne").await;
    browser.says("Le ticket a changé depuis l’ouverture").await;
    browser.says("C’est réparé.").await;
    browser.says("J’ai commandé la pièce.").await;
    assert_eq!(story.happened("noted"), 0);
    browser.press("Note interne").await;
    browser.says("La note interne est enregistrée.").await;
    assert_eq!(story.happened("noted"), 1);
    browser.close().await;
    served.stop().await;
}
