//! What pressed buttons do: each once, only from our pages, only what the link is for.

use axum::http::StatusCode;
use guichet::store::Reads;
use jiff::SignedDuration;

use crate::client::{Client, ORIGIN};
use crate::stories::{asked, opened, proposed};

#[tokio::test]
async fn p12_p14_approve_leads_to_the_rating() {
    let (story, yes, no) = proposed();
    let client = story.desk.client();
    let page = client.get(&yes).await;
    assert!(page.has("Est-ce résolu ?") && page.has("La cartouche est changée") && page.has("Karim Benali"));
    let rate = client.press(&page.form("approve"), &[]).await.leads_to();
    assert_eq!(story.status(), "approved");
    let page = client.get(&rate).await;
    assert!(page.has("Merci ! Le ticket est clos."));
    let empty = client.press(&page.form("rate"), &[("delay", "5")]).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    assert!(empty.has("Choisissez une note") && empty.has("id=\"delay-5\" name=\"delay\" value=\"5\" required checked"));
    let done = client.press(&page.form("rate"), &[("delay", "5"), ("answers", "4"), ("text", "Parfait & rapide")]).await.leads_to();
    let rating = story.desk.world().ticket(1).rating.unwrap();
    assert_eq!((rating.delay, rating.answers, &*rating.comment), (5, 4, "Parfait & rapide"));
    let page = client.get(&done).await;
    assert!(page.has("Votre avis est enregistré. Vous pouvez encore le changer.") && page.has("Parfait &amp; rapide"));
    let sibling = client.get(&no).await;
    assert!(sibling.has("C’est résolu") && sibling.has("Vous l’avez confirmé"), "{}", sibling.text());
}

#[tokio::test]
async fn p13_refusing_needs_a_reason() {
    let (story, _, no) = proposed();
    let client = story.desk.client();
    let page = client.get(&no).await;
    let (refuse, approve) = (page.text().find("ce n’est pas résolu").unwrap(), page.text().find("c’est résolu</button>").unwrap());
    assert!(refuse < approve, "the link that was followed comes first");
    let empty = client.press(&page.form("refuse_closure"), &[("text", " \r\n ")]).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    assert!(empty.has("Dites en quelques mots ce qui ne va pas.") && empty.has("aria-invalid"));
    assert_eq!(story.status(), "awaiting_approval");
    let done = client.press(&page.form("refuse_closure"), &[("text", "Ça fume <encore>")]).await.leads_to();
    assert_eq!(story.status(), "in_progress");
    let after = client.get(&done).await;
    assert!(after.has("C’est transmis") && after.has("Vous l’avez indiqué") && after.has("Ça fume &lt;encore&gt;"), "{}", after.text());
    assert!(story.desk.mail_to("ag1@desk.test").text.contains("Ça fume <encore>"));
}

#[tokio::test]
async fn p10_an_answer_brings_its_files() {
    let (story, link) = asked();
    let client = story.desk.client();
    let page = client.get(&link).await;
    assert!(page.has("Quel modèle") && page.has("multipart/form-data"));
    let form = page.form("answer");
    let photo = b"\x89PNG\r\n\x1a\nphoto";
    let texts = [("nonce", &*form.nonce), ("text", "La bleue."), ("press", "answer")];
    let done = client.upload(&form.action, &texts, &[("étiquette.png", photo), ("", b"")]).await.leads_to();
    assert_eq!(story.status(), "in_progress");
    assert!(client.get(&done).await.has("Votre réponse est transmise."));
    let ticket = client.get(&story.page).await.text();
    let url =
        ticket.split("href=\"").find(|rest| rest.contains("étiquette.png") && rest.starts_with("/l/")).unwrap().split('"').next().unwrap();
    let file = client.get(url).await;
    assert_eq!((file.bytes.as_slice(), file.header("content-type")), (&photo[..], "image/png"));
}

#[tokio::test]
async fn c03_a_scanner_that_posts_forms_decides_nothing() {
    let (story, yes, no) = proposed();
    let client = story.desk.client();
    let before = story.desk.state();
    for path in [&yes, &no, &story.page] {
        for form in client.get(path).await.forms() {
            for pairs in
                [&[("nonce", &*form.nonce)][..], &[("nonce", &*form.nonce), ("text", "")], &[("nonce", &*form.nonce), ("press", "")]]
            {
                let answer = match form.press.as_str() {
                    "answer" | "reply" => client.upload(&form.action, pairs, &[]).await,
                    _ => client.post(&form.action, pairs).await,
                };
                assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{form:?} {pairs:?}");
            }
        }
    }
    assert_eq!((story.desk.state(), story.desk.pressed()), (before, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c04_the_same_form_pressed_fifty_times_acts_once() {
    let (story, yes, _) = proposed();
    let client = story.desk.client();
    let form = client.get(&yes).await.form("approve");
    let presses = (0..50).map(|_| {
        let (client, form) = (client.clone(), form.clone());
        tokio::spawn(async move { client.press(&form, &[]).await.status })
    });
    let mut ends = Vec::new();
    for press in presses.collect::<Vec<_>>() {
        ends.push(press.await.unwrap());
    }
    assert_eq!(story.happened("closure_approved"), 1);
    assert!(ends.contains(&StatusCode::SEE_OTHER) && ends.iter().all(|end| matches!(end.as_u16(), 303 | 409)), "{ends:?}");
    let page = client.get(&yes).await;
    assert!(page.has("Vous l’avez confirmé"));
    // A reply, too: the same form twice is one message.
    let reply = client.get(&story.page).await.forms().into_iter().find(|form| form.press == "reopen").unwrap();
    for done in ["done=reopen", "done="] {
        let answer = client.press(&reply, &[("text", "De nouveau en panne")]).await;
        assert!(answer.status == StatusCode::CONFLICT || answer.leads_to().contains(done));
    }
    assert_eq!(story.happened("reopened"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c05_approve_and_refuse_at_once_make_one_decision() {
    for round in 0..10 {
        let (story, yes, no) = proposed();
        let client = story.desk.client();
        let (approve, refuse) = (client.get(&yes).await.form("approve"), client.get(&no).await.form("refuse_closure"));
        let other = client.clone();
        let first = tokio::spawn(async move { other.press(&approve, &[]).await });
        let second = client.press(&refuse, &[("text", "non")]).await;
        let ends = [first.await.unwrap(), second];
        let decisions = story.happened("closure_approved") + story.happened("closure_refused");
        assert_eq!(decisions, 1, "{round}");
        let lost = ends.iter().find(|end| end.status == StatusCode::CONFLICT).unwrap();
        assert!(lost.has("Vous l’avez confirmé") || lost.has("Vous l’avez indiqué"), "{}", lost.text());
    }
}

#[tokio::test]
async fn c05_what_was_written_is_not_lost_to_the_faster_one() {
    let (story, yes, no) = proposed();
    let client = story.desk.client();
    let refuse = client.get(&no).await.form("refuse_closure");
    client.press(&client.get(&yes).await.form("approve"), &[]).await;
    let late = client.press(&refuse, &[("text", "Mes mots choisis")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.has("Votre texte, qui n’a pas été envoyé") && late.has("Mes mots choisis"));
}

#[tokio::test]
async fn c06_a_link_of_an_earlier_proposal_only_explains() {
    let (story, yes, no) = proposed();
    let client = story.desk.client();
    let old = client.get(&yes).await.form("approve");
    client.press(&client.get(&no).await.form("refuse_closure"), &[("text", "non")]).await;
    story.propose("Cette fois c'est bon.");
    let page = client.get(&yes).await;
    assert!(page.has("Ce n’est pas encore résolu") && page.forms().iter().all(|form| form.press == "fresh_link"), "{}", page.text());
    assert_eq!(client.press(&old, &[]).await.status, StatusCode::CONFLICT);
    assert_eq!(story.status(), "awaiting_approval");
}

#[tokio::test]
async fn c07_a_link_ends_on_the_second_and_a_new_one_goes_to_its_owner() {
    let (story, yes, _) = proposed();
    let client = story.desk.client();
    let form = client.get(&yes).await.form("approve");
    let expires = story.desk.with(|world| {
        let hash = guichet::gateway::effects::token_hash(&guichet::mail::carrier::decode_token(&yes[3..]).unwrap());
        world.gateway.store().link(&hash).unwrap().unwrap().expires_at
    });
    let at = |second: i64| {
        let mut world = story.desk.world();
        let now = world.now();
        world.later(SignedDuration::from_secs(second - now));
    };
    at(expires.as_second() - 1);
    assert_eq!(client.get(&yes).await.status, StatusCode::OK);
    for second in [expires.as_second(), expires.as_second() + 1] {
        at(second);
        let page = client.get(&yes).await;
        assert_eq!(page.status, StatusCode::GONE);
        assert!(page.has("Ce lien a expiré"));
    }
    assert!(matches!(client.press(&form, &[]).await.status, StatusCode::CONFLICT));
    assert_eq!(story.status(), "awaiting_approval");
    story.desk.world().sent();
    let sent = client.press(&client.get(&yes).await.form("fresh_link"), &[]).await.leads_to();
    assert!(client.get(&sent).await.has("un nouveau lien vient de partir"));
    let mail = story.desk.mail_to("alice@cust.test");
    let again = client.get(&crate::stories::path(&mail.links[0])).await;
    assert_eq!((again.status, again.form("approve").press.as_str()), (StatusCode::OK, "approve"));
    at(expires.as_second() - 7200);
    assert_eq!(client.get(&yes).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_still_asked_can_be_mailed_again() {
    let (story, answer) = asked();
    let client = story.desk.client();
    let of = |mail: &crate::world::Sent| crate::stories::path(&mail.links[0]);
    story.desk.with(|world| world.later(SignedDuration::from_hours(24 * 400)));
    client.press(&client.get(&answer).await.form("fresh_link"), &[]).await.leads_to();
    let question = client.get(&of(&story.desk.mail_to("alice@cust.test"))).await;
    assert!(question.has("Quel modèle") && question.form("answer").press == "answer");

    let (story, yes, _) = proposed();
    let client = story.desk.client();
    client.press(&client.get(&story.page).await.form("fresh_link"), &[]).await.leads_to();
    let mail = story.desk.mail_to("alice@cust.test");
    assert_ne!(of(&mail), yes);
    client.press(&client.get(&of(&mail)).await.form("approve"), &[]).await.leads_to();
    assert_eq!(story.status(), "approved");
    assert!(client.get(&yes).await.has("Vous l’avez confirmé"));
}

#[tokio::test]
async fn c22_a_link_cannot_be_asked_for_without_end() {
    let (story, yes, _) = proposed();
    let client = story.desk.client();
    story.desk.with(|world| world.later(SignedDuration::from_hours(24 * 400)));
    for _ in 0..60 {
        let page = client.press(&client.get(&yes).await.form("fresh_link"), &[]).await.leads_to();
        assert!(client.get(&page).await.has("un nouveau lien vient de partir"));
    }
    let sent = story.desk.with(|world| world.deliver());
    assert!((1..=4).contains(&sent), "{sent}");
}

#[tokio::test]
async fn c11_a_link_has_its_own_buttons_only_and_a_form_its_own_link() {
    let (story, yes, _) = proposed();
    let client = story.desk.client();
    let (approve, reply) = (client.get(&yes).await.form("approve"), client.get(&story.page).await.form("reply"));
    for (path, press) in
        [(&yes, "cancel"), (&yes, "rate"), (&yes, "reply"), (&story.page, "approve"), (&story.page, "answer"), (&yes, "delete")]
    {
        let form = crate::client::Form { action: format!("{path}/{press}"), press: press.into(), nonce: approve.nonce.clone() };
        assert_eq!(client.press(&form, &[]).await.status, StatusCode::NOT_FOUND, "{press}");
    }
    let borrowed = crate::client::Form { nonce: reply.nonce.clone(), ..approve.clone() };
    assert_eq!(client.press(&borrowed, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(story.desk.pressed(), 0);
}

async fn from(client: &Client, action: &str, nonce: &str, headers: &[(&str, &str)]) -> u16 {
    client.post_from(action, &[("nonce", nonce), ("press", "approve")], headers).await.status.as_u16()
}

#[tokio::test]
async fn c18_only_our_own_page_presses_buttons() {
    let (story, yes, _) = proposed();
    let client = story.desk.client();
    let form = client.get(&yes).await.form("approve");
    for headers in [
        &[("origin", "https://evil.test")][..],
        &[("origin", "null")],
        &[("origin", "http://desk.test")],
        &[("origin", "https://desk.test.evil.test")],
        &[("sec-fetch-site", "cross-site")],
        &[("origin", "null"), ("sec-fetch-site", "cross-site")],
        &[("origin", ORIGIN), ("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.test"), ("sec-fetch-site", "same-origin")],
    ] {
        assert_eq!(from(&client, &form.action, &form.nonce, headers).await, 403, "{headers:?}");
    }
    assert_eq!(from(&client, &form.action, "", &[("origin", ORIGIN)]).await, 403);
    assert_eq!(from(&client, &form.action, "x", &[("origin", ORIGIN)]).await, 404);
    assert_eq!(story.desk.pressed(), 0);
    // What a browser sends from a page under no-referrer.
    assert_eq!(from(&client, &form.action, &form.nonce, &[("origin", "null"), ("sec-fetch-site", "same-origin")]).await, 303);
}

#[tokio::test]
async fn c18_a_form_that_lay_open_for_days_is_shown_again() {
    let (story, _, no) = proposed();
    let client = story.desk.client();
    let form = client.get(&no).await.form("refuse_closure");
    story.desk.world().later(SignedDuration::from_hours(25));
    let again = client.press(&form, &[("text", "Toujours en panne")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.has("ouverte depuis plus d’un jour") && again.has("Toujours en panne"));
    client.press(&again.form("refuse_closure"), &[("text", "Toujours en panne")]).await.leads_to();
    assert_eq!(story.status(), "in_progress");
}

#[tokio::test]
async fn c26_odd_forms_are_refused() {
    let (story, yes, _) = proposed();
    let client = story.desk.client();
    let form = client.get(&yes).await.form("approve");
    let nonce = ("nonce", &*form.nonce);
    for pairs in [
        &[nonce, ("press", "approve"), ("press", "refuse_closure")][..],
        &[nonce, nonce, ("press", "approve")],
        &[nonce, ("press", "approve"), ("_method", "DELETE")],
        &[nonce, ("press", "approve"), ("ticket", "2")],
    ] {
        assert_eq!(client.post(&form.action, pairs).await.status, StatusCode::BAD_REQUEST, "{pairs:?}");
    }
    let upload = client.upload(&form.action, &[nonce, ("press", "approve")], &[]).await;
    assert_eq!(upload.status, StatusCode::BAD_REQUEST);
    let json = crate::client::request("POST", &form.action, &[("origin", ORIGIN), ("content-type", "application/json")], "{}".into());
    assert_eq!(client.send(json).await.status, StatusCode::BAD_REQUEST);
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        assert_eq!(client.ask(method, &yes, &[]).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    assert_eq!(story.desk.pressed(), 0);
}

#[tokio::test]
async fn c17_no_parameter_leads_away() {
    let (story, yes, _) = proposed();
    let client = story.desk.client();
    for next in ["?next=https://evil.test", "?next=//evil.test", "?done=https://evil.test", "?done=%3Cscript%3E", "?all=//evil.test"] {
        let page = client.get(&format!("{yes}{next}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.has("evil") && !page.has("<script"));
        let form = page.form("approve");
        let place = client.post(&format!("{}{next}", form.action), &[("nonce", &form.nonce)]).await;
        assert_eq!(place.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn c28_one_click_unsubscribing_approves_nothing() {
    let (story, yes, _) = proposed();
    let client = story.desk.client();
    let answer = client.post_from(&yes, &[("List-Unsubscribe", "One-Click")], &[]).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(client.post_from(&format!("{yes}/approve"), &[("List-Unsubscribe", "One-Click")], &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(story.status(), "awaiting_approval");
}

#[tokio::test]
async fn c29_a_removed_guest_finds_nothing_and_does_nothing() {
    let story = opened();
    let client = story.desk.client();
    let link = story.link_of("bob@cust.test");
    let page = client.get(&link).await;
    assert!(page.has("deuxième étage"));
    let reply = page.form("reply");
    let left = client.press(&page.form("leave"), &[]).await.leads_to();
    let after = client.get(&left).await;
    assert_eq!(after.status, StatusCode::GONE);
    assert!(after.has("vous ne suivez plus") && !after.has("deuxième étage") && !after.has("Imprimante"), "{}", after.text());
    let refused = client.press(&reply, &[("text", "encore moi")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(!refused.has("deuxième étage"));
}

#[tokio::test]
async fn c29_a_disabled_agent_is_nobody_on_pages_too() {
    let mut world = crate::world::World::new();
    world.receives(&crate::world::Mail::new("ag9@desk.test"));
    let link = crate::stories::path(&world.letter_to_any("ag9@desk.test").links[0]);
    let desk = crate::desk::Behind::new(world);
    let client = desk.client();
    let before = client.get(&link).await.status;
    desk.with(|world| {
        let mut organisation = world.gateway.store().organisation().unwrap();
        organisation.agents.iter_mut().for_each(|agent| agent.disabled |= agent.address.local() == "ag9");
        world.gateway.apply_organisation(organisation).unwrap();
    });
    let page = client.get(&link).await;
    assert_eq!((before, page.status), (StatusCode::OK, StatusCode::GONE));
    assert!(!page.has("Imprimante"));
}

#[tokio::test]
async fn a_rating_link_waits_while_the_ticket_is_open_again() {
    let (story, yes, _) = proposed();
    let client = story.desk.client();
    let rate = client.press(&client.get(&yes).await.form("approve"), &[]).await.leads_to();
    let rating = client.get(&rate).await.form("rate");
    client.press(&client.get(&story.page).await.form("reopen"), &[("text", "De nouveau en panne")]).await.leads_to();
    assert!(client.get(&rate).await.has("Le ticket a été rouvert"));
    assert_eq!(client.press(&rating, &[("delay", "1"), ("answers", "1")]).await.status, StatusCode::CONFLICT);
    assert!(story.desk.world().ticket(1).rating.is_none());
}

#[tokio::test]
async fn p2_p15_p16_reply_cancel_and_reopen_on_the_ticket_page() {
    let story = opened();
    let client = story.desk.client();
    let page = client.get(&story.page).await;
    let empty = client.press(&page.form("reply"), &[("text", "")]).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    let done = client.press(&page.form("reply"), &[("text", "Elle clignote aussi.")]).await.leads_to();
    let page = client.get(&done).await;
    assert!(page.has("Votre message est envoyé.") && page.has("Elle clignote aussi."));
    client.press(&page.form("cancel"), &[]).await.leads_to();
    assert_eq!(story.status(), "cancelled");
    let page = client.get(&story.page).await;
    let reopened = client.press(&page.form("reopen"), &[("text", "Finalement non.")]).await;
    assert_eq!(reopened.status, StatusCode::SEE_OTHER, "{}", reopened.text());
    assert_eq!(story.happened("reopened"), 1);
}
