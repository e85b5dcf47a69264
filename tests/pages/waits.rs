//! Mails that wait, decided at the desk by buttons.

use axum::http::StatusCode;
use guichet::store::{Disposition, Reads};

use crate::stories::Story;
use crate::visitor::{Visitor, at_desk};
use crate::world::Mail;

/// Carol answers a mail of alice's that she was passed on.
fn carol_writes(story: &Story, text: &str) -> u64 {
    let mut world = story.desk.world();
    let root = world.ticket(1).root_message_id.unwrap();
    world.receives(&Mail::new("carol@other.test").reply_to_id(&root).subject("Même panne").text(text));
    world.sent();
    world.gateway.store().instances(Some(Disposition::Held), 1).unwrap()[0].id
}

#[tokio::test]
async fn p61_a03_a_held_mail_is_let_in_by_a_button() {
    let (story, karim) = at_desk().await;
    let id = carol_writes(&story, "J'ai la même panne au troisième.");
    let page = karim.get("/desk/held").await;
    assert!(
        page.has("Même panne") && page.has("Laisser entrer") && page.has("Un ticket à part") && page.has("Indésirable"),
        "{}",
        page.text()
    );
    // Its pointer names the ticket: nobody is asked for one.
    assert!(!page.has("name=\"ticket\""));
    let done = karim.press(&page, &format!("admit-{id}"), &[]).await;
    assert_eq!(done.leads_to(), "/desk/held?done=held_admit");
    let after = karim.follow(&done).await;
    assert!(after.has("Le message est entré.") && after.has("Aucun message n’attend."), "{}", after.text());
    assert!(story.desk.mail_to("alice@cust.test").text.contains("même panne au troisième"));
    // The same form once more does nothing.
    assert_eq!(karim.press(&page, &format!("junk-{id}"), &[]).await.leads_to(), "/desk/held?done=already");
    assert!(story.desk.world().ticket(1).guests.iter().any(|guest| guest.address.as_str() == "carol@other.test"));
}

#[tokio::test]
async fn p61_a_held_mail_becomes_a_ticket_or_junk() {
    let (story, karim) = at_desk().await;
    let first = carol_writes(&story, "Une autre question.");
    let page = karim.get("/desk/held").await;
    assert_eq!(karim.press(&page, &format!("split-{first}"), &[]).await.leads_to(), "/desk/held?done=held_split");
    assert_eq!(story.desk.world().ticket(2).requester.as_str(), "carol@other.test");
    let second = story.desk.with(|world| {
        world.receives(&Mail::new("mallory@evil.test").failing().subject("Facture"));
        world.gateway.store().instances(Some(Disposition::Held), 1).unwrap()[0].id
    });
    let page = karim.get("/desk/held").await;
    assert!(page.has("name=\"ticket\""), "it names no ticket: an agent may");
    let odd = karim.press(&page, &format!("admit-{second}"), &[("ticket", "douze")]).await;
    assert!(odd.status == StatusCode::CONFLICT && odd.has("Ce n’est pas un numéro de ticket."));
    assert_eq!(karim.press(&page, &format!("junk-{second}"), &[]).await.leads_to(), "/desk/held?done=held_junk");
    assert_eq!(story.desk.world().gateway.store().count(None).unwrap().held, 0);
}

#[tokio::test]
async fn d11_c18_only_agents_of_the_ticket_decide_by_forms_of_ours() {
    let (story, karim) = at_desk().await;
    let id = carol_writes(&story, "Bonjour.");
    let page = karim.get("/desk/held").await;
    let jo = Visitor::new(&story.desk);
    jo.sign_in(&story.desk, "ag9@desk.test").await;
    let theirs = jo.get("/desk/held").await;
    assert!(!theirs.has("Même panne"), "another service's");
    for nonce in ["", "AAAA"] {
        let path = format!("/desk/held/{id}/admit");
        let pairs = [("nonce", nonce), ("press", &*format!("admit-{id}"))];
        assert_eq!(karim.post(&path, &pairs).await.status, StatusCode::FORBIDDEN);
        assert_eq!(jo.post(&path, &pairs).await.status, StatusCode::FORBIDDEN);
    }
    let other = karim.post(&format!("/desk/held/{id}/burn"), &[("nonce", "AAAA"), ("press", "burn")]).await;
    assert_eq!(other.status, StatusCode::BAD_REQUEST);
    assert!(page.has("Même panne") && story.desk.world().gateway.store().count(None).unwrap().held == 1);
}

#[tokio::test]
async fn a18_the_page_says_who_a_stranger_probably_is() {
    let (story, karim) = at_desk().await;
    let alert = story.desk.with(|world| {
        let root = world.ticket(1).root_message_id.unwrap();
        world.receives(&Mail::new("alice@corp-alias.test").reply_to_id(&root).text("C'est encore moi."));
        world.letter_to_any("ag1@desk.test").text.replace('\u{a0}', " ")
    });
    assert!(alert.contains("Probablement : alice@cust.test") && alert.contains("https://desk.test/desk/held#m"), "{alert}");
    assert!(karim.get("/desk/held").await.has("Probablement alice@cust.test, depuis une autre adresse."));
}

#[tokio::test]
async fn p33_c01_the_page_of_a_proof_shows_the_mail_and_a_press_confirms_it() {
    let (story, _) = at_desk().await;
    let link = story.desk.with(|world| {
        let root = world.ticket(1).root_message_id.unwrap();
        world.receives(&Mail::new("ag1@desk.test").reply_to_id(&root).subject("Re: toner").text("J'apporte un toner.").unproven());
        let asked = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test" && sent.subject.contains("Avez-vous écrit")).unwrap();
        crate::stories::path(&asked.links[0])
    });
    let anybody = Visitor::new(&story.desk);
    for _ in 0..20 {
        anybody.get(&link).await;
        anybody.head(&link).await;
    }
    assert_eq!(story.desk.world().gateway.store().count(None).unwrap().held, 1);
    let page = anybody.get(&link).await;
    assert!(page.has("L’avez-vous écrit") && page.has("Re: toner") && page.has("J&#x27;apporte un toner."), "{}", page.text());
    assert!(anybody.press(&page, "enter", &[]).await.has("compte comme le vôtre"));
    assert!(story.desk.mail_to("alice@cust.test").text.contains("J'apporte un toner."));
    assert_eq!(anybody.press(&page, "enter", &[]).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn e16_mails_of_a_flood_are_one_entry_with_one_decision() {
    let (story, karim) = at_desk().await;
    let newest = story.desk.with(|world| {
        for number in 0..23 {
            world.receives(&Mail::new("mallory@evil.test").subject(&format!("Offre {number}")));
            world.later(jiff::SignedDuration::from_secs(-299));
        }
        world.gateway.store().instances(Some(Disposition::Held), 99).unwrap()[0].id
    });
    let page = karim.get("/desk/held").await;
    assert!(page.has("3 messages attendent ensemble") && !page.has("Offre 20"), "{}", page.text());
    assert_eq!(karim.press(&page, &format!("junk_all-{newest}"), &[]).await.leads_to(), "/desk/held?done=held_junk");
    assert_eq!(story.desk.world().gateway.store().count(None).unwrap().held, 0);
}
