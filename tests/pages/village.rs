//! The demo's village in a browser: anybody's mailbox, real links into real pages, and the agents' desk.

use std::process::{Child, Command, Stdio};

use fantoccini::Locator;

use crate::chromium::Browser;
use crate::program::{photo, until};

struct Village {
    child: Child,
    folder: tempfile::TempDir,
    mail: u16,
    pages: u16,
}

impl Village {
    /// The story is played before the village opens.
    fn open() -> Village {
        let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (folder, mail, pages) = (tempfile::tempdir().unwrap(), free(), free());
        let mut command = Command::new(env!("CARGO_BIN_EXE_guichet"));
        command.args(["demo", "--mail-port", &mail.to_string(), "--port", &pages.to_string(), "--folder"]).arg(folder.path());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        until("the village", || std::net::TcpStream::connect(("127.0.0.1", mail)).ok());
        Village { child, folder, mail, pages }
    }

    fn mailbox(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.mail)
    }

    /// Looks into somebody's mailbox until there is such a mail, and opens it.
    async fn reads(&self, browser: &Browser, who: &str, subject: &str) {
        let mail = format!("//main//a[contains(., \"{subject}\") and not(contains(., \"→\"))]");
        for _ in 0..400 {
            browser.goto(&self.mailbox(who)).await;
            if let Ok(found) = browser.client.find(Locator::XPath(&mail)).await {
                found.click().await.unwrap();
                return browser.client.wait().for_element(Locator::Css("a.button")).await.map(drop).unwrap();
            }
        }
        panic!("{who} has no mail {subject}");
    }

    /// What came into somebody's mailbox, for whoever must find out why something is not there.
    fn letters(&self, who: &str) -> Vec<String> {
        let folder = self.folder.path().join("mail").join(who).join("new");
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        files.filter_map(|file| std::fs::read_to_string(file.path()).ok()).collect()
    }

    async fn follows(browser: &Browser, link: &str) {
        let path = format!("//main//a[contains(., \"{link}\")]");
        browser.client.find(Locator::XPath(&path)).await.unwrap().click().await.unwrap();
    }
}

impl Drop for Village {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anybody_tries_the_product_without_a_mail_account() {
    let (village, browser) = (Village::open(), Browser::open().await);
    browser.goto(&village.mailbox("")).await;
    browser.says("Qui voulez-vous être ?").await;
    Village::follows(&browser, "Bruno Keller").await;
    browser.says("bruno@village.test").await;
    Village::follows(&browser, "Écrire un message").await;
    browser.types("subject", "Badge perdu").await;
    browser.types("text", "Bonjour, je ne retrouve plus mon badge.").await;
    browser.types("file", photo(village.folder.path()).to_str().unwrap()).await;
    browser.press("Envoyer").await;
    browser.says("→ Badge perdu").await;
    // Bruno opens the link of his acknowledgement: the real page, in a window of its own.
    village.reads(&browser, "bruno@village.test", "Badge perdu").await;
    browser.client.find(Locator::Css("iframe.mail")).await.unwrap().enter_frame().await.unwrap();
    Village::enters(&browser).await;
    let page = browser.client.current_url().await.unwrap();
    assert_eq!(page.port(), Some(village.pages));
    browser.says("écran.png").await;
    // An agent reads it as mails look, and answers with a command.
    village.reads(&browser, "karim@village.test", "Badge perdu").await;
    let frame = browser.client.find(Locator::Css("iframe.mail")).await.unwrap();
    frame.enter_frame().await.unwrap();
    browser.says("je ne retrouve plus mon badge").await;
    browser.client.enter_parent_frame().await.unwrap();
    Village::follows(&browser, "Répondre").await;
    browser.client.find(Locator::Id("text")).await.unwrap().clear().await.unwrap();
    browser.types("text", "#prendre\nJe vous en prépare un autre.").await;
    browser.press("Envoyer").await;
    browser.says("→ Re: [#2").await;
    // Bruno sees it on his page.
    let mut answered = false;
    for _ in 0..400 {
        browser.goto(page.as_str()).await;
        answered = browser.client.source().await.unwrap().contains("Je vous en prépare un autre.");
        if answered {
            break;
        }
    }
    assert!(answered, "{}\n{:?}", browser.client.source().await.unwrap(), village.letters("karim@village.test"));
    browser.says("Karim Benali").await;
    // The agents' desk, by the link that comes into the agent's mailbox.
    browser.goto(&format!("http://127.0.0.1:{}/sign-in?address=karim@village.test", village.pages)).await;
    assert_eq!(browser.client.find(Locator::Id("address")).await.unwrap().prop("value").await.unwrap().unwrap(), "karim@village.test");
    browser.press("Recevoir un lien").await;
    browser.client.wait().for_element(Locator::Css(".notice.good")).await.unwrap();
    village.reads(&browser, "karim@village.test", "connexion").await;
    browser.client.find(Locator::Css("iframe.mail")).await.unwrap().enter_frame().await.unwrap();
    Village::enters(&browser).await;
    browser.press("Me connecter").await;
    browser.says("Badge perdu").await;
    browser.close().await;
}

impl Village {
    /// Presses the button of a mail, and goes to the window that it opens.
    async fn enters(browser: &Browser) {
        browser.client.wait().for_element(Locator::Css("a[href*='/l/']")).await.unwrap().click().await.unwrap();
        let windows = browser.client.windows().await.unwrap();
        browser.client.switch_to_window(windows.into_iter().next_back().unwrap()).await.unwrap();
    }
}
