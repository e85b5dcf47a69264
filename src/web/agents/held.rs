//! Mails that wait for a decision of agents, and the three decisions as buttons: let in, a ticket of its own, junk.

use axum::extract::{Extension, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::inside::{Inside, enter};
use super::preferences::posted;
use super::views::{AdmitView, ButtonView, HeldListView, HeldView};
use crate::desk::{Door, Privilege, TicketId};
use crate::gateway::held::{LOOKED_AT, bundle};
use crate::gateway::{Decider, Decision, Settled, Word};
use crate::mail::{self, Incoming};
use crate::notifications::names;
use crate::store::{Backend, Disposition, Instance, Reads};
use crate::web::desk::{Desk, Web};
use crate::web::links::{self, message, unavailable};
use crate::web::pages::{Frame, Notice, View};
use crate::web::sign_in::see_other;
use crate::web::ticket_page::Asked;
use crate::web::tickets::Way;
use crate::web::visitor::Visitor;

/// Mails and bundles on the page, newest first.
const MAILS: usize = 30;
/// Characters of a mail that are shown.
const TEXT_MAX: usize = 3000;

/// Reasons that only the author can answer: nobody lets such a mail in for them, or there is nobody.
const NOT_ADMITTED: [&str; 3] = ["commands-refused", "no-author", "author-ambiguous"];

/// What waits.
pub async fn list<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    asked: Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let says = |inside: &Inside| inside.notices(&web, asked.done());
    shown(&web, (&visitor, &headers), says, StatusCode::OK).await
}

async fn shown<D: Desk>(
    web: &Web<D>,
    (visitor, headers): (&Visitor, &HeaderMap),
    says: impl FnOnce(&Inside) -> Vec<Notice>,
    status: StatusCode,
) -> Response {
    let limits = web.desk.site().limits;
    let found = enter(web, (visitor, headers), move |reads, inside| waiting(reads, inside, &limits)).await;
    let (inside, bundles) = match found {
        Ok(found) => found,
        Err(response) => return response,
    };
    let words = inside.words(web);
    let view = HeldListView {
        heading: words.say("page.held.heading", &[]),
        hint: words.say("page.held.hint", &[]),
        empty: words.say("page.held.empty", &[]),
        mails: bundles.iter().map(|bundle| view(&Desktop { web, visitor, inside: &inside }, bundle)).collect(),
    };
    let frame = Frame { notices: says(&inside), ..inside.frame(web, visitor, ("held", &view.heading)) };
    links::rendered(web, status, web.texts.render("held", &View { frame, own: view }))
}

/// A decision comes back.
pub async fn decide<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    Path((id, verb)): Path<(u64, String)>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let (inside, fields) = match posted(&web, (&visitor, &headers), request, &press(&verb, id)).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let number = fields.text("ticket");
    let ticket = number.trim_start_matches('#').parse::<TicketId>().ok();
    let (verb, all) = verb.strip_suffix("_all").map_or((verb.as_str(), false), |verb| (verb, true));
    let decision = match verb {
        "admit" if ticket.is_some() || number.is_empty() => Decision::Admit { ticket },
        "admit" => return again(&web, (&visitor, &headers), |inside| inside.words(&web).say("page.error.number_wrong", &[])).await,
        "split" => Decision::Split,
        "junk" => Decision::Junk,
        _ => return message(&web, &headers, StatusCode::BAD_REQUEST, "malformed"),
    };
    let word = Word { decision, by: Decider::Agent(inside.person.clone(), Door::Page) };
    let settled = web.desk.change(move |gateway| if all { gateway.settle_bundle(id, &word) } else { gateway.settle(id, &word) });
    match settled.await {
        Ok(Settled::Done { .. }) => see_other(&web, &format!("/desk/held?done=held_{verb}")),
        Ok(Settled::NotHeld) => see_other(&web, "/desk/held?done=already"),
        Ok(Settled::NotAllowed) => message(&web, &headers, StatusCode::FORBIDDEN, "forbidden"),
        Ok(Settled::Impossible(reason)) => {
            let says = |inside: &Inside| {
                let words = inside.words(&web);
                words.say("page.held.impossible", &[("reason", words.term("held", &reason))])
            };
            again(&web, (&visitor, &headers), says).await
        }
        Err(_) => unavailable(&web, &headers),
    }
}

/// The list once more, with what did not work.
async fn again<D: Desk>(web: &Web<D>, by: (&Visitor, &HeaderMap), says: impl FnOnce(&Inside) -> String) -> Response {
    shown(web, by, |inside| vec![Notice { tone: "bad", text: says(inside) }], StatusCode::CONFLICT).await
}

/// The name of a button; one for each mail.
fn press(verb: &str, id: u64) -> String {
    format!("{verb}-{id}")
}

/// A mail that waits, and how many of its sender wait together with it.
struct Bundle {
    newest: Instance,
    mail: Incoming,
    mails: usize,
}

/// Those that point at a ticket of the agent's services, and for whoever looks after the desk those that point at none.
fn waiting(reads: &dyn Reads, inside: &Inside, limits: &mail::Limits) -> Result<Vec<Bundle>, Backend> {
    let mut found: Vec<Bundle> = Vec::new();
    for instance in reads.instances(Some(Disposition::Held), LOOKED_AT)? {
        let its = bundle(&instance);
        if let Some(known) = found.iter_mut().find(|known| its.is_some() && bundle(&known.newest) == its) {
            known.mails += 1;
            continue;
        }
        if found.len() == MAILS {
            continue;
        }
        let ticket = instance.handled.as_ref().and_then(|handled| handled.ticket);
        let theirs = match ticket {
            Some(id) => reads.ticket(id)?.is_some_and(|ticket| inside.services.contains(&ticket.service)),
            None => looks_after(inside),
        };
        if theirs {
            let raw = reads.raw(instance.id)?.unwrap_or_default();
            found.push(Bundle { newest: instance, mail: mail::read(&raw, limits), mails: 1 });
        }
    }
    Ok(found)
}

fn looks_after(inside: &Inside) -> bool {
    let first = inside.organisation.services.first().map(|service| &service.key);
    let manages = inside
        .organisation
        .agent(&inside.person)
        .is_some_and(|agent| agent.memberships.iter().any(|member| member.may.contains(&Privilege::ManageAgents)));
    manages || first.is_some_and(|first| inside.services.contains(first))
}

/// Who looks at the list, by what.
struct Desktop<'a, D> {
    web: &'a Web<D>,
    visitor: &'a Visitor,
    inside: &'a Inside,
}

impl<D: Desk> Desktop<'_, D> {
    fn button(&self, verb: &str, id: u64) -> ButtonView {
        let press = press(verb, id);
        ButtonView {
            action: format!("{}/desk/held/{id}/{verb}", links::prefix(&self.web.desk.site().base_url)),
            nonce: self.web.nonces.fresh(&self.visitor.key(), &press, self.web.now()),
            press,
            label: self.inside.words(self.web).say(&format!("page.held.{verb}"), &[]),
            main: verb == "admit",
            grave: verb.starts_with("junk"),
            ..ButtonView::default()
        }
    }

    fn admit(&self, id: u64, (reason, ticket): (&str, Option<TicketId>)) -> Option<AdmitView> {
        let asks = ticket.is_none().then(|| self.inside.words(self.web).say("page.held.ticket", &[]));
        let admitted = !NOT_ADMITTED.contains(&reason);
        admitted.then(|| AdmitView { button: self.button("admit", id), ask: asks.unwrap_or_default() })
    }
}

fn view<D: Desk>(desktop: &Desktop<'_, D>, bundle: &Bundle) -> HeldView {
    let Desktop { web, inside, .. } = desktop;
    let Bundle { newest: instance, mail, mails } = bundle;
    let words = inside.words(web);
    let handled = instance.handled.as_ref();
    let reason = handled.map(|handled| handled.reason.as_str()).unwrap_or_default();
    let ticket = handled.and_then(|handled| handled.ticket);
    let from = handled.and_then(|handled| handled.from.as_ref()).or_else(|| mail.from.address());
    let likely = handled.and_then(|handled| handled.trace.get("probably")?.as_str().map(str::to_owned));
    let split = (!["no-author", "author-ambiguous"].contains(&reason)).then(|| desktop.button("split", instance.id));
    let many = (*mails > 1).then(|| words.say("page.held.many", &[("n", &mails.to_string())]));
    let for_all = if *mails > 1 { &["admit_all", "junk_all"][..] } else { &[] };
    HeldView {
        many: many.unwrap_or_default(),
        number: instance.id.to_string(),
        from: from.map_or_else(|| words.say("page.held.nobody", &[]), ToString::to_string),
        likely: likely.map(|who| words.say("page.held.likely", &[("who", &who)])).unwrap_or_default(),
        subject: names::title(&mail.subject),
        reason: words.term("held", reason).to_owned(),
        at: words.date(instance.received_at, &web.desk.site().zone),
        iso: instance.received_at.to_string(),
        text: mail.reply.chars().take(TEXT_MAX).collect(),
        ticket: ticket.map(|id| format!("#{id}")).unwrap_or_default(),
        ticket_url: ticket.map(|id| format!("{}{}", links::prefix(&web.desk.site().base_url), Way::Desk(id).path())).unwrap_or_default(),
        admit: desktop.admit(instance.id, (reason, ticket)),
        buttons: split
            .into_iter()
            .chain([desktop.button("junk", instance.id)])
            .chain(for_all.iter().map(|verb| desktop.button(verb, instance.id)))
            .collect(),
    }
}
