//! Machines: group E of the casebook.

use guichet::desk::Door;
use guichet::gateway::{Decider, Decision, Settled, Waiting, Word};
use guichet::ports::{Arrival, Origin};
use guichet::store::{Disposition, Reads, Store};

use crate::world::{Checked, Mail, World, address, is};

fn absence(person: &str) -> Mail {
    Mail::from(person)
        .to("support@desk.test")
        .subject("Réponse automatique : absence")
        .header("Auto-Submitted", "auto-replied (vacation)")
        .text("Je suis absent jusqu'au 12.")
}

#[test]
fn e01_an_absence_is_filed_and_changes_nothing() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let ack = world.letter_to_any("alice@cust.test");
    let handled = world.receives(&absence("alice@cust.test").reply_to_id(&ack.message_id));
    assert!(is(&handled, Disposition::Attached, "automatic-reply"));
    assert!(world.sent().is_empty());
    assert_eq!(world.status(1), "free");
    let lone = world.receives(&absence("carol@other.test"));
    assert_eq!(lone.disposition, Disposition::Ignored);
    let human = world.receives(&Mail::new("bob@cust.test").header("Auto-Submitted", "no"));
    assert_eq!(human.disposition, Disposition::New);
}

#[test]
fn e02_k10_an_unmarked_machine_is_silenced_after_two_exchanges() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let mut answers = 0;
    for round in 0..10 {
        let Some(last) = world.sent().into_iter().rfind(|sent| sent.to == "alice@cust.test") else { break };
        answers += 1;
        world.later(jiff::SignedDuration::from_secs(3 - 300));
        world.receives(&last.answered_by("alice@cust.test", &format!("We received your request, number {round}.")));
    }
    assert!(answers <= 2, "{answers}");
}

#[test]
fn e03_nothing_prompt_reopens_and_no_more_than_three_a_day() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    let mut reopened = 0;
    for _ in 0..6 {
        world.receives(&alert.answered_by("ag1@desk.test", "#clore\nFait."));
        let Some(approval) = world.sent().into_iter().find(|sent| sent.to == "alice@cust.test") else { break };
        world.presses(&approval.links[0], guichet::gateway::Button::Approve);
        world.receives(&approval.answered_by("alice@cust.test", "Non, la panne est revenue, que se passe-t-il ?"));
        reopened += usize::from(world.ticket(1).status.is_open());
    }
    assert!(reopened <= 3, "{reopened}");
}

#[test]
fn e06_a_forged_loop_mark_never_drops_a_human() {
    let mut world = World::new();
    let handled = world.receives(&Mail::new("alice@cust.test").header("X-Guichet-Loop", "1").header("Precedence", "bulk"));
    assert_eq!(handled.disposition, Disposition::New);
}

fn report(world: &World, returned: &str, recipient: &str, to: &str) -> Mail {
    let _ = world;
    let body = format!(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nIt failed.\n--b\n\
         Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.cust.test\n\nFinal-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\n\
         Diagnostic-Code: smtp; 550 5.1.1 no such user\n\n--b\nContent-Type: message/rfc822-headers\n\nMessage-ID: <{returned}>\nSubject: x\n\n--b--\n"
    );
    let mut mail = Mail::from("mailer-daemon@mx.cust.test").to(to).subject("Undelivered Mail Returned to Sender").body(&body);
    mail.checked = Checked::Nothing;
    mail
}

#[test]
fn e07_an_authentic_bounce_marks_its_letter_and_tells_agents_once() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let ack = world.letter_to_any("alice@cust.test");
    let handled = world.receives(&report(&world, &ack.message_id, "alice@cust.test", "support@desk.test"));
    assert!(is(&handled, Disposition::Attached, "bounce"));
    assert_eq!(world.recipients(), ["ag1@desk.test", "ag2@desk.test"]);
    let letter = world.gateway.store().letter_of(&ack.message_id).unwrap().unwrap();
    assert_eq!(letter.state, guichet::store::LetterState::Refused);
    // Told once; by the envelope address as well.
    world.receives(&report(&world, "other@x.test", "alice@cust.test", &ack.envelope_from));
    assert!(world.sent().is_empty());
    assert_eq!(world.gateway.store().person(&address("alice@cust.test")).unwrap().unwrap().failures, 1);
}

#[test]
fn e08_a_forged_bounce_marks_nobody() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").cc("bob@cust.test"));
    let ack = world.letter_to_any("alice@cust.test");
    for mail in [
        report(&world, "unknown@x.test", "alice@cust.test", "support@desk.test"),
        report(&world, &ack.message_id, "bob@cust.test", "support@desk.test"),
    ] {
        assert_eq!(world.receives(&mail).disposition, Disposition::Ignored);
    }
    assert!(world.sent().is_empty());
}

#[test]
fn e12_our_automatic_mail_is_marked_and_people_are_not() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let sent = world.sent();
    assert!(sent.iter().find(|sent| sent.to == "alice@cust.test").unwrap().auto.is_some());
    let alert = sent.iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "Bonjour, je regarde."));
    assert_eq!(world.letter_to("alice@cust.test").auto, None);
}

#[test]
fn e20_a_mail_of_sixty_hops_is_parked() {
    let mut world = World::new();
    let mut mail = Mail::new("alice@cust.test");
    for hop in 0..60 {
        mail = mail.header("Received", &format!("from h{hop}.test by h.test"));
    }
    assert_eq!(world.receives(&mail).disposition, Disposition::Parked);
    assert!(world.sent().is_empty());
}

#[test]
fn e16_a_bomb_is_held_and_honest_mail_goes_on() {
    let mut world = World::new();
    for _ in 0..70 {
        let mut mail = Mail::new("mallory@evil.test");
        mail.date = Some(world.now());
        world.later(jiff::SignedDuration::from_secs(-295));
        world.receives(&mail);
    }
    let held = world.gateway.store().count(None).unwrap().held;
    assert!(held >= 49, "{held}");
    let told: Vec<_> =
        world.sent().into_iter().filter(|sent| sent.to == "ag1@desk.test" && sent.text.contains("attendent ensemble")).collect();
    assert_eq!(told.len(), 1, "one notice for all of them");
    assert_eq!(world.receives(&Mail::new("alice@cust.test")).disposition, Disposition::New);
    // One decision for the bundle.
    let waiting = world.gateway.store().instances(Some(Disposition::Held), 100).unwrap();
    let word = Word { decision: Decision::Junk, by: Decider::Agent(address("ag1@desk.test"), Door::Page) };
    assert!(matches!(world.gateway.settle_bundle(waiting[0].id, &word).unwrap(), Settled::Done { .. }));
    assert_eq!(world.gateway.store().count(None).unwrap().held, 0);
}

#[test]
fn e16_agents_who_work_by_mail_are_no_flood() {
    let mut world = World::new();
    let alert = world.opened();
    for number in 0..30 {
        assert_eq!(world.receives(&alert.answered_by("ag1@desk.test", &format!("Étape {number}."))).disposition, Disposition::Attached);
    }
    let forged = alert.answered_by("ag1@desk.test", "Étape 31.").failing();
    assert_eq!(world.receives(&forged).disposition, Disposition::Held);
}

#[test]
fn e04_two_desks_exchange_two_mails_each_way_at_most() {
    let mut world = World::new();
    world.receives(&Mail::new("desk@other.test").subject("Hello"));
    let mut ours = 0;
    for number in 0..10 {
        let acknowledgements = world.sent().into_iter().filter(|sent| sent.to == "desk@other.test").count();
        ours += acknowledgements;
        if acknowledgements == 0 {
            break;
        }
        world.later(jiff::SignedDuration::from_secs(3 - 300));
        world.receives(&Mail::new("desk@other.test").subject(&format!("[Case {number}] created")).text("We have opened a case for you."));
    }
    assert!(ours <= 2, "{ours}");
    // What it wrote is all there for agents.
    assert_eq!(world.gateway.store().count(None).unwrap().new, 3);
}

#[test]
fn e17_a_report_about_a_report_ends_there() {
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test"));
    let alert = world.letter_to("ag1@desk.test");
    let mut bounced = vec![(alert.message_id, "ag1@desk.test".to_owned())];
    let mut caused = 0;
    while let Some((id, who)) = bounced.pop() {
        world.receives(&report(&world, &id, &who, "support@desk.test"));
        for letter in world.sent() {
            caused += 1;
            assert!(!letter.to.contains("mailer-daemon") && letter.to != who, "{}", letter.to);
            assert!(caused < 5, "reports cause letters without end");
            bounced.push((letter.message_id, letter.to));
        }
    }
    let full = Mail::from("mailer-daemon@provider.test").to("support@desk.test").subject("Message limit exceeded").unproven();
    let handled = world.receives(&full.header("Auto-Submitted", "auto-generated").text("You have sent too many mails today."));
    assert_eq!(handled.disposition, Disposition::Held);
    assert!(world.recipients().iter().all(|to| to.ends_with("@desk.test")), "agents may hear of it, no machine does");
}

/// A mail of forty megabytes, of which the beginning was fetched.
fn large(world: &mut World, mail: &Mail) -> Vec<String> {
    let raw = mail.raw(world.now()).replace('\n', "\r\n").into_bytes();
    let origin = Origin { mailbox: "support".into(), folder: "INBOX".into(), epoch: 9, uid: 7, name: mail.subject.clone() };
    let received_at = jiff::Timestamp::from_second(world.now()).unwrap();
    let arrival = Arrival { cut_from: Some(40 << 20), ..Arrival::new(origin, received_at, raw.clone()) };
    let instance = world.gateway.store_mut().keep(&[arrival]).unwrap()[0].instance;
    world.gateway.receive(&[Waiting { instance, received_at, old: false, cut: true, raw: raw.into() }]).unwrap();
    world.deliver();
    let handled = world.gateway.store().instance(instance).unwrap().unwrap().handled.unwrap();
    assert_eq!(handled.disposition, Disposition::Held);
    world.recipients()
}

#[test]
fn e18_e19_what_is_too_large_gets_no_answer_be_it_a_machine_or_a_stranger() {
    let mut world = World::new();
    for mail in [Mail::new("vic@victim.test").unproven(), Mail::new("vic@victim.test").failing(), absence("vic@victim.test").unproven()] {
        let told = large(&mut World::new(), &mail);
        assert!(told.iter().all(|to| to.ends_with("@desk.test")), "{told:?}");
    }
    // An absence that also breaks a rule is an absence first.
    let forged = absence("vic@victim.test").failing().header("Received", "from a by b");
    world.receives(&forged);
    assert!(world.recipients().iter().all(|to| to.ends_with("@desk.test")));
}

#[test]
fn f15_a_mail_that_says_nothing_is_a_ticket_with_a_title() {
    let mut world = World::new();
    for (subject, body, title) in [
        ("", "Content-Type: text/plain\n\nThe lamp of room 12 is dark.\nAnna\n", "The lamp of room 12 is dark."),
        ("Re:", "Content-Type: application/pdf; name=plan.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0=\n", "plan.pdf"),
        ("", "Content-Type: text/plain\n\n\n", "(sans objet)"),
    ] {
        let handled = world.receives(&Mail::new("alice@cust.test").subject(subject).body(body));
        assert_eq!(handled.disposition, Disposition::New, "{title}");
        assert_eq!(world.ticket(handled.ticket.unwrap()).title, title);
    }
}

#[test]
fn e16_agents_hear_of_few_and_that_more_wait() {
    let mut world = World::new();
    for number in 0..40 {
        world.receives(&Mail::new(&format!("m{number}@evil.test")).failing());
        world.later(jiff::SignedDuration::from_secs(-290));
    }
    let alerts: Vec<_> = world.sent().into_iter().filter(|sent| sent.to == "ag1@desk.test").collect();
    assert_eq!((alerts.len(), world.gateway.store().count(None).unwrap().held), (20, 40));
    let says = |sent: &crate::world::Sent| sent.text.contains("pas d’autre avis dans l’heure");
    assert!(says(&alerts[19]) && !alerts[..19].iter().any(says), "{}", alerts[19].text);
}

#[test]
fn e17_no_mail_comes_of_a_report_about_a_mail_to_an_agent() {
    let mut world = World::new();
    let alert = world.opened();
    world.receives(&alert.answered_by("ag1@desk.test", "#clroe"));
    let refused = world.letter_to("ag1@desk.test");
    for letter in [&alert, &refused] {
        let handled = world.receives(&report(&world, &letter.message_id, "ag1@desk.test", &letter.envelope_from));
        assert!(is(&handled, Disposition::Attached, "bounce"));
    }
    let limit = report(&world, "x@provider.test", "alice@cust.test", "support@desk.test").subject("Message limit exceeded");
    assert_eq!(world.receives(&limit).disposition, Disposition::Ignored);
    assert!(world.sent().is_empty());
    assert!(world.gateway.store().person(&address("ag1@desk.test")).unwrap().unwrap().suppressed);
}

#[test]
fn e18_a_machine_is_recognised_before_anything_could_answer_it() {
    let mut world = World::new();
    world.opened();
    let root = world.ticket(1).root_message_id.unwrap();
    let reply = |person: &str| Mail::new(person).header("Auto-Submitted", "auto-replied").subject("Re: absent").text("#clore");
    world.receives(&reply("mallory@evil.test").reply_to_id(&root));
    world.receives(&reply("mallory@evil.test").failing());
    world.receives(&reply("alice@cust.test").reply_to_id(&root).unproven());
    world.receives_cut(&reply("alice@cust.test"));
    assert!(world.recipients().iter().all(|to| to.ends_with("@desk.test")));
    assert_eq!(world.status(1), "free");
}

#[test]
fn e19_nobody_unproven_is_told_that_a_mail_is_too_large() {
    let mut world = World::new();
    for mail in [Mail::new("vic@victim.test").failing(), Mail::new("vic@victim.test").unproven()] {
        assert!(is(&world.receives_cut(&mail), Disposition::Held, "too-large"));
    }
    assert!(world.recipients().iter().all(|to| to.ends_with("@desk.test")));
}
