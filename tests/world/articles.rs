//! Articles (CAPABILITIES rows 17, 18, 81, 82; PRODUCT P8): suggested, read behind their link, sent as a solution, found, written.

use guichet::desk::Organisation;
use guichet::gateway::articles::{Edit, Edited};
use guichet::gateway::{Button, Pressed};
use guichet::knowledge::{Article, Filed};
use guichet::store::ArticleReads;
use guichet::store::Disposition::*;

use crate::world::{Mail, World, address, is, organisation};

const PRINTER: &str = "+++\nnumber = 12\ntitle = \"L’imprimante n’imprime plus\"\nlanguage = \"fr\"\nwords = [\"panne\"]\n+++\n\nÉteignez-la dix secondes.\n\nSinon, **appelez-nous**.\n";
const CODES: &str =
    "+++\nnumber = 13\ntitle = \"Imprimante en panne : codes\"\nlanguage = \"fr\"\ninternal = true\n+++\n\nLe code est 0000.\n";

fn filed(texts: &[&str]) -> Vec<Filed> {
    let one = |text: &&str| {
        let article = Article::read(text).unwrap();
        Filed { file: format!("{}.md", article.number), hash: format!("{}", text.len()), article }
    };
    texts.iter().map(one).collect()
}

fn world() -> World {
    let mut world = World::new();
    world.gateway.apply_articles(&filed(&[PRINTER, CODES])).unwrap();
    world
}

/// Marie may write articles.
fn with_editor(world: &mut World) {
    let may = organisation();
    let agents = may.agents.into_iter().map(|mut agent| {
        if agent.address.as_str() == "ag2@desk.test" {
            agent.memberships[0].may.push(guichet::desk::Privilege::ManageArticles);
        }
        agent
    });
    let changed = Organisation { agents: agents.collect(), ..organisation() };
    world.gateway.apply_organisation(changed).unwrap();
}

#[test]
fn row17_the_acknowledgement_brings_the_answer_and_its_button_closes() {
    let mut world = world();
    world.receives(&Mail::new("Alice Martin <alice@cust.test>").subject("Imprimante en panne"));
    let sent = world.sent();
    let ack = sent.iter().find(|sent| sent.to == "alice@cust.test").unwrap();
    assert!(ack.text.contains("L’imprimante n’imprime plus") && ack.text.contains("| Éteignez-la dix secondes."), "{}", ack.text);
    assert!(!ack.text.contains("0000") && ack.html.contains("C’est résolu ainsi"), "what is internal stays inside");
    let others = sent.iter().filter(|sent| sent.to != "alice@cust.test");
    assert!(others.into_iter().all(|sent| !sent.text.contains("Éteignez")), "agents get the ticket alone");
    let Pressed::Done { ticket, done, rate } = world.presses(&ack.links[0], Button::Solved) else { panic!("the button closes") };
    assert_eq!((ticket.status.word(), done, rate.is_some()), ("approved", vec!["solved".to_owned()], true));
    let told = world.sent();
    assert!(told.iter().any(|sent| sent.to == "ag1@desk.test" && sent.text.contains("article 12")), "the pool knows");
    assert!(matches!(world.presses(&ack.links[0], Button::Solved), Pressed::Refused { .. }), "a single effect");
}

#[test]
fn row17_the_link_does_nothing_else_and_nobody_elses() {
    let mut world = world();
    world.receives(&Mail::new("alice@cust.test").subject("Imprimante en panne").cc("bob@cust.test"));
    let ack = world.letter_to_any("alice@cust.test");
    for button in [Button::Approve, Button::Cancel, Button::Reply { text: "x".into(), files: vec![] }] {
        assert!(matches!(world.presses(&ack.links[0], button), Pressed::Refused { .. }));
    }
    assert!(matches!(world.presses(&ack.links[1], Button::Solved), Pressed::Refused { .. }), "the ticket's own link closes nothing so");
    assert_eq!(world.status(1), "free");
}

#[test]
fn row17_bad_matches_unproven_senders_and_switched_off_categories_get_none() {
    let mut world = world();
    world.receives(&Mail::new("alice@cust.test").subject("Clé du local perdue"));
    assert!(!world.letter_to_any("alice@cust.test").text.contains("Peut-être la réponse"));
    world.receives(&Mail::new("eve@cust.test").subject("Imprimante en panne").unproven());
    assert!(!world.letter_to_any("eve@cust.test").text.contains("Peut-être la réponse"));
    let mut quiet = organisation();
    quiet.services[0].categories[0].without_articles = true;
    world.gateway.apply_organisation(quiet).unwrap();
    world.receives(&Mail::from("carl@cust.test").to("support+reseau@desk.test").subject("Imprimante en panne"));
    assert!(!world.letter_to_any("carl@cust.test").text.contains("Peut-être la réponse"));
}

#[test]
fn row18_one_act_answers_with_an_article_and_proposes_to_close() {
    let mut world = world();
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#faq 12\n\nDites-moi si cela suffit."));
    let letter = world.letter_to_any("alice@cust.test");
    assert!(letter.text.contains("| Éteignez-la dix secondes.") && letter.text.contains("| Sinon, appelez-nous."), "{}", letter.text);
    assert!(letter.text.contains("| Dites-moi si cela suffit.") && !letter.decisions.is_empty());
    assert_eq!(world.status(1), "awaiting_approval");
    world.presses(&letter.links[0], Button::Approve);
    assert_eq!(world.status(1), "approved");
}

#[test]
fn row18_an_unknown_number_and_an_internal_article_get_near_matches() {
    let mut world = world();
    let alert = world.opened();
    for command in ["#faq 99", "#faq 13", "#faq imprimante"] {
        let handled = world.receives(&alert.answered_by("ag1@desk.test", command));
        assert!(is(&handled, Held, "commands-refused"));
        let refused = world.letter_to("ag1@desk.test");
        assert!(refused.text.contains("12 (L’imprimante n’imprime plus)"), "{}", refused.text);
        assert_eq!(refused.links.len(), 1, "one press goes on");
    }
    assert_eq!(world.status(1), "free");
    world.receives(&alert.answered_by("ag1@desk.test", "#faq 99\n\nEt voilà."));
    let refused = world.letter_to("ag1@desk.test");
    world.presses(&refused.links[0], Button::Confirm);
    assert_eq!(world.status(1), "awaiting_approval");
}

#[test]
fn row18_the_same_from_the_page() {
    let mut world = world();
    world.opened();
    world.acts("ag1@desk.test", 1, "faq", &[("article", "12"), ("text", "Bon courage.")]);
    assert!(world.letter_to("alice@cust.test").text.contains("| Bon courage."));
    assert_eq!(world.status(1), "awaiting_approval");
}

#[test]
fn row81_everybody_finds_articles_and_what_they_may_see() {
    let mut world = world();
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#note\nLe toner vient de chez Durand."));
    world.receives(&Mail::new("bob@cust.test").subject("Imprimante muette").text("Elle ne dit rien."));
    world.sent();
    let mut asks = |who: &str, words: &str| {
        world.receives(&Mail::new(who).subject("?").text(&format!("#cherche {words}")));
        world.letter_to(who).text
    };
    let found = asks("alice@cust.test", "imprimante");
    assert!(found.contains("#1 ") && !found.contains("#2 "), "{found}");
    assert!(found.contains("12. L’imprimante n’imprime plus") && !found.contains("0000"), "{found}");
    assert!(!asks("alice@cust.test", "durand").contains("#1 "), "notes are found by agents alone");
    let found = asks("ag1@desk.test", "imprimante");
    assert!(found.contains("#1 ") && found.contains("#2 ") && found.contains("13. "), "{found}");
}

#[test]
fn row82_who_may_writes_articles_and_files_that_did_not_change_take_nothing_back() {
    let mut world = world();
    with_editor(&mut world);
    let article = |number: u64, text: &str| Article {
        number,
        title: "Badge perdu".into(),
        language: "fr".into(),
        text: text.into(),
        ..Article::default()
    };
    let write = |world: &mut World, who: &str, one: Article, nonce: &str| {
        world.gateway.edit_article(&address(who), Edit::Write(Box::new(one)), nonce).unwrap()
    };
    assert_eq!(write(&mut world, "ag1@desk.test", article(0, "Non."), "a"), Edited::NotAllowed);
    assert_eq!(write(&mut world, "ag2@desk.test", article(0, "Passez à l’accueil."), "b"), Edited::Done(14));
    let foreign = Article { service: "logistique".into(), ..article(0, "Non.") };
    assert_eq!(write(&mut world, "ag2@desk.test", foreign, "c"), Edited::NotAllowed);
    let printer = Article { text: "Redémarrez-la.".into(), ..Article::read(PRINTER).unwrap() };
    assert_eq!(write(&mut world, "ag2@desk.test", printer, "d"), Edited::Done(12));
    world.gateway.apply_articles(&filed(&[PRINTER])).unwrap();
    let all = world.gateway.store().articles().unwrap();
    let texts: Vec<(u64, &str)> = all.iter().map(|known| (known.article.number, known.article.text.as_str())).collect();
    assert_eq!(texts, [(12, "Redémarrez-la."), (14, "Passez à l’accueil.")], "the one whose file is gone is gone, the others stay");
    assert_eq!(all[0].editor, Some(address("ag2@desk.test")));
    assert_eq!(world.gateway.edit_article(&address("ag2@desk.test"), Edit::Drop(14), "e").unwrap(), Edited::Done(14));
    assert!(world.gateway.store().article(14).unwrap().is_none());
    assert!(world.gateway.store().articles_like(&["badge".to_owned()], 5).unwrap().is_empty(), "its words are gone too");
}
