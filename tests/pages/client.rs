//! A browser's part, without one: asks, reads forms, posts them.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use regex::Regex;
use tower::ServiceExt;

pub const ORIGIN: &str = "https://desk.test";

#[derive(Clone)]
pub struct Client {
    router: Router,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

/// A form as it stands on a page.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub press: String,
    pub nonce: String,
}

impl Client {
    pub fn new(router: Router) -> Client {
        Client { router }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, bytes: to_bytes(body, usize::MAX).await.unwrap().to_vec() }
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request(method, path, headers, Body::empty())).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[]).await
    }

    /// Posts pairs, from a page of ours.
    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        self.post_from(path, pairs, &[("origin", ORIGIN)]).await
    }

    pub async fn post_from(&self, path: &str, pairs: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value))).collect();
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/x-www-form-urlencoded"));
        self.send(request("POST", path, &headers, Body::from(body.join("&")))).await
    }

    /// Posts a form with files: (name, file name, content).
    pub async fn upload(&self, path: &str, texts: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in texts {
            body.extend(format!("--BB\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        for (name, content) in files {
            let head = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/png");
            body.extend(format!("--BB\r\n{head}\r\n\r\n").bytes());
            body.extend_from_slice(content);
            body.extend(b"\r\n");
        }
        body.extend(b"--BB--\r\n");
        let headers = [("origin", ORIGIN), ("content-type", "multipart/form-data; boundary=BB")];
        self.send(request("POST", path, &headers, Body::from(body))).await
    }

    /// Presses the button of a form with what was filled in.
    pub async fn press(&self, form: &Form, pairs: &[(&str, &str)]) -> Answer {
        let mut all = vec![("nonce", &*form.nonce)];
        all.extend_from_slice(pairs);
        all.push(("press", &form.press));
        match form.press.as_str() {
            "answer" | "reply" => self.upload(&form.action, &all, &[]).await,
            _ => self.post(&form.action, &all).await,
        }
    }
}

pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if headers.iter().all(|(name, _)| *name != "host") {
        request = request.header("host", "desk.test");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).unwrap()
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { (byte as char).to_string() } else { format!("%{byte:02X}") }).collect()
}

impl Answer {
    /// The page, with plain spaces where French has narrow company.
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap().replace('\u{a0}', " ")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn has(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// Forms of the page, in order.
    pub fn forms(&self) -> Vec<Form> {
        let pattern = r#"(?s)<form method="post" action="([^"]+)".*?name="nonce" value="([^"]+)".*?name="press" value="([^"]+)""#;
        let text = self.text();
        let found = Regex::new(pattern).unwrap();
        found.captures_iter(&text).map(|form| Form { action: form[1].into(), nonce: form[2].into(), press: form[3].into() }).collect()
    }

    pub fn form(&self, press: &str) -> Form {
        let forms = self.forms();
        forms.iter().find(|form| form.press == press).unwrap_or_else(|| panic!("no {press} among {forms:?}\n{}", self.text())).clone()
    }

    /// Where a pressed button leads.
    pub fn leads_to(&self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text());
        self.header("location").to_owned()
    }
}
