//! A browser with cookies, over the whole gateway, without one.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::client::{Answer, Client, ORIGIN};
use crate::desk::Behind;
use crate::stories::{Story, opened, path};

/// A browser that keeps cookies, as the pages' headers ask it to.
pub struct Visitor {
    client: Client,
    pub cookies: RefCell<BTreeMap<String, String>>,
    language: &'static str,
}

impl Visitor {
    pub fn new(desk: &Behind) -> Visitor {
        Visitor { client: desk.client(), cookies: RefCell::default(), language: "fr" }
    }

    fn keep(&self, answer: Answer) -> Answer {
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(
                cookie.contains("; HttpOnly; SameSite=Lax; ") && cookie.contains("; Secure") && cookie.starts_with("__Host-"),
                "{cookie}"
            );
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    pub fn cookie(&self) -> String {
        self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub async fn get(&self, path: &str) -> Answer {
        let cookie = self.cookie();
        self.keep(self.client.ask("GET", path, &[("cookie", &cookie), ("accept-language", self.language)]).await)
    }

    pub async fn head(&self, path: &str) -> Answer {
        let cookie = self.cookie();
        self.keep(self.client.ask("HEAD", path, &[("cookie", &cookie)]).await)
    }

    /// Follows where an answer leads.
    pub async fn follow(&self, answer: &Answer) -> Answer {
        self.get(&answer.leads_to()).await
    }

    /// Presses a button of a page with what was filled in; hidden fields come along.
    pub async fn press(&self, page: &Answer, press: &str, pairs: &[(&str, &str)]) -> Answer {
        let (form, action) = form_of(&page.text(), press);
        let mut all: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.extend_from_slice(pairs);
        all.push(("press", press));
        self.post(&action, &all).await
    }

    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let cookie = self.cookie();
        let headers = [("origin", ORIGIN), ("cookie", &*cookie), ("accept-language", self.language)];
        self.keep(self.client.post_from(path, pairs, &headers).await)
    }

    /// Asks for a key, reads it in the mailbox, and uses it.
    pub async fn sign_in(&self, desk: &Behind, address: &str) -> Answer {
        let key = self.key(desk, address).await;
        let page = self.get(&key).await;
        let entered = self.press(&page, "enter", &[]).await;
        assert_eq!(entered.leads_to(), "/desk");
        self.follow(&entered).await
    }

    pub async fn key(&self, desk: &Behind, address: &str) -> String {
        let page = self.get("/sign-in").await;
        let asked = self.press(&page, "sign_in", &[("address", address)]).await;
        assert_eq!(asked.leads_to(), "/sign-in?done=key_sent");
        settle().await;
        path(&desk.mail_to(address).links[0])
    }
}

/// Lets what was put off happen.
pub async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

type Hidden = Vec<(String, String)>;

/// The hidden fields and the action of the form that has this button.
pub fn form_of(html: &str, press: &str) -> (Hidden, String) {
    let forms = regex::Regex::new(r#"(?s)<form method="post" action="([^"]+)"[^>]*>(.*?)</form>"#).unwrap();
    let hidden = regex::Regex::new(r#"<input type="hidden" name="([^"]+)" value="([^"]*)">"#).unwrap();
    let button = format!("name=\"press\" value=\"{press}\"");
    let found = forms.captures_iter(html).find(|form| form[2].contains(&button));
    let found = found.unwrap_or_else(|| panic!("no button {press} on\n{html}"));
    (hidden.captures_iter(&found[2]).map(|field| (field[1].to_owned(), field[2].to_owned())).collect(), found[1].to_owned())
}

/// An agent at the desk, beside the story of alice's printer.
pub async fn at_desk() -> (Story, Visitor) {
    let story = opened();
    let karim = Visitor::new(&story.desk);
    karim.sign_in(&story.desk, "ag1@desk.test").await;
    (story, karim)
}
