//! Lives of tickets with the real program and a real browser: by pages alone, by mail alone, by both at once.

use fantoccini::Locator;
use guichet::desk::Event;
use serde_json::json;

use crate::chromium::{Browser, Kind};
use crate::program::{Found, Program, photo};

/// What stands on pages and in mails, in one language.
struct Said {
    category: &'static str,
    ask: &'static str,
    sent: &'static str,
    prove: &'static str,
    key: &'static str,
    enters: &'static str,
    enter: &'static str,
    pool: &'static str,
    take: &'static str,
    information: &'static str,
    close: &'static str,
    preview: &'static str,
    answer: &'static str,
    refuse: &'static str,
    approve: &'static str,
    opinion: &'static str,
    thanks: &'static str,
}

const FRENCH: Said = Said {
    category: "Réseau",
    ask: "Envoyer ma demande",
    sent: "Plus qu’une étape",
    prove: "Oui, l’envoyer",
    key: "Recevoir un lien",
    enters: "Me connecter\u{a0}:",
    enter: "Me connecter",
    pool: "Libres",
    take: "Prendre",
    information: "Demander une information",
    close: "Clore",
    preview: "Voir ce qui sera envoyé",
    answer: "Envoyer ma réponse",
    refuse: "Non, ce n’est pas résolu",
    approve: "Oui, c’est résolu",
    opinion: "Envoyer mon avis",
    thanks: "Votre avis est enregistré",
};

const ENGLISH: Said = Said {
    category: "Réseau",
    ask: "Send my request",
    sent: "Nearly there",
    prove: "Yes, send it",
    key: "Mail me a link",
    enters: "Sign in:",
    enter: "Sign in",
    pool: "Free",
    take: "Take",
    information: "Ask for information",
    close: "Close",
    preview: "Show what will be sent",
    answer: "Send my answer",
    refuse: "No, it is not solved",
    approve: "Yes, it is solved",
    opinion: "Send my opinion",
    thanks: "Your opinion is recorded",
};

/// A browser on the program's pages.
struct Walk<'a> {
    program: &'a mut Program,
    browser: &'a Browser,
    said: &'a Said,
    agent: &'a str,
    /// Each page must fit into a phone.
    phone: bool,
}

impl Walk<'_> {
    async fn goto(&self, path: &str) {
        self.browser.goto(&self.program.at(path)).await;
        self.fits().await;
    }

    async fn fits(&self) {
        if self.phone {
            let over = self.browser.number("document.documentElement.scrollWidth - window.innerWidth").await;
            assert!(over <= 0.0, "{}: {over} pixels too wide", self.browser.client.current_url().await.unwrap());
        }
    }

    async fn follow(&self, link: &str) {
        let path = format!("//main//a[contains(translate(., '\u{a0}', ' '), \"{link}\")]");
        let found = self.browser.client.find(Locator::XPath(&path)).await.unwrap();
        let leads_to = found.prop("href").await.unwrap().unwrap().parse().unwrap();
        found.click().await.unwrap();
        self.browser.client.wait().for_url(&leads_to).await.unwrap();
        self.fits().await;
    }

    async fn says(&self, text: &str) {
        self.browser.says(text).await;
        self.fits().await;
    }

    /// The request, proven by its author. Answers their ticket's path.
    async fn asks(&mut self) -> String {
        self.goto("/new").await;
        self.follow(self.said.category).await;
        self.browser.types("title", "Plus de wifi au 3e").await;
        self.browser.types("text", "Le wifi ne marche plus depuis ce matin.").await;
        self.browser.types("address", "alice@cust.test").await;
        self.browser.types("name", "Alice Martin").await;
        self.browser.press(self.said.ask).await;
        self.says(self.said.sent).await;
        assert!(self.program.events(1).is_empty(), "no agent sees anything before it is proven");
        let proof = self.program.mail_to("alice@cust.test", "/l/");
        self.goto(&proof.links[0]).await;
        self.browser.press(self.said.prove).await;
        self.says("Plus de wifi au 3e").await;
        self.browser.client.current_url().await.unwrap().path().to_owned()
    }

    async fn signs_in(&mut self) {
        self.goto("/sign-in").await;
        self.browser.types("address", self.agent).await;
        self.browser.press(self.said.key).await;
        self.browser.client.wait().for_element(Locator::Css(".notice.good")).await.unwrap();
        let key = self.program.mail_to(self.agent, self.said.enters);
        self.goto(&key.links[0]).await;
        self.browser.press(self.said.enter).await;
        self.says(self.said.pool).await;
    }

    /// Fills in an action's form, looks at what will be sent, and sends it. Answers the mail that it made.
    async fn acts(&mut self, act: &str, text: &str) -> Found {
        self.goto("/desk/t/1").await;
        self.follow(act).await;
        self.browser.types("text", text).await;
        self.browser.press(self.said.preview).await;
        self.browser.client.wait().for_element(Locator::Css(".letter")).await.unwrap();
        self.says(text).await;
        self.browser.click("button.main[name=press]").await;
        self.browser.client.wait().for_element(Locator::Css(".notice.good")).await.unwrap();
        self.program.mail_to("alice@cust.test", text)
    }
}

/// Asked, proven, taken, questioned, answered with a file, solved, refused, solved again, approved and rated, all in a browser.
async fn by_pages(mut walk: Walk<'_>) {
    walk.asks().await;
    walk.signs_in().await;
    walk.goto("/desk/pool").await;
    walk.follow("Plus de wifi au 3e").await;
    walk.browser.press(walk.said.take).await;
    walk.browser.client.wait().for_element(Locator::Css(".notice.good")).await.unwrap();
    walk.program.comes_to(1, "in_progress");
    let question = walk.acts(walk.said.information, "Quel appareil, s'il vous plaît ?").await;
    walk.goto(&question.links[0]).await;
    walk.browser.types("text", "Mon portable, photo jointe.").await;
    let photo = photo(&walk.program.path(""));
    walk.browser.types("file", photo.to_str().unwrap()).await;
    walk.browser.press(walk.said.answer).await;
    walk.program.comes_to(1, "in_progress");
    walk.goto("/desk/t/1").await;
    walk.says("Mon portable, photo jointe.").await;
    walk.says("écran.png").await;
    let first = walk.acts(walk.said.close, "La borne est redémarrée.").await;
    walk.goto(&first.links[1]).await;
    walk.browser.types("text", "Toujours rien chez moi.").await;
    walk.browser.press(walk.said.refuse).await;
    walk.program.comes_to(1, "in_progress");
    walk.goto("/desk/t/1").await;
    walk.says("Toujours rien chez moi.").await;
    let second = walk.acts(walk.said.close, "La borne est remplacée.").await;
    scanned(walk.program, walk.browser, &second, 1).await;
    walk.goto(&second.links[0]).await;
    walk.browser.press(walk.said.approve).await;
    walk.browser.client.wait().for_element(Locator::Css("#delay-4")).await.unwrap();
    walk.program.comes_to(1, "approved");
    walk.browser.click("#delay-4").await;
    walk.browser.click("#answers-5").await;
    walk.browser.press(walk.said.opinion).await;
    walk.says(walk.said.thanks).await;
    walk.goto("/desk/closed").await;
    walk.says("Plus de wifi au 3e").await;
    assert_eq!(words(&walk.program.events(1)), LIFE);
}

const LIFE: &[&str] = &[
    "opened",
    "taken",
    "information_requested",
    "answered",
    "closure_proposed",
    "closure_refused",
    "closure_proposed",
    "closure_approved",
    "rated",
];

fn words(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.what.word()).collect()
}

/// A mail gateway opens every link of a mail fifty times, by GET and HEAD, and once in a browser that runs what it finds.
async fn scanned(program: &Program, browser: &Browser, mail: &Found, ticket: u64) {
    let before = program.state(ticket);
    assert!(mail.links.len() >= 2, "{mail:?}");
    for _ in 0..50 {
        for link in &mail.links {
            for method in ["GET", "HEAD"] {
                let status = program.request(method, link);
                assert!(matches!(status, 200 | 429), "{method} {link}: {status}");
            }
        }
    }
    for link in &mail.links {
        browser.goto(&program.at(link)).await;
    }
    assert_eq!(program.state(ticket), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p60_p61_c01_a_whole_life_by_pages_in_french_without_scripts() {
    let mut program = Program::start();
    let browser = Browser::of(Kind { language: "fr-FR", scripts: false }).await;
    let walk = Walk { program: &mut program, browser: &browser, said: &FRENCH, agent: "karim@desk.test", phone: false };
    by_pages(walk).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p60_p61_a_whole_life_by_pages_in_english_on_a_phone() {
    let mut program = Program::start();
    let browser = Browser::of(Kind { language: "en-GB", scripts: true }).await;
    let device = json!({"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": true});
    browser.devtools("Emulation.setDeviceMetricsOverride", device).await;
    let walk = Walk { program: &mut program, browser: &browser, said: &ENGLISH, agent: "jo@desk.test", phone: true };
    by_pages(walk).await;
    browser.close().await;
}

/// The same life in two inboxes, without any page.
#[test]
fn p02_p10_p12_a_whole_life_by_mail() {
    let mut program = Program::start();
    program.receives(REQUEST);
    let alert = program.mail_to("karim@desk.test", "Plus de wifi au 3e");
    program.mail_to("alice@cust.test", "Plus de wifi au 3e");
    program.answers("karim@desk.test", &alert, "#prendre");
    program.comes_to(1, "in_progress");
    program.answers("karim@desk.test", &alert, "#info\nQuel appareil, s'il vous plaît ?");
    let question = program.mail_to("alice@cust.test", "Quel appareil");
    program.answers("Alice Martin <alice@cust.test>", &question, "Mon portable.");
    program.mail_to("karim@desk.test", "Mon portable.");
    program.comes_to(1, "in_progress");
    program.answers("karim@desk.test", &alert, "#clore\nLa borne est redémarrée.");
    let first = program.mail_to("alice@cust.test", "La borne est redémarrée.");
    let no = first.addresses[1].clone();
    program.answers("alice@cust.test", &Found { reply_to: no, ..first }, "Toujours rien chez moi.");
    let refused = program.mail_to("karim@desk.test", "Toujours rien chez moi.");
    program.comes_to(1, "in_progress");
    program.answers("karim@desk.test", &refused, "#clore\nLa borne est remplacée.");
    let second = program.mail_to("alice@cust.test", "La borne est remplacée.");
    program.answers("alice@cust.test", &second, "Oui");
    program.comes_to(1, "approved");
    assert_eq!(words(&program.events(1)), LIFE[..8]);
}

/// A new request of Alice's.
pub const REQUEST: &str = "From: Alice Martin <alice@cust.test>\nTo: support@desk.test\nSubject: Plus de wifi au 3e\n\
    Message-ID: <r1@cust.test>\nDate: Mon, 05 Jan 2026 09:00:00 +0100\nMIME-Version: 1.0\n\
    Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nBonjour, le wifi ne marche plus depuis ce matin.\n";

/// Karim sits before the page, Jo writes a mail: the first wins, the second is told, and nothing that was typed is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p61_two_agents_race_by_page_and_by_mail() {
    let mut program = Program::start();
    program.receives(REQUEST);
    let alert = program.mail_to("jo@desk.test", "Plus de wifi au 3e");
    let browser = Browser::open().await;
    let mut walk = Walk { program: &mut program, browser: &browser, said: &FRENCH, agent: "karim@desk.test", phone: false };
    walk.signs_in().await;
    walk.goto("/desk/t/1").await;
    // Jo was faster.
    walk.program.answers("jo@desk.test", &alert, "#take");
    walk.program.comes_to(1, "in_progress");
    browser.press("Prendre").await;
    walk.says("Jo Martin").await;
    assert_eq!(words(&walk.program.events(1)), ["opened", "taken"]);
    // Karim writes an answer; Jo asks meanwhile.
    walk.goto("/desk/t/1/do/reply").await;
    browser.types("text", "Je passe à 14 h.").await;
    walk.program.answers("jo@desk.test", &alert, "#ask\nWhich device?");
    walk.program.comes_to(1, "waiting_for_information");
    browser.click("button.main[name=press]").await;
    walk.says("Which device?").await;
    walk.says("Je passe à 14 h.").await;
    assert_eq!(words(&walk.program.events(1)), ["opened", "taken", "information_requested"]);
    browser.click("button.main[name=press]").await;
    browser.client.wait().for_element(Locator::Css(".notice.good")).await.unwrap();
    walk.program.mail_to("alice@cust.test", "Je passe à 14 h.");
    browser.close().await;
}
