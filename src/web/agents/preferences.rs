//! What an agent prefers, and where they are signed in.

use std::collections::BTreeMap;

use axum::extract::{Extension, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::answers;
use super::inside::{Inside, enter};
use super::service;
use super::views::{ButtonView, PreferencesView, SessionView};
use crate::desk::{Attention, Monitoring, Preferences, Ticket};
use crate::notifications::{Words, names, staffed};
use crate::store::{Backend, Reads, Session};
use crate::web::desk::{Desk, Web};
use crate::web::fields::Fields;
use crate::web::guard;
use crate::web::links::{self, message, prefix, unavailable};
use crate::web::pages::{ChoiceView, FieldView, FormPage, Frame, View, WayView, field};
use crate::web::sign_in::see_other;
use crate::web::ticket_page::Asked;
use crate::web::tickets::{Way, read_form};
use crate::web::visitor::Visitor;

/// Zones to choose from, beside the site's: those of France, and of its neighbours.
const ZONES: [&str; 14] = [
    "Europe/Paris",
    "Europe/London",
    "Europe/Brussels",
    "Europe/Zurich",
    "America/Guadeloupe",
    "America/Martinique",
    "America/Cayenne",
    "America/Miquelon",
    "America/Montreal",
    "Indian/Reunion",
    "Indian/Mayotte",
    "Pacific/Noumea",
    "Pacific/Tahiti",
    "Pacific/Wallis",
];
/// The press of the button that mails a report at once.
const REPORT: &str = "report";
/// Characters of a signature.
const SIGNATURE_MAX: usize = 1000;

/// The page.
pub async fn show<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    asked: Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let found = enter(&web, (&visitor, &headers), |reads, inside| Ok((reads.sessions(&inside.person)?, attended(reads, inside)?))).await;
    let (inside, (sessions, attended)) = match found {
        Ok(found) => found,
        Err(response) => return response,
    };
    let words = inside.words(&web);
    let now = web.now();
    let live = sessions.iter().filter(|session| now < session.expires_at);
    let view = PreferencesView {
        form: form(&web, &visitor, &inside),
        report: ButtonView {
            action: format!("{}/desk/report", prefix(&web.desk.site().base_url)),
            press: REPORT.into(),
            nonce: web.nonces.fresh(&visitor.key(), REPORT, now),
            label: words.say("page.preferences.report_now", &[]),
            ..ButtonView::default()
        },
        answers: answers::form(&web, &visitor, &inside, &answers::Typed::of(&inside.preferences.answers)),
        services: service::managed(&web, &inside),
        attended: attended.iter().map(|(ticket, attention)| way(&web, words, ticket, *attention)).collect(),
        sessions: live.map(|one| session(&web, &visitor, &inside, one)).collect(),
    };
    let frame = inside.frame(&web, &visitor, ("preferences", &words.say("page.preferences.heading", &[])));
    let frame = Frame { notices: inside.notices(&web, asked.done()), ..frame };
    links::rendered(&web, StatusCode::OK, web.texts.render("preferences", &View { frame, own: view }))
}

/// Open tickets of their services that they muted or follow closely, newest first.
fn attended(reads: &dyn Reads, inside: &Inside) -> Result<Vec<(Ticket, Attention)>, Backend> {
    let theirs = |ticket: &Ticket| ticket.status.is_open() && inside.services.contains(&ticket.service);
    let found = reads.attended(&inside.person)?.into_iter().filter(theirs);
    Ok(found.map(|ticket| (ticket.attention(&inside.person), ticket)).map(|(attention, ticket)| (ticket, attention)).collect())
}

fn way<D: Desk>(web: &Web<D>, words: &Words, ticket: &Ticket, attention: Attention) -> WayView {
    let which = if attention == Attention::Muted { "muted" } else { "followed" };
    WayView {
        url: format!("{}{}", prefix(&web.desk.site().base_url), Way::Desk(ticket.id).path()),
        label: format!("#{} {}", ticket.id, names::title(&ticket.title)),
        hint: words.say(&format!("page.preferences.{which}"), &[]),
    }
}

fn form<D: Desk>(web: &Web<D>, visitor: &Visitor, inside: &Inside) -> FormPage {
    let words = inside.words(web);
    let languages = web.texts.languages().map(|code| choice(code, words.term("language", code), code == inside.language)).collect();
    let mut asks = vec![FieldView { kind: "radio", choices: languages, must: true, ..field(words, "language", None) }];
    let members = inside.organisation.agent(&inside.person).map(|agent| agent.memberships.as_slice()).unwrap_or_default();
    for member in members {
        let service = inside.organisation.service(&member.service).map_or(member.service.as_str(), |service| &service.name);
        asks.push(hears(words, ("hears", &member.service), member.hears, &[("service", service)]));
        if !member.categories.is_empty() {
            let names = staffed::categories(&inside.organisation, member);
            asks.push(hears(
                words,
                ("hears_categories", &member.service),
                member.hears_theirs(),
                &[("service", service), ("names", &names)],
            ));
        }
    }
    let away = inside.preferences.away_until.filter(|until| web.now() < *until);
    asks.push(FieldView { kind: "date", value: last_day(away, web), ..field(words, "away", None) });
    asks.push(FieldView { kind: "text", value: inside.preferences.signature.clone(), ..field(words, "signature", None) });
    asks.extend(reports(words, &inside.preferences));
    FormPage {
        heading: words.say("page.preferences.heading", &[]),
        asks,
        action: format!("{}/desk/preferences", prefix(&web.desk.site().base_url)),
        press: "preferences".into(),
        nonce: web.nonces.fresh(&visitor.key(), "preferences", web.now()),
        button: words.say("page.preferences.save", &[]),
        ..FormPage::default()
    }
}

/// Up to two hours of the day, and whether also at the end of the week.
fn reports(words: &Words, preferences: &Preferences) -> [FieldView; 4] {
    let hour = |name: &'static str, chosen: Option<&i8>| {
        let hours =
            (0..24).map(|n: i8| choice(&n.to_string(), &words.say("page.preferences.hour", &[("n", &n.to_string())]), chosen == Some(&n)));
        let none = choice("", &words.say("page.preferences.no_report", &[]), chosen.is_none());
        FieldView { kind: "select", choices: std::iter::once(none).chain(hours).collect(), ..field(words, name, None) }
    };
    let mut hours = preferences.report_at.iter();
    let weekends = if preferences.report_on_weekends { "1".into() } else { String::new() };
    let weekends = FieldView { kind: "check", value: weekends, ..field(words, "report_weekends", None) };
    let own = preferences.zone.as_deref().unwrap_or_default();
    let usual = choice("", &words.say("page.preferences.usual_zone", &[]), own.is_empty());
    // One that was chosen from an older list stays.
    let other = Some(own).filter(|own| !own.is_empty() && !ZONES.contains(own));
    let zones = std::iter::once(usual).chain(ZONES.into_iter().chain(other).map(|zone| choice(zone, zone, zone == own)));
    let zone = FieldView { kind: "select", choices: zones.collect(), ..field(words, "report_zone", None) };
    [hour("report_1", hours.next()), hour("report_2", hours.next()), zone, weekends]
}

/// How much is heard, of a service or of one's own categories in it.
fn hears(words: &Words, (of, service): (&str, &str), chosen: Monitoring, values: &[(&str, &str)]) -> FieldView {
    let levels = Monitoring::ALL
        .iter()
        .map(|level| choice(level.word(), &words.say(&format!("page.hears.{}", level.word()), &[]), *level == chosen));
    FieldView {
        name: format!("{of}.{service}"),
        label: words.say(&format!("page.field.{of}"), values),
        kind: "radio",
        choices: levels.collect(),
        must: true,
        ..FieldView::default()
    }
}

fn choice(value: &str, label: &str, chosen: bool) -> ChoiceView {
    ChoiceView { value: value.to_owned(), label: label.to_owned(), chosen, ..ChoiceView::default() }
}

fn session<D: Desk>(web: &Web<D>, visitor: &Visitor, inside: &Inside, one: &Session) -> SessionView {
    let (words, zone) = (inside.words(web), &web.desk.site().zone);
    let press = format!("end-{}", one.id);
    SessionView {
        browser: one.browser.clone(),
        began: words.date(one.began_at, zone),
        used: words.date(one.renewed_at, zone),
        here: visitor.session.as_ref().is_some_and(|here| here.id == one.id),
        end: ButtonView {
            action: format!("{}/desk/sessions/{}", prefix(&web.desk.site().base_url), one.id),
            nonce: web.nonces.fresh(&visitor.key(), &press, web.now()),
            press,
            label: words.say("page.preferences.end", &[]),
            grave: true,
            ..ButtonView::default()
        },
    }
}

/// Choices come back.
pub async fn save<D: Desk>(State(web): State<Web<D>>, Extension(visitor): Extension<Visitor>, request: Request) -> Response {
    let headers = request.headers().clone();
    let (inside, fields) = match posted(&web, (&visitor, &headers), request, "preferences").await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(preferences) = read(&web, &inside, &fields) else { return message(&web, &headers, StatusCode::BAD_REQUEST, "malformed") };
    let (person, nonce) = (inside.person.clone(), fields.raw("nonce").to_owned());
    match web.desk.change(move |gateway| gateway.prefer(&person, &preferences, &nonce)).await {
        Ok(()) => see_other(&web, "/desk/preferences?done=preferred"),
        Err(_) => unavailable(&web, &headers),
    }
}

fn read<D: Desk>(web: &Web<D>, inside: &Inside, fields: &Fields) -> Option<Preferences> {
    let language = web.texts.languages().find(|code| *code == fields.raw("language")).map(str::to_owned)?;
    let (mut hears, mut hears_categories) = (BTreeMap::new(), BTreeMap::new());
    for service in &inside.services {
        hears.insert(service.clone(), level(fields, &format!("hears.{service}"))?);
        // Asked of whoever has categories there.
        hears_categories.extend(level(fields, &format!("hears_categories.{service}")).map(|level| (service.clone(), level)));
    }
    let away_until = match fields.text("away") {
        none if none.is_empty() => None,
        day => Some(day_after(&day, web)?),
    };
    let signature: String = fields.text("signature").chars().take(SIGNATURE_MAX).collect();
    let hour = |name: &str| match fields.raw(name) {
        "" => Some(None),
        text => text.parse().ok().filter(|hour| (0..24).contains(hour)).map(Some),
    };
    let report_at = [hour("report_1")?, hour("report_2")?].into_iter().flatten().collect();
    let report_on_weekends = fields.raw("report_weekends") == "1";
    let zone = match fields.raw("report_zone") {
        "" => None,
        name => Some(name.to_owned()).filter(|name| TimeZone::get(name).is_ok()).map(Some)?,
    };
    let known = inside.preferences.clone();
    Some(Preferences {
        language: Some(language),
        hears,
        hears_categories,
        away_until,
        signature,
        report_at,
        zone,
        report_on_weekends,
        ..known
    })
}

fn level(fields: &Fields, name: &str) -> Option<Monitoring> {
    let word = fields.raw(name);
    Monitoring::ALL.into_iter().find(|level| level.word() == word)
}

/// The last day of an absence that ends then, as a form has it; empty for none.
pub fn last_day<D: Desk>(until: Option<Timestamp>, web: &Web<D>) -> String {
    let zone = &web.desk.site().zone;
    until.map(|until| until.to_zoned(zone.clone()).date().saturating_sub(1.day()).to_string()).unwrap_or_default()
}

/// Away to the end of that day.
pub fn day_after<D: Desk>(day: &str, web: &Web<D>) -> Option<Timestamp> {
    let date: Date = day.parse().ok()?;
    let next = date.checked_add(1.day()).ok()?;
    next.to_zoned(web.desk.site().zone.clone()).ok().map(|begins| begins.timestamp())
}

/// A session is to end.
pub async fn end<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let (inside, _) = match posted(&web, (&visitor, &headers), request, &format!("end-{id}")).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let (person, id) = (inside.person.clone(), id.parse().unwrap_or_default());
    match web.desk.change(move |gateway| gateway.end_session(&person, id)).await {
        Ok(()) => see_other(&web, "/desk/preferences?done=session_ended"),
        Err(_) => unavailable(&web, &headers),
    }
}

/// Mails a report at once, to see what it looks like.
pub async fn report<D: Desk>(State(web): State<Web<D>>, Extension(visitor): Extension<Visitor>, request: Request) -> Response {
    let headers = request.headers().clone();
    let (inside, fields) = match posted(&web, (&visitor, &headers), request, REPORT).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let (person, nonce) = (inside.person.clone(), fields.raw("nonce").to_owned());
    match web.desk.change(move |gateway| gateway.report_now(&person, &nonce)).await {
        Ok(()) => see_other(&web, "/desk/preferences?done=report_sent"),
        Err(_) => unavailable(&web, &headers),
    }
}

/// A form of an agent: from our own page, with its number, pressed.
pub async fn posted<D: Desk>(
    web: &Web<D>,
    (visitor, headers): (&Visitor, &HeaderMap),
    request: Request,
    press: &str,
) -> Result<(Inside, Fields), Response> {
    if !guard::is_our_page(web.desk.site(), web.listens, headers) {
        return Err(message(web, headers, StatusCode::FORBIDDEN, "forbidden"));
    }
    let (inside, ()) = enter(web, (visitor, headers), |_, _| Ok(())).await?;
    let is_ours = |nonce: &str| web.nonces.check(&visitor.key(), press, web.now(), nonce).is_ok();
    let fields = read_form(web, request, is_ours).await.ok().filter(|fields| fields.raw("press") == press);
    match fields {
        Some(fields) if is_ours(fields.raw("nonce")) => Ok((inside, fields)),
        Some(_) => Err(message(web, headers, StatusCode::FORBIDDEN, "forbidden")),
        None => Err(message(web, headers, StatusCode::BAD_REQUEST, "malformed")),
    }
}
