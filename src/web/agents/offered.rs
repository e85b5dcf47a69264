//! What a ticket's page offers, and where: what an agent does all day stands on top, what they do rarely is folded away.
//!
//! Promises: each action that is possible now stands in exactly one place. Excludes: what is possible (see `desk::possible`).

use super::views::{ActView, ButtonView, Offered};
use crate::desk::Spec;
use crate::notifications::Words;
use crate::web::desk::{Desk, Web};
use crate::web::tickets::Loaded;
use crate::web::visitor::Visitor;

/// Most visible, the first one most of all.
const MAIN: &[&str] = &["recall", "reply", "ask", "close", "assign"];
/// Beside the conversation.
const WORK: &[&str] = &["canned", "faq", "transfer", "postpone", "release", "reopen", "refuse", "undo"];
/// With the people of the ticket.
const PEOPLE: &[&str] = &["invite", "remove", "beneficiary", "requester"];
/// With the ticket's details.
const DETAILS: &[&str] = &["title", "category", "urgency", "impact", "kind", "phone", "equipment"];
/// Before everything else while nobody has the ticket; with the rarer ones when a colleague has it.
const TAKE: &str = "take";
/// With its own form on the page.
const BELOW: &[&str] = &["note"];
/// Actions that end something.
pub const GRAVE: &[&str] = &["refuse", "spam", "cancel", "leave"];
/// Where the reply is written, on the ticket's own page.
const REPLY: &str = "#text";

/// Every possible action in its place.
pub fn offered<D: Desk>(web: &Web<D>, visitor: &Visitor, loaded: &Loaded, specs: &[&'static Spec]) -> Offered {
    let named = [MAIN, WORK, PEOPLE, DETAILS, BELOW, &[TAKE]];
    let act = |spec: &&Spec| act(web, visitor, loaded, spec);
    let of = |verbs: &[&str]| -> Vec<ActView> {
        let found = verbs.iter().filter_map(|verb| specs.iter().find(|spec| spec.verb == *verb));
        found.map(act).collect()
    };
    let (mut main, mut work) = (of(MAIN), of(WORK));
    let taken = loaded.seen.ticket.assignee.is_some();
    let place = if taken { &mut work } else { &mut main };
    place.splice(0..0, of(&[TAKE]));
    if let Some(first) = main.first_mut() {
        first.main = true;
        first.button.iter_mut().for_each(|button| button.main = true);
    }
    let more = specs.iter().filter(|spec| named.iter().all(|verbs| !verbs.contains(&spec.verb))).map(act).collect();
    Offered { main, work, people: of(PEOPLE), details: of(DETAILS), more }
}

/// Actions without fields are one press away, others have a form.
fn act<D: Desk>(web: &Web<D>, visitor: &Visitor, loaded: &Loaded, spec: &Spec) -> ActView {
    let words: &Words = loaded.words(web);
    let label = words.term("verb", spec.verb).to_owned();
    let url = format!("{}/do/{}", loaded.place(web), spec.verb);
    let grave = GRAVE.contains(&spec.verb);
    let button = spec.form.is_some_and(<[_]>::is_empty).then(|| ButtonView {
        action: url.clone(),
        press: spec.verb.to_owned(),
        nonce: web.nonces.fresh(&loaded.key(visitor), spec.verb, web.now()),
        version: loaded.seen.ticket.version.to_string(),
        label: label.clone(),
        grave,
        main: false,
    });
    ActView { url: if spec.verb == "reply" { REPLY.to_owned() } else { url }, label, main: false, grave, button }
}
