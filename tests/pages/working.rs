//! The agents' desk at work: a ticket's life, lists, preferences, reports.

use axum::http::StatusCode;
use jiff::SignedDuration;

use crate::client::Answer;
use crate::visitor::{Visitor, at_desk, form_of};
use crate::world::Mail;

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

#[tokio::test]
async fn row52_the_page_lists_the_tickets_of_an_incident_for_agents_alone() {
    let (story, karim) = at_desk().await;
    story.desk.with(|world| world.receives(&Mail::new("bob@cust.test").subject("Plus de wifi")));
    let form = karim.get("/desk/t/2/do/parent").await;
    karim.press(&form, "parent", &[("ticket", "1")]).await.leads_to();
    let page = karim.get("/desk/t/1").await;
    assert!(page.has("Tickets rattachés") && page.has("#2 · Plus de wifi (libre)"), "{}", page.text());
    assert!(karim.get("/desk/t/2").await.has("#1 · "));
    let alice = Visitor::new(&story.desk);
    alice.sign_in(&story.desk, "alice@cust.test").await;
    assert!(!alice.get("/my/t/1").await.has("wifi"));
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
async fn p61_lists_search_and_a_ticket_on_behalf() {
    let (story, karim) = at_desk().await;
    let form = karim.get("/desk/new").await;
    let fields =
        [("requester", "paul@cust.test"), ("name", "Paul Roux"), ("place", "dsi/reseau"), ("title", "Wifi lent"), ("text", "Il a appelé.")];
    // The category was chosen on this form: its lines are asked, none of them must be known.
    let asked = karim.press(&form, "new", &fields).await;
    assert!(asked.status == StatusCode::OK && asked.has("Cette catégorie demande encore"), "{}", asked.text());
    assert!(asked.has(">Numéro de prise</label>") && asked.has("value=\"Wifi lent\""), "{}", asked.text());
    let opened = karim.press(&asked, "new", &[&fields[..], &[("told-prise", "B12")]].concat()).await;
    assert_eq!(opened.leads_to(), "/desk/t/2?done=open");
    assert!(karim.get("/desk/t/2").await.has("B12"));
    let pool = karim.get("/desk/pool").await;
    assert!(pool.has("Wifi lent") && pool.has("Support DSI / Réseau") && !pool.has("Imprimante"), "{}", pool.text());
    assert!(karim.get("/desk/unanswered").await.has("Wifi lent"));
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
async fn row67_a_report_comes_at_once_for_whoever_wants_to_see_it_and_at_their_own_hour() {
    let (story, karim) = at_desk().await;
    let page = karim.get("/desk/preferences").await;
    let pressed = karim.press(&page, "report", &[]).await;
    assert!(karim.follow(&pressed).await.has("Le rapport part vers votre adresse."));
    let report = story.desk.mail_to("ag1@desk.test");
    assert!(report.text.contains("Vos tickets") && report.text.contains("#1"), "{}", report.text);
    let pairs = [("language", "fr"), ("hears.dsi", "creation"), ("report_1", "11"), ("report_weekends", "1")];
    let odd = karim.press(&page, "preferences", &[&pairs[..], &[("report_zone", "Nowhere/City")]].concat()).await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
    // Eleven on La Réunion is eight in Paris in winter.
    let kept = karim.press(&page, "preferences", &[&pairs[..], &[("report_zone", "Indian/Reunion")]].concat()).await;
    assert!(karim.follow(&kept).await.has("<option value=\"Indian/Reunion\" selected>"));
    let due = |hours: i64| {
        story.desk.with(|world| {
            world.sent();
            world.later(jiff::SignedDuration::from_hours(hours));
            world.ticks();
            world.sent().iter().filter(|sent| sent.to == "ag1@desk.test" && sent.subject.contains("ce qui vous attend")).count()
        })
    };
    due(12);
    let mailed: Vec<usize> = (0..24).map(|_| due(1)).collect();
    assert_eq!(mailed.iter().sum::<usize>(), 1);
    let hour = story.desk.with(|world| jiff::Timestamp::from_second(world.now()).unwrap());
    let at = mailed.iter().position(|mailed| *mailed == 1).unwrap();
    let mailed_at = hour - jiff::SignedDuration::from_hours(23 - i64::try_from(at).unwrap());
    assert_eq!(mailed_at.to_zoned(jiff::tz::TimeZone::get("Indian/Reunion").unwrap()).hour(), 11);
}

#[tokio::test]
async fn row60_lists_tell_what_is_promised_and_say_when_it_is_late() {
    let (story, karim) = at_desk().await;
    story.desk.with(|world| {
        let mut organisation = crate::world::organisation();
        let four_hours = Some(jiff::SignedDuration::from_hours(4));
        organisation.services[0].targets = vec![guichet::desk::Target { resolution: four_hours, ..Default::default() }];
        world.gateway.apply_organisation(organisation).unwrap();
    });
    let mine = karim.get("/desk/mine").await;
    assert!(mine.has("<p class=\"due\">Solution promise avant"), "{}", mine.text());
    story.desk.with(|world| world.later(jiff::SignedDuration::from_hours(5)));
    let mine = karim.get("/desk/mine").await;
    assert!(mine.has("<p class=\"due late\">") && mine.has(": dépassé</p>"), "{}", mine.text());
}

#[tokio::test]
async fn row74_a_ticket_s_page_asks_for_the_time_that_its_service_wants() {
    let (story, karim) = at_desk().await;
    story.desk.with(|world| {
        let mut organisation = crate::world::organisation();
        organisation.services[0].wants_time = true;
        world.gateway.apply_organisation(organisation).unwrap();
    });
    assert!(!karim.get("/desk/t/1").await.has("Ce service demande le temps passé"));
    let closed = karim.press(&karim.get("/desk/t/1/do/close").await, "close", &[("text", "Toner changé.")]).await;
    assert_eq!(story.status(), "awaiting_approval", "nothing waits for it");
    let page = karim.follow(&closed).await;
    assert!(page.has("Ce service demande le temps passé") && page.has("href=\"/desk/t/1/do/spend\""), "{}", page.text());
    karim.press(&karim.get("/desk/t/1/do/spend").await, "spend", &[("time", "20min")]).await.leads_to();
    assert!(!karim.get("/desk/t/1").await.has("Ce service demande le temps passé"));
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
    story.desk.with(|world| world.later(jiff::SignedDuration::from_mins(10)));
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
async fn row72_answers_of_one_s_own_are_kept_and_previewed() {
    let (story, karim) = at_desk().await;
    let page = karim.get("/desk/preferences").await;
    assert!(page.has("Mes réponses préparées") && page.has("{{requester}}"), "{}", page.text());
    let wrong = [("key-0", "ecran"), ("text-0", "Bonjour {{prenom}}")];
    let again = karim.press(&page, "answers", &wrong).await;
    assert!(again.status == StatusCode::BAD_REQUEST && again.has("{{prenom}} n’existe pas") && again.has("Bonjour {{prenom}}"));
    let right = [("key-0", "#Écran"), ("text-0", "Bonjour {{requester}},\nRebranchez l’écran (ticket {{number}}).")];
    let kept = karim.press(&page, "answers", &right).await;
    let page = karim.follow(&kept).await;
    assert!(page.has("Vos réponses sont enregistrées") && page.has("value=\"ecran\""), "{}", page.text());
    // Other preferences leave them.
    let saved = karim.press(&page, "preferences", &[("language", "fr"), ("hears.dsi", "always"), ("away", ""), ("signature", "")]).await;
    assert!(karim.follow(&saved).await.has("value=\"ecran\""));
    let form = karim.get("/desk/t/1/do/canned").await;
    assert!(form.has("value=\"ecran\"") && form.has("value=\"vpn\""), "{}", form.text());
    let shown = karim.press_as(&form, ("canned", "preview"), &[("answer", "ecran"), ("text", "")]).await;
    assert!(shown.has("Bonjour Alice Martin,") && shown.has("Rebranchez l’écran (ticket #1)."), "{}", shown.text());
    let marie = Visitor::new(&story.desk);
    marie.sign_in(&story.desk, "ag2@desk.test").await;
    assert!(!marie.get("/desk/t/1/do/canned").await.has("value=\"ecran\""));
}

#[tokio::test]
async fn row21_the_whole_ticket_is_mailed_to_whoever_presses() {
    let (story, karim) = at_desk().await;
    let alice = Visitor::new(&story.desk);
    alice.sign_in(&story.desk, "alice@cust.test").await;
    story.desk.with(|world| world.sent());
    for (visitor, page) in [(&karim, "/desk/t/1"), (&alice, "/my/t/1")] {
        let pressed = visitor.press(&visitor.get(page).await, "history", &[]).await;
        assert!(visitor.follow(&pressed).await.has("Tout le ticket part vers votre adresse."));
    }
    let to: Vec<String> = story.desk.with(|world| {
        world.deliver();
        world.sent().into_iter().map(|sent| sent.to).collect()
    });
    assert_eq!(to, ["ag1@desk.test", "alice@cust.test"]);
    let bob = Visitor::new(&story.desk);
    let forged = bob.post("/my/t/1/history", &[("press", "history"), ("nonce", "x")]).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn p62_a_service_s_page_shows_what_the_file_says_to_those_who_manage_it() {
    let (story, karim) = at_desk().await;
    assert_eq!(karim.get("/desk/services/dsi").await.status, StatusCode::NOT_FOUND, "a usual agent manages nothing");
    story.desk.with(|world| {
        let mut organisation = crate::world::organisation();
        organisation.agents[0].memberships[0].may.push(guichet::desk::Privilege::ManageAgents);
        organisation.services[0].permanent_guests.push(crate::world::address("watch@cust.test"));
        world.gateway.apply_organisation(organisation).unwrap();
    });
    let preferences = karim.get("/desk/preferences").await;
    assert!(preferences.has("href=\"/desk/services/dsi\""), "{}", preferences.text());
    let page = karim.get("/desk/services/dsi").await;
    assert!(page.has("Réseau") && page.has("Numéro de prise (obligatoire)") && page.has("support+reseau@desk.test"), "{}", page.text());
    assert!(page.has("Marie Leroy") && page.has("gérer les gestionnaires") && page.has("watch@cust.test"), "{}", page.text());
    assert!(page.has("[[service.category]] key") && page.has("gérer les gestionnaires"), "{}", page.text());
    assert_eq!(karim.get("/desk/services/logistique").await.status, StatusCode::NOT_FOUND);
}
