//! Mails that wait together are committed together, and their letters are written beside: nothing but the time differs.

use guichet::address::Address;
use guichet::gateway::Waiting;
use guichet::notifications::TemplateFile;
use guichet::store::{Disposition, Reads};
use jiff::Timestamp;

use crate::world::*;

fn mails() -> Vec<Mail> {
    vec![
        Mail::from("alice@cust.test").subject("Printer").text("It smokes.").id("first@cust.test"),
        Mail::from("bob@cust.test").subject("Screen").text("It is black."),
        Mail::from("alice@cust.test").subject("Re: Printer").text("Now it burns.").reply_to_id("first@cust.test"),
        Mail::from("ag1@desk.test").subject("Re: Printer").text("On my way.").reply_to_id("first@cust.test"),
    ]
}

/// Keeps the mails, and hands them to the gateway that many at a time.
pub fn received(world: &mut World, mails: &[Mail], at_once: usize) -> Vec<Disposition> {
    let received_at = Timestamp::from_second(world.now()).unwrap();
    let raws: Vec<String> = mails.iter().map(|mail| mail.raw(world.now())).collect();
    let waiting = |raw: &String| {
        let instance = world.keeps(raw);
        Waiting { instance, received_at, old: false, cut: false, raw: raw.replace('\n', "\r\n").into_bytes().into() }
    };
    let waiting: Vec<Waiting> = raws.iter().map(waiting).collect();
    waiting.chunks(at_once).flat_map(|some| world.gateway.receive(some).unwrap()).collect()
}

/// Whom each letter is for, and its bytes as text.
fn letters(world: &World) -> Vec<(Address, String)> {
    let store = world.gateway.store();
    let letter = |id| store.letter_bytes(id).unwrap().unwrap();
    let letters = store.letters(None, 99).unwrap().into_iter().map(|row| letter(row.id));
    letters.map(|letter| (letter.envelope_to, String::from_utf8(letter.bytes).unwrap())).collect()
}

#[test]
fn a_batch_writes_the_letters_that_its_mails_would_one_by_one() {
    let (mut alone, mut together, mails) = (World::new(), World::new(), mails());
    assert_eq!(received(&mut alone, &mails, 1), received(&mut together, &mails, 9));
    let (alone, beside) = (letters(&alone), letters(&together));
    assert!(alone.len() > 4 && alone.len() == beside.len());
    alone.iter().zip(&beside).for_each(|(alone, beside)| assert_eq!(alone, beside));
    together.check();
}

#[test]
fn j13_a_letter_that_cannot_be_written_parks_its_own_mail_and_no_other() {
    let text = "Subject: {{subject}}\n\n{{#if (eq title \"Screen\")}}{{nowhere}}{{/if}}\n";
    let mut world = World::with_texts([TemplateFile { path: "fr/mail/new_ticket.txt".into(), bytes: text.into() }]);
    let outcomes = received(&mut world, &mails(), 9);
    assert_eq!(outcomes, [Disposition::New, Disposition::Parked, Disposition::Attached, Disposition::Attached]);
    let parked = world.gateway.store().instances(Some(Disposition::Parked), 9).unwrap();
    assert_eq!(parked[0].handled.as_ref().unwrap().reason, "template-or-compose");
    world.deliver();
    world.check();
}
