//! Signing in, the agents' desk and the requester's own pages, over the whole gateway: a browser with cookies, without one.

use std::cell::RefCell;
use std::collections::BTreeMap;

use axum::http::StatusCode;
use guichet::store::PageReads;
use jiff::SignedDuration;

use crate::client::{Answer, Client, ORIGIN};
use crate::desk::Behind;
use crate::stories::{Story, asked, opened, path, proposed};

/// A browser that keeps cookies, as the pages' headers ask it to.
pub struct Visitor {
    client: Client,
    cookies: RefCell<BTreeMap<String, String>>,
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

    fn cookie(&self) -> String {
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

    async fn key(&self, desk: &Behind, address: &str) -> String {
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
fn form_of(html: &str, press: &str) -> (Hidden, String) {
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

#[tokio::test]
async fn p61_an_agent_signs_in_by_a_mailed_key_that_works_once() {
    let story = opened();
    let karim = Visitor::new(&story.desk);
    let key = karim.key(&story.desk, "ag1@desk.test").await;
    // Scanners of the mailbox look at it, and press nothing (CASEBOOK C01).
    for _ in 0..50 {
        assert!(story.desk.client().get(&key).await.has("Un autre navigateur"));
        story.desk.client().ask("HEAD", &key, &[]).await;
    }
    let page = karim.get(&key).await;
    let (hidden, action) = form_of(&page.text(), "enter");
    let stolen = Visitor::new(&story.desk);
    stolen.get("/sign-in").await;
    let nonce = &hidden[0].1;
    let elsewhere = stolen.post(&action, &[("nonce", nonce), ("press", "enter")]).await;
    assert!(elsewhere.status == StatusCode::CONFLICT && elsewhere.has("Un autre navigateur"));
    let entered = karim.press(&page, "enter", &[]).await;
    assert_eq!(entered.leads_to(), "/desk");
    assert_eq!(karim.follow(&entered).await.leads_to(), "/desk/mine");
    let mine = karim.get("/desk/mine").await;
    assert!(mine.has("Mes tickets") && mine.has("Karim Benali") && mine.has("#1"), "{}", mine.text());
    assert_eq!(karim.press(&page, "enter", &[]).await.status, StatusCode::GONE);
    assert_eq!(karim.get(&key).await.status, StatusCode::GONE);
    // Nothing of a cookie or key is in the store but hashes.
    let token = karim.cookies.borrow()["__Host-guichet"].clone();
    let world = story.desk.world();
    let sessions = world.gateway.store().sessions(&crate::world::address("ag1@desk.test")).unwrap();
    assert_eq!(sessions.len(), 1);
    assert!(!format!("{sessions:?}").contains(&token));
}

#[tokio::test]
async fn c07_a_key_ends_after_ten_minutes_and_a_session_after_a_night() {
    let story = opened();
    let karim = Visitor::new(&story.desk);
    let key = karim.key(&story.desk, "ag1@desk.test").await;
    let page = karim.get(&key).await;
    story.desk.with(|world| world.later(SignedDuration::from_secs(600)));
    assert_eq!(karim.press(&page, "enter", &[]).await.status, StatusCode::GONE);
    karim.sign_in(&story.desk, "ag1@desk.test").await;
    let before = karim.cookie();
    story.desk.with(|world| world.later(SignedDuration::from_mins(16)));
    assert_eq!(karim.get("/desk/pool").await.status, StatusCode::OK);
    assert_ne!(karim.cookie(), before, "the cookie rotates");
    let old = Visitor { cookies: RefCell::default(), ..Visitor::new(&story.desk) };
    for pair in before.split("; ") {
        let (name, value) = pair.split_once('=').unwrap();
        old.cookies.borrow_mut().insert(name.into(), value.into());
    }
    assert_eq!(old.get("/desk/pool").await.status, StatusCode::OK, "a request that was under way");
    story.desk.with(|world| world.later(SignedDuration::from_mins(3)));
    assert_eq!(old.get("/desk/pool").await.leads_to(), "/sign-in");
    assert_eq!(karim.get("/desk/pool").await.status, StatusCode::OK);
    story.desk.with(|world| world.later(SignedDuration::from_hours(13)));
    assert_eq!(karim.get("/desk/pool").await.leads_to(), "/sign-in");
}

#[tokio::test]
async fn c20_c21_c22_the_answer_says_nothing_of_who_is_known() {
    let story = opened();
    story.desk.with(|world| world.sent());
    let answer = |visitor: Visitor, address: &'static str| async move {
        let page = visitor.get("/sign-in").await;
        let answer = visitor.press(&page, "sign_in", &[("address", address)]).await;
        let after = visitor.follow(&answer).await;
        settle().await;
        // The form's number and nothing else differs.
        let nonce = regex::Regex::new("value=\"[A-Za-z0-9_-]{54}\"").unwrap();
        (answer.status, nonce.replace_all(&after.text(), "").into_owned())
    };
    let known = answer(Visitor::new(&story.desk), "ag1@desk.test").await;
    let unknown = answer(Visitor::new(&story.desk), "nobody@cust.test").await;
    let disabled = answer(Visitor::new(&story.desk), "support@desk.test").await;
    assert!(known == unknown && known == disabled && known.1.contains("Si cette adresse est connue ici"));
    // 200 wishes for one address make three mails an hour; new cookies each time change nothing.
    let visitor = Visitor::new(&story.desk);
    for _ in 0..200 {
        let page = visitor.get("/sign-in").await;
        assert_eq!(visitor.press(&page, "sign_in", &[("address", "alice@cust.test")]).await.leads_to(), "/sign-in?done=key_sent");
    }
    settle().await;
    let sent = story.desk.with(|world| {
        world.deliver();
        world.sent()
    });
    let to = |who: &str| sent.iter().filter(|sent| sent.to == who).count();
    assert_eq!((to("ag1@desk.test"), to("alice@cust.test"), to("nobody@cust.test")), (1, 3, 0));
}

#[tokio::test]
async fn p60_c20_a_request_is_followed_up_by_its_number_and_address() {
    let story = opened();
    story.desk.with(|world| world.sent());
    let visitor = Visitor::new(&story.desk);
    for (number, address) in [("1", "mallory@evil.test"), ("77", "alice@cust.test"), ("#1", "alice@cust.test")] {
        let page = visitor.get("/follow-up").await;
        let answer = visitor.press(&page, "follow_up", &[("number", number), ("address", address)]).await;
        assert_eq!(answer.leads_to(), "/follow-up?done=link_sent");
        assert!(visitor.follow(&answer).await.has("Si le numéro et l’adresse vont ensemble"));
        settle().await;
    }
    let sent = story.desk.with(|world| {
        world.deliver();
        world.sent()
    });
    assert_eq!(sent.iter().map(|sent| sent.to.as_str()).collect::<Vec<_>>(), ["alice@cust.test"]);
    assert_eq!(visitor.get(&path(&sent[0].links[0])).await.status, StatusCode::OK);
    let odd = visitor.get("/follow-up").await;
    let odd = visitor.press(&odd, "follow_up", &[("number", "abc"), ("address", "alice@cust.test")]).await;
    assert!(odd.status == StatusCode::BAD_REQUEST && odd.has("Ce n’est pas un numéro de ticket."));
}

#[tokio::test]
async fn c18_c29_nothing_is_done_for_strangers_forgers_and_the_disabled() {
    let (story, karim) = at_desk().await;
    let page = karim.get("/desk/t/1/do/close").await;
    let (hidden, action) = form_of(&page.text(), "close");
    let mut pairs: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    pairs.extend([("text", "C'est réparé."), ("press", "close")]);
    let before = story.desk.state();
    let cookie = karim.cookie();
    for headers in [
        vec![("origin", "https://evil.test"), ("cookie", &*cookie)],
        vec![("origin", "null"), ("cookie", &*cookie)],
        vec![("sec-fetch-site", "cross-site"), ("cookie", &*cookie)],
    ] {
        assert_eq!(story.desk.client().post_from(&action, &pairs, &headers).await.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    let nobody = Visitor::new(&story.desk);
    assert_eq!(nobody.post(&action, &pairs).await.leads_to(), "/sign-in");
    for forged in ["", "AAAA"] {
        let forged: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, if *name == "nonce" { forged } else { value })).collect();
        assert_eq!(karim.post(&action, &forged).await.status, StatusCode::FORBIDDEN);
    }
    let twice: Vec<(&str, &str)> = pairs.iter().copied().chain([("press", "close")]).collect();
    assert_eq!(karim.post(&action, &twice).await.status, StatusCode::BAD_REQUEST);
    let more: Vec<(&str, &str)> = pairs.iter().copied().chain([("as_participant", "1")]).collect();
    assert_eq!(karim.post(&action, &more).await.status, StatusCode::BAD_REQUEST);
    // Jo belongs to another service: there is no such ticket.
    let jo = Visitor::new(&story.desk);
    jo.sign_in(&story.desk, "ag9@desk.test").await;
    for path in ["/desk/t/1", "/desk/t/1/do/close", "/desk/t/1/f/1/1", "/my/t/1"] {
        assert_eq!(jo.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!jo.get("/desk/search?q=imprimante").await.has("/desk/t/1"));
    story.desk.with(|world| {
        let mut organisation = guichet::store::Reads::organisation(world.gateway.store()).unwrap();
        organisation.agents.iter_mut().filter(|agent| agent.address.as_str() == "ag1@desk.test").for_each(|agent| agent.disabled = true);
        world.gateway.apply_organisation(organisation).unwrap();
    });
    assert_eq!(karim.post(&action, &pairs).await.leads_to(), "/sign-in");
    assert_eq!(karim.get("/desk/pool").await.leads_to(), "/sign-in");
    assert_eq!(story.happened("closure_proposed"), 0);
    assert!(story.desk.state().len() >= before.len());
}

#[tokio::test]
async fn p61_a_full_life_by_pages_alone() {
    let (story, karim) = at_desk().await;
    let marie = Visitor::new(&story.desk);
    marie.sign_in(&story.desk, "ag2@desk.test").await;
    let page = karim.get("/desk/t/1").await;
    assert!(page.has("Alice Martin") && page.has("Qui a été prévenu"), "{}", page.text());
    // What the requester will get is shown first, and nothing happens by it.
    let form = karim.get("/desk/t/1/do/ask").await;
    let before = story.desk.state();
    let shown = karim.press_as(&form, ("ask", "preview"), &[("text", "Quel modèle est-ce ?")]).await;
    assert!(shown.has("Ce que recevra alice@cust.test") && shown.has("Quel modèle est-ce ?") && !shown.has("/l/"), "{}", shown.text());
    assert_eq!(story.desk.state(), before);
    let done = karim.press(&shown, "ask", &[("text", "Quel modèle est-ce ?")]).await;
    assert_eq!(done.leads_to(), "/desk/t/1?done=ask");
    assert_eq!(story.status(), "waiting_for_information");
    // Alice signs in, too: her own page asks for the answer.
    let alice = Visitor::new(&story.desk);
    let home = alice.sign_in(&story.desk, "alice@cust.test").await;
    assert_eq!(home.leads_to(), "/my");
    let mine = alice.get("/my").await;
    assert!(mine.has("Mes demandes") && mine.has("#1"));
    let ticket = alice.get("/my/t/1").await;
    assert!(ticket.has("Répondre à la question") && ticket.has("Quel modèle est-ce ?"), "{}", ticket.text());
    alice.press(&ticket, "reply", &[("text", "La LaserMax.")]).await.leads_to();
    assert_eq!(story.status(), "in_progress");
    // A note stays among agents.
    let page = karim.get("/desk/t/1").await;
    karim.press(&page, "note", &[("text", "Encore elle, toujours la même.")]).await.leads_to();
    assert!(marie.get("/desk/t/1").await.has("toujours la même"));
    assert!(!alice.get("/my/t/1").await.has("toujours la même"));
    let form = karim.get("/desk/t/1/do/close").await;
    karim.press(&form, "close", &[("text", "Cartouche changée.")]).await.leads_to();
    assert_eq!(story.status(), "awaiting_approval");
    let ticket = alice.get("/my/t/1").await;
    assert!(ticket.has("Oui, c’est résolu"), "{}", ticket.text());
    let refuse = alice.get("/my/t/1/do/refuse_closure").await;
    alice.press(&refuse, "refuse_closure", &[("reason", "Elle fume encore.")]).await.leads_to();
    assert_eq!(story.status(), "in_progress");
    let form = karim.get("/desk/t/1/do/close").await;
    karim.press(&form, "close", &[("text", "Remplacée.")]).await.leads_to();
    let approve = alice.get("/my/t/1/do/approve").await;
    alice.press(&approve, "approve", &[]).await.leads_to();
    assert_eq!(story.status(), "approved");
    let rate = alice.get("/my/t/1/do/rate").await;
    alice.press(&rate, "rate", &[("delay", "4"), ("answers", "5"), ("comment", "Merci")]).await.leads_to();
    assert_eq!(story.desk.world().ticket(1).rating.unwrap().answers, 5);
    assert!(karim.get("/desk/closed").await.has("#1"));
}

impl Visitor {
    /// Presses another button of the form that has this one.
    async fn press_as(&self, page: &Answer, (form, press): (&str, &str), pairs: &[(&str, &str)]) -> Answer {
        let (hidden, action) = form_of(&page.text(), form);
        let mut all: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.extend_from_slice(pairs);
        all.push(("press", press));
        self.post(&action, &all).await
    }
}

#[tokio::test]
async fn p61_a_stale_form_shows_what_happened_and_keeps_what_was_typed() {
    let (story, karim) = at_desk().await;
    let marie = Visitor::new(&story.desk);
    marie.sign_in(&story.desk, "ag2@desk.test").await;
    let (of_karim, of_marie) = (karim.get("/desk/t/1/do/close").await, marie.get("/desk/t/1").await);
    marie.press(&of_marie, "note", &[("text", "Attention, pièce commandée.")]).await.leads_to();
    let stale = karim.press(&of_karim, "close", &[("text", "Tout est réparé, <enfin>.")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(
        stale.has("Le ticket a changé") && stale.has("Attention, pièce commandée.") && stale.has("Tout est réparé, &lt;enfin&gt;."),
        "{}",
        stale.text()
    );
    assert_eq!(story.status(), "in_progress");
    karim.press(&stale, "close", &[("text", "C'est réparé.")]).await.leads_to();
    assert_eq!(story.status(), "awaiting_approval");
    // The same form twice acts once.
    let twice = karim.press(&stale, "close", &[("text", "C'est réparé.")]).await;
    assert!(matches!(twice.status, StatusCode::SEE_OTHER | StatusCode::CONFLICT));
    assert_eq!(story.happened("closure_proposed"), 1);
}

#[tokio::test]
async fn p60_a_new_request_is_seen_by_nobody_before_it_is_proven() {
    let story = opened();
    let visitor = Visitor::new(&story.desk);
    let choose = visitor.get("/new").await;
    assert!(choose.has("De quoi s’agit-il ?") && choose.has("/new/dsi/reseau") && choose.has("/new/logistique/-"));
    let form = visitor.get("/new/dsi/reseau").await;
    let fields = [("title", "Plus de réseau"), ("text", "Rien ne marche <b>ici</b>."), ("address", "zoe@cust.test"), ("name", "Zoé Petit")];
    let empty = visitor.press(&form, "new", &[("title", ""), ("text", "x"), ("address", "zoe@cust.test")]).await;
    assert!(empty.status == StatusCode::BAD_REQUEST && empty.has("Dites en quelques mots de quoi il s’agit."));
    story.desk.with(|world| world.sent());
    let sent = visitor.press(&form, "new", &fields).await;
    assert!(visitor.follow(&sent).await.has("Plus qu’une étape"));
    settle().await;
    let letters = story.desk.with(|world| {
        world.deliver();
        world.sent()
    });
    assert_eq!(letters.iter().map(|sent| sent.to.as_str()).collect::<Vec<_>>(), ["zoe@cust.test"]);
    assert!(!letters[0].text.contains("réseau") && !letters[0].text.contains("Zoé"), "nothing of an unproven sender's is mailed");
    let key = path(&letters[0].links[0]);
    let page = story.desk.client().get(&key).await;
    assert!(page.has("Est-ce bien votre demande ?") && page.has("Rien ne marche &lt;b&gt;ici&lt;/b&gt;."));
    let elsewhere = Visitor::new(&story.desk);
    let opened = elsewhere.press(&page, "enter", &[]).await;
    let ticket = elsewhere.follow(&opened).await;
    assert!(ticket.has("La demande est partie") && ticket.has("Plus de réseau"), "{}", ticket.text());
    let opened = story.desk.world().ticket(2);
    assert_eq!((opened.service.as_str(), opened.category.as_str(), opened.requester.as_str()), ("dsi", "reseau", "zoe@cust.test"));
    let told: Vec<String> = story.desk.with(|world| {
        world.deliver();
        world.sent().into_iter().map(|sent| sent.to).collect()
    });
    assert!(told.contains(&"zoe@cust.test".to_owned()) && told.contains(&"ag1@desk.test".to_owned()), "{told:?}");
    assert_eq!(elsewhere.press(&page, "enter", &[]).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn p61_lists_search_and_a_ticket_on_behalf() {
    let (story, karim) = at_desk().await;
    let form = karim.get("/desk/new").await;
    let fields =
        [("requester", "paul@cust.test"), ("name", "Paul Roux"), ("place", "dsi/reseau"), ("title", "Wifi lent"), ("text", "Il a appelé.")];
    let opened = karim.press(&form, "new", &fields).await;
    assert_eq!(opened.leads_to(), "/desk/t/2?done=open");
    let pool = karim.get("/desk/pool").await;
    assert!(pool.has("Wifi lent") && pool.has("Support DSI / Réseau") && !pool.has("Imprimante"), "{}", pool.text());
    assert!(karim.get("/desk/overdue").await.has("Wifi lent"));
    for (query, found) in [
        ("wifi", true),
        ("LENT status:libre", true),
        ("wifi status:clos", false),
        ("from:paul@cust.test", true),
        ("de:paul", true),
        ("de:alice wifi", false),
        ("after:2030-01-01", false),
        ("avant:2030-01-01 lent", true),
        ("service:dsi wifi", true),
    ] {
        let page = karim.get(&format!("/desk/search?q={}", query.replace(' ', "+").replace(':', "%3A").replace('@', "%40"))).await;
        assert_eq!(page.has("Wifi lent"), found, "{query}\n{}", page.text());
        assert!(!page.has("after="), "{query}: nothing is further");
    }
    assert_eq!(karim.get("/desk/search?q=%232").await.leads_to(), "/desk/t/2");
    assert_eq!(karim.get("/desk/nothing").await.status, StatusCode::NOT_FOUND);
    let take = karim.press(&karim.get("/desk/t/2").await, "take", &[]).await;
    assert_eq!(take.leads_to(), "/desk/t/2?done=take");
    // First wins, second is told.
    let marie = Visitor::new(&story.desk);
    marie.sign_in(&story.desk, "ag2@desk.test").await;
    assert!(!marie.get("/desk/t/2").await.has("value=\"take\""));
    assert!(karim.get("/desk/mine").await.has("Wifi lent"));
}

#[tokio::test]
async fn p61_preferences_take_effect_and_sessions_end() {
    let (story, karim) = at_desk().await;
    let page = karim.get("/desk/preferences").await;
    assert!(page.has("Mes préférences") && page.has("Support DSI"), "{}", page.text());
    let chosen = [
        ("language", "en"),
        ("hears.dsi", "never"),
        ("away", "2026-02-01"),
        ("signature", "Karim, 12 34"),
        ("report_1", "8"),
        ("report_2", "14"),
    ];
    assert_eq!(karim.press(&page, "preferences", &chosen).await.leads_to(), "/desk/preferences?done=preferred");
    let page = karim.get("/desk/preferences").await;
    assert!(page.has("My preferences") && page.has("2026-02-01"), "{}", page.text());
    assert!(page.has("<option value=\"8\" selected>8:00") && page.has("<option value=\"14\" selected>14:00"), "{}", page.text());
    assert!(!page.has("Tickets that I follow differently"));
    karim.press(&karim.get("/desk/t/1").await, "mute", &[]).await.leads_to();
    let muted = karim.get("/desk/preferences").await;
    assert!(muted.has("<bdi>#1 Imprimante en panne</bdi></a> <span class=\"soft\">muted"), "{}", muted.text());
    let form = karim.get("/desk/t/1/do/reply").await;
    karim.press(&form, "reply", &[("text", "Bonjour.")]).await.leads_to();
    assert!(story.desk.mail_to("alice@cust.test").text.contains("Karim, 12 34"));
    let second = Visitor::new(&story.desk);
    second.sign_in(&story.desk, "ag1@desk.test").await;
    let page = second.get("/desk/preferences").await;
    let first = regex::Regex::new("value=\"(end-[0-9]+)\"").unwrap();
    let ends: Vec<String> = first.captures_iter(&page.text()).map(|found| found[1].to_owned()).collect();
    assert_eq!(ends.len(), 2);
    second.press(&page, &ends[1], &[]).await.leads_to();
    assert_eq!(karim.get("/desk/pool").await.leads_to(), "/sign-in");
    let page = second.get("/desk/pool").await;
    assert_eq!(second.press(&page, "sign_out", &[]).await.leads_to(), "/sign-in?done=signed_out");
    assert_eq!(second.get("/desk/pool").await.leads_to(), "/sign-in");
}

/// Chosen at nine for two o'clock: mailed once then, however often the clock ticks, and obeyed like a list.
#[tokio::test]
async fn p61_a_report_is_mailed_at_its_hours() {
    let (story, karim) = at_desk().await;
    let page = karim.get("/desk/preferences").await;
    let odd = [("language", "fr"), ("hears.dsi", "never"), ("report_1", "25")];
    assert_eq!(karim.press(&page, "preferences", &odd).await.status, StatusCode::BAD_REQUEST);
    let chosen = [("language", "fr"), ("hears.dsi", "never"), ("report_1", "14"), ("report_2", "8")];
    karim.press(&page, "preferences", &chosen).await.leads_to();
    let mut world = story.desk.world();
    let reports = |world: &mut crate::world::World| {
        world.sent();
        world.gateway.tick().unwrap();
        world.gateway.tick().unwrap();
        world.deliver();
        world.sent()
    };
    // The desk starts at nine: eight is caught up, once.
    let caught_up = reports(&mut world);
    assert_eq!(caught_up.iter().map(|sent| sent.to.as_str()).collect::<Vec<_>>(), ["ag1@desk.test"]);
    assert!(caught_up[0].text.contains("#1 Imprimante en panne") && caught_up[0].text.contains("à l’heure que vous avez choisie"));
    world.later(SignedDuration::from_hours(4));
    assert!(reports(&mut world).is_empty());
    world.later(SignedDuration::from_hours(1));
    let report = reports(&mut world).remove(0);
    world.receives(&report.answered_by("ag1@desk.test", "#1 clore Toner changé."));
    assert_eq!(world.status(1), "awaiting_approval");
    world.later(SignedDuration::from_hours(24));
    assert_eq!(reports(&mut world).len(), 1);
}

#[tokio::test]
async fn p60_a_link_owner_invites_and_a_forwarded_link_decides_nothing() {
    let (story, _, _) = proposed();
    let visitor = Visitor::new(&story.desk);
    let page = visitor.get(&story.page).await;
    assert!(page.has("Inviter quelqu’un") && !page.has("do/approve") && !page.has("do/rate"));
    let form = visitor.get(&format!("{}/do/invite", story.page)).await;
    visitor.press(&form, "invite", &[("people", "zoe@cust.test")]).await.leads_to();
    assert!(story.desk.world().ticket(1).guest(&crate::world::address("zoe@cust.test")).is_some());
    for verb in ["approve", "refuse_closure", "rate", "close", "take", "note"] {
        let answer = visitor.get(&format!("{}/do/{verb}", story.page)).await;
        assert_ne!(answer.status, StatusCode::OK, "{verb}");
        let pressed = visitor.post(&format!("{}/do/{verb}", story.page), &[("nonce", "x"), ("press", verb)]).await;
        assert_ne!(pressed.status, StatusCode::SEE_OTHER, "{verb}");
    }
    assert_eq!(story.status(), "awaiting_approval");
    let (question, _) = asked();
    assert_eq!(Visitor::new(&question.desk).get(&format!("{}/do/answer", question.page)).await.leads_to(), question.page);
}
