//! Chromium without a window, by chromedriver on a free port: one for each test, gone at its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use axum::http::Method;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::Url;

/// One browser at a time: the machine has other things to do.
static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

pub struct Browser {
    pub client: Client,
    driver: Child,
    port: u16,
    _profile: tempfile::TempDir,
    _one: tokio::sync::MutexGuard<'static, ()>,
}

/// What kind of browser.
pub struct Kind {
    /// As `Accept-Language` has it.
    pub language: &'static str,
    /// Does it run any?
    pub scripts: bool,
}

const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1100,900",
];

impl Browser {
    pub async fn open() -> Browser {
        Browser::of(Kind { language: "fr-FR", scripts: true }).await
    }

    pub async fn of(kind: Kind) -> Browser {
        let one = ONE.lock().await;
        let command = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut driver = command.unwrap_or_else(|fault| panic!("chromedriver (Debian: chromium-driver) is needed: {fault}"));
        let port = port_of(&mut driver);
        let profile = tempfile::tempdir().unwrap();
        let mut flags: Vec<String> = FLAGS.map(str::to_owned).to_vec();
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        flags.push(format!("--accept-lang={}", kind.language));
        // 1 runs them, 2 never does (chromium's content settings).
        let prefs = json!({"profile.managed_default_content_settings.javascript": if kind.scripts { 1 } else { 2 }});
        let options = json!({"goog:chromeOptions": {"args": flags, "prefs": prefs}, "timeouts": {"pageLoad": 120_000, "script": 120_000}});
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(serde_json::from_value(options).unwrap());
        let client = builder.connect(&format!("http://127.0.0.1:{port}")).await.unwrap();
        Browser { client, driver, port, _profile: profile, _one: one }
    }

    pub async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// Waits until the page says this. New words are waited for, not elements: those of the page before are still there
    /// for a moment after a click.
    pub async fn says(&self, text: &str) {
        let path = format!("//body[contains(translate(., '\u{a0}', ' '), \"{text}\")]");
        let found = self.client.wait().for_element(Locator::XPath(&path)).await;
        if found.is_err() {
            panic!("the page does not say {text:?}:\n{}", self.client.source().await.unwrap());
        }
    }

    pub async fn press(&self, button: &str) {
        let path = format!("//button[contains(translate(., '\u{a0}', ' '), \"{button}\")]");
        self.client.find(Locator::XPath(&path)).await.unwrap().click().await.unwrap();
    }

    /// Types into the field of that id.
    pub async fn types(&self, id: &str, text: &str) {
        match self.client.wait().for_element(Locator::Id(id)).await {
            Ok(field) => field.send_keys(text).await.unwrap(),
            Err(_) => panic!("there is no {id} on the page:\n{}", self.client.source().await.unwrap()),
        }
    }

    pub async fn click(&self, css: &str) {
        self.client.find(Locator::Css(css)).await.unwrap().click().await.unwrap();
    }

    /// A number that the page answers with, as seen by a debugger: no script of the page's own runs under its policy.
    pub async fn number(&self, expression: &str) -> f64 {
        self.client.execute(&format!("return {expression}"), vec![]).await.unwrap().as_f64().unwrap()
    }

    /// Chromium's own protocol.
    pub async fn devtools(&self, cmd: &'static str, params: Value) -> Value {
        self.client.issue_cmd(Devtools { cmd, params }).await.unwrap()
    }

    /// The whole page as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        let shot = self.devtools("Page.captureScreenshot", json!({"captureBeyondViewport": true, "format": "png"})).await;
        data_encoding::BASE64.decode(shot["data"].as_str().unwrap().as_bytes()).unwrap()
    }

    pub async fn close(self) {
        self.client.clone().close().await.unwrap();
    }
}

impl Drop for Browser {
    /// Asks chromedriver to end its browsers and itself, also when the test failed.
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
            let _ = stream.read_to_end(&mut Vec::new());
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The port that chromedriver says it listens on.
fn port_of(driver: &mut Child) -> u16 {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let line = lines.by_ref().map(Result::unwrap).find(|line| line.contains("started successfully on port")).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    line.trim_end_matches('.').rsplit(' ').next().unwrap().parse().unwrap()
}

#[derive(Debug)]
struct Devtools {
    cmd: &'static str,
    params: Value,
}

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({"cmd": self.cmd, "params": self.params}).to_string()))
    }
}
